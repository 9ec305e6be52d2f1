package sale_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// TestSale_Model runs random schedules of buyers, late money, replays, crashes
// and cancellations, and asks after every step what must always hold.
func TestSale_Model(t *testing.T) {
	n := "200"
	if testing.Short() {
		n = "40"
	}
	was := flag.Lookup("rapid.checks").Value.String()
	if was == "100" { // nobody asked for another number
		_ = flag.Set("rapid.checks", n)
		t.Cleanup(func() { _ = flag.Set("rapid.checks", was) })
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		for range rapid.IntRange(10, 80).Draw(rt, "steps") {
			w.step()
			w.judge()
		}
		w.end()
	})
}

// errCrash is a commit whose answer never came.
var errCrash = errors.New("crash")

// crashing is a store that may break before it writes, or after, when the answer
// is lost.
type crashing struct {
	*saletest.Memory
	mu   sync.Mutex
	next string // "before", "after"
}

func (c *crashing) Commit(ctx context.Context, e string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	c.mu.Lock()
	how := c.next
	c.next = ""
	c.mu.Unlock()
	if how == "before" {
		return errCrash
	}
	err := c.Memory.Commit(ctx, e, decide)
	if how == "after" && err == nil {
		return errCrash
	}
	return err
}

// world is a sale, its clock, and what its buyers and payers remember.
type world struct {
	rt    *rapid.T
	m     *saletest.Memory
	store *crashing
	c     *sale.Counter
	now   race.Instant
	n     int
	asks  map[string]sale.Ask // by key
	made  map[string]string   // key to the order it made, once answered
	paid  []payment           // what providers will go on telling us until we have it
}

type payment struct {
	order string
	r     sale.Receipt
}

func newWorld(rt *rapid.T) *world {
	w := &world{rt: rt, now: saletest.Opens, asks: map[string]sale.Ask{}, made: map[string]string{}}
	cat := saletest.Catalogue()
	for i := range cat.Resources {
		cat.Resources[i].Size = rapid.IntRange(2, 6).Draw(rt, "size")
	}
	cat.Partners[0].Invoice = rapid.Bool().Draw(rt, "invoice")
	cat.Vouchers[0].Revive = rapid.Bool().Draw(rt, "revive")
	cat.Hold.BankPart = rapid.SampledFrom([]int{20, 50, 100}).Draw(rt, "bank part")
	w.m = saletest.New(cat, func() race.Instant { return w.now })
	w.store = &crashing{Memory: w.m}
	w.c = sale.NewCounter(saletest.Edition, w.store, 0)
	return w
}

func (w *world) step() {
	acts := map[string]func(){
		"hold": w.hold, "hold again": w.hold, "crowd": w.crowd, "retry": w.retry, "pay": w.pay, "pay more": w.pay, "paying": w.paying,
		"time": w.time, "cancel": w.cancel, "replay": w.replay, "refund": w.refund, "owe": w.owe, "sweep": w.sweep,
		"restart": w.restart, "crash": w.crash, "join": w.join, "person": w.person,
	}
	acts[rapid.SampledFrom(slices.Sorted(maps.Keys(acts))).Draw(w.rt, "act")]()
}

// allow passes over the faults that a verb may answer with.
func (w *world) allow(err error) bool {
	var f *fault.Error
	switch {
	case err == nil:
		return true
	case errors.Is(err, errCrash):
		return false
	case !errors.As(err, &f) || f.Kind == fault.Internal:
		w.rt.Fatalf("%v", err)
	}
	return false
}

func (w *world) ask() sale.Ask {
	w.n++
	id := fmt.Sprintf("order-%03d", w.n)
	a := wish(id)
	a.Key, a.Body = "key-"+id, "body-"+id
	for _, p := range rapid.SampledFrom([][]string{{"marathon"}, {"half"}, {"tour-a", "marathon"}, {"tour-a", "single-a"}, {"tour-b", "half", "shirt"}, {"meals"}}).Draw(w.rt, "products") {
		a.Wants = append(a.Wants, of(p, rapid.IntRange(1, 2).Draw(w.rt, "n")))
	}
	if rapid.IntRange(0, 3).Draw(w.rt, "named") == 0 {
		a = ask(id, "marathon", runner("p1", id+"x"), runner("p2", id+"y"))
		a.Key, a.Body = "key-"+id, "body-"+id
	}
	switch rapid.IntRange(0, 9).Draw(w.rt, "kind") {
	case 0:
		a.Voucher = "TEN"
	case 1:
		a.Voucher = "FIFTY"
	case 2, 3:
		a.Bank = true
	case 4:
		a.Partner = "koryo"
	case 5:
		a.Currency = "KRW"
	}
	return a
}

