package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/web/api"
	"stadion/internal/web/site"
)

const edition = "test-2026"

// catalogue sells one package of three scarce things, a cheap one of one of them,
// and any amount of donations.
func catalogue(size int) *sale.Catalogue {
	price := func(n int64) []sale.Price {
		return []sale.Price{{Amount: money.Of(n, "EUR"), Currency: "EUR"}, {Amount: money.Of(n*15, "KRW"), Currency: "KRW"}}
	}
	return &sale.Catalogue{
		Edition: edition, Version: 1, Opens: "2025-01-01T12:00", Zone: "Asia/Seoul", Currencies: []money.Currency{"EUR", "KRW"}, RaceDate: "2026-04-05",
		Hold:  sale.HoldRule{Soft: sale.Duration(15 * time.Minute), Grace: sale.Duration(2 * time.Minute), Paying: sale.Duration(30 * time.Minute)},
		Limit: sale.Limit{Persons: 6, Orders: 1},
		Resources: []sale.Resource{{ID: "bed", Kind: "bed", Size: size}, {ID: "race:marathon", Kind: "race_place", Size: size},
			{ID: "seat", Kind: "seat", Size: size}, {ID: "race:half", Kind: "race_place", Size: size}},
		Products: []sale.Product{
			{ID: "package", Kind: sale.Package, Name: sale.Text{"en": "Package A", "ko": "패키지 가"}, Prices: price(219500),
				Uses: []sale.Use{{Resource: "bed", N: 1}, {Resource: "race:marathon", N: 1}, {Resource: "seat", N: 1}}},
			{ID: "half", Kind: sale.Entry, Name: sale.Text{"en": "Half marathon"}, Prices: price(9000), Uses: []sale.Use{{Resource: "race:half", N: 1}}},
			{ID: "secret", Kind: sale.Entry, Name: sale.Text{"en": "Secret"}, Hidden: true, Prices: price(1)},
		},
		Terms: sale.Terms{Version: "1", Text: sale.Text{"en": "As sold."}},
	}
}

// clock is a clock that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() race.Instant    { return race.Instant(c.at.Load()) }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

// marked is a memory that knows its marks, as the store on SQLite does.
type marked struct{ *saletest.Memory }

func (m marked) Marks(_ context.Context, _ string, each func(string)) (bool, error) {
	for k := range m.Keys {
		each(k)
	}
	for _, of := range m.Blinds {
		for _, b := range of {
			each(b)
		}
	}
	return true, nil
}

// shop is a running API over a sale in memory.
type shop struct {
	t       *testing.T
	clock   *clock
	mem     *saletest.Memory
	counter *sale.Counter
	srv     *httptest.Server
}

var ids atomic.Int64

func open(t *testing.T, cat *sale.Catalogue, change func(*api.Config)) *shop {
	t.Helper()
	s := &shop{t: t, clock: newClock()}
	s.mem = saletest.New(cat, s.clock.now)
	s.reopen(change)
	return s
}

// reopen is the program started anew on what was kept.
func (s *shop) reopen(change func(*api.Config)) {
	s.t.Helper()
	s.counter = sale.NewCounter(edition, marked{s.mem}, 0)
	if err := s.counter.Remember(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	cfg := api.Config{Source: api.Source{Views: s.mem.Views(), Now: s.clock.now,
		Counter: func(e string) *sale.Counter {
			if e == edition {
				return s.counter
			}
			return nil
		},
		Blind: func(kind, value string) string { return kind + "=" + value },
		ID:    func() string { return fmt.Sprintf("order%021d", ids.Add(1)) }}}
	if change != nil {
		change(&cfg)
	}
	room, err := api.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.srv = httptest.NewServer(mount(s.t, room))
	s.t.Cleanup(s.srv.Close)
}

func mount(t testing.TB, room *api.Room) http.Handler {
	t.Helper()
	st, err := site.New(site.Config{Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: func() string { return "incident" }})
	if err != nil {
		t.Fatal(err)
	}
	return st.Mount([]site.Route{
		{Pattern: "GET /api/v1/editions/{edition}/products", Permission: access.Public, Do: room.Products},
		{Pattern: "POST /api/v1/editions/{edition}/holds", Permission: access.Public, Lean: room.Take},
		{Pattern: "GET /api/v1/editions/{edition}/holds/{hold}", Permission: access.Public, Do: room.Hold},
	})
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	m      map[string]any
}

func (s *shop) do(method, path, body string, header ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.srv.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w, err := s.srv.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: w.StatusCode, header: w.Header, body: string(b)}
	_ = json.Unmarshal(b, &a.m)
	return a
}

func (s *shop) hold(key, body string, header ...string) answer {
	s.t.Helper()
	return s.do("POST", "/api/v1/editions/"+edition+"/holds", body, append([]string{"Idempotency-Key", key, "Content-Type", "application/json"}, header...)...)
}

