package sale

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// Why an order is bumped when capacity shrinks.
const (
	BumpVolunteer = "volunteer" // offered to give the place up
	BumpHeld      = "held"      // not paid for yet
	BumpLast      = "last_in"   // the last to be confirmed goes first
)

// Shrinking is who loses a place when there are fewer units than were sold: a
// plan that is looked at before it is done and kept afterwards, in a fair order
// that is the same for everybody: volunteers first, then those who are still
// paying, then the sold ones, the last confirmed first. Orders are not split: a
// group goes or stays together.
type Shrinking struct {
	Resource string
	Partner  string
	Size     int // of the quota, as it will be
	Used     int // of it now
	Bumped   []Bump
	Left     int // used when it is done; more than Size if nobody else can be bumped
}

// Bump is an order that loses its units, and why it and not another.
type Bump struct {
	Order  string
	Number string
	Units  int // of the resource
	Why    string
	Since  race.Instant // confirmed, or held since
}

// Shrink plans a smaller quota, at an instant. orders are those of the edition,
// lines the ledger of units, which says who was confirmed when; volunteers are ids
// of orders.
func Shrink(at race.Instant, q Quota, size int, orders []*Order, lines []Line, volunteers []string) Shrinking {
	s := Shrinking{Resource: q.Resource, Partner: q.Partner, Size: size, Used: q.Used, Left: q.Used}
	rank := confirmations(lines)
	var have []candidate
	for _, o := range orders {
		if c, ok := candidateOf(o, q, rank, volunteers); ok && o.Live(at) {
			have = append(have, c)
		}
	}
	slices.SortFunc(have, candidate.compare)
	for _, c := range have {
		if s.Left <= size {
			break
		}
		s.Left -= c.Units
		s.Bumped = append(s.Bumped, c.Bump)
	}
	return s
}

// candidate is an order that might be bumped.
type candidate struct {
	Bump
	class int   // volunteers, held, sold
	seq   int64 // of the line that confirmed it; the later goes first
}

func candidateOf(o *Order, q Quota, rank map[string]Line, volunteers []string) (candidate, bool) {
	units := 0
	for _, u := range o.Units() {
		if u.Resource == q.Resource && o.Partner == q.Partner {
			units = u.N
		}
	}
	if units == 0 {
		return candidate{}, false
	}
	c := candidate{Bump: Bump{Order: o.ID, Number: o.Number, Units: units, Why: BumpLast, Since: o.Made}, class: 2}
	if l, ok := rank[o.ID]; ok {
		c.seq, c.Since = l.Seq, l.At
	}
	switch {
	case slices.Contains(volunteers, o.ID):
		c.class, c.Why = 0, BumpVolunteer
	case o.State == Held:
		c.class, c.Why = 1, BumpHeld
	}
	return c, true
}

func (c candidate) compare(o candidate) int {
	return cmp.Or(c.class-o.class, cmp.Compare(o.seq, c.seq), cmp.Compare(o.Since, c.Since), strings.Compare(o.Order, c.Order))
}

// confirmations are the first lines that confirmed each order: a later change of
// race does not put anybody back.
func confirmations(lines []Line) map[string]Line {
	out := map[string]Line{}
	for _, l := range lines {
		if _, known := out[l.Order]; l.Move == Confirm && !known {
			out[l.Order] = l
		}
	}
	return out
}

// Bump carries a plan out in one commit: the quota gets its size, those who are
// bumped get everything back that they paid, and stand by before all others in
// the order in which they had been confirmed. Who was bumped as what is in the
// audit log. Fault Conflict sale.plan_old: since the plan was made, units were
// sold or given back, so that it may be unfair; make it again.
func (c *Counter) Bump(ctx context.Context, s Shrinking, by access.Actor) error {
	ids := make([]string, len(s.Bumped))
	for i, b := range s.Bumped {
		ids[i] = b.Order
	}
	return c.Do(ctx, &Job{Orders: ids, Do: func(w *Work) error { return w.bump(s, by) }})
}

func (w *Work) bump(s Shrinking, by access.Actor) error {
	old := fault.New(fault.Conflict, "sale.plan_old", nil)
	if !w.batch.swept { // the plan counts what is live
		if err := w.sweep(); err != nil {
			return err
		}
	}
	if q, ok := w.Quota(QuotaID(s.Resource, s.Partner)); !ok || q.Used != s.Used {
		return old
	}
	if err := w.resize(s.Resource, s.Partner, s.Size, true, by); err != nil {
		return err
	}
	for i := range s.Bumped { // the first confirmed gets the first place
		b := s.Bumped[len(s.Bumped)-1-i]
		o, err := w.Order(b.Order)
		if err != nil {
			return err
		}
		if !o.Live(w.At) {
			return old
		}
		sold := o.State == Confirmed
		if err := w.cancel(o, BySeller, w.At, by); err != nil {
			return err
		}
		if sold && b.Why != BumpVolunteer {
			if _, err := w.StandBy(o, standByReversal); err != nil {
				return err
			}
		}
		w.Audit(by, "order.bump", o.Number, map[string]any{"why": b.Why, "resource": s.Resource, "place": len(s.Bumped) - i})
	}
	return nil
}
