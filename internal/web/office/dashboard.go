package office

import (
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

type dashboardView struct {
	place
	Races   []raceLine
	Points  []pointSight
	Urgent  []problemLine // the first few problems
	More    int           // problems beyond them
	Doubts  []error       // lines of the log that could not be understood
	Missing []string      // what is still to be brought in, in order: start_list, gun, reads
}

// raceLine is one race on the dashboard.
type raceLine struct {
	*live.Board
	place    place
	Phase    string
	Closed   bool
	Problems int
	Guns     []waveGun
}

// waveGun is the start of a wave as it counts.
type waveGun struct {
	Wave *race.Wave
	At   race.Instant // 0 = not started
}

// Link is the race's page.
func (l raceLine) Link() string { return l.place.raceLink(l.Race.ID) }

func (p place) raceLink(id string) string { return p.Base() + "/race/" + id }

// Dashboard answers GET /office/e/{edition}.
func (m *Room) Dashboard(c *site.Call) error {
	p, err := m.at(c, "dashboard")
	if err != nil {
		return err
	}
	v := dashboardView{place: p, Points: m.points(p), Doubts: p.Desk.Field.Doubts()}
	for i := range p.Snap.Boards {
		v.Races = append(v.Races, p.raceLine(&p.Snap.Boards[i]))
	}
	if p.Can("problem.read") {
		const few = 6
		all := problemLines(p, "")
		v.Urgent, v.More = all[:min(few, len(all))], max(len(all)-few, 0)
	}
	v.Missing = p.missing()
	return c.Render(200, "dashboard", p.Title(c.T("office.dashboard.title")), v)
}

func (p place) raceLine(b *live.Board) raceLine {
	l := raceLine{Board: b, place: p, Phase: phase([]live.Board{*b}), Closed: p.Desk.Closed(b.Race.ID)}
	for i := range p.Snap.Problems {
		if p.Snap.Problems[i].Race == b.Race.ID {
			l.Problems++
		}
	}
	guns := p.Desk.Guns()
	for i := range b.Race.Waves {
		w := &b.Race.Waves[i]
		l.Guns = append(l.Guns, waveGun{w, gunOf(b.Race, w, guns)})
	}
	return l
}

// gunOf is the start that counts for a wave: the latest recorded one that is
// not void, else the one of the edition's file.
func gunOf(r *race.Race, w *race.Wave, guns []logbook.GunFact) race.Instant {
	at := w.Gun
	void := voided(guns)
	for _, g := range guns {
		if g.Race == r.ID && !void[g.ID] && !g.Void && covers(g.Waves, w.ID) {
			at = g.At
		}
	}
	return at
}

func covers(waves []string, id string) bool {
	if len(waves) == 0 {
		return true
	}
	for _, w := range waves {
		if w == id {
			return true
		}
	}
	return false
}

// voided are the ids of the start records that do not count.
func voided(guns []logbook.GunFact) map[string]bool {
	out := map[string]bool{}
	for _, g := range guns {
		if g.Void {
			out[g.ID] = true
		}
	}
	return out
}

// missing is what the day still lacks, the next step first.
func (p place) missing() []string {
	var out []string
	starters, guns := 0, 0
	for i := range p.Snap.Boards {
		starters += p.Snap.Boards[i].Counts.Starters
		if p.Snap.Boards[i].Gun != 0 {
			guns++
		}
	}
	switch {
	case !p.Ready():
		return []string{"edition"}
	case starters == 0:
		return []string{"start_list"}
	}
	if guns < len(p.Snap.Boards) {
		out = append(out, "gun")
	}
	if p.Snap.Reads == 0 {
		out = append(out, "reads")
	}
	return out
}
