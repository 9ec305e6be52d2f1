package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// Changes and reversals come out of the database as they come out of memory:
// orders, quotas, the list, the catalogue and whom was written to.
func TestSale_ChangesAndReversalsAreKeptAsInMemory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		clock.Pass(saletest.Opens.Time().Sub(clock.Now()) + time.Hour)
		_, err := db.CreateEdition(context.Background(), boss, store.Edition{ID: saletest.Edition, Date: "2026-04-05", Name: "Test"})
		must(t, err)
		s := db.Sale(box(t)).Busy()
		must(t, s.CreateSale(context.Background(), boss, saletest.Catalogue()))
		m := saletest.New(saletest.Catalogue(), func() race.Instant { return race.At(clock.Now()) })
		real, model := sale.NewCounter(saletest.Edition, s, 0), sale.NewCounter(saletest.Edition, m, 0)
		for i, step := range changes {
			a, b := fault.CodeOf(step(real)), fault.CodeOf(step(model))
			if a != b {
				t.Errorf("step %d: the database says %q, memory %q", i, a, b)
			}
			sameSale(t, fmt.Sprint("step ", i), s, m)
			clock.Pass(time.Minute)
		}
	})
}

// changes is a life of a small sale.
var changes = []func(c *sale.Counter) error{
	buy("kim", "half", "Kim"), buy("lee", "marathon", "Lee"), resize("race:marathon", 1),
	func(c *sale.Counter) error {
		return second(c.Swap(context.Background(), "kim", "p1", "marathon", boss))
	},
	func(c *sale.Counter) error { // prices double: who bought before is not touched
		next := *saletest.Catalogue()
		for i := range next.Products {
			for j := range next.Products[i].Prices {
				p := &next.Products[i].Prices[j]
				p.Amount = p.Amount.Times(2)
				p.Sum = p.Amount.Decimal()
			}
		}
		next.Resources[0].Size = 3
		return c.SetCatalogue(context.Background(), &next, true, boss)
	},
	resize("race:marathon", 2),
	func(c *sale.Counter) error {
		return second(c.Decide(context.Background(), "lee", "p1", entry.Submitted, boss))
	},
	func(c *sale.Counter) error {
		p := sale.Private{Email: "Lee@example.org", Persons: []entry.Person{changing("Lee")}}
		p.Persons[0].Document.Number = "NEW"
		return second(c.Name(context.Background(), "lee", p, []string{"email lee"}, boss))
	},
	func(c *sale.Counter) error {
		return second(c.Transfer(context.Background(), "kim", "p1", changing("Park"), []string{"email kim"}, boss))
	},
	buy("choi", "half", "Choi"), buy("jung", "half", "Jung"),
	func(c *sale.Counter) error { return second(c.Defer(context.Background(), "choi", boss)) },
	func(c *sale.Counter) error { return c.ReleaseAllocation(context.Background(), "koryo", boss) },
	func(c *sale.Counter) error { return c.SetState(context.Background(), sale.StateCancelled, boss) },
	reverse("kim"), reverse("lee"), reverse("lee"), reverse("jung"),
	func(c *sale.Counter) error { return c.SetState(context.Background(), sale.StateOpen, boss) },
}

func second[T any](_ T, err error) error { return err }

func changing(name string) entry.Person {
	p := saletest.Person("p1", name)
	p.Email, p.Document = name+"@example.org", entry.Document{Issuer: "DEU", Number: "D" + name, Expires: "2031-01-01"}
	return p
}

func buy(id, race, name string) func(c *sale.Counter) error {
	return func(c *sale.Counter) error {
		o, err := c.Hold(context.Background(), sale.Ask{ID: id, Lang: "ko", Wants: []sale.Want{{Product: race, N: 1, Person: "p1"}},
			Private: sale.Private{Email: name + "@example.org", Persons: []entry.Person{changing(name)}}, Blinds: []string{"email " + id}})
		if err != nil {
			return err
		}
		return second(c.Receive(context.Background(), id, sale.Receipt{ID: "pi_" + id, Method: "card", Amount: o.Due()}, access.Actor{}))
	}
}

func resize(resource string, size int) func(c *sale.Counter) error {
	return func(c *sale.Counter) error {
		return c.Resize(context.Background(), resource, "", size, true, boss)
	}
}

func reverse(id string) func(c *sale.Counter) error {
	return func(c *sale.Counter) error { return second(c.Reverse(context.Background(), id, boss)) }
}

// sameSale compares what the database and memory hold.
func sameSale(t *testing.T, step string, s *store.SaleStore, m *saletest.Memory) {
	t.Helper()
	ctx := context.Background()
	h, err := s.Head(ctx, saletest.Edition)
	must(t, err)
	same(t, step+": state", h.State, m.Head.State)
	same(t, step+": catalogue", h.Catalogue, m.Head.Catalogue)
	same(t, step+": numbers", h.Numbers, m.Head.Numbers)
	quotas := map[string]sale.Quota{}
	for _, q := range h.Quotas {
		quotas[q.ID()] = q
	}
	for _, q := range m.Head.Quotas {
		same(t, step+": quota "+q.ID(), quotas[q.ID()], q)
	}
	for id, want := range m.ByID {
		got, err := s.Order(ctx, saletest.Edition, id)
		must(t, err)
		same(t, step+": order "+id, got, want)
		same(t, step+": private of "+id, got.Private, want.Private)
		mails, err := s.Mails(ctx, saletest.Edition, id)
		must(t, err)
		var a, b []string
		for _, x := range mails {
			a = append(a, x.ID+" "+x.Lang)
		}
		for _, x := range m.Mails {
			if x.Order == id {
				b = append(b, x.ID+" "+x.Lang)
			}
		}
		slices.Sort(a)
		slices.Sort(b)
		same(t, step+": mails of "+id, a, b)
	}
	ws, err := s.Waits(ctx, saletest.Edition, true)
	must(t, err)
	for _, x := range ws {
		same(t, step+": wait "+x.ID, x, m.Waits[x.ID])
	}
	if len(ws) != len(m.Waits) {
		t.Errorf("%s: %d places on the list, memory has %d", step, len(ws), len(m.Waits))
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	a, err := json.Marshal(got)
	must(t, err)
	b, err := json.Marshal(want)
	must(t, err)
	if string(a) != string(b) {
		t.Errorf("%s:\n got %s\nwant %s", what, a, b)
	}
}
