package sale

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// drawn is the number in the edition's head that says that its draw was held.
const drawn = "draw"

// ClosesAt is when applications to the draw close; 0 = there is no draw.
func (c *Catalogue) DrawClosesAt() race.Instant {
	if c.Mode != Draw {
		return 0
	}
	return c.wall(c.Draw.Closes)
}

// Apply enters somebody for the draw. A group is one application. Who has applied
// already is given that application again. Faults: Conflict sale.draw_closed
// (applications are not taken now); otherwise as Join.
func (c *Counter) Apply(ctx context.Context, a WaitAsk) (*Wait, error) {
	var out *Wait
	err := c.Do(ctx, &Job{Keys: []string{a.Key}, Do: func(w *Work) (err error) {
		out, err = w.apply(a)
		return err
	}})
	return out, err
}

func (w *Work) apply(a WaitAsk) (*Wait, error) {
	if err := w.checkWait(&a); err != nil {
		return nil, err
	}
	if old, err := w.waitBefore(a); old != nil || err != nil {
		return old, err
	}
	c := w.Catalogue()
	if w.listStands() != nil || w.At < c.OpensAt() || w.At >= c.DrawClosesAt() || w.drawHeld() {
		return nil, fault.New(fault.Conflict, "sale.draw_closed", nil)
	}
	x := a.wait(w, Applied)
	w.PutWait(x)
	w.waitMail(x, "draw.applied", nil)
	return w.waitMade(a, x, "draw.apply")
}

// drawHeld reports whether the edition's draw was held.
func (w *Work) drawHeld() bool { return w.batch.head.Numbers[drawn] > 0 }

// Application is one entry of a draw as the public sees it.
type Application struct {
	Ticket string `json:"ticket"`
	Weight int    `json:"weight"` // chances: 1, or the persons of a group where the rule says so
}

// DrawProof is what anybody needs to recompute a draw. It holds no personal data:
// each applicant knows which ticket is theirs.
type DrawProof struct {
	Edition      string        `json:"edition"`
	Commitment   string        `json:"commitment"` // SHA-256 of the seed, published before applications opened
	Seed         string        `json:"seed"`       // hexadecimal
	Public       string        `json:"public"`     // the public random value that was named before, "-" if none was
	ListHash     string        `json:"list_hash"`  // SHA-256 of the applications, a line each: "TICKET WEIGHT\n"
	Applications []Application `json:"applications"`
	Duplicates   []string      `json:"duplicates,omitempty"` // tickets of people who had applied before
	Order        []string      `json:"order"`                // tickets, the first drawn first
}

// DrawTicket is the public name of an application.
func DrawTicket(wait string) string {
	sum := sha256.Sum256([]byte("stadion draw ticket " + wait))
	return hex.EncodeToString(sum[:])[:20]
}

// NewDraw draws: the applications, sorted by ticket, are put into the order that
// the seed, the list itself and the public value make.
func NewDraw(edition string, seed []byte, public string, applications []Application) DrawProof {
	if public == "" {
		public = "-"
	}
	as := slices.SortedFunc(slices.Values(applications), func(a, b Application) int { return strings.Compare(a.Ticket, b.Ticket) })
	p := DrawProof{Edition: edition, Commitment: Commitment(seed), Seed: hex.EncodeToString(seed), Public: public,
		ListHash: listHash(as), Applications: as}
	p.Order = drawOrder(seed, p.ListHash, public, as)
	return p
}

