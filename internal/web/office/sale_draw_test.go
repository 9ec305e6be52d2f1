package office_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// The draw is held by one press, after its page was read; reading it, or asking
// what it would do, draws nothing.
func TestSaleDraw_IsHeldOnceAndNeverTried(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	c := s.m.Head.Catalogue
	c.Mode, c.Draw.Closes = sale.Draw, saletest.Opens.Add(24*time.Hour).In(c.Location()).Format("2006-01-02T15:04")
	k := saletest.NewKeeper()
	var err error
	s.drawing, err = sale.NewDrawing(t.Context(), s.counter, k, rand.NewChaCha8([32]byte{7}))
	must(t, err)
	for i := range 5 {
		email := fmt.Sprintf("applicant%d@example.org", i)
		_, err := s.counter.Apply(t.Context(), sale.WaitAsk{ID: s.ID(), Lang: "en", Party: 1, Wants: []sale.Want{{Product: "half", N: 1}},
			Private: sale.Private{Email: email}, Blinds: []string{"email:" + email}})
		must(t, err)
	}
	o := b.organiser()
	path := saleBase + "/list/draw"
	wants(t, o.page(saleBase+"/list"), path)
	wants(t, o.post(path, url.Values{"step": {"do"}}).Body.String(), "applications")
	none := func(when string) {
		t.Helper()
		if _, err := s.drawing.Proof(t.Context()); fault.CodeOf(err) != "sale.draw_none" {
			t.Errorf("%s: a draw was held: %v", when, err)
		}
	}
	none("while applications are taken")
	s.later(48 * time.Hour)
	o.page(path)
	none("the page was read")
	o.post(path, url.Values{"public": {"4 8 15"}})
	none("its effect was asked for")
	if w := b.role(access.Desk).post(path, url.Values{"step": {"do"}}); w.Code != http.StatusForbidden {
		t.Errorf("the desk holds the draw: %d", w.Code)
	}
	none("by the desk")
	if w := o.post(path, url.Values{"step": {"do"}, "public": {"4 8 15"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	p, err := s.drawing.Proof(t.Context())
	must(t, err)
	if err := sale.VerifyDraw(p); err != nil || p.Public != "4 8 15" || len(p.Order) != 5 {
		t.Errorf("%+v, %v", p, err)
	}
	if w := o.post(path, url.Values{"step": {"do"}}); w.Code == http.StatusSeeOther {
		t.Error("held twice")
	}
}
