package pdf

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"stadion/internal/award"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// ResultList is a race's results in the sport's usual form: who finished by
// place, then who finished without time, who is still running, who did not
// finish, who was disqualified with the rule, who did not start. rev's rows are
// of that race and in list order; splits the course has but nobody passed take
// no column.
func ResultList(e *race.Edition, rev results.Revision, tag lang.Tag) List {
	say := lang.For(tag)
	rc := e.Race(rev.Race)
	if rc == nil { // rows of a race the edition no longer has
		rc = &race.Race{ID: rev.Race, Name: rev.Race, RankBy: rev.Basis}
	}
	basis := cmp.Or(rev.Basis, rc.RankBy, race.Gun)
	r := &resultList{say: say, edition: e, basis: basis, rows: rev.Rows, labels: passed(e, rev.Rows)}
	l := List{
		Lang: tag, Event: e.Name, When: listWhen(say, e), Title: say.T("paper.results", "race", rc.Name),
		Subtitle: listSubtitle(say, rc) + "  ·  " + say.T("paper.basis."+string(basis)),
		Summary:  r.counts(), State: rev.State, Revision: rev.Number, At: rev.At, Zone: e.Location(), Note: e.Note,
		Columns: r.columns(scoring.Finished),
	}
	untimed, plain := r.columns(scoring.DNF), r.plainColumns()
	for _, status := range []scoring.Status{scoring.Finished, scoring.FinishedNoTime, scoring.Running, scoring.DNF, scoring.DQ, scoring.DNS} {
		s := Section{Heading: say.T("paper.section." + string(status)), Rows: r.timed(status)}
		switch status {
		case scoring.FinishedNoTime, scoring.Running, scoring.DNF:
			s.Columns = untimed
		case scoring.DQ, scoring.DNS:
			s.Columns, s.Rows = plain, r.plain(status)
		}
		l.Sections = append(l.Sections, s)
	}
	return l
}

// ResultLists is the results of every race of an edition that has rows, in the
// edition's order, as one state and instant of all.
func ResultLists(e *race.Edition, rows []results.Row, state results.State, at race.Instant, tag lang.Tag) []List {
	var out []List
	byRace := map[string][]results.Row{}
	for _, row := range results.Order(e, rows) {
		if len(byRace[row.Race]) == 0 {
			out = append(out, List{Title: row.Race})
		}
		byRace[row.Race] = append(byRace[row.Race], row)
	}
	for i := range out {
		id := out[i].Title
		out[i] = ResultList(e, results.Revision{Edition: e.ID, Race: id, State: state, At: at, Rows: byRace[id]}, tag)
	}
	return out
}

// listWhen is the date and the place of an edition.
func listWhen(say *lang.Printer, e *race.Edition) string {
	when := e.Date
	if day, err := time.Parse(time.DateOnly, e.Date); err == nil {
		when = award.Date(say, day)
	}
	if e.Place != "" {
		when += "  ·  " + e.Place
	}
	return when
}

func listSubtitle(say *lang.Printer, rc *race.Race) string {
	if d := award.Distance(say, rc.DistanceM); d != "" {
		return d
	}
	return rc.Name
}

// passed are the labels of the points that somebody passed, without the finish:
// its time has columns of its own.
func passed(e *race.Edition, rows []results.Row) []string {
	seen := map[string]bool{}
	for i := range rows {
		for _, s := range rows[i].Splits {
			if s.NetTime != "" {
				seen[s.Label] = true
			}
		}
	}
	return slices.DeleteFunc(results.SplitLabels(e, rows), func(l string) bool { return !seen[l] || l == "finish" })
}

type resultList struct {
	say     *lang.Printer
	edition *race.Edition
	basis   race.Basis
	rows    []results.Row
	labels  []string
}

// counts is how many stand in each section.
func (r *resultList) counts() string {
	n := map[scoring.Status]int{}
	for i := range r.rows {
		n[r.rows[i].Status]++
	}
	parts := []string{r.say.T("paper.count.starters", "n", len(r.rows)-n[scoring.DNS])}
	for _, s := range []scoring.Status{scoring.Finished, scoring.FinishedNoTime, scoring.Running, scoring.DNF, scoring.DQ, scoring.DNS} {
		if n[s] > 0 || s == scoring.Finished {
			parts = append(parts, r.say.T("paper.count."+string(s), "n", n[s]))
		}
	}
	return strings.Join(parts, "  ·  ")
}

