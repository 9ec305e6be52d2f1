package scoring

import (
	"time"

	"stadion/internal/race"
)

// Costs of the alignment, in thousandths. What they say, in order: evidence is
// used if it can be; missing a mat is common and one gap costs little more for
// being longer; a leg faster than is believed is doubted but matched, one three
// times too fast is not matched; crossing the mat again after the finish is
// normal; between readings that explain as much, the steadier pace wins.
const (
	costUnused      = 3000 // more than the longest gap at the oddest pace
	costAfterFinish = 200
	costPassedOver  = 500 // an earlier passing of the same point stands unused
	costGap         = 200 // first missing point of a gap
	costGapMore     = 100 // each further one
	costGapMost     = 1000
	costTooFast     = 1000
	weightPace      = 6
	paceCap         = 500 // thousandths of deviation: at most 1500 for a whole race
	factorForbidden = 3
	marginAmbiguous = 250
	costForbidden   = int64(1) << 60
)

// meeting is a passing as the alignment sees it.
type meeting struct {
	at    race.Instant
	point int32
}

// aligner matches meetings to a course, all at once (docs/rules/course.md). It
// keeps its memory between runners; it is not safe for concurrent use.
type aligner struct {
	c     *course
	start race.Instant
	m     []meeting
	nodes []node
	use   []bool // meeting has a node: it could be part of the race
	count []int32
	match []int32 // result: course index per meeting, 0 = unused
	best  []int32 // nodes of the best path
	alt   []int32
}

type node struct {
	i, k int32 // meeting, course index
	ms   int64 // since the start
	cost int64
	prev int32
}

// align fills match: the course index of every meeting, 0 for unused. start is
// the instant the runner's race counts from for speed; meetings are sorted by
// instant and all after it. It reports whether another reading is nearly as
// good (case 35).
func (a *aligner) align(c *course, start race.Instant, meetings []meeting) (ambiguous bool) {
	a.c, a.start, a.m = c, start, meetings
	a.match = append(a.match[:0], make([]int32, len(meetings))...)
	if len(meetings) == 0 {
		return false
	}
	if a.direct() {
		return false
	}
	a.makeNodes()
	if len(a.nodes) == 0 {
		return false
	}
	total := a.solve(-1)
	a.best = append(a.best[:0], a.alt...)
	for _, n := range a.best {
		a.match[a.nodes[n].i] = a.nodes[n].k
	}
	return a.c.repeated && a.doubtful() && a.nearlyAsGood(total)
}

// direct is the short way for the usual runner: every meeting is the next
// point of a course without repeated points, or all points were met, and no leg
// is doubtful. It agrees with the long way (TestAlign_DirectEqualsGlobal).
func (a *aligner) direct() bool {
	if a.c.repeated && len(a.m) != a.c.finish() {
		return false
	}
	k := int32(0)
	var ms int64
	for i := range a.m {
		var next int32
		if a.c.repeated {
			next = int32(i + 1)
			if a.c.points[next] != a.m[i].point {
				return false
			}
		} else {
			v := a.c.visits[a.m[i].point]
			if len(v) == 0 {
				return false
			}
			next = v[0]
		}
		at := a.since(i)
		if next <= k || a.tooFast(a.c.mm[next]-a.c.mm[k], at-ms) ||
			int(next) == a.c.finish() && a.tooFast(a.c.mm[next], at) {
			return false
		}
		a.match[i], k, ms = next, next, at
	}
	return true
}

func (a *aligner) since(i int) int64 {
	return int64(a.m[i].at.Sub(a.start) / time.Millisecond)
}

func (a *aligner) tooFast(mm, ms int64) bool { return mm*1000 > a.c.maxSpeed*ms }

func (a *aligner) forbidden(mm, ms int64) bool {
	return mm*1000 > factorForbidden*a.c.maxSpeed*ms
}

func (a *aligner) makeNodes() {
	a.nodes = a.nodes[:0]
	a.use = append(a.use[:0], make([]bool, len(a.m))...)
	a.count = append(a.count[:0], make([]int32, len(a.m)+1)...)
	clear(a.match)
	for i := range a.m {
		ms := a.since(i)
		for _, k := range a.c.visits[a.m[i].point] {
			switch {
			case int(k) == a.c.finish() && a.tooFast(a.c.mm[k], ms): // not a finish (case 7)
			case a.forbidden(a.c.mm[k], ms):
			default:
				a.nodes = append(a.nodes, node{i: int32(i), k: k, ms: ms})
				a.use[i] = true
			}
		}
		a.count[i+1] = a.count[i]
		if a.use[i] {
			a.count[i+1]++
		}
	}
}

