package scoring

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/timing"
)

// Engine holds the evidence of one edition and scores what changed. It is the
// one mechanism of scoring: Score is a new Engine that is given everything at
// once. Whatever the order, the duplicates and the batches in which the facts
// come, the same set gives the same Outcome.
//
// An Engine is not safe for concurrent use.
type Engine struct {
	edition *race.Edition
	zone    *time.Location
	clocks  *timing.Clocks
	source  map[string]timing.Source
	points  map[string]int32
	boards  []*board
	boardOf map[string]int
	groupOf map[string]int16         // age group to its place in the edition
	steps   map[string]time.Duration // resolution of boxes that have one

	starters race.StartList
	runners  []runner
	bibs     map[string]int32

	reads  []logbook.Read
	chips  []chip
	chipID map[string]int32
	claims []claim // room for the first claim of chips to come
	typed  []int32 // chips that stand for bibs somebody typed
	gifts  []gift  // typed times that rulings gave away, in their order
	moved  []int32 // runners whom rulings put into another race or wave

	guns     []logbook.GunFact
	comps    []logbook.Clock
	compared map[string]bool // boxes whose clocks were compared since the last look
	rulings  []logbook.Ruling
	ruled    []int32 // chips that rulings speak of
	stand    []logbook.Ruling
	strays   []logbook.Ruling
	byRuling map[string][]logbook.Ruling // bib key to what stands
	closes   []logbook.CloseFact
	courses  []logbook.CourseFact

	dirty    []int32
	allDirty bool
	scratch  scratch
}

// runner is what the engine keeps of a starter between changes.
type runner struct {
	result Result
	key    key
	board  int32
	chips  []int32
	dirty  bool
	wave   string

	replacements []replacement
}

// NewEngine makes an engine that knows nothing yet.
func NewEngine() *Engine {
	e := &Engine{compared: map[string]bool{}, chipID: map[string]int32{}, bibs: map[string]int32{}, boardOf: map[string]int{},
		byRuling: map[string][]logbook.Ruling{}, clocks: timing.NewClocks(nil, nil)}
	e.SetEdition(&race.Edition{})
	return e
}

// SetEdition replaces the rules of the day. Everything is scored anew.
func (e *Engine) SetEdition(ed *race.Edition) {
	e.edition, e.zone = ed, ed.Location()
	e.points = make(map[string]int32, len(ed.Points))
	e.source, e.steps = map[string]timing.Source{}, map[string]time.Duration{}
	e.groupOf = make(map[string]int16, len(ed.Categories))
	for i, c := range ed.Categories {
		e.groupOf[c.ID] = int16(i)
	}
	for i, p := range ed.Points {
		e.points[p.ID] = int32(i)
		for _, b := range p.Boxes {
			if b.Backup {
				e.source[b.ID] = timing.Backup
			}
			if b.Resolution > 0 {
				e.steps[b.ID] = b.Resolution.D()
			}
		}
	}
	e.boards, e.boardOf = nil, make(map[string]int, len(ed.Races))
	for i := range ed.Races {
		e.boardOf[ed.Races[i].ID] = i
		r := e.courseOf(&ed.Races[i])
		e.boards = append(e.boards, &board{course: newCourse(ed, r, e.points), race: r})
	}
	e.correctAll()
	e.SetStartList(e.starters)
}

// SetStartList replaces the start list. Reads do not move (case 15): a runner
// entered in another race keeps them and is scored by the other course.
func (e *Engine) SetStartList(list race.StartList) {
	e.starters = list
	e.runners = make([]runner, len(list))
	e.bibs = make(map[string]int32, len(list))
	e.moved = e.moved[:0]
	for i := range list {
		e.enlist(int32(i))
		e.bibs[e.edition.Bib.Key(list[i].Bib)] = int32(i)
	}
	e.makeRoom()
	for i := range e.chips {
		e.chips[i].claims = nil
		e.claimByCode(int32(i))
	}
	for i := range list {
		for _, code := range list[i].Chips {
			e.claim(e.chip(race.ChipKey(code)), claim{runner: int32(i), by: byList})
		}
	}
	e.rankBibs()
	e.applyRulings()
	e.touchAll()
}

