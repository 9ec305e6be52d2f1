package sale

import (
	"context"
	"slices"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
)

type person = entry.Person

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

// What a buyer may send at most: nobody's name is refused by it, a megabyte is.
const (
	mostID      = 64
	mostKey     = 200
	mostEmail   = 254
	mostName    = 200
	mostAddress = 1000
	mostPersons = 100
	mostBlinds  = 400
)

// Hold takes units for a buyer, all or nothing, until the hold ends. The same key
// and body again give the same order (case 1); another body is a Conflict
// sale.key_reused. A live order of the same payer is given back instead of a
// second one when the catalogue's limit says so: Conflict sale.order_live with
// its id (case 2). An order that costs nothing, or that a partner pays by its own
// invoice, is confirmed at once.
//
// Further faults: those of Quote; Conflict sale.sold_out, sale.not_open,
// sale.closed, sale.by_draw, sale.bank_full, sale.voucher_used; Invalid
// sale.too_long, sale.no_transfers, sale.partner_unknown, and those of
// entry.CheckParty.
func (c *Counter) Hold(ctx context.Context, a Ask) (*Order, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	j := &Job{Blinds: a.Blinds}
	if a.Key != "" {
		j.Keys = []string{a.Key}
	}
	var out *Order
	j.Do = func(w *Work) (err error) {
		out, err = w.hold(&a)
		return err
	}
	if err := c.Do(ctx, j); err != nil {
		return nil, err
	}
	return out, nil
}

// check refuses what is wrong in itself, before anybody else's time is used.
func (a *Ask) check() error {
	switch {
	case a.ID == "" || len(a.ID) > mostID:
		return tooLong("id", mostID)
	case len(a.Key) > mostKey:
		return tooLong("key", mostKey)
	case len(a.Body) > mostKey:
		return tooLong("body", mostKey)
	case len(a.Lang) > 16:
		return tooLong("lang", 16)
	case len(a.Voucher) > mostID:
		return tooLong("voucher", mostID)
	case len(a.Blinds) > mostBlinds:
		return tooLong("persons", mostPersons)
	case a.Policy != ApprovedOnes && a.Policy != AllOrNone:
		return fault.New(fault.Invalid, "sale.policy", nil).On("policy")
	case a.Private.Email == "" && a.Partner == "" && !a.By.SignedIn():
		return entry.CheckEmail("email", "")
	}
	return a.Private.check()
}

func (p *Private) check() error {
	switch {
	case len(p.Email) > mostEmail:
		return tooLong("email", mostEmail)
	case len(p.Name) > mostName:
		return tooLong("name", mostName)
	case len(p.Address) > mostAddress:
		return tooLong("address", mostAddress)
	case len(p.Persons) > mostPersons:
		return tooLong("persons", mostPersons)
	case strings.ContainsAny(p.Name, "\r\n"):
		return fault.New(fault.Invalid, "entry.characters", nil).On("name")
	case p.Email != "":
		return entry.CheckEmail("email", p.Email)
	}
	return nil
}

func (w *Work) hold(a *Ask) (*Order, error) {
	if o, err := w.sameKey(a); o != nil || err != nil {
		return o, err
	}
	if err := w.sells(a); err != nil {
		return nil, err
	}
	known, err := w.known(a)
	if err != nil {
		return nil, err
	}
	if err := w.alone(a, known); err != nil {
		return nil, err
	}
	if err := w.outOf(a); err != nil {
		return nil, err
	}
	o, err := w.Draft(a)
	if err != nil {
		return nil, err
	}
	if err := w.takeAll(o); err != nil {
		return nil, err
	}
	w.open(o, a)
	if err := w.flagTwice(o, known); err != nil {
		return nil, err
	}
	w.startWith(o)
	return o, nil
}

// outOf refuses what certainly cannot be had, before anything is priced: in a
// flood most ask for what has just gone. It is silent about all else, and until
// ended holds were looked for.
func (w *Work) outOf(a *Ask) error {
	if !w.batch.swept {
		return nil
	}
	var few [8]Use
	units := few[:0]
	for _, want := range a.Wants {
		p := w.Catalogue().Product(want.Product)
		if p == nil || p.Hidden || want.N < 1 || want.N > mostPieces {
			return nil
		}
		for _, u := range p.Uses {
			units = addUnits(units, u, want.N)
		}
	}
	short, err := w.short(a.Partner, units, false)
	if err != nil || len(short) == 0 {
		return nil
	}
	slices.SortFunc(short, func(a, b shortage) int { return strings.Compare(a.quota.Resource, b.quota.Resource) })
	return w.soldOut(short)
}

// sameKey is the order that a key made before (case 1).
func (w *Work) sameKey(a *Ask) (*Order, error) {
	if a.Key == "" {
		return nil, nil
	}
	k, err := w.Key(a.Key)
	if k == nil || err != nil {
		return nil, err
	}
	if k.Body != a.Body {
		return nil, fault.New(fault.Conflict, "sale.key_reused", nil)
	}
	return w.Look(k.Order)
}

