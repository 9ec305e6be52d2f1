package office

import (
	"stadion/internal/access"
	"stadion/internal/live"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type editionsView struct {
	place
	Editions []editionLine
}

// editionLine is an edition on the office's front page.
type editionLine struct {
	place
	Starters, Running, Finished, Problems int
	Roles                                 []access.Role
}

// Phase is the word for where the edition stands: without rules, coming, live,
// provisional or official.
func (l editionLine) Phase() string { return phase(l.Snap.Boards) }

func phase(boards []live.Board) string {
	if len(boards) == 0 {
		return "empty"
	}
	fired, official, published := 0, 0, 0
	for i := range boards {
		if boards[i].Gun != 0 {
			fired++
		}
		switch boards[i].State {
		case results.Official:
			official++
			published++
		case results.Provisional:
			published++
		}
	}
	switch {
	case official == len(boards):
		return "official"
	case published == len(boards):
		return "provisional"
	case fired == 0:
		return "coming"
	}
	return "live"
}

// EditionList answers GET /office: the editions the caller works at.
func (m *Room) EditionList(c *site.Call) error {
	desks, err := m.Editions.List(c.R.Context())
	if err != nil {
		return err
	}
	v := editionsView{place: m.lobby(c, "editions")}
	for _, d := range desks {
		if access.Can(c.Actor, access.OfficeRead, d.Edition) != nil && access.Can(c.Actor, access.SaleRead, d.Edition) != nil {
			continue
		}
		l := editionLine{place: place{Actor: c.Actor, Desk: d, Snap: d.Field.Snapshot(), Now: d.Now()}, Roles: c.Actor.Roles(d.Edition)}
		l.Edition = l.Snap.Edition
		l.Zone = l.Edition.Location()
		for i := range l.Snap.Boards {
			n := &l.Snap.Boards[i].Counts
			l.Starters, l.Running, l.Finished = l.Starters+n.Starters, l.Running+n.Running, l.Finished+n.Finished
		}
		l.Problems = len(l.Snap.Problems)
		v.Editions = append(v.Editions, l)
	}
	return c.Render(200, "editions", c.T("office.editions.title"), v)
}
