package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"stadion/internal/access"
	"stadion/internal/bus"
	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/mail"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/sale"
	"stadion/internal/seal"
	"stadion/internal/store"
)

// hall is the office at work: the database, the bus, and a desk for every
// edition. Handlers, commands and the demo all go through it.
type hall struct {
	db  *store.DB
	bus connection
	now func() race.Instant // race clock: the wall clock, or the demo's
	log *slog.Logger
	dir string
	key []byte // of certificate codes

	box     *seal.Box // of personal data
	sales   *store.SaleStore
	doors   *sale.Doors  // waiting rooms and draws
	cashier pay.Cashier  // nil: no cards are taken
	mail    *mail.Sender // nil: mail waits in the outbox
	asks    int          // holds that one address may ask for in a minute through the API, 0 = any number
	base    string       // address under which buyers reach the pages, "" = as they ask
	wall    func() race.Instant

	mu    sync.Mutex
	desks map[string]*desk
	ctx   context.Context // the hall's life
	stop  context.CancelFunc
	wg    sync.WaitGroup
}

// desk is an edition that is open: its log is followed, mirrored and scored.
type desk struct {
	raceday.Desk
	summary store.Edition
	counter *sale.Counter
	mirror  *logbook.Mirror
	shown   frozen
}

// hallConfig is how a hall is opened.
type hallConfig struct {
	Dir      string // data folder, made if it is not there
	Database string // "" = a SQLite file in the data folder
	NATS     string // "" = embedded
	Now      func() time.Time
	RaceNow  func() race.Instant // nil: Now
	SealKey  string              // file; "" = in the data folder
	Log      *slog.Logger
}

// hubName is this office's name in the logbook.
const hubName = "hub"

// connection is a bus, embedded or external.
type connection interface {
	OpenLog(ctx context.Context, edition, box string) (logbook.Log, error)
	Close() error
}

