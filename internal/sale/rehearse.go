package sale

import (
	"context"
	"maps"
	"slices"

	"stadion/internal/race"
)

// Rehearse runs one verb as if it were done, and gives what it would write
// without writing any of it: orders as they would be, units, postings, papers,
// mails. The numbers it shows are not taken. The verb calls the counter it is
// given, once; its fault comes back as it is. nil Changes = nothing would change.
func (c *Counter) Rehearse(ctx context.Context, verb func(ctx context.Context, c *Counter) error) (*Changes, error) {
	r := &rehearsal{store: c.store}
	err := verb(ctx, NewCounter(c.edition, r, 1))
	if err != nil {
		return nil, err
	}
	return r.out, nil
}

// rehearsal is a store that keeps nothing.
type rehearsal struct {
	store Store
	out   *Changes
}

func (r *rehearsal) Commit(ctx context.Context, edition string, decide func(race.Instant, Head, Reader) (*Changes, error)) error {
	return r.store.Commit(ctx, edition, func(at race.Instant, h Head, rd Reader) (*Changes, error) {
		h.Numbers, h.Quotas = maps.Clone(h.Numbers), slices.Clone(h.Quotas)
		c, err := decide(at, h, rd)
		r.out = c
		return nil, err
	})
}
