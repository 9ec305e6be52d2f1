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
		{Pattern: "GET " + base + "/new", Permission: access.SaleOrder, Do: off.SaleNew},
		{Pattern: "POST " + base + "/new", Permission: access.SaleOrder, Do: off.SaleSell},
		{Pattern: "GET " + base + "/list", Permission: access.SaleList, Do: off.SaleList},
		{Pattern: "GET " + base + "/mail", Permission: access.SaleList, Do: off.SaleMail},
		{Pattern: "GET " + base + "/quotas", Permission: access.SaleRead, Do: off.SaleQuotas},
		{Pattern: "GET " + base + "/units", Permission: access.SaleRead, Do: off.SaleUnits},
		{Pattern: "GET " + base + "/ledger", Permission: access.SaleMoney, Do: off.SaleLedger},
		{Pattern: "GET " + base + "/refunds", Permission: access.SaleRefund, Do: off.SaleRefunds},
		{Pattern: "POST " + base + "/refunds", Permission: access.SaleRefund, Do: off.SaleRefundsSend},
		{Pattern: "GET " + base + "/state", Permission: access.SaleState, Do: off.SaleState},
		{Pattern: "POST " + base + "/state/reverse", Permission: access.SaleState, Do: off.SaleReverse},
		{Pattern: "GET " + base + "/export", Permission: access.SaleExport, Do: off.SaleExport},

		{Pattern: "GET " + base + "/catalogue", Permission: access.SaleCatalogue, Do: off.SaleCatalogue},
		{Pattern: "POST " + base + "/catalogue", Permission: access.SaleCatalogue, Do: off.SaleCatalogueUpload, Body: office.CatalogueBody},
		{Pattern: "GET " + base + "/catalogue/current.toml", Permission: access.SaleCatalogue, Do: off.SaleCatalogueFile},
		{Pattern: "GET " + base + "/catalogue/example.toml", Permission: access.SaleCatalogue, Do: off.SaleCatalogueExample},
		{Pattern: "GET " + base + "/catalogue/{upload}", Permission: access.SaleCatalogue, Do: off.SaleCatalogueLook},
		{Pattern: "POST " + base + "/catalogue/{upload}/take", Permission: access.SaleCatalogue, Do: off.SaleCatalogueTake},
		{Pattern: "POST " + base + "/catalogue/{upload}/discard", Permission: access.SaleCatalogue, Do: off.SaleCatalogueDiscard},
	}
	for _, a := range off.OrderActs() {
		path := base + "/orders/{order}/" + a.Word
		out = append(out, site.Route{Pattern: "GET " + path, Permission: a.Needs, Do: a.Form},
			site.Route{Pattern: "POST " + path, Permission: a.Needs, Do: a.Post, Body: 256 << 10})
	}
	for _, d := range off.SaleDos() {
		out = append(out, site.Route{Pattern: "GET " + base + d.Path, Permission: d.Needs, Do: d.Form},
			site.Route{Pattern: "POST " + base + d.Path, Permission: d.Needs, Do: d.Post})
	}
	for _, f := range off.SaleFiles() {
		path := "POST " + base + "/export/" + f.Name
		out = append(out, site.Route{Pattern: path + ".csv", Permission: f.Needs, Do: f.CSV}, site.Route{Pattern: path + ".xlsx", Permission: f.Needs, Do: f.XLSX})
	}
	return out
}
