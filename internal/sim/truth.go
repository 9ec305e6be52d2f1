package sim

import (
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Fate is how a runner's race truly went, whatever the boxes saw of it.
type Fate string

// The fates.
const (
	FateFinished Fate = "finished"
	FateNoTime   Fate = "finished_no_time" // led into the stadium after the limit, not over the mat
	FateDNF      Fate = "dnf"
	FateDNS      Fate = "dns"
)

// Deed is something out of the ordinary that was done by a runner or to one.
type Deed string

// The deeds. From the first to DeedLostChip each befalls one runner of a field
// (DeedSwapped and DeedTied two), whatever its size.
const (
	DeedCut           Deed = "cut_the_course"                 // turned five kilometres early; disqualified in the afternoon
	DeedSwapped       Deed = "swapped_chips"                  // two friends mixed up their bibs' chips
	DeedCarriesFriend Deed = "carries_a_friends_chip"         // besides the own one
	DeedCarried       Deed = "chip_carried_by_a_friend"       // and did not start
	DeedCar           Deed = "chip_in_a_car"                  // gave up; the pacers' car took the chip along the course
	DeedEarly         Deed = "started_with_an_earlier_wave"   // minutes before the own gun
	DeedLate          Deed = "started_after_the_start_closed" // no start read counts
	DeedLostChip      Deed = "lost_the_chip"                  // a timekeeper wrote the finish down by hand
	DeedTied          Deed = "came_in_side_by_side"           // the mat saw both at the same millisecond: the judges decide
	DeedSwept         Deed = "over_the_limit"                 // out of the race, or led in without time
	DeedStood         Deed = "stood_on_the_start_mat"
	DeedWarmedUp      Deed = "warmed_up_over_the_start_mat"
	DeedReturned      Deed = "came_back_over_the_finish_mat"
)

// Runner is the truth about one starter.
type Runner struct {
	Starter *race.Starter
	Fate    Fate
	Deeds   []Deed
	// At is the true instant at each course point, the start first; 0 = the
	// runner never got there.
	At []race.Instant
	// Seen is, per course point, the instant that the point's policy gives from
	// the reads of this bib's chips, whoever carried them; 0 = no read. It is
	// what scoring must find.
	Seen []race.Instant
	// Ruled is the status the referee gave, "" = none.
	Ruled logbook.RulingKind
}

// Did reports whether a deed is the runner's.
func (r *Runner) Did(d Deed) bool {
	for _, x := range r.Deeds {
		if x == d {
			return true
		}
	}
	return false
}

// Truth is a simulated race day: what happened, and the evidence of it.
type Truth struct {
	Edition   *race.Edition
	StartList race.StartList
	Guns      []logbook.Gun
	Runners   []Runner // as StartList
	Reads     int      // distinct reads of all boxes, and those written by hand
	seed      uint64
	day       span
	chips     []string
	boxes     []*box
	notes     []Event // everything but reads
	polls     []poll
}

// Start is the first gun of the day.
func (t *Truth) Start() race.Instant {
	first := t.Guns[0].At
	for _, g := range t.Guns {
		first = min(first, g.At)
	}
	return first
}

// End is when the last event has arrived.
func (t *Truth) End() race.Instant {
	end := t.polls[len(t.polls)-1].arrive
	for _, e := range t.notes {
		end = max(end, e.Arrive)
	}
	return end
}