// sells refuses when the sale is not open to whoever asks. The office's word goes
// before the clock.
func (w *Work) sells(a *Ask) error {
	c := w.Catalogue()
	if c == nil {
		return fault.New(fault.NotFound, "sale.none", nil)
	}
	switch state := w.State(); state {
	case "":
		if opens := c.OpensAt(); w.At < opens && !(a.Early && a.By.SignedIn()) {
			return fault.New(fault.Conflict, "sale.not_open", fault.Args{"opens": opens.String()})
		}
		if closes := c.ClosesAt(); closes != 0 && w.At >= closes {
			return fault.New(fault.Conflict, "sale.closed", nil)
		}
	case "open":
	default:
		return fault.New(fault.Conflict, "sale.closed", fault.Args{"state": state})
	}
	switch {
	case a.Partner != "" && c.Partner(a.Partner) == nil:
		return fault.New(fault.Invalid, "sale.partner_unknown", nil).On("partner")
	case c.Mode == Draw && a.Partner == "" && !a.By.SignedIn():
		return fault.New(fault.Conflict, "sale.by_draw", nil)
	case a.Bank && c.Bank == nil:
		return fault.New(fault.Invalid, "sale.no_transfers", nil).On("bank")
	}
	return nil
}

// Draft makes the order that an ask would be, priced and with its terms, held
// from now: nothing is taken yet and it has no number. Take its units, then open
// it.
func (w *Work) Draft(a *Ask) (*Order, error) {
	c := w.Catalogue()
	if len(a.Private.Persons) > 0 {
		today := w.At.In(c.Location()).Format(time.DateOnly)
		if err := entry.CheckParty(a.Private.Persons, today).OrNil(); err != nil {
			return nil, err
		}
	}
	q := quote{c: c, at: w.At, a: a}
	if err := q.run(); err != nil {
		return nil, err
	}
	o := &Order{ID: a.ID, Edition: w.Edition, Catalogue: c.Version, Terms: c.termsAsSold(), State: Held, Partner: a.Partner,
		Lang: a.Lang, Made: w.At, Bank: a.Bank, Currency: q.currency, Items: q.items, Policy: a.Policy, Charges: q.charges,
		Private: a.Private}
	if v := c.Voucher(a.Voucher); v != nil {
		o.Voucher = v.Code
	}
	o.Deposit, o.BalanceBy = q.deposit()
	o.Private.Persons = slices.Clone(a.Private.Persons)
	q.races(o)
	if err := w.eligible(o); err != nil {
		return nil, err
	}
	rule := c.Hold.filled()
	o.SoftEnd = w.At.Add(rule.Soft.D())
	if o.Bank {
		o.SoftEnd = w.At.Add(rule.Bank.D())
	}
	o.HardEnd = o.SoftEnd.Add(rule.Grace.D())
	return o, nil
}

func (c *Catalogue) termsAsSold() Terms {
	t := c.Terms
	t.RaceDate, t.Zone = c.RaceDate, c.Zone
	return t
}

// races says who runs what: the products bought do, not the form. Persons of an
// order whose races are for the order as a whole keep what they said.
func (q *quote) races(o *Order) {
	for i := range o.Private.Persons {
		p := &o.Private.Persons[i]
		race, said := "", false
		for j, w := range q.a.Wants {
			said = said || w.Person != "" && q.products[j].Race != ""
			if w.Person == p.ID && q.products[j].Race != "" {
				race = q.products[j].Race
			}
		}
		if said {
			p.Race = race
		}
	}
}

// eligible refuses persons whom the published rule bars, before anybody pays.
// The rule's version stays with the order (case 32).
func (w *Work) eligible(o *Order) error {
	c := w.Catalogue()
	for i := range o.Private.Persons {
		p := &o.Private.Persons[i]
		d := entry.Decide(&c.Entry, p, c.RaceDate, o.Private.Persons)
		if err := d.Fault(o.Lang); err != nil {
			return err
		}
		w.mark(o, p.ID, d)
	}
	return nil
}