func openBus(ctx context.Context, dir, nats string, log *slog.Logger) (connection, error) {
	o := bus.Options{DataDir: filepath.Join(dir, "bus"), Log: log}
	if nats != "" {
		c, err := bus.Connect(nats, o)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	s, err := bus.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// The system's actor when nobody asked.
var self = access.System("stadion")

func openHall(ctx context.Context, c hallConfig) (*hall, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "app.data_dir", err, fault.Args{"dir": c.Dir, "why": reasonOf(err)})
	}
	if c.RaceNow == nil {
		c.RaceNow = func() race.Instant { return race.At(c.Now()) }
	}
	h := &hall{now: c.RaceNow, wall: func() race.Instant { return race.At(c.Now()) }, log: c.Log, dir: c.Dir, desks: map[string]*desk{}}
	h.ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := h.open(ctx, c); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// databaseIn is the database of a data folder: its own file unless another is
// named.
func databaseIn(dir, url string) string {
	if url == "" {
		return filepath.Join(dir, "stadion.sqlite")
	}
	return url
}

func (h *hall) open(ctx context.Context, c hallConfig) (err error) {
	// The bus first: its lock keeps a second office out of the folder.
	if h.bus, err = openBus(ctx, c.Dir, c.NATS, c.Log); err != nil {
		return err
	}
	if h.db, err = store.Open(ctx, databaseIn(c.Dir, c.Database), c.Now); err != nil {
		return err
	}
	if h.box, err = openSeal(c.Dir, c.SealKey); err != nil {
		return err
	}
	h.sales = h.db.Sale(h.box)
	h.doors = &sale.Doors{Head: h.sales.Head, Counter: h.counter, Keeper: h.sales, Now: h.wall, ID: h.newSecret, Random: rand.Reader}
	if h.key, err = h.db.SecretOnce(ctx, self, "certificate.key", 32); err != nil {
		return err
	}
	editions, err := h.db.Editions(ctx)
	if err != nil {
		return err
	}
	for _, e := range editions {
		if err := h.openDesk(ctx, e); err != nil {
			return fmt.Errorf("edition %s: %w", e.ID, err)
		}
	}
	return nil
}

// Close ends what runs and leaves everything durable.
func (h *hall) Close() error {
	h.stop()
	h.wg.Wait()
	if h.doors != nil {
		h.doors.Close()
	}
	var err error
	h.mu.Lock()
	for _, d := range h.desks {
		d.counter.Close()
		err = errors.Join(err, d.mirror.Close())
	}
	h.mu.Unlock()
	if h.sales != nil {
		err = errors.Join(err, h.sales.FileAll(context.Background()))
	}
	if h.bus != nil {
		err = errors.Join(err, h.bus.Close())
	}
	if h.db != nil {
		err = errors.Join(err, h.db.Close())
	}
	return err
}

// snapshotEvery is how often a running edition's pages may change.
const snapshotEvery = 200 * time.Millisecond

// openDesk opens an edition's log, follows it and waits until all that was kept
// is scored.
func (h *hall) openDesk(ctx context.Context, e store.Edition) error {
	log, err := h.bus.OpenLog(ctx, e.ID, hubName)
	if err != nil {
		return err
	}
	d := &desk{summary: e, counter: sale.NewCounter(e.ID, h.sales, 0), mirror: &logbook.Mirror{Path: filepath.Join(h.dir, "logbook", e.ID+".jsonl"), Edition: e.ID}}
	if err := h.heal(ctx, d.mirror, log); err != nil {
		return err
	}
	if err := d.mirror.Open(); err != nil {
		return err
	}
	d.Desk = raceday.Desk{Edition: e.ID, Log: log, Field: live.NewField(h.now), Shelf: h.db, Book: h,
		Now: h.now, NewID: newID}
	h.wg.Go(func() {
		if err := d.Field.Run(h.ctx, log, snapshotEvery); err != nil && h.ctx.Err() == nil {
			h.log.Error("the log can no longer be followed", "edition", e.ID, "err", err)
		}
	})
	h.wg.Go(func() { h.mirrorLog(d, log) })
	select {
	case <-d.Field.Ready():
	case <-ctx.Done():
		return ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.desks[e.ID] = d
	return nil
}

// heal gives the bus what only the plain copy of the record has: lines that the
// bus lost with its disk come back before anything new is written.
func (h *hall) heal(ctx context.Context, m *logbook.Mirror, log logbook.Log) error {
	file, err := os.Open(m.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	copied, err := logbook.Import(m.Path, file)
	if err != nil { // a torn end after a power cut is normal: the whole lines count
		h.log.Warn("the plain copy of the record is not whole", "edition", m.Edition, "err", err)
	}
	added, err := log.Merge(ctx, copied.Lines)
	if added > 0 {
		h.log.Warn("lines came back from the plain copy of the record", "edition", m.Edition, "lines", added)
	}
	return err
}

// mirrorLog keeps the plain copy of the record beside the bus. It never stops
// the race: what cannot be written is reported.
func (h *hall) mirrorLog(d *desk, log logbook.Log) {
	err := log.Follow(h.ctx, d.mirror.Append, func() {})
	if err != nil && h.ctx.Err() == nil {
		h.log.Error("the plain copy of the record is not written", "edition", d.Edition, "err", err)
	}
}

// desk finds an edition's desk; NotFound if there is none.
func (h *hall) desk(edition string) (*desk, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d := h.desks[edition]; d != nil {
		return d, nil
	}
	return nil, fault.New(fault.NotFound, "app.no_edition", fault.Args{"value": edition})
}

// list is every desk, the latest date first.
func (h *hall) list() []*desk {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*desk, 0, len(h.desks))
	for _, d := range h.desks {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *desk) int {
		if c := strings.Compare(b.summary.Date, a.summary.Date); c != 0 {
			return c
		}
		return strings.Compare(a.Edition, b.Edition)
	})
	return out
}

// CreateEdition makes an edition of its file and opens its desk.
func (h *hall) CreateEdition(ctx context.Context, by access.Actor, name string, text []byte) (*race.Edition, fault.List, error) {
	e, warnings, err := intake.Edition(name, strings.NewReader(string(text)))
	if err != nil {
		return nil, warnings, err
	}
	return e, warnings, h.addEdition(ctx, by, e, string(text))
}

func (h *hall) addEdition(ctx context.Context, by access.Actor, e *race.Edition, text string) error {
	kept, err := h.db.CreateEdition(ctx, by, store.Edition{ID: e.ID, Date: e.Date, Name: e.Name, TOML: text})
	if err != nil {
		return err
	}
	if err := h.openDesk(ctx, kept); err != nil {
		return err
	}
	d, err := h.desk(e.ID)
	if err != nil {
		return err
	}
	return d.TakeEdition(ctx, by, e)
}

// ChangeEdition replaces the rules of the day of an edition by a new file.
func (h *hall) ChangeEdition(ctx context.Context, by access.Actor, id, name string, text []byte) (*race.Edition, fault.List, error) {
	e, warnings, err := intake.Edition(name, strings.NewReader(string(text)))
	if err != nil {
		return nil, warnings, err
	}
	d, err := h.desk(id)
	if err != nil {
		return nil, warnings, err
	}
	if e.ID != id {
		return nil, warnings, fault.New(fault.Conflict, "raceday.other_edition", fault.Args{"value": e.ID, "edition": id}).On("id")
	}
	h.mu.Lock()
	version := d.summary.Version
	h.mu.Unlock()
	kept, err := h.db.ChangeEdition(ctx, by, store.Edition{ID: e.ID, Date: e.Date, Name: e.Name, TOML: string(text), Version: version})
	if err != nil {
		return nil, warnings, err
	}
	h.mu.Lock()
	d.summary = kept
	h.mu.Unlock()
	return e, warnings, d.TakeEdition(ctx, by, e)
}

// setArchived closes an edition for changes, or opens it again.
func (h *hall) setArchived(ctx context.Context, by access.Actor, id string, archived bool) error {
	d, err := h.desk(id)
	if err != nil {
		return err
	}
	set := h.db.ReopenEdition
	if archived {
		set = h.db.ArchiveEdition
	}
	if err := set(ctx, by, id); err != nil {
		return err
	}
	kept, err := h.db.Edition(ctx, id)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	d.summary = kept
	return nil
}

// Record writes a line of the audit log for what is done outside the database.
// Every act of a desk begins with it, so this is where an archived edition
// refuses them: fault store.edition_archived.
func (h *hall) Record(ctx context.Context, by access.Actor, action, edition, subject string, detail any) error {
	h.mu.Lock()
	d := h.desks[edition]
	closed, name := false, ""
	if d != nil {
		closed, name = d.summary.Archived(), d.summary.Name
	}
	h.mu.Unlock()
	if closed {
		return fault.New(fault.Conflict, "store.edition_archived", fault.Args{"value": name})
	}
	return h.db.Record(ctx, by, store.Action(action), edition, subject, detail)
}

// newID is a short random id for guns, rulings and requests.
func newID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}
