package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sim"
)

// booth is an office whose sale is about to open.
type booth struct {
	*httptest.Server
	h       *hall
	edition *race.Edition
}

// startSale opens an office that is about to sell the reference edition.
func startSale(t *testing.T) *booth {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	h, err := openHall(t.Context(), hallConfig{Dir: t.TempDir(), Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	e := sim.EditionOn(raceAfter(time.Now()))
	if err := h.saleEdition(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := h.testCashier(t.Context(), time.Now); err != nil {
		t.Fatal(err)
	}
	handler, err := h.handler(time.Now, serving{log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &booth{Server: httptest.NewUnstartedServer(handler), h: h, edition: e}
	s.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	s.Start()
	t.Cleanup(s.Close)
	t.Cleanup(cancel)
	return s
}

// sell begins the sale, to open at an instant.
func (s *booth) sell(t *testing.T, opens time.Time) {
	t.Helper()
	if err := s.h.sell(t.Context(), demonstrator, sim.Catalogue(s.edition, opens, sim.Places)); err != nil {
		t.Fatal(err)
	}
}

func (s *booth) free(t *testing.T, resource string) int {
	t.Helper()
	head, err := s.h.sales.Head(t.Context(), s.edition.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range head.Quotas {
		if q.ID() == resource {
			return q.Free()
		}
	}
	t.Fatalf("no quota %s", resource)
	return 0
}

// buyer is somebody at a browser.
type buyer struct{ page }

func (b buyer) look(name string) {
	b.t.Helper()
	dir := os.Getenv("STADION_SHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(90))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "buy-"+name+".jpg"), shot, 0o644)
	}
	if err != nil {
		b.t.Log(name, err) // a picture for people; the page may just be changing
	}
}

func (b buyer) sees(what string) {
	b.t.Helper()
	if text := ask[string](b.page, "document.body.innerText"); !strings.Contains(text, what) {
		b.t.Fatalf("%q is not on the page:\n%s", what, text)
	}
}

// turnsInto waits until an expression is true on the page that takes the place of
// this one.
func (b buyer) turnsInto(js string) {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		v, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(30*time.Second)))
		if err == nil && v {
			return
		}
	}
	b.t.Fatalf("never came true: %s", js)
}

// fill types what a person of the party says of themselves.
func (b buyer) fill(n int, printed, given, family, birth, sex, country string) {
	b.t.Helper()
	id := func(name string) string { return fmt.Sprintf(`[name="%s.%d"]`, name, n) }
	b.do(chromedp.SendKeys(id("name"), printed), chromedp.SendKeys(id("given"), given), chromedp.SendKeys(id("family"), family),
		chromedp.SetValue(id("birth"), birth), chromedp.SetValue(id("sex"), sex), chromedp.SetValue(id("country"), country))
}

func TestBrowser_APackageForTwoFromTheCountdownToTheConfirmationAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	s := startSale(t)
	b := buyer{browse(t, 1200, 1000)}
	b.follow(chromedp.Navigate(s.URL))
	s.sell(t, time.Now().Add(10*time.Second))
	seats, places := s.free(t, "seat:beijing-thu"), s.free(t, "race:marathon")

	// The countdown, until it opens by itself.
	b.follow(chromedp.Navigate(s.URL + "/e/" + s.edition.ID + "/entry"))
	b.look("1-countdown")
	if ask[int](b.page, `document.querySelectorAll('a[href$="/entry/order"]').length`) != 0 {
		t.Error("there is something to order before the sale opens")
	}
	b.turnsInto(`document.querySelectorAll('a[href*="/entry/order"]').length > 0`)
	b.look("2-open")

	// Two persons on one journey; the second accompanies.
	b.follow(chromedp.Navigate(s.URL + "/e/" + s.edition.ID + "/entry/order"))
	b.follow(chromedp.Click(`button[value="add"]`))
	b.do(chromedp.Click(`input[name="tour.1"][value="tour-beijing-thu"]`), chromedp.Click(`input[name="race.1"][value="entry-marathon"]`),
		chromedp.Click(`input[name="tour.2"][value="tour-beijing-thu"]`), chromedp.Click(`input[name="race.2"][value=""]`))
	b.look("3-choose")
	b.follow(chromedp.Click(`button.action:not(.quiet)[value="next"]`))

	// Who they are. Nothing is lost when one thing is wrong.
	b.do(chromedp.SendKeys("#email", "rosa@example.org"), chromedp.SendKeys("#payer", "Rosa Example"))
	b.fill(1, "Rosa Example", "Rosa", "Example", "2188-03-02", "F", "DEU")
	b.fill(2, "김예시", "Yesi", "Kim", "1990-05-06", "M", "CHN")
	b.follow(chromedp.Click(`button.action:not(.quiet)[value="next"]`))
	b.look("4-wrong")
	if got := ask[string](b.page, `document.querySelector('[name="name.2"]').value`); got != "김예시" {
		t.Errorf("a mistake beside it lost the name: %q", got)
	}
	b.do(chromedp.SetValue(`[name="birth.1"]`, "1988-03-02"))
	b.follow(chromedp.Click(`button.action:not(.quiet)[value="next"]`))
	b.look("5-review")
	b.sees("4,540.00")

	// The hold.
	if s.free(t, "seat:beijing-thu") != seats {
		t.Error("looking took a seat")
	}
	b.do(chromedp.Click("#terms-read"))
	b.follow(chromedp.Click(`button[value="hold"]`))
	b.look("6-held")
	if a, c := s.free(t, "seat:beijing-thu"), s.free(t, "race:marathon"); a != seats-2 || c != places-1 {
		t.Errorf("the hold took %d seats and %d places of the marathon, want 2 and 1", seats-a, places-c)
	}

	// Paying in test mode.
	b.follow(chromedp.Click(`.pay-now button[value="next"]`))
	b.look("7-test-payment")
	b.follow(chromedp.Click(`button[value="pay"]`))
	b.look("8-confirmed")
	o := s.only(t)
	if o.State != sale.Confirmed || o.Paid() != money.Of(146700, "EUR") {
		t.Fatalf("%s, %s paid", o.State, o.Paid())
	}
	b.sees(o.Number)

	// And back: what comes back stands on the page before it is done.
	b.follow(chromedp.Click(`main a.action[href$="/cancel"]`))
	b.look("9-cancel")
	b.follow(chromedp.Click(`main form button.action`))
	b.look("10-cancelled")
	if o = s.only(t); o.State != sale.Cancelled {
		t.Fatal(o.State)
	}
	if s.free(t, "seat:beijing-thu") != seats || s.free(t, "race:marathon") != places {
		t.Error("a cancelled order keeps units")
	}
	owed := money.Of(0, "EUR")
	for _, r := range o.Refunds {
		owed = owed.Add(r.Amount)
	}
	if owed.Minor <= 0 || o.Paid().Less(owed) {
		t.Errorf("%s were paid, %s go back", o.Paid(), owed)
	}
}

// only is the one order there is.
func (s *booth) only(t *testing.T) *sale.Order {
	t.Helper()
	all, _, err := s.h.sales.Orders(t.Context(), s.edition.ID, sale.OrderFilter{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d orders, %v", len(all), err)
	}
	return all[0]
}
