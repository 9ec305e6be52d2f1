package office

import (
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleListView struct {
	*salePlace
	Rule  sale.ListRule
	Whole bool // those that are done too
	Table site.Table
	Waits []waitLine
}

// waitLine is a place on the list with the order that is offered to it.
type waitLine struct {
	*sale.Wait
	Rank   int
	Offer  *sale.Order // nil if none stands
	Wanted string
}

// SaleList answers GET …/sale/list: the waiting list in its order.
func (m *Room) SaleList(c *site.Call) error { return m.atSale(c, "list", access.SaleList, m.saleList) }

func (m *Room) saleList(c *site.Call, sp *salePlace) error {
	v := saleListView{salePlace: sp, Rule: sp.Catalogue.List, Whole: c.Query("all") != ""}
	waits, err := sp.Views.Waits(c.R.Context(), sp.Desk.Edition, v.Whole)
	if err != nil {
		return err
	}
	v.Table = window(c, len(waits))
	rank := 0
	for i, w := range waits {
		l := waitLine{Wait: w, Wanted: sp.wanted(w)}
		if w.State == sale.Waiting || w.State == sale.Offered || w.State == sale.Applied {
			rank++
			l.Rank = rank
		}
		if i+1 < v.Table.From() || i >= v.Table.To() {
			continue
		}
		if w.Order != "" && w.State == sale.Offered {
			if l.Offer, err = sp.Views.Order(c.R.Context(), sp.Desk.Edition, w.Order); err != nil {
				return err
			}
		}
		v.Waits = append(v.Waits, l)
	}
	return c.Render(200, "sale_list", sp.Title(c.T("office.sale.list")), v)
}

// wanted is what somebody waits for, in few words.
func (sp *salePlace) wanted(w *sale.Wait) string {
	var parts []string
	for _, it := range w.Items {
		s := sp.ProductName(it.Product)
		if it.N > 1 {
			s += " " + strconv.Itoa(it.N)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " · ")
}

// OfferEnds is when an offer ends, 0 without one.
func (l waitLine) OfferEnds() race.Instant {
	if l.Offer == nil {
		return 0
	}
	return l.Offer.HardEnd
}
