package pay

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sheet"
)

// Layout says which column of a bank's table is what. Empty names are found by
// what banks usually call them.
type Layout struct {
	Date, Amount, Credit, Debit, Sign, Currency, Payer, Reference, Text, ID string

	House   money.Currency // of tables without a column for it
	Dates   string         // "dmy", "mdy", "ymd"; "" = as the file shows
	Decimal string         // "," or "."; "" = as the file shows
}

// column is a part of a row.
type column int

const (
	colDate column = iota
	colAmount
	colCredit
	colDebit
	colSign
	colCurrency
	colPayer
	colReference
	colText
	colID
	columns
)

// usual are the names banks give their columns, folded, the better one first.
var usual = [columns][]string{
	colDate: {"buchungstag", "buchungsdatum", "buchung", "bookingdate", "transactiondate", "posteddate", "completeddate", "date", "datum",
		"거래일자", "거래일시", "거래일", "日期", "交易日期", "记账日期", "交易时间", "valuta", "valutadatum", "valuedate"},
	colAmount: {"betrag", "betrageur", "betragineur", "umsatz", "umsatzineur", "amount", "amounteur", "거래금액", "금액", "金额", "交易金额", "发生额"},
	colCredit: {"haben", "gutschrift", "credit", "creditamount", "deposit", "deposits", "paidin", "moneyin", "입금액", "입금금액", "입금",
		"收入", "收入金额", "贷方金额", "贷方发生额"},
	colDebit: {"soll", "belastung", "lastschrift", "debit", "debitamount", "withdrawal", "withdrawals", "paidout", "moneyout", "출금액", "출금금액", "출금",
		"支出", "支出金额", "借方金额", "借方发生额"},
	colSign:     {"sollhaben", "sollhabenkennzeichen", "sh", "debitcredit", "creditdebit", "creditdebitindicator", "dc", "借贷标志"},
	colCurrency: {"währung", "waehrung", "currency", "ccy", "통화", "币种", "货币"},
	colPayer: {"zahlungspflichtiger", "zahlungspflichtige", "auftraggeber", "auftraggeberempfänger", "beguenstigterzahlungspflichtiger", "namezahlungsbeteiligter",
		"auftraggeberbegünstigter", "payer", "payername", "sender", "counterparty", "counterpartyname", "name",
		"보낸분", "의뢰인", "입금자", "입금자명", "보낸분받는분", "付款人", "付款人名称", "对方户名", "对方名称"},
	colReference: {"kreditorreferenz", "creditorreference", "structuredreference", "paymentreference", "referenz", "reference", "kundenreferenz", "参考号"},
	colText: {"verwendungszweck", "remittanceinformation", "purpose", "description", "details", "narrative", "memo", "text", "buchungstext",
		"적요", "내용", "메모", "摘要", "附言", "备注", "用途"},
	colID: {"umsatzid", "transaktionsid", "transactionid", "bankreference", "entryreference", "거래번호", "交易流水号", "流水号", "id"},
}

func (l *Layout) names() [columns]string {
	return [columns]string{l.Date, l.Amount, l.Credit, l.Debit, l.Sign, l.Currency, l.Payer, l.Reference, l.Text, l.ID}
}

// preamble is in how many lines from the top the header is looked for: many banks
// write a letterhead first.
const preamble = 20

// table is a bank's table whose columns were found.
type table struct {
	file   string
	above  int // lines above the header
	sheet  *sheet.Table
	at     [columns]int // -1 = not there
	layout Layout
}

func readCSV(name string, content []byte, l Layout) (*Statement, error) {
	if !utf8.Valid(content) && !bytes.Contains(content, []byte{0}) {
		if text, err := charmap.Windows1252.NewDecoder().Bytes(content); err == nil {
			content = text
		}
	}
	t, err := openTable(name, content, l)
	if err != nil {
		return nil, err
	}
	if l.Dates == "" {
		if t.layout.Dates, err = t.order(content); err != nil {
			return nil, err
		}
		if t, err = openTable(name, content, t.layout); err != nil {
			return nil, err
		}
	}
	return t.read()
}

