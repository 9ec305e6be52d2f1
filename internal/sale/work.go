package sale

import (
	"cmp"
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
)

// Reader is what a commit may read of an edition, as left by all commits before
// it. Each method is one question to the database; a Work remembers the answers.
type Reader interface {
	// Orders finds orders by id; unknown ids are simply absent.
	Orders(ids []string) ([]*Order, error)
	// ByKeys finds what idempotency keys were used for.
	ByKeys(keys []string) ([]Key, error)
	// ByBlinds finds the ids of live orders by blind indexes (of e-mails and
	// documents).
	ByBlinds(blinds []string) (map[string][]string, error)
	// Expired are held orders whose hard end has passed, at most limit of them, the
	// earliest first.
	Expired(at race.Instant, limit int) ([]*Order, error)
	// Live are the orders that have units, held or confirmed, with an id greater
	// than after, by id, at most limit: for notices to everybody.
	Live(after string, limit int) ([]*Order, error)
	// Seen says which ids of receipts and provider events were recorded before.
	Seen(ids []string) (map[string]bool, error)
	// Waiting is the waiting list. The commit puts what it changes into it: it is of
	// no use to anybody if the commit is undone.
	Waiting() (*WaitList, error)
}

// Key is a use of an idempotency key: whose answer it was.
type Key struct {
	Key   string // client-made
	Body  string // digest of what was asked: another body under the same key is a conflict
	Order string // id of the order it made
}

// Head is the state of an edition's sale, apart from its orders.
type Head struct {
	Catalogue *Catalogue
	Quotas    []Quota
	State     string           // "", "open", "closed", "postponed", "cancelled": what the office said
	Numbers   map[string]int64 // last number given, by kind: "order", "invoice", "credit_note"
	WaitSeq   int64            // last place given on the waiting list
}

// Changes is what a commit writes, all or nothing.
type Changes struct {
	Head     Head                // quotas that changed, numbers as they are now
	Quotas   []Quota             // those that changed
	Orders   []*Order            // made or changed
	Keys     []Key               // used now
	Blinds   map[string][]string // order id to its blind indexes; the old ones go
	Lines    []Line              // of the ledger of units
	Postings []Posting           // of the ledger of money
	Seen     []string            // ids of receipts and provider events
	Waits    []*Wait             // made or changed
	Mails    []Mail              // outbox
	Audits   []Audit
}

// Audit is a line for the audit log.
type Audit struct {
	By      access.Actor
	Action  string // "order.hold"
	Subject string
	Detail  map[string]any
}

// Mail is a message to be sent: made in the commit of what it tells of. To is
// personal and sealed where it is kept.
type Mail struct {
	ID       string // unique: the same mail is made once
	To       string
	Lang     string
	Template string // "order.confirmed"
	Order    string
	Args     map[string]string
}

// Posting is one side of an entry of the double-entry ledger of money. The
// postings of one Entry add up to nothing in every currency.
type Posting struct {
	Entry   string // id of the entry
	At      race.Instant
	Order   string
	Account string       // "buyer:ORDER", "sales:PRODUCT", "cash:card", "cash:bank", "fees", …
	Amount  money.Amount // positive = debit
	Text    string       // a word: "charge", "receipt", "refund", "write_off"
}

// Wait is a place on the waiting list.
type Wait struct {
	ID       string       `json:"id"`
	Seq      int64        `json:"seq"` // the order of the list; stand-bys come before (Priority)
	Priority int          `json:"priority,omitempty"`
	Made     race.Instant `json:"made"`
	State    string       `json:"state"` // applied (to a draw), waiting, offered, served, declined, lapsed, left
	Lang     string       `json:"lang"`
	Items    []Item       `json:"items"`            // what is wanted; N and Product count
	Party    int          `json:"party"`            // persons
	Passed   int          `json:"passed,omitempty"` // how often a later one went first (case 26)
	Order    string       `json:"order,omitempty"`  // the offer, a held order
	Partner  string       `json:"partner,omitempty"`
	Instead  string       `json:"instead,omitempty"` // a confirmed order whose race place it would replace (case 42)

	Currency money.Currency `json:"currency,omitempty"`
	Blinds   []string       `json:"blinds,omitempty"` // of the payer's e-mail and of documents: one person waits once
	Offers   int            `json:"offers,omitempty"` // how many were made
	Lapses   int            `json:"lapses,omitempty"` // how many of them nobody answered
	Drawn    int            `json:"drawn,omitempty"`  // place in the draw, from 1
	Private  Private        `json:"-"`
	Stored   bool           `json:"-"` // it has a row: what is personal in it never changes
}