func (w *world) answered(key string, o *sale.Order, err error) {
	if !w.allow(err) {
		return
	}
	if was, known := w.made[key]; known && was != o.ID {
		w.rt.Fatalf("key %s made %s and then %s", key, was, o.ID)
	}
	w.made[key] = o.ID
}

func (w *world) hold() {
	a := w.ask()
	w.asks[a.Key] = a
	o, err := w.c.Hold(ctx, a)
	w.answered(a.Key, o, err)
}

// crowd are several who ask at the same moment, one of them twice.
func (w *world) crowd() {
	var asks []sale.Ask
	for range rapid.IntRange(2, 6).Draw(w.rt, "crowd") {
		a := w.ask()
		w.asks[a.Key] = a
		asks = append(asks, a)
	}
	asks = append(asks, asks[0])
	orders, errs := make([]*sale.Order, len(asks)), make([]error, len(asks))
	var wg sync.WaitGroup
	for i := range asks {
		wg.Go(func() { orders[i], errs[i] = w.c.Hold(ctx, asks[i]) })
	}
	wg.Wait()
	for i := range asks {
		w.answered(asks[i].Key, orders[i], errs[i])
	}
}

func (w *world) retry() {
	if len(w.asks) == 0 {
		return
	}
	a := w.asks[rapid.SampledFrom(slices.Sorted(maps.Keys(w.asks))).Draw(w.rt, "key")]
	w.n++
	a.ID = fmt.Sprintf("order-%03d", w.n)
	if rapid.IntRange(0, 4).Draw(w.rt, "other body") == 0 {
		a.Body += "+"
		o, err := w.c.Hold(ctx, a)
		if _, made := w.made[a.Key]; made && !errors.Is(err, errCrash) && fault.CodeOf(err) != "sale.key_reused" {
			w.rt.Fatalf("another body under a used key: %v", err)
		}
		if err == nil { // the key was not used before: it is this ask's now
			w.asks[a.Key], w.made[a.Key] = a, o.ID
		}
		return
	}
	o, err := w.c.Hold(ctx, a)
	if err == nil || w.made[a.Key] == "" {
		w.answered(a.Key, o, err)
	} else if !errors.Is(err, errCrash) {
		w.rt.Fatalf("a retry of an answered key: %v", err)
	}
}

func (w *world) some() *sale.Order {
	ids := slices.Sorted(maps.Keys(w.m.ByID))
	if len(ids) == 0 {
		return nil
	}
	return w.m.Order(rapid.SampledFrom(ids).Draw(w.rt, "order"))
}

func (w *world) paying() {
	if o := w.some(); o != nil {
		w.n++
		_, err := w.c.Paying(ctx, o.ID, sale.Attempt{Session: fmt.Sprint("cs_", w.n), Method: "card", Amount: o.DueNow()})
		w.allow(err)
	}
}

func (w *world) pay() {
	o := w.some()
	if o == nil {
		return
	}
	w.n++
	amount := rapid.SampledFrom([]money.Amount{o.Due(), o.Least(), o.Least(), o.Due(), o.Due().Percent(50), o.Due().Add(money.Of(100, o.Currency)),
		o.Due().Sub(money.Of(1, o.Currency)), money.Of(700, "USD"), o.Due().Percent(10).Neg()}).Draw(w.rt, "amount")
	if amount.Zero() {
		return
	}
	p := payment{o.ID, sale.Receipt{ID: fmt.Sprint("pi_", w.n), Method: rapid.SampledFrom([]string{"card", "bank"}).Draw(w.rt, "method"), Amount: amount}}
	w.paid = append(w.paid, p)
	w.receive(p)
}

func (w *world) receive(p payment) {
	_, err := w.c.Receive(ctx, p.order, p.r, nobody)
	if err != nil && !errors.Is(err, errCrash) {
		w.rt.Fatalf("money was not recorded: %v", err)
	}
}

func (w *world) replay() {
	if len(w.paid) > 0 {
		w.receive(rapid.SampledFrom(w.paid).Draw(w.rt, "payment"))
	}
}

func (w *world) time() {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 10, 20, 40, 60 * 24 * 6, 60 * 24 * 40, -15}).Draw(w.rt, "minutes")) * time.Minute)
}

