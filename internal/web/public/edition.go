package public

import (
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

// editionView is an edition's front page: its headline facts, then its races.
type editionView struct {
	Event *event
	Main  *live.Board // the race the headline is about, nil without races
	Facts []fact
	Gun   race.Instant  // still to come, 0 once it was fired or while nobody knows
	Until time.Duration // to that gun on the race clock
}

// fact is the news of one race for one sex: who won, or who leads and where.
type fact struct {
	Sex   race.Sex
	Row   *results.Row
	Won   bool
	Time  string
	Label string // the point of a leader
}

// Edition answers GET /e/{edition}.
func (m *Room) Edition(c *site.Call) error {
	e, err := m.event(c, "overview")
	if err != nil {
		return err
	}
	v := editionView{Event: e}
	if len(e.Snap.Boards) > 0 {
		v.Main = &e.Snap.Boards[0]
		v.Facts = facts(v.Main)
		v.Gun = comingGun(v.Main)
		v.Until = v.Gun.Sub(e.Snap.Now)
	}
	return c.Render(200, "edition", e.Edition.Name, v)
}

// facts are the leaders of a race, by sex in the order of the list, until the
// first of a sex is in, and that one from then on.
func facts(b *live.Board) []fact {
	var out []fact
	seen := map[race.Sex]bool{}
	for i := range b.Rows {
		r := &b.Rows[i]
		if seen[r.Sex] || r.Sex == race.Mixed {
			continue
		}
		f := fact{Sex: r.Sex, Row: r}
		switch last := lastSplit(r); {
		case r.Status == scoring.Finished && r.Place > 0:
			f.Won = true
			f.Time, _ = official(b.Race.RankBy, r)
		case r.Status == scoring.Running && last != nil:
			f.Time, f.Label = last.GunTime, last.Label
		default:
			continue
		}
		seen[r.Sex] = true
		out = append(out, f)
	}
	return out
}

// comingGun is the first gun of a race that was not fired yet, 0 if it was or if
// nobody has said when.
func comingGun(b *live.Board) race.Instant {
	if b.Gun != 0 {
		return 0
	}
	var first race.Instant
	for _, w := range b.Race.Waves {
		if w.Gun != 0 && (first == 0 || w.Gun < first) {
			first = w.Gun
		}
	}
	return first
}
