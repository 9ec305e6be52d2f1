package store

import (
	"context"
	"encoding/json"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

// The actions on transfers.
const (
	TransferKeep Action = "transfer.keep"
	TransferEnd  Action = "transfer.end"
)

var _ sale.Transfers = (*SaleStore)(nil)

// remittance is what is sealed of a transfer.
type remittance struct {
	Payer     string `json:"payer,omitempty"`
	Reference string `json:"reference,omitempty"`
	Text      string `json:"text,omitempty"`
}

func transferPlace(id string) string { return "transfer/" + id }

const selectTransfer = `SELECT id, at, minor, currency, state, order_id, private, wrapped FROM sale_transfer WHERE edition = $1`

type transferRow struct {
	sale.Transfer
	sealed
}

func scanTransfer(scan func(...any) error) (r transferRow, err error) {
	err = scan(&r.ID, &r.At, &r.Amount.Minor, &r.Amount.Currency, &r.State, &r.Order, &r.private, &r.wrapped)
	return r, err
}

func (s *SaleStore) openTransfer(r *transferRow) (sale.Transfer, error) {
	var x remittance
	err := s.open(&r.sealed, transferPlace(r.ID), &x)
	r.Payer, r.Reference, r.Text = x.Payer, x.Reference, x.Text
	return r.Transfer, err
}

// Transfers implements sale.Transfers.
func (s *SaleStore) Transfers(ctx context.Context, edition, state string) ([]sale.Transfer, error) {
	rows, err := list(s.db.view(ctx), scanTransfer, selectTransfer+` AND ($2 = '' OR state = $2) ORDER BY at, id`, edition, state)
	if err != nil {
		return nil, err
	}
	out := make([]sale.Transfer, len(rows))
	for i := range rows {
		if out[i], err = s.openTransfer(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Transfer implements sale.Transfers.
func (s *SaleStore) Transfer(ctx context.Context, edition, id string) (sale.Transfer, error) {
	r, found, err := first(s.db.view(ctx), scanTransfer, selectTransfer+` AND id = $2`, edition, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "sale.transfer_unknown", nil)
	}
	if err != nil {
		return sale.Transfer{}, err
	}
	return s.openTransfer(&r)
}

// KeepTransfers implements sale.Transfers.
func (s *SaleStore) KeepTransfers(ctx context.Context, by access.Actor, edition string, ts []sale.Transfer) (n int, err error) {
	boxes := make([]sealed, len(ts))
	for i, t := range ts {
		plain, err := json.Marshal(remittance{t.Payer, t.Reference, t.Text})
		if err != nil {
			return 0, err
		}
		if boxes[i], err = s.shut(plain, transferPlace(t.ID)); err != nil {
			return 0, err
		}
	}
	err = s.db.Write(ctx, func(tx *Tx) error {
		n = 0
		for i, t := range ts {
			made, err := tx.Exec(`INSERT INTO sale_transfer (id, edition, at, minor, currency, state, order_id, private, wrapped)
				VALUES ($1, $2, $3, $4, $5, 'open', '', $6, $7) ON CONFLICT (id, edition) DO NOTHING`,
				t.ID, edition, t.At, t.Amount.Minor, t.Amount.Currency, boxes[i].private, boxes[i].wrapped)
			if err != nil {
				return err
			}
			n += int(made)
		}
		return tx.Audit(by, TransferKeep, edition, "", map[string]any{"transfers": strconv.Itoa(n)})
	})
	return n, err
}

// EndTransfer implements sale.Transfers. What was sealed of it goes.
func (s *SaleStore) EndTransfer(ctx context.Context, by access.Actor, edition, id, state, order string) error {
	return s.db.Write(ctx, func(tx *Tx) error {
		r, found, err := first(&tx.View, scanTransfer, selectTransfer+` AND id = $2`, edition, id)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New(fault.NotFound, "sale.transfer_unknown", nil)
		case r.State == state && r.Order == order:
			tx.Unaudited() // said before
			return nil
		case r.State != sale.TransferOpen:
			return fault.New(fault.Conflict, "sale.transfer_ended", nil)
		}
		if _, err := tx.Exec(`UPDATE sale_transfer SET state = $3, order_id = $4, private = $5, wrapped = $5 WHERE edition = $1 AND id = $2`,
			edition, id, state, order, []byte{}); err != nil {
			return err
		}
		return tx.Audit(by, TransferEnd, edition, id, map[string]any{"state": state, "amount": r.Amount.String()})
	})
}