func (w *world) cancel() {
	if o := w.some(); o != nil {
		why := rapid.SampledFrom([]string{sale.ByBuyer, sale.ByBuyer, sale.ByVisa, sale.ByEdition}).Draw(w.rt, "why")
		_, err := w.c.Cancel(ctx, o.ID, why, nobody)
		w.allow(err)
	}
}

func (w *world) person() {
	if o := w.some(); o != nil && len(o.Private.Persons) > 0 {
		_, err := w.c.CancelPerson(ctx, o.ID, rapid.SampledFrom([]string{"p1", "p2"}).Draw(w.rt, "person"), sale.ByBuyer, nobody)
		w.allow(err)
	}
}

func (w *world) refund() {
	if o := w.some(); o != nil && len(o.Refunds) > 0 {
		r := rapid.SampledFrom(o.Refunds).Draw(w.rt, "refund")
		_, err := w.c.Refunded(ctx, o.ID, r.ID, rapid.SampledFrom([]string{sale.RefundSent, sale.RefundDone, sale.RefundFailed}).Draw(w.rt, "state"), nobody)
		w.allow(err)
	}
}

func (w *world) owe() {
	if o := w.some(); o != nil {
		w.n++
		_, err := w.c.Owe(ctx, o.ID, fmt.Sprint("owe-", w.n), money.Of(int64(rapid.IntRange(1, 20000).Draw(w.rt, "minor")), o.Currency), "kind", clerk)
		w.allow(err)
	}
}

func (w *world) sweep() {
	_, err := w.c.Sweep(ctx)
	w.allow(err)
}

func (w *world) restart() {
	w.c.Close()
	w.c = sale.NewCounter(saletest.Edition, w.store, rapid.SampledFrom([]int{0, 1, 2}).Draw(w.rt, "most"))
}

func (w *world) crash() {
	w.store.next = rapid.SampledFrom([]string{"before", "after"}).Draw(w.rt, "crash")
}

func (w *world) join() {
	w.n++
	id := fmt.Sprintf("wait-%021d", w.n)
	_, err := w.c.Join(ctx, sale.WaitAsk{ID: id, Lang: "en", Party: 1, Wants: []sale.Want{of(rapid.SampledFrom([]string{"half", "marathon", "tour-a"}).Draw(w.rt, "product"), 1)},
		Private: sale.Private{Email: id + "@example.org"}, Blinds: []string{"email:" + id}})
	w.allow(err)
}

// end lets everything come to rest: every receipt is told again until it is
// recorded, holds end, and then nobody may be left without a place or the money.
func (w *world) end() {
	w.store.next = ""
	for _, p := range w.paid {
		w.receive(p)
	}
	w.now = w.now.Add(365 * 24 * time.Hour)
	for range 50 { // offers of the list follow one another
		if n, err := w.c.Sweep(ctx); err != nil {
			w.rt.Fatal(err)
		} else if n == 0 {
			break
		}
		w.now = w.now.Add(30 * 24 * time.Hour)
	}
	w.judge()
	for _, p := range w.paid {
		o := w.m.Order(p.order)
		if !slices.ContainsFunc(o.Receipts, func(r sale.Receipt) bool { return r.ID == p.r.ID }) {
			w.rt.Fatalf("%s of %s was lost", p.r.ID, o.ID)
		}
		if o.State == sale.Held {
			w.rt.Fatalf("%s is held for ever", o.ID)
		}
	}
	for key, id := range w.made {
		if got := w.m.Keys[key].Order; got != id {
			w.rt.Fatalf("key %s answered %s and now %s", key, id, got)
		}
	}
}

// judge asks what must hold after every commit.
func (w *world) judge() {
	w.units()
	w.numbers()
	w.ledger()
	for _, id := range slices.Sorted(maps.Keys(w.m.ByID)) {
		w.fair(w.m.ByID[id])
	}
}

// units: never oversold; quotas are what live orders take and what the lines add
// up to.
func (w *world) units() {
	live, lines := map[string]int{}, map[string]int{}
	for _, o := range w.m.ByID {
		if o.State != sale.Held && o.State != sale.Confirmed {
			continue
		}
		for _, u := range o.Units() {
			live[sale.QuotaID(u.Resource, o.Partner)] += u.N
			if o.State == sale.Held && o.Bank && o.Partner == "" {
				live["bank:"+u.Resource] += u.N
			}
		}
	}
	for _, l := range w.m.Lines {
		for _, u := range l.Units {
			switch l.Move {
			case sale.Take:
				lines[u.Resource] += u.N
			case sale.Release, sale.Expire:
				lines[u.Resource] -= u.N
			}
		}
	}
	for _, q := range w.m.Head.Quotas {
		if q.Used > q.Size || q.Used < 0 || q.Kept < 0 || q.Used+q.Kept > q.Size {
			w.rt.Fatalf("%s: %d used, %d kept of %d", q.ID(), q.Used, q.Kept, q.Size)
		}
		if q.Used != lines[q.ID()] {
			w.rt.Fatalf("%s: %d used, the ledger of units says %d", q.ID(), q.Used, lines[q.ID()])
		}
		if q.Used != live[q.ID()] && q.Resource != "voucher:TEN" && q.Resource != "voucher:FIFTY" {
			w.rt.Fatalf("%s: %d used, live orders take %d", q.ID(), q.Used, live[q.ID()])
		}
	}
}

