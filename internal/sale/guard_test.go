package sale_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// gate lets commits through one at a time, when the test says so.
type gate struct {
	sale.Store
	open chan struct{}
}

func (g gate) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	<-g.open
	return g.Store.Commit(ctx, edition, decide)
}

// together runs jobs so that all but the first share a commit.
func together(t *testing.T, jobs ...*sale.Job) (errs []error) {
	t.Helper()
	m := saletest.New(saletest.Catalogue(), func() race.Instant { return saletest.Opens })
	g := gate{m, make(chan struct{})}
	c := sale.NewCounter(saletest.Edition, g, 0)
	errs = make([]error, len(jobs))
	var all sync.WaitGroup
	all.Go(func() { _ = c.Do(context.Background(), &sale.Job{Do: func(*sale.Work) error { return nil }}) })
	for i, j := range jobs {
		all.Go(func() { errs[i] = c.Do(context.Background(), j) })
	}
	close(g.open)
	all.Wait()
	return errs
}

func put(id string) *sale.Job {
	return &sale.Job{Orders: []string{id}, Do: func(w *sale.Work) error {
		w.Put(&sale.Order{ID: id, State: sale.Held, Currency: "EUR"})
		w.Audit(access.System("test"), "order.hold", id, nil)
		return nil
	}}
}

func TestCounter_AMistakeInOneVerbCostsThatOneAlone(t *testing.T) {
	errs := together(t, put("o1"), &sale.Job{Do: func(*sale.Work) error { panic("a mistake") }}, put("o2"))
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("the others: %v, %v", errs[0], errs[2])
	}
	if fault.KindOf(errs[1]) != fault.Internal || fault.CodeOf(errs[1]) != "internal" {
		t.Errorf("the mistake: %v", errs[1])
	}
}

func TestCounter_TextNoDatabaseKeepsIsRefusedAlone(t *testing.T) {
	errs := together(t, put("o1"), put("o\x00"), &sale.Job{Keys: []string{"\xff"}, Do: func(*sale.Work) error { return nil }}, put("o2"))
	for i, want := range []string{"", "store.text", "store.text", ""} {
		if fault.CodeOf(errs[i]) != want {
			t.Errorf("job %d: %v", i, errs[i])
		}
	}
}

// picky refuses a commit with an order it does not like, as a database does with
// what breaks a constraint.
type picky struct{ sale.Store }

func (p picky) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	return p.Store.Commit(ctx, edition, func(at race.Instant, h sale.Head, r sale.Reader) (*sale.Changes, error) {
		c, err := decide(at, h, r)
		if err == nil {
			for _, o := range c.Orders {
				if o.ID == "bad" {
					return nil, errors.New("constraint")
				}
			}
		}
		return c, err
	})
}

func TestCounter_WhatTheDatabaseRefusesFailsAlone(t *testing.T) {
	m := saletest.New(saletest.Catalogue(), func() race.Instant { return saletest.Opens })
	c := sale.NewCounter(saletest.Edition, picky{m}, 0)
	var all sync.WaitGroup
	for i := range 50 {
		id := fmt.Sprint("o", i)
		if i == 25 {
			id = "bad"
		}
		all.Go(func() {
			if err := c.Do(context.Background(), put(id)); (err != nil) != (id == "bad") {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	all.Wait()
	if len(m.ByID) != 49 {
		t.Errorf("%d orders", len(m.ByID))
	}
}

// mistaken panics in the middle of its first commit.
type mistaken struct {
	sale.Store
	once *sync.Once
}

func (b mistaken) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	b.once.Do(func() { panic("a mistake in the store") })
	return b.Store.Commit(ctx, edition, decide)
}

func TestCounter_GoesOnAfterAMistakeInTheStore(t *testing.T) {
	m := saletest.New(saletest.Catalogue(), func() race.Instant { return saletest.Opens })
	c := sale.NewCounter(saletest.Edition, mistaken{m, new(sync.Once)}, 0)
	if err := c.Do(context.Background(), put("o1")); fault.KindOf(err) != fault.Internal {
		t.Errorf("the first: %v", err)
	}
	if err := c.Do(context.Background(), put("o2")); err != nil {
		t.Errorf("the second: %v", err)
	}
}
