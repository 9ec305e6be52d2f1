package sale

import "stadion/internal/race"

// At is the instant of a wall time as the catalogue writes it ("2026-03-01T00:00"
// in the sale's zone); 0 if it is empty or none.
func (c *Catalogue) At(s string) race.Instant { return c.wall(s) }
