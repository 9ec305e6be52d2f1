package sale_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

func newDraw(t *testing.T, places int, change func(*sale.Catalogue)) (*queue, *sale.Drawing, *saletest.Keeper) {
	q := newQueue(t, places, func(c *sale.Catalogue) {
		c.Mode = sale.Draw
		c.Draw.Closes = "2025-12-08T12:00"
		if change != nil {
			change(c)
		}
	})
	k := saletest.NewKeeper()
	d, err := sale.NewDrawing(t.Context(), q.Counter, k, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	return q, d, k
}

func (q *queue) apply(n int) *sale.Wait {
	q.t.Helper()
	x, err := q.Apply(context.Background(), q.wants(n, "half"))
	if err != nil {
		q.t.Fatal(err)
	}
	return x
}

var drawCloses = saletest.Opens.Add(7 * 24 * time.Hour)

func TestSale_Case53_ADrawIsProvedAndItsRestIsTheWaitingList(t *testing.T) {
	q, d, _ := newDraw(t, 4, nil)
	promised := d.Commitment()
	var all []*sale.Wait
	for i := range 12 {
		all = append(all, q.apply(1+i%3))
	}
	if _, err := q.Hold(t.Context(), q.ask(1, "half")); code(err) != "sale.by_draw" {
		t.Errorf("bought beside the draw: %v", err)
	}
	if _, err := q.Join(t.Context(), q.wants(1, "half")); err == nil {
		t.Error("joined a list before the draw")
	}
	if _, err := d.Hold(t.Context(), "", chief); code(err) != "sale.draw_early" {
		t.Errorf("held while applications are taken: %v", err)
	}
	q.now = drawCloses
	if _, err := q.Apply(t.Context(), q.wants(1, "half")); code(err) != "sale.draw_closed" {
		t.Errorf("applied after the end: %v", err)
	}
	proof, err := d.Hold(t.Context(), "", chief)
	if err != nil {
		t.Fatal(err)
	}
	if err := sale.VerifyDraw(proof); err != nil || proof.Commitment != promised || len(proof.Order) != 12 {
		t.Errorf("proof %+v: %v", proof, err)
	}
	// The places go down the order drawn, and the rest waits in it.
	var waiting []int64
	for i, ticket := range proof.Order {
		at := slices.IndexFunc(all, func(x *sale.Wait) bool { return sale.DrawTicket(x.ID) == ticket })
		x := q.wait(all[at])
		if x.Drawn != i+1 {
			t.Errorf("%s was drawn as %d and is %d", ticket, i+1, x.Drawn)
		}
		if x.State == sale.Waiting {
			waiting = append(waiting, x.Seq)
		}
	}
	if !slices.IsSorted(waiting) || q.half().Used == 0 || q.half().Used+q.half().Kept != 4 {
		t.Errorf("waiting %v, quota %+v", waiting, q.half())
	}
	if x := q.wait(all[slices.IndexFunc(all, func(x *sale.Wait) bool { return sale.DrawTicket(x.ID) == proof.Order[0] })]); x.State != sale.Offered {
		t.Errorf("the first drawn is %s", x.State)
	}
	letters := map[string]int{}
	for _, m := range q.m.Mails {
		letters[m.Template]++
	}
	if letters["draw.applied"] != 12 || letters["draw.won"] == 0 || letters["draw.won"]+letters["draw.listed"] != 12 {
		t.Errorf("letters %v", letters)
	}
	if _, err := d.Hold(t.Context(), "", chief); code(err) != "sale.draw_held" {
		t.Errorf("held twice: %v", err)
	}
	if _, err := q.Join(t.Context(), q.wants(2, "half")); err != nil {
		t.Errorf("joining after the draw: %v", err)
	}
}

func TestSale_Case53_DuplicatesAreOut(t *testing.T) {
	q, d, _ := newDraw(t, 1, nil)
	first := q.apply(1)
	twice := q.wants(1, "half")
	twice.Blinds = q.wait(first).Blinds
	if x, err := q.Apply(t.Context(), twice); err != nil || x.ID != first.ID {
		t.Errorf("the same person again: %+v, %v", x, err)
	}
	// Two groups that share one document became known to be one person only later.
	second := q.apply(2)
	q.m.Waits[second.ID].Blinds = append(q.m.Waits[second.ID].Blinds, first.Blinds...)
	q.now = drawCloses
	proof, err := d.Hold(t.Context(), "", chief)
	if err != nil || len(proof.Order) != 1 || !slices.Equal(proof.Duplicates, []string{sale.DrawTicket(second.ID)}) {
		t.Errorf("proof %+v, %v", proof, err)
	}
	q.expect("who applied first and twice", "[offered left]", first, second)
}

// breaking is a store whose n-th commit fails.
type breaking struct {
	sale.Store
	n int
}

func (b *breaking) Commit(ctx context.Context, edition string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	if b.n--; b.n == 0 {
		return errors.New("the power went")
	}
	return b.Store.Commit(ctx, edition, decide)
}

func TestSale_Case53_ADrawThatBrokeOffHasTheSameResult(t *testing.T) {
	q, d, k := newDraw(t, 3, nil)
	var all []*sale.Wait
	for range 8 {
		all = append(all, q.apply(1))
	}
	q.now = drawCloses
	broken, err := sale.NewDrawing(t.Context(), sale.NewCounter(saletest.Edition, &breaking{q.m, 2}, 0), k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := broken.Hold(t.Context(), "7", chief); err == nil || q.half().Used != 0 {
		t.Fatalf("the list was written: %v", err)
	}
	first, err := d.Proof(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone := all[slices.IndexFunc(all, func(x *sale.Wait) bool { return sale.DrawTicket(x.ID) == first.Order[1] })]
	if _, err := q.Leave(t.Context(), gone.ID, chief); err != nil { // somebody withdraws meanwhile
		t.Fatal(err)
	}
	second, err := d.Hold(t.Context(), "another number", chief)
	if err != nil || !slices.Equal(second.Order, first.Order) || second.Public != "7" {
		t.Errorf("a second result: %+v, %v", second, err)
	}
	if q.half().Used != 3 || q.wait(gone).State != sale.Left {
		t.Errorf("%+v, who withdrew is %s", q.half(), q.wait(gone).State)
	}
}

func TestVerifyDraw_FindsWhatWasChanged(t *testing.T) {
	seed := []byte(strings.Repeat("s", 32))
	var as []sale.Application
	for i := range 20 {
		as = append(as, sale.Application{Ticket: fmt.Sprintf("t%02d", 19-i), Weight: 1 + i%3})
	}
	make := func() sale.DrawProof { return sale.NewDraw("e", seed, "beacon 17", as) }
	if err := sale.VerifyDraw(make()); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		change func(*sale.DrawProof)
		code   string
	}{
		"another seed": {func(p *sale.DrawProof) { p.Seed = hex.EncodeToString([]byte(strings.Repeat("t", 32))) }, "sale.proof_seed"},
		"no seed":      {func(p *sale.DrawProof) { p.Seed = "x" }, "sale.proof_seed"},
		"somebody added": {func(p *sale.DrawProof) {
			p.Applications = append(p.Applications, sale.Application{Ticket: "z", Weight: 1})
		}, "sale.proof_list"},
		"somebody's chances changed": {func(p *sale.DrawProof) { p.Applications[3].Weight++ }, "sale.proof_list"},
		"a weight of a million":      {func(p *sale.DrawProof) { p.Applications[3].Weight = 1 << 20 }, "sale.proof_list"},
		"somebody twice":             {func(p *sale.DrawProof) { p.Applications[1] = p.Applications[0] }, "sale.proof_list"},
		"another public value":       {func(p *sale.DrawProof) { p.Public = "beacon 18" }, "sale.proof_order"},
		"two places changed":         {func(p *sale.DrawProof) { p.Order[0], p.Order[1] = p.Order[1], p.Order[0] }, "sale.proof_order"},
		"somebody left out":          {func(p *sale.DrawProof) { p.Order = p.Order[1:] }, "sale.proof_order"},
	} {
		p := make()
		c.change(&p)
		if err := sale.VerifyDraw(p); code(err) != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestVerifyDraw_CanBeRecomputedWithoutOurCode follows docs/rules/fairness.md: F3.
func TestVerifyDraw_CanBeRecomputedWithoutOurCode(t *testing.T) {
	seed := []byte(strings.Repeat("s", 32))
	p := sale.NewDraw("e", seed, "", []sale.Application{{Ticket: "bb", Weight: 2}, {Ticket: "aa", Weight: 1}, {Ticket: "cc", Weight: 3}})
	list := sha256.Sum256([]byte("aa 1\nbb 2\ncc 3\n"))
	if hex.EncodeToString(list[:]) != p.ListHash {
		t.Fatal("the hash of the list")
	}
	type lot struct{ rank, ticket string }
	var lots []lot
	for _, a := range p.Applications {
		for n := 1; n <= a.Weight; n++ {
			lots = append(lots, lot{hmacHex(seed, fmt.Sprintf("%s - %s %d", p.ListHash, a.Ticket, n)), a.Ticket})
		}
	}
	slices.SortFunc(lots, func(a, b lot) int { return strings.Compare(a.rank, b.rank) })
	var order []string
	for _, l := range lots {
		if !slices.Contains(order, l.ticket) {
			order = append(order, l.ticket)
		}
	}
	if !slices.Equal(order, p.Order) {
		t.Errorf("by hand %v, by the program %v", order, p.Order)
	}
}

func TestNewDraw_WeightIsTheChanceToBeFirst(t *testing.T) {
	first := 0
	const draws = 4000
	for i := range draws {
		p := sale.NewDraw("e", []byte(fmt.Sprintf("%032d", i)), "", []sale.Application{{Ticket: "one", Weight: 1}, {Ticket: "three", Weight: 3}})
		if p.Order[0] == "three" {
			first++
		}
	}
	if share := float64(first) / draws; share < .72 || share > .78 {
		t.Errorf("weight 3 against 1 was first in %.3f of draws", share)
	}
}
