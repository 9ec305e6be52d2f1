package sale

import (
	"time"

	"stadion/internal/race"
)

// defaultKeepYears is how long invoices are kept where the catalogue says nothing.
const defaultKeepYears = 10

// Remainder is something that stays after a person asked to be forgotten, and
// why. Its sentence is "sale.remains." + What, with Until as {until}.
type Remainder struct {
	What     string
	Personal bool         // tells of a person; the others are numbers alone
	Until    race.Instant // 0 = for good
}

// What stays, and why: the words of Remainder.What.
const (
	RemainsOrder   = "order"   // units are held or sold: cancel first, a journey needs its names
	RemainsMoney   = "money"   // money is owed back: where it goes must be known until it is gone
	RemainsInvoice = "invoice" // name and address on papers, for as long as the law says
	RemainsLedger  = "ledger"  // amounts and units by the order's number
	RemainsAudit   = "audit"   // that something was done and by whom at the desk
)

// Erasable reports whether the key of an order's personal data may be destroyed
// now: nothing is held or sold by it and no money is on its way (case 54).
func Erasable(o *Order, at race.Instant) bool {
	return !o.Live(at) && !o.openMoney()
}

// Remains says what stays of an order's data when everything is erased that may
// be, at an instant, in the order in which a reader should hear of it (case 54).
// What it does not name is destroyed at once: persons, documents, birth dates,
// e-mail, messages, and by what the order is found.
func Remains(o *Order, c *Catalogue, at race.Instant) []Remainder {
	var out []Remainder
	if o.Live(at) {
		out = append(out, Remainder{What: RemainsOrder, Personal: true})
	}
	if o.openMoney() {
		out = append(out, Remainder{What: RemainsMoney, Personal: true})
	}
	if until := KeptUntil(o, c); until > at {
		out = append(out, Remainder{What: RemainsInvoice, Personal: true, Until: until})
	}
	if len(o.Receipts)+len(o.Papers) > 0 || o.State != Held {
		out = append(out, Remainder{What: RemainsLedger})
	}
	return append(out, Remainder{What: RemainsAudit})
}

// KeptUntil is when the last of an order's papers may go: the end of its calendar
// year in the sale's zone and the years of the law after it. 0 = no papers, and
// nothing is kept of the payer.
func KeptUntil(o *Order, c *Catalogue) race.Instant {
	var last race.Instant
	for _, p := range o.Papers {
		last = max(last, p.At)
	}
	if last == 0 {
		return 0
	}
	years := c.Seller.KeepYears
	if years <= 0 {
		years = defaultKeepYears
	}
	return race.At(time.Date(last.In(c.Location()).Year()+years+1, time.January, 1, 0, 0, 0, 0, c.Location()))
}

// openMoney reports whether money has still to go back, or may still come in.
func (o *Order) openMoney() bool {
	for _, r := range o.Refunds {
		if r.State != RefundDone {
			return true
		}
	}
	for _, p := range o.Payments {
		if p.State == AttemptOpen {
			return true
		}
	}
	return false
}
