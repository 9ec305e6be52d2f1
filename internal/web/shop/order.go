package shop

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// desk is what every page of an order knows.
type desk struct {
	*stand
	O    *sale.Order
	Form *site.Form
}

func (s *stand) orderPath(id string) string { return s.Base() + "/order/" + url.PathEscape(id) }

// Path is the address of the order.
func (d *desk) Path() string { return d.orderPath(d.O.ID) }

// State is how the order stands now, a hold that has ended included; its
// sentence is "shop.state." + State.
func (d *desk) State() string {
	if d.O.State == sale.Held && !d.O.Live(d.Now) {
		return "expired"
	}
	if d.O.State == sale.Confirmed {
		if d.O.Open().Minor > 0 {
			return "deposit"
		}
		return "paid"
	}
	return string(d.O.State)
}

// Tone is the state's colour: official, provisional or coming.
func (d *desk) Tone() string {
	switch d.State() {
	case "paid":
		return "official"
	case "held", "deposit":
		return "provisional"
	}
	return "coming"
}

// Live reports whether something can still be paid or changed.
func (d *desk) Live() bool { return d.O.Live(d.Now) }

// Until is the end of the hold that is shown.
func (d *desk) Until() race.Instant { return d.O.SoftEnd }

// Graced reports whether the shown end has passed and the units are still kept.
func (d *desk) Graced() bool { return d.O.State == sale.Held && d.Live() && d.Now >= d.O.SoftEnd }

// test reports whether paying moves no money.
func (m *Room) test() bool { return m.Cashier != nil && !m.Cashier.Real() }

// desk finds an order of the call's edition: who knows its id may see it.
func (m *Room) desk(c *site.Call) (*desk, error) {
	private(c)
	s, err := m.stand(c, "find")
	if err != nil {
		return nil, err
	}
	o, err := m.Views.Order(c.R.Context(), s.Edition.ID, c.Path("order"))
	if err != nil {
		return nil, err
	}
	return &desk{stand: s, O: o, Form: site.NewForm(nil)}, nil
}

// orderView is the order and everything that can be done with it.
type orderView struct {
	*desk
	bill
	Paid, Open money.Amount
	NowDue     money.Amount // to be paid next
	Persons    []personRow
	Dates      []due
	Scale      []tier
	Text       string
	Bank       *transfer // where a transfer goes, nil if none is taken now
	Card, Test bool
	Back       money.Amount // owed or on its way back
	Refunds    []sale.Refund
	Receipts   []sale.Receipt
	Waits      bool // nothing can be bought again: the list is the way
}

// personRow is one person of an order.
type personRow struct {
	entry.Person
	sale.Status
	Items    []string
	Race     string // name
	Country  string // name
	Document string // missing, there
	Findings []note
}

// Order answers GET /e/{edition}/order/{order}. Whoever comes back from paying
// brings ?session=: the provider is asked how it ended before anything is shown.
func (m *Room) Order(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	if c.Query("session") != "" && m.Cashier != nil {
		return m.back(c, d, d.Path())
	}
	mayLeave(c)
	return c.Render(200, "shop_order", c.T("shop.order.title", "number", d.O.Number), m.orderView(c, d))
}

// back records how a payment ended and leads to the order without the session.
func (m *Room) back(c *site.Call, d *desk, to string) error {
	o, err := pay.Settle(c.R.Context(), d.Counter, m.Views, m.Cashier, d.O.ID)
	switch kind := fault.KindOf(err); {
	case err == nil && o.Paid().Minor > d.O.Paid().Minor:
		c.Flash(site.Good, "shop.pay.received")
	case err == nil && len(o.Receipts) == len(d.O.Receipts) && len(o.Receipts) == 0:
		c.Flash(site.Warn, "shop.pay.nothing")
	case err != nil && kind == fault.Unavailable:
		c.Flash(site.Warn, "shop.pay.asking")
	case err != nil && kind != fault.NotFound:
		return err
	}
	return c.Redirect(to)
}

func (m *Room) orderView(c *site.Call, d *desk) orderView {
	o, tag := d.O, string(c.Tag)
	v := orderView{desk: d, Paid: o.Paid(), Open: o.Open(), Scale: d.scale(o.Terms), Text: o.Terms.Text.In(tag), Refunds: o.Refunds, Receipts: o.Receipts}
	v.bill = bill{Total: o.Due(), Deposit: o.Deposit, BalanceBy: o.BalanceBy,
		Lines: billLines(d.Catalogue, tag, o.Items, o.Charges, o.Private.Persons)}
	v.NowDue = nowDue(o)
	v.Back = money.Of(0, o.Currency)
	for _, r := range o.Refunds {
		if r.State != sale.RefundDone && r.Amount.Same(v.Back) {
			v.Back = v.Back.Add(r.Amount)
		}
	}
	for i := range o.Private.Persons {
		v.Persons = append(v.Persons, d.personRow(c, &o.Private.Persons[i]))
	}
	v.Dates = d.dates()
	if d.Live() && v.Open.Minor > 0 {
		v.Card, v.Test = m.Cashier != nil, m.test()
		v.Bank = d.transfer(v.NowDue)
	}
	return v
}

