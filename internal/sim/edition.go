package sim

import (
	"fmt"
	"time"

	"stadion/internal/race"
)

// Ids of the points and boxes of the reference edition.
const (
	stadium   = "stadium"
	backupBox = "stadium-b"
)

// backupOffset is what must be added to an instant of the stadium's backup box:
// its mat lies behind the main one.
const backupOffset = -time.Second

// mat is a point on the one road that the illustrative course follows out of
// the stadium and back. The races differ only in where they turn.
type mat struct {
	id    string
	name  string
	roadM float64 // along the road from the stadium
	lane  lane
}

// lane says which runners a mat is meant for.
type lane uint8

const (
	both lane = iota // the whole road: met going out and coming back
	out
	back
)

var mats = []mat{
	{"turn5", "Turn of the 5 km", 2500, both},
	{"km5", "5 km mat, turn of the 10 km", 5000, both},
	{"km10", "10 km mat", 10000, both},
	{"turn21", "Turn of the half marathon", 10548.75, both},
	{"km15", "15 km mat", 15000, out},
	{"km20", "20 km mat", 20000, out},
	{"turn42", "Turn of the marathon", 21097.5, both},
	{"km25", "25 km mat", 17195, back},
	{"km30", "30 km mat", 12195, back},
	{"km35", "35 km mat", 7195, back},
	{"km40", "40 km mat", 2195, back},
}

// Edition is the reference edition as the simulator runs it: one stadium, one
// road out and back, four races that turn at different places, so that the
// stadium's mat is start and finish of all and the road's mats come back.
func Edition() *race.Edition {
	e := &race.Edition{
		ID: "pyongyang-2025", Name: "31st Pyongyang International Marathon",
		Date: "2025-04-06", Zone: "Asia/Pyongyang", Place: "Kim Il Sung Stadium",
		Note: "Simulation: all runners and all results are invented, and the course is an illustrative course, not a surveyed one.",
		Timing: race.Timing{
			Cluster: race.Duration(20 * time.Second), StartOpens: race.Duration(30 * time.Minute),
			StartCloses: race.Duration(11 * time.Minute), EarlyTolerance: race.Duration(5 * time.Second),
		},
	}
	e.Points = append(e.Points, race.Point{ID: stadium, Name: "Kim Il Sung Stadium", Boxes: []race.PointBox{
		{ID: stadium}, {ID: backupBox, Backup: true, Offset: race.Duration(backupOffset)},
	}})
	for _, m := range mats {
		e.Points = append(e.Points, race.Point{ID: m.id, Name: m.name, Boxes: []race.PointBox{{ID: m.id}}})
	}
	e.Races = []race.Race{
		raceOf("marathon", "Marathon", 42195, 270*time.Minute, marathonCourse,
			race.Wave{ID: "elite", Name: "Elite", Gun: clock("09:00")}, race.Wave{ID: "open", Name: "Open", Gun: clock("09:04")}),
		raceOf("half", "Half marathon", 21097.5, 180*time.Minute, halfCourse, race.Wave{ID: "all", Gun: clock("09:15")}),
		raceOf("10k", "10 km", 10000, 105*time.Minute, tenCourse, race.Wave{ID: "all", Gun: clock("09:30")}),
		raceOf("5k", "5 km", 5000, 75*time.Minute, fiveCourse, race.Wave{ID: "all", Gun: clock("09:45")}),
	}
	e.Races[0].Variants = []race.Variant{{ID: "short", Name: "Turn at 17.2 km (riverside closed)", DistanceM: 34390, Course: shortCourse}}
	e.Categories = ageGroups()
	e.Lists = prizeLists()
	return e
}

// prizeLists are the lists and prizes of the edition. It has no course records: the
// real ones were run by real people on another course, and an invented winner
// must not be said to have beaten them.
// EditionOn is the reference edition on another day, before anything of it was
// run: its guns are not fired yet.
func EditionOn(date time.Time) *race.Edition {
	e := Edition()
	e.Date = date.Format(time.DateOnly)
	e.ID = "pyongyang-" + e.Date[:4]
	e.Name = "Pyongyang International Marathon " + e.Date[:4]
	for i := range e.Races {
		for k := range e.Races[i].Waves {
			e.Races[i].Waves[k].Gun = 0
		}
	}
	return e
}

func prizeLists() []race.List {
	return []race.List{
		{ID: "overall"},
		{ID: "podium", Of: race.OfSex, Prizes: 3},
		{ID: "age-group", Of: race.OfCategory, Prizes: 3, Exclude: []string{"podium"}},
		{ID: "team", Of: race.OfTeam, Best: 3, Prizes: 3},
		{ID: "class", Of: race.OfClass},
		{ID: "residence", Of: race.OfResident},
		{ID: "country", Of: race.OfCountry},
		{ID: "club", Of: race.OfClub, Best: 3},
		{ID: "partner", Of: race.OfPartner},
	}
}