// openTable finds the header among the first lines.
func openTable(name string, content []byte, l Layout) (*table, error) {
	var first error
	rest := content
	for above := 0; above < preamble && len(rest) > 0; above++ {
		t := &table{file: name, above: above, layout: l}
		s, err := sheet.Open(name, bytes.NewReader(rest), sheet.Limits{})
		if err == nil {
			t.sheet = s
			err = t.find()
		}
		if err == nil {
			return t, nil
		}
		if first == nil {
			first = err
		}
		_, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			break
		}
		rest = after
	}
	var f *fault.Error
	if errors.As(first, &f) && f.Code != "pay.statement_columns" && f.Code != "sheet.empty" {
		return nil, f.On("file")
	}
	if first == nil {
		return nil, notStatement("—")
	}
	return nil, first
}

func (t *table) find() error {
	header := t.sheet.Header()
	wanted := t.layout.names()
	for c := range columns {
		t.at[c] = -1
		if wanted[c] != "" {
			if t.at[c] = position(header, []string{foldName(wanted[c])}); t.at[c] < 0 {
				return t.without(wanted[c])
			}
			continue
		}
		t.at[c] = position(header, usual[c])
	}
	if t.at[colDate] < 0 || t.at[colAmount] < 0 && t.at[colCredit] < 0 {
		return t.without("")
	}
	return nil
}

// without says which columns there are, and which are needed.
func (t *table) without(missing string) error {
	var found []string
	for _, h := range t.sheet.Header() {
		if h = clean(h, 30); h != "" && len(found) < 20 {
			found = append(found, h)
		}
	}
	return fault.New(fault.Invalid, "pay.statement_columns", fault.Args{"file": t.file,
		"found": strings.Join(found, ", "), "missing": clean(missing, 30)}).On("file")
}

func position(header, names []string) int {
	for _, want := range names {
		for i, h := range header {
			if foldName(h) == want {
				return i
			}
		}
	}
	return -1
}

// foldName is a column's name without what banks write around it.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// cell is a part of a row, "" if the table has no such column.
func (t *table) cell(row []string, c column) string {
	if at := t.at[c]; at >= 0 && at < len(row) {
		return strings.TrimSpace(row[at])
	}
	return ""
}

// order finds out whether days or months come first in dates with slashes. Fault
// Invalid pay.statement_dates if the file does not show it.
func (t *table) order(content []byte) (string, error) {
	day, month, seen := false, false, false
	for t.sheet.Next() {
		p := strings.Split(strings.Fields(t.cell(t.sheet.Row().Original(), colDate) + " x")[0], "/")
		if len(p) != 3 || len(p[0]) > 2 {
			continue
		}
		seen = true
		day = day || p[0] > "12" && len(p[0]) == 2
		month = month || p[1] > "12" && len(p[1]) == 2
	}
	switch {
	case !seen:
		return "auto", nil
	case day == month:
		return "", fault.New(fault.Invalid, "pay.statement_dates", nil).On("dates")
	case day:
		return "dmy", nil
	}
	return "mdy", nil
}

func (t *table) read() (*Statement, error) {
	out, names := &Statement{Kind: "csv"}, newNamer()
	for t.sheet.Next() {
		row := t.sheet.Row()
		cells := row.Original()
		x, ok, err := t.row(cells, row.Line+t.above)
		switch {
		case err != nil && !t.any(cells):
			out.Skipped++
		case err != nil:
			return nil, err
		case row.Fault != nil:
			return nil, row.Fault.On("file")
		case !ok:
			out.Out++
		default:
			names.name("", t.cell(cells, colID), &x)
			out.Remittances = append(out.Remittances, x)
		}
	}
	if err := t.sheet.Err(); err != nil {
		return nil, err
	}
	if len(out.Remittances)+out.Out == 0 && out.Skipped > 0 {
		return nil, t.without("")
	}
	return out, nil
}

// any reports whether a row was meant as a remittance: it has an amount, and what
// begins as a date. Everything else is the bank's own remark.
func (t *table) any(cells []string) bool {
	date := t.cell(cells, colDate)
	if date == "" || date[0] < '0' || date[0] > '9' {
		return false
	}
	return t.cell(cells, colAmount)+t.cell(cells, colCredit)+t.cell(cells, colDebit) != ""
}

