package saletest

import (
	"cmp"
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
)

var _ sale.Remittances = Views{}

// Remittances implements sale.Remittances.
func (m *Memory) Remittances(_ context.Context, _, state string) ([]sale.Remittance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []sale.Remittance
	for _, t := range m.Queue {
		if state == "" || t.State == state {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b sale.Remittance) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Remittance implements sale.Remittances.
func (m *Memory) Remittance(_ context.Context, _, id string) (sale.Remittance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.Queue[id]
	if !ok {
		return t, fault.New(fault.NotFound, "sale.remittance_unknown", nil)
	}
	return t, nil
}

// KeepRemittances implements sale.Remittances.
func (m *Memory) KeepRemittances(_ context.Context, _ access.Actor, _ string, ts []sale.Remittance) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Queue == nil {
		m.Queue = map[string]sale.Remittance{}
	}
	for _, t := range ts {
		if _, known := m.Queue[t.ID]; !known {
			t.State = sale.RemittanceOpen
			m.Queue[t.ID] = t
			n++
		}
	}
	return n, nil
}

// EndRemittance implements sale.Remittances.
func (m *Memory) EndRemittance(_ context.Context, _ access.Actor, _, id, state, order string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.Queue[id]
	switch {
	case !ok:
		return fault.New(fault.NotFound, "sale.remittance_unknown", nil)
	case t.State == state && t.Order == order:
		return nil
	case t.State != sale.RemittanceOpen:
		return fault.New(fault.Conflict, "sale.remittance_ended", nil)
	}
	m.Queue[id] = sale.Remittance{ID: id, At: t.At, Amount: t.Amount, State: state, Order: order}
	return nil
}
