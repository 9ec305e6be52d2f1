package office

import (
	"context"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/raceday"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type raceView struct {
	place
	Line      raceLine
	Revisions []RevisionHead
	Still     []results.Row // still running, the furthest first
	StillMore int
	Period    period
	Courses   int    // courses the race can be switched to
	Variant   string // name of the one it is run on, "" = the edition's own
}

// board is the race the path names. Fault NotFound.
func (p place) board(c *site.Call) (*live.Board, error) {
	if b := p.Snap.Board(c.Path("race")); b != nil {
		return b, nil
	}
	return nil, fault.New(fault.NotFound, "web.no_such_race", nil)
}

// raceAt is the place of a race's page.
func (m *Room) raceAt(c *site.Call) (place, *live.Board, error) {
	p, err := m.at(c, "dashboard")
	if err != nil {
		return p, nil, err
	}
	b, err := p.board(c)
	return p, b, err
}

// Race answers GET /office/e/{edition}/race/{race}: where it stands, its
// closing and its revisions.
func (m *Room) Race(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	v := raceView{place: p, Line: p.raceLine(b)}
	if v.Revisions, err = m.Revisions.Revisions(c.R.Context(), p.Desk.Edition, b.Race.ID); err != nil {
		return err
	}
	if v.Period, err = m.period(c, p, b.Race); err != nil {
		return err
	}
	if rc := p.Edition.Race(b.Race.ID); rc != nil {
		v.Courses = len(rc.Variants)
		if on := p.Desk.Variant(rc.ID); on != "" {
			v.Variant = on
			for _, alt := range rc.Variants {
				if alt.ID == on && alt.Name != "" {
					v.Variant = alt.Name
				}
			}
		}
	}
	const few = 12
	for i := range b.Rows {
		if b.Rows[i].Status != "running" {
			continue
		}
		if len(v.Still) < few {
			v.Still = append(v.Still, b.Rows[i])
		} else {
			v.StillMore++
		}
	}
	return c.Render(200, "race", p.Title(b.Race.Name), v)
}

// Where is the last point a row was seen at.
func (v raceView) Where(r results.Row) *results.SplitCell {
	for i := len(r.Splits) - 1; i >= 0; i-- {
		if r.Splits[i].At != 0 {
			return &r.Splits[i]
		}
	}
	return nil
}

type closeView struct {
	place
	Line   raceLine
	Reopen bool
	Effect effect
}

// CloseForm answers GET …/race/{race}/close: what closing the race, or opening
// it again, would do.
func (m *Room) CloseForm(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	v := closeView{place: p, Line: p.raceLine(b)}
	v.Reopen = v.Line.Closed
	changes, err := p.Desk.EffectOfClose(b.Race.ID, v.Reopen)
	if err != nil {
		return err
	}
	v.Effect = p.effect(changes)
	return c.Render(200, "close", p.Title(b.Race.Name), v)
}

// Close answers POST …/race/{race}/close.
func (m *Room) Close(c *site.Call) error {
	return m.shut(c, (*raceday.Desk).Close, "office.close.closed")
}

// Reopen answers POST …/race/{race}/reopen.
func (m *Room) Reopen(c *site.Call) error {
	return m.shut(c, (*raceday.Desk).Reopen, "office.close.reopened")
}

func (m *Room) shut(c *site.Call, act func(*raceday.Desk, context.Context, access.Actor, string) error, say string) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	if err := act(p.Desk, c.R.Context(), c.Actor, b.Race.ID); err != nil {
		return err
	}
	c.Flash(site.Good, say, "race", b.Race.Name)
	return c.Redirect(p.raceLink(b.Race.ID))
}

type publishView struct {
	place
	Line raceLine
	raceday.PublishPreview
	Effect effect
	Same   bool // the list says what the last revision said
	Period period
}

// WhyNot are the reasons why the list cannot be official now, as words; each
// has a sentence.
func (v publishView) WhyNot() (out []string) {
	if len(v.Rows) == 0 {
		return nil
	}
	if v.Running > 0 {
		out = append(out, "running")
	}
	if v.Period.Open > 0 {
		out = append(out, "open")
	}
	if v.Period.Runs() {
		out = append(out, "period")
	}
	if v.Period.Long > 0 && v.Before.Number == 0 {
		out = append(out, "first")
	}
	if v.Same && v.Before.State == results.Official {
		out = append(out, "same")
	}
	return out
}

// PublishForm answers GET …/race/{race}/publish: what would go out, against
// what went out before.
func (m *Room) PublishForm(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	preview, err := p.Desk.PreviewPublish(c.R.Context(), b.Race.ID)
	if err != nil {
		return err
	}
	v := publishView{place: p, Line: p.raceLine(b), PublishPreview: *preview, Effect: p.effect(preview.Changes)}
	v.Same = preview.Before.Number > 0 && len(preview.Changes) == 0
	if v.Period, err = m.period(c, p, b.Race); err != nil {
		return err
	}
	return c.Render(200, "publish", p.Title(b.Race.Name), v)
}

// MayGo reports whether a revision of a state can be published now.
func (v publishView) MayGo(state string) bool {
	switch results.State(state) {
	case results.Official:
		return len(v.Rows) > 0 && len(v.WhyNot()) == 0
	case results.Provisional:
		return len(v.Rows) > 0 && v.Before.State != results.Official && !v.Same
	}
	return false
}

// PublishProvisional answers POST …/race/{race}/publish/provisional.
func (m *Room) PublishProvisional(c *site.Call) error { return m.publish(c, results.Provisional) }

// PublishOfficial answers POST …/race/{race}/publish/official.
func (m *Room) PublishOfficial(c *site.Call) error { return m.publish(c, results.Official) }

func (m *Room) publish(c *site.Call, state results.State) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	pub, err := p.Desk.Publish(c.R.Context(), c.Actor, b.Race.ID, state, strings.TrimSpace(f.Get("note")))
	if err != nil {
		return err
	}
	c.Flash(site.Good, "office.publish."+string(state), "race", b.Race.Name, "number_raw", pub.Revision.Number)
	return c.Redirect(p.raceLink(b.Race.ID) + "/revision/" + strconv.Itoa(pub.Revision.Number))
}

type revisionView struct {
	place
	Line     raceLine
	Revision results.Revision
	Before   *results.Revision // nil for the first
	Effect   effect            // against Before
	Table    site.Table
	Rows     []results.Row
	Latest   bool
}

// Revision answers GET …/race/{race}/revision/{number}.
func (m *Room) Revision(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	v := revisionView{place: p, Line: p.raceLine(b)}
	n := number(c.Path("number"))
	if v.Revision, err = m.Revisions.Revision(c.R.Context(), p.Desk.Edition, b.Race.ID, n); err != nil {
		return err
	}
	if n > 1 {
		before, err := m.Revisions.Revision(c.R.Context(), p.Desk.Edition, b.Race.ID, n-1)
		if err != nil {
			return err
		}
		v.Before, v.Effect = &before, p.effect(results.Diff(before.Rows, v.Revision.Rows))
		v.Effect.Past = true
	}
	v.Latest = b.Revision <= n
	v.Table = window(c, len(v.Revision.Rows))
	v.Rows = v.Revision.Rows[max(v.Table.From()-1, 0):v.Table.To()]
	return c.Render(200, "revision", p.Title(b.Race.Name), v)
}
