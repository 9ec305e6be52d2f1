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

// Protests are all protests as they stand, in the order they were lodged: open
// ones have no outcome (docs/rules/rulings.md).
func (d *Desk) Protests() []logbook.Protest { return foldProtests(d.Field.Facts().Protests) }

func foldProtests(facts []logbook.ProtestFact) []logbook.Protest {
	at := map[string]int{}
	var out []logbook.Protest
	for _, f := range facts { // in the order they were recorded
		if i, known := at[f.ID]; known {
			lodged := out[i].Lodged
			out[i] = f.Protest
			out[i].Lodged = lodged
			continue
		}
		at[f.ID] = len(out)
		out = append(out, f.Protest)
	}
	return out
}

// Lodge writes a protest against a race's list. Faults on race, bib, by, text.
func (d *Desk) Lodge(ctx context.Context, by access.Actor, p logbook.Protest) (logbook.Protest, error) {
	if _, err := d.race(p.Race); err != nil {
		return p, err
	}
	if p.Bib = strings.TrimSpace(p.Bib); p.Bib != "" {
		st, err := d.starter(p.Bib, "bib")
		if err != nil {
			return p, err
		}
		if st.Race != p.Race {
			return p, fault.New(fault.Invalid, "raceday.bib_other_race", fault.Args{"value": p.Bib, "race": st.Race}).On("bib")
		}
		p.Bib = st.Bib
	}
	if p.By, p.Text = strings.TrimSpace(p.By), strings.TrimSpace(p.Text); p.By == "" {
		return p, fault.New(fault.Invalid, "raceday.protest_by", nil).On("by")
	}
	if p.Text == "" {
		return p, fault.New(fault.Invalid, "raceday.protest_text", nil).On("text")
	}
	p.ID, p.Lodged, p.Outcome, p.Reason, p.Decided = d.NewID(), d.Now(), "", "", 0
	return p, d.tell(ctx, by, ActProtest, p.Race, map[string]string{"protest": p.ID, "bib": p.Bib}, logbook.KindProtest, p)
}

// Decide gives a protest its outcome, with the reason. What the outcome changes
// in the list is done by rulings. A decision may be replaced by a later one.
func (d *Desk) Decide(ctx context.Context, by access.Actor, id string, outcome logbook.Outcome, reason string) error {
	protests := d.Protests()
	i := slices.IndexFunc(protests, func(p logbook.Protest) bool { return p.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "raceday.unknown_protest", fault.Args{"value": id}).On("protest")
	}
	if outcome != logbook.Upheld && outcome != logbook.Dismissed && outcome != logbook.Withdrawn {
		return fault.New(fault.Invalid, "raceday.protest_outcome", fault.Args{"value": string(outcome)}).On("outcome")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.New(fault.Invalid, "raceday.protest_reason", nil).On("reason")
	}
	p := protests[i]
	p.Outcome, p.Reason, p.Decided = outcome, reason, d.Now()
	return d.tell(ctx, by, ActDecide, p.Race, map[string]string{"protest": id, "outcome": string(outcome)}, logbook.KindProtest, p)
}

// Period is the protest period of a race: until when its provisional list can
// be protested, 0 if it does not run; and how many protests are open.
func (d *Desk) Period(ctx context.Context, raceID string) (until race.Instant, open int, err error) {
	s, err := d.state()
	if err != nil {
		return 0, 0, err
	}
	for _, p := range d.Protests() {
		if p.Race == raceID && p.Outcome == "" {
			open++
		}
	}
	rev, err := d.Shelf.LatestRevision(ctx, d.Edition, raceID)
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound, err == nil && rev.State != results.Provisional:
		return 0, open, nil
	case err != nil:
		return 0, open, err
	}
	return rev.At.Add(s.Edition.Protest.D()), open, nil
}

// mayBeOfficial refuses an official list that is protested, comes before the
// protest period is over, or was never shown as provisional where the edition
// has such a period.
func (d *Desk) mayBeOfficial(ctx context.Context, rc *race.Race) error {
	s, err := d.state()
	if err != nil {
		return err
	}
	until, open, err := d.Period(ctx, rc.ID)
	if err != nil {
		return err
	}
	if open > 0 {
		return fault.New(fault.Conflict, "raceday.protest_open", fault.Args{"n": open, "race": rc.Name})
	}
	if s.Edition.Protest == 0 {
		return nil
	}
	if until > d.Now() {
		return fault.New(fault.Conflict, "raceday.protest_period",
			fault.Args{"race": rc.Name, "until": until.In(s.Edition.Location()).Format("15:04:05")})
	}
	rev, err := d.Shelf.LatestRevision(ctx, d.Edition, rc.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if rev.Number == 0 {
		return fault.New(fault.Conflict, "raceday.provisional_first", fault.Args{"race": rc.Name})
	}
	return nil
}
