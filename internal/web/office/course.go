package office

import (
	"strings"

	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type courseView struct {
	place
	Line    raceLine
	Form    *site.Form
	On      string // the variant the race is run on, "" = the edition's own course
	Choices []courseChoice
	Shown   bool
	Effect  effect
}

// courseChoice is a course that a race can be run on.
type courseChoice struct {
	ID, Name string
	*race.Race
}

// CourseForm answers GET …/race/{race}/course: the courses prepared for a race,
// with what a switch would change.
func (m *Room) CourseForm(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	rc := p.Edition.Race(b.Race.ID)
	v := courseView{place: p, Line: p.raceLine(b), Form: site.NewForm(c.R.URL.Query()), On: p.Desk.Variant(rc.ID)}
	v.Choices = append(v.Choices, courseChoice{"", c.T("office.course.own"), rc})
	for i := range rc.Variants {
		name := rc.Variants[i].Name
		if name == "" {
			name = rc.Variants[i].ID
		}
		v.Choices = append(v.Choices, courseChoice{rc.Variants[i].ID, name, rc.On(rc.Variants[i].ID)})
	}
	if v.Form.Has("variant") && v.Form.Get("variant") != v.On {
		var changes []results.Change
		changes, err = p.Desk.EffectOfCourse(rc.ID, v.Form.Get("variant"))
		if err := v.Form.Add(err); err != nil {
			return err
		}
		v.Shown, v.Effect = v.Form.OK(), p.effect(changes)
	} else {
		v.Form.Set("variant", v.On)
	}
	return c.Render(v.Form.Status(), "course", p.Title(b.Race.Name), v)
}

// Course answers POST …/race/{race}/course.
func (m *Room) Course(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if err := p.Desk.SwitchCourse(c.R.Context(), c.Actor, b.Race.ID, f.Get("variant"), strings.TrimSpace(f.Get("note"))); err != nil {
		return err
	}
	c.Flash(site.Good, "office.course.made", "race", b.Race.Name)
	return c.Redirect(p.raceLink(b.Race.ID))
}
