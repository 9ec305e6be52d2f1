package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/seal"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

const shopEdition = "test-2026"

// smallCatalogue has three scarce things, a partner and a voucher.
func smallCatalogue(size int) *sale.Catalogue {
	return &sale.Catalogue{
		Edition: shopEdition, Version: 1, Opens: "2025-01-01T12:00", Zone: "Asia/Seoul", Currencies: []money.Currency{"EUR"},
		Resources: []sale.Resource{{ID: "bed", Size: size}, {ID: "race:marathon", Size: size}, {ID: "seat", Size: size}},
		Partners:  []sale.Partner{{ID: "koryo", Allocation: []sale.Use{{Resource: "bed", N: 2}}}},
		Vouchers:  []sale.Voucher{{Code: "CLUB", Percent: 10, Uses: 1}},
		Terms:     sale.Terms{Version: "2026-1", Text: sale.Text{"en": "As sold.", "ko": "판매 조건"}, Scale: []sale.Tier{{Days: 30, Percent: 50}}},
	}
}

func box(t testing.TB) *seal.Box {
	t.Helper()
	return get[*seal.Box](t)(seal.New([]byte("0123456789abcdef0123456789abcdef"), rand.Reader))
}

// shop is the store of a sale with a small catalogue.
func shop(t testing.TB, db *store.DB, size int) *store.SaleStore {
	t.Helper()
	_, err := db.CreateEdition(context.Background(), boss, store.Edition{ID: shopEdition, Date: "2026-04-05", Name: "Test"})
	must(t, err)
	s := db.Sale(box(t))
	must(t, s.CreateSale(context.Background(), boss, smallCatalogue(size)))
	return s
}

// ask is a hold as a test wants it.
type ask struct {
	id, key, body, email, partner, voucher string
	units                                  []string // "seat", one of each
	hold                                   time.Duration
}

// holdJob takes units the way a verb does.
func holdJob(a ask, out **sale.Order) *sale.Job {
	j := &sale.Job{Orders: []string{a.id}}
	if a.key != "" {
		j.Keys = []string{a.key}
	}
	if a.email != "" {
		j.Blinds = []string{"blind " + a.email}
	}
	j.Do = func(w *sale.Work) error {
		if k, err := w.Key(a.key); err != nil {
			return err
		} else if k != nil {
			if k.Body != a.body {
				return fault.New(fault.Conflict, "sale.key_reused", nil)
			}
			*out, err = w.Order(k.Order)
			return err
		}
		o := heldOrder(w, a)
		units := make([]sale.Use, len(a.units))
		for i, u := range a.units {
			units[i] = sale.Use{Resource: u, N: 1}
		}
		if err := w.Take(o, units, false); err != nil {
			return err
		}
		w.Put(o)
		if a.key != "" {
			w.UseKey(sale.Key{Key: a.key, Body: a.body, Order: a.id})
		}
		if a.email != "" {
			w.SetBlinds(a.id, []string{"blind " + a.email})
		}
		w.Post(sale.Posting{Entry: a.id, Order: a.id, Account: "buyer:" + a.id, Amount: money.Of(100, "EUR"), Text: "charge"},
			sale.Posting{Entry: a.id, Order: a.id, Account: "sales:package", Amount: money.Of(-100, "EUR"), Text: "charge"})
		w.Mail(sale.Mail{ID: "held " + a.id, To: a.email, Lang: "ko", Template: "order.held", Order: a.id, Args: map[string]string{"name": "Ri Un Suk"}})
		w.Audit(access.Actor{}, "order.hold", a.id, map[string]any{"units": len(units)})
		*out = o
		return nil
	}
	return j
}

