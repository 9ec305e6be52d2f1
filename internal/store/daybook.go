package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// A page of the day book is all that a commit made of new rows, on its way to the
// tables. In a rush a commit writes its page and the quotas, and nothing else:
// one row instead of six for every hold. The page is filed, its rows go to their
// tables, when the rush is over, and before anybody reads what is in it.

// page is new rows of one commit. Personal data in it is open: the page is
// sealed as a whole.
type page struct {
	seq      int64
	At       race.Instant
	Ends     race.Instant // of the first hold in it to end
	Orders   []newOrder
	Keys     []keyRow
	Lines    []lineRow
	Postings []postingRow
	Mails    []mailForm
	Audits   []auditRow
}

// newOrder is a row of sale_order before it is sealed, and its rows of
// sale_blind.
type newOrder struct {
	page                            int64
	ID, Number, State               string
	Partner, Reference              string
	Made, HardEnd                   race.Instant
	Unpaid, Tasks, Owed, Paying     int
	Version                         int
	Blinds                          []string
	Units, Body /* JSON */, Private []byte
}

type (
	keyRow struct {
		page             int64
		Key, Body, Order string
	}
	lineRow struct {
		At              race.Instant
		Order, Move, By string
		Units           []byte // JSON
	}
	postingRow struct {
		At                                    race.Instant
		Minor                                 int64
		Entry, Order, Account, Currency, Text string
	}
	mailForm struct {
		ID, Template, Lang, Order string
		Letter                    []byte // to be sealed
	}
	auditRow struct {
		Actor, Name, Action, Subject string
		Detail                       []byte // JSON
	}
)

const (
	// fewForPage is how many new orders make a page: fewer are as quickly written
	// where they belong.
	fewForPage = 16
	// mostInDaybook is how many orders wait to be filed at most. Beyond that every
	// commit files as many as it brings.
	mostInDaybook = 32 << 10
	// pagesAtOnce is how many pages are filed in one write: holds go in between.
	pagesAtOnce = 2
	// rushOver is how long no page must have come for the rush to be over, and
	// longestRush is how long pages wait even so.
	rushOver    = 500 * time.Millisecond
	longestRush = 5 * time.Second
)

// tail is what a node remembers of an edition's day book. The pages of a commit
// on its way are in it already; views look no further than last.
type tail struct {
	mu          sync.RWMutex // held to change it, which only the writer does, and by views
	first, last int64        // pages that are committed and not filed; first > last: none
	pages       map[int64]*page
	orders      map[string]*newOrder
	keys        map[string]keyRow
	blinds      map[int64][]string // orders by hash of a blind index
	filing      bool               // somebody waits for the rush to be over
}

func newTail() *tail {
	return &tail{first: 1, pages: map[int64]*page{}, orders: map[string]*newOrder{}, keys: map[string]keyRow{}, blinds: map[int64][]string{}}
}

func (s *SaleStore) tailOf(edition string) *tail {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tails[edition]
	if t == nil {
		t = newTail()
		s.tails[edition] = t
	}
	return t
}

func (t *tail) add(edition string, p *page) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pages[p.seq] = p
	for i := range p.Orders {
		o := &p.Orders[i]
		o.page = p.seq
		t.orders[o.ID] = o
		for _, b := range o.Blinds {
			h := hashOf(edition, b)
			t.blinds[h] = append(t.blinds[h], o.ID)
		}
	}
	for _, k := range p.Keys {
		k.page = p.seq
		t.keys[k.Key] = k
	}
}

// keep forgets all pages but those of a window.
func (t *tail) keep(edition string, first, last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.first, t.last = first, last
	if first > last {
		t.pages, t.orders, t.keys, t.blinds = map[int64]*page{}, map[string]*newOrder{}, map[string]keyRow{}, map[int64][]string{}
		return
	}
	for seq, p := range t.pages {
		if seq >= first && seq <= last {
			continue
		}
		delete(t.pages, seq)
		for i := range p.Orders {
			o := &p.Orders[i]
			delete(t.orders, o.ID)
			for _, b := range o.Blinds {
				h := hashOf(edition, b)
				if t.blinds[h] = slices.DeleteFunc(t.blinds[h], func(id string) bool { return id == o.ID }); len(t.blinds[h]) == 0 {
					delete(t.blinds, h)
				}
			}
		}
		for _, k := range p.Keys {
			delete(t.keys, k.Key)
		}
	}
}

// find is a committed order of the day book, nil if it is filed or unknown.
func (t *tail) find(id string) *newOrder {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if o := t.orders[id]; o != nil && o.page >= t.first && o.page <= t.last {
		return o
	}
	return nil
}

