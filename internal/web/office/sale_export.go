package office

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// saleFile is a kind of file of the sale.
type saleFile struct {
	Name  string // of the file without its ending, and in keys of sentences
	Needs access.Permission
	rows  func(m *Room, c *site.Call, sp *salePlace) (fileRows, error)
}

// fileRows are a file's header and lines. A cell is a string, an int, or an
// amount: its number alone.
type fileRows struct {
	Header []string
	Lines  [][]any
}

// saleFiles are all kinds of files.
var saleFiles = []saleFile{
	{"orders", access.SaleExport, ordersFile},
	{"persons", access.SaleExport, personsFile},
	{"units", access.SaleExport, unitsFile},
	{"postings", access.SaleMoney, postingsFile},
}

type saleExportView struct {
	*salePlace
	Files []saleFile
}

// SaleExport answers GET …/sale/export: what can be taken out.
func (m *Room) SaleExport(c *site.Call) error {
	return m.atSale(c, "export", access.SaleExport, func(c *site.Call, sp *salePlace) error {
		v := saleExportView{salePlace: sp}
		for _, f := range saleFiles {
			if sp.Can(string(f.Needs)) {
				v.Files = append(v.Files, f)
			}
		}
		return c.Render(200, "sale_export", sp.Title(c.T("office.sale.export")), v)
	})
}

// SaleFile is the maker of one kind of file for the route table.
type SaleFile struct {
	Name  string
	Needs access.Permission
	m     *Room
	file  saleFile
}

// SaleFiles are the kinds of files.
func (m *Room) SaleFiles() []SaleFile {
	var out []SaleFile
	for _, f := range saleFiles {
		out = append(out, SaleFile{f.Name, f.Needs, m, f})
	}
	return out
}

// CSV answers POST …/sale/export/NAME.csv. That somebody took data out stands in
// the log: hence a POST.
func (f SaleFile) CSV(c *site.Call) error {
	return f.answer(c, "csv", "text/csv; charset=utf-8", writeCSV)
}

