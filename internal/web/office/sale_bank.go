package office

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// bankUpload is the kind of a bank's statement among staged files.
const bankUpload = "bank_statement"

// BankBody is the largest form with a statement that is read.
const BankBody = pay.StatementLimit + 1<<20

// layoutNames are what a form may say about a bank's table.
var layoutNames = []string{"date", "amount", "credit", "debit", "sign", "currency", "payer", "reference", "text", "id", "dates", "decimal"}

type bankView struct {
	*salePlace
	Form     *site.Form
	Columns  []site.Field
	Dates    []site.Option
	Decimals []site.Option
	Limit    int // MB
	Open     []sale.Remittance
}

// Said reports whether anything about the table was filled in.
func (v bankView) Said() bool { return len(layoutQuery(v.Form.Values)) > 0 }

// SaleBank answers GET …/sale/bank: where a statement is sent in, and the
// remittances that wait for somebody to say whose they are.
func (m *Room) SaleBank(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		return m.showBank(c, sp, site.NewForm(layoutQuery(c.R.URL.Query())))
	})
}

func (m *Room) showBank(c *site.Call, sp *salePlace, f *site.Form) (err error) {
	v := bankView{salePlace: sp, Form: f, Limit: pay.StatementLimit >> 20}
	for _, n := range layoutNames[:10] {
		v.Columns = append(v.Columns, site.Field{Form: f, Name: n, Label: "office.bank.column." + n, Type: "text", Value: f.Get(n), ErrorID: n + "-fault"})
	}
	for _, o := range []string{"", "dmy", "mdy", "ymd"} {
		v.Dates = append(v.Dates, site.Option{Value: o, Text: c.T("office.bank.dates." + cmp.Or(o, "auto"))})
	}
	v.Decimals = []site.Option{{Value: "", Text: c.T("office.bank.dates.auto")}, {Value: ",", Text: "1.234,50"}, {Value: ".", Text: "1,234.50"}}
	keep, err := sp.remittances()
	if err == nil {
		v.Open, err = keep.Remittances(c.R.Context(), sp.Desk.Edition, sale.RemittanceOpen)
	}
	if err != nil {
		return err
	}
	return c.Render(f.Status(), "sale_bank", sp.Title(c.T("office.sale.bank")), v)
}

// transfers are where remittances wait: with the sale.
func (sp *salePlace) remittances() (sale.Remittances, error) {
	if t, ok := sp.Views.(sale.Remittances); ok {
		return t, nil
	}
	return nil, fault.New(fault.Unavailable, "sale.none", nil)
}

// layoutQuery is what was said about the table.
func layoutQuery(from url.Values) url.Values {
	out := url.Values{}
	for _, n := range layoutNames {
		if s := from.Get(n); s != "" && len(s) <= 100 {
			out.Set(n, s)
		}
	}
	return out
}

func (sp *salePlace) layout(from url.Values) pay.Layout {
	l := pay.Layout{Date: from.Get("date"), Amount: from.Get("amount"), Credit: from.Get("credit"), Debit: from.Get("debit"),
		Sign: from.Get("sign"), Currency: from.Get("currency"), Payer: from.Get("payer"), Reference: from.Get("reference"),
		Text: from.Get("text"), ID: from.Get("id"), Dates: from.Get("dates"), Decimal: from.Get("decimal")}
	if b := sp.Catalogue.Bank; b != nil {
		l.House = b.Currency
	} else if len(sp.Catalogue.Currencies) > 0 {
		l.House = sp.Catalogue.Currencies[0]
	}
	return l
}

// SaleBankUpload answers POST …/sale/bank: a statement is kept for a while, to be
// looked at.
func (m *Room) SaleBankUpload(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		name, content, said, err := statementForm(c.R)
		if err == nil {
			_, err = pay.ReadStatement(name, content, sp.layout(said))
		}
		if err != nil {
			f := site.NewForm(said)
			if err := f.Add(err); err != nil {
				return err
			}
			return m.showBank(c, sp, f)
		}
		u, err := m.Uploads.Stage(c.R.Context(), c.Actor, sp.Desk.Edition, bankUpload, name, content)
		if err != nil {
			return err
		}
		return c.Redirect(sp.bankPath(u.ID, said))
	})
}

func (sp *salePlace) bankPath(upload string, said url.Values) string {
	path := sp.Base() + "/sale/bank"
	if upload != "" {
		path += "/" + url.PathEscape(upload)
	}
	if q := said.Encode(); q != "" {
		path += "?" + q
	}
	return path
}

