package office

import "stadion/internal/results"

// effect is what an act would change in the lists, runner by runner.
type effect struct {
	place   place
	Runners int
	Changes []runnerChange
	More    int // runners beyond those shown
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