// row is a new order as if it had been read from its table.
func (o *newOrder) row() orderRow {
	return orderRow{id: o.ID, body: o.Body, sealed: sealed{plain: o.Private, version: o.Version}}
}

// openDaybook finds which pages are not filed as this transaction sees it, and
// reads those that are not remembered: of other nodes, of before a restart.
func (w *saleTx) openDaybook(first, last int64) error {
	w.first, w.last = first, last
	if first == 0 {
		w.first = last + 1
	}
	w.tail = w.s.tailOf(w.edition)
	w.tx.whenOver(func(kept bool) {
		if kept {
			w.tail.keep(w.edition, w.first, w.last)
		} else {
			w.tail.keep(w.edition, w.tail.first, w.tail.last)
		}
	})
	from := w.first
	for from <= w.last && w.tail.pages[from] != nil {
		from++
	}
	if from > w.last {
		return nil
	}
	err := w.tx.Each(func(scan func(...any) error) error {
		var seq int64
		var k sealed
		if err := scan(&seq, &k.private, &k.wrapped); err != nil {
			return err
		}
		if w.tail.pages[seq] != nil {
			return nil
		}
		plain, err := w.s.unseal(&k, pagePlace(w.edition, seq))
		if err != nil {
			return err
		}
		p, err := decodePage(seq, plain)
		if err != nil {
			return err
		}
		w.tail.add(w.edition, p)
		return nil
	}, `SELECT seq, page, wrapped FROM sale_daybook WHERE edition = $1 AND seq >= $2 ORDER BY seq`, w.edition, from)
	for seq := from; seq <= w.last && err == nil; seq++ {
		if w.tail.pages[seq] == nil {
			err = damaged(fmt.Errorf("page %d of the day book is missing", seq))
		}
	}
	return err
}

func pagePlace(edition string, seq int64) string {
	return "daybook " + edition + " " + strconv.FormatInt(seq, 10)
}

// ends is when the first hold in the day book ends.
func (w *saleTx) ends() race.Instant {
	first := race.Instant(math.MaxInt64)
	for seq := w.first; seq <= w.last; seq++ {
		first = min(first, w.tail.pages[seq].Ends)
	}
	return first
}

// inBook reports whether a page is in the day book.
func (w *saleTx) inBook(page int64) bool { return page >= w.first && page <= w.last }

// unfiled is an order of the day book, nil if there is none.
func (w *saleTx) unfiled(id string) *newOrder {
	if o := w.tail.orders[id]; o != nil && w.inBook(o.page) {
		return o
	}
	return nil
}

// grows reports whether changes are new rows and nothing else, and enough of them
// for a page, or more of a rush that has begun.
func (w *saleTx) grows(c *sale.Changes, made int) bool {
	return made > 0 && made == len(c.Orders) && len(c.Waits) == 0 && len(c.Seen) == 0 && c.Head.Catalogue == w.head.Catalogue &&
		(made >= w.s.few || w.first <= w.last)
}

// makeRoom files the earliest pages while the day book has no room for so many orders.
func (w *saleTx) makeRoom(orders int) error {
	for seq := w.first; seq <= w.last; seq++ {
		orders += len(w.tail.pages[seq].Orders)
	}
	for orders > mostInDaybook && w.first <= w.last {
		orders -= len(w.tail.pages[w.first].Orders)
		if err := w.file(1); err != nil {
			return err
		}
	}
	return nil
}

// enter writes a page into the day book.
func (w *saleTx) enter(p *page) error {
	if err := w.makeRoom(len(p.Orders)); err != nil {
		return err
	}
	p.seq = w.last + 1
	p.Ends = math.MaxInt64
	for i := range p.Orders {
		if o := &p.Orders[i]; o.State == string(sale.Held) {
			p.Ends = min(p.Ends, o.HardEnd)
		}
	}
	if err := w.fresh(p); err != nil {
		return err
	}
	w.s.scratch = p.encode(w.s.scratch[:0])
	k, err := w.s.shut(w.s.scratch, pagePlace(w.edition, p.seq))
	if err != nil {
		return err
	}
	if _, err := w.tx.Exec(`INSERT INTO sale_daybook (edition, seq, ends, page, wrapped) VALUES ($1, $2, $3, $4, $5)`,
		w.edition, p.seq, p.Ends, k.private, k.wrapped); err != nil {
		return err
	}
	if _, err := w.tx.Exec(`UPDATE sale_edition SET page = $2 WHERE edition = $1`, w.edition, p.seq); err != nil {
		return err
	}
	w.tail.add(w.edition, p)
	w.last = p.seq
	return nil
}

