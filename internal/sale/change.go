package sale

import (
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
)

// Swap moves a runner of a confirmed order to another race in one commit, never
// giving the place up first (case 42). product is the entry of the new race; it
// and the old one are priced by the list the order was sold at: more is due, less
// is refunded by the scale as sold, the voucher's part is reckoned once (case 43).
//
// When the new race is full the order joins its waiting list and keeps what it
// has; the answer is the order as it is, with fault Conflict sale.swap_waits. The
// swap is then made by the commit that frees a place. Other faults: Conflict
// sale.not_confirmed; Invalid sale.person_unknown, sale.swap_product,
// sale.swap_same, sale.currency, entry.too_young.
func (c *Counter) Swap(ctx context.Context, order, person, product string, by access.Actor) (*Order, error) {
	waits := false
	o, err := c.change(ctx, order, nil, func(w *Work, o *Order) (err error) {
		waits, err = w.swapOrWait(o, person, product, by)
		return err
	})
	if err == nil && waits {
		err = fault.New(fault.Conflict, "sale.swap_waits", nil)
	}
	return o, err
}

func (w *Work) swapOrWait(o *Order, person, product string, by access.Actor) (waits bool, err error) {
	err = w.swap(o, person, product, false, by)
	if err == nil {
		return false, w.endSwapWaits(o, person, "")
	}
	if fault.CodeOf(err) != "sale.sold_out" {
		return false, err
	}
	if err := w.listOpen(); err != nil {
		return false, err
	}
	if err := w.waitToSwap(o, person, product, by); err != nil {
		return false, err
	}
	return true, errSame
}

// swapping is a swap thought through, before anything is touched.
type swapping struct {
	item    int // of the old race
	old     *Product
	product *Product
	person  *entry.Person // nil: the item is nobody's by name
	name    string        // id of whom it is for
	each    money.Amount  // of the new race, by the list as sold
	less    money.Amount  // the voucher's part of the old, not positive
	off     money.Amount  // the voucher's part of the new, not positive
}

// swap does it, or leaves everything as it is. list says that units kept for the
// waiting list may be taken.
func (w *Work) swap(o *Order, person, product string, list bool, by access.Actor) error {
	s, err := w.planSwap(o, person, product)
	if err != nil {
		return err
	}
	more, less := between(s.old.Uses, s.product.Uses)
	if err := w.Take(o, more, list); err != nil { // the last step that can fail
		return err
	}
	w.SetConfirmed(o, more)
	w.GiveBack(o, less, Release, by.Account)
	s.rewrite(o)
	w.settleSwap(o, s)
	w.Audit(by, "order.swap", o.Number, map[string]any{"from": s.old.ID, "to": s.product.ID})
	return nil
}

func (w *Work) planSwap(o *Order, person, product string) (*swapping, error) {
	if o.State != Confirmed {
		return nil, fault.New(fault.Conflict, "sale.not_confirmed", nil)
	}
	c := w.Catalogue().as(o.Catalogue)
	s := &swapping{product: c.Product(product), person: o.Person(person), name: person}
	if s.product == nil || s.product.Race == "" || s.product.Hidden && o.Partner == "" {
		return nil, fault.New(fault.Invalid, "sale.swap_product", nil).On("product")
	}
	if s.item = o.raceItem(c, person, s.product.Kind); s.item < 0 {
		return nil, fault.New(fault.Invalid, "sale.person_unknown", fault.Args{"person": short(person)}).On("person")
	}
	if s.old = c.Product(o.Items[s.item].Product); s.old.ID == s.product.ID {
		return nil, fault.New(fault.Invalid, "sale.swap_same", nil).On("product")
	}
	return s, w.priceSwap(c, o, s)
}

