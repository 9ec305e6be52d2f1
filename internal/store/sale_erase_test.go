package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/seal"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// personal is what of an order of these tests must be readable nowhere.
var personal = []string{"ri@example.org", "Ri Un Suk", "리은숙", "C01X00T47", "1990-02-28"}

// everything is all that the database holds, as bytes: the files of SQLite, or
// every row of every table of PostgreSQL.
func everything(t *testing.T, db *store.DB, url string) []byte {
	t.Helper()
	var all bytes.Buffer
	if db.Engine() == store.SQLite {
		files := get[[]string](t)(filepath.Glob(url + "*"))
		for _, f := range files {
			all.Write(get[[]byte](t)(os.ReadFile(f)))
		}
		return all.Bytes()
	}
	var tables []string
	must(t, db.Read(t.Context(), func(v *store.View) error {
		if err := v.Each(func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			tables = append(tables, name)
			return err
		}, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`); err != nil {
			return err
		}
		for _, name := range tables {
			if err := v.Each(func(scan func(...any) error) error {
				var row string
				err := scan(&row)
				all.WriteString(row)
				return err
			}, `SELECT t::text FROM "`+name+`" t`); err != nil {
				return err
			}
		}
		return nil
	}))
	// Bytes stand there in hexadecimal: what was not sealed would be found so.
	for _, word := range personal {
		if strings.Contains(all.String(), fmt.Sprintf("%x", word)) {
			all.WriteString(word)
		}
	}
	return all.Bytes()
}

func TestSale_PersonalDataIsReadableNowhereInTheDatabase(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, storetest.NewClock())
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		take(t, c, ask{id: "o1", email: "ri@example.org", units: []string{"seat"}})
		must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			w.PutWait(&sale.Wait{ID: "w1", State: "waiting", Private: sale.Private{Email: "ri@example.org", Name: "Ri Un Suk"}})
			w.SetBlinds("o1", []string{box(t).Blind("email", "ri@example.org")})
			return nil
		}}))
		if !bytes.Contains(everything(t, db, url), []byte("T26-0001")) {
			t.Fatal("the order itself is not found in the database")
		}
		for _, word := range personal {
			if bytes.Contains(everything(t, db, url), []byte(word)) {
				t.Errorf("%q is readable", word)
			}
		}
		other := db.Sale(get[*seal.Box](t)(seal.New([]byte("another key of the very same size"[:32]), &storetest.Dice{})))
		_, err := other.Order(t.Context(), shopEdition, "o1")
		wantFault(t, err, fault.Internal, "seal.broken")
	})
}

func TestSale_Case54_AnErasedOrderKeepsItsNumbersAndNobodysData(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, storetest.NewClock())
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		take(t, c, ask{id: "o1", email: "ri@example.org", units: []string{"seat"}})
		take(t, c, ask{id: "o2", email: "ri@example.org", units: []string{"seat"}})
		must(t, on(t, c, "o2", func(_ *sale.Work, o *sale.Order) error {
			o.Papers = []sale.Paper{{Number: "R-1", Kind: "invoice"}}
			o.Private.Address = "1 Sungri Street"
			return nil
		}))
		keys := wrappedKeys(t, db)
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o1"))
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o1")) // once more is no error
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o2"))
		wantFault(t, s.EraseOrder(t.Context(), boss, shopEdition, "o3"), fault.NotFound, "sale.order_unknown")

		o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o1"))
		if o.Number != "T26-0001" || len(o.Items) != 1 || o.Private.Email != "" || o.Private.Name != "" || len(o.Private.Persons) != 0 {
			t.Errorf("order %+v", o)
		}
		if m := get[[]sale.SentMail](t)(s.Mails(t.Context(), shopEdition, "o1")); len(m) != 1 || m[0].To != "" || len(m[0].Args) != 0 {
			t.Errorf("mails %+v", m)
		}
		if due := get[[]sale.DueMail](t)(s.DueMails(t.Context(), race.At(storetest.NewClock().Now()), 10)); len(due) != 0 {
			t.Errorf("mail to somebody who was forgotten: %+v", due)
		}
		if got := ids(t, s, sale.OrderFilter{Search: "ri@example.org", Blind: blindOf("ri@example.org")}); got != "" {
			t.Errorf("found by its address: %s", got)
		}
		o = get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o2"))
		if o.Private.Name != "Ri Un Suk" || o.Private.Address != "1 Sungri Street" || o.Private.Email != "" || len(o.Private.Persons) != 0 {
			t.Errorf("what its invoice needs %+v", o.Private)
		}
		must(t, s.ErasePayer(t.Context(), boss, shopEdition, "o2"))
		if o = get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o2")); o.Private.Name != "" {
			t.Errorf("after its time %+v", o.Private)
		}
		for _, key := range keys {
			if bytes.Contains(everything(t, db, url), key) {
				t.Error("a destroyed key is still in the file")
			}
		}
		// What comes later brings nobody back.
		must(t, on(t, c, "o1", func(_ *sale.Work, o *sale.Order) error {
			o.State, o.Private.Name = sale.Cancelled, "Ri Un Suk"
			return nil
		}))
		if o = get[*sale.Order](t)(s.Order(t.Context(), shopEdition, "o1")); o.State != sale.Cancelled || o.Private.Name != "" {
			t.Errorf("changed after it was erased: %+v", o)
		}
	})
}

// wrappedKeys are the keys of orders and of their mail as they are kept.
func wrappedKeys(t *testing.T, db *store.DB) (keys [][]byte) {
	t.Helper()
	for _, text := range []string{`SELECT wrapped FROM sale_order`, `SELECT wrapped FROM outbox`} {
		must(t, db.Read(t.Context(), func(v *store.View) error {
			return v.Each(func(scan func(...any) error) error {
				var b []byte
				err := scan(&b)
				keys = append(keys, b)
				return err
			}, text)
		}))
	}
	if len(keys) != 4 {
		t.Fatalf("%d keys", len(keys))
	}
	return keys
}

// The restored copy is a second store to which the same orders were written.
func TestSale_Case55_ErasuresAreReplayedOnARestoredBackup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s := shop(t, db, 10)
		restoredDB := storetest.Open(t, storetest.URL(t, db.Engine()), storetest.NewClock())
		restored := shop(t, restoredDB, 10)
		for _, at := range []*store.SaleStore{s, restored} {
			c := sale.NewCounter(shopEdition, at, 0)
			for _, id := range []string{"o1", "o2"} {
				take(t, c, ask{id: id, email: "ri@example.org", units: []string{"seat"}})
			}
		}
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o1"))
		take(t, sale.NewCounter(shopEdition, s, 0), ask{id: "o3", units: []string{"seat"}}) // after the backup
		must(t, s.EraseOrder(t.Context(), boss, shopEdition, "o3"))
		log := get[[]store.Erasure](t)(s.Erasures(t.Context()))
		if len(log) != 2 {
			t.Fatalf("log %+v", log)
		}
		for _, want := range []int{1, 0} {
			if n := get[int](t)(restored.ReplayErasures(t.Context(), boss, log)); n != want {
				t.Errorf("%d erased, want %d", n, want)
			}
		}
		for id, want := range map[string]string{"o1": "", "o2": "ri@example.org"} {
			if o := get[*sale.Order](t)(restored.Order(t.Context(), shopEdition, id)); o.Private.Email != want {
				t.Errorf("%s has %q", id, o.Private.Email)
			}
		}
	})
}

func TestSale_CreatedOnceForAnEditionThatIsThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s := db.Sale(box(t)).Busy()
		wantFault(t, s.CreateSale(t.Context(), boss, smallCatalogue(1)), fault.NotFound, "store.edition_unknown")
		s = shop(t, db, 10)
		wantFault(t, s.CreateSale(t.Context(), boss, smallCatalogue(1)), fault.Conflict, "store.sale_exists")
		for _, err := range []error{
			sale.NewCounter("other", s, 0).Do(t.Context(), &sale.Job{Do: func(*sale.Work) error { return nil }}),
			func() error { _, err := s.Head(t.Context(), "other"); return err }(),
		} {
			wantFault(t, err, fault.NotFound, "sale.none")
		}
		h := get[sale.Head](t)(s.Head(t.Context(), shopEdition))
		if h.Catalogue.Version != 1 || h.Catalogue.Edition != shopEdition || len(h.Quotas) != 5 || h.State != "" {
			t.Errorf("head %+v", h)
		}
		balance(t, s, 0)
	})
}

func TestSale_AnOrderKeepsTheTermsOfItsCatalogue(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, storetest.NewClock())
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		take(t, c, ask{id: "o1", units: []string{"seat"}})
		next := smallCatalogue(10)
		next.Version, next.Terms.Version, next.Terms.Text = 2, "2026-2", sale.Text{"en": "Not as sold."}
		must(t, s.Commit(context.Background(), shopEdition, func(_ race.Instant, h sale.Head, _ sale.Reader) (*sale.Changes, error) {
			h.Catalogue, h.State = next, "closed"
			return &sale.Changes{Head: h}, nil
		}))
		take(t, c, ask{id: "o2", units: []string{"seat"}})
		must(t, on(t, c, "o1", func(_ *sale.Work, o *sale.Order) error { o.State = sale.Confirmed; return nil }))
		again := storetest.Open(t, url, storetest.NewClock()).Sale(box(t)) // remembers nothing
		for _, s := range []*store.SaleStore{s, again} {
			for id, want := range map[string]string{"o1": "As sold.", "o2": "Not as sold."} {
				if o := get[*sale.Order](t)(s.Order(t.Context(), shopEdition, id)); o.Terms.Text.In("en") != want || o.Catalogue != map[string]int{"o1": 1, "o2": 2}[id] {
					t.Errorf("%s: %d %+v", id, o.Catalogue, o.Terms)
				}
			}
			if h := get[sale.Head](t)(s.Head(t.Context(), shopEdition)); h.Catalogue.Version != 2 || h.State != "closed" {
				t.Errorf("head %+v", h)
			}
		}
		err := s.Commit(context.Background(), shopEdition, func(_ race.Instant, h sale.Head, _ sale.Reader) (*sale.Changes, error) {
			h.Catalogue = smallCatalogue(10) // version 1 again
			return &sale.Changes{Head: h}, nil
		})
		wantFault(t, err, fault.Internal, "store.damaged")
	})
}
