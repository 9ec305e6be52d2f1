package scoring

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

var gunAt = race.At(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC)) // 09:00 in Pyongyang

// loop is a course with a shared start and finish mat, a point met on the way
// out and back, and one met once.
func loop() *race.Edition {
	return &race.Edition{
		ID: "e", Name: "E", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Points: []race.Point{{ID: "stadium", Boxes: []race.PointBox{{ID: "fin2", Backup: true}}}, {ID: "k10"}, {ID: "turn"}},
		Races: []race.Race{{ID: "m", DistanceM: 42195, RankBy: race.Gun, Waves: []race.Wave{{ID: "a", Gun: gunAt}},
			Course: []race.CoursePoint{{Point: "stadium"}, {Point: "k10", AtM: 10000, Label: "10k"},
				{Point: "turn", AtM: 21000, Label: "turn"}, {Point: "k10", AtM: 32000, Label: "32k"},
				{Point: "stadium", AtM: 42195}}}},
		Categories: []race.Category{{ID: "M40", Sex: race.Male, MinAge: 40, MaxAge: 44}},
	}
}

func starters(n int) race.StartList {
	var l race.StartList
	for i := range n {
		sex := race.Male
		if i%3 == 0 {
			sex = race.Female
		}
		l = append(l, race.Starter{Bib: fmt.Sprint(i + 1), Chips: []string{fmt.Sprintf("C%04d", i+1)}, Race: "m",
			Person: race.Person{Sex: sex, Age: 20 + i%40}})
	}
	return l
}

func at(s string) race.Instant {
	d, err := ParseElapsed(s)
	if err != nil {
		panic(err)
	}
	return gunAt.Add(d)
}

func read(point, chip, elapsed string) logbook.Read {
	return logbook.Read{Point: point, Chip: chip, At: at(elapsed), Box: point}
}

func TestScore_OutAndBack_MatchesBothPassesOfOnePoint(t *testing.T) {
	o := Score(logbook.Facts{Edition: loop(), StartList: starters(1), Reads: []logbook.Read{
		read("stadium", "C0001", "0:00:12"), read("k10", "C0001", "0:50:00"), read("turn", "C0001", "1:46:00"),
		read("k10", "C0001", "2:42:00"), read("stadium", "C0001", "3:31:02.3"), read("stadium", "C0001", "4:01:00"),
	}})
	r := o.Boards[0].Results[0]
	if r.Status != Finished || race.Clock(r.Gun) != "3:31:03" || race.Clock(r.Net) != "3:30:51" || len(r.Flags) > 0 {
		t.Fatalf("%+v", r)
	}
	var got []string
	for v := range o.Verdicts() {
		got = append(got, fmt.Sprintf("%s/%s/%d", v.Use, v.Reason, v.Split))
	}
	want := []string{"start/last_of_passing/-1", "split/first_of_passing/0", "split/first_of_passing/1",
		"split/first_of_passing/2", "split/first_of_passing/3", "unused/after_finish/-1"}
	if !slices.Equal(got, want) {
		t.Fatalf("verdicts %v", got)
	}
}

