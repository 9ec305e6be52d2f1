package sale

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Ask is what a buyer wants. Prices are never part of it: they are the
// catalogue's.
type Ask struct {
	ID       string         // of the order to be: 26 random characters, made by the caller
	Key      string         // client-made idempotency key, "" = none
	Body     string         // digest of what was asked under the key
	By       access.Actor   // who sells; nobody = the buyer
	Partner  string         // whose allocation; "" = public
	Lang     string         // of the buyer
	Currency money.Currency // "" = the catalogue's first
	Wants    []Want
	Voucher  string
	Policy   GroupPolicy
	Bank     bool // will pay by transfer
	Private  Private
	Blinds   []string // blind indexes of the payer's e-mail and the documents, made by the caller
	Early    bool     // the office may sell before the opening
}

// Want is so many of a product, for a person of the order ("" = for the order).
type Want struct {
	Product string `json:"product"`
	N       int    `json:"quantity"`
	Person  string `json:"person,omitempty"`
}

// Quote prices what is wanted as the catalogue stands at an instant: items with
// frozen prices, and the charges they make. Faults: Invalid sale.product_unknown,
// sale.quantity, sale.currency, sale.voucher, sale.persons, sale.needs.
func Quote(c *Catalogue, at race.Instant, a Ask) ([]Item, []Charge, error) {
	return nil, nil, unbuilt
}

// unbuilt is what a verb answers that is not built yet.
var unbuilt = fault.New(fault.Unavailable, "sale.unbuilt", nil)

// Hold takes units for a buyer, all or nothing, until the hold ends. The same key
// and body again give the same order (case 1); another body is a Conflict
// sale.key_reused. A live order of the same payer is given back instead of a
// second one when the catalogue's limit says so: Conflict sale.order_live with
// its id (case 2).
func (c *Counter) Hold(ctx context.Context, a Ask) (*Order, error) { return nil, unbuilt }

// Paying says that a payment was started at a provider: the hold is extended,
// once (case 7).
func (c *Counter) Paying(ctx context.Context, order string, a Attempt) (*Order, error) {
	return nil, unbuilt
}

// Receive records money that came in, each receipt once (cases 7-9, 17-19). A
// held order is confirmed when the deposit or all is there; money after the hard
// end takes the units again if they are free, and is owed back in full if not
// (case 8).
func (c *Counter) Receive(ctx context.Context, order string, r Receipt, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// PaymentEnded says how a started payment ended without money: "expired".
func (c *Counter) PaymentEnded(ctx context.Context, order, session, state string) (*Order, error) {
	return nil, unbuilt
}

// Cancel gives the units back. It moves no money: what is owed back by the scale
// as sold is written as refunds owed, and sent by Refund's verbs (cases 15, 46).
// why is "buyer", "visa", "edition", "seller".
func (c *Counter) Cancel(ctx context.Context, order, why string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// CancelPerson takes one person out of an order (cases 27, 28).
func (c *Counter) CancelPerson(ctx context.Context, order, person, why string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Owe writes a refund beyond the scale, by the desk's decision. Fault Invalid
// sale.refund_too_much: more than was received in that currency.
func (c *Counter) Owe(ctx context.Context, order, id string, amount money.Amount, why string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Refunded says what became of a refund: "sent", "done", "failed" (case 16).
func (c *Counter) Refunded(ctx context.Context, order, refund, state string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// Name sets the personal data of an order: payer and persons. Who runs does not
// change by it: that is Transfer.
func (c *Counter) Name(ctx context.Context, order string, p Private, blinds []string, by access.Actor) (*Order, error) {
	return nil, unbuilt
}

// TaskDone closes the n-th task of an order.
func (c *Counter) TaskDone(ctx context.Context, order string, n int, by access.Actor) (*Order, error) {
	return nil, unbuilt
}
