package office

import (
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// orderAct is something the desk does to an order. Its page shows the effect,
// worked out by the very verb it will call, before it is done.
type orderAct struct {
	Word  string // in addresses and in keys of sentences
	Key   string // the letter of its shortcut
	Needs access.Permission
	Aside bool // it is reached from a line of the order, not from the row of acts
	Grave bool // it takes something away
	// Fits reports whether there is anything for it to do.
	Fits func(o *sale.Order, sp *salePlace) bool
	// Fields are what is asked; it fills in what is known.
	Fields func(v *actView)
	// Do calls the verb.
	Do func(ctx context.Context, x *actCall) error
}

// actCall is one call of a verb.
type actCall struct {
	Counter *sale.Counter
	Order   *sale.Order
	Form    *site.Form
	By      access.Actor
	Room    *Room
}

type actView struct {
	*salePlace
	Order  *sale.Order
	Act    orderAct
	Path   string // of the order
	Form   *site.Form
	Fields []site.Field
	Hidden []site.Option
	Effect *saleEffect
	// Notices are who would get which message of a change of state.
	Notices []notice
	room    *Room
}

// Action is where the form is sent.
func (v *actView) Action() string { return v.Path + "/" + v.Act.Word }

// PersonName is the printed name of a person of the order.
func (v *actView) PersonName(id string) string { return personName(v.Order, id) }

// OrderAct is one of the acts on an order for the route table.
type OrderAct struct {
	Word  string
	Needs access.Permission
	m     *Room
	act   orderAct
}

// OrderActs are what can be done to an order, each a form with its effect.
func (m *Room) OrderActs() []OrderAct {
	out := make([]OrderAct, len(orderActs))
	for i, a := range orderActs {
		out[i] = OrderAct{a.Word, a.Needs, m, a}
	}
	return out
}

func findAct(word string) (orderAct, bool) {
	i := slices.IndexFunc(orderActs, func(a orderAct) bool { return a.Word == word })
	if i < 0 {
		return orderAct{}, false
	}
	return orderActs[i], true
}

// Form answers GET …/orders/{order}/ACT.
func (a OrderAct) Form(c *site.Call) error {
	return a.m.atSale(c, "orders", a.Needs, func(c *site.Call, sp *salePlace) error {
		v, err := a.view(c, sp, site.NewForm(c.R.URL.Query()))
		if err != nil {
			return err
		}
		if v.complete() {
			if err := a.rehearse(c, v); err != nil && fault.KindOf(err) == fault.Internal {
				return err
			} else if err != nil {
				_ = v.Form.Add(err)
			}
		}
		return c.Render(v.Form.Status(), "sale_act", a.title(c, v), v)
	})
}

func (a OrderAct) title(c *site.Call, v *actView) string {
	return v.Title(c.T("office.sale.act."+a.Word) + " · " + v.Order.Number)
}

// view is the form over the order the path names.
func (a OrderAct) view(c *site.Call, sp *salePlace, f *site.Form) (*actView, error) {
	o, err := sp.order(c)
	if err != nil {
		return nil, err
	}
	if !a.act.Fits(o, sp) {
		return nil, fault.New(fault.Conflict, "office.sale_act_unfit", nil)
	}
	v := &actView{salePlace: sp, Order: o, Act: a.act, Path: sp.OrderPath(o.ID), Form: f, room: a.m}
	a.act.Fields(v)
	return v, nil
}

// complete reports whether everything that must be said is.
func (v *actView) complete() bool {
	return !slices.ContainsFunc(v.Fields, func(f site.Field) bool { return f.Required && v.Form.Get(f.Name) == "" })
}

// rehearse works out the effect.
func (a OrderAct) rehearse(c *site.Call, v *actView) error {
	changes, err := v.Counter.Rehearse(c.R.Context(), func(ctx context.Context, counter *sale.Counter) error {
		return a.act.Do(ctx, &actCall{counter, v.Order, v.Form, c.Actor, a.m})
	})
	if err != nil {
		return err
	}
	v.Effect, err = v.effectOf(c.R.Context(), changes)
	return err
}

// Post answers POST …/orders/{order}/ACT: what the form says is shown with its
// effect, or done when it was confirmed.
func (a OrderAct) Post(c *site.Call) error {
	return a.m.atSale(c, "orders", a.Needs, func(c *site.Call, sp *salePlace) error {
		f, err := c.Form()
		if err != nil {
			return err
		}
		v, err := a.view(c, sp, f)
		if err != nil {
			return err
		}
		if f.Get("step") == "do" {
			err = a.act.Do(c.R.Context(), &actCall{v.Counter, v.Order, f, c.Actor, a.m})
			if err == nil {
				c.Flash(site.Good, "office.sale.done."+a.Word, "number", v.Order.Number)
				return c.Redirect(v.Path)
			}
		} else {
			err = a.rehearse(c, v)
		}
		if err := f.Add(err); err != nil {
			return err
		}
		return c.Render(f.Status(), "sale_act", a.title(c, v), v)
	})
}

// ask adds a field, with a value where none was sent.
func (v *actView) ask(name, label, value string, set func(*site.Field)) {
	if v.Form.Values == nil {
		v.Form = site.NewForm(nil)
	}
	if _, sent := v.Form.Values[name]; !sent && value != "" {
		v.Form.Values.Set(name, value)
	}
	f := site.Field{Form: v.Form, Name: name, Label: label, Type: "text", ErrorID: name + "-fault", Value: v.Form.Get(name)}
	if set != nil {
		set(&f)
	}
	v.Fields = append(v.Fields, f)
}

func choice(options []site.Option) func(*site.Field) {
	return func(f *site.Field) { f.Options, f.Required = options, true }
}

// once keeps an id in the form, so that what is sent twice is done once.
func (v *actView) once() {
	if v.Form.Get("id") == "" {
		v.Form.Values.Set("id", v.room.Sale.ID())
	}
	v.Hidden = append(v.Hidden, site.Option{Value: v.Form.Get("id"), Text: "id"})
}

// words are options whose texts are sentences.
func (v *actView) words(prefix string, values ...string) []site.Option {
	out := make([]site.Option, len(values))
	for i, w := range values {
		out[i] = site.Option{Value: w, Text: v.printer.T(prefix + w)}
	}
	return out
}

// askPerson asks for a person of the order.
func (v *actView) askPerson(fits func(*sale.Status, string) bool) {
	var out []site.Option
	for i := range v.Order.Private.Persons {
		p := &v.Order.Private.Persons[i]
		if st := statusOf(v.Order, p.ID); !st.Out && fits(&st, p.Race) {
			out = append(out, site.Option{Value: p.ID, Text: personName(v.Order, p.ID)})
		}
	}
	first := ""
	if len(out) > 0 {
		first = out[0].Value
	}
	v.ask("person", "office.sale.person", first, choice(out))
}

func statusOf(o *sale.Order, person string) sale.Status {
	for _, st := range o.People {
		if st.Person == person {
			return st
		}
	}
	return sale.Status{Person: person}
}
