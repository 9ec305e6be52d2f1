package results

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"stadion/internal/race"
)

// WriteXLSX writes a workbook with one sheet per race that rows are of, in the
// order of the edition: the columns of results.csv, the header frozen and with
// filters. Times are text (h:mm:ss) beside exact milliseconds as numbers: a
// spreadsheet's own times would lose what the text says. Without rows there is
// one sheet with the header. The same rows give the same bytes.
func WriteXLSX(w io.Writer, e *race.Edition, rows []Row) error {
	f := excelize.NewFile()
	defer f.Close()
	rows = Order(e, rows)
	header, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for from := 0; from < len(rows) || from == 0; {
		to := from
		for to < len(rows) && rows[to].Race == rows[from].Race {
			to++
		}
		name := "results"
		if to > from {
			name = rows[from].Race
			if r := e.Race(rows[from].Race); r != nil && r.Name != "" {
				name = r.Name
			}
		}
		name = sheetName(name, taken)
		if from == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := writeSheet(f, name, len(taken), header, e, rows[from:to]); err != nil {
			return err
		}
		if from = to; from == 0 {
			break
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	return settle(w, b.Bytes())
}

// sheetName makes a race's name fit for a sheet: at most 31 letters, none of
// those a sheet may not have, and no name twice.
func sheetName(name string, taken map[string]bool) string {
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`[]:*?/\`, c) || c < ' ' {
			return ' '
		}
		return c
	}, name)
	name = strings.Trim(strings.TrimSpace(name), "'")
	if name == "" {
		name = "results"
	}
	base := name
	for n := 2; ; n++ {
		name = cutTo(name, 31)
		if key := strings.ToLower(name); !taken[key] {
			taken[key] = true
			return name
		}
		suffix := fmt.Sprintf(" (%d)", n)
		name = cutTo(base, 31-len(suffix)) + suffix
	}
}

// cutTo cuts to n UTF-16 units, as spreadsheets count.
func cutTo(s string, n int) string {
	units := 0
	for i, c := range s {
		if units++; c > 0xffff {
			units++
		}
		if units > n {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

func writeSheet(f *excelize.File, name string, number, header int, e *race.Edition, rows []Row) error {
	labels := SplitLabels(e, rows)
	columns := slices.Clone(columnsBefore)
	for _, l := range labels {
		columns = append(columns, "split_"+l)
	}
	columns = append(columns, columnsAfter...)
	lines := make([][]any, len(rows))
	for i := range rows {
		lines[i] = values(&rows[i], labels)
	}
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range widths(columns, lines) {
		if err := sw.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: header, Value: c}
	}
	if err := sw.SetRow("A1", head); err != nil {
		return err
	}
	for i, line := range lines {
		if err := sw.SetRow(fmt.Sprintf("A%d", i+2), line); err != nil {
			return err
		}
	}
	if err := filter(sw, number, len(columns), len(lines)); err != nil {
		return err
	}
	return sw.Flush()
}

// filter makes the rows a table with filters in its header; a table needs a row.
func filter(sw *excelize.StreamWriter, number, columns, rows int) error {
	if rows == 0 {
		return nil
	}
	end, err := excelize.CoordinatesToCellName(columns, rows+1)
	if err != nil {
		return err
	}
	return sw.AddTable(&excelize.Table{Range: "A1:" + end, Name: fmt.Sprintf("results_%d", number), StyleName: "TableStyleLight1"})
}

// values are the cells of a row: numbers where they are numbers. Text is written
// as text, which no spreadsheet runs as a formula.
func values(r *Row, labels []string) []any {
	place := func(p Place) any {
		if p == 0 {
			return nil
		}
		return int(p)
	}
	exactMs := func(m Ms) any {
		if m < 0 {
			return nil
		}
		return int64(m)
	}
	out := []any{r.Race, string(r.Status), place(r.Place), place(r.PlaceSex), place(r.PlaceCategory), r.Bib, r.PrintedName,
		string(r.Sex), place(r.Age), r.Country, string(r.Class), r.Category, r.GunTime, r.NetTime, exactMs(r.GunMs), exactMs(r.NetMs)}
	for _, l := range labels {
		out = append(out, r.split(l))
	}
	return append(out, r.AgeGrade, r.Behind, strings.Join(r.Flags, " "), r.Remark)
}

// widths fit each column to its widest cell, wide letters counted twice.
func widths(columns []string, lines [][]any) []float64 {
	out := make([]float64, len(columns))
	for i, c := range columns {
		out[i] = float64(len(c)) + 4 // room for the filter's arrow
	}
	for _, line := range lines {
		for i, v := range line {
			if v == nil {
				continue
			}
			s := fmt.Sprint(v)
			n := utf8.RuneCountInString(s)
			for _, c := range s {
				if c >= 0x1100 {
					n++
				}
			}
			out[i] = max(out[i], float64(n)+2)
		}
	}
	for i := range out {
		out[i] = min(out[i], 60)
	}
	return out
}

// settle writes the workbook's parts in the order of their names and without
// times, so that the same rows give the same bytes.
func settle(w io.Writer, body []byte) error {
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return err
	}
	files := slices.Clone(in.File)
	slices.SortFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	// spreadsheets want the list of parts first
	slices.SortStableFunc(files, func(a, b *zip.File) int { return first(b.Name) - first(a.Name) })
	out := zip.NewWriter(w)
	for _, f := range files {
		part, err := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if err := copyPart(part, f); err != nil {
			return err
		}
	}
	return out.Close()
}

func first(name string) int {
	if name == "[Content_Types].xml" {
		return 1
	}
	return 0
}

func copyPart(w io.Writer, f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}
