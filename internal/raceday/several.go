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

// Some acts are several rulings at once: the judges' order of a tie, a swap that
// is taken back. They are looked at, and made, together.

// checkAll is check for each. Faults keep the field of the single ruling.
func (d *Desk) checkAll(by access.Actor, rulings []logbook.Ruling) ([]logbook.Ruling, error) {
	out := make([]logbook.Ruling, len(rulings))
	for i, r := range rulings {
		var err error
		if out[i], err = d.check(by, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EffectOfAll is what several rulings together would change.
func (d *Desk) EffectOfAll(by access.Actor, rulings []logbook.Ruling) ([]results.Change, error) {
	checked, err := d.checkAll(by, rulings)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.Rulings = slices.Concat(facts.Rulings, checked)
	return d.effect(facts), nil
}

// RuleAll makes several rulings: all of them are checked before the first is
// written. Each can be undone on its own.
func (d *Desk) RuleAll(ctx context.Context, by access.Actor, rulings []logbook.Ruling) ([]logbook.Ruling, error) {
	made, err := d.checkAll(by, rulings)
	if err != nil {
		return nil, err
	}
	if len(made) == 0 {
		return nil, fault.New(fault.Invalid, "raceday.ruling_empty", nil).On("kind")
	}
	ids, bibs, bodies := make([]string, len(made)), make([]string, len(made)), make([]any, len(made))
	for i := range made {
		ids[i], bibs[i], bodies[i] = made[i].ID, made[i].Bib, made[i]
	}
	return made, d.tell(ctx, by, ActRuling, strings.Join(bibs, " "), map[string]string{
		"rulings": strings.Join(ids, " "), "kind": string(made[0].Kind), "rule": made[0].Rule}, logbook.KindRuling, bodies...)
}

// Together are the rulings that were made in one act with a ruling, it included:
// of the same kind, by the same person, for the same reason, at the same moment.
func (d *Desk) Together(id string) []logbook.Ruling {
	all := d.Field.Facts().Rulings
	i := slices.IndexFunc(all, func(r logbook.Ruling) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	of := all[i]
	if of.Kind != logbook.AssignChip && of.Kind != logbook.Order {
		return []logbook.Ruling{of}
	}
	var out []logbook.Ruling
	for _, r := range all {
		if r.Kind == of.Kind && r.By == of.By && r.Rule == of.Rule && r.Note == of.Note && r.At.Sub(of.At).Abs() < time.Second {
			out = append(out, r)
		}
	}
	return out
}

// undos are the rulings that take others back. Fault NotFound.
func (d *Desk) undos(by access.Actor, ids []string, note string) ([]logbook.Ruling, error) {
	all := d.Field.Facts().Rulings
	var out []logbook.Ruling
	for _, id := range ids {
		i := slices.IndexFunc(all, func(r logbook.Ruling) bool { return r.ID == id })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "raceday.unknown_ruling", fault.Args{"value": id}).On("ruling")
		}
		// Rulings take effect by instant: the undo must be later than what it undoes.
		out = append(out, logbook.Ruling{ID: d.NewID(), Bib: all[i].Bib, Race: all[i].Race, Kind: logbook.Undo, Value: id,
			Note: note, By: by.Name, At: max(d.Now(), all[i].At.Add(time.Millisecond))})
	}
	return out, nil
}

// EffectOfUndoAll is what undoing several rulings would change.
func (d *Desk) EffectOfUndoAll(by access.Actor, ids []string) ([]results.Change, error) {
	undos, err := d.undos(by, ids, "")
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.Rulings = slices.Concat(facts.Rulings, undos)
	return d.effect(facts), nil
}

// UndoAll undoes several rulings by later ones.
func (d *Desk) UndoAll(ctx context.Context, by access.Actor, ids []string, note string) ([]logbook.Ruling, error) {
	made, err := d.undos(by, ids, note)
	if err != nil {
		return nil, err
	}
	if len(made) == 0 {
		return nil, fault.New(fault.Invalid, "raceday.ruling_empty", nil).On("ruling")
	}
	bodies := make([]any, len(made))
	for i := range made {
		bodies[i] = made[i]
	}
	return made, d.tell(ctx, by, ActUndo, made[0].Bib, map[string]string{"ruling": strings.Join(ids, " ")},
		logbook.KindRuling, bodies...)
}

// EffectOfClock is what a comparison of a box's clock would change. It is
// checked as RecordClock checks it.
func (d *Desk) EffectOfClock(c logbook.Clock) ([]results.Change, error) {
	c, err := d.checkClock(c)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.Clocks = append(slices.Clone(facts.Clocks), c)
	return d.effect(facts), nil
}

func (d *Desk) checkClock(c logbook.Clock) (logbook.Clock, error) {
	if c.Box = strings.TrimSpace(c.Box); c.Box == "" {
		return c, fault.New(fault.Invalid, "raceday.box_empty", nil).On("box")
	}
	if c.BoxAt == 0 {
		return c, fault.New(fault.Invalid, "raceday.clock_empty", nil).On("box_at")
	}
	if c.True == 0 {
		return c, fault.New(fault.Invalid, "raceday.clock_empty", nil).On("true_at")
	}
	return c, nil
}

// neutralAll checks a neutralised span that holds for everybody of a race.
func (d *Desk) neutralAll(r logbook.Ruling, e *race.Edition) (logbook.Ruling, error) {
	if _, err := d.race(r.Race); err != nil {
		return r, err
	}
	return asRow(r, e)
}
