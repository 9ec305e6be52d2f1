// Package race holds the nouns of a race office: editions, races, waves,
// courses, points, categories, persons, bibs, chips, countries, money and
// instants. It knows no technology and decides nothing.
package race

import (
	"time"
)

// Edition is one holding of an event: the key is ID together with Date, the
// organiser's number is only a label inside Name (docs/rules/editions.md).
type Edition struct {
	ID         string     `toml:"id" json:"id"`
	Name       string     `toml:"name" json:"name"`
	Date       string     `toml:"date" json:"date"` // YYYY-MM-DD in Zone
	Zone       string     `toml:"zone" json:"zone"` // IANA name
	Place      string     `toml:"place" json:"place,omitempty"`
	Note       string     `toml:"note" json:"note,omitempty"` // shown on every page, e.g. "invented runners"
	Points     []Point    `toml:"point" json:"points"`
	Races      []Race     `toml:"race" json:"races"`
	Categories []Category `toml:"category" json:"categories,omitempty"`
	Timing     Timing     `toml:"timing" json:"timing"`
	Bib        BibRule    `toml:"bib" json:"bib"`
	// Protest is how long a provisional list can be protested before it may become
	// official. 0 = there is no such period.
	Protest   Duration   `toml:"protest" json:"protest,omitempty"`
	ChipRules []ChipRule `toml:"chip_rule" json:"chip_rules,omitempty"`
	Lists     []List     `toml:"list" json:"lists,omitempty"`
	Records   []Record   `toml:"record" json:"records,omitempty"`
}

// Timing holds the edition's rules for turning reads into passings and for
// judging them. The zero value means the defaults named at each field.
type Timing struct {
	// Cluster is the silence after which a chip's next read at a point is a
	// new passing. Default 20 s.
	Cluster Duration `toml:"cluster" json:"cluster,omitempty"`
	// StartOpens is how long before the gun a crossing of the start mat can
	// belong to the start; an earlier one is flagged. Default 30 min.
	StartOpens Duration `toml:"start_opens" json:"start_opens,omitempty"`
	// StartCloses is how long after the gun the start stays open. Default 30 min.
	StartCloses Duration `toml:"start_closes" json:"start_closes,omitempty"`
	// EarlyTolerance is how much before the gun of the own wave a runner may be
	// on course before it counts as an early start. Default 5 s.
	EarlyTolerance Duration `toml:"early_tolerance" json:"early_tolerance,omitempty"`
}

// Point is a place where a mat lies. Several boxes may serve it.
type Point struct {
	ID     string     `toml:"id" json:"id"`
	Name   string     `toml:"name" json:"name,omitempty"`
	Policy Policy     `toml:"policy" json:"policy,omitempty"` // of a passing's instant; "" = last at a start, first elsewhere
	Boxes  []PointBox `toml:"box" json:"boxes,omitempty"`
}

// PointBox describes a timing box at a point that is not simply the main one.
type PointBox struct {
	ID     string   `toml:"id" json:"id"`
	Backup bool     `toml:"backup" json:"backup,omitempty"` // counts only where the main box saw nothing
	Offset Duration `toml:"offset" json:"offset,omitempty"` // added to every instant of the box
	// Resolution is the smallest time the box can tell apart, "100ms" for one
	// that tells tenths. Times of a coarser box tie where it cannot separate
	// them (docs/rules/times.md, T11). 0 = exact.
	Resolution Duration `toml:"resolution" json:"resolution,omitempty"`
}

// Policy says which read of a passing gives its instant.
type Policy string

// The policies (docs/rules/passings.md).
const (
	First     Policy = "first"
	Last      Policy = "last"
	Strongest Policy = "strongest"
)

// Basis says what a list is ranked by.
type Basis string

// The bases. Gun is the official time of the sport.
const (
	Gun Basis = "gun"
	Net Basis = "net"
	// NoBasis is no time at all: only of Race.AgeGrade.
	NoBasis Basis = "none"
)

