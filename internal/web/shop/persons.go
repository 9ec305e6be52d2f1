package shop

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// personsView is the step that asks who travels.
type personsView struct {
	*step
	Countries []site.Option
	Rule      ruleView
}

// Persons answers GET /e/{edition}/entry/order/persons.
func (m *Room) Persons(c *site.Call) error {
	v, err := m.step(c, 2)
	if err != nil {
		return err
	}
	if v.Phase() != "open" || len(v.Draft.Travel) == 0 {
		return c.Redirect(v.Base() + "/entry/order")
	}
	return m.persons(c, v)
}

func (m *Room) persons(c *site.Call, v *step) error {
	return c.Render(v.Form.Status(), "shop_persons", c.T("shop.persons.title"), personsView{v, countries(c), v.rule(c)})
}

// PersonsSave answers POST /e/{edition}/entry/order/persons.
func (m *Room) PersonsSave(c *site.Call) error {
	v, err := m.step(c, 2)
	if err != nil {
		return err
	}
	if v.Form, err = c.Form(); err != nil {
		return err
	}
	v.Draft.name(v.Form.Values)
	back := v.Form.Get("act") == "back"
	if !back {
		v.checkPayer()
		party := v.Draft.persons(v.Menu)
		for i := range party {
			v.checkPerson(i, party)
		}
	}
	if err := m.keep(c, v.stand, v.Draft); err != nil {
		if v.Form.Add(err) != nil {
			return err
		}
	}
	switch {
	case back:
		return c.Redirect(v.Base() + "/entry/order")
	case !v.Form.OK():
		return m.persons(c, v)
	}
	return c.Redirect(v.Base() + "/entry/order/review")
}

// name takes what was typed about the payer and the persons into the draft.
func (d *draft) name(f url.Values) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	d.Email, d.Payer, d.Address, d.All = get("email"), get("payer"), get("address"), get("all") != ""
	for i := range d.Travel {
		d.Travel[i].Person = typed(f, "."+strconv.Itoa(i+1))
	}
}

// typed reads a person's fields, whose names end in at.
func typed(f url.Values, at string) person {
	get := func(name string) string { return strings.TrimSpace(f.Get(name + at)) }
	return person{Printed: get("name"), Family: get("family"), Given: get("given"), Birth: get("birth"), Sex: get("sex"),
		Country: get("country"), Other: get("other"), Other2: get("other2"), Email: get("email"), Number: get("number"),
		Expires: get("expires"), Resident: get("resident") != "", Guardian: get("guardian")}
}

func (v *step) checkPayer() {
	if err := entry.CheckEmail("email", v.Draft.Email); err != nil {
		_ = v.Form.Add(err)
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{{"payer", v.Draft.Payer, 200}, {"address", v.Draft.Address, 500}} {
		if utf8.RuneCountInString(f.value) > f.most {
			v.wrong(fault.New(fault.Invalid, "entry.too_long", fault.Args{"most": f.most}).On(f.name))
		}
	}
}

// checkPerson finds what is missing or cannot be about a person, and whether the
// rule lets them travel: told here, before anything is held or paid.
func (v *step) checkPerson(i int, party []entry.Person) {
	p, at := &party[i], "."+strconv.Itoa(i+1)
	list := entry.Check(p, v.Today())
	for _, f := range []struct{ name, value string }{{"birth", p.Birth}, {"sex", string(p.Sex)}, {"country", p.Country}} {
		if f.value == "" {
			list = append(list, fault.New(fault.Invalid, "shop.missing", nil).On(f.name))
		}
	}
	for _, e := range list {
		v.wrong(e.On(e.Field + at))
	}
	if len(list) > 0 {
		return
	}
	d := entry.Decide(&v.Catalogue.Entry, p, v.Catalogue.RaceDate, party)
	if err := d.Fault(v.Menu.tag); err != nil {
		v.onPerson(err, at)
	}
	for _, f := range d.Findings {
		if f.Field == "guardian" {
			v.wrong(fault.New(fault.Invalid, "shop.guardian", fault.Args{"adult": f.Args["adult"]}).On("guardian" + at))
		}
	}
}

// onPerson puts a fault beside the field of the person it is about.
func (v *step) onPerson(err error, at string) {
	var e *fault.Error
	if errors.As(err, &e) {
		v.wrong(e.On(strings.TrimPrefix(e.Field, "document.") + at))
	}
}

// Today is the day in the sale's zone.
func (s *stand) Today() string { return s.Now.In(s.Zone).Format(time.DateOnly) }

// ruleView is who can travel, as the organiser published it.
type ruleView struct {
	entry.Rule
	Bars []bar
	Ages []ageOf
}

type bar struct{ Country, Reason, Source string }

type ageOf struct {
	Race string
	Age  int
}

// rule is the published rule in the reader's words.
func (s *stand) rule(c *site.Call) ruleView {
	r := ruleView{Rule: s.Catalogue.Entry}
	for _, b := range r.Barred {
		r.Bars = append(r.Bars, bar{countryName(c.Tag, b.Country), sale.Text(b.Reason).In(string(c.Tag)), b.Source})
	}
	for _, p := range s.Catalogue.Products {
		if age := r.MinAge[p.Race]; p.Kind == sale.Entry && age > 0 {
			r.Ages = append(r.Ages, ageOf{p.Name.In(string(c.Tag)), age})
		}
	}
	return r
}

// Words are what is chosen for a person, in one line.
func (v *step) Words(t traveller) string {
	var out []string
	for _, p := range append([]string{t.Race, t.Tour, v.Menu.roomOf(&t)}, t.Extras...) {
		if p != "" {
			out = append(out, productName(v.Catalogue, v.Menu.tag, p))
		}
	}
	return strings.Join(out, " · ")
}
