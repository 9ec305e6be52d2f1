// Package web is every page of Stadion and the JSON beside them: the route table
// and the wiring of the rooms. The foundation is in site, the pages for everybody
// in public, those of buyers in shop, the race office behind the sign-in in office.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"stadion/internal/race"
	"stadion/internal/web/office"
	"stadion/internal/web/public"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// Config is what the pages need.
type Config struct {
	Editions       public.Editions
	Certificates   public.Certificates
	Explanations   public.Explanations // nil: no page tells why a result is what it is
	Papers         public.Papers       // nil: lists cannot be had on paper
	Office         office.Source       // where it is not whole there is no office
	Shop           shop.Source         // where it is not whole nothing is sold
	HoldsPerMinute int                 // of one address through the API; 0: any number
	Life           context.Context     // of what the office does in the background; nil: for ever
	Who            site.Who            // nil: by the office's sessions; without an office nobody is ever signed in
	Log            *slog.Logger        // nil: slog.Default
	Now            func() time.Time    // wall clock
	NewID          func() string       // request ids
	Jitter         func(n int) int     // a random number below n; nil: math/rand
	Secure         bool                // served over TLS
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
	signIn := ""
	if cfg.Office.Whole() {
		signIn = office.SignInPath
		if cfg.Who == nil {
			cfg.Who = office.Who(cfg.Office.Sessions)
		}
	}
	s, err := site.New(site.Config{
		Who: cfg.Who, SignIn: signIn, Log: cfg.Log, Now: cfg.Now, NewID: cfg.NewID, Secure: cfg.Secure,
		Templates: []fs.FS{public.Templates, office.Templates, shop.Templates},
	})
	if err != nil {
		return nil, err
	}
	pub, err := public.New(public.Config{Site: s, Editions: cfg.Editions, Certificates: cfg.Certificates, Papers: cfg.Papers, Explanations: cfg.Explanations,
		Now: cfg.Now, Jitter: cfg.Jitter, Log: cfg.Log, Sells: sells(cfg)})
	if err != nil {
		return nil, err
	}
	var off *office.Room
	if cfg.Office.Whole() {
		off, err = office.New(office.Config{Source: cfg.Office, Site: s, Now: cfg.Now, NewID: cfg.NewID, Life: cfg.Life,
			Log: cfg.Log, Secure: cfg.Secure})
		if err != nil {
			return nil, err
		}
	}
	sho, err := shopRoom(cfg, s)
	if err != nil {
		return nil, err
	}
	pro, err := apiRoom(cfg)
	if err != nil {
		return nil, err
	}
	return s.Mount(routes(s, pub, off, sho, pro)), nil
}

// sells says of which editions something is sold; nil where there is no shop.
func sells(cfg Config) func(edition string) bool {
	if !cfg.Shop.Whole() {
		return nil
	}
	return func(edition string) bool { return cfg.Shop.Counter(edition) != nil }
}

// shopRoom is the shop over the same editions as the public pages, nil where
// nothing is sold.
func shopRoom(cfg Config, s *site.Site) (*shop.Room, error) {
	if !cfg.Shop.Whole() {
		return nil, nil
	}
	return shop.New(shop.Config{Source: cfg.Shop, Site: s, Edition: func(ctx context.Context, id string) (*race.Edition, error) {
		snap, err := cfg.Editions.Snapshot(ctx, id)
		if err != nil {
			return nil, err
		}
		return snap.Edition, nil
	}})
}
