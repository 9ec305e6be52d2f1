package pdf

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"stadion/internal/lang"
	"stadion/internal/race"
)

// StartOrder says how a start list is sorted.
type StartOrder string

// The orders of a start list.
const (
	ByBib  StartOrder = "bib"  // wave by wave, each under its gun: for the start
	ByName StartOrder = "name" // of the whole race: to find a bib
)

// StartList is one race's start list. starters may be of all races; those of
// others are left out. By name, family names are ordered as the language of the
// list orders them; who has one name only stands under it.
func StartList(e *race.Edition, rc *race.Race, starters race.StartList, order StartOrder, tag lang.Tag) List {
	say := lang.For(tag)
	s := &startList{say: say, edition: e, race: rc}
	for i := range starters {
		if starters[i].Race == rc.ID {
			s.starters = append(s.starters, &starters[i])
		}
	}
	l := List{
		Lang: tag, Event: e.Name, When: listWhen(say, e), Title: say.T("paper.start_list", "race", rc.Name),
		Subtitle: listSubtitle(say, rc) + "  ·  " + say.T("paper.order."+string(cmp.Or(order, ByBib))),
		Summary:  say.T("paper.count.entered", "n", len(s.starters)), Zone: e.Location(), Note: e.Note,
	}
	if order == ByName {
		l.Columns = s.columns(len(rc.Waves) > 1)
		l.Sections = []Section{{Rows: s.rows(s.byName(tag), len(rc.Waves) > 1)}}
		return l
	}
	l.Columns = s.columns(false)
	slices.SortStableFunc(s.starters, func(a, b *race.Starter) int { return naturalBib(a.Bib, b.Bib) })
	l.Sections = s.waves()
	return l
}

type startList struct {
	say      *lang.Printer
	edition  *race.Edition
	race     *race.Race
	starters []*race.Starter
}

// waves are sections by wave in the race's order; who has none it knows, last.
func (s *startList) waves() []Section {
	var out []Section
	taken := map[string]bool{}
	for i := range s.race.Waves {
		w := &s.race.Waves[i]
		taken[w.ID] = true
		in := s.in(func(x *race.Starter) bool { return x.Wave == w.ID || x.Wave == "" && len(s.race.Waves) == 1 })
		if len(in) > 0 {
			out = append(out, Section{Heading: s.waveHeading(w), Rows: s.rows(in, false)})
		}
	}
	if len(s.race.Waves) == 1 {
		taken[""] = true
	}
	if rest := s.in(func(x *race.Starter) bool { return !taken[x.Wave] }); len(rest) > 0 {
		section := Section{Rows: s.rows(rest, false)}
		if len(s.race.Waves) > 0 {
			section.Heading = s.say.T("paper.wave.none")
		}
		out = append(out, section)
	}
	return out
}

func (s *startList) in(is func(*race.Starter) bool) []*race.Starter {
	var out []*race.Starter
	for _, x := range s.starters {
		if is(x) {
			out = append(out, x)
		}
	}
	return out
}

// waveHeading names the wave and its gun in the edition's zone.
func (s *startList) waveHeading(w *race.Wave) string {
	name := s.waveName(w)
	if w.Gun == 0 {
		return name
	}
	gun := s.say.T("paper.gun_at", "time", w.Gun.In(s.edition.Location()).Format("15:04:05"))
	if len(s.race.Waves) == 1 {
		return gun
	}
	return name + " – " + gun
}

func (s *startList) waveName(w *race.Wave) string {
	switch {
	case w.Name != "":
		return w.Name
	case len(s.race.Waves) == 1:
		return s.say.T("paper.wave.all")
	}
	return s.say.T("paper.wave", "wave", w.ID)
}

// byName are the starters as the language orders their names.
func (s *startList) byName(tag lang.Tag) []*race.Starter {
	c := collate.New(language.Make(string(tag)), collate.IgnoreCase)
	type named struct {
		starter *race.Starter
		key     []byte
	}
	var buf collate.Buffer
	list := make([]named, len(s.starters))
	for i, x := range s.starters {
		n := x.Person.Name
		key := strings.TrimSpace(n.Family + " " + n.Given)
		if n.Printed != "" || key == "" { // the printed name wins; its owner decides what stands first
			key = n.Show()
		}
		list[i] = named{x, slices.Clone(c.KeyFromString(&buf, key))}
		buf.Reset()
	}
	slices.SortStableFunc(list, func(a, b named) int {
		return cmp.Or(slices.Compare(a.key, b.key), naturalBib(a.starter.Bib, b.starter.Bib))
	})
	out := make([]*race.Starter, len(list))
	for i := range list {
		out[i] = list[i].starter
	}
	return out
}

func (s *startList) columns(wave bool) []Column {
	head := func(key string) string { return s.say.T("paper.col." + key) }
	born := head("age")
	if s.years() {
		born = head("year")
	}
	c := []Column{
		{Head: head("bib"), Right: true, Strong: true}, {Head: head("name"), Kind: Names}, {Head: head("country"), Kind: Words},
		{Head: head("sex"), Kind: Words}, {Head: born, Right: true}, {Head: head("category"), Kind: Words},
		{Head: head("class"), Kind: Words}, {Head: head("club"), Kind: Names},
	}
	if wave {
		c = append(c, Column{Head: head("wave"), Kind: Words})
	}
	return c
}

func (s *startList) rows(list []*race.Starter, wave bool) iter.Seq[Row] {
	waves := map[string]string{}
	for i := range s.race.Waves {
		waves[s.race.Waves[i].ID] = s.waveName(&s.race.Waves[i])
	}
	words := &resultList{say: s.say}
	years := s.years()
	return func(yield func(Row) bool) {
		var cells []string
		for _, x := range list {
			p := &x.Person
			cells = append(cells[:0], x.Bib, p.Name.Show(), p.Country.Code, string(p.Sex), born(p, years),
				race.CategoryOf(s.edition, *x), words.class(x.Class), p.Club)
			if wave {
				cells = append(cells, cmp.Or(waves[x.Wave], x.Wave))
			}
			if !yield(Row{Cells: cells, Country: p.Country.Code}) {
				return
			}
		}
	}
}

// born is the year of birth, as start lists give it: of the day nothing is told.
// A list that knows ages only gives these.
func born(p *race.Person, years bool) string {
	switch {
	case !years && p.Age > 0:
		return strconv.Itoa(p.Age)
	case years && len(p.BirthDate) >= 4:
		return p.BirthDate[:4]
	}
	return ""
}

func (s *startList) years() bool {
	return slices.ContainsFunc(s.starters, func(x *race.Starter) bool { return x.Person.BirthDate != "" })
}

// naturalBib orders 9 before 10, and A9 before A10.
func naturalBib(a, b string) int {
	for a != "" && b != "" {
		x, y := leadingDigits(a), leadingDigits(b)
		if x > 0 && y > 0 {
			na, nb := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(na), len(nb)), strings.Compare(na, nb)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
