package office

import (
	"cmp"
	"iter"
	"net/url"
	"slices"
	"strings"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

type chipsView struct {
	place
	Orphans []scoring.Orphan
	Table   site.Table
	Reads   int
	Typed   []scoring.Verdict // times somebody typed that are nobody's
}

// Chips answers GET /office/e/{edition}/chips: chips that were read and that
// nobody carries.
func (m *Room) Chips(c *site.Call) error {
	p, err := m.at(c, "chips")
	if err != nil {
		return err
	}
	all := p.Desk.Field.Orphans()
	v := chipsView{place: p, Table: window(c, len(all))}
	for _, o := range all {
		v.Reads += o.Reads
	}
	p.Desk.Field.Verdicts(func(all iter.Seq[scoring.Verdict]) {
		for x := range all {
			if x.Use == scoring.UseOrphan && x.Read.Chip == "" {
				v.Typed = append(v.Typed, x)
			}
		}
	})
	slices.SortFunc(v.Typed, func(a, b scoring.Verdict) int { return cmp.Compare(a.At, b.At) })
	v.Orphans = all[max(v.Table.From()-1, 0):v.Table.To()]
	return c.Render(200, "chips", p.Title(c.T("office.chips.title")), v)
}

// Give is where a typed time is given to a bib.
func (v chipsView) Give(x scoring.Verdict) string {
	return v.Base() + "/rulings/new?" + url.Values{"kind": {"give_read"}, "value": {x.Read.Point + "@" + x.At.String()}}.Encode()
}

// Hand reports whether an orphan is a hand-kept read of an unknown bib.
func (v chipsView) Hand(o scoring.Orphan) bool { return strings.HasPrefix(o.Chip, "bib:") }

type chipView struct {
	place
	Form   *site.Form
	Orphan *scoring.Orphan // nil if the chip is no orphan
	Row    *results.Row
	Shown  bool
	Effect effect
}

// ChipForm answers GET …/chips/assign: who carries a chip, with what it changes.
func (m *Room) ChipForm(c *site.Call) error {
	p, err := m.at(c, "chips")
	if err != nil {
		return err
	}
	return m.showChip(c, p, site.NewForm(c.R.URL.Query()), c.Query("bib") != "")
}

func (m *Room) showChip(c *site.Call, p place, f *site.Form, look bool) error {
	v := chipView{place: p, Form: f}
	for _, o := range p.Desk.Field.Orphans() {
		if o.Chip == race.ChipKey(f.Get("chip")) {
			v.Orphan = &o
		}
	}
	_, v.Row = p.Snap.Find(f.Get("bib"))
	if look && f.OK() {
		changes, err := p.Desk.Effect(c.Actor, chipRuling(f))
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = f.OK(), p.effect(changes)
	}
	return c.Render(f.Status(), "chip", p.Title(c.T("office.chip.title")), v)
}

func chipRuling(f *site.Form) logbook.Ruling {
	return logbook.Ruling{Kind: logbook.AssignChip, Bib: strings.TrimSpace(f.Get("bib")),
		Value: race.ChipKey(f.Get("chip")), Note: strings.TrimSpace(f.Get("note"))}
}

// ChipAssign answers POST …/chips/assign.
func (m *Room) ChipAssign(c *site.Call) error {
	p, err := m.at(c, "chips")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	made, err := p.Desk.Rule(c.R.Context(), c.Actor, chipRuling(f))
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showChip(c, p, f, false)
	}
	c.Flash(site.Good, "office.chip.assigned", "chip", made.Value, "bib", made.Bib)
	return c.Redirect(p.Base() + "/chips")
}