func one(product, email string) string {
	return fmt.Sprintf(`{"items":[{"product":%q,"quantity":1}],"email":%q}`, product, email)
}

func TestHolds_AreTakenAndShown(t *testing.T) {
	s := open(t, catalogue(10), nil)
	a := s.hold("k1", one("package", "a@b.example"))
	if a.status != 201 || a.m["amount"] != 219500.0 || a.m["currency"] != "EUR" || a.m["expires_at"] != "2026-01-01T12:15:00Z" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	id, _ := a.m["id"].(string)
	if o := s.mem.Order(id); o == nil || o.State != sale.Held || o.Private.Email != "a@b.example" {
		t.Fatalf("order %q: %+v", id, o)
	}
	if a.header.Get("Location") != "/api/v1/editions/test-2026/holds/"+id || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.header)
	}
	g := s.do("GET", a.header.Get("Location"), "")
	if g.status != 200 || g.m["state"] != "held" || g.m["open"] != 219500.0 || strings.Contains(g.body, "@") {
		t.Errorf("%d %s", g.status, g.body)
	}
	s.clock.pass(18 * time.Minute)
	if g := s.do("GET", a.header.Get("Location"), ""); g.m["state"] != "expired" {
		t.Errorf("after its end: %s", g.body)
	}
	if g := s.do("GET", "/api/v1/editions/test-2026/holds/nobody", ""); g.status != 404 || g.m["code"] != "sale.order_unknown" {
		t.Errorf("%d %s", g.status, g.body)
	}
}

func TestProducts_ShowPriceAndWhatRemains(t *testing.T) {
	s := open(t, catalogue(10), nil)
	s.hold("k1", one("package", "a@b.example"))
	s.clock.pass(time.Second)
	var got []api.Product
	a := s.do("GET", "/api/v1/editions/test-2026/products", "", "Accept-Language", "ko")
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got) != 2 {
		t.Fatalf("%v: %s", err, a.body)
	}
	if p := got[0]; p.ID != "package" || p.Name != "패키지 가" || *p.Price != 219500 || p.Currency != "EUR" || p.Decimals != 2 || *p.Remaining != 9 {
		t.Errorf("%+v", p)
	}
	a = s.do("GET", "/api/v1/editions/test-2026/products?currency=KRW", "")
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || *got[1].Price != 135000 || got[1].Decimals != 0 {
		t.Errorf("%s", a.body)
	}
	if a := s.do("GET", "/api/v1/editions/other-2026/products", ""); a.status != 404 || a.m["code"] != "sale.none" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestHolds_Case01_TheSameKeyAnswersTheSameBytes(t *testing.T) {
	s := open(t, catalogue(10), nil)
	first := s.hold("k1", one("package", "a@b.example"))
	if first.status != 201 {
		t.Fatal(first.body)
	}
	same := func(when string) {
		t.Helper()
		again := s.hold("k1", "  { \"email\":\"a@b.example\", \"items\":[ {\"quantity\":1,\"product\":\"package\"} ] }\n", "Accept-Language", "de")
		if again.status != 201 || again.body != first.body || again.header.Get("Location") != first.header.Get("Location") {
			t.Errorf("%s: %d %s, first %s", when, again.status, again.body, first.body)
		}
	}
	same("at once")
	id, _ := first.m["id"].(string)
	if _, err := s.counter.Paying(t.Context(), id, sale.Attempt{Session: "s1", Method: "card", State: "open"}); err != nil {
		t.Fatal(err)
	}
	same("after paying extended the hold")
	s.reopen(nil)
	same("after a restart")
	s.clock.pass(24 * time.Hour)
	same("after it ended")
	if a := s.hold("k1", one("half", "a@b.example")); a.status != 409 || a.m["code"] != "sale.key_reused" {
		t.Errorf("another body: %d %s", a.status, a.body)
	}
	if n := len(s.mem.ByID); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestHolds_Case01_AHundredAtOnceUnderOneKeyAreOne(t *testing.T) {
	s := open(t, catalogue(10), nil)
	var all sync.WaitGroup
	got := make([]string, 100)
	for i := range got {
		all.Go(func() { got[i] = s.hold("k1", one("package", "a@b.example")).body })
	}
	all.Wait()
	for _, b := range got {
		if b != got[0] {
			t.Fatalf("%s and %s", b, got[0])
		}
	}
	if q := s.mem.Quota("bed"); q.Used != 1 {
		t.Errorf("%d beds are used", q.Used)
	}
}

func TestHolds_Case02_ASecondOrderOfThePayerIsTheFirst(t *testing.T) {
	s := open(t, catalogue(1), nil)
	first := s.hold("k1", one("package", "a@b.example"))
	// sold out by now, and still their own order is what they are told of
	for _, email := range []string{"a@b.example", " A@B.example "} {
		a := s.hold("k2", one("package", email))
		if a.status != 409 || a.m["code"] != "sale.order_live" {
			t.Errorf("%d %s (first %s)", a.status, a.body, first.body)
		}
	}
}

func TestHolds_Case03_SoldOutNamesTheProduct(t *testing.T) {
	s := open(t, catalogue(1), nil)
	if a := s.hold("k1", one("package", "a@b.example")); a.status != 201 {
		t.Fatal(a.body)
	}
	want := func(a answer) {
		t.Helper()
		if a.status != 409 || a.m["code"] != "sale.sold_out" || a.m["product"] != "package" || a.m["remaining"] != 0.0 ||
			a.m["field"] != "items[1].product" || a.m["type"] == nil || a.m["status"] != 409.0 ||
			!strings.Contains(fmt.Sprint(a.m["title"]), "Package A") || a.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("%d %s %v", a.status, a.body, a.header)
		}
	}
	both := `{"items":[{"product":"half","quantity":1},{"product":"package","quantity":1}],"email":"x%d@b.example"}`
	want(s.hold("k2", fmt.Sprintf(both, 2)))
	want(s.hold("k3", fmt.Sprintf(both, 3)))
	if q := s.mem.Quota("race:half"); q.Used != 0 {
		t.Errorf("%d halves are used: all or nothing", q.Used)
	}
	if a := s.hold("k4", one("half", "c@b.example")); a.status != 201 {
		t.Errorf("what is left is sold: %d %s", a.status, a.body)
	}
	if a := s.hold("k1", one("package", "a@b.example")); a.status != 201 {
		t.Errorf("a repeat of the buyer's: %d %s", a.status, a.body)
	}
}

