package shop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/web"
	"stadion/internal/web/shop"
	"stadion/internal/web/webtest"
)

// fair is a sale with a waiting room or a draw, and the site in front of it.
type fair struct {
	t       testing.TB
	mu      sync.Mutex
	clock   race.Instant
	ids     int
	store   *saletest.Memory
	counter *sale.Counter
	room    *sale.Room
	drawing *sale.Drawing
	site    http.Handler
}

func newFair(t testing.TB, at race.Instant, change func(*sale.Catalogue)) *fair {
	c := saletest.Catalogue()
	if change != nil {
		change(c)
	}
	f := &fair{t: t, clock: at}
	f.store = saletest.New(c, f.now)
	f.counter = sale.NewCounter(saletest.Edition, f.store, 0)
	keeper, random := saletest.NewKeeper(), rand.NewChaCha8([32]byte{3})
	var err error
	switch c.Mode {
	case sale.WaitingRoom:
		f.room, err = sale.OpenRoom(context.Background(), sale.RoomConfig{Edition: saletest.Edition, Rule: c.Room, Opens: c.OpensAt(),
			Keeper: keeper, Now: f.now, ID: f.id, Random: random})
	case sale.Draw:
		f.drawing, err = sale.NewDrawing(context.Background(), f.counter, keeper, random)
	}
	if err != nil {
		t.Fatal(err)
	}
	snap := &live.Snapshot{Edition: &race.Edition{ID: saletest.Edition, Name: "Invented Marathon 2026", Date: "2026-04-05", Zone: "Asia/Pyongyang", Place: "Pyongyang"}}
	cfg := webtest.Config(webtest.NewSource(snap))
	cfg.Shop = shop.Source{Views: f.store.Views(), Now: f.now, ID: f.id,
		Counter:  func(string) *sale.Counter { return f.counter },
		Blind:    func(kind, value string) string { return kind + ":" + value },
		Rooms:    func(string) *sale.Room { return f.room },
		Drawings: func(string) *sale.Drawing { return f.drawing }}
	if f.site, err = web.New(cfg); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fair) now() race.Instant {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

func (f *fair) set(at race.Instant) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = at
}

func (f *fair) id() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids++
	return fmt.Sprintf("%026d", f.ids)
}

// visitor is a browser.
type visitor struct {
	*fair
	jar http.CookieJar
	tag lang.Tag
}

func (f *fair) visitor() *visitor {
	jar, _ := cookiejar.New(nil)
	return &visitor{f, jar, lang.English}
}

var fairBase = "/e/" + saletest.Edition

func (v *visitor) do(method, path string, form url.Values) *http.Response {
	v.t.Helper()
	at := &url.URL{Scheme: "http", Host: "example.com", Path: "/"}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "http://example.com"+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", string(v.tag))
	at.Path = r.URL.Path
	for _, k := range v.jar.Cookies(at) {
		r.AddCookie(k)
	}
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	v.jar.SetCookies(at, w.Result().Cookies())
	return w.Result()
}

func bodyOf(r *http.Response) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

// page is a page that must be there, sound, in every language.
func (v *visitor) page(path string) string {
	v.t.Helper()
	var english string
	for _, tag := range lang.Tags {
		v.tag = tag
		r := v.do("GET", path, nil)
		body := bodyOf(r)
		if r.StatusCode != 200 {
			v.t.Fatalf("%s in %s: %d to %q", path, tag, r.StatusCode, r.Header.Get("Location"))
		}
		for _, wrong := range webtest.Check(strings.NewReader(body)) {
			v.t.Errorf("%s in %s: %s", path, tag, wrong)
		}
		if found := unsaid.FindString(body); found != "" {
			v.t.Errorf("%s in %s shows the key %s", path, tag, found)
		}
		if tag == lang.English {
			english = body
		}
	}
	v.tag = lang.English
	v.show(path, english)
	return english
}

var unsaid = regexp.MustCompile(`>\s*(fair|shop|web)\.[a-z_.]+[0-9]*\s*<`)

