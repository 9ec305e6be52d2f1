package sale_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// wish is an ask of somebody unnamed, as the API makes it.
func wish(id string, wants ...sale.Want) sale.Ask {
	return sale.Ask{ID: id, Wants: wants, Private: sale.Private{Email: id + "@example.org"}, Blinds: []string{"email:" + id + "@example.org"}}
}

func of(product string, n int) sale.Want { return sale.Want{Product: product, N: n} }

func TestSale_Case01_TheSameKeyGivesTheSameAnswer(t *testing.T) {
	d := openDesk(t)
	a := wish("one", of("tour-a", 1), of("marathon", 1))
	a.Key, a.Body = "k1", "body"
	first := d.hold(a)
	again := a
	again.ID = "another" // a retry makes a new id, which is not used
	second := d.hold(again)
	if !reflect.DeepEqual(first, second) {
		t.Errorf("the retry differs:\n%+v\n%+v", first, second)
	}
	other := a
	other.ID, other.Body = "third", "another body"
	_, err := d.c.Hold(ctx, other)
	d.refuses("sale.key_reused", err)
	if fault.KindOf(err).Status() != 409 {
		t.Errorf("status %d", fault.KindOf(err).Status())
	}
	if len(d.ByID) != 1 || d.Quota("race:marathon").Used != 1 {
		t.Errorf("%d orders, %d places", len(d.ByID), d.Quota("race:marathon").Used)
	}
	d.now = d.now.Add(10 * 24 * time.Hour)
	d.hold(again) // the answer stays the key's, though the hold is long over
	d.whole()
}

func TestSale_Case01_RetriesAtTheSameMoment(t *testing.T) {
	d := openDesk(t)
	var wg sync.WaitGroup
	ids := make([]string, 40)
	for i := range ids {
		wg.Go(func() {
			a := wish("one", of("marathon", 1))
			a.ID, a.Key, a.Body = fmt.Sprintf("id-%02d", i), "k1", "b"
			if o, err := d.c.Hold(ctx, a); err == nil {
				ids[i] = o.ID
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("answers differ: %v", ids)
		}
	}
	if used := d.Quota("race:marathon").Used; used != 1 {
		t.Errorf("%d places for one key", used)
	}
}

func TestSale_Case02_TwoTabsOfOnePayer(t *testing.T) {
	d := openDesk(t)
	a := wish("one", of("marathon", 1))
	a.Key = "tab-1"
	first := d.hold(a)
	b := a
	b.ID, b.Key = "two", "tab-2"
	b.Private.Email = " ONE@Example.org"
	_, err := d.c.Hold(ctx, b)
	d.refuses("sale.order_live", err)
	var f *fault.Error
	if !errors.As(err, &f) || f.Args["order"] != first.ID {
		t.Errorf("the fault does not say which order: %v", err)
	}
	b.By = clerk // the desk may sell a second one
	d.hold(b)
	d.whole()
}

func TestSale_Case02_AnEndedOrderIsNotInTheWay(t *testing.T) {
	d := openDesk(t)
	a := wish("one", of("marathon", 1))
	d.hold(a)
	d.now = d.now.Add(time.Hour)
	a.ID = "two"
	d.hold(a)
}

func TestSale_Case03_SeveralResourcesLastUnitOfOne(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Limit.Persons, c.Limit.Orders = 20, 20 })
	d.hold(wish("eight", of("tour-a", 8)))
	a := wish("one", of("tour-a", 1), of("marathon", 1))
	_, err := d.c.Hold(ctx, a)
	d.refuses("sale.sold_out", err)
	var f *fault.Error
	if errors.As(err, &f); f.Args["resources"] != "bed:a,seat:a" {
		t.Errorf("out is %v", f.Args["resources"])
	}
	if d.Quota("race:marathon").Used != 0 {
		t.Error("a part was taken")
	}
	d.hold(wish("b", of("tour-b", 9)))
	d.hold(wish("half", of("half", 10)))
	for _, c := range []struct {
		wants []sale.Want
		want  string
	}{
		{[]sale.Want{of("tour-a", 1), of("marathon", 1)}, "[{tour-a [tour-b]}]"},
		{[]sale.Want{of("tour-a", 2), of("marathon", 1)}, "[{tour-a []}]"},
		{[]sale.Want{of("half", 1)}, "[{half [marathon]}]"},
		{[]sale.Want{of("tour-a", 1), of("single-a", 1)}, "[{tour-a []} {single-a []}]"}, // no single room on b
		{[]sale.Want{of("tour-a", 1), of("half", 1)}, "[{tour-a [tour-b]} {half [marathon]}]"},
		{[]sale.Want{of("marathon", 1)}, "[]"},
	} {
		got := sale.Instead(d.Head.Catalogue, d.Head.Quotas, sale.Ask{Wants: c.wants})
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v: %v, want %s", c.wants, got, c.want)
		}
	}
	d.whole()
}

