package public

import (
	"bytes"
	"fmt"
	"strings"

	"stadion/internal/race"
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
	l, err := m.selected(c)
	if err != nil {
		return err
	}
	return l.json(c)
}

// ResultsJSON answers GET /e/{edition}/results.json: the shown list as a file.
func (m *Room) ResultsJSON(c *site.Call) error {
	l, err := m.selected(c)
	if err != nil {
		return err
	}
	attach(c, l.name+".json")
	return l.json(c)
}

// ResultsCSV answers GET /e/{edition}/results.csv: the shown list as a table, in
// the columns of results.csv.
func (m *Room) ResultsCSV(c *site.Call) error {
	l, err := m.selected(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := results.WriteCSV(&b, l.edition, l.rows); err != nil {
		return err
	}
	attach(c, l.name+".csv")
	return c.Bytes(200, "text/csv; charset=utf-8", b.Bytes())
}

// selection is what a filter leaves of an edition, for a file.
type selection struct {
	edition *race.Edition
	rows    []results.Row
	name    string // of the file
}

// selected is every row that passes the call's filter; files keep the order of
// results files, whatever the page is sorted by.
func (m *Room) selected(c *site.Call) (*selection, error) {
	e, err := m.event(c, "")
	if err != nil {
		return nil, err
	}
	f := readFilter(c.R.URL.Query())
	f.Sort, f.Desc = "", false
	ix := m.indexes.of(e.Snap)
	b, err := ix.choose(f.Race)
	if err != nil {
		return nil, err
	}
	boards, l := ix.boards, &selection{edition: e.Edition, name: e.Edition.ID, rows: []results.Row{}}
	if f.Race != "" {
		boards, l.name = []*boardIndex{b}, l.name+"-"+f.Race
	}
	for _, b := range boards {
		for _, i := range b.pick(f) {
			l.rows = append(l.rows, b.board.Rows[i])
		}
	}
	return l, nil
}

func (l *selection) json(c *site.Call) error {
	var b bytes.Buffer
	if err := results.WriteJSON(&b, l.edition, l.rows); err != nil {
		return err
	}
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
