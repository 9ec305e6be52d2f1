package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"stadion/internal/fault"
	"stadion/internal/sale"
)

// write keeps what a commit changed.
func (w *saleTx) write(c *sale.Changes) error {
	defer w.keepList()
	w.tx.Unaudited() // verbs say who did what; what nobody decided, holds that ended, stands in the ledger of units alone
	made, changed := w.parted(c.Orders)
	if err := w.putHead(&c.Head); err != nil {
		return err
	}
	if err := w.putQuotas(c.Quotas); err != nil {
		return err
	}
	if len(c.Orders)+len(c.Keys)+len(c.Blinds)+len(c.Lines)+len(c.Postings)+len(c.Seen)+len(c.Waits)+len(c.Mails)+len(c.Audits) == 0 {
		return nil
	}
	p, err := w.pageOf(c, made)
	if err != nil {
		return err
	}
	if w.grows(c, len(made)) {
		return w.enter(p)
	}
	if err := w.file(0); err != nil { // what is changed may be there, and the ledgers go on behind it
		return err
	}
	if err := w.insert(p); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return w.putOrders(c, changed) },
		func() error { return w.putBlinds(c.Blinds, made) },
		func() error { return w.addSeen(c.Seen) },
		func() error { return w.putWaits(c.Waits) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// parted are orders that are new, and orders that were read. A new one is only
// ever inserted: an id that is there already is somebody else's.
func (w *saleTx) parted(orders []*sale.Order) (made, changed []*sale.Order) {
	for _, o := range orders {
		if _, known := w.read[o.ID]; known {
			changed = append(changed, o)
		} else {
			made = append(made, o)
		}
	}
	return made, changed
}

func (w *saleTx) putHead(h *sale.Head) error {
	version := w.head.Catalogue.Version
	if h.Catalogue != w.head.Catalogue {
		if h.Catalogue.Version <= version {
			return fault.Wrap(fault.Internal, "store.damaged", fmt.Errorf("catalogue %d after %d", h.Catalogue.Version, version), nil)
		}
		if err := w.addCatalogue(h.Catalogue); err != nil {
			return err
		}
		version = h.Catalogue.Version
	}
	if version == w.head.Catalogue.Version && h.State == w.head.State && h.WaitSeq == w.head.WaitSeq && maps.Equal(h.Numbers, w.numbers) {
		return nil
	}
	numbers, err := json.Marshal(h.Numbers)
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(`UPDATE sale_edition SET version = $2, state = $3, numbers = $4, wait_seq = $5 WHERE edition = $1`,
		w.edition, version, h.State, string(numbers), h.WaitSeq)
	return err
}

func (w *saleTx) addCatalogue(c *sale.Catalogue) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(`INSERT INTO sale_catalogue (edition, version, at, body) VALUES ($1, $2, $3, $4)`,
		w.edition, c.Version, w.at, string(body))
	return err
}

// putQuotas writes quotas in the order of their ids. The database refuses one
// that would be oversold, and the whole commit with it.
func (w *saleTx) putQuotas(quotas []sale.Quota) error {
	args := make([]any, 0, 8*len(quotas))
	for i := range quotas {
		q := &quotas[i]
		args = append(args, w.edition, q.Resource, q.Partner, q.Size, q.Cap(), q.Used, q.Kept, q.KeptUntil)
	}
	return w.tx.insertRows(`INSERT INTO sale_quota (edition, resource, partner, size, cap, used, kept, kept_until)`,
		` ON CONFLICT (edition, resource, partner) DO UPDATE SET size = excluded.size, cap = excluded.cap, used = excluded.used,
			kept = excluded.kept, kept_until = excluded.kept_until`, 8, args)
}

const insertOrder = `INSERT INTO sale_order (edition, id, number, state, partner, made, hard_end, reference, unpaid, tasks, owed, paying,
	units, version, body, blinds, private, wrapped)`

// The two texts are told apart by a space, for they are kept by their beginning.
const changeOrder = insertOrder + " "

// onOrder changes an order that is there. What is not named never changes, or
// apart from it as blind indexes do.
const onOrder = ` ON CONFLICT (edition, id) DO UPDATE SET number = excluded.number, state = excluded.state, partner = excluded.partner,
	hard_end = excluded.hard_end, reference = excluded.reference, unpaid = excluded.unpaid, tasks = excluded.tasks,
	owed = excluded.owed, paying = excluded.paying, units = excluded.units, version = excluded.version, body = excluded.body,
	private = excluded.private, wrapped = excluded.wrapped`

