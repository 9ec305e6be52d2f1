package sale

import "stadion/internal/money"

// share says who of an order's persons each tour and race place is for, where
// they were bought before the persons were known: in the order of the persons,
// a race place only to somebody who is to run that race. From then on a person
// can be taken out with what was paid for them. Nothing of the sum changes.
func (w *Work) share(o *Order) {
	type taken struct {
		person string
		entry  bool
	}
	has, left := map[taken]bool{}, map[string]int{} // left: units of a product that are nobody's yet
	for _, it := range o.Items {
		p := w.Catalogue().Product(it.Product)
		switch {
		case p == nil || it.Gone:
		case it.Person == "":
			left[it.Product] += it.N
		default:
			has[taken{it.Person, p.Kind == Entry}] = true
		}
	}
	items := make([]Item, 0, len(o.Items))
	for _, it := range o.Items {
		p := w.Catalogue().Product(it.Product)
		if p == nil || !single(p) || it.Person != "" || it.Gone {
			items = append(items, it)
			continue
		}
		for i := range o.Private.Persons {
			x, k := &o.Private.Persons[i], taken{o.Private.Persons[i].ID, p.Kind == Entry}
			if it.N == 0 || has[k] || p.Kind == Entry && x.Race != p.Race {
				continue
			}
			has[k] = true
			w.shareCharges(o, it.Product, left[it.Product], x.ID)
			left[it.Product]--
			one := it
			one.N, one.Person = 1, x.ID
			items = append(items, one)
			it.N--
		}
		if it.N > 0 {
			items = append(items, it)
		}
	}
	o.Items = items
}

// shareCharges moves what one of the n units of a product costs, its discount
// with it, to a person. What stands on papers and in the ledger is not changed
// but followed by its move.
func (w *Work) shareCharges(o *Order, product string, n int, person string) {
	for _, kind := range []string{"item", "discount"} {
		sum := money.Of(0, o.Currency)
		at := -1
		for i, c := range o.Charges {
			if c.Kind == kind && c.Item == product && c.Person == "" {
				if sum = sum.Add(c.Amount); at < 0 {
					at = i
				}
			}
		}
		part := sum.Part(1, int64(n))
		if at < 0 || part.Zero() {
			continue
		}
		theirs := Charge{At: w.At, Kind: kind, Item: product, Person: person, Amount: part}
		if o.State == Confirmed {
			w.charge(o, Charge{At: w.At, Kind: kind, Item: product, Amount: part.Neg()}, theirs)
			continue
		}
		if o.Charges[at].Amount = o.Charges[at].Amount.Sub(part); o.Charges[at].Amount.Zero() {
			o.Charges[at] = theirs
			continue
		}
		o.Charges = append(o.Charges, theirs)
	}
}