// randomFacts makes evidence with everything that goes wrong: losses, bursts,
// strays, duplicates, late guns, clocks, rulings.
func randomFacts(rnd *rand.Rand) logbook.Facts {
	e := loop()
	n := 1 + rnd.IntN(40)
	f := logbook.Facts{Edition: e, StartList: starters(n)}
	if rnd.IntN(3) == 0 {
		e.Races[0].Waves = append(e.Races[0].Waves, race.Wave{ID: "b", Gun: gunAt.Add(5 * time.Minute)})
		for i := range f.StartList {
			f.StartList[i].Wave = []string{"a", "b"}[rnd.IntN(2)]
		}
	}
	if rnd.IntN(4) == 0 && n > 3 {
		f.StartList[1].Chips = append(f.StartList[1].Chips, f.StartList[2].Chips[0]) // a chip on two bibs
	}
	points := []string{"stadium", "k10", "turn", "k10", "stadium"}
	dist := []float64{0, 10000, 21000, 32000, 42195}
	var seq uint64
	see := func(point, chip string, at race.Instant) {
		for k := range 1 + rnd.IntN(5) {
			seq++
			r := logbook.Read{Point: point, Chip: chip, At: at.Add(time.Duration(k) * 137 * time.Millisecond),
				Box: point, Epoch: 1, Seq: seq, RSSI: -40 - int8(rnd.IntN(30))}
			if point == "stadium" && rnd.IntN(4) == 0 {
				r.Box = "fin2"
			}
			f.Reads = append(f.Reads, r)
		}
	}
	for i := range f.StartList {
		speed := 2 + rnd.Float64()*4
		for k := range points {
			if rnd.IntN(8) == 0 {
				continue
			}
			see(points[k], f.StartList[i].Chips[0], gunAt.Add(time.Duration(dist[k]/speed*1e9)+time.Duration(rnd.IntN(1e9))))
		}
		if rnd.IntN(5) == 0 { // a stray
			see(points[rnd.IntN(5)], f.StartList[i].Chips[0], gunAt.Add(time.Duration(rnd.IntN(20000))*time.Second))
		}
	}
	see("stadium", "UNKNOWN", gunAt.Add(time.Hour))
	typed := gunAt.Add(50 * time.Minute)
	for range rnd.IntN(3) {
		f.Reads = append(f.Reads, logbook.Read{Point: "k10", Bib: []string{"1", "2", "?", "99"}[rnd.IntN(4)], At: typed, Manual: true})
	}
	if rnd.IntN(3) == 0 {
		e.Races = append(e.Races, race.Race{ID: "p", DistanceM: 21000, Course: []race.CoursePoint{{Point: "stadium"},
			{Point: "k10", AtM: 10000, Cutoff: race.Duration(time.Hour)}, {Point: "turn", AtM: 21000}},
			Waves: []race.Wave{{ID: "a", Gun: gunAt}}, CutoffRule: "cut-off"})
	}
	if rnd.IntN(3) == 0 {
		e.ChipRules = []race.ChipRule{{Prefix: "UNK", Bib: race.ChipOpaque}, {Prefix: "C", Bib: race.ChipDecimal}}
		f.StartList[0].Chips = nil // carries a code that names the bib
	}
	kinds := []logbook.Ruling{{Kind: logbook.DNF}, {Kind: logbook.DQ, Rule: "TR"}, {Kind: logbook.TimeAdjust, Value: "+30s"},
		{Kind: logbook.Order, Value: "2"}, {Kind: logbook.NoTime}, {Kind: logbook.FinishTime, Value: "3:00:00"},
		{Kind: logbook.AssignChip, Value: "UNKNOWN"}, {Kind: logbook.AssignChip, Value: "C0002"}, {Kind: logbook.Undo, Value: "r1"},
		{Kind: logbook.AssignChip, Value: "UNKNOWN@" + gunAt.Add(time.Hour).String()}, {Kind: logbook.SetWave, Value: "b"},
		{Kind: logbook.SetRace, Value: "p"}, {Kind: logbook.GiveRead, Value: "k10@" + typed.String()},
		{Kind: logbook.Neutralise, Value: gunAt.Add(time.Hour).String() + "/" + gunAt.Add(70*time.Minute).String()}}
	for k := range rnd.IntN(6) {
		r := kinds[rnd.IntN(len(kinds))]
		r.ID, r.Bib, r.At = fmt.Sprintf("r%d", k), fmt.Sprint(1+rnd.IntN(n)), gunAt.Add(time.Duration(k)*time.Hour)
		f.Rulings = append(f.Rulings, r)
	}
	if rnd.IntN(2) == 0 {
		f.Guns = append(f.Guns, logbook.GunFact{Gun: logbook.Gun{ID: "g", Race: "m", At: gunAt.Add(2 * time.Second)}, Recorded: gunAt, Line: "x"})
	}
	if rnd.IntN(2) == 0 {
		f.Clocks = append(f.Clocks, logbook.Clock{Box: "k10", Epoch: 1, BoxAt: gunAt, True: gunAt.Add(-3 * time.Second)},
			logbook.Clock{Box: "k10", Epoch: 1, BoxAt: gunAt.Add(4 * time.Hour), True: gunAt.Add(4*time.Hour + time.Second)})
	}
	if rnd.IntN(4) == 0 {
		e.Races[0].Variants = []race.Variant{{ID: "short", DistanceM: 32000, Course: []race.CoursePoint{{Point: "stadium"},
			{Point: "k10", AtM: 10000, Label: "10k"}, {Point: "turn", AtM: 16000, Label: "turn"}, {Point: "stadium", AtM: 32000}}}}
		for k, v := range []string{"short", "", "none", "short"}[:1+rnd.IntN(4)] {
			f.Courses = append(f.Courses, logbook.CourseFact{Course: logbook.Course{Race: "m", Variant: v},
				Recorded: gunAt.Add(time.Duration(k) * time.Minute), Line: fmt.Sprint("c", k)})
		}
	}
	if rnd.IntN(2) == 0 {
		f.Closes = append(f.Closes, logbook.CloseFact{Recorded: gunAt.Add(6 * time.Hour), Line: "y"})
	}
	return f
}

