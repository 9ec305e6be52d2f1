// Package results turns what scoring says into the lists people see and keep:
// rows for files and pages, numbered revisions (provisional, official) and what
// changed between them.
package results

import (
	"encoding/json"
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// Row is one starter's line of a list: the fields and words of results.csv and
// results.json. Ms fields are exact; clock fields are rounded up once.
type Row struct {
	Race          string         `json:"race"`
	Status        scoring.Status `json:"status"`
	Place         Place          `json:"place"`
	PlaceSex      Place          `json:"place_sex"`
	PlaceCategory Place          `json:"place_category"`
	Bib           string         `json:"bib"`
	PrintedName   string         `json:"printed_name"`
	Sex           race.Sex       `json:"sex"`
	Age           Place          `json:"age"`
	Country       string         `json:"country"` // IOC code
	Class         race.Class     `json:"class"`
	Category      string         `json:"category"`
	Club          string         `json:"club,omitempty"`
	Team          string         `json:"team,omitempty"`
	Partner       string         `json:"partner,omitempty"` // for the office: no public file has it
	Resident      race.Residency `json:"resident,omitempty"`
	GunTime       string         `json:"gun_time"` // h:mm:ss
	NetTime       string         `json:"net_time"`
	GunMs         Ms             `json:"gun_ms"`
	NetMs         Ms             `json:"net_ms"`
	Splits        []SplitCell    `json:"splits"`
	AgeGrade      string         `json:"age_grade"`
	Behind        string         `json:"behind"` // on the list's basis, "" for the first
	Flags         []string       `json:"flags"`
	Remark        string         `json:"remark"`
	GunAt         race.Instant   `json:"gun_at,omitempty"` // of the wave, only of who is running: 0 = not fired
}

// SplitCell is one course point of a row. Missing splits stay blank.
type SplitCell struct {
	Label   string       `json:"label"` // "finish" at the finish
	Point   string       `json:"point"`
	AtM     float64      `json:"at_m"`
	NetTime string       `json:"net_time"`
	GunTime string       `json:"gun_time"`
	NetMs   Ms           `json:"net_ms"`
	At      race.Instant `json:"at"`
}

// Place is a number that may be absent: 0 is written as null.
type Place int

// MarshalJSON writes null for 0.
func (p Place) MarshalJSON() ([]byte, error) {
	if p == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(int(p))
}

// Ms is an exact elapsed time in milliseconds; negative is written as null.
type Ms int64

// MsOf converts, scoring.None stays "none". Fractions of a millisecond go up.
func MsOf(d time.Duration) Ms {
	if d < 0 {
		return -1
	}
	return Ms((d + time.Millisecond - 1) / time.Millisecond)
}

// Duration is the exact time, scoring.None for "none".
func (m Ms) Duration() time.Duration {
	if m < 0 {
		return scoring.None
	}
	return time.Duration(m) * time.Millisecond
}

// MarshalJSON writes null for "none".
func (m Ms) MarshalJSON() ([]byte, error) {
	if m < 0 {
		return []byte("null"), nil
	}
	return json.Marshal(int64(m))
}

// UnmarshalJSON reads null as "none".
func (m *Ms) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*m = -1
		return nil
	}
	return json.Unmarshal(b, (*int64)(m))
}

// State is where a list stands.
type State string

// The states of a list.
const (
	Live        State = "live"        // moving: no revision was published yet
	Provisional State = "provisional" // published, the protest period runs
	Official    State = "official"
)

// Revision is one published, numbered state of one race's list. It never
// changes; certificates, prizes and archive read revisions.
type Revision struct {
	Edition string       `json:"edition"`
	Race    string       `json:"race"`
	Number  int          `json:"number"` // from 1
	State   State        `json:"state"`
	At      race.Instant `json:"at"`
	By      string       `json:"by"`
	Note    string       `json:"note,omitempty"`
	Basis   race.Basis   `json:"basis"`
	Rows    []Row        `json:"rows"`
	Hash    string       `json:"hash"` // SHA-256 of the rows' JSON, hex
}

// Change is a difference between two revisions for one bib: field, before, after.
type Change struct {
	Bib    string `json:"bib"`
	Name   string `json:"name"`
	Field  string `json:"field"` // place, status, gun_time, net_time, name, ...; "row" for an added or removed bib
	Before string `json:"before"`
	After  string `json:"after"`
}
