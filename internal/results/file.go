package results

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Order puts rows in the order of a results file: by race as the edition lists
// them, those with a place by place, then the others as they came. The rows
// given are not changed. Rows of a race the edition does not know come last.
func Order(e *race.Edition, rows []Row) []Row {
	at := make(map[string]int, len(e.Races))
	for i := range e.Races {
		at[e.Races[i].ID] = i
	}
	position := func(id string) int {
		if i, ok := at[id]; ok {
			return i
		}
		return len(at)
	}
	placed := func(p Place) int {
		if p == 0 {
			return math.MaxInt
		}
		return int(p)
	}
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(position(a.Race), position(b.Race)), cmp.Compare(placed(a.Place), placed(b.Place)))
	})
	return out
}

// SplitLabels are the labels of all course points of the races that rows are
// of, finish included: by distance, the finish last. Points of several races
// with the same label share a column.
func SplitLabels(e *race.Edition, rows []Row) []string {
	present := map[string]bool{}
	for i := range rows {
		present[rows[i].Race] = true
	}
	var all splitColumns
	for i := range e.Races {
		r := &e.Races[i]
		if !present[r.ID] {
			continue
		}
		for k, c := range r.Course {
			label := c.Label
			if label == "" && k == len(r.Course)-1 {
				label = finishLabel
			}
			if k > 0 {
				all.add(label, c.AtM)
			}
		}
	}
	for i := range rows {
		for _, s := range rows[i].Splits {
			all.add(s.Label, s.AtM)
		}
	}
	return all.labels()
}

const finishLabel = "finish"

type splitColumns struct {
	order []string
	at    map[string]float64
}

func (s *splitColumns) add(label string, at float64) {
	if label == "" {
		return
	}
	if s.at == nil {
		s.at = map[string]float64{}
	}
	if label == finishLabel {
		at = math.Inf(1)
	}
	if _, known := s.at[label]; !known {
		s.at[label] = at
		s.order = append(s.order, label)
	}
}

func (s *splitColumns) labels() []string {
	slices.SortStableFunc(s.order, func(a, b string) int { return cmp.Compare(s.at[a], s.at[b]) })
	return s.order
}

// The columns of results.csv before and after the splits: a contract.
var (
	columnsBefore = []string{"race", "status", "place", "place_sex", "place_category", "bib", "printed_name", "sex", "age",
		"country", "class", "category", "gun_time", "net_time", "gun_ms", "net_ms"}
	columnsAfter = []string{"age_grade", "behind", "flags", "remark"}
)

// WriteCSV writes results.csv: UTF-8, one row per starter in the order of Order,
// one column "split_LABEL" (net, h:mm:ss) per course point. Text that a
// spreadsheet would run as a formula gets a leading apostrophe. The same rows
// give the same bytes.
func WriteCSV(w io.Writer, e *race.Edition, rows []Row) error {
	rows = Order(e, rows)
	labels := SplitLabels(e, rows)
	c := csv.NewWriter(w)
	header := slices.Clone(columnsBefore)
	for _, l := range labels {
		header = append(header, "split_"+l)
	}
	if err := c.Write(append(header, columnsAfter...)); err != nil {
		return err
	}
	for i := range rows {
		if err := c.Write(cells(&rows[i], labels)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// cells are a row's cells under the columns of results.csv.
func cells(r *Row, labels []string) []string {
	out := make([]string, 0, len(columnsBefore)+len(labels)+len(columnsAfter))
	out = append(out, text(r.Race), string(r.Status), r.Place.String(), r.PlaceSex.String(), r.PlaceCategory.String(),
		text(r.Bib), text(r.PrintedName), text(string(r.Sex)), r.Age.String(), text(r.Country), text(string(r.Class)),
		text(r.Category), r.GunTime, r.NetTime, ms(r.GunMs), ms(r.NetMs))
	for _, l := range labels {
		out = append(out, r.split(l))
	}
	return append(out, r.AgeGrade, r.Behind, text(strings.Join(r.Flags, " ")), text(r.Remark))
}

// split is the net time at a label, "" where the runner has none. A label stands
// once in a course.
func (r *Row) split(label string) string {
	for i := range r.Splits {
		if r.Splits[i].Label == label {
			return r.Splits[i].NetTime
		}
	}
	return ""
}

// text keeps a spreadsheet from running what a runner wrote as a formula.
func text(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func ms(m Ms) string {
	if m < 0 {
		return ""
	}
	return strconv.FormatInt(int64(m), 10)
}

// WriteJSON writes results.json: an array of rows, one a line, in the order of
// Order. What is absent is null (numbers), "" (texts) or [] (lists). The same
// rows give the same bytes.
func WriteJSON(w io.Writer, e *race.Edition, rows []Row) error {
	rows = Order(e, rows)
	b := bufio.NewWriter(w)
	b.WriteString("[") // errors stay in b until Flush
	for i := range rows {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		row := rows[i]
		row.Partner = "" // whose customer somebody is stays in the office
		if row.Splits == nil {
			row.Splits = []SplitCell{}
		}
		if row.Flags == nil {
			row.Flags = []string{}
		}
		line, err := json.Marshal(row)
		if err != nil {
			return err
		}
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Flush()
}

// ReadJSON reads what WriteJSON wrote. name is the file's, for the fault:
// results.not_json names it together with the row that could not be read.
func ReadJSON(name string, r io.Reader) ([]Row, error) {
	d := json.NewDecoder(r)
	bad := func(row int, err error) error {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fault.Wrap(fault.Invalid, "results.not_json", err, fault.Args{"file": name, "row_raw": row})
	}
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, bad(1, err)
	}
	rows := []Row{}
	for d.More() {
		row := Row{GunMs: -1, NetMs: -1}
		if err := d.Decode(&row); err != nil {
			return nil, bad(len(rows)+1, err)
		}
		if row.Race == "" || row.Bib == "" || row.Status == "" {
			return nil, bad(len(rows)+1, nil)
		}
		rows = append(rows, row)
	}
	if _, err := d.Token(); err != nil {
		return nil, bad(len(rows)+1, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, bad(len(rows)+1, err)
	}
	return rows, nil
}
