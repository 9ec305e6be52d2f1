package office

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

// protestLine is a protest with what its line needs beside it.
type protestLine struct {
	logbook.Protest
	place place
	Row   *results.Row // nil if it is about the list
	Since []rulingLine // rulings on the bib since it was lodged
}

// State is the word for where it stands.
func (l protestLine) State() string {
	if l.Outcome == "" {
		return "open"
	}
	return string(l.Outcome)
}

// Link is the protest's page.
func (l protestLine) Link() string { return l.place.Base() + "/protests/" + url.PathEscape(l.ID) }

func (p place) protest(x logbook.Protest) protestLine {
	l := protestLine{Protest: x, place: p}
	if x.Bib != "" {
		_, l.Row = p.Snap.Find(x.Bib)
		key := p.Edition.Bib.Key(x.Bib)
		l.Since = rulingLines(p, func(r logbook.Ruling) bool {
			return p.Edition.Bib.Key(r.Bib) == key && r.At >= x.Lodged
		})
	}
	return l
}

// period is where a race stands between its provisional and its official list.
type period struct {
	Race  *race.Race
	Link  string
	State results.State // of the latest revision; live = none
	Until race.Instant  // of the protest period, 0 = it does not run
	Now   race.Instant
	Open  int // protests without an outcome
	Long  time.Duration
}

// Runs reports whether the list can be protested now.
func (d period) Runs() bool { return d.Until > d.Now }

// Left is how long the period still runs.
func (d period) Left() time.Duration { return d.Until.Sub(d.Now) }

// period is that of a race.
func (m *Room) period(c *site.Call, p place, rc *race.Race) (period, error) {
	until, open, err := p.Desk.Period(c.R.Context(), rc.ID)
	d := period{Race: rc, Link: p.raceLink(rc.ID), Until: until, Open: open, Now: p.Now, Long: p.Edition.Protest.D(), State: results.Live}
	if b := p.Snap.Board(rc.ID); b != nil {
		d.State = b.State
	}
	if d.Long == 0 {
		d.Until = 0 // the edition has no such period
	}
	return d, err
}

type protestsView struct {
	place
	Periods  []period
	Protests []protestLine // open ones first, each kind by when it was lodged
}

// Protests answers GET …/protests: what is protested, and how long each list
// can be.
func (m *Room) Protests(c *site.Call) error {
	p, err := m.at(c, "protests")
	if err != nil {
		return err
	}
	v := protestsView{place: p}
	for i := range p.Edition.Races {
		d, err := m.period(c, p, &p.Edition.Races[i])
		if err != nil {
			return err
		}
		v.Periods = append(v.Periods, d)
	}
	for _, x := range p.Desk.Protests() {
		v.Protests = append(v.Protests, p.protest(x))
	}
	slices.SortStableFunc(v.Protests, func(a, b protestLine) int {
		switch {
		case a.Outcome == "" && b.Outcome != "":
			return -1
		case a.Outcome != "" && b.Outcome == "":
			return 1
		}
		return 0
	})
	return c.Render(200, "protests", p.Title(c.T("office.protests.title")), v)
}

type protestNewView struct {
	place
	Form  *site.Form
	Races []site.Option
}

// ProtestNew answers GET …/protests/new.
func (m *Room) ProtestNew(c *site.Call) error {
	p, err := m.at(c, "protests")
	if err != nil {
		return err
	}
	f := site.NewForm(c.R.URL.Query())
	if _, row := p.Snap.Find(f.Get("bib")); row != nil && f.Get("race") == "" {
		f.Set("race", row.Race)
	}
	return m.showProtestNew(c, p, f)
}

func (m *Room) showProtestNew(c *site.Call, p place, f *site.Form) error {
	return c.Render(f.Status(), "protest_new", p.Title(c.T("office.protest.new")), protestNewView{p, f, p.raceOptions()})
}

// ProtestLodge answers POST …/protests.
func (m *Room) ProtestLodge(c *site.Call) error {
	p, err := m.at(c, "protests")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	made, err := p.Desk.Lodge(c.R.Context(), c.Actor,
		logbook.Protest{Race: f.Get("race"), Bib: f.Get("bib"), By: f.Get("by"), Text: f.Get("text")})
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showProtestNew(c, p, f)
	}
	c.Flash(site.Good, "office.protest.lodged")
	return c.Redirect(p.protest(made).Link())
}

type protestView struct {
	place
	Protest protestLine
	Period  period
	Form    *site.Form
	Choices []site.Option
}

func (p place) protestByID(id string) (protestLine, error) {
	all := p.Desk.Protests()
	i := slices.IndexFunc(all, func(x logbook.Protest) bool { return x.ID == id })
	if i < 0 {
		return protestLine{}, fault.New(fault.NotFound, "raceday.unknown_protest", fault.Args{"value": id})
	}
	return p.protest(all[i]), nil
}

// Protest answers GET …/protests/{protest}.
func (m *Room) Protest(c *site.Call) error {
	p, err := m.at(c, "protests")
	if err != nil {
		return err
	}
	return m.showProtest(c, p, site.NewForm(nil))
}

func (m *Room) showProtest(c *site.Call, p place, f *site.Form) error {
	l, err := p.protestByID(c.Path("protest"))
	if err != nil {
		return err
	}
	v := protestView{place: p, Protest: l, Form: f}
	if rc := p.Edition.Race(l.Race); rc != nil {
		if v.Period, err = m.period(c, p, rc); err != nil {
			return err
		}
	}
	for _, o := range []logbook.Outcome{logbook.Upheld, logbook.Dismissed, logbook.Withdrawn} {
		v.Choices = append(v.Choices, site.Option{Value: string(o), Text: c.T("office.protest.state." + string(o))})
	}
	return c.Render(f.Status(), "protest", p.Title(c.T("office.protest.title")), v)
}

// ProtestDecide answers POST …/protests/{protest}/decide.
func (m *Room) ProtestDecide(c *site.Call) error {
	p, err := m.at(c, "protests")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	err = p.Desk.Decide(c.R.Context(), c.Actor, c.Path("protest"), logbook.Outcome(f.Get("outcome")), strings.TrimSpace(f.Get("reason")))
	if fault.KindOf(err) == fault.Invalid && err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showProtest(c, p, f)
	}
	if err != nil {
		return err
	}
	c.Flash(site.Good, "office.protest.decided")
	return c.Redirect(p.Base() + "/protests/" + url.PathEscape(c.Path("protest")))
}
