package sale

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Transfer is money that a statement of the house's bank shows. Payer and Text are
// personal: they are sealed where they are kept and never logged.
type Transfer struct {
	ID        string // the same whenever the same line is read again; the receipt's id too
	At        race.Instant
	Amount    money.Amount // negative when the bank took it back
	Payer     string
	Reference string // as the payer's form had it, without spaces; "" = none
	Text      string
	State     string // TransferOpen …
	Order     string // id of whose it is, when assigned
}

// The states of a transfer that nothing on it said whose it is.
const (
	TransferOpen     = "open"
	TransferAssigned = "assigned"
	TransferNotOurs  = "not_ours" // it pays for something else
)

// Transfers keeps transfers until somebody says whose they are. Whoever keeps a
// sale keeps them too: ask the Views of a sale whether they are Transfers.
type Transfers interface {
	// Transfers are those of an edition in a state ("" = all), the oldest first.
	Transfers(ctx context.Context, edition, state string) ([]Transfer, error)
	// Transfer finds one. Fault NotFound sale.transfer_unknown.
	Transfer(ctx context.Context, edition, id string) (Transfer, error)
	// KeepTransfers keeps those that are new as open; those known by their id stay as
	// they are. It says how many were new.
	KeepTransfers(ctx context.Context, by access.Actor, edition string, ts []Transfer) (int, error)
	// EndTransfer says what became of one: assigned to an order, or not ours. Fault
	// Conflict sale.transfer_ended when it is not open any more.
	EndTransfer(ctx context.Context, by access.Actor, edition, id, state, order string) error
}
