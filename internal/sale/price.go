package sale

import (
	"slices"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
)

// What one order may ask for at most, whatever the catalogue says.
const (
	mostWants     = 100
	mostPieces    = 1000
	mostDonations = 100000
)

// Resident is the price class of people who live in the host country.
const Resident = "resident"

// Quote prices what is wanted as the catalogue stands at an instant: items with
// frozen prices, and the charges they make. Faults: Invalid sale.nothing,
// sale.product_unknown, sale.quantity, sale.currency, sale.voucher, sale.persons,
// sale.person_unknown, sale.person_twice, sale.needs.
func Quote(c *Catalogue, at race.Instant, a Ask) ([]Item, []Charge, error) {
	q := quote{c: c, at: at, a: &a}
	if err := q.run(); err != nil {
		return nil, nil, err
	}
	return q.items, q.charges, nil
}

// quote is one pricing on its way. Products stand beside the wants they are of,
// so that each is looked for once.
type quote struct {
	c        *Catalogue
	at       race.Instant
	a        *Ask
	currency money.Currency
	today    string // in the sale's zone, made when a price asks for it
	products []*Product
	items    []Item
	charges  []Charge
}

func (q *quote) run() error {
	if err := q.find(); err != nil {
		return err
	}
	if err := q.bounds(); err != nil {
		return err
	}
	q.items = make([]Item, len(q.a.Wants))
	q.charges = make([]Charge, len(q.a.Wants), len(q.a.Wants)+4)
	for i, want := range q.a.Wants {
		p := q.products[i]
		each, ok := q.price(p, q.class(want.Person))
		if !ok {
			return fault.New(fault.Invalid, "sale.currency", fault.Args{"currency": string(q.currency)}).On("currency")
		}
		q.items[i] = Item{Product: p.ID, N: want.N, Person: want.Person, Each: each, Uses: p.Uses}
		q.charges[i] = Charge{At: q.at, Kind: "item", Item: p.ID, Person: want.Person, Amount: each.Times(want.N)}
	}
	return q.discount()
}

// find looks up what is wanted, and refuses what cannot be wanted at all.
func (q *quote) find() error {
	q.currency = q.a.Currency
	if q.currency == "" && len(q.c.Currencies) > 0 {
		q.currency = q.c.Currencies[0]
	}
	if !slices.Contains(q.c.Currencies, q.currency) {
		return fault.New(fault.Invalid, "sale.currency", fault.Args{"currency": short(string(q.currency))}).On("currency")
	}
	if len(q.a.Wants) == 0 {
		return fault.New(fault.Invalid, "sale.nothing", nil).On("items")
	}
	if len(q.a.Wants) > mostWants {
		return tooLong("items", mostWants)
	}
	inside := q.a.Partner != "" || q.a.By.SignedIn()
	q.products = make([]*Product, len(q.a.Wants))
	for i, w := range q.a.Wants {
		p := q.c.Product(w.Product)
		if p == nil || p.Hidden && !inside {
			return fault.New(fault.Invalid, "sale.product_unknown", fault.Args{"product": short(w.Product)}).On("items")
		}
		most := mostPieces
		if p.Kind == Donation {
			most = mostDonations
		}
		if w.N < 1 || w.N > most {
			return fault.New(fault.Invalid, "sale.quantity", fault.Args{"product": p.ID, "max": most}).On("items")
		}
		q.products[i] = p
	}
	return nil
}

// bounds holds the order against its limits: how many persons, how many of each,
// what needs what, and that nobody has one thing twice.
func (q *quote) bounds() error {
	people, err := q.people()
	if err != nil {
		return err
	}
	limit := q.c.Limit.Persons
	if limit == 0 {
		limit = defaultPersons
	}
	if people > limit && !q.a.By.SignedIn() {
		return fault.New(fault.Invalid, "sale.persons", fault.Args{"n": people, "max": limit}).On("persons")
	}
	for i, p := range q.products {
		if err := q.enough(i, p, max(people, 1)); err != nil {
			return err
		}
	}
	return nil
}

// people is for how many the order is: those named, or those who travel, or
// those who run, whichever are more.
func (q *quote) people() (int, error) {
	travel, run := 0, 0
	for i, w := range q.a.Wants {
		p := q.products[i]
		switch p.Kind {
		case Package, Companion:
			travel += w.N
		case Entry:
			run += w.N
		}
		if w.Person == "" {
			continue
		}
		if !slices.ContainsFunc(q.a.Private.Persons, func(x person) bool { return x.ID == w.Person }) {
			return 0, fault.New(fault.Invalid, "sale.person_unknown", fault.Args{"person": short(w.Person)}).On("items")
		}
		if single(p) && (w.N > 1 || q.twice(i)) {
			return 0, fault.New(fault.Invalid, "sale.person_twice", fault.Args{"product": p.ID}).On("items")
		}
	}
	return max(travel, run, len(q.a.Private.Persons)), nil
}

// single are products of which a person has one: a journey, a race.
func single(p *Product) bool { return p.Kind == Entry || p.Kind == Package || p.Kind == Companion }

// twice reports whether the person of a want has a journey or a race already.
func (q *quote) twice(i int) bool {
	race := q.products[i].Kind == Entry
	for j, w := range q.a.Wants[:i] {
		p := q.products[j]
		if w.Person == q.a.Wants[i].Person && single(p) && (p.Kind == Entry) == race {
			return true
		}
	}
	return false
}

