package store

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/sale"
)

// SaleKeep is the action of fixing a seed, a key or a proof of a sale. Its line
// in the audit log has the SHA-256 of what was kept: a commitment that cannot be
// changed afterwards unseen.
const SaleKeep Action = "sale.keep"

var _ sale.Keeper = (*SaleStore)(nil)

// Keep implements sale.Keeper.
func (s *SaleStore) Keep(ctx context.Context, edition, name string, value []byte) ([]byte, error) {
	kept, found, err := s.db.view(ctx).kept(edition, name)
	if found || err != nil || value == nil {
		return kept, err
	}
	err = s.db.Write(ctx, func(tx *Tx) error {
		if kept, found, err = tx.kept(edition, name); found || err != nil {
			return err
		}
		kept = value
		if _, err := tx.Exec(`INSERT INTO sale_kept (edition, name, value, at) VALUES ($1, $2, $3, $4)`, edition, name, value, tx.at); err != nil {
			return err
		}
		return tx.Audit(access.System("sale"), SaleKeep, edition, name, map[string]any{"sha256": sale.Commitment(value)})
	})
	return kept, err
}

func (v *View) kept(edition, name string) (value []byte, found bool, err error) {
	found, err = v.Find([]any{&value}, `SELECT value FROM sale_kept WHERE edition = $1 AND name = $2`, edition, name)
	return value, found, err
}

// Enter implements sale.Keeper.
func (s *SaleStore) Enter(ctx context.Context, edition string, ts []sale.Ticket) error {
	return s.db.Write(ctx, func(tx *Tx) error {
		var last int64
		if _, err := tx.Find([]any{&last}, `SELECT COALESCE(MAX(seq), 0) FROM sale_ticket WHERE edition = $1`, edition); err != nil {
			return err
		}
		args := make([]any, 0, 5*len(ts))
		for i, t := range ts {
			args = append(args, edition, last+int64(i)+1, t.ID, t.At, t.Let)
		}
		tx.Unaudited() // a place in a line, of nobody by name
		return tx.insertRows(`INSERT INTO sale_ticket (edition, seq, id, at, let)`, ``, 5, args)
	})
}

// LetIn implements sale.Keeper.
func (s *SaleStore) LetIn(ctx context.Context, edition string, ts []sale.Ticket) error {
	return s.db.Write(ctx, func(tx *Tx) error {
		tx.Unaudited() // the line itself says whose turn it was
		for _, t := range ts {
			if _, err := tx.Exec(`UPDATE sale_ticket SET let = $3 WHERE edition = $1 AND id = $2`, edition, t.ID, t.Let); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tickets implements sale.Keeper.
func (s *SaleStore) Tickets(ctx context.Context, edition string) ([]sale.Ticket, error) {
	return list(s.db.view(ctx), func(scan func(...any) error) (t sale.Ticket, err error) {
		err = scan(&t.ID, &t.At, &t.Let)
		return t, err
	}, `SELECT id, at, let FROM sale_ticket WHERE edition = $1 ORDER BY seq`, edition)
}
