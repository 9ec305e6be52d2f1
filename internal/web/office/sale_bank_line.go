package office

import (
	"context"
	"net/url"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/pay"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// remittanceView is a remittance that waits, the orders it may be for, and, once one
// is chosen, what giving it there would do.
type remittanceView struct {
	*salePlace
	Remittance sale.Remittance
	Line       pay.Line
	Form       *site.Form
	Search     string
	Found      []*sale.Order
	Chosen     *sale.Order
	Effect     *saleEffect
}

// RemittancePath is the page of a remittance that waits.
func (sp *salePlace) RemittancePath(id string) string {
	return sp.Base() + "/sale/remittance/" + url.PathEscape(id)
}

// Path is the page's own.
func (v *remittanceView) Path() string { return v.RemittancePath(v.Remittance.ID) }

// ChoosePath shows what giving the remittance to an order would do.
func (v *remittanceView) ChoosePath(order string) string {
	return v.Path() + "?" + url.Values{"order": {order}}.Encode()
}

// SaleRemittance answers GET …/sale/remittance/{remittance}, with ?q= searching for
// orders and with ?order= showing the effect.
func (m *Room) SaleRemittance(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		v, err := m.remittance(c, sp)
		if err != nil {
			return err
		}
		if id := c.Query("order"); id != "" {
			if err := v.choose(c.R.Context(), id); err != nil {
				if err := v.Form.Add(err); err != nil {
					return err
				}
			}
		}
		return c.Render(v.Form.Status(), "sale_bank_line", sp.Title(sp.Money(v.Remittance.Amount)), v)
	})
}

func (m *Room) remittance(c *site.Call, sp *salePlace) (*remittanceView, error) {
	v := &remittanceView{salePlace: sp, Form: site.NewForm(nil), Search: c.Query("q")}
	keep, err := sp.remittances()
	if err != nil {
		return nil, err
	}
	ctx := c.R.Context()
	if v.Remittance, err = keep.Remittance(ctx, sp.Desk.Edition, c.Path("remittance")); err != nil {
		return nil, err
	}
	if v.Remittance.State != sale.RemittanceOpen {
		return nil, fault.New(fault.Conflict, "sale.remittance_ended", nil)
	}
	lines, err := pay.Match(ctx, sp.Counter, sp.Views, []sale.Remittance{v.Remittance}, nil)
	if err != nil {
		return nil, err
	}
	if v.Line = lines[0]; v.Line.Order != nil && v.Search == "" {
		v.Found = []*sale.Order{v.Line.Order}
	}
	if v.Search != "" {
		f := sale.OrderFilter{Limit: 20}
		m.search(&f, v.Search)
		if v.Found, _, err = sp.Views.Orders(ctx, sp.Desk.Edition, f); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// choose rehearses giving the remittance to an order.
func (v *remittanceView) choose(ctx context.Context, id string) error {
	o, err := v.Views.Order(ctx, v.Desk.Edition, id)
	if err != nil {
		return err
	}
	changes, err := v.Counter.Rehearse(ctx, func(ctx context.Context, c *sale.Counter) error {
		_, err := c.Receive(ctx, id, pay.ReceiptOf(v.Remittance), access.Actor{})
		return err
	})
	if err != nil {
		return err
	}
	v.Chosen = o
	v.Effect, err = v.effectOf(ctx, changes)
	return err
}

// SaleRemittanceDecide answers POST …/sale/remittance/{remittance}: it goes to the order
// named, or is not ours.
func (m *Room) SaleRemittanceDecide(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		form, err := c.Form()
		if err != nil {
			return err
		}
		v, err := m.remittance(c, sp)
		if err != nil {
			return err
		}
		keep, err := sp.remittances()
		if err != nil {
			return err
		}
		if form.Get("do") == "not_ours" {
			if err := keep.EndRemittance(c.R.Context(), c.Actor, sp.Desk.Edition, v.Remittance.ID, sale.RemittanceNotOurs, ""); err != nil {
				return err
			}
			c.Flash(site.Good, "office.bank.ended")
			return c.Redirect(sp.bankPath("", nil))
		}
		o, err := pay.Assign(c.R.Context(), sp.Counter, keep, v.Remittance, form.Get("order"), c.Actor)
		if err != nil {
			if err := v.Form.Add(err); err != nil {
				return err
			}
			return c.Render(v.Form.Status(), "sale_bank_line", sp.Title(sp.Money(v.Remittance.Amount)), v)
		}
		c.Flash(site.Good, "office.bank.assigned", "number", o.Number)
		return c.Redirect(sp.bankPath("", nil))
	})
}
