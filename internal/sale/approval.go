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

// Decide records the host's word on a person (cases 27-32). It says nothing about
// money, and money says nothing about it (case 30). A denial takes the person out
// with everything refundable paid back, whatever the day, as does an approval
// that is withdrawn; a group that travels together or not at all goes with the
// one (cases 27-29). No reason is kept: the word alone. The same word again
// changes nothing.
//
// Faults: Invalid sale.approval, sale.person_unknown; Conflict sale.person_out,
// sale.order_ended.
func (c *Counter) Decide(ctx context.Context, order, person string, a entry.Approval, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error { return w.decide(o, person, a, by) })
}

var approvals = []entry.Approval{entry.NotAsked, entry.NeedsReview, entry.Submitted, entry.Approved, entry.Denied, entry.Revoked}

func (w *Work) decide(o *Order, person string, a entry.Approval, by access.Actor) error {
	if !slices.Contains(approvals, a) {
		return fault.New(fault.Invalid, "sale.approval", nil).On("approval")
	}
	if o.Person(person) == nil {
		return fault.New(fault.Invalid, "sale.person_unknown", fault.Args{"person": short(person)}).On("person")
	}
	st := o.Status(person)
	switch {
	case st.Approval == a:
		return errSame
	case st.Out:
		return fault.New(fault.Conflict, "sale.person_out", nil)
	case o.State == Cancelled || o.State == Expired:
		return fault.New(fault.Conflict, "sale.order_ended", nil)
	}
	was := st.Approval
	st.Approval, st.Rule = a, w.Catalogue().Entry.Version
	w.Audit(by, "entry.decide", o.Number, map[string]any{"person": person, "approval": string(a)})
	switch a {
	case entry.Denied, entry.Revoked:
		return w.refuse(o, person, was, by)
	case entry.Approved, entry.NeedsReview:
		w.mail(o, map[entry.Approval]string{entry.Approved: "entry.approved", entry.NeedsReview: "entry.review"}[a], o.turn()+person, nil)
	}
	return nil
}

// refuse takes a person out whom the host does not let in. What a supplier keeps
// is the house's loss and is put before the desk (case 29).
func (w *Work) refuse(o *Order, person string, was entry.Approval, by access.Actor) error {
	before := len(o.Refunds)
	if err := w.cancelPerson(o, person, ByVisa, by); err != nil {
		return err
	}
	w.out.Mails = slices.DeleteFunc(w.out.Mails, func(m Mail) bool { // the host's word is told in words of its own
		return m.Order == o.ID && (m.Template == "order.cancelled" || m.Template == "order.person_cancelled")
	})
	back := money.Of(0, o.Currency)
	for _, r := range o.Refunds[before:] {
		if r.Amount.Same(back) {
			back = back.Add(r.Amount)
		}
	}
	template := "entry.denied"
	if o.Status(person).Approval == entry.Revoked {
		template = "entry.revoked"
	}
	if was == entry.Approved || template == "entry.revoked" {
		w.task(o, "supplier_costs", map[string]string{"person": person})
	}
	w.mail(o, template, person, map[string]string{"amount": back.String()})
	return nil
}

// Loss records what the house loses to a supplier by somebody who could not come:
// it stands in the ledger of money against the supplier, never against the buyer
// (case 29). The same id again changes nothing. Fault Invalid sale.loss.
func (c *Counter) Loss(ctx context.Context, order, id string, amount money.Amount, by access.Actor) (*Order, error) {
	seen := "loss:" + order + ":" + id
	return c.change(ctx, order, []string{seen}, func(w *Work, o *Order) error {
		if id == "" || len(id) > mostID || amount.Minor <= 0 || !amount.Currency.Valid() {
			return fault.New(fault.Invalid, "sale.loss", nil).On("amount")
		}
		first, err := w.Once(seen)
		if err != nil {
			return err
		}
		if !first {
			return errSame
		}
		w.post(o, "l-"+id, "loss", "loss", "suppliers", amount)
		w.Audit(by, "order.loss", o.Number, map[string]any{"amount": amount.String()})
		return nil
	})
}

