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
	wave      *race.Wave
	aligner   aligner
	splits    []race.Instant // room for runners who have none yet
}

// room is memory for the splits of one runner, cut from a block that serves many.
func (s *scratch) room(n int) []race.Instant {
	if len(s.splits) < n {
		s.splits = make([]race.Instant, 256*n)
	}
	out := s.splits[:n:n]
	s.splits = s.splits[n:]
	return out
}

// role is what a passing became.
type role struct {
	use    use
	reason reason
	split  int16
	chosen int32 // sighting that gives the instant, -1 = none
}

// How far from the gun a read may be before its box's clock must be wrong (rule
// K5): days, or hours before anybody can be on the course.
const (
	synchronised = 48 * time.Hour
	wayTooEarly  = 3 * time.Hour
)

// score works out one runner's result and the verdicts on the runner's reads
// from the evidence, the rulings and the guns as they stand.
func (e *Engine) score(i int32, s *scratch) {
	r := &e.runners[i]
	b := e.boards[r.board]
	st := &e.starters[i]
	res := &r.result
	splits := res.Splits
	if n := b.course.finish(); cap(splits) < n {
		splits = s.room(n)
	} else {
		splits = splits[:n]
		clear(splits)
	}
	*res = Result{Index: i, Version: res.Version + 1, Starter: st, Category: res.Category, Age: res.Age, Status: Running,
		Place: res.Place, PlaceSex: res.PlaceSex, PlaceCategory: res.PlaceCategory,
		Gun: None, Net: None, Last: -1, Splits: splits}
	s.wave = b.race.Wave(r.wave)
	if s.wave != nil {
		res.GunAt = b.guns[s.wave.ID]
	}
	rulings := e.byRuling[e.edition.Bib.Key(st.Bib)]
	e.neutralise(res, b, rulings)
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
}

// gather makes sightings of what the runner's chips and bib were seen by.
func (e *Engine) gather(i int32, s *scratch) {
	s.src, s.sightings = e.evidence(i, s.src[:0]), s.sightings[:0]
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
		case at.Sub(res.GunAt).Abs() > synchronised,
			p.Point != c.points[0] && res.GunAt.Sub(at) > wayTooEarly && len(visits) > 0:
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
			*ro = role{useNone, reasonNotAStart, -1, -1} // why, is known once the course is
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
	s.strayStarts(res, c)
}

func (c *course) policyOf(visits []int32) race.Policy {
	if len(visits) == 0 {
		return race.First
	}
	return c.policy[visits[0]]
}

// strayStarts says why crossings of a start mat that is nothing else are unused:
// the race was over (rule C9), the runner on the course already (C7), or the
// start closed (C6).
func (s *scratch) strayStarts(res *Result, c *course) {
	for n := range s.role {
		ro := &s.role[n]
		if ro.reason != reasonNotAStart {
			continue
		}
		at := s.passings[n].Begin
		switch {
		case res.FinishAt != 0 && at > res.FinishAt:
			ro.reason = reasonAfterFinish
		case slices.ContainsFunc(res.Splits, func(split race.Instant) bool { return split != 0 && split < at }):
			ro.reason = reasonImpossible
			res.flag(FlagImpossible, "point", c.race.Course[0].Point)
		case res.StartAt == 0:
			res.flag(FlagLateStart)
		}
	}
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
	res.StartAt, res.startStep = at, e.step(s, p.Pick(c.policy[0]))
	if at >= gun {
		return at
	}
	early := gun.Sub(at) > or(e.edition.Timing.EarlyTolerance, defaultEarly)
	if w := b.earlier[s.wave.ID]; early && len(w) > 0 && w[0] <= at {
		res.flag(FlagEarlyStart, "by", race.Clock(gun.Sub(at)))
		return at
	}
	res.flag(FlagStartBeforeGun)
	return gun
}

