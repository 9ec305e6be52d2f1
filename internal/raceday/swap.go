package raceday

import (
	"context"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Swap is two runners who wore each other's bib, for the whole race or from an
// instant on (case 13). It becomes rulings on who carried which chip: both
// results follow, the reads do not move, and each ruling can be undone.
type Swap struct {
	BibA, BibB string
	From       race.Instant // 0 = the whole race
	Rule, Note string
}

// rulings are the swap in the terms of the record.
func (d *Desk) swap(by access.Actor, s Swap) ([]logbook.Ruling, error) {
	a, err := d.starter(s.BibA, "bib_a")
	if err != nil {
		return nil, err
	}
	b, err := d.starter(s.BibB, "bib_b")
	if err != nil {
		return nil, err
	}
	switch {
	case a.Bib == b.Bib:
		return nil, fault.New(fault.Invalid, "raceday.swap_same", fault.Args{"value": a.Bib}).On("bib_b")
	case len(a.Chips) == 0 && len(b.Chips) == 0:
		return nil, fault.New(fault.Invalid, "raceday.swap_no_chips", fault.Args{"a": a.Bib, "b": b.Bib}).On("bib_b")
	}
	var out []logbook.Ruling
	give := func(to race.Starter, chips []string) error {
		for _, chip := range chips {
			value := chip
			if s.From != 0 {
				value += "@" + s.From.String()
			}
			r, err := d.check(by, logbook.Ruling{Bib: to.Bib, Kind: logbook.AssignChip, Value: value, Rule: s.Rule, Note: s.Note})
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	}
	if err := give(a, b.Chips); err != nil {
		return nil, err
	}
	return out, give(b, a.Chips)
}

// starter finds a bib on the start list.
func (d *Desk) starter(bib, field string) (race.Starter, error) {
	s, err := d.state()
	if err != nil {
		return race.Starter{}, err
	}
	key := s.Edition.Bib.Key(bib)
	list := d.Field.Facts().StartList
	i := slices.IndexFunc(list, func(st race.Starter) bool { return s.Edition.Bib.Key(st.Bib) == key })
	if i < 0 {
		return race.Starter{}, fault.New(fault.Invalid, "raceday.unknown_bib", fault.Args{"value": bib}).On(field)
	}
	return list[i], nil
}

// EffectOfSwap is what a swap would change.
func (d *Desk) EffectOfSwap(by access.Actor, s Swap) ([]results.Change, error) {
	rulings, err := d.swap(by, s)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.Rulings = slices.Concat(facts.Rulings, rulings)
	return d.effect(facts), nil
}

// SwapBibs makes the rulings of a swap and gives them.
func (d *Desk) SwapBibs(ctx context.Context, by access.Actor, s Swap) ([]logbook.Ruling, error) {
	rulings, err := d.swap(by, s)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rulings))
	bodies := make([]any, len(rulings))
	for i := range rulings {
		ids[i], bodies[i] = rulings[i].ID, rulings[i]
	}
	return rulings, d.tell(ctx, by, ActSwap, s.BibA+" "+s.BibB,
		map[string]string{"rulings": strings.Join(ids, " "), "rule": s.Rule}, logbook.KindRuling, bodies...)
}

// EffectOfCorrection is what replacing a starter's line would change.
func (d *Desk) EffectOfCorrection(bib string, to race.Starter) ([]results.Change, error) {
	list, err := d.corrected(bib, to)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	facts.StartList = list
	return d.effect(facts), nil
}

// Correct replaces one starter's line of the start list: sex, age, race, wave,
// name, as it should have been (case 57). The lists re-rank; a later revision
// says what changed.
func (d *Desk) Correct(ctx context.Context, by access.Actor, bib string, to race.Starter) error {
	list, err := d.corrected(bib, to)
	if err != nil {
		return err
	}
	return d.tell(ctx, by, ActCorrect, bib, map[string]string{"bib": bib}, logbook.KindStartList, logbook.StartList{Starters: list})
}

func (d *Desk) corrected(bib string, to race.Starter) (race.StartList, error) {
	s, err := d.state()
	if err != nil {
		return nil, err
	}
	key := s.Edition.Bib.Key(bib)
	list := slices.Clone(d.Field.Facts().StartList)
	i := slices.IndexFunc(list, func(st race.Starter) bool { return s.Edition.Bib.Key(st.Bib) == key })
	if i < 0 {
		return nil, fault.New(fault.Invalid, "raceday.unknown_bib", fault.Args{"value": bib}).On("bib")
	}
	checked, err := starterAsRow(to, s.Edition)
	if err != nil {
		return nil, err
	}
	for k := range list {
		if k != i && s.Edition.Bib.Key(list[k].Bib) == s.Edition.Bib.Key(checked.Bib) {
			return nil, fault.New(fault.Conflict, "raceday.bib_taken", fault.Args{"value": checked.Bib}).On("bib")
		}
	}
	list[i] = checked
	return list, nil
}
