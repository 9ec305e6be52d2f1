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

// transferView is a transfer that waits, the orders it may be for, and, once one
// is chosen, what giving it there would do.
type transferView struct {
	*salePlace
	Transfer sale.Transfer
	Line     pay.Line
	Form     *site.Form
	Search   string
	Found    []*sale.Order
	Chosen   *sale.Order
	Effect   *saleEffect
}

// TransferPath is the page of a transfer that waits.
func (sp *salePlace) TransferPath(id string) string {
	return sp.Base() + "/sale/transfer/" + url.PathEscape(id)
}

// Path is the page's own.
func (v *transferView) Path() string { return v.TransferPath(v.Transfer.ID) }

// ChoosePath shows what giving the transfer to an order would do.
func (v *transferView) ChoosePath(order string) string {
	return v.Path() + "?" + url.Values{"order": {order}}.Encode()
}

// SaleTransfer answers GET …/sale/transfer/{transfer}, with ?q= searching for
// orders and with ?order= showing the effect.
func (m *Room) SaleTransfer(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		v, err := m.transfer(c, sp)
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
		return c.Render(v.Form.Status(), "sale_bank_transfer", sp.Title(sp.Money(v.Transfer.Amount)), v)
	})
}

func (m *Room) transfer(c *site.Call, sp *salePlace) (*transferView, error) {
	v := &transferView{salePlace: sp, Form: site.NewForm(nil), Search: c.Query("q")}
	keep, err := sp.transfers()
	if err != nil {
		return nil, err
	}
	ctx := c.R.Context()
	if v.Transfer, err = keep.Transfer(ctx, sp.Desk.Edition, c.Path("transfer")); err != nil {
		return nil, err
	}
	if v.Transfer.State != sale.TransferOpen {
		return nil, fault.New(fault.Conflict, "sale.transfer_ended", nil)
	}
	lines, err := pay.Match(ctx, sp.Counter, sp.Views, []sale.Transfer{v.Transfer}, nil)
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

// choose rehearses giving the transfer to an order.
func (v *transferView) choose(ctx context.Context, id string) error {
	o, err := v.Views.Order(ctx, v.Desk.Edition, id)
	if err != nil {
		return err
	}
	changes, err := v.Counter.Rehearse(ctx, func(ctx context.Context, c *sale.Counter) error {
		_, err := c.Receive(ctx, id, pay.ReceiptOf(v.Transfer), access.Actor{})
		return err
	})
	if err != nil {
		return err
	}
	v.Chosen = o
	v.Effect, err = v.effectOf(ctx, changes)
	return err
}

// SaleTransferDecide answers POST …/sale/transfer/{transfer}: it goes to the order
// named, or is not ours.
func (m *Room) SaleTransferDecide(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		form, err := c.Form()
		if err != nil {
			return err
		}
		v, err := m.transfer(c, sp)
		if err != nil {
			return err
		}
		keep, err := sp.transfers()
		if err != nil {
			return err
		}
		if form.Get("do") == "not_ours" {
			if err := keep.EndTransfer(c.R.Context(), c.Actor, sp.Desk.Edition, v.Transfer.ID, sale.TransferNotOurs, ""); err != nil {
				return err
			}
			c.Flash(site.Good, "office.bank.ended")
			return c.Redirect(sp.bankPath("", nil))
		}
		o, err := pay.Assign(c.R.Context(), sp.Counter, keep, v.Transfer, form.Get("order"), c.Actor)
		if err != nil {
			if err := v.Form.Add(err); err != nil {
				return err
			}
			return c.Render(v.Form.Status(), "sale_bank_transfer", sp.Title(sp.Money(v.Transfer.Amount)), v)
		}
		c.Flash(site.Good, "office.bank.assigned", "number", o.Number)
		return c.Redirect(sp.bankPath("", nil))
	})
}
