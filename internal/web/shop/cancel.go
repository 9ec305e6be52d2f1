package shop

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// cancelView says what comes back before anything is given up.
type cancelView struct {
	*desk
	Effect *effect
	Scale  []tier
	Person *personRow // nil = the whole order
	To     string     // where the form goes
}

// CancelForm answers GET /e/{edition}/order/{order}/cancel.
func (m *Room) CancelForm(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	return m.cancelForm(c, d)
}

func (m *Room) cancelForm(c *site.Call, d *desk) error {
	if !d.Live() {
		return c.Redirect(d.Path())
	}
	v := cancelView{desk: d, Scale: d.scale(d.O.Terms), To: d.Path() + "/cancel"}
	var err error
	if v.Effect, err = m.rehearse(c, d, d.cancel()); err != nil {
		return err
	}
	return c.Render(d.Form.Status(), "shop_cancel", c.T("shop.cancel.title"), v)
}

func (d *desk) cancel() verb {
	return func(ctx context.Context, k *sale.Counter) (*sale.Order, error) {
		return k.Cancel(ctx, d.O.ID, "buyer", access.Actor{})
	}
}

// Cancel answers POST /e/{edition}/order/{order}/cancel. It gives the units up;
// what is owed back is sent by those who send money.
func (m *Room) Cancel(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	if !d.Live() {
		return c.Redirect(d.Path())
	}
	if err := m.settled(c, d); err != nil {
		return err
	}
	_, err = d.cancel()(c.R.Context(), d.Counter)
	if err == nil && m.Cashier != nil {
		for _, a := range d.O.Payments {
			if a.State == "open" {
				_ = m.Cashier.Expire(c.R.Context(), a.Session) // who pays all the same gets it back
			}
		}
	}
	return m.done(c, d, err, func() error { return m.cancelForm(c, d) }, "shop.cancel.done")
}

// PersonCancelForm answers GET /e/{edition}/order/{order}/person/{person}/cancel.
func (m *Room) PersonCancelForm(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	return m.personCancelForm(c, d, p)
}

func (m *Room) personCancelForm(c *site.Call, d *desk, p *personRow) error {
	v := cancelView{desk: d, Scale: d.scale(d.O.Terms), Person: p, To: d.personPath(p) + "/cancel"}
	var err error
	if v.Effect, err = m.rehearse(c, d, d.cancelPerson(p)); err != nil {
		return err
	}
	return c.Render(d.Form.Status(), "shop_cancel", c.T("shop.cancel.title"), v)
}

func (d *desk) cancelPerson(p *personRow) verb {
	return func(ctx context.Context, k *sale.Counter) (*sale.Order, error) {
		return k.CancelPerson(ctx, d.O.ID, p.Person.ID, "buyer", access.Actor{})
	}
}

// PersonCancel answers POST /e/{edition}/order/{order}/person/{person}/cancel.
func (m *Room) PersonCancel(c *site.Call) error {
	d, p, err := m.person(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	if err := m.settled(c, d); err != nil {
		return err
	}
	_, err = d.cancelPerson(p)(c.R.Context(), d.Counter)
	return m.done(c, d, err, func() error { return m.personCancelForm(c, d, p) }, "shop.cancel.person_done")
}
