package office

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// salePlace is where in the office of the sale a page is, and as much of the
// sale as its reader may see.
type salePlace struct {
	place
	Tab       string // the word of the page among those of the sale
	Head      sale.Head
	Catalogue *sale.Catalogue
	Counter   *sale.Counter
	Views     sale.Views
	SaleZone  *time.Location
	SaleNow   race.Instant // of the sale: the wall clock

	All      bool     // everything is seen; otherwise what belongs to
	Partners []string // these
	printer  *lang.Printer
}

// atSale answers a call about the sale of the edition the path names. Where the
// edition has no catalogue yet, a page says so and what is to be done.
func (m *Room) atSale(c *site.Call, tab string, p access.Permission, answer func(*site.Call, *salePlace) error) error {
	sp, err := m.salePlace(c, tab, p)
	if err != nil {
		return err
	}
	if sp.Catalogue != nil {
		return answer(c, sp)
	}
	if c.R.Method != "GET" {
		return fault.New(fault.NotFound, "sale.none", nil)
	}
	return c.Render(200, "sale_none", sp.Title(c.T("office.nav.sale")), sp)
}

// salePlace is the place of a call about the sale; without a Catalogue where
// the edition has none.
func (m *Room) salePlace(c *site.Call, tab string, p access.Permission) (*salePlace, error) {
	at, err := m.at(c, "sale")
	if err != nil {
		return nil, err
	}
	sp := &salePlace{place: at, Tab: tab, printer: c.Printer, SaleZone: at.Zone, SaleNow: race.At(m.now())}
	sp.All, sp.Partners = access.Reach(c.Actor, p, at.Desk.Edition)
	if !at.Sells {
		return sp, nil
	}
	sp.Counter, sp.Views, sp.SaleNow = m.Sale.Counter(at.Desk.Edition), m.Sale.Views(), m.Sale.Now()
	sp.Head, err = sp.Views.Head(c.R.Context(), at.Desk.Edition)
	if fault.CodeOf(err) == "sale.none" {
		return sp, nil
	}
	if err != nil {
		return nil, err
	}
	if sp.Catalogue = sp.Head.Catalogue; sp.Catalogue != nil {
		sp.SaleZone = sp.Catalogue.Location()
	}
	return sp, nil
}

// Sees reports whether what belongs to a partner, "" = the public, is seen here.
func (sp *salePlace) Sees(partner string) bool {
	return sp.All || partner != "" && slices.Contains(sp.Partners, partner)
}

// OrderPath is the page of an order.
func (sp *salePlace) OrderPath(id string) string {
	return sp.Base() + "/sale/orders/" + url.PathEscape(id)
}

// Money is a sum as the reader's language writes it.
func (sp *salePlace) Money(a money.Amount) string { return moneyText(sp.printer, a) }

// Phase is where the sale is: soon, open, closed, postponed or cancelled. What
// the office said goes before the catalogue's times.
func (sp *salePlace) Phase() string {
	switch sp.Head.State {
	case "open", "closed", "postponed", "cancelled":
		return sp.Head.State
	}
	switch opens, closes := sp.Catalogue.OpensAt(), sp.Catalogue.ClosesAt(); {
	case opens == 0 || sp.SaleNow < opens:
		return "soon"
	case closes != 0 && sp.SaleNow >= closes:
		return "closed"
	}
	return "open"
}

// Who is whose a quota or an order is: a partner's name, or the public's.
func (sp *salePlace) Who(partner string) string {
	if partner == "" {
		return sp.printer.T("office.sale.public")
	}
	if p := sp.Catalogue.Partner(partner); p != nil && p.Name != "" {
		return p.Name
	}
	return partner
}

// ResourceName is the name of a resource, of a voucher its code.
func (sp *salePlace) ResourceName(id string) string {
	if code, is := strings.CutPrefix(id, voucherPrefix); is {
		return sp.printer.T("office.sale.voucher_code", "code", code)
	}
	if of, is := strings.CutPrefix(id, "bank:"); is {
		return sp.printer.T("office.sale.bank_part", "resource", sp.ResourceName(of))
	}
	for i := range sp.Catalogue.Resources {
		if r := &sp.Catalogue.Resources[i]; r.ID == id {
			if s := r.Name.In(string(sp.printer.Tag)); s != "" {
				return s
			}
		}
	}
	return id
}

