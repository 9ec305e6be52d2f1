package raceday

import (
	"context"
	"slices"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
)

// RecordGun writes a start record. waves empty means every wave of the race.
// Faults on race, waves, at.
func (d *Desk) RecordGun(ctx context.Context, by access.Actor, raceID string, waves []string, at race.Instant) (logbook.Gun, error) {
	if err := d.checkGun(raceID, waves, at); err != nil {
		return logbook.Gun{}, err
	}
	g := logbook.Gun{ID: d.NewID(), Race: raceID, Waves: waves, At: at}
	return g, d.tell(ctx, by, ActGun, raceID, g, logbook.KindGun, g)
}

// VoidGun says that a start record does not count. It stays in the record.
func (d *Desk) VoidGun(ctx context.Context, by access.Actor, id string) error {
	g, err := d.gun(id)
	if err != nil {
		return err
	}
	v := g.Gun
	v.Void = true
	return d.tell(ctx, by, ActGunVoid, g.Race, v, logbook.KindGun, v)
}

// Guns are the start records, in the order they were recorded.
func (d *Desk) Guns() []logbook.GunFact { return d.Field.Facts().Guns }

// RecordClock writes a comparison of a box's clock with true time.
func (d *Desk) RecordClock(ctx context.Context, by access.Actor, c logbook.Clock) error {
	c, err := d.checkClock(c)
	if err != nil {
		return err
	}
	return d.tell(ctx, by, ActClock, c.Box, c, logbook.KindClock, c)
}

// check fills in a ruling's id, author and instant, and refuses what cannot be
// meant: an unknown bib, a race the bib does not run, a value of the wrong form.
// Only a neutralised span may name no bib: it holds for everybody of its race.
func (d *Desk) check(by access.Actor, r logbook.Ruling) (logbook.Ruling, error) {
	s, err := d.state()
	if err != nil {
		return r, err
	}
	if r.Kind == logbook.Neutralise && strings.TrimSpace(r.Bib) == "" {
		if r, err = d.neutralAll(r, s.Edition); err != nil {
			return r, err
		}
		r.ID, r.By, r.At = d.NewID(), by.Name, d.Now()
		return r, nil
	}
	facts := d.Field.Facts()
	key := s.Edition.Bib.Key(r.Bib)
	i := slices.IndexFunc(facts.StartList, func(st race.Starter) bool { return s.Edition.Bib.Key(st.Bib) == key })
	if i < 0 {
		return r, fault.New(fault.Invalid, "raceday.unknown_bib", fault.Args{"value": r.Bib}).On("bib")
	}
	st := facts.StartList[i]
	if r.Race != "" && r.Race != st.Race {
		return r, fault.New(fault.Invalid, "raceday.bib_other_race",
			fault.Args{"value": r.Bib, "race": st.Race}).On("race")
	}
	r.Bib, r.Race = st.Bib, st.Race
	if r, err = asRow(r, s.Edition); err != nil {
		return r, err
	}
	r.ID, r.By, r.At = d.NewID(), by.Name, d.Now()
	return r, nil
}

// Effect is what a ruling would change in the lists. Nothing is kept.
func (d *Desk) Effect(by access.Actor, r logbook.Ruling) ([]results.Change, error) {
	r, err := d.check(by, r)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.Rulings = append(slices.Clone(facts.Rulings), r)
	return d.effect(facts), nil
}

// Rule makes a ruling.
func (d *Desk) Rule(ctx context.Context, by access.Actor, r logbook.Ruling) (logbook.Ruling, error) {
	r, err := d.check(by, r)
	if err != nil {
		return r, err
	}
	return r, d.tell(ctx, by, ActRuling, r.Bib, map[string]string{"id": r.ID, "kind": string(r.Kind),
		"value": r.Value, "rule": r.Rule}, logbook.KindRuling, r)
}

// TakeRulings writes the rulings of a file.
func (d *Desk) TakeRulings(ctx context.Context, by access.Actor, file string, rulings []logbook.Ruling) error {
	bodies := make([]any, len(rulings))
	for i := range rulings {
		bodies[i] = rulings[i]
	}
	return d.tell(ctx, by, ActRuling, d.Edition, map[string]any{"file": file, "rulings": len(rulings)},
		logbook.KindRuling, bodies...)
}