// show is every byte of an outcome.
func show(e *Engine) string {
	o := e.Outcome()
	var s []byte
	num := func(ns ...int64) {
		for _, n := range ns {
			s = append(strconv.AppendInt(s, n, 10), ' ')
		}
	}
	word := func(ws ...string) {
		for _, w := range ws {
			s = append(append(s, w...), ' ')
		}
	}
	for _, b := range o.Boards {
		for _, r := range b.Results {
			word(b.Race.ID, r.Starter.Bib, string(r.Status), r.Category, r.RuleCited, r.Remark)
			num(int64(r.Age), int64(r.Place), int64(r.PlaceSex), int64(r.PlaceCategory), int64(r.Gun), int64(r.Net),
				int64(r.GunAt), int64(r.StartAt), int64(r.FinishAt), int64(r.Last))
			for _, at := range r.Splits {
				num(int64(at))
			}
			for _, f := range r.Flags {
				word(string(f.Code), fmt.Sprint(f.Args))
			}
			s = append(s, '\n')
		}
	}
	for v := range o.Verdicts() {
		word(v.Read.Point, v.Read.Chip, v.Read.Bib, v.Read.Box, v.Bib, string(v.Use), string(v.Reason))
		num(int64(v.Read.At), int64(v.Read.Epoch), int64(v.Read.Seq), int64(v.Read.RSSI), int64(v.At), int64(v.Split))
		s = append(s, '\n')
	}
	return string(s) + fmt.Sprintf("%+v", o.Problems)
}

// firstDifference keeps a failure readable.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n whole     %s\n piecemeal %s", i, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, %d lines", len(w), len(g))
}

func shuffled[T any](rnd *rand.Rand, in []T) []T {
	out := slices.Clone(in)
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// TestScore_OrderDuplicationAndBatchingChangeNothing is the property the whole
// race wing rests on: the logbook is a set, and incremental equals from scratch.
func TestScore_OrderDuplicationAndBatchingChangeNothing(t *testing.T) {
	randomRaces(t, func(t *testing.T, rnd *rand.Rand) {
		f := randomFacts(rnd)
		whole := NewEngine()
		whole.Add(f)
		want := show(whole)
		if got := show(piecemeal(rnd, f)); got != want {
			t.Fatalf("piecemeal differs\n%s", firstDifference(want, got))
		}
	})
}

// piecemeal gives an engine the same facts in any order, in batches, some of
// them twice, asking for results in between.
func piecemeal(rnd *rand.Rand, f logbook.Facts) *Engine {
	e := NewEngine()
	var steps []func()
	reads := shuffled(rnd, append(slices.Clone(f.Reads), f.Reads[:len(f.Reads)/3]...))
	for len(reads) > 0 {
		n := min(len(reads), 1+rnd.IntN(30))
		batch := reads[:n]
		reads = reads[n:]
		steps = append(steps, func() { e.AddReads(batch) })
	}
	for _, r := range append(shuffled(rnd, f.Rulings), f.Rulings...) {
		steps = append(steps, func() { e.AddRuling(r) })
	}
	for _, g := range f.Guns {
		steps = append(steps, func() { e.AddGun(g) })
	}
	for _, c := range f.Clocks {
		steps = append(steps, func() { e.AddClock(c) }, func() { e.AddClock(c) })
	}
	for _, c := range f.Courses {
		steps = append(steps, func() { e.AddCourse(c) })
	}
	for _, c := range f.Closes {
		steps = append(steps, func() { e.AddClose(c) })
	}
	steps = append(steps, func() { e.SetEdition(f.Edition) }, func() { e.SetStartList(f.StartList) })
	for i := range rnd.IntN(5) {
		steps = append(steps, func() { _ = i; e.Outcome() })
	}
	for _, s := range shuffled(rnd, steps) {
		s()
	}
	return e
}

// TestAlign_DirectEqualsGlobal holds the short way for the usual runner to the
// global alignment: where the short way answers, the long way answers the same.
func TestAlign_DirectEqualsGlobal(t *testing.T) {
	e := loop()
	e.Races = append(e.Races, race.Race{ID: "p", DistanceM: 21000, Course: []race.CoursePoint{{Point: "stadium"},
		{Point: "k10", AtM: 10000}, {Point: "turn", AtM: 21000}}})
	points := map[string]int32{"stadium": 0, "k10": 1, "turn": 2}
	answered := 0
	for seed := range 4000 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 3))
		c := newCourse(e, &e.Races[seed%2], points)
		var m []meeting
		for k := 1; k <= c.finish(); k++ {
			if rnd.IntN(5) > 0 {
				m = append(m, meeting{gunAt.Add(time.Duration(float64(c.mm[k])/(2+rnd.Float64()*3)) * time.Millisecond), c.points[k]})
			}
		}
		slices.SortFunc(m, func(a, b meeting) int { return int(a.at - b.at) })
		var short, long aligner
		short.c, short.start, short.m, short.match = c, gunAt, m, make([]int32, len(m))
		if len(m) == 0 || !short.direct() {
			continue
		}
		answered++
		long.c, long.start, long.m, long.match = c, gunAt, m, make([]int32, len(m))
		long.makeNodes()
		long.solve(-1)
		for _, n := range long.alt {
			long.match[long.nodes[n].i] = long.nodes[n].k
		}
		if !slices.Equal(short.match, long.match) {
			t.Fatalf("seed %d race %s: short %v, long %v for %v", seed, c.race.ID, short.match, long.match, m)
		}
	}
	if answered < 500 {
		t.Fatalf("only %d of the random runners took the short way: the test says nothing", answered)
	}
}