// statementForm reads a form with a statement and what was said about it.
func statementForm(r *http.Request) (name string, content []byte, said url.Values, err error) {
	said = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, said, fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
	}
	for n := 0; n < 64; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, said, statementFault(err)
		}
		if part.FormName() == "file" {
			name = fileName(part.Header.Get("Content-Disposition"))
			if content, err = io.ReadAll(part); err != nil {
				return "", nil, said, statementFault(err)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, 101))
		if err != nil {
			return "", nil, said, statementFault(err)
		}
		said.Set(part.FormName(), string(value))
	}
	said = layoutQuery(said)
	if name == "" || len(content) == 0 {
		return "", nil, said, fault.New(fault.Invalid, "office.no_file", nil).On("file")
	}
	return name, content, said, nil
}

func statementFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.Wrap(fault.Invalid, "pay.statement_large", err, fault.Args{"mb": pay.StatementLimit >> 20}).On("file")
	}
	return fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
}

type bankLookView struct {
	*salePlace
	Upload    Upload
	Path      string // of this page, with what was said about the table
	Take      string
	Discard   string
	Statement *pay.Statement
	Lines     []pay.Line
	Matched   int
	Decide    int
	Known     int
	Sums      []money.Amount // of those matched, by currency
}

// SaleBankLook answers GET …/sale/bank/{upload}: what taking the statement would
// do.
func (m *Room) SaleBankLook(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		v, err := m.bankLook(c, sp)
		if err != nil {
			return err
		}
		return c.Render(200, "sale_bank_look", sp.Title(v.Upload.Name), v)
	})
}

func (m *Room) bankLook(c *site.Call, sp *salePlace) (v bankLookView, err error) {
	ctx, said := c.R.Context(), layoutQuery(c.R.URL.Query())
	v = bankLookView{salePlace: sp}
	if v.Upload, err = m.Uploads.Upload(ctx, sp.Desk.Edition, c.Path("upload")); err != nil {
		return v, err
	}
	if v.Upload.Kind != bankUpload {
		return v, fault.New(fault.NotFound, "office.no_such_upload", nil)
	}
	v.Path = sp.bankPath(v.Upload.ID, said)
	v.Take, v.Discard = sp.bankPath(v.Upload.ID+"/take", said), sp.bankPath(v.Upload.ID+"/discard", nil)
	if v.Statement, err = pay.ReadStatement(v.Upload.Name, v.Upload.Bytes, sp.layout(said)); err != nil {
		return v, err
	}
	keep, err := sp.remittances()
	if err != nil {
		return v, err
	}
	kept, err := keep.Remittances(ctx, sp.Desk.Edition, "")
	if err != nil {
		return v, err
	}
	if v.Lines, err = pay.Match(ctx, sp.Counter, sp.Views, v.Statement.Remittances, kept); err != nil {
		return v, err
	}
	v.count()
	return v, nil
}

func (v *bankLookView) count() {
	for _, l := range v.Lines {
		switch l.State {
		case pay.LineKnown:
			v.Known++
		case pay.LineDecide:
			v.Decide++
		default:
			v.Matched++
			v.sum(l.Amount)
		}
	}
}

func (v *bankLookView) sum(a money.Amount) {
	for i := range v.Sums {
		if v.Sums[i].Currency == a.Currency {
			v.Sums[i] = v.Sums[i].Add(a)
			return
		}
	}
	v.Sums = append(v.Sums, a)
}

// SaleBankTake answers POST …/sale/bank/{upload}/take. The statement goes with
// it: what is left of it waits to be assigned.
func (m *Room) SaleBankTake(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		v, err := m.bankLook(c, sp)
		if err != nil {
			return err
		}
		keep, err := sp.remittances()
		if err != nil {
			return err
		}
		done, err := pay.Take(c.R.Context(), sp.Counter, keep, v.Lines, c.Actor)
		if err != nil {
			return err
		}
		if err := m.Uploads.Discard(c.R.Context(), c.Actor, sp.Desk.Edition, v.Upload.ID); err != nil {
			return err
		}
		c.Flash(site.Good, "office.bank.taken", "received", done.Received, "kept", done.Kept, "known", done.Known)
		return c.Redirect(sp.bankPath("", nil))
	})
}

// SaleBankDiscard answers POST …/sale/bank/{upload}/discard.
func (m *Room) SaleBankDiscard(c *site.Call) error {
	return m.atSale(c, "bank", access.SaleBank, func(c *site.Call, sp *salePlace) error {
		u, err := m.Uploads.Upload(c.R.Context(), sp.Desk.Edition, c.Path("upload"))
		if err == nil && u.Kind != bankUpload {
			err = fault.New(fault.NotFound, "office.no_such_upload", nil)
		}
		if err == nil {
			err = m.Uploads.Discard(c.R.Context(), c.Actor, sp.Desk.Edition, u.ID)
		}
		if err != nil {
			return err
		}
		c.Flash(site.Good, "office.import.discarded")
		return c.Redirect(sp.bankPath("", nil))
	})
}
