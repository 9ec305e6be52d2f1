package agegrade

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/race"
)

func hms(h, m, s int) time.Duration {
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

func TestGrade_ByHand(t *testing.T) {
	for _, c := range []struct {
		sex     race.Sex
		age     int
		m       float64
		elapsed time.Duration
		want    string
	}{
		{race.Male, 30, 42195, hms(2, 0, 35), "100.00"},                    // the open standard, 7235 s
		{race.Male, 30, 42195, hms(2, 0, 36), "99.98"},                     // 7235 / 7236 = 0.999861…
		{race.Male, 30, 42195, hms(4, 1, 10), "50.00"},                     // twice the standard
		{race.Female, 27, 42195, hms(2, 9, 56), "100.00"},                  // 7796 s
		{race.Male, 5, 5000, hms(0, 30, 0), "70.26"},                       // 769 / 0.608 / 1800 = 0.70266…
		{race.Male, 5, 42195, hms(5, 0, 0), "91.06"},                       // 7235 / 0.4414 / 18000 = 0.910606…
		{race.Female, 26, 21097.5, hms(1, 30, 0), "69.85"},                 // 3772 / 5400 = 0.698518…
		{race.Female, 26, 21097, hms(1, 30, 0), "69.85"},                   // the same race, entered in whole metres
		{race.Female, 26, 21098, hms(1, 30, 0), "69.85"},                   //
		{race.Male, 30, 10000, hms(0, 26, 24) - time.Nanosecond, "100.00"}, // parts of a millisecond go up
		{race.Male, 30, 10000, hms(0, 26, 0), "101.53"},                    // 1584 / 1560 = 1.015384…: better than the standard
	} {
		if got, ok := Grade(c.sex, c.age, c.m, c.elapsed); got != c.want || !ok {
			t.Errorf("%s %d, %g m, %s: %q %v, want %s", c.sex, c.age, c.m, c.elapsed, got, ok, c.want)
		}
	}
}

func TestGrade_NoneOutsideTheTable(t *testing.T) {
	for _, c := range []struct {
		sex     race.Sex
		age     int
		m       float64
		elapsed time.Duration
	}{
		{race.Mixed, 30, 10000, time.Hour}, {"", 30, 10000, time.Hour}, {race.Male, 4, 10000, time.Hour}, {race.Male, 0, 10000, time.Hour},
		{race.Male, 101, 10000, time.Hour}, {race.Male, 30, 4999, time.Hour}, {race.Male, 30, 50001, 4 * time.Hour}, {race.Male, 30, 0, time.Hour},
		{race.Male, 30, 10000, 0}, {race.Male, 30, 10000, -1}, {race.Male, -1, 10000, time.Hour},
	} {
		if got, ok := Grade(c.sex, c.age, c.m, c.elapsed); ok || got != "" {
			t.Errorf("%+v has the grade %q", c, got)
		}
	}
}

func TestOf_BetweenDistancesByTheLogarithm(t *testing.T) {
	// 36,000 m by hand: share = ln(36/30) / ln(42.195/30) = 0.534516;
	// open = 4980 * (7235/4980)^share = 6078.95 s; factor of a man of 60
	// between those of 30 km and the marathon.
	a, _ := Of(race.Male, 60, 30000)
	b, _ := Of(race.Male, 60, 42195)
	s, ok := Of(race.Male, 60, 36000)
	if !ok || s.OpenMs < 6_078_000 || s.OpenMs > 6_080_500 {
		t.Errorf("open standard at 36 km: %d ms", s.OpenMs)
	}
	if want := float64(a.FactorPerM) + 0.534516*float64(b.FactorPerM-a.FactorPerM); float64(s.FactorPerM) < want-2 || float64(s.FactorPerM) > want+2 {
		t.Errorf("factor at 36 km: %d, want %.0f between %d and %d", s.FactorPerM, want, a.FactorPerM, b.FactorPerM)
	}
}

// The table rises to a peak and falls after it; so must every standard.
func TestOf_OlderThanThePeakIsNeverAFasterStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sex := rapid.SampledFrom([]race.Sex{race.Male, race.Female}).Draw(t, "sex")
		m := rapid.Float64Range(5000, 50000).Draw(t, "m")
		age := rapid.IntRange(36, Oldest-1).Draw(t, "age")
		young := rapid.IntRange(Youngest, 18).Draw(t, "young")
		at := func(age int) time.Duration {
			s, ok := Of(sex, age, m)
			if !ok {
				t.Fatalf("%s %d at %g m is in no table", sex, age, m)
			}
			return s.Time()
		}
		if at(age) > at(age+1) {
			t.Fatalf("%s %g m: %s at %d, %s at %d", sex, m, at(age), age, at(age+1), age+1)
		}
		if at(young) < at(young+1) {
			t.Fatalf("%s %g m: %s at %d, %s at %d", sex, m, at(young), young, at(young+1), young+1)
		}
	})
}

func TestGrade_FartherOrFasterIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sex := rapid.SampledFrom([]race.Sex{race.Male, race.Female}).Draw(t, "sex")
		age := rapid.IntRange(20, 80).Draw(t, "age")
		m := rapid.Float64Range(5000, 49000).Draw(t, "m")
		d := time.Duration(rapid.Int64Range(int64(12*time.Minute), int64(9*time.Hour)).Draw(t, "d"))
		grade := func(m float64, d time.Duration) float64 {
			s, ok := Grade(sex, age, m, d)
			v, err := strconv.ParseFloat(s, 64)
			if !ok || err != nil {
				t.Fatalf("%g m in %s: %q", m, d, s)
			}
			return v
		}
		now := grade(m, d)
		if slower := grade(m, d+time.Second); slower > now {
			t.Fatalf("slower is better: %g > %g", slower, now)
		}
		if far := grade(m+100, d); far < now {
			t.Fatalf("farther is worse: %g < %g", far, now)
		}
	})
}

func TestTable_IsWhole(t *testing.T) {
	t.Parallel()
	tb := tables()
	for sex, h := range tb.of {
		for i, d := range tb.distance {
			if d < 5000 || d > 50000 || i > 0 && d <= tb.distance[i-1] || h.open[i] == 0 || i > 0 && h.open[i] <= h.open[i-1] {
				t.Errorf("%s: column %d, %g m, open %d", sex, i, d, h.open[i])
			}
			peak := int64(0)
			for age := range h.factor {
				f := h.factor[age][i]
				peak = max(peak, f)
				if f <= 0 || f > 10_000 {
					t.Errorf("%s %d at %g m: factor %d", sex, age+Youngest, d, f)
				}
			}
			if peak != 10_000 {
				t.Errorf("%s at %g m: the peak is %d", sex, d, peak)
			}
		}
	}
}

func BenchmarkGrade(b *testing.B) {
	for _, m := range []float64{42195, 36000} {
		b.Run(strconv.Itoa(int(m)), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				Grade(race.Female, 20+i%60, m, hms(4, 0, 0))
			}
		})
	}
}