// enough holds the i-th want against the product's own bounds.
func (q *quote) enough(i int, p *Product, people int) error {
	n, needs := 0, len(p.Needs) == 0
	for j, w := range q.a.Wants {
		if q.products[j] == p {
			n += w.N
		}
		needs = needs || slices.Contains(p.Needs, w.Product)
	}
	most := p.Max
	switch {
	case most == 0 && p.Kind == Donation:
		most = mostDonations
	case most == 0:
		most = people
	}
	if n > most {
		return fault.New(fault.Invalid, "sale.quantity", fault.Args{"product": p.ID, "max": most}).On("items")
	}
	if !needs {
		return fault.New(fault.Invalid, "sale.needs", fault.Args{"product": p.ID, "needs": strings.Join(p.Needs, ", ")}).On("items")
	}
	return nil
}

func (q *quote) class(id string) string {
	if id == "" {
		return ""
	}
	for i := range q.a.Private.Persons {
		if p := &q.a.Private.Persons[i]; p.ID == id && p.Resident {
			return Resident
		}
	}
	return ""
}

// price is what one costs: the buyer's class before everybody's, the latest
// price list that has begun before earlier ones.
func (q *quote) price(p *Product, class string) (money.Amount, bool) {
	best := -1
	for i := range p.Prices {
		x := &p.Prices[i]
		if x.Amount.Currency != q.currency || x.Class != "" && x.Class != class || x.From != "" && x.From > q.day() {
			continue
		}
		if best < 0 {
			best = i
			continue
		}
		b := &p.Prices[best]
		if x.Class != b.Class {
			if x.Class != "" {
				best = i
			}
		} else if x.From >= b.From {
			best = i
		}
	}
	if best < 0 {
		return money.Amount{}, false
	}
	return p.Prices[best].Amount, true
}

func (q *quote) day() string {
	if q.today == "" {
		q.today = q.at.In(q.c.Location()).Format(time.DateOnly)
	}
	return q.today
}

// discount takes the voucher's part off, split over the items it is for so that
// each keeps its own share to the last minor unit (case 48). Donations are not
// made smaller.
func (q *quote) discount() error {
	if q.a.Voucher == "" {
		return nil
	}
	v := q.c.Voucher(q.a.Voucher)
	if v == nil || v.Until != "" && q.at > lastInstant(v.Until, q.c.Location()) {
		return fault.New(fault.Invalid, "sale.voucher", nil).On("voucher")
	}
	weights, total := make([]int64, len(q.items)), money.Of(0, q.currency)
	for i := range q.items {
		p := q.products[i]
		if p.Kind == Donation || len(v.Products) > 0 && !slices.Contains(v.Products, p.ID) {
			continue
		}
		weights[i] = q.charges[i].Amount.Minor
		total = total.Add(q.charges[i].Amount)
	}
	if total.Zero() {
		return fault.New(fault.Invalid, "sale.voucher_for_others", nil).On("voucher")
	}
	off := total.Percent(v.Percent)
	if v.Percent == 0 {
		if v.Amount.Currency != q.currency {
			return fault.New(fault.Invalid, "sale.voucher_currency", fault.Args{"currency": string(v.Amount.Currency)}).On("voucher")
		}
		off = money.Min(v.Amount, total)
	}
	for i, part := range off.Split(weights...) {
		if !part.Zero() {
			q.charges = append(q.charges, Charge{At: q.at, Kind: "discount", Item: q.items[i].Product, Person: q.items[i].Person, Amount: part.Neg()})
		}
	}
	return nil
}

// deposit is what confirms the order, and until when the rest is due. Nothing is
// left for later once that day has come.
func (q *quote) deposit() (money.Amount, race.Instant) {
	all, part := money.Of(0, q.currency), money.Of(0, q.currency)
	for i := range q.charges {
		all = all.Add(q.charges[i].Amount)
		if d := q.depositOf(q.charges[i].Item); d > 0 && d < 100 {
			part = part.Add(q.charges[i].Amount.Percent(d))
		} else {
			part = part.Add(q.charges[i].Amount)
		}
	}
	day := q.c.wall(q.c.RaceDate)
	if !part.Less(all) || day == 0 {
		return money.Amount{}, 0
	}
	if by := day.Add(-q.c.Terms.Balance.D()); q.at < by {
		return part, by
	}
	return money.Amount{}, 0
}

func (q *quote) depositOf(product string) int {
	for _, p := range q.products {
		if p.ID == product {
			return p.Deposit
		}
	}
	return 0
}

// Voucher finds a voucher by its code, however it is typed; nil if there is none.
func (c *Catalogue) Voucher(code string) *Voucher {
	code = strings.TrimSpace(code)
	for i := range c.Vouchers {
		if strings.EqualFold(c.Vouchers[i].Code, code) {
			return &c.Vouchers[i]
		}
	}
	return nil
}

// lastInstant is when a day, or a wall time, is over: ends are inclusive.
func lastInstant(s string, zone *time.Location) race.Instant {
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return race.At(t.AddDate(0, 0, 1))
	}
	return wall(s, zone)
}

// short keeps what a client sent out of long sentences.
func short(s string) string {
	const most = 60
	if len(s) <= most {
		return strings.ToValidUTF8(s, "")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func tooLong(field string, limit int) *fault.Error {
	return fault.New(fault.Invalid, "sale.too_long", fault.Args{"max": limit}).On(field)
}
