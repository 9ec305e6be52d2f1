package sale

import (
	"context"
	"errors"
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

// Received says which receipts were recorded before, of whatever order.
func (c *Counter) Received(ctx context.Context, ids []string) (map[string]bool, error) {
	out, seen := map[string]bool{}, make([]string, len(ids))
	for i, id := range ids {
		seen[i] = receiptID(id)
	}
	err := c.Do(ctx, &Job{Seen: seen, Do: func(w *Work) error {
		for i, id := range ids {
			first, err := w.Once(seen[i])
			if err != nil {
				return err
			}
			out[id] = !first
		}
		return errNew
	}})
	if errors.Is(err, errNew) {
		err = nil
	}
	return out, err
}
