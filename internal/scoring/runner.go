package scoring

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/timing"
)

// scratch is the memory that scoring one runner needs; one per processor.
type scratch struct {
	src       []*seen
	sightings []timing.Sighting
	of        []int32
	passings  []timing.Passing
	role      []role
	meetings  []meeting
	which     []int32 // passing of each meeting
	aligner   aligner
}

// role is what a passing became.
type role struct {
	use    use
	reason reason
	split  int16
	chosen int32 // sighting that gives the instant, -1 = none
}

// synchronised is how far a read may be from the gun before its box's clock
// must be wrong (case 25).
const synchronised = 48 * time.Hour

// score works out one runner's result and the verdicts on the runner's reads
// from the evidence, the rulings and the guns as they stand.
func (e *Engine) score(i int32, s *scratch) {
	r := &e.runners[i]
	b := e.boards[r.board]
	st := &e.starters[i]
	res := &r.result
	splits := res.Splits
	if n := b.course.finish(); cap(splits) < n {
		splits = make([]race.Instant, n)
	} else {
		splits = splits[:n]
		clear(splits)
	}
	*res = Result{Starter: st, Category: res.Category, Age: res.Age, Status: Running,
		Place: res.Place, PlaceSex: res.PlaceSex, PlaceCategory: res.PlaceCategory,
		Gun: None, Net: None, Last: -1, Splits: splits}
	if w := b.race.Wave(st.Wave); w != nil {
		res.GunAt = b.guns[w.ID]
	}
	rulings := e.byRuling[e.edition.Bib.Key(st.Bib)]
	e.gather(i, s)
	e.passings(s)
	e.voidPassings(s, rulings)
	if res.GunAt == 0 {
		res.flag(FlagGunMissing)
		for p := range s.role {
			s.role[p] = role{use: useNone, reason: reasonNoGun, split: -1, chosen: -1}
		}
	} else {
		e.follow(res, b, s)
	}
	e.judge(res, b, s, rulings)
	e.conclude(res, b)
	s.deliver()
	r.key = e.keyOf(r, b)
	r.version++
}

// gather collects what the runner's chips and bib were seen by.
func (e *Engine) gather(i int32, s *scratch) {
	r := &e.runners[i]
	s.src = s.src[:0]
	for _, id := range r.chips {
		c := &e.chips[id]
		for n := range c.seen {
			if c.certain() || c.owner(c.seen[n].at) == i {
				s.src = append(s.src, &c.seen[n])
			}
		}
	}
	if len(r.chips) > 1 {
		slices.SortFunc(s.src, func(a, b *seen) int {
			return cmp.Or(e.compare(*a, *b), strings.Compare(e.reads[a.ref].Chip, e.reads[b.ref].Chip))
		})
	}
	s.sightings = s.sightings[:0]
	for n, p := range s.src {
		if p.point < 0 {
			p.use, p.reason, p.split = useNone, reasonUnknownPoint, -1
			continue
		}
		s.sightings = append(s.sightings, timing.Sighting{At: p.at, Ref: int32(n), Point: p.point,
			RSSI: p.rssi, Source: p.source})
	}
}

func (e *Engine) passings(s *scratch) {
	gap := or(e.edition.Timing.Cluster, defaultCluster)
	s.of = slices.Grow(s.of[:0], len(s.sightings))[:len(s.sightings)]
	s.passings = timing.Cluster(s.sightings, gap, s.of, s.passings[:0])
	s.role = s.role[:0]
	for range s.passings {
		s.role = append(s.role, role{split: -1, chosen: -1})
	}
}

// voidPassings sets aside what void_read rulings name: the passing at the point
// that holds the instant, or is within a second of it.
func (e *Engine) voidPassings(s *scratch, rulings []logbook.Ruling) {
	for _, r := range rulings {
		if r.Kind != logbook.VoidRead {
			continue
		}
		point, at, ok := parsePointAt(r.Value)
		p, known := e.points[point]
		if !ok || !known {
			continue
		}
		for n := range s.passings {
			pass := &s.passings[n]
			if pass.Point == p && pass.Begin.Add(-time.Second) <= at && at <= pass.End.Add(time.Second) {
				s.role[n] = role{use: useNone, reason: reasonVoided, split: -1, chosen: -1}
			}
		}
	}
}

