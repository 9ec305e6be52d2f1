package office

import (
	"strconv"
	"strings"

	"stadion/internal/results"
	"stadion/internal/web/site"
)

// effect is what an act would change in the lists, runner by runner.
type effect struct {
	place   place
	Runners int
	Changes []runnerChange // of whom more than a place changes
	More    int            // of them beyond those shown
	Moves   []runnerChange // of whom only places change
	Moved   int            // how many they are
	Posted  bool           // the page was sent by a form: it cannot simply be asked for again
	Past    bool           // it has happened: between two revisions
}

// MovesMore is how many move that are not shown.
func (e effect) MovesMore() int { return e.Moved - len(e.Moves) }

// runnerChange is what changes for one runner.
type runnerChange struct {
	Bib, Name string
	Row       *results.Row // as it stands; nil for who is added
	Changes   []results.Change
}

// Link is the runner's evidence.
func (r runnerChange) Link(p place) string { return p.Runner(r.Bib) }

// moves reports whether only places change.
func (r runnerChange) moves() bool {
	for _, c := range r.Changes {
		if c.Field != "place" && c.Field != "place_sex" && c.Field != "place_category" {
			return false
		}
	}
	return true
}

// shownRunners is how many runners an effect names; the rest is counted.
const shownRunners = 60

// fewRunners is up to how many runners an effect names every split of each.
const fewRunners = 4

// fold puts the splits that change into one line that counts them.
func (r *runnerChange) fold() {
	kept, n := r.Changes[:0:0], 0
	for _, c := range r.Changes {
		if strings.HasPrefix(c.Field, "split_") {
			n++
		} else {
			kept = append(kept, c)
		}
	}
	if n > 0 {
		kept = append(kept, results.Change{Bib: r.Bib, Name: r.Name, Field: "splits", After: strconv.Itoa(n)})
	}
	r.Changes = kept
}

func (p place) effect(changes []results.Change) effect {
	e := effect{place: p}
	index := map[string]int{}
	var all []runnerChange
	for _, c := range changes {
		i, ok := index[c.Bib]
		if !ok {
			i = len(all)
			index[c.Bib] = i
			all = append(all, runnerChange{Bib: c.Bib, Name: c.Name})
		}
		all[i].Changes = append(all[i].Changes, c)
	}
	e.Runners = len(all)
	for _, r := range all {
		if len(all) > fewRunners {
			r.fold()
		}
		into := &e.Changes
		if r.moves() {
			e.Moved++
			into = &e.Moves
		}
		if len(*into) < shownRunners {
			_, r.Row = p.Snap.Find(r.Bib)
			*into = append(*into, r)
		} else if into == &e.Changes {
			e.More++
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
