package race

import (
	"errors"
	"slices"
	"testing"
	"time"

	"stadion/internal/fault"
)

func TestValidate_RulesOfListsAndRecords(t *testing.T) {
	podium := List{ID: "podium", Of: OfSex, Prizes: 3}
	for _, c := range []struct {
		code, path string
		spoil      func(*Edition)
	}{
		{"edition.no_id", "list[0].id", func(e *Edition) { e.Lists = []List{{}} }},
		{"edition.id_twice", "list[1].id", func(e *Edition) { e.Lists = []List{podium, podium} }},
		{"edition.list_of", "list[0].of", func(e *Edition) { e.Lists = []List{{ID: "a", Of: "shoe"}} }},
		{"edition.list_only", "list[0].only", func(e *Edition) { e.Lists = []List{{ID: "a", Of: OfSex, Only: "W"}} }},
		{"edition.list_only", "list[0].only", func(e *Edition) { e.Lists = []List{{ID: "a", Of: OfCategory, Only: "M90"}} }},
		{"edition.list_only", "list[0].only", func(e *Edition) { e.Lists = []List{{ID: "a", Only: "M"}} }},
		{"edition.list_only", "list[0].only", func(e *Edition) { e.Lists = []List{{ID: "a", Of: OfResident, Only: "maybe"}} }},
		{"edition.bad_basis", "list[0].basis", func(e *Edition) { e.Lists = []List{{ID: "a", Basis: NoBasis}} }},
		{"edition.bad_sex", "list[0].sex", func(e *Edition) { e.Lists = []List{{ID: "a", Sex: "W"}} }},
		{"edition.unknown_race", "list[0].races[0]", func(e *Edition) { e.Lists = []List{{ID: "a", Races: []string{"half"}}} }},
		{"edition.negative", "list[0].top", func(e *Edition) { e.Lists = []List{{ID: "a", Top: -1}} }},
		{"edition.negative", "list[0].best", func(e *Edition) { e.Lists = []List{{ID: "a", Of: OfTeam, Best: -1}} }},
		{"edition.negative", "list[0].prizes", func(e *Edition) { e.Lists = []List{{ID: "a", Prizes: -1}} }},
		{"edition.list_no_team", "list[0].best", func(e *Edition) { e.Lists = []List{{ID: "a", Best: 3}} }},
		{"edition.list_exclude", "list[0].exclude[0]", func(e *Edition) { e.Lists = []List{{ID: "a", Exclude: []string{"podium"}}, podium} }},
		{"edition.list_exclude", "list[0].exclude[0]", func(e *Edition) { e.Lists = []List{{ID: "a", Prizes: 1, Exclude: []string{"a"}}} }},
		{"edition.list_exclude_prizes", "list[1].exclude[0]", func(e *Edition) { e.Lists = []List{{ID: "a"}, {ID: "b", Exclude: []string{"a"}}} }},
		{"edition.list_exclude_team", "list[1].exclude[0]", func(e *Edition) { e.Lists = []List{podium, {ID: "b", Of: OfClub, Exclude: []string{"podium"}}} }},
		{"edition.unknown_race", "record[0].race", func(e *Edition) { e.Records = []Record{{Race: "half", Time: "1:00:00", Name: "N"}} }},
		{"edition.record_time", "record[0].time", func(e *Edition) { e.Records = []Record{{Race: "marathon", Time: "2:10", Name: "N"}} }},
		{"edition.record_time", "record[0].time", func(e *Edition) { e.Records = []Record{{Race: "marathon", Time: "0:00:00", Name: "N"}} }},
		{"edition.record_name", "record[0].name", func(e *Edition) { e.Records = []Record{{Race: "marathon", Time: "2:10:00"}} }},
		{"edition.bad_sex", "record[0].sex", func(e *Edition) { e.Records = []Record{{Race: "marathon", Time: "2:10:00", Name: "N", Sex: "W"}} }},
		{"edition.record_twice", "record[1].race", func(e *Edition) {
			e.Records = []Record{{Race: "marathon", Time: "2:10:00", Name: "N"}, {Race: "marathon", Time: "2:11:00", Name: "O"}}
		}},
		{"edition.bad_age_grade", "race[0].age_grade", func(e *Edition) { e.Races[0].AgeGrade = "chip" }},
	} {
		e := soundEdition()
		c.spoil(e)
		Complete(e)
		_, err := Validate(e)
		var list fault.List
		if !errors.As(err, &list) || list[0].Code != c.code || list[0].Field != c.path {
			t.Errorf("want %s at %s, got %v", c.code, c.path, err)
		}
	}
	e := soundEdition()
	e.Races[0].AgeGrade = NoBasis
	e.Lists = []List{podium, {ID: "c", Of: OfCategory, Only: "m40", Prizes: 1, Exclude: []string{"podium"}, Basis: Net}, {ID: "t", Of: OfTeam, Best: 4}, {ID: "a", Of: "all"}}
	e.Records = []Record{{Race: "marathon", Time: "2:10:11", Name: "N"}, {Race: "marathon", Sex: Female, Time: "2:25:00", Name: "N"}}
	Complete(e)
	if _, err := Validate(e); err != nil {
		t.Errorf("sound rules: %v", err)
	}
}

func TestRecord_IsHoursMinutesSeconds(t *testing.T) {
	for s, want := range map[string]time.Duration{"2:10:11": 2*time.Hour + 10*time.Minute + 11*time.Second, "0:13:00": 13 * time.Minute, "10:00:00": 10 * time.Hour} {
		if d, ok := (&Record{Time: s}).Elapsed(); !ok || d != want {
			t.Errorf("%s: %s %v", s, d, ok)
		}
	}
	for _, s := range []string{"", "2:10", "2:60:00", "2:10:60", "2:10:11.5", "-2:10:11", "2h10m", "0:00:00"} {
		if _, ok := (&Record{Time: s}).Elapsed(); ok {
			t.Errorf("%q is a record", s)
		}
	}
}

func TestListRules_DefaultsAndBasis(t *testing.T) {
	e := soundEdition()
	var ids []string
	for _, l := range e.ListRules() {
		ids = append(ids, l.ID)
	}
	if !slices.Equal(ids, []string{"overall", "sex", "category"}) {
		t.Errorf("defaults %v", ids)
	}
	net, gun := &Race{RankBy: Net}, &Race{}
	for _, c := range []struct {
		l    List
		r    *Race
		want Basis
	}{{List{}, net, Net}, {List{}, gun, Gun}, {List{Prizes: 1}, net, Gun}, {List{Prizes: 1, Basis: Net}, gun, Net}} {
		if got := c.l.BasisIn(c.r); got != c.want {
			t.Errorf("%+v by %s, want %s", c.l, got, c.want)
		}
	}
}
