package web

import (
	"stadion/internal/access"
	"stadion/internal/web/office"
	"stadion/internal/web/site"
)

// saleRoutes is the office's part of the sale.
func saleRoutes(off *office.Room) []site.Route {
	const base = "/office/e/{edition}/sale"
	out := []site.Route{
		{Pattern: "GET " + base, Permission: access.SaleRead, Do: off.SaleBoard},
		{Pattern: "GET " + base + "/orders", Permission: access.SaleRead, Do: off.SaleOrders},
		{Pattern: "GET " + base + "/orders/{order}", Permission: access.SaleRead, Do: off.SaleOrder},
	}
	for _, a := range off.OrderActs() {
		path := base + "/orders/{order}/" + a.Word
		out = append(out, site.Route{Pattern: "GET " + path, Permission: a.Needs, Do: a.Form},
			site.Route{Pattern: "POST " + path, Permission: a.Needs, Do: a.Post, Body: 256 << 10})
	}
	return out
}