func TestSale_Case04_NoOrderOfTakingLocksUp(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Limit.Orders = 100 })
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			wants := []sale.Want{of("tour-b", 1), of("half", 1), of("marathon", 0+1)}
			if i%2 == 0 {
				wants[0], wants[2] = wants[2], wants[0]
			}
			_, err := d.c.Hold(ctx, wish(fmt.Sprintf("w%d", i), wants...))
			if err != nil && fault.CodeOf(err) != "sale.sold_out" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if q := d.Quota("race:marathon"); q.Used != 8 {
		t.Errorf("%d of 8 sold", q.Used)
	}
	for _, l := range d.Lines {
		for i := 1; i < len(l.Units); i++ {
			if l.Units[i-1].Resource >= l.Units[i].Resource {
				t.Fatalf("units are not in the order of their ids: %v", l.Units)
			}
		}
	}
	d.whole()
}

// broken is a store whose commits fail as they are told to: before anything is
// written, or after, when the answer is lost.
type broken struct {
	*saletest.Memory
	before, after error
}

func (b *broken) Commit(ctx context.Context, e string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	if b.before != nil {
		return b.before
	}
	return errors.Join(b.Memory.Commit(ctx, e, decide), b.after)
}

func TestSale_Case05_CrashBetweenCommitAndReply(t *testing.T) {
	d := openDesk(t)
	lost := fault.New(fault.Unavailable, "store.closed", nil)
	b := &broken{Memory: d.Memory, after: lost}
	d.c = sale.NewCounter(saletest.Edition, b, 0)
	a := wish("one", of("marathon", 1))
	a.Key, a.Body = "k", "b"
	if _, err := d.c.Hold(ctx, a); !errors.Is(err, lost) {
		t.Fatalf("the answer was lost, got %v", err)
	}
	b.after = nil
	a.ID = "retry"
	o := d.hold(a)
	if o.ID != "one" || d.Quota("race:marathon").Used != 1 {
		t.Errorf("the retry made %s, %d places", o.ID, d.Quota("race:marathon").Used)
	}
	r := sale.Receipt{ID: "pi_1", Method: "card", Amount: o.Due()}
	b.after = lost
	if _, err := d.c.Receive(ctx, o.ID, r, nobody); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	b.after = nil
	o = d.must(d.c.Receive(ctx, o.ID, r, nobody))
	if len(o.Receipts) != 1 || o.State != sale.Confirmed {
		t.Errorf("%d receipts, %s", len(o.Receipts), o.State)
	}
	b.before = lost
	if _, err := d.c.Hold(ctx, wish("two", of("marathon", 1))); !errors.Is(err, lost) || d.Quota("race:marathon").Used != 1 {
		t.Errorf("a commit that failed left something: %v", err)
	}
	d.whole()
}

// slow is a store that has not flushed until it is told to.
type slow struct {
	*saletest.Memory
	flush chan struct{}
}

func (s slow) Commit(ctx context.Context, e string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	err := s.Memory.Commit(ctx, e, decide)
	<-s.flush
	return err
}

func TestSale_Case06_NobodyIsToldBeforeTheCommitIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		s := slow{d.Memory, make(chan struct{})}
		c := sale.NewCounter(saletest.Edition, s, 0)
		told := false
		go func() {
			if _, err := c.Hold(ctx, wish("one", of("marathon", 1))); err != nil {
				t.Error(err)
			}
			told = true
		}()
		synctest.Wait()
		if told {
			t.Error("told before the flush")
		}
		close(s.flush)
		synctest.Wait()
		if !told {
			t.Error("not told after the flush")
		}
	})
}

