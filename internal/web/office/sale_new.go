package office

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

type saleNewView struct {
	*actView
	Whose, Langs, Currencies, Tours, Races, Extras []site.Option
	Persons                                        []newPerson
	Others                                         []sale.Product // by number, for the order
	Most                                           int
	CanBank                                        bool
	Live                                           string // path of an order of this payer that stands already
}

// newPerson is the names of the fields of one person.
type newPerson struct {
	ID string
	N  int
	f  *site.Form
}

// F is the value of a field of the person.
func (p newPerson) F(name string) string { return p.f.Get(p.ID + "." + name) }

// SaleNew answers GET …/sale/new: a sale on the telephone, or a partner's.
func (m *Room) SaleNew(c *site.Call) error {
	return m.atSale(c, "new", access.SaleOrder, func(c *site.Call, sp *salePlace) error {
		return m.showNew(c, m.newOrder(c, sp, site.NewForm(c.R.URL.Query())))
	})
}

func (m *Room) showNew(c *site.Call, v *saleNewView) error {
	return c.Render(v.Form.Status(), "sale_new", v.Title(c.T("office.sale.new")), v)
}

func (m *Room) newOrder(c *site.Call, sp *salePlace, f *site.Form) *saleNewView {
	v := &saleNewView{actView: &actView{salePlace: sp, Form: f, room: m}, Whose: sp.partnerOptions(), CanBank: sp.Catalogue.Bank != nil}
	v.once()
	if f.Get("lang") == "" {
		f.Set("lang", string(c.Tag))
	}
	for _, t := range lang.Tags {
		v.Langs = append(v.Langs, site.Option{Value: string(t), Text: t.Own()})
	}
	for _, k := range sp.Catalogue.Currencies {
		v.Currencies = append(v.Currencies, site.Option{Value: string(k), Text: string(k)})
	}
	v.products()
	v.Most = max(sp.Catalogue.Limit.Persons, 1)
	n := min(max(number(f.Get("persons")), 1), v.Most)
	f.Set("persons", strconv.Itoa(n))
	for i := range n {
		v.Persons = append(v.Persons, newPerson{"p" + strconv.Itoa(i+1), i + 1, f})
	}
	return v
}

// products sorts what is sold into the fields where it is chosen.
func (v *saleNewView) products() {
	none := site.Option{Text: "–"}
	v.Tours, v.Races, v.Extras = []site.Option{none}, []site.Option{none}, []site.Option{none}
	for _, p := range v.Catalogue.Products {
		o := site.Option{Value: p.ID, Text: v.ProductName(p.ID)}
		switch p.Kind {
		case sale.Package, sale.Companion:
			v.Tours = append(v.Tours, o)
		case sale.Entry:
			v.Races = append(v.Races, o)
		case sale.Supplement:
			v.Extras = append(v.Extras, o)
		default:
			v.Others = append(v.Others, p)
		}
	}
}

// Sexes are the choices of a person's sex.
func (v *saleNewView) Sexes() []string { return []string{"", "F", "M", "X"} }

// SaleSell answers POST …/sale/new: what it would be, or the order itself.
func (m *Room) SaleSell(c *site.Call) error {
	return m.atSale(c, "new", access.SaleOrder, func(c *site.Call, sp *salePlace) error {
		f, err := c.Form()
		if err != nil {
			return err
		}
		v := m.newOrder(c, sp, f)
		a, err := m.asked(c, v)
		if err == nil && f.Get("step") == "do" {
			o, err := sp.Counter.Hold(c.R.Context(), a)
			if err == nil {
				c.Flash(site.Good, "office.sale.sold_now", "number", o.Number)
				return c.Redirect(sp.OrderPath(o.ID))
			}
			return m.newFault(c, v, err)
		}
		if err == nil {
			var changes *sale.Changes
			changes, err = sp.Counter.Rehearse(c.R.Context(), func(ctx context.Context, counter *sale.Counter) error {
				_, err := counter.Hold(ctx, a)
				return err
			})
			if err == nil {
				v.Effect, err = v.effectOf(c.R.Context(), changes)
			}
		}
		return m.newFault(c, v, err)
	})
}

func (m *Room) newFault(c *site.Call, v *saleNewView, err error) error {
	if one, is := err.(*fault.Error); is && fault.CodeOf(err) == "sale.order_live" {
		if id, ok := one.Args["order"].(string); ok {
			v.Live = v.OrderPath(id)
		}
	}
	if err := v.Form.Add(err); err != nil {
		return err
	}
	return m.showNew(c, v)
}

// asked reads the form as an ask. A partner sells from its own allocation,
// whatever the form says.
func (m *Room) asked(c *site.Call, v *saleNewView) (sale.Ask, error) {
	f := v.Form
	a := sale.Ask{ID: f.Get("id"), Key: "desk:" + f.Get("id"), Body: digestOf(f.Values), By: c.Actor, Partner: f.Get("partner"), Lang: f.Get("lang"),
		Currency: money.Currency(f.Get("currency")), Voucher: trimmed(f, "voucher"), Bank: f.Get("bank") != "", Early: true,
		Private: sale.Private{Email: trimmed(f, "email"), Name: trimmed(f, "name"), Address: trimmed(f, "address")}}
	if !v.All && a.Partner == "" && len(v.Whose) > 0 {
		a.Partner = v.Whose[0].Value
	}
	if !v.Sees(a.Partner) || !slices.ContainsFunc(v.Whose, func(o site.Option) bool { return o.Value == a.Partner }) {
		return a, fault.New(fault.NotFound, "access.not_found", nil)
	}
	for _, p := range v.Persons {
		a.Private.Persons = append(a.Private.Persons, readNew(p))
		for _, field := range []string{"tour", "race", "extra"} {
			if id := p.F(field); id != "" {
				a.Wants = append(a.Wants, sale.Want{Product: id, N: 1, Person: p.ID})
			}
		}
	}
	for _, p := range v.Others {
		if n := strings.TrimSpace(f.Get("n." + p.ID)); n != "" && n != "0" {
			k, err := strconv.Atoi(n)
			if err != nil {
				return a, fault.New(fault.Invalid, "office.sale_number", nil)
			}
			a.Wants = append(a.Wants, sale.Want{Product: p.ID, N: k})
		}
	}
	a.Blinds = m.blinds(&a.Private)
	return a, nil
}

func readNew(p newPerson) entry.Person {
	x := entry.Person{ID: p.ID, Resident: p.F("resident") != "", Consent: p.F("consent") != "", Sex: race.Sex(p.F("sex"))}
	readPerson(p.f, p.ID+".", &x)
	return x
}

// digestOf is the digest of what a form says, without which of its buttons was
// pressed.
func digestOf(v url.Values) string {
	v = maps.Clone(v)
	v.Del("step")
	sum := sha256.Sum256([]byte(v.Encode()))
	return hex.EncodeToString(sum[:])
}
