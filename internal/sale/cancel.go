package sale

import (
	"context"
	"slices"
	"strconv"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Why an order or a person is cancelled. Only the buyer's own wish goes by the
// scale; everything else is refunded in full (case 28).
const (
	ByBuyer   = "buyer"
	ByVisa    = "visa"
	ByEdition = "edition"
	BySeller  = "seller"
)

// Cancel gives the units back. It moves no money: what is owed back by the scale
// as sold is written as refunds owed, and sent by Refund's verbs (cases 15, 46).
// why is "buyer", "visa", "edition", "seller". A cancelled order stays as it is.
// Faults: Invalid sale.cancel_why; Conflict sale.hold_ended: nothing is held any
// more.
func (c *Counter) Cancel(ctx context.Context, order, why string, by access.Actor) (*Order, error) {
	return c.CancelAsked(ctx, order, why, 0, by)
}

// CancelAsked is Cancel for a request that was received at an instant before now:
// the tier is chosen by it (case 46). 0 = now.
func (c *Counter) CancelAsked(ctx context.Context, order, why string, asked race.Instant, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		if asked == 0 || asked > w.At {
			asked = w.At
		}
		return w.cancel(o, why, asked, by)
	})
}

func (w *Work) cancel(o *Order, why string, asked race.Instant, by access.Actor) error {
	if !slices.Contains([]string{ByBuyer, ByVisa, ByEdition, BySeller}, why) {
		return fault.New(fault.Invalid, "sale.cancel_why", nil).On("why")
	}
	switch {
	case o.State == Cancelled:
		return errSame
	case o.State == Expired || !o.Live(w.At):
		if err := w.observe(o); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "sale.hold_ended", nil)
	}
	w.free(o, Release, by.Account)
	back := w.backOf(o, o.Due(), o.Due(), w.percent(o, why, asked))
	w.reverse(o, nil, back.kept)
	o.Cancelled, o.CancelWhy = w.At, why
	w.paper(o)
	o.State = Cancelled
	for _, c := range o.currencies() {
		w.owe(o, o.surplus(c), why)
	}
	w.mail(o, "order.cancelled", "", map[string]string{"why": why, "refund": back.refund.String()})
	w.Audit(by, "order.cancel", o.Number, map[string]any{"why": why, "refund": back.refund.String()})
	return nil
}

// share is how what was paid for something is divided when it is given up.
type share struct{ refund, kept money.Amount }

// backOf divides what was paid of part, the part of the whole price that is given
// up: percent of it goes back, the rest is kept. Of an order of which only the
// deposit was paid, it is the part's share of the deposit.
func (w *Work) backOf(o *Order, part, whole money.Amount, percent int) share {
	paid := money.Min(o.kept(), whole)
	if paid.Minor <= 0 || whole.Minor <= 0 || part.Minor <= 0 {
		zero := money.Of(0, o.Currency)
		return share{zero, zero}
	}
	paid = paid.Part(part.Minor, whole.Minor)
	refund := paid.Percent(percent)
	return share{refund, paid.Sub(refund)}
}

// percent is how much of what was paid goes back.
func (w *Work) percent(o *Order, why string, asked race.Instant) int {
	if why != ByBuyer || o.State == Held {
		return 100
	}
	t := o.Terms
	if t.RaceDate == "" {
		t.RaceDate, t.Zone = w.Catalogue().RaceDate, w.Catalogue().Zone
	}
	return t.Percent(asked)
}

// Percent is how much of what was paid goes back when a request is received at an
// instant. A tier of so many days holds to the end of that day in the sale's
// zone, midnight included; of the tiers that still hold, the one with most days
// counts. None holds after the last: nothing goes back. Without a scale
// everything does (case 46).
func (t *Terms) Percent(asked race.Instant) int {
	if len(t.Scale) == 0 {
		return 100
	}
	best := -1
	for i, tier := range t.Scale {
		if end := t.tierEnd(tier); end != 0 && asked <= end && (best < 0 || tier.Days > t.Scale[best].Days) {
			best = i
		}
	}
	if best < 0 {
		return 0
	}
	return t.Scale[best].Percent
}

