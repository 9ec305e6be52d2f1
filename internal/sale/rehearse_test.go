package sale_test

import (
	"context"
	"testing"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// What is shown before an act is what the act would write, and nothing is
// written by showing it.
func TestRehearse_ShowsAndWritesNothing(t *testing.T) {
	cat := &sale.Catalogue{Edition: "test-2026", Zone: "UTC", Resources: []sale.Resource{{ID: "race:marathon", Size: 3}}}
	m := saletest.New(cat, func() race.Instant { return 1000 })
	c := sale.NewCounter("test-2026", m, 0)
	take := &sale.Job{Do: func(w *sale.Work) error {
		o := &sale.Order{ID: "o1", State: sale.Held, HardEnd: 2000}
		w.Put(o)
		w.Number("order")
		w.Audit(access.System("test"), "order.hold", o.ID, nil)
		return w.Take(o, []sale.Use{{Resource: "race:marathon", N: 2}}, false)
	}}
	for range 2 {
		got, err := c.Rehearse(context.Background(), func(ctx context.Context, c *sale.Counter) error { return c.Do(ctx, take) })
		if err != nil || len(got.Orders) != 1 || len(got.Quotas) != 1 || got.Quotas[0].Used != 2 || got.Head.Numbers["order"] != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if len(m.ByID)+len(m.Lines)+len(m.Audits) != 0 || m.Head.Numbers["order"] != 0 || m.Quota("race:marathon").Used != 0 {
		t.Errorf("a rehearsal wrote: %+v", m.Head)
	}
}
