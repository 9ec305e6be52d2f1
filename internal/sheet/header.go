package sheet

import (
	"fmt"
	"strings"

	"stadion/internal/fault"
)

// fold is the form in which column names are compared.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '\u00a0', '_', '-', '\t', '\ufeff', '\u200b':
			return -1
		}
		return c
	}, strings.ToLower(strings.TrimSpace(name)))
}

func (t *Table) column(name string) int {
	f := fold(name)
	for i := range t.columns {
		if fold(t.columns[i].Name) == f {
			return i
		}
	}
	return -1
}

// readHeader finds the known columns among the header's cells.
func (t *Table) readHeader(cells [][]byte, line int) error {
	for len(cells) > 0 && len(cells[len(cells)-1]) == 0 {
		cells = cells[:len(cells)-1]
	}
	t.index = make([]int, len(t.columns))
	for i := range t.index {
		t.index[i] = -1
	}
	var unknown []string
	var faults fault.List
	for at, c := range cells {
		name := string(c)
		t.header = append(t.header, name)
		i := t.column(name)
		t.known = append(t.known, i)
		switch {
		case i >= 0 && t.index[i] >= 0:
			faults = append(faults, t.at("sheet.column_twice", line, Show(name), nil).On(t.columns[i].Name))
		case i >= 0:
			t.index[i] = at
		case name == "":
			unknown = append(unknown, fmt.Sprintf("#%d", at+1))
		default:
			unknown = append(unknown, Show(name))
		}
	}
	faults = append(faults, t.missing(line, unknown)...)
	if len(faults) > 0 {
		return faults
	}
	if len(unknown) > 0 {
		t.warnings = append(t.warnings, t.at("sheet.unknown_columns", line, "", fault.Args{
			"columns": strings.Join(unknown, ", "), "known": t.names()}))
	}
	return nil
}

// missing names each required column that is not there, what was found, and
// what was perhaps meant.
func (t *Table) missing(line int, unknown []string) (faults fault.List) {
	found := t.found()
	for i, c := range t.columns {
		if !c.Required || t.index[i] >= 0 {
			continue
		}
		if c.Or != "" && t.index[t.column(c.Or)] >= 0 {
			continue
		}
		args := fault.Args{"missing": c.Name, "found": found}
		code := "sheet.missing_column"
		if c.Or != "" {
			code, args["or"] = "sheet.missing_either", c.Or
		}
		if near := nearest(c.Name, unknown); near != "" {
			code, args["near"] = "sheet.missing_column_near", near
		}
		faults = append(faults, t.at(code, line, "", args).On(c.Name))
	}
	return faults
}

func (t *Table) found() string {
	names := make([]string, 0, len(t.header))
	for _, h := range t.header {
		if h != "" {
			names = append(names, Show(h))
		}
		if len(names) == 30 {
			names = append(names, "…")
			break
		}
	}
	return strings.Join(names, ", ")
}

func (t *Table) names() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// nearest is the name in found that was perhaps meant by want: the one that
// differs in the fewest letters, at most a third of them, or one that contains
// it. Names with other digits are other names: km6 is not meant by km5.
func nearest(want string, found []string) string {
	w := fold(want)
	limit := max(1, len([]rune(w))/3)
	best, least := "", 0
	for _, name := range found {
		f := fold(name)
		d := distance(w, f)
		if d > limit && len(w) >= 3 && strings.Contains(f, w) {
			d = limit
		}
		if d <= limit && d < len(w) && digitsOf(w) == digitsOf(f) && (best == "" || d < least) {
			best, least = name, d
		}
	}
	return best
}

func digitsOf(s string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
}

// distance counts the letters that must be added, dropped, replaced or swapped
// with their neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// Nearest is the known word that was perhaps meant by a value that is none of
// them, "" if none is close.
func Nearest(value string, known []string) string { return nearest(value, known) }
