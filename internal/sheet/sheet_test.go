package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	uni "golang.org/x/text/encoding/unicode"

	"stadion/internal/fault"
)

var columns = []Column{
	{Name: "bib", Kind: Code, Required: true},
	{Name: "chip", Kind: Code, Even: true},
	{Name: "family_name"},
	{Name: "birth_date", Kind: Date},
	{Name: "age", Kind: Whole},
}

type read struct {
	rows     [][]string
	lines    []int
	faults   fault.List
	warnings fault.List
	err      error
}

func readAll(t *testing.T, r io.Reader, cols ...Column) read {
	t.Helper()
	var out read
	tab, err := Open("a.csv", r, Limits{}, cols...)
	if err != nil {
		out.err = err
		return out
	}
	for tab.Next() {
		row := tab.Row()
		if row.Fault != nil {
			out.faults = append(out.faults, row.Fault)
			continue
		}
		var cells []string
		for i := range cols {
			cells = append(cells, row.Text(i))
		}
		out.rows = append(out.rows, cells)
		out.lines = append(out.lines, row.Line)
	}
	out.warnings, out.err = tab.Warnings(), tab.Err()
	return out
}

func text(t *testing.T, s string) read { return readAll(t, strings.NewReader(s), columns...) }

func codes(l fault.List) string {
	var out []string
	for _, f := range l {
		out = append(out, fmt.Sprintf("%s@%v", f.Code, f.Args["line"]))
	}
	return strings.Join(out, " ")
}

func TestOpen_ReadsEveryUsualWayOfWritingATable(t *testing.T) {
	want := [][]string{{"1", "A1", "Müller", "1985-04-06", "39"}, {"2", "", "김, 영희", "", ""}}
	for name, s := range map[string]string{
		"comma":       "bib,chip,family_name,birth_date,age\n1,A1,Müller,1985-04-06,39\n2,,\"김, 영희\",,\n",
		"semicolon":   "bib;chip;family_name;birth_date;age\n1;A1;Müller;1985-04-06;39\n2;;\"김, 영희\";;\n",
		"tab":         "bib\tchip\tfamily_name\tbirth_date\tage\n1\tA1\tMüller\t1985-04-06\t39\n2\t\t김, 영희\t\t\n",
		"crlf":        "bib,chip,family_name,birth_date,age\r\n1,A1,Müller,1985-04-06,39\r\n2,,\"김, 영희\",,\r\n",
		"cr":          "bib,chip,family_name,birth_date,age\r1,A1,Müller,1985-04-06,39\r2,,\"김, 영희\",,\r",
		"mark":        "\uFEFFbib,chip,family_name,birth_date,age\n1,A1,Müller,1985-04-06,39\n2,,\"김, 영희\",,\n",
		"no last eol": "bib,chip,family_name,birth_date,age\n1,A1,Müller,1985-04-06,39\n2,,\"김, 영희\",,",
		"sep line":    "sep=;\nbib;chip;family_name;birth_date;age\n1;A1;Müller;1985-04-06;39\n2;;\"김, 영희\";;\n",
		"any order":   "age,family_name,chip,birth_date,bib\n39,Müller,A1,1985-04-06,1\n,\"김, 영희\",,,2\n",
		"any case":    " BIB ,Chip,Family Name,Birth-Date,AGE\n1, A1 ,Müller,1985-04-06,39\n2,,\"김, 영희\",,\n",
		"blank lines": "\n\nbib,chip,family_name,birth_date,age\n\n1,A1,Müller,1985-04-06,39\n,,,,\n2,,\"김, 영희\",,\n\n",
		"quoted":      "\"bib\",\"chip\",\"family_name\",\"birth_date\",\"age\"\n\"1\",\"A1\",\"Müller\",\"1985-04-06\",\"39\"\n2,,\"김, 영희\",,\n",
		"extra empty": "bib,chip,family_name,birth_date,age\n1,A1,Müller,1985-04-06,39,,\n2,,\"김, 영희\",,,\n",
		"text marks":  "bib,chip,family_name,birth_date,age\n=\"1\",'A1,Müller,1985-04-06,39.0\n2.0,,\"김, 영희\",,\n",
	} {
		got := text(t, s)
		if got.err != nil || len(got.faults) > 0 || !reflect.DeepEqual(got.rows, want) {
			t.Errorf("%s: %v %v %q", name, got.err, got.faults, got.rows)
		}
	}
}

