package office

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// orderActs are all acts in the order they are offered.
var orderActs = []orderAct{
	{Word: "receipt", Key: "r", Needs: access.SaleMoney, Fits: owes, Fields: askReceipt, Do: doReceipt},
	{Word: "names", Key: "e", Needs: access.SaleOrder, Fits: alive, Fields: askNames, Do: doNames},
	{Word: "approval", Key: "a", Needs: access.SaleApprove, Fits: named, Fields: askApproval, Do: doApproval},
	{Word: "swap", Key: "s", Needs: access.SaleOrder, Fits: runs, Fields: askSwap, Do: doSwap},
	{Word: "transfer", Key: "t", Needs: access.SaleOrder, Fits: sold, Fields: askTransfer, Do: doTransfer},
	{Word: "refund", Key: "f", Needs: access.SaleRefund, Fits: hasPaid, Fields: askRefund, Do: doRefund},
	{Word: "defer", Needs: access.SaleCancel, Grave: true, Fits: sold, Fields: func(*actView) {}, Do: doDefer},
	{Word: "cancel-person", Needs: access.SaleCancel, Grave: true, Fits: several, Fields: askCancelPerson, Do: doCancelPerson},
	{Word: "cancel", Key: "c", Needs: access.SaleCancel, Grave: true, Fits: alive, Fields: askCancel, Do: doCancel},
	{Word: "refunded", Needs: access.SaleRefund, Aside: true, Fits: refunding, Fields: askRefunded, Do: doRefunded},
	{Word: "task", Needs: access.SaleOrder, Aside: true, Fits: tasked, Fields: askTask, Do: doTask},
}

func alive(o *sale.Order, sp *salePlace) bool { return o.Live(sp.SaleNow) }
func sold(o *sale.Order, sp *salePlace) bool {
	return o.State == sale.Confirmed && len(o.Private.Persons) > 0
}
func named(o *sale.Order, sp *salePlace) bool   { return alive(o, sp) && len(o.Private.Persons) > 0 }
func several(o *sale.Order, sp *salePlace) bool { return alive(o, sp) && len(o.Private.Persons) > 1 }
func hasPaid(o *sale.Order, _ *salePlace) bool  { return o.Paid().Minor > 0 }
func owes(o *sale.Order, sp *salePlace) bool {
	return o.State == sale.Held || o.State == sale.Confirmed && o.Open().Minor > 0 || o.State == sale.Expired
}
func runs(o *sale.Order, sp *salePlace) bool {
	return o.State == sale.Confirmed && slices.ContainsFunc(o.Private.Persons, func(p entry.Person) bool { return p.Runs() })
}
func tasked(o *sale.Order, sp *salePlace) bool { return sp.HasTasks(o) }
func refunding(o *sale.Order, _ *salePlace) bool {
	return slices.ContainsFunc(o.Refunds, func(r sale.Refund) bool { return r.State != "done" })
}

// ---- money ----

func askReceipt(v *actView) {
	v.ask("amount", "office.sale.field.amount", v.Order.Open().Decimal(), func(f *site.Field) { f.Required, f.Hint = true, "office.sale.field.amount_hint" })
	v.ask("method", "office.sale.field.method", "cash", choice(v.words("office.sale.method.", "cash", "partner", "bank")))
	v.once()
}

func amountOf(f *site.Form, o *sale.Order) (money.Amount, error) {
	a, err := money.Parse(f.Get("amount"), o.Currency)
	if err == nil && a.Minor <= 0 {
		err = fault.New(fault.Invalid, "office.sale_amount", nil)
	}
	return a, on("amount", err)
}

// on puts a fault beside a field.
func on(field string, err error) error {
	if e, is := err.(*fault.Error); is && e.Field == "" {
		return e.On(field)
	}
	return err
}

func doReceipt(ctx context.Context, x *actCall) error {
	a, err := amountOf(x.Form, x.Order)
	if err != nil {
		return err
	}
	method := x.Form.Get("method")
	if !slices.Contains([]string{"cash", "partner", "bank"}, method) {
		return fault.New(fault.Invalid, "office.sale_choice", nil).On("method")
	}
	r := sale.Receipt{ID: "desk:" + x.Form.Get("id"), Method: method, At: x.Room.Sale.Now(), Amount: a}
	_, err = x.Counter.Receive(ctx, x.Order.ID, r, x.By)
	return err
}

