package sim

import (
	"cmp"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Event is a line on its way: what is stated, and when the hub gets it.
type Event struct {
	Arrive race.Instant
	Draft  logbook.Draft
}

// How boxes are polled.
const (
	pollEvery = 4 * time.Second
	pollMost  = 300 // reads
)

// poll is one poll of a box: reads from..to of it.
type poll struct {
	arrive   race.Instant
	at       race.Instant
	box      int32
	from, to int32
	epoch    uint32
	seq      uint64 // of the first read
}

// Events gives everything that reaches the hub, in the order of arrival, reads
// within a poll in no order at all. Polls overtake each other, some arrive
// twice, and those of a box whose link was down arrive when it is up again. The
// sequence is the same each time; it may be stopped and begun again.
func (t *Truth) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		n := 0
		for i := range t.polls {
			p := &t.polls[i]
			for n < len(t.notes) && t.notes[n].Arrive <= p.arrive {
				if !yield(t.notes[n]) {
					return
				}
				n++
			}
			if !yield(t.event(p)) {
				return
			}
		}
		for ; n < len(t.notes); n++ {
			if !yield(t.notes[n]) {
				return
			}
		}
	}
}

func (t *Truth) event(p *poll) Event {
	b := t.boxes[p.box]
	s := b.sessions[0]
	for _, x := range b.sessions {
		if x.epoch == p.epoch {
			s = x
		}
	}
	reads := make([]logbook.Read, 0, p.to-p.from)
	for i, g := range b.reads[p.from:p.to] {
		reads = append(reads, logbook.Read{Point: b.point, Chip: t.chips[g.chip], At: s.shows(g.at), Box: b.id,
			Epoch: p.epoch, Seq: p.seq + uint64(i), Antenna: g.antenna, RSSI: g.rssi})
	}
	r := rand.New(rand.NewPCG(t.seed, uint64(p.arrive)))
	r.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
	return Event{p.arrive, logbook.Draft{Author: "box:" + b.id, At: p.at, Kind: logbook.KindReads, Body: reads}}
}

// pollBoxes cuts each box's reads into polls and sends them.
func (t *Truth) pollBoxes(r *rand.Rand) {
	var sorted sync.WaitGroup
	for _, b := range t.boxes {
		sorted.Go(b.sort)
	}
	sorted.Wait()
	for i, b := range t.boxes {
		t.Reads += len(b.reads)
		var seq uint64
		for from := 0; from < len(b.reads); {
			s := b.session(b.reads[from].at)
			if from > 0 && b.session(b.reads[from-1].at) != s {
				seq = 0
			}
			end := b.reads[from].at / race.Instant(pollEvery) * race.Instant(pollEvery)
			end = min(end.Add(pollEvery), s.to)
			to := from
			for to < len(b.reads) && to-from < pollMost && b.reads[to].at < end {
				to++
			}
			p := poll{at: end, box: int32(i), from: int32(from), to: int32(to), epoch: s.epoch, seq: seq + 1}
			t.send(p, b, r)
			seq += uint64(to - from)
			from = to
		}
	}
	slices.SortFunc(t.polls, func(a, b poll) int {
		return cmp.Or(cmp.Compare(a.arrive, b.arrive), cmp.Compare(a.box, b.box), cmp.Compare(a.from, b.from))
	})
}

// send lets a poll travel: a fraction of a second as a rule, up to twenty now
// and then, and after the link is up again where it was down. One in a hundred
// is sent twice.
func (t *Truth) send(p poll, b *box, r *rand.Rand) {
	travel := 0.05 + 0.5*r.ExpFloat64()
	if r.IntN(60) == 0 {
		travel += 20 * r.Float64()
	}
	p.arrive = p.at.Add(seconds(min(travel, 30)))
	if b.dark.holds(p.arrive) {
		p.arrive = b.dark.to.Add(seconds(40 * r.Float64()))
	}
	t.polls = append(t.polls, p)
	if r.IntN(100) == 0 {
		again := p
		again.arrive = p.arrive.Add(seconds(0.5 + 60*r.Float64()))
		if b.dark.holds(again.arrive) {
			again.arrive = b.dark.to.Add(time.Minute)
		}
		t.polls = append(t.polls, again)
	}
}