func TestOpen_DecodesUTF16ThatSaysSo(t *testing.T) {
	s := "bib,family_name\n1,김영희\n"
	for _, e := range []uni.Endianness{uni.LittleEndian, uni.BigEndian} {
		b, err := uni.UTF16(e, uni.UseBOM).NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(t, bytes.NewReader(b), columns...)
		if got.err != nil || len(got.rows) != 1 || got.rows[0][2] != "김영희" {
			t.Errorf("%v: %+v", e, got)
		}
		bare := readAll(t, bytes.NewReader(b[2:]), columns...)
		if fault.CodeOf(bare.err) != "sheet.encoding_wide" {
			t.Errorf("%v without a mark: %v", e, bare.err)
		}
	}
}

// TestNext_AnotherEncodingIsNamedNotGuessed: a spreadsheet saved as CSV in the
// encoding of the country it was written in.
func TestNext_AnotherEncodingIsNamedNotGuessed(t *testing.T) {
	for _, c := range []struct {
		enc         encoding.Encoding
		name, value string
	}{
		{charmap.Windows1252, "Windows-1252", "Müller"},
		{charmap.Windows1252, "Windows-1252", "François"},
		{korean.EUCKR, "EUC-KR", "김영희"},
		{simplifiedchinese.GBK, "GBK", "李小龙"},
		{japanese.ShiftJIS, "Shift_JIS", "やまだタロウ"},
	} {
		b, err := c.enc.NewEncoder().Bytes([]byte("bib,family_name\n1,Smith\n2," + c.value + "\n3,Jones\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(t, bytes.NewReader(b), columns...)
		var f *fault.Error
		if !errors.As(got.err, &f) || f.Code != "sheet.encoding" {
			t.Errorf("%s: %v", c.name, got.err)
			continue
		}
		if f.Args["line"] != 3 || f.Args["column"] != "family_name" || f.Args["encoding"] != c.name || f.Args["value"] != c.value {
			t.Errorf("%s: %v", c.name, f)
		}
	}
}

func TestOpen_HeaderFaultsNameWhatIsMissingAndWhatIsThere(t *testing.T) {
	for _, c := range []struct{ s, code, near string }{
		{"", "sheet.empty", ""},
		{"\n\n  \n", "sheet.empty", ""},
		{"number,name\n1,A\n", "sheet.missing_column", ""},
		{"bip,chip\n1,A\n", "sheet.missing_column_near", "bip"},
		{"Bib No,chip\n1,A\n", "sheet.missing_column_near", "Bib No"},
		{"bib,chip,BIB\n1,A,2\n", "sheet.column_twice", ""},
		{"PK\x03\x04 no workbook", "sheet.xlsx_damaged", ""},
		{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", "sheet.old_excel", ""},
		{"%PDF-1.7", "sheet.no_table", ""},
		{"bib,\"chip\n1,A\n", "sheet.open_quote", ""},
		{"bib\x00,chip\n", "sheet.binary", ""},
	} {
		got := text(t, c.s)
		var f *fault.Error
		if !errors.As(got.err, &f) || f.Code != c.code || f.Kind != fault.Invalid || f.Args["file"] != "a.csv" {
			t.Errorf("%q: %v, want %s", c.s, got.err, c.code)
			continue
		}
		if c.near != "" && f.Args["near"] != c.near {
			t.Errorf("%q: near %v, want %s", c.s, f.Args["near"], c.near)
		}
	}
}

func TestOpen_UnknownColumnsAreNamed(t *testing.T) {
	got := text(t, "bib,shirt,,age\n1,XL,?,40\n")
	if got.err != nil || codes(got.warnings) != "sheet.unknown_columns@1" || got.warnings[0].Args["columns"] != "shirt, #3" {
		t.Errorf("%v %v", got.err, got.warnings)
	}
}

func TestOpen_OneColumnMayStandForAnother(t *testing.T) {
	either := []Column{{Name: "chip", Required: true, Or: "bib"}, {Name: "bib"}}
	if got := readAll(t, strings.NewReader("bib\n1\n"), either...); got.err != nil || len(got.rows) != 1 {
		t.Errorf("bib alone: %v", got.err)
	}
	if got := readAll(t, strings.NewReader("x\n1\n"), either...); fault.CodeOf(got.err) != "sheet.missing_either" {
		t.Errorf("neither: %v", got.err)
	}
}

func TestNext_BrokenRowsAreFaultsOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		s     string
		codes string
		good  int
		err   string
	}{
		{"bib,age\n1,2\n3\n4,5\n", "sheet.too_few@3", 2, ""},
		{"bib,age\n1,2\n3,4,5\n4,5\n", "sheet.too_many@3", 2, ""},
		{"bib,age\n1,2\n\"3\"x,4\n4,5\n", "sheet.bad_quote@3", 2, ""},
		{"bib,age\n1,2\n3", "sheet.ends_mid_row@3", 1, ""},
		{"bib,age\n1,2\n3,\"4", "sheet.ends_mid_row@3", 1, ""},
		{"bib,age\n1,2\n\"3", "sheet.ends_mid_row@3", 1, ""},
		{"bib,age\n1,2\n3,\"4\n", "sheet.ends_mid_row@3", 1, ""},
		{"bib,family_name\n1,A\n2,김\xec\x98", "sheet.ends_mid_row@3", 1, ""},
		{"bib,age\n1,2\n3,\"4\n5,6\n7,8\n", "", 1, "sheet.open_quote"},
		{"bib,age\n1,2\n3,4\x00\n5,6\n", "", 1, "sheet.binary"},
		{"bib,age\n5.8E+11,2\n2-Jan,4\n#N/A,6\n7,8\n", "sheet.number_shortened@2 sheet.became_date@3 sheet.cell_error@4", 1, ""},
		{"bib,family_name\n1," + strings.Repeat("x", 70<<10) + "\n2,B\n", "sheet.cell_too_long@2", 1, ""},
	} {
		got := text(t, c.s)
		if codes(got.faults) != c.codes || len(got.rows) != c.good || fault.CodeOf(got.err) != c.err {
			t.Errorf("%.60q: faults %s, good %d, err %v", c.s, codes(got.faults), len(got.rows), got.err)
		}
	}
}

func TestNext_QuotedCellsMayHoldLinesAndQuotes(t *testing.T) {
	got := text(t, "bib,family_name\n1,\"a\n\nb \"\"c\"\" d\"\n2,x\n")
	if got.err != nil || !reflect.DeepEqual(got.lines, []int{2, 5}) || got.rows[0][2] != "a\n\nb \"c\" d" {
		t.Errorf("%+v", got)
	}
	if got := text(t, "bib,family_name\n1,5\" disc\n"); got.err != nil || got.rows[0][2] != `5" disc` {
		t.Errorf("a quote inside a plain cell: %+v", got)
	}
}

func TestNext_WhatSpreadsheetsDoToCodesIsToldAtTheEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("bib,chip\n")
	for i := range 20 {
		fmt.Fprintf(&b, "%d.0,%d\n", i+1, 58000100+i)
	}
	b.WriteString("21,580001\n22,7580001\n")
	got := text(t, b.String())
	if codes(got.warnings) != "sheet.decimal_dropped@2 sheet.zeros_lost@22" || got.warnings[0].Args["n"] != 20 || got.warnings[1].Args["n"] != 2 {
		t.Errorf("%v", got.warnings)
	}
	if got.rows[0][0] != "1" {
		t.Errorf("bib = %q", got.rows[0][0])
	}
	if got := text(t, "bib,family_name\n1,M\uFFFDller\n2,Stra\uFFFDe\n"); codes(got.warnings) != "sheet.damaged_text@2" {
		t.Errorf("lost letters: %v", got.warnings)
	}
}

