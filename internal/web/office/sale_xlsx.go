package office

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"stadion/internal/money"
)

// writeXLSX writes a workbook of one sheet: the columns of the CSV, the header
// frozen. Amounts are numbers, texts are texts: nothing is run as a formula.
func writeXLSX(name string, r fileRows) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	if err := layout(w, r); err != nil {
		return nil, err
	}
	head := make([]any, len(r.Header))
	for i, h := range r.Header {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := w.SetRow("A1", head); err != nil {
		return nil, err
	}
	for i, line := range r.Lines {
		cells := make([]any, len(line))
		for k, v := range line {
			cells[k] = v
			if a, is := v.(money.Amount); is {
				cells[k], _ = strconv.ParseFloat(a.Decimal(), 64) // as the sheet's own numbers are: exact to 15 digits
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(i+2), cells); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// layout sets widths and the frozen header.
func layout(w *excelize.StreamWriter, r fileRows) error {
	for i, h := range r.Header {
		width := len(h)
		for _, line := range r.Lines[:min(len(r.Lines), 200)] {
			if s, is := line[i].(string); is {
				width = max(width, min(utf8.RuneCountInString(s), 48))
			}
		}
		if err := w.SetColWidth(i+1, i+1, float64(width)+2); err != nil {
			return err
		}
	}
	return w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}