// Race is one competition of an edition.
type Race struct {
	ID        string        `toml:"id" json:"id"`
	Name      string        `toml:"name" json:"name"`
	DistanceM float64       `toml:"distance_m" json:"distance_m"`
	TimeLimit Duration      `toml:"time_limit" json:"time_limit,omitempty"` // from the gun of the runner's wave; 0 = none
	RankBy    Basis         `toml:"rank_by" json:"rank_by"`
	Course    []CoursePoint `toml:"course" json:"course"` // in running order; the first is the start, the last the finish
	Waves     []Wave        `toml:"wave" json:"waves"`
	// MaxSpeed is the fastest speed in m/s that is believed of a whole leg of
	// this race. Default 7.5; wheelchairs need about 14.
	MaxSpeed float64 `toml:"max_speed" json:"max_speed,omitempty"`
	// Variants are other courses the race may be switched to on the day.
	Variants []Variant `toml:"variant" json:"variants,omitempty"`
	// CutoffRule is the rule that takes out of the race who passes a point after
	// its cut-off, as it is to be printed. "" = a referee decides.
	CutoffRule string `toml:"cutoff_rule" json:"cutoff_rule,omitempty"`
	// AgeGrade says which time is age-graded: "gun", "net", or "none" where the
	// road tables mean nothing (wheelchairs, trails). "" = as the race is ranked.
	AgeGrade Basis `toml:"age_grade" json:"age_grade,omitempty"`
}

// CoursePoint is the nth meeting of a race with a point. A point may come back.
type CoursePoint struct {
	Point string  `toml:"point" json:"point"`
	AtM   float64 `toml:"at_m" json:"at_m"`
	Label string  `toml:"label" json:"label,omitempty"` // of the split; "" = start or finish
	// Cutoff is when the point closes, from the gun of the runner's wave. 0 = never.
	Cutoff Duration `toml:"cutoff" json:"cutoff,omitempty"`
}

// Variant is another course of a race, prepared beforehand: fewer or more laps,
// a way around a flooded street. Which one counts is said on the day
// (docs/rules/course.md).
type Variant struct {
	ID        string        `toml:"id" json:"id"`
	Name      string        `toml:"name" json:"name,omitempty"`
	DistanceM float64       `toml:"distance_m" json:"distance_m"`
	Course    []CoursePoint `toml:"course" json:"course"`
}

// On is the race on one of its variants; the race itself for "", nil for a
// variant it does not have.
func (r *Race) On(variant string) *Race {
	if variant == "" {
		return r
	}
	for i := range r.Variants {
		if v := &r.Variants[i]; v.ID == variant {
			c := *r
			c.DistanceM, c.Course = v.DistanceM, v.Course
			return &c
		}
	}
	return nil
}

// Wave is a group of a race that starts on one gun.
type Wave struct {
	ID   string  `toml:"id" json:"id"`
	Name string  `toml:"name" json:"name,omitempty"`
	Gun  Instant `toml:"gun" json:"gun,omitempty"` // may be absent: comes as a logbook line on the day
}

// Category is an age group, decided on race day.
type Category struct {
	ID     string   `toml:"id" json:"id"`
	Name   string   `toml:"name" json:"name,omitempty"`
	Sex    Sex      `toml:"sex" json:"sex,omitempty"` // "" = every sex
	MinAge int      `toml:"min_age" json:"min_age,omitempty"`
	MaxAge int      `toml:"max_age" json:"max_age,omitempty"` // 0 = no upper bound
	Races  []string `toml:"races" json:"races,omitempty"`     // empty = every race
	Class  Class    `toml:"class" json:"class,omitempty"`     // "" = every class
}

// BibRule says how bibs are compared (case 58).
type BibRule struct {
	// LeadingZeros false means "0042" and "42" are different bibs (the default).
	IgnoreLeadingZeros bool `toml:"ignore_leading_zeros" json:"ignore_leading_zeros,omitempty"`
}

// Location is the edition's zone from tz data; UTC if the name is unknown
// (Validate refuses such an edition).
func (e *Edition) Location() *time.Location {
	l, err := time.LoadLocation(e.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Race finds a race by id, nil if there is none.
func (e *Edition) Race(id string) *Race {
	for i := range e.Races {
		if e.Races[i].ID == id {
			return &e.Races[i]
		}
	}
	return nil
}

// Point finds a point by id, nil if there is none.
func (e *Edition) Point(id string) *Point {
	for i := range e.Points {
		if e.Points[i].ID == id {
			return &e.Points[i]
		}
	}
	return nil
}

// Wave finds a wave by id; "" finds the only wave of a race that has one.
func (r *Race) Wave(id string) *Wave {
	if id == "" && len(r.Waves) == 1 {
		return &r.Waves[0]
	}
	for i := range r.Waves {
		if r.Waves[i].ID == id {
			return &r.Waves[i]
		}
	}
	return nil
}

// Duration is a length of time that reads and writes as "4h30m" or "0.4s".
type Duration time.Duration

// D is the duration as the standard library's.
func (d Duration) D() time.Duration { return time.Duration(d) }

// UnmarshalText reads "4h30m"; "" is zero.
func (d *Duration) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return []byte(time.Duration(d).String()), nil
}
