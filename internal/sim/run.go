package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Run runs a race day: who starts, how they run, what the boxes see of it and
// when the hub hears of it. The same edition, list and seed give the same day,
// byte for byte. Every wave of the edition must have a gun. The mats of the
// illustrative course are known by their ids; any other edition is run along
// its course points only.
//
// 50,000 runners take some seconds and about 300 bytes a passing.
func Run(e *race.Edition, list race.StartList, seed uint64) *Truth {
	t := &Truth{Edition: e, StartList: list, seed: seed, Runners: make([]Runner, len(list))}
	r := rand.New(rand.NewPCG(seed, 0xda7))
	t.fireGuns(r)
	t.day = t.span()
	t.boxes = newBoxes(e, t.day, t.Start(), r)
	st := newStage(t)
	st.meetRunners()
	st.castRoles(r)
	for i := range t.Runners {
		st.run(i)
	}
	st.strangers(r)
	t.note()
	t.pollBoxes(r)
	return t
}

// fireGuns fires each wave's gun a little after the hour it was planned for.
func (t *Truth) fireGuns(r *rand.Rand) {
	for _, rc := range t.Edition.Races {
		for _, w := range rc.Waves {
			late := time.Duration(200+r.IntN(1800)) * time.Millisecond
			t.Guns = append(t.Guns, logbook.Gun{ID: "gun-" + rc.ID + "-" + w.ID, Race: rc.ID,
				Waves: []string{w.ID}, At: w.Gun.Add(late)})
		}
	}
}

func (t *Truth) gun(s *race.Starter) race.Instant {
	for i := range t.Guns {
		g := &t.Guns[i]
		if g.Race == s.Race && (g.Waves[0] == s.Wave || s.Wave == "") {
			return g.At
		}
	}
	return 0
}

// span is from seventy minutes before the first gun until an hour after the
// last limit.
func (t *Truth) span() span {
	day := span{from: t.Start().Add(-70 * time.Minute)}
	for _, g := range t.Guns {
		day.to = max(day.to, g.At.Add(limitOf(t.Edition.Race(g.Race))+time.Hour))
	}
	return day
}

func limitOf(rc *race.Race) time.Duration {
	if rc.TimeLimit > 0 {
		return rc.TimeLimit.D()
	}
	return seconds(rc.DistanceM) // at walking pace
}

// stage is the day while it is being run.
type stage struct {
	*Truth
	routes map[string]*route
	own    []plan
	chipOf [][]int32 // per runner, indices into Truth.chips
	wave   map[string]int
}

// plan is what is settled about a runner before the gun.
type plan struct {
	pace    *pace
	gun     race.Instant
	start   race.Instant // over the start mat; 0 = does not start
	dropM   float64      // gives up there; beyond the finish = does not
	lostM   float64      // the chip is lost there
	cutM    float64      // metres not run after cutAtM
	carries []int        // whose chips
	mate    int          // of the later one of two who come in side by side: 1 + index of the other
}

const cutAtM = 16000

func newStage(t *Truth) *stage {
	st := &stage{Truth: t, routes: map[string]*route{}, own: make([]plan, len(t.StartList)),
		chipOf: make([][]int32, len(t.StartList)), wave: map[string]int{}}
	for i := range t.Edition.Races {
		rc := &t.Edition.Races[i]
		st.routes[rc.ID] = newRoute(t.Edition, rc, t.boxes)
	}
	for i := range t.StartList {
		s := &t.StartList[i]
		for _, c := range s.Chips {
			st.chipOf[i] = append(st.chipOf[i], int32(len(t.chips)))
			t.chips = append(t.chips, c)
		}
		st.wave[s.Race+"/"+s.Wave]++
	}
	return st
}

// chance is a runner's own source of chance: what befalls one runner does not
// change with the field around.
func (st *stage) chance(i int) *rand.Rand {
	return rand.New(rand.NewPCG(st.seed, uint64(i)<<8|1))
}

func (st *stage) meetRunners() {
	for i := range st.Runners {
		s := &st.StartList[i]
		r := st.chance(i)
		n := len(st.routes[s.Race].race.Course)
		st.Runners[i] = Runner{Starter: s, Fate: FateFinished, At: make([]race.Instant, n), Seen: make([]race.Instant, n)}
		p := &st.own[i]
		p.carries = []int{i}
		d := st.routes[s.Race].race.DistanceM
		p.pace, p.gun, p.dropM, p.lostM = paceOf(r, s, d), st.gun(s), 2*d, 2*d
		p.start = p.gun.Add(st.delay(r, s, p.pace))
		switch u := r.Float64(); {
		case u < 0.03:
			st.Runners[i].Fate, p.start = FateDNS, 0
		case u < 0.06:
			p.dropM = d * (0.1 + 0.87*r.Float64())
		}
	}
}

