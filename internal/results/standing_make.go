package results

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// Standings makes every list of a race by the edition's rules, in their order;
// the lists of one rule by value. It is pure: the same rows in whatever order,
// and the same now, give the same lists. now is the instant up to which the
// finish is in; only Award depends on it.
func Standings(e *race.Edition, c Contest, now race.Instant) []Standing {
	return newMaker(e, c, now).all("")
}

// StandingOf makes one list by its id; ok is false if the race has none such.
// Only the lists it depends on are made beside it.
func StandingOf(e *race.Edition, c Contest, id string, now race.Instant) (s Standing, ok bool) {
	for _, s := range newMaker(e, c, now).all(id) {
		if s.ID == id {
			return s, true
		}
	}
	return Standing{}, false
}

// StandingHead names a list without making it.
type StandingHead struct {
	ID      string
	Title   Sentence
	Rule    race.List
	Value   string
	Runners int  // starters who belong to it
	Award   bool // has prizes
}

// StandingHeads are the lists of a race in the order of Standings.
func StandingHeads(e *race.Edition, c Contest) []StandingHead {
	m := newMaker(e, c, 0)
	out := []StandingHead{}
	for _, r := range m.rules {
		for _, d := range m.divide(r) {
			s := m.standing(r, d)
			out = append(out, StandingHead{s.ID, s.Title(), r, d.value, len(d.rows), r.Prizes > 0})
		}
	}
	return out
}

// maker makes the lists of one contest. Rules come one after another: a later
// one may leave out who won in an earlier one.
type maker struct {
	e     *race.Edition
	c     Contest
	now   race.Instant
	rules []race.List
	ids   map[string]bool
	won   map[string]map[string]LeftOut // by rule and bib
	open  map[string][]openAward        // unsettled award lists, by rule
	marks []RecordMark                  // of the race, made when first needed
}

// openAward is an award list that can still change.
type openAward struct {
	id    string
	until race.Instant
}

func newMaker(e *race.Edition, c Contest, now race.Instant) *maker {
	if c.Basis == "" {
		c.Basis = cmp.Or(c.Race.RankBy, race.Gun)
	}
	m := &maker{e: e, c: c, now: now, ids: map[string]bool{}, won: map[string]map[string]LeftOut{}, open: map[string][]openAward{}}
	for _, r := range e.ListRules() {
		if !r.InRace(c.Race.ID) {
			continue
		}
		if r.Of == "all" {
			r.Of = race.OfAll
		}
		r.Basis = r.BasisIn(&race.Race{RankBy: c.Basis})
		m.rules = append(m.rules, r)
	}
	return m
}

// all makes the lists; only is the id of the one wanted, "" = every one.
func (m *maker) all(only string) []Standing {
	needed := m.needed()
	var out []Standing
	for _, r := range m.rules {
		if only != "" && !strings.HasPrefix(only, r.ID) && !needed[r.ID] {
			continue // no list of the rule can have that id
		}
		for _, d := range m.divide(r) {
			s := m.standing(r, d)
			if only != "" && s.ID != only && !needed[r.ID] {
				continue
			}
			m.fill(&s, d.rows)
			out = append(out, s)
			if r.Prizes > 0 {
				m.remember(&out[len(out)-1])
			}
		}
	}
	return out
}

// needed are the rules whose prizes decide about a later list.
func (m *maker) needed() map[string]bool {
	out := map[string]bool{}
	for _, r := range m.rules {
		for _, id := range r.Exclude {
			out[id] = true
		}
	}
	return out
}

// division is the starters of one list.
type division struct {
	value string
	rows  []*Row
}

// divide gives each runner the rule takes to the list of his value: men before
// women before mixed, elite before open, residents before visitors, age groups
// as the edition lists them, the others by value.
func (m *maker) divide(r race.List) []division {
	whole := r.Of == race.OfAll || r.Teams()
	var out []division
	if whole {
		out = []division{{}}
	}
	at := map[string]int{}      // by folded value, the division
	spelled := map[string]int{} // by value as written; -1 = of no list
	for i := range m.c.Rows {
		row := &m.c.Rows[i]
		if r.Sex != "" && row.Sex != r.Sex || r.Class != "" && row.Class != r.Class {
			continue
		}
		if whole {
			out[0].rows = append(out[0].rows, row)
			continue
		}
		raw := valueOf(row, r.Of)
		k, known := spelled[raw]
		if !known {
			k = -1
			if key := fold(raw); key != "" && (r.Only == "" || key == fold(r.Only)) {
				out, k = join(out, at, key, squash(raw))
			}
			spelled[raw] = k
		}
		if k >= 0 {
			out[k].rows = append(out[k].rows, row)
		}
	}
	if len(out) == 0 && r.Only != "" {
		out = []division{{value: r.Only}}
	}
	slices.SortFunc(out, func(a, b division) int {
		return cmp.Or(cmp.Compare(m.weigh(r.Of, a.value), m.weigh(r.Of, b.value)), cmp.Compare(a.value, b.value))
	})
	return out
}

