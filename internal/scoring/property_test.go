package scoring

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// randomRaces runs a property on 10,000 random races, 160 with -short, shared
// over the processors. The seed is in the name of what fails.
func randomRaces(t *testing.T, hold func(t *testing.T, rnd *rand.Rand)) {
	races, shards := 10_000, 8
	if testing.Short() {
		races = 160
	}
	for shard := range shards {
		t.Run(fmt.Sprintf("shard=%d", shard), func(t *testing.T) {
			t.Parallel()
			for seed := shard; seed < races && !t.Failed(); seed += shards {
				t.Logf("seed %d", seed)
				hold(t, rand.New(rand.NewPCG(uint64(seed), 7)))
			}
		})
	}
}

// week is a shift that keeps every time of day.
const week = 7 * 24 * time.Hour

var instantIn = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// later is the same race a week later: every clock of the day moved, nothing else.
func later(f logbook.Facts) logbook.Facts {
	e := *f.Edition
	e.Date = "2025-04-13"
	e.Races = slices.Clone(e.Races)
	for i := range e.Races {
		e.Races[i].Waves = slices.Clone(e.Races[i].Waves)
		for k := range e.Races[i].Waves {
			e.Races[i].Waves[k].Gun += race.Instant(week)
		}
	}
	f.Edition = &e
	f.Reads, f.Guns, f.Clocks = slices.Clone(f.Reads), slices.Clone(f.Guns), slices.Clone(f.Clocks)
	f.Rulings, f.Closes, f.Courses = slices.Clone(f.Rulings), slices.Clone(f.Closes), slices.Clone(f.Courses)
	for i := range f.Reads {
		f.Reads[i].At += race.Instant(week)
	}
	for i := range f.Guns {
		f.Guns[i].At, f.Guns[i].Recorded = f.Guns[i].At.Add(week), f.Guns[i].Recorded.Add(week)
	}
	for i := range f.Clocks {
		f.Clocks[i].BoxAt, f.Clocks[i].True = f.Clocks[i].BoxAt.Add(week), f.Clocks[i].True.Add(week)
	}
	for i := range f.Rulings {
		f.Rulings[i].At += race.Instant(week)
		f.Rulings[i].Value = instantIn.ReplaceAllStringFunc(f.Rulings[i].Value, func(s string) string {
			at, err := time.Parse(time.RFC3339Nano, s)
			if err != nil {
				panic(err)
			}
			return race.At(at.Add(week)).String()
		})
	}
	for i := range f.Closes {
		f.Closes[i].Recorded += race.Instant(week)
	}
	for i := range f.Courses {
		f.Courses[i].Recorded += race.Instant(week)
	}
	return f
}

// elapsed is everything of an outcome that does not name an instant.
func elapsed(o *Outcome) string {
	var s []byte
	for _, b := range o.Boards {
		for _, r := range b.Results {
			s = fmt.Appendf(s, "%s %s %s %d %d %d %d %d %d", b.Race.ID, r.Starter.Bib, r.Status, r.Place, r.PlaceSex,
				r.PlaceCategory, r.Gun, r.Net, r.Last)
			for i := range r.Splits {
				s = fmt.Appendf(s, " %d", r.SplitGun(i))
			}
			for _, f := range r.Flags {
				s = fmt.Appendf(s, " %s", f.Code)
			}
			s = append(s, '\n')
		}
	}
	for v := range o.Verdicts() {
		s = fmt.Appendf(s, "%s %s %s %s %d\n", v.Read.Chip, v.Bib, v.Use, v.Reason, v.Split)
	}
	for _, p := range o.Problems {
		s = fmt.Appendf(s, "%s %s %s %d\n", p.Code, p.Race, p.Bib, p.Weight)
	}
	return string(s)
}

// TestScore_MovingEveryClockMovesNoResult: results are differences of instants;
// a race a week later is the same race.
func TestScore_MovingEveryClockMovesNoResult(t *testing.T) {
	randomRaces(t, func(t *testing.T, rnd *rand.Rand) {
		f := randomFacts(rnd)
		if want, got := elapsed(Score(f)), elapsed(Score(later(f))); want != got {
			t.Fatalf("a week later it is another race\n%s", firstDifference(want, got))
		}
	})
}

// TestScore_MergeOfTwoLogbooksIsOneRace: two laptops each have a part of the
// lines, some lines both; whichever merges the other's into its own, the same
// race comes out as from all lines in one.
func TestScore_MergeOfTwoLogbooksIsOneRace(t *testing.T) {
	randomRaces(t, func(t *testing.T, rnd *rand.Rand) {
		all := linesOf(t, rnd, randomFacts(rnd))
		var a, b []logbook.Line
		for _, l := range all {
			switch rnd.IntN(3) {
			case 0:
				a = append(a, l)
			case 1:
				b = append(b, l)
			default:
				a, b = append(a, l), append(b, l)
			}
		}
		facts, doubts := logbook.Gather(all)
		if len(doubts) > 0 {
			t.Fatal(doubts)
		}
		want := elapsed(Score(facts))
		for _, pair := range [][2][]logbook.Line{{a, b}, {b, a}} {
			joined, forks := logbook.Merge(pair[0], pair[1])
			facts, doubts := logbook.Gather(shuffled(rnd, joined))
			if len(forks)+len(doubts) > 0 {
				t.Fatal(forks, doubts)
			}
			if got := elapsed(Score(facts)); got != want {
				t.Fatalf("merged, it is another race\n%s", firstDifference(want, got))
			}
		}
	})
}

// linesOf states facts as the lines of two boxes.
func linesOf(t *testing.T, rnd *rand.Rand, f logbook.Facts) []logbook.Line {
	t.Helper()
	chains := []*logbook.Chain{{Box: "a", Epoch: 1}, {Box: "b", Epoch: 1}}
	var out []logbook.Line
	say := func(at race.Instant, kind logbook.Kind, body any) {
		c := chains[rnd.IntN(2)]
		l, err := c.Next(logbook.Draft{Author: "test", At: at, Kind: kind, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		out = append(out, l)
	}
	say(gunAt, logbook.KindEdition, f.Edition)
	say(gunAt, logbook.KindStartList, logbook.StartList{Starters: f.StartList})
	for reads := f.Reads; len(reads) > 0; {
		n := min(len(reads), 1+rnd.IntN(60))
		say(gunAt, logbook.KindReads, reads[:n])
		reads = reads[n:]
	}
	for _, g := range f.Guns {
		say(g.Recorded, logbook.KindGun, g.Gun)
	}
	for _, c := range f.Clocks {
		say(gunAt, logbook.KindClock, c)
	}
	for _, r := range f.Rulings {
		say(r.At, logbook.KindRuling, r)
	}
	for _, c := range f.Courses {
		say(c.Recorded, logbook.KindCourse, c.Course)
	}
	for _, c := range f.Closes {
		say(c.Recorded, logbook.KindClose, c.Close)
	}
	return out
}
