// Package raceday is what the crew does on the day: files taken in after a look
// at what they change, guns, clocks, rulings, closing, publishing. Each act is
// checked, written to the logbook, and stands in the audit log. Who may do it
// was decided at the route.
package raceday

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Book is the audit log for what is done outside the database.
type Book interface {
	// Record writes a line: who did what to which subject of an edition. detail
	// becomes JSON and holds nothing personal.
	Record(ctx context.Context, by access.Actor, action, edition, subject string, detail any) error
}

// Desk is the race office of one edition. It is safe for concurrent use.
type Desk struct {
	Edition string
	Log     logbook.Log
	Field   *live.Field
	Shelf   results.Shelf
	Book    Book
	Now     func() race.Instant // wall clock
	NewID   func() string       // short random ids for guns and rulings
}

// The acts, as words in the audit log; the sentence of each is "audit." + act.
const (
	ActEdition   = "edition.take"
	ActStartList = "start_list.take"
	ActReads     = "reads.take"
	ActGun       = "gun.record"
	ActGunVoid   = "gun.void"
	ActClock     = "clock.record"
	ActRuling    = "ruling.make"
	ActUndo      = "ruling.undo"
	ActClose     = "race.close"
	ActReopen    = "race.reopen"
	ActPublish   = "results.publish"
)

// state is the edition's snapshot; fault raceday.no_edition before its rules
// were taken in.
func (d *Desk) state() (*live.Snapshot, error) {
	s := d.Field.Snapshot()
	if s.Edition == nil || s.Edition.ID == "" {
		return nil, fault.New(fault.Conflict, "raceday.no_edition", nil)
	}
	return s, nil
}

func (d *Desk) race(id string) (*race.Race, error) {
	s, err := d.state()
	if err != nil {
		return nil, err
	}
	if r := s.Edition.Race(id); r != nil {
		return r, nil
	}
	return nil, fault.New(fault.Invalid, "raceday.unknown_race", fault.Args{"value": id}).On("race")
}

// state a fact: the audit line first, so that nothing reaches the log without
// one, then the log; and the snapshot is made at once, so that who acted sees
// what came of it.
func (d *Desk) tell(ctx context.Context, by access.Actor, act, subject string, detail any, kind logbook.Kind, bodies ...any) error {
	if err := d.Book.Record(ctx, by, act, d.Edition, subject, detail); err != nil {
		return err
	}
	for _, body := range bodies {
		line, err := d.Log.Append(ctx, logbook.Draft{Author: by.Name, At: d.Now(), Kind: kind, Body: body})
		if err != nil {
			return err
		}
		d.Field.Apply(line)
	}
	d.Field.Refresh()
	return nil
}
