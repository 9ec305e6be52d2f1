package pay

import (
	"context"
	"errors"
	"net/http"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Hear takes in a message of the provider. Whatever it says, its effect is what
// the provider answers when it is asked how the payment stands, so messages may
// come late, twice, in any order or never (cases 18, 19, 21). counter gives the
// counter of an edition, nil if there is none: then the message is not for us.
// A fault means that the message should be sent again, unless it is Invalid.
func Hear(ctx context.Context, counter func(edition string) *sale.Counter, v Orders, k Cashier, header http.Header, body []byte) (Event, error) {
	e, err := k.Event(ctx, header, body)
	if err != nil || e.Session == "" || e.Edition == "" {
		return e, err
	}
	c := counter(e.Edition)
	if c == nil {
		return e, nil
	}
	heard, err := c.Heard(ctx, e.ID)
	if err != nil || heard {
		return e, err
	}
	o, err := v.Order(ctx, e.Edition, e.Order)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if _, err := SettleOne(ctx, c, k, o, e.Session); err != nil && fault.CodeOf(err) != "pay.session_unknown" {
		return e, err
	}
	return e, c.Hear(ctx, e.ID)
}

// Tally is what a run did.
type Tally struct {
	Looked  int // payments or refunds
	Settled int // came to their end
	Expired int // ended by us, past the hard end
	Failed  int // no answer, or refused: they are tried again
}

// few is how many orders are read at a time.
const few = 100

// each goes through the orders that f chooses, as they are when their page is
// read. visit says whether to go on.
func each(ctx context.Context, edition string, v Orders, f sale.OrderFilter, visit func(*sale.Order) bool) error {
	f.Limit = few
	for {
		page, more, err := v.Orders(ctx, edition, f)
		if err != nil {
			return err
		}
		for _, o := range page {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !visit(o) {
				return nil
			}
			f.Before, f.BeforeID = o.Made, o.ID
		}
		if !more || len(page) == 0 {
			return nil
		}
	}
}

// Reconcile asks the provider about every payment whose end is not known: what
// its messages should have told and did not (case 21). A payment still open past
// the hard end of its order's hold is ended at the provider; one that was paid
// before that counts as paid (case 7). It goes on where one payment fails and
// stops when the provider does not answer; the next run begins again.
func Reconcile(ctx context.Context, c *sale.Counter, v Orders, k Cashier, now race.Instant) (t Tally, err error) {
	var last error
	err = each(ctx, c.Edition(), v, sale.OrderFilter{Paying: true}, func(o *sale.Order) bool {
		for _, a := range o.Payments {
			if a.State != Open || a.Method != Card {
				continue
			}
			t.Looked++
			if last = t.reconcile(ctx, c, k, o, a.Session, now); last == nil {
				continue
			}
			t.Failed++
			if fault.KindOf(last) == fault.Unavailable {
				return false
			}
		}
		return true
	})
	return t, errors.Join(err, last)
}

func (t *Tally) reconcile(ctx context.Context, c *sale.Counter, k Cashier, o *sale.Order, session string, now race.Instant) error {
	out, err := k.Look(ctx, session)
	if err != nil {
		return err
	}
	if out.State == Open && over(o, now) {
		if err := k.Expire(ctx, session); err != nil {
			return err
		}
		if out, err = k.Look(ctx, session); err != nil {
			return err
		}
		if out.State == Expired {
			t.Expired++
		}
	}
	if out.State == Open {
		return nil
	}
	t.Settled++
	_, err = record(ctx, c, o, out)
	return err
}

// over reports whether the order has no more use for the payment.
func over(o *sale.Order, now race.Instant) bool {
	switch o.State {
	case sale.Held:
		return o.HardEnd <= now
	case sale.Confirmed:
		return o.Open().Minor <= 0
	}
	return true
}

// Tries is how often a refund is tried. With the last failure Counter.Refunded
// asks the desk and the buyer where else the money may go; from then on nothing
// is sent by itself, lest it go twice.
const Tries = 3

// waits are how long after the last failure a refund is tried for the n-th time.
var waits = [Tries]time.Duration{0, 10 * time.Minute, 3 * time.Hour}

// Refunds sends what is owed back through the cashier, at most limit of them, and
// no faster than pace lets (nil = as fast as the provider answers). What fails is
// tried again later and later, Tries times; the debt stays whatever happens (case
// 16). It may be stopped and started at any time: nothing is sent twice.
func Refunds(ctx context.Context, c *sale.Counter, v Orders, k Cashier, now race.Instant, limit int, pace func(context.Context) error) (t Tally, err error) {
	var last error
	err = each(ctx, c.Edition(), v, sale.OrderFilter{Owing: true}, func(o *sale.Order) bool {
		for _, r := range o.Refunds {
			if !due(r, now) {
				continue
			}
			if t.Looked == limit && limit > 0 {
				return false
			}
			if pace != nil {
				if last = pace(ctx); last != nil {
					return false
				}
			}
			t.Looked++
			if last = t.refund(ctx, c, k, o, r); last != nil {
				t.Failed++
				return false
			}
		}
		return true
	})
	return t, errors.Join(err, last)
}

func due(r sale.Refund, now race.Instant) bool {
	return r.Method == Card && (r.State == sale.RefundOwed || r.State == sale.RefundFailed) && r.Tries < Tries && now >= r.Tried.Add(waits[r.Tries])
}

// refund sends one. A provider that does not answer has not refused: it is asked
// again about the same try. One that refuses has failed.
func (t *Tally) refund(ctx context.Context, c *sale.Counter, k Cashier, o *sale.Order, r sale.Refund) error {
	state, err := k.Refund(ctx, o, r)
	switch {
	case fault.KindOf(err) == fault.Invalid && err != nil, fault.KindOf(err) == fault.NotFound && err != nil:
		state = sale.RefundFailed
	case err != nil:
		return err
	}
	if state == sale.RefundFailed {
		t.Failed++
	} else {
		t.Settled++
	}
	_, err = c.Refunded(ctx, o.ID, r.ID, state, access.Actor{})
	return err
}
