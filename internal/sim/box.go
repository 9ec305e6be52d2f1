package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// sighting is a read as the antenna had it: true time, before the box's clock
// spoilt it. Small, because a large field makes millions of them.
type sighting struct {
	at      race.Instant
	chip    int32
	rssi    int8
	antenna uint8
}

// box is a timing box with its faults.
type box struct {
	id, point string
	backup    bool
	offset    time.Duration // what the edition says must be added
	loss      float64       // share of passings it misses altogether
	sessions  []session     // one per epoch
	dark      span          // its link is down: reads arrive afterwards
	reads     []sighting
}

// session is a box between two restarts.
type session struct {
	span
	epoch uint32
	knots []knot
}

// knot is how far the box's clock is ahead at a true instant. Between knots it
// drifts evenly, outside them it keeps what it has.
type knot struct {
	at    race.Instant
	ahead time.Duration
}

type span struct{ from, to race.Instant }

func (s span) holds(at race.Instant) bool { return at >= s.from && at < s.to }

// session is the one an instant falls into, nil while the box restarts.
func (b *box) session(at race.Instant) *session {
	for i := range b.sessions {
		if b.sessions[i].holds(at) {
			return &b.sessions[i]
		}
	}
	return nil
}

// shows is what the box's clock shows at a true instant, in milliseconds.
func (s *session) shows(at race.Instant) race.Instant {
	t := at.Add(s.ahead(at))
	return (t + race.Instant(time.Millisecond/2)) / 1e6 * 1e6
}

func (s *session) ahead(at race.Instant) time.Duration {
	k := s.knots
	i := 0
	for i < len(k) && k[i].at < at {
		i++
	}
	switch i {
	case 0:
		return k[0].ahead
	case len(k):
		return k[i-1].ahead
	}
	a, b := k[i-1], k[i]
	return a.ahead + time.Duration(float64(b.ahead-a.ahead)*float64(at-a.at)/float64(b.at-a.at))
}

// lossRate is the share of runners a point's main box misses, as measured at
// large city races: a start is dense, and mats tire towards the end.
var lossRate = map[string]float64{
	stadium: 0.003, backupBox: 0.006, "km5": 0.003, "km10": 0.003, "km15": 0.002, "km20": 0.002, "turn5": 0.003,
	"turn21": 0.003, "turn42": 0.003, "km25": 0.004, "km30": 0.006, "km35": 0.007, "km40": 0.010,
}

// Faults of single boxes in the reference edition.
const (
	darkBox    = "km30" // its link fails for eight minutes at darkFrom
	darkFrom   = 150*time.Minute + 30*time.Second
	darkFor    = 8 * time.Minute
	restartBox = "km10" // loses power for restartFor at restartAt
	restartAt  = 70 * time.Minute
	restartFor = 40 * time.Second
)

// newBoxes makes the boxes of an edition for a day that lasts the given span;
// first is the first gun.
func newBoxes(e *race.Edition, day span, first race.Instant, r *rand.Rand) []*box {
	var out []*box
	for _, p := range e.Points {
		boxes := p.Boxes
		if len(boxes) == 0 {
			boxes = []race.PointBox{{ID: p.ID}}
		}
		for _, pb := range boxes {
			b := &box{id: pb.ID, point: p.ID, backup: pb.Backup, offset: pb.Offset.D(), loss: 0.004}
			if l, ok := lossRate[b.id]; ok {
				b.loss = l
			}
			b.sessions = []session{{span: day, epoch: 1}}
			if b.id == restartBox {
				off := first.Add(restartAt)
				b.sessions = []session{{span: span{day.from, off}, epoch: 1},
					{span: span{off.Add(restartFor), day.to}, epoch: 2}}
			}
			if b.id == darkBox {
				b.dark = span{first.Add(darkFrom), first.Add(darkFrom + darkFor)}
			}
			for i := range b.sessions {
				b.sessions[i].drift(r)
			}
			out = append(out, b)
		}
	}
	return out
}

// drift gives the session a clock: off by up to two seconds, drifting by up to
// forty millionths, compared at its begin, at its end and every half hour.
func (s *session) drift(r *rand.Rand) {
	ahead := time.Duration((r.Float64()*4 - 2) * 1000)
	rate := (r.Float64()*80 - 40) / 1e6
	at := s.from
	s.knots = append(s.knots, knot{at, ahead * time.Millisecond})
	for at < s.to {
		step := min(30*time.Minute, s.to.Sub(at))
		at = at.Add(step)
		ahead += time.Duration(float64(step/time.Millisecond) * rate * (0.8 + 0.4*r.Float64()))
		s.knots = append(s.knots, knot{at, ahead * time.Millisecond})
	}
}

// clocks are the comparisons the crew made of the box's clock.
func (b *box) clocks() []logbook.Clock {
	var out []logbook.Clock
	for _, s := range b.sessions {
		for _, k := range s.knots {
			out = append(out, logbook.Clock{Box: b.id, Epoch: s.epoch, BoxAt: k.at.Add(k.ahead), True: k.at})
		}
	}
	return out
}

func (b *box) sort() {
	slices.SortFunc(b.reads, func(x, y sighting) int {
		if x.at != y.at { // nearly always
			if x.at < y.at {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(x.chip, y.chip), cmp.Compare(x.rssi, y.rssi))
	})
}

// seen is what a box, or a point, has of a passing: zero where it saw nothing.
type seen struct {
	first, last, strongest race.Instant
	rssi                   int8
}

func (s *seen) add(at race.Instant, rssi int8) {
	if s.first == 0 || at < s.first {
		s.first = at
	}
	s.last = max(s.last, at)
	if s.strongest == 0 || rssi > s.rssi || rssi == s.rssi && at < s.strongest {
		s.strongest, s.rssi = at, rssi
	}
}

func (s *seen) pick(p race.Policy) race.Instant {
	switch p {
	case race.Last:
		return s.last
	case race.Strongest:
		return s.strongest
	}
	return s.first
}

// record keeps one read unless the box is restarting. Seen takes note of it.
func (b *box) record(at race.Instant, chip int32, rssi int8, antenna uint8, s *seen) {
	if b.session(at) == nil {
		return
	}
	b.reads = append(b.reads, sighting{at, chip, rssi, antenna})
	if s != nil {
		s.add(at, rssi)
	}
}

// reach is how far from the middle of the mat an antenna still hears a chip.
const reach = 1.6

// burst is the reads of one passing: 3 to 40, more the slower the runner, the
// signal rising to a peak in the middle and falling again.
func (b *box) burst(r *rand.Rand, chip int32, at race.Instant, speed float64, s *seen) {
	half := reach / max(speed, 0.5)
	n := min(3+int(2*half*(2+12*r.Float64())), 40)
	for i := range n {
		x := (float64(i)+r.Float64())/float64(n)*2 - 1
		rssi := int8(-70 + 26*(1-x*x) + 3*r.NormFloat64())
		b.record(at.Add(seconds(x*half)), chip, rssi, uint8(1+r.IntN(4)), s)
	}
}

// glimpse is what a box hears of somebody beside the mat: a few weak reads.
func (b *box) glimpse(r *rand.Rand, chip int32, at race.Instant) {
	for range 1 + r.IntN(3) {
		b.record(at.Add(seconds(r.Float64())), chip, int8(-78+r.IntN(6)), uint8(1+r.IntN(4)), nil)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