// matched writes the alignment into the result and gives every passing its role.
func (e *Engine) matched(res *Result, c *course, s *scratch, from race.Instant) {
	finishAt := race.Instant(0)
	var closed []string
	for n, k := range s.aligner.match {
		if k == 0 {
			continue
		}
		m := s.meetings[n]
		p := &s.passings[s.which[n]]
		chosen := p.Pick(c.policy[k])
		ro := &s.role[s.which[n]]
		*ro = role{useSplit, reasonOf(c.policy[k]), int16(k - 1), chosen}
		res.Splits[k-1] = m.at
		res.Last = int(k - 1)
		if cutoff := c.cutoff[k]; cutoff > 0 && res.SplitGun(int(k-1)) > cutoff {
			ro.reason = reasonAfterCutoff
			closed = append(closed, c.label(int(k)))
		}
		if int(k) == c.finish() {
			finishAt, res.finishStep = m.at, e.step(s, chosen)
			if s.sightings[chosen].Source == timing.Manual {
				res.flag(FlagManualTime)
			}
		}
	}
	if len(closed) > 0 {
		res.flag(FlagOverCutoff, "points", strings.Join(closed, ", "))
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
	doubt := FlagImpossible
	if len(res.Starter.Chips) > 1 && res.Last >= 0 {
		doubt = FlagReadConflict
	}
	res.flag(doubt, "point", e.edition.Points[m.point].ID)
	return reasonImpossible
}

// step is the resolution of the box that a sighting comes from.
func (e *Engine) step(s *scratch, sighting int32) time.Duration {
	if len(e.steps) == 0 {
		return 0
	}
	return e.steps[e.reads[s.src[s.sightings[sighting].Ref].ref].Box]
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
	var adjust []logbook.Ruling
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
				res.finishStep = 0
				res.finishAt(at)
				res.flag(FlagManualTime)
			}
		case logbook.TimeAdjust:
			adjust = append(adjust, r)
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
	for _, r := range adjust { // whatever the finish came to be
		if d, err := ParseElapsed(r.Value); err == nil && res.adjustable(d) {
			res.Gun, res.Net = res.Gun+d, res.Net+d
			res.flag(FlagTimeAdjusted, "by", r.Value)
			if res.Status != DQ {
				res.RuleCited = r.Rule
			}
		}
	}
	switch {
	case res.Status == DNS && (res.StartAt != 0 || res.Last >= 0):
		res.flag(FlagDNSWithReads)
	case res.Status == DNF && crossed:
		res.flag(FlagDNFFinished)
	}
	if e.inConflict(&e.runners[e.bibs[e.edition.Bib.Key(res.Starter.Bib)]]) {
		res.flag(FlagChipConflict)
	}
}

// adjustable reports whether a time remains when it is changed by d.
func (r *Result) adjustable(d time.Duration) bool {
	return r.FinishAt != 0 && r.Gun+d > 0 && r.Net+d > 0
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

// neutralise notes what does not count of the runner's time: what was ruled for
// everybody of the race, and for this runner. What is ruled twice is taken off
// once.
func (e *Engine) neutralise(res *Result, b *board, own []logbook.Ruling) {
	var spans []Span
	for _, all := range [][]logbook.Ruling{e.byRuling[""], own} {
		for _, r := range all {
			if r.Kind == logbook.Neutralise && (r.Race == "" || r.Race == b.race.ID) {
				if span, ok := parseSpan(r.Value); ok {
					spans = append(spans, span)
				}
			}
		}
	}
	if len(spans) == 0 {
		return
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, span := range spans {
		if n := len(res.Neutral); n > 0 && span.From <= res.Neutral[n-1].To {
			res.Neutral[n-1].To = max(res.Neutral[n-1].To, span.To)
		} else {
			res.Neutral = append(res.Neutral, span)
		}
	}
	total := time.Duration(0)
	for _, span := range res.Neutral {
		total += span.To.Sub(span.From)
	}
	res.flag(FlagNeutralised, "by", race.Clock(total))
}

// conclude applies the cut-offs and the time limit, and says of who is still
// running when the race is closed what the evidence says (rules S1, S5, S7).
func (e *Engine) conclude(res *Result, b *board) {
	if res.Has(FlagOverCutoff) && b.race.CutoffRule != "" && (res.Status == Finished || res.Status == Running) {
		res.Status, res.RuleCited = DNF, b.race.CutoffRule
	}
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
	r.Gun, r.Net = r.elapsed(r.GunAt, at), r.elapsed(r.NetStart(), at)
}

// elapsed is the exact time between two instants that counts.
func (r *Result) elapsed(from, to race.Instant) time.Duration {
	d := to.Sub(from)
	for _, n := range r.Neutral {
		d -= max(0, min(n.To, to).Sub(max(n.From, from)))
	}
	return d
}

// NetStart is the instant the runner's net time counts from: the crossing of
// the start, or the gun where there is none or it was before the gun (cases 1, 4).
func (r *Result) NetStart() race.Instant { return max(r.StartAt, r.GunAt) }

// SplitGun is the exact time from the gun to course point i+1, None if missing.
func (r *Result) SplitGun(i int) time.Duration {
	if r.Splits[i] == 0 {
		return None
	}
	return r.elapsed(r.GunAt, r.Splits[i])
}

// SplitNet is the exact time from the runner's start to course point i+1, None
// if missing.
func (r *Result) SplitNet(i int) time.Duration {
	if r.Splits[i] == 0 {
		return None
	}
	return r.elapsed(r.NetStart(), r.Splits[i])
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
