package sim

import (
	"math"
	"math/rand/v2"

	"stadion/internal/race"
)

const marathonM = 42195

// pace is how one runner covers the distance. Seconds and metres.
type pace struct {
	distance float64
	total    float64 // without wall and stops
	fade     float64 // share by which the second half is slower
	wallAt   float64 // share of the distance, 1 = no wall
	wall     float64 // how much slower from there
	wave     float64 // amplitude of ups and downs
	phase    float64
	stops    [2]stop
}

type stop struct{ atM, s float64 }

// at is the time from the start line to a distance. It grows with the distance.
func (p *pace) at(m float64) float64 {
	x := m / p.distance
	t := p.total * ((1-p.fade)*x + p.fade*x*x)
	if x > p.wallAt {
		t += p.total * p.wall * (x - p.wallAt)
	}
	t += p.total * p.wave * x * (1 - x) * math.Sin(9*x+p.phase)
	for _, s := range p.stops {
		if m > s.atM {
			t += s.s
		}
	}
	return t
}

// speed is the speed in m/s at a distance.
func (p *pace) speed(m float64) float64 {
	const step = 20
	m = max(m-step/2, 0)
	return step / max(p.at(m+step)-p.at(m), 1)
}

// paceOf draws a runner's race from what sex, age and class can do. Winners of
// the elite come in at about 2:11 and 2:26, the middle of the open marathon
// after three hours and three quarters.
func paceOf(r *rand.Rand, s *race.Starter, distance float64) *pace {
	p := &pace{distance: distance, wallAt: 1, phase: r.Float64() * 6}
	elite := s.Class == race.Elite
	equal := marathonTime(r, s) // of the same effort over a marathon
	p.total = equal * math.Pow(distance/marathonM, 1.07)
	if elite {
		p.fade, p.wave = 0.03*r.Float64()-0.005, 0.004
		return p
	}
	p.total *= leisure(distance)
	p.fade, p.wave = 0.02+0.14*r.Float64(), 0.02
	if distance > 30000 && r.Float64() < 0.18 {
		p.wallAt, p.wall = 0.62+0.2*r.Float64(), 0.15+0.35*r.Float64()
	}
	if r.Float64() < 0.05*marathonM/(distance+20000) { // walks most of it
		p.total, p.fade = distance/(1.5+0.35*r.Float64()), 0.02
	}
	for i := range p.stops {
		if r.Float64() < 0.12 {
			p.stops[i] = stop{r.Float64() * distance, 15 + 150*r.Float64()}
		}
	}
	return p
}

func marathonTime(r *rand.Rand, s *race.Starter) float64 {
	woman := s.Person.Sex == race.Female
	if s.Class == race.Elite {
		u := math.Pow(r.Float64(), 1.3)
		if woman {
			return 8750 + 1700*u
		}
		return 7860 + 1300*u
	}
	mid, best := 12900.0, 8900.0
	if woman {
		mid, best = 14250, 9900
	}
	t := mid * math.Exp(0.145*r.NormFloat64())
	t *= 1 + 0.006*max(0, float64(s.Person.Age-35))
	if s.Person.Country.Code == nations[0].code {
		t *= 0.96 // residents come through club trials
	}
	return max(t, best+300*r.Float64())
}

// leisure: the shorter the race, the more of its field is out for the day.
func leisure(distance float64) float64 {
	switch {
	case distance < 7000:
		return 1.22
	case distance < 15000:
		return 1.14
	case distance < 30000:
		return 1.04
	}
	return 1
}
