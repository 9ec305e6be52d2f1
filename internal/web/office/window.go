package office

import (
	"strings"
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// gap is when a runner must have been at a point that did not see them: the
// earliest and the latest that is believed, by the passings around it and the
// fastest speed of the race, and what their own pace between those says.
type gap struct {
	Earliest, Own, Latest race.Instant // 0 = cannot be said
	NoRoom                bool         // nobody can have run through there between the neighbours
}

// Short is how much time is missing where there is no room.
func (w gap) Short() time.Duration { return w.Earliest.Sub(w.Latest) }

// Known reports whether anything can be said.
func (w gap) Known() bool { return w.Earliest != 0 || w.Latest != 0 }

// defaultSpeed is what is believed of a leg where the race does not say (rule C3).
const defaultSpeed = 7.5

// windows are those of the points a runner was not seen at, by index of the
// passing. Of a runner who is still on the way it is the next point's.
func windows(x *live.Explanation, ps []passing) map[int]gap {
	speed := x.Race.MaxSpeed
	if speed <= 0 {
		speed = defaultSpeed
	}
	seen := func(k int) race.Instant {
		if k == 0 && ps[0].At == 0 {
			return x.GunAt
		}
		return ps[k].At
	}
	out := map[int]gap{}
	for k := 1; k < len(ps); k++ {
		if ps[k].At != 0 {
			continue
		}
		from, to := k-1, k+1
		for from > 0 && seen(from) == 0 {
			from--
		}
		for to < len(ps) && ps[to].At == 0 {
			to++
		}
		if seen(from) == 0 || to == len(ps) && (x.Result.Status != scoring.Running || from != k-1) {
			continue
		}
		w := gap{Earliest: seen(from).Add(run(ps[k].AtM-ps[from].AtM, speed))}
		if to < len(ps) {
			w.Latest = ps[to].At.Add(-run(ps[to].AtM-ps[k].AtM, speed))
			w.Own = between(ps[from].AtM, seen(from), ps[to].AtM, ps[to].At, ps[k].AtM)
			w.NoRoom = w.Latest < w.Earliest
		} else if from > 0 {
			w.Own = between(0, seen(0), ps[from].AtM, seen(from), ps[k].AtM)
		}
		out[k] = w
	}
	return out
}

func run(m, speed float64) time.Duration { return time.Duration(m / speed * float64(time.Second)) }

// between is when somebody who runs evenly through two points is at a third.
func between(m1 float64, t1 race.Instant, m2 float64, t2 race.Instant, m float64) race.Instant {
	if m2 <= m1 || t2 <= t1 {
		return 0
	}
	return t1.Add(time.Duration((m - m1) / (m2 - m1) * float64(t2.Sub(t1))))
}

// atMat is who went over a mat just before or after somebody.
type atMat struct {
	*results.Row
	Diff time.Duration // negative: before
}

// By is the difference as it is shown: "−0.412", in seconds; minutes from one on.
func (a *atMat) By() string {
	sign, d := "+", a.Diff
	if d < 0 {
		sign, d = "−", -d
	}
	if d < time.Minute {
		return sign + fixed(d.Seconds())
	}
	return sign + strings.TrimPrefix(strings.TrimPrefix(race.Clock(d), "0:"), "0")
}

// mates finds for each passing who was there just before and just after, of the
// same race; at a point that did not see the runner around the time of the own
// pace.
func mates(b *live.Board, own string, ps []passing) {
	if b == nil {
		return
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Bib == own {
			continue
		}
		for k := 1; k < len(ps) && k <= len(row.Splits); k++ {
			at, there := row.Splits[k-1].At, ps[k].At
			if there == 0 {
				there = ps[k].Window.Own
			}
			if at == 0 || there == 0 {
				continue
			}
			ps[k].meet(row, at.Sub(there))
		}
	}
}

func (p *passing) meet(row *results.Row, d time.Duration) {
	if d <= 0 && (p.Before == nil || d > p.Before.Diff) {
		p.Before = &atMat{row, d}
	}
	if d > 0 && (p.After == nil || d < p.After.Diff) {
		p.After = &atMat{row, d}
	}
}