// nowDue is what is to be paid next: what is missing of the deposit while the
// order is held, all that is open else.
func nowDue(o *sale.Order) money.Amount {
	open := o.Open()
	if o.State == sale.Held && !o.Deposit.Zero() {
		if missing := o.Deposit.Sub(o.Paid()); missing.Minor > 0 && missing.Less(open) {
			return missing
		}
	}
	return open
}

func (d *desk) personRow(c *site.Call, p *entry.Person) personRow {
	o, tag := d.O, string(c.Tag)
	r := personRow{Person: *p, Country: countryName(c.Tag, p.Country), Document: "missing"}
	if p.Document.Number != "" {
		r.Document = "there"
	}
	for _, st := range o.People {
		if st.Person == p.ID {
			r.Status = st
		}
	}
	for _, it := range o.Items {
		if it.Person != p.ID || it.Gone {
			continue
		}
		if x := d.Catalogue.Product(it.Product); x != nil && x.Kind == sale.Entry {
			r.Race = x.Name.In(tag)
			continue
		}
		r.Items = append(r.Items, productName(d.Catalogue, tag, it.Product))
	}
	for _, f := range entry.Decide(&d.Catalogue.Entry, p, d.Catalogue.RaceDate, o.Private.Persons).Findings {
		if f.Outcome != entry.OK {
			r.Findings = append(r.Findings, note{p.Name.Printed, "entry." + f.Code, f.Args})
		}
	}
	return r
}

// Approved is the sentence's key of the host's word; "" is not asked yet.
func (r personRow) Approved() string {
	if r.Approval == "" {
		return "not_asked"
	}
	return string(r.Approval)
}

// ApprovalTone is the colour of the host's word.
func (r personRow) ApprovalTone() string {
	switch r.Approval {
	case entry.Approved:
		return "official"
	case entry.Denied, entry.Revoked:
		return "live"
	case entry.Submitted, entry.NeedsReview:
		return "provisional"
	}
	return "coming"
}

// dates is the calendar of what is due and what ends, in order.
func (d *desk) dates() []due {
	o, out := d.O, []due(nil)
	if !d.Live() {
		return nil
	}
	if o.State == sale.Held {
		out = append(out, due{Kind: "hold", At: o.SoftEnd, Amount: nowDue(o)})
	}
	if open := o.Open(); open.Minor > 0 && o.BalanceBy != 0 {
		rest := open
		if o.State == sale.Held {
			rest = o.Due().Sub(o.Deposit)
		}
		out = append(out, due{Kind: "balance", Day: (o.BalanceBy - 1).In(d.Zone).Format(time.DateOnly), Amount: rest})
	}
	for _, k := range d.scale(o.Terms) {
		if !k.Over && k.Last != "" && k.Percent > 0 {
			out = append(out, due{Kind: "tier", Day: k.Last, N: k.Percent})
		}
	}
	for _, x := range d.Catalogue.Departures {
		for _, it := range o.Items {
			if p := d.Catalogue.Product(it.Product); p != nil && p.Departure == x.ID && p.Kind != sale.Supplement && !it.Gone {
				out = append(out, due{Kind: "leave", Day: x.Leaves})
				break
			}
		}
	}
	out = append(out, due{Kind: "race", Day: d.Catalogue.RaceDate})
	return inOrder(out, d.Zone)
}

// Staying is how many persons are still in the order.
func (v orderView) Staying() int {
	n := 0
	for _, p := range v.Persons {
		if !p.Out {
			n++
		}
	}
	return n
}

// In reports whether nothing stands between the persons and the start: their
// places are confirmed and the host has approved every one (case 30).
func (v orderView) In() bool {
	for _, p := range v.Persons {
		if !p.Out && p.Approval != entry.Approved {
			return false
		}
	}
	return v.State() == "paid" && v.Staying() > 0
}

// ZoneName is what the sale's clocks are called: "KST".
func (d *desk) ZoneName() string { return d.Now.In(d.Zone).Format("MST") }

// mayLeave lets a form of this page lead to the payment provider's own page.
func mayLeave(c *site.Call) {
	h := c.W.Header()
	h.Set("Content-Security-Policy", formAction(h.Get("Content-Security-Policy")))
}

// inOrder sorts a calendar; a day ends after everything on it.
func inOrder(out []due, zone *time.Location) []due {
	at := func(x due) string {
		if x.Day != "" {
			return x.Day + "T24"
		}
		return x.At.In(zone).Format("2006-01-02T15:04:05")
	}
	slices.SortStableFunc(out, func(a, b due) int { return strings.Compare(at(a), at(b)) })
	return out
}
