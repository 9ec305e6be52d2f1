package results

import (
	"testing"
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

func finisher(age int, gun, net time.Duration) *scoring.Result {
	return &scoring.Result{Starter: &race.Starter{Bib: "1", Person: race.Person{Sex: race.Male}}, Age: age, Status: scoring.Finished, Place: 1, Gun: gun, Net: net}
}

func TestAgeGrade_G3_OfThePrintedTimeOnTheRacesBasis(t *testing.T) {
	gun, net := 2*time.Hour+34*time.Second+300*time.Millisecond, 2*time.Hour+35*time.Second-14*time.Second // printed 2:00:35 and 2:00:21
	for _, c := range []struct {
		basis, grade race.Basis
		want         string
	}{
		{race.Gun, "", "100.00"}, {"", "", "100.00"}, {race.Net, "", "100.19"}, {race.Gun, race.Net, "100.19"}, {race.Net, race.Gun, "100.00"}, {race.Gun, race.NoBasis, ""},
	} {
		rc := &race.Race{ID: "m", DistanceM: 42195, RankBy: c.basis, AgeGrade: c.grade}
		if got := RowOf(rc, finisher(30, gun, net), scoring.None).AgeGrade; got != c.want {
			t.Errorf("ranked by %q, graded by %q: %q, want %q", c.basis, c.grade, got, c.want)
		}
	}
}

func TestAgeGrade_G5_NoneForWhoHasNoTimeOrNoAge(t *testing.T) {
	rc := &race.Race{ID: "m", DistanceM: 42195, RankBy: race.Gun}
	if got := RowOf(rc, finisher(0, time.Hour*3, time.Hour*3), scoring.None).AgeGrade; got != "" {
		t.Errorf("without an age: %q", got)
	}
	for _, s := range []scoring.Status{scoring.Running, scoring.DNF, scoring.DQ, scoring.DNS, scoring.FinishedNoTime} {
		r := finisher(30, time.Hour*3, time.Hour*3)
		r.Status = s
		if got := RowOf(rc, r, scoring.None).AgeGrade; got != "" {
			t.Errorf("%s: %q", s, got)
		}
	}
}

func BenchmarkRowOf_48000(b *testing.B) {
	r := finisher(45, 3*time.Hour+time.Millisecond, 3*time.Hour)
	for _, grade := range []race.Basis{race.NoBasis, race.Gun} {
		rc := &race.Race{ID: "m", DistanceM: 42195, RankBy: race.Gun, AgeGrade: grade}
		b.Run("age_grade="+string(grade), func(b *testing.B) {
			for b.Loop() {
				for range 48_000 {
					RowOf(rc, r, 3*time.Hour)
				}
			}
		})
	}
}
