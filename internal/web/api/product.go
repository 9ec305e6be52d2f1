package api

import (
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// Product is one line of GET /api/v1/editions/{edition}/products.
type Product struct {
	ID        string           `json:"id"`
	Kind      sale.ProductKind `json:"kind"`
	Name      string           `json:"name"` // in the caller's language
	Note      string           `json:"note,omitempty"`
	Price     *int64           `json:"price"` // in the currency's smallest unit; null = the buyer names it
	Currency  money.Currency   `json:"currency"`
	Decimals  int              `json:"decimals"`  // of the currency: 219500 with 2 is 2195.00
	Remaining *int             `json:"remaining"` // null = not limited
	Departure string           `json:"departure,omitempty"`
	Race      string           `json:"race,omitempty"`
	Needs     []string         `json:"needs,omitempty"` // one of these must be in the same order
}

// Products answers GET /api/v1/editions/{edition}/products: what the public can
// buy, with what remains of it at most a second ago. ?currency= chooses prices.
func (m *Room) Products(c *site.Call) error {
	h, err := m.shown(c.R, c.Path("edition"))
	if err != nil {
		return err
	}
	out := []Product{}
	for i := range h.Catalogue.Products {
		p := &h.Catalogue.Products[i]
		if p.Hidden {
			continue
		}
		if line, ok := product(h, p, money.Currency(c.Query("currency")), m.Now(), string(c.Tag)); ok {
			out = append(out, line)
		}
	}
	c.W.Header().Set("Cache-Control", "no-cache")
	return c.JSON(200, out)
}

func product(h sale.Head, p *sale.Product, cur money.Currency, now race.Instant, lang string) (Product, bool) {
	if cur == "" && len(h.Catalogue.Currencies) > 0 {
		cur = h.Catalogue.Currencies[0]
	}
	out := Product{ID: p.ID, Kind: p.Kind, Name: p.Name.In(lang), Note: p.Note.In(lang), Currency: cur, Decimals: cur.Exponent(),
		Departure: p.Departure, Race: p.Race, Needs: p.Needs, Remaining: remaining(h.Quotas, p)}
	if len(p.Prices) == 0 {
		return out, p.Kind == sale.Donation
	}
	items, _, err := sale.Quote(bare(h.Catalogue, p), now, sale.Ask{Currency: cur, Wants: []sale.Want{{Product: p.ID, N: 1}}})
	if err != nil {
		return Product{}, false // not sold in this currency, or not yet
	}
	out.Price = &items[0].Each.Minor
	return out, true
}

// bare is a catalogue in which a product can be priced by itself.
func bare(c *sale.Catalogue, p *sale.Product) *sale.Catalogue {
	one := *p
	one.Needs = nil
	alone := *c
	alone.Products = []sale.Product{one}
	return &alone
}

// remaining is how many of a product can be had of the public's quotas.
func remaining(quotas []sale.Quota, p *sale.Product) *int {
	var out *int
	for _, u := range p.Uses {
		if u.N <= 0 {
			continue
		}
		n := 0
		for i := range quotas {
			if quotas[i].Resource == u.Resource && quotas[i].Partner == "" {
				n = quotas[i].Free() / u.N
			}
		}
		if out == nil || n < *out {
			out = &n
		}
	}
	return out
}
