package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// reviewView is the step that shows everything before units are taken.
type reviewView struct {
	*step
	bill
	Scale  []tier
	Terms  sale.Terms
	Text   string // of the terms
	Sealed string // the draft as shown here: what is bought is what was read
	Key    string // idempotency: the same press twice is one order
	Bank   bool   // transfers are taken in this currency
	Notes  []note
	Out    *soldOut
}

// bill is every line of a price.
type bill struct {
	Lines     []billLine
	Total     money.Amount
	Deposit   money.Amount // nothing = all at once
	BalanceBy race.Instant
}

// AtOnce is what is to be paid at once.
func (b bill) AtOnce() money.Amount {
	if b.Deposit.Zero() {
		return b.Total
	}
	return b.Deposit
}

// LastDay is the last instant at which the rest is in time: what is due at
// midnight is due on the day before.
func (b bill) LastDay() race.Instant { return b.BalanceBy - 1 }

// Later is what may be paid by BalanceBy.
func (b bill) Later() money.Amount { return b.Total.Sub(b.AtOnce()) }

// billLine is one line of a price.
type billLine struct {
	What, Who string
	Item      string // product, or what a fee is for
	N         int
	Kind      string // item, discount, fee, …
	Amount    money.Amount
	First     bool // of its person
	After     bool // persons stand before it
}

// note is something to know about a person before paying.
type note struct {
	Who, Code string
	Args      fault.Args
}

// seen is what a review page showed and asks to be bought.
type seen struct {
	Draft *draft       `json:"d"`
	Total money.Amount `json:"t"`
}

// ask makes the order that a draft asks for. Who holds gives ID and Key.
func (m *Room) ask(c *site.Call, v *step, d *draft) sale.Ask {
	a := sale.Ask{Lang: string(c.Tag), Currency: v.Menu.Currency, Wants: d.wants(v.Menu), Voucher: d.Voucher, Bank: d.Bank,
		Private: sale.Private{Email: strings.TrimSpace(d.Email), Name: d.Payer, Address: d.Address, Persons: d.persons(v.Menu)}}
	if a.Private.Name == "" && len(a.Private.Persons) > 0 {
		a.Private.Name = a.Private.Persons[0].Name.Printed
	}
	if d.All {
		a.Policy = sale.AllOrNone
	}
	a.Blinds = m.blinds(a.Private)
	return a
}

// blinds are the indexes by which an order's people are found again.
func (m *Room) blinds(p sale.Private) []string {
	return entry.Blinds(m.Blind, p.Email, p.Persons)
}

// Review answers GET /e/{edition}/entry/order/review.
func (m *Room) Review(c *site.Call) error {
	v, err := m.step(c, 3)
	if err != nil {
		return err
	}
	if v.Phase() != "open" || len(v.Draft.Travel) == 0 {
		return c.Redirect(v.Base() + "/entry/order")
	}
	if !v.complete() {
		v.Step = 2
		return m.persons(c, v)
	}
	return m.review(c, v, nil)
}

// complete reports whether everything needed was told, and marks what was not.
func (v *step) complete() bool {
	v.checkPayer()
	party := v.Draft.persons(v.Menu)
	for i := range party {
		v.checkPerson(i, party)
	}
	return v.Form.OK()
}

// review shows the draft with its price; out is what was sold out when it was
// ordered.
func (m *Room) review(c *site.Call, v *step, out *soldOut) error {
	d := v.Draft
	b, err := v.price(c, m.ask(c, v, d))
	if fault.CodeOf(err) == "sale.voucher" || onField(err, "voucher") {
		v.Form.Set("voucher", d.Voucher)
		if v.Form.Add(err) != nil {
			return err
		}
		d.Voucher = ""
		b, err = v.price(c, m.ask(c, v, d))
	}
	if err != nil {
		return err
	}
	r := reviewView{step: v, bill: b, Terms: v.Catalogue.Terms, Text: v.Catalogue.Terms.Text.In(string(c.Tag)),
		Scale: v.scale(v.Catalogue.Terms), Key: m.ID(), Out: out, Notes: v.notes()}
	r.Bank = v.Catalogue.Bank != nil && v.Catalogue.Bank.Currency == v.Menu.Currency
	if r.Sealed, err = m.shut(seen{d, b.Total}, "review/"+v.Edition.ID); err != nil {
		return err
	}
	status := v.Form.Status()
	if out != nil {
		status = fault.Conflict.Status()
	}
	return c.Render(status, "shop_review", c.T("shop.review.title"), r)
}

func onField(err error, field string) bool {
	var e *fault.Error
	return errors.As(err, &e) && e.Field == field
}

// price is what an order would cost now, line by line.
func (v *step) price(c *site.Call, a sale.Ask) (bill, error) {
	of, err := sale.OfferOf(v.Catalogue, v.Now, a)
	if err != nil {
		return bill{}, err
	}
	b := bill{Deposit: of.Deposit, BalanceBy: of.BalanceBy, Total: money.Of(0, v.Menu.Currency)}
	b.Lines = billLines(v.Catalogue, string(c.Tag), of.Items, of.Charges, a.Private.Persons)
	for _, x := range of.Charges {
		b.Total = b.Total.Add(x.Amount)
	}
	return b, nil
}

