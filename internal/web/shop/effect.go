package shop

import (
	"context"
	"slices"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// verb is something done to an order.
type verb func(ctx context.Context, c *sale.Counter) (*sale.Order, error)

// effect is what a verb would do to an order: shown before it is done.
type effect struct {
	After *sale.Order
	Back  money.Amount // what would go back
	More  money.Amount // what would be to pay on top
	Lines []billLine   // charges that would be made
	Open  money.Amount // to be paid in all, after
}

// rehearse finds out what a verb would do. A fault of the verb comes back as the
// page's fault: then it cannot be done.
func (m *Room) rehearse(c *site.Call, d *desk, do verb) (*effect, error) {
	changes, err := d.Counter.Rehearse(c.R.Context(), func(ctx context.Context, k *sale.Counter) error {
		_, err := do(ctx, k)
		return err
	})
	if err != nil {
		if d.Form.Add(err) != nil {
			return nil, err
		}
		return nil, nil
	}
	return effectOf(c, d, changes), nil
}

func effectOf(c *site.Call, d *desk, changes *sale.Changes) *effect {
	after := d.O
	if changes != nil {
		if i := slices.IndexFunc(changes.Orders, func(o *sale.Order) bool { return o.ID == d.O.ID }); i >= 0 {
			after = changes.Orders[i]
		}
	}
	e := &effect{After: after, Back: money.Of(0, d.O.Currency), More: money.Of(0, d.O.Currency), Open: after.Open()}
	for _, r := range after.Refunds {
		if !slices.ContainsFunc(d.O.Refunds, func(was sale.Refund) bool { return was.ID == r.ID }) && r.Amount.Same(e.Back) {
			e.Back = e.Back.Add(r.Amount)
		}
	}
	if more := after.Open().Sub(d.O.Open()); more.Minor > 0 {
		e.More = more
	}
	if n := len(d.O.Charges); len(after.Charges) > n {
		e.Lines = billLines(d.Catalogue, string(c.Tag), after.Items, after.Charges[n:], d.O.Private.Persons)
	}
	return e
}

// done shows the order after a verb, or the form again with what is wrong.
func (m *Room) done(c *site.Call, d *desk, err error, again func() error, key string, pairs ...any) error {
	if err != nil {
		if k := fault.KindOf(err); k == fault.Internal || k == fault.NotFound || d.Form.Add(err) != nil {
			return err
		}
		return again()
	}
	c.Flash(site.Good, key, pairs...)
	return c.Redirect(d.Path())
}

// settled asks the provider once more before something is given back, so that
// money that came in this minute counts. It is no reason not to go on when the
// provider does not answer: money that is learnt of later is sent back (case 8).
func (m *Room) settled(c *site.Call, d *desk) error {
	if m.Cashier == nil || !isOpen(d.O) {
		return nil
	}
	o, err := pay.Settle(c.R.Context(), d.Counter, m.Views, m.Cashier, d.O.ID)
	if err == nil {
		d.O = o
	}
	if k := fault.KindOf(err); err != nil && k != fault.Unavailable && k != fault.NotFound {
		return err
	}
	return nil
}
