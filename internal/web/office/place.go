package office

import (
	"net/url"
	"slices"
	"time"

	"stadion/internal/access"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/web/site"
)

// place is where in the office a page is: what its head and its links need.
type place struct {
	Actor    access.Actor
	Here     string        // the word of the page in the navigation
	Desk     *raceday.Desk // nil on pages of no edition
	Snap     *live.Snapshot
	Edition  *race.Edition // never nil where Desk is not; without an ID before its rules came
	Zone     *time.Location
	Now      race.Instant // of the race clock
	Archived bool         // the edition is archived: it is shown, and changes no more
	Sells    bool         // the edition can have a sale
}

// lobby is the place of a page of no edition.
func (m *Room) lobby(c *site.Call, here string) place {
	return place{Actor: c.Actor, Here: here, Zone: time.UTC, Now: race.At(m.now())}
}

// at is the place of a page of the edition that the path names.
func (m *Room) at(c *site.Call, here string) (place, error) {
	d, err := m.Editions.Desk(c.R.Context(), c.Path("edition"))
	if err != nil {
		return place{}, err
	}
	p := place{Actor: c.Actor, Here: here, Desk: d, Snap: d.Field.Snapshot(), Now: d.Now()}
	p.Edition = p.Snap.Edition
	p.Zone = p.Edition.Location()
	p.Sells = m.Sale != nil && m.Sale.Counter(d.Edition) != nil
	p.Archived, err = m.Editions.Archived(c.R.Context(), d.Edition)
	return p, err
}

// OpenProtests is how many protests are not decided.
func (p place) OpenProtests() int {
	n := 0
	for _, x := range p.Desk.Protests() {
		if x.Outcome == "" {
			n++
		}
	}
	return n
}

// Place is the place itself, for the templates that pages share.
func (p place) Place() place { return p }

// Base is the path of the edition's office pages.
func (p place) Base() string { return "/office/e/" + url.PathEscape(p.Desk.Edition) }

// Front is the edition's first page for the actor: a partner's is the sale.
func (p place) Front() string {
	if p.Can(string(access.OfficeRead)) {
		return p.Base()
	}
	return p.Base() + "/sale"
}

// PublicPath is the edition's page for everybody.
func (p place) PublicPath() string { return "/e/" + url.PathEscape(p.Desk.Edition) }

// Name is the edition's name, its id before its rules came.
func (p place) Name() string {
	if p.Edition.Name != "" {
		return p.Edition.Name
	}
	return p.Desk.Edition
}

// Can reports whether the actor holds a permission here.
func (p place) Can(permission string) bool {
	edition := access.Everywhere
	if p.Desk != nil {
		edition = p.Desk.Edition
	}
	return access.Can(p.Actor, access.Permission(permission), edition) == nil
}

// Ready reports whether the edition has its rules.
func (p place) Ready() bool { return p.Edition != nil && p.Edition.ID != "" }

// Title is a document's title on this place.
func (p place) Title(words string) string {
	if p.Desk == nil {
		return words
	}
	return words + " · " + p.Name()
}

// RaceName is the name of a race, its id if it is none.
func (p place) RaceName(id string) string {
	if r := p.Edition.Race(id); r != nil {
		return r.Name
	}
	return id
}

// Age is how long ago an instant was.
func (p place) Age(i race.Instant) time.Duration { return p.Now.Sub(i) }

// Runner is the path of a runner's evidence.
func (p place) Runner(bib string) string { return p.Base() + "/runner/" + url.PathEscape(bib) }

// PointName is the name of a point, its id if it has none.
func (p place) PointName(id string) string {
	if pt := p.Edition.Point(id); pt != nil && pt.Name != "" {
		return pt.Name
	}
	return id
}

// raceOptions are the races as choices of a form.
func (p place) raceOptions() []site.Option {
	var out []site.Option
	for _, r := range p.Edition.Races {
		out = append(out, site.Option{Value: r.ID, Text: r.Name})
	}
	return out
}

// sight is what is seen of the mats: made once for each snapshot.
type sight struct {
	seq    uint64
	points []pointSight
}

// pointSight is what is seen of one point.
type pointSight struct {
	ID, Name  string
	Reads     int
	Last      race.Instant // of the latest read, 0 = none yet
	Boxes     []string
	OffCourse bool // not a point of the edition
}

// points says for every point how many reads it gave and when the last one was.
func (m *Room) points(p place) []pointSight {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sight[p.Desk.Edition]; ok && s.seq == p.Snap.Seq {
		return s.points
	}
	var out []pointSight
	index := map[string]int{}
	for _, pt := range p.Edition.Points {
		index[pt.ID] = len(out)
		out = append(out, pointSight{ID: pt.ID, Name: p.PointName(pt.ID)})
	}
	for _, r := range p.Desk.Field.Facts().Reads {
		i, ok := index[r.Point]
		if !ok {
			i = len(out)
			index[r.Point] = i
			out = append(out, pointSight{ID: r.Point, Name: r.Point, OffCourse: true})
		}
		s := &out[i]
		s.Reads++
		s.Last = max(s.Last, r.At)
		if r.Box != "" && !slices.Contains(s.Boxes, r.Box) {
			s.Boxes = append(s.Boxes, r.Box)
		}
	}
	for i := range out {
		slices.Sort(out[i].Boxes)
	}
	m.sight[p.Desk.Edition] = sight{p.Snap.Seq, out}
	return out
}
