package sale

import (
	"context"
	"slices"
	"time"
)

// remindBefore is how long before its day a balance is asked for.
const remindBefore = 14 * 24 * time.Hour

// remindPage is how many orders one commit looks at.
const remindPage = 200

// Remind writes to everybody whose balance is due within a fortnight, once, and
// gives orders whose day has passed to the desk as a task: nobody is cancelled by
// a program. It says how many orders it changed. It is to be called once a day; a
// further call changes nothing.
func (c *Counter) Remind(ctx context.Context) (n int, err error) {
	for after := ""; ; {
		last := ""
		err = c.Do(ctx, &Job{Do: func(w *Work) (err error) {
			var k int
			if last, k, err = w.remind(after); err == nil {
				n += k
			}
			return err
		}})
		if err != nil || last == "" {
			return n, err
		}
		after = last
	}
}

// remind looks at one page of live orders; last is "" after the end.
func (w *Work) remind(after string) (last string, n int, err error) {
	page, err := w.batch.reader.Live(after, remindPage)
	if err != nil {
		return "", 0, err
	}
	for _, o := range page {
		if !w.owesBalance(o) {
			continue
		}
		if o, err = w.Order(o.ID); err != nil {
			return "", 0, err
		}
		if w.owesBalance(o) { // what this commit did to it counts
			w.askBalance(o)
			n++
		}
	}
	if len(page) == remindPage {
		last = page[len(page)-1].ID
	}
	return last, n, nil
}

// owesBalance reports whether there is something to say about an order's balance
// that was not said yet.
func (w *Work) owesBalance(o *Order) bool {
	if o.State != Confirmed || o.BalanceBy == 0 || w.At < o.BalanceBy.Add(-remindBefore) || o.DueNow().Zero() {
		return false
	}
	return o.Reminded == 0 || w.At > o.BalanceBy && !overdue(o)
}

func overdue(o *Order) bool {
	return slices.ContainsFunc(o.Tasks, func(t Task) bool { return t.Code == "balance_overdue" })
}

func (w *Work) askBalance(o *Order) {
	if w.At > o.BalanceBy && !overdue(o) {
		w.task(o, "balance_overdue", map[string]string{"amount": o.DueNow().String()})
	}
	if o.Reminded == 0 {
		o.Reminded = w.At
		w.mail(o, "order.balance", "", map[string]string{"open": o.DueNow().String(), "until": o.BalanceBy.String()})
	}
}
