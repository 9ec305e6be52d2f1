package saletest

import (
	"cmp"
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

var _ sale.Transfers = Views{}

// Transfers implements sale.Transfers.
func (m *Memory) Transfers(_ context.Context, _, state string) ([]sale.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []sale.Transfer
	for _, t := range m.Queue {
		if state == "" || t.State == state {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b sale.Transfer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Transfer implements sale.Transfers.
func (m *Memory) Transfer(_ context.Context, _, id string) (sale.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.Queue[id]
	if !ok {
		return t, fault.New(fault.NotFound, "sale.transfer_unknown", nil)
	}
	return t, nil
}

// KeepTransfers implements sale.Transfers.
func (m *Memory) KeepTransfers(_ context.Context, _ access.Actor, _ string, ts []sale.Transfer) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Queue == nil {
		m.Queue = map[string]sale.Transfer{}
	}
	for _, t := range ts {
		if _, known := m.Queue[t.ID]; !known {
			t.State = sale.TransferOpen
			m.Queue[t.ID] = t
			n++
		}
	}
	return n, nil
}

// EndTransfer implements sale.Transfers.
func (m *Memory) EndTransfer(_ context.Context, _ access.Actor, _, id, state, order string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.Queue[id]
	switch {
	case !ok:
		return fault.New(fault.NotFound, "sale.transfer_unknown", nil)
	case t.State == state && t.Order == order:
		return nil
	case t.State != sale.TransferOpen:
		return fault.New(fault.Conflict, "sale.transfer_ended", nil)
	}
	m.Queue[id] = sale.Transfer{ID: id, At: t.At, Amount: t.Amount, State: state, Order: order}
	return nil
}
