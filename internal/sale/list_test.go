package sale_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// queue is a sale of half marathon places with a waiting list.
type queue struct {
	*sale.Counter
	m   *saletest.Memory
	now race.Instant
	t   failing
	ids int
}

// failing is what a test and a property have in common.
type failing interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

var chief = access.Actor{Account: "boss", Name: "Boss"}

func newQueue(t failing, places int, change func(*sale.Catalogue)) *queue {
	c := saletest.Catalogue()
	for i := range c.Resources {
		if c.Resources[i].ID == "race:half" {
			c.Resources[i].Size = places
		}
	}
	if change != nil {
		change(c)
	}
	q := &queue{now: saletest.Opens.Add(time.Hour), t: t}
	q.m = saletest.New(c, func() race.Instant { return q.now })
	q.Counter = sale.NewCounter(saletest.Edition, q.m, 0)
	return q
}

func (q *queue) id(of string) string {
	q.ids++
	return fmt.Sprintf("%s%0*d", of, 26-len(of), q.ids)
}

func (q *queue) ask(n int, product string) sale.Ask {
	id := q.id("order")
	return sale.Ask{ID: id, Lang: "en", Wants: []sale.Want{{Product: product, N: n}}, Private: sale.Private{Email: id + "@example.org"}, Blinds: []string{"b" + id}}
}

// buy holds and pays.
func (q *queue) buy(n int) *sale.Order {
	q.t.Helper()
	o, err := q.Hold(context.Background(), q.ask(n, "half"))
	if err != nil {
		q.t.Fatal(err)
	}
	return q.pay(o.ID)
}

func (q *queue) pay(order string) *sale.Order {
	q.t.Helper()
	o := q.m.Order(order)
	got, err := q.Receive(context.Background(), order, sale.Receipt{ID: "r" + order, Method: "card", At: q.now, Amount: o.Due()}, access.Actor{})
	if err != nil {
		q.t.Fatal(err)
	}
	return got
}

func (q *queue) wants(n int, products ...string) sale.WaitAsk {
	id := q.id("wait")
	a := sale.WaitAsk{ID: id, Lang: "ko", Party: n, Private: sale.Private{Email: id + "@example.org"}, Blinds: []string{"b" + id}}
	for _, p := range products {
		a.Wants = append(a.Wants, sale.Want{Product: p, N: n})
	}
	return a
}

func (q *queue) join(n int, products ...string) *sale.Wait {
	q.t.Helper()
	if len(products) == 0 {
		products = []string{"half"}
	}
	x, err := q.Join(context.Background(), q.wants(n, products...))
	if err != nil {
		q.t.Fatal(err)
	}
	return x
}

func (q *queue) wait(x *sale.Wait) *sale.Wait {
	q.t.Helper()
	w := q.m.Waits[x.ID]
	if w == nil {
		q.t.Fatalf("no place %s", x.ID)
	}
	return w
}

// states are the states of places, in words.
func (q *queue) states(ws ...*sale.Wait) string {
	var out []string
	for _, x := range ws {
		out = append(out, q.wait(x).State)
	}
	return fmt.Sprint(out)
}

