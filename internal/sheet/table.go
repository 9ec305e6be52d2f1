// Package sheet reads tables: CSV with comma, semicolon or tab, and the first
// sheet of an XLSX file. It knows nothing of races. Everything it refuses it
// names by file, line, column and value; what it does not understand it never
// guesses. It streams: a row costs no more memory than its limit, however large
// the file.
package sheet

import (
	"bytes"
	"io"
	"strings"

	"stadion/internal/fault"
)

// Kind says what the cells of a column hold, which decides what is undone or
// refused of the things spreadsheets do to them.
type Kind uint8

// The kinds.
const (
	Text  Kind = iota // taken as it stands
	Code              // a bib or chip code: "101.0" is 101, "5.8E+11" has lost digits
	Date              // a day: date cells become YYYY-MM-DD
	Time              // an instant: date cells become "YYYY-MM-DD hh:mm:ss", which has no offset
	Whole             // a whole number: "34.0" is 34
)

// Column is one column an importer knows. Names are compared without regard to
// case, spaces, "_" and "-".
type Column struct {
	Name     string
	Kind     Kind
	Required bool
	Or       string // another column that may stand in its place
	Even     bool   // codes of one length: shorter ones have probably lost zeros
}

// Limits of what is read. The zero value of each means the default.
type Limits struct {
	Row  int   // bytes of one row, default 1 MiB
	Cell int   // bytes of one cell, default 64 KiB
	Xlsx int64 // bytes of an XLSX file, default 64 MiB
}

func (l Limits) orDefault() Limits {
	if l.Row == 0 {
		l.Row = 1 << 20
	}
	if l.Cell == 0 {
		l.Cell = 64 << 10
	}
	if l.Xlsx == 0 {
		l.Xlsx = 64 << 20
	}
	return l
}

// Table is an open table, read row by row like a bufio.Scanner. It is not safe
// for concurrent use.
type Table struct {
	name     string
	columns  []Column
	header   []string // as they stand in the file
	index    []int    // of each known column among the cells, -1 = not there
	known    []int    // the reverse: of each cell its column, -1 = unknown
	limits   Limits
	source   source
	row      Row
	err      error
	warnings fault.List
	care     []care // per column
	damaged  bool   // a U+FFFD was seen
}

// source gives rows of cells. The cells are valid until the next call.
type source interface {
	// next is the next row with its line number in the file; io.EOF at the end.
	// A *fault.Error concerns the whole file, except when row is true: then it
	// concerns this row only and reading can go on.
	next() (cells [][]byte, line int, row bool, err error)
	// read is how many bytes of the file were consumed.
	read() int64
	// unended reports whether the row just read ended with the file.
	unended() bool
}

// Row is one row of a table, valid until the next call of Next.
type Row struct {
	Line  int          // in the file, from 1; of an XLSX sheet its row number
	Fault *fault.Error // what is wrong with the row as a row, nil if nothing is
	Last  bool         // the file ends with this row, without a line end: perhaps cut off
	cells [][]byte
	table *Table
}

// Open reads the header of a table. The name is the file's, for the errors.
// Faults: sheet.empty, sheet.encoding, sheet.missing_column and their like, all
// of kind Invalid; several missing columns come as a fault.List. What is odd but
// usable is in Warnings.
func Open(name string, r io.Reader, limits Limits, columns ...Column) (*Table, error) {
	t := &Table{name: name, columns: columns, limits: limits.orDefault(), care: make([]care, len(columns))}
	t.row.table = t
	if err := t.open(r); err != nil {
		return nil, err
	}
	cells, line, _, err := t.source.next()
	if err == io.EOF {
		return nil, fault.New(fault.Invalid, "sheet.empty", fault.Args{"file": name})
	}
	if err != nil {
		return nil, err
	}
	if err := t.readHeader(cells, line); err != nil {
		return nil, err
	}
	return t, nil
}

// Name is the name the table was opened with.
func (t *Table) Name() string { return t.name }

// Header are the column names as they stand in the file.
func (t *Table) Header() []string { return t.header }

// Has reports whether the file has the i-th known column.
func (t *Table) Has(i int) bool { return t.index[i] >= 0 }

// Read is how many bytes of the file were consumed so far.
func (t *Table) Read() int64 { return t.source.read() }

// Warnings are what is odd but usable. They are complete after Next has said
// false.
func (t *Table) Warnings() fault.List { return t.warnings }

// Err is what ended the reading before the end of the file, nil at its end.
func (t *Table) Err() error { return t.err }

// Row is the row Next has read.
func (t *Table) Row() *Row { return &t.row }

// Next reads the next row that is not empty. It says false at the end of the
// file and where the file cannot be read further, see Err.
func (t *Table) Next() bool {
	for t.err == nil {
		cells, line, rowOnly, err := t.source.next()
		if err == io.EOF {
			t.finish()
			return false
		}
		t.row.Line, t.row.cells, t.row.Fault, t.row.Last = line, cells, nil, t.source.unended()
		if err != nil {
			f, ok := err.(*fault.Error)
			if !ok || !rowOnly {
				t.err = err
				return false
			}
			t.row.Fault = f
			return true
		}
		if blank(cells) {
			continue
		}
		t.check()
		return true
	}
	return false
}

