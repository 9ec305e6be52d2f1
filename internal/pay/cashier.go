package pay

import (
	"context"
	"net/http"

	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Card is the method of receipts and refunds that go through a cashier.
const Card = "card"

// Cashier takes card payments on a page of its own and sends them back. What it
// answers is always the provider's state now: nothing is concluded from the order
// in which its messages arrive (case 19). It is safe for concurrent use.
//
// Faults: Unavailable pay.provider when the provider does not answer (the outcome
// is unknown, ask again), Invalid pay.refused when it refuses for good.
type Cashier interface {
	// Start opens a payment of amount for an order and gives the address of the page
	// where it is paid. back is the absolute address of the order's page, to which the
	// payer returns with ?session=… . The caller hands the attempt to Counter.Paying
	// before it sends the payer there; Begin does both.
	Start(ctx context.Context, o *sale.Order, amount money.Amount, back string) (address string, a sale.Attempt, err error)
	// Look asks how a payment stands. Fault NotFound pay.session_unknown.
	Look(ctx context.Context, session string) (Outcome, error)
	// Expire ends an open payment. One that was paid meanwhile stays paid: Look tells.
	Expire(ctx context.Context, session string) error
	// Refund sends a refund owed. state is "sent" (on its way), "done" or "failed".
	// Asked again for the same refund it sends nothing twice.
	Refund(ctx context.Context, o *sale.Order, r sale.Refund) (state string, err error)
	// Event verifies a message of the provider by its signature and says which payment
	// it is about. Faults: Invalid pay.signature for a forged or old one; Unavailable.
	Event(ctx context.Context, header http.Header, body []byte) (Event, error)
	// Real reports whether money moves. Pages say so where it does not.
	Real() bool
}

// The states of a payment at a provider.
const (
	Open    = "open"
	Paid    = "paid"
	Expired = "expired"
)

// Outcome is the provider's state of a payment.
type Outcome struct {
	Session string
	Edition string // as it was started for
	Order   string // id
	State   string // open, paid, expired
	Address string // of the page, while it is open
	Amount  money.Amount
	Receipt string       // the provider's id of the payment, when paid
	At      race.Instant // of the money, when paid
	Backs   []Back       // money that went back
}

// Back is money of a payment that went back: by our refund, by one made on the
// provider's own pages, or by a charge-back (case 17).
type Back struct {
	ID     string // the provider's
	Refund string // id of our refund, "" when it was not ours
	Kind   string // refund, chargeback
	State  string // sent, done, failed
	Amount money.Amount
	At     race.Instant
}

// Event is a verified message of a provider. Session is "" when it concerns no
// payment of ours; there is nothing to do then.
type Event struct {
	ID      string
	Kind    string // the provider's word
	Session string
	Edition string
	Order   string
}

// Orders is what is read of the sale here; sale.Views is one.
type Orders interface {
	Order(ctx context.Context, edition, id string) (*sale.Order, error)
	Orders(ctx context.Context, edition string, f sale.OrderFilter) (page []*sale.Order, more bool, err error)
}
