package sale

import (
	"context"
	"hash/maphash"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"stadion/internal/race"
)

// Outlook is what a counter remembers of its own commits, so that who comes too
// late for the last place is told so without standing in the queue. It never
// refuses somebody whom the next commit would serve: it answers only for what
// it is certain of, and is silent otherwise.
//
// It is certain while three things hold. The counter's store is written by this
// counter alone (Marker). Nothing was committed since the view was taken: each
// commit takes a new one before its callers are answered. No hold has ended
// since: the view knows the earliest end.
type outlook struct {
	view  atomic.Pointer[view]
	began atomic.Bool // marks of earlier runs are being read
	whole atomic.Bool // and have been, all of them
	alone bool
	seed  maphash.Seed

	mu    sync.RWMutex
	marks map[uint64]struct{} // of keys and blind indexes ever used
}

// view is an edition as a commit left it. It is never changed.
type view struct {
	at            race.Instant
	next          race.Instant // before it nothing comes free by itself
	catalogue     *Catalogue
	opens, closes race.Instant
	state         string
	free          map[string]int
}

// Marker is a Store that knows by which keys and blind indexes there ever were
// orders, and whether this process alone writes it.
type Marker interface {
	// Marks gives every key and every blind index of an edition's orders, each at
	// least once. alone says that no other process commits to the same store; if one
	// may, there is nothing to give.
	Marks(ctx context.Context, edition string, each func(mark string)) (alone bool, err error)
}

func newOutlook() *outlook {
	return &outlook{seed: maphash.MakeSeed(), marks: map[uint64]struct{}{}}
}

// watched is a store whose commits an outlook sees.
type watched struct {
	Store
	o *outlook
}

func (s watched) Commit(ctx context.Context, edition string, decide func(race.Instant, Head, Reader) (*Changes, error)) error {
	var next *view
	var made *Changes
	err := s.Store.Commit(ctx, edition, func(at race.Instant, h Head, r Reader) (*Changes, error) {
		next, made = nil, nil
		c, err := decide(at, h, r)
		if err == nil {
			next, made = s.o.after(at, h, r, c), c
		}
		return c, err
	})
	if err != nil {
		s.o.view.Store(nil) // nobody knows whether it stands
		if !nothingWritten(err) {
			s.o.whole.Store(false) // nor which keys it used
			s.o.began.Store(false)
		}
		return err
	}
	if made != nil {
		s.o.mark(made)
	}
	s.o.view.Store(next)
	return nil
}

// after is the view once the changes stand.
func (o *outlook) after(at race.Instant, h Head, r Reader, c *Changes) *view {
	v := &view{at: at, catalogue: h.Catalogue, state: h.State, free: make(map[string]int, len(h.Quotas)), next: math.MaxInt64}
	add := func(qs []Quota) {
		for i := range qs {
			v.free[qs[i].ID()] = qs[i].Free()
			if qs[i].KeptUntil > at {
				v.next = min(v.next, qs[i].KeptUntil)
			}
		}
	}
	add(h.Quotas)
	if c != nil {
		v.catalogue, v.state = c.Head.Catalogue, c.Head.State
		add(c.Quotas)
	}
	was := o.view.Load()
	if was != nil && was.catalogue == v.catalogue {
		v.opens, v.closes = was.opens, was.closes
	} else if v.catalogue != nil {
		v.opens, v.closes = v.catalogue.OpensAt(), v.catalogue.ClosesAt()
	}
	v.next = min(v.next, o.firstEnd(was, at, r, c))
	return v
}

// firstEnd is the earliest end of a hold, or an instant before it.
func (o *outlook) firstEnd(was *view, at race.Instant, r Reader, c *Changes) race.Instant {
	first := race.Instant(math.MaxInt64)
	if was != nil && at < was.next {
		first = was.next
	} else {
		held, err := r.Expired(math.MaxInt64, 1)
		if err != nil {
			return at
		}
		for _, h := range held {
			first = h.HardEnd
		}
	}
	if c != nil {
		for _, h := range c.Orders {
			if h.State == Held {
				first = min(first, h.HardEnd)
			}
		}
	}
	return first
}

