package sale

import (
	"stadion/internal/money"
	"stadion/internal/race"
)

// Offer is what something would cost: the answer of Quote with what confirms the
// order and until when the rest is due.
type Offer struct {
	Items     []Item
	Charges   []Charge
	Deposit   money.Amount // zero = all at once
	BalanceBy race.Instant
}

// OfferOf prices what is wanted as Quote does, with Quote's faults.
func OfferOf(c *Catalogue, at race.Instant, a Ask) (Offer, error) {
	q := quote{c: c, at: at, a: &a}
	if err := q.run(); err != nil {
		return Offer{}, err
	}
	o := Offer{Items: q.items, Charges: q.charges}
	o.Deposit, o.BalanceBy = q.deposit()
	return o, nil
}
