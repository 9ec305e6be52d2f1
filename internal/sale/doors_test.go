package sale_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

func TestDoors_FollowTheCatalogueAndOpenOnce(t *testing.T) {
	q := newQueue(t, 5, func(c *sale.Catalogue) { c.Mode = sale.WaitingRoom })
	q.now = saletest.Opens.Add(-30 * time.Minute)
	broken := errors.New("the database is away")
	var fails error
	d := &sale.Doors{Counter: func(edition string) *sale.Counter {
		if edition == saletest.Edition {
			return q.Counter
		}
		return nil
	}, Head: func(context.Context, string) (sale.Head, error) { return q.m.Head, fails }, Keeper: saletest.NewKeeper(),
		Now: func() race.Instant { return q.now }, ID: func() string { return fmt.Sprintf("%026d", rand.Int64()) }, Random: rand.NewChaCha8([32]byte{})}
	defer d.Close()
	fails = broken
	if d.Room(saletest.Edition) != nil {
		t.Error("a room without a catalogue")
	}
	fails = nil
	if d.Room("another") != nil || d.Drawing(saletest.Edition) != nil {
		t.Error("a room of an edition that is not there, or a draw of a sale that is none")
	}
	r := d.Room(saletest.Edition)
	if r == nil || d.Room(saletest.Edition) != r || r.Opens() != saletest.Opens || r.Pace() != 120 {
		t.Fatalf("room %v", r)
	}
	next := *q.m.Head.Catalogue
	next.Opens, next.Room.Pace = "2025-12-01T13:00", 30
	q.m.Head.Catalogue = &next
	q.now = q.now.Add(2 * time.Second)
	if d.Room(saletest.Edition) != r || r.Opens() != saletest.Opens.Add(time.Hour) || r.Pace() != 30 {
		t.Errorf("opens %s at a pace of %d", r.Opens(), r.Pace())
	}
	fails = broken
	q.now = q.now.Add(2 * time.Second)
	if d.Room(saletest.Edition) != r {
		t.Error("the room is gone because the catalogue could not be read")
	}
	fails = nil
	first := next
	first.Mode = sale.Draw
	q.m.Head.Catalogue = &first
	q.now = q.now.Add(2 * time.Second)
	if d.Room(saletest.Edition) != nil || d.Drawing(saletest.Edition) == nil {
		t.Error("the sale has become a draw")
	}
}