// tierEnd is the last instant at which a tier holds; 0 = there is no race date.
func (t *Terms) tierEnd(tier Tier) race.Instant {
	day, err := time.ParseInLocation(time.DateOnly, t.RaceDate, location(t.Zone))
	if err != nil {
		return 0
	}
	return race.At(day.AddDate(0, 0, 1-tier.Days))
}

// Deadline is a tier with the last instant at which it holds.
type Deadline struct {
	Tier
	End race.Instant
}

// Deadlines are the tiers as instants, the earliest first: what a page shows.
func (t *Terms) Deadlines() []Deadline {
	out := make([]Deadline, 0, len(t.Scale))
	for _, tier := range t.Scale {
		out = append(out, Deadline{tier, t.tierEnd(tier)})
	}
	slices.SortFunc(out, func(a, b Deadline) int { return b.Days - a.Days })
	return out
}

// reverse takes charges back, of all persons (nil) or those given, line by line,
// and charges what is kept as a fee.
func (w *Work) reverse(o *Order, persons []string, kept money.Amount) {
	type line struct{ kind, item, person string }
	var order []line
	sum := map[line]money.Amount{}
	for _, c := range o.Charges {
		if persons != nil && !slices.Contains(persons, c.Person) {
			continue
		}
		l := line{"cancelled", c.Item, c.Person}
		if c.Kind == "fee" || c.Kind == "waived" {
			l.kind = c.Kind
		}
		if _, known := sum[l]; !known {
			order = append(order, l)
		}
		sum[l] = sum[l].Add(c.Amount)
	}
	for _, l := range order {
		if !sum[l].Zero() {
			w.charge(o, Charge{At: w.At, Kind: l.kind, Item: l.item, Person: l.person, Amount: sum[l].Neg()})
		}
	}
	if !kept.Zero() {
		person := ""
		if len(persons) == 1 {
			person = persons[0]
		}
		w.charge(o, Charge{At: w.At, Kind: "fee", Item: "cancellation", Person: person, Amount: kept})
	}
}

// CancelPerson takes one person out of an order (cases 27, 28). What is for the
// order as a whole stays. The last person, or one of a group that travels
// together or not at all whose visa was refused, cancels the order. Faults: those
// of Cancel; NotFound sale.person_unknown.
func (c *Counter) CancelPerson(ctx context.Context, order, person, why string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error { return w.cancelPerson(o, person, why, by) })
}

func (w *Work) cancelPerson(o *Order, person, why string, by access.Actor) error {
	if o.Person(person) == nil {
		return fault.New(fault.NotFound, "sale.person_unknown", fault.Args{"person": short(person)})
	}
	if o.State == Cancelled || o.Status(person).Out {
		return errSame
	}
	left := 0
	for _, p := range o.Private.Persons {
		if p.ID != person && !o.Status(p.ID).Out {
			left++
		}
	}
	if left == 0 || why == ByVisa && o.Policy == AllOrNone {
		o.Status(person).Out = true
		return w.cancel(o, why, w.At, by)
	}
	if !slices.Contains([]string{ByBuyer, ByVisa, ByEdition, BySeller}, why) {
		return fault.New(fault.Invalid, "sale.cancel_why", nil).On("why")
	}
	if o.State != Confirmed && !o.Live(w.At) {
		if err := w.observe(o); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "sale.hold_ended", nil)
	}
	return w.takeOut(o, person, why, by)
}

func (w *Work) takeOut(o *Order, person, why string, by access.Actor) error {
	price := money.Of(0, o.Currency)
	for _, c := range o.Charges {
		if c.Person == person {
			price = price.Add(c.Amount)
		}
	}
	back := w.backOf(o, price, o.Due(), w.percent(o, why, w.At))
	w.giveBackOf(o, person, by.Account)
	w.reverse(o, []string{person}, back.kept)
	if o.Deposit.Minor > 0 {
		o.Deposit = money.Min(o.Deposit, o.Due())
	}
	if o.State == Confirmed {
		w.paper(o)
	}
	w.owe(o, back.refund, why)
	o.Status(person).Out = true
	w.mail(o, "order.changed", "out:"+person, map[string]string{"refund": back.refund.String()})
	w.Audit(by, "order.cancel_person", o.Number, map[string]any{"person": person, "why": why, "refund": back.refund.String()})
	if o.State == Held && w.enough(o) {
		w.confirm(o)
	}
	return nil
}

