package sale

import (
	"context"

	"stadion/internal/race"
)

// Views is the reading side of a sale: pages, exports and reports. It never
// waits for commits. What is shown may be a moment old; what is decided never is.
type Views interface {
	// Head is the state of the sale. Quotas count holds that have ended as free
	// (by predicate), so Free is what a buyer would find. Fault NotFound
	// sale.none if the edition has no sale.
	Head(ctx context.Context, edition string) (Head, error)
	// Order finds an order. Fault NotFound sale.order_unknown.
	Order(ctx context.Context, edition, id string) (*Order, error)
	// Orders are the orders chosen, the latest first; more says whether a further
	// page follows.
	Orders(ctx context.Context, edition string, f OrderFilter) (page []*Order, more bool, err error)
	// Counts are orders by state, units and money: the figures of the board.
	Counts(ctx context.Context, edition string) (Counts, error)
	// Lines are the ledger of units after a line, in order.
	Lines(ctx context.Context, edition string, after int64, limit int) ([]Line, error)
	// Postings are the ledger of money of an order, of everything if order is "".
	Postings(ctx context.Context, edition, order string) ([]Posting, error)
	// Waits is the waiting list in its order; all includes those that are done.
	Waits(ctx context.Context, edition string, all bool) ([]*Wait, error)
	// Queue is who waits for units on the public list, in its order, without anything
	// personal: cheap to ask for, for many look at their place.
	Queue(ctx context.Context, edition string) ([]*Wait, error)
	// Wait finds a place on the list. Fault NotFound sale.wait_unknown.
	Wait(ctx context.Context, edition, id string) (*Wait, error)
	// Mails are the messages of an order in the outbox, the latest first.
	Mails(ctx context.Context, edition, order string) ([]SentMail, error)
}

// OrderFilter chooses orders; empty fields choose all.
type OrderFilter struct {
	State    State
	Partner  string // "-" = the public's
	Search   string // a number, a reference, an e-mail (exact) or an order's id
	Blind    string // of Search, made by the caller who has the key
	Tasks    bool   // with something to look at
	Owing    bool   // with refunds owed or failed
	Paying   bool   // with a payment whose end is not known (an open Attempt), whatever the order's state
	Before   race.Instant
	BeforeID string
	Limit    int // 50 if 0
}

// Counts are the figures of the board.
type Counts struct {
	Orders map[State]int
	Open   int // live orders that are not paid in full
	Tasks  int
	Owed   int // refunds owed
	Waits  int
}

// SentMail is a message of the outbox and how it fares.
type SentMail struct {
	Mail
	Made  race.Instant
	Sent  race.Instant // 0 = not yet
	Tries int
	Error string // of the last try, without personal data
}