// show leaves a page for who looks at pictures: FAIR_PAGES names a folder.
func (v *visitor) show(path, body string) {
	if dir := os.Getenv("FAIR_PAGES"); dir != "" {
		name := strings.Trim(strings.NewReplacer("/", "-", "?", "-").Replace(path), "-")
		_ = os.WriteFile(dir+"/"+v.t.(*testing.T).Name()+name+".html", []byte(body), 0o644)
	}
}

// goes expects a redirect.
func (v *visitor) goes(r *http.Response, to string) string {
	v.t.Helper()
	at := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, to) {
		v.t.Fatalf("%d to %q, want %q: %s", r.StatusCode, at, to, bodyOf(r))
	}
	return at
}

func says(t *testing.T, page string, words ...string) {
	t.Helper()
	page = html.UnescapeString(page)
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func withRoom(c *sale.Catalogue) {
	c.Mode, c.Room = sale.WaitingRoom, sale.RoomRule{Before: race.Duration(time.Hour), Pace: 60, Stay: race.Duration(10 * time.Minute)}
}

func TestCountdown_SaysWhenHowAndWhatAndIsMadeOnce(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(-50*time.Hour), withRoom)
	v := f.visitor()
	page := v.page(fairBase + "/entry")
	says(t, page, "1 December 2025", "12:00", "UTC+9", f.room.Commitment(), "1,000.00", "60 are let in", `datetime="2025-12-01T12:00:00`)
	r := v.do("GET", fairBase+"/entry", nil)
	if !strings.HasPrefix(r.Header.Get("Cache-Control"), "public, max-age=") || r.Header.Get("ETag") == "" || len(r.Cookies()) != 0 {
		t.Errorf("headers %v", r.Header)
	}
	req := httptest.NewRequest("GET", fairBase+"/entry", nil)
	req.Header.Set("If-None-Match", r.Header.Get("ETag"))
	w := httptest.NewRecorder()
	f.site.ServeHTTP(w, req)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("the same page again: %d, %d bytes", w.Code, w.Body.Len())
	}
	f.store.Head.Catalogue.Opens = "2025-12-01T13:00" // not looked at again within the second
	if again := bodyOf(v.do("GET", fairBase+"/entry", nil)); !strings.Contains(again, "12:00") {
		t.Error("the page is made for every reader")
	}
	f.set(f.now().Add(time.Second))
	says(t, bodyOf(v.do("GET", fairBase+"/entry", nil)), "13:00")
}

func TestCountdown_GivesWayAtTheOpening(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(-500*time.Millisecond), nil)
	v := f.visitor()
	says(t, bodyOf(v.do("GET", fairBase+"/entry", nil)), "Entry opens")
	f.set(saletest.Opens)
	if page := bodyOf(v.do("GET", fairBase+"/entry", nil)); strings.Contains(page, "Entry opens") {
		t.Error("the countdown after the opening")
	}
}

