package sale_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// fairness watches a waiting list from outside: what it sees in the store before
// and after each commit is held against the published rule.
type fairness struct {
	*queue
	passes int            // the rule
	passed map[string]int // as counted here
	before map[string]sale.Wait
	sold   []string
}

var scarce = map[string]string{"half": "race:half", "tour-b": "seat:b"}

func needs(x *sale.Wait) map[string]int {
	out := map[string]int{}
	for _, it := range x.Items {
		out[scarce[it.Product]] += it.N
	}
	return out
}

func (f *fairness) look() {
	f.before = map[string]sale.Wait{}
	for id, x := range f.m.Waits {
		f.before[id] = *x
	}
}

func (f *fairness) free() map[string]int {
	out := map[string]int{}
	for _, r := range scarce {
		q := f.m.Quota(r)
		out[r] = max(0, q.Size-q.Used)
	}
	return out
}

// inOrder are places that waited before the commit, in the order they had in it:
// those whose offer lapsed in it come last.
func (f *fairness) inOrder() []*sale.Wait {
	var out []*sale.Wait
	for id, x := range f.m.Waits {
		was, known := f.before[id]
		if was.State == sale.Waiting || !known || x.Lapses > was.Lapses {
			out = append(out, x)
		}
	}
	lapsed := func(x *sale.Wait) int {
		if x.Lapses > f.before[x.ID].Lapses {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b *sale.Wait) int {
		if d := lapsed(a) - lapsed(b); d != 0 {
			return d
		}
		return int(a.Seq - b.Seq)
	})
	return out
}

// judge counts who was passed over by the offers of the last commit, and finds
// units that lie idle.
func (f *fairness) judge(rt *rapid.T, act string) {
	order, free := f.inOrder(), f.free()
	var made []int
	for i, x := range order {
		if x.State == sale.Offered && (f.before[x.ID].State != sale.Offered || x.Offers > f.before[x.ID].Offers) {
			made = append(made, i)
			for r, n := range needs(x) {
				free[r] += n
			}
		}
	}
	for _, i := range made {
		served := needs(order[i])
		for r, n := range served {
			free[r] -= n
		}
		for _, y := range order[:i] {
			if y.State != sale.Waiting || y.Seq > order[i].Seq {
				continue
			}
			if within(needs(y), served) && y.Lapses == f.before[y.ID].Lapses {
				rt.Fatalf("%s: %s, who needs no more, was overtaken by %s", act, y.ID, order[i].ID)
			}
			if f.harmed(needs(y), served, free) {
				f.passed[y.ID]++
			}
		}
	}
	for id, n := range f.passed {
		if told := f.m.Waits[id].Passed; n > f.passes || told < n || told > f.passes {
			rt.Fatalf("%s: %s was passed over %d times and told %d, the rule says %d", act, id, n, told, f.passes)
		}
	}
	f.idle(rt, act, order, free)
}

// within reports whether a needs nothing that b does not need at least as much.
func within(a, b map[string]int) bool {
	for r, n := range a {
		if n > b[r] {
			return false
		}
	}
	return true
}

// harmed reports whether units went that somebody needed and that the list alone
// may take.
func (f *fairness) harmed(need, served, left map[string]int) bool {
	for r, n := range need {
		if served[r] > 0 && left[r] < n && f.now < f.m.Quota(r).KeptUntil {
			return true
		}
	}
	return false
}

// idle finds somebody for whom free units suffice, those apart that are kept for
// who may not be passed over any more.
func (f *fairness) idle(rt *rapid.T, act string, order []*sale.Wait, free map[string]int) {
	for _, x := range order {
		if x.State != sale.Waiting {
			continue
		}
		fits := true
		for r, n := range needs(x) {
			fits = fits && free[r] >= n
		}
		if fits {
			rt.Fatalf("%s: units lie idle while %s waits for them: %v", act, x.ID, free)
		}
		if x.Passed >= f.passes { // as its page says
			for r, n := range needs(x) {
				if f.now < f.m.Quota(r).KeptUntil {
					free[r] = max(0, free[r]-n)
				}
			}
		}
	}
	for _, r := range scarce {
		if q := f.m.Quota(r); q.Used > q.Size {
			rt.Fatalf("%s: %+v", act, q)
		}
	}
}

