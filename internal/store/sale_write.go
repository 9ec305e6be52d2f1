package store

import (
	"cmp"
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
	"stadion/internal/race"
	"stadion/internal/sale"
)

// write keeps what a commit changed.
func (w *saleTx) write(c *sale.Changes) error {
	for _, step := range []func() error{
		func() error { return w.putHead(&c.Head) },
		func() error { return w.putQuotas(c.Quotas) },
		func() error { return w.putOrders(c) },
		func() error { return w.addKeys(c.Keys) },
		func() error { return w.putBlinds(c) },
		func() error { return w.addSeen(c.Seen) },
		func() error { return w.addLines(c.Lines) },
		func() error { return w.addPostings(c.Postings) },
		func() error { return w.putWaits(c.Waits) },
		func() error { return w.addMails(c.Mails) },
		func() error { return w.addAudits(c.Audits) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
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

func (w *saleTx) putOrders(c *sale.Changes) error {
	in, err := w.cataloguesOf(c)
	if err != nil {
		return err
	}
	rows, err := eachAtOnce(len(c.Orders), func(i int) ([]any, error) {
		was, known := w.read[c.Orders[i].ID]
		return w.orderRow(c.Orders[i], in[c.Orders[i].Catalogue], c.Blinds[c.Orders[i].ID], was, known)
	})
	if err != nil {
		return err
	}
	made, changed := make([]any, 0, 18*len(rows)), []any(nil)
	for i, row := range rows {
		if _, known := w.read[c.Orders[i].ID]; known {
			changed = append(changed, row...)
		} else {
			made = append(made, row...)
		}
	}
	// A new one is only ever inserted: an id that is there already is somebody else's.
	if err := w.tx.insertRows(insertOrder, "", 18, made); err != nil {
		return err
	}
	return w.tx.insertRows(changeOrder, onOrder, 18, changed)
}

// cataloguesOf are the catalogues under which orders were made, by version.
func (w *saleTx) cataloguesOf(c *sale.Changes) (map[int]*sale.Catalogue, error) {
	now := c.Head.Catalogue
	in := map[int]*sale.Catalogue{now.Version: now}
	for _, o := range c.Orders {
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

func (w *saleTx) orderRow(o *sale.Order, in *sale.Catalogue, blinds []string, was sealed, known bool) ([]any, error) {
	body, err := bodyOf(o, in)
	if err != nil {
		return nil, err
	}
	k, err := w.s.again(was, known, o.Private, orderPlace(w.edition, o.ID))
	if err != nil {
		return nil, err
	}
	units, err := json.Marshal(o.HeldUnits())
	if err != nil {
		return nil, err
	}
	found, err := json.Marshal(blinds)
	if err != nil {
		return nil, err
	}
	n := countOf(o)
	return []any{w.edition, o.ID, o.Number, string(o.State), o.Partner, o.Made, o.HardEnd, o.Reference, n.unpaid, n.tasks, n.owed, n.paying,
		string(units), o.Version, string(body), string(found), k.private, k.wrapped}, nil
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

func (w *saleTx) addKeys(keys []sale.Key) error {
	args := make([]any, 0, 4*len(keys))
	for _, k := range keys {
		args = append(args, w.edition, k.Key, k.Body, k.Order)
	}
	return w.tx.insertRows(`INSERT INTO sale_key (edition, key, body, order_id)`, "", 4, args)
}

// putBlinds says by which blind indexes orders are found. Those of new orders
// stand in their rows already.
func (w *saleTx) putBlinds(c *sale.Changes) error {
	made := map[string]bool{}
	for _, o := range c.Orders {
		if _, known := w.read[o.ID]; !known {
			made[o.ID] = true
		}
	}
	type row struct {
		hash int64
		id   string
	}
	var rows []row
	for _, id := range slices.Sorted(maps.Keys(c.Blinds)) {
		if !made[id] {
			if err := w.tx.dropBlinds(w.edition, id, c.Blinds[id]); err != nil {
				return err
			}
		}
		for _, b := range c.Blinds[id] {
			rows = append(rows, row{hashOf(w.edition, b), id})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.hash, b.hash) }) // neighbours share pages
	args := make([]any, 0, 2*len(rows))
	for _, r := range rows {
		args = append(args, r.hash, r.id)
	}
	return w.tx.insertRows(`INSERT INTO sale_blind (hash, order_id)`, ` ON CONFLICT (hash, order_id) DO NOTHING`, 2, args)
}

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

func (w *saleTx) addLines(lines []sale.Line) error {
	args := make([]any, 0, 7*len(lines))
	for _, l := range lines {
		units, err := json.Marshal(l.Units)
		if err != nil {
			return err
		}
		w.lines++
		args = append(args, w.edition, w.lines, at(l.At, w.at), l.Order, string(l.Move), string(units), l.By)
	}
	return w.tx.insertRows(`INSERT INTO sale_line (edition, seq, at, order_id, move, units, by_account)`, "", 7, args)
}

func at(given, now race.Instant) race.Instant {
	if given == 0 {
		return now
	}
	return given
}

func (w *saleTx) addPostings(postings []sale.Posting) error {
	args := make([]any, 0, 9*len(postings))
	for _, p := range postings {
		w.posts++
		args = append(args, w.edition, w.posts, p.Entry, at(p.At, w.at), p.Order, p.Account, p.Amount.Minor, string(p.Amount.Currency), p.Text)
	}
	return w.tx.insertRows(`INSERT INTO sale_posting (edition, seq, entry, at, order_id, account, minor, currency, text)`, "", 9, args)
}

func (w *saleTx) putWaits(waits []*sale.Wait) error {
	args := make([]any, 0, 8*len(waits))
	for _, x := range waits {
		body, err := json.Marshal(x)
		if err != nil {
			return err
		}
		was, known := w.waits[x.ID]
		k, err := w.s.again(was, known, x.Private, waitPlace(w.edition, x.ID))
		if err != nil {
			return err
		}
		args = append(args, w.edition, x.ID, x.Priority, x.Seq, x.State, string(body), k.private, k.wrapped)
	}
	return w.tx.insertRows(`INSERT INTO sale_wait (edition, id, priority, seq, state, body, private, wrapped)`,
		` ON CONFLICT (edition, id) DO UPDATE SET priority = excluded.priority, seq = excluded.seq, state = excluded.state,
			body = excluded.body, private = excluded.private, wrapped = excluded.wrapped`, 8, args)
}

// addAudits writes lines of the audit log. What nobody decided, holds that
// ended, stands in the ledger of units alone.
func (w *saleTx) addAudits(audits []sale.Audit) error {
	w.tx.Unaudited()
	args := make([]any, 0, 7*len(audits))
	for _, a := range audits {
		detail := []byte("{}")
		if a.Detail != nil {
			var err error
			if detail, err = json.Marshal(a.Detail); err != nil {
				return fmt.Errorf("detail of %s: %w", a.Action, err)
			}
		}
		args = append(args, w.at, a.By.Account, a.By.Name, a.Action, w.edition, a.Subject, string(detail))
	}
	return w.tx.insertRows(`INSERT INTO audit (at, actor, actor_name, action, edition, subject, detail)`, "", 7, args)
}
