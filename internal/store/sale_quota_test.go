package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// raw runs one statement past everything but the database itself.
func raw(t testing.TB, db *store.DB, text string, args ...any) error {
	t.Helper()
	return db.Write(context.Background(), func(tx *store.Tx) error {
		tx.Unaudited()
		_, err := tx.Exec(text, args...)
		return err
	})
}

// The database itself holds what is used against what there is, whoever writes.
func TestSale_TheDatabaseRefusesToOversell(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		for i := range 9 {
			take(t, c, ask{id: fmt.Sprint("o", i), units: []string{"seat"}})
		}
		must(t, s.File(t.Context(), shopEdition))
		const seat = ` WHERE edition = 'test-2026' AND resource = 'seat' AND partner = ''`
		refused := func(text string) {
			t.Helper()
			if err := raw(t, db, text+seat); err == nil {
				t.Errorf("accepted: %s; now %+v", text, quota(t, s, "seat"))
			}
		}
		accepted := func(text string) {
			t.Helper()
			if err := raw(t, db, text+seat); err != nil {
				t.Errorf("refused: %s: %v", text, err)
			}
		}
		accepted(`UPDATE sale_quota SET used = used + 1`) // the tenth of ten
		refused(`UPDATE sale_quota SET used = used + 1`)
		refused(`UPDATE sale_quota SET used = used + 1, cap = cap + 1`)
		refused(`UPDATE sale_quota SET used = 11, cap = 1000`)
		refused(`UPDATE sale_quota SET cap = 11`)
		refused(`UPDATE sale_quota SET used = -1`)
		refused(`UPDATE sale_quota SET size = -1`)
		refused(`UPDATE sale_quota SET kept = -1`)
		refused(`DELETE FROM sale_quota`)
		accepted(`UPDATE sale_quota SET size = 5, cap = 10`) // case 13: lowered below what is sold
		refused(`UPDATE sale_quota SET used = 11, cap = 11`)
		accepted(`UPDATE sale_quota SET used = 8, cap = 8`)
		refused(`UPDATE sale_quota SET used = 9`)
		refused(`UPDATE sale_quota SET used = 9, cap = 9`) // what came free below is not sold again
		refused(`UPDATE sale_quota SET size = 4, used = 9, cap = 9`)
		accepted(`UPDATE sale_quota SET size = 9, cap = 9`)
		accepted(`UPDATE sale_quota SET used = 9`)
		for _, text := range []string{
			`INSERT INTO sale_quota (edition, resource, partner, size, cap, used, kept, kept_until) VALUES ('test-2026', 'new', '', 5, 6, 6, 0, 0)`,
			`INSERT INTO sale_quota (edition, resource, partner, size, cap, used, kept, kept_until) VALUES ('test-2026', 'new', '', 5, 6, 0, 0, 0)`,
			`INSERT INTO sale_quota (edition, resource, partner, size, cap, used, kept, kept_until) VALUES ('test-2026', 'seat', '', 9, 10, 10, 0, 0)
				ON CONFLICT (edition, resource, partner) DO UPDATE SET cap = excluded.cap, used = excluded.used`,
			`UPDATE sale_line SET units = '[]'`,
			`DELETE FROM sale_line`,
			`UPDATE sale_posting SET minor = 0`,
			`DELETE FROM sale_posting`,
			`UPDATE sale_catalogue SET body = '{}'`,
			`UPDATE sale_order SET state = 'sold'`,
			`INSERT INTO sale_line (edition, seq, at, order_id, move, units, by_account) VALUES ('test-2026', 9999, 1, '', 'steal', '[]', '')`,
		} {
			if err := raw(t, db, text); err == nil {
				t.Errorf("accepted: %s", text)
			}
		}
	})
}

// A commit that would oversell is refused as a whole, whatever its verbs believe.
func TestSale_ACommitThatWouldOversellLeavesNothing(t *testing.T) {
	eachStore(t, 1, func(t *testing.T, k kept, _ *sale.Counter) {
		err := k.Commit(context.Background(), shopEdition, func(at race.Instant, h sale.Head, _ sale.Reader) (*sale.Changes, error) {
			o := &sale.Order{ID: "o1", State: sale.Held, Currency: "EUR", Version: 1, Catalogue: 1}
			return &sale.Changes{Head: h, Quotas: []sale.Quota{{Resource: "seat", Size: 1, Used: 2}}, Orders: []*sale.Order{o}}, nil
		})
		if err == nil {
			t.Error("it was accepted")
		}
		if q := quota(t, k, "seat"); q.Used != 0 {
			t.Errorf("seat %+v", q)
		}
		_, err = k.Order(t.Context(), shopEdition, "o1")
		wantFault(t, err, fault.NotFound, "sale.order_unknown")
	})
}

func TestSale_Case13_LoweredBelowWhatIsSoldNothingIsCancelledAndNothingSold(t *testing.T) {
	eachStore(t, 3, func(t *testing.T, k kept, c *sale.Counter) {
		for i := range 3 {
			take(t, c, ask{id: fmt.Sprint("o", i), units: []string{"seat"}})
		}
		size := func(n int) {
			must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error { w.Size("seat", "", n, "boss"); return nil }}))
		}
		size(1)
		if q := quota(t, k, "seat"); q.Used != 3 || q.Free() != 0 {
			t.Errorf("lowered %+v", q)
		}
		give := func(id string) {
			must(t, on(t, c, id, func(w *sale.Work, o *sale.Order) error {
				w.GiveBack(o, o.Units(), sale.Release, "")
				o.State = sale.Cancelled
				return nil
			}))
		}
		give("o0")
		give("o1")
		var o *sale.Order
		err := c.Do(t.Context(), holdJob(ask{id: "o8", units: []string{"seat"}}, &o))
		wantFault(t, err, fault.Conflict, "sale.sold_out")
		give("o2")
		take(t, c, ask{id: "o9", units: []string{"seat"}})
	})
}

