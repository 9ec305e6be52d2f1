package logbook

import (
	"time"

	"stadion/internal/race"
)

// Kind names what a line states. Kinds are words, the same in the file, in the
// database and on the page.
type Kind string

// The kinds of lines and the body each carries.
const (
	KindEdition   Kind = "edition"    // race.Edition: the rules of the day, a later one replaces an earlier one
	KindStartList Kind = "start_list" // StartList: the whole list, a later one replaces an earlier one
	KindGun       Kind = "gun"        // Gun
	KindReads     Kind = "reads"      // []Read: one poll of a box
	KindClock     Kind = "clock"      // Clock
	KindRuling    Kind = "ruling"     // Ruling
	KindCourse    Kind = "course"     // Course
	KindProtest   Kind = "protest"    // Protest
	KindClose     Kind = "close"      // Close
	KindPublish   Kind = "publish"    // Publication
	KindNote      Kind = "note"       // Note
)

// Read is one sighting of a chip by a box, or one manual entry. It is evidence:
// never changed, never deleted.
type Read struct {
	Point   string       // point id as the box or the file named it
	Chip    string       // as read; compared by race.ChipKey; "" when Bib is set
	Bib     string       // hand-kept lists name the bib instead of a chip
	At      race.Instant // as the box's clock said, uncorrected
	Box     string       // "" when unknown
	Epoch   uint32       // of the box, +1 at each of its restarts
	Seq     uint64       // within (Box, Epoch); 0 = the source gives none
	Antenna uint8        // 0 = unknown
	RSSI    int8         // dBm; 0 = unknown
	Manual  bool         // pressed or typed by a person
}

// Gun records that a race was started. A race may have several records; the
// latest recorded one that is not void counts for its waves (cases 3, 47).
type Gun struct {
	ID    string       `json:"id"`
	Race  string       `json:"race"`
	Waves []string     `json:"waves,omitempty"` // empty = every wave of the race
	At    race.Instant `json:"at"`
	Void  bool         `json:"void,omitempty"` // a record that says: this start did not count
}

// Clock is one comparison of a box's clock with true time. Between two of them
// the correction is interpolated; before the first and after the last it is
// held (docs/rules/clocks.md).
type Clock struct {
	Box   string       `json:"box"`
	Epoch uint32       `json:"epoch,omitempty"`
	BoxAt race.Instant `json:"box_at"`  // what the box's clock showed
	True  race.Instant `json:"true_at"` // what it should have shown
}

// Correction is what must be added to the box's clock at the comparison.
func (c Clock) Correction() time.Duration { return c.True.Sub(c.BoxAt) }

// RulingKind names a ruling of the referee.
type RulingKind string

// The rulings (formats.md of the project's contract; docs/rules/rulings.md).
const (
	DNS        RulingKind = "dns"
	DNF        RulingKind = "dnf"
	DQ         RulingKind = "dq"
	TimeAdjust RulingKind = "time_adjust" // Value: "+30s"
	FinishTime RulingKind = "finish_time" // Value: instant, time of day, or elapsed
	Order      RulingKind = "order"       // Value: the place decided by the judges
	AssignChip RulingKind = "chip"        // Value: the chip now carried
	VoidRead   RulingKind = "void_read"   // Value: point@instant
	NoTime     RulingKind = "no_time"     // finished without time
	SetWave    RulingKind = "wave"        // Value: the wave really started with
	SetRace    RulingKind = "race"        // Value: the race the runner is scored in
	GiveRead   RulingKind = "give_read"   // Value: point@instant of a typed time that is this bib's
	Neutralise RulingKind = "neutralise"  // Value: instant/instant that does not count; no bib = everybody
	Undo       RulingKind = "undo"        // Value: id of the ruling that is undone
)

// Ruling is a referee's decision. It is never deleted: a later ruling undoes it.
type Ruling struct {
	ID    string       `json:"id"`
	Bib   string       `json:"bib,omitempty"`
	Race  string       `json:"race,omitempty"`
	Kind  RulingKind   `json:"kind"`
	Value string       `json:"value,omitempty"`
	Rule  string       `json:"rule,omitempty"` // the rule applied, e.g. "TR 24.7"
	Note  string       `json:"note,omitempty"`
	By    string       `json:"by,omitempty"`
	At    race.Instant `json:"at"` // when it was made; orders rulings
}

// Close states that nobody of a race is on the course any more: who has not
// finished by the evidence did not finish, who left none did not start. A later
// recorded one replaces an earlier one; Reopen takes it back.
type Close struct {
	Race   string `json:"race"` // "" = every race
	Reopen bool   `json:"reopen,omitempty"`
}

// Course states on which variant of its course a race is run; "" is the course
// of the edition. A later recorded one replaces an earlier one.
type Course struct {
	Race    string `json:"race"`
	Variant string `json:"variant"`
	Note    string `json:"note,omitempty"`
}

// CourseFact is a Course together with when it was recorded.
type CourseFact struct {
	Course
	Recorded race.Instant
	Line     string
}

// Outcome is what became of a protest.
type Outcome string

// The outcomes. A protest is open until it has one.
const (
	Upheld    Outcome = "upheld"
	Dismissed Outcome = "dismissed"
	Withdrawn Outcome = "withdrawn"
)

// Protest is lodged against a provisional list, and is the same protest decided
// when a later line with its id has an outcome.
type Protest struct {
	ID      string       `json:"id"`
	Race    string       `json:"race"`
	Bib     string       `json:"bib,omitempty"` // whom it concerns, "" = the list
	By      string       `json:"by"`            // who protests, as they sign
	Text    string       `json:"text"`
	Lodged  race.Instant `json:"lodged"`
	Outcome Outcome      `json:"outcome,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Decided race.Instant `json:"decided,omitempty"`
}

// ProtestFact is a Protest together with when it was recorded.
type ProtestFact struct {
	Protest
	Recorded race.Instant
	Line     string
}

// CloseFact is a Close together with when it was recorded.
type CloseFact struct {
	Close
	Recorded race.Instant
	Line     string
}

// StartList is one revision of the start list. A later revision replaces an
// earlier one; reads never move.
type StartList struct {
	Revision int            `json:"revision"`
	Starters race.StartList `json:"starters"`
}

// Publication records that a revision of the results went out.
type Publication struct {
	Race     string       `json:"race"`
	Revision int          `json:"revision"`
	State    string       `json:"state"` // provisional, official
	Hash     string       `json:"hash"`  // SHA-256 of the revision's results.json, hex
	At       race.Instant `json:"at"`
}

// Note is a remark of the crew.
type Note struct {
	Text string `json:"text"`
	Bib  string `json:"bib,omitempty"`
}

// Facts are the contents of a logbook, gathered: a set, whatever order the
// lines arrived in. The latest edition and start list are those of the latest
// line by (instant, id).
type Facts struct {
	Edition      *race.Edition
	StartList    race.StartList
	Reads        []Read
	Guns         []GunFact
	Clocks       []Clock
	Rulings      []Ruling
	Closes       []CloseFact
	Courses      []CourseFact
	Protests     []ProtestFact
	Publications []Publication
}

// GunFact is a gun together with the instant it was recorded at, which decides
// between several of them.
type GunFact struct {
	Gun
	Recorded race.Instant
	Line     string // id of the line, breaks ties
}