// Whatever memory says, nobody is refused whom the store would serve.
func TestHolds_SoldOutFromMemoryRefusesNobodyWhoCouldBuy(t *testing.T) {
	s := open(t, catalogue(1), nil)
	first := s.hold("k1", one("package", "a@b.example"))
	n := 0
	refused := func() {
		t.Helper()
		n++
		if a := s.hold(fmt.Sprint("no", n), one("package", fmt.Sprintf("no%d@b.example", n))); a.status != 409 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	sold := func(why string) string {
		t.Helper()
		n++
		a := s.hold(fmt.Sprint("yes", n), one("package", fmt.Sprintf("yes%d@b.example", n)))
		if a.status != 201 {
			t.Fatalf("%s: %d %s", why, a.status, a.body)
		}
		id, _ := a.m["id"].(string)
		return id
	}
	refused()
	refused()
	s.clock.pass(17*time.Minute - 1)
	refused()
	s.clock.pass(1)
	id := sold("the hold ended this very nanosecond")
	refused()
	if _, err := s.counter.Cancel(t.Context(), id, "buyer", access.Actor{}); err != nil {
		t.Fatal(err)
	}
	sold("somebody cancelled")
	refused()
	if err := s.counter.Resize(t.Context(), "bed", "", 2, false, access.Actor{}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"race:marathon", "seat"} {
		if err := s.counter.Resize(t.Context(), r, "", 2, false, access.Actor{}); err != nil {
			t.Fatal(err)
		}
	}
	sold("there are more now")
	refused()
	_ = first
}

func TestHolds_BadInputIsNamed(t *testing.T) {
	s := open(t, catalogue(10), nil)
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct{ key, body, code, field string }{
		"price":          {"k", `{"items":[{"product":"package","quantity":1,"price":1}],"email":"a@b.example"}`, "api.price", "items[0].price"},
		"amount":         {"k", `{"items":[{"product":"package","quantity":1}],"email":"a@b.example","amount":1}`, "api.price", "amount"},
		"stranger":       {"k", `{"items":[],"mail":"a@b.example"}`, "api.field_unknown", "mail"},
		"negative":       {"k", `{"items":[{"product":"package","quantity":-1}],"email":"a@b.example"}`, "sale.quantity", "items"},
		"zero":           {"k", `{"items":[{"product":"package","quantity":0}],"email":"a@b.example"}`, "sale.quantity", "items"},
		"half a place":   {"k", `{"items":[{"product":"package","quantity":1.5}],"email":"a@b.example"}`, "api.field_kind", "items.quantity"},
		"huge":           {"k", `{"items":[{"product":"package","quantity":99999999999999999999}],"email":"a@b.example"}`, "api.field_kind", "items.quantity"},
		"a text":         {"k", `{"items":"package","email":"a@b.example"}`, "api.field_kind", "items"},
		"nothing":        {"k", `{"items":[],"email":"a@b.example"}`, "sale.nothing", "items"},
		"no product":     {"k", one("nonsense", "a@b.example"), "sale.product_unknown", "items"},
		"hidden":         {"k", one("secret", "a@b.example"), "sale.product_unknown", "items"},
		"no e-mail":      {"k", `{"items":[{"product":"package","quantity":1}]}`, "entry.email", "email"},
		"no key":         {"", one("package", "a@b.example"), "api.key_missing", "Idempotency-Key"},
		"a long key":     {strings.Repeat("k", 129), one("package", "a@b.example"), "api.key", "Idempotency-Key"},
		"no JSON":        {"k", `items=package`, "api.json", ""},
		"null":           {"k", `null`, "", ""},
		"two":            {"k", one("package", "a@b.example") + one("package", "a@b.example"), "api.json", ""},
		"a list":         {"k", `[1]`, "api.field_kind", ""},
		"1 MB":           {"k", one("package", long), "web.body_too_large", ""},
		"1 MB of blanks": {"k", one("package", "a@b.example") + strings.Repeat(" ", 1<<20), "web.body_too_large", ""},
		"no currency":    {"k", `{"items":[{"product":"package","quantity":1}],"email":"a@b.example","currency":"CHF"}`, "sale.currency", "currency"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.hold(c.key, c.body)
			if a.status != 422 || c.code != "" && a.m["code"] != c.code || c.field != "" && a.m["field"] != c.field || a.m["title"] == a.m["code"] {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	if len(s.mem.ByID) != 0 || len(s.mem.Keys) != 0 {
		t.Errorf("something was taken: %d orders, %d keys", len(s.mem.ByID), len(s.mem.Keys))
	}
}

func TestHolds_OtherSitesCannotMakeABrowserBuy(t *testing.T) {
	s := open(t, catalogue(10), nil)
	a := s.hold("k", one("package", "a@b.example"), "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if a.status != 403 || a.m["code"] != "web.cross_origin" || len(s.mem.ByID) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestHolds_AnUnknownEditionAndABrokenStore(t *testing.T) {
	s := open(t, catalogue(10), nil)
	if a := s.do("POST", "/api/v1/editions/none/holds", one("package", "a@b.example"), "Idempotency-Key", "k"); a.status != 404 || a.m["code"] != "sale.none" {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.mem.Fail = io.ErrUnexpectedEOF
	if a := s.hold("k", one("package", "a@b.example")); a.status != 500 || a.m["incident"] != "incident" || strings.Contains(a.body, "EOF") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestHolds_AnAddressMayAskSoOften(t *testing.T) {
	s := open(t, catalogue(10), func(c *api.Config) { c.PerMinute = 3 })
	for i := range 3 {
		if a := s.hold(fmt.Sprint(i), one("half", fmt.Sprint(i)+"@b.example")); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	a := s.hold("k4", one("half", "d@b.example"))
	if a.status != 429 || a.m["code"] != "api.too_often" || a.header.Get("Retry-After") != "60" {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.clock.pass(time.Minute)
	if a := s.hold("k4", one("half", "d@b.example")); a.status != 201 {
		t.Errorf("a minute later: %d %s", a.status, a.body)
	}
}

// Nobody gets past the waiting room by asking like a program.
func TestHolds_Case52_AnAdmissionIsOneHold(t *testing.T) {
	cat, k := catalogue(10), newClock()
	cat.Mode = sale.WaitingRoom
	room, err := sale.OpenRoom(t.Context(), sale.RoomConfig{Edition: edition, Rule: sale.RoomRule{Pace: 60, Stay: sale.Duration(10 * time.Minute)},
		Opens: cat.OpensAt(), Now: k.now, Keeper: saletest.NewKeeper(), Random: rand.Reader, ID: func() string { return fmt.Sprintf("ticket%020d", ids.Add(1)) }})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, cat, func(c *api.Config) { c.Rooms, c.Now = func(string) *sale.Room { return room }, k.now })
	if a := s.hold("k", one("half", "a@b.example")); a.status != 403 || a.m["code"] != "sale.not_admitted" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	ticket, err := room.Enter(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	k.pass(30 * time.Second) // the room was opened anew: people are given time to be seen
	place, err := room.Place(ticket)
	if err != nil || place.Admission == "" {
		t.Fatalf("%+v, %v", place, err)
	}
	cookies := "ticket=" + ticket + "; admission=" + place.Admission
	first := s.hold("k1", one("half", "a@b.example"), "Cookie", cookies)
	again := s.hold("k2", one("package", "b@b.example"), "Cookie", cookies)
	if first.status != 201 || again.body != first.body || len(s.mem.ByID) != 1 {
		t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
	}
	k.pass(11 * time.Minute)
	if a := s.hold("k3", one("half", "c@b.example"), "Cookie", cookies); a.status != 403 || a.m["code"] != "sale.admission_over" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
