package sim_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/scoring"
	"stadion/internal/sim"
)

// facts gathers a day as a hub would.
func facts(t *sim.Truth) logbook.Facts {
	var f logbook.Facts
	for e := range t.Events() {
		switch b := e.Draft.Body.(type) {
		case race.Edition:
			f.Edition = &b
		case logbook.StartList:
			f.StartList = b.Starters
		case []logbook.Read:
			f.Reads = append(f.Reads, b...)
		case logbook.Gun:
			f.Guns = append(f.Guns, logbook.GunFact{Gun: b, Recorded: e.Draft.At})
		case logbook.Clock:
			f.Clocks = append(f.Clocks, b)
		case logbook.Ruling:
			f.Rulings = append(f.Rulings, b)
		case logbook.Close:
			f.Closes = append(f.Closes, logbook.CloseFact{Close: b, Recorded: e.Draft.At})
		}
	}
	return f
}

func day(seed uint64) *sim.Truth { return sim.Run(sim.Edition(), sim.StartList(seed), seed) }

func TestRun_ScoredResultAgreesWithTheTruth(t *testing.T) {
	for seed := range uint64(6) {
		truth := day(seed)
		for _, d := range sim.Check(truth, scoring.Score(facts(truth))) {
			t.Errorf("seed %d: %s", seed, d)
		}
	}
}

func TestRun_TwoOfTheEliteShareAPlaceUntilTheJudgesDecide(t *testing.T) {
	for seed := range uint64(4) {
		truth := sim.Run(sim.Edition(), sim.StartListOf(seed, 600), seed)
		var tied []string
		for i := range truth.Runners {
			if truth.Runners[i].Did(sim.DeedTied) {
				tied = append(tied, truth.Runners[i].Starter.Bib)
			}
		}
		o := scoring.Score(facts(truth))
		at := slices.IndexFunc(o.Problems, func(p scoring.Problem) bool { return p.Code == "tie" && slices.Contains(tied, p.Bib) })
		if len(tied) != 2 || at < 0 {
			t.Errorf("seed %d: %v came in together, the problems are %v", seed, tied, o.Problems)
		}
	}
}

func TestEdition_TheMarathonHasAnotherCourseForTheDay(t *testing.T) {
	e := sim.Edition()
	if warnings, err := race.Validate(e); err != nil || len(warnings) > 0 || e.Races[0].On("short") == nil {
		t.Errorf("%v, %v", warnings, err)
	}
}

