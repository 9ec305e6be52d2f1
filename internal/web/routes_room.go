package web

import (
	"stadion/internal/access"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// roomRoutes are the pages before and after the sale: waiting room, draw, waiting
// list. m is nil where nothing is sold.
func roomRoutes(m *shop.Room) []site.Route {
	if m == nil {
		return nil
	}
	const entry, list = "/e/{edition}/entry", "/e/{edition}/list"
	return []site.Route{
		{Pattern: "GET " + entry + "/room", Permission: access.Public, Do: m.RoomPage},
		{Pattern: "POST " + entry + "/room", Permission: access.Public, Do: m.RoomEnter},
		{Pattern: "GET " + entry + "/room/part", Permission: access.Public, Do: m.RoomPart},
		{Pattern: "GET " + entry + "/room/proof.json", Permission: access.Public, Do: m.RoomProof},
		{Pattern: "GET " + entry + "/draw", Permission: access.Public, Do: m.Draw},
		{Pattern: "POST " + entry + "/draw", Permission: access.Public, Do: m.Apply},
		{Pattern: "GET " + entry + "/draw/proof.json", Permission: access.Public, Do: m.DrawProof},

		{Pattern: "GET " + list, Permission: access.Public, Do: m.List},
		{Pattern: "POST " + list, Permission: access.Public, Do: m.ListJoin},
		{Pattern: "GET " + list + "/{wait}", Permission: access.Public, Do: m.Wait},
		{Pattern: "GET " + list + "/{wait}/leave", Permission: access.Public, Do: m.LeaveForm},
		{Pattern: "POST " + list + "/{wait}/leave", Permission: access.Public, Do: m.Leave},
	}
}
