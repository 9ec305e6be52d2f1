package sale

import (
	"context"
	"maps"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// SetCatalogue replaces the catalogue: a new version, whose price list holds for
// what is sold from now on. Quotas follow it. Faults: those of Check; Conflict
// sale.size_below_sold when a quota would be smaller than what is held and sold
// of it, unless confirm says so: then nothing is cancelled, nothing is free, and
// the waiting list stands still until there is room again (case 13).
func (c *Counter) SetCatalogue(ctx context.Context, cat *Catalogue, confirm bool, by access.Actor) error {
	if err := Check(cat); err != nil {
		return err
	}
	return c.Do(ctx, &Job{Do: func(w *Work) error {
		now := w.Catalogue()
		if now == nil {
			return fault.New(fault.NotFound, "sale.none", nil)
		}
		next := *cat
		next.Edition = w.Edition
		next.Room.Commitment, next.Draw.Commitment = now.Room.Commitment, now.Draw.Commitment
		if err := w.refit(&next, confirm, by); err != nil {
			return err
		}
		w.Audit(by, "sale.catalogue", w.Edition, map[string]any{"version": next.Version})
		return nil
	}})
}

// Resize changes a quota. Below what is sold it needs confirm: Conflict
// sale.size_below_sold says what would be (case 13). Raised while people wait,
// the new units are the list's first (case 14). Faults: Invalid
// sale.resource_unknown, sale.size.
func (c *Counter) Resize(ctx context.Context, resource, partner string, size int, confirm bool, by access.Actor) error {
	if size < 0 || size > mostSize {
		return fault.New(fault.Invalid, "sale.size", fault.Args{"most": mostSize}).On("size")
	}
	return c.Do(ctx, &Job{Do: func(w *Work) error { return w.resize(resource, partner, size, confirm, by) }})
}

func (w *Work) resize(resource, partner string, size int, confirm bool, by access.Actor) error {
	q, ok := w.Quota(QuotaID(resource, partner))
	if !ok || strings.HasPrefix(resource, bankResource("")) {
		return fault.New(fault.Invalid, "sale.resource_unknown", fault.Args{"resource": short(resource)}).On("resource")
	}
	if q.Size == size {
		return nil
	}
	next := w.Catalogue().copied()
	if !next.resize(resource, partner, size) {
		return fault.New(fault.Invalid, "sale.resource_unknown", fault.Args{"resource": short(resource)}).On("resource")
	}
	if err := w.refit(next, confirm, by); err != nil {
		return err
	}
	w.Audit(by, "sale.resize", QuotaID(resource, partner), map[string]any{"from": q.Size, "to": size, "used": q.Used})
	return nil
}

// resize writes the size of a quota into the catalogue. A resource's own size is
// that of all its quotas together.
func (c *Catalogue) resize(resource, partner string, size int) bool {
	if code, ok := strings.CutPrefix(resource, voucherResource("")); ok {
		if v := c.Voucher(code); v != nil {
			v.Uses = size
			return true
		}
		return false
	}
	at := slices.IndexFunc(c.Resources, func(r Resource) bool { return r.ID == resource })
	if at < 0 {
		return false
	}
	allocated := 0
	for i := range c.Partners {
		for j := range c.Partners[i].Allocation {
			u := &c.Partners[i].Allocation[j]
			if u.Resource != resource {
				continue
			}
			if c.Partners[i].ID == partner {
				c.Resources[at].Size += size - u.N
				u.N = size
				return true
			}
			allocated += u.N
		}
	}
	if partner == "" {
		c.Resources[at].Size = size + allocated
	}
	return partner == ""
}

// copied is a copy whose sizes can be changed; everything else is shared.
func (c *Catalogue) copied() *Catalogue {
	n := *c
	n.Resources, n.Vouchers, n.Partners = slices.Clone(c.Resources), slices.Clone(c.Vouchers), slices.Clone(c.Partners)
	for i := range n.Partners {
		n.Partners[i].Allocation = slices.Clone(n.Partners[i].Allocation)
	}
	return &n
}

// ReleaseAllocation moves a partner's unused units to the public in one commit
// (case 50). What the partner holds for buyers who are paying stays theirs, and
// is moved by a later call if the hold ends: releasing again moves what came free
// since, and nothing if there is none. Fault Invalid sale.partner_unknown.
func (c *Counter) ReleaseAllocation(ctx context.Context, partner string, by access.Actor) error {
	return c.Do(ctx, &Job{Do: func(w *Work) error {
		p := w.Catalogue().Partner(partner)
		if p == nil {
			return fault.New(fault.Invalid, "sale.partner_unknown", nil).On("partner")
		}
		if !w.batch.swept {
			if err := w.sweep(); err != nil {
				return err
			}
		}
		next, moved := w.Catalogue().copied(), map[string]any{}
		to := next.Partner(partner)
		for i := range to.Allocation {
			u := &to.Allocation[i]
			if q, ok := w.Quota(QuotaID(u.Resource, partner)); ok && q.Used < u.N {
				moved[u.Resource] = u.N - q.Used
				u.N = q.Used
			}
		}
		if len(moved) == 0 {
			return nil
		}
		if err := w.refit(next, false, by); err != nil {
			return err
		}
		w.Audit(by, "sale.release", partner, moved)
		return nil
	}})
}

// Releases are the partners whose allocation is to be released by an instant and
// is not used up: for whoever calls ReleaseAllocation on time.
func (c *Catalogue) Releases(at race.Instant, quotas []Quota) []string {
	var out []string
	for _, p := range c.Partners {
		due := c.wall(p.Release)
		if due == 0 || at < due {
			continue
		}
		if slices.ContainsFunc(quotas, func(q Quota) bool { return q.Partner == p.ID && q.Size > q.Used }) {
			out = append(out, p.ID)
		}
	}
	return out
}

// refit puts a catalogue in place of the one there is, as its next version, and
// lets the quotas follow: all or none of them. Quotas it does not know any more
// become empty.
func (w *Work) refit(next *Catalogue, confirm bool, by access.Actor) error {
	now := w.Catalogue()
	next.Version = now.Version + 1
	next.Earlier = now.lists(next)
	sizes := map[string]Quota{}
	for _, q := range w.Quotas() {
		sizes[q.ID()] = Quota{Resource: q.Resource, Partner: q.Partner}
	}
	for _, q := range QuotasOf(next) {
		sizes[q.ID()] = q
	}
	ids := slices.SortedFunc(maps.Keys(sizes), rulesLast)
	if !confirm {
		if err := w.belowSold(ids, sizes); err != nil {
			return err
		}
	}
	w.setCatalogue(next)
	for _, id := range ids {
		to := sizes[id]
		if q, ok := w.Quota(id); !ok || q.Size != to.Size {
			w.Size(to.Resource, to.Partner, to.Size, by.Account)
		}
	}
	w.listens = true // what is kept for the list fits what there is now
	return nil
}

// rulesLast sorts ids of quotas: those that follow from the size of others at the
// end.
func rulesLast(a, b string) int {
	x, y := strings.HasPrefix(a, bankResource("")), strings.HasPrefix(b, bankResource(""))
	if x != y {
		if x {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}

// belowSold is the fault of a quota that would be made smaller than what is held
// and sold of it.
func (w *Work) belowSold(ids []string, sizes map[string]Quota) error {
	for _, id := range ids {
		q, ok := w.Quota(id)
		if to := sizes[id]; ok && !q.Rule() && to.Size < q.Size && to.Size < q.Used {
			return fault.New(fault.Conflict, "sale.size_below_sold", fault.Args{"resource": q.Resource, "size": to.Size, "used": q.Used}).On("size")
		}
	}
	return nil
}

// lists are the price lists before the next version's: this one is added if the
// next has other prices.
func (c *Catalogue) lists(next *Catalogue) []PriceList {
	was := c.prices()
	if maps.EqualFunc(was, next.prices(), slices.Equal[[]Price]) {
		return c.Earlier
	}
	return append(slices.Clone(c.Earlier), PriceList{Version: c.Version, Prices: was})
}

func (c *Catalogue) prices() map[string][]Price {
	out := map[string][]Price{}
	for _, p := range c.Products {
		out[p.ID] = p.Prices
	}
	return out
}

// as is the catalogue with the prices by which a version sold. What was not sold
// then has the price it has now.
func (c *Catalogue) as(version int) *Catalogue {
	at := slices.IndexFunc(c.Earlier, func(l PriceList) bool { return version <= l.Version })
	if at < 0 {
		return c
	}
	n := *c
	n.Products = slices.Clone(c.Products)
	for i := range n.Products {
		if p, ok := c.Earlier[at].Prices[n.Products[i].ID]; ok {
			n.Products[i].Prices = p
		}
	}
	return &n
}
