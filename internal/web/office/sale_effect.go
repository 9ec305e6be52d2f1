package office

import (
	"context"
	"slices"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/sale"
)

// saleEffect is what a verb would change, in words the desk reads.
type saleEffect struct {
	Orders []orderEffect
	More   int // orders beyond those shown
	Quotas []quotaEffect
	Mails  []mailEffect
	Waits  int // places on the waiting list that change
}

// Nothing reports whether nothing would change.
func (e *saleEffect) Nothing() bool {
	return len(e.Orders)+len(e.Quotas)+len(e.Mails)+e.Waits == 0
}

// orderEffect is what changes in one order.
type orderEffect struct {
	After    *sale.Order
	Was      sale.State     // "" for a new order
	Charges  []sale.Charge  // new
	Receipts []sale.Receipt // new
	Refunds  []sale.Refund  // new, or in another state
	Papers   []sale.Paper   // new
	Gone     []sale.Item    // items that end
	Items    []sale.Item    // items that are new
	People   []sale.Status  // with another approval, or out
	Tasks    []sale.Task    // new or done
	DueWas   money.Amount
	Stranger bool // an order the reader does not see: only that it changes
}

// Number is the number of the order; a new one has its number only then.
func (e orderEffect) Number() string {
	if e.Was == "" {
		return ""
	}
	return e.After.Number
}

// quotaEffect is what becomes of the free units of a quota.
type quotaEffect struct {
	ID                           string
	FreeWas, Free, KeptWas, Kept int
	SizeWas, Size, UsedWas, Used int
}

// mailEffect is how many get one message in one language.
type mailEffect struct {
	Template, Lang string
	N              int
}

// shownEffects is how many orders an effect names; the rest is counted.
const shownEffects = 20

// effectOf reads a rehearsal.
func (sp *salePlace) effectOf(ctx context.Context, c *sale.Changes) (*saleEffect, error) {
	e := &saleEffect{}
	if c == nil {
		return e, nil
	}
	for _, o := range c.Orders {
		if len(e.Orders) == shownEffects {
			e.More++
			continue
		}
		was, err := sp.Views.Order(ctx, sp.Desk.Edition, o.ID)
		if fault.KindOf(err) == fault.NotFound {
			was, err = nil, nil
		}
		if err != nil {
			return nil, err
		}
		e.Orders = append(e.Orders, orderChange(was, o, !sp.Sees(o.Partner)))
	}
	for _, q := range c.Quotas {
		e.quota(sp, q)
	}
	for _, m := range c.Mails {
		at := slices.IndexFunc(e.Mails, func(x mailEffect) bool { return x.Template == m.Template && x.Lang == m.Lang })
		if at < 0 {
			e.Mails = append(e.Mails, mailEffect{m.Template, m.Lang, 1})
			continue
		}
		e.Mails[at].N++
	}
	e.Waits = len(c.Waits)
	return e, nil
}

func (e *saleEffect) quota(sp *salePlace, q sale.Quota) {
	if !sp.Sees(q.Partner) {
		return
	}
	x := quotaEffect{ID: q.ID(), Free: q.Free(), Kept: q.Kept, Size: q.Size, Used: q.Used}
	for i := range sp.Head.Quotas {
		if was := &sp.Head.Quotas[i]; was.ID() == q.ID() {
			x.FreeWas, x.KeptWas, x.SizeWas, x.UsedWas = was.Free(), was.Kept, was.Size, was.Used
		}
	}
	if x.Free != x.FreeWas || x.Kept != x.KeptWas || x.Size != x.SizeWas || x.Used != x.UsedWas {
		e.Quotas = append(e.Quotas, x)
	}
}

// orderChange is what differs between an order and what it would be.
func orderChange(was, o *sale.Order, stranger bool) orderEffect {
	e := orderEffect{After: o, Stranger: stranger}
	if was == nil {
		e.Charges, e.Items, e.Receipts, e.Refunds, e.Tasks = o.Charges, o.Items, o.Receipts, o.Refunds, o.Tasks
		e.DueWas = money.Of(0, o.Currency)
		return e
	}
	e.Was, e.DueWas = was.State, was.Due()
	e.Charges = o.Charges[min(len(was.Charges), len(o.Charges)):]
	e.Receipts = o.Receipts[min(len(was.Receipts), len(o.Receipts)):]
	e.Papers = o.Papers[min(len(was.Papers), len(o.Papers)):]
	for i, it := range o.Items {
		if i >= len(was.Items) {
			e.Items = append(e.Items, it)
		} else if it.Gone && !was.Items[i].Gone {
			e.Gone = append(e.Gone, it)
		}
	}
	for i, r := range o.Refunds {
		if i >= len(was.Refunds) || was.Refunds[i].State != r.State {
			e.Refunds = append(e.Refunds, r)
		}
	}
	for _, st := range o.People {
		if before := statusOf(was, st.Person); before.Approval != st.Approval || before.Out != st.Out {
			e.People = append(e.People, st)
		}
	}
	for i, t := range o.Tasks {
		if i >= len(was.Tasks) || was.Tasks[i].Done != t.Done {
			e.Tasks = append(e.Tasks, t)
		}
	}
	return e
}

// MailName is what a message is about.
func (sp *salePlace) MailName(template string) string { return sp.word("office.sale.mail.", template) }

// PersonOf is the printed name of a person of an order.
func (sp *salePlace) PersonOf(o *sale.Order, id string) string { return personName(o, id) }
