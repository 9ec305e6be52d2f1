package sale_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

// Whatever people swap, cancel, wait for, transfer and whatever the office
// resizes, in any order: nobody who did not give a place up is without one, nobody
// has two, no race has more runners than places, and both ledgers agree.
func TestSwap_NoScheduleLosesOrOversellsAPlace(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := &schedule{T: r, desk: openDesk(t, func(c *sale.Catalogue) {
			c.Partners = nil
			c.Resources[0].Size, c.Resources[1].Size = 3, 3
		})}
		for n := rapid.IntRange(1, 40).Draw(r, "steps"); n > 0; n-- {
			s.step()
			s.holds()
		}
	})
}

// schedule is one random run and what must be true of it.
type schedule struct {
	*rapid.T
	desk   *desk
	orders []string // of those who bought
	gone   map[string]bool
}

var twoRaces = []string{"marathon", "half"}

func (s *schedule) step() {
	d := s.desk
	d.now = d.now.Add(time.Duration(rapid.IntRange(1, 3600).Draw(s.T, "seconds")) * time.Second)
	race := rapid.SampledFrom(twoRaces).Draw(s.T, "race")
	switch rapid.SampledFrom([]string{"buy", "buy", "swap", "swap", "swap", "cancel", "resize", "transfer", "offer", "defer", "deny"}).Draw(s.T, "verb") {
	case "buy":
		s.buy(race)
	case "swap":
		s.change(func(id string) error {
			_, err := d.c.Swap(ctx, id, s.person(id), race, nobody)
			return err
		})
	case "cancel":
		s.leave(func(id string) error { _, err := d.c.Cancel(ctx, id, sale.ByBuyer, nobody); return err })
	case "defer":
		s.leave(func(id string) error { _, err := d.c.Defer(ctx, id, nobody); return err })
	case "deny":
		s.leave(func(id string) error {
			_, err := d.c.Decide(ctx, id, s.person(id), entry.Denied, clerk)
			return err
		})
	case "resize":
		size := rapid.IntRange(0, 5).Draw(s.T, "size")
		s.fine(d.c.Resize(ctx, "race:"+race, "", size, rapid.Bool().Draw(s.T, "confirm"), clerk))
	case "transfer":
		s.change(func(id string) error {
			d.n++
			_, err := d.c.Transfer(ctx, id, s.person(id), runner("", fmt.Sprintf("New%d", d.n)), nil, nobody)
			return err
		})
	case "offer":
		_, err := d.c.Promote(ctx)
		s.fine(err)
	}
}

func (s *schedule) buy(race string) {
	d := s.desk
	d.n++
	o, err := d.c.Hold(ctx, ask(fmt.Sprintf("o%d", d.n), race, runner("p1", fmt.Sprintf("R%d", d.n))))
	if s.fine(err); err == nil {
		d.pay(o)
		s.orders = append(s.orders, o.ID)
	}
}

func (s *schedule) change(verb func(id string) error) {
	if len(s.orders) > 0 {
		s.fine(verb(rapid.SampledFrom(s.orders).Draw(s.T, "order")))
	}
}

// leave is a verb by which somebody gives the place up.
func (s *schedule) leave(verb func(id string) error) {
	if len(s.orders) == 0 {
		return
	}
	id := rapid.SampledFrom(s.orders).Draw(s.T, "leaver")
	if err := verb(id); err != nil {
		s.fine(err)
		return
	}
	if s.gone == nil {
		s.gone = map[string]bool{}
	}
	s.gone[id] = true
}

// person is who has the order's place now.
func (s *schedule) person(id string) string {
	for _, p := range s.desk.Order(id).Private.Persons {
		return p.ID
	}
	return "p1"
}

// fine takes refusals as answers and everything else as a mistake.
func (s *schedule) fine(err error) {
	if err != nil && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
		s.Fatalf("%v", err)
	}
}

func (s *schedule) holds() {
	d := s.desk
	d.whole()
	runners := map[string]int{}
	for _, id := range s.orders {
		o := d.Order(id)
		places := []string{}
		for _, it := range o.Items {
			if !it.Gone && o.State == sale.Confirmed {
				places = append(places, it.Uses[0].Resource)
			}
		}
		if s.gone[id] != (o.State == sale.Cancelled) || !s.gone[id] && len(places) != 1 {
			s.Fatalf("%s is %s with %v, gave it up: %v", id, o.State, places, s.gone[id])
		}
		if len(places) == 1 {
			runners[places[0]]++
			if p := o.Private.Persons[0]; "race:"+p.Race != places[0] {
				s.Fatalf("%s runs %s and has %v", id, p.Race, places)
			}
		}
		if back := owed(o); o.Paid().Less(back) {
			s.Fatalf("%s: %s back of %s", id, back, o.Paid())
		}
	}
	for _, race := range twoRaces {
		if q := d.Quota("race:" + race); runners["race:"+race] != q.Used || q.Kept > max(0, q.Size-q.Used) || q.Kept < 0 {
			s.Fatalf("%s: %d run, %+v", race, runners["race:"+race], q)
		}
	}
	if d.t.Failed() {
		s.FailNow()
	}
}
