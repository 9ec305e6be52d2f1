package sale

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
)

// The kinds of resources.
var resourceKinds = []string{"race_place", "seat", "bed", "group_slot", "other"}

var productKinds = []ProductKind{Package, Entry, Supplement, AddOn, Companion, Donation}

// Bounds of a catalogue: beyond them is a slip of the finger.
const (
	mostSize  = 10_000_000
	mostPrice = 1_000_000_000_000 // minor units
	mostText  = 20_000
)

// Fill completes a catalogue with the defaults of what was left out, and works
// out the amounts that its file wrote as decimals. The fault of an amount is
// Check's to tell.
func Fill(c *Catalogue) {
	c.Hold = c.Hold.filled()
	or(&c.Mode, FirstCome)
	or(&c.Zone, "UTC")
	or(&c.Limit.Persons, defaultPersons)
	or(&c.Limit.Orders, defaultOrders)
	or(&c.Room.Before, Duration(time.Hour))
	or(&c.Room.Pace, 120)
	or(&c.Room.Stay, Duration(10*time.Minute))
	or(&c.List.Offer, Duration(24*time.Hour))
	or(&c.List.Order, "fit")
	or(&c.List.Passes, 3)
	or(&c.List.Lapsed, "end")
	or(&c.List.Priority, Duration(48*time.Hour))
	or(&c.Entry.Adult, 18)
	or(&c.Entry.LeapDay, "03-01")
	or(&c.Seller.KeepYears, 10)
	for i := range c.Products {
		for j := range c.Products[i].Prices {
			p := &c.Products[i].Prices[j]
			p.Currency, p.Sum, p.Amount = amounts(c, p.Currency, p.Sum, p.Amount)
		}
	}
	for i := range c.Vouchers {
		if v := &c.Vouchers[i]; v.Percent == 0 {
			v.Currency, v.Sum, v.Amount = amounts(c, v.Currency, v.Sum, v.Amount)
		}
	}
	if c.Terms.Currency == "" && len(c.Currencies) > 0 {
		c.Terms.Currency = c.Currencies[0]
	}
	if c.Bank != nil && c.Bank.Currency == "" && len(c.Currencies) > 0 {
		c.Bank.Currency = c.Currencies[0]
	}
}

func or[T comparable](v *T, std T) {
	var none T
	if *v == none {
		*v = std
	}
}

// amounts brings the two ways of saying an amount together: as a file says it,
// and as the program does.
func amounts(c *Catalogue, cur money.Currency, sum string, a money.Amount) (money.Currency, string, money.Amount) {
	if sum == "" {
		if a.Currency == "" {
			return cur, sum, a
		}
		return a.Currency, a.Decimal(), a
	}
	if cur == "" && len(c.Currencies) > 0 {
		cur = c.Currencies[0]
	}
	if p, err := money.Parse(sum, cur); err == nil {
		return cur, sum, p
	}
	return cur, sum, money.Amount{}
}

// Check finds everything that is wrong with a filled catalogue, at once. The
// faults are Invalid sale.file_*, on paths of the file: "product[2].price[0]".
func Check(c *Catalogue) error {
	k := checker{c: c}
	k.times()
	k.resources()
	k.products()
	k.partners()
	k.vouchers()
	k.terms()
	k.rules()
	return k.faults.OrNil()
}

type checker struct {
	c      *Catalogue
	faults fault.List
}

func (k *checker) bad(path, code string, args fault.Args) {
	if args == nil {
		args = fault.Args{}
	}
	args["where"] = path // a file says line and column instead
	k.faults = append(k.faults, fault.New(fault.Invalid, "sale.file_"+code, args).On(path))
}

