package shop_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/web"
	"stadion/internal/web/shop"
	"stadion/internal/web/webtest"
)

// market is an open sale with a shop in front of it.
type market struct {
	t       testing.TB
	now     race.Instant
	store   *saletest.Memory
	counter *sale.Counter
	cashier *pay.Test
	server  *httptest.Server
	ids     int
}

// opened is a day after the sale of saletest opens.
var opened = race.At(time.Date(2025, 12, 2, 3, 0, 0, 0, time.UTC))

func newMarket(t testing.TB, change ...func(*sale.Catalogue)) *market {
	t.Helper()
	cat := saletest.Catalogue()
	for _, f := range change {
		f(cat)
	}
	m := &market{t: t, now: opened}
	clock := func() race.Instant { return m.now }
	m.store = saletest.New(cat, clock)
	m.counter = sale.NewCounter(saletest.Edition, m.store, 0)
	m.cashier = pay.NewTest([]byte("a key of the tests alone"), func() time.Time { return m.now.Time() })
	snap := &live.Snapshot{Edition: &race.Edition{ID: saletest.Edition, Name: "Invented Marathon 2026", Date: "2026-04-05", Zone: "Asia/Pyongyang", Place: "Pyongyang"}}
	cfg := webtest.Config(webtest.NewSource(snap))
	cfg.Shop = shop.Source{Views: m.store.Views(), Now: clock, Cashier: m.cashier,
		Counter: func(edition string) *sale.Counter {
			if edition == saletest.Edition {
				return m.counter
			}
			return nil
		},
		Blind: func(kind, value string) string {
			h := hmac.New(sha256.New, []byte("blind"))
			h.Write([]byte(kind + "\x00" + value))
			return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
		},
		ID: func() string { m.ids++; return fmt.Sprintf("order%021d", m.ids) }}
	h, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m.server = httptest.NewServer(h)
	t.Cleanup(m.server.Close)
	return m
}

// buyer is a browser.
type buyer struct {
	*market
	client *http.Client
	lang   lang.Tag
	at     string // path of the last page
	uri    string // with its query
	page   string
	status int
	header http.Header
}

func (m *market) buyer() *buyer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return &buyer{market: m, client: &http.Client{Jar: jar}, lang: lang.English}
}

const base = "/e/" + saletest.Edition

// get opens a page and holds it against the checker.
func (b *buyer) get(path string) *buyer {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.address(path), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *buyer) address(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return b.server.URL + path
}

// post sends a form and follows where it leads.
func (b *buyer) post(path string, v url.Values) *buyer {
	b.t.Helper()
	r, err := http.NewRequest("POST", b.address(path), strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *buyer) do(r *http.Request) *buyer {
	b.t.Helper()
	r.Header.Set("Accept-Language", string(b.lang))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	var body strings.Builder
	if _, err := fmt.Fprint(&body, readAll(b.t, w)); err != nil {
		b.t.Fatal(err)
	}
	b.page, b.status, b.header, b.at, b.uri = body.String(), w.StatusCode, w.Header, w.Request.URL.Path, w.Request.URL.RequestURI()
	if strings.HasPrefix(w.Header.Get("Content-Type"), "text/html") {
		for _, fault := range webtest.Check(strings.NewReader(b.page)) {
			b.t.Errorf("%s in %s: %s", b.at, b.lang, fault)
		}
		if at := regexp.MustCompile(`>(fault\.)?(shop|sale|entry|pay)\.[a-z_.]+`).FindString(b.page); at != "" {
			b.t.Errorf("%s in %s: a sentence is missing: %s", b.at, b.lang, at)
		}
		if i := strings.Index(b.page, "{"); i >= 0 && !strings.Contains(b.page[max(0, i-60):i], "htmx-config") {
			b.t.Errorf("%s in %s: a value is missing: %.40s", b.at, b.lang, b.page[max(0, i-20):])
		}
	}
	return b
}

func readAll(t testing.TB, w *http.Response) string {
	var s strings.Builder
	buf := make([]byte, 32<<10)
	for {
		n, err := w.Body.Read(buf)
		s.Write(buf[:n])
		if err != nil {
			return s.String()
		}
		if s.Len() > 8<<20 {
			t.Fatal("a page of 8 MB")
		}
	}
}

// is expects a status and sentences of the page.
func (b *buyer) is(status int, says ...string) *buyer {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s: status %d, want %d\n%s", b.at, b.status, status, text(b.page))
	}
	for _, s := range says {
		if !strings.Contains(b.page, s) && !strings.Contains(text(b.page), s) {
			b.t.Errorf("%s does not say %q\n%s", b.at, s, text(b.page))
		}
	}
	return b
}

// silent expects that the page does not say something.
func (b *buyer) silent(says ...string) *buyer {
	b.t.Helper()
	for _, s := range says {
		if strings.Contains(b.page, s) {
			b.t.Errorf("%s says %q", b.at, s)
		}
	}
	return b
}

var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`)

// text is a page's words, for looking at.
func text(page string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(tags.ReplaceAllString(page, " "))), " ")
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// fields are the hidden fields of the page.
func (b *buyer) fields() url.Values {
	v := url.Values{}
	for _, f := range hidden.FindAllStringSubmatch(b.page, -1) {
		v.Set(f[1], f[2])
	}
	return v
}

// with is a form of values put together.
func with(parts ...url.Values) url.Values {
	out := url.Values{}
	for _, p := range parts {
		maps.Copy(out, p)
	}
	return out
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// two are the answers of two people who travel: one runs, one comes along.
func two() url.Values {
	return form("act", "next", "email", "ada@example.org", "payer", "Ada Example",
		"name.1", "Ada Example", "birth.1", "1990-02-03", "sex.1", "F", "country.1", "DEU",
		"name.2", "김민수", "birth.2", "1988-05-06", "sex.2", "M", "country.2", "KOR", "resident.2", "")
}

// review goes through the steps with two people on a departure until what it
// costs is shown.
func (b *buyer) review(tour string) *buyer {
	b.t.Helper()
	b.get(base + "/entry/order").is(200)
	b.post(base+"/entry/order", form("n", "2", "act", "next", "tour.1", tour, "race.1", "marathon", "tour.2", tour, "race.2", "", "gift.meals", "2")).is(200)
	b.post(base+"/entry/order/persons", two()).is(200)
	if !strings.HasSuffix(b.at, "/review") {
		b.t.Fatalf("at %s\n%s", b.at, text(b.page))
	}
	return b
}

// hold presses the button of the review.
func (b *buyer) hold(method string) *buyer {
	b.t.Helper()
	return b.post(base+"/entry/order/review", with(b.fields(), form("act", "hold", "terms", "1", "method", method)))
}

// order is the order whose page the buyer sees.
func (b *buyer) order() *sale.Order {
	b.t.Helper()
	parts := strings.Split(b.at, "/")
	if len(parts) < 5 {
		b.t.Fatalf("at %s, no order\n%s", b.at, text(b.page))
	}
	o := b.store.Order(parts[4])
	if o == nil {
		b.t.Fatalf("no order at %s", b.at)
	}
	return o
}

// paid pays what is due at the test cashier.
func (b *buyer) paid() *buyer {
	b.t.Helper()
	b.post(b.at+"/pay", form("part", "next")).is(200)
	return b.post(b.at, form("do", "pay")).is(200)
}
