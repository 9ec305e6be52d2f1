package public

import (
	"embed"
	"errors"
	"log/slog"
	"time"

	"stadion/internal/web/site"
	"stadion/internal/web/standing"
)

// Templates are the pages of this room.
//
//go:embed template/*.html
var Templates embed.FS

// Config is what the room needs.
type Config struct {
	Site         *site.Site
	Editions     Editions
	Certificates Certificates
	Explanations Explanations // nil: no page tells why a result is what it is
	Now          func() time.Time
	Papers       Papers          // nil: nothing can be had on paper
	Jitter       func(n int) int // a random number below n, to spread returning viewers
	Log          *slog.Logger
	Sells        func(edition string) bool // whether there is a way to enter here; nil: there is none
}

// Room answers the public addresses. It is safe for concurrent use.
type Room struct {
	site         *site.Site
	editions     Editions
	certificates Certificates
	explanations Explanations
	now          func() time.Time
	jitter       func(n int) int
	indexes      indexes
	hub          *hub
	book         *standing.Book
	papers       Papers
	press        chan struct{} // holds who prints
	sells        func(edition string) bool
}

// New makes the room.
func New(cfg Config) (*Room, error) {
	if cfg.Site == nil || cfg.Editions == nil || cfg.Certificates == nil || cfg.Now == nil ||
		cfg.Jitter == nil || cfg.Log == nil {
		return nil, errors.New("public: a site, editions, certificates a clock, chance and a log are needed")
	}
	m := &Room{site: cfg.Site, editions: cfg.Editions, certificates: cfg.Certificates, explanations: cfg.Explanations, now: cfg.Now, jitter: cfg.Jitter,
		book: standing.New(cfg.Now), papers: cfg.Papers, press: make(chan struct{}, 1), sells: cfg.Sells}
	m.hub = newHub(cfg.Editions, cfg.Log, m.parts)
	return m, nil
}

// Nowhere answers every address that is not in the table.
func (m *Room) Nowhere(*site.Call) error { return site.NoSuchPage() }

// Health answers GET /healthz: that this process serves.
func (m *Room) Health(c *site.Call) error {
	c.W.Header().Set("Cache-Control", "no-store")
	return c.Bytes(200, "text/plain; charset=utf-8", []byte("ok\n"))
}
