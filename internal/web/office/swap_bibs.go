package office

import (
	"strings"

	"stadion/internal/raceday"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type swapView struct {
	place
	Form   *site.Form
	A, B   *results.Row // nil until known bibs are there
	Shown  bool
	Effect effect
}

// SwapForm answers GET …/swap: two runners who wore each other's bib, with what
// putting it right would change.
func (m *Room) SwapForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	return m.showSwap(c, p, site.NewForm(c.R.URL.Query()), c.Query("effect") != "")
}

func (m *Room) showSwap(c *site.Call, p place, f *site.Form, look bool) error {
	v := swapView{place: p, Form: f}
	_, v.A = p.Snap.Find(f.Get("bib_a"))
	_, v.B = p.Snap.Find(f.Get("bib_b"))
	if look && f.OK() {
		s, err := p.swapOf(f)
		var changes []results.Change
		if err == nil {
			changes, err = p.Desk.EffectOfSwap(c.Actor, s)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = f.OK(), p.effect(changes)
	}
	return c.Render(f.Status(), "swap_bibs", p.Title(c.T("office.swap.title")), v)
}

func (p place) swapOf(f *site.Form) (raceday.Swap, error) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	s := raceday.Swap{BibA: get("bib_a"), BibB: get("bib_b"), Rule: get("rule"), Note: get("note")}
	var err error
	if get("from") != "" {
		s.From, err = p.instantOn(get("from"), "from")
	}
	return s, err
}

// Swap answers POST …/swap.
func (m *Room) Swap(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	s, err := p.swapOf(f)
	if err == nil {
		_, err = p.Desk.SwapBibs(c.R.Context(), c.Actor, s)
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showSwap(c, p, f, false)
	}
	c.Flash(site.Good, "office.swap.made", "a", s.BibA, "b", s.BibB)
	return c.Redirect(p.Runner(s.BibA))
}
