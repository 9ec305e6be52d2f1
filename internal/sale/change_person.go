package sale

import (
	"context"
	"slices"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
)

// Transfer gives a person's place of a confirmed order to somebody else, who is
// checked and approved anew (case 44). Price and race stay; the fee of the terms
// as sold is added. What was known of the old person is gone from the order.
// blinds are the indexes of the whole order as it will be.
//
// Faults: Conflict sale.not_confirmed, sale.transfer_closed (the list of names
// has gone to the host), sale.person_entered; Invalid sale.person_unknown, those
// of entry.Check, entry.barred, entry.too_young.
func (c *Counter) Transfer(ctx context.Context, order, person string, to entry.Person, blinds []string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error { return w.transfer(o, person, to, blinds, by) })
}

func (w *Work) transfer(o *Order, person string, to entry.Person, blinds []string, by access.Actor) error {
	was := o.Person(person)
	switch {
	case o.State != Confirmed:
		return fault.New(fault.Conflict, "sale.not_confirmed", nil)
	case was == nil || o.Status(person).Out:
		return fault.New(fault.Invalid, "sale.person_unknown", fault.Args{"person": short(person)}).On("person")
	case w.namesGone(o, person):
		return fault.New(fault.Conflict, "sale.transfer_closed", nil)
	}
	if err := entry.Check(&to, w.today()).OrNil(); err != nil {
		return err
	}
	to.ID, to.Race, to.Earlier, to.Guardian = o.newPerson(), was.Race, nil, o.guardianOf(to.Guardian, person)
	party := slices.Clone(o.Private.Persons)
	*o.Person(person) = to // the old person's data end here
	d := entry.Decide(&w.Catalogue().Entry, &to, w.Catalogue().RaceDate, o.Private.Persons)
	if err := d.Fault(o.Lang); err != nil {
		o.Private.Persons = party
		return err
	}
	known, err := w.liveOf(blinds)
	if err != nil {
		return err
	}
	w.SetBlinds(o.ID, blinds)
	o.reassign(person, to.ID)
	st := o.Status(person)
	st.Out, st.Approval = true, entry.NotAsked
	w.mark(o, to.ID, d)
	if err := w.sameAs(o, to.ID, known); err != nil {
		return err
	}
	w.transferFee(o, to.ID)
	w.afterChange(o, "transfer")
	w.mail(o, "entry.transferred", o.turn(), nil)
	w.Audit(by, "order.transfer", o.Number, map[string]any{"person": person, "to": to.ID})
	return nil
}

// namesGone reports whether a place stays with its person: the day of the terms
// as sold has passed, or, where they name none, the name has gone to the host.
func (w *Work) namesGone(o *Order, person string) bool {
	if end := wall(o.Terms.TransferUntil, w.Catalogue().Location()); end != 0 {
		return w.At >= end
	}
	switch o.Status(person).Approval {
	case entry.NotAsked, entry.NeedsReview:
		return false
	}
	return true
}

func (w *Work) today() string { return entry.Day(w.At, w.Catalogue().Location()) }

// newPerson is an id that no person of the order has had.
func (o *Order) newPerson() string {
	for n := len(o.Private.Persons) + 1; ; n++ {
		id := "p" + strconv.Itoa(n)
		if o.Person(id) == nil && !slices.ContainsFunc(o.People, func(s Status) bool { return s.Person == id }) &&
			!slices.ContainsFunc(o.Items, func(it Item) bool { return it.Person == id }) {
			return id
		}
	}
}

// guardianOf is a guardian who stays in the order.
func (o *Order) guardianOf(guardian, leaving string) string {
	if guardian == leaving || o.Person(guardian) == nil {
		return ""
	}
	return guardian
}

// reassign gives a person's lines and what they cost to another. Papers that were
// written keep theirs. Minors the old person answered for need a new guardian.
func (o *Order) reassign(from, to string) {
	for i := range o.Charges {
		if o.Charges[i].Person == from {
			o.Charges[i].Person = to
		}
	}
	for i := range o.Items {
		if o.Items[i].Person == from && !o.Items[i].Gone {
			o.Items[i].Person = to
		}
	}
	for i := range o.Private.Persons {
		if p := &o.Private.Persons[i]; p.Guardian == from {
			p.Guardian = ""
			o.Status(p.ID).Approval = entry.NeedsReview
		}
	}
}

