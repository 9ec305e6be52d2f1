// Package sale sells what is scarce: race places, seats, beds, group slots. Its
// promise is that nothing is ever sold twice: units change hands only in one
// serialised commit per edition, under a constraint of the database.
//
// The package is pure. A verb (Hold, Pay, Cancel, …) is a function over a Work,
// which is what one commit may look at and change; package store runs Works and
// writes what they changed. DESIGN.md tells the whole way.
package sale

import (
	"maps"
	"slices"
	"sync"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Text is a sentence of the organiser in several languages: "en", "ko", "zh",
// "de". Read it with In.
type Text map[string]string

// In is the text in a language, else in English, else in any, "" if there is none.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	if s := t["en"]; s != "" {
		return s
	}
	for _, k := range []string{"de", "ko", "zh"} {
		if s := t[k]; s != "" {
			return s
		}
	}
	return ""
}

// Mode is who gets the places when more want them than there are.
type Mode string

// The modes.
const (
	FirstCome   Mode = "first_come"
	WaitingRoom Mode = "waiting_room" // the early are shuffled, the later queue in order
	Draw        Mode = "draw"
)

// Catalogue is the sale of an edition as the organiser wrote it: what there is,
// at what price, under which terms. It comes from a TOML file (formats in
// docs/operate/sale.md); every change makes a new Version, and an order keeps
// the version under which it was made.
type Catalogue struct {
	Edition string `toml:"-" json:"edition"`
	Version int    `toml:"-" json:"version"`

	// Opens and Closes are wall times in Zone ("2026-11-30T12:00"): what is kept
	// is what the organiser announced, the instant is computed (cases 23, 24).
	Opens  string `toml:"opens" json:"opens"`
	Closes string `toml:"closes" json:"closes,omitempty"`
	Zone   string `toml:"zone" json:"zone"`
	Mode   Mode   `toml:"mode" json:"mode"`

	Currencies []money.Currency `toml:"currencies" json:"currencies"` // the first is the house's
	RaceDate   string           `toml:"race_date" json:"race_date"`   // YYYY-MM-DD in Zone: refunds count back from it

	Hold       HoldRule     `toml:"hold" json:"hold"`
	Limit      Limit        `toml:"limit" json:"limit"`
	Room       RoomRule     `toml:"room" json:"room"`
	Draw       DrawRule     `toml:"draw" json:"draw"`
	List       ListRule     `toml:"list" json:"list"`
	Resources  []Resource   `toml:"resource" json:"resources"`
	Departures []Departure  `toml:"departure" json:"departures,omitempty"`
	Products   []Product    `toml:"product" json:"products"`
	Partners   []Partner    `toml:"partner" json:"partners,omitempty"`
	Vouchers   []Voucher    `toml:"voucher" json:"vouchers,omitempty"`
	Terms      Terms        `toml:"terms" json:"terms"`
	Entry      entry.Rule   `toml:"entry" json:"entry"`
	Bank       *BankAccount `toml:"bank" json:"bank,omitempty"` // nil = no transfers
	Seller     Seller       `toml:"seller" json:"seller"`

	// Earlier are the price lists before this one, the oldest first: a change of
	// an order is priced by the list it was sold at (case 43). SetCatalogue keeps
	// them.
	Earlier []PriceList `toml:"-" json:"earlier,omitempty"`
}

// PriceList is what everything cost up to a version of the catalogue.
type PriceList struct {
	Version int                `json:"version"` // the last one it held for
	Prices  map[string][]Price `json:"prices"`  // by product
}

// Duration is a time.Duration written "15m" in files.
type Duration = race.Duration

// HoldRule says how long units are kept for somebody who is paying. The soft end
// is shown; the hard end is when the units are free again (case 7).
type HoldRule struct {
	Soft     Duration `toml:"soft" json:"soft"`           // default 15m
	Grace    Duration `toml:"grace" json:"grace"`         // hard end after the soft end; default 2m
	Paying   Duration `toml:"paying" json:"paying"`       // starting to pay extends once to this long from then; default 30m
	Bank     Duration `toml:"bank" json:"bank"`           // for bank transfers; default 120h
	BankPart int      `toml:"bank_part" json:"bank_part"` // percent of a quota that bank holds may take; default 20 (case 10)
}

// Limit bounds what one order and one person may take.
type Limit struct {
	Persons int `toml:"persons" json:"persons"` // of an order; default 6
	Orders  int `toml:"orders" json:"orders"`   // live orders of one payer (same e-mail); default 1
}

// RoomRule is the waiting room's: when it opens before the sale, how many are
// let in a minute, how long an admission lasts.
type RoomRule struct {
	Before Duration `toml:"before" json:"before"` // default 1h
	Pace   int      `toml:"pace" json:"pace"`     // admissions a minute; default 120
	Stay   Duration `toml:"stay" json:"stay"`     // life of an admission; default 10m
	// Commitment is the SHA-256 of the seed of the shuffle, hexadecimal, published
	// before the room opens; the seed itself is published after.
	Commitment string `toml:"-" json:"commitment,omitempty"`
}

