package store

import (
	"context"
	"encoding/json"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

// The actions on remittances.
const (
	RemittanceKeep Action = "remittance.keep"
	RemittanceEnd  Action = "remittance.end"
)

var _ sale.Remittances = (*SaleStore)(nil)

// sealedText is what is sealed of a remittance.
type sealedText struct {
	Payer     string `json:"payer,omitempty"`
	Reference string `json:"reference,omitempty"`
	Text      string `json:"text,omitempty"`
}

func remittancePlace(id string) string { return "remittance/" + id }

const selectRemittance = `SELECT id, at, minor, currency, state, order_id, private, wrapped FROM sale_remittance WHERE edition = $1`

type remittanceRow struct {
	sale.Remittance
	sealed
}

func scanRemittance(scan func(...any) error) (r remittanceRow, err error) {
	err = scan(&r.ID, &r.At, &r.Amount.Minor, &r.Amount.Currency, &r.State, &r.Order, &r.private, &r.wrapped)
	return r, err
}

func (s *SaleStore) openRemittance(r *remittanceRow) (sale.Remittance, error) {
	var x sealedText
	err := s.open(&r.sealed, remittancePlace(r.ID), &x)
	r.Payer, r.Reference, r.Text = x.Payer, x.Reference, x.Text
	return r.Remittance, err
}

// Remittances implements sale.Remittances.
func (s *SaleStore) Remittances(ctx context.Context, edition, state string) ([]sale.Remittance, error) {
	rows, err := list(s.db.view(ctx), scanRemittance, selectRemittance+` AND ($2 = '' OR state = $2) ORDER BY at, id`, edition, state)
	if err != nil {
		return nil, err
	}
	out := make([]sale.Remittance, len(rows))
	for i := range rows {
		if out[i], err = s.openRemittance(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Remittance implements sale.Remittances.
func (s *SaleStore) Remittance(ctx context.Context, edition, id string) (sale.Remittance, error) {
	r, found, err := first(s.db.view(ctx), scanRemittance, selectRemittance+` AND id = $2`, edition, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "sale.remittance_unknown", nil)
	}
	if err != nil {
		return sale.Remittance{}, err
	}
	return s.openRemittance(&r)
}

// KeepRemittances implements sale.Remittances.
func (s *SaleStore) KeepRemittances(ctx context.Context, by access.Actor, edition string, ts []sale.Remittance) (n int, err error) {
	boxes := make([]sealed, len(ts))
	for i, t := range ts {
		plain, err := json.Marshal(sealedText{t.Payer, t.Reference, t.Text})
		if err != nil {
			return 0, err
		}
		if boxes[i], err = s.shut(plain, remittancePlace(t.ID)); err != nil {
			return 0, err
		}
	}
	err = s.db.Write(ctx, func(tx *Tx) error {
		n = 0
		for i, t := range ts {
			made, err := tx.Exec(`INSERT INTO sale_remittance (id, edition, at, minor, currency, state, order_id, private, wrapped)
				VALUES ($1, $2, $3, $4, $5, 'open', '', $6, $7) ON CONFLICT (id, edition) DO NOTHING`,
				t.ID, edition, t.At, t.Amount.Minor, t.Amount.Currency, boxes[i].private, boxes[i].wrapped)
			if err != nil {
				return err
			}
			n += int(made)
		}
		return tx.Audit(by, RemittanceKeep, edition, "", map[string]any{"remittances": strconv.Itoa(n)})
	})
	return n, err
}

// EndRemittance implements sale.Remittances. What was sealed of it goes.
func (s *SaleStore) EndRemittance(ctx context.Context, by access.Actor, edition, id, state, order string) error {
	return s.db.Write(ctx, func(tx *Tx) error {
		r, found, err := first(&tx.View, scanRemittance, selectRemittance+` AND id = $2`, edition, id)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New(fault.NotFound, "sale.remittance_unknown", nil)
		case r.State == state && r.Order == order:
			tx.Unaudited() // said before
			return nil
		case r.State != sale.RemittanceOpen:
			return fault.New(fault.Conflict, "sale.remittance_ended", nil)
		}
		if _, err := tx.Exec(`UPDATE sale_remittance SET state = $3, order_id = $4, private = $5, wrapped = $5 WHERE edition = $1 AND id = $2`,
			edition, id, state, order, []byte{}); err != nil {
			return err
		}
		return tx.Audit(by, RemittanceEnd, edition, id, map[string]any{"state": state, "amount": r.Amount.String()})
	})
}
