package sale_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// BenchmarkHold is the engine alone, over a store in memory: orders of three
// quotas with a key and a payer, many at once, shared commits.
func BenchmarkHold(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"taken", 1 << 30}, {"sold_out", 0}} {
		b.Run(c.name, func(b *testing.B) { benchmarkHold(b, c.size) })
	}
}

func benchmarkHold(b *testing.B, size int) {
	cat := saletest.Catalogue()
	cat.Partners, cat.Bank = nil, nil
	for i := range cat.Resources {
		cat.Resources[i].Size = size
	}
	now := saletest.Opens
	m := saletest.New(cat, func() race.Instant { return now })
	c := sale.NewCounter(saletest.Edition, m, 0)
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			a := wish(fmt.Sprintf("buyer-%020d", n.Add(1)), sale.Want{Product: "tour-a", N: 1}, sale.Want{Product: "marathon", N: 1})
			a.Key, a.Body = a.ID, "body"
			if _, err := c.Hold(ctx, a); err != nil && fault.CodeOf(err) != "sale.sold_out" {
				b.Error(err)
			}
		}
	})
}
