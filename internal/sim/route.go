package sim

import (
	"cmp"
	"math"
	"slices"

	"stadion/internal/race"
)

// pass is a place where a race's runners come over or beside a mat.
type pass struct {
	boxes  []*box
	m      float64
	k      int  // index in the course, -1 = none of the race's points
	beside bool // the mat lies on the other lane
	policy race.Policy
}

// route is what the runners of one race pass, in running order.
type route struct {
	race   *race.Race
	passes []pass
}

func newRoute(e *race.Edition, rc *race.Race, boxes []*box) *route {
	at := map[string][]*box{}
	for _, b := range boxes {
		at[b.point] = append(at[b.point], b)
	}
	rt := &route{race: rc}
	for k, c := range rc.Course {
		p := pass{boxes: at[c.Point], m: c.AtM, k: k, policy: race.First}
		if pt := e.Point(c.Point); k == 0 {
			p.policy = race.Last
		} else if pt != nil && pt.Policy != "" {
			p.policy = pt.Policy
		}
		rt.passes = append(rt.passes, p)
	}
	if rc.Course[len(rc.Course)-1].Point == stadium {
		rt.addRoad(at)
	}
	slices.SortStableFunc(rt.passes, func(a, b pass) int { return cmp.Compare(a.m, b.m) })
	return rt
}

// addRoad adds the mats of the one road that are none of the race's points:
// those on the runners' lane see them well, those on the other lane now and then.
func (rt *route) addRoad(at map[string][]*box) {
	d := rt.race.DistanceM
	for _, m := range mats {
		if at[m.id] == nil || m.roadM > d/2 {
			continue
		}
		for _, p := range []struct {
			m    float64
			lane lane
		}{{m.roadM, out}, {d - m.roadM, back}} {
			if !rt.onCourse(m.id, p.m) {
				beside := m.lane != p.lane // a turn's mat lies on a lane of its own
				rt.passes = append(rt.passes, pass{boxes: at[m.id], m: p.m, k: -1, beside: beside})
			}
		}
	}
}

func (rt *route) onCourse(point string, m float64) bool {
	return slices.ContainsFunc(rt.race.Course, func(c race.CoursePoint) bool {
		return c.Point == point && math.Abs(c.AtM-m) < 1
	})
}
