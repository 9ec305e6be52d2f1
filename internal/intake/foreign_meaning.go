package intake

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// written is a time as a person wrote it: what is certain about it, and the
// figures of what is not.
type written struct {
	shape   string // "a:b:c", "a:b", "a:b.c", "a.b.c", "a.b"; "" = certain
	a, b, c int
	digits  string // of the last figure
	frac    time.Duration
	elapsed time.Duration // of what is certainly an elapsed time: +2:13:52, 2h13m52s
	tod     time.Duration // of what is certainly a time of day: 2:13:52 pm
	ofDay   bool
	day     string // the date before a time of day
	at      race.Instant
	padded  bool // 09:15:02: nobody writes a 12-hour clock that way
}

var (
	threeColons = regexp.MustCompile(`^([0-9]{1,3}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?$`)
	twoColons   = regexp.MustCompile(`^([0-9]{1,3}):([0-9]{2})$`)
	colonPoint  = regexp.MustCompile(`^([0-9]{1,3}):([0-9]{1,2})[.,]([0-9]{1,3})$`)
	threePoints = regexp.MustCompile(`^([0-9]{1,3})[.,]([0-9]{2})[.,]([0-9]{1,3})$`)
	twoPoints   = regexp.MustCompile(`^([0-9]{1,3})[.,]([0-9]{2})$`)
	byUnits     = regexp.MustCompile(`^([0-9]{1,2})\s*[hH:]\s*([0-9]{1,2})\s*(?:m|min|'|’|′)\s*([0-9]{1,2})(?:[.,]([0-9]{1,9}))?\s*(?:s|sec|"|''|”|″)?$`)
	byMinutes   = regexp.MustCompile(`^([0-9]{1,3})\s*(?:m|min|'|’|′)\s*([0-9]{1,2})(?:[.,]([0-9]{1,9}))?\s*(?:s|sec|"|''|”|″)?$`)
	dayAndTime  = regexp.MustCompile(`^([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})[ T]\s*([0-9].*)$`)
	noSeconds   = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})\s*([AaPp][Mm])$`)
)

// parseWritten reads a time without deciding what it means.
func parseWritten(v string) (w written, ok bool) {
	v = strings.TrimSpace(v)
	var clock instants
	if at, ok := clock.parse([]byte(v)); ok {
		return written{at: at}, true
	}
	if m := dayAndTime.FindStringSubmatch(v); m != nil {
		tod, ok := timeOfDay(m[2])
		return written{tod: tod, ofDay: true, day: m[1]}, ok
	}
	if rest, plus := strings.CutPrefix(v, "+"); plus {
		m := threeColons.FindStringSubmatch(rest)
		if m == nil || figure(m[2]) > 59 || figure(m[3]) > 59 {
			return w, false
		}
		return written{elapsed: hms(figure(m[1]), figure(m[2]), figure(m[3])) + decimals(m[4])}, true
	}
	if m := byUnits.FindStringSubmatch(v); m != nil && figure(m[2]) < 60 && figure(m[3]) < 60 {
		return written{elapsed: hms(figure(m[1]), figure(m[2]), figure(m[3])) + decimals(m[4])}, true
	}
	if m := byMinutes.FindStringSubmatch(v); m != nil && figure(m[2]) < 60 {
		return written{elapsed: hms(0, figure(m[1]), figure(m[2])) + decimals(m[3])}, true
	}
	if m := noSeconds.FindStringSubmatch(v); m != nil {
		v = m[1] + ":" + m[2] + ":00" + m[3]
	}
	if strings.ContainsAny(v, "aApP") {
		tod, ok := timeOfDay(v)
		return written{tod: tod, ofDay: true}, ok
	}
	return shaped(v)
}

func shaped(v string) (w written, ok bool) {
	for _, s := range []struct {
		shape string
		form  *regexp.Regexp
	}{{"a:b:c", threeColons}, {"a:b", twoColons}, {"a:b.c", colonPoint}, {"a.b.c", threePoints}, {"a.b", twoPoints}} {
		m := s.form.FindStringSubmatch(v)
		if m == nil {
			continue
		}
		w = written{shape: s.shape, a: figure(m[1]), b: figure(m[2]), digits: m[len(m)-1], padded: len(m[1]) == 2 && m[1][0] == '0'}
		if len(m) > 3 {
			w.c = figure(m[3])
			w.digits = m[3]
		}
		if s.shape == "a:b:c" {
			w.frac = decimals(m[4])
		}
		return w, len(w.all(elapsedTime))+len(w.all(dayTime)) > 0
	}
	return w, false
}

func figure(s string) int {
	n, _ := strconv.Atoi(s) // digits by the patterns
	return n
}

func hms(h, m, s int) time.Duration {
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

// The two things a time of a list can be.
const (
	elapsedTime = "elapsed"
	dayTime     = "day"
)

var lasts = []string{"seconds", "hundredths", "minutes"}

// means reads the figures one way: last says what the last figure counts.
// whole is false for a way in which nobody writes.
func (w written) means(clock, last string) (d time.Duration, hour int, whole bool) {
	day := clock == dayTime
	sixty := func(n ...int) bool { return !slices.ContainsFunc(n, func(i int) bool { return i > 59 }) }
	switch w.shape + " " + last {
	case "a:b:c seconds":
		return hms(w.a, w.b, w.c) + w.frac, w.a, sixty(w.b, w.c) && (!day || w.a < 24)
	case "a:b seconds":
		return hms(0, w.a, w.b), 0, !day && sixty(w.b)
	case "a:b minutes", "a.b minutes":
		return hms(w.a, w.b, 0), w.a, sixty(w.b) && w.a < 48 && (!day || w.a < 24)
	case "a:b.c seconds", "a.b.c seconds":
		return hms(w.a, w.b, w.c), w.a, len(w.digits) == 2 && sixty(w.b, w.c) && w.a < 48 && (!day || w.a < 24)
	case "a:b.c hundredths", "a.b.c hundredths":
		return hms(0, w.a, w.b) + decimals(w.digits), 0, !day && sixty(w.b)
	case "a:b.c minutes":
		return hms(w.a, w.b, 0) + decimals(w.digits)*60, w.a, !day && sixty(w.b) && w.a < 48
	case "a.b seconds":
		return hms(0, w.a, w.b), 0, !day && sixty(w.b)
	case "a.b hundredths":
		return hms(0, 0, w.a) + decimals(w.digits), 0, !day
	}
	return 0, 0, false
}

// all are the ways to read the last figure.
func (w written) all(clock string) (out []string) {
	for _, last := range lasts {
		if _, _, ok := w.means(clock, last); ok {
			out = append(out, last)
		}
	}
	return out
}

// meaning is one thing a row can mean in its race.
type meaning struct {
	clock, last string
	at          race.Instant // 0 = the gun is not known
	after       time.Duration
	possible    bool // in that race: not sooner than it can be run, not hours after everybody
	inLimit     bool
	other       bool // the other half of the day than is written
}

// slowest is the speed in m/s below which nobody is believed to be on a course
// that has no time limit.
const slowest = 0.5

// span is the earliest and the latest elapsed time that is possible in a race,
// and its limit (the latest, where it has none).
func span(r *race.Race) (first, limit, last time.Duration) {
	speed := r.MaxSpeed
	if speed == 0 {
		speed = 7.5
	}
	first = time.Duration(r.DistanceM / speed * float64(time.Second))
	limit = r.TimeLimit.D()
	if last = 2 * limit; limit == 0 {
		last = min(max(time.Duration(r.DistanceM/slowest*float64(time.Second)), time.Hour), 24*time.Hour)
		limit = last
	}
	return first, limit, last
}

// meaningsOf are all meanings of a row, the possible ones first.
func (f *foreign) meaningsOf(x *listed, clocks []string, day24 bool) (out []meaning) {
	judge := func(m meaning) {
		first, limit, last := span(x.race)
		known := x.gun != 0 || m.clock == elapsedTime
		m.possible = !known || m.after >= first && m.after <= last
		m.inLimit = !known || m.after >= first && m.after <= limit
		out = append(out, m)
	}
	for _, clock := range clocks {
		for _, last := range x.time.all(clock) {
			if f.o.Last != "" && last != f.o.Last && x.time.shape != "a:b:c" {
				continue
			}
			d, hour, _ := x.time.means(clock, last)
			if clock == elapsedTime {
				m := meaning{clock: clock, last: last, after: d}
				if x.gun != 0 {
					m.at = x.gun.Add(d)
				}
				judge(m)
				continue
			}
			for _, m := range f.daysOf(x, d) {
				m.last = last
				judge(m)
			}
			if !day24 && hour >= 1 && hour <= 12 {
				for _, m := range f.daysOf(x, (d+12*time.Hour)%(24*time.Hour)) {
					m.last, m.other = last, true
					judge(m)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b meaning) int {
		return cmp.Or(no(a.possible)-no(b.possible), no(!a.other)-no(!b.other))
	})
	return out
}

func no(b bool) int {
	if b {
		return 0
	}
	return 1
}

// daysOf are the instants at which the clocks show a time of day: on the day of
// the gun and the next, or on the day that is written or stated.
func (f *foreign) daysOf(x *listed, tod time.Duration) (out []meaning) {
	start, days := x.gun.In(f.zone), 2
	if x.gun == 0 {
		date := cmp.Or(f.o.Date, f.e.Date)
		start, _ = time.ParseInLocation(time.DateOnly, date, f.zone) // both were checked
		days = 1
	}
	for i := range days {
		t := time.Date(start.Year(), start.Month(), start.Day()+i, 0, 0, 0, 0, time.UTC)
		for _, at := range onClock(day{t.Year(), int(t.Month()), t.Day()}, tod, f.zone) {
			m := meaning{clock: dayTime, at: known(at)}
			if x.gun != 0 {
				m.after = at.Sub(x.gun)
			}
			if i == 0 || m.after <= 24*time.Hour {
				out = append(out, m)
			}
		}
	}
	return out
}

// mean decides what the times of a list mean, or asks. A list is written in one
// way: elapsed times or times of day, never some of each; so every row has to be
// possible in it. Only h:mm:ss is decided by what is possible; a time that can
// be read in several ways by its form is asked about always.
func (f *foreign) mean(list []*listed) {
	var open []*listed
	day24 := f.o.Times == "day24"
	for _, x := range list {
		switch {
		case x.value == "" || x.word != "":
		case x.time.shape == "" || x.date != "":
			f.certain(x)
		default:
			open = append(open, x)
			day24 = day24 || x.time.padded || x.time.a == 0 || x.time.a > 12
		}
	}
	if len(open) == 0 {
		f.rep.Times = ""
		return
	}
	clocks := []string{elapsedTime, dayTime}
	if f.o.Times != "" {
		clocks = []string{strings.TrimSuffix(f.o.Times, "24")}
	}
	for _, x := range open {
		x.reads = f.meaningsOf(x, clocks, day24)
		if len(x.reads) == 0 {
			f.late(x, x.bad("foreign.bad_time", nil))
		}
	}
	if open = slices.DeleteFunc(open, func(x *listed) bool { return x.out }); len(open) == 0 {
		return
	}
	if clocks = f.viable(open, clocks); len(clocks) != 1 {
		f.ask(f.mostOpen(open), clocks)
		return
	}
	f.rep.Times = clocks[0]
	for _, x := range open {
		f.settle(x, clocks[0])
	}
}

// viable are the clocks by which every row is possible; of two, the one by which
// somebody finished within the limit. None is viable where rows disagree: then
// both stay, unless a person said which.
func (f *foreign) viable(open []*listed, clocks []string) []string {
	if len(clocks) == 1 {
		return clocks
	}
	fits := func(good func(m meaning) bool, every bool) (out []string) {
		for _, c := range clocks {
			hit := func(x *listed) bool {
				return slices.ContainsFunc(x.reads, func(m meaning) bool { return m.clock == c && good(m) })
			}
			if every && !slices.ContainsFunc(open, func(x *listed) bool { return !hit(x) }) || !every && slices.ContainsFunc(open, hit) {
				out = append(out, c)
			}
		}
		return out
	}
	all := fits(func(m meaning) bool { return m.possible }, true)
	if len(all) == 0 {
		return clocks
	}
	if len(all) == 2 {
		if some := fits(func(m meaning) bool { return m.possible && m.inLimit }, false); len(some) == 1 {
			all = some
		}
	}
	if len(all) == 1 && f.o.Last == "" && slices.ContainsFunc(open, func(x *listed) bool { return x.time.shape != "a:b:c" }) {
		return clocks // by its form it can be several things: a person says which
	}
	return all
}

// mostOpen is the row to ask about: the first whose form leaves the most open.
func (f *foreign) mostOpen(open []*listed) *listed {
	for _, x := range open {
		if x.time.shape != "a:b:c" {
			return x
		}
	}
	return open[0]
}

// settle leaves the one meaning a row has on a clock, or asks.
func (f *foreign) settle(x *listed, clock string) {
	x.reads = slices.DeleteFunc(x.reads, func(m meaning) bool { return m.clock != clock })
	can := slices.Clone(x.reads)
	if can[0].possible {
		can = slices.DeleteFunc(can, func(m meaning) bool { return !m.possible })
	} else { // out of all bounds, however it is read: as written, and flagged
		can = slices.DeleteFunc(can, func(m meaning) bool { return m.other || m.clock == dayTime && m.at != can[0].at })
	}
	if slices.ContainsFunc(can, func(m meaning) bool { return m.last != can[0].last }) {
		f.ask(x, []string{clock})
		return
	}
	if len(can) > 1 {
		f.asked.add("foreign.half_day", func() *fault.Error {
			return x.bad("foreign.half_day", fault.Args{
				"first": can[0].at.In(f.zone).Format("2006-01-02 15:04:05-07:00"), "second": can[1].at.In(f.zone).Format("2006-01-02 15:04:05-07:00")})
		})
		return
	}
	if can[0].at == 0 {
		f.noGun(x)
		return
	}
	x.reads = can
}

func (f *foreign) noGun(x *listed) {
	f.asked.add("foreign.no_gun", func() *fault.Error {
		return x.bad("foreign.no_gun", fault.Args{"race": x.race.ID, "example": example(f.e, "09:00:00")})
	})
}

// certain takes a row whose time can mean one thing only.
func (f *foreign) certain(x *listed) {
	m := meaning{at: x.time.at}
	switch {
	case x.time.at != 0:
	case x.time.day != "" || x.date != "" && x.time.elapsed == 0:
		tod := x.time.tod
		if x.time.shape != "" {
			last := "seconds"
			if x.time.shape == "a:b" {
				last = "minutes"
			}
			d, _, ok := x.time.means(dayTime, last)
			if !ok {
				f.late(x, x.bad("foreign.bad_clock", nil))
				return
			}
			tod = d
		}
		d, wrong := f.date(cmp.Or(x.time.day, x.date), x.bad)
		if wrong == nil && d != (day{}) {
			m.at, wrong = f.on(d, tod, x.bad)
		}
		if wrong != nil {
			f.late(x, wrong)
		}
	case x.time.ofDay:
		on := f.daysOf(x, x.time.tod)
		if len(on) == 0 {
			f.late(x, x.bad("foreign.bad_clock", nil))
			return
		}
		first, _, last := span(x.race)
		if i := slices.IndexFunc(on, func(m meaning) bool { return m.after >= first && m.after <= last }); i > 0 {
			on[0] = on[i]
		}
		m.at = on[0].at
	case x.gun == 0:
		f.noGun(x)
		return
	default:
		m.at = x.gun.Add(x.time.elapsed)
	}
	first, _, last := span(x.race)
	m.possible = x.gun == 0 || m.at.Sub(x.gun) >= first && m.at.Sub(x.gun) <= last
	x.reads = []meaning{m}
}

// ask states what a row can mean, concretely for its race, and how to answer.
func (f *foreign) ask(x *listed, clocks []string) {
	f.asked.add("foreign.time_meanings "+x.time.shape, func() *fault.Error {
		var list []*fault.Error
		type way struct{ clock, last string }
		shown := map[way]bool{}
		for _, m := range x.reads {
			w := way{m.clock, m.last}
			if !slices.Contains(clocks, m.clock) || !m.possible && (m.other || shown[w]) {
				continue
			}
			shown[w] = true
			list = append(list, f.alternative(x, m))
		}
		return x.bad("foreign.time_meanings", fault.Args{"race": x.race.ID, "meanings": either(list)})
	})
}

// alternative is one meaning in words, with the flags that choose it.
func (f *foreign) alternative(x *listed, m meaning) *fault.Error {
	flag := "--times " + m.clock
	if x.time.shape != "a:b:c" && len(x.time.all(m.clock)) > 1 {
		flag += " --last " + m.last
	}
	code := "foreign.means_" + m.clock
	args := fault.Args{"flag": flag, "time": clockText(m.after)}
	if m.at != 0 {
		args["at"] = m.at.In(f.zone).Format("15:04:05")
	}
	switch {
	case !m.possible:
		code += "_not"
	case x.gun == 0:
		code += "_only"
	}
	return fault.New(fault.Invalid, code, args)
}

// clockText writes an elapsed time exactly: 2:13:31.2.
func clockText(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	s := fmt.Sprintf("%s%d:%02d:%02d", sign, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	if rest := d % time.Second; rest > 0 {
		s += strings.TrimRight(fmt.Sprintf(".%09d", rest), "0")
	}
	return s
}
