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
	order   []entry
	guns    map[string]race.Instant // of each wave, as they stand
	earlier map[string][]race.Instant
	closed  bool
	lo, hi  int        // what changed since places were given; lo > hi: nothing
	noted   []standing // the counting before each stretch of the list
	judged  int        // runners with an order ruling
}

// entry is a runner's line of the list: what it is sorted by, and the places.
// Entries lie side by side so that giving every place anew is one short walk.
type entry struct {
	key
	runner                int32
	place, inSex, inGroup int32
}

// key is what the list is sorted by. Smaller comes first.
type key struct {
	a, b  int64
	bib   int32
	order int32 // place decided by the judges, 0 = none
	step  int32 // resolution of the time, in milliseconds; 0 = exact
	cat   int16
	class uint8
	sex   uint8
}

func compareEntries(x, y entry) int {
	return cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(x.a, y.a),
		cmp.Compare(x.b, y.b), cmp.Compare(x.bib, y.bib))
}

const classFinished = 0

var classOf = map[Status]uint8{Finished: classFinished, Running: 1, FinishedNoTime: 2, DNF: 3, DQ: 4, DNS: 5}

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

func (b *board) sort(e *Engine, id int32) {
	listed := 0
	for i := range e.runners {
		if e.runners[i].board == id {
			listed++
		}
	}
	b.order, b.judged = slices.Grow(b.order[:0], listed), 0
	for i := range e.runners {
		if r := &e.runners[i]; r.board == id {
			b.order = append(b.order, entry{key: r.key, runner: int32(i)})
			b.judged += judgedOnce(&r.key)
		}
	}
	slices.SortFunc(b.order, compareEntries)
	b.touchAll()
}

func judgedOnce(k *key) int {
	if k.order > 0 {
		return 1
	}
	return 0
}

func (b *board) find(e *Engine, i int32) (int, bool) {
	return slices.BinarySearchFunc(b.order, entry{key: e.runners[i].key}, compareEntries)
}

// move puts a runner who stood at a place of the list, or was not listed, where
// the new key belongs. Only those in between slide.
func (b *board) move(e *Engine, i int32, at int, listed bool) {
	x := entry{key: e.runners[i].key, runner: i}
	b.judged += judgedOnce(&x.key)
	if !listed {
		to, _ := slices.BinarySearchFunc(b.order, x, compareEntries)
		b.order = slices.Insert(b.order, to, x)
		b.touch(to, len(b.order))
		return
	}
	from := at
	b.judged -= judgedOnce(&b.order[at].key)
	switch {
	case at > 0 && compareEntries(x, b.order[at-1]) < 0:
		to, _ := slices.BinarySearchFunc(b.order[:at], x, compareEntries)
		copy(b.order[to+1:at+1], b.order[to:at])
		at = to
	case at+1 < len(b.order) && compareEntries(x, b.order[at+1]) > 0:
		n, _ := slices.BinarySearchFunc(b.order[at+1:], x, compareEntries)
		copy(b.order[at:at+n], b.order[at+1:at+1+n])
		at += n
	}
	b.order[at] = x
	b.touch(min(from, at), max(from, at)+1) // a tie reaches one further
}

// take removes runners from the list, in one walk.
func (b *board) take(e *Engine, of []int32) {
	b.touchAll()
	gone := make(map[int32]bool, len(of))
	for _, i := range of {
		gone[i] = true
	}
	b.order = slices.DeleteFunc(b.order, func(x entry) bool {
		if !gone[x.runner] {
			return false
		}
		b.judged -= judgedOnce(&x.key)
		return true
	})
}

// give puts runners into the list, in one walk from its end.
func (b *board) give(e *Engine, of []int32) {
	in := make([]entry, len(of))
	for n, i := range of {
		in[n] = entry{key: e.runners[i].key, runner: i}
		b.judged += judgedOnce(&in[n].key)
	}
	slices.SortFunc(in, compareEntries)
	from := len(b.order) - 1
	b.order = append(b.order, in...)
	for to := len(b.order) - 1; len(in) > 0; to-- {
		if last := len(in) - 1; from >= 0 && compareEntries(b.order[from], in[last]) > 0 {
			b.order[to] = b.order[from]
			from--
		} else {
			b.order[to] = in[last]
			in = in[:last]
		}
	}
}

// mark is what a tie is judged by.
type mark struct {
	a           int64
	order, step int32
}

func (k *key) mark() mark { return mark{k.a, k.order, k.step} }

// tie says that two neighbours in the list share a place: the same exact time,
// or the same as far as the coarser of their sources can tell (rule T11), and
// the judges did not decide between them, or decided that they are equal.
func tie(a, b mark) bool {
	if a.order != b.order {
		return false
	}
	step := int64(max(a.step, b.step)) * int64(time.Millisecond)
	return a.order > 0 || a.a == b.a || step > 0 && a.a/step == b.a/step
}

// counter gives places within one group of a list.
type counter struct {
	last     mark
	n, place int32
}

func (c *counter) next(m mark) int32 {
	c.n++
	if c.n == 1 || !tie(c.last, m) {
		c.place = c.n
	}
	c.last = m
	return c.place
}

// exact is next for a list on which nobody decided anything and every time is
// as fine as its source can tell: only equal times tie.
func (c *counter) exact(a int64) int32 {
	c.n++
	if c.last.a != a || c.n == 1 {
		c.last.a, c.place = a, c.n
	}
	return c.place
}

// standing is how far the counting is: overall, by sex, by age group.
type standing struct {
	all    counter
	sexes  [4]counter
	groups []counter
	coarse bool // a time so far needs more than its equal to be a tie
}

