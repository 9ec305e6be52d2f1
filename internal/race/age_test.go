package race

import (
	"testing"

	"stadion/internal/fault"
)

func TestAgeOn_LeapDayBirthdayIsTheFirstOfMarch(t *testing.T) {
	for _, c := range []struct {
		birth, date string
		want        int
	}{
		{"1985-04-06", "2025-04-06", 40}, {"1985-04-07", "2025-04-06", 39}, {"1985-05-01", "2025-04-06", 39},
		{"2000-02-29", "2025-02-28", 24}, {"2000-02-29", "2025-03-01", 25}, {"2000-02-29", "2024-02-29", 24},
		{"2025-04-06", "2025-04-06", 0},
	} {
		if got, err := AgeOn(c.birth, c.date); err != nil || got != c.want {
			t.Errorf("AgeOn(%s, %s) = %d, %v, want %d", c.birth, c.date, got, err, c.want)
		}
	}
	for birth, code := range map[string]string{"2001-02-29": "person.bad_date", "": "person.bad_date", "2026-01-01": "person.born_later"} {
		if _, err := AgeOn(birth, "2025-04-06"); fault.CodeOf(err) != code {
			t.Errorf("AgeOn(%q) = %v, want %s", birth, err, code)
		}
	}
}

func TestCategoryOf_FirstThatMatchesSexAgeClassAndRace(t *testing.T) {
	e := &Edition{Date: "2025-04-06", Races: []Race{{ID: "marathon"}, {ID: "10k"}}, Categories: []Category{
		{ID: "E", Class: Elite},
		{ID: "M40", Sex: Male, MinAge: 40, MaxAge: 44},
		{ID: "M45", Sex: Male, MinAge: 45},
		{ID: "W", Sex: Female, Races: []string{"marathon"}},
	}}
	of := func(sex Sex, birth string, age int, class Class, race string) string {
		return CategoryOf(e, Starter{Race: race, Class: class, Person: Person{Sex: sex, BirthDate: birth, Age: age}})
	}
	for _, c := range []struct{ got, want string }{
		{of(Male, "1985-04-06", 0, Open, "marathon"), "M40"},
		{of(Male, "1985-04-07", 0, Open, "marathon"), ""},
		{of(Male, "", 44, Open, "10k"), "M40"},
		{of(Male, "", 90, Open, "10k"), "M45"},
		{of(Male, "", 0, Open, "10k"), ""},
		{of(Male, "1985-04-06", 20, Elite, "10k"), "E"},
		{of(Female, "", 0, Open, "marathon"), "W"},
		{of(Female, "", 30, Open, "10k"), ""},
		{of(Mixed, "", 42, Open, "marathon"), ""},
		{of(Male, "1985-04-06", 20, Open, "marathon"), "M40"}, // the birth date wins
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
