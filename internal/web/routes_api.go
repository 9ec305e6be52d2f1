package web

import (
	"stadion/internal/access"
	"stadion/internal/web/api"
	"stadion/internal/web/site"
)

// apiRoutes are for programs that buy. m is nil where nothing is sold.
func apiRoutes(m *api.Room) []site.Route {
	if m == nil {
		return nil
	}
	const base = "/api/v1/editions/{edition}"
	return []site.Route{
		{Pattern: "GET " + base + "/products", Permission: access.Public, Do: m.Products},
		{Pattern: "POST " + base + "/holds", Permission: access.Public, Lean: m.Take},
		{Pattern: "GET " + base + "/holds/{hold}", Permission: access.Public, Do: m.Hold},
	}
}

// apiRoom sells what the shop sells, nil where nothing is sold.
func apiRoom(cfg Config) (*api.Room, error) {
	if !cfg.Shop.Whole() {
		return nil, nil
	}
	s := cfg.Shop
	return api.New(api.Config{Source: api.Source{Counter: s.Counter, Views: s.Views, Blind: s.Blind, ID: s.ID, Now: s.Now, Rooms: s.Rooms},
		PerMinute: cfg.HoldsPerMinute})
}
