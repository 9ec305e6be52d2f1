package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// rows counts the rows of a table.
func rows(t testing.TB, db *store.DB, table string) (n int) {
	t.Helper()
	must(t, db.Read(t.Context(), func(v *store.View) error {
		_, err := v.Find([]any{&n}, `SELECT COUNT(*) FROM `+table)
		return err
	}))
	return n
}

// busyShop has three holds in its day book, two of them of one page.
func busyShop(t *testing.T, db *store.DB) (*store.SaleStore, *sale.Counter) {
	t.Helper()
	s := shop(t, db, 10)
	c := sale.NewCounter(shopEdition, s, 0)
	take(t, c, ask{id: "o1", key: "k1", email: "ri@example.org", units: []string{"bed", "seat"}})
	var two [2]*sale.Order
	a, b := holdJob(ask{id: "o2", key: "k2", email: "kim@example.org", units: []string{"seat"}}, &two[0]),
		holdJob(ask{id: "o3", key: "k3", email: "pak@example.org", units: []string{"seat"}}, &two[1])
	must(t, c.Do(t.Context(), &sale.Job{Orders: []string{"o2", "o3"}, Keys: []string{"k2", "k3"}, Do: func(w *sale.Work) error {
		if err := a.Do(w); err != nil {
			return err
		}
		return b.Do(w)
	}}))
	if pages, orders := rows(t, db, "sale_daybook"), rows(t, db, "sale_order"); pages != 2 || orders != 0 {
		t.Fatalf("%d pages, %d orders in their table", pages, orders)
	}
	return s, c
}

func TestDaybook_EveryViewShowsWhatIsNotFiledYet(t *testing.T) {
	views := map[string]func(t *testing.T, db *store.DB, s *store.SaleStore) int{
		"orders": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			found, _, err := s.Orders(t.Context(), shopEdition, sale.OrderFilter{})
			must(t, err)
			return len(found)
		},
		"search": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			n := 0
			for _, who := range []string{"ri", "kim", "pak"} {
				found, _, err := s.Orders(t.Context(), shopEdition, sale.OrderFilter{Search: who, Blind: blindOf(who + "@example.org")})
				must(t, err)
				n += len(found)
			}
			return n
		},
		"counts": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			return get[sale.Counts](t)(s.Counts(t.Context(), shopEdition)).Orders[sale.Held]
		},
		"lines": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			n := 0
			for i, l := range get[[]sale.Line](t)(s.Lines(t.Context(), shopEdition, 0, 0)) {
				if l.Seq != int64(i)+1 {
					t.Errorf("line %d has number %d", i+1, l.Seq)
				}
				if l.Move == sale.Take {
					n++
				}
			}
			return n
		},
		"postings": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			return len(get[[]sale.Posting](t)(s.Postings(t.Context(), shopEdition, ""))) / 2
		},
		"mails": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			return len(get[[]sale.SentMail](t)(s.Mails(t.Context(), shopEdition, "")))
		},
		"marks": func(t *testing.T, _ *store.DB, s *store.SaleStore) int {
			marks := map[string]bool{}
			alone, err := s.Marks(t.Context(), shopEdition, func(m string) { marks[m] = true })
			must(t, err)
			if !alone {
				must(t, s.File(t.Context(), shopEdition))
				return 3
			}
			return len(marks) / 2
		},
		"audit log": func(t *testing.T, db *store.DB, _ *store.SaleStore) int {
			found, _, err := db.Entries(t.Context(), store.EntryFilter{Edition: shopEdition, Action: "order.hold"})
			must(t, err)
			return len(found)
		},
	}
	for name, count := range views {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
				s, _ := busyShop(t, db)
				if n := count(t, db, s); n != 3 {
					t.Errorf("shows %d of 3", n)
				}
				if n := rows(t, db, "sale_daybook"); n != 0 {
					t.Errorf("%d pages left", n)
				}
			})
		})
	}
}

