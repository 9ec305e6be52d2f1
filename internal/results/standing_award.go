package results

import (
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// award says whether the prizes of a list are settled (rule L7). rows are all
// starters of the list, on the course or not.
func (m *maker) award(s *Standing, rows []*Row) {
	a := &Award{Prizes: s.Rule.Prizes}
	if s.Rule.Teams() {
		a.Waiting, a.Until = m.teamHope(s, rows)
	} else {
		a.Waiting, a.Until = m.hope(s, rows)
	}
	all := bounds{}
	if a.Waiting > 0 {
		all.add(a.Until)
	}
	for _, id := range s.Rule.Exclude {
		for _, o := range m.open[id] {
			a.After = append(a.After, o.id)
			all.add(o.until)
		}
	}
	a.Settled = a.Waiting == 0 && len(a.After) == 0
	a.Until = all.latest()
	s.Award = a
}

// hope counts who on the course could still get a prize, or share the last: the
// time that has passed, rounded up as it would be shown, is not yet more than
// that of the last prize. Nobody can after the time limit.
func (m *maker) hope(s *Standing, rows []*Row) (waiting int, until race.Instant) {
	last, bounded := lastPrize(s)
	bound := bounds{}
	for _, r := range rows {
		if r.Status != scoring.Running || m.overLimit(r) {
			continue
		}
		elapsed := m.elapsed(r, s.Basis)
		if bounded && elapsed > last {
			continue
		}
		waiting++
		end := m.limitOf(r)
		if from := countsFrom(r, s.Basis); bounded && from != 0 {
			if by := from.Add(last); end == 0 || by < end {
				end = by
			}
		}
		bound.add(end)
	}
	return waiting, bound.latest()
}

// lastPrize is the slowest time with a prize, rounded up as it is shown; ok is
// false while there are fewer winners than prizes.
func lastPrize(s *Standing) (d time.Duration, ok bool) {
	n := 0
	for i := range s.Lines {
		if s.Lines[i].Prize > 0 {
			n++
			d = max(d, s.Lines[i].Ms.Duration())
		}
	}
	return race.CeilSecond(d), n >= s.Rule.Prizes
}

// elapsed is the least time a runner on the course can still be given: what has
// passed since his gun, or for net since he crossed the start. It is negative
// where that is not known: the gun was not fired, or no split tells the start.
func (m *maker) elapsed(r *Row, b race.Basis) time.Duration {
	from := countsFrom(r, b)
	if from == 0 {
		return scoring.None
	}
	return max(m.now.Sub(from), 0)
}

// countsFrom is when a runner's time began: his gun, or for net his start. 0 = not known.
func countsFrom(r *Row, b race.Basis) race.Instant {
	if b == race.Net {
		return startOf(r)
	}
	return r.GunAt
}

// startOf is when a runner crossed the start, as the splits tell it; 0 = none does.
func startOf(r *Row) race.Instant {
	for i := range r.Splits {
		if c := &r.Splits[i]; c.At != 0 && c.NetMs >= 0 {
			return c.At.Add(-c.NetMs.Duration())
		}
	}
	return 0
}

// limitOf is when the race is over for a runner, 0 = no limit, or no gun yet.
func (m *maker) limitOf(r *Row) race.Instant {
	limit := m.c.Race.TimeLimit.D()
	if limit == 0 || r.GunAt == 0 {
		return 0
	}
	return r.GunAt.Add(limit)
}

func (m *maker) overLimit(r *Row) bool {
	end := m.limitOf(r)
	return end != 0 && m.now > end
}

// bounds is the latest of several instants, of which one may be unknown (0):
// then so is the latest.
type bounds struct {
	at      race.Instant
	unknown bool
}

func (b *bounds) add(at race.Instant) {
	b.at, b.unknown = max(b.at, at), b.unknown || at == 0
}

func (b *bounds) latest() race.Instant {
	if b.unknown {
		return 0
	}
	return b.at
}
