package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// BenchmarkWrite compares durable writes by 64 callers at once when queued
// writes share a commit and when each has its own. SQLite, synchronous=FULL.
// x-ratio is in the second: how many times slower one commit each is.
func BenchmarkWrite(b *testing.B) {
	var shared time.Duration
	b.Run("shared commit", func(b *testing.B) { shared = write64(b, 256) })
	b.Run("one commit each", func(b *testing.B) {
		single := write64(b, 1)
		if shared > 0 {
			b.ReportMetric(float64(single)/float64(shared), "x-ratio")
		}
	})
}

func write64(b *testing.B, maxBatch int) (each time.Duration) {
	db, err := store.OpenWith(context.Background(), store.Option{
		URL: storetest.URL(b, store.SQLite), Now: time.Now, Cost: storetest.Cost, MaxBatch: maxBatch,
	})
	must(b, err)
	defer db.Close()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	start := time.Now()
	done := make(chan error, 64)
	for range 64 {
		go func() {
			for left.Add(-1) >= 0 {
				if err := note(context.Background(), db, "42"); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 64 {
		must(b, <-done)
	}
	each = time.Since(start) / time.Duration(b.N)
	b.StopTimer()
	s := db.Stats()
	b.ReportMetric(float64(s.Writes)/b.Elapsed().Seconds(), "writes/s")
	b.ReportMetric(float64(s.Writes)/float64(s.Commits), "writes/commit")
	return each
}