// follow matches the passings to the course: the start, then all the rest at once.
func (e *Engine) follow(res *Result, b *board, s *scratch) {
	c := b.course
	from := e.start(res, b, s)
	s.meetings, s.which = s.meetings[:0], s.which[:0]
	for n := range s.passings {
		p, ro := &s.passings[n], &s.role[n]
		if ro.use != 0 {
			continue
		}
		visits := c.visits[p.Point]
		at := s.sightings[p.Pick(c.policyOf(visits))].At
		switch {
		case at.Sub(res.GunAt).Abs() > synchronised:
			*ro = role{useNone, reasonUnsynchronised, -1, -1}
			res.flag(FlagUnsynchronised, "point", e.edition.Points[p.Point].ID)
		case len(visits) == 0 && p.Point != c.points[0]:
			*ro = role{useNone, reasonWrongPoint, -1, -1}
		case at <= from:
			*ro = role{useNone, reasonBeforeStart, -1, -1}
			if p.Point == c.points[0] && res.StartAt != 0 {
				ro.reason = reasonEarlierStart
			}
		case len(visits) == 0:
			*ro = role{useNone, e.notAStart(res, at, c), -1, -1}
		default:
			s.meetings = append(s.meetings, meeting{at, p.Point})
			s.which = append(s.which, int32(n))
		}
	}
	s.sortMeetings()
	if s.aligner.align(c, from, s.meetings) {
		res.flag(FlagAmbiguous)
	}
	e.matched(res, c, s, from)
}

func (c *course) policyOf(visits []int32) race.Policy {
	if len(visits) == 0 {
		return race.First
	}
	return c.policy[visits[0]]
}

// notAStart says why a crossing of a start mat that is nothing else is unused.
func (e *Engine) notAStart(res *Result, at race.Instant, c *course) reason {
	if res.StartAt == 0 && at > res.GunAt.Add(c.startEnd) {
		res.flag(FlagLateStart)
		return reasonNotAStart
	}
	return reasonImpossible
}

// sortMeetings orders meetings by the instant that their policy gave, which may
// differ from the order in which the passings began.
func (s *scratch) sortMeetings() {
	for i := 1; i < len(s.meetings); i++ {
		for j := i; j > 0 && s.meetings[j].at < s.meetings[j-1].at; j-- {
			s.meetings[j], s.meetings[j-1] = s.meetings[j-1], s.meetings[j]
			s.which[j], s.which[j-1] = s.which[j-1], s.which[j]
		}
	}
}

// start finds the start among the passings: the last one inside the start
// window that is before the runner was seen on the course (cases 1-6). It
// returns the instant from which the runner's speed is judged.
func (e *Engine) start(res *Result, b *board, s *scratch) race.Instant {
	c, gun := b.course, res.GunAt
	opens := gun.Add(-or(e.edition.Timing.StartOpens, defaultStartOpens))
	closes := gun.Add(c.startEnd)
	seenOnCourse := race.Instant(1<<63 - 1)
	for n := range s.passings {
		p := &s.passings[n]
		if v := c.visits[p.Point]; s.role[n].use == 0 && p.Point != c.points[0] && len(v) > 0 &&
			p.Begin >= gun.Add(c.fastest(c.mm[v[0]])) {
			seenOnCourse = min(seenOnCourse, p.Begin)
		}
	}
	best, at := -1, race.Instant(0)
	for n := range s.passings {
		p := &s.passings[n]
		if s.role[n].use != 0 || p.Point != c.points[0] {
			continue
		}
		t := s.sightings[p.Pick(c.policy[0])].At
		if t >= opens && p.Begin <= closes && t < seenOnCourse {
			best, at = n, t
		}
	}
	if best < 0 {
		return gun
	}
	p := &s.passings[best]
	s.role[best] = role{useStart, reasonOf(c.policy[0]), -1, p.Pick(c.policy[0])}
	res.StartAt = at
	if at >= gun {
		return at
	}
	early := gun.Sub(at) > or(e.edition.Timing.EarlyTolerance, defaultEarly)
	if w := b.earlier[b.race.Wave(res.Starter.Wave).ID]; early && len(w) > 0 && w[0] <= at {
		res.flag(FlagEarlyStart, "by", race.Clock(gun.Sub(at)))
		return at
	}
	res.flag(FlagStartBeforeGun)
	return gun
}

