package web

import (
	"stadion/internal/access"
	"stadion/internal/web/office"
	"stadion/internal/web/site"
)

// saleRoutes is the office's part of the sale.
func saleRoutes(off *office.Room) []site.Route {
	const base = "/office/e/{edition}/sale"
	return []site.Route{
		{Pattern: "GET " + base, Permission: access.SaleRead, Do: off.SaleBoard},
	}
}
