package sale

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
)

// States of an edition's sale by the office's word; "" = by the catalogue's times.
const (
	StateOpen      = "open"
	StateClosed    = "closed"
	StatePostponed = "postponed"
	StateCancelled = "cancelled"
)

// standByReversal is the rank on the waiting list of those who lost their places
// by no doing of their own; ordinary places have 0.
const standByReversal = 10

// SetState opens, closes, postpones, reopens or cancels the edition's sale, with
// a notice to everybody who has units or waits, in their language, in the same
// commit. state is "open", "closed", "postponed", "cancelled" or "" (by the
// catalogue's times). It cancels no order and moves no money: that is Reverse,
// order by order. When an edition is opened again, those who were cancelled by it
// are served before all others (see Reverse). The same state again changes
// nothing. Fault Invalid sale.state.
func (c *Counter) SetState(ctx context.Context, state string, by access.Actor) error {
	return c.Do(ctx, &Job{Do: func(w *Work) error {
		was := w.State()
		switch {
		case !slices.Contains([]string{"", StateOpen, StateClosed, StatePostponed, StateCancelled}, state):
			return fault.New(fault.Invalid, "sale.state", nil).On("state")
		case was == state:
			return nil
		}
		w.setState(state)
		w.listens = true // a list that stood still is served again
		w.Audit(by, "sale.state", w.Edition, map[string]any{"from": was, "to": state})
		return w.notice(was, state)
	}})
}

// noticeOf is the message for a change of state, "" where nobody needs one.
func noticeOf(was, state string) string {
	switch state {
	case StateClosed, StatePostponed, StateCancelled:
		return "edition." + state
	}
	if was == StateClosed || was == StatePostponed || was == StateCancelled {
		return "edition.reopened"
	}
	return ""
}

// notice writes to everybody concerned.
func (w *Work) notice(was, state string) error {
	template := noticeOf(was, state)
	if template == "" {
		return nil
	}
	all, err := w.everybody()
	if err != nil {
		return err
	}
	turn := strconv.FormatInt(w.Number("notice"), 10)
	for _, o := range all {
		args := map[string]string{}
		if date := w.Catalogue().RaceDate; state != StatePostponed || date != o.Terms.RaceDate { // a new date, if there is one
			args["date"] = date
		}
		if back := o.received(o.Currency).Sub(o.gone(o.Currency)); state == StateCancelled && back.Minor > 0 {
			args["amount"] = back.String()
		}
		w.mail(o, template, turn, args)
	}
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	for _, x := range ws {
		if x.Private.Email == "" || x.Instead != "" || x.Order != "" { // they have an order, and are told by it
			continue
		}
		w.Mail(Mail{ID: template + ":" + x.ID + ":" + turn, To: x.Private.Email, Lang: x.Lang, Template: template,
			Args: map[string]string{"wait": x.ID}})
	}
	return nil
}

// page is how many orders are read at once.
const page = 1000

// everybody are all orders with units, by id, as this commit sees them.
func (w *Work) everybody() ([]*Order, error) {
	found := map[string]bool{}
	for after := ""; ; {
		os, err := w.batch.reader.Live(after, page)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			found[o.ID] = true
			if _, known := w.batch.orders[o.ID]; !known {
				w.batch.orders[o.ID] = o
			}
			after = o.ID
		}
		if len(os) < page {
			break
		}
	}
	for id := range w.batch.changed { // made or changed by verbs before this one
		found[id] = true
	}
	var out []*Order
	for id := range found {
		if o := w.batch.orders[id]; o != nil && o.Live(w.At) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *Order) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// setState and setCatalogue are undone with the verb.
func (w *Work) setState(state string) {
	w.keepHead()
	w.batch.head.State = state
}

func (w *Work) setCatalogue(c *Catalogue) {
	w.keepHead()
	w.batch.head.Catalogue = c
}

func (w *Work) keepHead() {
	if w.wasHead == nil {
		w.wasHead = &Head{Catalogue: w.batch.head.Catalogue, State: w.batch.head.State}
	}
}

// Bulk is what cancelling an edition means in money, before it is done.
type Bulk struct {
	Orders []BulkOrder
	Paid   []money.Amount // by currency
	Owed   []money.Amount // still to be sent, by currency
	People int
	Done   int // orders that are reversed already
}

// BulkOrder is one payer's part: what was paid, in the currencies in which it
// came, and what is owed back of it.
type BulkOrder struct {
	ID, Number string
	State      State
	Partner    string
	Persons    []string // ids: names are looked up by who may see them
	Paid       []money.Amount
	Owed       []money.Amount
	Done       bool // reversed already: nothing more would be done
}

