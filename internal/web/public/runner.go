package public

import (
	"net/url"
	"time"

	"stadion/internal/live"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

// runnerView is one runner's race.
type runnerView struct {
	Event  *event
	Board  *live.Board
	Row    rowView
	Splits []splitView
	Plot   *pacePlot   // nil with fewer than two legs
	Places []placeView // on the lists of the race
	Why    string      // address of the page that tells why, "" = there is none
}

// splitView is one point: when the runner was there, and the leg to it from the
// last point at which they were seen.
type splitView struct {
	*results.SplitCell
	Seen    bool
	Leg     time.Duration // -1 if it cannot be said
	LegM    float64
	Bridges bool // the leg spans a missing point
}

// Runner answers GET /e/{edition}/runner/{bib}.
func (m *Room) Runner(c *site.Call) error {
	e, err := m.event(c, "runner")
	if err != nil {
		return err
	}
	v, err := runnerOf(e, c.Path("bib"))
	if err != nil {
		return err
	}
	if m.explanations != nil {
		v.Why = e.Base() + "/runner/" + url.PathEscape(v.Row.Bib) + "/why"
	}
	v.Places = m.placesOf(e, v.Board, v.Row.Row, c.Tag)
	return c.Render(200, "runner", v.Row.PrintedName+" · "+e.Edition.Name, v)
}

func runnerOf(e *event, bib string) (*runnerView, error) {
	b, r, err := e.find(bib)
	if err != nil {
		return nil, err
	}
	v := &runnerView{Event: e, Board: b, Row: rowOf(b, r)}
	v.Splits = splitsOf(r)
	v.Plot = plotPace(v.Splits, b.Race.DistanceM)
	return v, nil
}

// Stamp is the state of the list the runner is on.
func (v *runnerView) Stamp() stamp { return v.Event.Stamp(v.Board) }

func splitsOf(r *results.Row) []splitView {
	out := make([]splitView, len(r.Splits))
	before, beforeM, bridges := time.Duration(0), 0.0, false
	for i := range r.Splits {
		s := splitView{SplitCell: &r.Splits[i], Leg: -1, Seen: r.Splits[i].NetMs >= 0}
		if s.Seen {
			net := time.Duration(s.NetMs) * time.Millisecond
			s.Leg, s.LegM, s.Bridges = net-before, s.AtM-beforeM, bridges
			before, beforeM, bridges = net, s.AtM, false
		} else {
			bridges = true
		}
		out[i] = s
	}
	return out
}
