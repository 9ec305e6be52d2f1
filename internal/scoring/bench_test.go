package scoring

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// field makes a marathon of n runners with ten passings each, one read a
// passing: the load of the speed targets.
func field(n int) logbook.Facts {
	e := &race.Edition{ID: "bench", Name: "Bench", Date: "2025-04-06", Zone: "UTC"}
	m := race.Race{ID: "m", DistanceM: 42195, RankBy: race.Gun, Waves: []race.Wave{{ID: "a", Gun: gunAt}},
		Course: []race.CoursePoint{{Point: "start"}}}
	e.Points = append(e.Points, race.Point{ID: "start"})
	for i, d := range []float64{5000, 10000, 15000, 20000, 21097.5, 30000, 35000, 40000, 42195} {
		id := fmt.Sprintf("p%d", i)
		e.Points = append(e.Points, race.Point{ID: id})
		m.Course = append(m.Course, race.CoursePoint{Point: id, AtM: d, Label: id})
	}
	e.Races = []race.Race{m}
	for _, sex := range []race.Sex{race.Male, race.Female} {
		for a := 20; a < 80; a += 5 {
			e.Categories = append(e.Categories, race.Category{ID: fmt.Sprintf("%s%d", sex, a), Sex: sex, MinAge: a, MaxAge: a + 4})
		}
	}
	f := logbook.Facts{Edition: e, StartList: make(race.StartList, n), Reads: make([]logbook.Read, 0, n*10)}
	for i := range n {
		chip := fmt.Sprintf("%012X", i)
		sex := race.Male
		if i%3 == 0 {
			sex = race.Female
		}
		f.StartList[i] = race.Starter{Bib: fmt.Sprint(i + 1), Chips: []string{chip}, Race: "m",
			Person: race.Person{Sex: sex, Age: 20 + i%50}}
		speed := 2.4 + float64((i*7919)%n)/float64(n)*3.4
		start := gunAt.Add(time.Duration(i%600) * time.Second)
		for k, cp := range m.Course {
			f.Reads = append(f.Reads, logbook.Read{Point: cp.Point, Chip: chip, Box: cp.Point, Epoch: 1,
				Seq: uint64(i*10 + k + 1), RSSI: -50, At: start.Add(time.Duration(cp.AtM / speed * 1e9))})
		}
	}
	return f
}

// BenchmarkScore is the whole list from scratch.
func BenchmarkScore(b *testing.B) {
	for _, n := range []int{2_000, 24_049, 48_000} {
		f := field(n)
		b.Run(fmt.Sprintf("runners=%d", n), func(b *testing.B) {
			for b.Loop() {
				if o := Score(f); len(o.Boards[0].Results) != n || o.Boards[0].Results[n-1].Status != Finished {
					b.Fatal("not everybody finished")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*10), "ns/passing")
		})
	}
}

// BenchmarkScoreMillion shows that time grows linearly: 1,000,000 runners,
// 10,000,000 passings.
func BenchmarkScoreMillion(b *testing.B) {
	if testing.Short() {
		b.Skip("a million runners take seconds and gigabytes; left out with -short")
	}
	f := field(1_000_000)
	for b.Loop() {
		if o := Score(f); len(o.Boards[0].Results) != 1_000_000 {
			b.Fatal("runners were lost")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e7, "ns/passing")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys-m.HeapReleased)/(1<<20), "MB-peak") // all the process ever held, the field itself included
}

// BenchmarkOneRead is one more read to a corrected leaderboard: every place of
// the race is right again.
func BenchmarkOneRead(b *testing.B) {
	for _, n := range []int{2_000, 24_049, 48_000} {
		f := field(n)
		b.Run(fmt.Sprintf("runners=%d", n), func(b *testing.B) {
			e := NewEngine()
			e.Add(f)
			e.Outcome()
			i := 0
			for b.Loop() {
				i++
				chip := f.StartList[i*31%n].Chips[0]
				r := logbook.Read{Point: "p8", Chip: chip, Box: "p8", Epoch: 2, Seq: uint64(i),
					At: f.Reads[(i*31%n)*10+9].At.Add(-time.Duration(1+i/n) * time.Millisecond)}
				e.AddReads([]logbook.Read{r})
				if len(e.Leaders("m", 10)) != 10 {
					b.Fatal("no leaders")
				}
			}
		})
	}
}

// BenchmarkOneRuling is one more ruling to a corrected leaderboard, on top of as
// many as a race day has.
func BenchmarkOneRuling(b *testing.B) {
	benchmarkRulings(b, func(i, n int) logbook.Ruling {
		return logbook.Ruling{Bib: fmt.Sprint(1 + i*31%n), Kind: logbook.TimeAdjust, Value: "+1s"}
	})
}

// BenchmarkOneAssignment is one chip given to another runner.
func BenchmarkOneAssignment(b *testing.B) {
	benchmarkRulings(b, func(i, n int) logbook.Ruling {
		return logbook.Ruling{Bib: fmt.Sprint(1 + i*31%n), Kind: logbook.AssignChip, Value: fmt.Sprintf("%012X", i*17%n)}
	})
}

// rulingsOfADay is how many rulings stand already when one more is made.
const rulingsOfADay = 100

func benchmarkRulings(b *testing.B, ruling func(i, n int) logbook.Ruling) {
	for _, n := range []int{2_000, 48_000} {
		f := field(n)
		b.Run(fmt.Sprintf("runners=%d", n), func(b *testing.B) {
			i := 0
			next := func() logbook.Ruling {
				i++
				r := ruling(i, n)
				r.ID, r.At = fmt.Sprint("r", i), gunAt.Add(time.Duration(i)*time.Second)
				return r
			}
			var e *Engine
			for b.Loop() {
				if e == nil || i >= 2*rulingsOfADay { // a day with its rulings, made anew when it has too many
					b.StopTimer()
					i = 0
					day := f
					for range rulingsOfADay {
						day.Rulings = append(day.Rulings, next())
					}
					e = NewEngine()
					e.Add(day)
					e.Outcome()
					b.StartTimer()
				}
				e.AddRuling(next())
				if len(e.Leaders("m", 10)) != 10 {
					b.Fatal("no leaders")
				}
			}
		})
	}
}

// BenchmarkMemory reports what 48,000 runners with 480,000 passings hold:
// evidence, results and verdicts.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		f := field(48_000)
		e := NewEngine()
		e.Add(f)
		o := e.Outcome()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-live")
		runtime.KeepAlive(o)
	}
}
