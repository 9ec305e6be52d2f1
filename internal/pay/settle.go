package pay

import (
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/sale"
)

// Begin starts a payment of amount for an order, or goes on with the one that is
// open already: two tabs lead to one payment. The hold is extended once (case 7).
// Who has paid meanwhile is settled instead, and address is "".
func Begin(ctx context.Context, c *sale.Counter, v Orders, k Cashier, order string, amount money.Amount, back string) (address string, _ *sale.Order, err error) {
	o, err := v.Order(ctx, c.Edition(), order)
	if err != nil {
		return "", nil, err
	}
	for _, a := range o.Payments {
		if a.State != Open || a.Method != Card {
			continue
		}
		out, err := k.Look(ctx, a.Session)
		switch {
		case err != nil:
			return "", nil, err
		case out.State == Open && out.Amount == amount:
			return out.Address, o, nil
		case out.State == Open && !o.Open().Less(out.Amount):
			continue // a part that somebody else may be paying just now
		case out.State == Open: // more than is due by now
			if err = k.Expire(ctx, a.Session); err == nil {
				out, err = k.Look(ctx, a.Session)
			}
			if err != nil {
				return "", nil, err
			}
		}
		if o, err = record(ctx, c, o, out); err != nil {
			return "", nil, err
		}
		if out.State == Paid {
			return "", o, nil
		}
	}
	address, a, err := k.Start(ctx, o, amount, back)
	if err != nil {
		return "", nil, err
	}
	o, err = c.Paying(ctx, order, a)
	return address, o, err
}

// Settle asks the provider about every payment of an order whose end is not
// known, and records what it says: the return page, the webhook and the
// reconciler all do this and nothing else. It may run any number of times, and
// at the same time (cases 18, 19). It gives the order as it is then.
func Settle(ctx context.Context, c *sale.Counter, v Orders, k Cashier, order string) (*sale.Order, error) {
	o, err := v.Order(ctx, c.Edition(), order)
	if err != nil {
		return nil, err
	}
	for _, a := range o.Payments {
		if a.State != Open || a.Method != Card {
			continue
		}
		if o, err = SettleOne(ctx, c, k, o, a.Session); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// SettleOne asks about one payment, whatever was known of it, and records what
// came in and what went back. Fault NotFound pay.session_unknown if the payment
// is not the order's.
func SettleOne(ctx context.Context, c *sale.Counter, k Cashier, o *sale.Order, session string) (*sale.Order, error) {
	out, err := k.Look(ctx, session)
	if err != nil {
		return nil, err
	}
	if out.Order != o.ID || out.Edition != c.Edition() {
		return nil, fault.New(fault.NotFound, "pay.session_unknown", nil)
	}
	return record(ctx, c, o, out)
}

// record writes what is not written yet. Money facts are added and never taken
// back, so it does not matter in which order they are learnt (case 19).
func record(ctx context.Context, c *sale.Counter, o *sale.Order, out Outcome) (_ *sale.Order, err error) {
	known := ""
	if i := slices.IndexFunc(o.Payments, func(a sale.Attempt) bool { return a.Session == out.Session }); i >= 0 {
		known = o.Payments[i].State
	}
	if out.State == Paid {
		if o, err = receive(ctx, c, o, sale.Receipt{ID: out.Receipt, Method: Card, At: out.At, Amount: out.Amount}); err != nil {
			return nil, err
		}
	}
	if known == Open && out.State != Open {
		if o, err = c.PaymentEnded(ctx, o.ID, out.Session, out.State); err != nil {
			return nil, err
		}
	}
	for _, b := range best(out.Backs) {
		if o, err = wentBack(ctx, c, o, b); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func receive(ctx context.Context, c *sale.Counter, o *sale.Order, r sale.Receipt) (*sale.Order, error) {
	if slices.ContainsFunc(o.Receipts, func(have sale.Receipt) bool { return have.ID == r.ID }) {
		return o, nil
	}
	return c.Receive(ctx, o.ID, r, access.Actor{})
}

// best is what became of each: of a refund that was tried several times the
// farthest.
func best(all []Back) []Back {
	rank := map[string]int{"failed": 0, "sent": 1, "done": 2}
	var out []Back
	for _, b := range all {
		i := slices.IndexFunc(out, func(o Back) bool { return b.Refund != "" && o.Refund == b.Refund })
		switch {
		case i < 0:
			out = append(out, b)
		case rank[b.State] > rank[out[i].State]:
			out[i] = b
		}
	}
	return out
}

// wentBack records money that went back: how our refund fares, or that somebody
// else took it, which is a receipt of less than nothing (case 17). What was taken
// and came back again is a receipt of its own.
func wentBack(ctx context.Context, c *sale.Counter, o *sale.Order, b Back) (*sale.Order, error) {
	if i := slices.IndexFunc(o.Refunds, func(r sale.Refund) bool { return b.Refund != "" && r.ID == b.Refund }); i >= 0 {
		switch have := o.Refunds[i].State; {
		case have == b.State, b.State == sale.RefundSent && have == sale.RefundDone:
			return o, nil
		case have == sale.RefundDone: // it had arrived, and the payer's bank sent it back
			return receive(ctx, c, o, sale.Receipt{ID: b.ID + ":returned", Method: Card, At: b.At, Amount: b.Amount})
		}
		return c.Refunded(ctx, o.ID, b.Refund, b.State, access.Actor{})
	}
	taken := slices.ContainsFunc(o.Receipts, func(r sale.Receipt) bool { return r.ID == b.ID })
	switch {
	case b.State == sale.RefundDone && !taken:
		return receive(ctx, c, o, sale.Receipt{ID: b.ID, Method: Card, At: b.At, Amount: b.Amount.Neg()})
	case b.State == sale.RefundFailed && taken:
		return receive(ctx, c, o, sale.Receipt{ID: b.ID + ":returned", Method: Card, At: b.At, Amount: b.Amount})
	}
	return o, nil
}
