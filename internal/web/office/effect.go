package office

import (
	"strconv"

	"stadion/internal/results"
	"stadion/internal/web/site"
)

// effect is what an act would change in the lists, runner by runner.
type effect struct {
	place   place
	Runners int
	Changes []runnerChange
	More    int  // runners beyond those shown
	Posted  bool // the page was sent by a form: it cannot simply be asked for again
}

// runnerChange is what changes for one runner.
type runnerChange struct {
	Bib, Name string
	Row       *results.Row // as it stands; nil for who is added
	Changes   []results.Change
}

// Link is the runner's evidence.
func (r runnerChange) Link(p place) string { return p.Runner(r.Bib) }

// shownRunners is how many runners an effect names; the rest is counted.
const shownRunners = 60

func (p place) effect(changes []results.Change) effect {
	e := effect{place: p}
	index := map[string]int{}
	for _, c := range changes {
		i, ok := index[c.Bib]
		if !ok {
			e.Runners++
			if i = len(e.Changes); i < shownRunners {
				_, row := p.Snap.Find(c.Bib)
				e.Changes = append(e.Changes, runnerChange{Bib: c.Bib, Name: c.Name, Row: row})
			} else {
				i = -1
				e.More++
			}
			index[c.Bib] = i
		}
		if i >= 0 {
			e.Changes[i].Changes = append(e.Changes[i].Changes, c)
		}
	}
	return e
}

// Place is the place the effect is looked at from.
func (e effect) Place() place { return e.place }

// Seq is the number of the change whose state the effect was worked out of.
func (e effect) Seq() uint64 { return e.place.Snap.Seq }

type movedView struct {
	place
	Posted bool
}

// Moved answers GET …/moved: for a page that shows the effect of an act, whether
// the race has moved on since. There is nothing to say as long as it has not.
func (m *Room) Moved(c *site.Call) error {
	p, err := m.at(c, "")
	if err != nil {
		return err
	}
	since, _ := strconv.ParseUint(c.Query("since"), 10, 64)
	if p.Snap.Seq <= since {
		c.W.WriteHeader(204)
		return nil
	}
	return c.Part("ruling", "moved", movedView{p, c.Query("posted") != ""})
}

// fixed is a number of seconds with three decimals.
func fixed(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