func askRefund(v *actView) {
	v.ask("amount", "office.sale.field.amount", "", func(f *site.Field) { f.Required, f.Hint = true, "office.sale.field.refund_hint" })
	v.ask("why", "office.sale.field.why", "goodwill", choice(v.words("office.sale.why.", "goodwill", "surplus", "mistake")))
	v.once()
}

func doRefund(ctx context.Context, x *actCall) error {
	a, err := amountOf(x.Form, x.Order)
	if err != nil {
		return err
	}
	_, err = x.Counter.Owe(ctx, x.Order.ID, x.Form.Get("id"), a, x.Form.Get("why"), x.By)
	return on("amount", err)
}

func askRefunded(v *actView) {
	var out []site.Option
	for _, r := range v.Order.Refunds {
		if r.State != "done" {
			out = append(out, site.Option{Value: r.ID, Text: v.Money(r.Amount) + " · " + v.printer.T("office.sale.refund_state."+r.State)})
		}
	}
	v.ask("refund", "office.sale.refund", out[0].Value, choice(out))
	v.ask("state", "web.col.state", "done", choice(v.words("office.sale.refund_state.", "done", "sent", "failed")))
}

func doRefunded(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Refunded(ctx, x.Order.ID, x.Form.Get("refund"), x.Form.Get("state"), x.By)
	return err
}

// ---- places ----

func askCancel(v *actView) {
	v.ask("why", "office.sale.field.why", "buyer", choice(v.words("office.sale.why.", "buyer", "seller", "visa", "edition")))
}

func doCancel(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Cancel(ctx, x.Order.ID, x.Form.Get("why"), x.By)
	return err
}

func askCancelPerson(v *actView) {
	v.askPerson(func(*sale.Status, string) bool { return true })
	askCancel(v)
}

func doCancelPerson(ctx context.Context, x *actCall) error {
	_, err := x.Counter.CancelPerson(ctx, x.Order.ID, x.Form.Get("person"), x.Form.Get("why"), x.By)
	return err
}

func doDefer(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Defer(ctx, x.Order.ID, x.By)
	return err
}

func askSwap(v *actView) {
	v.askPerson(func(_ *sale.Status, race string) bool { return race != "" })
	var out []site.Option
	for _, p := range v.Catalogue.Products {
		if p.Kind == sale.Entry {
			out = append(out, site.Option{Value: p.ID, Text: v.ProductName(p.ID)})
		}
	}
	v.ask("product", "office.sale.field.swap_to", "", choice(append([]site.Option{{Value: "", Text: v.printer.T("office.sale.choose")}}, out...)))
}

func doSwap(ctx context.Context, x *actCall) error {
	_, err := x.Counter.Swap(ctx, x.Order.ID, x.Form.Get("person"), x.Form.Get("product"), x.By)
	return err
}

// ---- persons ----

func askApproval(v *actView) {
	v.askPerson(func(*sale.Status, string) bool { return true })
	v.ask("approval", "office.sale.field.approval", "approved", choice(v.words("office.sale.approval.",
		"submitted", "approved", "denied", "revoked", "needs_review")))
}

func doApproval(ctx context.Context, x *actCall) error {
	a := entry.Approval(x.Form.Get("approval"))
	if !slices.Contains([]entry.Approval{entry.Submitted, entry.Approved, entry.Denied, entry.Revoked, entry.NeedsReview}, a) {
		return fault.New(fault.Invalid, "office.sale_choice", nil).On("approval")
	}
	_, err := x.Counter.Decide(ctx, x.Order.ID, x.Form.Get("person"), a, x.By)
	return err
}

func askTransfer(v *actView) {
	v.askPerson(func(*sale.Status, string) bool { return true })
	v.askAbout("to.", &entry.Person{})
}

func doTransfer(ctx context.Context, x *actCall) error {
	to := entry.Person{ID: x.Form.Get("person")}
	readPerson(x.Form, "to.", &to)
	after := x.Order.Clone().Private // as it will be: the order is found by all its people
	for i := range after.Persons {
		if after.Persons[i].ID == to.ID {
			after.Persons[i] = to
		}
	}
	blinds := x.Room.blinds(&after)
	_, err := x.Counter.Transfer(ctx, x.Order.ID, x.Form.Get("person"), to, blinds, x.By)
	return err
}