func (k *checker) times() {
	c := k.c
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		k.bad("zone", "zone", fault.Args{"value": short(c.Zone)})
	}
	k.wall("opens", c.Opens, true)
	k.wall("closes", c.Closes, false)
	k.wall("draw.closes", c.Draw.Closes, c.Mode == Draw)
	k.wall("terms.transfer_until", c.Terms.TransferUntil, false)
	k.day("race_date", c.RaceDate, true)
	if a, b := c.OpensAt(), c.ClosesAt(); a != 0 && b != 0 && b <= a {
		k.bad("closes", "order", fault.Args{"first": "opens", "second": "closes"})
	}
	if !slices.Contains([]Mode{FirstCome, WaitingRoom, Draw}, c.Mode) {
		k.bad("mode", "choice", fault.Args{"value": short(string(c.Mode)), "known": "first_come, waiting_room, draw"})
	}
	if len(c.Currencies) == 0 {
		k.bad("currencies", "missing", nil)
	}
	for i, cur := range c.Currencies {
		if at := fmt.Sprintf("currencies[%d]", i); !cur.Valid() {
			k.bad(at, "currency", fault.Args{"value": short(string(cur))})
		} else if slices.Contains(c.Currencies[:i], cur) {
			k.bad(at, "twice", fault.Args{"value": string(cur)})
		}
	}
}

// wall asks for a wall time that the zone's clocks show once: one that a change
// of the clocks leaves out is refused (case 23).
func (k *checker) wall(path, s string, must bool) {
	if s == "" {
		if must {
			k.bad(path, "missing", nil)
		}
		return
	}
	at := k.c.wall(s)
	if at == 0 {
		k.bad(path, "time", fault.Args{"value": short(s)})
		return
	}
	shown := at.In(k.c.Location()).Format("2006-01-02T15:04:05")
	if len(s) > len(time.DateOnly) && !strings.HasPrefix(shown, s) {
		k.bad(path, "skipped", fault.Args{"value": s, "shown": shown})
	}
}

func (k *checker) day(path, s string, must bool) {
	if s == "" && !must {
		return
	}
	if s == "" {
		k.bad(path, "missing", nil)
	} else if _, err := time.Parse(time.DateOnly, s); err != nil {
		k.bad(path, "day", fault.Args{"value": short(s)})
	}
}

// id asks for a short word that can stand in an address.
func (k *checker) id(path, s string, before bool) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"
	switch {
	case s == "":
		k.bad(path, "missing", nil)
	case len(s) > mostID || strings.Trim(s, letters) != "":
		k.bad(path, "id", fault.Args{"value": short(s)})
	case before:
		k.bad(path, "twice", fault.Args{"value": s})
	}
}

func (k *checker) text(path string, t Text, must bool) {
	if must && t.In("en") == "" {
		k.bad(path, "missing", nil)
	}
	for lang, s := range t {
		if len(s) > mostText || !utf8.ValidString(s) {
			k.bad(path+"."+lang, "text", fault.Args{"max": mostText})
		}
	}
}

func (k *checker) resources() {
	c := k.c
	if len(c.Resources) == 0 {
		k.bad("resource", "missing", nil)
	}
	for i := range c.Resources {
		r, at := &c.Resources[i], fmt.Sprintf("resource[%d]", i)
		before := slices.ContainsFunc(c.Resources[:i], func(o Resource) bool { return o.ID == r.ID })
		k.id(at+".id", r.ID, before)
		if (&Quota{Resource: r.ID}).Rule() {
			k.bad(at+".id", "id", fault.Args{"value": short(r.ID)})
		}
		k.text(at+".name", r.Name, true)
		k.choice(at+".kind", r.Kind, resourceKinds)
		k.number(at+".size", r.Size, 0, mostSize)
	}
	for i := range c.Departures {
		d, at := &c.Departures[i], fmt.Sprintf("departure[%d]", i)
		k.id(at+".id", d.ID, slices.ContainsFunc(c.Departures[:i], func(o Departure) bool { return o.ID == d.ID }))
		k.text(at+".name", d.Name, true)
		k.day(at+".leaves", d.Leaves, true)
		k.day(at+".returns", d.Returns, true)
		if d.Leaves != "" && d.Returns != "" && d.Returns < d.Leaves {
			k.bad(at+".returns", "order", fault.Args{"first": "leaves", "second": "returns"})
		}
	}
}

func (k *checker) choice(path, value string, known []string) {
	if !slices.Contains(known, value) {
		k.bad(path, "choice", fault.Args{"value": short(value), "known": strings.Join(known, ", ")})
	}
}

func (k *checker) number(path string, n, least, most int) {
	if n < least || n > most {
		k.bad(path, "number", fault.Args{"value": n, "min": least, "max": most})
	}
}