// Store runs commits. Commit gives decide the head of the edition and a reader,
// inside one serialised transaction, and writes what it returns durably, all or
// nothing, before it returns. decide may be run again if the transaction breaks.
type Store interface {
	Commit(ctx context.Context, edition string, decide func(at race.Instant, h Head, r Reader) (*Changes, error)) error
}

// Work is what one verb may look at and change. Nothing it does is seen by
// anybody unless the commit stands, and nothing remains of a verb that returns
// an error.
type Work struct {
	At      race.Instant
	Edition string
	batch   *batch
	// what this verb did so far, to be undone or kept
	orders  map[string]*Order
	took    []Line
	before  map[string]Quota
	head    map[string]int64
	seq     int64
	waitAt  map[string]int // places in out.Waits by id
	listens bool           // the waiting list is to be looked at when the verb ends
	swaps   int            // wishes of the waiting list to change a race that ended in this verb
	wasHead *Head          // catalogue and state before the verb changed them; nil = it did not
	out     Changes
}

// Catalogue is the sale as it is now.
func (w *Work) Catalogue() *Catalogue { return w.batch.head.Catalogue }

// State is what the office said about the edition's sale: "", "open", "closed",
// "postponed" or "cancelled".
func (w *Work) State() string { return w.batch.head.State }

// Quotas are all quotas as they stand, in the order of their ids.
func (w *Work) Quotas() []Quota {
	out := make([]Quota, 0, len(w.batch.book.order))
	for _, id := range w.batch.book.order {
		out = append(out, *w.batch.book.quotas[id])
	}
	return out
}

// Quota is one quota as it stands.
func (w *Work) Quota(id string) (Quota, bool) {
	q, ok := w.batch.book.quotas[id]
	if !ok {
		return Quota{}, false
	}
	return *q, true
}

// Order gives an order to look at and change: what the verb does to it is
// written if the commit stands. Fault NotFound sale.order_unknown.
func (w *Work) Order(id string) (*Order, error) {
	if o, ok := w.orders[id]; ok {
		return o, nil
	}
	if err := w.batch.readOrders([]string{id}); err != nil {
		return nil, err
	}
	o := w.batch.orders[id]
	if o == nil {
		return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
	}
	c := o.Clone()
	put(&w.orders, id, c)
	return c, nil
}

// Look gives an order as it stands, not to be changed: nothing is written for it.
// Fault NotFound sale.order_unknown.
func (w *Work) Look(id string) (*Order, error) {
	if o, ok := w.orders[id]; ok {
		return o, nil
	}
	if err := w.batch.readOrders([]string{id}); err != nil {
		return nil, err
	}
	if o := w.batch.orders[id]; o != nil {
		return o, nil
	}
	return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
}

// Put adds a new order.
func (w *Work) Put(o *Order) { put(&w.orders, o.ID, o) }

// Key finds what an idempotency key was used for, nil if it is new.
func (w *Work) Key(key string) (*Key, error) {
	if err := w.batch.readKeys([]string{key}); err != nil {
		return nil, err
	}
	for i := range w.out.Keys {
		if w.out.Keys[i].Key == key {
			return &w.out.Keys[i], nil
		}
	}
	return w.batch.keys[key], nil
}

// UseKey says that a key made an order.
func (w *Work) UseKey(k Key) { w.out.Keys = append(w.out.Keys, k) }

