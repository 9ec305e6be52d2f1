package sale

import (
	"context"

	"stadion/internal/access"
)

// SetCatalogue replaces the catalogue: a new version. Quotas follow it; sizes
// below what is sold need confirm (case 13).
func (c *Counter) SetCatalogue(ctx context.Context, cat *Catalogue, confirm bool, by access.Actor) error {
	return unbuilt
}

// Resize changes a quota. Below what is sold it needs confirm: Conflict
// sale.size_below_sold says what would be (case 13). Raised while people wait,
// the new units are the list's first (case 14).
func (c *Counter) Resize(ctx context.Context, resource, partner string, size int, confirm bool, by access.Actor) error {
	return unbuilt
}

// ReleaseAllocation moves a partner's unused units to the public in one commit
// (case 50).
func (c *Counter) ReleaseAllocation(ctx context.Context, partner string, by access.Actor) error {
	return unbuilt
}

// SetState opens, closes, postpones, reopens or cancels the edition's sale, with
// a notice to everybody concerned in the same commit. state is "open", "closed",
// "postponed", "cancelled" or "" (by the catalogue's times).
func (c *Counter) SetState(ctx context.Context, state string, by access.Actor) error { return unbuilt }