func (k *checker) products() {
	c := k.c
	if len(c.Products) == 0 {
		k.bad("product", "missing", nil)
	}
	kinds := make([]string, len(productKinds))
	for i, p := range productKinds {
		kinds[i] = string(p)
	}
	for i := range c.Products {
		p, at := &c.Products[i], fmt.Sprintf("product[%d]", i)
		k.id(at+".id", p.ID, slices.ContainsFunc(c.Products[:i], func(o Product) bool { return o.ID == p.ID }))
		k.choice(at+".kind", string(p.Kind), kinds)
		k.text(at+".name", p.Name, true)
		k.text(at+".note", p.Note, false)
		if p.Departure != "" && !slices.ContainsFunc(c.Departures, func(d Departure) bool { return d.ID == p.Departure }) {
			k.bad(at+".departure", "unknown", fault.Args{"value": short(p.Departure)})
		}
		k.uses(at+".uses", p.Uses)
		k.number(at+".deposit", p.Deposit, 0, 100)
		k.number(at+".max", p.Max, 0, mostDonations)
		k.number(at+".meals", p.Meals, 0, mostSize)
		for j, n := range p.Needs {
			if c.Product(n) == nil || n == p.ID {
				k.bad(fmt.Sprintf("%s.needs[%d]", at, j), "unknown", fault.Args{"value": short(n)})
			}
		}
		k.prices(at, p)
	}
}

func (k *checker) uses(path string, uses []Use) {
	for i, u := range uses {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !slices.ContainsFunc(k.c.Resources, func(r Resource) bool { return r.ID == u.Resource }) {
			k.bad(at+".resource", "unknown", fault.Args{"value": short(u.Resource)})
		} else if slices.ContainsFunc(uses[:i], func(o Use) bool { return o.Resource == u.Resource }) {
			k.bad(at+".resource", "twice", fault.Args{"value": u.Resource})
		}
		k.number(at+".n", u.N, 1, mostSize)
	}
}

// prices must name one for everybody in every currency, from the beginning: a
// buyer never finds a product without a price.
func (k *checker) prices(path string, p *Product) {
	always := map[money.Currency]bool{}
	for i := range p.Prices {
		x, at := &p.Prices[i], fmt.Sprintf("%s.price[%d]", path, i)
		k.day(at+".from", x.From, false)
		if x.Class != "" {
			k.choice(at+".class", x.Class, []string{Resident})
		}
		if !slices.Contains(k.c.Currencies, x.Currency) {
			k.bad(at+".currency", "unknown", fault.Args{"value": short(string(x.Currency))})
			continue
		}
		k.amount(at+".amount", x.Sum, x.Currency)
		for _, o := range p.Prices[:i] {
			if o.From == x.From && o.Class == x.Class && o.Currency == x.Currency {
				k.bad(at, "twice", fault.Args{"value": strings.TrimSpace(x.From + " " + x.Class + " " + string(x.Currency))})
			}
		}
		if x.From == "" && x.Class == "" {
			always[x.Currency] = true
		}
	}
	for _, cur := range k.c.Currencies {
		if !always[cur] {
			k.bad(path+".price", "no_price", fault.Args{"value": string(cur)})
		}
	}
}

func (k *checker) amount(path, sum string, cur money.Currency) {
	a, err := money.Parse(sum, cur)
	if err != nil || a.Minor < 0 || a.Minor > mostPrice {
		k.bad(path, "amount", fault.Args{"value": short(sum), "currency": string(cur), "decimals": cur.Exponent()})
	}
}

func (k *checker) partners() {
	c, given := k.c, map[string]int{}
	for i := range c.Partners {
		p, at := &c.Partners[i], fmt.Sprintf("partner[%d]", i)
		k.id(at+".id", p.ID, slices.ContainsFunc(c.Partners[:i], func(o Partner) bool { return o.ID == p.ID }))
		if p.Name == "" {
			k.bad(at+".name", "missing", nil)
		}
		k.uses(at+".allocation", p.Allocation)
		k.wall(at+".release", p.Release, false)
		for j, u := range p.Allocation {
			given[u.Resource] += u.N
			r := slices.IndexFunc(c.Resources, func(r Resource) bool { return r.ID == u.Resource })
			if r >= 0 && given[u.Resource] > c.Resources[r].Size {
				k.bad(fmt.Sprintf("%s.allocation[%d].n", at, j), "allocation", fault.Args{"value": u.Resource, "n": given[u.Resource], "max": c.Resources[r].Size})
			}
		}
	}
}