// giveBackOf gives back the units of one person's items, in the public's or the
// partner's quotas, and of what transfers may hold.
func (w *Work) giveBackOf(o *Order, person, by string) {
	before := o.Units()
	bank := o.bankUnits()
	for i := range o.Items {
		if o.Items[i].Person == person {
			o.Items[i].Gone = true
		}
	}
	if units := less(before, o.Units()); len(units) > 0 {
		w.GiveBack(o, units, Release, by)
	}
	if o.State == Held {
		if units := less(bank, o.bankUnits()); len(units) > 0 {
			w.GiveBack(o.ofPublic(), units, Release, by)
		}
	}
}

// less is what of a is not in b.
func less(a, b []Use) []Use {
	var out []Use
	for _, u := range a {
		if at := slices.IndexFunc(b, func(x Use) bool { return x.Resource == u.Resource }); at >= 0 {
			u.N -= b[at].N
		}
		if u.N > 0 {
			out = append(out, u)
		}
	}
	return out
}

// currencies are those in which money came in, the order's own first.
func (o *Order) currencies() []money.Currency {
	out := []money.Currency{o.Currency}
	for _, r := range o.Receipts {
		if !slices.Contains(out, r.Amount.Currency) {
			out = append(out, r.Amount.Currency)
		}
	}
	return out
}

// oweAll owes back everything that came in and is not on its way back already.
// It answers the sums, "" if there are none.
func (w *Work) oweAll(o *Order, why string) string {
	sums := ""
	for _, c := range o.currencies() {
		left := o.received(c).Sub(o.promised(c))
		if left.Minor <= 0 {
			continue
		}
		w.owe(o, left, why)
		if sums != "" {
			sums += ", "
		}
		sums += left.String()
	}
	return sums
}

// owe writes refunds of an amount, out of the receipts of its currency, the
// latest first: never more than a receipt brought in, never more than is there
// (case 48).
func (w *Work) owe(o *Order, amount money.Amount, why string) {
	w.oweAs(o, "", amount, why)
}

func (w *Work) oweAs(o *Order, id string, amount money.Amount, why string) {
	left := money.Min(amount, o.received(amount.Currency).Sub(o.promised(amount.Currency)))
	for i := len(o.Receipts) - 1; i >= 0 && left.Minor > 0; i-- {
		r := o.Receipts[i]
		if r.Amount.Currency != left.Currency || r.Amount.Minor <= 0 {
			continue
		}
		part := money.Min(left, r.Amount.Sub(o.refundedOf(r)))
		if part.Minor <= 0 {
			continue
		}
		o.Refunds = append(o.Refunds, Refund{ID: o.refundID(id), Receipt: r.ID, Method: r.Method, At: w.At, Amount: part, State: RefundOwed, Why: why})
		left = left.Sub(part)
	}
}

// refundedOf is what goes back of one receipt.
func (o *Order) refundedOf(r Receipt) money.Amount {
	sum := money.Of(0, r.Amount.Currency)
	for _, f := range o.Refunds {
		if f.Receipt == r.ID && f.Amount.Currency == r.Amount.Currency {
			sum = sum.Add(f.Amount)
		}
	}
	return sum
}

// refundID is the id of the next refund: the one asked for, or the order's number
// and a running one.
func (o *Order) refundID(id string) string {
	if id == "" {
		id = o.Number + "-R" + strconv.Itoa(len(o.Refunds)+1)
	}
	for n, try := 2, id; ; n++ {
		if !slices.ContainsFunc(o.Refunds, func(r Refund) bool { return r.ID == try }) {
			return try
		}
		try = id + "-" + strconv.Itoa(n)
	}
}