func raceOf(id, name string, m float64, limit time.Duration, course []race.CoursePoint, waves ...race.Wave) race.Race {
	return race.Race{ID: id, Name: name, DistanceM: m, TimeLimit: race.Duration(limit), RankBy: race.Gun,
		Course: append([]race.CoursePoint(nil), course...), Waves: waves}
}

// clock is a time of the race day, written as an edition file writes it.
func clock(hm string) race.Instant {
	t, err := time.Parse(time.RFC3339, "2025-04-06T"+hm+":00+09:00")
	if err != nil {
		panic(err) // a slip in this file
	}
	return race.At(t)
}

var marathonCourse = []race.CoursePoint{
	{Point: stadium},
	{Point: "km5", AtM: 5000, Label: "5k"},
	{Point: "km10", AtM: 10000, Label: "10k"},
	{Point: "km15", AtM: 15000, Label: "15k"},
	{Point: "km20", AtM: 20000, Label: "20k"},
	{Point: "turn42", AtM: 21097.5, Label: "Half"},
	{Point: "km25", AtM: 25000, Label: "25k"},
	{Point: "km30", AtM: 30000, Label: "30k"},
	{Point: "km10", AtM: 32195, Label: "32.2k"},
	{Point: "km35", AtM: 35000, Label: "35k"},
	{Point: "km5", AtM: 37195, Label: "37.2k"},
	{Point: "km40", AtM: 40000, Label: "40k"},
	{Point: stadium, AtM: 42195},
}

// shortCourse is the marathon on a day on which the riverside cannot be run: the
// road ends at 17,195 m, where the mat of the 25 km lies, so that it and all that
// follow are met on the way back as ever.
var shortCourse = []race.CoursePoint{
	{Point: stadium},
	{Point: "km5", AtM: 5000, Label: "5k"},
	{Point: "km10", AtM: 10000, Label: "10k"},
	{Point: "km15", AtM: 15000, Label: "15k"},
	{Point: "km25", AtM: 17195, Label: "Turn"},
	{Point: "km30", AtM: 22195, Label: "22.2k"},
	{Point: "km10", AtM: 24390, Label: "24.4k"},
	{Point: "km35", AtM: 27195, Label: "27.2k"},
	{Point: "km5", AtM: 29390, Label: "29.4k"},
	{Point: "km40", AtM: 32195, Label: "32.2k"},
	{Point: stadium, AtM: 34390},
}

var halfCourse = []race.CoursePoint{
	{Point: stadium},
	{Point: "km5", AtM: 5000, Label: "5k"},
	{Point: "km10", AtM: 10000, Label: "10k"},
	{Point: "turn21", AtM: 10548.75, Label: "Turn"},
	{Point: "km10", AtM: 11097.5, Label: "11.1k"},
	{Point: "km5", AtM: 16097.5, Label: "16.1k"},
	{Point: "km40", AtM: 18902.5, Label: "18.9k"},
	{Point: stadium, AtM: 21097.5},
}

// The 10 km turns on the mat of km5, meets turn5 twice, and crosses the mat of
// km40, which is none of its points (case 34).
var tenCourse = []race.CoursePoint{
	{Point: stadium},
	{Point: "turn5", AtM: 2500, Label: "2.5k"},
	{Point: "km5", AtM: 5000, Label: "5k"},
	{Point: "turn5", AtM: 7500, Label: "7.5k"},
	{Point: stadium, AtM: 10000},
}

var fiveCourse = []race.CoursePoint{
	{Point: stadium},
	{Point: "turn5", AtM: 2500, Label: "2.5k"},
	{Point: stadium, AtM: 5000},
}

// ageGroups are 18-34, then five years each, 75 and over the last.
func ageGroups() []race.Category {
	var out []race.Category
	for _, sex := range []race.Sex{race.Male, race.Female} {
		out = append(out, race.Category{ID: string(sex) + "18", Name: string(sex) + " 18-34", Sex: sex, MinAge: 18, MaxAge: 34})
		for from := 35; from <= 75; from += 5 {
			c := race.Category{ID: fmt.Sprintf("%s%d", sex, from), Sex: sex, MinAge: from, MaxAge: from + 4}
			c.Name = fmt.Sprintf("%s %d-%d", sex, c.MinAge, c.MaxAge)
			if from == 75 {
				c.MaxAge, c.Name = 0, fmt.Sprintf("%s %d+", sex, from)
			}
			out = append(out, c)
		}
	}
	return out
}
