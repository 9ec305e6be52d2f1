// Package webtest is for tests of pages: editions of clearly invented runners at
// any moment of their race, a clock, and a checker of HTML.
package webtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// Field says which edition to invent. The same Field gives the same snapshot.
type Field struct {
	Runners int
	Elapsed time.Duration // since the gun; negative = before it
	State   results.State
	Seq     uint64
}

// EditionID is the id of the invented edition.
const EditionID = "rehearsal-2025"

// Gun is when the marathon of the invented edition starts.
var Gun = race.At(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC))

// Edition is the invented edition: four races around one stadium.
func Edition() *race.Edition {
	e := &race.Edition{
		ID: EditionID, Name: "Stadium Rehearsal Marathon 2025", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Place: "Pyongyang", Note: "Every runner here is invented.",
		Points: []race.Point{{ID: "stadium"}, {ID: "road"}},
	}
	for _, a := range []struct {
		id, name string
		m        float64
		delay    time.Duration
	}{{"marathon", "Marathon", 42195, 0}, {"half", "Half marathon", 21097.5, 10 * time.Minute},
		{"10k", "10 km", 10000, 20 * time.Minute}, {"5k", "5 km", 5000, 30 * time.Minute}} {
		r := race.Race{ID: a.id, Name: a.name, DistanceM: a.m, RankBy: race.Gun,
			TimeLimit: race.Duration(4*time.Hour + 30*time.Minute),
			Waves:     []race.Wave{{ID: "all", Gun: Gun.Add(a.delay)}}}
		r.Course = append(r.Course, race.CoursePoint{Point: "stadium"})
		for km := 5000.0; km < a.m; km += 5000 {
			r.Course = append(r.Course, race.CoursePoint{Point: "road", AtM: km, Label: strconv.Itoa(int(km/1000)) + "k"})
		}
		r.Course = append(r.Course, race.CoursePoint{Point: "stadium", AtM: a.m})
		e.Races = append(e.Races, r)
	}
	for _, sex := range []race.Sex{race.Male, race.Female} {
		for age := 20; age < 75; age += 5 {
			e.Categories = append(e.Categories, race.Category{ID: fmt.Sprintf("%s%d", sex, age), Sex: sex, MinAge: age, MaxAge: age + 4})
		}
	}
	return e
}

// Snapshot invents the edition at a moment of its race.
func Snapshot(f Field) *live.Snapshot {
	e := Edition()
	s := &live.Snapshot{Seq: f.Seq, Edition: e, Now: Gun.Add(f.Elapsed)}
	shares := []float64{0.5, 0.25, 0.15, 0.1}
	next := 1
	for i := range e.Races {
		n := int(float64(f.Runners)*shares[i] + 0.5)
		s.Boards = append(s.Boards, board(f, &e.Races[i], s.Now, n, next))
		next += n
	}
	arrivals(s)
	return s
}

func board(f Field, r *race.Race, now race.Instant, n, firstBib int) live.Board {
	b := live.Board{Race: r, State: f.State}
	if b.State == "" {
		b.State = results.Live
	}
	if b.State != results.Live {
		b.Revision, b.Published = 2, now
	}
	if r.Waves[0].Gun <= now {
		b.Gun = r.Waves[0].Gun
	}
	rnd := rand.New(rand.NewPCG(uint64(firstBib), 7))
	b.Rows = make([]results.Row, n)
	for i := range b.Rows {
		b.Rows[i] = invent(rnd, r, b.Gun, now, strconv.Itoa(firstBib+i), i)
	}
	slices.SortStableFunc(b.Rows, inOrder)
	rank(b.Rows)
	for i := range b.Rows {
		count(&b.Counts, &b.Rows[i])
	}
	for _, p := range r.Course {
		b.Points = append(b.Points, live.PointCount{Label: p.Label, AtM: p.AtM, Passed: passed(b.Rows, p.AtM)})
	}
	return b
}

func invent(rnd *rand.Rand, r *race.Race, gun, now race.Instant, bib string, i int) results.Row {
	p := person(rnd, i)
	row := results.Row{Race: r.ID, Bib: bib, PrintedName: p.Name.Printed, Sex: p.Sex, Age: results.Place(p.Age),
		Country: p.Country.Code, Class: race.Open, Status: scoring.DNS, GunMs: -1, NetMs: -1,
		Category: string(p.Sex) + strconv.Itoa(max(20, p.Age/5*5))}
	if i < 12 {
		row.Class = race.Elite
	}
	secPerKm := 185 + float64(i%12)*3 + rnd.Float64()*5
	if i >= 12 {
		secPerKm = 245 + rnd.NormFloat64()*20 + rnd.Float64()*220
	}
	if p.Sex == race.Female {
		secPerKm *= 1.09
	}
	late := time.Duration(rnd.IntN(1+min(i, 1200)/6)) * 100 * time.Millisecond
	stops, skip := rnd.Float64() < 0.02, rnd.IntN(40)
	comes := rnd.Float64() > 0.03
	for k, c := range r.Course[1:] {
		cell := results.SplitCell{Label: c.Label, Point: c.Point, AtM: c.AtM, NetMs: -1}
		if c.Label == "" {
			cell.Label = "finish"
		}
		drift := 1 + 0.05*c.AtM/r.DistanceM*rnd.Float64()
		net := time.Duration(secPerKm*drift*c.AtM) * time.Millisecond
		at := gun.Add(late + net)
		if gun != 0 && comes && at <= now && k != skip && (!stops || c.AtM <= r.DistanceM*0.7) {
			cell.At, cell.NetMs = at, results.MsOf(net)
			cell.NetTime, cell.GunTime = race.Clock(net), race.Clock(net+late)
		}
		row.Splits = append(row.Splits, cell)
	}
	return judge(row, gun, now, late, comes)
}

