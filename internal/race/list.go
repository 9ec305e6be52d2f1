package race

import (
	"regexp"
	"strconv"
	"time"
)

// List is a rule by which lists of a race are made: who is on them, what they
// are ordered by, who of them gets a prize (docs/rules/lists.md). A rule of a
// group ("sex", "country") makes one list for each value that runners have,
// or only the list of Only.
type List struct {
	ID    string   `toml:"id" json:"id"`
	Name  string   `toml:"name" json:"name,omitempty"`   // "" = told in the reader's language
	Races []string `toml:"races" json:"races,omitempty"` // empty = every race; each has lists of its own
	Of    ListOf   `toml:"of" json:"of,omitempty"`       // "" = everybody
	Only  string   `toml:"only" json:"only,omitempty"`   // the one value of Of: "F", "M40", "KOR", "yes"
	Sex   Sex      `toml:"sex" json:"sex,omitempty"`     // narrows every list of the rule
	Class Class    `toml:"class" json:"class,omitempty"` // narrows every list of the rule
	// Basis is what the list is ordered by. "" = the race's rank_by, for lists
	// with prizes gun.
	Basis Basis `toml:"basis" json:"basis,omitempty"`
	Top   int   `toml:"top" json:"top,omitempty"`   // places shown, 0 = all
	Best  int   `toml:"best" json:"best,omitempty"` // times that count for a team, 0 = 3
	// Prizes is how many places get a prize, 0 = none: no award list.
	Prizes int `toml:"prizes" json:"prizes,omitempty"`
	// Exclude names earlier lists: who has a prize there is left out here.
	Exclude []string `toml:"exclude" json:"exclude,omitempty"`
	// Office keeps a list from the public. Lists of a partner's customers
	// always are.
	Office bool `toml:"office" json:"office,omitempty"`
}

// ListOf says what a rule makes one list for each value of.
type ListOf string

// What lists are of. Teams and clubs make one list in which each is a line.
const (
	OfAll      ListOf = "" // one list of everybody; also written "all"
	OfSex      ListOf = "sex"
	OfClass    ListOf = "class"
	OfCategory ListOf = "category"
	OfCountry  ListOf = "country"
	OfResident ListOf = "resident"
	OfPartner  ListOf = "partner"
	OfClub     ListOf = "club"
	OfTeam     ListOf = "team"
)

// Teams reports whether the lines of the list are teams.
func (l *List) Teams() bool { return l.Of == OfTeam || l.Of == OfClub }

// Private reports whether the list is for the office only.
func (l *List) Private() bool { return l.Office || l.Of == OfPartner }

// InRace reports whether the list exists in a race.
func (l *List) InRace(id string) bool {
	if len(l.Races) == 0 {
		return true
	}
	for _, r := range l.Races {
		if r == id {
			return true
		}
	}
	return false
}

// BasisIn is what the list is ordered by in a race.
func (l *List) BasisIn(r *Race) Basis {
	switch {
	case l.Basis != "":
		return l.Basis
	case l.Prizes > 0 || r.RankBy == "":
		return Gun
	}
	return r.RankBy
}

// ListRules are the edition's rules of lists, or if it has none: everybody, by
// sex, by age group.
func (e *Edition) ListRules() []List {
	if len(e.Lists) > 0 {
		return e.Lists
	}
	return []List{{ID: "overall"}, {ID: "sex", Of: OfSex}, {ID: "category", Of: OfCategory}}
}

// Record is the best official time run on a course of the edition before it.
type Record struct {
	Race    string `toml:"race" json:"race"`
	Sex     Sex    `toml:"sex" json:"sex,omitempty"` // "" = of everybody
	Time    string `toml:"time" json:"time"`         // h:mm:ss, gun
	Name    string `toml:"name" json:"name"`
	Country string `toml:"country" json:"country,omitempty"` // IOC code
	Year    int    `toml:"year" json:"year,omitempty"`
	Source  string `toml:"source" json:"source,omitempty"` // who says so
}

var clock = regexp.MustCompile(`^([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])$`)

// Elapsed is the record's time; ok is false if it is not written h:mm:ss.
func (r *Record) Elapsed() (d time.Duration, ok bool) {
	m := clock.FindStringSubmatch(r.Time)
	if m == nil {
		return 0, false
	}
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return 0, false
		}
		d += time.Duration(n) * unit
	}
	return d, d > 0
}

// Residency says whether a runner lives where the race is held.
type Residency string

// The residencies. Unknown is "".
const (
	Resident Residency = "yes"
	Visitor  Residency = "no"
)