// fresh refuses a page that could not be filed, for one of its orders has the id
// of another. Ids begin with the time, so nearly all are greater than any before.
func (w *saleTx) fresh(p *page) error {
	var greatest string
	if _, err := w.tx.Find([]any{&greatest}, `SELECT COALESCE(MAX(id), '') FROM sale_order`); err != nil {
		return err
	}
	var doubtful []string
	for i := range p.Orders {
		id := p.Orders[i].ID
		if w.unfiled(id) != nil {
			return twice(id)
		}
		if id <= greatest {
			doubtful = append(doubtful, id)
		}
	}
	return eachOf(&w.tx.View, doubtful, func(scan func(...any) error) error {
		var id string
		if err := scan(&id); err != nil {
			return err
		}
		return twice(id)
	}, `SELECT id FROM sale_order WHERE edition || '' = $1 AND id `+listed, w.edition)
}

func twice(id string) error { return damaged(fmt.Errorf("order %s is there already", id)) }

// file moves the rows of pages to their tables, the earliest pages first, at
// most so many; 0 = all.
func (w *saleTx) file(most int64) error {
	last := w.last
	if most > 0 {
		last = min(last, w.first+most-1)
	}
	for w.first <= last {
		until := min(last, w.first+pagesAtOnce-1)
		pages := make([]*page, 0, pagesAtOnce)
		for seq := w.first; seq <= until; seq++ {
			pages = append(pages, w.tail.pages[seq])
		}
		if err := w.insert(pages...); err != nil {
			return err
		}
		if _, err := w.tx.Exec(`DELETE FROM sale_daybook WHERE edition = $1 AND seq <= $2`, w.edition, until); err != nil {
			return err
		}
		w.tx.Unaudited() // what was done is in the pages
		w.first = until + 1
	}
	return nil
}

// File moves what is now in the day book of an edition to the tables, a few pages
// in a write, so that whoever buys meanwhile hardly waits. Views that need it do
// it themselves, and so does the store when a rush is over.
func (s *SaleStore) File(ctx context.Context, edition string) error {
	until := int64(-1)
	for more := true; more; {
		if err := s.db.Write(ctx, func(tx *Tx) error {
			w := s.begin(tx, edition)
			err := w.readHead()
			if until < 0 {
				until = w.last // what is written later is not waited for
			}
			if err == nil {
				err = w.file(pagesAtOnce)
			}
			more = w.first <= until
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// FileAll is File for every edition: for when the program starts and ends.
func (s *SaleStore) FileAll(ctx context.Context) error { return s.filed(ctx, "") }

// fileIn files all of an edition's day book in a write.
func (s *SaleStore) fileIn(tx *Tx, edition string) error {
	some, err := tx.Find([]any{new(int)}, `SELECT 1 FROM sale_daybook WHERE edition = $1 LIMIT 1`, edition)
	if err != nil || !some {
		return err
	}
	w := s.begin(tx, edition)
	if err := w.readHead(); err != nil {
		return err
	}
	return w.file(0)
}

// filed sees to it that what is in the day book of an edition now is filed, of
// every edition if edition is "".
func (s *SaleStore) filed(ctx context.Context, edition string) error {
	editions, err := list(s.db.view(ctx), func(scan func(...any) error) (e string, err error) {
		err = scan(&e)
		return e, err
	}, `SELECT DISTINCT edition FROM sale_daybook WHERE $1 IN ('', edition)`, edition)
	for _, e := range editions {
		if err == nil {
			err = s.File(ctx, e)
		}
	}
	return err
}

// fileLater files an edition's day book when the rush is over. One at a time
// waits for that.
func (s *SaleStore) fileLater(edition string, t *tail) {
	t.mu.Lock()
	waits := t.filing || t.first > t.last || s.rush == 0
	t.filing = t.filing || !waits
	t.mu.Unlock()
	if waits {
		return
	}
	go func() {
		was, began := int64(0), s.db.instant()
		for {
			time.Sleep(s.rush)
			t.mu.Lock()
			last := t.last
			if t.first > last {
				t.filing = false
				t.mu.Unlock()
				return
			}
			t.mu.Unlock()
			if last != was && s.db.instant().Sub(began) < longestRush {
				was = last
				continue
			}
			if err := s.File(context.Background(), edition); fault.CodeOf(err) == "store.closed" {
				return
			}
			was, began = 0, s.db.instant() // what could not be filed is tried again
		}
	}()
}
