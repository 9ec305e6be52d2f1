package sale_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// flood is many buyers at once, on a store that breaks at random.
type flood struct {
	*saletest.Memory
	c    *sale.Counter
	mu   sync.Mutex
	rnd  *rand.Rand
	calm atomic.Bool
	now  atomic.Int64
}

func (f *flood) Commit(ctx context.Context, e string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	f.mu.Lock()
	how := f.rnd.IntN(50)
	f.mu.Unlock()
	if how == 0 && !f.calm.Load() {
		return errCrash
	}
	err := f.Memory.Commit(ctx, e, decide)
	if how == 1 && err == nil && !f.calm.Load() {
		return errCrash
	}
	return err
}

// TestSale_Flood sends more than anybody will: attempts on few units, with lost
// answers, retries, holds nobody pays, and money that comes too late. Exactly
// what there is gets sold, and every payer has a place or the money.
func TestSale_Flood(t *testing.T) {
	units, attempts, seed := 500, 100_000, uint64(4)
	if testing.Short() {
		units, attempts = 50, 5_000
	}
	cat := saletest.Catalogue()
	cat.Partners = nil
	cat.Resources[0].Size = units // marathon
	f := &flood{rnd: rand.New(rand.NewPCG(seed, seed))}
	f.now.Store(int64(saletest.Opens))
	f.Memory = saletest.New(cat, func() race.Instant { return race.Instant(f.now.Load()) })
	f.c = sale.NewCounter(saletest.Edition, f, 64)

	var paid sync.Map // order id to amount
	var wg sync.WaitGroup
	var next atomic.Int64
	for worker := range 32 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(worker)))
			for {
				i := next.Add(1)
				if i > int64(attempts) {
					return
				}
				f.now.Add(int64(20 * time.Millisecond)) // the whole flood lasts half an hour
				f.buyer(t, i, rnd, &paid)
			}
		})
	}
	wg.Wait()
	f.calm.Store(true)
	f.now.Add(int64(3 * time.Hour))
	if _, err := f.c.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	for _, o := range f.held() { // offers to those whose money came too late: they stand before all others
		f.pay(t, o, &paid)
	}
	for i := range 4 * units { // and whoever comes now finds what is left
		a := wish(fmt.Sprintf("after-%d", i), of("marathon", 1))
		if o, err := f.c.Hold(ctx, a); err == nil {
			f.pay(t, o, &paid)
		}
	}
	f.judge(t, units, &paid)
}

// buyer tries to hold one place, again when the answer is lost, and then pays at
// once, pays late, pays half, or never.
func (f *flood) buyer(t *testing.T, i int64, rnd *rand.Rand, paid *sync.Map) {
	a := wish(fmt.Sprintf("buyer-%06d", i), of("marathon", 1))
	a.Key, a.Body = a.ID, "b"
	var o *sale.Order
	for try := 0; ; try++ {
		var err error
		a.ID = fmt.Sprintf("buyer-%06d-%d", i, try)
		if o, err = f.c.Hold(ctx, a); err == nil {
			break
		}
		if !errors.Is(err, errCrash) {
			if fault.CodeOf(err) != "sale.sold_out" {
				t.Errorf("buyer %d: %v", i, err)
			}
			return
		}
	}
	if rnd.IntN(4) == 0 { // an impatient one asks again
		if again, err := f.c.Hold(ctx, a); err == nil && again.ID != o.ID {
			t.Errorf("key %s made %s and %s", a.Key, o.ID, again.ID)
		}
	}
	switch rnd.IntN(10) {
	case 0, 1, 2, 3:
		f.pay(t, o, paid)
	case 4:
		f.now.Add(int64(20 * time.Minute)) // too late, perhaps
		f.pay(t, o, paid)
	case 5:
		f.receive(t, o, "half", o.Due().Percent(50), paid)
	}
}

func (f *flood) held() (out []*sale.Order) {
	for _, o := range f.ByID {
		if o.State == sale.Held {
			out = append(out, o.Clone())
		}
	}
	return out
}

func (f *flood) pay(t *testing.T, o *sale.Order, paid *sync.Map) {
	f.receive(t, o, "all", o.Due(), paid)
}

func (f *flood) receive(t *testing.T, o *sale.Order, what string, amount money.Amount, paid *sync.Map) {
	paid.Store(o.ID, amount)
	r := sale.Receipt{ID: what + "-" + o.ID, Method: "card", Amount: amount}
	for {
		_, err := f.c.Receive(ctx, o.ID, r, nobody)
		if err == nil {
			return
		}
		if !errors.Is(err, errCrash) {
			t.Errorf("money of %s: %v", o.ID, err)
			return
		}
	}
}

func (f *flood) judge(t *testing.T, units int, paid *sync.Map) {
	sold, payers := 0, 0
	var orders []*sale.Order
	for _, o := range f.ByID {
		orders = append(orders, o)
		if o.State == sale.Confirmed {
			sold++
		}
		if o.State == sale.Held {
			t.Errorf("%s is still held", o.ID)
		}
		amount, has := paid.Load(o.ID)
		if !has {
			continue
		}
		payers++
		if place := o.State == sale.Confirmed && o.Open().Minor <= 0; !place && owed(o) != amount.(money.Amount) {
			t.Errorf("%s (%s) paid %s, has no place and is owed %s", o.ID, o.State, amount, owed(o))
		}
	}
	if q := f.Quota("race:marathon"); sold != units || q.Used != units {
		t.Errorf("%d sold, %d used, of %d", sold, q.Used, units)
	}
	// the order is kept: numbers follow the ledger of units, and so do instants
	at, number := map[string]race.Instant{}, map[string]string{}
	for _, o := range orders {
		at[o.ID], number[o.ID] = o.Made, o.Number
	}
	var last string
	seen := map[string]bool{}
	for _, l := range f.Lines {
		if l.Move != sale.Take || seen[l.Order] {
			continue
		}
		seen[l.Order] = true
		if last != "" && (at[l.Order] < at[last] || less(number[l.Order], number[last])) {
			t.Fatalf("%s came after %s and has the earlier number", number[l.Order], number[last])
		}
		last = l.Order
	}
	if int64(len(orders)) != f.Head.Numbers["order"] {
		t.Errorf("%d orders, last number %d", len(orders), f.Head.Numbers["order"])
	}
	t.Logf("%d orders, %d payers, %d sold, %d lines", len(orders), payers, sold, len(f.Lines))
}

// less compares numbers as they count: "TES26-9999" before "TES26-10000".
func less(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
