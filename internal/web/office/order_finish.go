package office

import (
	"slices"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type orderView struct {
	place
	Form   *site.Form
	Board  *live.Board
	Rows   []orderRow
	Shown  bool
	Effect effect
}

// orderRow is a finisher whose place the judges may decide.
type orderRow struct {
	results.Row
	Diff string // after the one before, exact
	Tie  bool   // shares the place with another
}

// Name is the field of the place.
func (r orderRow) Field() string { return "place." + r.Bib }

// OrderForm answers GET …/order: finishers of the same second, to be put in the
// order the judges saw.
func (m *Room) OrderForm(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	return m.showOrder(c, p, site.NewForm(c.R.URL.Query()), c.Query("effect") != "")
}

func (m *Room) showOrder(c *site.Call, p place, f *site.Form, look bool) error {
	v := orderView{place: p, Form: f}
	b, row := p.Snap.Find(strings.TrimSpace(f.Get("bib")))
	if f.Get("bib") != "" {
		switch {
		case row == nil:
			_ = f.Add(fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": f.Get("bib")}).On("bib"))
		case row.Place == 0:
			_ = f.Add(fault.New(fault.Invalid, "office.order_no_place", fault.Args{"bib": row.Bib}).On("bib"))
		default:
			v.Board, v.Rows = b, closeTo(b, row)
			for _, r := range v.Rows {
				if f.Get(r.Field()) == "" {
					f.Set(r.Field(), r.Place.String())
				}
			}
		}
	}
	if look && f.OK() && v.Board != nil {
		rulings, err := v.rulings()
		var changes []results.Change
		if err == nil {
			changes, err = p.Desk.EffectOfAll(c.Actor, rulings)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = f.OK(), p.effect(changes)
	}
	return c.Render(f.Status(), "order_finish", p.Title(c.T("office.order.title")), v)
}

// closeTo are the finishers of the same printed second as a row, and whoever
// shares the place with one of them.
func closeTo(b *live.Board, row *results.Row) []orderRow {
	same := func(r *results.Row) bool {
		x, y := r.GunTime, row.GunTime
		if b.Race.RankBy == "net" {
			x, y = r.NetTime, row.NetTime
		}
		return r.Place > 0 && (x == y || r.Place == row.Place)
	}
	ms := func(r *results.Row) results.Ms {
		if b.Race.RankBy == "net" {
			return r.NetMs
		}
		return r.GunMs
	}
	var out []orderRow
	for i := range b.Rows {
		r := &b.Rows[i]
		if !same(r) {
			continue
		}
		o := orderRow{Row: *r}
		if n := len(out); n > 0 {
			o.Diff = "+" + fixed(float64(ms(r)-ms(&out[n-1].Row))/1000)
			if out[n-1].Place == r.Place {
				o.Tie, out[n-1].Tie = true, true
			}
		}
		out = append(out, o)
	}
	return out
}

// rulings are those that the typed places ask for: of everybody whose place is
// another one, and of who shared a place with one of them.
func (v *orderView) rulings() ([]logbook.Ruling, error) {
	typed := map[string]int{}
	var moved []results.Place
	for _, r := range v.Rows {
		n, err := strconv.Atoi(strings.TrimSpace(v.Form.Get(r.Field())))
		if err != nil || n < 1 {
			return nil, fault.New(fault.Invalid, "office.order_place", fault.Args{"value": v.Form.Get(r.Field()), "bib": r.Bib}).On("place")
		}
		if typed[r.Bib] = n; n != int(r.Place) {
			moved = append(moved, r.Place)
		}
	}
	var out []logbook.Ruling
	for _, r := range v.Rows {
		if slices.Contains(moved, r.Place) {
			out = append(out, logbook.Ruling{Bib: r.Bib, Kind: logbook.Order, Value: strconv.Itoa(typed[r.Bib]),
				Rule: strings.TrimSpace(v.Form.Get("rule")), Note: strings.TrimSpace(v.Form.Get("note"))})
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "office.order_same", nil).On("place")
	}
	return out, nil
}

// Order answers POST …/order.
func (m *Room) Order(c *site.Call) error {
	p, err := m.at(c, "rulings")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	b, row := p.Snap.Find(strings.TrimSpace(f.Get("bib")))
	if row == nil || row.Place == 0 {
		return m.showOrder(c, p, f, false)
	}
	v := orderView{place: p, Form: f, Board: b, Rows: closeTo(b, row)}
	rulings, err := v.rulings()
	if err == nil {
		_, err = p.Desk.RuleAll(c.R.Context(), c.Actor, rulings)
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showOrder(c, p, f, false)
	}
	c.Flash(site.Good, "office.order.made", "n", len(rulings))
	return c.Redirect(p.Runner(row.Bib))
}