// LiveOf finds orders of a blind index that have units now.
func (w *Work) LiveOf(blind string) ([]*Order, error) {
	if err := w.batch.readBlinds([]string{blind}); err != nil {
		return nil, err
	}
	ids := slices.Clone(w.batch.blinds[blind])
	for id, of := range w.out.Blinds {
		if slices.Contains(of, blind) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := w.batch.readOrders(ids); err != nil {
		return nil, err
	}
	var out []*Order
	for _, id := range ids {
		o, mine := w.orders[id]
		if !mine {
			o = w.batch.orders[id]
		}
		if o != nil && o.Live(w.At) {
			out = append(out, o)
		}
	}
	return out, nil
}

// SetBlinds says by which blind indexes an order is found.
func (w *Work) SetBlinds(order string, blinds []string) { put(&w.out.Blinds, order, blinds) }

// Once reports whether an id of a receipt or an event was recorded before, and
// records it (case 18).
func (w *Work) Once(id string) (first bool, err error) {
	if err := w.batch.readSeen([]string{id}); err != nil {
		return false, err
	}
	if w.batch.seen[id] || slices.Contains(w.out.Seen, id) {
		return false, nil
	}
	w.out.Seen = append(w.out.Seen, id)
	return true, nil
}

// Waits is the waiting list in its order, with what this verb did to it. The verb
// may change it with PutWait alone.
func (w *Work) Waits() ([]*Wait, error) {
	l, err := w.batch.list()
	if err != nil || len(w.out.Waits) == 0 {
		return l.All(), err
	}
	return l.and(w.out.Waits), nil
}

// waitsOf are places of the list by their id and by blind indexes, without what
// this verb did.
func (w *Work) waitsOf(id string, blinds []string) ([]*Wait, error) {
	l, err := w.batch.list()
	if err != nil {
		return nil, err
	}
	var out []*Wait
	if x := l.of[id]; x != nil {
		out = append(out, x)
	}
	for _, b := range blinds {
		for _, id := range l.blinds[b] {
			if x := l.of[id]; !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	slices.SortFunc(out, compareWaits)
	return out, nil
}

// list is the waiting list as all verbs before this one left it.
func (b *batch) list() (*WaitList, error) {
	if b.waits != nil {
		return b.waits, nil
	}
	l, err := b.reader.Waiting()
	if err != nil {
		return &WaitList{}, err
	}
	l.putAll(b.out.Waits) // of verbs that had no need to read
	b.waits = l
	return l, nil
}

func compareWaits(a, b *Wait) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Seq, b.Seq))
}

// PutWait adds a place on the waiting list or changes one. Seq 0 gets the next.
func (w *Work) PutWait(x *Wait) {
	if x.Seq == 0 {
		w.seq++
		x.Seq = w.batch.head.WaitSeq + w.seq
	}
	if i, known := w.waitAt[x.ID]; known {
		w.out.Waits[i] = x
		return
	}
	if w.waitAt == nil {
		w.waitAt = map[string]int{}
	}
	w.waitAt[x.ID] = len(w.out.Waits)
	w.out.Waits = append(w.out.Waits, x)
}

// Number gives the next number of a kind, without gaps.
func (w *Work) Number(kind string) int64 {
	put(&w.head, kind, w.head[kind]+1)
	return w.batch.head.Numbers[kind] + w.head[kind]
}

// Post writes an entry of the ledger of money. It panics if the postings do not
// add up to nothing: a mistake of the program.
func (w *Work) Post(postings ...Posting) {
	sum := map[money.Currency]int64{}
	for i := range postings {
		postings[i].At = w.At
		sum[postings[i].Amount.Currency] += postings[i].Amount.Minor
	}
	for c, n := range sum {
		if n != 0 {
			panic("sale: an entry in " + string(c) + " does not balance")
		}
	}
	w.out.Postings = append(w.out.Postings, postings...)
}

// Mail puts a message into the outbox.
func (w *Work) Mail(m Mail) { w.out.Mails = append(w.out.Mails, m) }

// Audit writes a line to the audit log.
func (w *Work) Audit(by access.Actor, action, subject string, detail map[string]any) {
	w.out.Audits = append(w.out.Audits, Audit{by, action, subject, detail})
}