func TestRoom_FromTheRuleToTheOrder(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(-30*time.Minute), withRoom)
	v, other := f.visitor(), f.visitor()
	says(t, v.page(fairBase+"/entry"), "To the waiting room")
	says(t, v.page(fairBase+"/entry/room"), "Enter the waiting room", "chance puts everybody", f.room.Commitment())
	v.goes(v.do("POST", fairBase+"/entry/room", url.Values{}), fairBase+"/entry/room")
	other.do("POST", fairBase+"/entry/room", url.Values{})
	says(t, v.page(fairBase+"/entry/room"), "You are in", "2 people are here")
	if r := v.do("GET", fairBase+"/entry/room/proof.json", nil); r.StatusCode != 404 {
		t.Errorf("the seed before the opening: %d", r.StatusCode)
	}
	f.set(saletest.Opens.Add(-time.Second))
	v.do("GET", fairBase+"/entry/room/part?state=early", nil)
	other.do("GET", fairBase+"/entry/room/part?state=early", nil)
	f.set(saletest.Opens)
	r := v.do("GET", fairBase+"/entry/room/part?state=early", nil)
	if r.Header.Get("HX-Refresh") != "true" {
		t.Error("the page is not told that the room has opened")
	}
	first, second := v, other
	if !strings.Contains(bodyOf(v.do("GET", fairBase+"/entry/room", nil)), "It is your turn") {
		first, second = other, v
	}
	says(t, first.page(fairBase+"/entry/room"), "It is your turn", "12:10")
	says(t, second.page(fairBase+"/entry/room"), "You are next", "Your number")
	second.goes(second.do("GET", fairBase+"/entry/order", nil), fairBase+"/entry/room")
	if r := first.do("GET", fairBase+"/entry/order", nil); r.StatusCode != 200 {
		t.Errorf("who was let in: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	stranger := f.visitor()
	stranger.goes(stranger.do("GET", fairBase+"/entry/order", nil), fairBase+"/entry/room")
	var proof sale.RoomProof
	if err := json.NewDecoder(first.do("GET", fairBase+"/entry/room/proof.json", nil).Body).Decode(&proof); err != nil || sale.VerifyRoom(proof) != nil || len(proof.Tickets) != 2 {
		t.Errorf("proof %+v, %v", proof, err)
	}
	f.set(saletest.Opens.Add(11 * time.Minute))
	first.goes(first.do("GET", fairBase+"/entry/order", nil), fairBase+"/entry/room")
	says(t, first.page(fairBase+"/entry/room"), "Your time has ended", "Enter again")
}

func TestSale_Case52_TheSecondUseOfAnAdmissionIsTheSameHold(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(-time.Minute), withRoom)
	v := f.visitor()
	v.do("POST", fairBase+"/entry/room", url.Values{})
	f.set(saletest.Opens)
	v.do("GET", fairBase+"/entry/room", nil)
	var ticket, admission string
	for _, k := range v.jar.Cookies(&url.URL{Scheme: "http", Host: "example.com", Path: fairBase + "/entry"}) {
		switch k.Name {
		case "ticket":
			ticket = k.Value
		case "admission":
			admission = k.Value
		}
	}
	a, err := f.room.Admitted(ticket, admission)
	if err != nil {
		t.Fatal(err)
	}
	var orders []*sale.Order
	for i, product := range []string{"half", "marathon"} {
		ask := a.Of(sale.Ask{ID: f.id(), Key: fmt.Sprint(i), Body: product, Lang: "en", Wants: []sale.Want{{Product: product, N: 1}}, Private: sale.Private{Email: "a@example.org"}})
		o, err := f.counter.Hold(context.Background(), ask)
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, o)
	}
	if orders[0].ID != orders[1].ID || len(f.store.ByID) != 1 {
		t.Errorf("two holds by one admission: %s, %s", orders[0].ID, orders[1].ID)
	}
}

