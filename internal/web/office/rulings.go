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

// rulingKind is a kind of ruling as the form offers it.
type rulingKind struct {
	Kind    logbook.RulingKind
	Value   bool   // it has a value
	Example string // of the value
	Rule    bool   // a rule should be cited
}

// rulingKinds are the kinds in the order they are offered. Undo has a page of
// its own; what holds for everybody (neutralise) comes as a file.
var rulingKinds = []rulingKind{
	{logbook.DQ, false, "", true},
	{logbook.DNF, false, "", false},
	{logbook.DNS, false, "", false},
	{logbook.TimeAdjust, true, "+30s", true},
	{logbook.FinishTime, true, "2:13:52.4", false},
	{logbook.Order, true, "3", true},
	{logbook.NoTime, false, "", false},
	{logbook.VoidRead, true, "km5@2025-04-06T09:15:02.318+09:00", false},
	{logbook.AssignChip, true, "05801A3F", false},
	{logbook.GiveRead, true, "km5@2025-04-06T09:15:02.318+09:00", false},
	{logbook.SetWave, true, "open", false},
	{logbook.SetRace, true, "10k", false},
}

func kindOf(word string) *rulingKind {
	for i := range rulingKinds {
		if string(rulingKinds[i].Kind) == word {
			return &rulingKinds[i]
		}
	}
	return nil
}

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
	Kind   *rulingKind  // nil until one is chosen
	Row    *results.Row // of the runner, nil until a known bib is there
	Shown  bool         // the effect is there
	Effect effect
}

// RulingForm answers GET …/rulings/new: a ruling is written down, and what it
// would change is looked at, before it is made.
func (m *Room) RulingForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	return m.showRuling(c, p, site.NewForm(c.R.URL.Query()), c.Query("effect") != "")
}

func (m *Room) showRuling(c *site.Call, p place, f *site.Form, look bool) error {
	v := rulingView{place: p, Form: f, Kinds: rulingKinds, Kind: kindOf(f.Get("kind"))}
	if _, row := p.Snap.Find(f.Get("bib")); row != nil {
		v.Row = row
	}
	if look && f.OK() {
		changes, err := p.Desk.Effect(c.Actor, rulingOf(f))
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = f.OK(), p.effect(changes)
	}
	return c.Render(f.Status(), "ruling", p.Title(c.T("office.ruling.title")), v)
}

func rulingOf(f *site.Form) logbook.Ruling {
	r := logbook.Ruling{Bib: strings.TrimSpace(f.Get("bib")), Kind: logbook.RulingKind(f.Get("kind")),
		Value: strings.TrimSpace(f.Get("value")), Rule: strings.TrimSpace(f.Get("rule")), Note: strings.TrimSpace(f.Get("note"))}
	if k := kindOf(f.Get("kind")); k != nil && !k.Value {
		r.Value = "" // left over from another kind
	}
	return r
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
	if kindOf(f.Get("kind")) == nil {
		err = fault.New(fault.Invalid, "office.ruling_kind", nil).On("kind")
	}
	var made logbook.Ruling
	if err == nil {
		made, err = p.Desk.Rule(c.R.Context(), c.Actor, rulingOf(f))
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showRuling(c, p, f, false)
	}
	c.Flash(site.Good, "office.ruling.made", "bib", made.Bib)
	return c.Redirect(p.Runner(made.Bib))
}

type undoView struct {
	place
	Ruling rulingLine
	Form   *site.Form
	Effect effect
}

// RulingUndoForm answers GET …/rulings/{ruling}/undo.
func (m *Room) RulingUndoForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	of, changes, err := p.Desk.EffectOfUndo(c.Actor, c.Path("ruling"))
	if err != nil {
		return err
	}
	lines := rulingLines(p, func(r logbook.Ruling) bool { return r.ID == of.ID })
	v := undoView{p, lines[0], site.NewForm(nil), p.effect(changes)}
	return c.Render(200, "undo", p.Title(c.T("office.undo.title")), v)
}

// RulingUndo answers POST …/rulings/{ruling}/undo.
func (m *Room) RulingUndo(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if _, err := p.Desk.Undo(c.R.Context(), c.Actor, c.Path("ruling"), strings.TrimSpace(f.Get("note"))); err != nil {
		return err
	}
	c.Flash(site.Good, "office.undo.done")
	return c.Redirect(p.Base() + "/rulings")
}
