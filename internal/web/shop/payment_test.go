package shop_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"stadion/internal/entry"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/pay"
	"stadion/internal/pay/paytest"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/web"
	"stadion/internal/web/shop"
	"stadion/internal/web/webtest"
)

// place holds a marathon place without the pages.
func place(t testing.TB, c *sale.Counter, id string) *sale.Order {
	t.Helper()
	p := saletest.Person("p1", "Runner "+id)
	o, err := c.Hold(context.Background(), sale.Ask{ID: id, Lang: "en", Wants: []sale.Want{{Product: "marathon", N: 1, Person: "p1"}},
		Private: sale.Private{Email: id + "@example.org", Name: "Payer", Persons: []entry.Person{p}}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTestPayment_SaysThatNoMoneyMovesAndPays(t *testing.T) {
	m := newMarket(t)
	o := place(t, m.counter, "o1")
	address, _, err := pay.Begin(context.Background(), m.counter, m.store.Views(), m.cashier, o.ID, o.DueNow(), "https://x.example"+base+"/order/o1")
	if err != nil {
		t.Fatal(err)
	}
	b := m.buyer()
	for tag, says := range map[lang.Tag]string{lang.English: "No money moves", lang.German: "Es fließt kein Geld", lang.Korean: "실제로 돈이 오가지 않", lang.Chinese: "不会产生任何扣款"} {
		b.lang = tag
		b.get(address).is(200, says, o.Number, "100")
		if b.header.Get("Referrer-Policy") != "no-referrer" || b.header.Get("Cache-Control") != "no-store" {
			t.Error("the address of a payment may be kept or named to others")
		}
	}
	b.lang = lang.English
	b.post(address, url.Values{"do": {"decline"}}).is(200, "declined", "Pay")
	if got := m.store.Order("o1"); got.State != sale.Held || got.Paid().Minor != 0 {
		t.Fatalf("declined: %s", got.State)
	}
	b.post(address, url.Values{"do": {"pay"}})
	if b.at != base+"/order/o1" {
		t.Errorf("leads to %s", b.at)
	}
	if got := m.store.Order("o1"); got.State != sale.Confirmed || got.Paid().Minor != 10000 {
		t.Fatalf("%s %s", got.State, got.Paid())
	}
	b.get(address).is(200, "This payment has been made.")
	b.post(address, url.Values{"do": {"pay"}}).is(422, "already")
}

// Case 8 as it can be tried out: the money comes when the hold is over.
func TestTestPayment_Case08_LateMoneyArrivesWhenTheHoldIsOver(t *testing.T) {
	m := newMarket(t)
	o := place(t, m.counter, "o1")
	v := m.store.Views()
	address, o, err := pay.Begin(context.Background(), m.counter, v, m.cashier, o.ID, o.DueNow(), base+"/order/o1")
	if err != nil {
		t.Fatal(err)
	}
	m.buyer().post(address, url.Values{"do": {"late"}})
	for _, at := range []race.Instant{o.HardEnd - 1, o.HardEnd + 1} {
		m.now = at
		if _, err := pay.Reconcile(context.Background(), m.counter, v, m.cashier, m.now); err != nil {
			t.Fatal(err)
		}
		if got := m.store.Order("o1"); got.Paid().Minor != 0 {
			t.Fatalf("at %s: %s paid", at, got.Paid())
		}
	}
	m.now = o.HardEnd.Add(time.Minute)
	if _, err := pay.Reconcile(context.Background(), m.counter, v, m.cashier, m.now); err != nil {
		t.Fatal(err)
	}
	if got := m.store.Order("o1"); got.State != sale.Confirmed {
		t.Fatalf("the place was free: %s", got.State)
	}
}

// What the page is asked to lead back to must be within this site, and a session
// that nobody signed is none.
func TestTestPayment_LeadsNowhereElseAndTakesNoForgedSession(t *testing.T) {
	m := newMarket(t)
	o := place(t, m.counter, "o1")
	_, a, err := m.cashier.Start(context.Background(), o, o.DueNow(), "")
	if err != nil {
		t.Fatal(err)
	}
	b := m.buyer()
	for _, back := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", ""} {
		b.get(pay.TestPath+a.Session+"?"+url.Values{"back": {back}}.Encode()).is(200).silent(`="https://evil`, `="//evil`, `="/\evil`, `="javascript:`)
	}
	for _, session := range []string{"test_x.y", a.Session + "x", strings.Replace(a.Session, "test_e", "test_f", 1), "cs_test_1"} {
		b.get(pay.TestPath + session).is(404)
	}
	if len(a.Session) > 200 {
		t.Errorf("a session of %d characters", len(a.Session))
	}
}

// A program started anew goes on with the payments of the one before.
func TestTestPayment_ARestartForgetsNoPayment(t *testing.T) {
	m := newMarket(t)
	o := place(t, m.counter, "o1")
	_, a, err := m.cashier.Start(context.Background(), o, o.DueNow(), "")
	if err != nil {
		t.Fatal(err)
	}
	again := pay.NewTest([]byte("a key of the tests alone"), func() time.Time { return m.now.Time() })
	out, err := again.Look(context.Background(), a.Session)
	if err != nil || out.State != pay.Open || out.Order != "o1" || out.Amount != o.DueNow() {
		t.Fatalf("%+v %v", out, err)
	}
}

// hook is a shop that takes cards through the provider that misbehaves.
func hook(t *testing.T) (*paytest.Stripe, *pay.Stripe, *saletest.Memory, *sale.Counter, string) {
	store := saletest.New(saletest.Catalogue(), func() race.Instant { return opened })
	c := sale.NewCounter(saletest.Edition, store, 0)
	f := paytest.New(t, opened.Time)
	k, err := pay.NewStripe(pay.StripeConfig{Key: paytest.Key, Signing: []pay.Secret{paytest.Signing}, Base: f.URL, Now: opened.Time})
	if err != nil {
		t.Fatal(err)
	}
	cfg := webtest.Config(webtest.NewSource(&live.Snapshot{Edition: &race.Edition{ID: saletest.Edition, Zone: "UTC", Date: "2026-04-05"}}))
	cfg.Shop = shop.Source{Views: store.Views(), Now: func() race.Instant { return opened }, Cashier: k,
		Counter: func(e string) *sale.Counter {
			if e != saletest.Edition {
				return nil
			}
			return c
		},
		Blind: func(k, v string) string { return k + v }, ID: func() string { return "x" }}
	h, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return f, k, store, c, srv.URL + "/pay/webhook"
}

func send(t *testing.T, address string, header http.Header, body []byte) int {
	t.Helper()
	r, err := http.NewRequest("POST", address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header.Clone()
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Body.Close()
	return w.StatusCode
}

// Cases 18, 20 and 21 over HTTP: 200 needs not be sent again, 400 is forged or
// old, 503 should come again.
func TestWebhook_Case20_AnswersAndEffects(t *testing.T) {
	f, k, store, c, address := hook(t)
	o := place(t, c, "o1")
	_, o, err := pay.Begin(context.Background(), c, store.Views(), k, o.ID, o.DueNow(), "https://x.example/")
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(o.Payments[0].Session)
	m := f.Message("checkout.session.completed")
	for name, bad := range map[string]paytest.Message{"forged": m.Forged(), "foreign": m.Foreign(), "old": m.Old(6 * time.Minute), "unsigned": {Body: m.Body}, "empty": {}} {
		if got := send(t, address, bad.Header, bad.Body); got != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := send(t, address, m.Header, make([]byte, shop.WebhookBody+1)); got != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", got)
	}
	if w, err := http.Get(address); err != nil || w.StatusCode == http.StatusOK {
		t.Errorf("GET: %v %v", w.StatusCode, err)
	}
	f.Down(true)
	if got := send(t, address, m.Header, m.Body); got != http.StatusServiceUnavailable {
		t.Errorf("down: %d", got)
	}
	if got := store.Order("o1"); got.State != sale.Held {
		t.Fatalf("%s", got.State)
	}
	f.Down(false)
	for range 2 {
		if got := send(t, address, m.Header, m.Body); got != http.StatusOK {
			t.Errorf("%d", got)
		}
	}
	if got := store.Order("o1"); got.State != sale.Confirmed || len(got.Receipts) != 1 {
		t.Fatalf("%s %v", got.State, got.Receipts)
	}
}
