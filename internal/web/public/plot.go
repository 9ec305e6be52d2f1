package public

import (
	"strconv"

	"stadion/internal/live"
	"stadion/internal/web/site"
)

// pct writes a part of the whole as an SVG length, so that plots stretch with
// the page while their words keep their size.
func pct(x float64) string { return strconv.FormatFloat(x*100, 'f', 2, 64) + "%" }

// pacePlot is pace over distance, one step a leg: higher is faster. It is drawn
// by the server; every step carries its own number.
type pacePlot struct {
	Steps []paceStep
	Ticks []tick
}

type paceStep struct {
	X1, X2, Mid string
	Y           int // pixels from the top
	Drop        int // to the step before, 0 for the first
	PrevY       int
	Joined      bool // to the step before
	Pace        string
	Bridges     bool
	Small       bool // too narrow on a phone for its number
}

type tick struct {
	X, Label string
	Passed   int
	Edge     string // "start" or "end": how its words are anchored
	Near     bool   // too near the finish or the tick before for words of its own
	Small    bool   // left out on narrow screens
}

// The plot's figure, in pixels at the plain text size: pages write them as rem, so
// that plots grow with the words on large screens.
const (
	plotTop    = 28
	plotBottom = 112
)

// plotPace draws the legs of a runner; nil where there is nothing to compare.
func plotPace(splits []splitView, distanceM float64) *pacePlot {
	slow, fast, legs := 0.0, 0.0, 0
	for _, s := range splits {
		if s.Leg <= 0 || s.LegM <= 0 {
			continue
		}
		pace := s.Leg.Seconds() / s.LegM
		if legs == 0 || pace > slow {
			slow = pace
		}
		if legs == 0 || pace < fast {
			fast = pace
		}
		legs++
	}
	if legs < 2 || distanceM <= 0 {
		return nil
	}
	if least := fast * 0.15; slow-fast < least { // small differences stay small
		mid := (slow + fast) / 2
		slow, fast = mid+least/2, mid-least/2
	}
	p := &pacePlot{}
	ax := axis{distanceM: distanceM}
	for _, s := range splits {
		p.Ticks = append(p.Ticks, ax.tick(s.AtM, s.Label))
		if s.Leg <= 0 || s.LegM <= 0 {
			continue
		}
		pace := s.Leg.Seconds() / s.LegM
		y := plotTop + int((pace-fast)/(slow-fast)*(plotBottom-plotTop))
		st := paceStep{X1: pct((s.AtM - s.LegM) / distanceM), X2: pct(s.AtM / distanceM), Mid: pct((s.AtM - s.LegM/2) / distanceM),
			Y: y, Pace: site.Pace(s.Leg, s.LegM), Bridges: s.Bridges, Small: s.LegM/distanceM < 0.09}
		if n := len(p.Steps); n > 0 {
			st.PrevY, st.Joined = p.Steps[n-1].Y, true
		}
		p.Steps = append(p.Steps, st)
	}
	return p
}

// room is the share of the course that a tick's words take.
const room = 0.045

// axis gives the ticks their words where there is room for them.
type axis struct {
	distanceM float64
	worded    float64 // of the last tick with words
}

func (a *axis) tick(atM float64, label string) tick {
	t := tickAt(atM, a.distanceM, label)
	if t.Edge == "" && a.worded > 0 && atM-a.worded < room*a.distanceM {
		t.Near = true
	}
	if !t.Near {
		a.worded = atM
	}
	return t
}

func tickAt(atM, distanceM float64, label string) tick {
	t := tick{X: pct(atM / distanceM), Label: label}
	switch {
	case atM <= 0:
		t.Edge = "start"
	case atM >= distanceM:
		t.Edge = "end"
	default:
		t.Near = distanceM-atM < distanceM*0.08
	}
	return t
}

// coursePlot is the course as a line, its mats as ticks, and the field as a
// density along it: how many runners a kilometre between two mats.
type coursePlot struct {
	Bands []band
	Ticks []tick
	Most  int // runners in the fullest part
}

type band struct {
	X, Width, Mid string
	Y, Height     int
	Runners       int
}

const (
	courseLine = 72 // the line's distance from the top, in pixels
	bandMost   = 48
)

// plotCourse draws the field of a board; nil where a race has no counts yet.
func plotCourse(b *live.Board) *coursePlot {
	d := b.Race.DistanceM
	if len(b.Points) < 2 || d <= 0 || b.Gun == 0 {
		return nil
	}
	p := &coursePlot{}
	ax := axis{distanceM: d}
	most := 0.0
	for i, pt := range b.Points {
		t := ax.tick(pt.AtM, pt.Label)
		t.Passed = pt.Passed
		t.Small = t.Edge == "" && (i%2 == 1 || d-pt.AtM < d*0.12)
		p.Ticks = append(p.Ticks, t)
		if i > 0 {
			most = max(most, density(b, i))
		}
	}
	if most == 0 {
		return p
	}
	for i := 1; i < len(b.Points); i++ {
		n := between(b, i)
		if n == 0 {
			continue
		}
		from, to := b.Points[i-1].AtM, b.Points[i].AtM
		h := max(2, int(density(b, i)/most*bandMost))
		p.Bands = append(p.Bands, band{X: pct(from / d), Width: pct((to - from) / d), Mid: pct((from + to) / 2 / d),
			Y: courseLine - 2 - h, Height: h, Runners: n})
		p.Most = max(p.Most, n)
	}
	return p
}

// between is how many passed the point before i and not yet point i, those who
// are known to have left the race not counted at its end.
func between(b *live.Board, i int) int {
	return max(0, b.Points[i-1].Passed-b.Points[i].Passed)
}

func density(b *live.Board, i int) float64 {
	leg := b.Points[i].AtM - b.Points[i-1].AtM
	if leg <= 0 {
		return 0
	}
	return float64(between(b, i)) / leg
}
