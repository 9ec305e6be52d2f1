package store

import (
	"maps"
	"slices"

	"stadion/internal/race"
	"stadion/internal/sale"
)

// remember keeps what an order's personal data was, so that it is sealed again
// only when it changed.
func (w *saleTx) remember(r *orderRow) { w.read[r.id] = r.sealed }

func (w *saleTx) decode(rows []orderRow) ([]*sale.Order, error) {
	return w.s.orders(&w.tx.View, w.edition, rows, w.remember)
}

// Orders implements sale.Reader.
func (w *saleTx) Orders(ids []string) ([]*sale.Order, error) {
	var rows []orderRow
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		o := w.unfiled(id)
		if o != nil {
			rows = append(rows, o.row())
		}
		return o != nil
	})
	if err := eachOf(&w.tx.View, ids, func(scan func(...any) error) error {
		r, err := scanOrder(scan)
		rows = append(rows, r)
		return err
	}, selectOrders+` AND id `+listed, w.edition); err != nil {
		return nil, err
	}
	return w.decode(rows)
}

// ByKeys implements sale.Reader.
func (w *saleTx) ByKeys(keys []string) ([]sale.Key, error) {
	var out []sale.Key
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		k, known := w.tail.keys[key]
		if known = known && w.inBook(k.page); known {
			out = append(out, sale.Key{Key: k.Key, Body: k.Body, Order: k.Order})
		}
		return known
	})
	err := eachOf(&w.tx.View, keys, func(scan func(...any) error) error {
		var k sale.Key
		err := scan(&k.Key, &k.Body, &k.Order)
		out = append(out, k)
		return err
	}, `SELECT key, body, order_id FROM sale_key WHERE edition || '' = $1 AND key `+listed, w.edition)
	return out, err
}

// ByBlinds implements sale.Reader.
func (w *saleTx) ByBlinds(blinds []string) (map[string][]string, error) {
	hashes, back := make([]int64, len(blinds)), make(map[int64]string, len(blinds))
	for i, b := range blinds {
		hashes[i] = hashOf(w.edition, b)
		back[hashes[i]] = b
	}
	of := map[string][]string{} // blind indexes by order
	if err := eachOf(&w.tx.View, hashes, func(scan func(...any) error) error {
		var hash int64
		var id string
		err := scan(&hash, &id)
		of[id] = append(of[id], back[hash])
		return err
	}, `SELECT hash, order_id FROM sale_blind WHERE hash `+listed); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for hash, blind := range back {
		for _, id := range w.tail.blinds[hash] {
			if w.unfiled(id) != nil { // all that is new is held or confirmed
				out[blind] = append(out[blind], id)
			}
		}
	}
	err := eachOf(&w.tx.View, slices.Sorted(maps.Keys(of)), func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		for _, blind := range of[id] {
			out[blind] = append(out[blind], id)
		}
		return err
	}, `SELECT id FROM sale_order WHERE edition || '' = $1 AND state IN ('held', 'confirmed') AND id `+listed, w.edition)
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out, err
}

// Expired implements sale.Reader.
func (w *saleTx) Expired(at race.Instant, limit int) ([]*sale.Order, error) {
	if w.ends() <= at {
		if err := w.file(0); err != nil {
			return nil, err
		}
	}
	rows, err := list(&w.tx.View, scanOrder, selectOrder+` AND state = 'held' AND hard_end <= $2 ORDER BY hard_end, id LIMIT $3`,
		w.edition, at, limit)
	if err != nil {
		return nil, err
	}
	return w.decode(rows)
}

// Live implements sale.Reader.
func (w *saleTx) Live(after string, limit int) ([]*sale.Order, error) {
	if err := w.file(0); err != nil {
		return nil, err
	}
	rows, err := list(&w.tx.View, scanOrder, selectOrder+` AND id > $2 AND state IN ('held', 'confirmed') ORDER BY id LIMIT $3`,
		w.edition, after, limit)
	if err != nil {
		return nil, err
	}
	return w.decode(rows)
}

// Seen implements sale.Reader.
func (w *saleTx) Seen(ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := eachOf(&w.tx.View, ids, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out[id] = true
		return err
	}, `SELECT id FROM sale_seen WHERE edition || '' = $1 AND id `+listed, w.edition)
	return out, err
}

// keptList is the waiting list as the writer left it, with its version.
type keptList struct {
	version int64
	list    *sale.WaitList
}

// Waiting implements sale.Reader. The list is remembered from commit to commit:
// with thousands on it, reading and opening it is most of what a commit would do.
// It goes on in the commit that takes it out, and is put back if that stands.
func (w *saleTx) Waiting() (*sale.WaitList, error) {
	if w.list != nil {
		return w.list, nil
	}
	kept := w.s.lists[w.edition]
	delete(w.s.lists, w.edition)
	if w.list = kept.list; w.list == nil || kept.version != w.waits {
		ws, err := w.s.waits(&w.tx.View, w.edition, ` AND state IN ('applied', 'waiting', 'offered')`, nil)
		if err != nil {
			return nil, err
		}
		w.list = sale.NewWaitList(ws)
	}
	return w.list, nil
}

// keepList remembers the waiting list that this commit leaves, once it stands.
func (w *saleTx) keepList() {
	if l := w.list; l != nil {
		w.tx.whenOver(func(kept bool) {
			if kept {
				w.s.lists[w.edition] = keptList{w.waits, l}
			}
		})
	}
}