func judge(row results.Row, gun, now race.Instant, late time.Duration, comes bool) results.Row {
	last := row.Splits[len(row.Splits)-1]
	switch {
	case gun == 0 || comes && last.At == 0 && now.Sub(gun) < 5*time.Hour:
		row.Status = scoring.Running
	case comes && last.At == 0:
		row.Status = scoring.DNF
	case comes:
		row.Status = scoring.Finished
		row.NetMs, row.GunMs = last.NetMs, last.NetMs+results.MsOf(late)
		row.NetTime, row.GunTime = last.NetTime, last.GunTime
		for _, c := range row.Splits {
			if c.At == 0 {
				row.Flags = []string{string(scoring.FlagMissingPoints)}
			}
		}
	}
	return row
}

var orderOf = map[scoring.Status]int{scoring.Finished: 0, scoring.Running: 1, scoring.DNF: 3, scoring.DNS: 5}

func inOrder(a, b results.Row) int {
	if c := cmp.Compare(orderOf[a.Status], orderOf[b.Status]); c != 0 {
		return c
	}
	if a.Status == scoring.Finished {
		return cmp.Compare(a.GunMs, b.GunMs)
	}
	am, aAt := progress(a)
	bm, bAt := progress(b)
	return cmp.Or(cmp.Compare(bm, am), cmp.Compare(aAt, bAt))
}

func progress(r results.Row) (float64, race.Instant) {
	for i := len(r.Splits) - 1; i >= 0; i-- {
		if r.Splits[i].At != 0 {
			return r.Splits[i].AtM, r.Splits[i].At
		}
	}
	return 0, 0
}

func rank(rows []results.Row) {
	bySex, byCategory := map[race.Sex]int{}, map[string]int{}
	for i := range rows {
		r := &rows[i]
		if r.Status != scoring.Finished {
			return
		}
		bySex[r.Sex]++
		byCategory[r.Category]++
		r.Place, r.PlaceSex = results.Place(i+1), results.Place(bySex[r.Sex])
		r.PlaceCategory = results.Place(byCategory[r.Category])
		if i > 0 {
			r.Behind = "+" + race.Clock(time.Duration(r.GunMs-rows[0].GunMs)*time.Millisecond)
		}
	}
}

func count(c *live.Counts, r *results.Row) {
	c.Starters++
	switch r.Status {
	case scoring.Finished:
		c.Finished++
		c.Started++
	case scoring.Running:
		c.Running++
		c.Started++
	case scoring.DNF:
		c.DNF++
		c.Started++
	case scoring.DNS:
		c.DNS++
	}
}

func passed(rows []results.Row, m float64) int {
	n := 0
	for i := range rows {
		if at, _ := progress(rows[i]); rows[i].Status != scoring.DNS && (at >= m) {
			n++
		}
	}
	return n
}

func arrivals(s *live.Snapshot) {
	for i := range s.Boards {
		b := &s.Boards[i]
		for _, r := range b.Rows {
			for _, c := range r.Splits {
				if c.At == 0 || s.Now.Sub(c.At) > 20*time.Minute {
					continue
				}
				a := live.Arrival{Race: b.Race.ID, Bib: r.Bib, Name: r.PrintedName, Country: r.Country, Sex: r.Sex,
					Point: c.Point, Label: c.Label, AtM: c.AtM, At: c.At, Gun: c.At.Sub(b.Gun),
					Net: time.Duration(c.NetMs) * time.Millisecond}
				if c.Label == "finish" {
					a.Label, a.Place = "", int(r.Place)
					s.Recent = append(s.Recent, a)
				}
				s.Latest = append(s.Latest, a)
			}
		}
	}
	newest := func(a, b live.Arrival) int { return cmp.Compare(b.At, a.At) }
	slices.SortStableFunc(s.Recent, newest)
	slices.SortStableFunc(s.Latest, newest)
	s.Recent = s.Recent[:min(len(s.Recent), 50)]
	s.Latest = s.Latest[:min(len(s.Latest), 50)]
}
