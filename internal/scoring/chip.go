package scoring

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/timing"
)

// chip is a chip code with all reads of it, in canonical order and each once,
// and with who says to carry it.
type chip struct {
	key    string
	seen   []seen
	claims []claim
}

// seen is a read as scoring keeps it. What the verdict says stands beside it.
type seen struct {
	at     race.Instant // corrected
	ref    int32        // index into Engine.reads
	point  int32        // index into the edition's points, -1 = unknown
	rssi   int8
	source timing.Source
	use    use
	reason reason
	split  int16
}

func (e *Engine) chipOf(r *logbook.Read) int32 {
	if r.Chip == "" {
		return e.chip(bibChip(e.edition.Bib.Key(r.Bib)))
	}
	return e.chip(race.ChipKey(r.Chip))
}

// AddReads adds evidence. Reads that are known already change nothing (case 17).
func (e *Engine) AddReads(reads []logbook.Read) {
	if len(reads) > 4096 {
		e.addMany(reads)
		return
	}
	for i := range reads {
		id := e.chipOf(&reads[i])
		e.reads = append(e.reads, reads[i])
		s := e.see(int32(len(e.reads) - 1))
		c := &e.chips[id]
		at, known := slices.BinarySearchFunc(c.seen, s, e.compare)
		switch {
		case !known:
			c.seen = slices.Insert(c.seen, at, s)
		case e.compareSpelling(s, c.seen[at]) < 0:
			c.seen[at].ref = s.ref
		default:
			e.reads = e.reads[:len(e.reads)-1]
			continue
		}
		e.touchReaders(c)
	}
}

// chipsOf finds the chip of every read. Those that are known, nearly all, are
// found on all processors; the others are made one after the other.
func (e *Engine) chipsOf(reads []logbook.Read) []int32 {
	const unknown = -1
	ids := make([]int32, len(reads))
	inParallel(len(reads), func(from, to int) {
		for i := from; i < to; i++ {
			r := &reads[i]
			id, ok := e.chipID[race.ChipKey(r.Chip)]
			if !ok || r.Chip == "" {
				id = unknown
			}
			ids[i] = id
		}
	})
	for i := range ids {
		if ids[i] == unknown {
			ids[i] = e.chipOf(&reads[i])
		}
	}
	return ids
}

// addMany shares one block of memory among the chips instead of growing each.
func (e *Engine) addMany(reads []logbook.Read) {
	base := len(e.reads)
	if base == 0 {
		e.reads = reads[:len(reads):len(reads)]
	} else {
		e.reads = append(e.reads, reads...)
	}
	ids := e.chipsOf(reads)
	count := make([]int32, len(e.chips))
	for _, id := range ids {
		count[id]++
	}
	total := len(reads)
	for id, n := range count {
		if n > 0 {
			total += len(e.chips[id].seen)
		}
	}
	block := make([]seen, total)
	for id, n := range count {
		if n > 0 {
			c := &e.chips[id]
			k := copy(block, c.seen)
			c.seen, block = block[:k:k+int(n)], block[k+int(n):]
		}
	}
	for i, id := range ids {
		c := &e.chips[id]
		c.seen = append(c.seen, seen{ref: int32(base + i)})
	}
	e.eachChip(func(id int, c *chip) {
		if n := int(count[id]); n > 0 {
			for i := len(c.seen) - n; i < len(c.seen); i++ {
				c.seen[i] = e.see(c.seen[i].ref)
			}
			e.order(c)
		}
	})
	if len(reads) > len(e.runners)/4 {
		e.touchAll()
		return
	}
	for id, n := range count {
		if n > 0 {
			e.touchReaders(&e.chips[id])
		}
	}
}

// order brings a chip's reads into canonical order, each once.
func (e *Engine) order(c *chip) {
	slices.SortFunc(c.seen, func(a, b seen) int { return cmp.Or(e.compare(a, b), e.compareSpelling(a, b)) })
	c.seen = slices.CompactFunc(c.seen, func(a, b seen) bool { return e.compare(a, b) == 0 })
}

// eachChip runs f on every chip, on all processors.
func (e *Engine) eachChip(f func(id int, c *chip)) {
	inParallel(len(e.chips), func(from, to int) {
		for id := from; id < to; id++ {
			f(id, &e.chips[id])
		}
	})
}

// inParallel shares the numbers below n among the processors.
func inParallel(n int, part func(from, to int)) {
	p := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range p {
		wg.Go(func() { part(w*n/p, (w+1)*n/p) })
	}
	wg.Wait()
}

func (e *Engine) see(ref int32) seen {
	r := &e.reads[ref]
	s := seen{at: e.clocks.Correct(r), ref: ref, point: -1, rssi: r.RSSI, source: e.source[r.Box]}
	if p, ok := e.points[r.Point]; ok {
		s.point = p
	}
	if s.rssi == 0 {
		s.rssi = -128 // unknown is never the strongest
	}
	if r.Manual {
		s.source = timing.Manual
	}
	return s
}

// compare orders the reads of one chip by what they state. Zero means the same
// statement twice.
func (e *Engine) compare(a, b seen) int {
	if a.at != b.at {
		return cmp.Compare(a.at, b.at)
	}
	x, y := &e.reads[a.ref], &e.reads[b.ref]
	return cmp.Or(strings.Compare(x.Point, y.Point), cmp.Compare(x.At, y.At),
		strings.Compare(x.Box, y.Box), cmp.Compare(x.Epoch, y.Epoch), cmp.Compare(x.Seq, y.Seq),
		cmp.Compare(x.Antenna, y.Antenna), cmp.Compare(x.RSSI, y.RSSI), compareBool(x.Manual, y.Manual))
}

// compareSpelling settles which of two equal statements is kept: sources may
// write the same code in different letters.
func (e *Engine) compareSpelling(a, b seen) int {
	x, y := &e.reads[a.ref], &e.reads[b.ref]
	return cmp.Or(strings.Compare(x.Chip, y.Chip), strings.Compare(x.Bib, y.Bib))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// correctCompared applies the comparisons that came since the last look to the
// reads of their boxes, and touches only whom they concern.
func (e *Engine) correctCompared() {
	if len(e.compared) == 0 {
		return
	}
	e.clocks = timing.NewClocks(e.comps, e.edition.Points)
	changed := make([]bool, len(e.chips))
	e.eachChip(func(id int, c *chip) {
		for i := range c.seen {
			s := &c.seen[i]
			r := &e.reads[s.ref]
			if !e.compared[r.Box] {
				continue
			}
			if at := e.clocks.Correct(r); at != s.at {
				s.at, changed[id] = at, true
			}
		}
		if changed[id] {
			e.order(c)
		}
	})
	clear(e.compared)
	for id := range changed {
		if changed[id] {
			e.touchClaims(&e.chips[id])
		}
	}
}

// correctAll applies the clocks and points as they are now to every read.
func (e *Engine) correctAll() {
	e.clocks = timing.NewClocks(e.comps, e.edition.Points)
	clear(e.compared)
	e.eachChip(func(_ int, c *chip) {
		for i := range c.seen {
			c.seen[i] = e.see(c.seen[i].ref)
		}
		e.order(c)
	})
}
