package sale

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A list that goes on from commit to commit is the list that would be read anew.
func TestWaitList_IsWhatWouldBeReadAnew(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := NewWaitList(nil)
		rows := map[string]*Wait{}
		seq := int64(0)
		for range 40 {
			n := 1 + random.IntN(4)
			if random.IntN(8) == 0 {
				n = manyPlaces + random.IntN(30)
			}
			changed := map[string]*Wait{}
			for range n {
				id := fmt.Sprint("w", random.IntN(150))
				x := &Wait{ID: id, State: Waiting, Blinds: []string{fmt.Sprint("b", random.IntN(40))}}
				if was := rows[id]; was != nil {
					x = was.clone()
				}
				if x.Seq == 0 || random.IntN(4) == 0 {
					seq++
					x.Seq = seq // new, or at the end again
				}
				x.Priority = random.IntN(3) / 2 * random.IntN(3)
				x.State = []string{Applied, Waiting, Waiting, Offered, Served, Left}[random.IntN(6)]
				changed[id] = x
			}
			var ws []*Wait
			for _, id := range slices.Sorted(func(yield func(string) bool) {
				for id := range changed {
					if !yield(id) {
						return
					}
				}
			}) {
				ws = append(ws, changed[id])
				rows[id] = changed[id]
			}
			before := slices.Clone(l.All())
			with := l.and(ws)
			if !slices.Equal(before, l.All()) {
				t.Fatalf("seed %d: looking changed the list", seed)
			}
			l.putAll(ws)
			var live []*Wait
			for _, x := range rows {
				if x.live() {
					live = append(live, x)
				}
			}
			anew := NewWaitList(live)
			if !sameOrder(l.All(), anew.All()) || !sameOrder(slices.DeleteFunc(with, func(x *Wait) bool { return !x.live() }), anew.All()) {
				t.Fatalf("seed %d: %v, anew %v", seed, ids(l.All()), ids(anew.All()))
			}
			for b, of := range anew.blinds {
				if got := slices.Sorted(slices.Values(l.blinds[b])); !slices.Equal(got, slices.Sorted(slices.Values(of))) {
					t.Fatalf("seed %d: %s finds %v, anew %v", seed, b, got, of)
				}
			}
			if len(l.blinds) != len(anew.blinds) || len(l.of) != len(anew.of) {
				t.Fatalf("seed %d: %d and %d, anew %d and %d", seed, len(l.blinds), len(l.of), len(anew.blinds), len(anew.of))
			}
		}
	}
}

// sameOrder compares lists in which no two places have the same rank.
func sameOrder(a, b []*Wait) bool { return slices.Equal(ids(a), ids(b)) }

func ids(ws []*Wait) (out []string) {
	for _, x := range ws {
		out = append(out, x.ID)
	}
	return out
}
