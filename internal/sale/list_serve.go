package sale

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
)

// settle ends every verb: what became of offers is written to the list, and
// units that came free are offered to those who wait, in the same commit. It
// looks at differences and not at what the verb meant to do, so that no way of
// freeing units can pass the list by (cases 14, 15, 25).
func (w *Work) settle() error {
	if err := w.follow(); err != nil {
		return err
	}
	for swaps := -1; swaps != w.swaps; { // a swap frees the place it leaves
		swaps = w.swaps
		if err := w.serveAll(); err != nil {
			return err
		}
	}
	return nil
}

func (w *Work) serveAll() error {
	grown := w.grown()
	if len(grown) == 0 && !w.listens {
		return nil
	}
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	for _, partner := range w.listsOf(ws, grown) {
		if err := w.serve(ws, partner, grown); err != nil {
			return err
		}
	}
	return nil
}

// follow writes to the list what became of the offers that this verb changed, and
// notes whose offer lapsed: in this commit others go first.
func (w *Work) follow() error {
	for _, id := range slices.Sorted(maps.Keys(w.orders)) {
		o := w.orders[id]
		if o.Wait == "" || o.State == Held {
			continue
		}
		ws, err := w.Waits()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(ws, func(x *Wait) bool { return x.ID == o.Wait && x.State == Offered && x.Order == o.ID })
		if at < 0 {
			continue
		}
		x := ws[at].clone()
		switch o.State {
		case Confirmed:
			x.State = Served
		case Cancelled:
			x.State = Declined
		case Expired:
			w.lapse(x)
			if w.batch.lapsed == nil {
				w.batch.lapsed = map[string]bool{}
			}
			w.batch.lapsed[x.ID] = true
		}
		w.PutWait(x)
	}
	return nil
}

// lapse says what becomes of a place whose offer ended without an answer: the
// first time it goes to the end or keeps its rank, the second time it is lost
// (case 25).
func (w *Work) lapse(x *Wait) {
	x.Lapses++
	x.State, x.Order = Waiting, ""
	switch {
	case x.Lapses >= lapses:
		x.State = Lapsed
	case w.Catalogue().List.Lapsed != "place":
		x.Seq = 0 // the next, given when it is put
		x.Priority = 0
	}
	w.waitMail(x, "list.lapsed", map[string]string{"state": x.State})
}

// grown are the quotas of which more can be sold than before the verb.
func (w *Work) grown() map[string]bool {
	var out map[string]bool
	for id, was := range w.before {
		now, ok := w.batch.book.quotas[id]
		if ok && now.Size-now.Used > max(0, was.Size-was.Used) {
			if out == nil {
				out = map[string]bool{}
			}
			out[id] = true
		}
	}
	return out
}