// makeRoom lays the chips of all runners, and who claims them, into one block of
// memory each: nearly every chip has one runner and nearly every runner one chip.
func (e *Engine) makeRoom() {
	total := 0
	for i := range e.starters {
		total += len(e.starters[i].Chips)
	}
	carried := make([]int32, total)
	for i := range e.starters {
		n := len(e.starters[i].Chips)
		e.runners[i].chips, carried = carried[:0:n], carried[n:]
	}
	e.claims = make([]claim, total)
	if len(e.chips) == 0 {
		e.chips, e.chipID = make([]chip, 0, total), make(map[string]int32, total)
	}
}

// enlist puts a runner where the start list says.
func (e *Engine) enlist(i int32) {
	r, s := &e.runners[i], &e.starters[i]
	r.board, r.wave = -1, s.Wave
	if b, ok := e.boardOf[s.Race]; ok {
		r.board = int32(b)
	}
}

// AddGun adds a start record (cases 3, 47).
func (e *Engine) AddGun(g logbook.GunFact) {
	if slices.ContainsFunc(e.guns, func(o logbook.GunFact) bool {
		return o.Line == g.Line && o.ID == g.ID && o.At == g.At && o.Race == g.Race
	}) {
		return
	}
	e.guns = append(e.guns, g)
	if b, ok := e.boardOf[g.Race]; ok {
		e.touchBoard(int32(b))
	}
}

// AddClock adds a comparison of a box's clock. Every read of the box moves, all
// at once when somebody next looks.
func (e *Engine) AddClock(c logbook.Clock) {
	if slices.Contains(e.comps, c) {
		return
	}
	e.comps = append(e.comps, c)
	e.compared[c.Box] = true
}

// AddRuling adds a ruling of the referee.
func (e *Engine) AddRuling(r logbook.Ruling) {
	if r.ID != "" && slices.ContainsFunc(e.rulings, func(o logbook.Ruling) bool { return o.ID == r.ID }) {
		return
	}
	after := !slices.ContainsFunc(e.rulings, func(o logbook.Ruling) bool { return byTime(r, o) <= 0 })
	e.rulings = append(e.rulings, r)
	if after && r.ID != "" && r.Kind != logbook.Undo {
		e.applyLatest(r)
		return
	}
	e.applyRulings()
}

// applyLatest is applyRulings for a ruling that was made after all others and
// undoes none: it can only add to what they did.
func (e *Engine) applyLatest(r logbook.Ruling) {
	gifts := len(e.gifts)
	was := map[int32]int32{}
	bib := e.edition.Bib.Key(r.Bib)
	e.stand = append(e.stand, r)
	e.byRuling[bib] = append(e.byRuling[bib], r)
	if i, ok := e.bibs[bib]; ok {
		e.carryOut(i, int32(len(e.stand)-1), r, was)
	}
	e.touchBib(bib)
	e.reclassify(was)
	if len(e.gifts) != gifts {
		e.touchAll()
	}
}

// reclassify puts runners whom rulings moved to another race on its list.
func (e *Engine) reclassify(was map[int32]int32) {
	for i, board := range was {
		if e.runners[i].board != board {
			e.classify(i)
			e.touchAll()
		}
	}
}

// AddClose adds the closing or reopening of a race.
func (e *Engine) AddClose(c logbook.CloseFact) {
	if slices.Contains(e.closes, c) {
		return
	}
	e.closes = append(e.closes, c)
	for i, b := range e.boards {
		if c.Race == "" || c.Race == b.race.ID {
			e.touchBoard(int32(i))
		}
	}
}

