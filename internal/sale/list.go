package sale

import (
	"context"

	"stadion/internal/access"
)

// WaitAsk is somebody who wants what is sold out.
type WaitAsk struct {
	ID      string // 26 random characters, made by the caller
	Key     string // idempotency key
	Lang    string
	Wants   []Want
	Party   int
	Private Private
	Blinds  []string
	Instead string // a confirmed order whose race it would change (case 42)
	By      access.Actor
}

// Join puts somebody at the end of the waiting list.
func (c *Counter) Join(ctx context.Context, a WaitAsk) (*Wait, error) { return nil, unbuilt }

// Leave takes somebody off the list; with an offer, it is declined and the next
// is promoted in the same commit (case 25).
func (c *Counter) Leave(ctx context.Context, wait string, by access.Actor) (*Wait, error) {
	return nil, unbuilt
}

// Promote offers free units to the list in its order. It says how many offers
// were made. ids gives the ids of the orders to be.
func (c *Counter) Promote(ctx context.Context, ids func() string) (int, error) { return 0, unbuilt }
