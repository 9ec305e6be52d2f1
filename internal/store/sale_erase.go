package store

import (
	"context"
	"encoding/json"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Erasure is a destroyed key: the log of them is kept apart from backups and
// replayed on what was restored (case 55).
type Erasure struct {
	Edition string       `json:"edition"`
	Order   string       `json:"order"` // or a place on the waiting list
	Payer   bool         `json:"payer"` // what invoices need was erased as well
	At      race.Instant `json:"at"`
}

// EraseOrder destroys the key of an order's personal data, so that it can be
// read nowhere any more, in backups neither: persons, documents, e-mail, messages,
// and by what the order is found. The order itself stays. Of an order with papers
// the payer's name and address are sealed anew, for the law wants invoices kept
// (case 54); ErasePayer erases those when their time has come. A place on the
// waiting list is erased by its id alike. Twice is no error. Fault NotFound
// sale.order_unknown.
func (s *SaleStore) EraseOrder(ctx context.Context, by access.Actor, edition, id string) error {
	return s.erase(ctx, by, edition, id, false)
}

// ErasePayer is EraseOrder for the payer as well. Fault NotFound
// sale.order_unknown.
func (s *SaleStore) ErasePayer(ctx context.Context, by access.Actor, edition, id string) error {
	return s.erase(ctx, by, edition, id, true)
}

func (s *SaleStore) erase(ctx context.Context, by access.Actor, edition, id string, payer bool) error {
	err := s.db.Write(ctx, func(tx *Tx) error {
		if err := s.fileIn(tx, edition); err != nil {
			return err
		}
		done, err := tx.Find([]any{new(int)}, `SELECT 1 FROM sale_erased WHERE edition = $1 AND order_id = $2 AND payer >= $3`, edition, id, word(payer))
		if err != nil || done {
			return err
		}
		found, err := s.destroy(tx, edition, id, payer)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "sale.order_unknown", nil)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO sale_erased (edition, order_id, payer, at, by_account) VALUES ($1, $2, $3, $4, $5)`,
			edition, id, word(payer), tx.at, by.Account); err != nil {
			return err
		}
		return tx.Audit(by, OrderErase, edition, id, map[string]any{"payer": payer})
	})
	if err != nil {
		return err
	}
	return s.db.scrub(ctx)
}

func word(b bool) int {
	if b {
		return 1
	}
	return 0
}

// destroy takes the keys away.
func (s *SaleStore) destroy(tx *Tx, edition, id string, payer bool) (found bool, err error) {
	n, err := tx.Exec(`UPDATE sale_wait SET private = $3, wrapped = $3 WHERE edition = $1 AND id = $2`, edition, id, []byte{})
	if err != nil {
		return false, err
	}
	if n > 0 {
		if _, err := tx.Exec(`UPDATE sale_edition SET waits = waits + 1 WHERE edition = $1`, edition); err != nil {
			return false, err
		}
	}
	if _, err := tx.Exec(`UPDATE outbox SET private = $3, wrapped = $3 WHERE edition = $1 AND order_id = $2`, edition, id, []byte{}); err != nil {
		return false, err
	}
	if err := tx.dropBlinds(edition, id, nil); err != nil {
		return false, err
	}
	row, found, err := first(&tx.View, scanOrder, selectOrder+` AND id = $2`, edition, id)
	if err != nil || !found {
		return n > 0, err
	}
	rest, err := s.rest(tx, edition, row, payer)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`UPDATE sale_order SET private = $3, wrapped = $4 WHERE edition = $1 AND id = $2`, edition, id, rest.private, rest.wrapped)
	return true, err
}

// rest is what stays of an order's personal data, under a new key.
func (s *SaleStore) rest(tx *Tx, edition string, row orderRow, payer bool) (sealed, error) {
	nothing := sealed{private: []byte{}, wrapped: []byte{}}
	orders, err := s.orders(&tx.View, edition, []orderRow{row}, nil)
	if err != nil {
		return nothing, err
	}
	o := orders[0]
	if payer || len(o.Papers) == 0 || len(row.wrapped) == 0 {
		return nothing, nil
	}
	plain, err := json.Marshal(sale.Private{Name: o.Private.Name, Address: o.Private.Address})
	if err != nil {
		return nothing, err
	}
	return s.shut(plain, orderPlace(edition, o.ID))
}

// scrub sees to it that the bytes of a destroyed key are gone from SQLite's
// files: pages are overwritten as they are freed, and the log is emptied. At
// PostgreSQL it is VACUUM and the end of old WAL files that do it.
func (db *DB) scrub(ctx context.Context) error {
	if db.engine != SQLite {
		return nil
	}
	pool, err := openSQLite(db.path, sqliteWriter, 1)
	if err != nil {
		return db.trouble(err)
	}
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return db.troubleIn(ctx, err)
}

// Erasures is the log of destroyed keys, the earliest first: to be kept where
// backups are not.
func (s *SaleStore) Erasures(ctx context.Context) ([]Erasure, error) {
	return list(s.db.view(ctx), func(scan func(...any) error) (e Erasure, err error) {
		var payer int
		err = scan(&e.Edition, &e.Order, &payer, &e.At)
		e.Payer = payer == 1
		return e, err
	}, `SELECT edition, order_id, payer, at FROM sale_erased ORDER BY at, edition, order_id, payer`)
}

// ReplayErasures destroys what a restored backup brought back (case 55), before
// anything is served from it. What the backup does not know it leaves out; it
// says how many it erased.
func (s *SaleStore) ReplayErasures(ctx context.Context, by access.Actor, log []Erasure) (n int, err error) {
	err = s.db.Write(ctx, func(tx *Tx) error {
		n = 0
		tx.Unaudited() // what is erased is told below; of what is not there, there is nothing to tell
		for _, e := range log {
			done, err := tx.Find([]any{new(int)}, `SELECT 1 FROM sale_erased WHERE edition = $1 AND order_id = $2 AND payer >= $3`,
				e.Edition, e.Order, word(e.Payer))
			if err != nil {
				return err
			}
			if done {
				continue
			}
			if err := s.fileIn(tx, e.Edition); err != nil {
				return err
			}
			found, err := s.destroy(tx, e.Edition, e.Order, e.Payer)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			if _, err := tx.Exec(`INSERT INTO sale_erased (edition, order_id, payer, at, by_account) VALUES ($1, $2, $3, $4, $5)`,
				e.Edition, e.Order, word(e.Payer), e.At, by.Account); err != nil {
				return err
			}
			if err := tx.Audit(by, OrderErase, e.Edition, e.Order, map[string]any{"payer": e.Payer, "replayed": true}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err == nil && n > 0 {
		err = s.db.scrub(ctx)
	}
	return n, err
}
