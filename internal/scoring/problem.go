package scoring

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"stadion/internal/logbook"
)

// weight says how urgent a flag is by itself; remarks that need nobody weigh 0.
var weight = map[FlagCode]int{
	FlagChipConflict: 90, FlagDNFFinished: 80, FlagDNSWithReads: 75, FlagTooFast: 70,
	FlagEarlyStart: 60, FlagReadConflict: 55, FlagAmbiguous: 50, FlagFinishTooEarly: 45,
	FlagUnsynchronised: 40, FlagOverCutoff: 35, FlagLateStart: 30, FlagMissingPoints: 20, FlagOverLimit: 10,
	FlagImpossible: 8,
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
		out = append(out, ties(b)...)
		if missing {
			out = append(out, Problem{Code: string(FlagGunMissing), Race: b.Race.ID, Weight: 3000})
		}
	}
	for _, o := range e.Orphans() {
		p := Problem{Code: "orphan_chip", Weight: 5,
			Args: map[string]string{"chip": o.Chip, "n": strconv.Itoa(o.Reads), "point": o.Points[0]}}
		if o.Chip == withoutBib {
			p.Code, p.Weight = "time_without_bib", 65
		}
		out = append(out, p)
	}
	out = append(out, e.rulingProblems()...)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Race, b.Race),
			CompareBibs(a.Bib, b.Bib), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Args["chip"], b.Args["chip"]))
	})
	return out
}

// ties are the places that several runners share, as far as a prize may hang on
// them: the judges may have seen who was first (cases 42, 43). Places that a
// ruling decided are not among them.
func ties(b Board) []Problem {
	var out []Problem
	for from := 0; from < len(b.Results) && b.Results[from].Place > 0; {
		first := b.Results[from]
		to, stake := from, 0
		for ; to < len(b.Results) && b.Results[to].Place == first.Place; to++ {
			stake = max(stake, b.Results[to].stake())
		}
		if to-from > 1 && stake >= 500 && !first.decided() {
			var bibs []string
			for _, r := range b.Results[from:to] {
				bibs = append(bibs, r.Starter.Bib)
			}
			out = append(out, Problem{Code: "tie", Race: b.Race.ID, Bib: first.Starter.Bib, Weight: 65 + stake,
				Args: map[string]string{"bibs": strings.Join(bibs, ", "), "n": strconv.Itoa(to - from), "place": strconv.Itoa(first.Place)}})
		}
		from = to
	}
	return out
}

// decided reports whether the judges placed the runner.
func (r *Result) decided() bool {
	return slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Code == FlagTieDecided })
}

// doubtful leaves out what is common and harmless, one missed mat, and what a
// disqualification or the edition's own rule has decided.
func (r *Result) doubtful(f Flag) bool {
	switch {
	case f.Code == FlagMissingPoints:
		return r.Status != DQ && f.Args["n"] != "1"
	case f.Code == FlagOverCutoff:
		return r.Status == Running || r.Status == Finished
	}
	return r.Status != DQ || f.Code == FlagChipConflict
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
		case r.Kind == logbook.Neutralise && r.Bib == "":
			if _, ok := parseSpan(r.Value); !ok {
				say("ruling_value", r)
			}
		case !ok:
			say("ruling_unknown_bib", r)
		case r.Race != "" && r.Race != e.starters[i].Race && !e.scoredIn(i, r.Race):
			say("ruling_other_race", r)
		case !e.understood(r, i):
			say("ruling_value", r)
		}
	}
	return out
}

func (e *Engine) scoredIn(i int32, raceID string) bool {
	b := e.runners[i].board
	return b >= 0 && e.boards[b].race.ID == raceID
}

// understood reports whether a ruling's value means something for its runner.
// What depends on a gun that is still missing is not doubted yet.
func (e *Engine) understood(r logbook.Ruling, i int32) bool {
	x := &e.runners[i]
	if x.board < 0 {
		return true
	}
	b, ok := e.boards[x.board], true
	switch r.Kind {
	case logbook.FinishTime:
		if x.result.GunAt != 0 {
			_, ok = e.finishInstant(b.course, x.result.GunAt, r.Value)
		}
	case logbook.TimeAdjust:
		d, err := ParseElapsed(r.Value)
		ok = err == nil && (x.result.FinishAt == 0 || x.result.adjustable(d))
	case logbook.Order:
		ok = parsePlace(r.Value) > 0
	case logbook.AssignChip:
		_, _, ok = parseChipFrom(r.Value)
	case logbook.VoidRead:
		_, _, ok = parsePointAt(r.Value)
	case logbook.GiveRead:
		point, at, parsed := parsePointAt(r.Value)
		p, known := e.points[point]
		ok = parsed && known && e.typedAt(p, at)
	case logbook.SetWave:
		ok = b.race.Wave(r.Value) != nil
	case logbook.SetRace:
		_, ok = e.boardOf[r.Value]
	case logbook.Neutralise:
		_, ok = parseSpan(r.Value)
	}
	return ok
}