// raceItem is the line of an order by which a person runs; -1 if there is none.
// A line that is nobody's by name serves a person without one of its own.
func (o *Order) raceItem(c *Catalogue, person string, kind ProductKind) int {
	found := -1
	for i := range o.Items {
		it := &o.Items[i]
		p := c.Product(it.Product)
		if it.Gone || p == nil || p.Race == "" || p.Kind != kind {
			continue
		}
		if it.Person == person {
			return i
		}
		if who := o.Person(person); found < 0 && it.Person == "" && who != nil && who.Race == p.Race {
			found = i
		}
	}
	return found
}

// priceSwap prices both by the original list and asks the rule whether the person
// may run the new race.
func (w *Work) priceSwap(c *Catalogue, o *Order, s *swapping) error {
	it := &o.Items[s.item]
	q := quote{c: c, at: o.Made, a: &Ask{Private: o.Private}, currency: o.Currency}
	var ok bool
	if s.each, ok = q.price(s.product, q.class(s.name)); !ok {
		return fault.New(fault.Invalid, "sale.currency", fault.Args{"currency": string(o.Currency)}).On("product")
	}
	s.less = o.discountOf(it)
	s.off = newDiscount(c.Voucher(o.Voucher), s)
	if s.person == nil {
		return nil
	}
	p := *s.person
	p.Race = s.product.Race
	return entry.Decide(&w.Catalogue().Entry, &p, w.Catalogue().RaceDate, o.Private.Persons).Fault(o.Lang)
}

// discountOf is one piece's share of what a voucher took off a line.
func (o *Order) discountOf(it *Item) money.Amount {
	sum := money.Of(0, o.Currency)
	for _, c := range o.Charges {
		if c.Kind == "discount" && c.Item == it.Product && c.Person == it.Person {
			sum = sum.Add(c.Amount)
		}
	}
	return sum.Part(1, int64(max(1, it.N)))
}

// newDiscount is what the order's voucher takes off the new race: its percentage
// of the new price; or of a fixed sum what it took off the old one, which was
// split already.
func newDiscount(v *Voucher, s *swapping) money.Amount {
	switch {
	case v == nil || len(v.Products) > 0 && !slices.Contains(v.Products, s.product.ID):
		return money.Of(0, s.each.Currency)
	case v.Percent > 0:
		return s.each.Percent(v.Percent).Neg()
	}
	return money.Min(s.less.Neg(), s.each).Neg()
}

// between is what a change of products takes and what it gives back.
func between(old, now []Use) (more, less []Use) {
	n := map[string]int{}
	for _, u := range now {
		n[u.Resource] += u.N
	}
	for _, u := range old {
		n[u.Resource] -= u.N
	}
	for _, u := range slices.Concat(now, old) {
		switch k := n[u.Resource]; {
		case k > 0:
			more = append(more, Use{u.Resource, k})
		case k < 0:
			less = append(less, Use{u.Resource, -k})
		}
		delete(n, u.Resource)
	}
	return more, less
}

// rewrite puts the new line in the old one's place. The old one stays, marked as
// gone, for whoever reads the order later.
func (s *swapping) rewrite(o *Order) {
	it := o.Items[s.item]
	if it.N > 1 { // one piece of several
		o.Items[s.item].N--
		it.N = 1
		o.Items = append(o.Items, it)
		s.item = len(o.Items) - 1
	}
	o.Items[s.item].Gone = true
	o.Items = append(o.Items, Item{Product: s.product.ID, N: 1, Person: it.Person, Each: s.each, Uses: s.product.Uses})
	if s.person != nil {
		s.person.Race = s.product.Race
	}
}