func times(o *scoring.Outcome, raceID string, sex race.Sex) []time.Duration {
	var out []time.Duration
	for _, b := range o.Boards {
		for _, r := range b.Results {
			if b.Race.ID == raceID && r.FinishAt != 0 && r.Starter.Person.Sex == sex {
				out = append(out, r.Gun)
			}
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

func TestRun_TimesAreThoseOfARealRace(t *testing.T) {
	for seed := range uint64(3) {
		o := scoring.Score(facts(day(seed)))
		for _, w := range []struct {
			race                 string
			sex                  race.Sex
			winner, best         time.Duration
			middleFrom, middleTo time.Duration
		}{
			{"marathon", race.Male, 130 * time.Minute, 140 * time.Minute, 210 * time.Minute, 250 * time.Minute},
			{"marathon", race.Female, 144 * time.Minute, 156 * time.Minute, 220 * time.Minute, 265 * time.Minute},
			{"half", race.Male, 60 * time.Minute, 70 * time.Minute, 95 * time.Minute, 125 * time.Minute},
			{"10k", race.Female, 30 * time.Minute, 36 * time.Minute, 50 * time.Minute, 70 * time.Minute},
			{"5k", race.Male, 13 * time.Minute, 17 * time.Minute, 22 * time.Minute, 32 * time.Minute},
		} {
			ts := times(o, w.race, w.sex)
			first, middle := ts[0], ts[len(ts)/2]
			if first < w.winner || first > w.best || middle < w.middleFrom || middle > w.middleTo {
				t.Errorf("seed %d %s %s: first %s, middle %s", seed, w.race, w.sex, race.Clock(first), race.Clock(middle))
			}
		}
	}
}

func TestRun_EveryTroubleOfARaceDayHappens(t *testing.T) {
	truth := day(1)
	deeds, fates := map[sim.Deed]int{}, map[sim.Fate]int{}
	for i := range truth.Runners {
		fates[truth.Runners[i].Fate]++
		for _, d := range truth.Runners[i].Deeds {
			deeds[d]++
		}
	}
	for _, d := range []sim.Deed{sim.DeedCut, sim.DeedSwapped, sim.DeedCarriesFriend, sim.DeedCarried, sim.DeedCar,
		sim.DeedEarly, sim.DeedLate, sim.DeedLostChip, sim.DeedSwept, sim.DeedStood, sim.DeedWarmedUp, sim.DeedReturned} {
		if deeds[d] == 0 {
			t.Errorf("nobody %s", d)
		}
	}
	n := len(truth.Runners)
	if dns, dnf := fates[sim.FateDNS], fates[sim.FateDNF]; dns < n/50 || dns > n/20 || dnf < n/50 || dnf > n/12 {
		t.Errorf("%d did not start, %d did not finish, of %d", dns, dnf, n)
	}
	o := scoring.Score(facts(truth))
	statuses, uses, flags, reasons := map[scoring.Status]int{}, map[scoring.Use]int{}, map[scoring.FlagCode]int{}, map[scoring.Reason]int{}
	for _, b := range o.Boards {
		for _, r := range b.Results {
			statuses[r.Status]++
			for _, f := range r.Flags {
				flags[f.Code]++
			}
		}
	}
	for v := range o.Verdicts() {
		uses[v.Use]++
		reasons[v.Reason]++
	}
	for _, s := range []scoring.Status{scoring.Finished, scoring.FinishedNoTime, scoring.DNF, scoring.DNS, scoring.DQ} {
		if statuses[s] == 0 {
			t.Errorf("no result is %s", s)
		}
	}
	for _, f := range []scoring.FlagCode{scoring.FlagMissingPoints, scoring.FlagTooFast, scoring.FlagEarlyStart,
		scoring.FlagManualTime, scoring.FlagOverLimit, scoring.FlagNetUnavailable} {
		if flags[f] == 0 {
			t.Errorf("nobody is flagged %s", f)
		}
	}
	for _, r := range []scoring.Reason{scoring.ReasonWrongPoint, scoring.ReasonAfterFinish, scoring.ReasonBackup,
		scoring.ReasonUnknownChip, scoring.ReasonEarlierStart} {
		if reasons[r] == 0 {
			t.Errorf("no read is %s: %v", r, reasons)
		}
	}
	if uses[scoring.UseOrphan] == 0 {
		t.Error("no chip is unknown")
	}
}

func TestEvents_ComeInOrderOfArrivalAndAgainTheSame(t *testing.T) {
	truth := day(4)
	var before race.Instant
	var all []sim.Event
	for e := range truth.Events() {
		if e.Arrive < before || e.Arrive < e.Draft.At {
			t.Fatalf("%s of %s arrives at %s after %s", e.Draft.Kind, e.Draft.At, e.Arrive, before)
		}
		before = e.Arrive
		all = append(all, e)
	}
	if before != truth.End() {
		t.Errorf("the last event arrives at %s, the day ends at %s", before, truth.End())
	}
	n := 0
	for e := range day(4).Events() {
		if !reflect.DeepEqual(e, all[n]) {
			t.Fatalf("event %d differs", n)
		}
		n++
	}
	for range truth.Events() {
		break // may be stopped
	}
	if n != len(all) {
		t.Errorf("%d events, then %d", len(all), n)
	}
}

func TestEvents_ReadsComeInBurstsTwiceOutOfOrderAndLate(t *testing.T) {
	type id struct {
		box   string
		epoch uint32
		seq   uint64
	}
	truth := day(5)
	dark := struct{ from, to race.Instant }{truth.Start().Add(150*time.Minute + 30*time.Second), truth.Start().Add(158*time.Minute + 30*time.Second)}
	seen, last := map[id]logbook.Read{}, map[string]race.Instant{}
	byHand, twice, overtaken, backlog, epochs := 0, 0, 0, 0, map[uint32]int{}
	for e := range truth.Events() {
		reads, ok := e.Draft.Body.([]logbook.Read)
		if ok && reads[0].Manual {
			byHand += len(reads)
		}
		if !ok || reads[0].Manual {
			continue
		}
		if len(reads) > 400 {
			t.Errorf("%d reads in one line", len(reads))
		}
		if e.Draft.At < last[e.Draft.Author] {
			overtaken++
		}
		last[e.Draft.Author] = max(last[e.Draft.Author], e.Draft.At)
		if e.Draft.Author == "box:km30" && e.Arrive >= dark.from && e.Arrive < dark.to {
			t.Fatal("a box without a link is heard")
		}
		if e.Draft.Author == "box:km30" && e.Arrive.Sub(e.Draft.At) > time.Minute {
			backlog++
		}
		for _, r := range reads {
			k := id{r.Box, r.Epoch, r.Seq}
			if old, known := seen[k]; known {
				twice++
				if old != r {
					t.Fatalf("%v and %v have one number", old, r)
				}
			}
			seen[k] = r
			epochs[r.Epoch]++
		}
	}
	if len(seen)+byHand != truth.Reads {
		t.Errorf("%d distinct reads arrive and %d by hand, of %d", len(seen), byHand, truth.Reads)
	}
	if twice == 0 || overtaken == 0 || backlog == 0 || epochs[2] == 0 {
		t.Errorf("%d twice, %d overtaken, %d late, epochs %v", twice, overtaken, backlog, epochs)
	}
}

func TestCheck_FindsWhatIsWrong(t *testing.T) {
	truth := day(2)
	f := facts(truth)
	for name, spoil := range map[string]func(*scoring.Result){
		"place":  func(r *scoring.Result) { r.Place++ },
		"finish": func(r *scoring.Result) { r.FinishAt = r.FinishAt.Add(5 * time.Millisecond) },
		"gun":    func(r *scoring.Result) { r.Gun += time.Millisecond },
		"net":    func(r *scoring.Result) { r.Net -= time.Second },
		"split":  func(r *scoring.Result) { r.Splits[2] = 0 },
		"status": func(r *scoring.Result) { r.Status = scoring.DQ },
	} {
		o := scoring.Score(f)
		spoil(o.Boards[0].Results[3])
		if len(sim.Check(truth, o)) == 0 {
			t.Errorf("a wrong %s passes", name)
		}
	}
	o := scoring.Score(f)
	o.Boards[1].Results = o.Boards[1].Results[1:]
	if len(sim.Check(truth, o)) == 0 {
		t.Error("a missing runner passes")
	}
}

// BenchmarkRun is a day of 50,000 runners.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		if truth := sim.Run(sim.Edition(), sim.StartListOf(1, 50_000), 1); len(truth.Runners) != 50_000 {
			b.Fatalf("%d runners", len(truth.Runners))
		}
	}
}
