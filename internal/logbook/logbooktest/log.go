// Package logbooktest holds the contract test that every logbook.Log passes:
// the one in memory and the one on disk.
package logbooktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Noon is the instant the contract's lines are written at.
var Noon = race.At(time.Date(2025, 4, 6, 3, 0, 0, 0, time.UTC))

// TestLog tests that the logs open makes keep the contract of logbook.Log.
// Every call of open gives a log without lines.
func TestLog(t *testing.T, open func() logbook.Log) {
	for _, c := range []struct {
		name string
		test func(*testing.T, logbook.Log)
	}{
		{"AppendNumbersFromOneAndChains", testAppend},
		{"AppendRefusedLeavesNoHole", testRefused},
		{"ConcurrentAppendsMakeOneChain", testConcurrent},
		{"FollowTellsKeptThenNewAndCatchesUpOnce", testFollow},
		{"FollowOfNothingCatchesUp", testFollowEmpty},
		{"FollowReturnsTheErrorOfItsFunction", testFollowError},
		{"EveryFollowerSeesEveryLine", testFollowers},
		{"MergeIsSetUnion", testMerge},
		{"MergeRefusesAForkAndKeepsWhatCameBefore", testFork},
		{"MergeRefusesADamagedLine", testDamaged},
		{"AppendGoesOnAfterLinesOfTheSameBoxWereMerged", testOwnMerged},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open()) })
	}
}

// Note is a draft of a note.
func Note(text string) logbook.Draft {
	return logbook.Draft{Author: "crew", At: Noon, Kind: logbook.KindNote, Body: logbook.Note{Text: text}}
}

// Lines makes n chained notes of a box.
func Lines(t testing.TB, box string, epoch uint32, n int) []logbook.Line {
	t.Helper()
	c := logbook.Chain{Box: box, Epoch: epoch}
	out := make([]logbook.Line, n)
	for i := range out {
		d := Note(fmt.Sprintf("%s %d", box, i))
		d.At = d.At.Add(time.Duration(i) * time.Second)
		l, err := c.Next(d)
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		out[i] = l
	}
	return out
}

// Collect follows a log until it has caught up and gives the lines.
func Collect(t testing.TB, log logbook.Log) []logbook.Line {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out []logbook.Line
	caught := false
	err := log.Follow(ctx, func(l logbook.Line) error { out = append(out, l); return nil }, func() { caught = true; cancel() })
	if err != nil || !caught {
		t.Fatalf("Follow: caught up %v, error %v", caught, err)
	}
	return out
}

func appendAll(t testing.TB, log logbook.Log, texts ...string) []logbook.Line {
	t.Helper()
	out := make([]logbook.Line, len(texts))
	for i, text := range texts {
		l, err := log.Append(t.Context(), Note(text))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = l
	}
	return out
}

func same(a, b []logbook.Line) bool {
	return slices.EqualFunc(a, b, func(x, y logbook.Line) bool {
		return string(logbook.AppendLine(nil, x)) == string(logbook.AppendLine(nil, y))
	})
}

func testAppend(t *testing.T, log logbook.Log) {
	lines := appendAll(t, log, "a", "b", "c")
	for i, l := range lines {
		if l.Seq != uint64(i+1) || l.Box == "" || l.Epoch == 0 || l.Author != "crew" || l.At != Noon {
			t.Errorf("line %d is %v by %q at %v", i, l.ID, l.Author, l.At)
		}
	}
	if p := logbook.Verify(lines); len(p) > 0 {
		t.Errorf("Verify: %v", p)
	}
	if got := Collect(t, log); !same(got, lines) {
		t.Errorf("Follow tells %v, want %v", got, lines)
	}
}

func testRefused(t *testing.T, log logbook.Log) {
	appendAll(t, log, "a")
	_, err := log.Append(t.Context(), logbook.Draft{Kind: logbook.KindGun, Body: "not a gun"})
	if fault.CodeOf(err) != "logbook.body_type" {
		t.Errorf("wrong body: %v, want logbook.body_type", err)
	}
	appendAll(t, log, "b")
	if p := logbook.Verify(Collect(t, log)); len(p) > 0 {
		t.Errorf("after a refused draft: %v", p)
	}
}

