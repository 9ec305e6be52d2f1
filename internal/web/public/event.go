package public

import (
	"net/url"
	"time"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

// event is what every page of an edition knows.
type event struct {
	Snap    *live.Snapshot
	Edition *race.Edition
	Zone    *time.Location
	Here    string // which of the edition's pages this is
	Sells   bool   // one can enter here
}

// Base is the path of the edition's pages.
func (e *event) Base() string { return "/e/" + url.PathEscape(e.Edition.ID) }

// Moving reports whether a race of the edition is on: its gun was fired and its
// list is not official yet.
func (e *event) Moving() bool {
	for i := range e.Snap.Boards {
		if b := &e.Snap.Boards[i]; b.Gun != 0 && b.State != results.Official && b.Counts.Running > 0 {
			return true
		}
	}
	return false
}

// selling reports whether one can enter an edition here.
func (m *Room) selling(edition string) bool { return m.sells != nil && m.sells(edition) }

func (m *Room) event(c *site.Call, here string) (*event, error) {
	snap, err := m.editions.Snapshot(c.R.Context(), c.Path("edition"))
	if err != nil {
		return nil, err
	}
	return &event{Snap: snap, Edition: snap.Edition, Zone: snap.Edition.Location(), Here: here, Sells: m.selling(snap.Edition.ID)}, nil
}

// find is the board and the row of a bib, however its zeros and letters were
// typed.
func (e *event) find(bib string) (*live.Board, *results.Row, error) {
	for _, try := range []string{bib, e.Edition.Bib.Key(bib)} {
		if b, r := e.Snap.Find(try); r != nil {
			return b, r, nil
		}
	}
	return nil, nil, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib})
}

// Clock is the time since a race's gun on the race clock, -1 before it.
func (e *event) Clock(b *live.Board) time.Duration {
	if b.Gun == 0 || e.Snap.Now < b.Gun {
		return -1
	}
	return e.Snap.Now.Sub(b.Gun)
}

// Gun is when a race was started, or else when it is to be; 0 if nobody knows.
func (e *event) Gun(b *live.Board) race.Instant {
	if b.Gun != 0 {
		return b.Gun
	}
	return comingGun(b)
}

// stamp is where a list stands: its state, its revision, and the instant for
// which it is true. It is on every list, page and print.
type stamp struct {
	State    string // live, provisional, official; coming before the gun
	Revision int
	At       race.Instant
	Zone     *time.Location
	Basis    race.Basis
	Counts   live.Counts
	Until    race.Instant // of the protest period of a provisional list, 0 = it has none
}

func (e *event) Stamp(b *live.Board) stamp {
	s := stamp{State: string(b.State), Revision: b.Revision, At: e.Snap.Now, Zone: e.Zone, Basis: b.Race.RankBy, Counts: b.Counts}
	if b.Published != 0 {
		s.At = b.Published
	}
	if period := e.Edition.Protest.D(); b.State == results.Provisional && b.Published != 0 && period > 0 {
		s.Until = b.Published.Add(period)
	}
	if b.State == results.Live && b.Gun == 0 {
		s.State = "coming"
	}
	return s
}

// official is a row's time on the basis its list is ranked by, and the other one.
func official(basis race.Basis, r *results.Row) (ranked, other string) {
	if basis == race.Net {
		return r.NetTime, r.GunTime
	}
	return r.GunTime, r.NetTime
}

// lastSplit is the last point a row was seen at, nil if none.
func lastSplit(r *results.Row) *results.SplitCell {
	for i := len(r.Splits) - 1; i >= 0; i-- {
		if r.Splits[i].At != 0 {
			return &r.Splits[i]
		}
	}
	return nil
}
