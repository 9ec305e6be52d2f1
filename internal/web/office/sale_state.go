package office

import (
	"context"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleStateView struct {
	*salePlace
	Bulk  sale.Bulk
	Left  int // orders that are not reversed yet
	Shown []bulkLine
	More  int
}

// bulkLine is an order of a bulk reversal with its payer.
type bulkLine struct {
	sale.BulkOrder
	Name string
}

// shownBulk is how many orders a preview of a bulk reversal names.
const shownBulk = 200

// SaleState answers GET …/sale/state: what was said of the edition, and the
// money of a cancelled one.
func (m *Room) SaleState(c *site.Call) error {
	return m.atSale(c, "state", access.SaleState, m.saleState)
}

func (m *Room) saleState(c *site.Call, sp *salePlace) error {
	all, err := everyOrder(c.R.Context(), sp.Views, sp.Desk.Edition, sale.OrderFilter{})
	if err != nil {
		return err
	}
	v := saleStateView{salePlace: sp, Bulk: sale.BulkPreview(all)}
	names := map[string]string{}
	for _, o := range all {
		names[o.ID] = o.Private.Name
	}
	v.Left = len(v.Bulk.Orders) - v.Bulk.Done
	for _, b := range v.Bulk.Orders {
		if len(v.Shown) == shownBulk {
			v.More++
			continue
		}
		v.Shown = append(v.Shown, bulkLine{b, names[b.ID]})
	}
	return c.Render(200, "sale_state", sp.Title(c.T("office.sale.state")), v)
}

// everyOrder reads all orders chosen, page by page.
func everyOrder(ctx context.Context, v sale.Views, edition string, f sale.OrderFilter) (out []*sale.Order, err error) {
	f.Limit = 500
	for {
		page, more, err := v.Orders(ctx, edition, f)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if !more || len(page) == 0 {
			return out, nil
		}
		f.Before, f.BeforeID = page[len(page)-1].Made, page[len(page)-1].ID
	}
}

// reversePace is the pause between two orders of a bulk reversal: buyers and the
// desk go on meanwhile.
const reversePace = 10 * time.Millisecond

// SaleReverse answers POST …/sale/state/reverse: every order of a cancelled
// edition is cancelled and its money owed back, one after the other, in a job
// that can be stopped and begun again.
func (m *Room) SaleReverse(c *site.Call) error {
	return m.atSale(c, "state", access.SaleState, func(c *site.Call, sp *salePlace) error {
		if sp.Head.State != "cancelled" {
			return fault.New(fault.Conflict, "sale.edition_stands", nil)
		}
		by, counter, views, edition := c.Actor, sp.Counter, sp.Views, sp.Desk.Edition
		j := m.jobs.start(&job{Edition: edition, Needs: access.SaleState, What: "office.job.sale_reverse", Name: sp.Name(),
			Back: sp.Base() + "/sale/state", Began: sp.Now}, func(ctx context.Context, j *job) error {
			all, err := everyOrder(ctx, views, edition, sale.OrderFilter{})
			if err != nil {
				return err
			}
			orders := sale.BulkPreview(all).Orders
			done := 0
			for i, b := range orders {
				j.progress(i, len(orders))
				if b.Done {
					continue
				}
				if _, err := counter.Reverse(ctx, b.ID, by); err != nil {
					return err
				}
				done++
				if err := pause(ctx, reversePace); err != nil {
					return err
				}
			}
			j.progress(len(orders), len(orders))
			j.tell("office.sale.reversed", fault.Args{"n": done})
			return nil
		})
		j.wait(400 * time.Millisecond)
		return c.Redirect(sp.Base() + "/job/" + j.ID)
	})
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type saleRefundsView struct {
	*salePlace
	Lines   []refundLine
	Sums    []refundSum
	ByCard  int // those that the cashier can send
	Cashier bool
	Real    bool
}

// refundLine is a refund with its order.
type refundLine struct {
	sale.Refund
	Order *sale.Order
}

// refundSum is what is owed in one way and currency.
type refundSum struct {
	Method string
	N      int
	Amount money.Amount
}

// SaleRefunds answers GET …/sale/refunds: what is owed back.
func (m *Room) SaleRefunds(c *site.Call) error {
	return m.atSale(c, "refunds", access.SaleRefund, m.saleRefunds)
}

func (m *Room) saleRefunds(c *site.Call, sp *salePlace) error {
	v := saleRefundsView{salePlace: sp}
	if k := m.Sale.Cashier(); k != nil {
		v.Cashier, v.Real = true, k.Real()
	}
	orders, err := everyOrder(c.R.Context(), sp.Views, sp.Desk.Edition, sale.OrderFilter{Owing: true})
	if err != nil {
		return err
	}
	for _, o := range orders {
		for _, r := range o.Refunds {
			if r.State == "owed" || r.State == "failed" {
				v.Lines = append(v.Lines, refundLine{r, o})
				v.add(r)
			}
		}
	}
	return c.Render(200, "sale_refunds", sp.Title(c.T("office.sale.refunds")), v)
}

func (v *saleRefundsView) add(r sale.Refund) {
	if r.Method == pay.Card {
		v.ByCard++
	}
	for i := range v.Sums {
		if s := &v.Sums[i]; s.Method == r.Method && s.Amount.Currency == r.Amount.Currency {
			s.N, s.Amount = s.N+1, s.Amount.Add(r.Amount)
			return
		}
	}
	v.Sums = append(v.Sums, refundSum{r.Method, 1, r.Amount})
}

// refundPace is the pause between two refunds: providers refuse floods.
const refundPace = 50 * time.Millisecond

// SaleRefundsSend answers POST …/sale/refunds: what is owed to cards is sent, in
// a job that can be stopped and begun again; nothing goes twice.
func (m *Room) SaleRefundsSend(c *site.Call) error {
	return m.atSale(c, "refunds", access.SaleRefund, func(c *site.Call, sp *salePlace) error {
		k := m.Sale.Cashier()
		if k == nil {
			return fault.New(fault.Conflict, "office.sale_no_cashier", nil)
		}
		orders, err := everyOrder(c.R.Context(), sp.Views, sp.Desk.Edition, sale.OrderFilter{Owing: true})
		if err != nil {
			return err
		}
		v := saleRefundsView{salePlace: sp}
		for _, o := range orders {
			for _, r := range o.Refunds {
				if r.State == "owed" || r.State == "failed" {
					v.add(r)
				}
			}
		}
		counter, views, total := sp.Counter, sp.Views, v.ByCard
		err = counter.Do(c.R.Context(), &sale.Job{Do: func(w *sale.Work) error {
			w.Audit(c.Actor, "sale.refunds_sent", sp.Desk.Edition, map[string]any{"refunds": total})
			return nil
		}})
		if err != nil {
			return err
		}
		j := m.jobs.start(&job{Edition: sp.Desk.Edition, Needs: access.SaleRefund, What: "office.job.sale_refunds", Name: sp.Name(),
			Back: sp.Base() + "/sale/refunds", Began: sp.Now}, func(ctx context.Context, j *job) error {
			n := 0
			tally, err := pay.Refunds(ctx, counter, views, k, m.Sale.Now(), total, func(ctx context.Context) error {
				j.progress(n, total)
				n++
				return pause(ctx, refundPace)
			})
			j.progress(total, total)
			j.tell("office.sale.refunds_sent", fault.Args{"n": tally.Settled, "failed": tally.Failed})
			return err
		})
		j.wait(400 * time.Millisecond)
		return c.Redirect(sp.Base() + "/job/" + j.ID)
	})
}
