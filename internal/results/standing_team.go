package results

import (
	"cmp"
	"slices"
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// bestOf is how many times count for a team where the rule does not say.
const bestOf = 3

// teams makes the lines of a list of teams: the sum of the exact times of the
// best, rounded up once. Equal sums share a place. Who has too few times
// follows without a place, by name (rule L6).
func (m *maker) teams(s *Standing, placed []*Row) {
	count := cmp.Or(s.Rule.Best, bestOf)
	for _, t := range byTeam(s.Rule.Of, placed) {
		line := TeamLine{Name: t.name, Ms: -1, Members: t.rows}
		sortByTime(line.Members, s.Basis)
		if line.Missing = count - len(t.rows); line.Missing > 0 {
			s.Incomplete = append(s.Incomplete, line)
			continue
		}
		line.Missing = 0
		line.Members, line.Others = t.rows[:count:count], t.rows[count:]
		line.Ms = sum(line.Members, s.Basis)
		line.Time = race.Clock(line.Ms.Duration())
		s.Teams = append(s.Teams, line)
	}
	slices.SortFunc(s.Teams, func(a, b TeamLine) int {
		return cmp.Or(cmp.Compare(a.Ms, b.Ms), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(s.Incomplete, func(a, b TeamLine) int { return cmp.Compare(a.Name, b.Name) })
	s.Total = len(s.Teams)
	for i := range s.Teams {
		t := &s.Teams[i]
		t.Place = i + 1
		if i > 0 && s.Teams[i-1].Ms == t.Ms {
			t.Place = s.Teams[i-1].Place
		}
		if t.Place <= s.Rule.Prizes {
			t.Prize = t.Place
		}
		if d := t.Ms - s.Teams[0].Ms; d > 0 {
			t.Behind = "+" + race.Clock(d.Duration())
		}
	}
}

// team is the runners of one team or club.
type team struct {
	name string
	rows []*Row
}

// byTeam gathers runners by team. Spellings that differ in case or spaces are
// one team, shown by the first spelling in order of letters.
func byTeam(of race.ListOf, rows []*Row) []*team {
	at := map[string]*team{}
	var out []*team
	for _, r := range rows {
		name := squash(valueOf(r, of))
		key := fold(name)
		if key == "" {
			continue
		}
		t := at[key]
		if t == nil {
			t = &team{name: name}
			at[key] = t
			out = append(out, t)
		}
		t.name = min(t.name, name)
		t.rows = append(t.rows, r)
	}
	return out
}

func sortByTime(rows []*Row, b race.Basis) {
	slices.SortFunc(rows, func(x, y *Row) int {
		return cmp.Or(cmp.Compare(timeOn(x, b), timeOn(y, b)), scoring.CompareBibs(x.Bib, y.Bib))
	})
}

func sum(rows []*Row, b race.Basis) Ms {
	total := Ms(0)
	for _, r := range rows {
		total += timeOn(r, b)
	}
	return total
}

// teamHope says how many runners on the course could still change the prizes of
// a list of teams: those of teams whose best sum, if all of them finished at
// this very moment, would be as good as the last prize.
func (m *maker) teamHope(s *Standing, rows []*Row) (waiting int, until race.Instant) {
	count := cmp.Or(s.Rule.Best, bestOf)
	last, bounded := lastTeamPrize(s)
	bound := bounds{}
	for _, t := range byTeam(s.Rule.Of, rows) {
		var running []*Row
		var times []time.Duration
		for _, r := range t.rows {
			switch {
			case r.Status == scoring.Finished && timeOn(r, s.Basis) >= 0:
				times = append(times, timeOn(r, s.Basis).Duration())
			case r.Status == scoring.Running && !m.overLimit(r):
				running = append(running, r)
			}
		}
		best := times
		for _, r := range running {
			best = append(best, max(m.elapsed(r, s.Basis), 0))
		}
		slices.Sort(best)
		if len(running) == 0 || len(best) < count {
			continue
		}
		total := time.Duration(0)
		for _, d := range best[:count] {
			total += d
		}
		if bounded && race.CeilSecond(total) > race.CeilSecond(last) {
			continue
		}
		waiting += len(running)
		for _, r := range running {
			bound.add(m.limitOf(r))
		}
	}
	return waiting, bound.latest()
}

// lastTeamPrize is the slowest sum with a prize; ok is false while a prize is
// still to be had by any complete team.
func lastTeamPrize(s *Standing) (d time.Duration, ok bool) {
	n := 0
	for i := range s.Teams {
		if s.Teams[i].Prize > 0 {
			n++
			d = max(d, s.Teams[i].Ms.Duration())
		}
	}
	return d, n >= s.Rule.Prizes
}
