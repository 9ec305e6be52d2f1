package office

import (
	"cmp"
	"context"
	"net/url"
	"strconv"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// saleDo is something done to the sale as a whole, shown with its effect
// before it is done.
type saleDo struct {
	Word   string // in keys of sentences
	Path   string // below …/sale
	Tab    string
	Back   string // below …/sale: where it leads
	Needs  access.Permission
	Grave  bool
	Fields func(v *actView)
	Do     func(ctx context.Context, x *actCall) error
}

// SaleDo is one of them for the route table.
type SaleDo struct {
	Path  string // below …/sale
	Needs access.Permission
	m     *Room
	do    saleDo
}

// SaleDos are what can be done to the sale as a whole.
func (m *Room) SaleDos() []SaleDo {
	out := make([]SaleDo, len(saleDos))
	for i, d := range saleDos {
		out[i] = SaleDo{d.Path, d.Needs, m, d}
	}
	return out
}

var saleDos = []saleDo{
	{Word: "resize", Path: "/quotas/resize", Tab: "quotas", Back: "/quotas", Needs: access.SaleCatalogue, Fields: askResize, Do: doResize},
	{Word: "shrink", Path: "/quotas/shrink", Tab: "quotas", Back: "/quotas", Needs: access.SaleState, Grave: true, Fields: askShrink, Do: doShrink},
	{Word: "release", Path: "/quotas/release", Tab: "quotas", Back: "/quotas", Needs: access.SaleCatalogue, Fields: askRelease, Do: doRelease},
	{Word: "promote", Path: "/list/promote", Tab: "list", Back: "/list", Needs: access.SaleList, Fields: func(*actView) {}, Do: doPromote},
	{Word: "draw", Path: "/list/draw", Tab: "list", Back: "/list", Needs: access.SaleState, Grave: true, Fields: askDraw, Do: doDraw},
	{Word: "leave", Path: "/list/leave", Tab: "list", Back: "/list", Needs: access.SaleList, Grave: true, Fields: askLeave, Do: doLeave},
	{Word: "state", Path: "/state/set", Tab: "state", Back: "/state", Needs: access.SaleState, Grave: true, Fields: askState, Do: doState},
}

type saleDoView struct {
	*actView
	Do      saleDo
	Confirm bool // the act asks to be confirmed in words of its own
}

// Link is where the act leads.
func (v saleDoView) Link() string { return v.Base() + "/sale" + v.Do.Back }

// Action is where its form is sent.
func (v saleDoView) Action() string { return v.Base() + "/sale" + v.Do.Path }

// Form answers GET …/sale/PATH.
func (d SaleDo) Form(c *site.Call) error {
	return d.m.atSale(c, d.do.Tab, d.Needs, func(c *site.Call, sp *salePlace) error {
		v := d.view(sp, site.NewForm(c.R.URL.Query()))
		if v.complete() {
			if err := v.Form.Add(d.rehearse(c, v)); err != nil {
				return err
			}
		}
		return d.show(c, v)
	})
}

func (d SaleDo) view(sp *salePlace, f *site.Form) *actView {
	v := &actView{salePlace: sp, Form: f, room: d.m, Act: orderAct{Grave: d.do.Grave}}
	d.do.Fields(v)
	return v
}

func (d SaleDo) show(c *site.Call, v *actView) error {
	w := saleDoView{actView: v, Do: d.do, Confirm: v.Form.Get("confirm") != ""}
	for _, err := range append(v.Form.Faults("size"), v.Form.Other()...) {
		w.Confirm = w.Confirm || fault.CodeOf(err) == "sale.size_below_sold"
	}
	if w.Confirm && v.Effect == nil { // what it would do if it is meant
		said := v.Form.Get("confirm")
		v.Form.Set("confirm", "1")
		if err := d.rehearse(c, v); err != nil && fault.KindOf(err) == fault.Internal {
			return err
		}
		v.Form.Set("confirm", said)
	}
	return c.Render(v.Form.Status(), "sale_do", v.Title(c.T("office.sale.do."+d.do.Word)), w)
}

func (d SaleDo) rehearse(c *site.Call, v *actView) error {
	changes, err := v.Counter.Rehearse(c.R.Context(), func(ctx context.Context, counter *sale.Counter) error {
		return d.do.Do(ctx, &actCall{Counter: counter, Form: v.Form, By: c.Actor, Room: d.m})
	})
	if err != nil {
		return err
	}
	if v.Effect, err = v.effectOf(c.R.Context(), changes); err == nil && changes != nil && d.do.Word == "state" {
		v.Notices, err = v.notices(c.R.Context(), changes.Mails)
	}
	return err
}

// Post answers POST …/sale/PATH.
func (d SaleDo) Post(c *site.Call) error {
	return d.m.atSale(c, d.do.Tab, d.Needs, func(c *site.Call, sp *salePlace) error {
		f, err := c.Form()
		if err != nil {
			return err
		}
		v := d.view(sp, f)
		if f.Get("step") == "do" {
			err = d.do.Do(c.R.Context(), &actCall{Counter: v.Counter, Form: f, By: c.Actor, Room: d.m})
			if err == nil {
				c.Flash(site.Good, "office.sale.do_done."+d.do.Word)
				return c.Redirect(sp.Base() + "/sale" + d.do.Back)
			}
		} else {
			err = d.rehearse(c, v)
		}
		if err := f.Add(plain(err)); err != nil {
			return err
		}
		return d.show(c, v)
	})
}

// plain takes a fault from its field where the page has no such field.
func plain(err error) error {
	if e, is := err.(*fault.Error); is && e.Field != "" && e.Field != "size" {
		c := *e
		c.Field = ""
		return &c
	}
	return err
}

// ---- quotas ----

func askResize(v *actView) {
	var out []site.Option
	size := ""
	for _, q := range v.Head.Quotas {
		if !resizable(q) {
			continue
		}
		out = append(out, site.Option{Value: q.ID(), Text: v.QuotaName(q.ID())})
		if q.ID() == v.Form.Get("quota") {
			size = strconv.Itoa(q.Size)
		}
	}
	v.ask("quota", "office.sale.resource", "", choice(append([]site.Option{{Value: "", Text: v.printer.T("office.sale.choose")}}, out...)))
	v.ask("size", "office.sale.size", size, func(f *site.Field) { f.Required, f.Type = true, "number" })
}

// resizable reports whether a quota is one that the organiser sets.
func resizable(q sale.Quota) bool { return !hiddenQuota(q.Resource) }

func doResize(ctx context.Context, x *actCall) error {
	size, err := strconv.Atoi(trimmed(x.Form, "size"))
	if err != nil {
		return fault.New(fault.Invalid, "office.sale_number", nil).On("size")
	}
	resource, partner := quotaParts(x.Form.Get("quota"))
	return x.Counter.Resize(ctx, resource, partner, size, x.Form.Get("confirm") != "", x.By)
}

func askRelease(v *actView) {
	var out []site.Option
	for _, p := range v.Catalogue.Partners {
		out = append(out, site.Option{Value: p.ID, Text: v.Who(p.ID)})
	}
	v.ask("partner", "role.partner", "", choice(append([]site.Option{{Value: "", Text: v.printer.T("office.sale.choose")}}, out...)))
}

func doRelease(ctx context.Context, x *actCall) error {
	return x.Counter.ReleaseAllocation(ctx, x.Form.Get("partner"), x.By)
}

// ---- the waiting list ----

func doPromote(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Promote(ctx)
	return err
}

func askDraw(v *actView) {
	v.ask("public", "office.sale.draw_public", "", func(f *site.Field) { f.Hint, f.Example = "office.sale.draw_public_hint", "4f2a…" })
}

// doDraw holds the draw. It is not rehearsed: its result stands the moment it is
// known, and nobody is to see another one first.
func doDraw(ctx context.Context, x *actCall) error {
	edition := x.Counter.Edition()
	d := x.Room.Sale.Drawing(edition)
	if d == nil {
		return fault.New(fault.Conflict, "sale.draw_none", nil)
	}
	if x.Counter != x.Room.Sale.Counter(edition) || x.Form.Get("step") != "do" {
		return nil
	}
	_, err := d.Hold(ctx, trimmed(x.Form, "public"), x.By)
	return err
}

func askLeave(v *actView) {
	v.Hidden = append(v.Hidden, site.Option{Text: "wait", Value: v.Form.Get("wait")})
}

func doLeave(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Leave(ctx, x.Form.Get("wait"), x.By)
	return err
}

// ---- the state of the edition ----

func askState(v *actView) {
	v.ask("state", "office.sale.state", "", choice(append([]site.Option{{Value: "", Text: v.printer.T("office.sale.state_is.auto")}},
		v.words("office.sale.state_is.", "open", "closed", "postponed", "cancelled")...)))
	v.Fields[0].Required = false
}

func doState(ctx context.Context, x *actCall) error {
	return x.Counter.SetState(ctx, x.Form.Get("state"), x.By)
}

// notices are who would get which message: the first of them.
func (sp *salePlace) notices(ctx context.Context, mails []sale.Mail) (out []notice, err error) {
	for _, m := range mails[:min(len(mails), shownNotices)] {
		n := notice{Lang: m.Lang, Template: m.Template}
		if m.Order != "" {
			o, err := sp.Views.Order(ctx, sp.Desk.Edition, m.Order)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return nil, err
			}
			if err == nil {
				n.Number, n.Path, n.Name = o.Number, sp.OrderPath(o.ID), cmp.Or(o.Private.Name, firstName(o.Private.Persons))
			}
		}
		out = append(out, n)
	}
	return out, nil
}

// notice is a message somebody would get.
type notice struct{ Number, Path, Name, Lang, Template string }

const shownNotices = 60

func firstName(ps []entry.Person) string {
	if len(ps) == 0 {
		return ""
	}
	return ps[0].Name.Printed
}

// DoPath leads to an act with a value filled in.
func (sp *salePlace) DoPath(path, name, value string) string {
	return sp.Base() + "/sale" + path + "?" + url.Values{name: {value}}.Encode()
}