// putOrders changes orders.
func (w *saleTx) putOrders(c *sale.Changes, changed []*sale.Order) error {
	news, err := w.newOrders(c, changed)
	if err != nil {
		return err
	}
	rows, err := eachAtOnce(len(news), func(i int) ([]any, error) {
		o := &news[i]
		k, err := w.s.again(w.read[o.ID], o.Private, orderPlace(w.edition, o.ID))
		return w.orderArgs(o, k), err
	})
	if err != nil {
		return err
	}
	return w.tx.insertRows(changeOrder, onOrder, orderWidth, slices.Concat(rows...))
}

// cataloguesOf are the catalogues under which orders were made, by version.
func (w *saleTx) cataloguesOf(now *sale.Catalogue, orders []*sale.Order) (map[int]*sale.Catalogue, error) {
	in := map[int]*sale.Catalogue{now.Version: now}
	for _, o := range orders {
		if _, known := in[o.Catalogue]; known || o.Catalogue <= 0 || o.Catalogue > now.Version {
			continue
		}
		was, err := w.s.catalogue(&w.tx.View, w.edition, o.Catalogue)
		if err != nil {
			return nil, err
		}
		in[o.Catalogue] = was
	}
	return in, nil
}

// eachAtOnce makes n rows on all processors: sealing and spelling out JSON is a
// third of a commit, and everybody waits for it.
func eachAtOnce[T any](n int, row func(i int) (T, error)) ([]T, error) {
	out := make([]T, n)
	hands := min(runtime.GOMAXPROCS(0), (n+15)/16) // a few are done sooner alone
	errs := make([]error, max(hands, 1))
	work := func(hand int) {
		defer func() {
			if p := recover(); p != nil { // in a goroutine it would end the process
				errs[hand] = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		for i := hand; i < n && errs[hand] == nil; i += len(errs) {
			out[i], errs[hand] = row(i)
		}
	}
	var all sync.WaitGroup
	for hand := 1; hand < hands; hand++ {
		all.Go(func() { work(hand) })
	}
	work(0)
	all.Wait()
	return out, errors.Join(errs...)
}

// newOrders are orders as rows, before they are sealed.
func (w *saleTx) newOrders(c *sale.Changes, orders []*sale.Order) ([]newOrder, error) {
	in, err := w.cataloguesOf(c.Head.Catalogue, orders)
	if err != nil {
		return nil, err
	}
	return eachAtOnce(len(orders), func(i int) (r newOrder, err error) {
		o := orders[i]
		n := countOf(o)
		r = newOrder{ID: o.ID, Number: o.Number, State: string(o.State), Partner: o.Partner, Reference: o.Reference, Made: o.Made, HardEnd: o.HardEnd,
			Unpaid: n.unpaid, Tasks: n.tasks, Owed: n.owed, Paying: n.paying, Version: o.Version, Blinds: c.Blinds[o.ID]}
		if r.Body, err = bodyOf(o, in[o.Catalogue]); err != nil {
			return r, err
		}
		if r.Private, err = json.Marshal(o.Private); err != nil {
			return r, err
		}
		r.Units, err = json.Marshal(o.HeldUnits())
		return r, err
	})
}

const orderWidth = 18

func (w *saleTx) orderArgs(o *newOrder, k sealed) []any {
	found, _ := json.Marshal(o.Blinds) // texts can always be spelled out
	return []any{w.edition, o.ID, o.Number, o.State, o.Partner, o.Made, o.HardEnd, o.Reference, o.Unpaid, o.Tasks, o.Owed, o.Paying,
		string(o.Units), o.Version, string(o.Body), string(found), k.private, k.wrapped}
}

// counted is what the board counts of an order.
type counted struct{ unpaid, tasks, owed, paying int }

func countOf(o *sale.Order) (n counted) {
	var open int64
	for _, c := range o.Charges {
		if c.Amount.Currency == o.Currency {
			open += c.Amount.Minor
		}
	}
	for _, r := range o.Receipts {
		if r.Amount.Currency == o.Currency {
			open -= r.Amount.Minor
		}
	}
	for _, r := range o.Refunds {
		switch {
		case r.State == "owed" || r.State == "failed":
			n.owed++
		case r.Amount.Currency == o.Currency:
			open += r.Amount.Minor
		}
	}
	for _, t := range o.Tasks {
		if !t.Done {
			n.tasks++
		}
	}
	for _, p := range o.Payments {
		if p.State == "open" {
			n.paying++
		}
	}
	if open > 0 {
		n.unpaid = 1
	}
	return n
}

// putBlinds says anew by which blind indexes orders are found. Those of new
// orders are written with them.
func (w *saleTx) putBlinds(blinds map[string][]string, made []*sale.Order) error {
	args := []any{}
	for _, id := range slices.Sorted(maps.Keys(blinds)) {
		if slices.ContainsFunc(made, func(o *sale.Order) bool { return o.ID == id }) {
			continue
		}
		if err := w.tx.dropBlinds(w.edition, id, blinds[id]); err != nil {
			return err
		}
		for _, b := range blinds[id] {
			args = append(args, hashOf(w.edition, b), id)
		}
	}
	return w.tx.insertRows(insertBlind, onBlind, 2, args)
}

const (
	insertBlind = `INSERT INTO sale_blind (hash, order_id)`
	onBlind     = ` ON CONFLICT (hash, order_id) DO NOTHING`
)

// hashOf is a blind index of an edition as a number: it is as blind, and shorter.
// Of two that share one, which nobody will live to see, orders are found by both.
func hashOf(edition, blind string) int64 {
	sum := sha256.Sum256([]byte(edition + "\x00" + blind))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// dropBlinds takes an order's blind indexes away and notes which it gets.
func (tx *Tx) dropBlinds(edition, order string, now []string) error {
	var text string
	found, err := tx.Find([]any{&text}, `SELECT blinds FROM sale_order WHERE edition = $1 AND id = $2`, edition, order)
	if err != nil || !found {
		return err
	}
	var was []string
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return damaged(err)
	}
	for _, b := range was {
		if _, err := tx.Exec(`DELETE FROM sale_blind WHERE hash = $1 AND order_id = $2`, hashOf(edition, b), order); err != nil {
			return err
		}
	}
	next, err := json.Marshal(now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE sale_order SET blinds = $3 WHERE edition = $1 AND id = $2`, edition, order, string(next))
	return err
}

func (w *saleTx) addSeen(ids []string) error {
	args := make([]any, 0, 2*len(ids))
	for _, id := range ids {
		args = append(args, w.edition, id)
	}
	return w.tx.insertRows(`INSERT INTO sale_seen (edition, id)`, "", 2, args)
}

// putWaits writes places on the waiting list. What is personal in one is sealed
// when it is new, and never changes.
func (w *saleTx) putWaits(waits []*sale.Wait) error {
	if len(waits) == 0 {
		return nil
	}
	rows, err := eachAtOnce(len(waits), func(i int) ([]any, error) {
		x := waits[i]
		body, err := json.Marshal(x)
		if err != nil {
			return nil, err
		}
		k := sealed{private: []byte{}, wrapped: []byte{}}
		if !x.Stored {
			private, err := json.Marshal(x.Private)
			if err != nil {
				return nil, err
			}
			if k, err = w.s.shut(private, waitPlace(w.edition, x.ID)); err != nil {
				return nil, err
			}
		}
		return []any{w.edition, x.ID, x.Priority, x.Seq, x.State, string(body), k.private, k.wrapped}, nil
	})
	if err != nil {
		return err
	}
	if err := w.tx.insertRows(`INSERT INTO sale_wait (edition, id, priority, seq, state, body, private, wrapped)`,
		` ON CONFLICT (edition, id) DO UPDATE SET priority = excluded.priority, seq = excluded.seq, state = excluded.state,
			body = excluded.body`, 8, slices.Concat(rows...)); err != nil {
		return err
	}
	w.waits++
	if _, err := w.tx.Exec(`UPDATE sale_edition SET waits = $2 WHERE edition = $1`, w.edition, w.waits); err != nil {
		return err
	}
	w.tx.whenOver(func(kept bool) {
		for _, x := range waits {
			if kept && !x.Stored {
				x.Stored = true
			}
		}
	})
	return nil
}
