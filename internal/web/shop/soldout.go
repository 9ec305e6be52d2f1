package shop

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/web/site"
)

// soldOut is what was out when an order was made, and what fits instead.
type soldOut struct {
	What    []string // names of resources
	Left    any      // of the first
	Instead []instead
	List    string // address of the waiting list for what was wanted
}

// instead is one press that makes the order possible.
type instead struct {
	Act      string
	Old, New string // names
}

// soldOut explains the counter's answer: which resource is out, which of the
// other journeys and races have what the draft needs.
func (v *step) soldOut(err error) *soldOut {
	var e *fault.Error
	if !errors.As(err, &e) {
		return nil
	}
	ids, _ := e.Args["resources"].(string)
	out := &soldOut{Left: e.Args["left"], List: v.listPath()}
	for _, id := range strings.Split(ids, ",") {
		out.What = append(out.What, v.resource(id))
	}
	for _, list := range [][]choice{v.Menu.Races, v.Menu.Tours} {
		for i := range list {
			if v.Draft.takes(&list[i]) && uses(&list[i], ids) {
				out.Instead = append(out.Instead, v.others(&list[i], list)...)
			}
		}
	}
	return out
}

func uses(x *choice, ids string) bool {
	for _, u := range x.product.Uses {
		for _, id := range strings.Split(ids, ",") {
			if u.Resource == id {
				return true
			}
		}
	}
	return false
}

func (d *draft) takes(x *choice) bool {
	for _, t := range d.Travel {
		if t.Tour == x.ID || t.Race == x.ID {
			return true
		}
	}
	return false
}

// others are the choices of a list that could take the place of one of it.
func (v *step) others(out *choice, list []choice) []instead {
	var fit []instead
	for i := range list {
		x := &list[i]
		if x.ID == out.ID || x.Out() {
			continue
		}
		try := *v.Draft
		try.Travel = append([]traveller(nil), v.Draft.Travel...)
		try.instead(out.ID, x.ID)
		if v.fits(&try) {
			fit = append(fit, instead{"instead." + out.ID + ">" + x.ID, out.Name, x.Name})
		}
	}
	return fit
}

// instead puts one product in the place of another, for everybody who has it.
func (d *draft) instead(old, id string) {
	for i := range d.Travel {
		if t := &d.Travel[i]; t.Tour == old {
			t.Tour = id
		} else if t.Race == old {
			t.Race = id
		}
	}
}

// fits reports whether, as it looks now, there is enough of everything.
func (v *step) fits(d *draft) bool {
	try := &step{stand: v.stand, Menu: v.Menu, Draft: d, Form: site.NewForm(nil)}
	try.check()
	return try.Form.OK()
}

// listPath is where one joins the waiting list for what the draft wants.
func (v *step) listPath() string {
	q := url.Values{}
	for _, w := range v.Draft.wants(v.Menu) {
		q.Add("want", w.Product)
	}
	q.Set("party", strconv.Itoa(len(v.Draft.Travel)))
	return v.Base() + "/list?" + q.Encode()
}
