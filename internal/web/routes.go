package web

import (
	"stadion/internal/access"
	"stadion/internal/web/public"
	"stadion/internal/web/site"
)

// routes is the whole table: what is asked, who may ask, who answers.
func routes(s *site.Site, pub *public.Room) []site.Route {
	return []site.Route{
		{Pattern: "GET /{$}", Permission: access.Public, Do: pub.Home},
		{Pattern: "GET /healthz", Permission: access.Public, Do: pub.Health},
		{Pattern: "POST /theme", Permission: access.Public, Do: s.SetTheme},
		{Pattern: "/", Permission: access.Public, Do: pub.Nowhere},
	}
}