// AddCourse switches a race to a variant of its course; laps and splits follow.
func (e *Engine) AddCourse(c logbook.CourseFact) {
	if slices.Contains(e.courses, c) {
		return
	}
	e.courses = append(e.courses, c)
	i, ok := e.boardOf[c.Race]
	if !ok {
		return
	}
	r := e.courseOf(&e.edition.Races[i])
	e.boards[i] = &board{course: newCourse(e.edition, r, e.points), race: r}
	e.touchAll()
}

// courseOf is the race on the course that counts: of the latest recorded line
// that names one of its variants, else the edition's.
func (e *Engine) courseOf(r *race.Race) *race.Race {
	on := r
	var best *logbook.CourseFact
	for i := range e.courses {
		c := &e.courses[i]
		if c.Race != r.ID || best != nil && cmp.Or(cmp.Compare(c.Recorded, best.Recorded), cmp.Compare(c.Line, best.Line)) < 0 {
			continue
		}
		if v := r.On(c.Variant); v != nil {
			best, on = c, v
		}
	}
	return on
}

// applyRulings works out which rulings stand and touches whom it concerns.
func (e *Engine) applyRulings() {
	e.stand, e.strays = effective(e.rulings)
	before, gifts := e.byRuling, slices.Clone(e.gifts)
	e.byRuling = make(map[string][]logbook.Ruling, len(before)+1)
	was := e.takeBack()
	for n, r := range e.stand {
		bib := e.edition.Bib.Key(r.Bib)
		e.byRuling[bib] = append(e.byRuling[bib], r)
		if i, ok := e.bibs[bib]; ok {
			e.carryOut(i, int32(n), r, was)
		}
	}
	for bib, now := range e.byRuling {
		if !slices.Equal(now, before[bib]) {
			e.touchBib(bib)
		}
	}
	for bib := range before {
		if _, still := e.byRuling[bib]; !still {
			e.touchBib(bib)
		}
	}
	e.reclassify(was)
	if !slices.Equal(gifts, e.gifts) {
		e.touchAll()
	}
}

// takeBack undoes what rulings did to chips, typed times and entries, before
// those that stand now do it anew. It gives the race of everybody who was moved.
func (e *Engine) takeBack() map[int32]int32 {
	for _, id := range e.ruled {
		e.unclaim(id)
	}
	was := make(map[int32]int32, len(e.moved))
	for _, i := range e.moved {
		was[i] = e.runners[i].board
		e.runners[i].replacements = nil
		e.enlist(i)
	}
	e.ruled, e.gifts, e.moved = e.ruled[:0], e.gifts[:0], e.moved[:0]
	return was
}

// carryOut does what a ruling says about chips, typed times and entries. What
// it says about the result follows when the runner is scored.
func (e *Engine) carryOut(i, order int32, r logbook.Ruling, was map[int32]int32) {
	switch r.Kind {
	case logbook.AssignChip, logbook.SetWave, logbook.SetRace:
		if _, ok := was[i]; !ok {
			was[i] = e.runners[i].board
		}
		e.moved = append(e.moved, i)
	}
	switch r.Kind {
	case logbook.AssignChip:
		e.assign(i, r.Value, order)
	case logbook.GiveRead:
		e.give(i, r.Value)
	case logbook.SetWave, logbook.SetRace:
		e.move(i, r)
	}
}

// touchBib touches whom rulings for a bib concern: everybody, if they name none.
func (e *Engine) touchBib(bib string) {
	if bib == "" {
		e.touchAll()
	} else if i, ok := e.bibs[bib]; ok {
		e.touch(i)
	}
}

func (e *Engine) touch(i int32) {
	if !e.allDirty && !e.runners[i].dirty {
		e.runners[i].dirty = true
		e.dirty = append(e.dirty, i)
	}
}

func (e *Engine) touchBoard(b int32) {
	for i := range e.runners {
		if e.runners[i].board == b {
			e.touch(int32(i))
		}
	}
}

func (e *Engine) touchAll() {
	e.allDirty, e.dirty = true, e.dirty[:0]
}

