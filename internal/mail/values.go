package mail

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// values are what the sentences of a letter can name. Verbs give amounts as
// money.Amount.String ("2195.00 EUR"), instants as RFC 3339 and days as
// YYYY-MM-DD; each is shown in the reader's own way.
type values struct {
	p         *lang.Printer
	catalogue *sale.Catalogue
	order     *sale.Order
	place     *sale.Wait // on the waiting list
	edition   string
	base      string
	id        string // of the order
	raw       map[string]string
	args      fault.Args
}

func (v *values) fill(m sale.Mail, event string) {
	v.id, v.args = m.Order, fault.Args{"event": oneLine(event, 100)}
	v.raw = map[string]string{}
	if v.place != nil {
		v.raw["what"] = v.items(v.place.Items)
	}
	if o := v.order; o != nil {
		v.ofOrder(o)
	}
	for k, s := range m.Args {
		v.raw[k] = s
	}
	for k, s := range v.raw {
		if s = v.show(k, s); s != "" {
			v.args[k] = s
		}
	}
}

// ofOrder are the values every letter about an order has.
func (v *values) ofOrder(o *sale.Order) {
	v.raw["number"] = o.Number
	v.raw["due"], v.raw["paid"] = o.Due().String(), o.Paid().String()
	if open := o.Open(); open.Minor > 0 {
		v.raw["open"] = open.String()
	}
	if o.State == sale.Held && o.SoftEnd != 0 {
		v.raw["until"] = o.SoftEnd.String()
	}
	if c := v.catalogue; c != nil && c.Bank != nil && o.Open().Minor > 0 && (o.Bank || o.State == sale.Confirmed) {
		v.raw["holder"], v.raw["iban"], v.raw["bic"], v.raw["reference"] = c.Bank.Holder, c.Bank.IBAN, c.Bank.BIC, o.Reference
	}
	v.raw["what"] = v.items(o.Items)
}

// items are things wanted in a line: "2 × Package A, 1 × Single room".
func (v *values) items(items []sale.Item) string {
	n, order := map[string]int{}, []string(nil)
	for _, it := range items {
		if it.Gone {
			continue
		}
		if n[it.Product] == 0 {
			order = append(order, it.Product)
		}
		n[it.Product] += it.N
	}
	for i, id := range order {
		order[i] = strconv.Itoa(n[id]) + " × " + v.product(id)
	}
	return strings.Join(order, v.p.T("mail.and"))
}

func (v *values) product(id string) string {
	if v.catalogue != nil {
		if p := v.catalogue.Product(id); p != nil {
			return oneLine(p.Name.In(string(v.p.Tag)), 100)
		}
	}
	return oneLine(id, 60)
}

var (
	isMoney = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$`)
	isDay   = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// show is a value in the reader's way.
func (v *values) show(name, s string) string {
	switch {
	case name == "product" || name == "from" || name == "to":
		return v.product(s)
	case name == "why":
		if key := "mail.why." + s; lang.Has(key) {
			return v.p.T(key)
		}
		return ""
	case isMoney.MatchString(s):
		number, currency, _ := strings.Cut(s, " ")
		if a, err := money.Parse(number, money.Currency(currency)); err == nil {
			if a.Minor <= 0 && name != "due" {
				return "" // nothing to pay or to give back is not worth a sentence
			}
			return v.amount(a)
		}
	case isDay.MatchString(s):
		return v.day(s)
	default:
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return v.when(race.At(t))
		}
	}
	return oneLine(s, 200)
}

// amount is money in the reader's way, its sign in front.
func (v *values) amount(a money.Amount) string { return v.p.Money(a) }

// day is a date in words.
func (v *values) day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return v.p.T("web.date", "d", strconv.Itoa(t.Day()), "m", v.p.T("web.month."+strconv.Itoa(int(t.Month()))), "y", strconv.Itoa(t.Year()))
}

// when is an instant on the clocks of the sale's zone, which it names.
func (v *values) when(i race.Instant) string {
	zone := time.UTC
	if v.catalogue != nil {
		zone = v.catalogue.Location()
	}
	t := i.In(zone)
	return v.p.T("mail.when", "date", v.day(t.Format(time.DateOnly)), "time", t.Format("15:04"), "zone", zoneName(t))
}

// zoneName is a zone as people far away understand it: "Asia/Pyongyang, UTC+9".
func zoneName(t time.Time) string {
	name := t.Location().String()
	_, off := t.Zone()
	if off == 0 {
		return "UTC"
	}
	utc := fmt.Sprintf("UTC%+d", off/3600)
	if m := off % 3600 / 60; m != 0 {
		utc += fmt.Sprintf(":%02d", max(m, -m))
	}
	if !strings.Contains(name, "/") {
		return utc
	}
	return strings.ReplaceAll(name, "_", " ") + ", " + utc
}

var named = regexp.MustCompile(`\{([a-z_0-9]+)\}`)

// sentence is a paragraph, if there is one of that key and everything it names
// is known.
func (v *values) sentence(key string) (string, bool) {
	if !lang.Has(key) {
		return "", false
	}
	for _, m := range named.FindAllStringSubmatch(v.p.With(key, nil), -1) {
		if s, ok := v.args[m[1]]; !ok || s == "" {
			return "", false
		}
	}
	return v.p.With(key, v.args), true
}

// shown is the value of a fact, if it is known.
func (v *values) shown(name string) (string, bool) {
	s, ok := v.args[name].(string)
	return s, ok && s != ""
}

// foot says who writes and why.
func (v *values) foot() []string {
	out := []string{v.p.With("mail.foot", v.args)}
	if c := v.catalogue; c != nil {
		who := oneLine(c.Seller.Name, 100)
		if c.Seller.Address != "" {
			who += " · " + oneLine(c.Seller.Address, 200)
		}
		if who != "" {
			out = append([]string{who}, out...)
		}
	}
	return out
}
