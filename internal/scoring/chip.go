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

// claim says that a runner carries a chip: by the start list, or by a ruling
// from an instant on, which outweighs the start list.
type claim struct {
	runner int32
	order  int32 // of the ruling
	from   race.Instant
	ruling bool
}

// Who a read belongs to when it belongs to no runner.
const (
	nobody  int32 = -1 // no claim: an orphan (case 16)
	several int32 = -2 // claimed by more than one: a conflict (case 12)
)

// owner is the runner who carried the chip at an instant. The latest ruling
// from before it decides; without one, the start list does if it is certain.
func (c *chip) owner(at race.Instant) int32 {
	best, listed := -1, nobody
	for i := range c.claims {
		cl := &c.claims[i]
		switch {
		case !cl.ruling && (listed == nobody || listed == cl.runner):
			listed = cl.runner
		case !cl.ruling:
			listed = several
		case cl.from <= at && (best < 0 || cmp.Or(cmp.Compare(cl.from, c.claims[best].from),
			cmp.Compare(cl.order, c.claims[best].order)) > 0):
			best = i
		}
	}
	if best >= 0 {
		return c.claims[best].runner
	}
	return listed
}

// unclaim takes back what rulings said about a chip.
func (e *Engine) unclaim(id int32) {
	c := &e.chips[id]
	e.touchClaims(c)
	all := slices.Clone(c.claims)
	c.claims = slices.DeleteFunc(c.claims, func(cl claim) bool { return cl.ruling })
	for _, cl := range all {
		if !slices.ContainsFunc(c.claims, func(o claim) bool { return o.runner == cl.runner }) {
			r := &e.runners[cl.runner]
			r.chips = slices.DeleteFunc(r.chips, func(o int32) bool { return o == id })
		}
	}
}

// certain reports whether every read of the chip is the one runner's.
func (c *chip) certain() bool { return len(c.claims) == 1 && !c.claims[0].ruling }

// bibChip is the key under which reads that name a bib are kept.
func bibChip(bibKey string) string { return "bib:" + bibKey }

func (e *Engine) chip(key string) int32 {
	id, ok := e.chipID[key]
	if !ok {
		id = int32(len(e.chips))
		e.chips = append(e.chips, chip{key: key})
		e.chipID[key] = id
		if bib, isBib := strings.CutPrefix(key, "bib:"); isBib {
			if r, ok := e.bibs[bib]; ok {
				e.claim(id, claim{runner: r})
			}
		}
	}
	return id
}

func (e *Engine) claim(id int32, cl claim) {
	c := &e.chips[id]
	c.claims = append(c.claims, cl)
	for _, o := range c.claims {
		r := &e.runners[o.runner]
		if !slices.Contains(r.chips, id) {
			r.chips = append(r.chips, id)
		}
		e.touch(o.runner)
	}
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
		if known {
			e.reads = e.reads[:len(e.reads)-1]
			continue
		}
		c.seen = slices.Insert(c.seen, at, s)
		e.touchClaims(c)
	}
}

// addMany shares one block of memory among the chips instead of growing each.
func (e *Engine) addMany(reads []logbook.Read) {
	base := len(e.reads)
	if base == 0 {
		e.reads = reads[:len(reads):len(reads)]
	} else {
		e.reads = append(e.reads, reads...)
	}
	ids := make([]int32, len(reads))
	for i := range reads {
		ids[i] = e.chipOf(&reads[i])
	}
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
		c.seen = append(c.seen, e.see(int32(base+i)))
	}
	e.eachChip(func(id int, c *chip) {
		if count[id] > 0 {
			e.order(c)
		}
	})
	if len(reads) > len(e.runners)/4 {
		e.touchAll()
		return
	}
	for id, n := range count {
		if n > 0 {
			e.touchClaims(&e.chips[id])
		}
	}
}

// order brings a chip's reads into canonical order, each once.
func (e *Engine) order(c *chip) {
	slices.SortFunc(c.seen, e.compare)
	c.seen = slices.CompactFunc(c.seen, func(a, b seen) bool { return e.compare(a, b) == 0 })
}

// eachChip runs f on every chip, on all processors.
func (e *Engine) eachChip(f func(id int, c *chip)) {
	n := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range n {
		wg.Go(func() {
			for id := w * len(e.chips) / n; id < (w+1)*len(e.chips)/n; id++ {
				f(id, &e.chips[id])
			}
		})
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

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// correctAll applies the clocks and points as they are now to every read.
func (e *Engine) correctAll() {
	e.clocks = timing.NewClocks(e.comps, e.edition.Points)
	e.eachChip(func(_ int, c *chip) {
		for i := range c.seen {
			c.seen[i] = e.see(c.seen[i].ref)
		}
		e.order(c)
	})
}
