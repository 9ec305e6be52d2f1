package pdf

import (
	"context"
	"fmt"
	"testing"
	"time"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// longField is an edition with one marathon and n finishers with names of every
// script, each a little different, and ten splits.
func longField(n int) (*race.Edition, results.Revision) {
	e := edition()
	e.Races[0].Course = []race.CoursePoint{{Point: "start"}}
	for k := range 10 {
		e.Races[0].Course = append(e.Races[0].Course, race.CoursePoint{Point: "p", AtM: float64(4000 * (k + 1)), Label: fmt.Sprintf("%dk", 4*(k+1))})
	}
	e.Races[0].Course = append(e.Races[0].Course, race.CoursePoint{Point: "start", AtM: 42195})
	rev := results.Revision{Race: "marathon", Number: 2, State: results.Official, At: 1743930000000000000, Basis: race.Gun,
		Rows: make([]results.Row, n)}
	for i := range rev.Rows {
		g := gallery[i%len(gallery)]
		t := 2*time.Hour + time.Duration(i)*250*time.Millisecond
		row := results.Row{Race: "marathon", Status: scoring.Finished, Place: results.Place(i + 1), Bib: fmt.Sprint(i + 1),
			PrintedName: fmt.Sprintf("%s %c%d", g.name, 'A'+i%26, i%97), Country: g.country, Sex: race.Female, Age: results.Place(20 + i%50),
			Category: "W35", PlaceCategory: results.Place(i/9 + 1), Class: race.Open, GunTime: race.Clock(t + 20*time.Second), NetTime: race.Clock(t)}
		if i > 0 {
			row.Behind = "+" + race.Clock(time.Duration(i)*250*time.Millisecond)
		}
		for k := range 10 {
			row.Splits = append(row.Splits, results.SplitCell{Label: e.Races[0].Course[k+1].Label, AtM: float64(4000 * (k + 1)),
				NetTime: race.Clock(t * time.Duration(k+1) / 11)})
		}
		rev.Rows[i] = row
	}
	return e, rev
}

// BenchmarkResultList prints 48,000 finishers with ten splits into one file; want
// 10 s and no memory that grows with the rows.
func BenchmarkResultList(b *testing.B) {
	const n = 48000
	e, rev := longField(n)
	l := ResultList(e, rev, lang.English)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		c := &counter{}
		if _, err := WriteLists(context.Background(), c, []List{l}, A4, nil); err != nil {
			b.Fatal(err)
		}
		size = c.n
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/1e6, "MB/file")
}
