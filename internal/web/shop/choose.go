package shop

import (
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// step is one of the pages of an order that is being made.
type step struct {
	*stand
	Menu  *menu
	Draft *draft
	Form  *site.Form
	Step  int // 1 choose, 2 persons, 3 check
}

// step finds what every step needs: the sale, which must be open, what is on
// offer, and the draft.
func (m *Room) step(c *site.Call, n int) (*step, error) {
	private(c)
	s, err := m.stand(c, "entry")
	if err != nil {
		return nil, err
	}
	d := m.draft(c, s)
	return &step{stand: s, Menu: s.menu(c.Tag, currencyOf(c, d)), Draft: d, Form: site.NewForm(nil), Step: n}, nil
}

// Choose answers GET /e/{edition}/entry/order: who travels how and runs what.
func (m *Room) Choose(c *site.Call) error {
	v, err := m.step(c, 1)
	if err != nil {
		return err
	}
	if v.Phase() != "open" {
		return c.Redirect(v.Base() + "/entry")
	}
	if len(v.Draft.Travel) == 0 {
		v.first(c)
	}
	return m.choose(c, v)
}

// first fills a new draft with what was pressed on the page before, or what
// there is.
func (v *step) first(c *site.Call) {
	n, _ := strconv.Atoi(c.Query("persons"))
	t := traveller{Tour: known(v.Menu.Tours, c.Query("tour")), Race: known(v.Menu.Races, c.Query("race"))}
	if t.Tour == "" {
		t.Tour = some(v.Menu.Tours)
	}
	if t.Race == "" {
		t.Race = some(v.Menu.Races)
	}
	for range min(max(n, 1), v.Menu.Persons) {
		v.Draft.Travel = append(v.Draft.Travel, t)
	}
}

// known is id if it can be had, else "".
func known(list []choice, id string) string {
	if x := find(list, id); x != nil && !x.Out() {
		return id
	}
	return ""
}

// some is the first that can be had.
func some(list []choice) string {
	for _, x := range list {
		if !x.Out() {
			return x.ID
		}
	}
	return ""
}

func (m *Room) choose(c *site.Call, v *step) error {
	return c.Render(v.Form.Status(), "shop_choose", c.T("shop.choose.title"), v)
}

// ChooseSave answers POST /e/{edition}/entry/order.
func (m *Room) ChooseSave(c *site.Call) error {
	v, err := m.step(c, 1)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	v.Form = form
	v.Draft.choose(form.Values, v.Menu)
	here, act := v.Base()+"/entry/order", form.Get("act")
	switch {
	case act == "add" && len(v.Draft.Travel) < v.Menu.Persons:
		last := v.Draft.Travel[len(v.Draft.Travel)-1]
		last.Person, last.Extras = person{}, nil
		v.Draft.Travel = append(v.Draft.Travel, last)
		here += "#" + personID(len(v.Draft.Travel)-1)
	case strings.HasPrefix(act, "remove.") && len(v.Draft.Travel) > 1:
		if i, _ := strconv.Atoi(act[len("remove."):]); i >= 1 && i <= len(v.Draft.Travel) {
			v.Draft.Travel = append(v.Draft.Travel[:i-1:i-1], v.Draft.Travel[i:]...)
		}
	case strings.HasPrefix(act, "currency."):
		v.Draft.Currency = money.Currency(act[len("currency."):])
	case act == "next" || act == "":
		v.check()
		here = v.Base() + "/entry/order/persons"
	}
	if err := m.keep(c, v.stand, v.Draft); err != nil {
		return err
	}
	if !v.Form.OK() {
		return m.choose(c, v)
	}
	return c.Redirect(here)
}

// choose takes what was chosen on the page into the draft; what is known of the
// persons stays with them.
func (d *draft) choose(f url.Values, m *menu) {
	n, _ := strconv.Atoi(f.Get("n"))
	n = min(max(n, 1), m.Persons)
	was := d.Travel
	d.Travel = make([]traveller, n)
	for i := range d.Travel {
		if i < len(was) {
			d.Travel[i].Person = was[i].Person
		}
		at := "." + strconv.Itoa(i+1)
		t := &d.Travel[i]
		t.Tour, t.Race, t.Room = offered(m.Tours, f.Get("tour"+at)), offered(m.Races, f.Get("race"+at)), offered(m.Rooms, f.Get("room"+at))
		for _, x := range f["extra"+at] {
			if x = offered(m.Extras, x); x != "" {
				t.Extras = append(t.Extras, x)
			}
		}
	}
	d.Currency = m.Currency
	d.Gifts = map[string]int{}
	for _, g := range m.Gifts {
		if n, _ := strconv.Atoi(strings.TrimSpace(f.Get("gift." + g.ID))); n > 0 {
			d.Gifts[g.ID] = min(n, 1000)
		}
	}
}

// offered is id if it is on the menu, sold out or not.
func offered(list []choice, id string) string {
	if find(list, id) != nil {
		return id
	}
	return ""
}

// check finds what cannot be ordered so: somebody for whom nothing is chosen, and
// what is sold out. What is still there is decided by the hold alone.
func (v *step) check() {
	asked := map[string]int{}
	for i := range v.Draft.Travel {
		t, at := &v.Draft.Travel[i], "."+strconv.Itoa(i+1)
		if t.Tour == "" && t.Race == "" {
			v.wrong(fault.New(fault.Invalid, "shop.choose_something", nil).On("tour" + at))
		}
		v.enough("tour"+at, t.Tour, asked)
		v.enough("race"+at, t.Race, asked)
		v.enough("room"+at, v.Menu.roomOf(t), asked)
	}
}

// enough adds what a product takes to what was asked so far, and says at its
// field what there is too little of.
func (v *step) enough(field, product string, asked map[string]int) {
	if product == "" {
		return
	}
	for _, u := range v.Catalogue.Product(product).Uses {
		asked[u.Resource] += u.N
		left := v.left([]sale.Use{{Resource: u.Resource, N: 1}})
		if left >= 0 && asked[u.Resource] > left && len(v.Form.Faults(field)) == 0 {
			v.wrong(fault.New(fault.Conflict, "shop.not_enough",
				fault.Args{"what": v.resource(u.Resource), "left": left, "want": asked[u.Resource]}).On(field))
		}
	}
}

func (v *step) wrong(e *fault.Error) { _ = v.Form.Add(e) } // a fault that is not internal is never given back

// resource is a resource's name in the reader's language.
func (v *step) resource(id string) string {
	for _, r := range v.Catalogue.Resources {
		if r.ID == id {
			return r.Name.In(v.Menu.tag)
		}
	}
	return id
}

// Has reports whether an extra is chosen; for templates.
func (t traveller) Has(extra string) bool {
	for _, x := range t.Extras {
		if x == extra {
			return true
		}
	}
	return false
}

// tooMuch is the fault of a draft that no browser carries.
func tooMuch() error { return fault.New(fault.Invalid, "shop.draft_too_long", nil) }
