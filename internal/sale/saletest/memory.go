// Package saletest holds what tests of the sale share: a store in memory that
// refuses what the database refuses, and a small invented edition.
package saletest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Memory is a sale.Store in memory. Everything it was given can be looked at.
type Memory struct {
	mu       sync.Mutex
	Now      func() race.Instant
	Head     sale.Head
	ByID     map[string]*sale.Order
	Keys     map[string]sale.Key
	Blinds   map[string][]string // order to its blind indexes
	byBlind  map[string][]string
	Events   map[string]bool
	Lines    []sale.Line
	Postings []sale.Posting
	Waits    map[string]*sale.Wait
	Mails    []sale.Mail
	Audits   []sale.Audit
	Queue    map[string]sale.Remittance // transfers nobody could assign
	Fail     error                      // the next commits fail with it before anything is written
}

// New makes a store with the quotas of a catalogue.
func New(c *sale.Catalogue, now func() race.Instant) *Memory {
	m := &Memory{Now: now, ByID: map[string]*sale.Order{}, Keys: map[string]sale.Key{}, Blinds: map[string][]string{},
		byBlind: map[string][]string{}, Events: map[string]bool{}, Waits: map[string]*sale.Wait{}}
	m.Head = sale.Head{Catalogue: c, Quotas: sale.QuotasOf(c), Numbers: map[string]int64{}}
	return m
}

// Commit is sale.Store's.
func (m *Memory) Commit(_ context.Context, _ string, decide func(race.Instant, sale.Head, sale.Reader) (*sale.Changes, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Fail != nil {
		return m.Fail
	}
	h := m.Head
	h.Quotas, h.Numbers = slices.Clone(h.Quotas), maps.Clone(h.Numbers)
	c, err := decide(m.Now(), h, reader{m})
	if err != nil || c == nil {
		return err
	}
	return m.write(c)
}

func (m *Memory) write(c *sale.Changes) error {
	for _, q := range c.Quotas {
		if q.Used < 0 || q.Used > q.Cap() || q.Kept < 0 {
			return fmt.Errorf("quota %s: %d used of %d, %d kept", q.ID(), q.Used, q.Size, q.Kept)
		}
		at := slices.IndexFunc(m.Head.Quotas, func(o sale.Quota) bool { return o.ID() == q.ID() })
		if at < 0 {
			m.Head.Quotas = append(m.Head.Quotas, q)
			continue
		}
		if was := m.Head.Quotas[at]; q.Used > q.Size && q.Used > was.Cap() { // as the database's cap, which falls only
			return fmt.Errorf("quota %s is oversold: %d of %d", q.ID(), q.Used, q.Size)
		}
		m.Head.Quotas[at] = q
	}
	for _, k := range c.Keys {
		if _, twice := m.Keys[k.Key]; twice {
			return fmt.Errorf("key %q twice", k.Key)
		}
		m.Keys[k.Key] = k
	}
	for _, o := range c.Orders {
		m.ByID[o.ID] = o.Clone()
	}
	for id, of := range c.Blinds {
		for _, b := range m.Blinds[id] {
			m.byBlind[b] = slices.DeleteFunc(m.byBlind[b], func(o string) bool { return o == id })
		}
		for _, b := range of {
			m.byBlind[b] = append(m.byBlind[b], id)
		}
		m.Blinds[id] = of
	}
	for _, id := range c.Seen {
		if m.Events[id] {
			return fmt.Errorf("event %q twice", id)
		}
		m.Events[id] = true
	}
	for _, w := range c.Waits {
		k := *w
		m.Waits[w.ID] = &k
	}
	for _, l := range c.Lines {
		l.Seq = int64(len(m.Lines) + 1)
		m.Lines = append(m.Lines, l)
	}
	m.Postings = append(m.Postings, c.Postings...)
	m.Mails = append(m.Mails, c.Mails...)
	m.Audits = append(m.Audits, c.Audits...)
	m.Head.State, m.Head.Numbers, m.Head.WaitSeq, m.Head.Catalogue = c.Head.State, c.Head.Numbers, c.Head.WaitSeq, c.Head.Catalogue
	return nil
}

// Order is an order as it was last written, nil if there is none.
func (m *Memory) Order(id string) *sale.Order {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.ByID[id]; o != nil {
		return o.Clone()
	}
	return nil
}

// Quota is a quota as it was last written.
func (m *Memory) Quota(id string) sale.Quota {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, q := range m.Head.Quotas {
		if q.ID() == id {
			return q
		}
	}
	return sale.Quota{}
}

// Balance is the sum of an account of the ledger of money in a currency.
func (m *Memory) Balance(account string, c money.Currency) money.Amount {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := money.Of(0, c)
	for _, p := range m.Postings {
		if p.Account == account && p.Amount.Currency == c {
			sum = sum.Add(p.Amount)
		}
	}
	return sum
}

type reader struct{ m *Memory }

func (r reader) Orders(ids []string) ([]*sale.Order, error) {
	var out []*sale.Order
	for _, id := range ids {
		if o := r.m.ByID[id]; o != nil {
			out = append(out, o.Clone())
		}
	}
	return out, nil
}

func (r reader) ByKeys(keys []string) ([]sale.Key, error) {
	var out []sale.Key
	for _, k := range keys {
		if x, ok := r.m.Keys[k]; ok {
			out = append(out, x)
		}
	}
	return out, nil
}

func (r reader) ByBlinds(blinds []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, b := range blinds {
		for _, id := range r.m.byBlind[b] {
			if s := r.m.ByID[id].State; s == sale.Held || s == sale.Confirmed {
				out[b] = append(out[b], id)
			}
		}
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out, nil
}

func (r reader) Expired(at race.Instant, limit int) ([]*sale.Order, error) {
	var out []*sale.Order
	for _, o := range r.m.ByID {
		if o.State == sale.Held && o.HardEnd <= at {
			out = append(out, o.Clone())
		}
	}
	slices.SortFunc(out, func(a, b *sale.Order) int {
		return cmp.Or(cmp.Compare(a.HardEnd, b.HardEnd), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(limit, len(out))], nil
}

func (r reader) Live(after string, limit int) ([]*sale.Order, error) {
	var out []*sale.Order
	for _, o := range r.m.ByID {
		if o.ID > after && (o.State == sale.Held || o.State == sale.Confirmed) {
			out = append(out, o.Clone())
		}
	}
	slices.SortFunc(out, func(a, b *sale.Order) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(limit, len(out))], nil
}

func (r reader) Seen(ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = r.m.Events[id]
	}
	return out, nil
}

func (r reader) Waiting() (*sale.WaitList, error) {
	var out []*sale.Wait
	for _, w := range r.m.Waits {
		if w.State == "applied" || w.State == "waiting" || w.State == "offered" {
			k := *w
			out = append(out, &k)
		}
	}
	return sale.NewWaitList(out), nil
}