func (k *checker) vouchers() {
	c := k.c
	for i := range c.Vouchers {
		v, at := &c.Vouchers[i], fmt.Sprintf("voucher[%d]", i)
		k.id(at+".code", v.Code, slices.ContainsFunc(c.Vouchers[:i], func(o Voucher) bool { return strings.EqualFold(o.Code, v.Code) }))
		k.number(at+".uses", v.Uses, 1, mostSize)
		k.number(at+".percent", v.Percent, 0, 100)
		switch {
		case v.Percent == 0 && v.Sum == "":
			k.bad(at+".percent", "missing", nil)
		case v.Percent != 0 && v.Sum != "":
			k.bad(at+".amount", "either", fault.Args{"first": "percent", "second": "amount"})
		case v.Sum != "" && !slices.Contains(c.Currencies, v.Currency):
			k.bad(at+".currency", "unknown", fault.Args{"value": short(string(v.Currency))})
		case v.Sum != "":
			k.amount(at+".amount", v.Sum, v.Currency)
		}
		k.wall(at+".until", v.Until, false)
		for j, id := range v.Products {
			if c.Product(id) == nil {
				k.bad(fmt.Sprintf("%s.products[%d]", at, j), "unknown", fault.Args{"value": short(id)})
			}
		}
	}
}

func (k *checker) terms() {
	t := &k.c.Terms
	if t.Version == "" {
		k.bad("terms.version", "missing", nil)
	}
	k.text("terms.text", t.Text, true)
	for i, s := range t.Scale {
		at := fmt.Sprintf("terms.scale[%d]", i)
		k.number(at+".percent", s.Percent, 0, 100)
		k.number(at+".days", s.Days, 0, 3660)
		for _, o := range t.Scale[:i] {
			if o.Days == s.Days {
				k.bad(at+".days", "twice", fault.Args{"value": fmt.Sprint(s.Days)})
			}
		}
	}
	if t.Tolerance != "" {
		k.amount("terms.tolerance", t.Tolerance, t.Currency)
	}
	if t.TransferFee != "" {
		k.amount("terms.transfer_fee", t.TransferFee, t.Currency)
	}
}

// rules are durations, limits, the bank account and the seller.
func (k *checker) rules() {
	c := k.c
	for _, d := range []struct {
		path string
		d    Duration
	}{{"hold.soft", c.Hold.Soft}, {"hold.grace", c.Hold.Grace}, {"hold.paying", c.Hold.Paying}, {"hold.bank", c.Hold.Bank},
		{"room.before", c.Room.Before}, {"room.stay", c.Room.Stay}, {"list.offer", c.List.Offer}, {"list.priority", c.List.Priority},
		{"terms.balance", c.Terms.Balance}} {
		if d.d < 0 || d.d.D() > 3660*24*time.Hour {
			k.bad(d.path, "duration", fault.Args{"value": d.d.D().String()})
		}
	}
	k.number("hold.bank_part", c.Hold.BankPart, 1, 100)
	k.number("limit.persons", c.Limit.Persons, 1, mostPersons)
	k.number("limit.orders", c.Limit.Orders, 1, 1000)
	k.number("room.pace", c.Room.Pace, 1, 1_000_000)
	k.number("list.passes", c.List.Passes, 0, 1000)
	k.choice("list.order", c.List.Order, []string{"strict", "fit"})
	k.choice("list.lapsed", c.List.Lapsed, []string{"end", "place"})
	for i, b := range c.Entry.Barred {
		if _, ok := race.FromISO(b.Country); !ok || len(b.Country) != 3 {
			k.bad(fmt.Sprintf("entry.barred[%d].country", i), "country", fault.Args{"value": short(b.Country)})
		}
	}
	if b := c.Bank; b != nil && !validIBAN(b.IBAN) {
		k.bad("bank.iban", "iban", fault.Args{"value": short(b.IBAN)})
	}
	if c.Seller.Name == "" {
		k.bad("seller.name", "missing", nil)
	}
}

// validIBAN is the check of ISO 13616: MOD 97-10.
func validIBAN(s string) bool {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	return len(s) >= 15 && len(s) <= 34 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && mod97(s[4:]+s[:4]) == 1
}
