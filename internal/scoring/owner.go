package scoring

import (
	"cmp"
	"slices"
	"strings"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// claim says that a runner carries a chip, from an instant on.
type claim struct {
	runner int32
	order  int32 // of the ruling
	from   race.Instant
	by     authority
}

// authority is who says so. A higher one outweighs a lower.
type authority uint8

const (
	byCode   authority = iota // the edition's rule for codes of that kind (rule N6)
	byList                    // the start list
	byRuling                  // the latest ruling from before the read
)

// replacement says that a runner was given a chip on the way: from then on the
// runner's other chips are nobody's (case 14).
type replacement struct {
	chip  string
	order int32
	from  race.Instant
}

// gift says that a typed time is a runner's, whatever bib was typed (rule P8).
type gift struct {
	runner int32
	point  int32
	at     race.Instant
}

// Who a read belongs to when it belongs to no runner.
const (
	nobody   int32 = -1 // no claim: an orphan (case 16)
	several  int32 = -2 // claimed by more than one: a conflict (case 12)
	replaced int32 = -3 // its runner had another chip by then (case 14)
)

// owner is the runner a read belongs to.
func (e *Engine) owner(c *chip, s *seen) int32 {
	typed := c.typed()
	if typed {
		for i := len(e.gifts) - 1; i >= 0; i-- { // the latest ruling decides
			if g := &e.gifts[i]; g.point == s.point && g.at == s.at {
				return g.runner
			}
		}
	}
	who, best := nobody, claim{}
	for i := range c.claims {
		cl := &c.claims[i]
		switch {
		case cl.from > s.at:
		case who == nobody || cl.outweighs(best):
			who, best = cl.runner, *cl
		case cl.by == best.by && cl.by != byRuling && cl.runner != best.runner:
			who = several
		}
	}
	if who >= 0 && !typed && e.runners[who].replaced(c, best, s.at) {
		return replaced
	}
	return who
}

func (cl *claim) outweighs(o claim) bool {
	return cmp.Or(cmp.Compare(cl.by, o.by), cmp.Compare(cl.from, o.from), cmp.Compare(cl.order, o.order)) > 0
}

func (r *runner) replaced(c *chip, by claim, at race.Instant) bool {
	return slices.ContainsFunc(r.replacements, func(x replacement) bool {
		return x.chip != c.key && x.from <= at &&
			(by.by < byRuling || cmp.Or(cmp.Compare(x.from, by.from), cmp.Compare(x.order, by.order)) > 0)
	})
}

// certain reports whether every read of one of the runner's chips is the
// runner's, so that nobody needs to ask read by read.
func (e *Engine) certain(r *runner, c *chip) bool {
	return len(c.claims) == 1 && c.claims[0].by < byRuling && len(r.replacements) == 0 && (len(e.gifts) == 0 || !c.typed())
}

// bibChip is the key under which reads that name a bib are kept.
func bibChip(bibKey string) string { return "bib:" + bibKey }

// typed reports whether a person wrote the reads and named a bib.
func (c *chip) typed() bool { return strings.HasPrefix(c.key, "bib:") }

func (e *Engine) chip(key string) int32 {
	id, ok := e.chipID[key]
	if !ok {
		id = int32(len(e.chips))
		e.chips = append(e.chips, chip{key: key})
		e.chipID[key] = id
		if e.chips[id].typed() {
			e.typed = append(e.typed, id)
		}
		e.claimByCode(id)
	}
	return id
}

// claimByCode gives a chip to whom its code names: a bib that was typed, or
// what the edition's rules for codes say.
func (e *Engine) claimByCode(id int32) {
	key := e.chips[id].key
	if bib, ok := strings.CutPrefix(key, "bib:"); ok {
		if r, ok := e.bibs[bib]; ok {
			e.claim(id, claim{runner: r, by: byList})
		}
	} else if bib, ok := e.edition.BibOf(key); ok {
		if r, ok := e.bibs[e.edition.Bib.Key(bib)]; ok {
			e.claim(id, claim{runner: r, by: byCode})
		}
	}
}

func (e *Engine) claim(id int32, cl claim) {
	c := &e.chips[id]
	if c.claims == nil && len(e.claims) > 0 {
		c.claims, e.claims = e.claims[:0:1], e.claims[1:]
	}
	c.claims = append(c.claims, cl)
	for _, o := range c.claims {
		r := &e.runners[o.runner]
		if !slices.Contains(r.chips, id) {
			r.chips = append(r.chips, id)
		}
		e.touch(o.runner)
	}
}

// unclaim takes back what rulings said about a chip.
func (e *Engine) unclaim(id int32) {
	c := &e.chips[id]
	e.touchClaims(c)
	all := slices.Clone(c.claims)
	c.claims = slices.DeleteFunc(c.claims, func(cl claim) bool { return cl.by == byRuling })
	for _, cl := range all {
		if !slices.ContainsFunc(c.claims, func(o claim) bool { return o.runner == cl.runner }) {
			r := &e.runners[cl.runner]
			r.chips = slices.DeleteFunc(r.chips, func(o int32) bool { return o == id })
		}
	}
}

// assign carries out a chip ruling: the runner carries the chip, for the whole
// race or, in place of any other, from an instant on.
func (e *Engine) assign(i int32, value string, order int32) {
	code, from, ok := parseChipFrom(value)
	if !ok {
		return
	}
	id := e.chip(code)
	e.ruled = append(e.ruled, id)
	e.touchClaims(&e.chips[id])
	e.claim(id, claim{runner: i, from: from, by: byRuling, order: order})
	if from != 0 {
		r := &e.runners[i]
		r.replacements = append(r.replacements, replacement{chip: code, from: from, order: order})
	}
}

// give carries out a give_read ruling.
func (e *Engine) give(i int32, value string) {
	point, at, ok := parsePointAt(value)
	p, known := e.points[point]
	if ok && known {
		e.gifts = append(e.gifts, gift{runner: i, point: p, at: at})
	}
}

// typedAt reports whether somebody typed a time at a point and instant.
func (e *Engine) typedAt(point int32, at race.Instant) bool {
	return slices.ContainsFunc(e.typed, func(id int32) bool {
		return slices.ContainsFunc(e.chips[id].seen, func(s seen) bool { return s.point == point && s.at == at })
	})
}

// touchReaders touches everybody whom a read of the chip may concern.
func (e *Engine) touchReaders(c *chip) {
	e.touchClaims(c)
	if c.typed() {
		for _, g := range e.gifts {
			e.touch(g.runner)
		}
	}
}

func (e *Engine) touchClaims(c *chip) {
	for _, cl := range c.claims {
		e.touch(cl.runner)
	}
}

// evidence collects what the runner's chips and bib were seen by, in canonical
// order.
func (e *Engine) evidence(i int32, src []*seen) []*seen {
	r := &e.runners[i]
	sources := len(r.chips)
	for _, id := range r.chips {
		src = e.own(i, id, src)
	}
	if slices.ContainsFunc(e.gifts, func(g gift) bool { return g.runner == i }) {
		for _, id := range e.typed {
			if !slices.Contains(r.chips, id) {
				src = e.own(i, id, src)
				sources++
			}
		}
	}
	if sources > 1 {
		slices.SortFunc(src, func(a, b *seen) int { return cmp.Or(e.compare(*a, *b), e.compareSpelling(*a, *b)) })
	}
	return src
}

func (e *Engine) own(i, id int32, src []*seen) []*seen {
	c := &e.chips[id]
	all := e.certain(&e.runners[i], c)
	for n := range c.seen {
		if all || e.owner(c, &c.seen[n]) == i {
			src = append(src, &c.seen[n])
		}
	}
	return src
}

// inConflict reports whether a read of one of the runner's chips goes to nobody
// because several claim the chip (case 12).
func (e *Engine) inConflict(r *runner) bool {
	return slices.ContainsFunc(r.chips, func(id int32) bool {
		c := &e.chips[id]
		return len(c.claims) > 1 && slices.ContainsFunc(c.seen, func(s seen) bool { return e.owner(c, &s) == several })
	})
}

// move carries out the rulings that say where a runner is scored.
func (e *Engine) move(i int32, r logbook.Ruling) {
	x := &e.runners[i]
	if r.Kind == logbook.SetWave {
		x.wave = r.Value
		return
	}
	if b, ok := e.boardOf[r.Value]; ok {
		x.board = int32(b)
		if e.boards[b].race.Wave(x.wave) == nil {
			x.wave = ""
		}
	}
}
