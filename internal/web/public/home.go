package public

import (
	"time"

	"stadion/internal/web/site"
)

// homeView is the front page: one edition as the headline, the others listed.
type homeView struct {
	Headline *Summary
	Coming   bool // the headline is still to be held
	Others   []Summary
}

// Home answers GET /: the editions, the next or else the last one first.
func (m *Room) Home(c *site.Call) error {
	all, err := m.editions.List(c.R.Context())
	if err != nil {
		return err
	}
	today := m.now().UTC().Format(time.DateOnly)
	v := homeView{}
	if i := headline(all, today); i >= 0 {
		v.Headline, v.Coming = &all[i], all[i].Date > today
		v.Others = append(append(v.Others, all[:i]...), all[i+1:]...)
	}
	return c.Render(200, "home", "", v)
}

// headline picks the edition that matters today: the next one to come, today's
// included, or else the last one held; -1 without any.
func headline(all []Summary, today string) int {
	best := -1
	for i, e := range all {
		switch {
		case best < 0:
			best = i
		case e.Date >= today && (all[best].Date < today || e.Date < all[best].Date):
			best = i
		case e.Date < today && all[best].Date < today && e.Date > all[best].Date:
			best = i
		}
	}
	return best
}