// Take holds units of a partner's quotas (partner "" = the public's) for an
// order, all or nothing. Holds that have ended are released first when it would
// not fit otherwise. list says that units kept for the waiting list may be taken.
// Fault Conflict sale.sold_out names what is out (case 3); Invalid
// sale.resource_unknown.
func (w *Work) Take(o *Order, units []Use, list bool) error {
	short, err := w.short(o.Partner, units, list)
	if err != nil {
		return err
	}
	if len(short) > 0 && !w.batch.swept {
		if err := w.sweep(); err != nil {
			return err
		}
		if short, err = w.short(o.Partner, units, list); err != nil {
			return err
		}
	}
	if len(short) > 0 {
		return w.soldOut(short)
	}
	for _, u := range units {
		q := w.change(QuotaID(u.Resource, o.Partner))
		if list {
			q.Kept -= min(q.Kept, u.N)
		}
		q.Used += u.N
	}
	w.line(o, Take, units, "")
	return nil
}

// soldOut is the fault of a shortage. Everybody in a commit who comes too late for
// the same units is given the same one.
func (w *Work) soldOut(short []shortage) error {
	if len(short) > 1 {
		return soldOut(short)
	}
	s := *short[0].quota
	k := refusal{QuotaID(s.Resource, s.Partner), s.Free(), short[0].want}
	err, known := w.batch.refused[k]
	if !known {
		err = soldOut(short)
		put(&w.batch.refused, k, err)
	}
	return err
}

// refusal is what a fault of one quota says.
type refusal struct {
	quota      string
	left, want int
}

func (w *Work) short(partner string, units []Use, list bool) ([]shortage, error) {
	var short []shortage
	for _, u := range units {
		q, ok := w.batch.book.quotas[QuotaID(u.Resource, partner)]
		if !ok || u.N <= 0 {
			return nil, fault.New(fault.Invalid, "sale.resource_unknown", fault.Args{"resource": u.Resource})
		}
		free := q.Free()
		if list {
			free = max(0, q.Size-q.Used)
		}
		if free < u.N {
			short = append(short, shortage{q, u.N})
		}
	}
	return short, nil
}

// GiveBack releases units of an order: move is Release or Expire. While people
// wait, what comes free is kept for the list (case 15).
func (w *Work) GiveBack(o *Order, units []Use, move Move, by string) {
	for _, u := range units {
		q := w.change(QuotaID(u.Resource, o.Partner))
		q.Used -= u.N
	}
	w.line(o, move, units, by)
}

// SetConfirmed writes that held units are sold. The numbers stay.
func (w *Work) SetConfirmed(o *Order, units []Use) { w.line(o, Confirm, units, "") }

// Size sets a quota's size, making the quota if it is new.
func (w *Work) Size(resource, partner string, size int, by string) {
	id := QuotaID(resource, partner)
	if _, ok := w.batch.book.quotas[id]; !ok {
		put(&w.before, id, Quota{Resource: resource, Partner: partner, Size: -1})
		w.batch.book.quotas[id] = &Quota{Resource: resource, Partner: partner}
		w.batch.book.order = append(w.batch.book.order, id)
		slices.Sort(w.batch.book.order)
	}
	w.change(id).Size = size
	if bank := bankResource(resource); partner == "" && w.batch.book.quotas[bank] != nil {
		w.Size(bank, "", bankSize(size, w.Catalogue().Hold), by)
	}
	w.took = append(w.took, Line{At: w.At, Move: Resize, Units: []Use{{id, size}}, By: by})
}

// KeepForList sets how many free units of a quota only the waiting list may take.
func (w *Work) KeepForList(quota string, n int) {
	q := w.change(quota)
	if q.Kept == n {
		return
	}
	q.Kept = n
	w.took = append(w.took, Line{At: w.At, Move: Keep, Units: []Use{{quota, n}}})
}

func (w *Work) line(o *Order, move Move, units []Use, by string) {
	l := Line{At: w.At, Order: o.ID, Move: move, By: by, Units: make([]Use, len(units))}
	for i, u := range units {
		l.Units[i] = Use{QuotaID(u.Resource, o.Partner), u.N}
	}
	w.took = append(w.took, l)
}

func (w *Work) change(id string) *Quota {
	q := w.batch.book.quotas[id]
	if _, known := w.before[id]; !known {
		put(&w.before, id, *q)
	}
	return q
}

func voucherResource(code string) string { return "voucher:" + code }
