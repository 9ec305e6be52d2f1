// Package site is what every page of Stadion stands on: the call, the layout,
// languages, themes, forms, flashes, tables, errors and the middleware. It knows
// no race; rooms beside it (public, office) hold the pages.
package site

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/web/assets"
)

// Config is what a site is made of.
type Config struct {
	Who       Who              // who calls; nil means that nobody is ever signed in
	SignIn    string           // path of the sign-in page, "" = none: readers are sent there with ?back=
	Log       *slog.Logger     // nil means slog.Default
	Now       func() time.Time // for durations in the log and cookies' ages
	NewID     func() string    // request ids, unique and not guessable
	Secure    bool             // cookies only over TLS
	Templates []fs.FS          // page templates of the rooms, see Render
}

// Site renders pages and answers errors. It is safe for concurrent use.
type Site struct {
	who    Who
	signIn string
	log    *slog.Logger
	now    func() time.Time
	newID  func() string
	secure bool
	assets *assets.Set
	pages  map[lang.Tag]func() (pages, error)
}

// New loads the assets and reads every template, so that what is wrong with one
// stops the program at its start and not a reader in the middle of a race.
func New(cfg Config) (*Site, error) {
	if cfg.Now == nil || cfg.NewID == nil {
		return nil, errors.New("site: a clock and a source of ids are needed")
	}
	set, err := assets.Load()
	if err != nil {
		return nil, err
	}
	s := &Site{who: cfg.Who, signIn: cfg.SignIn, log: cfg.Log, now: cfg.Now, newID: cfg.NewID, secure: cfg.Secure, assets: set}
	if s.who == nil {
		s.who = func(*http.Request) (access.Actor, error) { return access.Actor{}, nil }
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.pages, err = parse(set, cfg.Templates); err != nil {
		return nil, err
	}
	return s, nil
}

// Who says who calls: the zero Actor when nobody is signed in. An error is for
// when it cannot be found out (the store does not answer).
type Who func(r *http.Request) (access.Actor, error)

// Handler answers one call. An error it returns becomes a page, or a problem
// document where the caller asked for JSON; it must not have written before.
type Handler func(c *Call) error

// Route is one line of the route table.
type Route struct {
	Pattern    string            // of net/http.ServeMux: "GET /e/{edition}"
	Permission access.Permission // one of package access, never empty
	Do         Handler
	Body       int64 // the largest body taken, in bytes; 0 means 64 KiB
	Lean       Lean  // in place of Do; Body is its own affair
}

// Mount registers the table. A route without a permission, without a handler or
// standing twice panics: it is a programmer's mistake and shows at the start.
func (s *Site) Mount(routes []Route) http.Handler {
	mux, door := http.NewServeMux(), http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, s.assets)
	lean := false
	for _, rt := range routes {
		if !rt.Permission.Known() {
			panic(fmt.Sprintf("site: route %q names no known permission: %q", rt.Pattern, rt.Permission))
		}
		if rt.Lean != nil {
			door.Handle(rt.Pattern, s.lean(rt))
			lean = true
			continue
		}
		if rt.Do == nil {
			panic(fmt.Sprintf("site: route %q has no handler", rt.Pattern))
		}
		mux.Handle(rt.Pattern, s.serve(rt))
	}
	if !lean {
		return s.around(mux)
	}
	door.Handle("/", s.around(mux))
	return door
}

func (s *Site) serve(rt Route) http.HandlerFunc {
	limit := rt.Body
	if limit == 0 {
		limit = 64 << 10
	}
	return func(w http.ResponseWriter, r *http.Request) {
		note(r).route = rt.Pattern
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		c := s.call(w, r)
		actor, err := s.who(r)
		if err == nil {
			c.Actor = actor
			err = access.Can(actor, rt.Permission, r.PathValue("edition"))
		}
		if err == nil {
			err = rt.Do(c)
		}
		if err != nil {
			s.fail(c, err)
		}
	}
}