// billLines are charges in words, those of a person together, what is for the
// whole order last.
func billLines(c *sale.Catalogue, tag string, items []sale.Item, charges []sale.Charge, persons []entry.Person) []billLine {
	var out []billLine
	for i := -1; i < len(persons); i++ {
		who, id := "", ""
		if i < len(persons)-1 {
			id, who = persons[i+1].ID, persons[i+1].Name.Printed
		}
		first := true
		for _, x := range charges {
			if x.Person != id {
				continue
			}
			l := billLine{What: productName(c, tag, x.Item), Item: x.Item, Who: who, Kind: x.Kind, Amount: x.Amount, First: first, After: len(out) > 0, N: 1}
			if x.Kind == "item" {
				if at := slices.IndexFunc(items, func(it sale.Item) bool { return it.Product == x.Item && it.Person == id }); at >= 0 {
					l.N = items[at].N
				}
			}
			out, first = append(out, l), false
		}
	}
	return out
}

func productName(c *sale.Catalogue, tag, id string) string {
	if p := c.Product(id); p != nil {
		return p.Name.In(tag)
	}
	return id
}

// notes are what the rule has to say without barring anybody.
func (v *step) notes() []note {
	var out []note
	party := v.Draft.persons(v.Menu)
	for i := range party {
		for _, f := range entry.Decide(&v.Catalogue.Entry, &party[i], v.Catalogue.RaceDate, party).Findings {
			if f.Outcome == entry.Review {
				out = append(out, note{party[i].Name.Printed, "entry." + f.Code, f.Args})
			}
		}
	}
	return out
}

// HoldOrder answers POST /e/{edition}/entry/order/review: it takes what the page
// showed, all or nothing.
func (m *Room) HoldOrder(c *site.Call) error {
	v, err := m.step(c, 3)
	if err != nil {
		return err
	}
	if v.Form, err = c.Form(); err != nil {
		return err
	}
	var was seen
	if m.unseal(v.Form.Get("draft"), "review/"+v.Edition.ID, &was) != nil || was.Draft == nil || len(was.Draft.Travel) == 0 {
		return c.Redirect(v.Base() + "/entry/order/review")
	}
	d := was.Draft
	v.Draft, v.Menu = d, v.stand.menu(c.Tag, d.Currency)
	act := v.Form.Get("act")
	d.Voucher, d.Bank = strings.TrimSpace(v.Form.Get("voucher")), v.Form.Get("method") == "bank"
	if old, instead, ok := strings.Cut(strings.TrimPrefix(act, "instead."), ">"); ok {
		d.instead(old, instead)
	}
	if err := m.keep(c, v.stand, d); err != nil {
		return err
	}
	switch {
	case act != "hold":
		return c.Redirect(v.Base() + "/entry/order/review")
	case v.Phase() != "open":
		return c.Redirect(v.Base() + "/entry")
	case !v.complete():
		v.Step = 2
		return m.persons(c, v)
	case v.Form.Get("terms") == "":
		v.wrong(fault.New(fault.Invalid, "shop.terms_unread", nil).On("terms"))
		return m.review(c, v, nil)
	}
	return m.hold(c, v, was.Total)
}

// hold asks the counter, once the price is still what was shown.
func (m *Room) hold(c *site.Call, v *step, shown money.Amount) error {
	a := m.ask(c, v, v.Draft)
	if b, err := v.price(c, a); err != nil || b.Total != shown && a.Voucher == "" {
		if err == nil {
			v.wrong(fault.New(fault.Conflict, "shop.price_changed", nil))
		}
		return m.review(c, v, nil)
	}
	a.ID, a.Key, a.Body = m.ID(), key(v.Form.Get("key")), digest(v.Draft)
	a, err := m.admitted(c, v.stand, a)
	if err != nil {
		return err
	}
	o, err := v.Counter.Hold(c.R.Context(), a)
	switch fault.CodeOf(err) {
	case "":
	case "sale.sold_out":
		return m.review(c, v, v.soldOut(err))
	case "sale.order_live":
		return m.orderLive(c, v, err)
	default:
		if v.Form.Add(err) != nil {
			return err
		}
		return m.review(c, v, nil)
	}
	if err != nil {
		return err
	}
	m.drop(c, v.stand)
	if err := m.remember(c, v.stand, o.ID); err != nil {
		return err
	}
	return c.Redirect(v.orderPath(o.ID))
}

// key is the page's idempotency key, none if it is nothing a page made.
func key(s string) string {
	if len(s) < 16 || len(s) > 64 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return ""
	}
	return "shop:" + s
}

// digest is what was asked under a key.
func digest(d *draft) string {
	b, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