// Undo undoes a ruling by a later one (case 41); nothing is deleted. An undo
// can itself be undone.
func (d *Desk) Undo(ctx context.Context, by access.Actor, id, note string) (logbook.Ruling, error) {
	rulings := d.Field.Facts().Rulings
	i := slices.IndexFunc(rulings, func(r logbook.Ruling) bool { return r.ID == id })
	if i < 0 {
		return logbook.Ruling{}, fault.New(fault.NotFound, "raceday.unknown_ruling", fault.Args{"value": id}).On("ruling")
	}
	// Rulings take effect by instant: the undo must be later than what it undoes,
	// even if this machine's clock is behind the one it was made on.
	at := max(d.Now(), rulings[i].At.Add(time.Millisecond))
	u := logbook.Ruling{ID: d.NewID(), Bib: rulings[i].Bib, Race: rulings[i].Race, Kind: logbook.Undo,
		Value: id, Note: note, By: by.Name, At: at}
	return u, d.tell(ctx, by, ActUndo, u.Bib, map[string]string{"ruling": id}, logbook.KindRuling, u)
}

// Rulings are all rulings in the order they were made; Standing of the field
// tells which count.
func (d *Desk) Rulings() []logbook.Ruling { return d.Field.Facts().Rulings }

// Close states that nobody of a race is on the course any more ("" = every race).
func (d *Desk) Close(ctx context.Context, by access.Actor, raceID string) error {
	return d.close(ctx, by, ActClose, logbook.Close{Race: raceID})
}

// Reopen takes a closing back.
func (d *Desk) Reopen(ctx context.Context, by access.Actor, raceID string) error {
	return d.close(ctx, by, ActReopen, logbook.Close{Race: raceID, Reopen: true})
}

func (d *Desk) close(ctx context.Context, by access.Actor, act string, c logbook.Close) error {
	if c.Race != "" {
		if _, err := d.race(c.Race); err != nil {
			return err
		}
	}
	return d.tell(ctx, by, act, c.Race, c, logbook.KindClose, c)
}

// PublishPreview is what publishing now would say.
type PublishPreview struct {
	Race     *race.Race
	Before   results.Revision // zero if none was published
	Rows     []results.Row
	Changes  []results.Change // against Before
	Running  int              // not yet concluded; an official list wants none
	Problems int              // open doubts about this race
}

// PreviewPublish shows what would be published of a race now.
func (d *Desk) PreviewPublish(ctx context.Context, raceID string) (*PublishPreview, error) {
	if _, err := d.race(raceID); err != nil {
		return nil, err
	}
	s := d.Field.Snapshot()
	b := s.Board(raceID)
	p := &PublishPreview{Race: b.Race, Rows: b.Rows, Running: b.Counts.Running}
	for i := range s.Problems {
		if s.Problems[i].Race == raceID {
			p.Problems++
		}
	}
	before, err := d.Shelf.LatestRevision(ctx, d.Edition, raceID)
	switch {
	case err == nil:
		p.Before, p.Changes = before, results.Diff(before.Rows, b.Rows)
	case fault.KindOf(err) != fault.NotFound:
		return nil, err
	}
	return p, nil
}

// Publish freezes a race's list as it stands as the next revision. An official
// list with runners still running is refused: fault raceday.still_running.
func (d *Desk) Publish(ctx context.Context, by access.Actor, raceID string, state results.State, note string) (results.Publication, error) {
	rc, err := d.race(raceID)
	if err != nil {
		return results.Publication{}, err
	}
	if state != results.Provisional && state != results.Official {
		return results.Publication{}, fault.New(fault.Invalid, "raceday.publish_state", fault.Args{"value": string(state)}).On("state")
	}
	d.Field.Refresh()
	s := d.Field.Snapshot()
	b := s.Board(raceID)
	if state == results.Official && b.Counts.Running > 0 {
		return results.Publication{}, fault.New(fault.Conflict, "raceday.still_running",
			fault.Args{"n": b.Counts.Running, "race": rc.Name})
	}
	if state == results.Official {
		if err := d.mayBeOfficial(ctx, rc); err != nil {
			return results.Publication{}, err
		}
	}
	pub, err := results.Publish(ctx, d.Shelf, d.log(), by,
		results.Due(s.Edition, rc, b.Rows, state, by.Name, note, d.Now()))
	d.Field.Refresh()
	if err != nil {
		return pub, err
	}
	return pub, d.Book.Record(ctx, by, ActPublish, d.Edition, raceID, map[string]any{
		"revision": pub.Revision.Number, "state": state, "changes": len(pub.Changes)})
}
