package sale

import (
	"context"
	"errors"

	"stadion/internal/access"
)

// errNew undoes a job that only wanted to know.
var errNew = errors.New("sale: not heard before")

// Heard reports whether a message of a provider was dealt with before (case 18).
func (c *Counter) Heard(ctx context.Context, id string) (bool, error) {
	err := c.Do(ctx, &Job{Seen: []string{heardID(id)}, Do: func(w *Work) error {
		if first, err := w.Once(heardID(id)); err != nil || !first {
			return err
		}
		return errNew
	}})
	if errors.Is(err, errNew) {
		return false, nil
	}
	return err == nil, err
}

// Hear writes that a message of a provider has been dealt with.
func (c *Counter) Hear(ctx context.Context, id string) error {
	return c.Do(ctx, &Job{Seen: []string{heardID(id)}, Do: func(w *Work) error {
		_, err := w.Once(heardID(id))
		return err
	}})
}

func heardID(id string) string { return "event:" + id }

// AskBank says that a refund cannot go back the way the money came: a task for
// the desk, once, to ask where it should go. The debt stays (case 16).
func (c *Counter) AskBank(ctx context.Context, order, refund string) error {
	return c.Do(ctx, &Job{Orders: []string{order}, Do: func(w *Work) error {
		o, err := w.Order(order)
		if err != nil {
			return err
		}
		for _, t := range o.Tasks {
			if t.Code == "bank_details" && t.Args["refund"] == refund {
				return nil
			}
		}
		o.Tasks = append(o.Tasks, Task{Code: "bank_details", At: w.At, Args: map[string]string{"refund": refund}})
		w.Audit(access.Actor{}, "order.bank_details", o.ID, map[string]any{"refund": refund})
		return nil
	}})
}
