// Package api answers programs: JSON in, JSON out, faults as problem+json. Its
// addresses and fields are in docs/operate/api.md; what is written there is
// promised and only ever added to.
package api

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// Source is what the API sells from, as the shop has it.
type Source struct {
	// Counter is where everything of an edition's sale goes through, nil if the
	// edition has no sale.
	Counter func(edition string) *sale.Counter
	Views   sale.Views
	// Blind is the index of a folded value of a kind: "email", "document".
	Blind func(kind, value string) string
	// ID makes 26 random characters that nobody can guess.
	ID  func() string
	Now func() race.Instant // the clock the store goes by
	// Rooms gives an edition's waiting room, nil if it has none; nil = there are none.
	Rooms func(edition string) *sale.Room
}

// Config is what the room needs.
type Config struct {
	Source
	// PerMinute is how many holds one address may ask for in a minute; 0 = any number.
	PerMinute int
}

// Room answers the API's addresses. It is safe for concurrent use.
type Room struct {
	Source
	rate *rate

	mu    sync.Mutex
	heads map[string]head
	told  map[sentence][]byte
}

// New makes the room. It fails where something it needs is not there.
func New(cfg Config) (*Room, error) {
	s := cfg.Source
	if s.Counter == nil || s.Views == nil || s.Blind == nil || s.ID == nil || s.Now == nil {
		return nil, errors.New("api: counters, views, blind indexes, ids and a clock are needed")
	}
	m := &Room{Source: s, heads: map[string]head{}, told: map[sentence][]byte{}}
	if cfg.PerMinute > 0 {
		m.rate = newRate(cfg.PerMinute)
	}
	return m, nil
}

// counter is that of the edition in the address. Fault NotFound sale.none.
func (m *Room) counter(edition string) (*sale.Counter, error) {
	if c := m.Counter(edition); c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "sale.none", nil)
}

// head is the state of a sale as it is shown for a moment.
type head struct {
	sale.Head
	at race.Instant
}

// moment is how old what is shown may be. What is decided is never decided by it.
const moment = race.Instant(time.Second)

// shown is the state of a sale, at most a moment old: however many ask, the
// store is asked once in it.
func (m *Room) shown(r *http.Request, edition string) (sale.Head, error) {
	now := m.Now()
	m.mu.Lock()
	h, ok := m.heads[edition]
	m.mu.Unlock()
	if ok && now >= h.at && now-h.at < moment {
		return h.Head, nil
	}
	if _, err := m.counter(edition); err != nil {
		return sale.Head{}, err // unknown names fill no memory
	}
	fresh, err := m.Views.Head(r.Context(), edition)
	if err != nil {
		return sale.Head{}, err
	}
	m.mu.Lock()
	m.heads[edition] = head{fresh, now}
	m.mu.Unlock()
	return fresh, nil
}

// Routes of the room are in package web; these are its handlers' types.
var (
	_ site.Lean    = (*Room)(nil).Take
	_ site.Handler = (*Room)(nil).Products
	_ site.Handler = (*Room)(nil).Hold
)