func askNames(v *actView) {
	p := &v.Order.Private
	v.ask("name", "office.sale.payer", p.Name, nil)
	v.ask("email", "office.sale.field.email", p.Email, func(f *site.Field) { f.Type = "email" })
	v.ask("address", "office.sale.field.address", p.Address, func(f *site.Field) { f.Multiline = true })
	for i := range p.Persons {
		if !statusOf(v.Order, p.Persons[i].ID).Out {
			v.askAbout(p.Persons[i].ID+".", &p.Persons[i])
		}
	}
}

func doNames(ctx context.Context, x *actCall) error {
	p := x.Order.Private
	p.Name, p.Email, p.Address = trimmed(x.Form, "name"), trimmed(x.Form, "email"), trimmed(x.Form, "address")
	p.Persons = slices.Clone(p.Persons)
	for i := range p.Persons {
		readPerson(x.Form, p.Persons[i].ID+".", &p.Persons[i])
	}
	_, err := x.Counter.Name(ctx, x.Order.ID, p, x.Room.blinds(&p), x.By)
	return err
}

func trimmed(f *site.Form, name string) string { return strings.TrimSpace(f.Get(name)) }

// askAbout asks for a person; fields begin with a prefix.
func (v *actView) askAbout(prefix string, p *entry.Person) {
	v.ask(prefix+"printed", "office.sale.field.printed", p.Name.Printed, nil)
	v.ask(prefix+"given", "office.sale.field.given", p.Name.Given, nil)
	v.ask(prefix+"family", "office.sale.field.family", p.Name.Family, nil)
	v.ask(prefix+"birth", "office.sale.field.birth", p.Birth, func(f *site.Field) { f.Type = "date" })
	v.ask(prefix+"sex", "office.sale.field.sex", string(p.Sex), func(f *site.Field) {
		f.Options = []site.Option{{Value: "", Text: "–"}, {Value: "F", Text: "F"}, {Value: "M", Text: "M"}, {Value: "X", Text: "X"}}
	})
	v.ask(prefix+"email", "office.sale.field.email", p.Email, func(f *site.Field) { f.Type = "email" })
	v.ask(prefix+"country", "office.sale.field.country", p.Country, func(f *site.Field) { f.Example = "DEU" })
	v.ask(prefix+"issuer", "office.sale.field.issuer", p.Document.Issuer, func(f *site.Field) { f.Example = "D" })
	v.ask(prefix+"number", "office.sale.field.document", p.Document.Number, nil)
	v.ask(prefix+"expires", "office.sale.field.expires", p.Document.Expires, func(f *site.Field) { f.Type = "date" })
}

// readPerson reads what was sent about a person; what was not sent stays.
func readPerson(f *site.Form, prefix string, p *entry.Person) {
	for name, to := range map[string]*string{"printed": &p.Name.Printed, "given": &p.Name.Given, "family": &p.Name.Family, "birth": &p.Birth,
		"email": &p.Email, "country": &p.Country, "issuer": &p.Document.Issuer, "number": &p.Document.Number, "expires": &p.Document.Expires} {
		if _, sent := f.Values[prefix+name]; sent {
			*to = trimmed(f, prefix+name)
		}
	}
	if _, sent := f.Values[prefix+"sex"]; sent {
		p.Sex = race.Sex(trimmed(f, prefix+"sex"))
	}
	p.Country = strings.ToUpper(p.Country)
	p.Name.Printed = cmp.Or(p.Name.Printed, strings.TrimSpace(p.Name.Given+" "+p.Name.Family))
}

// blinds are the indexes by which an order's payer and persons are found.
func (m *Room) blinds(p *sale.Private) []string {
	return entry.Blinds(m.Sale.Blind, p.Email, p.Persons)
}

// ---- tasks ----

func askTask(v *actView) {
	var out []site.Option
	for i, t := range v.Order.Tasks {
		if !t.Done {
			out = append(out, site.Option{Value: strconv.Itoa(i), Text: v.TaskWords(t)})
		}
	}
	v.ask("n", "office.sale.task", out[0].Value, choice(out))
}

func doTask(ctx context.Context, x *actCall) error {
	n, err := strconv.Atoi(x.Form.Get("n"))
	if err != nil || n < 0 || n >= len(x.Order.Tasks) {
		return fault.New(fault.Invalid, "office.sale_choice", nil).On("n")
	}
	_, err = x.Counter.TaskDone(ctx, x.Order.ID, n, x.By)
	return err
}
