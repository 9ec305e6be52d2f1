package sheet

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"stadion/internal/fault"
)

// Reject is a row that was not taken, as it stood, and why.
type Reject struct {
	Line   int
	Cells  []string
	Faults fault.List
}

// WriteRejects writes the rows that were not taken as UTF-8 CSV: the file's own
// columns, then "line" and "reason" in the words of reason, so that the file can
// be mended and imported again. Cells that a spreadsheet would run as formulas
// get a leading apostrophe, which reading takes away again.
func WriteRejects(w io.Writer, header []string, rows []Reject, reason func(error) string) error {
	b := bufio.NewWriter(w)
	writeRow(b, append(append([]string{}, header...), "line", "reason"))
	for _, r := range rows {
		n := min(len(r.Cells), len(header))
		cells := append(make([]string, 0, len(header)+2), r.Cells[:n]...)
		for len(cells) < len(header) {
			cells = append(cells, "")
		}
		reasons := make([]string, len(r.Faults))
		for i, f := range r.Faults {
			reasons[i] = reason(f)
		}
		cells = append(cells, strconv.Itoa(r.Line), strings.Join(reasons, " · "))
		writeRow(b, append(cells, r.Cells[n:]...))
	}
	return b.Flush()
}

func writeRow(b *bufio.Writer, cells []string) {
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(',') // errors stay in the writer until Flush
		}
		if c != "" && strings.ContainsRune("=+-@", rune(c[0])) {
			c = "'" + c
		}
		if strings.ContainsAny(c, ",\"\r\n;\t") || c != strings.TrimSpace(c) {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		b.WriteString(c)
	}
	b.WriteByte('\n')
}