// solve finds the best path without node banned, leaves it in a.alt (last node
// first) and gives its cost. The steadiness of a path is measured against the
// speed that each reading of the last meetings would mean.
func (a *aligner) solve(banned int32) int64 {
	best := costForbidden
	seen := 0
	for i := len(a.m) - 1; i >= 0 && seen < 2; i-- {
		if !a.use[i] {
			continue
		}
		seen++
		for _, k := range a.c.visits[a.m[i].point] {
			if ms := a.since(i); ms > 0 {
				end, cost := a.path(banned, a.c.mm[k], ms)
				if cost < best {
					best = cost
					a.keep(end)
				}
			}
		}
	}
	return best
}

func (a *aligner) keep(end int32) {
	a.alt = a.alt[:0]
	for ; end >= 0; end = a.nodes[end].prev {
		a.alt = append(a.alt, end)
	}
}

// path is the cheapest path for a runner of speed mm/ms: its last node (-1 for
// the path that uses nothing) and its cost.
func (a *aligner) path(banned int32, mm, ms int64) (end int32, total int64) {
	end, total = -1, int64(a.count[len(a.m)])*costUnused
	for n := range a.nodes {
		nd := &a.nodes[n]
		nd.prev = -1
		nd.cost = a.step(nil, nd, mm, ms)
		for p := n - 1; p >= 0; p-- {
			pr := &a.nodes[p]
			if pr.i >= nd.i || pr.k >= nd.k || pr.cost >= costForbidden {
				continue
			}
			if c := pr.cost + a.step(pr, nd, mm, ms); c < nd.cost {
				nd.cost, nd.prev = c, int32(p)
			}
		}
		if int32(n) == banned {
			nd.cost = costForbidden
		}
		if nd.cost >= costForbidden {
			continue
		}
		after := int64(a.count[len(a.m)] - a.count[nd.i+1])
		if int(nd.k) == a.c.finish() {
			after *= costAfterFinish
		} else {
			after *= costUnused
		}
		if c := nd.cost + after; c < total {
			end, total = int32(n), c
		}
	}
	return end, total
}

// step is the cost of going from one matched meeting (nil = the start) straight
// to the next.
func (a *aligner) step(from, to *node, mm, ms int64) int64 {
	var k, first int32
	var began int64
	if from != nil {
		k, first, began = from.k, from.i+1, from.ms
	}
	legMM, legMS := a.c.mm[to.k]-a.c.mm[k], to.ms-began
	if a.forbidden(legMM, legMS) {
		return costForbidden
	}
	cost := gap(int64(to.k-k-1)) + int64(a.count[to.i]-a.count[first])*costUnused
	for i := first; i < to.i; i++ {
		if a.use[i] && a.m[i].point == a.m[to.i].point {
			cost += costPassedOver
			break
		}
	}
	if a.tooFast(legMM, legMS) {
		cost += costTooFast
	}
	return cost + a.unsteady(legMM, legMS, mm, ms)
}

func gap(missing int64) int64 {
	if missing <= 0 {
		return 0
	}
	return min(costGap+costGapMore*(missing-1), costGapMost)
}

// unsteady is the cost of a leg's pace being off a speed of mm/ms, weighed by
// the leg's share of the course.
func (a *aligner) unsteady(legMM, legMS, mm, ms int64) int64 {
	expected := legMM * ms / max(mm, 1)
	hi, lo := max(expected, legMS), max(min(expected, legMS), 1)
	x := min(hi*1000/lo-1000, paceCap)
	return weightPace * x * x / 1000 * (legMM / 1000) / max(a.c.mm[a.c.finish()]/1000, 1)
}

// doubtful: something is missing before the last match, or something that could
// be part of the race is unused.
func (a *aligner) doubtful() bool {
	return len(a.best) == 0 || int(a.nodes[a.best[0]].k) != len(a.best) ||
		int(a.count[len(a.m)]) != len(a.best)
}

// nearlyAsGood asks for every match with a point that comes back whether the
// race reads nearly as well without it.
func (a *aligner) nearlyAsGood(total int64) bool {
	for _, n := range a.best {
		nd := a.nodes[n]
		if len(a.c.visits[a.m[nd.i].point]) < 2 {
			continue
		}
		if a.solve(n) <= total+marginAmbiguous {
			return true
		}
	}
	return false
}