// transferFee charges the fee of the terms as sold. A fee of another currency is
// the desk's affair: nothing is converted here.
func (w *Work) transferFee(o *Order, person string) {
	if o.Terms.TransferFee == "" {
		return
	}
	fee, err := money.Parse(o.Terms.TransferFee, o.Terms.Currency)
	if err != nil || fee.Minor <= 0 {
		return
	}
	if fee.Currency != o.Currency {
		w.task(o, "fee_currency", map[string]string{"amount": fee.String()})
		return
	}
	w.chargeAll(o, person, []Charge{{Kind: "fee", Item: "transfer", Amount: fee}})
}

// Defer turns a confirmed order into a credit and releases its units now (case
// 45). The credit is what was paid, under the version of the terms of today; it
// promises neither a place nor an approval. Again is no error. Fault Conflict
// sale.not_confirmed, sale.nothing_paid.
func (c *Counter) Defer(ctx context.Context, order string, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		switch {
		case o.State == Cancelled && o.CancelWhy == whyDeferred:
			return errSame
		case o.State != Confirmed:
			return fault.New(fault.Conflict, "sale.not_confirmed", nil)
		case o.Paid().Minor <= 0:
			return fault.New(fault.Conflict, "sale.nothing_paid", nil)
		}
		w.deferOrder(o, by)
		return nil
	})
}

const whyDeferred = "deferred"

func (w *Work) deferOrder(o *Order, by access.Actor) {
	w.free(o, Release, by.Account)
	w.reverse(o, nil, money.Of(0, o.Currency))
	w.paper(o)
	o.State, o.Cancelled, o.CancelWhy = Cancelled, w.At, whyDeferred
	terms, before, sum := w.Catalogue().Terms.Version, len(o.Refunds), money.Of(0, o.Currency)
	w.owe(o, o.surplus(o.Currency), terms)
	for i := before; i < len(o.Refunds); i++ {
		sum = sum.Add(o.Refunds[i].Amount)
		w.toCredit(o, &o.Refunds[i])
	}
	for _, c := range o.currencies()[1:] { // a credit is in the order's own currency
		w.owe(o, o.surplus(c), whyDeferred)
	}
	w.mail(o, "order.deferred", "", map[string]string{"amount": sum.String()})
	w.Audit(by, "order.defer", o.Number, map[string]any{"amount": sum.String(), "terms": terms})
}

// toCredit settles what is owed back by keeping it to the buyer's credit.
func (w *Work) toCredit(o *Order, r *Refund) {
	r.Method, r.State = "credit", RefundDone
	w.post(o, "k-"+r.ID, "credit", buyerAccount(o), cashAccount(o, "credit"), r.Amount)
}

// Credit is what stands to the buyer's credit after Defer, and the version of the
// terms under which it was given; ok is false if there is none.
func (o *Order) Credit() (amount money.Amount, terms string, ok bool) {
	if o.CancelWhy != whyDeferred {
		return money.Amount{}, "", false
	}
	for _, r := range o.Refunds {
		if r.Method == "credit" {
			amount, terms, ok = amount.Add(r.Amount), r.Why, true
		}
	}
	return amount, terms, ok
}

// afterChange writes the paper of a change, and owes back what is paid too much
// by it. What is due because of it has the time that a transfer has.
func (w *Work) afterChange(o *Order, why string) {
	w.paper(o)
	w.owe(o, o.surplus(o.Currency), why)
	if o.Open().Minor > 0 && o.BalanceBy <= w.At {
		o.BalanceBy = w.At.Add(w.Catalogue().Hold.filled().Bank.D())
	}
}

// turn tells the changes of an order apart, for messages that are sent once each.
func (o *Order) turn() string {
	return strconv.Itoa(len(o.Items)) + "-" + strconv.Itoa(len(o.People)) + "-" + strconv.Itoa(len(o.Charges))
}

// Ticket reports whether a person may be given a ticket: approved by the host,
// paid in full, and still in. Neither implies the other (case 30).
func (o *Order) Ticket(person string) bool {
	return o.State == Confirmed && o.Open().Minor <= 0 && o.approval(person) == entry.Approved
}

// approval is the host's word on a person who is still in.
func (o *Order) approval(person string) entry.Approval {
	for _, s := range o.People {
		if s.Person == person && !s.Out {
			return s.Approval
		}
	}
	return entry.NotAsked
}