// endless is a line that never ends. It fails the test when more of it is read
// than the limit allows.
type endless struct {
	head  string
	taken int64
	of    int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.taken >= e.of {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.of-e.taken))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.taken += int64(n)
	return n, nil
}

func TestNext_ALineOfTwoGigabytesIsRefusedWithoutReadingIt(t *testing.T) {
	for _, head := range []string{"bib,age\n1,2\n3,", "bib,age\n1,2\n3,\"", ""} {
		src := &endless{head: head, of: 2 << 30}

		got := readAll(t, src, columns...)
		code := "sheet.row_too_long"
		if fault.CodeOf(got.err) != code {
			t.Errorf("%q: %v", head, got.err)
			continue
		}
		var f *fault.Error
		errors.As(got.err, &f)
		if want := 1 + strings.Count(head, "\n"); f.Args["line"] != want {
			t.Errorf("%q: line %v, want %d", head, f.Args["line"], want)
		}
		if src.taken > 2<<20 {
			t.Errorf("%q: read %d bytes of it", head, src.taken)
		}
	}
	if got := readAll(t, &endless{head: "bib,age\n1,2\n3,\"4\n", of: 2 << 30}, columns...); fault.CodeOf(got.err) != "sheet.open_quote" {
		t.Errorf("a quote that swallows the file: %v", got.err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk") }

func TestOpen_AReadErrorIsNotTheSendersFault(t *testing.T) {
	_, err := Open("a.csv", io.MultiReader(strings.NewReader(strings.Repeat("bib\n", 3000)), failing{}), Limits{}, columns...)
	if err != nil {
		t.Fatalf("the head is sound: %v", err)
	}
	got := readAll(t, io.MultiReader(strings.NewReader("bib\n"+strings.Repeat("1\n", 90000)), failing{}), columns...)
	if fault.KindOf(got.err) != fault.Unavailable {
		t.Errorf("%v", got.err)
	}
}

func TestWriteRejects_KeepsTheRowsAndSaysWhy(t *testing.T) {
	var b bytes.Buffer
	err := WriteRejects(&b, []string{"bib", "name"}, []Reject{
		{Line: 3, Cells: []string{"7", "=cmd()"}, Faults: fault.List{fault.New(fault.Invalid, "x.y", nil), fault.New(fault.Invalid, "x.z", nil)}},
		{Line: 5, Cells: []string{"8", "a,b", "left", "over"}, Faults: fault.List{fault.New(fault.Invalid, "x.y", nil)}},
		{Line: 6, Cells: []string{"9"}},
	}, fault.CodeOf)
	want := "bib,name,line,reason\n7,'=cmd(),3,x.y · x.z\n8,\"a,b\",5,x.y,left,over\n9,,6,\n"
	if err != nil || b.String() != want {
		t.Errorf("%v\n%s", err, b.String())
	}
	got := readAll(t, strings.NewReader("bib,family_name\n7,'=cmd()\n"), columns...)
	if got.rows[0][2] != "=cmd()" {
		t.Errorf("read again: %q", got.rows)
	}
}

func TestShow_MakesAValueFitForATerminal(t *testing.T) {
	if got := Show("a\x1b[31m\nb" + "\u202e" + "c"); got != "a [31m b c" {
		t.Errorf("%q", got)
	}
	if got := Show(strings.Repeat("김", 100)); len([]rune(got)) != 61 {
		t.Errorf("%d letters", len([]rune(got)))
	}
}
