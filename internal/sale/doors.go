package sale

import (
	"context"
	"io"
	"sync"
	"time"

	"stadion/internal/race"
)

// Doors are the waiting rooms and the draws of all editions, opened when first
// asked for. What the catalogue says later of the opening and the pace reaches
// them within a moment. Safe for concurrent use.
type Doors struct {
	Head    func(ctx context.Context, edition string) (Head, error)
	Counter func(edition string) *Counter
	Keeper  Keeper
	Now     func() race.Instant
	ID      func() string // 26 random characters
	Random  io.Reader

	mu    sync.Mutex
	doors map[string]*door
}

// doorLife is how long a catalogue is not looked at again.
const doorLife = 2 * time.Second

type door struct {
	mu      sync.Mutex
	at      race.Instant // of the last look at the catalogue; 0 = none
	room    *Room
	drawing *Drawing
}

// Room is the edition's waiting room, nil if its sale has none.
func (d *Doors) Room(edition string) *Room {
	room, _ := d.open(edition)
	return room
}

// Drawing is the edition's draw, nil if its sale has none.
func (d *Doors) Drawing(edition string) *Drawing {
	_, drawing := d.open(edition)
	return drawing
}

func (d *Doors) open(edition string) (*Room, *Drawing) {
	counter := d.Counter(edition)
	if counter == nil {
		return nil, nil
	}
	d.mu.Lock()
	x := d.doors[edition]
	if x == nil {
		if d.doors == nil {
			d.doors = map[string]*door{}
		}
		x = &door{}
		d.doors[edition] = x
	}
	d.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if now := d.Now(); x.at == 0 || now < x.at || now.Sub(x.at) >= doorLife {
		d.look(x, counter)
	}
	return x.room, x.drawing
}

// look makes a door what the catalogue says now. What cannot be read leaves it as
// it was.
func (d *Doors) look(x *door, counter *Counter) {
	ctx, edition := context.Background(), counter.Edition()
	h, err := d.Head(ctx, edition)
	if err != nil || h.Catalogue == nil {
		return
	}
	x.at = d.Now()
	c := h.Catalogue
	if c.Mode != WaitingRoom {
		x.room = nil
	}
	if c.Mode != Draw {
		x.drawing = nil
	}
	switch {
	case c.Mode == WaitingRoom && x.room == nil:
		x.room, err = OpenRoom(ctx, RoomConfig{Edition: edition, Rule: c.Room, Opens: c.OpensAt(), Keeper: d.Keeper, Now: d.Now, ID: d.ID, Random: d.Random})
	case c.Mode == WaitingRoom:
		x.room.Follow(c.Room)
		_ = x.room.Retime(c.OpensAt()) // after the opening it stays as it was
	case c.Mode == Draw && x.drawing == nil:
		x.drawing, err = NewDrawing(ctx, counter, d.Keeper, d.Random)
	}
	if err != nil {
		x.at = 0 // again with the next question
	}
}

// Close waits until every room has kept what it was told.
func (d *Doors) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range d.doors {
		x.mu.Lock()
		if x.room != nil {
			x.room.Close()
		}
		x.mu.Unlock()
	}
}
