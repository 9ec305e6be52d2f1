package scoring

import (
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Status says how a runner's race stands. States are words, everywhere.
type Status string

// The statuses of a result.
const (
	Running        Status = "running"
	Finished       Status = "finished"
	FinishedNoTime Status = "finished_no_time"
	DNF            Status = "dnf"
	DNS            Status = "dns"
	DQ             Status = "dq"
)

// None is the elapsed time that is not known.
const None time.Duration = -1

// Outcome is everything Score says: one Board per race in the edition's order,
// the problems a person should look at, and a verdict on every read.
type Outcome struct {
	Boards   []Board
	Problems []Problem
	engine   *Engine
}

// Board is the result of one race: finishers by place, then the others in the
// order running, finished_no_time, dnf, dq, dns, each by progress and bib.
type Board struct {
	Race    *race.Race
	Results []*Result
}

// Result is one starter's race. Times are exact: they are rounded up once, when
// they are shown (race.Clock).
type Result struct {
	Index         int32  // of the starter in the start list
	Version       uint32 // grows each time the runner is scored anew; others can move the places without it
	Starter       *race.Starter
	Category      string // id of the age group, "" = none
	Age           int    // on race day, 0 = unknown
	Status        Status
	Place         int // 0 = none; equal order gives equal place, the next is skipped
	PlaceSex      int
	PlaceCategory int
	Gun           time.Duration // gun to finish, None if not known: the official time
	Net           time.Duration // start line to finish, None if not known
	GunAt         race.Instant  // of the runner's wave, 0 = not yet fired
	StartAt       race.Instant  // crossing of the start, 0 = not seen
	FinishAt      race.Instant
	Splits        []race.Instant // when Course[i+1] was passed, finish included; 0 = missing: blank, never interpolated (case 9)
	Last          int            // index of the last point passed in Splits, -1 = none yet
	Neutral       []Span         // what does not count of the runner's time (case 54)
	Flags         []Flag
	RuleCited     string // of a DQ or a penalty, e.g. "TR 24.7"
	Remark        string // of the referee

	startStep, finishStep time.Duration // resolution of the boxes that saw start and finish
}

// Span is the time between two instants.
type Span struct{ From, To race.Instant }

// Flag is a doubt or a remark about a result, with the values of its sentence.
// Flags never change a result; people do, by rulings.
type Flag struct {
	Code FlagCode
	Args map[string]string
}

// FlagCode names a flag; its sentence is the message "flag.CODE".
type FlagCode string

// The flags.
const (
	FlagNetUnavailable FlagCode = "net_unavailable"  // no start read: net counted from the gun (case 4)
	FlagStartBeforeGun FlagCode = "start_before_gun" // left the mat before the gun: net counted from the gun (case 1)
	FlagEarlyStart     FlagCode = "early_start"      // on course before the own wave's gun (case 3)
	FlagLateStart      FlagCode = "late_start"       // start read after the start closed (case 5)
	FlagMissingPoints  FlagCode = "missing_points"   // course check: points without a passing (cases 8, 10)
	FlagTooFast        FlagCode = "too_fast"         // a leg faster than is believed (cases 10, 37)
	FlagAmbiguous      FlagCode = "ambiguous"        // another reading of the passings is nearly as good (case 35)
	FlagChipConflict   FlagCode = "chip_conflict"    // a chip of this runner is on two bibs (case 12)
	FlagReadConflict   FlagCode = "read_conflict"    // two chips of the runner at two places at once (case 11)
	FlagDNSWithReads   FlagCode = "dns_with_reads"   // case 39
	FlagDNFFinished    FlagCode = "dnf_finished"     // case 38
	FlagOverLimit      FlagCode = "over_limit"       // finished after the time limit
	FlagTieDecided     FlagCode = "tie_decided"      // placed by the judges
	FlagTimeAdjusted   FlagCode = "time_adjusted"    // by a ruling
	FlagManualTime     FlagCode = "manual_time"      // the finish is a manual entry
	FlagGunMissing     FlagCode = "gun_missing"      // results pending (case 48)
	FlagUnsynchronised FlagCode = "unsynchronised"   // a box's clock was far off and nobody corrected it (case 25)
	FlagFinishTooEarly FlagCode = "finish_too_early" // crossed the finish impossibly early: not a finish (case 7)
	FlagImpossible     FlagCode = "impossible_order" // seen where the rest of the race leaves no room for it (case 6)
	FlagOverCutoff     FlagCode = "over_cutoff"      // passed a point after it had closed (case 50)
	FlagNeutralised    FlagCode = "neutralised"      // time was taken off for everybody or by ruling: no record (case 54)
)

// Problem is something a person should look at, ordered by what it would change.
type Problem struct {
	Code   string // a flag code, or "orphan_chip", "time_without_bib", "tie", "gun_missing", "ruling_..."
	Race   string
	Bib    string
	Weight int // larger is more urgent: a podium place first
	Args   map[string]string
}

// Verdict is what became of a read, and why. Every read has one.
type Verdict struct {
	Read   logbook.Read
	Bib    string       // whom it was given to, "" = nobody
	At     race.Instant // corrected
	Use    Use
	Reason Reason
	Split  int // index into the runner's Splits where it was used; -1 start or none
}

// Use says whether a read counts.
type Use string

// The uses.
const (
	UseStart   Use = "start"   // gave the start
	UseSplit   Use = "split"   // gave a split or the finish
	UseCluster Use = "cluster" // same passing as a read that counts
	UseNone    Use = "unused"
	UseOrphan  Use = "orphan" // nobody carries this chip (case 16)
)

// Reason explains a verdict; its sentence is the message "reason.CODE".
type Reason string

// The reasons.
const (
	ReasonFirst          Reason = "first_of_passing"
	ReasonLast           Reason = "last_of_passing"
	ReasonStrongest      Reason = "strongest_of_passing"
	ReasonSamePassing    Reason = "same_passing"
	ReasonBackup         Reason = "backup_not_needed"
	ReasonUnknownChip    Reason = "unknown_chip"
	ReasonUnknownBib     Reason = "unknown_bib"
	ReasonUnknownPoint   Reason = "unknown_point"
	ReasonChipTwice      Reason = "chip_on_two_bibs"
	ReasonWrongPoint     Reason = "point_not_on_course"
	ReasonBeforeStart    Reason = "before_start"
	ReasonEarlierStart   Reason = "earlier_start_crossing"
	ReasonNotAStart      Reason = "after_start_closed"
	ReasonImpossible     Reason = "impossible_order"
	ReasonTooFast        Reason = "faster_than_believed"
	ReasonAfterFinish    Reason = "after_finish"
	ReasonNoGun          Reason = "no_gun"
	ReasonVoided         Reason = "voided_by_ruling"
	ReasonReplaced       Reason = "chip_replaced"
	ReasonOverridden     Reason = "finish_time_by_ruling"
	ReasonUnsynchronised Reason = "clock_not_set"
	ReasonNoBib          Reason = "no_bib"
	ReasonAfterCutoff    Reason = "after_cutoff"
)
