package entry

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// The most a field may hold, in characters. Nobody's name is refused by them;
// a megabyte is.
const (
	mostName     = 200
	mostEmail    = 254
	mostNumber   = 32
	mostOthers   = 8
	oldest       = 130 // years
	mostExpiring = 50  // years
)

// Check looks at a person's data as typed, before anything is taken or kept.
// today is "YYYY-MM-DD". What is missing but may come later (document, birth) is
// no fault. The faults name the fields: name, family, given, email, sex, birth,
// country, other, issuer, number, expires; put a prefix before them with Named.
func Check(p *Person, today string) fault.List {
	c := checking{today: today}
	if strings.TrimSpace(p.Name.Printed) == "" {
		c.add("name", "entry.name_missing", nil)
	} else {
		c.text("name", p.Name.Printed, mostName)
	}
	c.text("family", p.Name.Family, mostName)
	c.text("given", p.Name.Given, mostName)
	c.email("email", p.Email)
	if p.Sex != "" && p.Sex != race.Male && p.Sex != race.Female && p.Sex != race.Mixed {
		c.add("sex", "entry.sex", nil)
	}
	c.birth(p.Birth)
	c.country("country", p.Country)
	if len(p.Other) > mostOthers {
		c.add("other", "entry.too_many", fault.Args{"most": mostOthers})
	}
	for _, o := range p.Other[:min(len(p.Other), mostOthers)] {
		c.country("other", o)
	}
	c.country("issuer", p.Document.Issuer)
	c.text("number", p.Document.Number, mostNumber)
	c.expires(p.Document.Expires)
	return c.faults
}

// CheckEmail is Check's look at an address alone, for a payer. It must be there.
func CheckEmail(field, s string) error {
	c := checking{}
	if strings.TrimSpace(s) == "" {
		c.add(field, "entry.email", nil)
	}
	c.email(field, s)
	return c.faults.OrNil()
}

// CheckParty checks the persons of an order; fields are "persons.0.birth".
// Guardians must be of the order, ids must differ.
func CheckParty(persons []Person, today string) fault.List {
	var out fault.List
	ids := map[string]bool{}
	for i := range persons {
		out = append(out, Named("persons."+strconv.Itoa(i)+".", Check(&persons[i], today))...)
		if id := persons[i].ID; id == "" || len(id) > mostNumber || ids[id] {
			out = append(out, fault.New(fault.Invalid, "entry.person_id", nil).On("persons."+strconv.Itoa(i)+".id"))
		}
		ids[persons[i].ID] = true
	}
	for i := range persons {
		if g := persons[i].Guardian; g != "" && (!ids[g] || g == persons[i].ID) {
			out = append(out, fault.New(fault.Invalid, "entry.guardian", nil).On("persons."+strconv.Itoa(i)+".guardian"))
		}
	}
	return out
}

// Named puts a prefix before the fields of faults.
func Named(prefix string, l fault.List) fault.List {
	out := make(fault.List, len(l))
	for i, e := range l {
		out[i] = e.On(prefix + e.Field)
	}
	return out
}

type checking struct {
	today  string
	faults fault.List
}

// add never keeps what was typed: it may be personal.
func (c *checking) add(field, code string, args fault.Args) {
	c.faults = append(c.faults, fault.New(fault.Invalid, code, args).On(field))
}

func (c *checking) text(field, s string, most int) {
	switch {
	case len(s) > most*utf8.UTFMax || utf8.RuneCountInString(s) > most:
		c.add(field, "entry.too_long", fault.Args{"most": most})
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable):
		c.add(field, "entry.characters", nil)
	}
}

// unprintable characters belong in no name: controls, line breaks, characters
// that turn the direction of the text after them, private ones. Joiners do: some
// scripts need them.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Zl, r) ||
		unicode.Is(unicode.Zp, r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func (c *checking) email(field, s string) {
	if s == "" {
		return
	}
	local, host, ok := strings.Cut(strings.TrimSpace(s), "@")
	if !ok || local == "" || len(s) > mostEmail || strings.Contains(host, "@") || !strings.Contains(host, ".") ||
		strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || !utf8.ValidString(s) ||
		strings.ContainsFunc(local+host, func(r rune) bool {
			return unicode.IsSpace(r) || unprintable(r) || strings.ContainsRune(`<>(),;:"[]\`, r)
		}) {
		c.add(field, "entry.email", nil)
	}
}

func (c *checking) birth(s string) {
	if s == "" {
		return
	}
	b, err := time.Parse(time.DateOnly, s)
	now, bad := time.Parse(time.DateOnly, c.today)
	switch {
	case err != nil || bad != nil:
		c.add("birth", "entry.date", nil)
	case b.After(now):
		c.add("birth", "entry.birth_future", nil)
	case b.Before(now.AddDate(-oldest, 0, 0)):
		c.add("birth", "entry.birth_old", nil)
	}
}

func (c *checking) expires(s string) {
	if s == "" {
		return
	}
	e, err := time.Parse(time.DateOnly, s)
	now, bad := time.Parse(time.DateOnly, c.today)
	switch {
	case err != nil || bad != nil || e.After(now.AddDate(mostExpiring, 0, 0)):
		c.add("expires", "entry.date", nil)
	case e.Before(now):
		c.add("expires", "entry.document_expired", nil)
	}
}

// country takes ISO codes of three letters and those of travel documents alone
// (D, GBN, UNO, XXA, …).
func (c *checking) country(field, s string) {
	if s == "" {
		return
	}
	if n, ok := race.FromISO(State(s)); ok && n.ISO3 == State(s) && len(s) <= 3 {
		return
	}
	if len(s) == 3 && documentCodes[State(s)] {
		return
	}
	c.add(field, "entry.country", nil)
}

// documentCodes are what travel documents carry and ISO 3166 does not
// (ICAO 9303-3, section 5).
var documentCodes = map[string]bool{"GBD": true, "GBN": true, "GBO": true, "GBP": true, "GBS": true, "EUE": true, "UNO": true,
	"UNA": true, "UNK": true, "XXA": true, "XXB": true, "XXC": true, "XX" + "X": true, "XPO": true, "XOM": true, "XBA": true, "XIM": true,
	"XCC": true, "XCE": true, "XCO": true, "XEC": true, "XES": true, "XMP": true, "XDC": true, "RKS": true}
