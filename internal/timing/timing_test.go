package timing

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

const t0 = race.Instant(1743897600e9)

func after(s float64) race.Instant { return t0.Add(time.Duration(s * 1e9)) }

func sightings(source Source, point int32, secs ...float64) (out []Sighting) {
	for _, s := range secs {
		out = append(out, Sighting{At: after(s), Point: point, Source: source, RSSI: -50})
	}
	return out
}

func cluster(s []Sighting) []Passing {
	slices.SortStableFunc(s, func(a, b Sighting) int { return int(a.At - b.At) })
	return Cluster(s, 20*time.Second, make([]int32, len(s)), nil)
}

func TestCluster_StandingOnTheMatIsOnePassing(t *testing.T) {
	var secs []float64
	for s := 0.0; s < 600; s += 15 {
		secs = append(secs, s)
	}
	p := cluster(sightings(Main, 0, secs...))
	if len(p) != 1 || p[0].First != 0 || p[0].Last != int32(len(secs)-1) {
		t.Fatalf("%+v", p)
	}
}

func TestCluster_SilenceLongerThanTheWindowBeginsAnother(t *testing.T) {
	if p := cluster(sightings(Main, 0, 0, 20, 40.001)); len(p) != 2 {
		t.Fatalf("%+v", p)
	}
}

func TestCluster_PointsAreApart(t *testing.T) {
	if p := cluster(append(sightings(Main, 0, 0, 4), sightings(Main, 1, 2, 6)...)); len(p) != 2 {
		t.Fatalf("%+v", p)
	}
}

func TestCluster_BackupCountsOnlyWhereMainMissedTheCrossing(t *testing.T) {
	for name, c := range map[string]struct {
		main, backup []float64
		want         float64
	}{
		"both see it":                            {[]float64{10, 10.4}, []float64{9.7, 10.1}, 10},
		"backup alone":                           {nil, []float64{9.7, 10.1}, 9.7},
		"main hears only somebody who lingers":   {[]float64{14, 15}, []float64{9.7, 10.1}, 9.7},
		"main first, backup later says nothing":  {[]float64{10}, []float64{10.6, 18}, 10},
		"a manual entry never outdoes the mats'": {[]float64{10}, nil, 10},
	} {
		s := append(sightings(Main, 0, c.main...), sightings(Backup, 0, c.backup...)...)
		s = append(s, sightings(Manual, 0, 9)...)
		p := cluster(s)
		if len(p) != 1 || s[p[0].Pick(race.First)].At != after(c.want) {
			t.Errorf("%s: %+v, first at %v", name, p, s[p[0].Pick(race.First)].At)
		}
	}
}

func TestPick_FirstLastStrongest(t *testing.T) {
	s := sightings(Main, 0, 0, 1, 2, 3)
	s[2].RSSI = -30
	p := cluster(s)[0]
	if p.Pick(race.First) != 0 || p.Pick(race.Last) != 3 || p.Pick(race.Strongest) != 2 {
		t.Fatalf("%+v", p)
	}
}

func compared(box string, at, add float64) logbook.Clock {
	return logbook.Clock{Box: box, BoxAt: after(at), True: after(at + add)}
}

func TestCorrect_InterpolatesBetweenAndHoldsOutside(t *testing.T) {
	c := NewClocks([]logbook.Clock{compared("b", 1000, 3), compared("b", 0, 1)},
		[]race.Point{{ID: "p", Boxes: []race.PointBox{{ID: "o", Offset: race.Duration(-400 * time.Millisecond)}}}})
	for at, want := range map[float64]float64{-500: -499, 0: 1, 250: 251.5, 500: 502, 1000: 1003, 5000: 5003} {
		if got := c.Correct(&logbook.Read{Box: "b", At: after(at)}); got != after(want) {
			t.Errorf("at %v: %v, want %v", at, got, after(want))
		}
	}
	if got := c.Correct(&logbook.Read{Box: "o", At: after(5)}); got != after(4.6) {
		t.Errorf("offset: %v", got)
	}
	if got := c.Correct(&logbook.Read{Box: "other", At: after(5)}); got != after(5) {
		t.Errorf("a box nobody compared keeps its time: %v", got)
	}
}

func TestCorrect_NeverDependsOnTheOrderOfComparisons(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var cs []logbook.Clock
		for range 2 + r.IntN(6) {
			cs = append(cs, compared("b", float64(r.IntN(20000)), r.Float64()*8-4))
		}
		a := NewClocks(cs, nil)
		r.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		b := NewClocks(append(cs, cs...), nil)
		for range 50 {
			read := logbook.Read{Box: "b", At: after(float64(r.IntN(25000)) - 2000)}
			if x, y := a.Correct(&read), b.Correct(&read); x != y {
				t.Fatalf("%v and %v", x, y)
			}
		}
	}
}
