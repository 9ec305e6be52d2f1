package sale

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
)

// The states of a place on the waiting list.
const (
	Applied  = "applied"  // to a draw that was not held yet
	Waiting  = "waiting"  // for units
	Offered  = "offered"  // units are held for it until the offer ends
	Served   = "served"   // the offer was taken
	Declined = "declined" // the offer was given back
	Lapsed   = "lapsed"   // two offers ended without an answer
	Left     = "left"
)

// lapses is how many offers may end without an answer before the place is lost:
// the first time it goes to the end or keeps its rank, as the list's rule says.
const lapses = 2

// WaitAsk is somebody who wants what is sold out, or applies to a draw.
type WaitAsk struct {
	ID       string // 26 random characters, made by the caller: who knows it may see the place
	Key      string // idempotency key
	Lang     string
	Currency money.Currency // "" = the catalogue's first
	Wants    []Want
	Party    int // persons: they are served together or not at all
	Private  Private
	Blinds   []string // blind indexes of the payer's e-mail and of documents
	Instead  string   // a confirmed order whose race it would change (case 42)
	By       access.Actor
}

// Join puts somebody at the end of the waiting list. Faults: Conflict
// sale.list_closed (no list is kept now), sale.list_not_needed (what is wanted
// can be had), sale.key_reused; Invalid
// sale.party, and those of Quote and of an e-mail. Who waits already for one of the same products is
// given that place again (case 2).
func (c *Counter) Join(ctx context.Context, a WaitAsk) (*Wait, error) {
	var out *Wait
	err := c.Do(ctx, &Job{Keys: []string{a.Key}, Do: func(w *Work) (err error) {
		out, err = w.join(a)
		return err
	}})
	return out, err
}

func (w *Work) join(a WaitAsk) (*Wait, error) {
	if err := w.checkWait(&a); err != nil {
		return nil, err
	}
	if old, err := w.waitBefore(a); old != nil || err != nil {
		return old, err
	}
	if err := w.listOpen(); err != nil {
		return nil, err
	}
	x := a.wait(w, Waiting)
	units, _ := w.unitsOf(x)
	short, err := w.lacking(units)
	if err != nil {
		return nil, err
	}
	if len(short) == 0 {
		return nil, fault.New(fault.Conflict, "sale.list_not_needed", nil)
	}
	w.PutWait(x)
	w.listens = w.concerns(units)
	w.waitMail(x, "list.joined", nil)
	return w.waitMade(a, x, "list.join")
}

// concerns reports whether somebody new on the public list who wants these units
// makes any difference to who is served and what is kept: not where there is
// nothing. When everything is gone, thousands come who need not all be looked
// through for each of them.
func (w *Work) concerns(units []Use) bool {
	fits := len(units) > 0
	for _, u := range units {
		q := w.batch.book.quotas[u.Resource]
		free := max(0, q.Size-q.Used)
		if free > 0 && (q.Kept > 0 || w.At < q.KeptUntil) {
			return true
		}
		fits = fits && free >= u.N
	}
	return fits
}

// listOpen reports whether a list is kept: after the opening, and not while the
// office has closed, postponed or cancelled the sale.
func (w *Work) listOpen() error {
	c := w.Catalogue()
	state := w.State()
	drawing := c.Mode == Draw && !w.drawHeld()
	if !drawing && (state == "open" || state == "" && w.At >= c.OpensAt()) {
		return nil
	}
	return fault.New(fault.Conflict, "sale.list_closed", nil)
}

// lacking is what the public counter could not give. Holds that have ended are
// released before it says so.
func (w *Work) lacking(units []Use) ([]shortage, error) {
	short, err := w.short("", units, false)
	if err == nil && len(short) > 0 && !w.batch.swept {
		if err = w.sweep(); err == nil {
			short, err = w.short("", units, false)
		}
	}
	return short, err
}

