package saletest

import (
	"context"
	"slices"
	"sync"

	"stadion/internal/sale"
)

// Keeper is a sale.Keeper in memory.
type Keeper struct {
	Fail error         // what Enter answers
	Hold chan struct{} // Enter waits until it is closed

	mu      sync.Mutex
	came    *sync.Cond
	entered int
	values  map[string][]byte
	tickets []sale.Ticket
	at      map[string]int
}

// NewKeeper makes an empty one.
func NewKeeper() *Keeper {
	k := &Keeper{values: map[string][]byte{}, at: map[string]int{}}
	k.came = sync.NewCond(&k.mu)
	return k
}

// Keep is sale.Keeper's.
func (k *Keeper) Keep(_ context.Context, edition, name string, value []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := edition + "/" + name
	if k.values[id] == nil && value != nil {
		k.values[id] = slices.Clone(value)
	}
	return k.values[id], nil
}

// Enter is sale.Keeper's.
func (k *Keeper) Enter(_ context.Context, _ string, ts []sale.Ticket) error {
	k.mu.Lock()
	k.entered++
	k.came.Broadcast()
	k.mu.Unlock()
	if k.Hold != nil {
		<-k.Hold
	}
	if k.Fail != nil {
		return k.Fail
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range ts {
		k.at[t.ID] = len(k.tickets)
		k.tickets = append(k.tickets, t)
	}
	return nil
}

// Waits returns when n more batches have come to be kept.
func (k *Keeper) Waits(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for until := k.entered + n; k.entered < until; {
		k.came.Wait()
	}
}

// LetIn is sale.Keeper's.
func (k *Keeper) LetIn(_ context.Context, _ string, ts []sale.Ticket) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range ts {
		k.tickets[k.at[t.ID]].Let = t.Let
	}
	return nil
}

// Tickets is sale.Keeper's.
func (k *Keeper) Tickets(context.Context, string) ([]sale.Ticket, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.tickets), nil
}

var _ sale.Keeper = (*Keeper)(nil)