// row is a remittance of a row; ok is false for money out.
func (t *table) row(cells []string, line int) (x sale.Remittance, ok bool, err error) {
	wrong := func(code string, c column) error {
		return fault.New(fault.Invalid, code, fault.Args{"line": line, "value": clean(t.cell(cells, c), 40)}).On("file")
	}
	at, dated := readDay(t.cell(cells, colDate), t.layout.Dates)
	if !dated {
		return x, false, wrong("pay.statement_date", colDate)
	}
	cur := money.Currency(strings.ToUpper(t.cell(cells, colCurrency)))
	if cur == "" {
		cur = t.layout.House
	}
	if !cur.Valid() {
		return x, false, wrong("pay.statement_currency", colCurrency)
	}
	from := colAmount
	if t.at[colCredit] >= 0 && t.cell(cells, colCredit) != "" || t.at[colAmount] < 0 {
		from = colCredit
	}
	if from == colCredit && t.cell(cells, colCredit) == "" && t.cell(cells, colDebit) != "" {
		return x, false, nil
	}
	a, good := readAmount(t.cell(cells, from), cur, t.layout.Decimal)
	if !good {
		return x, false, wrong("pay.statement_amount", from)
	}
	switch strings.ToUpper(t.cell(cells, colSign)) {
	case "S", "D", "DBIT", "DEBIT", "SOLL", "-", "借":
		a.Minor = -max(a.Minor, -a.Minor)
	case "", "H", "C", "CRDT", "CREDIT", "HABEN", "+", "贷":
	default:
		return x, false, wrong("pay.statement_sign", colSign)
	}
	if a.Minor <= 0 {
		return x, false, nil
	}
	return sale.Remittance{At: at, Amount: a, State: sale.RemittanceOpen, Payer: clean(t.cell(cells, colPayer), 140),
		Reference: plain(t.cell(cells, colReference)), Text: clean(t.cell(cells, colText), 1000)}, true, nil
}

// readDay reads the ways in which banks write a day. order is "dmy", "mdy" or
// "ymd" for those that could be read in two ways.
func readDay(s, order string) (race.Instant, bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	s, _, _ = strings.Cut(s, "T")
	s = strings.TrimRight(s, ".")
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		return day(s[:4] + "-" + s[4:6] + "-" + s[6:])
	}
	p := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' || r == '/' })
	if len(p) != 3 {
		return 0, false
	}
	y, m, d := p[2], p[1], p[0]
	switch {
	case len(p[0]) == 4 || order == "ymd":
		y, m, d = p[0], p[1], p[2]
	case order == "mdy":
		m, d = p[0], p[1]
	}
	if len(y) == 2 {
		y = "20" + y
	}
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	return day(y + "-" + pad(m) + "-" + pad(d))
}

// readAmount reads the ways in which banks write an amount. Where a separator
// could be read in two ways and decimal does not say which, it is refused.
func readAmount(s string, c money.Currency, decimal string) (money.Amount, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\'' || r == '’':
			return -1
		case r == '−' || r == '–':
			return '-'
		}
		return r
	}, s)
	s = strings.TrimSuffix(strings.TrimPrefix(s, string(c)), string(c))
	negative := strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-")
	s = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(s, "-"), "-"), "+")
	if decimal == "" {
		var ok bool
		if decimal, ok = decimalOf(s, c); !ok {
			return money.Amount{}, false
		}
	}
	group := ","
	if decimal == "," {
		group = "."
	}
	whole, part, _ := strings.Cut(s, decimal)
	if !grouped(whole, group) || strings.Contains(part, group) || strings.ContainsAny(whole+part, "+-") {
		return money.Amount{}, false
	}
	a, err := exact(strings.ReplaceAll(whole, group, "")+"."+part, c)
	if part == "" {
		a, err = exact(strings.ReplaceAll(whole, group, ""), c)
	}
	if negative {
		a = a.Neg()
	}
	return a, err == nil
}

// decimalOf finds the decimal separator of a number.
func decimalOf(s string, c money.Currency) (string, bool) {
	dot, comma := strings.Count(s, "."), strings.Count(s, ",")
	one, sep := dot+comma == 1, "."
	if comma > 0 {
		sep = ","
	}
	switch {
	case dot > 0 && comma > 0:
		if strings.LastIndex(s, ",") > strings.LastIndex(s, ".") {
			return ",", true
		}
		return ".", true
	case !one && sep == ",": // several of one kind: thousands
		return ".", true
	case !one:
		return ",", true
	}
	after := len(s) - strings.Index(s, sep) - 1
	switch {
	case after == 3 && c.Exponent() == 3:
		return "", false
	case after == 3: // thousands
		return map[string]string{".": ",", ",": "."}[sep], true
	}
	return sep, true
}

// grouped reports whether a whole number's groups, if it has any, are of three.
func grouped(s, group string) bool {
	parts := strings.Split(s, group)
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && len(parts) > 1 && (len(p) == 0 || len(p) > 3) {
			return false
		}
	}
	return true
}