// Both take what the other takes first: with one writer there is nothing to
// wait for in a circle.
func TestSale_Case04_UnitsTakenInAnyOrderNeverLock(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		one := shop(t, storetest.Open(t, url, clock), 1000)
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		orders := [][]string{{"bed", "race:marathon", "seat"}, {"seat", "race:marathon", "bed"}, {"race:marathon", "seat", "bed"}}
		var all sync.WaitGroup
		for node, c := range []*sale.Counter{sale.NewCounter(shopEdition, one, 4), sale.NewCounter(shopEdition, two, 4)} {
			for i := range 60 {
				all.Go(func() {
					var o *sale.Order
					if err := c.Do(context.Background(), holdJob(ask{id: fmt.Sprint("o", node, "-", i), units: orders[i%3]}, &o)); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		for _, id := range []string{"bed", "race:marathon", "seat"} {
			if q := quota(t, one, id); q.Used != 120 {
				t.Errorf("%+v", q)
			}
		}
	})
}

func TestSale_TwoNodesNeverSellTheSameUnit(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		one := shop(t, storetest.Open(t, url, clock), 50)
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		var all sync.WaitGroup
		var held, refused atomic.Int64
		for node, c := range []*sale.Counter{sale.NewCounter(shopEdition, one, 8), sale.NewCounter(shopEdition, two, 8)} {
			for i := range 100 {
				all.Go(func() {
					var o *sale.Order
					err := c.Do(context.Background(), holdJob(ask{id: fmt.Sprint("o", node, "-", i), key: fmt.Sprint("k", node, "-", i),
						units: []string{"race:marathon", "seat"}}, &o))
					switch fault.CodeOf(err) {
					case "":
						held.Add(1)
					case "sale.sold_out":
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if held.Load() != 50 || refused.Load() != 150 {
			t.Errorf("%d held and %d refused of 50", held.Load(), refused.Load())
		}
		balance(t, two, 50)
	})
}

// balance checks that units used, the ledger's lines and the orders say the same.
func balance(t testing.TB, s *store.SaleStore, orders int) {
	t.Helper()
	ctx := context.Background()
	used, byLines, byOrders := map[string]int{}, map[string]int{}, map[string]int{}
	for _, q := range get[sale.Head](t)(s.Head(ctx, shopEdition)).Quotas {
		used[q.ID()] = q.Used
	}
	for after := int64(0); ; {
		lines := get[[]sale.Line](t)(s.Lines(ctx, shopEdition, after, 500))
		if len(lines) == 0 {
			break
		}
		for _, l := range lines {
			if after++; l.Seq != after {
				t.Errorf("line %d stands at %d", l.Seq, after)
			}
			for _, u := range l.Units {
				switch l.Move {
				case sale.Take:
					byLines[u.Resource] += u.N
				case sale.Release, sale.Expire:
					byLines[u.Resource] -= u.N
				}
			}
		}
	}
	n, f := 0, sale.OrderFilter{Limit: 500}
	for more := true; more; {
		var page []*sale.Order
		var err error
		page, more, err = s.Orders(ctx, shopEdition, f)
		must(t, err)
		for _, o := range page {
			n++
			f.Before, f.BeforeID = o.Made, o.ID
			if o.State == sale.Held || o.State == sale.Confirmed {
				for _, u := range o.HeldUnits() {
					byOrders[u.Resource] += u.N
				}
			}
		}
	}
	if n != orders {
		t.Errorf("%d orders, want %d", n, orders)
	}
	for id, want := range used {
		if byLines[id] != want || byOrders[id] != want {
			t.Errorf("%s: %d used, %d by the ledger, %d by the orders", id, want, byLines[id], byOrders[id])
		}
	}
}

// lost answers with a fault although the commit stands, as a line that breaks
// does.
type lost struct {
	sale.Store
	once sync.Once
}

func (l *lost) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	err := l.Store.Commit(ctx, edition, decide)
	l.once.Do(func() { err = errors.New("the line broke") })
	return err
}

func TestSale_Case05_AfterACrashBetweenCommitAndReplyTheKeyGivesTheOrder(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, _ *sale.Counter) {
		c := sale.NewCounter(shopEdition, &lost{Store: k.Store}, 0)
		var o *sale.Order
		a := ask{id: "o1", key: "k1", body: "b", email: "ri@example.org", units: []string{"seat"}}
		if err := c.Do(t.Context(), holdJob(a, &o)); err == nil {
			t.Fatal("the answer was not lost")
		}
		a.id = "o2"
		if o = take(t, c, a); o.ID != "o1" {
			t.Errorf("the second try made %s", o.ID)
		}
		if q := quota(t, k, "seat"); q.Used != 1 {
			t.Errorf("seat %+v", q)
		}
		if p := get[[]sale.Posting](t)(k.Postings(t.Context(), shopEdition, "")); len(p) != 2 {
			t.Errorf("charged by %d postings", len(p))
		}
	})
}
