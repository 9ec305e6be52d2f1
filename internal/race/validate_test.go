package race

import (
	"errors"
	"math"
	"testing"
	"time"
	_ "time/tzdata"

	"stadion/internal/fault"
)

func soundEdition() *Edition {
	return &Edition{
		ID: "pyongyang-2025", Name: "31st", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Points: []Point{{ID: "stadium"}, {ID: "km5"}},
		Races: []Race{{ID: "marathon", DistanceM: 42195, TimeLimit: Duration(4 * time.Hour),
			Course: []CoursePoint{{Point: "stadium"}, {Point: "km5", AtM: 5000, Label: "5k"}, {Point: "km5", AtM: 15000}, {Point: "stadium", AtM: 42195}}}},
		Categories: []Category{{ID: "M40", Sex: Male, MinAge: 40, MaxAge: 44}, {ID: "M45", Sex: Male, MinAge: 45}},
	}
}

func TestComplete_FillsWhatMayBeLeftOut(t *testing.T) {
	e := soundEdition()
	for range 2 {
		Complete(e)
		r := e.Races[0]
		if len(r.Waves) != 1 || r.Waves[0].ID != "all" || r.RankBy != Gun || r.Name != "marathon" {
			t.Fatalf("race = %+v", r)
		}
		if r.Course[1].Label != "5k" || r.Course[2].Label != "km5_2" || r.Course[0].Label != "" || r.Course[3].Label != "" {
			t.Fatalf("course = %+v", r.Course)
		}
	}
}

func TestValidate_SoundEditionHasNoFaults(t *testing.T) {
	e := soundEdition()
	Complete(e)
	if w, err := Validate(e); err != nil || len(w) != 0 {
		t.Fatalf("warnings %v, faults %v", w, err)
	}
}

