package public

import (
	"net/url"
	"strconv"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

// resultsView is a window of one race's list.
type resultsView struct {
	Event  *event
	Board  *live.Board // nil while the edition has no races
	Filter filter
	Facets facets
	Tabs   []tab
	Table  site.Table
	Rows   []rowView
}

// tab leads to a race; with a search it says how many of that race it finds.
type tab struct {
	Name, Href string
	Current    bool
	Hits       int
}

// rowView is a row with what its time column says.
type rowView struct {
	*results.Row
	Ranked, Other string // times on the list's basis and on the other
	Where         string // label of the last point of who is still running
	WhereTime     string
}

// Stamp is the state of the shown list.
func (v resultsView) Stamp() stamp { return v.Event.Stamp(v.Board) }

// More is the address of the rows after this window, "" at the end.
func (v resultsView) More() string {
	next := v.Table.Next()
	if next == "" {
		return ""
	}
	return next + "&part=rows"
}

// File is the address of the shown list as a file.
func (v resultsView) File(kind string) string { return v.as("/results." + kind) }

func (v resultsView) as(page string) string {
	q := v.Table.URL.Query()
	q.Set("race", v.Board.Race.ID)
	for _, k := range []string{"page", "part", "rows", "lang"} {
		q.Del(k)
	}
	return v.Event.Base() + page + "?" + q.Encode()
}

// Whole is the address of the longest window, for printing.
func (v resultsView) Whole() string { return v.as("/results") + "&rows=" + strconv.Itoa(longest) }

// Results answers GET /e/{edition}/results.
func (m *Room) Results(c *site.Call) error {
	e, err := m.event(c, "results")
	if err != nil {
		return err
	}
	v := resultsView{Event: e, Filter: readFilter(c.R.URL.Query())}
	ix := m.indexes.of(e.Snap)
	b, err := ix.choose(v.Filter.Race)
	if err != nil {
		return err
	}
	if b == nil {
		return c.Render(200, "results", e.Edition.Name, v)
	}
	u := clean(c.R.URL)
	v.fill(ix, b, u)
	if c.Query("part") == "rows" {
		return c.Part("results", "rows", v)
	}
	if c.R.Header.Get("HX-Request") != "" {
		c.W.Header().Set("HX-Replace-Url", u.String())
	}
	return c.Render(200, "results", b.board.Race.Name+" · "+e.Edition.Name, v)
}

// clean is an address without the fields that were left empty.
func clean(u *url.URL) *url.URL {
	q := u.Query()
	for k, v := range q {
		if k == "lang" || len(v) == 0 || v[0] == "" {
			q.Del(k)
		}
	}
	return &url.URL{Path: u.Path, RawQuery: q.Encode()}
}

// choose finds the race asked for, the first if none was named. It is nil where
// an edition has no races at all, and a fault where the race is not one of them.
func (ix *index) choose(raceID string) (*boardIndex, error) {
	b := ix.board(raceID)
	if b == nil && raceID != "" {
		return nil, fault.New(fault.NotFound, "web.no_such_race", nil)
	}
	return b, nil
}

func (v *resultsView) fill(ix *index, b *boardIndex, u *url.URL) {
	v.Board, v.Facets = b.board, b.facets()
	picked := b.pick(v.Filter)
	v.Table = site.Table{URL: u, Sort: v.Filter.Sort, Desc: v.Filter.Desc, Page: v.Filter.Page, Size: v.Filter.Size, Total: len(picked)}
	v.Table.Page = min(v.Table.Page, v.Table.Pages())
	if len(picked) > 0 {
		for _, i := range picked[v.Table.From()-1 : v.Table.To()] {
			v.Rows = append(v.Rows, rowOf(b.board, &b.board.Rows[i]))
		}
	}
	for _, other := range ix.boards {
		t := tab{Name: other.board.Race.Name, Href: v.tabHref(other.board.Race.ID, u), Current: other == b, Hits: -1}
		if v.Filter.Q != "" {
			t.Hits = other.hits(v.Filter.Q)
		}
		v.Tabs = append(v.Tabs, t)
	}
}

// tabHref keeps the search and the country on the way to another race: what is
// true of one race only (page, category) is dropped.
func (v *resultsView) tabHref(raceID string, u *url.URL) string {
	q := url.Values{"race": {raceID}}
	for _, k := range []string{"q", "sex", "country", "sort", "dir"} {
		if s := u.Query().Get(k); s != "" {
			q.Set(k, s)
		}
	}
	return v.Event.Base() + "/results?" + q.Encode()
}

func rowOf(b *live.Board, r *results.Row) rowView {
	v := rowView{Row: r}
	v.Ranked, v.Other = official(b.Race.RankBy, r)
	if r.Status == scoring.Running || r.Status == scoring.DNF {
		if last := lastSplit(r); last != nil {
			v.Where, v.WhereTime = last.Label, last.GunTime
		}
	}
	return v
}
