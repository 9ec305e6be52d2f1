package app

import (
	"net/http"
	"time"

	"stadion/internal/web"
)

// handler is the whole site over this hall.
func (h *hall) handler(now func() time.Time, s serving) (http.Handler, error) {
	off := h.office()
	off.Sale = officeSale{h}
	return web.New(web.Config{Editions: pages{h}, Certificates: pages{h}, Explanations: pages{h}, Papers: pages{h}, Office: off, Shop: h.shop(), HoldsPerMinute: h.asks, Life: h.ctx, Log: s.log,
		Now: now, NewID: newID, Secure: s.secure})
}
