package pdf

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
)

// StandingList is a list of a race by a rule of the edition (an age group, a
// country, teams, prizes): its lines, its rules in words, who has no time, whose
// team is incomplete, who is left out because of a prize in another list. at is
// the instant for which it is true. Which lists the public may see is the
// caller's question.
func StandingList(e *race.Edition, s *results.Standing, at race.Instant, tag lang.Tag) List {
	t := &standingList{say: lang.For(tag), s: s}
	words := s.Words(e)
	l := List{
		Lang: tag, Event: e.Name, When: listWhen(t.say, e), Title: s.Race.Name + " – " + t.tell(s.Title()),
		Subtitle: listSubtitle(t.say, s.Race), State: s.State, Revision: s.Revision, At: at, Zone: e.Location(), Note: e.Note,
	}
	if len(words) > 0 { // the basis comes first
		l.Subtitle += "  ·  " + t.tell(words[0])
	}
	var summary []string
	for _, w := range words[min(1, len(words)):] {
		summary = append(summary, t.tell(w))
	}
	l.Summary = strings.Join(summary, "\n")
	if s.Rule.Teams() {
		l.Columns = t.teamColumns()
		l.Sections = []Section{{Rows: t.teams(s.Teams)}, {Heading: t.say.T("list.section.incomplete"), Rows: t.teams(s.Incomplete)}}
		return l
	}
	l.Columns = t.columns()
	l.Sections = []Section{{Rows: t.lines()}, {Heading: t.say.T("list.section.no_time"), Rows: t.plain(s.NoTime)},
		{Heading: t.say.T("list.section.left_out"), Rows: t.leftOut()}}
	return l
}

type standingList struct {
	say *lang.Printer
	s   *results.Standing
}

func (t *standingList) tell(s results.Sentence) string {
	return s.In(string(t.say.Tag), func(key string, args fault.Args) string { return t.say.With(key, args) })
}

func (t *standingList) head(key string) string { return t.say.T("paper.col." + key) }

// time names the basis over the times: no list is without it.
func (t *standingList) time() string {
	if t.s.Basis == race.Net {
		return t.head("net")
	}
	return t.head("gun")
}

func (t *standingList) columns() []Column {
	return []Column{
		{Head: t.head("place"), Right: true, Strong: true}, {Head: t.head("prize"), Right: true, Strong: true}, {Head: t.head("bib"), Right: true},
		{Head: t.head("name"), Kind: Names}, {Head: t.head("country"), Kind: Words}, {Head: t.head("age"), Right: true},
		{Head: t.head("category"), Kind: Words}, {Head: t.head("club"), Kind: Names},
		{Head: t.time(), Right: true, Strong: true}, {Head: t.head("behind"), Right: true},
	}
}

// runner are the cells that are the same in every section.
func runner(place, prize string, r *results.Row, clock, behind, note string) Row {
	return Row{Cells: []string{place, prize, r.Bib, r.PrintedName, r.Country, r.Age.String(), sexOr(r), r.Club, clock, behind},
		Country: r.Country, Note: note}
}

func (t *standingList) lines() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for i := range t.s.Lines {
			l := &t.s.Lines[i]
			note := ""
			if l.Record != results.RecordStands {
				note = t.say.T("list.record.mark." + string(l.Record))
			}
			if !yield(runner(results.Place(l.Place).String(), results.Place(l.Prize).String(), l.Row, l.Time, l.Behind, note)) {
				return
			}
		}
	}
}

func (t *standingList) plain(rows []*results.Row) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for _, r := range rows {
			if !yield(runner("", "", r, "", "", r.Remark)) {
				return
			}
		}
	}
}

func (t *standingList) leftOut() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for i := range t.s.LeftOut {
			o := &t.s.LeftOut[i]
			why := t.tell(o.Title)
			if o.Prize > 0 { // 0: of a list that the reader may not see
				why += fmt.Sprintf(": %d", o.Prize)
			}
			if !yield(runner("", "", o.Row, "", "", why)) {
				return
			}
		}
	}
}

func (t *standingList) teamColumns() []Column {
	return []Column{
		{Head: t.head("place"), Right: true, Strong: true}, {Head: t.head("prize"), Right: true, Strong: true},
		{Head: t.head("team"), Kind: Names}, {Head: t.time(), Right: true, Strong: true}, {Head: t.head("behind"), Right: true},
	}
}

// teams are lines of teams, with the runners whose times count under each.
func (t *standingList) teams(teams []results.TeamLine) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for i := range teams {
			team := &teams[i]
			var members []string
			for _, m := range team.Members {
				clock := m.GunTime
				if t.s.Basis == race.Net {
					clock = m.NetTime
				}
				members = append(members, strings.TrimSpace(m.PrintedName+" "+clock))
			}
			row := Row{Cells: []string{results.Place(team.Place).String(), results.Place(team.Prize).String(), cmp.Or(team.Name, "–"), team.Time, team.Behind},
				Note: strings.Join(members, ", ")}
			if !yield(row) {
				return
			}
		}
	}
}