// matched writes the alignment into the result and gives every passing its role.
func (e *Engine) matched(res *Result, c *course, s *scratch, from race.Instant) {
	finishAt := race.Instant(0)
	for n, k := range s.aligner.match {
		if k == 0 {
			continue
		}
		m := s.meetings[n]
		p := &s.passings[s.which[n]]
		chosen := p.Pick(c.policy[k])
		s.role[s.which[n]] = role{useSplit, reasonOf(c.policy[k]), int16(k - 1), chosen}
		res.Splits[k-1] = m.at
		res.Last = int(k - 1)
		if int(k) == c.finish() {
			finishAt = m.at
			if s.sightings[chosen].Source == timing.Manual {
				res.flag(FlagManualTime)
			}
		}
	}
	for n, k := range s.aligner.match {
		if k == 0 {
			s.role[s.which[n]] = role{useNone, e.whyUnused(res, c, s, n, from, finishAt), -1, -1}
		}
	}
	e.checkCourse(res, c, from)
	if finishAt != 0 {
		res.finishAt(finishAt)
	}
	if res.StartAt == 0 && res.Last >= 0 {
		res.flag(FlagNetUnavailable)
	}
}

func (e *Engine) whyUnused(res *Result, c *course, s *scratch, n int, from, finishAt race.Instant) reason {
	m := s.meetings[n]
	possible := false
	for _, k := range c.visits[m.point] {
		if m.at.Sub(from) >= c.fastest(c.mm[k]) {
			possible = true
		}
	}
	switch {
	case finishAt != 0 && m.at > finishAt:
		return reasonAfterFinish
	case !possible && m.point == c.points[c.finish()]:
		res.flag(FlagFinishTooEarly, "after", race.Clock(m.at.Sub(res.GunAt)))
		return reasonTooFast
	case !possible:
		return reasonTooFast
	}
	if len(res.Starter.Chips) > 1 && res.Last >= 0 {
		res.flag(FlagReadConflict, "point", e.edition.Points[m.point].ID)
	}
	return reasonImpossible
}

// checkCourse flags points without a passing and legs faster than is believed
// (cases 8-10, 37). Nothing is concluded from them.
func (e *Engine) checkCourse(res *Result, c *course, from race.Instant) {
	var missing, fast []string
	k, at := 0, from
	for n := 0; n <= res.Last; n++ {
		if res.Splits[n] == 0 {
			missing = append(missing, c.label(n+1))
			continue
		}
		ms := int64(res.Splits[n].Sub(at) / time.Millisecond)
		if (c.mm[n+1]-c.mm[k])*1000 > c.maxSpeed*ms {
			fast = append(fast, c.label(k)+"–"+c.label(n+1))
		}
		k, at = n+1, res.Splits[n]
	}
	if len(missing) > 0 {
		res.flag(FlagMissingPoints, "n", strconv.Itoa(len(missing)), "points", strings.Join(missing, ", "))
	}
	if len(fast) > 0 {
		res.flag(FlagTooFast, "legs", strings.Join(fast, ", "))
	}
}

// label names a course point in flags.
func (c *course) label(k int) string {
	cp := c.race.Course[k]
	switch {
	case cp.Label != "":
		return cp.Label
	case k == 0:
		return "start"
	case k == c.finish():
		return "finish"
	}
	return cp.Point
}

