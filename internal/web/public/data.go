package public

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"stadion/internal/results"
	"stadion/internal/web/site"
)

// EditionList answers GET /api/v1/editions: an array, the latest first.
func (m *Room) EditionList(c *site.Call) error {
	all, err := m.editions.List(c.R.Context())
	if err != nil {
		return err
	}
	if all == nil {
		all = []Summary{}
	}
	c.W.Header().Set("Cache-Control", "no-cache")
	return c.JSON(200, all)
}

// ResultList answers GET /api/v1/editions/{edition}/results: an array of the rows
// of results.json, of every race or of ?race=, the page's filters understood.
func (m *Room) ResultList(c *site.Call) error {
	rows, _, err := m.selected(c)
	if err != nil {
		return err
	}
	return writeJSON(c, rows)
}

// ResultsJSON answers GET /e/{edition}/results.json: the shown list as a file.
func (m *Room) ResultsJSON(c *site.Call) error {
	rows, name, err := m.selected(c)
	if err != nil {
		return err
	}
	attach(c, name+".json")
	return writeJSON(c, rows)
}

// ResultsCSV answers GET /e/{edition}/results.csv: the shown list as a table, in
// the columns of results.csv.
func (m *Room) ResultsCSV(c *site.Call) error {
	rows, name, err := m.selected(c)
	if err != nil {
		return err
	}
	body, err := tableOf(rows)
	if err != nil {
		return err
	}
	attach(c, name+".csv")
	return c.Bytes(200, "text/csv; charset=utf-8", body)
}

// selected is every row that passes the call's filter, and a name for the file.
func (m *Room) selected(c *site.Call) ([]*results.Row, string, error) {
	e, err := m.event(c, "")
	if err != nil {
		return nil, "", err
	}
	f := readFilter(c.R.URL.Query())
	ix := m.indexes.of(e.Snap)
	b, err := ix.choose(f.Race)
	if err != nil {
		return nil, "", err
	}
	boards, name := ix.boards, e.Edition.ID
	if f.Race != "" {
		boards, name = []*boardIndex{b}, name+"-"+f.Race
	}
	rows := []*results.Row{}
	for _, b := range boards {
		for _, i := range b.pick(f) {
			rows = append(rows, &b.board.Rows[i])
		}
	}
	return rows, name, nil
}

func writeJSON(c *site.Call, rows []*results.Row) error {
	var b bytes.Buffer
	b.WriteString("[")
	for i, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(line)
	}
	b.WriteString("]\n")
	c.W.Header().Set("Cache-Control", "no-cache")
	return c.Bytes(200, "application/json; charset=utf-8", b.Bytes())
}

// attach names the file a browser keeps. The name is of an edition's and a
// race's ids, whose odd characters are dropped.
func attach(c *site.Call, name string) {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, name)
	c.W.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", safe))
	c.W.Header().Set("Cache-Control", "no-cache")
}

var head = []string{"race", "status", "place", "place_sex", "place_category", "bib", "printed_name", "sex", "age", "country",
	"class", "category", "gun_time", "net_time", "gun_ms", "net_ms"}

var tail = []string{"age_grade", "behind", "flags", "remark"}

// tableOf writes rows as results.csv. Rows of several races get a column for
// every split that any of them has.
func tableOf(rows []*results.Row) ([]byte, error) {
	var labels []string
	column := map[string]int{}
	for _, r := range rows {
		for _, s := range r.Splits {
			if _, ok := column[s.Label]; !ok {
				column[s.Label] = len(labels)
				labels = append(labels, s.Label)
			}
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := append([]string{}, head...)
	for _, l := range labels {
		line = append(line, "split_"+l)
	}
	_ = w.Write(append(line, tail...))
	for _, r := range rows {
		splits := make([]string, len(labels))
		for _, s := range r.Splits {
			splits[column[s.Label]] = s.NetTime
		}
		line := append([]string{r.Race, string(r.Status), count(int(r.Place)), count(int(r.PlaceSex)), count(int(r.PlaceCategory)),
			r.Bib, harmless(r.PrintedName), string(r.Sex), count(int(r.Age)), r.Country, string(r.Class), r.Category,
			r.GunTime, r.NetTime, ms(r.GunMs), ms(r.NetMs)}, splits...)
		_ = w.Write(append(line, r.AgeGrade, r.Behind, strings.Join(r.Flags, " "), harmless(r.Remark)))
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func ms(m results.Ms) string {
	if m < 0 {
		return ""
	}
	return strconv.FormatInt(int64(m), 10)
}
