package sale

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/entry"
)

// Swap moves a runner to another race in one commit, never giving the place up
// first (cases 42, 43). product is the entry of the new race.
func (c *Counter) Swap(ctx context.Context, order, person, product string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Transfer gives a person's place to somebody else, who is checked and approved
// anew (case 44).
func (c *Counter) Transfer(ctx context.Context, order, person string, to entry.Person, blinds []string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Defer turns an order into a credit and releases its units (case 45).
func (c *Counter) Defer(ctx context.Context, order string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Decide records the host's word on a person (cases 27-32).
func (c *Counter) Decide(ctx context.Context, order, person string, a entry.Approval, by access.Actor) (*Order, error) {
	return nil, unbuilt
}
