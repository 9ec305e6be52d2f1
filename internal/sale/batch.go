package sale

import (
	"context"
	"slices"

	"stadion/internal/race"
)

// batch is the state that the works of one commit share.
type batch struct {
	at      race.Instant
	edition string
	head    Head
	reader  Reader
	book    *book
	orders  map[string]*Order // read or written in this commit; nil = known to be absent
	keys    map[string]*Key
	blinds  map[string][]string
	seen    map[string]bool
	waits   *WaitList       // nil = not read yet
	put     map[string]int  // places in out.Waits by id
	changed map[string]bool // orders to write
	swept   bool
	refused map[refusal]error
	lapsed  map[string]bool // places whose offer lapsed in this commit: others go first
	offers  int             // made to the waiting list by this commit
	out     Changes
}

// Job is one verb with what it will read, so that many can be read at once.
type Job struct {
	Orders []string // ids
	Keys   []string // idempotency keys
	Blinds []string
	Seen   []string
	Do     func(w *Work) error
}

// decide runs jobs one after the other in one commit. errs[i] is the fault of
// job i; a job that failed left nothing.
func decide(at race.Instant, edition string, h Head, r Reader, jobs []*Job, errs []error) (*Changes, error) {
	n := len(jobs)
	b := &batch{at: at, edition: edition, head: h, reader: r, book: newBook(h.Quotas), orders: make(map[string]*Order, n),
		keys: make(map[string]*Key, n), blinds: make(map[string][]string, n), seen: map[string]bool{}, changed: make(map[string]bool, n)}
	b.out = Changes{Blinds: make(map[string][]string, n), Keys: make([]Key, 0, n), Lines: make([]Line, 0, n), Mails: make([]Mail, 0, n),
		Audits: make([]Audit, 0, n)}
	if b.head.Numbers == nil {
		b.head.Numbers = map[string]int64{}
	}
	if err := b.prefetch(jobs); err != nil {
		return nil, err
	}
	w := b.work() // of all jobs, one after the other: what they make of it is not made anew each time
	for i, j := range jobs {
		w.begin()
		if errs[i] = w.attempt(j.Do); errs[i] != nil {
			w.undo()
			continue
		}
		w.keep()
	}
	return b.changes(), nil
}

// work is what a verb begins with. Its maps are made when they are first needed:
// most who come too late need none.
func (b *batch) work() *Work { return &Work{At: b.at, Edition: b.edition, batch: b} }

