package pay

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/sale"
)

// Bank is the method of receipts that came by bank transfer.
const Bank = "bank"

// The states of a line of a statement, looked at before it is taken.
const (
	LineMatched = "matched" // it says whose it is
	LineDecide  = "decide"  // a person has to say; Why tells the reason
	LineKnown   = "known"   // it was taken before: nothing happens
)

// The reasons why a person has to decide.
const (
	WhyNothing  = "nothing"  // it names no order
	WhyNumber   = "number"   // it names the number of an order, and no reference
	WhySeveral  = "several"  // it names several orders
	WhyCurrency = "currency" // it is not in the order's currency
	WhyTwice    = "twice"    // the order has money of that day and sum already
	WhyBack     = "back"     // the bank took it back
)

// Line is a remittance of a statement and what would become of it.
type Line struct {
	sale.Remittance
	State string
	Why   string
	Order *sale.Order // whose it is, or might be; nil if nothing says
}

// Match says what would become of remittances, without doing anything: those with
// the reference of an order, in its field or found in the text, are the order's;
// of everything else a person says whose it is. kept are those that wait for that
// already.
func Match(ctx context.Context, c *sale.Counter, v Orders, ts []sale.Remittance, kept []sale.Remittance) ([]Line, error) {
	ids := make([]string, len(ts))
	for i, t := range ts {
		ids[i] = t.ID
	}
	known, err := c.Received(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, t := range kept {
		known[t.ID] = true
	}
	out := make([]Line, len(ts))
	for i, t := range ts {
		out[i] = Line{Remittance: t, State: LineKnown}
		if known[t.ID] {
			continue
		}
		if err := out[i].match(ctx, c.Edition(), v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *Line) match(ctx context.Context, edition string, v Orders) error {
	refs := references(l.Reference)
	if len(refs) == 0 {
		refs = references(l.Text)
	}
	found, err := lookUp(ctx, edition, v, refs, func(o *sale.Order) string { return o.Reference })
	if err != nil {
		return err
	}
	l.State, l.Why = LineDecide, WhyNothing
	if len(found) == 0 {
		numbers := orderNumber.FindAllString(strings.ToUpper(l.Reference+" "+l.Text), 5)
		if found, err = lookUp(ctx, edition, v, numbers, func(o *sale.Order) string { return o.Number }); err != nil || len(found) == 0 {
			return err
		}
		l.Order, l.Why = found[0], WhyNumber
		return nil
	}
	l.Order = found[0]
	switch {
	case len(found) > 1:
		l.Why = WhySeveral
	case l.Amount.Minor < 0:
		l.Why = WhyBack
	case l.Amount.Currency != l.Order.Currency:
		l.Why = WhyCurrency
	case slices.ContainsFunc(l.Order.Receipts, func(r sale.Receipt) bool {
		return r.Method == Bank && r.ID != l.ID && r.At == l.At && r.Amount == l.Amount
	}):
		l.Why = WhyTwice
	default:
		l.State, l.Why = LineMatched, ""
	}
	return nil
}

// orderNumber is the form of an order's number.
var orderNumber = regexp.MustCompile(`\b[A-Z][A-Z0-9]{1,11}-[0-9]{3,8}\b`)

// mostLooked bounds how many references of one remittance are looked up.
const mostLooked = 20

func lookUp(ctx context.Context, edition string, v Orders, what []string, of func(*sale.Order) string) ([]*sale.Order, error) {
	var out []*sale.Order
	for _, s := range what[:min(len(what), mostLooked)] {
		page, _, err := v.Orders(ctx, edition, sale.OrderFilter{Search: s, Limit: 2})
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			if of(o) == s && !slices.ContainsFunc(out, func(have *sale.Order) bool { return have.ID == o.ID }) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// references finds creditor references (ISO 11649) in a text, however they are
// spaced. Only those with right check digits count; of what remains the orders
// decide which is meant.
func references(text string) []string {
	s := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(text))
	var out []string
	for at := 0; at < len(s); at++ {
		if !strings.HasPrefix(s[at:], "RF") {
			continue
		}
		for n := 25; n >= 5; n-- { // the longest first: a shorter one may be right by chance
			if at+n > len(s) || !sale.ValidReference(s[at:at+n]) || slices.Contains(out, s[at:at+n]) {
				continue
			}
			out = append(out, s[at:at+n])
		}
	}
	return out
}

// Taken is what taking a statement did.
type Taken struct {
	Received int // transfers that went to their orders
	Kept     int // transfers that wait for somebody to say whose they are
	Known    int // taken before
}

// Take records the remittances of a statement. Taking the same statement again
// changes nothing.
func Take(ctx context.Context, c *sale.Counter, keep sale.Remittances, lines []Line, by access.Actor) (t Taken, err error) {
	var open []sale.Remittance
	for _, l := range lines {
		switch l.State {
		case LineKnown:
			t.Known++
		case LineDecide:
			open = append(open, l.Remittance)
		case LineMatched:
			if _, err := c.Receive(ctx, l.Order.ID, ReceiptOf(l.Remittance), by); err != nil {
				return t, err
			}
			t.Received++
		}
	}
	if len(open) > 0 {
		t.Kept, err = keep.KeepRemittances(ctx, by, c.Edition(), open)
	}
	return t, err
}

// Assign gives a remittance that waited to an order. Done again, it changes nothing;
// to another order, it is a Conflict.
func Assign(ctx context.Context, c *sale.Counter, keep sale.Remittances, t sale.Remittance, order string, by access.Actor) (*sale.Order, error) {
	o, err := c.Receive(ctx, order, ReceiptOf(t), by)
	if err != nil {
		return nil, err
	}
	return o, keep.EndRemittance(ctx, by, c.Edition(), t.ID, sale.RemittanceAssigned, order)
}

// ReceiptOf is a remittance as money received.
func ReceiptOf(t sale.Remittance) sale.Receipt {
	return sale.Receipt{ID: t.ID, Method: Bank, At: t.At, Amount: t.Amount}
}
