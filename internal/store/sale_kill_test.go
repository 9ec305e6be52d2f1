package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// floodVariable makes this test binary a shop at an address that sells until it
// is killed.
const floodVariable = "STADION_TEST_SELL_UNTIL_KILLED"

// sellUntilKilled holds, confirms and cancels from sixteen goroutines, and says
// each order's id on standard output once its hold was answered.
func sellUntilKilled(url string) int {
	db, err := store.Open(context.Background(), url, time.Now)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	c := sale.NewCounter(shopEdition, db.Sale(box(&testing.T{})).Busy(), 0)
	failed := make(chan error)
	for g := range 16 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("p%d-g%d-i%d", os.Getpid(), g, i)
				var o *sale.Order
				if err := c.Do(context.Background(), holdJob(ask{id: id, key: "key " + id, email: id, units: []string{"bed", "race:marathon", "seat"}}, &o)); err != nil {
					failed <- err
				}
				fmt.Println(id)
				if i%3 == 0 {
					if err := c.Do(context.Background(), &sale.Job{Orders: []string{id}, Do: giveBack(id)}); err != nil {
						failed <- err
					}
				}
			}
		}()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func giveBack(id string) func(w *sale.Work) error {
	return func(w *sale.Work) error {
		o, err := w.Order(id)
		if err == nil {
			w.GiveBack(o, o.Units(), sale.Release, "")
			o.State = sale.Cancelled
		}
		return err
	}
}

// Case 5 and case 6 with the worst of crashes: whatever moment the process is
// killed at, units, ledger and orders agree, and every answered hold is there.
func TestSale_Case05_UnitsLedgerAndOrdersAgreeWhenTheProcessIsKilled(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		shop(t, db, 1_000_000)
		must(t, db.Close())
		answered := map[string]bool{}
		for round := range 3 {
			for _, id := range killAfter(t, floodVariable, url, 150+100*round) {
				answered[id] = true
			}
			db := storetest.Open(t, url, clock)
			s := db.Sale(box(t)).Busy()
			counts := get[sale.Counts](t)(s.Counts(t.Context(), shopEdition))
			n := 0
			for _, of := range counts.Orders {
				n += of
			}
			balance(t, s, n)
			for id := range answered {
				if _, err := s.Order(t.Context(), shopEdition, id); err != nil {
					t.Errorf("round %d: %s was answered and is lost: %v", round, id, err)
				}
			}
			for what, text := range map[string]string{
				"keys": `SELECT COUNT(*) FROM sale_key`, "mails": `SELECT COUNT(*) FROM outbox`, "entries": `SELECT COUNT(*) / 2 FROM sale_posting`,
				"audit lines": `SELECT COUNT(*) FROM audit WHERE action = 'order.hold'`,
			} {
				var got int
				must(t, db.Read(t.Context(), func(v *store.View) error { _, err := v.Find([]any{&got}, text); return err }))
				if got != n {
					t.Errorf("round %d: %d orders, %d %s", round, n, got, what)
				}
			}
			must(t, db.Close())
		}
		t.Logf("%d answered holds, all there", len(answered))
	})
}

// The disk has an order when its buyer has the answer: a copy of the files made
// at that moment, as the power going leaves them, holds it.
func TestSale_Case06_AnAnswerIsOnTheDisk(t *testing.T) {
	url, clock := storetest.URL(t, store.SQLite), storetest.NewClock()
	db := storetest.Open(t, url, clock)
	s := shop(t, db, 10)
	c := sale.NewCounter(shopEdition, s, 0)
	for i := range 3 {
		id := fmt.Sprint("o", i)
		take(t, c, ask{id: id, units: []string{"seat"}})
		copied := filepath.Join(t.TempDir(), "copy.db")
		for _, end := range []string{"", "-wal"} {
			must(t, os.WriteFile(copied+end, get[[]byte](t)(os.ReadFile(url+end)), 0o600))
		}
		balance(t, storetest.Open(t, copied, clock).Sale(box(t)), i+1)
	}
	for _, pg := range []string{"synchronous_commit"} {
		db := storetest.Open(t, storetest.URL(t, store.Postgres), clock)
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			var on string
			if _, err := tx.Find([]any{&on}, "SHOW "+pg); err != nil || on != "on" {
				t.Errorf("%s is %q, %v", pg, on, err)
			}
			return nil
		}))
	}
}
