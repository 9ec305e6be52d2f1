package office

import (
	"net/url"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

type problemsView struct {
	place
	Race     string // "" = all
	Tabs     []tab
	Table    site.Table
	Problems []problemLine
	Open     *evidenceView // beside the list: of the problem that is looked at
}

// tab leads to a part of a list and says how much is in it.
type tab struct {
	Name, Href string
	Current    bool
	N          int
}

// problemLine is a problem with what its line needs beside it.
type problemLine struct {
	scoring.Problem
	place place
	Row   *results.Row // nil if it is about no runner
}

// Key is the sentence of the problem.
func (l problemLine) Key() string {
	for _, key := range []string{"problem." + l.Code, "flag." + l.Code} {
		if lang.Has(key) {
			return key
		}
	}
	return "problem.unknown"
}

// Words are the values of the sentence, races and points by their names.
func (l problemLine) Words() fault.Args { return words(l.place, l.Args, l.Code) }

func words(p place, args map[string]string, code string) fault.Args {
	out := fault.Args{"code": code}
	for k, v := range args {
		switch k {
		case "race":
			v = p.RaceName(v)
		case "point":
			v = p.PointName(v)
		}
		out[k] = v
	}
	return out
}

// Stake is the word for how much hangs on it: podium, top, place or small.
func (l problemLine) Stake() string {
	switch {
	case l.Weight >= 1000:
		return "high"
	case l.Weight >= 500:
		return "middle"
	}
	return "low"
}

// Link is where the problem is looked at.
func (l problemLine) Link() string {
	switch {
	case l.Code == "gun_missing" && l.Bib == "":
		return l.place.Base() + "/guns"
	case l.Code == "orphan_chip":
		return l.place.Base() + "/chips"
	case l.Bib != "":
		return l.place.Runner(l.Bib)
	}
	return l.place.Base() + "/rulings"
}

// Beside is the address of the list with this problem's evidence beside it, ""
// for one that is about no runner.
func (l problemLine) Beside() string {
	if l.Bib == "" || l.Row == nil {
		return ""
	}
	return l.place.Base() + "/problems?open=" + url.QueryEscape(l.Bib)
}

// Name is who it is about, as printed.
func (l problemLine) Name() string {
	if l.Row == nil {
		return ""
	}
	return l.Row.PrintedName
}

// problemLines are the problems of a race, of all with "", the weightiest first.
func problemLines(p place, raceID string) []problemLine {
	var out []problemLine
	for _, x := range p.Snap.Problems {
		if raceID != "" && x.Race != raceID {
			continue
		}
		l := problemLine{Problem: x, place: p}
		if x.Bib != "" {
			_, l.Row = p.Snap.Find(x.Bib)
		}
		out = append(out, l)
	}
	return out
}

// pageSize is how many rows a page of the office shows.
const pageSize = 100

// Problems answers GET /office/e/{edition}/problems.
func (m *Room) Problems(c *site.Call) error {
	p, err := m.at(c, "problems")
	if err != nil {
		return err
	}
	v := problemsView{place: p, Race: c.Query("race")}
	if v.Race != "" && p.Edition.Race(v.Race) == nil {
		return fault.New(fault.NotFound, "web.no_such_race", nil)
	}
	all := problemLines(p, v.Race)
	v.Table = window(c, len(all))
	v.Problems = all[max(v.Table.From()-1, 0):v.Table.To()]
	v.Tabs = append(v.Tabs, tab{c.T("office.all_races"), p.Base() + "/problems", v.Race == "", len(p.Snap.Problems)})
	for _, r := range p.Edition.Races {
		v.Tabs = append(v.Tabs, tab{r.Name, p.Base() + "/problems?race=" + r.ID, v.Race == r.ID, len(problemLines(p, r.ID))})
	}
	open := c.Query("open")
	if open == "" {
		for _, l := range v.Problems {
			if l.Beside() != "" {
				open = l.Bib
				break
			}
		}
	}
	if open != "" && p.Can("reads.read") {
		if v.Open, err = p.evidence(open); err != nil {
			return err
		}
	}
	return c.Render(200, "problems", p.Title(c.T("office.problems.title")), v)
}

// window is the page of a list of total rows that the address asks for.
func window(c *site.Call, total int) site.Table {
	t := site.Table{URL: c.R.URL, Page: max(number(c.Query("page")), 1), Size: pageSize, Total: total}
	t.Page = min(t.Page, t.Pages())
	return t
}

func number(s string) int {
	n := 0
	for _, d := range s {
		if d < '0' || d > '9' || n > 1e6 {
			return 0
		}
		n = n*10 + int(d-'0')
	}
	return n
}
