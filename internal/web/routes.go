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
		{Pattern: "GET /e/{edition}", Permission: access.Public, Do: pub.Edition},
		{Pattern: "GET /e/{edition}/results", Permission: access.Public, Do: pub.Results},
		{Pattern: "GET /e/{edition}/results.csv", Permission: access.Public, Do: pub.ResultsCSV},
		{Pattern: "GET /e/{edition}/results.json", Permission: access.Public, Do: pub.ResultsJSON},
		{Pattern: "GET /e/{edition}/runner/{bib}", Permission: access.Public, Do: pub.Runner},
		{Pattern: "GET /e/{edition}/live", Permission: access.Public, Do: pub.Live},
		{Pattern: "GET /e/{edition}/events", Permission: access.Public, Do: pub.Events},
		{Pattern: "GET /verify", Permission: access.Public, Do: pub.Verify},
		{Pattern: "GET /c/{code}", Permission: access.Public, Do: pub.Certificate},
		{Pattern: "GET /api/v1/editions", Permission: access.Public, Do: pub.EditionList},
		{Pattern: "GET /api/v1/editions/{edition}/results", Permission: access.Public, Do: pub.ResultList},

		{Pattern: "GET /healthz", Permission: access.Public, Do: pub.Health},
		{Pattern: "POST /theme", Permission: access.Public, Do: s.SetTheme},
		{Pattern: "/", Permission: access.Public, Do: pub.Nowhere},
	}
}
