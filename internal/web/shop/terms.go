package shop

import (
	"slices"
	"time"

	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// tier is a step of a cancellation scale with real dates: until Last, that day
// included, Percent is given back.
type tier struct {
	Last    string // YYYY-MM-DD in the sale's zone, "" = from then on
	Percent int
	Now     bool // this one counts today
	Over    bool
}

// scale is a cancellation scale by the calendar. The terms as sold keep the day
// from which they count; the catalogue's counts where they have none.
func (s *stand) scale(t sale.Terms) []tier {
	day, zone := t.RaceDate, s.Zone
	if day == "" {
		day = s.Catalogue.RaceDate
	}
	if z, err := time.LoadLocation(t.Zone); err == nil && t.Zone != "" {
		zone = z
	}
	raceDay, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return nil
	}
	steps := slices.Clone(t.Scale)
	slices.SortFunc(steps, func(a, b sale.Tier) int { return b.Days - a.Days })
	today := s.Now.In(zone).Format(time.DateOnly)
	var out []tier
	for _, x := range steps {
		last := raceDay.AddDate(0, 0, -x.Days).Format(time.DateOnly)
		k := tier{Last: last, Percent: x.Percent, Over: today > last}
		k.Now = !k.Over && (len(out) == 0 || out[len(out)-1].Over)
		if x.Percent <= 0 {
			break // from here on nothing is given back
		}
		out = append(out, k)
	}
	return append(out, tier{Now: !slices.ContainsFunc(out, func(k tier) bool { return k.Now })})
}

// due is a day on the calendar of an order.
type due struct {
	Kind   string // hold, balance, document, tier, race
	At     race.Instant
	Amount money.Amount
	Day    string // YYYY-MM-DD, where it is a day and no instant
	N      int
}
