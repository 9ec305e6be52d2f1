package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/seal"
)

// The actions of the sale that are this package's own.
const (
	SaleCreate Action = "sale.create"
	OrderErase Action = "order.erase"
)

// SaleStore keeps sales: it runs their commits (sale.Store), shows what is kept
// (sale.Views) and hands out the mail they made (sale.Outbox). Personal data is
// sealed in it with a key for each order.
type SaleStore struct {
	db  *DB
	box *seal.Box

	mu         sync.Mutex
	catalogues map[catalogueID]*sale.Catalogue // read from what is committed
	tails      map[string]*tail                // by edition
	lists      map[string]keptList             // waiting lists by edition, the writer's own

	scratch []byte // the writer's own, for pages

	few  int           // new orders that make a page of the day book
	rush time.Duration // without a page that ends a rush; 0 = somebody else files
}

type catalogueID struct {
	edition string
	version int
}

var (
	_ sale.Store  = (*SaleStore)(nil)
	_ sale.Views  = (*SaleStore)(nil)
	_ sale.Outbox = (*SaleStore)(nil)
)

// Sale is the store of sales, with the office's key for personal data.
func (db *DB) Sale(box *seal.Box) *SaleStore {
	s := &SaleStore{db: db, box: box, catalogues: map[catalogueID]*sale.Catalogue{}, tails: map[string]*tail{}, lists: map[string]keptList{}, few: fewForPage, rush: rushOver}
	db.sale.Store(s)
	return s
}