// checkWait refuses what cannot be waited for: what could not be ordered either.
func (w *Work) checkWait(a *WaitAsk) error {
	c := w.Catalogue()
	if c == nil {
		return fault.New(fault.NotFound, "sale.none", nil)
	}
	if err := entry.CheckEmail("email", a.Private.Email); err != nil {
		return err
	}
	if err := a.Private.check(); err != nil {
		return err
	}
	if most := cmp.Or(c.Limit.Persons, defaultPersons); a.Party < 1 || a.Party > most {
		return fault.New(fault.Invalid, "sale.party", fault.Args{"most": most}).On("party")
	}
	if a.Currency == "" && len(c.Currencies) > 0 {
		a.Currency = c.Currencies[0]
	}
	_, err := OfferOf(c, w.At, Ask{Currency: a.Currency, Lang: a.Lang, Wants: a.Wants, Private: a.Private, By: a.By})
	return err
}

// waitBefore finds the place that the same key made, or that the same person has.
func (w *Work) waitBefore(a WaitAsk) (*Wait, error) {
	id := ""
	if a.Key != "" {
		k, err := w.Key(a.Key)
		if err != nil {
			return nil, err
		}
		if k != nil {
			if k.Body != a.digest() {
				return nil, fault.New(fault.Conflict, "sale.key_reused", nil)
			}
			id = k.Order
		}
	}
	ws, err := w.waitsOf(id, a.Blinds)
	if err != nil {
		return nil, err
	}
	for _, x := range ws {
		if x.ID == id || id == "" && x.same(a) {
			return x, nil
		}
	}
	if id != "" { // the place is done with: it cannot be made a second time
		return nil, fault.New(fault.NotFound, "sale.wait_unknown", nil)
	}
	return nil, nil
}

// same reports whether the place is of the same person for one of the same things.
func (x *Wait) same(a WaitAsk) bool {
	if x.Instead != a.Instead || !slices.ContainsFunc(x.Blinds, func(b string) bool { return slices.Contains(a.Blinds, b) }) {
		return false
	}
	if x.State == Applied {
		return true // one application each, whatever it is for
	}
	return slices.ContainsFunc(x.Items, func(it Item) bool {
		return slices.ContainsFunc(a.Wants, func(want Want) bool { return want.Product == it.Product })
	})
}

func (a WaitAsk) digest() string {
	b, _ := json.Marshal([]any{a.Wants, a.Party, a.Instead, a.Blinds}) // plain values: it cannot fail
	sum := sha256.Sum256(b)
	return base32.StdEncoding.EncodeToString(sum[:])
}

func (a WaitAsk) wait(w *Work, state string) *Wait {
	x := &Wait{ID: a.ID, Made: w.At, State: state, Lang: a.Lang, Party: a.Party, Currency: a.Currency,
		Instead: a.Instead, Blinds: a.Blinds, Private: a.Private}
	for _, want := range a.Wants {
		x.Items = append(x.Items, Item{Product: want.Product, N: want.N, Person: want.Person})
	}
	return x
}

func (w *Work) waitMade(a WaitAsk, x *Wait, action string) (*Wait, error) {
	if a.Key != "" {
		w.UseKey(Key{Key: a.Key, Body: a.digest(), Order: x.ID})
	}
	w.Audit(a.By, action, x.ID, map[string]any{"party": x.Party, "seq": x.Seq})
	return x, nil
}

// Leave takes somebody off the list; an offer is declined by it, and its units
// go to the next in the same commit (case 25). Faults: NotFound
// sale.wait_unknown; Conflict sale.list_paid when money has come in for the
// offer: then it is an order to be cancelled.
func (c *Counter) Leave(ctx context.Context, wait string, by access.Actor) (*Wait, error) {
	var out *Wait
	err := c.Do(ctx, &Job{Do: func(w *Work) (err error) {
		out, err = w.leave(wait, by)
		return err
	}})
	return out, err
}

