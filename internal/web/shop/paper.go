package shop

import (
	"slices"

	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// paperView is an invoice or a credit note as it is printed.
type paperView struct {
	*desk
	Paper  sale.Paper
	Lines  []billLine
	Total  money.Amount
	Seller sale.Seller
}

// Paper answers GET /e/{edition}/order/{order}/paper/{number}.
func (m *Room) Paper(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(d.O.Papers, func(p sale.Paper) bool { return p.Number == c.Path("number") })
	if at < 0 {
		return site.NoSuchPage()
	}
	p := d.O.Papers[at]
	v := paperView{desk: d, Paper: p, Total: p.Amount, Seller: d.Catalogue.Seller}
	v.Lines = billLines(d.Catalogue, string(c.Tag), d.O.Items, p.Lines, d.O.Private.Persons)
	return c.Render(200, "shop_paper", p.Number, v)
}
