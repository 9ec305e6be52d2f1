package office

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

//go:embed example/*
var examples embed.FS

// ExampleEdition answers GET /office/example/edition.toml.
func (m *Room) ExampleEdition(c *site.Call) error {
	text, err := examples.ReadFile("example/edition.toml")
	if err != nil {
		return err
	}
	return attach(c, "edition.toml", "application/toml; charset=utf-8", text)
}

// Example answers GET /office/e/{edition}/example/{file}: a small file of every
// kind, made of the edition's own races and points, so that it can be brought
// in as it is. Its runners are invented.
func (m *Room) Example(c *site.Call) error {
	p, err := m.at(c, "import")
	if err != nil {
		return err
	}
	if c.Path("file") == kindEdition.Example {
		return m.ExampleEdition(c)
	}
	if !p.Ready() {
		return fault.New(fault.Conflict, "raceday.no_edition", nil)
	}
	var rows [][]string
	switch c.Path("file") {
	case kindStartList.Example:
		rows = exampleStartList(p.Edition)
	case kindReads.Example:
		rows = exampleReads(p.Edition)
	case kindRulings.Example:
		rows = exampleRulings(p.Edition)
	default:
		return site.NoSuchPage()
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return attach(c, c.Path("file"), "text/csv; charset=utf-8", []byte(b.String()))
}

// exampleChip is the chip of the nth runner of the examples.
func exampleChip(n int) string { return fmt.Sprintf("0580EA%04X", n) }

func exampleStartList(e *race.Edition) [][]string {
	rows := [][]string{strings.Split(kindStartList.Line, ",")}
	people := [][]string{
		{"Example", "Anna", "", "F", "1990-05-14", "", "GER", "open", "Example Runners"},
		{"KIM", "Min Jun", "김민준", "M", "", "34", "KOR", "elite", ""},
	}
	n := 0
	for i := range e.Races {
		for _, person := range people {
			n++
			wave := ""
			if len(e.Races[i].Waves) > 1 {
				wave = e.Races[i].Waves[0].ID
			}
			rows = append(rows, append([]string{fmt.Sprint(9000 + n), exampleChip(n), e.Races[i].ID, wave}, person...))
		}
	}
	return rows
}

func exampleReads(e *race.Edition) [][]string {
	rows := [][]string{strings.Split(kindReads.Line, ",")}
	day, err := time.ParseInLocation(time.DateOnly, e.Date, e.Location())
	if err != nil {
		day = time.Unix(0, 0).In(e.Location())
	}
	for i, cp := range e.Races[0].Course {
		at := day.Add(9*time.Hour + time.Duration(cp.AtM/4)*time.Second + 318*time.Millisecond)
		rows = append(rows, []string{cp.Point, exampleChip(1), at.Format("2006-01-02T15:04:05.000Z07:00"), cp.Point, fmt.Sprint(i + 1), "1", "-61"})
	}
	return rows
}

func exampleRulings(e *race.Edition) [][]string {
	id := e.Races[0].ID
	return [][]string{strings.Split(kindRulings.Line, ","),
		{"9001", id, "time_adjust", "+30s", "TR 17.5", "", ""},
		{"9002", id, "dnf", "", "", "stopped at 30 km", ""},
	}
}