func TestDaybook_AnOrderIsSeenBeforeItIsFiledHereAndOnAnotherNode(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		s, _ := busyShop(t, db)
		o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o2"))
		if o.Private.Email != "kim@example.org" || rows(t, db, "sale_order") != 0 {
			t.Errorf("%+v; %d filed", o.Private, rows(t, db, "sale_order"))
		}
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		if o := get[*sale.Order](t)(two.Order(t.Context(), shopEdition, "o3")); o.Private.Email != "pak@example.org" {
			t.Errorf("the other node: %+v", o.Private)
		}
		if o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o3")); o.Private.Email != "pak@example.org" { // which has filed it
			t.Errorf("after it was filed: %+v", o.Private)
		}
	})
}

// Keys, payers and orders of a page are known to the next commit: of the same
// node, of another one, and of one that has just been started.
func TestDaybook_Case01_KeysAndPayersCountBeforeTheyAreFiled(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		s, c := busyShop(t, db)
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		for name, c := range map[string]*sale.Counter{"same": c, "another": sale.NewCounter(shopEdition, two, 0)} {
			must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
				k, err := w.Key("k2")
				if err != nil || k == nil || k.Order != "o2" {
					t.Errorf("%s: key %+v, %v", name, k, err)
				}
				live, err := w.LiveOf(blindOf("ri@example.org"))
				if err != nil || len(live) != 1 || live[0].ID != "o1" || live[0].Private.Email != "ri@example.org" {
					t.Errorf("%s: orders of the payer %+v, %v", name, live, err)
				}
				return nil
			}}))
		}
		take(t, sale.NewCounter(shopEdition, two, 0), ask{id: "o4", key: "k4", units: []string{"seat"}}) // the other node's page
		if again := take(t, c, ask{id: "o5", key: "k4", units: []string{"seat"}}); again.ID != "o4" {
			t.Errorf("the other node's key gave %s", again.ID)
		}
		if q := quota(t, s, "seat"); q.Used != 4 {
			t.Errorf("seats %+v", q)
		}
	})
}

func TestDaybook_AChangeFilesFirstAndKeepsWhatIsPersonal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, c := busyShop(t, db)
		must(t, on(t, c, "o1", func(_ *sale.Work, o *sale.Order) error {
			o.State = sale.Confirmed
			return nil
		}))
		if pages, orders := rows(t, db, "sale_daybook"), rows(t, db, "sale_order"); pages != 0 || orders != 3 {
			t.Errorf("%d pages, %d orders", pages, orders)
		}
		o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o1"))
		if o.State != sale.Confirmed || o.Private.Email != "ri@example.org" || len(o.Private.Persons) != 1 || o.Version != 2 {
			t.Errorf("%+v", o)
		}
	})
}

// A commit may be undone when its page is written already: nothing of it may be
// remembered.
func TestDaybook_NothingRemainsOfAPageThatWasUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, c := busyShop(t, db)
		ctx, leave := context.WithCancel(t.Context())
		err := s.Commit(ctx, shopEdition, func(at race.Instant, h sale.Head, _ sale.Reader) (*sale.Changes, error) {
			leave() // whoever asked is gone before the commit
			return &sale.Changes{Head: h, Keys: []sale.Key{{Key: "k9", Body: "", Order: "o9"}}, Blinds: map[string][]string{"o9": {blindOf("o@example.org")}},
				Orders: []*sale.Order{{ID: "o9", Number: "T26-0009", Edition: shopEdition, Catalogue: 1, State: sale.Held, Made: at, HardEnd: at + 1, Version: 1}}}, nil
		})
		if err == nil {
			t.Fatal("the commit stood")
		}
		_, err = s.Order(t.Context(), shopEdition, "o9")
		wantFault(t, err, fault.NotFound, "sale.order_unknown")
		must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			k, err := w.Key("k9")
			live, err2 := w.LiveOf(blindOf("o@example.org"))
			if k != nil || len(live) > 0 || err != nil || err2 != nil {
				t.Errorf("%+v, %+v, %v, %v", k, live, err, err2)
			}
			return nil
		}}))
		take(t, c, ask{id: "o9", key: "k9", email: "o@example.org", units: []string{"seat"}})
	})
}