func (r *resultList) head(key string) string { return r.say.T("paper.col." + key) }

// columns are those of rows with splits. Remarks of finishers are few and stand
// under the row; those of the others have the column where the times would be.
func (r *resultList) columns(status scoring.Status) []Column {
	c := []Column{
		{Head: r.head("place"), Right: true, Strong: true}, {Head: r.head("bib"), Right: true},
		{Head: r.head("name"), Kind: Names}, {Head: r.head("country"), Kind: Words},
		{Head: r.head("age"), Right: true}, {Head: r.head("category"), Kind: Words}, {Head: r.head("place_in"), Right: true},
		{Head: r.head("class"), Kind: Words},
	}
	for _, l := range r.labels {
		c = append(c, Column{Head: l, Right: true, Small: true})
	}
	if status != scoring.Finished {
		return append(c, Column{Head: r.head("remark"), Kind: Prose})
	}
	ranked, other := "gun", "net"
	if r.basis == race.Net {
		ranked, other = other, ranked
	}
	return append(c, Column{Head: r.head(ranked), Right: true, Strong: true}, Column{Head: r.head("behind"), Right: true},
		Column{Head: r.head(other), Right: true})
}

func (r *resultList) of(status scoring.Status) iter.Seq[*results.Row] {
	return func(yield func(*results.Row) bool) {
		for i := range r.rows {
			if r.rows[i].Status == status && !yield(&r.rows[i]) {
				return
			}
		}
	}
}

// timed are the rows of a status under columns.
func (r *resultList) timed(status scoring.Status) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		var cells []string
		for row := range r.of(status) {
			in := row.PlaceCategory
			if row.Category == "" {
				in = 0
			}
			cells = append(cells[:0], row.Place.String(), row.Bib, row.PrintedName, row.Country, row.Age.String(),
				sexOr(row), in.String(), r.class(row.Class))
			for _, label := range r.labels {
				cells = append(cells, splitTime(row, label))
			}
			out := Row{Country: row.Country}
			if status == scoring.Finished {
				ranked, other := row.GunTime, row.NetTime
				if r.basis == race.Net {
					ranked, other = other, ranked
				}
				cells, out.Note = append(cells, ranked, row.Behind, other), row.Remark
			} else {
				cells = append(cells, row.Remark)
			}
			if out.Cells = cells; !yield(out) {
				return
			}
		}
	}
}

// sexOr is the age group, or else the sex: every row says in what it is ranked.
func sexOr(row *results.Row) string { return cmp.Or(row.Category, string(row.Sex)) }

// class is empty for the open class, which most belong to.
func (r *resultList) class(c race.Class) string {
	if c == "" || c == race.Open {
		return ""
	}
	key := "paper.class." + string(c)
	if lang.Has(key) {
		return r.say.T(key)
	}
	return string(c)
}

// splitTime is a row's net time at a label.
func splitTime(row *results.Row, label string) string {
	for i := range row.Splits {
		if row.Splits[i].Label == label {
			return row.Splits[i].NetTime
		}
	}
	return ""
}

// plainColumns are those of who has no times: the rule that took them out, or a
// remark, stands where the times would.
func (r *resultList) plainColumns() []Column {
	return []Column{
		{Head: r.head("bib"), Right: true}, {Head: r.head("name"), Kind: Names}, {Head: r.head("country"), Kind: Words},
		{Head: r.head("age"), Right: true}, {Head: r.head("category"), Kind: Words}, {Head: r.head("class"), Kind: Words},
		{Head: r.head("rule"), Kind: Prose},
	}
}

func (r *resultList) plain(status scoring.Status) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		var cells []string
		for row := range r.of(status) {
			cells = append(cells[:0], row.Bib, row.PrintedName, row.Country, row.Age.String(), sexOr(row), r.class(row.Class), row.Remark)
			if !yield(Row{Cells: cells, Country: row.Country}) {
				return
			}
		}
	}
}
