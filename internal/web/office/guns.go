package office

import (
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

type gunsView struct {
	place
	Races   []raceGuns
	Records []gunLine // the latest first
}

// raceGuns are the waves of a race with their starts.
type raceGuns struct {
	*race.Race
	Waves []waveGun
}

// Label names a wave's start, the wave too where the race has several.
func (r raceGuns) Label(w waveGun) string {
	if len(r.Waves) == 1 {
		return r.Name
	}
	return r.Name + ", " + waveName(w.Wave)
}

// gunLine is one start record.
type gunLine struct {
	logbook.GunFact
	Author string
	IsVoid bool
	Counts bool // at least one wave starts by it
	place  place
}

// Covers are the waves it started, in words; "" = every wave.
func (l gunLine) Covers() string { return strings.Join(l.GunFact.Waves, ", ") }

// Link is where it can be voided.
func (l gunLine) Link() string { return l.place.Base() + "/guns/" + l.ID + "/void" }

// UseLink is where it can be made the one that counts.
func (l gunLine) UseLink() string { return l.place.Base() + "/guns/" + l.ID + "/use" }

// Guns answers GET /office/e/{edition}/guns.
func (m *Room) Guns(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	v := gunsView{place: p}
	facts := p.Desk.Guns()
	for i := range p.Edition.Races {
		r := &p.Edition.Races[i]
		g := raceGuns{Race: r}
		for k := range r.Waves {
			g.Waves = append(g.Waves, waveGun{&r.Waves[k], gunOf(r, &r.Waves[k], facts)})
		}
		v.Races = append(v.Races, g)
	}
	if v.Records, err = m.gunLines(c, p, facts); err != nil {
		return err
	}
	return c.Render(200, "guns", p.Title(c.T("office.guns.title")), v)
}

// gunLines are the start records, each once, the latest first. Who recorded one
// stands in the audit log.
func (m *Room) gunLines(c *site.Call, p place, facts []logbook.GunFact) ([]gunLine, error) {
	by, err := m.authors(c, p, "gun.record", "id")
	if err != nil {
		return nil, err
	}
	void := voided(facts)
	var out []gunLine
	for _, g := range facts {
		if g.Void {
			continue
		}
		l := gunLine{GunFact: g, IsVoid: void[g.ID], Author: by[g.ID], place: p}
		if r := p.Edition.Race(g.Race); r != nil && !l.IsVoid {
			for i := range r.Waves {
				l.Counts = l.Counts || covers(g.Waves, r.Waves[i].ID) && latestGun(r, &r.Waves[i], facts) == g.ID
			}
		}
		out = append([]gunLine{l}, out...)
	}
	return out, nil
}

// latestGun is the id of the record that counts for a wave, "" if none does.
func latestGun(r *race.Race, w *race.Wave, facts []logbook.GunFact) (id string) {
	void := voided(facts)
	for _, g := range facts {
		if g.Race == r.ID && !g.Void && !void[g.ID] && covers(g.Waves, w.ID) {
			id = g.ID
		}
	}
	return id
}

// GunNow answers POST /office/e/{edition}/guns/now: the race starts this moment.
// The instant is that of the server's clock when the call came in.
func (m *Room) GunNow(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	at := p.Now
	f, err := c.Form()
	if err != nil {
		return err
	}
	return m.recordGun(c, p, f, at)
}

func (m *Room) recordGun(c *site.Call, p place, f *site.Form, at race.Instant) error {
	g, err := p.Desk.RecordGun(c.R.Context(), c.Actor, f.Get("race"), waves(f), at)
	if err != nil {
		return err
	}
	c.Flash(site.Good, "office.guns.recorded", "race", p.RaceName(g.Race), "time", g.At.In(p.Zone).Format("15:04:05.000"))
	return c.Redirect(p.Base() + "/guns")
}

func waves(f *site.Form) []string {
	if w := f.Get("wave"); w != "" {
		return []string{w}
	}
	return nil
}

type gunTypedView struct {
	place
	Form    *site.Form
	Choices []site.Option // RACE/WAVE
	Shown   bool          // the effect is there
	At      race.Instant
	Race    *race.Race
	Effect  effect
}

// GunTyped answers GET /office/e/{edition}/guns/typed: a start by its time, with
// what it would change.
func (m *Room) GunTyped(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	v := gunTypedView{place: p, Form: site.NewForm(c.R.URL.Query()), Choices: p.waveOptions()}
	if v.Form.Get("at") != "" {
		if err := v.look(); err != nil {
			if err := v.Form.Add(err); err != nil {
				return err
			}
		}
	}
	return c.Render(v.Form.Status(), "gun_typed", p.Title(c.T("office.guns.typed")), v)
}

func (v *gunTypedView) look() error {
	raceID, wave, _ := strings.Cut(v.Form.Get("start"), "/")
	at, err := v.instant(v.Form.Get("at"))
	if err != nil {
		return err
	}
	var of []string
	if wave != "" {
		of = []string{wave}
	}
	changes, err := v.Desk.EffectOfGun(raceID, of, at)
	if err != nil {
		return err
	}
	v.Shown, v.At, v.Race, v.Effect = true, at, v.Edition.Race(raceID), v.effect(changes)
	v.Form.Set("race", raceID)
	v.Form.Set("wave", wave)
	return nil
}

// GunRecord answers POST /office/e/{edition}/guns: a start by its time.
func (m *Room) GunRecord(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	at, err := p.instant(f.Get("at"))
	if err != nil {
		return err
	}
	return m.recordGun(c, p, f, at)
}

// waveOptions are the races and their waves as choices of a start.
func (p place) waveOptions() []site.Option {
	var out []site.Option
	for _, r := range p.Edition.Races {
		out = append(out, site.Option{Value: r.ID, Text: r.Name})
		for _, w := range r.Waves {
			if len(r.Waves) > 1 {
				out = append(out, site.Option{Value: r.ID + "/" + w.ID, Text: r.Name + ", " + waveName(&w)})
			}
		}
	}
	return out
}

func waveName(w *race.Wave) string {
	if w.Name != "" {
		return w.Name
	}
	return w.ID
}

// instant reads a time a person typed: a time of the race day on the clocks of
// the edition's zone, "09:00:00.4", or an instant with its offset.
func (p place) instant(typed string) (race.Instant, error) { return p.instantOn(typed, "at") }

// instantOn is instant with its fault on a field.
func (p place) instantOn(typed, field string) (race.Instant, error) {
	typed = strings.TrimSpace(typed)
	if t, err := time.Parse(time.RFC3339Nano, typed); err == nil {
		return race.At(t), nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04"} {
		for _, text := range []string{typed, p.Edition.Date + " " + typed} {
			if t, err := time.ParseInLocation(layout, text, p.Zone); err == nil {
				return race.At(t), nil
			}
		}
	}
	return 0, fault.New(fault.Invalid, "office.bad_instant", fault.Args{"value": typed, "zone": p.Edition.Zone}).On(field)
}

type gunVoidView struct {
	place
	Gun    gunLine
	Effect effect
}

// GunVoidForm answers GET …/guns/{gun}/void: what voiding it would do.
func (m *Room) GunVoidForm(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	g, changes, err := p.Desk.EffectOfVoid(c.Path("gun"))
	if err != nil {
		return err
	}
	v := gunVoidView{p, gunLine{GunFact: g, place: p}, p.effect(changes)}
	return c.Render(200, "gun_void", p.Title(c.T("office.guns.void")), v)
}

// GunVoid answers POST …/guns/{gun}/void.
func (m *Room) GunVoid(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	if err := p.Desk.VoidGun(c.R.Context(), c.Actor, c.Path("gun")); err != nil {
		return err
	}
	c.Flash(site.Good, "office.guns.voided")
	return c.Redirect(p.Base() + "/guns")
}

type gunUseView struct {
	place
	Gun    gunLine
	Form   *site.Form
	Waves  []site.Option // for which it may count: "" = those it was recorded for
	Effect effect
}

// record is a start record by its id, void or not. Fault NotFound.
func (p place) record(id string) (logbook.GunFact, error) {
	for _, g := range p.Desk.Guns() {
		if g.ID == id && !g.Void {
			return g, nil
		}
	}
	return logbook.GunFact{}, fault.New(fault.NotFound, "raceday.unknown_gun", fault.Args{"value": id}).On("gun")
}

// wavesFor are the waves a start is to count for: the one chosen, else those it
// was recorded for.
func wavesFor(f *site.Form, g logbook.GunFact) []string {
	if w := waves(f); w != nil {
		return w
	}
	return g.Waves
}

// GunUseForm answers GET …/guns/{gun}/use: what it would change if this start
// counted, for all the waves it was recorded for or for one.
func (m *Room) GunUseForm(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	g, err := p.record(c.Path("gun"))
	if err != nil {
		return err
	}
	v := gunUseView{place: p, Gun: gunLine{GunFact: g, place: p, IsVoid: voided(p.Desk.Guns())[g.ID]}, Form: site.NewForm(c.R.URL.Query())}
	if r := p.Edition.Race(g.Race); r != nil && len(r.Waves) > 1 {
		v.Waves = append(v.Waves, site.Option{Text: c.T("office.guns.as_recorded")})
		for i := range r.Waves {
			v.Waves = append(v.Waves, site.Option{Value: r.Waves[i].ID, Text: waveName(&r.Waves[i])})
		}
	}
	changes, err := p.Desk.EffectOfGun(g.Race, wavesFor(v.Form, g), g.At)
	if err := v.Form.Add(err); err != nil {
		return err
	}
	v.Effect = p.effect(changes)
	return c.Render(v.Form.Status(), "gun_use", p.Title(c.T("office.guns.use")), v)
}

// GunUse answers POST …/guns/{gun}/use: the instant of the record is recorded
// once more, as the latest, which is the one that counts.
func (m *Room) GunUse(c *site.Call) error {
	p, err := m.at(c, "guns")
	if err != nil {
		return err
	}
	g, err := p.record(c.Path("gun"))
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	made, err := p.Desk.RecordGun(c.R.Context(), c.Actor, g.Race, wavesFor(f, g), g.At)
	if err != nil {
		return err
	}
	c.Flash(site.Good, "office.guns.recorded", "race", p.RaceName(made.Race), "time", made.At.In(p.Zone).Format("15:04:05.000"))
	return c.Redirect(p.Base() + "/guns")
}