// QuotaName is the name of a quota by its id: the resource and whose it is.
func (sp *salePlace) QuotaName(id string) string {
	resource, partner, ours := strings.Cut(id, "@")
	if !ours {
		return sp.ResourceName(id)
	}
	return sp.ResourceName(resource) + " · " + sp.Who(partner)
}

// ProductName is the name of a product, its id if it is none.
func (sp *salePlace) ProductName(id string) string {
	if p := sp.Catalogue.Product(id); p != nil {
		if s := p.Name.In(string(sp.printer.Tag)); s != "" {
			return s
		}
	}
	return id
}

const voucherPrefix = "voucher:"

// order finds the order the path names. One of a partner that the caller does
// not sell for is not there. Fault NotFound sale.order_unknown.
func (sp *salePlace) order(c *site.Call) (*sale.Order, error) {
	o, err := sp.Views.Order(c.R.Context(), sp.Desk.Edition, c.Path("order"))
	if err == nil && !sp.Sees(o.Partner) {
		err = fault.New(fault.NotFound, "sale.order_unknown", nil)
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// partnerOptions are whose places the caller may sell, as choices.
func (sp *salePlace) partnerOptions() []site.Option {
	var out []site.Option
	if sp.All {
		out = append(out, site.Option{Value: "", Text: sp.Who("")})
	}
	for _, p := range sp.Catalogue.Partners {
		if sp.Sees(p.ID) {
			out = append(out, site.Option{Value: p.ID, Text: sp.Who(p.ID)})
		}
	}
	return out
}

// Sale is the place itself, for the templates that pages share.
func (sp *salePlace) Sale() *salePlace { return sp }

// Left is how long it is to an instant, in minutes and seconds.
func (sp *salePlace) Left(at race.Instant) string {
	d := at.Sub(sp.SaleNow)
	if d >= time.Hour {
		return site.Until(sp.printer, d)
	}
	return race.Clock(max(0, d))
}

// Today reports whether an instant is of this day in the sale's zone: then its
// time says enough.
func (sp *salePlace) Today(at race.Instant) bool {
	return at.In(sp.SaleZone).Format(time.DateOnly) == sp.SaleNow.In(sp.SaleZone).Format(time.DateOnly)
}

// Tick is an instant on an axis: the hour, with the day where the axis is longer
// than one.
func (sp *salePlace) Tick(at, from, to race.Instant) string {
	if to.Sub(from) > 24*time.Hour {
		return at.In(sp.SaleZone).Format("01-02 15:04")
	}
	return at.In(sp.SaleZone).Format("15:04")
}

// TaskWords is the sentence of a task.
func (sp *salePlace) TaskWords(t sale.Task) string {
	args := fault.Args{"code": t.Code}
	for k, v := range t.Args {
		args[k] = v
	}
	if key := "sale.task." + t.Code; lang.Has(key) {
		return sp.printer.With(key, args)
	}
	return sp.printer.T("office.sale.task_other", "code", t.Code)
}

// word is the sentence of a word that another room wrote, the word itself where
// it has none here.
func (sp *salePlace) word(prefix, w string) string {
	if lang.Has(prefix + w) {
		return sp.printer.T(prefix + w)
	}
	return w
}

// ChargeName is what a charge is for.
func (sp *salePlace) ChargeName(kind string) string { return sp.word("office.sale.charge.", kind) }

// WhyWord is a reason in words.
func (sp *salePlace) WhyWord(why string) string { return sp.word("office.sale.why.", why) }

// MethodWord is how money came or goes.
func (sp *salePlace) MethodWord(m string) string { return sp.word("office.sale.method.", m) }

// PaperWord is the kind of a paper.
func (sp *salePlace) PaperWord(k string) string { return sp.word("office.sale.paper.", k) }

// MoveWord is what happened to units.
func (sp *salePlace) MoveWord(m sale.Move) string { return sp.word("office.sale.move.", string(m)) }

// TextWord is the word of a posting.
func (sp *salePlace) TextWord(t string) string { return sp.word("office.sale.posting.", t) }