// known are the live orders in which the payer or one of the persons stands
// already.
func (w *Work) known(a *Ask) ([]*Order, error) {
	var out []*Order
	for _, b := range a.Blinds {
		found, err := w.LiveOf(b)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// alone refuses a further order of the same payer (case 2), and a document that
// has a place already (case 11). The desk and partners sell to many from one
// address, and are told of documents by tasks.
func (w *Work) alone(a *Ask, known []*Order) error {
	if a.Partner != "" || a.By.SignedIn() {
		return nil
	}
	n, mail := 0, entry.FoldEmail(a.Private.Email)
	for _, o := range known {
		if o.Partner != "" {
			continue
		}
		if entry.FoldEmail(o.Private.Email) == mail {
			if n++; n >= max(defaultOrders, w.Catalogue().Limit.Orders) {
				return fault.New(fault.Conflict, "sale.order_live", fault.Args{"order": o.ID, "number": o.Number})
			}
		}
		if _, like := alike(a.Private.Persons, o.Private.Persons); like == entry.Same {
			return fault.New(fault.Conflict, "sale.person_entered", nil).On("persons")
		}
	}
	return nil
}

// alike is the likest pair of two parties: the id of the first's person.
func alike(a, b []person) (id string, like entry.Likeness) {
	for i := range a {
		for j := range b {
			switch entry.Like(&a[i], &b[j]) {
			case entry.Same:
				return a[i].ID, entry.Same
			case entry.Maybe:
				id, like = a[i].ID, entry.Maybe
			}
		}
	}
	return id, like
}

// flagTwice notes for the desk that a person of the order may stand in another
// one as well. Nobody is refused for looking alike: twins are two (case 11). The
// same document at two partners is told to both desks; who is confirmed first
// keeps the place (case 12).
func (w *Work) flagTwice(o *Order, known []*Order) error {
	for _, k := range known {
		id, like := alike(o.Private.Persons, k.Private.Persons)
		if like == entry.Other {
			continue
		}
		if err := w.flag(o, id, k, like); err != nil {
			return err
		}
	}
	return nil
}

// takeAll takes the units of an order, its use of a voucher, and its part of what
// transfers may hold: all or nothing.
func (w *Work) takeAll(o *Order) error {
	if o.Bank {
		if err := w.Take(o.ofPublic(), o.bankUnits(), false); err != nil {
			return asFault(err, "sale.sold_out", "sale.bank_full")
		}
	}
	if o.Voucher != "" {
		if err := w.Take(o.ofPublic(), o.voucherUnits(), false); err != nil {
			return asFault(err, "sale.sold_out", "sale.voucher_used")
		}
	}
	return w.Take(o, o.Units(), false)
}

// asFault says a fault of units in the words of what ran out.
func asFault(err error, code, as string) error {
	if fault.CodeOf(err) != code {
		return err
	}
	return fault.New(fault.Conflict, as, nil)
}

// ofPublic is the order as the holder of units that no partner has quotas of:
// vouchers, and what transfers may hold.
func (o *Order) ofPublic() *Order { return &Order{ID: o.ID} }

func (o *Order) voucherUnits() []Use {
	if o.Voucher == "" {
		return nil
	}
	return []Use{{voucherResource(o.Voucher), 1}}
}

// bankUnits are what a hold for a transfer takes of the part that transfers may
// hold (case 10). Partners' allocations are their own affair.
func (o *Order) bankUnits() []Use {
	if !o.Bank || o.Partner != "" {
		return nil
	}
	units := o.Units()
	for i := range units {
		units[i].Resource = bankResource(units[i].Resource)
	}
	return units
}

// open puts a drafted order whose units are taken into the books: its number,
// its reference, how it is found again, and the line of the audit log.
func (w *Work) open(o *Order, a *Ask) {
	o.Number = OrderNumber(w.Edition, w.Number("order"))
	o.Reference = Reference(o.Number)
	w.Put(o)
	w.SetBlinds(o.ID, a.Blinds)
	if a.Key != "" {
		w.UseKey(Key{Key: a.Key, Body: a.Body, Order: o.ID})
	}
	w.Audit(a.By, "order.hold", o.Number, nil)
}

// startWith confirms what nobody has to pay for now, and tells the buyer of
// everything else until when it is kept.
func (w *Work) startWith(o *Order) {
	p := w.Catalogue().Partner(o.Partner)
	switch {
	case p != nil && p.Invoice:
		r := Receipt{ID: "partner:" + o.ID, Method: "partner", At: w.At, Amount: o.Due()}
		if !r.Amount.Zero() {
			w.book(o, r)
		}
		w.confirm(o)
	case o.Due().Zero():
		w.confirm(o)
	default:
		w.mail(o, "order.held", "", map[string]string{"until": o.SoftEnd.String()})
	}
}

// Defaults of the hold rule and of limits, where the catalogue says nothing.
const (
	defaultPersons = 6
	defaultOrders  = 1
)

var defaultHold = HoldRule{Soft: Duration(15 * time.Minute), Grace: Duration(2 * time.Minute), Paying: Duration(30 * time.Minute),
	Bank: Duration(120 * time.Hour), BankPart: 20}

func (h HoldRule) filled() HoldRule {
	d := defaultHold
	for _, f := range []struct{ own, std *Duration }{{&h.Soft, &d.Soft}, {&h.Grace, &d.Grace}, {&h.Paying, &d.Paying}, {&h.Bank, &d.Bank}} {
		if *f.own == 0 {
			*f.own = *f.std
		}
	}
	if h.BankPart == 0 {
		h.BankPart = d.BankPart
	}
	return h
}