// BulkPreview says what Reverse would do with orders: everything that came in and
// has not gone back is owed, whatever the scale (case 47). Orders are in the order
// in which they were made, which is the order to reverse them in: it is also that
// of the places they get on the list.
func BulkPreview(orders []*Order) Bulk {
	var b Bulk
	sorted := slices.Clone(orders)
	slices.SortFunc(sorted, func(x, y *Order) int { return cmp.Or(cmp.Compare(x.Made, y.Made), strings.Compare(x.ID, y.ID)) })
	for _, o := range sorted {
		if !reversible(o) && !reversed(o) {
			continue
		}
		x := BulkOrder{ID: o.ID, Number: o.Number, State: o.State, Partner: o.Partner, Done: reversed(o)}
		for _, p := range o.Private.Persons {
			if !o.out(p.ID) {
				x.Persons = append(x.Persons, p.ID)
			}
		}
		for _, c := range o.currencies() {
			in := o.received(c)
			owed := in.Sub(o.gone(c))
			x.Paid, x.Owed = add(x.Paid, in), add(x.Owed, owed)
			b.Paid, b.Owed = add(b.Paid, in), add(b.Owed, owed)
		}
		b.People += len(x.Persons)
		if x.Done {
			b.Done++
		}
		b.Orders = append(b.Orders, x)
	}
	return b
}

// add puts an amount to the sum of its currency.
func add(sums []money.Amount, a money.Amount) []money.Amount {
	if a.Zero() {
		return sums
	}
	for i := range sums {
		if sums[i].Currency == a.Currency {
			sums[i] = sums[i].Add(a)
			return sums
		}
	}
	return append(sums, a)
}

// gone is what has left the house of a currency.
func (o *Order) gone(c money.Currency) money.Amount {
	sum := money.Of(0, c)
	for _, r := range o.Refunds {
		if r.Amount.Currency == c && (r.State == RefundSent || r.State == RefundDone) {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}

func (o *Order) out(person string) bool {
	return slices.ContainsFunc(o.People, func(s Status) bool { return s.Person == person && s.Out })
}

func reversible(o *Order) bool { return o.State == Confirmed || o.State == Held }

func reversed(o *Order) bool { return o.State == Cancelled && o.CancelWhy == ByEdition }

// Reverse cancels one order of a cancelled edition: its units are free, all its
// money is owed back, and who had a place stands by for the case that the edition
// is opened again, before all others and without paying anew (case 47). It is one
// step of many: run it over the orders of BulkPreview, as fast as is wished. An
// order that is reversed, was cancelled before or has expired is left as it is, so
// that a run that was broken off can simply be run again. Fault Conflict
// sale.edition_stands: the edition is not cancelled.
func (c *Counter) Reverse(ctx context.Context, order string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		if w.State() != StateCancelled {
			return fault.New(fault.Conflict, "sale.edition_stands", nil)
		}
		if !o.Live(w.At) {
			return errSame
		}
		sold := o.State == Confirmed
		if err := w.cancel(o, ByEdition, w.At, by); err != nil {
			return err
		}
		if !sold {
			return nil
		}
		_, err := w.StandBy(o, standByReversal)
		return err
	})
}

// Carry pays an order of the same buyer with what is still owed back of another:
// who stood by need not wait for the money and pay anew. Only what has not been
// sent yet can be carried, in the same currency and up to what is due. Faults:
// Conflict sale.nothing_owed, sale.hold_ended; Invalid sale.not_yours: the two are
// not of one payer.
func (c *Counter) Carry(ctx context.Context, from, to string, by access.Actor) (*Order, error) {
	return c.change(ctx, to, nil, func(w *Work, o *Order) error {
		old, err := w.Order(from)
		if err != nil {
			return err
		}
		switch {
		case old.ID == o.ID || old.Private.Email == "" || old.Private.Email != o.Private.Email:
			return fault.New(fault.Invalid, "sale.not_yours", nil)
		case !o.Live(w.At):
			return fault.New(fault.Conflict, "sale.hold_ended", nil)
		}
		moved, err := w.carry(old, o, by)
		if err == nil && moved.Zero() {
			return fault.New(fault.Conflict, "sale.nothing_owed", nil)
		}
		return err
	})
}

func (w *Work) carry(from, to *Order, by access.Actor) (moved money.Amount, err error) {
	moved = money.Of(0, to.Currency)
	for i := 0; i < len(from.Refunds); i++ {
		r := from.Refunds[i]
		part := money.Of(0, to.Currency)
		if r.Amount.Currency == to.Currency && (r.State == RefundOwed || r.State == RefundFailed) {
			part = money.Min(r.Amount, to.Open())
		}
		if part.Minor <= 0 {
			continue
		}
		if left := r.Amount.Sub(part); left.Minor > 0 { // the rest is still owed as it was
			rest := r
			rest.ID, rest.Amount = from.refundID(r.ID), left
			from.Refunds = append(from.Refunds, rest)
		}
		from.Refunds[i].Amount = part
		w.toCredit(from, &from.Refunds[i])
		if _, err := w.Once(receiptID("credit:" + r.ID)); err != nil {
			return moved, err
		}
		if err := w.receive(to, Receipt{ID: "credit:" + r.ID, Method: "credit", Amount: part}, by); err != nil {
			return moved, err
		}
		moved = moved.Add(part)
	}
	return moved, nil
}
