// Package office is the race office behind the sign-in: what the crew sees and
// does on the day. A page is one file and one template of its name. Handlers
// read a form, call one use-case of raceday or of a source, and show or
// redirect; who may call them stands in the route table.
package office

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/web/site"
	"stadion/internal/web/standing"
)

// Templates are the pages of this room.
//
//go:embed template/*.html
var Templates embed.FS

// SignInPath is where readers are sent who are not signed in.
const SignInPath = "/office/sign-in"

// Config is what the room needs.
type Config struct {
	Source
	Site   *site.Site
	Now    func() time.Time
	NewID  func() string   // of jobs: not guessable
	Life   context.Context // ends what runs in the background; nil: nothing does
	Log    *slog.Logger
	Secure bool // served over TLS: the cookie goes over it only
}

// Room answers the office's addresses. It is safe for concurrent use.
type Room struct {
	Source
	site   *site.Site
	now    func() time.Time
	secure bool
	log    *slog.Logger
	jobs   *jobs
	book   *standing.Book

	mu    sync.Mutex
	sight map[string]sight // by edition

	unitBooks unitBooks
}

// New makes the room. It fails where something it needs is not there.
func New(cfg Config) (*Room, error) {
	s := cfg.Source
	if cfg.Site == nil || cfg.Now == nil || cfg.NewID == nil || cfg.Log == nil || !s.Whole() {
		return nil, errors.New("office: a site, a clock, a source of ids, a log and every source are needed")
	}
	if cfg.Life == nil {
		cfg.Life = context.Background()
	}
	return &Room{Source: s, site: cfg.Site, now: cfg.Now, secure: cfg.Secure, log: cfg.Log,
		jobs: newJobs(cfg.Life, cfg.NewID, cfg.Log), book: standing.New(cfg.Now), sight: map[string]sight{}}, nil
}

// Whole reports whether every source is there.
func (s Source) Whole() bool {
	return s.Sessions != nil && s.Accounts != nil && s.Editions != nil && s.Uploads != nil &&
		s.Trail != nil && s.Revisions != nil && s.Papers != nil
}

// cookie is the name of the session's cookie.
const cookie = "session"

// Who says who calls, by the session's cookie.
func Who(s Sessions) site.Who {
	return func(r *http.Request) (access.Actor, error) {
		c, err := r.Cookie(cookie)
		if err != nil || c.Value == "" {
			return access.Actor{}, nil
		}
		a, err := s.Actor(r.Context(), c.Value)
		if fault.KindOf(err) == fault.Unauthenticated {
			return access.Actor{}, nil
		}
		return a, err
	}
}

// token is the secret of the caller's session, "" if there is none.
func token(r *http.Request) string {
	if c, err := r.Cookie(cookie); err == nil {
		return c.Value
	}
	return ""
}

// setSession gives the browser the session, or takes it away with "".
func (m *Room) setSession(c *site.Call, token string, until time.Time) {
	k := &http.Cookie{Name: cookie, Value: token, Path: "/", HttpOnly: true, Secure: m.secure,
		SameSite: http.SameSiteLaxMode, MaxAge: -1}
	if token != "" {
		k.MaxAge = int(until.Sub(m.now()).Seconds())
	}
	http.SetCookie(c.W, k)
}

// address is the client's, without its port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
