// Package shop is what buyers see: the countdown and the waiting room, the
// choice, the order, paying, and one's own entry.
//
// Nobody signs in. Whoever knows an order's address may see the order, so such
// pages are kept by nobody, indexed by nobody and named to nobody (private).
package shop

import (
	"context"
	"embed"
	"errors"

	"stadion/internal/race"
	"stadion/internal/web/site"
)

// Templates are the pages of this room.
//
//go:embed template/*.html
var Templates embed.FS

// Config is what the room needs.
type Config struct {
	Source
	Site *site.Site
	// Edition finds an edition by its id. Fault NotFound if there is none.
	Edition func(ctx context.Context, id string) (*race.Edition, error)
}

// Room answers the buyers' addresses. It is safe for concurrent use.
type Room struct {
	Source
	site    *site.Site
	edition func(ctx context.Context, id string) (*race.Edition, error)
	letters limiter

	countdowns countdowns
	lists      lists
	stands     stands
}

// New makes the room.
func New(cfg Config) (*Room, error) {
	if !cfg.Source.Whole() || cfg.Site == nil || cfg.Edition == nil {
		return nil, errors.New("shop: a source, a site and editions are needed")
	}
	return &Room{Source: cfg.Source, site: cfg.Site, edition: cfg.Edition}, nil
}