// unowe makes owed refunds smaller by what the payer's side took back by itself
// (case 17): it must not go back twice.
func (o *Order) unowe(amount money.Amount) {
	for i := range o.Refunds {
		f := &o.Refunds[i]
		if amount.Minor <= 0 {
			return
		}
		if f.Amount.Currency != amount.Currency || f.State != RefundOwed && f.State != RefundFailed {
			continue
		}
		part := money.Min(amount, f.Amount)
		f.Amount, amount = f.Amount.Sub(part), amount.Sub(part)
		if f.Amount.Zero() {
			f.State = RefundDone
		}
	}
}

// Owe writes a refund beyond the scale, by the desk's decision: what was charged
// falls by it, as far as it is no surplus. The same id again changes nothing.
// Faults: Invalid sale.refund_too_much: more than was received in that currency
// and is not on its way back; sale.refund.
func (c *Counter) Owe(ctx context.Context, order, id string, amount money.Amount, why string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		if slices.ContainsFunc(o.Refunds, func(r Refund) bool { return r.ID == id }) {
			return errSame
		}
		if id == "" || len(id) > mostID || len(why) > mostName || amount.Minor <= 0 {
			return fault.New(fault.Invalid, "sale.refund", nil).On("amount")
		}
		if left := o.received(amount.Currency).Sub(o.promised(amount.Currency)); left.Less(amount) {
			return fault.New(fault.Invalid, "sale.refund_too_much", fault.Args{"amount": amount.String(), "left": left.String()}).On("amount")
		}
		free := o.surplus(amount.Currency)
		if off := amount.Sub(free); amount.Currency == o.Currency && o.State == Confirmed && off.Minor > 0 {
			if free.Minor < 0 {
				off = amount // what is still open stays open
			}
			w.charge(o, Charge{At: w.At, Kind: "waived", Amount: off.Neg()})
			w.paper(o)
		}
		w.oweAs(o, id, amount, why)
		w.Audit(by, "order.owe", o.Number, map[string]any{"amount": amount.String(), "why": why})
		return nil
	})
}

// Refunded says what became of a refund: "sent", "done", "failed" (case 16). A
// failed one is still owed and may be sent again; a done one stays done. Fault
// NotFound sale.refund_unknown; Invalid sale.refund_state.
func (c *Counter) Refunded(ctx context.Context, order, refund, state string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		at := slices.IndexFunc(o.Refunds, func(r Refund) bool { return r.ID == refund })
		if at < 0 {
			return fault.New(fault.NotFound, "sale.refund_unknown", nil)
		}
		if !slices.Contains([]string{RefundSent, RefundDone, RefundFailed}, state) {
			return fault.New(fault.Invalid, "sale.refund_state", nil)
		}
		return w.refunded(o, &o.Refunds[at], state, by)
	})
}

// triesBeforeBank is how often a refund may fail before the desk is to ask where
// else the money may go.
const triesBeforeBank = 3

func (w *Work) refunded(o *Order, r *Refund, state string, by access.Actor) error {
	if r.State == RefundDone || r.State == state && state != RefundFailed {
		return errSame
	}
	gone := r.State == RefundSent
	r.State = state
	goes := state == RefundSent || state == RefundDone
	what := "b-" + r.ID + "-" + strconv.Itoa(r.Tries)
	switch {
	case goes && !gone:
		w.post(o, what, "refund", buyerAccount(o), cashAccount(o, r.Method), r.Amount)
		w.mail(o, "order.refund", r.ID+"-"+strconv.Itoa(r.Tries), map[string]string{"amount": r.Amount.String()})
	case !goes && gone:
		w.post(o, what+"-failed", "refund_failed", cashAccount(o, r.Method), buyerAccount(o), r.Amount)
	}
	if state == RefundFailed {
		r.Tried = w.At
		if r.Tries++; r.Tries == triesBeforeBank {
			w.task(o, "refund_failed", map[string]string{"refund": r.ID, "amount": r.Amount.String()})
			w.mail(o, "order.refund_failed", r.ID, map[string]string{"amount": r.Amount.String()})
		}
	}
	w.Audit(by, "order.refund", o.Number, map[string]any{"refund": r.ID, "state": state, "amount": r.Amount.String()})
	return nil
}
