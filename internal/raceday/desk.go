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
	ActCourse    = "course.switch"
	ActSwap      = "bib.swap"
	ActCorrect   = "starter.correct"
	ActProtest   = "protest.lodge"
	ActDecide    = "protest.decide"
)

// shownAtOnce is the log whose own lines are on the pages as soon as they are
// kept, without the way around through Follow.
type shownAtOnce struct {
	logbook.Log
	field *live.Field
}

// Append keeps a line and takes it into the field.
func (l shownAtOnce) Append(ctx context.Context, d logbook.Draft) (logbook.Line, error) {
	line, err := l.Log.Append(ctx, d)
	if err == nil {
		l.field.Apply(line)
	}
	return line, err
}

func (d *Desk) log() logbook.Log { return shownAtOnce{d.Log, d.Field} }

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
		if _, err := d.log().Append(ctx, logbook.Draft{Author: by.Name, At: d.Now(), Kind: kind, Body: body}); err != nil {
			return err
		}
	}
	d.Field.Refresh()
	return nil
}
