// Package agegrade says how good a time is for somebody's sex and age: the road
// standards of 2025 by Alan Jones (road-2025.txt, CC0 1.0), as docs/rules/age-grade.md
// uses them. It is pure, and safe for concurrent use.
package agegrade

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"stadion/internal/race"
)

// Source names the figures as they are cited on lists.
const Source = "Alan Jones, road age grading 2025 (CC0 1.0)"

// The ages the table has.
const (
	Youngest = 5
	Oldest   = 100
)

// near is how far a distance may be from one of the table and still be that
// one: a half marathon is entered as 21097, 21097.5 or 21098 m (rule G4).
const near = 0.5

// Standard is what the table says for a sex, an age and a distance. Figures are
// whole numbers, so that every machine computes the same grade.
type Standard struct {
	OpenMs     int64 // the best anybody of the sex is expected to run
	FactorPerM int64 // the age's factor in millionths, 1,000,000 at the peak
}

// Time is the standard of the age: the open standard divided by the factor, to
// the millisecond above.
func (s Standard) Time() time.Duration {
	ms := (s.OpenMs*million + s.FactorPerM - 1) / s.FactorPerM
	return time.Duration(ms) * time.Millisecond
}

const million = 1_000_000

// Grade is the age grade of a time in percent with two decimals, rounded down:
// the standard of the age divided by the time (rule G2). Whether the time is gun
// or net is the caller's to say. ok is false without a time, for a sex or an age
// the table does not have, and for distances outside 5 km to 50 km.
func Grade(sex race.Sex, age int, distanceM float64, elapsed time.Duration) (percent string, ok bool) {
	s, ok := Of(sex, age, distanceM)
	if !ok || elapsed <= 0 {
		return "", false
	}
	ms := int64((elapsed + time.Millisecond - 1) / time.Millisecond)
	hundredths := s.OpenMs * million * 10_000 / s.FactorPerM / ms // floor of a floor is the floor
	b := strconv.AppendInt(make([]byte, 0, 8), hundredths/100, 10)
	b = append(b, '.', byte('0'+hundredths/10%10), byte('0'+hundredths%10))
	return string(b), true
}

// Of is the standard of a sex, an age on race day and a distance. Between two
// distances of the table the open standard lies on the line through both where
// time and distance are drawn on logarithmic scales, and the factor on the line
// through both over the logarithm of the distance (rule G4).
func Of(sex race.Sex, age int, distanceM float64) (s Standard, ok bool) {
	if age < Youngest || age > Oldest {
		return s, false
	}
	t := tables()
	half, ok := t.of[sex]
	if !ok {
		return s, false
	}
	factors := &half.factor[age-Youngest]
	for i, d := range t.distance {
		switch {
		case math.Abs(distanceM-d) <= near:
			return Standard{half.open[i] * 1000, factors[i] * 100}, true
		case distanceM < d && i == 0:
			return s, false
		case distanceM < d:
			share := math.Log(distanceM/t.distance[i-1]) / math.Log(d/t.distance[i-1])
			open := float64(half.open[i-1]) * math.Pow(float64(half.open[i])/float64(half.open[i-1]), share)
			factor := float64(factors[i-1]) + share*float64(factors[i]-factors[i-1])
			return Standard{int64(math.Round(open * 1000)), int64(math.Round(factor * 100))}, true
		}
	}
	return s, false
}

//go:embed road-2025.txt
var road string

// columns is how many distances the table has.
const columns = 16

type table struct {
	distance [columns]float64
	of       map[race.Sex]*half
}

// half is the table of one sex: open standards in seconds, factors in
// ten-thousandths.
type half struct {
	open   [columns]int64
	factor [Oldest - Youngest + 1][columns]int64
}

var tables = sync.OnceValue(func() *table {
	t := &table{of: map[race.Sex]*half{race.Male: {}, race.Female: {}}}
	for line := range strings.Lines(road) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if f[0] == "distance_m" {
			for i, v := range f[1:] {
				t.distance[i] = number(v)
			}
			continue
		}
		h := t.of[race.Sex(f[0])]
		for i, v := range f[2:] {
			if f[1] == "open" {
				h.open[i] = int64(number(v))
			} else {
				h.factor[int(number(f[1]))-Youngest][i] = int64(math.Round(number(v) * 10_000))
			}
		}
	}
	return t
})

// number reads a figure of the embedded table, which a test reads whole.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("agegrade: " + err.Error())
	}
	return v
}
