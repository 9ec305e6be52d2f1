package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/sim"
)

// page is a page in a real browser, without the network.
type page struct {
	ctx context.Context
	t   *testing.T
}

func browse(t *testing.T, width, height int) page {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium is installed (Debian package chromium): `make test` installs it where it may")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.WindowSize(width, height), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return page{ctx, t}
}

func (p page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// follow does what leads to another page, and waits for it.
func (p page) follow(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if _, err := chromedp.RunResponse(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// ask is the value of a JavaScript expression on the page.
func ask[T any](p page, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// await waits until a JavaScript expression is true.
func (p page) await(js string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		p.t.Fatalf("never came true: %s: %v", js, err)
	}
}

// running is the demo's office over a race that goes on when the test says so.
type running struct {
	*httptest.Server
	h    *hall
	d    *desk
	feed *feed
	now  race.Instant
	t    *testing.T
}

func startRace(t *testing.T, runners int, into time.Duration) *running {
	t.Helper()
	return startDay(t, sim.Run(sim.Edition(), sim.StartListOf(1, runners), 1), into)
}

// startDay is startRace of any day.
func startDay(t *testing.T, truth *sim.Truth, into time.Duration) *running {
	t.Helper()
	r := &running{now: truth.Start().Add(into), t: t}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	h, err := openHall(t.Context(), hallConfig{Dir: t.TempDir(), Now: time.Now, RaceNow: func() race.Instant { return r.now }, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.demoEdition(t.Context(), truth.Edition); err != nil {
		t.Fatal(err)
	}
	if r.d, err = h.desk(truth.Edition.ID); err != nil {
		t.Fatal(err)
	}
	r.h, r.feed = h, newFeed(truth, r.d, 1)
	r.advance(0)
	handler, err := h.handler(time.Now, serving{log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.Server = httptest.NewUnstartedServer(handler)
	r.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	r.Start()
	t.Cleanup(r.Close)
	t.Cleanup(cancel)
	return r
}

// advance lets the race go on.
func (r *running) advance(d time.Duration) {
	r.t.Helper()
	r.now = r.now.Add(d)
	if err := r.feed.until(r.t.Context(), r.now, nil); err != nil {
		r.t.Fatal(err)
	}
	if err := r.feed.settled(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

const arrivalsShown = `[...document.querySelectorAll(".arrivals li")].map(li => li.innerText.replace(/\s+/g, " ")).join("\n")`

func TestBrowser_LivePageUpdatesItself(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	r := startRace(t, 300, 150*time.Minute)
	p := browse(t, 1280, 900)
	p.do(chromedp.Navigate(r.URL+"/e/pyongyang-2025/live"), chromedp.WaitVisible(".arrivals li"))
	before := ask[string](p, arrivalsShown)
	ask[int](p, `window.sameDocument = 1`)
	r.advance(10 * time.Minute)
	p.await(fmt.Sprintf("%s !== %q", arrivalsShown, before))
	after := ask[string](p, arrivalsShown)
	if ask[int](p, `window.sameDocument || 0`) != 1 {
		t.Error("the page was loaded again instead of updating itself")
	}
	newest := r.d.Field.Snapshot().Recent[0]
	if !strings.Contains(after, race.Clock(newest.Gun)) {
		t.Errorf("the newest arrival %s (%s) is not shown:\n%s", newest.Bib, race.Clock(newest.Gun), after)
	}
}

func TestBrowser_PhoneFindsARunnerByName(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	r := startRace(t, 300, 200*time.Minute)
	row := r.d.Field.Snapshot().Boards[0].Rows[5]
	p := browse(t, 390, 844)
	p.do(chromedp.Navigate(r.URL+"/e/pyongyang-2025/results?lang=ko"), chromedp.WaitVisible("#q"),
		chromedp.SendKeys("#q", row.PrintedName))
	p.await(`document.querySelectorAll("#list tbody tr").length === 1`)
	found := ask[string](p, `document.querySelector("#list tbody tr").innerText`)
	overflow := ask[int](p, `document.documentElement.scrollWidth - window.innerWidth`)
	p.follow(chromedp.Click("#list tbody tr a"))
	heading := ask[string](p, `document.querySelector("h1").innerText`)
	if !strings.Contains(found, row.GunTime) || !strings.Contains(heading, row.PrintedName) {
		t.Errorf("searched %q, found %q, page of %q", row.PrintedName, found, heading)
	}
	if overflow > 0 {
		t.Errorf("the page is %d px wider than the phone", overflow)
	}
}

func TestPages_WorkWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Skip("an office with its bus takes a second; left out with -short")
	}
	r := startRace(t, 100, 180*time.Minute)
	for path, want := range map[string]string{
		"/":                             "31st Pyongyang International Marathon",
		"/e/pyongyang-2025":             "Marathon",
		"/e/pyongyang-2025/live":        "Marathon",
		"/e/pyongyang-2025/results":     r.d.Field.Snapshot().Boards[0].Rows[0].PrintedName,
		"/api/v1/editions":              `"id":"pyongyang-2025"`,
		"/healthz":                      "",
		"/e/pyongyang-2025/results.csv": "race,status,place",
		"/verify":                       "form",
	} {
		resp, err := http.Get(r.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v, wants %q", path, resp.StatusCode, err, want)
		}
	}
}

// TestPages_OfficialListIsTheRevision: what moves behind an official list is not
// shown before it is published again.
func TestPages_OfficialListIsTheRevision(t *testing.T) {
	if testing.Short() {
		t.Skip("an office with its bus takes a second; left out with -short")
	}
	r := startRace(t, 100, 8*time.Hour)
	rc := r.d.Field.Snapshot().Boards[0].Race
	first := r.d.Field.Snapshot().Boards[0].Rows[0]
	public := func() *live.Board {
		s, err := pages{r.h}.Snapshot(t.Context(), r.d.Edition)
		if err != nil {
			t.Fatal(err)
		}
		return s.Board(rc.ID)
	}
	rule := func(value string) {
		if _, err := r.d.Rule(t.Context(), demonstrator, logbook.Ruling{Bib: first.Bib, Kind: logbook.TimeAdjust, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(s results.State) {
		if _, err := r.d.Publish(t.Context(), demonstrator, rc.ID, s, ""); err != nil {
			t.Fatal(err)
		}
	}
	publish(results.Provisional)
	if b := public(); b.State != results.Provisional || b.Revision != 1 {
		t.Errorf("%s, revision %d", b.State, b.Revision)
	}
	rule("+2s")
	if b := public(); b.State != results.Provisional || b.Revision != 0 || b.Row(first.Bib).GunMs != first.GunMs+2000 {
		t.Errorf("a provisional list that moved on is %s, revision %d", b.State, b.Revision)
	}
	publish(results.Official)
	rule("+3s")
	if b := public(); b.State != results.Official || b.Revision != 2 || b.Row(first.Bib).GunMs != first.GunMs+2000 {
		t.Errorf("the official list is %s, revision %d, and shows %v", b.State, b.Revision, b.Row(first.Bib).GunMs)
	}
	publish(results.Official)
	if b := public(); b.Revision != 3 || b.Row(first.Bib).GunMs != first.GunMs+5000 {
		t.Errorf("the next official list: revision %d, %v", b.Revision, b.Row(first.Bib).GunMs)
	}
}