func TestDaybook_AnIdThatIsTakenIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, _ := busyShop(t, db)
		for _, filed := range []string{"", " filed"} {
			if filed != "" {
				must(t, s.File(t.Context(), shopEdition))
			}
			err := s.Commit(t.Context(), shopEdition, func(at race.Instant, h sale.Head, _ sale.Reader) (*sale.Changes, error) {
				return &sale.Changes{Head: h, Orders: []*sale.Order{{ID: "o1", Number: "T26-0009", Edition: shopEdition, Catalogue: 1, State: sale.Held, Version: 1}}}, nil
			})
			wantFault(t, err, fault.Internal, "store.damaged")
			if o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o1")); o.Number != "T26-0001" {
				t.Errorf("%s: %+v", filed, o)
			}
		}
	})
}

func TestDaybook_HoldsThatEndedCountAsFree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s, _ := busyShop(t, db)
		clock.Pass(15 * time.Minute)
		if q := quota(t, s, "seat"); q.Used != 0 {
			t.Errorf("seats %+v", q)
		}
	})
}

func TestDaybook_EverythingIsFiledWhenTheProgramStartsAndEnds(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		busyShop(t, db)
		must(t, db.Close()) // killed: nothing was filed
		again := storetest.Open(t, url, clock)
		must(t, again.Sale(box(t)).FileAll(t.Context()))
		if pages, orders := rows(t, again, "sale_daybook"), rows(t, again, "sale_order"); pages != 0 || orders != 3 {
			t.Errorf("%d pages, %d orders", pages, orders)
		}
	})
}

func TestDaybook_ItIsFiledWhenTheRushIsOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, c := busyShop(t, db)
		s.RushOver(time.Millisecond)
		take(t, c, ask{id: "o4", units: []string{"seat"}})
		for end := time.Now().Add(20 * time.Second); rows(t, db, "sale_daybook") > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nobody filed it")
			}
		}
		if n := rows(t, db, "sale_order"); n != 4 {
			t.Errorf("%d orders", n)
		}
	})
}

// Whoever sells, looks and files at the same time loses nothing and sees every
// order that was answered.
func TestDaybook_SellingLookingAndFilingAtTheSameTime(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		s := shop(t, storetest.Open(t, url, clock), 10_000)
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		stores := []*store.SaleStore{s, two}
		counters := []*sale.Counter{sale.NewCounter(shopEdition, s, 0), sale.NewCounter(shopEdition, two, 0)}
		const buyers, each = 12, 12
		var all sync.WaitGroup
		for g := range buyers {
			all.Go(func() {
				for i := range each {
					id := fmt.Sprintf("g%d-i%d", g, i)
					var o *sale.Order
					if err := counters[g%2].Do(t.Context(), holdJob(ask{id: id, key: "k" + id, email: id, units: []string{"seat"}}, &o)); err != nil {
						t.Error(err)
						return
					}
					if seen, err := stores[(g+i)%2].Order(t.Context(), shopEdition, id); err != nil || seen.Private.Email != id {
						t.Errorf("%s: %v", id, err)
					}
					switch i % 6 {
					case 2:
						if err := stores[g%2].File(t.Context(), shopEdition); err != nil {
							t.Error(err)
						}
					case 4:
						if err := counters[g%2].Do(t.Context(), &sale.Job{Orders: []string{id}, Do: giveBack(id)}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		all.Wait()
		balance(t, s, buyers*each)
	})
}

func TestDaybook_APageIsSealed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		busyShop(t, db)
		must(t, db.Read(t.Context(), func(v *store.View) error {
			return v.Each(func(scan func(...any) error) error {
				var page []byte
				err := scan(&page)
				for _, secret := range []string{"ri@example.org", "Ri Un Suk", "C01X00T47", "1990"} {
					if bytes.Contains(page, []byte(secret)) {
						t.Errorf("%s can be read", secret)
					}
				}
				return err
			}, `SELECT page FROM sale_daybook`)
		}))
	})
}

func TestDaybook_ErasingReachesWhatIsNotFiled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s, _ := busyShop(t, db)
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o1"))
		if o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o1")); o.Private.Email != "" {
			t.Errorf("%+v", o.Private)
		}
		if n := rows(t, db, "sale_daybook"); n != 0 {
			t.Errorf("%d pages", n)
		}
	})
}

