package sheet

import (
	"bytes"
	"regexp"

	"stadion/internal/fault"
)

// care is what is remembered of a column while its cells are read: what
// spreadsheets have done to them.
type care struct {
	floats    int // codes and whole numbers that had become "101.0"
	floatLine int
	sample    string

	codes     int // digit-only codes by their length
	byLength  [20]int
	shortLine [20]int
	letters   bool // some code is not made of digits, or begins with a zero
}

var (
	decimalZero = regexp.MustCompile(`^[0-9]+\.0+$`)
	shortened   = regexp.MustCompile(`^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$`)
	monthDay    = regexp.MustCompile(`(?i)^(?:[0-9]{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]{1,4})$`)
)

// mend gives back what a cell was before a spreadsheet touched it, as far as
// that is certain; the code of a fault where something was lost.
func (k *care) mend(col Column, cell []byte, line int) ([]byte, string) {
	switch cell[0] {
	case '#':
		if isError(cell) {
			return cell, "sheet.cell_error"
		}
	case '=':
		// ="0042" keeps a spreadsheet from dropping the zeros
		if n := len(cell); n >= 3 && cell[1] == '"' && cell[n-1] == '"' {
			cell = cell[2 : n-1]
		}
	case '\'':
		// a leading apostrophe says "this is text"
		if len(cell) > 1 && (col.Kind == Code || bytes.IndexByte([]byte("=+-@"), cell[1]) >= 0) {
			cell = cell[1:]
		}
	}
	if col.Kind == Code || col.Kind == Whole {
		return k.code(col, cell, line)
	}
	return cell, ""
}

func (k *care) code(col Column, cell []byte, line int) ([]byte, string) {
	if i := bytes.IndexByte(cell, '.'); i > 0 && decimalZero.Match(cell) {
		if k.floats++; k.floats == 1 {
			k.floatLine, k.sample = line, string(cell)
		}
		cell = cell[:i]
	}
	if bytes.IndexByte(cell, '+') > 0 && shortened.Match(cell) {
		return cell, "sheet.number_shortened"
	}
	if col.Kind == Code && bytes.IndexByte(cell, '-') > 0 && monthDay.Match(cell) {
		return cell, "sheet.became_date"
	}
	if col.Even && !k.letters {
		k.measure(cell, line)
	}
	return cell, ""
}

func (k *care) measure(cell []byte, line int) {
	if len(cell) == 0 || len(cell) >= len(k.byLength) || cell[0] == '0' {
		k.letters = true
		return
	}
	for _, c := range cell {
		if c < '0' || c > '9' {
			k.letters = true
			return
		}
	}
	k.codes++
	n := len(cell)
	if k.byLength[n]++; k.byLength[n] == 1 {
		k.shortLine[n] = line
	}
}

// finish warns of what was mended, and where leading zeros are probably gone:
// digit-only codes of six digits or more of which most have one length and a
// few are shorter by one or two.
func (k *care) finish(t *Table, col Column) {
	if k.floats > 0 {
		t.warnings = append(t.warnings, t.at("sheet.decimal_dropped", k.floatLine, col.Name,
			fault.Args{"n": k.floats, "value": k.sample}).On(col.Name))
	}
	if k.letters || k.codes < 10 {
		return
	}
	for n := 6; n < len(k.byLength); n++ {
		short := k.byLength[n-1] + k.byLength[n-2]
		if k.byLength[n] < k.codes*8/10 || short == 0 {
			continue
		}
		line := k.shortLine[n-1]
		if line == 0 || k.shortLine[n-2] > 0 && k.shortLine[n-2] < line {
			line = k.shortLine[n-2]
		}
		t.warnings = append(t.warnings, t.at("sheet.zeros_lost", line, col.Name,
			fault.Args{"n": short, "length": n}).On(col.Name))
	}
}

func isError(cell []byte) bool {
	switch string(cell) {
	case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA":
		return true
	}
	return len(cell) > 2 && len(bytes.Trim(cell, "#")) == 0
}
