package office

import (
	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleOrderView struct {
	*salePlace
	Order    *sale.Order
	Path     string
	Items    []itemLine
	Persons  []personLine
	Lines    []sale.Line
	Postings []sale.Posting
	Mails    []sale.SentMail
	Trail    []auditLine
	Tasks    []orderTask
	Acts     []orderAct
}

// itemLine is an item with what it costs in all.
type itemLine struct {
	sale.Item
	Sum money.Amount
}

// personLine is a person with what the desk knows of them.
type personLine struct {
	entry.Person
	sale.Status
	Runs []string // names of what they run
}

// SaleOrder answers GET …/sale/orders/{order}: everything about an order.
func (m *Room) SaleOrder(c *site.Call) error {
	return m.atSale(c, "orders", access.SaleRead, m.saleOrder)
}

func (m *Room) saleOrder(c *site.Call, sp *salePlace) error {
	o, err := sp.order(c)
	if err != nil {
		return err
	}
	v := saleOrderView{salePlace: sp, Order: o, Path: sp.OrderPath(o.ID), Items: itemLines(o), Persons: sp.personLines(o)}
	for i, t := range o.Tasks {
		if !t.Done {
			v.Tasks = append(v.Tasks, orderTask{o, i, t})
		}
	}
	for _, a := range orderActs {
		if sp.Can(string(a.Needs)) && a.Fits(o, sp) && !a.Aside {
			v.Acts = append(v.Acts, a)
		}
	}
	if err := m.orderRecord(c, &v); err != nil {
		return err
	}
	return c.Render(200, "sale_order", sp.Title(o.Number), v)
}

// orderRecord reads what the ledgers, the outbox and the log say of an order.
func (m *Room) orderRecord(c *site.Call, v *saleOrderView) error {
	ctx, edition := c.R.Context(), v.Desk.Edition
	b, err := m.units(ctx, v.salePlace)
	if err != nil {
		return err
	}
	v.Lines = b.linesOf(v.Order.ID)
	b.mu.Unlock()
	if v.All {
		if v.Postings, err = v.Views.Postings(ctx, edition, v.Order.ID); err != nil {
			return err
		}
	}
	if v.Mails, err = v.Views.Mails(ctx, edition, v.Order.ID); err != nil {
		return err
	}
	page, _, err := m.Trail.Entries(ctx, TrailFilter{Edition: edition, Subject: v.Order.Number, Limit: pageSize})
	for _, e := range page {
		v.Trail = append(v.Trail, auditLine{e, details(e.Detail)})
	}
	return err
}

func itemLines(o *sale.Order) []itemLine {
	out := make([]itemLine, len(o.Items))
	for i, it := range o.Items {
		out[i] = itemLine{it, it.Each.Times(it.N)}
	}
	return out
}

func (sp *salePlace) personLines(o *sale.Order) []personLine {
	var out []personLine
	for i := range o.Private.Persons {
		p := &o.Private.Persons[i]
		l := personLine{Person: *p}
		for _, st := range o.People {
			if st.Person == p.ID {
				l.Status = st
			}
		}
		if p.Race != "" {
			l.Runs = append(l.Runs, sp.RaceName(p.Race))
		}
		out = append(out, l)
	}
	return out
}

// PersonName is the printed name of a person of the order, their id if it is
// not known yet.
func (v saleOrderView) PersonName(id string) string { return personName(v.Order, id) }

func personName(o *sale.Order, id string) string {
	if p := o.Person(id); p != nil {
		if p.Name.Printed != "" {
			return p.Name.Printed
		}
		return joinName(p.Name.Given, p.Name.Family, p.ID)
	}
	return id
}

func joinName(given, family, id string) string {
	switch {
	case given != "" && family != "":
		return given + " " + family
	case given+family != "":
		return given + family
	}
	return id
}

// Act is where something is done to the order.
func (v saleOrderView) Act(word string) string { return v.Path + "/" + word }

// May reports whether an act fits the order and the reader may do it.
func (v saleOrderView) May(word string) bool {
	a, ok := findAct(word)
	return ok && v.Can(string(a.Needs)) && a.Fits(v.Order, v.salePlace)
}

// ApprovalWord is the word of the host's answer.
func (sp *salePlace) ApprovalWord(a entry.Approval) string {
	if a == entry.NotAsked {
		return "not_asked"
	}
	return string(a)
}
