// Package web is every page of Stadion and the JSON beside them: the route table
// and the wiring of the rooms. The foundation is in site, the pages for everybody
// in public.
package web

import (
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"stadion/internal/web/public"
	"stadion/internal/web/site"
)

// Config is what the pages need.
type Config struct {
	Editions     public.Editions
	Certificates public.Certificates
	Who          site.Who         // nil: nobody is ever signed in
	Log          *slog.Logger     // nil: slog.Default
	Now          func() time.Time // wall clock
	NewID        func() string    // request ids
	Jitter       func(n int) int  // a random number below n; nil: math/rand
	Secure       bool             // served over TLS
}

// New makes the handler of the whole site. It fails where an asset or a template
// is missing or wrong, and panics where a route has no permission.
func New(cfg Config) (http.Handler, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.IntN
	}
	s, err := site.New(site.Config{
		Who: cfg.Who, Log: cfg.Log, Now: cfg.Now, NewID: cfg.NewID, Secure: cfg.Secure,
		Templates: []fs.FS{public.Templates},
	})
	if err != nil {
		return nil, err
	}
	pub, err := public.New(public.Config{Site: s, Editions: cfg.Editions, Certificates: cfg.Certificates,
		Now: cfg.Now, Jitter: cfg.Jitter, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	return s.Mount(routes(s, pub)), nil
}
