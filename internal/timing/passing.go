package timing

import (
	"time"

	"stadion/internal/race"
)

// Source ranks what saw a runner: within one passing only the best source
// present gives the instant (cases 21, 22, 51).
type Source uint8

// The sources, best first.
const (
	Main   Source = iota // a box of the point
	Backup               // its backup: counts where the main box saw nothing
	Manual               // pressed or typed by a person: counts where no chip was seen
)

// Sighting is a read as one runner's evidence: whose it is and the true instant
// are settled, the point is an index into the edition's points.
type Sighting struct {
	At     race.Instant // corrected
	Ref    int32        // the caller's; carried through
	Point  int32
	RSSI   int8
	Source Source
}

// Passing is one meeting of a runner with a point: sightings with less than the
// cluster's silence between them. First, Last and Strongest are indices of
// sightings of the best source present.
type Passing struct {
	Point                  int32
	First, Last, Strongest int32
	Source                 Source
	Begin, End             race.Instant // of all its sightings, whatever the source
}

// Pick is the index of the sighting that gives the passing's instant.
func (p *Passing) Pick(policy race.Policy) int32 {
	switch policy {
	case race.Last:
		return p.Last
	case race.Strongest:
		return p.Strongest
	}
	return p.First
}

// missedByMain is how much earlier than the main box the backup must have seen
// a runner for its first read to stand: the main box then missed the crossing
// and heard only somebody who lingers (case 21).
const missedByMain = 2 * time.Second

// Cluster gathers one runner's sightings, sorted by instant, into passings in
// the order they began (rule P2). of[i] receives the index of the passing that
// sighting i belongs to; it must be as long as sightings. Passings are appended
// to out, which is returned.
//
// A silence longer than gap at a point ends a passing; a runner who stands on
// the mat for minutes has one (case 19).
func Cluster(sightings []Sighting, gap time.Duration, of []int32, out []Passing) []Passing {
	base := len(out)
	for i := range sightings {
		s := &sightings[i]
		n := openPassing(out[base:], s, gap)
		if n < 0 {
			of[i] = int32(len(out) - base)
			out = append(out, Passing{Point: s.Point, First: int32(i), Last: int32(i),
				Strongest: int32(i), Source: s.Source, Begin: s.At, End: s.At})
			continue
		}
		of[i] = int32(n)
		p := &out[base+n]
		p.End = s.At
		switch {
		case s.Source < p.Source: // a better source: it alone counts from here
			missed := p.Source == Backup && s.At.Sub(sightings[p.First].At) > missedByMain
			p.Last, p.Strongest, p.Source = int32(i), int32(i), s.Source
			if !missed {
				p.First = int32(i)
			}
		case s.Source == p.Source:
			p.Last = int32(i)
			if s.RSSI > sightings[p.Strongest].RSSI {
				p.Strongest = int32(i)
			}
		}
	}
	return out
}

// openPassing is the passing the sighting belongs to, -1 if it begins one. The
// last passing at the point decides; few passings are ever open, so looking
// back is short.
func openPassing(passings []Passing, s *Sighting, gap time.Duration) int {
	for n := len(passings) - 1; n >= 0; n-- {
		p := &passings[n]
		if p.Point == s.Point {
			if s.At.Sub(p.End) <= gap {
				return n
			}
			return -1
		}
	}
	return -1
}