func (w *Work) leave(id string, by access.Actor) (*Wait, error) {
	x, err := w.waitFor(id)
	if err != nil {
		return nil, err
	}
	was := x.State
	x.State = Left
	if was == Offered {
		o, err := w.Order(x.Order)
		if err != nil {
			return nil, err
		}
		if len(o.Receipts) > 0 {
			return nil, fault.New(fault.Conflict, "sale.list_paid", nil)
		}
		x.State = Declined
		w.GiveBack(o, o.Units(), Release, by.Account)
		o.State, o.Cancelled, o.CancelWhy = Cancelled, w.At, "declined"
	}
	w.PutWait(x)
	w.listens = true // who left may have been in the way of others
	w.Audit(by, "list.leave", x.ID, map[string]any{"was": was})
	return x, nil
}

// waitFor is a copy of a live place on the list, to be changed and put.
func (w *Work) waitFor(id string) (*Wait, error) {
	ws, err := w.Waits()
	if err != nil {
		return nil, err
	}
	for _, x := range ws {
		if x.ID == id && x.live() {
			return x.clone(), nil
		}
	}
	return nil, fault.New(fault.NotFound, "sale.wait_unknown", nil)
}

func (x *Wait) live() bool { return x.State == Applied || x.State == Waiting || x.State == Offered }

func (x *Wait) clone() *Wait {
	c := *x
	c.Items, c.Blinds = slices.Clone(x.Items), slices.Clone(x.Blinds)
	return &c
}

// Promote does what time asks for: it releases holds and offers that have ended,
// lets go of units that were kept for the list long enough, and offers what is
// free to the list in its order. It says how many offers were made. Everything
// that frees units does this by itself; Promote is for when nothing happens, and
// is called every few seconds.
func (c *Counter) Promote(ctx context.Context) (int, error) {
	var n int
	err := c.Do(ctx, &Job{Do: func(w *Work) error {
		before := w.batch.offers
		if !w.batch.swept {
			if err := w.sweep(); err != nil {
				return err
			}
		}
		w.listens = true
		err := w.settle()
		w.listens = false
		n = w.batch.offers - before
		return err
	}})
	return n, err
}

// StandBy puts the buyer of an order that lost its units on the list before all
// others: after money that came too late (case 8), or after a reversal. A higher
// priority comes first; the ordinary list has 0. It is made once for an order.
func (w *Work) StandBy(o *Order, priority int) (*Wait, error) {
	ws, err := w.Waits()
	if err != nil {
		return nil, err
	}
	id := derived("stand by " + o.ID)
	for _, x := range ws {
		if x.ID == id {
			return x, nil
		}
	}
	x := &Wait{ID: id, Priority: priority, Made: w.At, State: Waiting, Lang: o.Lang, Partner: o.Partner,
		Currency: o.Currency, Private: o.Private, Party: max(1, len(o.Private.Persons))}
	for _, it := range o.Items {
		if !it.Gone {
			x.Items = append(x.Items, Item{Product: it.Product, N: it.N, Person: it.Person})
		}
	}
	w.PutWait(x)
	w.listens = true
	w.waitMail(x, "list.stand_by", map[string]string{"number": o.Number})
	return x, nil
}

// derived makes an id of 26 characters that only who knows the secret in from
// can make: the order of an offer is known to whom the place belongs.
func derived(from string) string {
	sum := sha256.Sum256([]byte("stadion " + from))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:26]
}

func (w *Work) waitMail(x *Wait, template string, args map[string]string) {
	if x.Private.Email == "" {
		return
	}
	if args == nil {
		args = map[string]string{}
	}
	args["wait"], args["party"] = x.ID, strconv.Itoa(x.Party)
	w.Mail(Mail{ID: template + ":" + x.ID + ":" + strconv.Itoa(x.Offers), To: x.Private.Email, Lang: x.Lang,
		Template: template, Order: x.Order, Args: args})
}
