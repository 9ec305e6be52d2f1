package sheet

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"stadion/internal/fault"
)

// xlsx reads the first sheet of a workbook twice at once: as it is shown and as
// it is stored, because only both together tell a date from a number and a
// number from a code with leading zeros.
type xlsx struct {
	t             *Table
	count         *counter
	file          *excelize.File
	shown, stored *excelize.Rows
	date1904      bool
	line          int
	cells         [][]byte
}

func (x *xlsx) read() int64 { return x.count.n }

func (x *xlsx) unended() bool { return false }

// maxUnzipped bounds what a workbook may unfold to.
const maxUnzipped = 1 << 30

func (t *Table) openXlsx(r io.Reader, count *counter) (src source, err error) {
	limited := io.LimitReader(r, t.limits.Xlsx+1)
	body := &sizeReader{r: limited}
	defer t.guard(&src, &err)
	f, err := excelize.OpenReader(body, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 16 << 20})
	if body.n > t.limits.Xlsx {
		return nil, t.at("sheet.xlsx_too_large", 0, "", fault.Args{"limit": t.limits.Xlsx >> 20})
	}
	if err != nil {
		return nil, err
	}
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, fmt.Errorf("no sheet")
	}
	if len(sheets) > 1 {
		t.warnings = append(t.warnings, t.at("sheet.other_sheets", 0, "", fault.Args{
			"sheet": Show(sheets[0]), "others": Show(strings.Join(sheets[1:], ", "))}))
	}
	x := &xlsx{t: t, count: count, file: f}
	if x.shown, err = f.Rows(sheets[0]); err != nil {
		return nil, err
	}
	if x.stored, err = f.Rows(sheets[0]); err != nil {
		return nil, err
	}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		x.date1904 = *props.Date1904
	}
	return x, nil
}

// guard turns whatever goes wrong inside the workbook, a panic included, into
// one fault: a damaged file is the sender's matter, never a crash.
func (t *Table) guard(src *source, err *error) {
	cause := *err
	if p := recover(); p != nil {
		cause = fmt.Errorf("workbook: %v", p)
	}
	if cause == nil || cause == io.EOF {
		return
	}
	if f, ok := cause.(*fault.Error); ok {
		*err = f
		return
	}
	f := t.at("sheet.xlsx_damaged", 0, "", nil)
	f.Err = cause
	*src, *err = nil, f
}

type sizeReader struct {
	r io.Reader
	n int64
}

func (s *sizeReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	return n, err
}

func (x *xlsx) next() (cells [][]byte, line int, row bool, err error) {
	var ignored source
	defer func() { x.t.guard(&ignored, &err) }()
	for {
		if !x.shown.Next() || !x.stored.Next() {
			if err := x.shown.Error(); err != nil {
				return nil, x.line, false, err
			}
			x.close()
			return nil, x.line, false, io.EOF
		}
		x.line++
		shown, err := x.shown.Columns()
		if err != nil {
			return nil, x.line, false, err
		}
		stored, err := x.stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, x.line, false, err
		}
		if len(x.t.header) == 0 && emptyRow(stored) {
			continue
		}
		f := x.fill(shown, stored)
		if f != nil {
			return x.cells, x.line, true, f
		}
		return x.cells, x.line, false, nil
	}
}

func (x *xlsx) close() {
	_ = x.shown.Close()  // temporary files; the reading is over
	_ = x.stored.Close() // and nothing depends on it
	_ = x.file.Close()
}

func emptyRow(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// fill makes the cells of a row, as many as the header has: a sheet has no cut
// rows, what is absent is empty.
func (x *xlsx) fill(shown, stored []string) (bad *fault.Error) {
	x.cells = x.cells[:0]
	for i := range max(len(shown), len(stored), len(x.t.header)) {
		s, raw := cellAt(shown, i), cellAt(stored, i)
		text, code := x.value(x.kind(i), s, raw)
		if code != "" && bad == nil {
			name := ""
			if i < len(x.t.header) {
				name = Show(x.t.header[i])
			}
			bad = x.t.at(code, x.line, name, fault.Args{"value": Show(s)}).On(name)
		}
		x.cells = append(x.cells, []byte(strings.TrimSpace(text)))
	}
	return bad
}

func cellAt(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

// kind is that of the i-th cell's column, Text where the column is unknown.
func (x *xlsx) kind(i int) Kind {
	if i < len(x.t.known) && x.t.known[i] >= 0 {
		return x.t.columns[x.t.known[i]].Kind
	}
	return Text
}

// value is what the person meant by a cell that is shown one way and stored
// another; the code of a fault where the spreadsheet has lost it.
func (x *xlsx) value(kind Kind, shown, stored string) (text, code string) {
	number, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return shown, "" // text
	}
	switch kind {
	case Date:
		if shown != stored && looksLikeDate(shown) {
			return x.moment(number, time.DateOnly, shown), ""
		}
	case Time:
		if shown != stored && looksLikeDate(shown) {
			layout := "2006-01-02 15:04:05.000"
			if number < 1 {
				layout = "15:04:05.000"
			}
			return x.moment(number, layout, shown), ""
		}
	case Code, Whole:
		return x.code(kind, shown, stored, number)
	}
	return shown, ""
}

func (x *xlsx) code(kind Kind, shown, stored string, number float64) (text, code string) {
	if kind == Code && shown != stored && looksLikeDate(shown) {
		return shown, "sheet.became_date"
	}
	digits := strings.Trim(shown, "0123456789") == ""
	if digits && shown != "" && strings.TrimLeft(shown, "0") == strings.TrimLeft(stored, "0") {
		return shown, "" // a number format keeps the zeros: 0042
	}
	if plain := !strings.ContainsAny(stored, "eE"); plain && (shown == stored || math.Abs(number) < 1e15) {
		return stored, ""
	}
	if number == math.Trunc(number) && math.Abs(number) < 1e15 {
		return strconv.FormatFloat(number, 'f', 0, 64), ""
	}
	return shown, "sheet.number_shortened"
}

// looksLikeDate: a number shown with a colon, a slash, letters or inner hyphens.
func looksLikeDate(shown string) bool {
	rest := strings.Trim(shown, "0123456789.,'\u00a0 -")
	if rest == "" {
		rest = strings.TrimPrefix(shown, "-")
		return strings.Contains(rest, "-") || strings.Count(rest, ".") == 2
	}
	return !strings.HasPrefix(rest, "E+") && !strings.HasPrefix(rest, "E-") && !strings.ContainsAny(rest, "%€$£¥")
}

func (x *xlsx) moment(serial float64, layout, shown string) string {
	if serial < 0 || serial > 2958465 {
		return shown
	}
	t, err := excelize.ExcelDateToTime(serial, x.date1904)
	if err != nil {
		return shown
	}
	return t.Format(layout)
}
