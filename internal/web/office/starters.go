package office

import (
	"strings"

	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type startersView struct {
	place
	Q, Race string
	Races   []site.Option
	Table   site.Table
	Rows    []starterLine
	All     int
}

// starterLine is a starter with where their race stands.
type starterLine struct {
	race.Starter
	Row *results.Row
}

// Starters answers GET /office/e/{edition}/starters: the start list, by bib,
// name or chip.
func (m *Room) Starters(c *site.Call) error {
	p, err := m.at(c, "starters")
	if err != nil {
		return err
	}
	list := p.Desk.Field.Facts().StartList
	v := startersView{place: p, Q: c.Query("q"), Race: c.Query("race"), Races: p.raceOptions(), All: len(list)}
	var found []race.Starter
	for _, s := range list {
		if v.Race != "" && s.Race != v.Race {
			continue
		}
		if s.Bib != "" && p.Edition.Bib.Key(s.Bib) == p.Edition.Bib.Key(v.Q) {
			found = append([]race.Starter{s}, found...) // the very bib comes first
			continue
		}
		if matches(s, v.Q) {
			found = append(found, s)
		}
	}
	v.Table = window(c, len(found))
	for _, s := range found[max(v.Table.From()-1, 0):v.Table.To()] {
		_, row := p.Snap.Find(s.Bib)
		v.Rows = append(v.Rows, starterLine{s, row})
	}
	return c.Render(200, "starters", p.Title(c.T("office.starters.title")), v)
}

func matches(s race.Starter, q string) bool {
	if q == "" {
		return true
	}
	q = strings.ToLower(q)
	if strings.Contains(strings.ToLower(s.Person.Name.Show()), q) || strings.HasPrefix(strings.ToLower(s.Bib), q) ||
		strings.EqualFold(s.Person.Country.Code, q) {
		return true
	}
	for _, chip := range s.Chips {
		if race.ChipKey(chip) == race.ChipKey(q) {
			return true
		}
	}
	return false
}