// begin forgets what the verb before did.
func (w *Work) begin() {
	clear(w.orders)
	clear(w.before)
	clear(w.head)
	clear(w.waitAt)
	clear(w.out.Blinds)
	w.took, w.seq, w.listens, w.swaps, w.wasHead = w.took[:0], 0, false, 0, nil
	w.out = Changes{Keys: w.out.Keys[:0], Blinds: w.out.Blinds, Postings: w.out.Postings[:0], Seen: w.out.Seen[:0], Waits: w.out.Waits[:0],
		Mails: w.out.Mails[:0], Audits: w.out.Audits[:0]}
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

func (b *batch) prefetch(jobs []*Job) error {
	var all Job
	for _, j := range jobs {
		all.Orders = append(all.Orders, j.Orders...)
		all.Keys = append(all.Keys, j.Keys...)
		all.Blinds = append(all.Blinds, j.Blinds...)
		all.Seen = append(all.Seen, j.Seen...)
	}
	if err := b.readKeys(all.Keys); err != nil {
		return err
	}
	for _, k := range all.Keys {
		if found := b.keys[k]; found != nil {
			all.Orders = append(all.Orders, found.Order)
		}
	}
	if err := b.readBlinds(all.Blinds); err != nil {
		return err
	}
	for _, x := range all.Blinds {
		all.Orders = append(all.Orders, b.blinds[x]...)
	}
	if err := b.readSeen(all.Seen); err != nil {
		return err
	}
	return b.readOrders(all.Orders)
}

func missing[T any](ids []string, have map[string]T) []string {
	var out []string
	for _, id := range ids {
		if _, ok := have[id]; !ok && id != "" {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *batch) readOrders(ids []string) error {
	ids = missing(ids, b.orders)
	if len(ids) == 0 {
		return nil
	}
	found, err := b.reader.Orders(ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		b.orders[id] = nil
	}
	for _, o := range found {
		b.orders[o.ID] = o
	}
	return nil
}

func (b *batch) readKeys(keys []string) error {
	keys = missing(keys, b.keys)
	if len(keys) == 0 {
		return nil
	}
	found, err := b.reader.ByKeys(keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		b.keys[k] = nil
	}
	for _, k := range found {
		b.keys[k.Key] = &k
	}
	return nil
}

func (b *batch) readBlinds(blinds []string) error {
	blinds = missing(blinds, b.blinds)
	if len(blinds) == 0 {
		return nil
	}
	found, err := b.reader.ByBlinds(blinds)
	if err != nil {
		return err
	}
	for _, x := range blinds {
		b.blinds[x] = found[x]
	}
	return nil
}

func (b *batch) readSeen(ids []string) error {
	ids = missing(ids, b.seen)
	if len(ids) == 0 {
		return nil
	}
	found, err := b.reader.Seen(ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		b.seen[id] = found[id]
	}
	return nil
}

func (w *Work) undo() {
	if w.wasHead != nil {
		w.batch.head.Catalogue, w.batch.head.State = w.wasHead.Catalogue, w.wasHead.State
	}
	for id, q := range w.before {
		if q.Size == -1 {
			delete(w.batch.book.quotas, id)
			w.batch.book.order = slices.DeleteFunc(w.batch.book.order, func(o string) bool { return o == id })
			continue
		}
		*w.batch.book.quotas[id] = q
	}
}

func (w *Work) keep() {
	b := w.batch
	for id := range w.before {
		b.book.dirty[id] = true
	}
	for id, o := range w.orders {
		b.orders[id] = o
		b.changed[id] = true
	}
	for _, k := range w.out.Keys {
		b.keys[k.Key] = &k
	}
	for id, of := range w.out.Blinds {
		for _, x := range of {
			if ids, read := b.blinds[x]; read && !slices.Contains(ids, id) {
				b.blinds[x] = append(ids, id)
			}
		}
		b.out.Blinds[id] = of
	}
	for _, id := range w.out.Seen {
		b.seen[id] = true
	}
	for kind, n := range w.head {
		b.head.Numbers[kind] += n
	}
	b.head.WaitSeq += w.seq
	b.putWaits(w.out.Waits)
	b.out.Keys = append(b.out.Keys, w.out.Keys...)
	b.out.Seen = append(b.out.Seen, w.out.Seen...)
	b.out.Lines = append(b.out.Lines, w.took...)
	b.out.Postings = append(b.out.Postings, w.out.Postings...)
	b.out.Mails = append(b.out.Mails, w.out.Mails...)
	b.out.Audits = append(b.out.Audits, w.out.Audits...)
}

// putWaits keeps the places that a verb made or changed.
func (b *batch) putWaits(ws []*Wait) {
	if b.waits != nil {
		b.waits.putAll(ws)
	}
	for _, x := range ws {
		if at, known := b.put[x.ID]; known {
			b.out.Waits[at] = x
			continue
		}
		put(&b.put, x.ID, len(b.out.Waits))
		b.out.Waits = append(b.out.Waits, x)
	}
}

// changes is what the commit writes, nil if nothing.
func (b *batch) changes() *Changes {
	c := b.out
	c.Head = b.head
	for _, id := range b.book.order {
		if b.book.dirty[id] {
			c.Quotas = append(c.Quotas, *b.book.quotas[id])
		}
	}
	ids := make([]string, 0, len(b.changed))
	for id := range b.changed {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		o := b.orders[id]
		o.Version++
		c.Orders = append(c.Orders, o)
	}
	return &c
}

// run gives jobs one commit. errs are the faults of single jobs, err is that of
// the whole commit. last is the instant of the commit before: when a clock has
// stepped back since, time stands still until it is there again (case 22).
func run(ctx context.Context, s Store, edition string, jobs []*Job, last *race.Instant) (errs []error, err error) {
	errs = make([]error, len(jobs))
	defer catch(&err) // the store has undone it: the next commit is nobody's worse
	err = s.Commit(ctx, edition, func(at race.Instant, h Head, r Reader) (*Changes, error) {
		clear(errs)
		at = max(at, *last)
		*last = at
		return decide(at, edition, h, r, jobs, errs)
	})
	return errs, err
}
