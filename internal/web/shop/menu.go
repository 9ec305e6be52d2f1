package shop

import (
	"cmp"
	"slices"

	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// fewLeft is from how many units on a number is called few.
const fewLeft = 10

// choice is something on offer, in the reader's language and currency.
type choice struct {
	ID, Name, Note string
	Price          money.Amount
	Resident       money.Amount // for those who live there; nothing = the same
	Priced         bool         // has a price in this currency
	Left           int          // units that can be taken; -1 = not counted
	Departure      *sale.Departure
	Meals          int // pledged for each
	Deposit        int // percent due at once, 0 = all
	product        *sale.Product
}

// Out reports whether nothing is left.
func (c choice) Out() bool { return c.Left == 0 || !c.Priced }

// Few reports whether little is left.
func (c choice) Few() bool { return c.Left > 0 && c.Left <= fewLeft }

// menu is everything on offer.
type menu struct {
	Tours, Races, Rooms, Extras, Gifts []choice
	Currency                           money.Currency
	Currencies                         []money.Currency
	Persons                            int // of an order at most
	rooms                              map[string][]*sale.Product
	tag                                string
	s                                  *stand
}

// menu is what the sale offers to the public in a currency, the catalogue's
// first if it has not the one asked for.
func (s *stand) menu(tag lang.Tag, currency money.Currency) *menu {
	c := s.Catalogue
	m := &menu{Currencies: c.Currencies, Currency: currency, Persons: cmp.Or(c.Limit.Persons, 6), rooms: map[string][]*sale.Product{}, tag: string(tag), s: s}
	if len(c.Currencies) > 0 && !slices.Contains(c.Currencies, currency) {
		m.Currency = c.Currencies[0]
	}
	for i := range c.Products {
		p := &c.Products[i]
		if p.Hidden {
			continue
		}
		switch p.Kind {
		case sale.Package, sale.Companion:
			m.Tours = append(m.Tours, m.choice(p))
		case sale.Entry:
			m.Races = append(m.Races, m.choice(p))
		case sale.Supplement:
			m.room(p)
		case sale.AddOn:
			m.Extras = append(m.Extras, m.choice(p))
		case sale.Donation:
			m.Gifts = append(m.Gifts, m.choice(p))
		}
	}
	return m
}

// room puts supplements of the same name together: "single room" is one choice
// on whichever departure.
func (m *menu) room(p *sale.Product) {
	name := p.Name.In("en")
	if m.rooms[name] == nil {
		ch := m.choice(p)
		ch.Left = -1
		m.Rooms = append(m.Rooms, ch)
	}
	m.rooms[name] = append(m.rooms[name], p)
}

func (m *menu) choice(p *sale.Product) choice {
	ch := choice{ID: p.ID, Name: p.Name.In(m.tag), Note: p.Note.In(m.tag), Left: m.s.left(p.Uses), Meals: p.Meals, Deposit: p.Deposit, product: p}
	ch.Price, ch.Priced = m.s.price(p, m.Currency, "")
	if r, ok := m.s.price(p, m.Currency, "resident"); ok && r != ch.Price {
		ch.Resident = r
	}
	for i := range m.s.Catalogue.Departures {
		if m.s.Catalogue.Departures[i].ID == p.Departure {
			ch.Departure = &m.s.Catalogue.Departures[i]
		}
	}
	return ch
}

// left is how many times uses can be taken by the public now, -1 if nothing is
// counted.
func (s *stand) left(uses []sale.Use) int {
	least := -1
	for _, u := range uses {
		for i := range s.Head.Quotas {
			q := &s.Head.Quotas[i]
			if q.Resource != u.Resource || q.Partner != "" || u.N <= 0 {
				continue
			}
			if n := q.Free() / u.N; least < 0 || n < least {
				least = n
			}
		}
	}
	return least
}

// price is what one of a product costs today for a class of people, as it is
// shown; what an order costs is the catalogue's answer alone (sale.Quote).
func (s *stand) price(p *sale.Product, currency money.Currency, class string) (money.Amount, bool) {
	today := s.Now.In(s.Zone).Format("2006-01-02")
	best := -1
	for i, x := range p.Prices {
		if x.Amount.Currency != currency || x.From > today || x.Class != "" && x.Class != class {
			continue
		}
		if best < 0 || p.Prices[best].Class == "" && x.Class != "" ||
			p.Prices[best].Class == x.Class && x.From >= p.Prices[best].From {
			best = i
		}
	}
	if best < 0 {
		return money.Of(0, currency), false
	}
	return p.Prices[best].Amount, true
}

func find(list []choice, id string) *choice {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
	}
	return nil
}

// raceOf is the race a traveller runs, "" if none.
func (m *menu) raceOf(t *traveller) string {
	if r := find(m.Races, t.Race); r != nil {
		return r.product.Race
	}
	if p := find(m.Tours, t.Tour); p != nil {
		return p.product.Race
	}
	return ""
}

// roomOf is the supplement that gives a traveller the chosen room on the chosen
// journey, "" if none is chosen or the journey has none.
func (m *menu) roomOf(t *traveller) string {
	room, tour := find(m.Rooms, t.Room), find(m.Tours, t.Tour)
	if room == nil || tour == nil {
		return ""
	}
	for _, p := range m.rooms[room.product.Name.In("en")] {
		if p.Departure == tour.product.Departure || slices.Contains(p.Needs, tour.ID) {
			return p.ID
		}
	}
	return ""
}

// Places is how many race places there are left, -1 if none are counted.
func (m *menu) Places() int {
	n, counted := 0, false
	for _, r := range m.Races {
		if r.Left >= 0 {
			n, counted = n+r.Left, true
		}
	}
	if !counted {
		return -1
	}
	return n
}

// From is the least that a runner's journey or place costs.
func (m *menu) From() money.Amount {
	least := func(list []choice) (money.Amount, bool) {
		var out money.Amount
		found := false
		for _, x := range list {
			if x.Priced && (!found || x.Price.Less(out)) {
				out, found = x.Price, true
			}
		}
		return out, found
	}
	tour, _ := least(m.Tours)
	entry, _ := least(m.Races)
	return tour.Add(entry)
}

func raceSex(s string) race.Sex {
	switch x := race.Sex(s); x {
	case race.Male, race.Female, race.Mixed:
		return x
	}
	return ""
}

// currencyOf is the currency a reader asks for: in the address, or in the draft.
func currencyOf(c *site.Call, d *draft) money.Currency {
	if q := money.Currency(c.Query("currency")); q.Valid() {
		return q
	}
	return d.Currency
}
