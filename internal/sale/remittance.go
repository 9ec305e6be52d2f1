package sale

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Remittance is money that a statement of the house's bank shows. Payer and Text are
// personal: they are sealed where they are kept and never logged.
type Remittance struct {
	ID        string // the same whenever the same line is read again; the receipt's id too
	At        race.Instant
	Amount    money.Amount // negative when the bank took it back
	Payer     string
	Reference string // as the payer's form had it, without spaces; "" = none
	Text      string
	State     string // RemittanceOpen …
	Order     string // id of whose it is, when assigned
}

// The states of a remittance of which nothing on it said whose it is.
const (
	RemittanceOpen     = "open"
	RemittanceAssigned = "assigned"
	RemittanceNotOurs  = "not_ours" // it pays for something else
)

// Remittances keeps bank transfers until somebody says whose they are. Whoever keeps a
// sale keeps them too: ask the Views of a sale whether they are Remittances.
type Remittances interface {
	// Remittances are those of an edition in a state ("" = all), the oldest first.
	Remittances(ctx context.Context, edition, state string) ([]Remittance, error)
	// Remittance finds one. Fault NotFound sale.remittance_unknown.
	Remittance(ctx context.Context, edition, id string) (Remittance, error)
	// KeepRemittances keeps those that are new as open; those known by their id stay as
	// they are. It says how many were new.
	KeepRemittances(ctx context.Context, by access.Actor, edition string, ts []Remittance) (int, error)
	// EndRemittance says what became of one: assigned to an order, or not ours. Fault
	// Conflict sale.remittance_ended when it is not open any more.
	EndRemittance(ctx context.Context, by access.Actor, edition, id, state, order string) error
}
