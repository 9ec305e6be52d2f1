package saletest

import (
	"cmp"
	"context"
	"slices"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Views looks at a Memory as pages do.
type Views struct{ *Memory }

// Views reads what the store holds.
func (m *Memory) Views() Views { return Views{m} }

var _ sale.Views = Views{}

// Head implements sale.Views: holds that have ended count as free.
func (v Views) Head(_ context.Context, edition string) (sale.Head, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	h := v.Memory.Head
	if h.Catalogue == nil || h.Catalogue.Edition != "" && h.Catalogue.Edition != edition {
		return sale.Head{}, fault.New(fault.NotFound, "sale.none", nil)
	}
	h.Quotas = slices.Clone(h.Quotas)
	for _, o := range v.ByID {
		if o.State != sale.Held || o.Live(v.Now()) {
			continue
		}
		for _, u := range o.Units() {
			id := sale.QuotaID(u.Resource, o.Partner)
			if at := slices.IndexFunc(h.Quotas, func(q sale.Quota) bool { return q.ID() == id }); at >= 0 {
				h.Quotas[at].Used -= u.N
			}
		}
	}
	return h, nil
}

// Order implements sale.Views.
func (v Views) Order(_ context.Context, _, id string) (*sale.Order, error) {
	if o := v.Memory.Order(id); o != nil {
		return o, nil
	}
	return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
}

// Orders implements sale.Views.
func (v Views) Orders(_ context.Context, _ string, f sale.OrderFilter) ([]*sale.Order, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []*sale.Order
	for id, o := range v.ByID {
		if v.chosen(o, f, v.Blinds[id]) {
			out = append(out, o.Clone())
		}
	}
	slices.SortFunc(out, func(a, b *sale.Order) int {
		return cmp.Or(cmp.Compare(b.Made, a.Made), cmp.Compare(b.ID, a.ID))
	})
	limit := cmp.Or(f.Limit, 50)
	return out[:min(limit, len(out))], len(out) > limit, nil
}

func (v Views) chosen(o *sale.Order, f sale.OrderFilter, blinds []string) bool {
	switch {
	case f.State != "" && o.State != f.State,
		f.Partner == "-" && o.Partner != "", f.Partner != "" && f.Partner != "-" && o.Partner != f.Partner,
		f.Tasks && !slices.ContainsFunc(o.Tasks, func(t sale.Task) bool { return !t.Done }),
		f.Owing && !slices.ContainsFunc(o.Refunds, func(r sale.Refund) bool { return r.State == "owed" || r.State == "failed" }),
		f.Paying && !slices.ContainsFunc(o.Payments, func(a sale.Attempt) bool { return a.State == "open" }),
		f.Before != 0 && (o.Made > f.Before || o.Made == f.Before && o.ID >= f.BeforeID):
		return false
	}
	if f.Search == "" && f.Blind == "" {
		return true
	}
	return f.Search != "" && (f.Search == o.Number || f.Search == o.Reference || f.Search == o.ID) || slices.Contains(blinds, f.Blind)
}

// Counts implements sale.Views.
func (v Views) Counts(context.Context, string) (sale.Counts, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := sale.Counts{Orders: map[sale.State]int{}}
	for _, o := range v.ByID {
		c.Orders[o.State]++
		if o.Live(v.Now()) && o.Open().Minor > 0 {
			c.Open++
		}
		for _, t := range o.Tasks {
			if !t.Done {
				c.Tasks++
			}
		}
		for _, r := range o.Refunds {
			if r.State == "owed" {
				c.Owed++
			}
		}
	}
	for _, w := range v.Memory.Waits {
		if w.State == "waiting" || w.State == "offered" {
			c.Waits++
		}
	}
	return c, nil
}

// Lines implements sale.Views.
func (v Views) Lines(_ context.Context, _ string, after int64, limit int) ([]sale.Line, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	from := min(max(0, int(after)), len(v.Memory.Lines))
	return slices.Clone(v.Memory.Lines[from:min(from+limit, len(v.Memory.Lines))]), nil
}

// Postings implements sale.Views.
func (v Views) Postings(_ context.Context, _, order string) ([]sale.Posting, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []sale.Posting
	for _, p := range v.Memory.Postings {
		if order == "" || p.Order == order {
			out = append(out, p)
		}
	}
	return out, nil
}

// Queue implements sale.Views.
func (v Views) Queue(ctx context.Context, edition string) ([]*sale.Wait, error) {
	ws, err := v.Waits(ctx, edition, false)
	ws = slices.DeleteFunc(ws, func(x *sale.Wait) bool { return x.State != sale.Waiting || x.Partner != "" })
	for _, x := range ws {
		x.Private = sale.Private{}
	}
	return ws, err
}

// Waits implements sale.Views.
func (v Views) Waits(_ context.Context, _ string, all bool) ([]*sale.Wait, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !all {
		l, err := reader{v.Memory}.Waiting()
		return l.All(), err
	}
	var out []*sale.Wait
	for _, w := range v.Memory.Waits {
		k := *w
		out = append(out, &k)
	}
	slices.SortFunc(out, func(a, b *sale.Wait) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Seq, b.Seq))
	})
	return out, nil
}

// Wait implements sale.Views.
func (v Views) Wait(_ context.Context, _, id string) (*sale.Wait, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if w := v.Memory.Waits[id]; w != nil {
		k := *w
		return &k, nil
	}
	return nil, fault.New(fault.NotFound, "sale.wait_unknown", nil)
}

// Mails implements sale.Views.
func (v Views) Mails(_ context.Context, _, order string) ([]sale.SentMail, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []sale.SentMail
	for _, x := range slices.Backward(v.Memory.Mails) {
		if order == "" || x.Order == order {
			out = append(out, sale.SentMail{Mail: x, Made: race.Instant(0)})
		}
	}
	return out, nil
}