func (o *outlook) mark(c *Changes) {
	if len(c.Keys) == 0 && len(c.Blinds) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range c.Keys {
		o.marks[maphash.String(o.seed, c.Keys[i].Key)] = struct{}{}
	}
	for _, of := range c.Blinds {
		for _, b := range of {
			o.marks[maphash.String(o.seed, b)] = struct{}{}
		}
	}
}

// known reports whether a key or a blind index may have been used.
func (o *outlook) known(key string, blinds []string) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if _, ok := o.marks[maphash.String(o.seed, key)]; ok && key != "" {
		return true
	}
	return slices.ContainsFunc(blinds, func(b string) bool {
		_, ok := o.marks[maphash.String(o.seed, b)]
		return ok
	})
}

// Remember reads what keys and payers earlier runs of the program had, so that
// SoldOut can answer. Without it, and on a store that others write too, SoldOut
// is silent. It may be called again after a fault, and costs nothing when it is
// done.
func (c *Counter) Remember(ctx context.Context) error {
	o := c.outlook
	m, ok := c.marker.(Marker)
	if !ok || o.whole.Load() || !o.began.CompareAndSwap(false, true) {
		return nil
	}
	read := map[uint64]struct{}{}
	alone, err := m.Marks(ctx, c.edition, func(mark string) { read[maphash.String(o.seed, mark)] = struct{}{} })
	if err != nil {
		o.began.Store(false)
		return err
	}
	o.mu.Lock()
	for k := range read {
		o.marks[k] = struct{}{}
	}
	o.mu.Unlock()
	o.alone = alone
	o.whole.Store(true)
	return nil
}

// SoldOut refuses an ask for which there are certainly not enough units: Conflict
// sale.sold_out as Hold would say. nil means that Hold has to be asked. now is
// the clock the store goes by.
func (c *Counter) SoldOut(now race.Instant, a *Ask) error {
	o := c.outlook
	v := o.view.Load()
	if v == nil || !o.whole.Load() || !o.alone || !v.sells(max(now, v.at)) || a.Partner != "" || a.Voucher != "" || a.Bank || a.By.SignedIn() {
		return nil
	}
	var few [8]Use
	units, ok := v.units(few[:0], a.Wants)
	if !ok {
		return nil
	}
	var short []shortage
	for _, u := range units {
		free, ok := v.free[u.Resource]
		if !ok {
			return nil
		}
		if free < u.N {
			short = append(short, shortage{&Quota{Resource: u.Resource, Size: free}, u.N})
		}
	}
	if len(short) == 0 || o.known(a.Key, a.Blinds) {
		return nil
	}
	if o.view.Load() != v {
		return nil // a commit came in between: what was known may have changed with it
	}
	slices.SortFunc(short, func(a, b shortage) int {
		if a.quota.Resource < b.quota.Resource {
			return -1
		}
		return 1
	})
	return soldOut(short)
}

// sells reports whether the sale is open to everybody and nothing has come free
// since the view was taken.
func (v *view) sells(now race.Instant) bool {
	if v.catalogue == nil || v.catalogue.Mode == Draw || now >= v.next {
		return false
	}
	switch v.state {
	case "":
		return now >= v.opens && (v.closes == 0 || now < v.closes)
	case "open":
		return true
	}
	return false
}

// units adds up what is wanted; not ok if something is not for sale, or not in
// such a number.
func (v *view) units(out []Use, wants []Want) ([]Use, bool) {
	for _, w := range wants {
		p := v.catalogue.Product(w.Product)
		if p == nil || p.Hidden || w.N < 1 || w.N > 1000 {
			return nil, false
		}
		for _, u := range p.Uses {
			at := slices.IndexFunc(out, func(x Use) bool { return x.Resource == u.Resource })
			if at < 0 {
				at = len(out)
				out = append(out, Use{Resource: u.Resource})
			}
			out[at].N += u.N * w.N
		}
	}
	return out, len(wants) > 0
}