func listHash(as []Application) string {
	h := sha256.New()
	for _, a := range as {
		_, _ = io.WriteString(h, a.Ticket+" "+strconv.Itoa(a.Weight)+"\n") // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// drawOrder gives every application as many ranks as its weight, each
// HMAC-SHA-256(seed, "LISTHASH PUBLIC TICKET N"), and orders them by their
// smallest: so an application of weight 3 is drawn first three times as often as
// one of weight 1.
func drawOrder(seed []byte, list, public string, as []Application) []string {
	var lots []string
	var of []int
	for i, a := range as {
		for n := 1; n <= a.Weight; n++ {
			lots = append(lots, list+" "+public+" "+a.Ticket+" "+strconv.Itoa(n))
			of = append(of, i)
		}
	}
	out, seen := make([]string, 0, len(as)), make([]bool, len(as))
	for _, lot := range shuffled(seed, lots) {
		if i := of[lot]; !seen[i] {
			seen[i] = true
			out = append(out, as[i].Ticket)
		}
	}
	return out
}

// mostWeight bounds what a proof may ask of who checks it.
const mostWeight = 1000

// VerifyDraw recomputes a proof. Faults Invalid sale.proof_seed: the seed is not
// the one committed to; sale.proof_list: the applications are not those of the
// hash, or are not in order; sale.proof_order: the order is not the one the seed
// makes.
func VerifyDraw(p DrawProof) error {
	seed, err := hex.DecodeString(p.Seed)
	if err != nil || Commitment(seed) != p.Commitment {
		return fault.New(fault.Invalid, "sale.proof_seed", nil)
	}
	for i, a := range p.Applications {
		if a.Weight < 1 || a.Weight > mostWeight || i > 0 && a.Ticket <= p.Applications[i-1].Ticket {
			return fault.New(fault.Invalid, "sale.proof_list", nil)
		}
	}
	if listHash(p.Applications) != p.ListHash {
		return fault.New(fault.Invalid, "sale.proof_list", nil)
	}
	if !slices.Equal(p.Order, drawOrder(seed, p.ListHash, p.Public, p.Applications)) {
		return fault.New(fault.Invalid, "sale.proof_order", nil)
	}
	return nil
}

// Drawing is the draw of an edition: its seed, and its proof once it was held.
type Drawing struct {
	counter *Counter
	keeper  Keeper
	seed    []byte
}

// NewDrawing finds the seed of an edition's draw, or makes and keeps one.
func NewDrawing(ctx context.Context, c *Counter, k Keeper, random io.Reader) (*Drawing, error) {
	seed, err := secret(ctx, k, c.edition, "draw seed", random)
	if err != nil {
		return nil, err
	}
	return &Drawing{c, k, seed}, nil
}

// Commitment is the SHA-256 of the seed, published before applications open.
func (d *Drawing) Commitment() string { return Commitment(d.seed) }

// Proof is the proof of the draw. Fault NotFound sale.draw_none before it.
func (d *Drawing) Proof(ctx context.Context) (DrawProof, error) {
	var p DrawProof
	b, err := d.keeper.Keep(ctx, d.counter.edition, "draw proof", nil)
	if err != nil {
		return p, err
	}
	if b == nil {
		return p, fault.New(fault.NotFound, "sale.draw_none", nil)
	}
	return p, json.Unmarshal(b, &p)
}

// Hold holds the draw: who comes first is offered places as far as they go, the
// others are the waiting list in the order drawn. The proof is kept before
// anything is changed, and a draw that broke off is completed by calling Hold
// again: there is never a second result. public is the value of the public random
// source that was named before, "" if none was. Faults: Conflict sale.draw_none
// (the sale is no draw), sale.draw_early, sale.draw_held.
func (d *Drawing) Hold(ctx context.Context, public string, by access.Actor) (DrawProof, error) {
	p, err := d.Proof(ctx)
	if fault.CodeOf(err) == "sale.draw_none" {
		p, err = d.make(ctx, public)
	}
	if err != nil {
		return p, err
	}
	return p, d.counter.Do(ctx, &Job{Do: func(w *Work) error { return w.draw(p, by) }})
}

// make reads the applications, draws, and keeps the proof.
func (d *Drawing) make(ctx context.Context, public string) (DrawProof, error) {
	var p DrawProof
	err := d.counter.Do(ctx, &Job{Do: func(w *Work) error {
		c := w.Catalogue()
		switch {
		case c == nil || c.Mode != Draw:
			return fault.New(fault.Conflict, "sale.draw_none", nil)
		case w.At < c.DrawClosesAt():
			return fault.New(fault.Conflict, "sale.draw_early", nil)
		}
		ws, err := w.Waits()
		if err != nil {
			return err
		}
		as, twice := applications(ws, c.Draw.Weight == "persons")
		p = NewDraw(w.Edition, d.seed, public, as)
		p.Duplicates = twice
		return nil
	}})
	if err != nil {
		return p, err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	if b, err = d.keeper.Keep(ctx, d.counter.edition, "draw proof", b); err != nil {
		return p, err
	}
	return p, json.Unmarshal(b, &p)
}

// applications are those that take part, and the tickets of those that do not:
// somebody in them had applied before.
func applications(ws []*Wait, persons bool) (as []Application, twice []string) {
	seen := map[string]bool{}
	for _, x := range ws {
		if x.State != Applied {
			continue
		}
		if slices.ContainsFunc(x.Blinds, func(b string) bool { return seen[b] }) {
			twice = append(twice, DrawTicket(x.ID))
			continue
		}
		for _, b := range x.Blinds {
			seen[b] = true
		}
		a := Application{DrawTicket(x.ID), 1}
		if persons {
			a.Weight = max(1, min(x.Party, mostWeight))
		}
		as = append(as, a)
	}
	return as, twice
}

// draw puts the applications into the order of a proof and serves them.
func (w *Work) draw(p DrawProof, by access.Actor) error {
	if w.drawHeld() {
		return fault.New(fault.Conflict, "sale.draw_held", nil)
	}
	w.Number(drawn)
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	of := map[string]*Wait{}
	for _, x := range ws {
		if x.State == Applied {
			of[DrawTicket(x.ID)] = x.clone()
		}
	}
	for i, ticket := range p.Order {
		x := of[ticket]
		if x == nil {
			continue // withdrew after the list was closed
		}
		delete(of, ticket)
		x.State, x.Seq, x.Drawn = Waiting, 0, i+1
		w.PutWait(x)
	}
	for _, x := range of { // duplicates
		x.State = Left
		w.PutWait(x)
	}
	w.Audit(by, "draw.hold", w.Edition, map[string]any{"applications": len(p.Applications), "duplicates": len(p.Duplicates), "list": p.ListHash})
	w.listens = true
	if err := w.settle(); err != nil {
		return err
	}
	w.listens = false
	return w.tellListed()
}

// tellListed writes to those whom the draw left on the waiting list.
func (w *Work) tellListed() error {
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	for _, x := range ws {
		if x.State == Waiting && x.Drawn > 0 {
			w.waitMail(x, "draw.listed", nil)
		}
	}
	return nil
}
