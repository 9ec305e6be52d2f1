package shop

import (
	"net/url"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// stand is what every page of the shop begins with: the edition and its sale as
// they are now.
type stand struct {
	Edition   *race.Edition
	Head      sale.Head
	Catalogue *sale.Catalogue
	Counter   *sale.Counter
	Zone      *time.Location // of the sale
	Now       race.Instant
	Here      string // which of the pages this is: entry, order, list, find
}

// Base is the path of the edition's pages.
func (s *stand) Base() string { return "/e/" + url.PathEscape(s.Edition.ID) }

// Phase is where the sale is: soon, open, closed, postponed or cancelled. What
// the office said goes before the catalogue's times.
func (s *stand) Phase() string {
	switch s.Head.State {
	case "open", "closed", "postponed", "cancelled":
		return s.Head.State
	}
	switch opens, closes := s.Catalogue.OpensAt(), s.Catalogue.ClosesAt(); {
	case opens == 0 || s.Now < opens:
		return "soon"
	case closes != 0 && s.Now >= closes:
		return "closed"
	}
	return "open"
}

// stand finds the edition of a call and its sale. Fault NotFound sale.none if
// the edition has none.
func (m *Room) stand(c *site.Call, here string) (*stand, error) {
	ctx, id := c.R.Context(), c.Path("edition")
	e, err := m.edition(ctx, id)
	if err != nil {
		return nil, err
	}
	counter := m.Counter(id)
	if counter == nil {
		return nil, fault.New(fault.NotFound, "sale.none", nil)
	}
	h, err := m.Views.Head(ctx, id)
	if err != nil {
		return nil, err
	}
	if h.Catalogue == nil {
		return nil, fault.New(fault.NotFound, "sale.none", nil)
	}
	return &stand{Edition: e, Head: h, Catalogue: h.Catalogue, Counter: counter, Zone: h.Catalogue.Location(), Now: m.Now(), Here: here}, nil
}

// private makes an answer that nobody keeps, indexes or names to others: what
// follows in the address is the right to see it. A browser that does not say
// where a form was sent from (plain HTTP on a local network) is told only to keep
// the address from other sites: without any referrer it would hide the form's
// origin from us too, and the form would be refused.
func private(c *site.Call) {
	h := c.W.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	if c.R.Header.Get("Sec-Fetch-Site") != "" {
		h.Set("Referrer-Policy", "no-referrer")
	} else {
		h.Set("Referrer-Policy", "same-origin")
	}
}
