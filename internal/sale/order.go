package sale

import (
	"slices"
	"strings"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
)

// State is how an order's units stand. What was paid and what the host said are
// told apart from it (case 30).
type State string

// The states of an order.
const (
	Held      State = "held"      // units are kept until HardEnd
	Confirmed State = "confirmed" // units are sold; a deposit may be all that was paid
	Expired   State = "expired"   // the hold ended; the units are free
	Cancelled State = "cancelled" // units are free; what is owed back is in the ledger
)

// Order is held or sold units of one buyer, with everything agreed on. It is a
// document: verbs change a copy, and the store keeps it whole when the commit
// stands. Private is sealed where it is kept.
type Order struct {
	ID        string       `json:"id"`     // 26 random characters: who knows it may see the order
	Number    string       `json:"number"` // said on the telephone: "PYM25-0042"
	Edition   string       `json:"edition"`
	Catalogue int          `json:"catalogue"` // version it was priced by
	Terms     Terms        `json:"terms"`     // as sold
	State     State        `json:"state"`
	Partner   string       `json:"partner,omitempty"` // whose allocation it is taken from; "" = public
	Lang      string       `json:"lang"`              // of the buyer
	Made      race.Instant `json:"made"`
	SoftEnd   race.Instant `json:"soft_end,omitempty"` // of a hold, as shown
	HardEnd   race.Instant `json:"hard_end,omitempty"` // of a hold, as kept
	Told      race.Instant `json:"told,omitempty"`     // the soft end first told, once paying has moved it: a repeated answer says the same
	Extended  bool         `json:"extended,omitempty"` // paying has extended it once
	Bank      bool         `json:"bank,omitempty"`     // held for a bank transfer
	Wait      string       `json:"wait,omitempty"`     // the place on the waiting list whose offer it is

	Currency money.Currency `json:"currency"`
	Items    []Item         `json:"items"`
	Voucher  string         `json:"voucher,omitempty"`
	Policy   GroupPolicy    `json:"policy,omitempty"` // of a group whose approval is mixed (case 27)

	Deposit   money.Amount `json:"deposit,omitzero"`    // confirms the order; zero = all that is due
	BalanceBy race.Instant `json:"balance_by,omitzero"` // until when the rest is to be paid; 0 = with the deposit
	Reminded  race.Instant `json:"reminded,omitzero"`   // of the balance, by a letter

	Charges  []Charge  `json:"charges"`            // what it costs; the sum is what is owed in all; only ever appended to
	Receipts []Receipt `json:"receipts,omitempty"` // what came in, each once
	Refunds  []Refund  `json:"refunds,omitempty"`
	Papers   []Paper   `json:"papers,omitempty"`   // invoices and credit notes
	People   []Status  `json:"people,omitempty"`   // of each person: approval, and whether still in
	Tasks    []Task    `json:"tasks,omitempty"`    // what a person at the desk should look at
	Payments []Attempt `json:"payments,omitempty"` // started at a provider, to be asked about

	Cancelled race.Instant `json:"cancelled,omitempty"`
	CancelWhy string       `json:"cancel_why,omitempty"` // a word: "buyer", "edition", "visa", "expired_paid"
	Reference string       `json:"reference,omitempty"`  // ISO 11649, for transfers

	Private Private `json:"-"`
	Version int     `json:"version"` // grows with every commit that changed it
}

// Private is the personal data of an order.
type Private struct {
	Email   string         `json:"email"`
	Name    string         `json:"name,omitempty"` // of the payer, on the invoice
	Address string         `json:"address,omitempty"`
	Persons []entry.Person `json:"persons,omitempty"`
}

// Item is one line of an order with the price it was sold at.
type Item struct {
	Product string       `json:"product"`
	N       int          `json:"n"`
	Person  string       `json:"person,omitempty"` // id of whom it is for
	Each    money.Amount `json:"each"`             // frozen
	Uses    []Use        `json:"uses,omitempty"`   // of one
	Gone    bool         `json:"gone,omitempty"`   // swapped or cancelled; its units were given back
}

// Charge is something to be paid, or less to be paid (a discount is negative).
type Charge struct {
	At     race.Instant `json:"at"`
	Kind   string       `json:"kind"`           // item, discount, fee, waived, cancelled
	Item   string       `json:"item,omitempty"` // product
	Person string       `json:"person,omitempty"`
	Amount money.Amount `json:"amount"`
}

// Receipt is money that came in. ID is the payer's side's own: a provider's
// payment, a line of a bank statement. A negative amount is money that was taken
// back without a refund of ours: a charge-back, a refund made on the provider's
// own pages (case 17).
type Receipt struct {
	ID     string       `json:"id"`
	Method string       `json:"method"` // card, bank, cash, partner, credit
	At     race.Instant `json:"at"`
	Amount money.Amount `json:"amount"`
}

