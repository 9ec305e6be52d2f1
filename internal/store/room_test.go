package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestRoom_RestartKeepsSeedAndEveryPlaceInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s := shop(t, db, 10)
		opens := race.At(clock.Now().Add(10 * time.Minute))
		var mu sync.Mutex
		ids := 0
		cfg := sale.RoomConfig{Edition: shopEdition, Opens: opens, Keeper: s, Random: rand.Reader, Rule: sale.RoomRule{Pace: 60},
			Now: func() race.Instant { return race.At(clock.Now()) },
			ID: func() string {
				mu.Lock()
				defer mu.Unlock()
				ids++
				return fmt.Sprintf("t%025d", ids)
			}}
		first := get[*sale.Room](t)(sale.OpenRoom(t.Context(), cfg))
		cookies := make([]string, 120)
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { cookies[i], _ = first.Enter(context.Background(), "") })
		}
		wg.Wait()
		clock.Pass(10 * time.Minute)
		for i := 100; i < 120; i++ {
			cookies[i] = get[string](t)(first.Enter(t.Context(), ""))
		}
		before := map[string]sale.RoomPlace{}
		for range 2 { // the second time after everybody was let in who could be
			for _, c := range cookies {
				before[c] = get[sale.RoomPlace](t)(first.Place(c))
			}
		}
		first.Close()
		again := get[*sale.Room](t)(sale.OpenRoom(t.Context(), cfg))
		if again.Commitment() != first.Commitment() {
			t.Error("another seed")
		}
		for _, c := range cookies {
			after := get[sale.RoomPlace](t)(again.Place(c))
			if after.Number != before[c].Number || after.State != before[c].State || after.Until != before[c].Until || after.Came != 100 {
				t.Fatalf("was %+v, is %+v", before[c], after)
			}
		}
	})
}

func TestKeep_TheFirstStandsAndItsHashIsInTheAuditLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s := shop(t, db, 10)
		if v := get[[]byte](t)(s.Keep(t.Context(), shopEdition, "draw proof", nil)); v != nil {
			t.Errorf("%q before anything was kept", v)
		}
		for _, v := range []string{"first", "second"} {
			if got := get[[]byte](t)(s.Keep(t.Context(), shopEdition, "draw proof", []byte(v))); string(got) != "first" {
				t.Errorf("%q after %q was offered", got, v)
			}
		}
		lines, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.SaleKeep})
		if must(t, err); len(lines) != 1 || lines[0].Subject != "draw proof" {
			t.Errorf("%d audit lines %+v", len(lines), lines)
		}
	})
}