// settleSwap writes the money of a swap: the old price goes, the new one comes,
// and of what gets cheaper the house keeps what the scale as sold keeps.
func (w *Work) settleSwap(o *Order, s *swapping) {
	old := o.Items[s.item]
	charges := []Charge{
		{Kind: "cancelled", Item: old.Product, Amount: old.Each.Neg()},
		{Kind: "discount", Item: old.Product, Amount: s.less.Neg()},
		{Kind: "item", Item: s.product.ID, Amount: s.each},
		{Kind: "discount", Item: s.product.ID, Amount: s.off},
	}
	cheaper := old.Each.Add(s.less).Sub(s.each.Add(s.off))
	if kept := cheaper.Sub(cheaper.Percent(w.percent(o, ByBuyer, w.At))); kept.Minor > 0 {
		charges = append(charges, Charge{Kind: "fee", Item: "swap", Amount: kept})
	}
	w.chargeAll(o, old.Person, charges)
	w.afterChange(o, "swap")
	w.mail(o, "order.changed", o.turn(), map[string]string{"from": old.Product, "to": s.product.ID})
}

// chargeAll adds those charges that are not nothing.
func (w *Work) chargeAll(o *Order, person string, charges []Charge) {
	for _, c := range charges {
		if !c.Amount.Zero() {
			c.At, c.Person = w.At, person
			w.charge(o, c)
		}
	}
}

// waitToSwap puts the order on the list of the race it wants, once. The wish is
// one of a confirmed order: it holds nothing and gives nothing up (case 42).
func (w *Work) waitToSwap(o *Order, person, product string, by access.Actor) error {
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	id := swapWait(o, person, product)
	if slices.ContainsFunc(ws, func(x *Wait) bool { return x.ID == id && x.State == Waiting }) {
		return nil
	}
	x := &Wait{ID: id, Made: w.At, State: Waiting, Lang: o.Lang, Items: []Item{{Product: product, N: 1, Person: person}}, Party: 1,
		Partner: o.Partner, Currency: o.Currency, Instead: o.ID, Private: Private{Email: o.Private.Email}}
	w.PutWait(x)
	w.waitMail(x, "list.joined", nil)
	w.Audit(by, "order.swap_waits", o.Number, map[string]any{"to": product})
	return nil
}

func swapWait(o *Order, person, product string) string {
	return derived("swap " + o.ID + " " + person + " " + product)
}

// endSwapWaits takes the other wishes of a person who has swapped off the list:
// the last one counted.
func (w *Work) endSwapWaits(o *Order, person, but string) error {
	ws, err := w.Waits()
	if err != nil {
		return err
	}
	for _, x := range ws {
		if x.Instead == o.ID && x.ID != but && x.State == Waiting && x.wantsFor(person) {
			x = x.clone()
			x.State = Left
			w.PutWait(x)
		}
	}
	return nil
}

func (x *Wait) wantsFor(person string) bool {
	return slices.ContainsFunc(x.Items, func(it Item) bool { return it.Person == person })
}

// offerInstead serves a place that waits to change its race: the swap is made in
// this commit, and the old place is given up only by it (case 42). A wish that
// cannot be granted any more is taken off the list.
func (w *Work) offerInstead(x *Wait) (made bool, err error) {
	x, err = w.waitFor(x.ID)
	if fault.KindOf(err) == fault.NotFound || err == nil && x.State != Waiting {
		return false, nil // granted or withdrawn in this very commit
	}
	if err != nil {
		return false, err
	}
	switch err := w.swapFor(x); {
	case err == nil:
		x.State = Served
	case fault.CodeOf(err) == "sale.sold_out":
		return false, nil
	case fault.KindOf(err) == fault.Internal:
		return false, err
	default:
		x.State = Left
	}
	w.PutWait(x)
	w.swaps++ // the place it leaves, or no longer waits for, is somebody else's
	return x.State == Served, nil
}

// swapFor makes the swap a place on the list waits for.
func (w *Work) swapFor(x *Wait) error {
	o, err := w.Order(x.Instead)
	if err != nil {
		return err
	}
	if len(x.Items) != 1 {
		return fault.New(fault.Invalid, "sale.swap_product", nil)
	}
	if err := w.swap(o, x.Items[0].Person, x.Items[0].Product, true, access.Actor{}); err != nil {
		return err
	}
	return w.endSwapWaits(o, x.Items[0].Person, x.ID)
}
