package office

import (
	"net/url"
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

// rulingLine is a ruling of the record with whether it counts.
type rulingLine struct {
	logbook.Ruling
	place  place
	Stands bool
	Name   string          // of the runner
	Undone *logbook.Ruling // of an undo: what it undoes
}

// Link is where it can be undone.
func (l rulingLine) Link() string {
	return l.place.Base() + "/rulings/" + url.PathEscape(l.ID) + "/undo"
}

// rulingLines are the rulings that see chooses, the latest first.
func rulingLines(p place, see func(logbook.Ruling) bool) []rulingLine {
	stands := p.Desk.Stands()
	all := p.Desk.Rulings()
	var out []rulingLine
	for _, r := range all {
		if !see(r) {
			continue
		}
		l := rulingLine{Ruling: r, place: p, Stands: stands[r.ID]}
		if _, row := p.Snap.Find(r.Bib); row != nil {
			l.Name = row.PrintedName
		}
		if r.Kind == logbook.Undo {
			if i := slices.IndexFunc(all, func(o logbook.Ruling) bool { return o.ID == strings.TrimSpace(r.Value) }); i >= 0 {
				l.Undone = &all[i]
			}
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b rulingLine) int { return int(min(max(b.At-a.At, -1), 1)) })
	return out
}

type rulingsView struct {
	place
	Table   site.Table
	Rulings []rulingLine
}

// Rulings answers GET /office/e/{edition}/rulings.
func (m *Room) Rulings(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	all := rulingLines(p, func(logbook.Ruling) bool { return true })
	v := rulingsView{place: p, Table: window(c, len(all))}
	v.Rulings = all[max(v.Table.From()-1, 0):v.Table.To()]
	return c.Render(200, "rulings", p.Title(c.T("office.rulings.title")), v)
}

type rulingView struct {
	place
	Form   *site.Form
	Kinds  []rulingKind
	Kind   *rulingKind   // nil until one is chosen
	Row    *results.Row  // of the runner, nil until a known bib is there
	Races  []site.Option // to be chosen from
	Waves  []site.Option
	Points []site.Option
	Shown  bool // the effect is there
	Effect effect
	Ruling logbook.Ruling // as it would be made
}

// Choose is the address of the form for a kind, with what is known already.
func (v rulingView) Choose(k rulingKind) string {
	q := url.Values{"kind": {string(k.Kind)}}
	for _, name := range []string{"bib", "note", "rule"} {
		if s := v.Form.Get(name); s != "" {
			q.Set(name, s)
		}
	}
	return v.Base() + "/rulings/new?" + q.Encode()
}

// RulingForm answers GET …/rulings/new: what is ruled is chosen, written down,
// and what it would change is looked at, before it is made.
func (m *Room) RulingForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	return m.showRuling(c, p, site.NewForm(c.R.URL.Query()), c.Query("effect") != "")
}

func (m *Room) showRuling(c *site.Call, p place, f *site.Form, look bool) error {
	v := rulingView{place: p, Form: f, Kinds: rulingKinds, Kind: kindOf(f.Get("kind")),
		Races: p.raceOptions(), Points: p.pointOptions()}
	of := ""
	if _, row := p.Snap.Find(f.Get("bib")); row != nil {
		v.Row, of = row, row.Race
	}
	v.Waves = p.waveChoices(of)
	if v.Kind != nil {
		v.Kind.decompose(p, f)
	}
	if look && f.OK() && v.Kind != nil {
		r, err := p.rulingOf(f)
		var changes []results.Change
		if err == nil {
			changes, err = p.Desk.Effect(c.Actor, r)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect, v.Ruling = f.OK(), p.effect(changes), r
	}
	return c.Render(f.Status(), "ruling", p.Title(c.T("office.ruling.title")), v)
}

// rulingOf is the ruling a form asks for. Faults on kind and on the parts of the
// value.
func (p place) rulingOf(f *site.Form) (logbook.Ruling, error) {
	r := logbook.Ruling{Bib: strings.TrimSpace(f.Get("bib")), Kind: logbook.RulingKind(f.Get("kind")),
		Rule: strings.TrimSpace(f.Get("rule")), Note: strings.TrimSpace(f.Get("note"))}
	k := kindOf(f.Get("kind"))
	if k == nil {
		return r, fault.New(fault.Invalid, "office.ruling_kind", nil).On("kind")
	}
	if k.Shape == "span" && r.Bib == "" {
		r.Race = f.Get("race")
	}
	var err error
	r.Value, err = k.compose(p, f)
	return r, err
}

// RulingMake answers POST …/rulings.
func (m *Room) RulingMake(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	r, err := p.rulingOf(f)
	var made logbook.Ruling
	if err == nil {
		made, err = p.Desk.Rule(c.R.Context(), c.Actor, r)
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showRuling(c, p, f, false)
	}
	if made.Bib == "" {
		c.Flash(site.Good, "office.ruling.made_all", "race", p.RaceName(made.Race))
		return c.Redirect(p.Base() + "/rulings")
	}
	c.Flash(site.Good, "office.ruling.made", "bib", made.Bib)
	return c.Redirect(p.Runner(made.Bib))
}

type undoView struct {
	place
	Ruling rulingLine
	Others []rulingLine // made in the same act
	Form   *site.Form
	Effect effect
}

// IDs are all rulings of the act, the one asked for first.
func (v undoView) IDs() []string {
	out := []string{v.Ruling.ID}
	for _, o := range v.Others {
		out = append(out, o.ID)
	}
	return out
}

// RulingUndoForm answers GET …/rulings/{ruling}/undo. What was made in one act,
// as a swap is, is undone in one.
func (m *Room) RulingUndoForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	of, _, err := p.Desk.EffectOfUndo(c.Actor, c.Path("ruling"))
	if err != nil {
		return err
	}
	v := undoView{place: p, Form: site.NewForm(nil)}
	for _, r := range p.Desk.Together(of.ID) {
		l := rulingLines(p, func(o logbook.Ruling) bool { return o.ID == r.ID })[0]
		switch {
		case r.ID == of.ID:
			v.Ruling = l
		case l.Stands:
			v.Others = append(v.Others, l)
		}
	}
	changes, err := p.Desk.EffectOfUndoAll(c.Actor, v.IDs())
	if err != nil {
		return err
	}
	v.Effect = p.effect(changes)
	return c.Render(200, "undo", p.Title(c.T("office.undo.title")), v)
}

// RulingUndo answers POST …/rulings/{ruling}/undo: that ruling, and those of the
// same act that are named with it.
func (m *Room) RulingUndo(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	ids := []string{c.Path("ruling")}
	for _, id := range f.Values["also"] {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if _, err := p.Desk.UndoAll(c.R.Context(), c.Actor, ids, strings.TrimSpace(f.Get("note"))); err != nil {
		return err
	}
	c.Flash(site.Good, "office.undo.done")
	return c.Redirect(p.Base() + "/rulings")
}