// join finds the division of a value, or begins it. Of several spellings the
// first in order of letters names it.
func join(list []division, at map[string]int, key, value string) ([]division, int) {
	k, known := at[key]
	if !known {
		k = len(list)
		at[key] = k
		list = append(list, division{value: value})
	}
	list[k].value = min(list[k].value, value)
	return list, k
}

// valueOf is the value by which a rule's lists take a runner, "" = none of them.
func valueOf(r *Row, of race.ListOf) string {
	switch of {
	case race.OfSex:
		return string(r.Sex)
	case race.OfClass:
		return string(r.Class)
	case race.OfCategory:
		return r.Category
	case race.OfCountry:
		return r.Country
	case race.OfResident:
		return string(r.Resident)
	case race.OfPartner:
		return r.Partner
	case race.OfClub:
		return r.Club
	case race.OfTeam:
		return r.Team
	}
	return ""
}

// fold is the form in which values are compared: names of clubs and partners
// are typed by many hands.
func fold(s string) string { return strings.ToLower(squash(s)) }

func squash(s string) string { return strings.Join(strings.Fields(s), " ") }

var firstValues = []string{"M", "F", "X", "elite", "open", "yes", "no"}

func (m *maker) weigh(of race.ListOf, value string) int {
	if of == race.OfCategory {
		if i := slices.IndexFunc(m.e.Categories, func(c race.Category) bool { return c.ID == value }); i >= 0 {
			return i
		}
		return math.MaxInt
	}
	if of == race.OfSex || of == race.OfClass || of == race.OfResident {
		if i := slices.Index(firstValues, value); i >= 0 {
			return i
		}
	}
	return math.MaxInt
}

// standing is the head of a list: everything but its lines.
func (m *maker) standing(r race.List, d division) Standing {
	s := Standing{Rule: r, Race: m.c.Race, Value: d.value, Basis: r.Basis, State: m.c.State, Revision: m.c.Revision}
	if r.Of == race.OfCategory {
		for _, c := range m.e.Categories {
			if c.ID == d.value {
				s.Label = c.Name
			}
		}
	}
	for _, other := range m.rules {
		if slices.Contains(r.Exclude, other.ID) {
			s.Excluded = append(s.Excluded, RuleTitle(other))
		}
	}
	s.ID = m.id(r, d.value)
	return s
}

// id names a list: by its rule, and by its value where the rule makes several.
func (m *maker) id(r race.List, value string) string {
	id := r.ID
	if value != "" && r.Only == "" {
		id += "-" + cmp.Or(slug(value), "other")
	}
	for n, base := 2, id; m.ids[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	m.ids[id] = true
	return id
}

// slug is a value as it stands in addresses and file names: letters and digits
// of any script, everything else a hyphen.
func slug(s string) string {
	fields := strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsNumber(c) })
	return strings.Join(fields, "-")
}

// fill makes the lines.
func (m *maker) fill(s *Standing, rows []*Row) {
	placed := m.sections(s, rows)
	if s.Rule.Teams() {
		m.teams(s, placed)
	} else {
		m.lines(s, m.leaveOut(s, placed))
		m.records(s)
	}
	if s.Rule.Prizes > 0 {
		m.award(s, rows)
	}
	m.cut(s)
}

// sections parts the starters: who has a place (given back, in order), who
// finished without time, and the rest.
func (m *maker) sections(s *Standing, rows []*Row) []*Row {
	placed := make([]*Row, 0, len(rows))
	for _, r := range rows {
		switch {
		case r.Status == scoring.Finished && timeOn(r, s.Basis) >= 0:
			placed = append(placed, r)
		case r.Status == scoring.Finished, r.Status == scoring.FinishedNoTime:
			s.NoTime = append(s.NoTime, r)
		default:
			s.Rest = append(s.Rest, r)
		}
	}
	m.sort(s, placed)
	slices.SortFunc(s.NoTime, func(a, b *Row) int { return scoring.CompareBibs(a.Bib, b.Bib) })
	sortBy(s.Rest, func(r *Row) int64 { return int64(slices.Index(restOrder, r.Status))<<32 - int64(reached(r)) })
	return placed
}

// sort puts runners in the order of the list, equals by bib.
func (m *maker) sort(s *Standing, rows []*Row) {
	sortBy(rows, func(r *Row) int64 { return m.order(s, r) })
}

