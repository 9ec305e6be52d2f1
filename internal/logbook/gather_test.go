package logbook

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/race"
)

// day is a logbook with something of every kind, with duplicates, forks,
// contradictions and lines that cannot be understood.
func day(t interface{ Fatal(...any) }) []Line {
	c, d := Chain{Box: "office", Epoch: 1}, Chain{Box: "km5", Epoch: 1}
	var out []Line
	add := func(c *Chain, after time.Duration, kind Kind, body any) {
		l, err := c.Next(Draft{Author: "x", At: gunAt.Add(after), Kind: kind, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		out = append(out, l)
	}
	add(&c, 0, KindEdition, race.Edition{ID: "e", Name: "first"})
	add(&c, 0, KindEdition, &race.Edition{ID: "e", Name: "second, same instant"})
	add(&c, time.Second, KindStartList, StartList{Revision: 1, Starters: race.StartList{{Bib: "1", Race: "m"}}})
	add(&c, 9*time.Second, KindStartList, StartList{Revision: 2, Starters: race.StartList{{Bib: "2", Race: "m"}}})
	add(&c, 2*time.Second, KindStartList, StartList{Revision: 3})
	add(&c, 0, KindGun, Gun{Race: "m", At: gunAt})
	add(&c, time.Minute, KindGun, Gun{ID: "g2", Race: "m", Waves: []string{"a", "b"}, At: gunAt, Void: true})
	add(&c, 0, KindClock, Clock{Box: "km5", BoxAt: gunAt, True: gunAt + 5})
	add(&c, time.Hour, KindClock, Clock{Box: "km5", BoxAt: gunAt, True: gunAt + 5})
	add(&c, 0, KindRuling, Ruling{ID: "r1", Bib: "1", Kind: DQ})
	add(&c, time.Hour, KindRuling, Ruling{ID: "r1", Bib: "1", Kind: DQ})
	add(&c, 0, KindRuling, Ruling{Bib: "2", Kind: DNF})
	add(&c, 0, KindPublish, Publication{Race: "m", Revision: 1, State: "provisional"})
	add(&c, 0, KindNote, Note{Text: "rain"})
	add(&d, time.Hour, KindClose, Close{Race: "m"})
	add(&d, time.Minute, KindClose, Close{Race: "m", Reopen: true})
	add(&c, 0, "drone", json.RawMessage(`{}`))
	add(&c, 0, KindGun, json.RawMessage(`{"at":"soon"}`))
	add(&c, 0, KindReads, json.RawMessage(`[]`))
	add(&d, 0, KindReads, poll("km5", 1, 130))
	add(&d, 0, KindReads, poll("km5", 100, 130)) // overlaps
	clash := poll("km5", 50, 4)
	clash[0].Chip, clash[1].At, clash[2].At = "000", clash[1].At-5e9, clash[2].At+5e9
	add(&d, 0, KindReads, append(clash, clash[0]))
	again := poll("km5", 50, 2)
	again[0].Chip = "ZZZ"
	add(&d, 0, KindReads, again)
	plain := []Read{{Point: "km5", Chip: "A", At: gunAt}, {Point: "km5", Bib: "7", At: gunAt, Manual: true}, {Point: "km5", Chip: "A", At: gunAt}}
	add(&d, 0, KindReads, plain)
	add(&d, 0, KindReads, plain[:1])
	fork := out[2]
	fork.Author = "fork"
	fork.Hash = fork.Sum()
	return append(out, fork)
}

func TestGather_DoesNotDependOnOrderOrDuplicates(t *testing.T) {
	lines := day(t)
	want, problems := Gather(lines)
	rapid.Check(t, func(t *rapid.T) {
		mixed := rapid.Permutation(append(slices.Clone(lines), lines[:7]...)).Draw(t, "order")
		stop := rapid.IntRange(0, len(mixed)).Draw(t, "facts asked for after")
		var g Gatherer
		for i, l := range mixed {
			if i == stop {
				g.Facts()
			}
			_, _ = g.Add(l)
		}
		if got := g.Facts(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
		if got := g.Problems(); got.Error() != problems.Error() {
			t.Fatalf("problems\n%v\nwant\n%v", got, problems)
		}
		if g.Lines() != len(lines) {
			t.Fatalf("%d lines", g.Lines())
		}
	})
}

func TestGather_TheFactsOfADay(t *testing.T) {
	f, problems := Gather(day(t))
	if f.Edition.Name != "second, same instant" || len(f.StartList) != 1 || f.StartList[0].Bib != "2" {
		t.Errorf("edition %v, start list %v: want the latest by instant, then id", f.Edition.Name, f.StartList)
	}
	if len(f.Guns) != 2 || f.Guns[0].ID != "office/1/6" || !f.Guns[1].Void || len(f.Clocks) != 1 || len(f.Rulings) != 2 || len(f.Publications) != 1 || len(f.Closes) != 2 || f.Closes[1].Reopen {
		t.Errorf("guns %v clocks %v rulings %v closes %v publications %v", f.Guns, f.Clocks, f.Rulings, f.Closes, f.Publications)
	}
	if len(f.Reads) != 229+2 || !slices.IsSortedFunc(f.Reads, CompareReads) {
		t.Errorf("%d reads, want 231 sorted", len(f.Reads))
	}
	if got, want := codes(problems), "read_twice@km5/1/50 read_twice@km5/1/51 read_twice@km5/1/52 fork@office/1/3 unknown_kind@office/1/15 body@office/1/16 body@office/1/17"; got != want {
		t.Errorf("problems %s\nwant     %s", got, want)
	}
}

func TestGatherer_NewsAddUpToTheFacts(t *testing.T) {
	lines := day(t)
	var g Gatherer
	var reads []Read
	stale := false
	for _, l := range lines {
		n, _ := g.Add(l)
		if !n.New {
			t.Errorf("%v is not new", l.ID)
		}
		stale = stale || n.Stale
		reads = append(reads, n.Reads...)
		if again, err := g.Add(l); again.New || err != nil || again.Reads != nil {
			t.Errorf("%v again: %+v, %v", l.ID, again, err)
		}
	}
	f := g.Facts()
	if !stale || len(reads) != len(f.Reads) {
		t.Errorf("%d reads in the news, %d in the facts, stale %v", len(reads), len(f.Reads), stale)
	}
}

func TestGatherer_FactsAreASnapshot(t *testing.T) {
	c := Chain{Box: "b", Epoch: 1}
	var g Gatherer
	var kept [][]Read
	var copies [][]Read
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 40 {
		reads := poll("b", uint64(1+rng.IntN(400)), 50)
		reads[rng.IntN(50)].Chip = "clash"
		l, err := c.Next(Draft{At: gunAt.Add(time.Duration(i)), Kind: KindReads, Body: reads})
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		n, _ := g.Add(l)
		for _, r := range [][]Read{n.Reads, g.Facts().Reads} {
			kept, copies = append(kept, r), append(copies, slices.Clone(r))
		}
	}
	for i := range kept {
		if !slices.Equal(kept[i], copies[i]) {
			t.Fatalf("what was given away at step %d has changed", i/2)
		}
	}
}

func BenchmarkGather500k(b *testing.B) {
	c := Chain{Box: "km5", Epoch: 1}
	var lines []Line
	for i := range 2500 {
		l, err := c.Next(Draft{At: gunAt.Add(time.Duration(i) * time.Second), Kind: KindReads, Body: poll("km5", uint64(i*200+1), 200)})
		if err != nil {
			b.Fatal(err)
		}
		c.Advance(l)
		lines = append(lines, l)
	}
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			var g Gatherer
			for _, l := range lines {
				if _, err := g.Add(l); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("facts", func(b *testing.B) {
		for b.Loop() {
			if f, _ := Gather(lines); len(f.Reads) != 500_000 {
				b.Fatal(len(f.Reads))
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			for _, l := range lines {
				if l.Check() != nil {
					b.Fatal(l.ID)
				}
			}
		}
	})
	var text [][]byte
	for _, l := range lines {
		text = append(text, AppendLine(nil, l))
	}
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			for _, x := range text {
				if _, err := DecodeLine(x); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