// delay is from the gun to the start line: the elite stand on it, the others
// flow over it, the quicker more to the front, and a few come late.
func (st *stage) delay(r *rand.Rand, s *race.Starter, p *pace) time.Duration {
	if s.Class == race.Elite {
		return seconds(0.5 + 3*r.Float64())
	}
	n := float64(st.wave[s.Race+"/"+s.Wave])
	flow := max(8, n/480) // per second
	behind := min(max(p.total/p.distance*marathonM-9000, 0)/9000, 1)
	d := 1 + (0.6*behind+0.4*r.Float64())*n/flow
	if r.Float64() < 0.005 {
		d = 180 + 360*r.Float64()
	}
	return seconds(d)
}

// castRoles gives the roles that every race day has to runners of the open
// marathon who would have come in between three and four hours.
func (st *stage) castRoles(r *rand.Rand) {
	var able []int
	for i := range st.Runners {
		s, p := st.Runners[i].Starter, &st.own[i]
		if s.Class == race.Open && p.pace.distance == marathonM && p.start != 0 && p.dropM > marathonM &&
			p.pace.wallAt == 1 && p.pace.total > 10800 && p.pace.total < 14000 && len(s.Chips) == 1 {
			able = append(able, i)
		}
	}
	st.castTie()
	r.Shuffle(len(able), func(i, j int) { able[i], able[j] = able[j], able[i] })
	if len(able) < 9 {
		return // too small a field for special cases
	}
	st.do(able[0], DeedCut)
	st.own[able[0]].cutM = 10195
	a, b := able[1], able[2]
	st.do(a, DeedSwapped)
	st.do(b, DeedSwapped)
	st.own[a].carries, st.own[b].carries = []int{b}, []int{a}
	carrier, friend := able[3], able[4]
	st.do(carrier, DeedCarriesFriend)
	st.do(friend, DeedCarried)
	st.own[carrier].carries = []int{carrier, friend}
	st.Runners[friend].Fate, st.own[friend].start = FateDNS, 0
	st.do(able[5], DeedCar)
	st.own[able[5]].dropM = 16200
	st.do(able[6], DeedEarly)
	st.own[able[6]].start = st.Start().Add(6 * time.Second)
	st.do(able[7], DeedLate)
	st.own[able[7]].start = st.own[able[7]].gun.Add(14 * time.Minute)
	st.do(able[8], DeedLostChip)
	st.own[able[8]].lostM = 40500
}

// castTie lets the second and the third of the marathon's elite run side by side
// and come in together; women where there are three of them.
func (st *stage) castTie() {
	best := map[race.Sex][]int{}
	for i := range st.Runners {
		s, p := st.Runners[i].Starter, &st.own[i]
		if s.Class == race.Elite && p.pace.distance == marathonM && p.start != 0 && p.dropM > marathonM {
			best[s.Person.Sex] = append(best[s.Person.Sex], i)
		}
	}
	for _, sex := range []race.Sex{race.Female, race.Male} {
		pack := best[sex]
		if len(pack) < 3 {
			continue
		}
		slices.SortFunc(pack, func(a, b int) int { return cmp.Compare(st.own[a].pace.total, st.own[b].pace.total) })
		a, b := min(pack[1], pack[2]), max(pack[1], pack[2])
		st.do(a, DeedTied)
		st.do(b, DeedTied)
		st.own[b].pace, st.own[b].start, st.own[b].mate = st.own[a].pace, st.own[a].start, a+1
		return
	}
}

func (st *stage) do(i int, d Deed) { st.Runners[i].Deeds = append(st.Runners[i].Deeds, d) }

// run sends a runner along the route.
func (st *stage) run(i int) {
	p, rn := &st.own[i], &st.Runners[i]
	if p.start == 0 {
		return
	}
	w := &walk{stage: st, i: i, plan: p, Runner: rn, r: rand.New(rand.NewPCG(st.seed, uint64(i)<<8|2))}
	rt := st.routes[rn.Starter.Race]
	w.limit(rt)
	w.beforeGun(rt.passes[0])
	for _, ps := range rt.passes {
		if !w.meet(ps) {
			break
		}
	}
	w.settle()
	w.afterFinish(rt.passes[len(rt.passes)-1])
	if rn.Did(DeedCar) {
		w.ride(rt)
	}
}

// strangers are chips nobody registered: old ones in a shoe bag, a cyclist's.
func (st *stage) strangers(r *rand.Rand) {
	for i := range 6 + len(st.StartList)/200 {
		chip := int32(len(st.chips))
		st.chips = append(st.chips, epc(st.seed+1, uint64(i)<<20))
		for range 1 + r.IntN(3) {
			b := st.boxes[r.IntN(len(st.boxes))]
			at := st.Start().Add(seconds(r.Float64() * 12000))
			b.burst(r, chip, at, 1+3*r.Float64(), nil)
		}
	}
}

func last(s []race.Instant) race.Instant { return s[len(s)-1] }
