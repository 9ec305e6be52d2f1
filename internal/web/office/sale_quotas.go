package office

import (
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleQuotasView struct {
	*salePlace
	Groups   []unitGroup
	Partners []partnerLine
	Vouchers []sale.Quota
	Bank     []sale.Quota // the part of quotas that holds for transfers may take
}

// partnerLine is a partner with what is left of its allocation.
type partnerLine struct {
	sale.Partner
	Size, Used int
	Released   bool
}

// hiddenQuota reports whether a resource is not one of the catalogue's own: a
// voucher's uses, the part for transfers.
func hiddenQuota(resource string) bool {
	q := sale.Quota{Resource: resource}
	return q.Rule()
}

func quotaParts(id string) (resource, partner string) {
	resource, partner, _ = strings.Cut(id, "@")
	return resource, partner
}

// SaleQuotas answers GET …/sale/quotas: who may sell how much.
func (m *Room) SaleQuotas(c *site.Call) error {
	return m.atSale(c, "quotas", access.SaleRead, m.saleQuotas)
}

func (m *Room) saleQuotas(c *site.Call, sp *salePlace) error {
	b, err := m.units(c.R.Context(), sp)
	if err != nil {
		return err
	}
	v := saleQuotasView{salePlace: sp, Groups: sp.unitGroups(b)}
	b.mu.Unlock()
	for _, p := range sp.Catalogue.Partners {
		if !sp.Sees(p.ID) {
			continue
		}
		l := partnerLine{Partner: p, Released: p.Release != "" && sp.ReleaseAt(p) <= sp.SaleNow}
		for _, q := range sp.Head.Quotas {
			if q.Partner == p.ID {
				l.Size, l.Used = l.Size+q.Size, l.Used+q.Used
			}
		}
		v.Partners = append(v.Partners, l)
	}
	for _, q := range sp.Head.Quotas {
		switch {
		case !sp.All:
		case strings.HasPrefix(q.Resource, voucherPrefix):
			v.Vouchers = append(v.Vouchers, q)
		case hiddenQuota(q.Resource):
			v.Bank = append(v.Bank, q)
		}
	}
	return c.Render(200, "sale_quotas", sp.Title(c.T("office.sale.quotas")), v)
}

// ReleaseAt is when a partner's unused units go to the public, 0 = never.
func (sp *salePlace) ReleaseAt(p sale.Partner) race.Instant { return sp.Catalogue.At(p.Release) }

type saleUnitsView struct {
	*salePlace
	Table site.Table
	Lines []unitRow
}

// unitRow is a line of the ledger with the units the reader sees.
type unitRow struct {
	sale.Line
	Number string // of its order
}

// SaleUnits answers GET …/sale/units: the ledger of units, the latest first.
func (m *Room) SaleUnits(c *site.Call) error {
	return m.atSale(c, "units", access.SaleRead, m.saleUnits)
}

func (m *Room) saleUnits(c *site.Call, sp *salePlace) error {
	b, err := m.units(c.R.Context(), sp)
	if err != nil {
		return err
	}
	lines := sp.seenLines(b.lines)
	b.mu.Unlock()
	v := saleUnitsView{salePlace: sp, Table: window(c, len(lines))}
	from, to := len(lines)-v.Table.To(), len(lines)-max(v.Table.From()-1, 0)
	page := slices.Clone(lines[max(from, 0):to])
	slices.Reverse(page)
	for _, l := range page {
		r := unitRow{Line: l}
		if l.Order != "" {
			if o, err := sp.Views.Order(c.R.Context(), sp.Desk.Edition, l.Order); err == nil {
				r.Number = o.Number
			}
		}
		v.Lines = append(v.Lines, r)
	}
	return c.Render(200, "sale_units", sp.Title(c.T("office.sale.units")), v)
}

// seenLines are the lines with a unit of a quota that the reader sees, without
// the others' units.
func (sp *salePlace) seenLines(all []sale.Line) []sale.Line {
	if sp.All {
		return slices.Clone(all)
	}
	var out []sale.Line
	for _, l := range all {
		l.Units = slices.DeleteFunc(slices.Clone(l.Units), func(u sale.Use) bool {
			_, partner := quotaParts(u.Resource)
			return !sp.Sees(partner)
		})
		if len(l.Units) > 0 {
			out = append(out, l)
		}
	}
	return out
}
