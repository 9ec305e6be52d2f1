package office

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type clocksView struct {
	place
	Boxes []boxClock
}

// boxClock is a box with the comparisons of its clock.
type boxClock struct {
	Box, Point string
	Reads      int
	Epoch      uint32 // the latest seen
	Lines      []clockLine
}

// clockLine is one comparison.
type clockLine struct {
	logbook.Clock
	Drift string // against the comparison before, in millionths, "" for the first
}

// Shift is what is added to the box's clock there.
func (l clockLine) Shift() time.Duration { return l.Correction() }

// Clocks answers GET …/clocks: what is known of the clocks of the boxes.
func (m *Room) Clocks(c *site.Call) error {
	p, err := m.at(c, "clocks")
	if err != nil {
		return err
	}
	return c.Render(200, "clocks", p.Title(c.T("office.clocks.title")), clocksView{p, p.boxes()})
}

// boxes are those of the edition and those that sent reads or were compared, in
// the order of their names.
func (p place) boxes() []boxClock {
	facts := p.Desk.Field.Facts()
	index := map[string]*boxClock{}
	box := func(id, point string) *boxClock {
		if index[id] == nil {
			index[id] = &boxClock{Box: id, Point: point}
		}
		return index[id]
	}
	for _, pt := range p.Edition.Points {
		for _, b := range pt.Boxes {
			box(b.ID, pt.ID)
		}
	}
	for i := range facts.Reads {
		if r := &facts.Reads[i]; r.Box != "" {
			b := box(r.Box, r.Point)
			b.Reads++
			b.Epoch = max(b.Epoch, r.Epoch)
		}
	}
	for _, k := range facts.Clocks {
		b := box(k.Box, "")
		b.Lines = append(b.Lines, clockLine{Clock: k})
	}
	var out []boxClock
	for _, b := range index {
		b.drift()
		out = append(out, *b)
	}
	slices.SortFunc(out, func(a, b boxClock) int { return cmp.Compare(a.Box, b.Box) })
	return out
}

// drift orders the comparisons and says how fast the clock goes between them.
func (b *boxClock) drift() {
	slices.SortFunc(b.Lines, func(x, y clockLine) int {
		return cmp.Or(cmp.Compare(x.Epoch, y.Epoch), cmp.Compare(x.BoxAt, y.BoxAt))
	})
	for i := 1; i < len(b.Lines); i++ {
		was, is := b.Lines[i-1], &b.Lines[i]
		if d := is.BoxAt.Sub(was.BoxAt); was.Epoch == is.Epoch && d > 0 {
			ppm := -float64(is.Correction()-was.Correction()) / float64(d) * 1e6
			is.Drift = strconv.FormatFloat(ppm, 'f', 1, 64) + " ppm"
		}
	}
}

type clockNewView struct {
	place
	Form   *site.Form
	Boxes  []site.Option
	Shown  bool
	Clock  logbook.Clock
	Effect effect
}

// ClockForm answers GET …/clocks/new: a comparison, with what it changes.
func (m *Room) ClockForm(c *site.Call) error {
	p, err := m.at(c, "clocks")
	if err != nil {
		return err
	}
	return m.showClock(c, p, site.NewForm(c.R.URL.Query()), c.Query("effect") != "")
}

func (m *Room) showClock(c *site.Call, p place, f *site.Form, look bool) error {
	v := clockNewView{place: p, Form: f}
	for _, b := range p.boxes() {
		text := b.Box
		if b.Point != "" && b.Point != b.Box {
			text += " · " + p.PointName(b.Point)
		}
		v.Boxes = append(v.Boxes, site.Option{Value: b.Box, Text: text})
	}
	if look && f.OK() {
		k, err := p.clockOf(f)
		var changes []results.Change
		if err == nil {
			changes, err = p.Desk.EffectOfClock(k)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Clock, v.Effect = f.OK(), k, p.effect(changes)
	}
	return c.Render(f.Status(), "clock", p.Title(c.T("office.clocks.new")), v)
}

// clockOf is the comparison a form tells of: of the box as it runs since its
// latest restart. Faults on box_at, true_at.
func (p place) clockOf(f *site.Form) (logbook.Clock, error) {
	k := logbook.Clock{Box: strings.TrimSpace(f.Get("box"))}
	for _, b := range p.boxes() {
		if b.Box == k.Box {
			k.Epoch = b.Epoch
		}
	}
	var err error
	read := func(name string) (at race.Instant) {
		if err == nil && strings.TrimSpace(f.Get(name)) != "" {
			at, err = p.instantOn(f.Get(name), name)
		}
		return at
	}
	k.BoxAt, k.True = read("box_at"), read("true_at")
	return k, err
}

// ClockRecord answers POST …/clocks.
func (m *Room) ClockRecord(c *site.Call) error {
	p, err := m.at(c, "clocks")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	k, err := p.clockOf(f)
	if err == nil {
		err = p.Desk.RecordClock(c.R.Context(), c.Actor, k)
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showClock(c, p, f, false)
	}
	c.Flash(site.Good, "office.clocks.made", "box", k.Box)
	return c.Redirect(p.Base() + "/clocks")
}