// TestList_Property: in any order of events nobody is passed over more often than
// the rule says, nobody by somebody who needs as much, and no unit lies idle while
// somebody for whom it suffices waits.
func TestList_Property(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &fairness{passes: rapid.IntRange(0, 3).Draw(rt, "passes"), passed: map[string]int{}}
		lapsed := rapid.SampledFrom([]string{"end", "place"}).Draw(rt, "lapsed")
		f.queue = newQueue(rt, 5, func(c *sale.Catalogue) {
			c.List = sale.ListRule{Order: "fit", Passes: f.passes, Lapsed: lapsed, Offer: race.Duration(24 * time.Hour), Priority: race.Duration(100_000 * time.Hour)}
			if f.passes == 0 {
				c.List.Order = "strict"
			}
			for i := range c.Resources {
				switch c.Resources[i].ID {
				case "seat:b":
					c.Resources[i].Size = 4
				case "bed:b": // never scarce here
					c.Resources[i].Size = 1000
				}
			}
		})
		for range 5 {
			f.sold = append(f.sold, f.buy(1).ID)
		}
		for range 4 {
			o, err := f.Hold(context.Background(), f.ask(1, "tour-b"))
			if err != nil {
				rt.Fatal(err)
			}
			f.sold = append(f.sold, f.pay(o.ID).ID)
		}
		for range rapid.IntRange(1, 40).Draw(rt, "events") {
			f.look()
			act := rapid.SampledFrom([]string{"join", "join", "cancel", "decline", "pay", "time", "resize", "buy"}).Draw(rt, "act")
			f.act(rt, act)
			f.judge(rt, act)
		}
	})
}

func (f *fairness) act(rt *rapid.T, act string) {
	ctx := context.Background()
	switch act {
	case "join":
		products := rapid.SampledFrom([][]string{{"half"}, {"half"}, {"tour-b"}, {"half", "tour-b"}}).Draw(rt, "products")
		a := f.wants(rapid.IntRange(1, 3).Draw(rt, "party"), products...)
		if _, err := f.Join(ctx, a); err != nil && code(err) != "sale.list_not_needed" {
			rt.Fatal(err)
		}
	case "cancel":
		if len(f.sold) == 0 {
			return
		}
		i := rapid.IntRange(0, len(f.sold)-1).Draw(rt, "order")
		if _, err := f.Cancel(ctx, f.sold[i], "buyer", chief); err != nil {
			rt.Fatal(err)
		}
		f.sold = slices.Delete(f.sold, i, i+1)
	case "decline", "pay":
		x := f.offered(rt)
		if x == nil {
			return
		}
		if act == "pay" {
			f.sold = append(f.sold, f.pay(x.Order).ID)
		} else if _, err := f.Leave(ctx, x.ID, access.Actor{}); err != nil {
			rt.Fatal(err)
		}
	case "time":
		f.now = f.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
		if _, err := f.Promote(ctx); err != nil {
			rt.Fatal(err)
		}
	case "resize":
		r := rapid.SampledFrom([]string{"race:half", "seat:b"}).Draw(rt, "resource")
		q := f.m.Quota(r)
		if err := f.Resize(ctx, r, "", max(q.Used, q.Size)+rapid.IntRange(0, 2).Draw(rt, "more"), false, chief); err != nil {
			rt.Fatal(err)
		}
	case "buy":
		o, err := f.Hold(ctx, f.ask(1, rapid.SampledFrom([]string{"half", "tour-b"}).Draw(rt, "product")))
		if err == nil {
			f.sold = append(f.sold, f.pay(o.ID).ID)
		} else if code(err) != "sale.sold_out" {
			rt.Fatal(err)
		}
	}
}

// offered is one of those who have an offer that has not ended.
func (f *fairness) offered(rt *rapid.T) *sale.Wait {
	var out []*sale.Wait
	for _, x := range f.m.Waits {
		if x.State == sale.Offered && f.m.Order(x.Order).Live(f.now) {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b *sale.Wait) int { return int(a.Seq - b.Seq) })
	return out[rapid.IntRange(0, len(out)-1).Draw(rt, "offer")]
}
