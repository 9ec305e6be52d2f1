package intake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/race"
)

// DiffKind says what happens to a starter. Kinds are words.
type DiffKind string

// The kinds of differences.
const (
	Added   DiffKind = "added"
	Removed DiffKind = "removed"
	Changed DiffKind = "changed"
)

// Difference is one thing that importing a new start list would change. Field is
// a column of the start list for Changed, "" for a starter added or removed.
type Difference struct {
	Kind   DiffKind
	Bib    string
	Name   string // as the new list shows it; of a removed starter, the old one
	Race   string // of the new list; of a removed starter, the old one
	Field  string
	Before string
	After  string
}

// DiffStartList says what importing the new list in place of the old one would
// change, by bib in counting order (2 before 10). Starters are the same by the
// edition's rule for bibs; the order of a list and of a runner's chips means
// nothing.
func DiffStartList(rule race.BibRule, old, new race.StartList) []Difference {
	before := make(map[string]*race.Starter, len(old))
	for i := range old {
		before[rule.Key(old[i].Bib)] = &old[i]
	}
	var out []Difference
	for i := range new {
		n := &new[i]
		key := rule.Key(n.Bib)
		o, ok := before[key]
		if !ok {
			out = append(out, Difference{Kind: Added, Bib: n.Bib, Name: n.Person.Name.Show(), Race: n.Race})
			continue
		}
		delete(before, key)
		out = append(out, changes(o, n)...)
	}
	for _, o := range before {
		out = append(out, Difference{Kind: Removed, Bib: o.Bib, Name: o.Person.Name.Show(), Race: o.Race})
	}
	slices.SortStableFunc(out, func(a, b Difference) int {
		return cmp.Or(compareBibs(a.Bib, b.Bib), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// starterFields are the columns that can differ, in the order of the start list.
var starterFields = []struct {
	name string
	of   func(*race.Starter) string
}{
	{"bib", func(s *race.Starter) string { return s.Bib }},
	{"chip", func(s *race.Starter) string {
		chips := slices.Clone(s.Chips)
		for i := range chips {
			chips[i] = race.ChipKey(chips[i])
		}
		slices.Sort(chips)
		return strings.Join(chips, " ")
	}},
	{"race", func(s *race.Starter) string { return s.Race }},
	{"wave", func(s *race.Starter) string { return s.Wave }},
	{"family_name", func(s *race.Starter) string { return s.Person.Name.Family }},
	{"given_name", func(s *race.Starter) string { return s.Person.Name.Given }},
	{"printed_name", func(s *race.Starter) string { return s.Person.Name.Printed }},
	{"sex", func(s *race.Starter) string { return string(s.Person.Sex) }},
	{"birth_date", func(s *race.Starter) string { return s.Person.BirthDate }},
	{"age", func(s *race.Starter) string {
		if s.Person.Age == 0 {
			return ""
		}
		return strconv.Itoa(s.Person.Age)
	}},
	{"country", func(s *race.Starter) string { return s.Person.Country.Code }},
	{"class", func(s *race.Starter) string { return string(s.Class) }},
	{"club", func(s *race.Starter) string { return s.Person.Club }},
	{"team", func(s *race.Starter) string { return s.Team }},
	{"resident", func(s *race.Starter) string { return string(s.Person.Resident) }},
	{"partner", func(s *race.Starter) string { return s.Partner }},
}

func changes(o, n *race.Starter) (out []Difference) {
	for _, f := range starterFields {
		if before, after := f.of(o), f.of(n); before != after {
			out = append(out, Difference{Changed, n.Bib, n.Person.Name.Show(), n.Race, f.name, before, after})
		}
	}
	return out
}

// compareBibs orders bibs as people count: runs of digits by their number.
func compareBibs(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			x, y := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			if c := cmp.Compare(da, db); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