// XLSX answers POST …/sale/export/NAME.xlsx.
func (f SaleFile) XLSX(c *site.Call) error {
	return f.answer(c, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", writeXLSX)
}

func (f SaleFile) answer(c *site.Call, ending, kind string, write func(name string, r fileRows) ([]byte, error)) error {
	return f.m.atSale(c, "export", f.Needs, func(c *site.Call, sp *salePlace) error {
		rows, err := f.file.rows(f.m, c, sp)
		if err != nil {
			return err
		}
		body, err := write(f.Name, rows)
		if err != nil {
			return err
		}
		name := f.Name + "." + ending
		err = sp.Counter.Do(c.R.Context(), &sale.Job{Do: func(w *sale.Work) error {
			w.Audit(c.Actor, "sale.export", name, map[string]any{"rows": len(rows.Lines)})
			return nil
		}})
		if err != nil {
			return err
		}
		return attach(c, sp.Desk.Edition+"-"+name, kind, body)
	})
}

// writeCSV writes UTF-8 with a comma. Text that a spreadsheet would run as a
// formula gets a leading apostrophe.
func writeCSV(_ string, r fileRows) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(r.Header)
	for _, line := range r.Lines {
		cells := make([]string, len(line))
		for i, v := range line {
			switch v := v.(type) {
			case int:
				cells[i] = strconv.Itoa(v)
			case money.Amount:
				cells[i] = v.Decimal()
			case string:
				cells[i] = harmless(v)
			}
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// harmless keeps a spreadsheet from running a text as a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// instant is an instant as files write it: with its offset from UTC.
func (sp *salePlace) instant(at race.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(sp.SaleZone).Format(time.RFC3339)
}

// exported are the orders the reader may take out.
func (sp *salePlace) exported(c *site.Call) ([]*sale.Order, error) {
	if sp.All {
		return everyOrder(c.R.Context(), sp.Views, sp.Desk.Edition, sale.OrderFilter{})
	}
	var out []*sale.Order
	for _, p := range sp.Partners {
		page, err := everyOrder(c.R.Context(), sp.Views, sp.Desk.Edition, sale.OrderFilter{Partner: p})
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
	}
	return out, nil
}

func ordersFile(_ *Room, c *site.Call, sp *salePlace) (fileRows, error) {
	orders, err := sp.exported(c)
	r := fileRows{Header: []string{"number", "state", "partner", "made", "held_until", "payer", "email", "language", "persons", "products",
		"currency", "due", "paid", "open", "reference", "cancelled", "cancel_why", "tasks"}}
	for _, o := range orders {
		tasks := 0
		for _, t := range o.Tasks {
			if !t.Done {
				tasks++
			}
		}
		var products []string
		for _, it := range o.Items {
			if !it.Gone {
				products = append(products, it.Product+" "+strconv.Itoa(it.N))
			}
		}
		held := ""
		if o.State == sale.Held {
			held = sp.instant(o.HardEnd)
		}
		r.Lines = append(r.Lines, []any{o.Number, string(o.State), o.Partner, sp.instant(o.Made), held, o.Private.Name, o.Private.Email,
			o.Lang, len(o.Private.Persons), strings.Join(products, "; "), string(o.Currency), o.Due(), o.Paid(), o.Open(), o.Reference,
			sp.instant(o.Cancelled), o.CancelWhy, tasks})
	}
	return r, err
}

// personsFile is everybody with a place or one that is held: nobody who waits,
// nobody who left.
func personsFile(_ *Room, c *site.Call, sp *salePlace) (fileRows, error) {
	orders, err := sp.exported(c)
	r := fileRows{Header: []string{"order", "state", "partner", "person", "race", "printed_name", "family_name", "given_name", "sex", "birth_date",
		"country", "other_countries", "resident", "document_issuer", "document_number", "document_expires", "email", "approval", "rule", "guardian"}}
	for _, o := range orders {
		if !o.Live(sp.SaleNow) {
			continue
		}
		for i := range o.Private.Persons {
			p := &o.Private.Persons[i]
			st := statusOf(o, p.ID)
			if st.Out {
				continue
			}
			resident := ""
			if p.Resident {
				resident = "yes"
			}
			r.Lines = append(r.Lines, []any{o.Number, string(o.State), o.Partner, p.ID, p.Race, p.Name.Printed, p.Name.Family, p.Name.Given,
				string(p.Sex), p.Birth, p.Country, strings.Join(p.Other, " "), resident, p.Document.Issuer, p.Document.Number,
				p.Document.Expires, p.Email, sp.ApprovalWord(st.Approval), st.Rule, p.Guardian})
		}
	}
	return r, err
}

func unitsFile(m *Room, c *site.Call, sp *salePlace) (fileRows, error) {
	b, err := m.units(c.R.Context(), sp)
	if err != nil {
		return fileRows{}, err
	}
	lines := sp.seenLines(b.lines)
	b.mu.Unlock()
	r := fileRows{Header: []string{"line", "at", "move", "order", "resource", "partner", "units", "by"}}
	for _, l := range lines {
		by := l.By
		if !sp.All {
			by = ""
		}
		for _, u := range l.Units {
			resource, partner := quotaParts(u.Resource)
			r.Lines = append(r.Lines, []any{int(l.Seq), sp.instant(l.At), string(l.Move), l.Order, resource, partner, u.N, by})
		}
	}
	return r, nil
}

func postingsFile(_ *Room, c *site.Call, sp *salePlace) (fileRows, error) {
	if !sp.All {
		return fileRows{}, fault.New(fault.Forbidden, "access.forbidden", nil)
	}
	all, err := sp.Views.Postings(c.R.Context(), sp.Desk.Edition, "")
	r := fileRows{Header: []string{"entry", "at", "order", "account", "text", "currency", "debit", "credit"}}
	for _, p := range all {
		debit, credit := any(""), any("")
		if p.Amount.Minor > 0 {
			debit = p.Amount
		} else {
			credit = p.Amount.Neg()
		}
		r.Lines = append(r.Lines, []any{p.Entry, sp.instant(p.At), p.Order, p.Account, p.Text, string(p.Amount.Currency), debit, credit})
	}
	return r, err
}
