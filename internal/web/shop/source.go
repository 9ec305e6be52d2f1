package shop

import (
	"net/http"

	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Source is everything the shop sells from. Counter, Views, Blind, ID and Now
// must be there; where one is missing there is no shop.
type Source struct {
	// Counter is where everything of an edition's sale goes through, nil if the
	// edition has no sale.
	Counter func(edition string) *sale.Counter
	Views   sale.Views
	// Blind is the index of a value of a kind: "email", "document". The value was
	// folded before (entry.FoldEmail, entry.FoldDocument).
	Blind func(kind, value string) string
	// ID makes 26 random characters that nobody can guess: who knows an order's id
	// may see the order.
	ID  func() string
	Now func() race.Instant // the wall clock
	// Cashier takes card payments; nil = none are taken.
	Cashier pay.Cashier
	// Rooms gives an edition's waiting room, nil if it has none; nil = there are none.
	Rooms func(edition string) *sale.Room
	// Drawings gives an edition's draw, nil if it has none; nil = there are none.
	Drawings func(edition string) *sale.Drawing
	// Base is scheme and host under which the reader reached this site, for
	// addresses that go to others ("https://run.example.org"); nil = from the
	// request.
	Base func(*http.Request) string
}

// Whole reports whether there is enough to open the shop.
func (s *Source) Whole() bool {
	return s.Counter != nil && s.Views != nil && s.Blind != nil && s.ID != nil && s.Now != nil
}

// base is the site's own scheme and host as the reader sees them.
func (s *Source) base(r *http.Request) string {
	if s.Base != nil {
		return s.Base(r)
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
