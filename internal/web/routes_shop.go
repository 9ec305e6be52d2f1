package web

import (
	"stadion/internal/access"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// shopRoutes are the buyers' pages. m is nil where nothing is sold. Nobody signs
// in there: the address of an order is the right to see it.
func shopRoutes(m *shop.Room) []site.Route {
	if m == nil {
		return nil
	}
	const entry, order = "/e/{edition}/entry", "/e/{edition}/order/{order}"
	const person = order + "/person/{person}"
	return []site.Route{
		{Pattern: "GET " + entry, Permission: access.Public, Do: m.Entry},
		{Pattern: "GET " + entry + "/find", Permission: access.Public, Do: m.FindForm},
		{Pattern: "POST " + entry + "/find", Permission: access.Public, Do: m.Find},
		{Pattern: "GET " + entry + "/order", Permission: access.Public, Do: m.Gated(m.Choose)},
		{Pattern: "POST " + entry + "/order", Permission: access.Public, Do: m.Gated(m.ChooseSave)},
		{Pattern: "GET " + entry + "/order/persons", Permission: access.Public, Do: m.Gated(m.Persons)},
		{Pattern: "POST " + entry + "/order/persons", Permission: access.Public, Do: m.Gated(m.PersonsSave)},
		{Pattern: "GET " + entry + "/order/review", Permission: access.Public, Do: m.Gated(m.Review)},
		{Pattern: "POST " + entry + "/order/review", Permission: access.Public, Do: m.Gated(m.HoldOrder)},

		{Pattern: "GET " + order, Permission: access.Public, Do: m.Order},
		{Pattern: "GET " + order + "/pay", Permission: access.Public, Do: m.PayForm},
		{Pattern: "POST " + order + "/pay", Permission: access.Public, Do: m.Pay},
		{Pattern: "GET " + order + "/paper/{number}", Permission: access.Public, Do: m.Paper},
		{Pattern: "GET " + order + "/cancel", Permission: access.Public, Do: m.CancelForm},
		{Pattern: "POST " + order + "/cancel", Permission: access.Public, Do: m.Cancel},
		{Pattern: "GET " + order + "/defer", Permission: access.Public, Do: m.DeferForm},
		{Pattern: "POST " + order + "/defer", Permission: access.Public, Do: m.Defer},
		{Pattern: "GET " + person, Permission: access.Public, Do: m.PersonForm},
		{Pattern: "POST " + person, Permission: access.Public, Do: m.PersonSave},
		{Pattern: "GET " + person + "/swap", Permission: access.Public, Do: m.SwapForm},
		{Pattern: "POST " + person + "/swap", Permission: access.Public, Do: m.Swap},
		{Pattern: "GET " + person + "/transfer", Permission: access.Public, Do: m.TransferForm},
		{Pattern: "POST " + person + "/transfer", Permission: access.Public, Do: m.Transfer},
		{Pattern: "GET " + person + "/cancel", Permission: access.Public, Do: m.PersonCancelForm},
		{Pattern: "POST " + person + "/cancel", Permission: access.Public, Do: m.PersonCancel},
		{Pattern: "GET /e/{edition}/share/{share}", Permission: access.Public, Do: m.Share},
		{Pattern: "POST /e/{edition}/share/{share}", Permission: access.Public, Do: m.PayShare},
	}
}