// DrawRule is the draw's: until when applications are taken, how many places go
// out by it.
type DrawRule struct {
	Closes     string `toml:"closes" json:"closes,omitempty"` // wall time in the sale's zone
	Weight     string `toml:"weight" json:"weight,omitempty"` // chances of a group: "" = one, "persons" = one for each person
	Public     Text   `toml:"public" json:"public,omitempty"` // the public random source that takes part, in words; "" = none
	Commitment string `toml:"-" json:"commitment,omitempty"`
}

// ListRule is the waiting list's.
type ListRule struct {
	Offer    Duration `toml:"offer" json:"offer"`       // life of an offer; default 24h
	Order    string   `toml:"order" json:"order"`       // "strict" or "fit"; default "fit" (case 26)
	Passes   int      `toml:"passes" json:"passes"`     // how often a group may be passed over when "fit"; default 3
	Lapsed   string   `toml:"lapsed" json:"lapsed"`     // a lapsed offer goes to the "end" or keeps its "place"; default "end" (case 25)
	Priority Duration `toml:"priority" json:"priority"` // how long raised quotas serve the list alone; default 48h (case 14)
}

// Resource is something scarce of which there is a number.
type Resource struct {
	ID   string `toml:"id" json:"id"`
	Kind string `toml:"kind" json:"kind"` // race_place, seat, bed, group_slot, other
	Name Text   `toml:"name" json:"name"`
	Size int    `toml:"size" json:"size"` // all units, those of partners included
	Race string `toml:"race" json:"race,omitempty"`
}

// Departure is one date and city from which a tour leaves.
type Departure struct {
	ID      string `toml:"id" json:"id"`
	Name    Text   `toml:"name" json:"name"`
	From    string `toml:"from" json:"from"`
	Leaves  string `toml:"leaves" json:"leaves"`   // YYYY-MM-DD
	Returns string `toml:"returns" json:"returns"` // YYYY-MM-DD
}

// ProductKind says what a product is for.
type ProductKind string

// The kinds of products.
const (
	Package    ProductKind = "package"    // a person's journey on a departure, with a bed and, for runners, a race place
	Entry      ProductKind = "entry"      // a race place alone, or the race of a package
	Supplement ProductKind = "supplement" // a single room and the like
	AddOn      ProductKind = "add_on"
	Companion  ProductKind = "companion" // a package without a race
	Donation   ProductKind = "donation"  // any amount, or so much each
)

// Product is what can be bought. One of it takes Uses of resources, all or
// nothing.
type Product struct {
	ID        string      `toml:"id" json:"id"`
	Kind      ProductKind `toml:"kind" json:"kind"`
	Name      Text        `toml:"name" json:"name"`
	Note      Text        `toml:"note" json:"note,omitempty"`
	Departure string      `toml:"departure" json:"departure,omitempty"`
	Race      string      `toml:"race" json:"race,omitempty"`
	Uses      []Use       `toml:"uses" json:"uses,omitempty"`
	Prices    []Price     `toml:"price" json:"prices"`
	Deposit   int         `toml:"deposit" json:"deposit,omitempty"` // percent due at once; 0 = all
	Hidden    bool        `toml:"hidden" json:"hidden,omitempty"`   // not offered to the public, only to partners and the office
	Needs     []string    `toml:"needs" json:"needs,omitempty"`     // product ids of which one must be in the same order
	Max       int         `toml:"max" json:"max,omitempty"`         // of one order; 0 = as many as persons
	Meals     int         `toml:"meals" json:"meals,omitempty"`     // pledged for each
}

// Use is so many units of a resource.
type Use struct {
	Resource string `toml:"resource" json:"resource"`
	N        int    `toml:"n" json:"n"`
}

// Price is what one of a product costs: from a day on, for a class of people.
// The latest From that has passed counts; a price of the buyer's class goes
// before one without.
type Price struct {
	From     string         `toml:"from" json:"from,omitempty"`   // YYYY-MM-DD in the sale's zone; "" = always
	Class    string         `toml:"class" json:"class,omitempty"` // "resident" or "" for everybody
	Amount   money.Amount   `toml:"-" json:"amount"`
	Sum      string         `toml:"amount" json:"-"` // "2195.00": what the file says
	Currency money.Currency `toml:"currency" json:"-"`
}

// Partner sells from an allocation of its own until the release (case 50).
type Partner struct {
	ID         string `toml:"id" json:"id"`
	Name       string `toml:"name" json:"name"`
	Allocation []Use  `toml:"allocation" json:"allocation,omitempty"`
	Release    string `toml:"release" json:"release,omitempty"` // wall time; "" = never
	Invoice    bool   `toml:"invoice" json:"invoice,omitempty"` // pays by its own monthly invoice
}

