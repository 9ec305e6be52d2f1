package scoring

import (
	"cmp"
	"slices"
	"strconv"

	"stadion/internal/logbook"
)

// weight says how urgent a flag is by itself; remarks that need nobody weigh 0.
var weight = map[FlagCode]int{
	FlagChipConflict: 90, FlagDNFFinished: 80, FlagDNSWithReads: 75, FlagTooFast: 70,
	FlagEarlyStart: 60, FlagReadConflict: 55, FlagAmbiguous: 50, FlagFinishTooEarly: 45,
	FlagUnsynchronised: 40, FlagLateStart: 30, FlagMissingPoints: 20, FlagOverLimit: 10,
}

// problems lists what a person should look at, what it would change first: a
// podium before the top ten before the rest, then the weight of the doubt.
func (e *Engine) problems(boards []Board) []Problem {
	var out []Problem
	for _, b := range boards {
		missing := false
		for _, r := range b.Results {
			for _, f := range r.Flags {
				if f.Code == FlagGunMissing {
					missing = true
				}
				if w := weight[f.Code]; w > 0 && r.doubtful(f) {
					out = append(out, Problem{Code: string(f.Code), Race: b.Race.ID, Bib: r.Starter.Bib,
						Weight: w + r.stake(), Args: f.Args})
				}
			}
		}
		if missing {
			out = append(out, Problem{Code: string(FlagGunMissing), Race: b.Race.ID, Weight: 3000})
		}
	}
	for _, o := range e.Orphans() {
		out = append(out, Problem{Code: "orphan_chip", Weight: 5,
			Args: map[string]string{"chip": o.Chip, "n": strconv.Itoa(o.Reads), "point": o.Points[0]}})
	}
	out = append(out, e.rulingProblems()...)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Race, b.Race),
			CompareBibs(a.Bib, b.Bib), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Args["chip"], b.Args["chip"]))
	})
	return out
}

// doubtful leaves out what is common and harmless: one missed mat.
func (r *Result) doubtful(f Flag) bool {
	return f.Code != FlagMissingPoints || f.Args["n"] != "1"
}

// stake is how much the list would change: podium places first.
func (r *Result) stake() int {
	best := r.Place
	for _, p := range []int{r.PlaceSex, r.PlaceCategory} {
		if p > 0 && (best == 0 || p < best) {
			best = p
		}
	}
	switch {
	case r.PlaceSex > 0 && r.PlaceSex <= 3:
		return 2000
	case best > 0 && best <= 3:
		return 1000
	case best > 0 && best <= 10:
		return 500
	case r.Place > 0:
		return 100
	}
	return 0
}

func (e *Engine) rulingProblems() []Problem {
	var out []Problem
	say := func(code string, r logbook.Ruling) {
		out = append(out, Problem{Code: code, Race: r.Race, Bib: r.Bib, Weight: 1500,
			Args: map[string]string{"id": r.ID, "value": r.Value, "kind": string(r.Kind)}})
	}
	for _, r := range e.strays {
		say("ruling_undo_unknown", r)
	}
	for _, r := range e.stand {
		i, ok := e.bibs[e.edition.Bib.Key(r.Bib)]
		switch {
		case !ok:
			say("ruling_unknown_bib", r)
		case r.Race != "" && r.Race != e.starters[i].Race:
			say("ruling_other_race", r)
		case !e.understood(r, i):
			say("ruling_value", r)
		}
	}
	return out
}

// understood reports whether a ruling's value means something for its runner.
func (e *Engine) understood(r logbook.Ruling, i int32) bool {
	ok := true
	switch r.Kind {
	case logbook.FinishTime:
		if b := e.runners[i].board; b >= 0 {
			_, ok = e.finishInstant(e.boards[b].course, e.runners[i].result.GunAt, r.Value)
		}
	case logbook.TimeAdjust:
		_, err := ParseElapsed(r.Value)
		ok = err == nil
	case logbook.Order:
		ok = parsePlace(r.Value) > 0
	case logbook.AssignChip:
		_, _, ok = parseChipFrom(r.Value)
	case logbook.VoidRead:
		_, _, ok = parsePointAt(r.Value)
	}
	return ok
}
