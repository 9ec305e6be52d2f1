package web

import (
	"stadion/internal/access"
	"stadion/internal/web/shop"
	"stadion/internal/web/site"
)

// payRoutes are where payment providers send messages, and the page of the test
// cashier. m is nil where nothing is sold.
func payRoutes(m *shop.Room) []site.Route {
	if m == nil {
		return nil
	}
	return []site.Route{
		{Pattern: "POST /pay/webhook", Permission: access.Public, Do: m.Webhook, Body: shop.WebhookBody},
		{Pattern: "GET /pay/test/{session}", Permission: access.Public, Do: m.TestPayment},
		{Pattern: "POST /pay/test/{session}", Permission: access.Public, Do: m.TestPaid},
	}
}
