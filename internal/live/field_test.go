package live_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/sim"
)

func drafts(t testing.TB, n int) []logbook.Draft {
	t.Helper()
	truth := sim.Run(sim.Edition(), sim.StartListOf(3, n), 3)
	var out []logbook.Draft
	for e := range truth.Events() {
		out = append(out, e.Draft)
	}
	return out
}

func lines(t testing.TB, drafts []logbook.Draft) []logbook.Line {
	t.Helper()
	c := logbook.Chain{Box: "hub", Epoch: 1}
	out := make([]logbook.Line, len(drafts))
	for i, d := range drafts {
		l, err := c.Next(d)
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		out[i] = l
	}
	return out
}

func fixed() race.Instant { return 1 }

// TestField_AnyOrderOfLinesGivesTheSameBoards: what is watched rests on the set
// of lines, not on when they came nor on when anybody looked.
func TestField_AnyOrderOfLinesGivesTheSameBoards(t *testing.T) {
	all := lines(t, drafts(t, 120))
	one := live.NewField(fixed)
	for _, l := range all {
		one.Apply(l)
	}
	one.Refresh()
	want := one.Snapshot()
	for seed := range 3 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		mixed := append(append([]logbook.Line{}, all...), all[:50]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		f := live.NewField(fixed)
		for i, l := range mixed {
			f.Apply(l)
			if i%40 == 0 {
				f.Refresh() // somebody looks
			}
		}
		f.Refresh()
		got := f.Snapshot()
		for i := range want.Boards {
			if !reflect.DeepEqual(got.Boards[i].Rows, want.Boards[i].Rows) {
				t.Fatalf("seed %d: the rows of %s differ", seed, want.Boards[i].Race.ID)
			}
			if !reflect.DeepEqual(got.Boards[i].Points, want.Boards[i].Points) || got.Boards[i].Counts != want.Boards[i].Counts {
				t.Fatalf("seed %d: the counts of %s differ", seed, want.Boards[i].Race.ID)
			}
		}
		if !reflect.DeepEqual(got.Recent, want.Recent) || !reflect.DeepEqual(got.Problems, want.Problems) {
			t.Fatalf("seed %d: arrivals or problems differ", seed)
		}
	}
}

// TestField_SnapshotEqualsAScoreFromScratch holds the incremental pages to the
// pure function.
func TestField_SnapshotEqualsAScoreFromScratch(t *testing.T) {
	f := live.NewField(fixed)
	for i, l := range lines(t, drafts(t, 150)) {
		f.Apply(l)
		if i%97 != 0 {
			continue
		}
		f.Refresh()
		s, o := f.Snapshot(), scoring.Score(f.Facts())
		for b := range o.Boards {
			if want := results.Rows(o.Boards[b]); !reflect.DeepEqual(s.Boards[b].Rows, want) {
				t.Fatalf("after line %d the rows of %s differ from those made anew", i, o.Boards[b].Race.ID)
			}
		}
	}
}

// TestField_WakesWatchersOnceChangedAndNeverBlocksOnThem runs the field on a
// log as the office does.
func TestField_WakesWatchersOnceChangedAndNeverBlocksOnThem(t *testing.T) {
	all := drafts(t, 50)
	synctest.Test(t, func(t *testing.T) {
		log := logbook.NewMemory("hub")
		f := live.NewField(fixed)
		wake, stop := f.Watch()
		defer stop()
		done := make(chan error, 1)
		ctx := t.Context()
		go func() { done <- f.Run(ctx, log, 200*time.Millisecond) }()
		<-f.Ready()
		for _, d := range all {
			if _, err := log.Append(ctx, d); err != nil { // nobody reads wake: nothing waits for it
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		<-wake
		s := f.Snapshot()
		if s.Edition.ID == "" || f.Lines() != len(all) {
			t.Fatalf("%d lines of %d, edition %q", f.Lines(), len(all), s.Edition.ID)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if f.Snapshot() != s {
			t.Fatal("a snapshot was made although nothing changed")
		}
	})
}

func TestField_ExplainNamesEveryReadOfARunner(t *testing.T) {
	f := live.NewField(fixed)
	for _, l := range lines(t, drafts(t, 80)) {
		f.Apply(l)
	}
	f.Refresh()
	for _, row := range f.Snapshot().Boards[0].Rows[:20] {
		x, ok := f.Explain(row.Bib)
		if !ok || !reflect.DeepEqual(x.Row, row) {
			t.Fatalf("bib %s: %+v\n%+v", row.Bib, x.Row, row)
		}
		for _, v := range x.Verdicts {
			if v.Use == "" || v.Reason == "" {
				t.Fatalf("bib %s: a read without verdict: %+v", row.Bib, v)
			}
		}
	}
	if _, ok := f.Explain("no such bib"); ok {
		t.Fatal("an unknown bib was explained")
	}
}

// BenchmarkSnapshot is what a change costs until pages can show it.
func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{2000, 48_000} {
		b.Run(fmt.Sprintf("runners=%d", n), func(b *testing.B) {
			f := live.NewField(fixed)
			truth := sim.Run(sim.Edition(), sim.StartListOf(3, n), 3)
			var all []logbook.Draft
			for e := range truth.Events() {
				if e.Draft.Kind != logbook.KindClose {
					all = append(all, e.Draft)
				}
			}
			ls := lines(b, all)
			half := len(ls) * 2 / 3
			for _, l := range ls[:half] {
				f.Apply(l)
			}
			f.Refresh()
			i := half
			for b.Loop() {
				f.Apply(ls[i])
				f.Refresh()
				if i++; i == len(ls) {
					b.Fatal("the race is over")
				}
			}
		})
	}
}
