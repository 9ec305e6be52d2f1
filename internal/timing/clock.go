// Package timing turns what antennas saw into what happened: reads with the
// clocks of their boxes corrected, gathered into passings. It is pure: no
// clock, no network, no database. Rules: docs/rules/clocks.md, passings.md.
package timing

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Clocks corrects the clocks of boxes. Between two comparisons of a box the
// correction is interpolated; before the first and after the last it is held
// (rule K2). A box nobody compared keeps its own time. Offsets of single boxes
// (a backup mat three metres behind) are added afterwards.
//
// A Clocks value is immutable and safe for concurrent use.
type Clocks struct {
	knots  map[boxEpoch][]knot
	offset map[string]time.Duration
}

type boxEpoch struct {
	box   string
	epoch uint32
}

type knot struct {
	at  race.Instant  // on the box's clock
	add time.Duration // to be added there
}

// NewClocks makes the correction of a set of comparisons, in any order, and of
// the edition's box offsets. Comparisons with epoch 0 hold for every epoch of
// the box that has none of its own.
func NewClocks(comparisons []logbook.Clock, points []race.Point) *Clocks {
	c := &Clocks{knots: map[boxEpoch][]knot{}, offset: map[string]time.Duration{}}
	for _, k := range comparisons {
		key := boxEpoch{k.Box, k.Epoch}
		c.knots[key] = append(c.knots[key], knot{k.BoxAt, k.Correction()})
	}
	for key, ks := range c.knots {
		slices.SortFunc(ks, func(a, b knot) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.add, b.add))
		})
		c.knots[key] = slices.Compact(ks)
	}
	for _, p := range points {
		for _, b := range p.Boxes {
			if b.Offset != 0 {
				c.offset[b.ID] = b.Offset.D()
			}
		}
	}
	return c
}

// Correct is the true instant of a read.
func (c *Clocks) Correct(r *logbook.Read) race.Instant {
	if r.Box == "" || len(c.knots) == 0 && len(c.offset) == 0 {
		return r.At
	}
	return r.At.Add(c.correction(r.Box, r.Epoch, r.At) + c.offset[r.Box])
}

// Known reports whether the box's clock was compared in that epoch.
func (c *Clocks) Known(box string, epoch uint32) bool {
	return len(c.of(box, epoch)) > 0
}

func (c *Clocks) of(box string, epoch uint32) []knot {
	if ks := c.knots[boxEpoch{box, epoch}]; len(ks) > 0 {
		return ks
	}
	return c.knots[boxEpoch{box, 0}]
}

func (c *Clocks) correction(box string, epoch uint32, at race.Instant) time.Duration {
	ks := c.of(box, epoch)
	if len(ks) == 0 {
		return 0
	}
	i, _ := slices.BinarySearchFunc(ks, at, func(k knot, at race.Instant) int {
		if k.at < at {
			return -1
		}
		return 1
	})
	switch {
	case i == 0:
		return ks[0].add
	case i == len(ks):
		return ks[i-1].add
	}
	return interpolate(ks[i-1], ks[i], at)
}

// interpolate uses 128-bit integers: the same bytes on every processor, which
// floating point does not promise.
func interpolate(a, b knot, at race.Instant) time.Duration {
	span, into, diff := uint64(b.at-a.at), uint64(at-a.at), int64(b.add-a.add)
	if span == 0 {
		return a.add
	}
	size := uint64(diff)
	if diff < 0 {
		size = uint64(-diff)
	}
	hi, lo := bits.Mul64(size, into)
	q, _ := bits.Div64(hi%span, lo, span) // into < span, so the quotient fits
	if diff < 0 {
		return a.add - time.Duration(q)
	}
	return a.add + time.Duration(q)
}