// CreateSale begins the sale of an edition with its first catalogue; c.Edition
// says whose it is. Faults: NotFound store.edition_unknown; Conflict
// store.edition_archived, store.sale_exists.
func (s *SaleStore) CreateSale(ctx context.Context, by access.Actor, c *sale.Catalogue) error {
	first := *c
	first.Version = 1
	return s.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.openEdition(c.Edition); err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO sale_edition (edition, version, state, numbers, wait_seq) VALUES ($1, 1, '', '{}', 0)
			ON CONFLICT (edition) DO NOTHING`, c.Edition)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "store.sale_exists", nil)
		}
		w := s.begin(tx, c.Edition)
		w.at = tx.at
		if err := w.addCatalogue(&first); err != nil {
			return err
		}
		quotas := sale.QuotasOf(&first)
		lines := make([]sale.Line, len(quotas))
		for i := range quotas {
			lines[i] = sale.Line{At: tx.at, Move: sale.Resize, Units: []sale.Use{{Resource: quotas[i].ID(), N: quotas[i].Size}}, By: by.Account}
		}
		if err := w.putQuotas(quotas); err != nil {
			return err
		}
		p, err := w.pageOf(&sale.Changes{Head: sale.Head{Catalogue: &first}, Lines: lines}, nil)
		if err == nil {
			err = w.insert(p)
		}
		if err != nil {
			return err
		}
		return tx.Audit(by, SaleCreate, c.Edition, c.Edition, map[string]any{"version": 1, "quotas": len(quotas)})
	})
}

// saleTx is one commit of an edition's sale.
type saleTx struct {
	s       *SaleStore
	tx      *Tx
	edition string
	at      race.Instant
	head    sale.Head // as it was
	numbers map[string]int64
	lines   int64 // last of the ledger of units
	posts   int64 // last of the ledger of money
	read    map[string]sealed
	list    *sale.WaitList // taken out of what is remembered; nil = not asked for
	waits   int64          // version of the waiting list

	tail        *tail
	first, last int64 // pages of the day book; first > last: none
}

func (s *SaleStore) begin(tx *Tx, edition string) *saleTx {
	return &saleTx{s: s, tx: tx, edition: edition, read: map[string]sealed{}}
}

// Commit implements sale.Store. Batches of several nodes follow one another, so
// decide sees the sale as if it were alone.
func (s *SaleStore) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	t := s.tailOf(edition)
	err := s.db.Write(ctx, func(tx *Tx) error {
		w := s.begin(tx, edition)
		if err := w.readHead(); err != nil {
			return err
		}
		h := w.head
		h.Numbers = maps.Clone(w.numbers)
		c, err := decide(w.at, h, w)
		if err != nil || c == nil {
			return err
		}
		return w.write(c)
	})
	s.fileLater(edition, t)
	return err
}

// steady is how far a clock may step back before it is believed: up to there
// the sale's time stands still instead, on whichever node the commit is.
const steady = 5 * time.Minute

func (w *saleTx) readHead() error {
	var version int
	var first, page int64
	var last race.Instant
	var numbers string
	found, err := w.tx.Find([]any{&version, &w.head.State, &numbers, &w.head.WaitSeq, &w.waits, &first, &page, &w.lines, &last, &w.posts}, `
		SELECT e.version, e.state, e.numbers, e.wait_seq, e.waits,
			COALESCE((SELECT MIN(seq) FROM sale_daybook WHERE edition = e.edition), 0), e.page,
			COALESCE((SELECT MAX(seq) FROM sale_line WHERE edition = e.edition), 0),
			COALESCE((SELECT at FROM sale_line WHERE edition = e.edition ORDER BY seq DESC LIMIT 1), 0),
			COALESCE((SELECT MAX(seq) FROM sale_posting WHERE edition = e.edition), 0)
		FROM sale_edition e WHERE e.edition = $1`, w.edition)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "sale.none", nil)
	}
	if err != nil {
		return err
	}
	if err := w.openDaybook(first, page); err != nil {
		return err
	}
	if w.first <= w.last {
		last = max(last, w.tail.pages[w.last].At)
	}
	w.at = w.tx.at
	if back := last.Sub(w.at); back > 0 && back <= steady {
		w.at = last
	}
	if err := json.Unmarshal([]byte(numbers), &w.numbers); err != nil {
		return damaged(err)
	}
	if w.head.Catalogue, err = w.s.catalogue(&w.tx.View, w.edition, version); err != nil {
		return err
	}
	w.head.Quotas, err = w.tx.quotas(w.edition)
	return err
}

func damaged(err error) error { return fault.Wrap(fault.Internal, "store.damaged", err, nil) }

func (v *View) quotas(edition string) ([]sale.Quota, error) {
	return list(v, func(scan func(...any) error) (q sale.Quota, err error) {
		err = scan(&q.Resource, &q.Partner, &q.Size, &q.Used, &q.Kept, &q.KeptUntil)
		return q, err
	}, `SELECT resource, partner, size, used, kept, kept_until FROM sale_quota WHERE edition = $1 ORDER BY resource, partner`, edition)
}

// catalogue is a version of an edition's catalogue. It never changes, so what is
// committed is remembered; nobody may change what is given.
func (s *SaleStore) catalogue(v *View, edition string, version int) (*sale.Catalogue, error) {
	id := catalogueID{edition, version}
	s.mu.Lock()
	c := s.catalogues[id]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, found, err := s.db.view(v.ctx).catalogue(id)
	if err == nil && found {
		s.mu.Lock()
		s.catalogues[id] = c
		s.mu.Unlock()
		return c, nil
	}
	if err == nil { // it is as new as this transaction
		c, found, err = v.catalogue(id)
	}
	if err == nil && !found {
		err = damaged(fmt.Errorf("catalogue %d of %s is not there", version, edition))
	}
	return c, err
}

func (v *View) catalogue(id catalogueID) (*sale.Catalogue, bool, error) {
	var body string
	found, err := v.Find([]any{&body}, `SELECT body FROM sale_catalogue WHERE edition = $1 AND version = $2`, id.edition, id.version)
	if err != nil || !found {
		return nil, found, err
	}
	c := &sale.Catalogue{}
	if err := json.Unmarshal([]byte(body), c); err != nil {
		return nil, false, damaged(err)
	}
	return c, true, nil
}