// gunOf is the start that counts for a wave: of the logbook's records that are
// not void the latest recorded one, else the edition's (cases 3, 47, 48). A
// void record voids the earlier records with its id, or at its instant.
func (e *Engine) gunOf(r *race.Race, wave string) race.Instant {
	w := r.Wave(wave)
	if w == nil {
		return 0
	}
	var best *logbook.GunFact
	for i := range e.guns {
		g := &e.guns[i]
		if g.Race != r.ID || g.Void || len(g.Waves) > 0 && !slices.Contains(g.Waves, w.ID) || e.voided(g) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(g.Recorded, best.Recorded),
			cmp.Compare(g.Line, best.Line), cmp.Compare(g.At, best.At)) > 0 {
			best = g
		}
	}
	if best != nil {
		return best.At
	}
	return w.Gun
}

func (e *Engine) voided(g *logbook.GunFact) bool {
	return slices.ContainsFunc(e.guns, func(v logbook.GunFact) bool {
		return v.Void && v.Race == g.Race && v.Recorded >= g.Recorded &&
			(v.ID != "" && v.ID == g.ID || v.ID == "" && v.At == g.At)
	})
}

func (e *Engine) closed(raceID string) bool {
	var best *logbook.CloseFact
	for i := range e.closes {
		c := &e.closes[i]
		if c.Race != "" && c.Race != raceID {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(c.Recorded, best.Recorded), cmp.Compare(c.Line, best.Line)) > 0 {
			best = c
		}
	}
	return best != nil && !best.Reopen
}

// settle scores every runner who was touched and brings the boards in order.
// The work is shared over the processors; each runner's result depends on that
// runner's evidence alone, so sharing cannot change it.
func (e *Engine) settle() {
	e.correctCompared()
	if !e.allDirty && len(e.dirty) == 0 {
		return
	}
	for _, b := range e.boards {
		b.open(e)
		b.unjudge()
	}
	if e.allDirty || len(e.dirty) > len(e.runners)/16+8 {
		e.settleMany()
	} else {
		e.settleFew()
	}
	for _, i := range e.dirty {
		e.runners[i].dirty = false
	}
	e.allDirty, e.dirty = false, e.dirty[:0]
	for _, b := range e.boards {
		b.place(e)
	}
}

// settleFew scores some runners and moves them to where they belong now: one by
// sliding those in between, several in one walk over the list.
func (e *Engine) settleFew() {
	for n, b := range e.boards {
		var of []int32
		for _, i := range e.dirty {
			if e.runners[i].board == int32(n) {
				of = append(of, i)
			}
		}
		switch {
		case len(of) == 0:
		case len(of) <= 3:
			for _, i := range of {
				at, listed := b.find(e, i)
				e.score(i, &e.scratch)
				b.move(e, i, at, listed)
			}
		default:
			b.take(e, of)
			for _, i := range of {
				e.score(i, &e.scratch)
			}
			b.give(e, of)
		}
	}
}

func (e *Engine) settleMany() {
	todo := e.dirty
	if e.allDirty {
		todo = make([]int32, len(e.runners))
		for i := range todo {
			todo[i] = int32(i)
			e.runners[i].dirty = false
		}
	}
	const chunk = 512
	chunks := make(chan []int32, len(todo)/chunk+1)
	for c := range slices.Chunk(todo, chunk) {
		chunks <- c
	}
	close(chunks)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var s scratch
			for c := range chunks {
				for _, i := range c {
					if e.runners[i].board >= 0 {
						e.score(i, &s)
					}
				}
			}
		})
	}
	wg.Wait()
	touched := make([]bool, len(e.boards))
	for _, i := range todo {
		if b := e.runners[i].board; b >= 0 {
			touched[b] = true
		}
	}
	for i, b := range e.boards {
		if touched[i] || e.allDirty {
			b.sort(e, int32(i))
		}
	}
}
