package office

import (
	"slices"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleBoardView struct {
	*salePlace
	Counts         sale.Counts
	HeldRate       string // orders a minute
	SoldRate       string
	Plots          []unitPlot
	MorePlots      []unitPlot
	Groups         []unitGroup
	Ending, Latest []*sale.Order
	Tasks          []orderTask
}

// N is how many orders are in a state.
func (v saleBoardView) N(state string) int { return v.Counts.Orders[sale.State(state)] }

// unitGroup are the quotas of one resource.
type unitGroup struct {
	Resource string
	Lines    []unitLine
}

// unitLine is a quota as it stands.
type unitLine struct {
	sale.Quota
	Sold, Held int
	Over       int // sold beyond the size
}

// orderTask is a task with its order.
type orderTask struct {
	Order *sale.Order
	N     int
	sale.Task
}

// SaleBoard answers GET …/sale: the sale as it goes.
func (m *Room) SaleBoard(c *site.Call) error {
	return m.atSale(c, "board", access.SaleRead, m.saleBoard)
}

func (m *Room) saleBoard(c *site.Call, sp *salePlace) error {
	v := saleBoardView{salePlace: sp}
	b, err := m.units(c.R.Context(), sp)
	if err != nil {
		return err
	}
	v.Groups = sp.unitGroups(b)
	for _, g := range v.Groups {
		var quotas []sale.Quota
		for _, l := range g.Lines {
			quotas = append(quotas, l.Quota)
		}
		p := b.plot(g.Resource, quotas, sp.SaleNow)
		if sp.resourceKind(g.Resource) == "race_place" {
			v.Plots = append(v.Plots, p)
		} else {
			v.MorePlots = append(v.MorePlots, p)
		}
	}
	if len(v.Plots) == 0 {
		v.Plots, v.MorePlots = v.MorePlots, nil
	}
	held, sold := b.rate(sp.SaleNow)
	b.mu.Unlock()
	v.HeldRate, v.SoldRate = oneDecimal(held), oneDecimal(sold)
	if err := v.orders(c); err != nil {
		return err
	}
	return c.Render(200, "sale_board", sp.Title(c.T("office.nav.sale")), v)
}

func oneDecimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

func (sp *salePlace) resourceKind(id string) string {
	for i := range sp.Catalogue.Resources {
		if sp.Catalogue.Resources[i].ID == id {
			return sp.Catalogue.Resources[i].Kind
		}
	}
	return ""
}

// unitGroups are the quotas the reader sees by resource, in the catalogue's
// order, vouchers last.
func (sp *salePlace) unitGroups(b *unitBook) []unitGroup {
	var out []unitGroup
	index := map[string]int{}
	for _, r := range sp.Catalogue.Resources {
		index[r.ID] = len(out)
		out = append(out, unitGroup{Resource: r.ID})
	}
	for _, q := range sp.Head.Quotas {
		if !sp.Sees(q.Partner) || hiddenQuota(q.Resource) {
			continue
		}
		i, ok := index[q.Resource]
		if !ok {
			i = len(out)
			index[q.Resource] = i
			out = append(out, unitGroup{Resource: q.Resource})
		}
		sold := min(b.sold(q.ID()), q.Used)
		out[i].Lines = append(out[i].Lines, unitLine{Quota: q, Sold: sold, Held: q.Used - sold, Over: max(0, q.Used-q.Size)})
	}
	return slices.DeleteFunc(out, func(g unitGroup) bool { return len(g.Lines) == 0 })
}

// shownOrders is how many orders the board names.
const shownOrders = 8

// orders reads what the board says of orders. What a partner sees is counted
// from its own.
func (v *saleBoardView) orders(c *site.Call) (err error) {
	ctx, edition := c.R.Context(), v.Desk.Edition
	if v.All {
		if v.Counts, err = v.Views.Counts(ctx, edition); err != nil {
			return err
		}
	} else if v.Counts, err = v.ownCounts(c); err != nil {
		return err
	}
	held, _, err := v.find(c, sale.OrderFilter{State: sale.Held, Limit: 500})
	if err != nil {
		return err
	}
	slices.SortStableFunc(held, func(a, b *sale.Order) int { return compareInstants(a.HardEnd, b.HardEnd) })
	for _, o := range held {
		if o.Live(v.SaleNow) && len(v.Ending) < shownOrders {
			v.Ending = append(v.Ending, o)
		}
	}
	if v.Latest, _, err = v.find(c, sale.OrderFilter{Limit: shownOrders}); err != nil {
		return err
	}
	v.Tasks, err = v.tasks(c, shownOrders)
	return err
}

func compareInstants(a, b race.Instant) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// tasks are what is to be looked at, the orders made last first.
func (sp *salePlace) tasks(c *site.Call, limit int) ([]orderTask, error) {
	orders, _, err := sp.find(c, sale.OrderFilter{Tasks: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	var out []orderTask
	for _, o := range orders {
		for i, t := range o.Tasks {
			if !t.Done {
				out = append(out, orderTask{o, i, t})
			}
		}
	}
	return out, nil
}

// find are orders that the reader sees: of all, or of each of its partners, the
// latest first.
func (sp *salePlace) find(c *site.Call, f sale.OrderFilter) (out []*sale.Order, more bool, err error) {
	if sp.All || f.Partner != "" && sp.Sees(f.Partner) {
		return sp.Views.Orders(c.R.Context(), sp.Desk.Edition, f)
	}
	for _, partner := range sp.Partners {
		f.Partner = partner
		page, others, err := sp.Views.Orders(c.R.Context(), sp.Desk.Edition, f)
		if err != nil {
			return nil, false, err
		}
		out, more = append(out, page...), more || others
	}
	slices.SortStableFunc(out, func(a, b *sale.Order) int { return compareInstants(b.Made, a.Made) })
	if limit := max(f.Limit, 1); len(out) > limit {
		out, more = out[:limit], true
	}
	return out, more, nil
}

// ownCounts are the figures of the board from a partner's own orders.
func (sp *salePlace) ownCounts(c *site.Call) (sale.Counts, error) {
	n := sale.Counts{Orders: map[sale.State]int{}}
	all, _, err := sp.find(c, sale.OrderFilter{Limit: 5000})
	for _, o := range all {
		n.Orders[o.State]++
		if o.Live(sp.SaleNow) && o.Open().Minor > 0 {
			n.Open++
		}
		for _, t := range o.Tasks {
			if !t.Done {
				n.Tasks++
			}
		}
		for _, r := range o.Refunds {
			if r.State == "owed" || r.State == "failed" {
				n.Owed++
			}
		}
	}
	return n, err
}
