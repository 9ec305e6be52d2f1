package sim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Habit is how an invented buyer behaves after the hold.
type Habit string

// The habits. Most pay at once.
const (
	PaysNow     Habit = "pays"
	PaysTwice   Habit = "pays_twice"   // the provider tells of the same payment twice
	PaysLate    Habit = "pays_late"    // after the hard end of the hold
	NeverPays   Habit = "never_pays"   // the hold ends
	ChangesMind Habit = "changes_mind" // pays, and cancels weeks later
)

// Buyer is an invented person who wants places for a party, and how they go
// about it.
type Buyer struct {
	Name     string        // stands for the buyer in ids: "buyer-17"
	After    time.Duration // from the opening to the first press of the button
	Presses  int           // how often the button is pressed: retries of one ask
	Habit    Habit
	Lang     string
	Currency money.Currency
	Email    string
	Runners  []race.Starter // who they want to enter, with the race they want
	Tour     string         // id of a departure
	Single   bool           // a lone traveller wants a room alone
	Voucher  string
}

// Crowd is who wants places when the sale opens: for every place of a race about
// more people than there are places, in parties of one to four. The same seed
// gives the same crowd. Every one of them is invented.
func Crowd(seed uint64, c *sale.Catalogue, places map[string]int, more float64) []Buyer {
	r := rand.New(rand.NewPCG(seed, 0xb0e5))
	var out []Buyer
	for _, rn := range raceNames {
		left := int(float64(places[rn.id]) * more)
		pool := visitorsOf(seed+1, c, rn.id, left)
		for len(pool) > 0 {
			n := min(party(r), len(pool))
			adultFirst(pool)
			out = append(out, buyer(r, c, pool[:n]))
			pool = pool[n:]
		}
	}
	slices.SortStableFunc(out, func(a, b Buyer) int { return cmp.Compare(a.After, b.After) })
	for i := range out {
		out[i].Name = fmt.Sprintf("buyer-%d", i+1)
		out[i].Email = fmt.Sprintf("buyer-%d@example.org", i+1)
	}
	return out
}

// Latecomers are single travellers who hear of places that are still free, as
// many as there are, and pay at once.
func Latecomers(seed uint64, round int, c *sale.Catalogue, free map[string]int) []Buyer {
	r := rand.New(rand.NewPCG(seed, 0x1a7e+uint64(round)))
	var out []Buyer
	for _, rn := range raceNames {
		pool := visitorsOf(seed+uint64(10+round), c, rn.id, 2*free[rn.id]+10)
		pool = slices.DeleteFunc(pool, func(s race.Starter) bool { return s.Person.Age < 18 })
		for i := range pool[:min(len(pool), free[rn.id])] {
			b := buyer(r, c, pool[i:i+1])
			b.Habit, b.Single, b.Presses = PaysNow, false, 1
			b.Name = fmt.Sprintf("buyer-%d-%d", round+1, len(out)+1)
			b.Email = b.Name + "@example.org"
			out = append(out, b)
		}
	}
	return out
}

// adultFirst puts a grown-up at the head of those who are left: minors travel
// with somebody who answers for them.
func adultFirst(pool []race.Starter) {
	if i := slices.IndexFunc(pool, func(s race.Starter) bool { return s.Person.Age >= 18 }); i > 0 {
		pool[0], pool[i] = pool[i], pool[0]
	}
}

func party(r *rand.Rand) int {
	switch x := r.Float64(); {
	case x < 0.55:
		return 1
	case x < 0.85:
		return 2
	case x < 0.95:
		return 3
	}
	return 4
}

func buyer(r *rand.Rand, c *sale.Catalogue, runners []race.Starter) Buyer {
	b := Buyer{Runners: runners, Presses: 1, Habit: PaysNow, Lang: pick(r, []string{"en", "en", "de", "zh", "ko"}),
		Currency: "EUR", Tour: departures[r.IntN(len(departures))].id,
		After: time.Duration(r.ExpFloat64() * float64(40*time.Second))}
	if r.Float64() < 0.1 {
		b.Currency = "KRW"
	}
	if r.Float64() < 0.25 {
		b.Presses = 2 + r.IntN(2)
	}
	b.Single = len(runners) == 1 && r.Float64() < 0.15
	if r.Float64() < 0.02 {
		b.Voucher = c.Vouchers[0].Code
	}
	switch x := r.Float64(); {
	case x < 0.06:
		b.Habit = NeverPays
	case x < 0.10:
		b.Habit = PaysLate
	case x < 0.13:
		b.Habit = PaysTwice
	case x < 0.19:
		b.Habit = ChangesMind
	}
	return b
}

