package app

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// each does n pieces of work on all processors, telling progress after each,
// and stops at the first failure or when ctx is done.
func each(ctx context.Context, n int, tick func(done, total int), work func(i int) error) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	var mu sync.Mutex
	done := 0
	for i := range n {
		if inner.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := inner.Err(); err != nil {
				return err
			}
			if err := work(i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			if tick != nil {
				tick(done, n)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