func TestSale_Case10_TransfersHoldOnlyTheirPart(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Hold.BankPart = 25 }) // of 8 public marathon places: 2
	bank := func(id string) sale.Ask {
		a := wish(id, of("marathon", 1))
		a.Bank = true
		return a
	}
	first := d.hold(bank("one"))
	if !sale.ValidReference(first.Reference) || !strings.HasPrefix(first.Reference, "RF") {
		t.Errorf("reference %q", first.Reference)
	}
	if first.SoftEnd != d.now.Add(120*time.Hour) || first.HardEnd <= first.SoftEnd {
		t.Errorf("held until %s, %s", first.SoftEnd, first.HardEnd)
	}
	if m := d.mailed("order.held", first.ID); len(m) != 1 {
		t.Errorf("%d letters with the reference", len(m))
	}
	d.hold(bank("two"))
	_, err := d.c.Hold(ctx, bank("three"))
	d.refuses("sale.bank_full", err)
	if d.Quota("race:marathon").Used != 2 {
		t.Errorf("a refused hold left %d", d.Quota("race:marathon").Used)
	}
	d.hold(wish("card", of("marathon", 1))) // others are not in the way of cards
	d.pay(first)
	third := d.hold(bank("three")) // whoever has paid is no more of that part
	d.now = third.HardEnd
	d.hold(bank("four")) // nor is whose hold has ended
	_, err = d.c.Hold(ctx, func() sale.Ask { a := bank("five"); a.Wants[0].N = 3; return a }())
	d.refuses("sale.bank_full", err)
	d.whole()
	none := openDesk(t, func(c *sale.Catalogue) { c.Bank = nil })
	_, err = none.c.Hold(ctx, bank("one"))
	none.refuses("sale.no_transfers", err)
}

func TestSale_Case22_AClockThatStepsBackRevivesNothing(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 6)))
	late := d.hold(wish("two", of("marathon", 2)))
	d.now = o.HardEnd
	third := d.hold(wish("three", of("marathon", 1))) // finds the holds ended
	if s := d.Order(o.ID).State; s != sale.Expired {
		t.Fatalf("observed as ended, written as %s", s)
	}
	d.now = o.Made // the clock steps back
	_, err := d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_1", Method: "card", Amount: o.Due()})
	d.refuses("sale.hold_ended", err)
	if got := d.hold(wish("four", of("marathon", 1))); got.Made < third.Made {
		t.Errorf("an order of %s after one of %s", got.Made, third.Made)
	}
	// the same in another process, which has not seen the later instant
	d.c = sale.NewCounter(saletest.Edition, d.Memory, 0)
	_, err = d.c.Paying(ctx, late.ID, sale.Attempt{Session: "cs_2", Method: "card", Amount: o.Due()})
	d.refuses("sale.hold_ended", err)
	d.whole()
}

func TestSale_Case22_AnEndSeenByAVerbThatFailsIsWritten(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 6)))
	d.now = o.HardEnd
	_, err := d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_1", Method: "card", Amount: o.Due()})
	d.refuses("sale.hold_ended", err)
	if s := d.Order(o.ID).State; s != sale.Expired || d.Quota("race:marathon").Used != 0 {
		t.Errorf("%s, %d used", s, d.Quota("race:marathon").Used)
	}
	if n, err := d.c.Sweep(ctx); n != 0 || err != nil {
		t.Errorf("%d left to sweep, %v", n, err)
	}
	d.whole()
}

func TestSale_Case23_TheOpeningIsAWallTimeInItsZone(t *testing.T) {
	d := openDesk(t)
	cat := d.Head.Catalogue
	if cat.OpensAt() != saletest.Opens {
		t.Errorf("opens %s", cat.OpensAt())
	}
	d.now = saletest.Opens - 1
	_, err := d.c.Hold(ctx, wish("early", of("marathon", 1)))
	d.refuses("sale.not_open", err)
	office := wish("office", of("marathon", 1))
	office.Early, office.By = true, clerk
	d.hold(office)
	mean := wish("mean", of("marathon", 1))
	mean.Early = true // nobody is the office by saying so
	_, err = d.c.Hold(ctx, mean)
	d.refuses("sale.not_open", err)
	d.now = saletest.Opens
	d.hold(wish("sharp", of("marathon", 1)))

	for _, c := range []struct{ zone, wall, utc string }{
		{"Asia/Pyongyang", "2026-04-05T09:00", "2026-04-05T00:00:00Z"},
		{"Asia/Pyongyang", "2017-04-09T09:00", "2017-04-09T00:30:00Z"}, // half an hour behind then
		{"Europe/Berlin", "2026-03-28T12:00", "2026-03-28T11:00:00Z"},
		{"Europe/Berlin", "2026-03-29T12:00", "2026-03-29T10:00:00Z"}, // the clocks went forward
	} {
		cat := saletest.Catalogue()
		cat.Zone, cat.Opens = c.zone, c.wall
		if got := cat.OpensAt().String(); got != c.utc {
			t.Errorf("%s in %s is %s, want %s", c.wall, c.zone, got, c.utc)
		}
	}
	cat = saletest.Catalogue()
	cat.Zone, cat.Opens = "Europe/Berlin", "2026-03-29T02:30"
	if err := sale.Check(cat); fault.CodeOf(err) != "sale.file_skipped" {
		t.Errorf("an hour that does not exist: %v", err)
	}
}