// judge applies the rulings that stand, in the order they were made.
func (e *Engine) judge(res *Result, b *board, s *scratch, rulings []logbook.Ruling) {
	crossed := res.FinishAt != 0
	var notes []string
	for _, r := range rulings {
		if r.Race != "" && r.Race != b.race.ID {
			continue
		}
		switch r.Kind {
		case logbook.DNS:
			res.Status = DNS
		case logbook.DNF:
			res.Status = DNF
		case logbook.DQ:
			res.Status, res.RuleCited = DQ, r.Rule
		case logbook.NoTime:
			res.Status = FinishedNoTime
		case logbook.FinishTime:
			if at, ok := e.finishInstant(b.course, res.GunAt, r.Value); ok {
				s.override(b.course.finish())
				res.Splits[b.course.finish()-1], res.Last = at, b.course.finish()-1
				res.finishAt(at)
				res.flag(FlagManualTime)
			}
		case logbook.TimeAdjust:
			d, err := ParseElapsed(r.Value)
			if err == nil && res.Gun >= 0 && res.Gun+d > 0 && res.Net+d > 0 {
				res.Gun, res.Net = res.Gun+d, res.Net+d
				res.flag(FlagTimeAdjusted, "by", r.Value)
				res.RuleCited = r.Rule
			}
		case logbook.Order:
			if parsePlace(r.Value) > 0 {
				res.flag(FlagTieDecided)
			}
		}
		if r.Note != "" {
			notes = append(notes, r.Note)
		}
	}
	res.Remark = strings.Join(notes, "; ")
	switch {
	case res.Status == DNS && (res.StartAt != 0 || res.Last >= 0):
		res.flag(FlagDNSWithReads)
	case res.Status == DNF && crossed:
		res.flag(FlagDNFFinished)
	}
	if slices.ContainsFunc(e.runners[e.bibs[e.edition.Bib.Key(res.Starter.Bib)]].chips, func(id int32) bool {
		c := &e.chips[id]
		return len(c.claims) > 1 && slices.ContainsFunc(c.seen, func(s seen) bool { return c.owner(s.at) == several })
	}) {
		res.flag(FlagChipConflict)
	}
}

func parsePlace(s string) int32 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil || n < 1 {
		return 0
	}
	return int32(n)
}

// override marks the finish by chip as replaced by a ruling.
func (s *scratch) override(finish int) {
	for n := range s.role {
		if s.role[n].use == useSplit && int(s.role[n].split) == finish-1 {
			s.role[n] = role{useNone, reasonOverridden, -1, -1}
		}
	}
}

// conclude applies the time limit, and says of who is still running when the
// race is closed what the evidence says (docs/rules/statuses.md).
func (e *Engine) conclude(res *Result, b *board) {
	if limit := b.race.TimeLimit.D(); res.Status == Finished && limit > 0 && res.Gun > limit {
		res.Status = FinishedNoTime
		res.flag(FlagOverLimit, "limit", race.Clock(limit))
	}
	if res.Status == Running && b.closed && res.GunAt != 0 {
		res.Status = DNF
		if res.StartAt == 0 && res.Last < 0 {
			res.Status = DNS
		}
	}
}

// deliver writes the roles of the passings to the reads they are made of.
func (s *scratch) deliver() {
	for n := range s.sightings {
		sg := &s.sightings[n]
		out := s.src[sg.Ref]
		ro := &s.role[s.of[n]]
		out.use, out.reason, out.split = ro.use, ro.reason, ro.split
		switch {
		case ro.chosen < 0 || ro.chosen == int32(n):
		case sg.Source > s.passings[s.of[n]].Source:
			out.use, out.reason = useCluster, reasonBackup
		default:
			out.use, out.reason = useCluster, reasonSamePassing
		}
	}
}

func reasonOf(p race.Policy) reason {
	switch p {
	case race.Last:
		return reasonLast
	case race.Strongest:
		return reasonStrongest
	}
	return reasonFirst
}

// finishAt makes the runner a finisher at an instant: gun and net time are both
// exact differences from it, never from each other.
func (r *Result) finishAt(at race.Instant) {
	r.Status, r.FinishAt = Finished, at
	r.Gun, r.Net = at.Sub(r.GunAt), at.Sub(r.NetStart())
}

// NetStart is the instant the runner's net time counts from: the crossing of
// the start, or the gun where there is none or it was before the gun (cases 1, 4).
func (r *Result) NetStart() race.Instant { return max(r.StartAt, r.GunAt) }

// SplitGun is the exact time from the gun to course point i+1, None if missing.
func (r *Result) SplitGun(i int) time.Duration {
	if r.Splits[i] == 0 {
		return None
	}
	return r.Splits[i].Sub(r.GunAt)
}

// SplitNet is the exact time from the runner's start to course point i+1, None
// if missing.
func (r *Result) SplitNet(i int) time.Duration {
	if r.Splits[i] == 0 {
		return None
	}
	return r.Splits[i].Sub(r.NetStart())
}

func (r *Result) flag(code FlagCode, pairs ...string) {
	f := Flag{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[pairs[i]] = pairs[i+1]
	}
	if !slices.ContainsFunc(r.Flags, func(o Flag) bool { return o.Code == code }) {
		r.Flags = append(r.Flags, f)
	}
}

// Has reports whether the result carries a flag.
func (r *Result) Has(code FlagCode) bool {
	return slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Code == code })
}