// numbers: without gaps, of orders and of papers.
func (w *world) numbers() {
	orders, papers := map[string]bool{}, map[string]int64{}
	for _, o := range w.m.ByID {
		if orders[o.Number] {
			w.rt.Fatalf("number %s twice", o.Number)
		}
		orders[o.Number] = true
		for _, p := range o.Papers {
			papers[p.Kind]++
			orders[p.Number] = true
		}
	}
	n := w.m.Head.Numbers
	if int64(len(w.m.ByID)) != n["order"] || papers[sale.Invoice] != n["invoice"] || papers[sale.CreditNote] != n["credit_note"] {
		w.rt.Fatalf("%d orders, papers %v; numbers %v", len(w.m.ByID), papers, n)
	}
	if int64(len(orders)) != n["order"]+n["invoice"]+n["credit_note"] {
		w.rt.Fatalf("numbers of papers are not each its own")
	}
	mails := map[string]bool{}
	for _, m := range w.m.Mails {
		if mails[m.ID] {
			w.rt.Fatalf("mail %s twice", m.ID)
		}
		mails[m.ID] = true
	}
}

// ledger: every entry comes to nothing, and has its own name.
func (w *world) ledger() {
	type key struct {
		entry string
		c     money.Currency
	}
	sums, sides := map[key]int64{}, map[string]int{}
	for _, p := range w.m.Postings {
		sums[key{p.Entry, p.Amount.Currency}] += p.Amount.Minor
		sides[p.Entry]++
	}
	for k, n := range sums {
		if n != 0 {
			w.rt.Fatalf("entry %s is %d %s apart", k.entry, n, k.c)
		}
	}
	for e, n := range sides {
		if n != 2 {
			w.rt.Fatalf("entry %s has %d sides", e, n)
		}
	}
}

// fair: who paid has a place, or the money is owed; nothing goes back twice.
func (w *world) fair(o *sale.Order) {
	in, out := map[money.Currency]int64{}, map[money.Currency]int64{}
	for _, r := range o.Receipts {
		in[r.Amount.Currency] += r.Amount.Minor
	}
	for _, r := range o.Refunds {
		if r.Amount.Minor < 0 {
			w.rt.Fatalf("%s: a refund of %s", o.ID, r.Amount)
		}
		out[r.Amount.Currency] += r.Amount.Minor
	}
	back := slices.ContainsFunc(o.Receipts, func(r sale.Receipt) bool { return r.Amount.Minor < 0 })
	for c, n := range in {
		if out[c] > n && !back {
			w.rt.Fatalf("%s: %d %s came in, %d goes back", o.ID, n, c, out[c])
		}
		kept := int64(0)
		if c == o.Currency {
			kept = o.Due().Minor
		}
		switch o.State {
		case sale.Expired:
			if n > out[c] {
				w.rt.Fatalf("%s: expired, %d %s came in and %d goes back", o.ID, n, c, out[c])
			}
		case sale.Cancelled:
			if n-out[c] > max(0, kept) {
				w.rt.Fatalf("%s: cancelled, %d %s stays and %d is the fee", o.ID, n-out[c], c, kept)
			}
		}
	}
	buyer, paper := w.m.Balance("buyer:"+o.ID, o.Currency), money.Of(0, o.Currency)
	want := o.Open()
	if o.State == sale.Held || o.State == sale.Expired {
		want = o.Paid().Neg()
	}
	if buyer != want {
		w.rt.Fatalf("%s %s: the ledger says %s, the order %s", o.State, o.ID, buyer, want)
	}
	for _, p := range o.Papers {
		paper = paper.Add(p.Amount)
	}
	if len(o.Papers) > 0 && paper != o.Due() {
		w.rt.Fatalf("%s: papers say %s, the order %s", o.ID, paper, o.Due())
	}
}
