package scoring

import (
	"math"
	"time"

	"stadion/internal/race"
)

// Defaults of race.Timing and race.Race.
const (
	defaultCluster     = 20 * time.Second
	defaultStartOpens  = 30 * time.Minute
	defaultStartCloses = 30 * time.Minute
	defaultEarly       = 5 * time.Second
	defaultMaxSpeed    = 7.5 // m/s
)

// course is a race's course made ready for matching. Distances are whole
// millimetres and times whole milliseconds, so that every processor computes
// the same bytes.
type course struct {
	race     *race.Race
	points   []int32 // index of the edition's point, start first
	mm       []int64 // distance from the start
	visits   [][]int32
	repeated bool  // a point after the start is met more than once
	maxSpeed int64 // mm/s
	startEnd time.Duration
	policy   []race.Policy   // per course point
	cutoff   []time.Duration // after the gun, per course point; 0 = never closes
}

func newCourse(e *race.Edition, r *race.Race, points map[string]int32) *course {
	c := &course{race: r, visits: make([][]int32, len(e.Points))}
	speed := r.MaxSpeed
	if speed <= 0 {
		speed = defaultMaxSpeed
	}
	c.maxSpeed = int64(math.Round(speed * 1000))
	for k, cp := range r.Course {
		p, ok := points[cp.Point]
		if !ok {
			p = -1
		} else if k > 0 {
			c.visits[p] = append(c.visits[p], int32(k))
			c.repeated = c.repeated || len(c.visits[p]) > 1
		}
		c.points = append(c.points, p)
		c.mm = append(c.mm, int64(math.Round(cp.AtM*1000)))
		c.policy = append(c.policy, policyAt(e, r, k))
		c.cutoff = append(c.cutoff, cp.Cutoff.D())
	}
	c.startEnd = or(e.Timing.StartCloses, defaultStartCloses)
	if len(c.points) > 0 && c.points[0] >= 0 {
		if v := c.visits[c.points[0]]; len(v) > 0 {
			// The mat comes back as a lap or as the finish: the start is closed
			// once anybody could be there again (case 33).
			c.startEnd = min(c.startEnd, c.fastest(c.mm[v[0]]))
		}
	}
	return c
}

// policyAt is the policy of a course point: the point's own, or the last read
// at a start and the first everywhere else (rule P4).
func policyAt(e *race.Edition, r *race.Race, k int) race.Policy {
	p := e.Point(r.Course[k].Point)
	switch {
	case k == 0:
		if p != nil && p.Policy != "" && r.Course[len(r.Course)-1].Point != p.ID {
			return p.Policy
		}
		return race.Last
	case p != nil && p.Policy != "":
		return p.Policy
	}
	return race.First
}

// fastest is the shortest believable time for a distance.
func (c *course) fastest(mm int64) time.Duration {
	return time.Duration(mm*1000/c.maxSpeed) * time.Millisecond
}

func (c *course) finish() int { return len(c.points) - 1 }

func or(d race.Duration, def time.Duration) time.Duration {
	if d > 0 {
		return d.D()
	}
	return def
}
