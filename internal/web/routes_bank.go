package web

import (
	"stadion/internal/access"
	"stadion/internal/web/office"
	"stadion/internal/web/site"
)

// bankRoutes are the office's pages of bank statements.
func bankRoutes(off *office.Room) []site.Route {
	const base = "/office/e/{edition}/sale"
	return []site.Route{
		{Pattern: "GET " + base + "/bank", Permission: access.SaleBank, Do: off.SaleBank},
		{Pattern: "POST " + base + "/bank", Permission: access.SaleBank, Do: off.SaleBankUpload, Body: office.BankBody},
		{Pattern: "GET " + base + "/bank/{upload}", Permission: access.SaleBank, Do: off.SaleBankLook},
		{Pattern: "POST " + base + "/bank/{upload}/take", Permission: access.SaleBank, Do: off.SaleBankTake},
		{Pattern: "POST " + base + "/bank/{upload}/discard", Permission: access.SaleBank, Do: off.SaleBankDiscard},
		{Pattern: "GET " + base + "/remittance/{remittance}", Permission: access.SaleBank, Do: off.SaleRemittance},
		{Pattern: "POST " + base + "/remittance/{remittance}", Permission: access.SaleBank, Do: off.SaleRemittanceDecide},
	}
}