func (st *standing) copy(from *standing) {
	st.all, st.sexes, st.coarse = from.all, from.sexes, from.coarse
	st.groups = append(st.groups[:0], from.groups...)
}

func (st *standing) equal(o *standing) bool {
	return st.coarse == o.coarse && st.all == o.all && st.sexes == o.sexes && slices.Equal(st.groups, o.groups)
}

func sexIndex(sex uint8) int {
	switch sex {
	case 'M':
		return 0
	case 'F':
		return 1
	case 'X':
		return 2
	}
	return 3
}

// stretch is after how many entries the counting is noted down, so that a change
// far down the list does not count the leaders anew.
const stretch = 1024

// touch says that entries from lo to hi changed, were moved or may be new.
func (b *board) touch(lo, hi int) {
	if b.lo > b.hi {
		b.lo, b.hi = lo, hi
		return
	}
	b.lo, b.hi = min(b.lo, lo), max(b.hi, hi)
}

// touchAll says that nothing of the list is as it was.
func (b *board) touchAll() {
	b.noted = b.noted[:0]
	b.touch(0, len(b.order))
}

// place gives the places: equal order gives equal place, the next is skipped
// (rule R3), overall and within sex and age group of this race. It begins where
// the counting was noted before the first change, and ends behind the last one
// where it is again as it was.
func (b *board) place(e *Engine) {
	if b.lo > b.hi {
		return
	}
	b.judge()
	n := min(b.lo/stretch, max(len(b.noted)-1, 0))
	now := standing{groups: make([]counter, len(e.edition.Categories)+1)}
	if n < len(b.noted) {
		now.copy(&b.noted[n])
	}
	for i := n * stretch; i < len(b.order); i++ {
		if i%stretch == 0 && b.note(i/stretch, &now) && i > b.hi {
			break
		}
		now.count(&b.order[i])
	}
	b.noted = b.noted[:min(len(b.noted), len(b.order)/stretch+1)]
	b.lo, b.hi = 1, 0
}

// note keeps the counting before a stretch; it says whether it was so before.
func (b *board) note(n int, now *standing) (same bool) {
	if n == len(b.noted) {
		b.noted = append(b.noted, standing{})
	} else if b.noted[n].equal(now) {
		return true
	}
	b.noted[n].copy(now)
	return false
}

func (st *standing) count(x *entry) {
	if x.class != classFinished {
		x.place, x.inSex, x.inGroup = 0, 0, 0
		return
	}
	st.coarse = st.coarse || x.order|x.step != 0
	if !st.coarse {
		x.place, x.inSex, x.inGroup = st.all.exact(x.a), st.sexes[sexIndex(x.sex)].exact(x.a), 0
		if x.cat >= 0 {
			x.inGroup = st.groups[x.cat].exact(x.a)
		}
		return
	}
	m := x.mark()
	x.place, x.inSex, x.inGroup = st.all.next(m), st.sexes[sexIndex(x.sex)].next(m), 0
	if x.cat >= 0 {
		x.inGroup = st.groups[x.cat].next(m)
	}
}

// show writes an entry's places into the runner's result.
func (x *entry) show(e *Engine) *Result {
	r := &e.runners[x.runner].result
	r.Place, r.PlaceSex, r.PlaceCategory = int(x.place), int(x.inSex), int(x.inGroup)
	return r
}

// judge puts the judges' decisions in: who was given place n stands at place n,
// the others keep their order (cases 42, 43).
func (b *board) judge() {
	if b.judged == 0 {
		return
	}
	b.touchAll()
	var judged []entry
	list := make([]entry, 0, len(b.order))
	finished := 0
	for _, x := range b.order {
		switch {
		case x.class == classFinished && x.order > 0:
			judged = append(judged, x)
			continue
		case x.class == classFinished:
			finished++
		}
		list = append(list, x)
	}
	slices.SortStableFunc(judged, func(x, y entry) int { return cmp.Compare(x.order, y.order) })
	for _, x := range judged {
		at := min(int(x.order)-1, finished)
		for at < finished && list[at].order == x.order {
			at++
		}
		list = slices.Insert(list, at, x)
		finished++
	}
	b.order = list
}

// unjudge brings the list back into the order of its keys, in which runners are
// found; place puts the judges' decisions in again.
func (b *board) unjudge() {
	if b.judged > 0 {
		slices.SortFunc(b.order, compareEntries)
		b.touchAll()
	}
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
	for rank, i := range order {
		s := &e.starters[i]
		r := &e.runners[i]
		r.key = key{bib: int32(rank)}
		if s.Person.Sex != "" {
			r.key.sex = s.Person.Sex[0]
		}
		r.result = Result{Starter: s, Age: race.AgeOf(e.edition, *s)}
		e.classify(i)
	}
}

// classify finds the runner's age group in the race the runner is scored in.
func (e *Engine) classify(i int32) {
	r, s := &e.runners[i], e.starters[i]
	if r.board >= 0 {
		s.Race = e.boards[r.board].race.ID
	}
	r.result.Category, r.key.cat = race.CategoryOf(e.edition, s), -1
	if c, ok := e.groupOf[r.result.Category]; ok && r.result.Category != "" {
		r.key.cat = c
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
	k.class, k.order, k.step = classOf[res.Status], 0, 0
	switch {
	case res.Status == Finished:
		k.a, k.b = int64(res.basis(b.race.RankBy)), 0
		k.order, k.step = e.judged(res.Starter.Bib), res.step(b.race.RankBy)
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

// step is the resolution of the time the list is ranked by, in milliseconds:
// the coarser of the sources it comes from.
func (r *Result) step(b race.Basis) int32 {
	step := r.finishStep
	if b == race.Net {
		step = max(step, r.startStep)
	}
	return int32(step / time.Millisecond)
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