// Refund is money that goes back, in the currency in which it came (case 48).
type Refund struct {
	ID      string       `json:"id"`
	Receipt string       `json:"receipt"` // out of which
	Method  string       `json:"method"`
	At      race.Instant `json:"at"` // asked for
	Amount  money.Amount `json:"amount"`
	State   string       `json:"state"`           // owed, sent, done, failed: RefundOwed …
	Tries   int          `json:"tries,omitempty"` // that failed
	Tried   race.Instant `json:"tried,omitzero"`  // when it failed last
	Why     string       `json:"why,omitempty"`
}

// The states of a refund. A failed one is still owed.
const (
	RefundOwed   = "owed"
	RefundSent   = "sent"
	RefundDone   = "done"
	RefundFailed = "failed"
)

// Paper is an invoice or a credit note: numbered without gaps, never changed.
type Paper struct {
	Number string       `json:"number"`
	Kind   string       `json:"kind"` // invoice, credit_note
	At     race.Instant `json:"at"`
	Amount money.Amount `json:"amount"`
	Lines  []Charge     `json:"lines"`
}

// Status is what the desk knows of a person apart from personal data.
type Status struct {
	Person   string         `json:"person"`
	Approval entry.Approval `json:"approval,omitempty"`
	Rule     string         `json:"rule,omitempty"` // version of the rule by which eligibility was decided
	Out      bool           `json:"out,omitempty"`  // cancelled or transferred away
}

// Attempt is a payment that was started and whose end has to be learnt.
type Attempt struct {
	Session string       `json:"session"`
	Method  string       `json:"method"`
	At      race.Instant `json:"at"`
	Amount  money.Amount `json:"amount"`
	State   string       `json:"state"` // open, paid, expired
}

// Task is something a person should look at.
type Task struct {
	Code string            `json:"code"` // its sentence is "sale.task." + code
	At   race.Instant      `json:"at"`
	Args map[string]string `json:"args,omitempty"`
	Done bool              `json:"done,omitempty"`
}

// GroupPolicy says what happens when only some of a group are approved.
type GroupPolicy string

// The policies of a group.
const (
	ApprovedOnes GroupPolicy = ""    // those approved travel
	AllOrNone    GroupPolicy = "all" // nobody travels unless all do
)

// Due is what is to be paid in all.
func (o *Order) Due() money.Amount {
	sum := money.Of(0, o.Currency)
	for _, c := range o.Charges {
		sum = sum.Add(c.Amount)
	}
	return sum
}

// Paid is what came in less what was sent back. Refunds that failed or are
// still owed have not gone.
func (o *Order) Paid() money.Amount {
	sum := money.Of(0, o.Currency)
	for _, r := range o.Receipts {
		if r.Amount.Same(sum) {
			sum = sum.Add(r.Amount)
		}
	}
	for _, r := range o.Refunds {
		if r.Amount.Same(sum) && (r.State == RefundSent || r.State == RefundDone) {
			sum = sum.Sub(r.Amount)
		}
	}
	return sum
}

// Open is what is still to be paid; negative when too much was.
func (o *Order) Open() money.Amount { return o.Due().Sub(o.Paid()) }

// Live reports whether the order has units: sold, or held and not past the end.
func (o *Order) Live(at race.Instant) bool {
	return o.State == Confirmed || o.State == Held && at < o.HardEnd
}

// Units is what the order takes of each resource, sorted by resource.
func (o *Order) Units() []Use {
	out := make([]Use, 0, 8)
	for _, it := range o.Items {
		if it.Gone {
			continue
		}
		for _, u := range it.Uses {
			out = addUnits(out, u, it.N)
		}
	}
	slices.SortFunc(out, func(a, b Use) int { return strings.Compare(a.Resource, b.Resource) })
	return out
}

// addUnits adds n times a use to units, in which each resource stands once.
func addUnits(units []Use, u Use, n int) []Use {
	for i := range units {
		if units[i].Resource == u.Resource {
			units[i].N += u.N * n
			return units
		}
	}
	return append(units, Use{u.Resource, u.N * n})
}

// Person finds a person of the order, nil if there is none.
func (o *Order) Person(id string) *entry.Person {
	for i := range o.Private.Persons {
		if o.Private.Persons[i].ID == id {
			return &o.Private.Persons[i]
		}
	}
	return nil
}

// Status finds what the desk knows of a person, made if it is not there.
func (o *Order) Status(id string) *Status {
	for i := range o.People {
		if o.People[i].Person == id {
			return &o.People[i]
		}
	}
	o.People = append(o.People, Status{Person: id})
	return &o.People[len(o.People)-1]
}

// Clone is a copy that shares nothing.
func (o *Order) Clone() *Order {
	c := *o
	c.Items = slices.Clone(o.Items)
	c.Charges = slices.Clone(o.Charges)
	c.Receipts = slices.Clone(o.Receipts)
	c.Refunds = slices.Clone(o.Refunds)
	c.Papers = slices.Clone(o.Papers)
	c.People = slices.Clone(o.People)
	c.Tasks = slices.Clone(o.Tasks)
	c.Payments = slices.Clone(o.Payments)
	c.Private.Persons = slices.Clone(o.Private.Persons)
	return &c
}