func testConcurrent(t *testing.T, log logbook.Log) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 5 {
				if _, err := log.Append(t.Context(), Note(fmt.Sprint(i, k))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	lines := Collect(t, log)
	if p := logbook.Verify(lines); len(lines) != 40 || len(p) > 0 {
		t.Errorf("%d lines, want 40; problems %v", len(lines), p)
	}
}

func testFollow(t *testing.T, log logbook.Log) {
	appendAll(t, log, "a", "b")
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan logbook.Line)
	caught := make(chan int, 9)
	done := make(chan error)
	n := 0
	go func() {
		done <- log.Follow(ctx, func(l logbook.Line) error { n++; told <- l; return nil }, func() { caught <- n })
	}()
	got := []logbook.Line{<-told, <-told}
	if k := <-caught; k != 2 {
		t.Errorf("caught up after %d lines, want 2", k)
	}
	appendAll(t, log, "c")
	got = append(got, <-told)
	appendAll(t, log, "d")
	got = append(got, <-told)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Follow after cancel: %v", err)
	}
	if len(caught) != 0 {
		t.Error("caught up more than once")
	}
	if !same(got, Collect(t, log)) {
		t.Errorf("live lines differ from kept ones: %v", got)
	}
}

func testFollowEmpty(t *testing.T, log logbook.Log) {
	if got := Collect(t, log); len(got) != 0 {
		t.Errorf("a new log tells %v", got)
	}
}

func testFollowError(t *testing.T, log logbook.Log) {
	appendAll(t, log, "a")
	stop := errors.New("stop")
	if err := log.Follow(t.Context(), func(logbook.Line) error { return stop }, func() {}); !errors.Is(err, stop) {
		t.Errorf("Follow = %v, want the error of its function", err)
	}
}

func testFollowers(t *testing.T, log logbook.Log) {
	lines := appendAll(t, log, "a", "b", "c")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var got []logbook.Line
			err := log.Follow(ctx, func(l logbook.Line) error { got = append(got, l); return nil }, cancel)
			if err != nil || !same(got, lines) {
				t.Errorf("a follower saw %d of %d lines, %v", len(got), len(lines), err)
			}
		})
	}
	wg.Wait()
}

func testMerge(t *testing.T, log logbook.Log) {
	own := appendAll(t, log, "own")
	other := Lines(t, "km5", 1, 5)
	merge := func(want int, lines ...logbook.Line) {
		t.Helper()
		if n, err := log.Merge(t.Context(), lines); n != want || err != nil {
			t.Errorf("Merge added %d, %v; want %d", n, err, want)
		}
	}
	merge(2, other[3], other[1])
	merge(3, other...)
	merge(0, other...)
	merge(0, own...)
	merge(0)
	got, _ := logbook.Merge(Collect(t, log), nil)
	want, _ := logbook.Merge(own, other)
	if !same(got, want) {
		t.Errorf("union is %v, want %v", got, want)
	}
}

func testFork(t *testing.T, log logbook.Log) {
	a := Lines(t, "km5", 1, 3)
	if _, err := log.Merge(t.Context(), a[:1]); err != nil {
		t.Fatal(err)
	}
	forged, err := logbook.Chain{Box: "km5", Epoch: 1}.Next(Note("another"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := log.Merge(t.Context(), []logbook.Line{a[1], forged, a[2]})
	if n != 1 || fault.CodeOf(err) != "logbook.fork" || fault.KindOf(err) != fault.Conflict {
		t.Errorf("Merge = %d, %v; want 1 and logbook.fork", n, err)
	}
	if got := Collect(t, log); !same(got, a[:2]) {
		t.Errorf("kept %v, want the two before the fork", got)
	}
}

func testDamaged(t *testing.T, log logbook.Log) {
	l := Lines(t, "km5", 1, 1)[0]
	l.Author = "somebody else"
	if n, err := log.Merge(t.Context(), []logbook.Line{l}); n != 0 || fault.CodeOf(err) != "logbook.changed" {
		t.Errorf("Merge = %d, %v; want 0 and logbook.changed", n, err)
	}
	if got := Collect(t, log); len(got) != 0 {
		t.Errorf("kept %v", got)
	}
}

// testOwnMerged is a box that lost its disk and gets its lines back from
// another machine's copy.
func testOwnMerged(t *testing.T, log logbook.Log) {
	first := appendAll(t, log, "a")[0]
	old := Lines(t, first.Box, first.Epoch+3, 2)
	if _, err := log.Merge(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	l := appendAll(t, log, "b")[0]
	if l.Epoch <= old[0].Epoch || l.Seq != 1 {
		t.Errorf("the next line is %v, want one of a new epoch after %d", l.ID, old[0].Epoch)
	}
	if p := logbook.Verify(Collect(t, log)); len(p) > 0 {
		t.Error(p)
	}
}
