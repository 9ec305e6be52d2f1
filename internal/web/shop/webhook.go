package shop

import (
	"io"
	"net/http"

	"stadion/internal/fault"
	"stadion/internal/pay"
	"stadion/internal/web/site"
)

// WebhookBody is the largest message of a payment provider that is read.
const WebhookBody = 1 << 20

// Webhook answers POST /pay/webhook: a message of the payment provider. It is
// taken as the hint to ask how a payment stands, and nothing it says is believed
// but its signature. 200 means that it needs not be sent again, whether it was
// ours or not; 400 that it is forged or too old; 503 that it should come again.
func (m *Room) Webhook(c *site.Call) error {
	if m.Cashier == nil {
		return site.NoSuchPage()
	}
	body, err := io.ReadAll(c.R.Body)
	if err != nil {
		return c.Bytes(http.StatusRequestEntityTooLarge, "text/plain; charset=utf-8", []byte("too large\n"))
	}
	_, err = pay.Hear(c.R.Context(), m.Counter, m.Views, m.Cashier, c.R.Header, body)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return c.Bytes(http.StatusBadRequest, "text/plain; charset=utf-8", []byte(fault.CodeOf(err)+"\n"))
	case fault.Unavailable:
		return c.Bytes(http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte(fault.CodeOf(err)+"\n"))
	}
	if err != nil {
		return err
	}
	return c.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte("heard\n"))
}