// check looks at a row as a row: how many cells it has and what a spreadsheet
// may have done to them.
func (t *Table) check() {
	r := &t.row
	for len(r.cells) > len(t.header) && len(r.cells[len(r.cells)-1]) == 0 {
		r.cells = r.cells[:len(r.cells)-1]
	}
	if n, want := len(r.cells), len(t.header); n > want {
		r.Fault = t.at("sheet.too_many", r.Line, "", fault.Args{
			"found": n, "want": want, "value": Show(string(r.cells[want]))})
		return
	} else if n < want {
		r.Fault = t.at("sheet.too_few", r.Line, t.header[n], fault.Args{"found": n, "want": want})
		return
	}
	for i, at := range t.index {
		if at < 0 || len(r.cells[at]) == 0 {
			continue
		}
		cell, code := t.care[i].mend(t.columns[i], r.cells[at], r.Line)
		if code != "" {
			r.Fault = r.Bad(i, code, nil)
			return
		}
		if len(cell) > t.limits.Cell {
			r.Fault = r.Bad(i, "sheet.cell_too_long", fault.Args{"limit": t.limits.Cell})
			return
		}
		r.cells[at] = cell
		if t.columns[i].Kind == Text && !t.damaged && bytes.Contains(cell, replacement) {
			t.damaged = true
			t.warnings = append(t.warnings, r.Bad(i, "sheet.damaged_text", nil))
		}
	}
}

var replacement = []byte("\uFFFD")

// finish turns what was gathered over the whole file into warnings.
func (t *Table) finish() {
	for i := range t.care {
		t.care[i].finish(t, t.columns[i])
	}
}

// Bytes is the cell of the i-th known column without surrounding spaces; nil if
// the file has no such column. It is valid until the next call of Next.
func (r *Row) Bytes(i int) []byte {
	at := r.table.index[i]
	if at < 0 || at >= len(r.cells) {
		return nil
	}
	return r.cells[at]
}

// Text is Bytes as a string of its own.
func (r *Row) Text(i int) string { return string(r.Bytes(i)) }

// Bad is a fault about the cell of the i-th known column: file, line, column
// and value are among its arguments, together with those given.
func (r *Row) Bad(i int, code string, args fault.Args) *fault.Error {
	all := fault.Args{"value": Show(string(r.Bytes(i)))}
	for k, v := range args {
		all[k] = v
	}
	return r.table.at(code, r.Line, r.table.columnName(i), all).On(r.table.columns[i].Name)
}

// PerhapsCut is the fault that says that the file ends with this row without a
// line end. It goes along with what else is wrong with a Last row.
func (r *Row) PerhapsCut() *fault.Error { return r.table.at("sheet.perhaps_cut", r.Line, "", nil) }

// columnName is the name of the i-th known column as the file writes it.
func (t *Table) columnName(i int) string {
	if at := t.index[i]; at >= 0 && at < len(t.header) {
		return Show(t.header[at])
	}
	return t.columns[i].Name
}

// Original are the cells of the row as they were read, in the file's order.
func (r *Row) Original() []string {
	out := make([]string, len(r.cells))
	for i, c := range r.cells {
		out[i] = string(c)
	}
	return out
}

func (t *Table) at(code string, line int, column string, args fault.Args) *fault.Error {
	return At(code, t.name, line, column, args)
}

// At makes an Invalid fault that names file, line and column (0 and "" where
// they are not known; a form has no file and only names the column). Its sentence finds the three, in the reader's language,
// as {where}; for machines they stand among the arguments too.
func At(code, file string, line int, column string, args fault.Args) *fault.Error {
	all := fault.Args{"file": file, "where": where(file, line, column)}
	if line > 0 {
		all["line"] = line
	}
	if column != "" {
		all["column"] = column
	}
	for k, v := range args {
		all[k] = v
	}
	return fault.New(fault.Invalid, code, all)
}

func where(file string, line int, column string) *fault.Error {
	args := fault.Args{"file": file, "line_raw": line, "column": column}
	switch {
	case file == "" && column != "":
		return fault.New(fault.Invalid, "sheet.in_field", args)
	case line == 0:
		return fault.New(fault.Invalid, "sheet.in_file", args)
	case column == "":
		return fault.New(fault.Invalid, "sheet.in_line", args)
	}
	return fault.New(fault.Invalid, "sheet.in_cell", args)
}

// Show makes a value fit to be shown in an error: control characters become
// spaces and a long value is cut.
func Show(value string) string {
	const most = 60
	var b strings.Builder
	n := 0
	for _, c := range value {
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		if c < ' ' || c >= 0x7f && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			c = ' '
		}
		b.WriteRune(c)
	}
	return strings.TrimSpace(b.String())
}

func blank(cells [][]byte) bool {
	for _, c := range cells {
		if len(c) > 0 {
			return false
		}
	}
	return true
}