func heldOrder(w *sale.Work, a ask) *sale.Order {
	hold := a.hold
	if hold == 0 {
		hold = 15 * time.Minute
	}
	o := &sale.Order{ID: a.id, Number: fmt.Sprintf("T26-%04d", w.Number("order")), Edition: shopEdition, Catalogue: w.Catalogue().Version,
		Terms: w.Catalogue().TermsAsSold(), State: sale.Held, Partner: a.partner, Voucher: a.voucher, Lang: "ko", Made: w.At, SoftEnd: w.At.Add(hold), HardEnd: w.At.Add(hold),
		Currency: "EUR", Charges: []sale.Charge{{At: w.At, Kind: "item", Amount: money.Of(100, "EUR")}},
		Private: sale.Private{Email: a.email, Name: "Ri Un Suk", Persons: []entry.Person{{ID: "p1", Birth: "1990-02-28",
			Name: entry.Name{Printed: "리은숙"}, Document: entry.Document{Issuer: "DEU", Number: "C01X00T47"}}}},
	}
	for _, u := range a.units {
		o.Items = append(o.Items, sale.Item{Product: "package", N: 1, Person: "p1", Each: money.Of(100, "EUR"), Uses: []sale.Use{{Resource: u, N: 1}}})
	}
	return o
}

// take holds and fails the test if it cannot.
func take(t testing.TB, c *sale.Counter, a ask) *sale.Order {
	t.Helper()
	var o *sale.Order
	must(t, c.Do(context.Background(), holdJob(a, &o)))
	return o
}

// on changes an order in a commit of its own.
func on(t testing.TB, c *sale.Counter, id string, change func(w *sale.Work, o *sale.Order) error) error {
	t.Helper()
	return c.Do(context.Background(), &sale.Job{Orders: []string{id}, Do: func(w *sale.Work) error {
		o, err := w.Order(id)
		if err != nil {
			return err
		}
		return change(w, o)
	}})
}

// kept is a store of sales together with how it is looked at.
type kept struct {
	sale.Store
	sale.Views
	pass  func(time.Duration)
	blind func(t *testing.T, order string) // checks nothing by itself; engines look into the rows
}

// eachStore runs a test on the store in memory and on both engines.
func eachStore(t *testing.T, size int, test func(t *testing.T, k kept, c *sale.Counter)) {
	t.Run("memory", func(t *testing.T) {
		clock := storetest.NewClock()
		m := saletest.New(smallCatalogue(size), func() race.Instant { return race.At(clock.Now()) })
		test(t, kept{Store: m, Views: m.Views(), pass: clock.Pass}, sale.NewCounter(shopEdition, m, 0))
	})
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s := shop(t, db, size)
		test(t, kept{Store: s, Views: s, pass: clock.Pass}, sale.NewCounter(shopEdition, s, 0))
	})
}

func quota(t testing.TB, v sale.Views, id string) sale.Quota {
	t.Helper()
	h := get[sale.Head](t)(v.Head(context.Background(), shopEdition))
	for _, q := range h.Quotas {
		if q.ID() == id {
			return q
		}
	}
	t.Fatalf("no quota %s in %+v", id, h.Quotas)
	return sale.Quota{}
}

func TestSale_AnOrderComesBackAsItWasKept(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		made := take(t, c, ask{id: "o1", key: "k1", email: "ri@example.org", units: []string{"bed", "seat"}})
		got := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1"))
		want := made.Clone()
		want.Version = got.Version
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		must(t, on(t, c, "o1", func(_ *sale.Work, o *sale.Order) error {
			o.State, o.Private.Name = sale.Confirmed, "Ri Un-suk"
			return nil
		}))
		again := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1"))
		if again.State != sale.Confirmed || again.Private.Name != "Ri Un-suk" || again.Private.Email != "ri@example.org" || again.Version != got.Version+1 {
			t.Errorf("after the change %+v", again)
		}
		if q := quota(t, k, "bed"); q.Used != 1 || q.Size != 8 {
			t.Errorf("bed %+v", q)
		}
		_, err := k.Order(t.Context(), shopEdition, "o2")
		wantFault(t, err, fault.NotFound, "sale.order_unknown")
	})
}
