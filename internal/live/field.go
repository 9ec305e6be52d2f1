package live

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// Field is an edition as it runs: it follows the log, scores each line as it
// comes and keeps a Snapshot for everybody who watches. All methods are safe
// for concurrent use.
type Field struct {
	now func() race.Instant

	mu       sync.Mutex
	gather   logbook.Gatherer
	engine   *scoring.Engine
	edition  *race.Edition
	rows     []rowCache // per board
	recent   *arrivals
	pubs     map[string]published
	changed  bool
	seq      uint64
	snapshot atomic.Pointer[Snapshot]

	watch    sync.Mutex
	watchers map[chan struct{}]struct{}
	ready    chan struct{}
}

type published struct {
	revision int
	state    results.State
	at       race.Instant
}

// NewField makes a field without any lines. now is the race clock: it stamps
// snapshots and decides nothing.
func NewField(now func() race.Instant) *Field {
	f := &Field{now: now, engine: scoring.NewEngine(), pubs: map[string]published{},
		watchers: map[chan struct{}]struct{}{}, ready: make(chan struct{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publish()
	return f
}

// Run follows the log until ctx is done. It makes the first snapshot once all
// kept lines are in, and afterwards one at most every interval.
func (f *Field) Run(ctx context.Context, log logbook.Log, every time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	caught := func() {
		f.Refresh()
		close(f.ready)
		wg.Go(func() { f.refreshing(ctx, every) })
	}
	return log.Follow(ctx, func(l logbook.Line) error { f.Apply(l); return nil }, caught)
}

func (f *Field) refreshing(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			f.Refresh()
		}
	}
}

// Ready is closed when Run has taken in every line that was kept.
func (f *Field) Ready() <-chan struct{} { return f.ready }

// Apply takes one line in. Lines already known change nothing. The snapshot
// follows at the next Refresh.
func (f *Field) Apply(l logbook.Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	news, _ := f.gather.Add(l) // what could not be understood is listed by Problems
	if !news.New {
		return
	}
	f.changed = true
	switch {
	case news.Stale:
		f.engine = scoring.NewEngine()
		f.engine.Add(f.gather.Facts())
		f.rows = nil
	case news.Edition != nil:
		f.edition = news.Edition
		f.engine.SetEdition(news.Edition)
		f.rows = nil
	case news.StartList != nil:
		f.engine.SetStartList(news.StartList.Starters)
		f.rows = nil
	case news.Reads != nil:
		f.engine.AddReads(news.Reads)
	case news.Gun != nil:
		f.engine.AddGun(*news.Gun)
	case news.Clock != nil:
		f.engine.AddClock(*news.Clock)
	case news.Ruling != nil:
		f.engine.AddRuling(*news.Ruling)
	case news.Course != nil:
		f.engine.AddCourse(*news.Course)
		f.rows = nil
	case news.Close != nil:
		f.engine.AddClose(*news.Close)
	case news.Publication != nil:
		f.takePublication(news.Publication)
	}
}

func (f *Field) takePublication(p *logbook.Publication) {
	if p.Revision > f.pubs[p.Race].revision {
		f.pubs[p.Race] = published{p.Revision, results.State(p.State), p.At}
	}
}

// Take takes a whole set of facts in, as a log would have told them one by one,
// and makes the snapshot.
func (f *Field) Take(facts logbook.Facts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.edition = facts.Edition
	f.engine.Add(facts)
	f.publish()
}

// Snapshot is the latest one. It is never nil.
func (f *Field) Snapshot() *Snapshot { return f.snapshot.Load() }

// Watch gives a channel that receives after the snapshot changed; several
// changes may come as one. stop must be called when done.
func (f *Field) Watch() (wake <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	f.watch.Lock()
	defer f.watch.Unlock()
	f.watchers[ch] = struct{}{}
	return ch, func() {
		f.watch.Lock()
		defer f.watch.Unlock()
		delete(f.watchers, ch)
	}
}

// Refresh makes a new snapshot if anything changed and wakes the watchers.
func (f *Field) Refresh() {
	f.mu.Lock()
	changed := f.changed
	if changed {
		f.publish()
	}
	f.mu.Unlock()
	if !changed {
		return
	}
	f.watch.Lock()
	defer f.watch.Unlock()
	for ch := range f.watchers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// publish makes the snapshot. f.mu is held.
func (f *Field) publish() {
	f.changed = false
	f.seq++
	o := f.engine.Outcome()
	s := &Snapshot{Seq: f.seq, Edition: f.edition, Now: f.now(), Reads: f.engine.Reads(), Problems: o.Problems}
	for _, orphan := range f.engine.Orphans() {
		s.Orphans += orphan.Reads
	}
	if len(f.rows) != len(o.Boards) {
		f.rows = make([]rowCache, len(o.Boards))
	}
	f.recent = newArrivals()
	for i, b := range o.Boards {
		s.Boards = append(s.Boards, f.board(&f.rows[i], b))
	}
	s.Recent, s.Latest = f.recent.finish.list(), f.recent.all.list()
	if s.Edition == nil {
		s.Edition = &race.Edition{}
	}
	f.snapshot.Store(s)
}

// rowCache keeps rows between snapshots, by place in the start list; only what
// changed is made anew.
type rowCache struct {
	leader time.Duration
	of     map[int32]*cachedRow
}

type cachedRow struct {
	version               uint32
	place, inSex, inGroup int
	row                   results.Row
}

func (f *Field) board(cache *rowCache, b scoring.Board) Board {
	p := f.pubs[b.Race.ID]
	out := Board{Race: b.Race, State: cmp.Or(p.state, results.Live), Revision: p.revision, Published: p.at,
		Rows: make([]results.Row, len(b.Results)), bibs: &bibIndex{}}
	for i := 1; i < len(b.Race.Course); i++ {
		cp := &b.Race.Course[i]
		out.Points = append(out.Points, PointCount{Label: pointLabel(b.Race, i), AtM: cp.AtM})
	}
	leader := results.Leader(b)
	if cache.of == nil || cache.leader != leader {
		*cache = rowCache{leader, make(map[int32]*cachedRow, len(b.Results))}
	}
	for i, r := range b.Results {
		out.Rows[i] = cache.row(b.Race, r, leader)
		out.Counts.add(r)
		if r.GunAt != 0 && (out.Gun == 0 || r.GunAt < out.Gun) {
			out.Gun = r.GunAt
		}
		for k, at := range r.Splits {
			if at != 0 {
				out.Points[k].Passed++
			}
		}
		f.recent.see(b.Race, r)
	}
	return out
}

func (c *rowCache) row(rc *race.Race, r *scoring.Result, leader time.Duration) results.Row {
	k := c.of[r.Index]
	if k == nil {
		k = &cachedRow{}
		c.of[r.Index] = k
	}
	if k.version != r.Version || k.place != r.Place || k.inSex != r.PlaceSex || k.inGroup != r.PlaceCategory {
		*k = cachedRow{r.Version, r.Place, r.PlaceSex, r.PlaceCategory, results.RowOf(rc, r, leader)}
	}
	return k.row
}

func (c *Counts) add(r *scoring.Result) {
	c.Starters++
	if r.StartAt != 0 || r.Last >= 0 {
		c.Started++
	}
	c.count(r.Status)
}

func (c *Counts) count(s scoring.Status) {
	switch s {
	case scoring.Finished:
		c.Finished++
	case scoring.FinishedNoTime:
		c.NoTime++
	case scoring.DNF:
		c.DNF++
	case scoring.DNS:
		c.DNS++
	case scoring.DQ:
		c.DQ++
	default:
		c.Running++
	}
}

func pointLabel(r *race.Race, i int) string {
	if i == len(r.Course)-1 && r.Course[i].Label == "" {
		return ""
	}
	return r.Course[i].Label
}

// Explanation is everything that made one runner's result.
type Explanation struct {
	Race     *race.Race
	Result   scoring.Result
	Row      results.Row
	Verdicts []scoring.Verdict
	Rulings  []logbook.Ruling // of this bib, those that stand
	GunAt    race.Instant
}

// Explain tells which reads made a runner's result and which were set aside and
// why. ok is false for a bib that is not on the start list.
func (f *Field) Explain(bib string) (x Explanation, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.engine.Result(bib)
	if r == nil {
		return x, false
	}
	x = Explanation{Race: f.engine.RaceOf(bib), Result: *r, GunAt: r.GunAt}
	x.Result.Splits, x.Result.Flags = slices.Clone(r.Splits), slices.Clone(r.Flags)
	leader := scoring.None
	if l := f.engine.Leaders(x.Race.ID, 1); len(l) == 1 && l[0].Status == scoring.Finished {
		leader = results.Basis(x.Race, l[0])
	}
	x.Row = results.RowOf(x.Race, &x.Result, leader)
	x.Verdicts = slices.Collect(f.engine.VerdictsOf(bib))
	key := f.edition.Bib.Key(bib)
	for _, r := range f.engine.Standing() {
		if f.edition.Bib.Key(r.Bib) == key {
			x.Rulings = append(x.Rulings, r)
		}
	}
	return x, true
}

// Facts is everything the log has stated so far.
func (f *Field) Facts() logbook.Facts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gather.Facts()
}

// Lines is how many different lines were taken in.
func (f *Field) Lines() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gather.Lines()
}

// NextEpoch is an epoch that no box has used.
func (f *Field) NextEpoch() uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gather.LastEpoch() + 1
}

// Verdicts calls see for every read with what became of it, until see says no.
func (f *Field) Verdicts(see func(iter.Seq[scoring.Verdict])) {
	f.mu.Lock()
	defer f.mu.Unlock()
	see(f.engine.Verdicts())
}

// Orphans lists the chips nobody carries.
func (f *Field) Orphans() []scoring.Orphan {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.engine.Orphans()
}

// Doubts lists what lines of the log could not be understood.
func (f *Field) Doubts() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []error
	for _, e := range f.gather.Problems() {
		out = append(out, e)
	}
	return out
}
