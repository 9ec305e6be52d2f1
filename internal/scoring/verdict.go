package scoring

import (
	"iter"
	"slices"
	"strings"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// use and reason are Use and Reason as the engine keeps them: one byte each.
// Zero is "not decided yet".
type (
	use    uint8
	reason uint8
)

const (
	useStart use = iota + 1
	useSplit
	useCluster
	useNone
)

var useWord = [...]Use{useStart: UseStart, useSplit: UseSplit, useCluster: UseCluster, useNone: UseNone}

const (
	reasonFirst reason = iota + 1
	reasonLast
	reasonStrongest
	reasonSamePassing
	reasonBackup
	reasonUnknownPoint
	reasonWrongPoint
	reasonBeforeStart
	reasonEarlierStart
	reasonNotAStart
	reasonImpossible
	reasonTooFast
	reasonAfterFinish
	reasonNoGun
	reasonVoided
	reasonOverridden
	reasonUnsynchronised
	reasonAfterCutoff
)

var reasonWord = [...]Reason{reasonFirst: ReasonFirst, reasonLast: ReasonLast, reasonStrongest: ReasonStrongest,
	reasonSamePassing: ReasonSamePassing, reasonBackup: ReasonBackup, reasonUnknownPoint: ReasonUnknownPoint,
	reasonWrongPoint: ReasonWrongPoint, reasonBeforeStart: ReasonBeforeStart, reasonEarlierStart: ReasonEarlierStart,
	reasonNotAStart: ReasonNotAStart, reasonImpossible: ReasonImpossible, reasonTooFast: ReasonTooFast,
	reasonAfterFinish: ReasonAfterFinish, reasonNoGun: ReasonNoGun, reasonVoided: ReasonVoided,
	reasonOverridden: ReasonOverridden, reasonUnsynchronised: ReasonUnsynchronised,
	reasonAfterCutoff: ReasonAfterCutoff}

// Verdicts gives every distinct read with what became of it and why: chips in
// alphabetical order, the reads of a chip in canonical order.
func (e *Engine) Verdicts() iter.Seq[Verdict] {
	e.settle()
	ids := make([]int32, len(e.chips))
	for i := range ids {
		ids[i] = int32(i)
	}
	return e.verdicts(ids, func(int32, int32) bool { return true })
}

// VerdictsOf gives the reads of one runner's chips and bib in the same form,
// those given to others or to nobody included, and the typed times that rulings
// gave to the runner. Unknown bibs have none.
func (e *Engine) VerdictsOf(bib string) iter.Seq[Verdict] {
	e.settle()
	i, ok := e.bibs[e.edition.Bib.Key(bib)]
	if !ok {
		return func(func(Verdict) bool) {}
	}
	chips := e.runners[i].chips
	ids := slices.Clone(chips)
	for _, id := range e.typed {
		if len(e.gifts) > 0 && !slices.Contains(chips, id) {
			ids = append(ids, id)
		}
	}
	return e.verdicts(ids, func(id, owner int32) bool { return owner == i || slices.Contains(chips, id) })
}

func (e *Engine) verdicts(ids []int32, want func(id, owner int32) bool) iter.Seq[Verdict] {
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(e.chips[a].key, e.chips[b].key) })
	return func(yield func(Verdict) bool) {
		for _, id := range ids {
			c := &e.chips[id]
			for n := range c.seen {
				s := &c.seen[n]
				owner := e.owner(c, s)
				if want(id, owner) && !yield(e.verdict(c, s, owner)) {
					return
				}
			}
		}
	}
}

func (e *Engine) verdict(c *chip, s *seen, owner int32) Verdict {
	v := Verdict{Read: e.reads[s.ref], At: s.at, Split: -1}
	switch {
	case owner == several:
		v.Use, v.Reason = UseNone, ReasonChipTwice
	case owner == replaced:
		v.Use, v.Reason = UseNone, ReasonReplaced
	case owner == nobody && c.key == withoutBib:
		v.Use, v.Reason = UseOrphan, ReasonNoBib
	case owner == nobody && c.typed():
		v.Use, v.Reason = UseOrphan, ReasonUnknownBib
	case owner == nobody:
		v.Use, v.Reason = UseOrphan, ReasonUnknownChip
	case e.runners[owner].board < 0: // the runner's race is not part of the edition
		v.Bib, v.Use, v.Reason = e.starters[owner].Bib, UseNone, ReasonWrongPoint
	default:
		v.Bib, v.Use, v.Reason = e.starters[owner].Bib, useWord[s.use], reasonWord[s.reason]
		v.Split = int(s.split)
	}
	return v
}

// Orphan is a chip that was read and that nobody carries.
type Orphan struct {
	Chip        string // code; "bib:…" for a typed time of an unknown bib, "bib:?" for times without one
	Reads       int
	First, Last race.Instant
	Points      []string
}

// withoutBib is the key of times that were pressed for somebody whose bib was
// not seen (case 52): each stays a time slot until a ruling gives it away.
const withoutBib = "bib:?"

// Orphans lists the chips nobody carries, in alphabetical order (case 16).
func (e *Engine) Orphans() []Orphan {
	e.settle()
	var out []Orphan
	for i := range e.chips {
		c := &e.chips[i]
		if len(c.claims) > 0 {
			continue
		}
		o := Orphan{Chip: c.key}
		for n := range c.seen {
			if s := &c.seen[n]; e.owner(c, s) == nobody {
				o.take(s.at, e.reads[s.ref].Point)
			}
		}
		if o.Reads > 0 {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Orphan) int { return strings.Compare(a.Chip, b.Chip) })
	return out
}

func (o *Orphan) take(at race.Instant, point string) {
	if o.Reads++; o.Reads == 1 {
		o.First = at
	}
	o.Last = at
	if !slices.Contains(o.Points, point) {
		o.Points = append(o.Points, point)
	}
}

// Reads is how many distinct reads the engine holds.
func (e *Engine) Reads() int {
	n := 0
	for i := range e.chips {
		n += len(e.chips[i].seen)
	}
	return n
}

// Standing are the rulings that stand, in the order they take effect.
func (e *Engine) Standing() []logbook.Ruling { return e.stand }