// listsOf are the lists to be served: the public's "" and those of partners.
func (w *Work) listsOf(ws []*Wait, grown map[string]bool) []string {
	var out []string
	for _, x := range ws {
		if x.State == Waiting {
			out = append(out, x.Partner)
		}
	}
	for id := range grown {
		out = append(out, w.batch.book.quotas[id].Partner)
	}
	if w.listens {
		out = append(out, "")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// serving is one going through a list from its head.
type serving struct {
	free   map[string]int // units of each quota that may still be offered
	behind []*need        // those who could not be served so far, in order
}

// need is a place on the list and what it wants, by quota.
type need struct {
	x       *Wait
	units   []Use // Resource is a quota's id
	blocked bool  // nobody may be given what it needs
}

// serve offers free units to a list in its order. Whom they do not suffice for
// keeps the rank; whether later ones may go first, and how often, is the list's
// rule: never when it is strict, Passes times when it is "fit" (case 26). After
// that, units that it needs are kept for it until KeptUntil.
func (w *Work) serve(ws []*Wait, partner string, grown map[string]bool) error {
	s := &serving{}
	if w.listStands() == nil {
		s.free = w.frees(partner)
	}
	for _, x := range inTurn(ws, partner, w.batch.lapsed) {
		units, ok := w.unitsOf(x)
		if !ok {
			continue
		}
		if w.batch.lapsed[x.ID] && s.free != nil {
			w.recount(s, x, grown)
		}
		if err := w.serveOne(s, &need{x: x, units: units}, grown); err != nil {
			return err
		}
	}
	w.keepUnits(partner, s, grown)
	return nil
}

// recount is for who comes last in this commit and yet stands before others: what
// is kept for those behind is not kept from them.
func (w *Work) recount(s *serving, x *Wait, grown map[string]bool) {
	s.free = w.frees(x.Partner)
	for _, n := range s.behind {
		if n.blocked && compareWaits(n.x, x) < 0 {
			w.reserve(s, n, grown)
		}
	}
}

// frees is how many units of each of a partner's quotas nobody has.
func (w *Work) frees(partner string) map[string]int {
	out := map[string]int{}
	for id, q := range w.batch.book.quotas {
		if q.Partner == partner {
			out[id] = max(0, q.Size-q.Used)
		}
	}
	return out
}

// listStands is a fault while no offers are made.
func (w *Work) listStands() error {
	switch w.State() {
	case "closed", "postponed", "cancelled":
		return fault.New(fault.Conflict, "sale.list_closed", nil)
	}
	return nil
}

// inTurn are those who wait at a partner's list, in order; those whose offer
// lapsed in this commit come last, whatever rank they keep.
func inTurn(ws []*Wait, partner string, lapsed map[string]bool) []*Wait {
	var first, last []*Wait
	for _, x := range ws {
		switch {
		case x.State != Waiting || x.Partner != partner:
		case lapsed[x.ID]:
			last = append(last, x)
		default:
			first = append(first, x)
		}
	}
	return append(first, last...)
}

// unitsOf is what a place on the list needs of each quota, by the catalogue as
// it is now; not ok if a product is no more.
func (w *Work) unitsOf(x *Wait) (units []Use, ok bool) {
	for _, it := range x.Items {
		p := w.Catalogue().Product(it.Product)
		if p == nil {
			return nil, false
		}
		for _, u := range p.Uses {
			units = addUnits(units, Use{QuotaID(u.Resource, x.Partner), u.N}, it.N)
		}
	}
	slices.SortFunc(units, func(a, b Use) int { return cmp.Compare(a.Resource, b.Resource) })
	for _, u := range units {
		if _, known := w.batch.book.quotas[u.Resource]; !known {
			return nil, false
		}
	}
	return units, len(units) > 0
}

func (w *Work) serveOne(s *serving, n *need, grown map[string]bool) error {
	if s.fits(n) {
		made, err := w.offer(n.x)
		if err != nil {
			return err
		}
		if made {
			for _, u := range n.units {
				s.free[u.Resource] -= u.N
			}
			w.pass(s, n, grown)
			return nil
		}
	}
	if n.blocked = w.blocks(n.x); n.blocked {
		w.reserve(s, n, grown)
	}
	s.behind = append(s.behind, n)
	return nil
}

func (s *serving) fits(n *need) bool {
	for _, u := range n.units {
		if s.free[u.Resource] < u.N {
			return false
		}
	}
	return true
}

// blocks reports whether a place may not be passed over (again).
func (w *Work) blocks(x *Wait) bool {
	rule := w.Catalogue().List
	if rule.Order == "strict" {
		return true
	}
	return x.Passed >= cmp.Or(rule.Passes, 3)
}

// kept reports whether units of a quota are the list's now: they came free while
// somebody waited for them. Others are on public sale, and whoever has one of
// those has passed nobody over.
func (w *Work) kept(quota string, grown map[string]bool) bool {
	return grown[quota] || w.At < w.batch.book.quotas[quota].KeptUntil
}

// reserve takes what a blocked place needs out of what later ones are offered,
// while units are kept at all.
func (w *Work) reserve(s *serving, n *need, grown map[string]bool) {
	for _, u := range n.units {
		if w.kept(u.Resource, grown) {
			s.free[u.Resource] = max(0, s.free[u.Resource]-u.N)
		}
	}
}

// pass notes for everybody before a served place whether kept units went that
// they needed: too few are left of a quota from which the later one was given.
func (w *Work) pass(s *serving, served *need, grown map[string]bool) {
	for _, n := range s.behind {
		if n.blocked || compareWaits(n.x, served.x) > 0 || !w.harmed(s, n, served, grown) {
			continue
		}
		n.x = n.x.clone()
		n.x.Passed++
		w.PutWait(n.x)
		if n.blocked = w.blocks(n.x); n.blocked {
			w.reserve(s, n, grown)
		}
	}
}

func (w *Work) harmed(s *serving, n, served *need, grown map[string]bool) bool {
	for _, u := range n.units {
		took := slices.ContainsFunc(served.units, func(v Use) bool { return v.Resource == u.Resource })
		if took && s.free[u.Resource] < u.N && w.kept(u.Resource, grown) {
			return true
		}
	}
	return false
}

// keepUnits sets what only the list may take: as many free units as those who
// still wait want, for the list's priority time after units came free (cases 14,
// 15).
func (w *Work) keepUnits(partner string, s *serving, grown map[string]bool) {
	wanted := map[string]int{}
	for _, n := range s.behind {
		for _, u := range n.units {
			wanted[u.Resource] += u.N
		}
	}
	for _, id := range w.batch.book.order {
		q := w.batch.book.quotas[id]
		if q.Partner != partner || wanted[id] == 0 && q.Kept == 0 {
			continue
		}
		if grown[id] && wanted[id] > 0 {
			w.change(id).KeptUntil = w.At.Add(w.priority())
		}
		if w.At < q.KeptUntil {
			w.KeepForList(id, min(max(0, q.Size-q.Used), wanted[id]))
		} else {
			w.KeepForList(id, 0)
		}
	}
}

func (w *Work) priority() time.Duration {
	return cmp.Or(w.Catalogue().List.Priority.D(), 48*time.Hour)
}

// offer holds what a place on the list wants until the offer ends, and says so
// by mail. Not made: the catalogue does not sell it so any more.
func (w *Work) offer(x *Wait) (made bool, err error) {
	if x.Instead != "" {
		return w.offerInstead(x)
	}
	x = x.clone()
	x.Offers++
	a := Ask{ID: derived("offer " + x.ID + " " + strconv.Itoa(x.Offers)), Lang: x.Lang, Currency: x.Currency, Partner: x.Partner,
		Private: x.Private, Blinds: x.Blinds, By: access.System("list")}
	for _, it := range x.Items {
		a.Wants = append(a.Wants, Want{Product: it.Product, N: it.N, Person: it.Person})
	}
	o, err := w.Draft(&a)
	if err != nil {
		return false, nil
	}
	o.Wait, o.SoftEnd, o.HardEnd = x.ID, w.At.Add(w.offerLife()), w.At.Add(w.offerLife())
	if err := w.Take(o, o.Units(), true); err != nil {
		return false, err
	}
	w.open(o, &a)
	x.State, x.Order = Offered, o.ID
	w.PutWait(x)
	w.batch.offers++
	letter := "list.offer"
	if x.Drawn > 0 && x.Offers == 1 && w.head[drawn] > 0 {
		letter = "draw.won"
	}
	w.waitMail(x, letter, map[string]string{"order": o.ID, "until": o.HardEnd.String()})
	return true, nil
}

func (w *Work) offerLife() time.Duration {
	return cmp.Or(w.Catalogue().List.Offer.D(), 24*time.Hour)
}
