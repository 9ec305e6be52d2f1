package scoring

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// board keeps the runners of one race in list order.
type board struct {
	race    *race.Race
	course  *course
	order   []int32
	guns    map[string]race.Instant // of each wave, as they stand
	earlier map[string][]race.Instant
	closed  bool
	stale   bool // places are to be given anew
	judged  int  // runners with an order ruling
}

// key is what the list is sorted by. Smaller comes first.
type key struct {
	class uint8
	a, b  int64
	bib   int32
	order int32 // place decided by the judges, 0 = none
	sex   uint8
	cat   int16
}

func compareKeys(a, b *key) int {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.a, b.a),
		cmp.Compare(a.b, b.b), cmp.Compare(a.bib, b.bib))
}

var classOf = map[Status]uint8{Finished: 0, Running: 1, FinishedNoTime: 2, DNF: 3, DQ: 4, DNS: 5}

// open brings what all runners of the race share up to date before scoring.
func (b *board) open(e *Engine) {
	b.guns = make(map[string]race.Instant, len(b.race.Waves))
	b.earlier = make(map[string][]race.Instant, len(b.race.Waves))
	for _, w := range b.race.Waves {
		b.guns[w.ID] = e.gunOf(b.race, w.ID)
	}
	for w, gun := range b.guns {
		for _, other := range b.guns {
			if other != 0 && other < gun {
				b.earlier[w] = append(b.earlier[w], other)
			}
		}
		slices.Sort(b.earlier[w])
	}
	b.closed = e.closed(b.race.ID)
}

func (b *board) compare(e *Engine) func(x, y int32) int {
	return func(x, y int32) int { return compareKeys(&e.runners[x].key, &e.runners[y].key) }
}

func (b *board) sort(e *Engine, id int32) {
	b.order, b.judged = b.order[:0], 0
	for i := range e.runners {
		if e.runners[i].board == id {
			b.order = append(b.order, int32(i))
			if e.runners[i].key.order > 0 {
				b.judged++
			}
		}
	}
	slices.SortFunc(b.order, b.compare(e))
	b.stale = true
}

func (b *board) remove(e *Engine, i int32) {
	if at, ok := slices.BinarySearchFunc(b.order, i, b.compare(e)); ok {
		b.order = slices.Delete(b.order, at, at+1)
		if e.runners[i].key.order > 0 {
			b.judged--
		}
		b.stale = true
	}
}

func (b *board) insert(e *Engine, i int32) {
	at, _ := slices.BinarySearchFunc(b.order, i, b.compare(e))
	b.order = slices.Insert(b.order, at, i)
	if e.runners[i].key.order > 0 {
		b.judged++
	}
	b.stale = true
}

// place gives the places: equal order gives equal place, the next is skipped
// (rule R3), overall and within sex and age group of this race.
func (b *board) place(e *Engine) {
	if !b.stale {
		return
	}
	b.stale = false
	list := b.list(e)
	type counter struct {
		n, place int32
		last     int64
	}
	sexes := [256]counter{}
	cats := make([]counter, len(e.edition.Categories)+1)
	var all counter
	count := func(c *counter, k *key, tied bool) int {
		c.n++
		if !tied || c.place == 0 {
			c.place = c.n
		}
		return int(c.place)
	}
	var prev *key
	lastOf := map[uint8]*key{}
	lastIn := make([]*key, len(cats))
	for _, i := range list {
		r := &e.runners[i]
		k := &r.key
		var p, s, c int
		if r.result.Status == Finished {
			p = count(&all, k, tie(prev, k))
			s = count(&sexes[k.sex], k, tie(lastOf[k.sex], k))
			prev, lastOf[k.sex] = k, k
			if k.cat >= 0 {
				c = count(&cats[k.cat], k, tie(lastIn[k.cat], k))
				lastIn[k.cat] = k
			}
		}
		if res := &r.result; res.Place != p || res.PlaceSex != s || res.PlaceCategory != c {
			res.Place, res.PlaceSex, res.PlaceCategory = p, s, c
			r.version++
		}
	}
}