// Voucher takes something off an order. Its uses are units of the ledger (case 49).
type Voucher struct {
	Code     string         `toml:"code" json:"code"`
	Percent  int            `toml:"percent" json:"percent,omitempty"`
	Sum      string         `toml:"amount" json:"-"`
	Currency money.Currency `toml:"currency" json:"-"`
	Amount   money.Amount   `toml:"-" json:"amount"`
	Uses     int            `toml:"uses" json:"uses"`
	Products []string       `toml:"products" json:"products,omitempty"` // "" = all
	Until    string         `toml:"until" json:"until,omitempty"`
	Revive   bool           `toml:"revive" json:"revive,omitempty"` // a cancelled order gives its use back
}

// Terms are what was agreed. An order keeps them as sold.
type Terms struct {
	Version string `toml:"version" json:"version"`
	Text    Text   `toml:"text" json:"text"`
	// Scale is the cancellation scale, by days before the race date. The tier with
	// the greatest Days that is not more than the days left counts (case 46).
	Scale   []Tier   `toml:"scale" json:"scale"`
	Balance Duration `toml:"balance" json:"balance,omitempty"` // the balance is due so long before the race date
	// Transfer and Swap are fees, a percentage of nothing: fixed sums.
	TransferFee string         `toml:"transfer_fee" json:"transfer_fee,omitempty"`
	Tolerance   string         `toml:"tolerance" json:"tolerance,omitempty"` // a shortfall up to it counts as paid (case 9)
	Currency    money.Currency `toml:"currency" json:"currency,omitempty"`
	// TransferUntil is when the list of names goes to the host, a wall time: from
	// then on a place stays with its person (case 44). "" = until that person's
	// name has gone.
	TransferUntil string `toml:"transfer_until,omitempty" json:"transfer_until,omitempty"`
	// RaceDate and Zone are the catalogue's, kept with the terms as sold: a race that
	// is moved moves nobody's deadlines.
	RaceDate string `toml:"-" json:"race_date,omitempty"`
	Zone     string `toml:"-" json:"zone,omitempty"`
}

// Same reports whether nothing differs.
func (t Terms) Same(o Terms) bool {
	return t.Version == o.Version && t.Balance == o.Balance && t.TransferFee == o.TransferFee && t.Tolerance == o.Tolerance &&
		t.Currency == o.Currency && t.TransferUntil == o.TransferUntil && t.RaceDate == o.RaceDate && t.Zone == o.Zone &&
		slices.Equal(t.Scale, o.Scale) && maps.Equal(t.Text, o.Text)
}

// Tier refunds so much of what was paid when the request came at least Days
// before the race date, to the end of that day in the sale's zone.
type Tier struct {
	Days    int `toml:"days" json:"days"`
	Percent int `toml:"percent" json:"percent"`
}

// BankAccount is where transfers go.
type BankAccount struct {
	Holder   string         `toml:"holder" json:"holder"`
	IBAN     string         `toml:"iban" json:"iban"`
	BIC      string         `toml:"bic" json:"bic"`
	Currency money.Currency `toml:"currency" json:"currency"`
}

// Seller stands on invoices.
type Seller struct {
	Name    string `toml:"name" json:"name"`
	Address string `toml:"address" json:"address"`
	TaxID   string `toml:"tax_id" json:"tax_id,omitempty"`
	Email   string `toml:"email" json:"email"`
	// KeepYears is how many years after the year of an invoice the law keeps it;
	// default 10 (case 54).
	KeepYears int `toml:"keep_years,omitempty" json:"keep_years,omitempty"`
}

// Location is the sale's zone, UTC if it is unknown (Check refuses that before).
func (c *Catalogue) Location() *time.Location { return location(c.Zone) }

// zones are the zones that were asked for: the zone database is read once for
// each, not at every hold.
var zones sync.Map

func location(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, z)
	return z
}

// Product finds a product, nil if there is none.
func (c *Catalogue) Product(id string) *Product {
	for i := range c.Products {
		if c.Products[i].ID == id {
			return &c.Products[i]
		}
	}
	return nil
}

// Partner finds a partner, nil if there is none.
func (c *Catalogue) Partner(id string) *Partner {
	for i := range c.Partners {
		if c.Partners[i].ID == id {
			return &c.Partners[i]
		}
	}
	return nil
}

// wall is the instant of a wall time of the sale's zone; 0 if it is empty or wrong.
func (c *Catalogue) wall(s string) race.Instant {
	return wall(s, c.Location())
}

func wall(s string, zone *time.Location) race.Instant {
	const layout = "2006-01-02T15:04:05" // or its beginning, to the minute or the day
	switch len(s) {
	case len(layout), len("2006-01-02T15:04"), len(time.DateOnly):
		if t, err := time.ParseInLocation(layout[:len(s)], s, zone); err == nil {
			return race.At(t)
		}
	}
	return 0
}

// OpensAt is the instant the sale opens (case 23).
func (c *Catalogue) OpensAt() race.Instant { return c.wall(c.Opens) }

// ClosesAt is the instant the sale closes; 0 = when it is closed by hand.
func (c *Catalogue) ClosesAt() race.Instant { return c.wall(c.Closes) }