func TestValidate_NamesTheValueThatIsWrong(t *testing.T) {
	gun := func(s string) Instant { v, _ := time.Parse(time.RFC3339, s); return At(v) }
	for _, c := range []struct {
		code, path string
		spoil      func(*Edition)
	}{
		{"edition.no_id", "id", func(e *Edition) { e.ID = "" }},
		{"edition.bad_id", "id", func(e *Edition) { e.ID = "a/b" }},
		{"edition.bad_id", "id", func(e *Edition) { e.ID = ".." }},
		{"edition.no_name", "name", func(e *Edition) { e.Name = " " }},
		{"edition.bad_date", "date", func(e *Edition) { e.Date = "2025-02-30" }},
		{"edition.bad_zone", "zone", func(e *Edition) { e.Zone = "Asia/Pyöngyang" }},
		{"edition.bad_zone", "zone", func(e *Edition) { e.Zone = "" }},
		{"edition.bad_zone", "zone", func(e *Edition) { e.Zone = "Local" }},
		{"edition.no_point", "point", func(e *Edition) { e.Points = nil }},
		{"edition.id_twice", "point[1].id", func(e *Edition) { e.Points[1].ID = "Stadium" }},
		{"edition.no_id", "point[1].box[0].id", func(e *Edition) { e.Points[1].Boxes = []PointBox{{}} }},
		{"edition.bad_policy", "point[0].policy", func(e *Edition) { e.Points[0].Policy = "best" }},
		{"edition.negative", "timing.cluster", func(e *Edition) { e.Timing.Cluster = -1 }},
		{"edition.no_race", "race", func(e *Edition) { e.Races = nil; e.Categories = nil }},
		{"edition.no_id", "race[0].id", func(e *Edition) { e.Races[0].ID = "" }},
		{"edition.bad_distance", "race[0].distance_m", func(e *Edition) { e.Races[0].DistanceM = 0 }},
		{"edition.bad_distance", "race[0].distance_m", func(e *Edition) { e.Races[0].DistanceM = math.NaN() }},
		{"edition.bad_distance", "race[0].distance_m", func(e *Edition) { e.Races[0].DistanceM = math.Inf(1) }},
		{"edition.negative", "race[0].time_limit", func(e *Edition) { e.Races[0].TimeLimit = -1 }},
		{"edition.negative", "race[0].max_speed", func(e *Edition) { e.Races[0].MaxSpeed = math.NaN() }},
		{"edition.bad_basis", "race[0].rank_by", func(e *Edition) { e.Races[0].RankBy = "chip" }},
		{"edition.short_course", "race[0].course", func(e *Edition) { e.Races[0].Course = e.Races[0].Course[:1] }},
		{"edition.unknown_point", "race[0].course[1].point", func(e *Edition) { e.Races[0].Course[1].Point = "km7" }},
		{"edition.course_start", "race[0].course[0].at_m", func(e *Edition) { e.Races[0].Course[0].AtM = 10 }},
		{"edition.course_order", "race[0].course[2].at_m", func(e *Edition) { e.Races[0].Course[2].AtM = 5000 }},
		{"edition.course_order", "race[0].course[2].at_m", func(e *Edition) { e.Races[0].Course[2].AtM = math.NaN() }},
		{"edition.course_end", "race[0].course[3].at_m", func(e *Edition) { e.Races[0].Course[3].AtM = 42000 }},
		{"edition.label_twice", "race[0].course[2].label", func(e *Edition) { e.Races[0].Course[2].Label = "5K" }},
		{"edition.label_twice", "race[0].course[1].label", func(e *Edition) { e.Races[0].Course[1].Label = "finish" }},
		{"edition.id_twice", "race[0].wave[1].id", func(e *Edition) { e.Races[0].Waves = []Wave{{ID: "a"}, {ID: "a"}} }},
		{"edition.gun_date", "race[0].wave[0].gun", func(e *Edition) {
			e.Races[0].Waves = []Wave{{ID: "a", Gun: gun("2024-04-06T09:00:00+09:00")}}
		}},
		{"edition.negative", "point[0].box[0].resolution", func(e *Edition) { e.Points[0].Boxes = []PointBox{{ID: "b", Resolution: -1}} }},
		{"edition.negative", "race[0].course[1].cutoff", func(e *Edition) { e.Races[0].Course[1].Cutoff = -1 }},
		{"edition.bad_chip_code", "chip_rule[0].bib", func(e *Edition) { e.ChipRules = []ChipRule{{Bib: "hex"}} }},
		{"edition.negative", "chip_rule[0].skip", func(e *Edition) { e.ChipRules = []ChipRule{{Bib: ChipText, Skip: -1}} }},
		{"edition.negative", "chip_rule[0].length", func(e *Edition) { e.ChipRules = []ChipRule{{Bib: ChipText, Length: -1}} }},
		{"edition.bad_sex", "category[0].sex", func(e *Edition) { e.Categories[0].Sex = "W" }},
		{"edition.age_range", "category[0].min_age", func(e *Edition) { e.Categories[0].MinAge = 50 }},
		{"edition.negative", "category[0].min_age", func(e *Edition) { e.Categories[0].MinAge = -1 }},
		{"edition.unknown_race", "category[0].races[0]", func(e *Edition) { e.Categories[0].Races = []string{"half"} }},
	} {
		e := soundEdition()
		c.spoil(e)
		Complete(e)
		_, err := Validate(e)
		var list fault.List
		if !errors.As(err, &list) {
			t.Errorf("%s: no fault", c.code)
			continue
		}
		if list[0].Code != c.code || list[0].Field != c.path || list[0].Args["where"] != c.path || list[0].Kind != fault.Invalid {
			t.Errorf("want %s at %s, got %v", c.code, c.path, list)
		}
	}
}

func TestValidate_OverlappingCategoriesAreADoubt(t *testing.T) {
	e := soundEdition()
	e.Categories = append(e.Categories, Category{ID: "all", MinAge: 50}, Category{ID: "F", Sex: Female, MaxAge: 40})
	Complete(e)
	w, err := Validate(e)
	if err != nil || len(w) != 1 || w[0].Code != "edition.category_overlap" || w[0].Args["other"] != "M45" {
		t.Errorf("warnings %v, faults %v", w, err)
	}
}

func TestDaysOff_CountsOnTheClocksOfTheZone(t *testing.T) {
	e := soundEdition()
	for at, want := range map[string]int{
		"2025-04-06T00:00:00+09:00": 0, "2025-04-06T23:59:59+09:00": 0, "2025-04-05T23:59:59+09:00": 1,
		"2025-04-04T00:00:00+09:00": 2, "2025-04-03T23:59:59+09:00": 3, "2025-04-08T23:59:59+09:00": 2,
		"2025-04-09T00:00:01+09:00": 3, "1970-01-01T00:00:05Z": 20184,
	} {
		v, _ := time.Parse(time.RFC3339, at)
		if got, _ := e.DaysOff(At(v)); got != want {
			t.Errorf("DaysOff(%s) = %d, want %d", at, got, want)
		}
	}
}
