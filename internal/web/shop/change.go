package shop

import (
	"context"
	"net/url"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// person finds the person of a call's order who is still in it; the order must
// have its units.
func (m *Room) person(c *site.Call) (*desk, *personRow, error) {
	d, err := m.desk(c)
	if err != nil {
		return nil, nil, err
	}
	p := d.O.Person(c.Path("person"))
	if p == nil || !d.Live() {
		return nil, nil, site.NoSuchPage()
	}
	r := d.personRow(c, p)
	if r.Out {
		return nil, nil, site.NoSuchPage()
	}
	return d, &r, nil
}

func (d *desk) personPath(p *personRow) string {
	return d.Path() + "/person/" + url.PathEscape(p.Person.ID)
}

// PersonPath is the address of a person's page.
func (d *desk) PersonPath(p personRow) string { return d.personPath(&p) }

// personView asks for what is still to come of a person, and leads to changes.
type personView struct {
	*desk
	P         *personRow
	Countries []site.Option
}

// PersonForm answers GET /e/{edition}/order/{order}/person/{person}.
func (m *Room) PersonForm(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	d.Form = site.NewForm(url.Values{"family": {p.Name.Family}, "given": {p.Name.Given}, "issuer": {issuer(p)},
		"number": {p.Person.Document.Number}, "expires": {p.Person.Document.Expires}, "email": {p.Email}})
	return m.personForm(c, d, p)
}

// issuer is who issued the document: the state of the citizenship unless told.
func issuer(p *personRow) string {
	if p.Person.Document.Issuer != "" {
		return p.Person.Document.Issuer
	}
	return p.Person.Country
}

func (m *Room) personForm(c *site.Call, d *desk, p *personRow) error {
	return c.Render(d.Form.Status(), "shop_person", p.Name.Printed, personView{d, p, countries(c)})
}

// PersonSave answers POST /e/{edition}/order/{order}/person/{person}: the travel
// document and how the person is reached. Who it is does not change by it.
func (m *Room) PersonSave(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	t := typed(d.Form.Values, "")
	private := d.O.Clone().Private
	for i := range private.Persons {
		x := &private.Persons[i]
		if x.ID != p.Person.ID {
			continue
		}
		x.Name.Family, x.Name.Given, x.Email = t.Family, t.Given, t.Email
		x.Document = entry.Document{Issuer: d.Form.Get("issuer"), Number: t.Number, Expires: t.Expires}
		if t.Number == "" {
			x.Document = entry.Document{}
		}
		if list := entry.Check(x, d.Today()); len(list) > 0 {
			_ = d.Form.Add(list)
			return m.personForm(c, d, p)
		}
	}
	_, err = d.Counter.Name(c.R.Context(), d.O.ID, private, m.blinds(private), access.Actor{})
	return m.done(c, d, err, func() error { return m.personForm(c, d, p) }, "shop.person.saved")
}

// swapView offers other races to a person who runs.
type swapView struct {
	*desk
	P      *personRow
	Races  []choice
	To     *choice // chosen, nil = none yet
	Effect *effect
	Full   bool // To is sold out: one can wait for it and keep one's place
}

// SwapForm answers GET /e/{edition}/order/{order}/person/{person}/swap. With
// ?product= it shows what the change would cost or give back.
func (m *Room) SwapForm(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	return m.swapForm(c, d, p, c.Query("product"))
}

func (m *Room) swapForm(c *site.Call, d *desk, p *personRow, product string) error {
	if !p.Runs() {
		return site.NoSuchPage()
	}
	v := swapView{desk: d, P: p}
	for _, r := range d.menu(c.Tag, d.O.Currency).Races {
		if r.product.Race != p.Person.Race {
			v.Races = append(v.Races, r)
		}
	}
	if v.To = find(v.Races, product); v.To != nil {
		var err error
		if v.Effect, err = m.rehearse(c, d, d.swap(p, product)); err != nil {
			return err
		}
		if v.Full = v.Effect == nil && len(d.Form.Other()) == 1 && fault.CodeOf(d.Form.Other()[0]) == waits; v.Full {
			d.Form = site.NewForm(nil)
		}
	}
	return c.Render(d.Form.Status(), "shop_swap", c.T("shop.swap.title"), v)
}

// waits is the counter's answer when the other race is full: the order waits for
// it and keeps the place it has (case 42).
const waits = "sale.swap_waits"

func (d *desk) swap(p *personRow, product string) verb {
	return func(ctx context.Context, k *sale.Counter) (*sale.Order, error) {
		return k.Swap(ctx, d.O.ID, p.Person.ID, product, access.Actor{})
	}
}

// Swap answers POST /e/{edition}/order/{order}/person/{person}/swap.
func (m *Room) Swap(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	product := d.Form.Get("product")
	_, err = d.swap(p, product)(c.R.Context(), d.Counter)
	if fault.CodeOf(err) == waits {
		c.Flash(site.Good, "shop.swap.waiting")
		return c.Redirect(d.Path())
	}
	return m.done(c, d, err, func() error { d.Form = site.NewForm(nil); return m.swapForm(c, d, p, product) }, "shop.swap.done")
}

// transferView asks who takes a person's place.
type transferView struct {
	*desk
	P         *personRow
	Countries []site.Option
	Effect    *effect // once everything is told
	Rule      ruleView
}

// TransferForm answers GET /e/{edition}/order/{order}/person/{person}/transfer.
func (m *Room) TransferForm(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	return m.transferForm(c, d, p, nil)
}

func (m *Room) transferForm(c *site.Call, d *desk, p *personRow, e *effect) error {
	return c.Render(d.Form.Status(), "shop_transfer", c.T("shop.transfer.title"), transferView{d, p, countries(c), e, d.rule(c)})
}

// Transfer answers POST /e/{edition}/order/{order}/person/{person}/transfer: the
// first press shows what it costs, the second does it.
func (m *Room) Transfer(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	to, err := d.successor(c, p)
	if err != nil {
		if d.Form.Add(err) != nil {
			return err
		}
		return m.transferForm(c, d, p, nil)
	}
	do := func(ctx context.Context, k *sale.Counter) (*sale.Order, error) {
		return k.Transfer(ctx, d.O.ID, p.Person.ID, to, m.blindsAfter(d.O, to), access.Actor{})
	}
	if d.Form.Get("act") == "do" {
		_, err := do(c.R.Context(), d.Counter)
		return m.done(c, d, err, func() error { return m.transferForm(c, d, p, nil) }, "shop.transfer.done")
	}
	e, err := m.rehearse(c, d, do)
	if err != nil {
		return err
	}
	return m.transferForm(c, d, p, e)
}

// blindsAfter are the indexes of an order in which somebody has taken a place.
func (m *Room) blindsAfter(o *sale.Order, to entry.Person) []string {
	private := o.Clone().Private
	for i := range private.Persons {
		if private.Persons[i].ID == to.ID {
			private.Persons[i] = to
		}
	}
	return m.blinds(private)
}

// successor is who was typed, checked as anybody who buys.
func (d *desk) successor(c *site.Call, p *personRow) (entry.Person, error) {
	t := traveller{Person: typed(d.Form.Values, "")}
	to := t.entry(p.Person.ID, &menu{})
	to.Race = p.Person.Race
	list := entry.Check(&to, d.Today())
	for _, f := range []struct{ name, value string }{{"birth", to.Birth}, {"sex", string(to.Sex)}, {"country", to.Country}} {
		if f.value == "" {
			list = append(list, fault.New(fault.Invalid, "shop.missing", nil).On(f.name))
		}
	}
	if len(list) > 0 {
		return to, list
	}
	return to, entry.Decide(&d.Catalogue.Entry, &to, d.Catalogue.RaceDate, d.O.Private.Persons).Fault(string(c.Tag))
}

// deferView says what deferring means before it is done.
type deferView struct {
	*desk
	Effect *effect
}

// DeferForm answers GET /e/{edition}/order/{order}/defer.
func (m *Room) DeferForm(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	return m.deferForm(c, d)
}

func (m *Room) deferForm(c *site.Call, d *desk) error {
	if d.O.State != sale.Confirmed {
		return c.Redirect(d.Path())
	}
	e, err := m.rehearse(c, d, d.putOff())
	if err != nil {
		return err
	}
	return c.Render(d.Form.Status(), "shop_defer", c.T("shop.defer.title"), deferView{d, e})
}

func (d *desk) putOff() verb {
	return func(ctx context.Context, k *sale.Counter) (*sale.Order, error) {
		return k.Defer(ctx, d.O.ID, access.Actor{})
	}
}

// Defer answers POST /e/{edition}/order/{order}/defer.
func (m *Room) Defer(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	_, err = d.putOff()(c.R.Context(), d.Counter)
	return m.done(c, d, err, func() error { return m.deferForm(c, d) }, "shop.defer.done")
}
