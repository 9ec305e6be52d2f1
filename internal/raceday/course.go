package raceday

import (
	"context"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
)

// variant is the race on a variant of its course; "" is the edition's own.
func (d *Desk) variant(raceID, id string) (*race.Race, error) {
	rc, err := d.race(raceID)
	if err != nil {
		return nil, err
	}
	if v := rc.On(id); v != nil {
		return v, nil
	}
	return nil, fault.New(fault.Invalid, "raceday.unknown_variant", fault.Args{"value": id, "race": raceID}).On("variant")
}

// Variant is the course a race is run on by the latest word: "" for the
// edition's own.
func (d *Desk) Variant(raceID string) string {
	on := ""
	for _, c := range d.Field.Facts().Courses { // in the order they were recorded
		if _, err := d.variant(raceID, c.Variant); c.Race == raceID && err == nil {
			on = c.Variant
		}
	}
	return on
}

// EffectOfCourse is what switching a race to a variant would change.
func (d *Desk) EffectOfCourse(raceID, variant string) ([]results.Change, error) {
	if _, err := d.variant(raceID, variant); err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	last := d.Now()
	for _, c := range facts.Courses {
		last = max(last, c.Recorded+1)
	}
	facts.Courses = append(slices.Clone(facts.Courses),
		logbook.CourseFact{Course: logbook.Course{Race: raceID, Variant: variant}, Recorded: last})
	return d.effect(facts), nil
}

// SwitchCourse states on which variant a race is run; laps and splits follow.
func (d *Desk) SwitchCourse(ctx context.Context, by access.Actor, raceID, variant, note string) error {
	if _, err := d.variant(raceID, variant); err != nil {
		return err
	}
	c := logbook.Course{Race: raceID, Variant: variant, Note: note}
	return d.tell(ctx, by, ActCourse, raceID, c, logbook.KindCourse, c)
}
