package web

import (
	"stadion/internal/access"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// shopRoutes are the buyers' pages. m is nil where nothing is sold.
func shopRoutes(m *shop.Room) []site.Route {
	if m == nil {
		return nil
	}
	return []site.Route{
		{Pattern: "GET /e/{edition}/entry", Permission: access.Public, Do: m.Entry},
	}
}