func TestDaybook_ADamagedPageIsToldApart(t *testing.T) {
	whole := store.SomePage()
	if again, err := store.DecodePage(whole); err != nil || !bytes.Equal(again, whole) {
		t.Fatalf("%v; %q", err, again)
	}
	for n := range whole {
		_, err := store.DecodePage(whole[:n])
		wantFault(t, err, fault.Internal, "store.damaged")
	}
	_, err := store.DecodePage(append(bytes.Clone(whole), 0))
	wantFault(t, err, fault.Internal, "store.damaged")
}

func FuzzDaybook_ReadingAPageNeverFailsOtherwise(f *testing.F) {
	f.Add(store.SomePage())
	f.Add([]byte(strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, b []byte) {
		again, err := store.DecodePage(b)
		if err != nil {
			wantFault(t, err, fault.Internal, "store.damaged")
			return
		}
		if twice, err := store.DecodePage(again); err != nil || !bytes.Equal(twice, again) {
			t.Errorf("%v: %x, then %x", err, again, twice)
		}
	})
}

// A flood at the last places, as it comes: pages and single orders, two nodes,
// clients who ask again with the same key at the other one, holds given back. Every
// unit is sold once, every key has one answer, every answer is an order.
func TestDaybook_AFloodSellsEveryUnitOnce(t *testing.T) {
	const places, buyers = 300, 1200
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		one := storetest.Open(t, url, clock)
		shop(t, one, places)
		nodes := []*store.SaleStore{one.Sale(box(t)), storetest.Open(t, url, clock).Sale(box(t))}
		counters := []*sale.Counter{sale.NewCounter(shopEdition, nodes[0], 0), sale.NewCounter(shopEdition, nodes[1], 0)}
		var mu sync.Mutex
		sold, back := map[string]string{}, 0
		var all sync.WaitGroup
		for i := range buyers {
			all.Go(func() {
				key := fmt.Sprint("key-", i)
				for try := range 2 {
					var o *sale.Order
					err := counters[(i+try)%2].Do(context.Background(), holdJob(ask{id: fmt.Sprintf("o%d-%d", i, try), key: key, email: key, units: []string{"race:marathon", "seat"}}, &o))
					if fault.CodeOf(err) == "sale.sold_out" {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					was := sold[key]
					sold[key] = o.ID
					mu.Unlock()
					if was != "" && was != o.ID {
						t.Errorf("%s gave %s, then %s", key, was, o.ID)
					}
				}
				mu.Lock()
				mine := sold[key]
				mu.Unlock()
				if i%10 == 0 && mine != "" {
					if err := counters[i%2].Do(context.Background(), &sale.Job{Orders: []string{mine}, Do: giveBack(mine)}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					back++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for key, id := range sold {
			for n, s := range nodes {
				if o, err := s.Order(t.Context(), shopEdition, id); err != nil || o.Private.Email != key {
					t.Fatalf("node %d: %s: %v", n, id, err)
				}
			}
		}
		balance(t, nodes[0], len(sold))
		if q := quota(t, nodes[1], "race:marathon"); q.Used > places || len(sold)-back != q.Used || q.Used < places-back {
			t.Errorf("%d used, %d sold, %d given back", q.Used, len(sold), back)
		}
	})
}