func TestSale_Case24_TheWallTimeIsKeptAndTheInstantComputed(t *testing.T) {
	cat := saletest.Catalogue()
	b, err := json.Marshal(cat)
	if err != nil || !strings.Contains(string(b), `"opens":"2025-12-01T12:00"`) || strings.Contains(string(b), "03:00:00Z") {
		t.Errorf("what is kept is not the wall time: %s %v", b, err)
	}
	cat.Zone = "Asia/Tokyo" // as if the zone's rules had changed
	if cat.OpensAt() != saletest.Opens {
		t.Error("Tokyo has the same clocks")
	}
	cat.Zone = "Asia/Shanghai"
	if got := cat.OpensAt(); got != saletest.Opens.Add(time.Hour) {
		t.Errorf("recomputed to %s", got)
	}
	// what was sold keeps its own: terms, race day and zone
	d := openDesk(t)
	o := d.one("marathon", "Ada")
	next := *saletest.Catalogue()
	next.Zone, next.RaceDate = "America/Los_Angeles", "2026-06-05"
	d.ok(d.c.SetCatalogue(ctx, &next, false, clerk))
	end := race.At(time.Date(2026, 1, 5, 15, 0, 0, 0, time.UTC)) // midnight after 5 January, UTC+9
	d.now = end
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
	if owed(o) != eur(9000) {
		t.Errorf("owed %s by the terms as sold", owed(o))
	}
	found := false
	for _, a := range d.Audits {
		found = found || a.Action == "sale.catalogue"
	}
	if !found {
		t.Error("the change of the catalogue is not in the log")
	}
}

func TestSale_Case49_TheLastUseOfAVoucher(t *testing.T) {
	d := openDesk(t)
	with := func(id, code string) sale.Ask {
		a := wish(id, of("marathon", 1))
		a.Voucher = code
		return a
	}
	first := d.hold(with("one", "fifty")) // however it is typed
	if first.Due() != eur(5000) || first.Voucher != "FIFTY" {
		t.Errorf("due %s with %s", first.Due(), first.Voucher)
	}
	_, err := d.c.Hold(ctx, with("two", "FIFTY"))
	d.refuses("sale.voucher_used", err)
	if d.Quota("race:marathon").Used != 1 {
		t.Error("the refused order kept a place")
	}
	d.now = first.HardEnd
	second := d.buy(with("two", "FIFTY")) // an ended hold gives it back
	d.must(d.c.Cancel(ctx, second.ID, sale.ByBuyer, nobody))
	third := d.hold(with("three", "FIFTY")) // and this one comes back when cancelled: its policy says so
	d.pay(third)
	for _, id := range []string{"x", "y", "z"} {
		d.buy(with(id, "TEN"))
	}
	d.must(d.c.Cancel(ctx, "x", sale.ByBuyer, nobody))
	_, err = d.c.Hold(ctx, with("w", "TEN"))
	d.refuses("sale.voucher_used", err)
	_, err = d.c.Hold(ctx, with("v", "NONE"))
	d.refuses("sale.voucher", err)
	d.whole()
}

func TestSale_Case49_ManyAtTheLastUse(t *testing.T) {
	d := openDesk(t)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			a := wish(fmt.Sprintf("w%d", i), of("half", 1))
			a.Voucher = "TEN"
			_, _ = d.c.Hold(ctx, a)
		})
	}
	wg.Wait()
	if q := d.Quota("voucher:TEN"); q.Used != 3 || d.Quota("race:half").Used != 3 {
		t.Errorf("%d uses of 3, %d places", q.Used, d.Quota("race:half").Used)
	}
}

func TestSale_Case51_OneVisitorAndManyPlaces(t *testing.T) {
	d := openDesk(t)
	_, err := d.c.Hold(ctx, wish("crowd", of("tour-b", 7)))
	d.refuses("sale.persons", err)
	d.hold(wish("six", of("tour-b", 6)))
	again := wish("six", of("half", 1))
	again.ID = "seven"
	_, err = d.c.Hold(ctx, again)
	d.refuses("sale.order_live", err)
	two := openDesk(t, func(c *sale.Catalogue) { c.Limit.Orders = 2 })
	for i, want := range []string{"", "", "sale.order_live"} {
		a := wish("same", of("half", 1))
		a.ID = fmt.Sprint("n", i)
		_, err := two.c.Hold(ctx, a)
		two.refuses(want, err)
	}
	_, err = d.c.Hold(ctx, wish("shirts", of("half", 1), of("shirt", 2))) // no more shirts than people
	d.refuses("sale.quantity", err)
	d.whole()
}
