package sim

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/scoring"
)

// exact is how far a scored instant may be from the true one: boxes speak in
// whole milliseconds and their clocks are compared in whole milliseconds.
const exact = 2 * time.Millisecond

// Check lists where a scored outcome disagrees with the truth of a whole day:
// statuses, start and finish instants, gun and net times, splits, and places
// over all, by sex and by category. Agreement is an empty list. Only instants
// that the boxes saw can be asked for; a split that a person is asked to look at
// (ambiguous, faster than is believed) is not held against the outcome.
func Check(t *Truth, o *scoring.Outcome) []string {
	c := &checker{t: t, want: map[string]*Runner{}}
	for i := range t.Runners {
		c.want[t.Runners[i].Starter.Bib] = &t.Runners[i]
	}
	if len(o.Boards) != len(t.Edition.Races) {
		c.say("%d boards for %d races", len(o.Boards), len(t.Edition.Races))
	}
	for _, b := range o.Boards {
		for _, res := range b.Results {
			c.result(b.Race, res)
		}
		c.places(b)
	}
	for i := range t.Runners {
		if s := t.Runners[i].Starter; c.want[s.Bib] != nil {
			c.say("%s bib %s: no result", s.Race, s.Bib)
		}
	}
	return c.found
}

type checker struct {
	t     *Truth
	want  map[string]*Runner // emptied as results are met
	found []string
}

func (c *checker) say(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

func (c *checker) result(rc *race.Race, res *scoring.Result) {
	bib := res.Starter.Bib
	r := c.want[bib]
	if r == nil || r.Starter.Race != rc.ID {
		c.say("%s bib %s: a result for nobody, or a second one", rc.ID, bib)
		return
	}
	delete(c.want, bib)
	if want := c.t.status(r); !slices.Contains(want, res.Status) {
		c.say("%s bib %s: status %s, want %s", rc.ID, bib, res.Status, want[0])
	}
	c.times(rc, r, res)
	c.splits(rc, r, res)
}

// status is what the evidence and the rulings of the day make of a runner once
// the race is closed. Who left nothing but reads from before the start may be
// taken for not started or for not finished.
func (t *Truth) status(r *Runner) []scoring.Status {
	switch r.Ruled {
	case logbook.DQ:
		return []scoring.Status{scoring.DQ}
	case logbook.DNS:
		return []scoring.Status{scoring.DNS}
	case logbook.DNF:
		return []scoring.Status{scoring.DNF}
	case logbook.NoTime:
		return []scoring.Status{scoring.FinishedNoTime}
	}
	if at := last(r.Seen); at != 0 {
		limit := t.Edition.Race(r.Starter.Race).TimeLimit.D()
		if limit > 0 && at.Sub(t.gun(r.Starter)) > limit {
			return []scoring.Status{scoring.FinishedNoTime}
		}
		return []scoring.Status{scoring.Finished}
	}
	if slices.ContainsFunc(r.Seen, func(at race.Instant) bool { return at != 0 }) && !r.Did(DeedLate) {
		return []scoring.Status{scoring.DNF}
	}
	if r.Fate == FateDNS {
		return []scoring.Status{scoring.DNS}
	}
	return []scoring.Status{scoring.DNF, scoring.DNS}
}

func (c *checker) times(rc *race.Race, r *Runner, res *scoring.Result) {
	finish, gun := last(r.Seen), c.t.gun(r.Starter)
	if (finish == 0) != (res.FinishAt == 0) || !near(finish, res.FinishAt) {
		c.say("%s bib %s: finish %s, want %s", rc.ID, r.Starter.Bib, res.FinishAt, finish)
		return
	}
	if finish == 0 {
		return
	}
	if res.Gun != res.FinishAt.Sub(gun) {
		c.say("%s bib %s: gun time %s, want %s", rc.ID, r.Starter.Bib, res.Gun, finish.Sub(gun))
	}
	start := r.Seen[0]
	if r.Did(DeedLate) {
		start = 0
	}
	if start = max(start, gun); (res.Net - finish.Sub(start)).Abs() > 2*exact {
		c.say("%s bib %s: net time %s, want %s", rc.ID, r.Starter.Bib, res.Net, finish.Sub(start))
	}
}

func near(a, b race.Instant) bool { return a.Sub(b).Abs() <= exact }

func (c *checker) splits(rc *race.Race, r *Runner, res *scoring.Result) {
	if r.Did(DeedCut) || r.Did(DeedCar) || res.Has(scoring.FlagAmbiguous) || res.Has(scoring.FlagTooFast) {
		return
	}
	for k, want := range r.Seen[1:] {
		if got := res.Splits[k]; (got == 0) != (want == 0) || !near(got, want) {
			c.say("%s bib %s: split %s at %s, want %s", rc.ID, r.Starter.Bib, rc.Course[k+1].Label, got, want)
		}
	}
}

// places holds each place against the number of finishers that were truly
// quicker; who is within the resolution may stand on either side.
func (c *checker) places(b scoring.Board) {
	groups := map[string][]time.Duration{}
	each := func(s *race.Starter, category string, f func(group string)) {
		f("")
		f("sex " + string(s.Person.Sex))
		f("category " + category)
	}
	category := map[string]string{}
	for _, res := range b.Results {
		category[res.Starter.Bib] = res.Category
	}
	for i := range c.t.Runners {
		r := &c.t.Runners[i]
		if r.Starter.Race == b.Race.ID && c.t.status(r)[0] == scoring.Finished {
			each(r.Starter, category[r.Starter.Bib], func(g string) { groups[g] = append(groups[g], c.t.basis(b.Race, r)) })
		}
	}
	for _, g := range groups {
		slices.Sort(g)
	}
	for _, res := range b.Results {
		if res.Status != scoring.Finished {
			continue
		}
		mine := res.Gun
		if b.Race.RankBy == race.Net {
			mine = res.Net
		}
		place := map[string]int{"": res.Place, "sex " + string(res.Starter.Person.Sex): res.PlaceSex}
		if res.Category != "" {
			place["category "+res.Category] = res.PlaceCategory
		}
		for g, got := range place {
			best := 1 + below(groups[g], mine-2*exact)
			worst := max(best, below(groups[g], mine+2*exact))
			if got < best || got > worst {
				c.say("%s bib %s: place %d %s, want %d to %d", b.Race.ID, res.Starter.Bib, got, g, best, worst)
			}
		}
	}
}

func below(sorted []time.Duration, d time.Duration) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i] >= d })
}

// basis is the time a finisher is ranked by.
func (t *Truth) basis(rc *race.Race, r *Runner) time.Duration {
	gun := t.gun(r.Starter)
	if rc.RankBy == race.Net && !r.Did(DeedLate) {
		return last(r.Seen).Sub(max(r.Seen[0], gun))
	}
	return last(r.Seen).Sub(gun)
}