// tie says that two neighbours in the list share a place: the same exact time,
// and the judges did not decide between them, or decided that they are equal.
func tie(a, b *key) bool {
	return a != nil && a.order == b.order && (a.a == b.a || a.order > 0)
}

// list is the order with the judges' decisions put in: who was given place n
// stands at place n, the others keep their order (cases 42, 43).
func (b *board) list(e *Engine) []int32 {
	if b.judged == 0 {
		return b.order
	}
	var judged []int32
	list := make([]int32, 0, len(b.order))
	for _, i := range b.order {
		if r := &e.runners[i]; r.key.order > 0 && r.result.Status == Finished {
			judged = append(judged, i)
		} else {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(judged, func(x, y int32) int {
		return cmp.Compare(e.runners[x].key.order, e.runners[y].key.order)
	})
	finished := 0
	for finished < len(list) && e.runners[list[finished]].result.Status == Finished {
		finished++
	}
	for _, i := range judged {
		at := min(int(e.runners[i].key.order)-1, finished)
		for at < finished && e.runners[list[at]].key.order == e.runners[i].key.order {
			at++
		}
		list = slices.Insert(list, at, i)
		finished++
	}
	return list
}

// rankBibs gives every runner the rank of the bib in natural order, which
// settles the order of the list where nothing else does.
func (e *Engine) rankBibs() {
	order := make([]int32, len(e.starters))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		return cmp.Or(CompareBibs(e.starters[x].Bib, e.starters[y].Bib), cmp.Compare(x, y))
	})
	cats := make(map[string]int16, len(e.edition.Categories))
	for i, c := range e.edition.Categories {
		cats[c.ID] = int16(i)
	}
	for rank, i := range order {
		s := &e.starters[i]
		r := &e.runners[i]
		r.key = key{bib: int32(rank), cat: -1}
		if s.Person.Sex != "" {
			r.key.sex = s.Person.Sex[0]
		}
		r.result = Result{Starter: s, Age: race.AgeOf(e.edition, *s), Category: race.CategoryOf(e.edition, *s)}
		if c, ok := cats[r.result.Category]; ok && r.result.Category != "" {
			r.key.cat = c
		}
	}
}

// CompareBibs is the natural order of bibs: digits as numbers, the rest as
// letters, so that 9 < 10 < A1 < A10.
func CompareBibs(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		nx, ny := digits(x), digits(y)
		if nx > 0 && ny > 0 {
			dx, dy := strings.TrimLeft(x[:nx], "0"), strings.TrimLeft(y[:ny], "0")
			if c := cmp.Or(cmp.Compare(len(dx), len(dy)), strings.Compare(dx, dy)); c != 0 {
				return c
			}
			x, y = x[nx:], y[ny:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// keyOf is where a result stands in the list.
func (e *Engine) keyOf(r *runner, b *board) key {
	k := r.key
	res := &r.result
	k.class, k.order = classOf[res.Status], 0
	switch {
	case res.Status == Finished:
		k.a, k.b = int64(res.basis(b.race.RankBy)), 0
		k.order = e.judged(res.Starter.Bib)
	default:
		k.a, k.b = -int64(res.Last), 0
		if res.Last >= 0 {
			k.b = int64(res.Splits[res.Last].Sub(res.GunAt))
		}
	}
	return k
}

func (r *Result) basis(b race.Basis) time.Duration {
	if b == race.Net {
		return r.Net
	}
	return r.Gun
}

func (e *Engine) judged(bib string) int32 {
	place := int32(0)
	for _, r := range e.byRuling[e.edition.Bib.Key(bib)] {
		if r.Kind == logbook.Order {
			place = parsePlace(r.Value)
		}
	}
	return place
}
