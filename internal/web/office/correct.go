package office

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type correctView struct {
	place
	Form      *site.Form
	Starter   race.Starter // as the start list has it
	Races     []site.Option
	Waves     []site.Option
	Sexes     []site.Option
	Classes   []site.Option
	Published int // the race's latest revision, 0 = none
	Shown     bool
	Effect    effect
}

// starter is a line of the start list. Fault NotFound.
func (p place) starter(bib string) (race.Starter, error) {
	key := p.Edition.Bib.Key(bib)
	list := p.Desk.Field.Facts().StartList
	i := slices.IndexFunc(list, func(s race.Starter) bool { return p.Edition.Bib.Key(s.Bib) == key })
	if i < 0 {
		return race.Starter{}, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib})
	}
	return list[i], nil
}

// CorrectForm answers GET …/runner/{bib}/correct: the starter's line to be put
// right.
func (m *Room) CorrectForm(c *site.Call) error {
	p, err := m.at(c, "starters")
	if err != nil {
		return err
	}
	s, err := p.starter(c.Path("bib"))
	if err != nil {
		return err
	}
	return m.showCorrect(c, p, s, site.NewForm(valuesOf(s)), false)
}

// valuesOf is a starter as the form shows it.
func valuesOf(s race.Starter) url.Values {
	v := url.Values{"bib": {s.Bib}, "chip": {strings.Join(s.Chips, " ")}, "race": {s.Race}, "wave": {s.Wave}, "class": {string(s.Class)},
		"printed_name": {s.Person.Name.Printed}, "family_name": {s.Person.Name.Family}, "given_name": {s.Person.Name.Given},
		"sex": {string(s.Person.Sex)}, "birth_date": {s.Person.BirthDate}, "country": {s.Person.Country.Code}, "club": {s.Person.Club}}
	if s.Person.Age > 0 {
		v.Set("age", strconv.Itoa(s.Person.Age))
	}
	return v
}

// starterOf is the starter the form asks for; what the form does not show stays
// as it is. An age is kept only beside no day of birth. Fault on age.
func starterOf(f *site.Form, was race.Starter) (race.Starter, error) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	s := was
	s.Bib, s.Chips, s.Race, s.Wave, s.Class = get("bib"), strings.Fields(get("chip")), get("race"), get("wave"), race.Class(get("class"))
	p := &s.Person
	p.Name.Printed, p.Name.Family, p.Name.Given = get("printed_name"), get("family_name"), get("given_name")
	p.Sex, p.BirthDate, p.Club = race.Sex(get("sex")), get("birth_date"), get("club")
	if code := get("country"); code != was.Person.Country.Code {
		p.Country = race.Country{Code: code}
	}
	p.Age = 0
	if get("age") != "" && (p.BirthDate == "" || p.BirthDate == was.Person.BirthDate) {
		age, err := strconv.Atoi(get("age"))
		if err != nil {
			return s, fault.New(fault.Invalid, "office.bad_age", fault.Args{"value": get("age")}).On("age")
		}
		p.Age = age
	}
	return s, nil
}

func (m *Room) showCorrect(c *site.Call, p place, s race.Starter, f *site.Form, look bool) error {
	v := correctView{place: p, Form: f, Starter: s, Races: p.raceOptions(), Waves: p.everyWave(),
		Sexes:   []site.Option{{Value: "F", Text: c.T("web.sex.F")}, {Value: "M", Text: c.T("web.sex.M")}, {Value: "X", Text: c.T("web.sex.X")}},
		Classes: p.classOptions(s.Class)}
	if b, _ := p.Snap.Find(s.Bib); b != nil {
		v.Published = b.Revision
	}
	if look && f.OK() {
		to, err := starterOf(f, s)
		var changes []results.Change
		if err == nil {
			changes, err = p.Desk.EffectOfCorrection(s.Bib, to)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = f.OK(), p.effect(changes)
		v.Effect.Posted = true
	}
	return c.Render(f.Status(), "correct", p.Title(c.T("office.correct.title")), v)
}

// everyWave is every wave of every race, named with its race; "" stands for the
// only wave of a race.
func (p place) everyWave() []site.Option {
	out := []site.Option{{Value: "", Text: "–"}}
	for _, r := range p.Edition.Races {
		for _, w := range r.Waves {
			o := site.Option{Value: w.ID, Text: waveName(&w)}
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

// classOptions are the classes of the start list.
func (p place) classOptions(own race.Class) []site.Option {
	out := []site.Option{{Value: string(race.Open), Text: string(race.Open)}, {Value: string(race.Elite), Text: string(race.Elite)}}
	for _, class := range []race.Class{own} {
		if o := (site.Option{Value: string(class), Text: string(class)}); class != "" && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// Correct answers POST …/runner/{bib}/correct: first the effect is shown, then,
// with "make", the line is put right. What is typed is personal, and so is sent
// and not asked for by address.
func (m *Room) Correct(c *site.Call) error {
	p, err := m.at(c, "starters")
	if err != nil {
		return err
	}
	s, err := p.starter(c.Path("bib"))
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if f.Get("make") == "" {
		return m.showCorrect(c, p, s, f, true)
	}
	to, err := starterOf(f, s)
	if err == nil {
		err = p.Desk.Correct(c.R.Context(), c.Actor, s.Bib, to)
	}
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showCorrect(c, p, s, f, false)
	}
	c.Flash(site.Good, "office.correct.made", "bib", to.Bib)
	return c.Redirect(p.Runner(to.Bib))
}
