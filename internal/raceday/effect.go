package raceday

import (
	"io"
	"slices"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Every act has an effect that can be looked at before: the functions here say
// what would change in the lists, and keep nothing.

// RulingsPreview is what importing a file of rulings would do.
type RulingsPreview struct {
	Rulings []logbook.Ruling
	Report  *intake.Report
	Known   int // of them in the record already
	Changes []results.Change
}

// PreviewRulings reads a file of rulings and says what taking it would change.
func (d *Desk) PreviewRulings(name string, r io.Reader, o intake.Options) (*RulingsPreview, error) {
	s, err := d.state()
	if err != nil {
		return nil, err
	}
	if o.Now == 0 {
		o.Now = d.Now()
	}
	list, report, err := intake.Rulings(name, r, s.Edition, o)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	p := &RulingsPreview{Rulings: list, Report: report}
	known := make(map[string]bool, len(facts.Rulings))
	for _, k := range facts.Rulings {
		known[k.ID] = true
	}
	p.Known = count(list, func(k logbook.Ruling) bool { return known[k.ID] })
	facts.Rulings = slices.Concat(facts.Rulings, list)
	p.Changes = d.effect(facts)
	return p, nil
}

// EditionPreview is what taking new rules of the day would do.
type EditionPreview struct {
	Edition  *race.Edition
	Before   *race.Edition // nil for the first
	Warnings fault.List
	Changes  []results.Change
}

// PreviewEdition reads an edition file and says what its rules would change.
func (d *Desk) PreviewEdition(name string, r io.Reader) (*EditionPreview, error) {
	e, warnings, err := intake.Edition(name, r)
	if err != nil {
		return nil, err
	}
	if e.ID != d.Edition {
		return nil, fault.New(fault.Conflict, "raceday.other_edition", fault.Args{"value": e.ID, "edition": d.Edition}).On("id")
	}
	facts := d.Field.Facts()
	p := &EditionPreview{Edition: e, Before: facts.Edition, Warnings: warnings}
	if facts.Edition != nil {
		after := facts
		after.Edition = e
		p.Changes = d.effect(after)
	}
	return p, nil
}

// EffectOfGun is what a start record would change. It is checked as RecordGun
// checks it.
func (d *Desk) EffectOfGun(raceID string, waves []string, at race.Instant) ([]results.Change, error) {
	if err := d.checkGun(raceID, waves, at); err != nil {
		return nil, err
	}
	return d.withGun(logbook.Gun{ID: "preview", Race: raceID, Waves: waves, At: at}), nil
}

// EffectOfVoid is what voiding a start record would change.
func (d *Desk) EffectOfVoid(id string) (logbook.GunFact, []results.Change, error) {
	g, err := d.gun(id)
	if err != nil {
		return g, nil, err
	}
	v := g.Gun
	v.Void = true
	return g, d.withGun(v), nil
}

// gun is a start record that is not void. Fault NotFound raceday.unknown_gun.
func (d *Desk) gun(id string) (found logbook.GunFact, err error) {
	unknown := fault.New(fault.NotFound, "raceday.unknown_gun", fault.Args{"value": id}).On("gun")
	err = unknown
	for _, g := range d.Field.Facts().Guns {
		switch {
		case g.ID != id:
		case g.Void:
			return found, unknown
		default:
			found, err = g, nil
		}
	}
	return found, err
}

func (d *Desk) withGun(g logbook.Gun) []results.Change {
	facts := d.Field.Facts()
	last := d.Now()
	for _, r := range facts.Guns {
		last = max(last, r.Recorded+1) // it would be the latest
	}
	facts.Guns = append(slices.Clone(facts.Guns), logbook.GunFact{Gun: g, Recorded: last})
	return d.effect(facts)
}

// checkGun refuses a start that cannot be meant: an unknown race or wave, an
// instant far from the day of the race.
func (d *Desk) checkGun(raceID string, waves []string, at race.Instant) error {
	rc, err := d.race(raceID)
	if err != nil {
		return err
	}
	for _, w := range waves {
		if rc.Wave(w) == nil || w == "" {
			return fault.New(fault.Invalid, "raceday.unknown_wave", fault.Args{"value": w, "race": raceID}).On("wave")
		}
	}
	s, err := d.state()
	if err != nil {
		return err
	}
	if days, ok := s.Edition.DaysOff(at); at == 0 || !ok || days > 2 {
		return fault.New(fault.Invalid, "raceday.gun_day",
			fault.Args{"value": at.In(s.Edition.Location()).Format(time.RFC3339), "date": s.Edition.Date, "n": days}).On("at")
	}
	return nil
}

// EffectOfUndo is what undoing a ruling would change.
func (d *Desk) EffectOfUndo(by access.Actor, id string) (logbook.Ruling, []results.Change, error) {
	facts := d.Field.Facts()
	i := slices.IndexFunc(facts.Rulings, func(r logbook.Ruling) bool { return r.ID == id })
	if i < 0 {
		return logbook.Ruling{}, nil, fault.New(fault.NotFound, "raceday.unknown_ruling", fault.Args{"value": id}).On("ruling")
	}
	of := facts.Rulings[i]
	facts.Rulings = append(slices.Clone(facts.Rulings), logbook.Ruling{ID: "preview", Bib: of.Bib, Race: of.Race,
		Kind: logbook.Undo, Value: id, By: by.Name, At: max(d.Now(), of.At.Add(time.Millisecond))})
	return of, d.effect(facts), nil
}

// EffectOfClose is what closing a race, or opening it again, would change.
func (d *Desk) EffectOfClose(raceID string, reopen bool) ([]results.Change, error) {
	if _, err := d.race(raceID); err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	last := d.Now()
	for _, r := range facts.Closes {
		last = max(last, r.Recorded+1)
	}
	facts.Closes = append(slices.Clone(facts.Closes),
		logbook.CloseFact{Close: logbook.Close{Race: raceID, Reopen: reopen}, Recorded: last})
	return d.effect(facts), nil
}

// Closed reports whether a race is closed by the latest word on it.
func (d *Desk) Closed(raceID string) bool {
	closed := false
	for _, c := range d.Field.Facts().Closes { // in the order they were recorded
		if c.Race == "" || c.Race == raceID {
			closed = !c.Reopen
		}
	}
	return closed
}

// Stands reports for every ruling of the record whether it counts: it is no
// undo and no later ruling undoes it.
func (d *Desk) Stands() map[string]bool {
	out := map[string]bool{}
	rulings := slices.Clone(d.Field.Facts().Rulings)
	slices.SortStableFunc(rulings, func(a, b logbook.Ruling) int {
		if a.At != b.At {
			return int(min(max(a.At-b.At, -1), 1))
		}
		return strings.Compare(a.ID, b.ID)
	})
	undone := map[string]bool{}
	for i := len(rulings) - 1; i >= 0; i-- {
		r := rulings[i]
		if undone[r.ID] {
			continue
		}
		if r.Kind == logbook.Undo {
			undone[strings.TrimSpace(r.Value)] = true
			continue
		}
		out[r.ID] = true
	}
	return out
}
