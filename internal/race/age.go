package race

import (
	"fmt"
	"time"

	"stadion/internal/fault"
)

// AgeOn is the age in whole years on a day, both as YYYY-MM-DD. Somebody born
// on 29 February becomes a year older on 1 March in years without that day.
// Faults: person.bad_date for what is no date, person.born_later for a birth
// after the day.
func AgeOn(birth, date string) (int, error) {
	b, err := day(birth)
	if err != nil {
		return 0, err
	}
	d, err := day(date)
	if err != nil {
		return 0, err
	}
	if b.After(d) {
		return 0, fault.New(fault.Invalid, "person.born_later", fault.Args{"value": birth, "date": date}).On("birth_date")
	}
	age := d.Year() - b.Year()
	if d.Month() < b.Month() || d.Month() == b.Month() && d.Day() < b.Day() {
		age--
	}
	return age, nil
}

func day(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fault.Wrap(fault.Invalid, "person.bad_date", fmt.Errorf("date: %w", err), fault.Args{"value": s})
	}
	return t, nil
}

// AgeOf is a starter's age on the edition's day: from the birth date where there
// is one, or else as entered; 0 if neither is known.
func AgeOf(e *Edition, s Starter) int {
	if s.Person.BirthDate != "" {
		if age, err := AgeOn(s.Person.BirthDate, e.Date); err == nil {
			return age
		}
	}
	return s.Person.Age
}

// CategoryOf is the id of the first category of the edition that takes the
// starter by sex, age on race day, class and race; "" if none does. Without an
// age only a category without age bounds takes a starter.
func CategoryOf(e *Edition, s Starter) string {
	age := AgeOf(e, s)
	for i := range e.Categories {
		if e.Categories[i].takes(s, age) {
			return e.Categories[i].ID
		}
	}
	return ""
}

func (c *Category) takes(s Starter, age int) bool {
	if c.Sex != "" && c.Sex != s.Person.Sex || c.Class != "" && c.Class != s.Class {
		return false
	}
	if !c.InRace(s.Race) {
		return false
	}
	if c.MinAge == 0 && c.MaxAge == 0 {
		return true
	}
	return age > 0 && age >= c.MinAge && (c.MaxAge == 0 || age <= c.MaxAge)
}

// InRace reports whether the category exists in a race.
func (c *Category) InRace(id string) bool {
	if len(c.Races) == 0 {
		return true
	}
	for _, r := range c.Races {
		if r == id {
			return true
		}
	}
	return false
}
