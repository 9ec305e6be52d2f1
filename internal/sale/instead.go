package sale

import "slices"

// Alternative is a product that is out, and products of its kind that would fit
// in its place: another departure, another distance (case 3).
type Alternative struct {
	Product string   // that cannot be had
	Instead []string // in the catalogue's order; empty = nothing of its kind is left
}

// Instead names what would fit in place of what is out, everything else in the
// ask staying as it is: a supplement goes with its tour. Empty when everything
// that was asked for can be had.
func Instead(c *Catalogue, quotas []Quota, a Ask) []Alternative {
	free := map[string]int{}
	for i := range quotas {
		if q := &quotas[i]; q.Partner == a.Partner {
			free[q.Resource] = q.Free()
		}
	}
	short := c.shortOf(free, a.Wants)
	var out []Alternative
	seen := map[string]bool{}
	for _, w := range a.Wants {
		p := c.Product(w.Product)
		if p == nil || seen[p.ID] || !slices.ContainsFunc(p.Uses, func(u Use) bool { return short[u.Resource] }) {
			continue
		}
		seen[p.ID] = true
		alt := Alternative{Product: p.ID}
		for i := range c.Products {
			if n := &c.Products[i]; n.Kind == p.Kind && n.ID != p.ID && (!n.Hidden || a.By.SignedIn() || a.Partner != "") && c.fits(free, short, a.Wants, p, n) {
				alt.Instead = append(alt.Instead, n.ID)
			}
		}
		out = append(out, alt)
	}
	return out
}

// shortOf are the resources of which less is free than is wanted.
func (c *Catalogue) shortOf(free map[string]int, wants []Want) map[string]bool {
	n, short := map[string]int{}, map[string]bool{}
	for _, w := range wants {
		if p := c.Product(w.Product); p != nil {
			for _, u := range p.Uses {
				n[u.Resource] += u.N * w.N
			}
		}
	}
	for r, k := range n {
		if k > free[r] {
			short[r] = true
		}
	}
	return short
}

// fits reports whether a product in place of another frees the order of what was
// short in it, without making anything new short.
func (c *Catalogue) fits(free map[string]int, before map[string]bool, wants []Want, was, now *Product) bool {
	changed := make([]Want, 0, len(wants))
	for _, w := range wants {
		p := c.Product(w.Product)
		switch {
		case w.Product == was.ID:
			w.Product = now.ID
		case p != nil && slices.Contains(p.Needs, was.ID) && !slices.Contains(p.Needs, now.ID):
			if w.Product = c.alike(p, now); w.Product == "" {
				return false
			}
		}
		changed = append(changed, w)
	}
	after := c.shortOf(free, changed)
	for r := range after {
		if !before[r] || slices.ContainsFunc(now.Uses, func(u Use) bool { return u.Resource == r }) {
			return false
		}
	}
	return true
}

// alike is the product that is to another tour what p was to its own, "" if there
// is none.
func (c *Catalogue) alike(p, tour *Product) string {
	for i := range c.Products {
		if n := &c.Products[i]; n.Kind == p.Kind && slices.Contains(n.Needs, tour.ID) {
			return n.ID
		}
	}
	return ""
}
