package entry

import (
	"time"

	"stadion/internal/race"
)

// defaultAdult is the age from which nobody needs a guardian, where the rule
// names none.
const defaultAdult = 18

// Day is the date of an instant on the clocks of a zone: the race day is that of
// the event's place, wherever its runners come from (case 36).
func Day(at race.Instant, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// Age is the age in whole years on a day. Both are dates, "YYYY-MM-DD", and must
// exist: ok is false for a date that does not, and for a birth after the day.
// Somebody born on 29 February is a year older on the rule's LeapDay in years
// without that day (case 36).
func (r *Rule) Age(birth, day string) (age int, ok bool) {
	b, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		return 0, false
	}
	d, err := time.Parse(time.DateOnly, day)
	if err != nil || b.After(d) {
		return 0, false
	}
	return d.Year() - b.Year() - before(d, r.birthday(b, d.Year())), true
}

// birthday is the day of a year on which somebody becomes a year older.
func (r *Rule) birthday(birth time.Time, year int) time.Time {
	b := time.Date(year, birth.Month(), birth.Day(), 0, 0, 0, 0, time.UTC)
	if b.Day() != birth.Day() && r.LeapDay == "02-28" { // 29 February became 1 March
		return b.AddDate(0, 0, -1)
	}
	return b
}

func before(d, birthday time.Time) int {
	if d.Before(birthday) {
		return 1
	}
	return 0
}

// least is the age a race asks for.
func (r *Rule) least(race string) int {
	if n, ok := r.MinAge[race]; ok {
		return n
	}
	return r.MinAge[""]
}

func (r *Rule) adult() int {
	if r.Adult > 0 {
		return r.Adult
	}
	return defaultAdult
}
