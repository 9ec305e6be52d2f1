package static

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"slices"
	"time"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

//go:embed template/*.html
var templates embed.FS

// board is a race's list with what pages count of it.
type board struct {
	results.Revision
	Race   *race.Race
	Zone   *time.Location
	counts map[scoring.Status]int
}

func boardOf(e *race.Edition, rev results.Revision) board {
	b := board{Revision: rev, Race: e.Race(rev.Race), Zone: e.Location(), counts: map[scoring.Status]int{}}
	if b.Race == nil {
		b.Race = &race.Race{ID: fileName(rev.Race), Name: rev.Race}
	}
	b.Basis = cmp.Or(b.Basis, b.Race.RankBy, race.Gun)
	for i := range rev.Rows {
		b.counts[rev.Rows[i].Status]++
	}
	return b
}

// Count is how many have a status.
func (b board) Count(s string) int { return b.counts[scoring.Status(s)] }

// pages renders the pages of one language. It is safe for concurrent use.
type pages struct {
	*book
	tag    lang.Tag
	say    *lang.Printer
	t      *template.Template
	frames map[*list]*runnerFrame
}

func newPages(b *book, tag lang.Tag) (*pages, error) {
	p := &pages{book: b, tag: tag, say: lang.For(tag)}
	var err error
	if p.t, err = template.New("").Funcs(p.funcs()).ParseFS(templates, "template/*.html"); err != nil {
		return nil, err
	}
	p.frames = map[*list]*runnerFrame{}
	for _, l := range b.lists {
		if p.frames[l], err = p.runnerFrame(l); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *pages) funcs() template.FuncMap {
	say := p.say
	return template.FuncMap{
		"t": say.T, "has": lang.Has, "number": say.Number,
		"date": func(d string) string { return site.Date(say, d) },
		"day": func(i race.Instant, zone *time.Location) string {
			return site.Date(say, i.In(zone).Format(time.DateOnly))
		},
		"time":     timeOfDay,
		"distance": func(m float64) string { return say.T("web.distance_km", "km", site.Km(m)) },
	}
}

// page is what every page knows. Links are relative: Root leads to the folder,
// Home to the folder of the page's language.
type page struct {
	Lang     lang.Tag
	Title    string
	Edition  *race.Edition
	Root     string
	Home     string
	Assets   map[string]string
	Versions []version
	Here     string // which page this is, for the navigation
	Board    *list  // of this page
	Lists    []*list
}

// version is the same page in a language.
type version struct {
	Tag     lang.Tag
	Href    string
	Current bool
}

// page is the frame of the file name; below is its path in the folder of every
// language.
func (p *pages) page(name, below, title string) page {
	root := up(name)
	out := page{Lang: p.tag, Title: title, Edition: p.Edition, Root: root, Home: root + string(p.tag) + "/",
		Assets: p.assets.url, Lists: p.lists}
	for _, tag := range p.Langs {
		out.Versions = append(out.Versions, version{tag, root + string(tag) + "/" + below, tag == p.tag})
	}
	return out
}

// Path is the first page of a list, from the language's folder.
func (l *list) Path() string { return l.path(1) }

// Data is the search's file of a list, from the folder.
func (l *list) Data() string { return l.data() }

func (p *pages) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := p.t.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// editionPage is the front page: who won, the races, the search, the files.
type editionPage struct {
	page
	Winners []winner
	Files   []Download
}

// winner is the first of a sex in the first race.
type winner struct {
	*results.Row
	Time, Href string
}

func (p *pages) edition(name string) ([]byte, error) {
	v := editionPage{page: p.page(name, "index.html", p.Edition.Name)}
	v.Here, v.Board = "overview", p.lists[0]
	seen := map[race.Sex]bool{}
	for i := range v.Board.Rows {
		r := &v.Board.Rows[i]
		if r.Status == scoring.Finished && r.Place > 0 && r.Sex != race.Mixed && !seen[r.Sex] {
			seen[r.Sex] = true
			ranked, _ := v.Board.times(r)
			v.Winners = append(v.Winners, winner{r, ranked, v.Home + runnerPath(v.Board.names[i])})
		}
	}
	for _, d := range p.Downloads {
		if d.Lang == "" || d.Lang == p.tag {
			v.Files = append(v.Files, d)
		}
	}
	return p.render("edition", v)
}

// listPage is one window of a list.
type listPage struct {
	page
	Windows []template.HTML // rows by a hundred: browsers leave out what is not seen
	Turns   []turn
	N       int
	From    int
	To      int
	Columns facets
}

// turn leads to a page of the list.
type turn struct {
	From, To int
	Href     string
	Current  bool
}

// facets are the values a list can be filtered by.
type facets struct{ Sexes, Categories, Countries []string }

func (p *pages) list(name string, l *list, n int) ([]byte, error) {
	v := listPage{page: p.page(name, l.path(n), l.Race.Name+" · "+p.Edition.Name), N: n}
	v.Here, v.Board = "results", l
	v.From, v.To = (n-1)*window, min(n*window, len(l.Rows))
	for i := v.From; i < v.To; i += 100 {
		v.Windows = append(v.Windows, p.rows(v.Home, l, i, min(i+100, v.To)))
	}
	for k := 1; k <= l.windows(); k++ {
		v.Turns = append(v.Turns, turn{(k-1)*window + 1, min(k*window, len(l.Rows)), v.Home + l.path(k), k == n})
	}
	v.Columns = l.facets()
	return p.render("list", v)
}

func (l *list) facets() facets {
	sexes, categories, countries := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range l.Rows {
		r := &l.Rows[i]
		sexes[string(r.Sex)], categories[r.Category], countries[r.Country] = true, true, true
	}
	sorted := func(m map[string]bool) []string {
		var out []string
		for v := range m {
			if v != "" {
				out = append(out, v)
			}
		}
		slices.Sort(out)
		return out
	}
	return facets{sorted(sexes), sorted(categories), sorted(countries)}
}