func TestList_JoinWaitOfferDeclineInThePages(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(time.Hour), func(c *sale.Catalogue) {
		for i := range c.Resources {
			if c.Resources[i].ID == "race:half" {
				c.Resources[i].Size = 1
			}
		}
	})
	o, err := f.counter.Hold(context.Background(), sale.Ask{ID: f.id(), Lang: "en", Wants: []sale.Want{{Product: "half", N: 1}}, Private: sale.Private{Email: "x@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	v := f.visitor()
	says(t, v.page(fairBase+"/list?want=half&party=2"), `value="half" checked`, `<option value="2" selected>`, "no more than 3 times", "24 hours")
	form := url.Values{"race": {"half"}, "party": {"1"}, "email": {"no address"}, "key": {"abcdefghijklmnopqrstuvwxyz"}}
	if r := v.do("POST", fairBase+"/list", form); r.StatusCode != 422 {
		t.Errorf("a bad address: %d", r.StatusCode)
	} else {
		says(t, bodyOf(r), `value="no address"`, `value="half" checked`, `aria-invalid="true"`)
	}
	form.Set("email", "runner@example.org")
	place := v.goes(v.do("POST", fairBase+"/list", form), fairBase+"/list/")
	if again := v.goes(v.do("POST", fairBase+"/list", form), fairBase+"/list/"); again != place {
		t.Errorf("the same press twice: %s and %s", place, again)
	}
	form.Set("race", "marathon")
	form.Set("key", "")
	if r := v.do("POST", fairBase+"/list", form); r.StatusCode != 409 && r.StatusCode != 422 {
		t.Errorf("waiting for what can be had: %d", r.StatusCode)
	}
	says(t, v.page(place), "Place 1", "Nobody stands before you")
	if _, err := f.counter.Cancel(context.Background(), o.ID, "buyer", access.Actor{}); err != nil {
		t.Fatal(err)
	}
	offered := v.page(place)
	says(t, offered, "It is kept for you", "3 December 2025"[2:], "/order/")
	if r := v.do("GET", place, nil); r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", r.Header)
	}
	f.set(f.now().Add(24 * time.Hour))
	says(t, v.page(place), "has passed to the next")
	f.set(f.now().Add(-23 * time.Hour))
	says(t, v.page(place+"/leave"), "Decline the offer?")
	v.goes(v.do("POST", place+"/leave", url.Values{}), place)
	says(t, v.page(place), "Declined")
	if r := v.do("GET", fairBase+"/list/nobody", nil); r.StatusCode != 404 {
		t.Errorf("a place that is not there: %d", r.StatusCode)
	}
}

func TestDraw_ApplyResultAndProofInThePages(t *testing.T) {
	f := newFair(t, saletest.Opens.Add(-time.Hour), func(c *sale.Catalogue) {
		c.Mode, c.Draw.Closes, c.Draw.Weight = sale.Draw, "2025-12-08T12:00", "persons"
	})
	v := f.visitor()
	says(t, v.page(fairBase+"/entry"), "Applications open", f.drawing.Commitment())
	v.goes(v.do("GET", fairBase+"/entry/draw", nil), fairBase+"/entry")
	f.set(saletest.Opens)
	v.goes(v.do("GET", fairBase+"/entry", nil), fairBase+"/entry/draw")
	says(t, v.page(fairBase+"/entry/draw"), "Apply until 8 December 2025, 12:00 (UTC+9)", "as many chances as it has persons")
	var mine string
	for i := range 15 {
		form := url.Values{"race": {"half"}, "party": {fmt.Sprint(1 + i%2)}, "email": {fmt.Sprintf("runner%d@example.org", i)}}
		mine = v.goes(v.do("POST", fairBase+"/entry/draw", form), fairBase+"/list/")
	}
	says(t, v.page(mine), "Your application is in", "Ticket of the application")
	says(t, v.page(mine+"/leave"), "Withdraw the application?")
	f.set(saletest.Opens.Add(7 * 24 * time.Hour))
	says(t, v.page(fairBase+"/entry/draw"), "Applications are closed")
	proof, err := f.drawing.Hold(context.Background(), "", access.Actor{Account: "a", Name: "A"})
	if err != nil {
		t.Fatal(err)
	}
	says(t, v.page(fairBase+"/entry/draw?ticket="+proof.Order[3]), "15 applications were drawn", "as number 4 of 15", proof.Seed, proof.ListHash)
	says(t, v.page(fairBase+"/entry/draw?ticket=nonsense"), "did not take part")
	var got sale.DrawProof
	if err := json.NewDecoder(v.do("GET", fairBase+"/entry/draw/proof.json", nil).Body).Decode(&got); err != nil || sale.VerifyDraw(got) != nil {
		t.Errorf("proof %v", err)
	}
	says(t, v.page(mine), "Number in the draw")
}

// BenchmarkCountdown is what one more reader of the countdown costs.
func BenchmarkCountdown(b *testing.B) {
	f := newFair(b, saletest.Opens.Add(-50*time.Hour), withRoom)
	req := httptest.NewRequest("GET", fairBase+"/entry", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	for b.Loop() {
		f.site.ServeHTTP(httptest.NewRecorder(), req)
	}
}

// BenchmarkRoomPage asks for the place of one after the other of 50,000.
func BenchmarkRoomPage(b *testing.B) {
	f := newFair(b, saletest.Opens.Add(-time.Minute), withRoom)
	const n = 50_000
	reqs := make([]*http.Request, n)
	for i := range reqs {
		cookie, err := f.room.Enter(context.Background(), "")
		if err != nil {
			b.Fatal(err)
		}
		reqs[i] = httptest.NewRequest("GET", fairBase+"/entry/room/part?state=in_line", nil)
		reqs[i].AddCookie(&http.Cookie{Name: "ticket", Value: cookie})
	}
	f.set(saletest.Opens)
	i := 0
	for b.Loop() { // each asks once within the time in which nobody counts as away
		f.site.ServeHTTP(httptest.NewRecorder(), reqs[i%n])
		i++
	}
}
