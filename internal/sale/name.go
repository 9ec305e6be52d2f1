package sale

import (
	"context"
	"slices"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
)

// Name sets the personal data of an order: payer and persons. Who runs does not
// change by it: that is Transfer. Persons are found by their ids; those left out
// stay as they are, and an order that was made without persons gets them now.
// What was decided by the host on data that changed is to be looked at again
// (case 31). What a person paid (resident or not) and runs does not change.
// Faults: those of entry.CheckParty; Invalid sale.person_unknown, sale.persons;
// Conflict sale.hold_ended, sale.order_ended.
func (c *Counter) Name(ctx context.Context, order string, p Private, blinds []string, by access.Actor) (*Order, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		if o.State == Cancelled || o.State == Expired {
			return fault.New(fault.Conflict, "sale.order_ended", nil)
		}
		today := w.At.In(w.Catalogue().Location()).Format(time.DateOnly)
		if err := entry.CheckParty(p.Persons, today).OrNil(); err != nil {
			return err
		}
		if err := w.name(o, p); err != nil {
			return err
		}
		w.SetBlinds(o.ID, blinds)
		w.Audit(by, "order.name", o.Number, nil)
		return nil
	})
}

func (w *Work) name(o *Order, p Private) error {
	if len(o.Private.Persons) == 0 {
		if len(p.Persons) > o.travellers() {
			return fault.New(fault.Invalid, "sale.persons", fault.Args{"n": len(p.Persons), "max": o.travellers()}).On("persons")
		}
		o.Private.Persons = slices.Clone(p.Persons)
	}
	for i := range p.Persons {
		was := o.Person(p.Persons[i].ID)
		if was == nil {
			return fault.New(fault.Invalid, "sale.person_unknown", fault.Args{"person": short(p.Persons[i].ID)}).On("persons")
		}
		st := o.Status(was.ID)
		now := entry.Renew(*was, p.Persons[i], st.Approval == entry.Submitted || st.Approval == entry.Approved)
		now.Resident, now.Race = was.Resident, was.Race
		before := *was
		*was = now
		if o.State == Confirmed {
			w.assess(o, &before, was)
		}
	}
	w.share(o)
	o.Private.Name, o.Private.Address = p.Name, p.Address
	if p.Email != "" {
		o.Private.Email = p.Email
	}
	if o.State == Confirmed {
		return nil
	}
	return w.eligible(o)
}

// travellers is for how many people an order's items are at most.
func (o *Order) travellers() int {
	n := 0
	for _, it := range o.Items {
		if !it.Gone {
			n += it.N
		}
	}
	return n
}

// TaskDone closes the n-th task of an order.
func (c *Counter) TaskDone(ctx context.Context, order string, n int, by access.Actor) (*Order, error) {
	return c.change(ctx, order, nil, func(w *Work, o *Order) error {
		if n < 0 || n >= len(o.Tasks) {
			return fault.New(fault.NotFound, "sale.task_unknown", nil)
		}
		if o.Tasks[n].Done {
			return errSame
		}
		o.Tasks[n].Done = true
		w.Audit(by, "order.task_done", o.Number, map[string]any{"task": o.Tasks[n].Code})
		return nil
	})
}
