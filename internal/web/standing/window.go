package standing

import (
	"net/url"
	"strconv"

	"stadion/internal/results"
	"stadion/internal/web/site"
)

// Size is how many lines a page of a list has; Longest is what a printer may
// ask for.
const (
	Size    = 100
	Longest = 2000
)

// Entry is one line of a list's page: a place, somebody without one, or the
// heading of a section.
type Entry struct {
	Heading string // key of a sentence, "" = a line
	Line    *results.StandingLine
	Team    *results.TeamLine
	Row     *results.Row // of who has no place
	Last    bool         // the last with a prize: a rule is drawn below
}

// Window is what stands on one page of a list.
type Window struct {
	Table   site.Table
	Entries []Entry
}

// Windowed cuts a page out of a list: who has a place, then who finished without
// time, then the others. A list that is cut to its first shows no others.
func Windowed(s *results.Standing, u *url.URL) Window {
	q := u.Query()
	w := Window{Table: site.Table{URL: u, Page: 1, Size: Size}}
	if n, err := strconv.Atoi(q.Get("rows")); err == nil && n > 0 {
		w.Table.Size = min(n, Longest)
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		w.Table.Page = n
	}
	parts := partsOf(s)
	for _, p := range parts {
		w.Table.Total += p.n
	}
	w.Table.Page = min(w.Table.Page, w.Table.Pages())
	from, to := max(w.Table.From()-1, 0), w.Table.To()
	for _, p := range parts {
		if p.n > 0 && from < p.n && to > 0 && p.heading != "" {
			w.Entries = append(w.Entries, Entry{Heading: p.heading})
		}
		for i := max(from, 0); i < min(to, p.n); i++ {
			w.Entries = append(w.Entries, p.at(i))
		}
		from, to = from-p.n, to-p.n
	}
	return w
}

// part is a section of a list.
type part struct {
	heading string
	n       int
	at      func(i int) Entry
}

func partsOf(s *results.Standing) []part {
	rows := func(list []*results.Row) func(int) Entry {
		return func(i int) Entry { return Entry{Row: list[i]} }
	}
	out := []part{
		{"", len(s.Lines), func(i int) Entry {
			l := &s.Lines[i]
			return Entry{Line: l, Last: l.Prize > 0 && (i+1 == len(s.Lines) || s.Lines[i+1].Prize == 0)}
		}},
		{"", len(s.Teams), func(i int) Entry {
			t := &s.Teams[i]
			return Entry{Team: t, Last: t.Prize > 0 && (i+1 == len(s.Teams) || s.Teams[i+1].Prize == 0)}
		}},
		{"list.section.incomplete", len(s.Incomplete), func(i int) Entry { return Entry{Team: &s.Incomplete[i]} }},
	}
	if s.Rule.Teams() || s.Rule.Top > 0 {
		return out
	}
	return append(out, part{"list.section.no_time", len(s.NoTime), rows(s.NoTime)}, part{"list.section.rest", len(s.Rest), rows(s.Rest)})
}
