package sim

import (
	"math/rand/v2"
	"time"

	"stadion/internal/race"
)

// walk is one runner on the way.
type walk struct {
	*stage
	*plan
	*Runner
	i    int
	r    *rand.Rand
	main bool // the main box saw the last passing
}

// grace is how long after the limit the finish mat stays open.
const grace = 12 * time.Minute

// at is when the runner is at a distance of the course, m metres from the start.
func (w *walk) at(m float64) race.Instant {
	if m > cutAtM && w.cutM > 0 {
		m -= w.cutM
	}
	return w.start.Add(seconds(w.pace.at(m)))
}

// limit takes runners far over the time limit off the course, or lets them into
// the stadium beside the mat.
func (w *walk) limit(rt *route) {
	closes := w.gun.Add(limitOf(rt.race) + grace)
	if rt.race.TimeLimit == 0 || w.dropM <= w.pace.distance || w.at(rt.race.DistanceM) <= closes {
		return
	}
	w.Deeds = append(w.Deeds, DeedSwept)
	w.Fate = FateNoTime
	w.dropM = rt.race.DistanceM - 1
	if w.r.Float64() < 0.5 {
		w.Fate = FateDNF
		for w.dropM > 1000 && w.at(w.dropM) > w.gun.Add(limitOf(rt.race)) {
			w.dropM -= 250
		}
	}
}

// beforeGun: some warm up over the start mat, some stand on it until they start.
func (w *walk) beforeGun(start pass) {
	if w.Did(DeedLate) {
		return // was still on the way to the stadium
	}
	if w.r.Float64() < 0.05 {
		w.Deeds = append(w.Deeds, DeedWarmedUp)
		at := w.gun.Add(-seconds(360 + 2400*w.r.Float64()))
		w.over(start.boxes, at, 3, nil)
	}
	if w.r.Float64() > 0.2 {
		return
	}
	w.Deeds = append(w.Deeds, DeedStood)
	main := start.boxes[0]
	from := min(w.gun, w.start).Add(-seconds(20 + 160*w.r.Float64()))
	for at := from; at < w.start.Add(-2*time.Second); at = at.Add(seconds(2 + 8*w.r.Float64())) {
		for _, bib := range w.carries {
			for _, chip := range w.chipOf[bib] {
				main.record(at, chip, int8(-62+w.r.IntN(9)), uint8(1+w.r.IntN(4)), nil)
			}
		}
	}
}

// meet takes the runner to the next mat; false when the race ends before it.
func (w *walk) meet(p pass) bool {
	if p.m > w.dropM {
		return false
	}
	if w.cutM > 0 && p.m > cutAtM && p.m < cutAtM+w.cutM {
		return true // the part that was cut off
	}
	at := w.at(p.m)
	switch {
	case p.k < 0 && p.beside:
		w.beside(p, at)
		return true
	case p.k >= 0:
		w.At[p.k] = at
	}
	if p.m > w.lostM {
		return true
	}
	speed := w.pace.speed(p.m)
	for _, bib := range w.carries {
		got := w.bib(bib, p, at, speed)
		if p.k >= 0 {
			w.Runners[bib].Seen[p.k] = got
		}
	}
	return true
}

// bib passes the chips of one bib over a point and gives the instant its
// policy takes from what was read: of the main boxes, else of the backups.
func (w *walk) bib(bib int, p pass, at race.Instant, speed float64) race.Instant {
	var main, backup seen
	var offset time.Duration
	if got := w.together(bib, p, &main); got != 0 {
		at = got.Add(seconds(reach / max(speed, 0.5)))
	}
	for _, b := range p.boxes {
		if !b.backup {
			w.read(b, bib, at, speed, p.k == 0, &main)
			continue
		}
		offset = b.offset
		w.read(b, bib, at.Add(lag(speed)), speed, p.k == 0, &backup)
	}
	w.main = main.first != 0
	if w.main {
		return main.pick(p.policy)
	}
	if got := backup.pick(p.policy); got != 0 {
		return got.Add(offset)
	}
	return 0
}

// together lets the later one of two who come in side by side be seen by the
// finish mat at the very instant the other was, and gives that instant.
func (w *walk) together(bib int, p pass, s *seen) race.Instant {
	if w.mate == 0 || p.k != len(w.At)-1 {
		return 0
	}
	at := last(w.Runners[w.mate-1].Seen)
	if at != 0 {
		p.boxes[0].record(at, w.chipOf[bib][0], -60, 1, s)
		w.At[p.k] = last(w.Runners[w.mate-1].At)
	}
	return at
}

// lag is how much later the backup mat, three metres on, is crossed.
func lag(speed float64) time.Duration { return seconds(min(max(3/speed, 0.5), 1.6)) }

func (w *walk) read(b *box, bib int, at race.Instant, speed float64, start bool, s *seen) {
	loss := b.loss
	if start {
		loss = 0.012 // shoulder to shoulder
		if !b.backup && w.Did(DeedStood) {
			loss = 0
		}
	}
	for _, chip := range w.chipOf[bib] {
		if w.r.Float64() >= loss {
			b.burst(w.r, chip, at, speed, s)
		}
	}
}

// over takes the runner's chips over a point's mats without any meaning.
func (w *walk) over(boxes []*box, at race.Instant, speed float64, s *seen) {
	for _, bib := range w.carries {
		for _, b := range boxes {
			w.read(b, bib, at, speed, false, s)
		}
	}
}

// beside: one runner in thirty is heard from the other lane.
func (w *walk) beside(p pass, at race.Instant) {
	if w.r.IntN(30) != 0 {
		return
	}
	for _, bib := range w.carries {
		for _, chip := range w.chipOf[bib] {
			p.boxes[0].glimpse(w.r, chip, at)
		}
	}
}

// settle makes who gave up a DNF.
func (w *walk) settle() {
	if last(w.At) == 0 && w.Fate == FateFinished {
		w.Fate = FateDNF
	}
}

// afterFinish: some linger on the mat, some come back over it, some cheer beside
// the 40 km mat.
func (w *walk) afterFinish(finish pass) {
	done := last(w.At)
	if done == 0 || w.lostM < w.pace.distance || last(w.Runners[w.carries[0]].Seen) == 0 {
		return
	}
	switch u := w.r.Float64(); {
	case u < 0.05 && w.main:
		end := done.Add(seconds(20 + 70*w.r.Float64()))
		for at := done.Add(3 * time.Second); at < end; at = at.Add(seconds(2 + 9*w.r.Float64())) {
			finish.boxes[0].glimpse(w.r, w.chipOf[w.carries[0]][0], at)
		}
	case u >= 0.05 && u < 0.13:
		w.Deeds = append(w.Deeds, DeedReturned)
		w.over(finish.boxes, done.Add(seconds(180+2600*w.r.Float64())), 1.4, nil)
	case u >= 0.13 && u < 0.14:
		for _, b := range w.boxes {
			if b.id == "km40" {
				b.glimpse(w.r, w.chipOf[w.carries[0]][0], done.Add(seconds(1200+1800*w.r.Float64())))
			}
		}
	}
}

// ride: the pacers' car takes a chip along the course at sixty kilometres an
// hour and leaves it before the stadium.
func (w *walk) ride(rt *route) {
	from := w.at(w.dropM).Add(4 * time.Minute)
	for _, p := range rt.passes {
		if p.m > w.dropM && p.m < 41000 && !p.beside {
			w.over(p.boxes, from.Add(seconds((p.m-w.dropM)/16.6)), 16.6, nil)
		}
	}
}
