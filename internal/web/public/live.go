package public

import (
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

// liveView is the race as it is now.
type liveView struct {
	Event *event
	Races []liveRace
	News  newsView
}

// liveRace is one race: its leaders by sex and its field along the course.
type liveRace struct {
	Event  *event
	Board  *live.Board
	Clock  time.Duration // since the gun, -1 before it
	Lists  []leaders
	Course *coursePlot
}

// leaders are the first of one sex.
type leaders struct {
	Sex  race.Sex
	Rows []leader
}

type leader struct {
	rowView
	Order int // among those shown: the place, where there is one
	At    string
	Time  string
	Home  bool // has finished
}

// newsView is who crossed the finish line last.
type newsView struct {
	Event    *event
	Arrivals []live.Arrival
}

// The length of the lists: what is seen without scrolling far.
const (
	leadersShown  = 8
	arrivalsShown = 14
)

// Stamp is the state of the race's list.
func (v liveRace) Stamp() stamp { return v.Event.Stamp(v.Board) }

// RaceName is the name of the race of an arrival.
func (v newsView) RaceName(id string) string {
	if r := v.Event.Edition.Race(id); r != nil {
		return r.Name
	}
	return id
}

// Live answers GET /e/{edition}/live.
func (m *Room) Live(c *site.Call) error {
	e, err := m.event(c, "live")
	if err != nil {
		return err
	}
	return c.Render(200, "live", c.T("web.live")+" · "+e.Edition.Name, liveOf(e))
}

func liveOf(e *event) liveView {
	v := liveView{Event: e, News: newsView{Event: e, Arrivals: e.Snap.Recent[:min(len(e.Snap.Recent), arrivalsShown)]}}
	for i := range e.Snap.Boards {
		b := &e.Snap.Boards[i]
		v.Races = append(v.Races, liveRace{Event: e, Board: b, Clock: e.Clock(b), Lists: leadersOf(b), Course: plotCourse(b)})
	}
	return v
}

// leadersOf are the first of each sex in the list's order. It stops reading the
// list as soon as every sex has its rows.
func leadersOf(b *live.Board) []leaders {
	lists := []leaders{{Sex: race.Female}, {Sex: race.Male}, {Sex: race.Mixed}}
	for i := range b.Rows {
		r := &b.Rows[i]
		if r.Status != scoring.Finished && r.Status != scoring.Running {
			break
		}
		for k := range lists {
			if l := &lists[k]; l.Sex == r.Sex && len(l.Rows) < leadersShown {
				l.add(b, r)
			}
		}
		if len(lists[0].Rows) == leadersShown && len(lists[1].Rows) == leadersShown {
			break
		}
	}
	var out []leaders
	for _, l := range lists {
		if len(l.Rows) > 0 {
			out = append(out, l)
		}
	}
	return out
}

func (l *leaders) add(b *live.Board, r *results.Row) {
	v := leader{rowView: rowOf(b, r), Order: len(l.Rows) + 1}
	switch last := lastSplit(r); {
	case r.Status == scoring.Finished:
		v.Home, v.Time = true, v.Ranked
		if r.PlaceSex > 0 {
			v.Order = int(r.PlaceSex)
		}
	case last != nil:
		v.At, v.Time = last.Label, last.GunTime
	default:
		return
	}
	l.Rows = append(l.Rows, v)
}