// mark writes what the rule says of a person into the order: its version, and
// that a person has to look where it cannot say.
func (w *Work) mark(o *Order, person string, d entry.Decision) {
	st := o.Status(person)
	st.Rule = d.Rule
	if d.Outcome != entry.OK && st.Approval != entry.Denied && st.Approval != entry.Revoked {
		if minor(d) || d.Outcome == entry.Barred {
			st.Approval = entry.NeedsReview
		}
	}
}

// minor reports whether a decision waits for a guardian or a consent. What is
// merely not known yet may come later and needs no review.
func minor(d entry.Decision) bool {
	return slices.ContainsFunc(d.Findings, func(f entry.Finding) bool {
		return f.Outcome == entry.Review && f.Code != "no_country" && f.Code != "no_birth"
	})
}

// assess asks the rule anew about a person of a sold order whose data changed
// (case 31): what the host decided on is to be looked at again and goes out as an
// amendment; whom the rule bars now is put before the desk, whose denial is case
// 28. Nobody is thrown out by a slip of the pen.
func (w *Work) assess(o *Order, was, now *entry.Person) {
	if !entry.Affects(was, now) {
		return
	}
	d := entry.Decide(&w.Catalogue().Entry, now, w.Catalogue().RaceDate, o.Private.Persons)
	st := o.Status(now.ID)
	told := st.Approval == entry.Submitted || st.Approval == entry.Approved
	if told {
		st.Approval = entry.NeedsReview
	}
	w.mark(o, now.ID, d)
	switch {
	case d.Outcome == entry.Barred:
		w.task(o, "barred", map[string]string{"person": now.ID})
	case told:
		w.task(o, "amendment", map[string]string{"person": now.ID})
	}
	if st.Approval == entry.NeedsReview {
		w.mail(o, "entry.review", strconv.Itoa(o.Version)+now.ID, nil)
	}
}

// liveOf are the live orders found by blind indexes.
func (w *Work) liveOf(blinds []string) ([]*Order, error) {
	return w.known(&Ask{Blinds: blinds})
}

// sameAs looks for a new person in other orders: the same document has a place
// already (Conflict sale.person_entered), at another partner both desks are told
// (case 12); who is only alike is a question to the desk (case 11).
func (w *Work) sameAs(o *Order, person string, known []*Order) error {
	p := []entry.Person{*o.Person(person)}
	for _, k := range known {
		if k.ID == o.ID {
			continue
		}
		if _, like := alike(p, k.Private.Persons); like == entry.Same && k.Partner == o.Partner {
			return fault.New(fault.Conflict, "sale.person_entered", nil).On("person")
		} else if like != entry.Other {
			if err := w.flag(o, person, k, like); err != nil {
				return err
			}
		}
	}
	return nil
}

// flag notes for the desk that a person of an order may stand in another one as
// well; of the same document for both desks, and who was confirmed first keeps
// the place (case 12).
func (w *Work) flag(o *Order, person string, other *Order, like entry.Likeness) error {
	args := map[string]string{"person": person, "number": other.Number}
	if like == entry.Same {
		other, err := w.Order(other.ID)
		if err != nil {
			return err
		}
		args["order"] = other.ID
		w.task(other, "same_person", map[string]string{"person": sameIn(o, person, other), "number": o.Number, "order": o.ID})
		if o.State == Confirmed && other.State == Confirmed {
			o.Status(person).Approval = entry.NeedsReview
		}
	}
	w.task(o, "same_person", args)
	return nil
}

// sameIn is the person of another order that is the same as one of o.
func sameIn(o *Order, person string, other *Order) string {
	id, _ := alike(other.Private.Persons, []entry.Person{*o.Person(person)})
	return id
}

// firstWins is asked when an order is confirmed: of two orders with the same
// document the first to be confirmed keeps its place; the person of the second is
// to be looked at, and both desks know (case 12).
func (w *Work) firstWins(o *Order) {
	for _, t := range o.Tasks {
		if t.Code != "same_person" || t.Done || t.Args["order"] == "" {
			continue
		}
		if other, err := w.Look(t.Args["order"]); err == nil && other.State == Confirmed {
			o.Status(t.Args["person"]).Approval = entry.NeedsReview
		}
	}
}