// note writes everything that people state on the day: edition, start list,
// guns, comparisons of clocks, who did not start or gave up, a finish by hand,
// rulings, and the end of each race.
func (t *Truth) note() {
	n := &notes{t: t, r: rand.New(rand.NewPCG(t.seed, 0x90))}
	n.add("office", t.day.from, logbook.KindEdition, *t.Edition)
	n.add("office", t.day.from.Add(time.Second), logbook.KindStartList, logbook.StartList{Revision: 1, Starters: t.StartList})
	for _, g := range t.Guns {
		n.add("starter", g.At.Add(time.Second), logbook.KindGun, g)
	}
	for _, b := range t.boxes {
		for _, c := range b.clocks() {
			n.add("timekeeper", c.True.Add(2*time.Second), logbook.KindClock, c)
		}
	}
	for i := range t.Runners {
		n.runner(&t.Runners[i])
	}
	for i := range t.Edition.Races {
		rc := &t.Edition.Races[i]
		n.add("referee", n.lastGun(rc).Add(limitOf(rc)+30*time.Minute), logbook.KindClose, logbook.Close{Race: rc.ID})
	}
	n.number()
	t.notes = n.list
}

type notes struct {
	t    *Truth
	r    *rand.Rand
	list []Event
}

func (n *notes) add(author string, at race.Instant, kind logbook.Kind, body any) {
	n.list = append(n.list, Event{at, logbook.Draft{Author: author, At: at, Kind: kind, Body: body}})
}

func (n *notes) rule(r *Runner, at race.Instant, kind logbook.RulingKind, rule, note string) {
	r.Ruled = kind
	n.add("referee", at, logbook.KindRuling, logbook.Ruling{Bib: r.Starter.Bib, Race: r.Starter.Race, Kind: kind,
		Rule: rule, Note: note, By: "referee", At: at})
}

func (n *notes) lastGun(rc *race.Race) race.Instant {
	var at race.Instant
	for _, g := range n.t.Guns {
		if g.Race == rc.ID {
			at = max(at, g.At)
		}
	}
	return at
}

// runner notes what people say about one runner.
func (n *notes) runner(r *Runner) {
	gun, rc := n.t.gun(r.Starter), n.t.Edition.Race(r.Starter.Race)
	closed := gun.Add(limitOf(rc) + grace)
	switch {
	case r.Did(DeedCut):
		n.rule(r, closed, logbook.DQ, "course", "turned before the turning point")
	case r.Did(DeedLostChip):
		at := last(r.At) / 1e8 * 1e8
		r.Seen[len(r.Seen)-1] = at
		n.add("timekeeper", at.Add(9*time.Second), logbook.KindReads, []logbook.Read{{Point: rc.Course[len(rc.Course)-1].Point,
			Bib: r.Starter.Bib, At: at, Manual: true}})
		n.t.Reads++
	case r.Did(DeedCarried): // his friend's pockets ran the race: nobody noticed
	case r.Fate == FateNoTime:
		n.rule(r, closed.Add(seconds(600*n.r.Float64())), logbook.NoTime, "", "came in after the limit, beside the mat")
	case r.Fate == FateDNS && n.r.IntN(4) > 0:
		n.rule(r, gun.Add(seconds(1800+600*n.r.Float64())), logbook.DNS, "", "")
	case r.Did(DeedCar) || r.Fate == FateDNF && n.r.IntN(2) > 0:
		at := gun
		for _, x := range r.At {
			at = max(at, x)
		}
		n.rule(r, at.Add(seconds(1500+1800*n.r.Float64())), logbook.DNF, "", "")
	}
}

// number puts the notes in order of arrival and gives rulings their ids.
func (n *notes) number() {
	slices.SortStableFunc(n.list, func(a, b Event) int { return cmp.Compare(a.Arrive, b.Arrive) })
	count := 0
	for i := range n.list {
		if r, ok := n.list[i].Draft.Body.(logbook.Ruling); ok {
			count++
			r.ID = "ruling-" + strconv.Itoa(count)
			n.list[i].Draft.Body = r
		}
	}
}