// sortBy sorts rows by a number that is told once for each, equals by bib.
func sortBy(rows []*Row, order func(*Row) int64) {
	type keyed struct {
		order int64
		row   *Row
	}
	list := make([]keyed, len(rows))
	for i, r := range rows {
		list[i] = keyed{order(r), r}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if c := cmp.Compare(a.order, b.order); c != 0 {
			return c
		}
		return scoring.CompareBibs(a.row.Bib, b.row.Bib)
	})
	for i := range list {
		rows[i] = list[i].row
	}
}

var restOrder = []scoring.Status{scoring.Running, scoring.DNF, scoring.DQ, scoring.DNS}

// reached is the last course point a runner was seen at, -1 = none.
func reached(r *Row) int {
	for i := len(r.Splits) - 1; i >= 0; i-- {
		if r.Splits[i].At != 0 {
			return i
		}
	}
	return -1
}

// timeOn is a runner's exact time on a basis.
func timeOn(r *Row, b race.Basis) Ms {
	if b == race.Net {
		return r.NetMs
	}
	return r.GunMs
}

// order is what a list is sorted and tied by. On the basis of the official
// places it is those places, and with them what the judges decided (rules L3,
// R6); on the other one it is the exact time.
func (m *maker) order(s *Standing, r *Row) int64 {
	if s.Basis != m.c.Basis || r.Place == 0 {
		return int64(timeOn(r, s.Basis))
	}
	switch {
	case s.Rule.Of == race.OfCategory && s.Rule.Sex == "" && s.Rule.Class == "" && r.PlaceCategory > 0:
		return int64(r.PlaceCategory)
	case (s.Rule.Of == race.OfSex || s.Rule.Sex != "") && r.PlaceSex > 0:
		return int64(r.PlaceSex)
	}
	return int64(r.Place)
}

// lines gives the places: equal order, equal place, the next is skipped.
func (m *maker) lines(s *Standing, placed []*Row) {
	s.Lines = make([]StandingLine, len(placed))
	s.Total = len(placed)
	for i, r := range placed {
		ms := timeOn(r, s.Basis)
		l := &s.Lines[i]
		*l = StandingLine{Place: i + 1, Row: r, Ms: ms, Time: printed(r, s.Basis)}
		if i > 0 && m.order(s, placed[i-1]) == m.order(s, r) {
			l.Place = s.Lines[i-1].Place
		}
		if l.Place <= s.Rule.Prizes {
			l.Prize = l.Place
		}
		if d := ms - s.Lines[0].Ms; d > 0 {
			l.Behind = behind(d)
		}
	}
}

// printed is a runner's time on a basis as the row prints it.
func printed(r *Row, b race.Basis) string {
	if b == race.Net {
		return r.NetTime
	}
	return r.GunTime
}

// behind is "+h:mm:ss", rounded up: race.Clock for the many lines of a list.
func behind(d Ms) string {
	s := (int64(d) + 999) / 1000
	b := strconv.AppendInt(append(make([]byte, 0, 10), '+'), s/3600, 10)
	m, s := s/60%60, s%60
	return string(append(b, ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10)))
}

// leaveOut takes out who has a prize in one of the lists the rule excludes.
func (m *maker) leaveOut(s *Standing, placed []*Row) []*Row {
	if len(s.Rule.Exclude) == 0 {
		return placed
	}
	stay := placed[:0]
	for _, r := range placed {
		out := false
		for _, id := range s.Rule.Exclude {
			if l, won := m.won[id][r.Bib]; won && !out {
				s.LeftOut, out = append(s.LeftOut, l), true
			}
		}
		if !out {
			stay = append(stay, r)
		}
	}
	return stay
}

// remember notes the winners of an award list for the lists after it.
func (m *maker) remember(s *Standing) {
	won := m.won[s.Rule.ID]
	if won == nil {
		won = map[string]LeftOut{}
		m.won[s.Rule.ID] = won
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Prize > 0 {
			won[l.Row.Bib] = LeftOut{l.Row, s.ID, s.Title(), l.Prize, s.Rule.ID}
		}
	}
	if s.Award != nil && !s.Award.Settled {
		m.open[s.Rule.ID] = append(m.open[s.Rule.ID], openAward{s.ID, s.Award.Until})
	}
}

// cut shortens a list to its top; who shares the last place stays.
func (m *maker) cut(s *Standing) {
	top := s.Rule.Top
	if top <= 0 {
		return
	}
	top = max(top, s.Rule.Prizes)
	s.Lines = slices.Clip(s.Lines[:upTo(len(s.Lines), func(i int) bool { return s.Lines[i].Place <= top })])
	s.Teams = slices.Clip(s.Teams[:upTo(len(s.Teams), func(i int) bool { return s.Teams[i].Place <= top })])
}

func upTo(n int, in func(int) bool) int {
	i := 0
	for i < n && in(i) {
		i++
	}
	return i
}
