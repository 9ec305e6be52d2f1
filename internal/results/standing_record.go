package results

import (
	"slices"
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// The flags under which a time is no record, and those under which a referee
// should look at it first (rule L8).
var (
	recordVoid  = []scoring.FlagCode{scoring.FlagNeutralised, scoring.FlagEarlyStart}
	recordDoubt = []scoring.FlagCode{scoring.FlagMissingPoints, scoring.FlagTooFast, scoring.FlagAmbiguous, scoring.FlagChipConflict,
		scoring.FlagReadConflict, scoring.FlagUnsynchronised, scoring.FlagOverCutoff, scoring.FlagManualTime, scoring.FlagTimeAdjusted}
)

// Records compares a race's course records with what was run: by gun, in the
// official time, rounded up as it is shown. The record as it was stays in each
// mark.
func Records(e *race.Edition, c Contest) []RecordMark {
	var out []RecordMark
	for _, rec := range e.Records {
		if old, ok := rec.Elapsed(); ok && rec.Race == c.Race.ID {
			out = append(out, markOf(rec, old, c))
		}
	}
	return out
}

func markOf(rec race.Record, old time.Duration, c Contest) RecordMark {
	k := RecordMark{Record: rec, Pending: c.State != Official}
	best := old
	for i := range c.Rows {
		r := &c.Rows[i]
		if r.Status != scoring.Finished || r.GunMs < 0 || rec.Sex != "" && r.Sex != rec.Sex {
			continue
		}
		t := race.CeilSecond(r.GunMs.Duration())
		if t > old {
			continue
		}
		if f := flagOf(r, recordVoid); f != "" {
			k.Void = append(k.Void, VoidTime{r, f})
			continue
		}
		if t < best {
			k.By = nil
		}
		if best = min(best, t); t == best {
			k.By = append(k.By, r)
		}
	}
	k.conclude(old, best)
	return k
}

func (k *RecordMark) conclude(old, best time.Duration) {
	slices.SortFunc(k.Void, func(a, b VoidTime) int { return compareGun(a.Row, b.Row) })
	slices.SortFunc(k.By, compareGun)
	switch {
	case len(k.By) == 0:
		return
	case best < old:
		k.State = RecordBeaten
	default:
		k.State = RecordEqualled
	}
	k.Time = race.Clock(best)
	for _, r := range k.By {
		for _, f := range recordDoubt {
			if slices.Contains(r.Flags, string(f)) && !slices.Contains(k.Doubt, string(f)) {
				k.Doubt = append(k.Doubt, string(f))
			}
		}
	}
	slices.Sort(k.Doubt)
}

func compareGun(a, b *Row) int {
	if a.GunMs != b.GunMs {
		return int(min(max(a.GunMs-b.GunMs, -1), 1))
	}
	return scoring.CompareBibs(a.Bib, b.Bib)
}

// flagOf is the first of the flags that a runner has, "" = none.
func flagOf(r *Row, flags []scoring.FlagCode) string {
	for _, f := range flags {
		if slices.Contains(r.Flags, string(f)) {
			return string(f)
		}
	}
	return ""
}

// records puts the course records beside a list by gun, and marks its lines.
// A record of women stands beside no list of men.
func (m *maker) records(s *Standing) {
	if s.Basis != race.Gun || len(m.e.Records) == 0 {
		return
	}
	if m.marks == nil {
		m.marks = Records(m.e, m.c)
	}
	for _, k := range m.marks {
		if other := sexOf(m.e, s); other != "" && k.Record.Sex != "" && k.Record.Sex != other {
			continue
		}
		s.Records = append(s.Records, k)
		s.mark(k)
	}
}

// sexOf is the sex all runners of a list have, "" = several.
func sexOf(e *race.Edition, s *Standing) race.Sex {
	switch {
	case s.Rule.Sex != "":
		return s.Rule.Sex
	case s.Rule.Of == race.OfSex:
		return race.Sex(s.Value)
	case s.Rule.Of == race.OfCategory:
		for _, c := range e.Categories {
			if c.ID == s.Value {
				return c.Sex
			}
		}
	}
	return ""
}

// mark marks the lines whose time is the record's or better. A line keeps the
// best of several marks: the record of all before that of the sex.
func (s *Standing) mark(k RecordMark) {
	old, _ := k.Record.Elapsed()
	for i := range s.Lines {
		l := &s.Lines[i]
		switch t := race.CeilSecond(l.Ms.Duration()); {
		case k.Record.Sex != "" && l.Row.Sex != k.Record.Sex, flagOf(l.Row, recordVoid) != "":
		case slices.Contains(k.By, l.Row):
			l.Record = bestMark(l.Record, k.State)
		case t < old:
			l.Record = bestMark(l.Record, RecordInside)
		}
	}
}

var markOrder = []RecordState{RecordStands, RecordInside, RecordEqualled, RecordBeaten}

func bestMark(a, b RecordState) RecordState {
	return markOrder[max(slices.Index(markOrder, a), slices.Index(markOrder, b))]
}