// visitorsOf are n invented visitors of the open class who want to run a race
// and whom the sale's rule lets travel.
func visitorsOf(seed uint64, c *sale.Catalogue, raceID string, n int) []race.Starter {
	var out []race.Starter
	for ; len(out) < n; seed += 1000 {
		for _, s := range StartListOf(seed, 2000) {
			if Visiting(&s) && s.Race == raceID && len(out) < n && !banned(c, s.Person.Country) {
				out = append(out, s)
			}
		}
	}
	return out
}

func banned(c *sale.Catalogue, country race.Country) bool {
	n, _ := race.Lookup(country)
	return slices.ContainsFunc(c.Entry.Barred, func(b entry.Bar) bool { return b.Country == n.ISO3 })
}

// Visiting reports whether a starter has to buy a place: a visitor of the open
// class. Residents and the elite are entered by the federations.
func Visiting(s *race.Starter) bool {
	return s.Class == race.Open && s.Person.Resident == race.Visitor
}

// PlacesOf counts the places that a start list's visitors fill, by race.
func PlacesOf(list race.StartList) map[string]int {
	out := map[string]int{}
	for i := range list {
		if Visiting(&list[i]) {
			out[list[i].Race]++
		}
	}
	return out
}

// Ask is the buyer's ask of the sale: so many tours, and each runner's race.
func (b *Buyer) Ask() sale.Ask {
	a := sale.Ask{Key: b.Name, Body: b.Name, Lang: b.Lang, Currency: b.Currency, Voucher: b.Voucher,
		Private: sale.Private{Email: b.Email, Name: b.Runners[0].Person.Name.Show()}}
	for i := range b.Runners {
		p := b.person(i)
		a.Private.Persons = append(a.Private.Persons, p)
		a.Wants = append(a.Wants, sale.Want{Product: "tour-" + b.Tour, N: 1, Person: p.ID},
			sale.Want{Product: "entry-" + p.Race, N: 1, Person: p.ID})
		if b.Single {
			a.Wants = append(a.Wants, sale.Want{Product: "single-" + b.Tour, N: 1, Person: p.ID})
		}
	}
	return a
}

func (b *Buyer) person(i int) entry.Person {
	s := &b.Runners[i]
	n, _ := race.Lookup(s.Person.Country)
	p := entry.Person{ID: fmt.Sprintf("p%d", i+1), Race: s.Race, Sex: s.Person.Sex, Birth: s.Person.BirthDate, Country: n.ISO3,
		Name:     entry.Name{Printed: s.Person.Name.Printed, Family: s.Person.Name.Family, Given: s.Person.Name.Given},
		Document: entry.Document{Issuer: n.ISO3, Number: fmt.Sprintf("SIM%sP%d", strings.ReplaceAll(b.Name[len("buyer-"):], "-", "R"), i+1), Expires: "2031-12-31"}}
	if i == 0 {
		p.Email = b.Email
	}
	if i > 0 && s.Person.Age < 18 {
		p.Guardian, p.Consent = "p1", true
	}
	return p
}

// Enter puts those who bought their places into a start list: each takes the
// bib and chip of a place of the race. It says how many places stayed empty;
// those starters are taken off the list.
func Enter(list race.StartList, sold []entry.Person, partner string) (race.StartList, int) {
	byRace := map[string][]entry.Person{}
	for _, p := range sold {
		byRace[p.Race] = append(byRace[p.Race], p)
	}
	out, empty := make(race.StartList, 0, len(list)), 0
	for _, s := range list {
		if Visiting(&s) {
			waiting := byRace[s.Race]
			if len(waiting) == 0 {
				empty++
				continue
			}
			s.Person, s.Partner = starter(waiting[0]), partner
			byRace[s.Race] = waiting[1:]
		}
		out = append(out, s)
	}
	return out, empty
}

func starter(p entry.Person) race.Person {
	n, _ := race.FromISO(p.Country)
	return race.Person{Name: race.Name{Printed: p.Name.Printed, Family: p.Name.Family, Given: p.Name.Given}, Sex: p.Sex,
		BirthDate: p.Birth, Country: n.Country(), Resident: race.Visitor}
}
