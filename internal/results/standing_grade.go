package results

import (
	"cmp"

	"stadion/internal/agegrade"
	"stadion/internal/race"
	"stadion/internal/scoring"
)

// GradeBasis is the time a race's age grades are of: the one the edition names,
// or else the one the race is ranked by. It is race.NoBasis for a race without.
func GradeBasis(r *race.Race) race.Basis { return cmp.Or(r.AgeGrade, r.RankBy, race.Gun) }

// ageGrade is the age grade of a finisher: of the time as it is printed, so that
// anybody can compute it from the list (rule G3). "" where the tables have none.
func ageGrade(rc *race.Race, r *scoring.Result) string {
	elapsed := r.Gun
	switch GradeBasis(rc) {
	case race.NoBasis:
		return ""
	case race.Net:
		elapsed = r.Net
	}
	percent, _ := agegrade.Grade(r.Starter.Person.Sex, r.Age, rc.DistanceM, race.CeilSecond(elapsed))
	return percent
}
