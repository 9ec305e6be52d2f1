package results

import "stadion/internal/race"

// Contest is what the lists of a race are made from: its rows, published or
// live, and what they are ranked by.
type Contest struct {
	Race     *race.Race
	Basis    race.Basis // of the places in the rows; "" = the race's
	State    State
	Revision int // 0 = none published
	Rows     []Row
}

// ContestOf is a published revision as a contest; ok is false if the edition
// has no such race.
func ContestOf(e *race.Edition, r Revision) (c Contest, ok bool) {
	rc := e.Race(r.Race)
	return Contest{rc, r.Basis, r.State, r.Number, r.Rows}, rc != nil
}

// Standing is one list of a race: who is on it, in which order, by which time
// (docs/rules/lists.md). It points into the rows it was made from and must not
// change them. Places of a standing are its own; the official ones stay in the
// rows (rule L4).
type Standing struct {
	ID       string    // unique in the race: "overall", "sex-f", "category-m40"
	Rule     race.List // the rule that made it
	Race     *race.Race
	Value    string // of Rule.Of: "F", "M40", "KOR", "yes"; "" in lists of all and of teams
	Label    string // the name the edition gives the value, "" = none
	Basis    race.Basis
	State    State
	Revision int // 0 = none published

	Lines      []StandingLine // by place; not in lists of teams
	Teams      []TeamLine     // by place; only in lists of teams
	Incomplete []TeamLine     // teams with too few times, by name
	Total      int            // lines or teams with a place, before Rule.Top cut them
	NoTime     []*Row         // finished without time: a section of their own (rule L9)
	Rest       []*Row         // running, DNF, DQ, DNS: in that order, furthest first
	LeftOut    []LeftOut      // who would have a place, but has a prize in an earlier list
	Excluded   []Sentence     // titles of the earlier rules whose winners are left out
	Award      *Award         // nil in lists without prizes
	Records    []RecordMark   // course records the list could touch; by gun only
}

// StandingLine is one runner's line.
type StandingLine struct {
	Place  int // in this list; equal order gives equal place
	Prize  int // the place that gets a prize, 0 = none
	Row    *Row
	Time   string // h:mm:ss on the list's basis
	Ms     Ms     // exact
	Behind string // "+h:mm:ss" to the first of this list
	Record RecordState
}

// TeamLine is one team's line: the sum of its best times.
type TeamLine struct {
	Place   int // 0 = incomplete
	Prize   int
	Name    string
	Time    string // of the sum, rounded up once; "" = incomplete
	Ms      Ms     // exact sum, negative = incomplete
	Behind  string
	Members []*Row // whose times count, fastest first
	Others  []*Row // finished, but not among the best
	Missing int    // times that are missing, 0 = complete
}

// LeftOut is a runner who is left out of an award list because of a prize in an
// earlier one. The official place stays.
type LeftOut struct {
	Row   *Row
	In    string   // id of the list with the prize
	Title Sentence // of that list
	Prize int      // the place there
	rule  string   // id of that list's rule
}

// Award says what an award list gives, and whether it can still change.
type Award struct {
	Prizes  int  // places with a prize; equals share, so there can be more winners
	Settled bool // nobody on the course can change the winners any more
	Waiting int  // runners on the course who still could
	// Until is when the last of those no longer can; 0 = settled, or no time
	// bounds it.
	Until race.Instant
	After []string // ids of unsettled earlier lists this one depends on
}

// RecordState says how a time stands to the course record.
type RecordState string

// The states of a record and of a line.
const (
	RecordStands   RecordState = ""         // nobody was as fast
	RecordEqualled RecordState = "equalled" // the same official time
	RecordBeaten   RecordState = "beaten"   // faster
	RecordInside   RecordState = "inside"   // of a line: faster than the old record, but not the new one
)

// RecordMark is a course record beside what was run now. The record before is
// kept in it.
type RecordMark struct {
	Record  race.Record // as it stood before this edition
	State   RecordState
	Time    string     // the new or equal time, "" if the record stands
	By      []*Row     // who ran it
	Doubt   []string   // flags of theirs that a referee should settle first
	Void    []VoidTime // faster or equal, but no record (rule L8)
	Pending bool       // the list is not official yet
}

// VoidTime is a time that is no record for the reason of its flag.
type VoidTime struct {
	Row  *Row
	Flag string
}
