package pay_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
)

var house = pay.Layout{House: "EUR"}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, name, text string, l pay.Layout) *pay.Statement {
	t.Helper()
	s, err := pay.ReadStatement(name, []byte(text), l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show is a transfer in a line.
func show(t sale.Remittance) string {
	return strings.Join([]string{t.At.Time().Format(time.DateOnly), t.Amount.String(), t.Payer, t.Reference, t.Text}, "|")
}

func shows(s *pay.Statement) (out []string) {
	for _, t := range s.Remittances {
		out = append(out, show(t))
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestStatement_Camt02(t *testing.T) {
	s := read(t, "a.xml", string(file(t, "camt-02.xml")), house)
	if s.Kind != "camt.053.001.02" || s.Out != 1 || s.Pending != 1 || s.Accounts[0] != "DE89370400440532013000" {
		t.Errorf("%+v", s)
	}
	same(t, shows(s), []string{
		"2025-12-02|100.00 EUR|Kim Invented|RF98TES260001|",
		"2025-12-02|100.00 EUR|Payer Two||Marathon entry rf 71 tes 26-0002 many thanks",
		"2025-12-02|250.00 EUR|Payer Three||order TES26-0003",
		"2025-12-02|-80.00 EUR|Kim Invented||RETURN RF98TES260001",
	})
}

// Version 08 says the status and the payer elsewhere; two lines alike in
// everything are two transfers; parts in another currency are one whole.
func TestStatement_Camt08OfSeveralCurrencies(t *testing.T) {
	s := read(t, "a.xml", string(file(t, "camt-08.xml")), house)
	same(t, shows(s), []string{
		"2025-12-02|160000 KRW|김발명|RF98TES260001|",
		"2025-12-02|160000 KRW|김발명||생활비",
		"2025-12-02|160000 KRW|김발명||생활비",
		"2025-12-02|110.00 USD|||RF98TES260001 RF71TES260002",
	})
	ids := map[string]bool{}
	for _, x := range s.Remittances {
		ids[x.ID] = true
	}
	if len(ids) != 4 {
		t.Errorf("ids %v", ids)
	}
}

// The same line has the same name in every file it stands in.
func TestStatement_NamesAreTheSameWheneverALineIsReadAgain(t *testing.T) {
	ids := func(s *pay.Statement) (out []string) {
		for _, x := range s.Remittances {
			out = append(out, x.ID)
		}
		return out
	}
	camt := string(file(t, "camt-02.xml"))
	a, b := read(t, "monday.xml", camt, house), read(t, "tuesday.xml", strings.ReplaceAll(camt, "INVENTED-1", "OTHER"), house)
	same(t, ids(b), ids(a))
	// A later file begins with the last line of the one before.
	one := read(t, "1.csv", "Date,Amount,Payer,Text\n2025-12-01,10.00,A,x\n2025-12-02,20.00,B,y\n", house)
	two := read(t, "2.csv", "Date;Payer;Text;Amount\n02.12.2025;B; Y ;20,00\n03.12.2025;C;z;30,00\n", house)
	if one.Remittances[1].ID != two.Remittances[0].ID || one.Remittances[0].ID == two.Remittances[1].ID {
		t.Errorf("%v %v", ids(one), ids(two))
	}
}

func TestStatement_TablesOfBanks(t *testing.T) {
	german := "Umsatzanzeige;Datei erstellt am: 03.12.2025\nIBAN;DE89 3704 0044 0532 0130 00\n\n" +
		"Buchung;Valuta;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Betrag;Währung\n" +
		"02.12.2025;02.12.2025;Jürgen Müßig;Gutschrift;RF98 TES2 6000 1;1.234,50;EUR\n" +
		"01.12.2025;01.12.2025;Amt;Lastschrift;Steuer;-12,00;EUR\n" +
		"Endsaldo;;;;;5.000,00;EUR\n"
	latin, err := charmap.Windows1252.NewEncoder().String(german)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2025-12-02|1234.50 EUR|Jürgen Müßig||RF98 TES2 6000 1"}
	for name, c := range map[string]struct {
		text   string
		layout pay.Layout
		want   []string
	}{
		"german": {german, house, want},
		"latin":  {latin, house, want},
		"english": {"Transaction Date,Description,Paid out,Paid in,Balance\n13/12/2025,RF98TES260001,,\"1,234.50\",1\n02/12/2025,fee,3.00,,1\n", house,
			[]string{"2025-12-13|1234.50 EUR|||RF98TES260001"}},
		"korean": {"거래일시,적요,보낸분,출금액,입금액,잔액\n2025.12.02 13:01:22,RF98TES260001,김발명,0,\"160,000\",1\n", pay.Layout{House: "KRW"},
			[]string{"2025-12-02|160000 KRW|김발명||RF98TES260001"}},
		"chinese": {"交易日期\t收入金额\t对方户名\t摘要\t币种\n20251202\t7,800.00\t王发明\tRF98TES260001\tCNY\n", house,
			[]string{"2025-12-02|7800.00 CNY|王发明||RF98TES260001"}},
		"signs": {"Date;Amount;Debit/Credit;Reference\n2025-12-02;10.00;C;RF98 TES260001\n2025-12-02;11.00;D;x\n", house,
			[]string{"2025-12-02|10.00 EUR||RF98TES260001|"}},
		"own names": {"When,How much,Who,What for\n12/01/2025,\"1.000,00\",A,b\n", pay.Layout{House: "EUR", Date: "when", Amount: "how-much", Payer: "WHO", Text: "what for", Dates: "mdy"},
			[]string{"2025-12-01|1000.00 EUR|A||b"}},
		"three decimals": {"Date,Amount,Currency\n2025-12-02,5.125,KWD\n", pay.Layout{Decimal: "."}, []string{"2025-12-02|5.125 KWD|||"}},
	} {
		t.Run(name, func(t *testing.T) { same(t, shows(read(t, "s.csv", c.text, c.layout)), c.want) })
	}
}

// Each is refused with a code and a sentence that names what was expected, in
// every language.
func TestStatement_WrongFilesAreRefusedWithASentence(t *testing.T) {
	camt := string(file(t, "camt-02.xml"))
	for name, c := range map[string]struct{ text, code, says string }{
		"empty":            {"", "pay.statement_kind", "camt.053"},
		"pdf":              {"%PDF-1.7 …", "pay.statement_kind", "PDF"},
		"spreadsheet":      {"PK\x03\x04…", "pay.statement_kind", "CSV"},
		"mt940":            {":20:STARTUMS\n:25:1/2\n", "pay.statement_kind", "MT940"},
		"page":             {"<!doctype html><p>Sign in", "pay.statement_kind", "HTML"},
		"advice":           {strings.ReplaceAll(camt, "camt.053", "camt.054"), "pay.statement_kind", "camt.054"},
		"other xml":        {"<a><b/></a>", "pay.statement_kind", "camt.053"},
		"broken xml":       {camt[:len(camt)/2], "pay.statement_broken", "a.xml"},
		"not an amount":    {strings.Replace(camt, "100.00", "1oo.00", 1), "pay.statement_amount", "1oo.00"},
		"negative":         {strings.Replace(camt, "350.00", "-350.00", 1), "pay.statement_amount", "-350.00"},
		"no currency":      {strings.Replace(camt, `Ccy="EUR">100`, `Ccy="euro">100`, 1), "pay.statement_currency", "euro"},
		"no sign":          {strings.Replace(camt, "CRDT</CdtDbtInd><Sts>BOOK", "X</CdtDbtInd><Sts>BOOK", 1), "pay.statement_sign", "X"},
		"no day":           {strings.Replace(camt, "<BookgDt><Dt>2025-12-02</Dt></BookgDt><ValDt><Dt>2025-12-02</Dt></ValDt>", "<BookgDt><Dt>2025-13-02</Dt></BookgDt>", 1), "pay.statement_date", "2025-13-02"},
		"start list":       {"bib,chip,race\n1,2,3\n", "pay.statement_columns", "bib, chip, race"},
		"prose":            {"Dear bank,\nplease send me a statement.\n", "pay.statement_columns", "Dear bank"},
		"bad day":          {"Date,Amount\n2025-02-30,5.00\n", "pay.statement_date", "2025-02-30"},
		"bad amount":       {"Date,Amount\n2025-02-03,five\n", "pay.statement_amount", "five"},
		"either separator": {"Date,Amount,Currency\n2025-02-03,\"5,125\",KWD\n", "pay.statement_amount", "5,125"},
		"either day":       {"Date,Amount\n03/04/2025,5.00\n", "pay.statement_dates", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pay.ReadStatement("a.xml", []byte(c.text), house)
			code(t, err, c.code)
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind %v", fault.KindOf(err))
			}
			for _, tag := range lang.Tags {
				s := lang.For(tag).Fault(err)
				if s == "" || strings.Contains(s, c.code) || strings.ContainsAny(s, "{}") {
					t.Errorf("%s: %q", tag, s)
				}
				if !strings.Contains(s, c.says) {
					t.Errorf("%s does not say %q: %q", tag, c.says, s)
				}
			}
		})
	}
	_, err := pay.ReadStatement("a.csv", make([]byte, pay.StatementLimit+1), house)
	code(t, err, "pay.statement_large")
}

func FuzzStatement_Camt(f *testing.F) {
	f.Add(file(f, "camt-02.xml"))
	f.Add(file(f, "camt-08.xml"))
	f.Add([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>`))
	f.Fuzz(func(t *testing.T, b []byte) { whole(t, b, house) })
}

func FuzzStatement_CSV(f *testing.F) {
	f.Add([]byte("Buchung;Betrag;Verwendungszweck\n02.12.2025;1.234,50;RF98TES260001\n"), "", "")
	f.Add([]byte("Date,Paid in,Paid out\n03/14/2025,\"1,000\",\n"), "mdy", ".")
	f.Add([]byte("x\ny\nDate\tAmount\tDebit/Credit\n20251202\t5\tD\n"), "ymd", ",")
	f.Fuzz(func(t *testing.T, b []byte, dates, decimal string) {
		l := house
		l.Dates, l.Decimal = dates, decimal
		if decimal != "" && decimal != "," {
			l.Decimal = "."
		}
		whole(t, b, l)
	})
}

// whole checks what must hold of every file: it is refused with a fault of its
// own, or every transfer of it has a name of its own, a day, an amount and texts
// that can be kept.
func whole(t *testing.T, b []byte, l pay.Layout) {
	s, err := pay.ReadStatement("f", b, l)
	if err != nil {
		if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) == "" {
			t.Fatalf("refused with %v", err)
		}
		return
	}
	again, err := pay.ReadStatement("g", b, l)
	if err != nil || len(again.Remittances) != len(s.Remittances) {
		t.Fatalf("read again: %v", err)
	}
	ids := map[string]bool{}
	for i, x := range s.Remittances {
		if ids[x.ID] || x.ID != again.Remittances[i].ID {
			t.Fatalf("name %q stands twice or changed", x.ID)
		}
		ids[x.ID] = true
		if x.At < race.At(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) || x.Amount.Zero() || !x.Amount.Currency.Valid() ||
			len([]rune(x.Text)) > 1000 || len([]rune(x.Payer)) > 140 || strings.ContainsAny(x.Text+x.Payer+x.Reference, "\x00\n\r") {
			t.Fatalf("%+v", x)
		}
	}
}

func TestStatement_AmountsOfBanks(t *testing.T) {
	for _, c := range []struct {
		text string
		cur  money.Currency
		want string // "" = refused
	}{
		{"1.234,56", "EUR", "1234.56"}, {"1,234.56", "EUR", "1234.56"}, {"1'234.56", "CHF", "1234.56"}, {"1 234,56", "EUR", "1234.56"},
		{"1\u00a0234,56", "EUR", "1234.56"}, {"1.234", "EUR", "1234.00"}, {"12,5", "EUR", "12.50"}, {"+7", "EUR", "7.00"}, {"EUR 7.10", "EUR", "7.10"},
		{"90,000", "KRW", "90000"}, {"90.000,00", "KRW", "90000"}, {"1,234,567", "KRW", "1234567"}, {"5.1250", "KWD", "5.125"},
		{"5,125", "KWD", ""}, {"1.23.456", "EUR", ""}, {"12.345.6", "EUR", ""}, {"1,2345", "EUR", ""}, {"7.001", "EUR", "7001.00"}, {"--7", "EUR", ""},
		{"1e3", "EUR", ""}, {"٣", "EUR", ""}, {"0x10", "EUR", ""}, {"9999999999999999", "EUR", ""}, {"", "EUR", ""}, {".", "EUR", ""}, {",5", "EUR", ""},
	} {
		s, err := pay.ReadStatement("s.csv", []byte("Date;Amount\n2025-12-02;\""+c.text+"\"\n2025-12-03;1\n"), pay.Layout{House: c.cur})
		switch {
		case c.want == "" && err == nil && (len(s.Remittances) != 1 || s.Skipped != 1):
			t.Errorf("%q was taken as %s", c.text, s.Remittances[0].Amount)
		case c.want != "" && err != nil:
			t.Errorf("%q: %v", c.text, err)
		case c.want != "" && s.Remittances[0].Amount.Decimal() != c.want:
			t.Errorf("%q is %s, want %s", c.text, s.Remittances[0].Amount, c.want)
		}
	}
}