func (q *queue) expect(what, want string, ws ...*sale.Wait) {
	q.t.Helper()
	if got := q.states(ws...); got != want {
		q.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func (q *queue) half() sale.Quota { return q.m.Quota("race:half") }

func (q *queue) cancel(o *sale.Order) {
	q.t.Helper()
	if _, err := q.Cancel(context.Background(), o.ID, "buyer", chief); err != nil {
		q.t.Fatal(err)
	}
}

func (q *queue) soldOut() {
	q.t.Helper()
	if _, err := q.Hold(context.Background(), q.ask(1, "half")); code(err) != "sale.sold_out" {
		q.t.Errorf("the public counter: %v", err)
	}
}

func TestList_JoinOnlyWhenItIsNeededAndOnce(t *testing.T) {
	q := newQueue(t, 2, nil)
	if _, err := q.Join(t.Context(), q.wants(2, "half")); code(err) != "sale.list_not_needed" {
		t.Errorf("joined while there are places: %v", err)
	}
	q.buy(2)
	a := q.wants(1, "half")
	a.Key = "key"
	first, err := q.Join(t.Context(), a)
	if err != nil || first.State != sale.Waiting {
		t.Fatalf("%+v, %v", first, err)
	}
	again := a
	again.ID = q.id("wait")
	if x, err := q.Join(t.Context(), again); err != nil || x.ID != first.ID {
		t.Errorf("the same key again: %+v, %v", x, err)
	}
	again.Wants = []sale.Want{{Product: "half", N: 2}}
	if _, err := q.Join(t.Context(), again); code(err) != "sale.key_reused" {
		t.Errorf("the key for something else: %v", err)
	}
	again.Key = ""
	if x, err := q.Join(t.Context(), again); err != nil || x.ID != first.ID {
		t.Errorf("the same person in another tab: %+v, %v", x, err)
	}
	for what, change := range map[string]func(*sale.WaitAsk){
		"nobody":           func(a *sale.WaitAsk) { a.Party = 0 },
		"a crowd":          func(a *sale.WaitAsk) { a.Party = 1000 },
		"a minus":          func(a *sale.WaitAsk) { a.Wants[0].N = -1 },
		"an unknown thing": func(a *sale.WaitAsk) { a.Wants[0].Product = "moon" },
		"what is hidden":   func(a *sale.WaitAsk) { a.Wants[0].Product = "office" },
		"no address":       func(a *sale.WaitAsk) { a.Private.Email = "" },
	} {
		a := q.wants(1, "half")
		change(&a)
		if x, err := q.Join(t.Context(), a); err == nil {
			t.Errorf("%s: joined as %+v", what, x)
		}
	}
	if len(q.m.Waits) != 1 {
		t.Errorf("%d places on the list", len(q.m.Waits))
	}
	if n := len(q.m.Mails); q.m.Mails[n-1].Template != "list.joined" || q.m.Mails[n-1].Lang != "ko" {
		t.Errorf("mail %+v", q.m.Mails[n-1])
	}
}

func TestSale_Case15_AReleasedUnitGoesToTheListFirst(t *testing.T) {
	q := newQueue(t, 2, nil)
	o := q.buy(1)
	q.buy(1)
	a, b := q.join(1), q.join(1)
	q.cancel(o)
	q.expect("after a cancellation", "[offered waiting]", a, b)
	q.soldOut()
	offer := q.m.Order(q.wait(a).Order)
	if offer.State != sale.Held || offer.HardEnd != q.now.Add(24*time.Hour) || offer.Due() != money.Of(5000, "EUR") || offer.Number == "" {
		t.Errorf("offer %+v", offer)
	}
	q.pay(offer.ID)
	q.expect("when it is paid", "[served waiting]", a, b)
}

func TestSale_Case25_AnOfferThatEndsGoesToTheNextInTheSameCommit(t *testing.T) {
	for _, policy := range []string{"end", "place"} {
		t.Run(policy, func(t *testing.T) {
			q := newQueue(t, 1, func(c *sale.Catalogue) { c.List.Lapsed = policy })
			o := q.buy(1)
			a, b, c := q.join(1), q.join(1), q.join(1)
			q.cancel(o)
			q.expect("the first offer", "[offered waiting waiting]", a, b, c)
			late := q.wait(a).Order
			q.now = q.now.Add(24 * time.Hour)
			q.soldOut() // whoever asks first sees that the offer has ended; it is not theirs
			q.expect("after it ended", "[waiting offered waiting]", a, b, c)
			if q.m.Order(late).State != sale.Expired {
				t.Errorf("the offer that ended is %s", q.m.Order(late).State)
			}
			if _, err := q.Paying(t.Context(), late, sale.Attempt{Session: "s", At: q.now, State: "open"}); err == nil {
				t.Error("a late click got the offer")
			}
			if _, err := q.Leave(t.Context(), b.ID, access.Actor{}); err != nil {
				t.Fatal(err)
			}
			next := map[string]string{"end": "[waiting declined offered]", "place": "[offered declined waiting]"}[policy]
			q.expect("after the next declined", next, a, b, c)
			q.now = q.now.Add(24 * time.Hour)
			if _, err := q.Promote(t.Context()); err != nil {
				t.Fatal(err)
			}
			last := map[string]string{"end": "[offered declined waiting]", "place": "[lapsed declined offered]"}[policy]
			q.expect("after the next lapsed", last, a, b, c)
			if used := q.half().Used; used != 1 {
				t.Errorf("%d of 1 used", used)
			}
		})
	}
}

func TestSale_Case25_TwoOffersWithoutAnAnswerLoseThePlace(t *testing.T) {
	q := newQueue(t, 1, nil)
	o := q.buy(1)
	a := q.join(1)
	q.cancel(o)
	for _, want := range []string{"[offered]", "[offered]", "[lapsed]"} {
		q.expect("the only one", want, a)
		q.now = q.now.Add(25 * time.Hour)
		if _, err := q.Promote(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if free := q.half(); free.Free() != 1 {
		t.Errorf("nobody waits and the place is not for sale: %+v", free)
	}
	if _, err := q.Leave(t.Context(), a.ID, access.Actor{}); code(err) != "sale.wait_unknown" {
		t.Errorf("leaving a place that is lost: %v", err)
	}
}

func TestSale_Case26_StrictOrderBlocksForAGroup(t *testing.T) {
	q := newQueue(t, 3, func(c *sale.Catalogue) { c.List.Order = "strict" })
	orders := []*sale.Order{q.buy(1), q.buy(1), q.buy(1)}
	group, one := q.join(2), q.join(1)
	q.cancel(orders[0])
	q.expect("one free, two wanted", "[waiting waiting]", group, one)
	if f := q.half(); f.Kept != 1 || f.Free() != 0 {
		t.Errorf("the place is not kept for the group: %+v", f)
	}
	q.cancel(orders[1])
	q.expect("two free", "[offered waiting]", group, one)
}

func TestSale_Case26_BestFitPassesAGroupOverSoOftenAndNoMore(t *testing.T) {
	q := newQueue(t, 6, func(c *sale.Catalogue) { c.List.Passes = 2 })
	var orders []*sale.Order
	for range 6 {
		orders = append(orders, q.buy(1))
	}
	group := q.join(2)
	one := []*sale.Wait{q.join(1), q.join(1), q.join(1)}
	for i, want := range []string{"[waiting offered waiting waiting]", "[waiting offered offered waiting]", "[waiting offered offered waiting]"} {
		q.cancel(orders[i])
		q.expect(fmt.Sprintf("free unit %d", i+1), want, group, one[0], one[1], one[2])
	}
	if x := q.wait(group); x.Passed != 2 {
		t.Errorf("passed over %d times", x.Passed)
	}
	q.cancel(orders[3])
	q.expect("the group's second unit", "[offered offered offered waiting]", group, one[0], one[1], one[2])
}

func TestSale_Case26_ABlockedGroupKeepsOnlyWhatItNeeds(t *testing.T) {
	q := newQueue(t, 2, func(c *sale.Catalogue) { c.List.Order = "strict" })
	o := q.buy(2)
	tours := q.ask(6, "tour-a")
	if _, err := q.Hold(t.Context(), tours); err != nil {
		t.Fatal(err)
	}
	q.now = q.now.Add(time.Minute)
	if _, err := q.Hold(t.Context(), q.ask(2, "tour-a")); err != nil {
		t.Fatal(err)
	}
	both := q.join(1, "half", "tour-a") // no seat on departure a is left
	one := q.join(1)
	q.cancel(o)
	q.expect("two places free, the first has no seat", "[waiting offered]", both, one)
	if f := q.half(); f.Kept != 1 || f.Free() != 0 {
		t.Errorf("%+v", f)
	}
}

func TestSale_Case14_RaisedQuotasServeTheListFirst(t *testing.T) {
	q := newQueue(t, 2, nil)
	q.buy(2)
	group, one := q.join(3), q.join(1)
	if err := q.Resize(t.Context(), "race:half", "", 4, false, chief); err != nil {
		t.Fatal(err)
	}
	q.expect("two more, a group of three and one", "[waiting offered]", group, one)
	if f := q.half(); f.Kept != 1 || f.Free() != 0 {
		t.Errorf("kept for the list: %+v", f)
	}
	q.soldOut()
	q.pay(q.wait(one).Order)
	q.now = q.now.Add(48*time.Hour - time.Second)
	q.soldOut()
	q.now = q.now.Add(time.Second)
	if _, err := q.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f := q.half(); f.Kept != 0 || f.Free() != 1 {
		t.Errorf("after the list's time: %+v", f)
	}
	if _, err := q.Hold(t.Context(), q.ask(1, "half")); err != nil {
		t.Errorf("the public after the list's time: %v", err)
	}
}

func TestSale_Case14_WhatTheListDoesNotWantIsForAllAtOnce(t *testing.T) {
	q := newQueue(t, 2, nil)
	q.buy(2)
	one := q.join(1)
	if err := q.Resize(t.Context(), "race:half", "", 5, false, chief); err != nil {
		t.Fatal(err)
	}
	q.expect("three more", "[offered]", one)
	if f := q.half(); f.Free() != 2 {
		t.Errorf("%+v", f)
	}
}

func TestSale_Case13_AQuotaBelowWhatIsSoldServesNobody(t *testing.T) {
	q := newQueue(t, 4, nil)
	orders := []*sale.Order{q.buy(1), q.buy(1), q.buy(2)}
	one := q.join(1)
	if err := q.Resize(t.Context(), "race:half", "", 3, true, chief); err != nil {
		t.Fatal(err)
	}
	q.cancel(orders[0])
	q.expect("three used of three", "[waiting]", one)
	q.cancel(orders[1])
	q.expect("two used of three", "[offered]", one)
}

func TestList_StandByGoesFirst(t *testing.T) {
	q := newQueue(t, 1, nil)
	o := q.buy(1)
	first := q.join(1)
	var by *sale.Wait
	lost := q.m.Order(o.ID)
	if err := q.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) (err error) {
		for range 2 { // made once
			if by, err = w.StandBy(lost, 1); err != nil {
				return err
			}
		}
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	q.cancel(o)
	q.expect("who stands by and who waits", "[offered waiting]", by, first)
	if len(q.m.Waits) != 2 {
		t.Errorf("%d places", len(q.m.Waits))
	}
}

func TestList_NothingIsOfferedWhileTheOfficeHasClosed(t *testing.T) {
	q := newQueue(t, 1, nil)
	o := q.buy(1)
	one := q.join(1)
	q.m.Head.State = "postponed"
	q.cancel(o)
	q.expect("postponed", "[waiting]", one)
	if _, err := q.Join(t.Context(), q.wants(1, "half")); code(err) != "sale.list_closed" {
		t.Errorf("joined while postponed: %v", err)
	}
	q.m.Head.State = "open"
	if n, err := q.Promote(t.Context()); err != nil || n != 1 {
		t.Errorf("%d offers, %v", n, err)
	}
	q.expect("open again", "[offered]", one)
}

func TestList_LeavingLetsOthersThrough(t *testing.T) {
	q := newQueue(t, 2, func(c *sale.Catalogue) { c.List.Order = "strict" })
	o := q.buy(1)
	q.buy(1)
	group, one := q.join(2), q.join(1)
	q.cancel(o)
	if _, err := q.Leave(t.Context(), group.ID, access.Actor{}); err != nil {
		t.Fatal(err)
	}
	q.expect("the group left", "[left offered]", group, one)
	if !slices.ContainsFunc(q.m.Audits, func(a sale.Audit) bool { return a.Action == "list.leave" }) {
		t.Error("nothing in the audit log")
	}
}

// Who joins where there is nothing is not looked at beside all others. That must
// never be of any consequence: serving the list right after finds nothing to do.
func TestJoin_WhoConcernsNobodyLeavesNothingToServe(t *testing.T) {
	skipped, served := 0, 0
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 7))
		q := newQueue(t, 3, func(c *sale.Catalogue) {
			if seed%2 == 0 {
				c.List.Order = "fit"
			}
		})
		var orders []*sale.Order
		for range 3 {
			orders = append(orders, q.buy(1))
		}
		for range 25 {
			switch random.IntN(6) {
			case 0:
				if len(orders) > 0 {
					q.cancel(orders[0])
					orders = orders[1:]
				}
			case 1:
				q.now = q.now.Add(time.Duration(random.IntN(60)) * time.Hour)
			case 2:
				if o, err := q.Hold(t.Context(), q.ask(1, "half")); err == nil {
					orders = append(orders, q.pay(o.ID))
				}
			default:
				if _, err := q.Promote(t.Context()); err != nil {
					t.Fatal(err)
				}
				products := [][]string{{"half"}, {"half", "tour-a"}, {"tour-a"}, {"marathon", "half"}}[random.IntN(4)]
				x, err := q.Join(t.Context(), q.wants(1+random.IntN(3), products...))
				if code(err) == "sale.list_not_needed" {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				joined := q.wait(x).State
				quotas := fmt.Sprint(q.m.Head.Quotas)
				n, err := q.Promote(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if again := fmt.Sprint(q.m.Head.Quotas); n > 0 || again != quotas || q.wait(x).State != joined {
					t.Fatalf("seed %d: %d offers after the join; quotas\n%s, then\n%s", seed, n, quotas, again)
				}
				if joined == sale.Offered {
					served++
				} else {
					skipped++
				}
			}
		}
	}
	if skipped < 100 || served < 20 {
		t.Errorf("%d waited, %d were served at once", skipped, served)
	}
}
