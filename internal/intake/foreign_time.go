package intake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// day is a date without a zone.
type day struct{ y, m, d int }

func (d day) ok() bool {
	if d.y < 1900 || d.y > 2199 {
		return false
	}
	t := time.Date(d.y, time.Month(d.m), d.d, 0, 0, 0, 0, time.UTC)
	return int(t.Month()) == d.m && t.Day() == d.d
}

func (d day) String() string {
	return time.Date(d.y, time.Month(d.m), d.d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

var (
	yearLeads = regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\.?$`)
	dayDotted = regexp.MustCompile(`^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4}|[0-9]{2})$`)
	dayOrNot  = regexp.MustCompile(`^([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4}|[0-9]{2})$`)
	noDay     = regexp.MustCompile(`^0000-00-0[0-9]$`)
)

// dateOrder reads the dates of one file. A date with the year first, and one
// with dots, can be meant in one way; 04/06/2025 in two. A file is written in
// one order, so a single 25/06 in it decides for all of it.
type dateOrder struct {
	order string // "dmy", "mdy", "ymd", "" = not known
}

var orders = []string{"dmy", "mdy", "ymd"}

// inOrder puts three figures together; a two-digit year is one of this century.
func inOrder(order string, a, b, c string) day {
	n := [3]int{}
	for i, s := range []string{a, b, c} {
		n[i], _ = strconv.Atoi(s) // digits by the patterns
	}
	var d day
	switch order {
	case "dmy":
		d = day{n[2], n[1], n[0]}
	case "mdy":
		d = day{n[2], n[0], n[1]}
	default:
		d = day{n[0], n[1], n[2]}
	}
	if d.y < 100 {
		d.y += 2000
	}
	return d
}

// meanings are the days a date can be, by order.
func meanings(value string) map[string]day {
	out := map[string]day{}
	m := dayOrNot.FindStringSubmatch(value)
	if m == nil {
		return out
	}
	for _, order := range orders {
		if order == "ymd" && len(m[3]) == 4 {
			continue
		}
		if d := inOrder(order, m[1], m[2], m[3]); d.ok() {
			out[order] = d
		}
	}
	return out
}

// learn looks at the dates of a whole file: the order that fits all of them, if
// only one does.
func (o *dateOrder) learn(values func(yield func(string))) {
	if o.order != "" {
		return
	}
	left, seen := slices.Clone(orders), false
	values(func(v string) {
		if !dayOrNot.MatchString(v) {
			return
		}
		seen = true
		can := meanings(v)
		left = slices.DeleteFunc(left, func(order string) bool { _, ok := can[order]; return !ok })
	})
	if seen && len(left) == 1 {
		o.order = left[0]
	}
}

// lastDay remembers the day of the row before, which is nearly always that of
// this one, and the zone's offset on it where it is the same all around it.
type lastDay struct {
	value  string
	day    day
	at     race.Instant // when its clocks began
	steady day          // the day that at is of
}

// date reads a day. Two days that are possible are asked about.
func (f *foreign) date(value string, bad func(code string, args fault.Args) *fault.Error) (day, *fault.Error) {
	if value == f.last.value && value != "" {
		return f.last.day, nil
	}
	d, wrong := f.readDate(value, bad)
	if wrong == nil && d != (day{}) {
		f.last.value, f.last.day = value, d
	}
	return d, wrong
}

func (f *foreign) readDate(value string, bad func(code string, args fault.Args) *fault.Error) (day, *fault.Error) {
	if m := yearLeads.FindStringSubmatch(value); m != nil {
		if d := inOrder("ymd", m[1], m[2], m[3]); d.ok() {
			return d, nil
		}
		return day{}, bad("foreign.bad_date", nil)
	}
	if m := dayDotted.FindStringSubmatch(value); m != nil {
		if d := inOrder("dmy", m[1], m[2], m[3]); d.ok() {
			return d, nil
		}
		return day{}, bad("foreign.bad_date", nil)
	}
	can := meanings(value)
	if d, ok := can[f.dates.order]; ok {
		return d, nil
	}
	if len(can) == 0 || f.dates.order != "" {
		return day{}, bad("foreign.bad_date", nil)
	}
	var days []*fault.Error
	seen := map[day]bool{}
	for _, order := range orders {
		if d, ok := can[order]; ok && !seen[d] {
			seen[d] = true
			days = append(days, fault.New(fault.Invalid, "foreign.means_date", fault.Args{"day": longDay(d), "flag": "--dates " + order}))
		}
	}
	if len(days) == 1 { // 06/06/2025
		for d := range seen {
			return d, nil
		}
	}
	f.asked.add("foreign.date_meanings", func() *fault.Error {
		return bad("foreign.date_meanings", fault.Args{"meanings": either(days)})
	})
	return day{}, nil
}

// longDay is a day that nobody can mistake: "2025-06-04" with its name of month
// would need the reader's language; the year leads instead, and the word says so.
func longDay(d day) string { return d.String() }

// either joins the alternatives of a question in the reader's language.
func either(list []*fault.Error) *fault.Error {
	if len(list) == 1 {
		return list[0]
	}
	return fault.New(fault.Invalid, "foreign.either", fault.Args{"first": list[0], "rest": either(list[1:])})
}

var ofDay = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?\s*([AaPp][Mm])?$`)

// timeOfDay reads 09:15:02.318 exactly, with am or pm where it has one.
func timeOfDay(value string) (time.Duration, bool) {
	if len(value) >= 8 && value[2] == ':' && value[5] == ':' {
		h, ok1 := two([]byte(value))
		m, ok2 := two([]byte(value[3:]))
		s, ok3 := two([]byte(value[6:]))
		nanos, rest, ok := fraction([]byte(value[8:]))
		if ok && ok1 && ok2 && ok3 && len(rest) == 0 && h < 24 && m < 60 && s < 60 {
			return hms(h, m, s) + time.Duration(nanos), true
		}
	}
	m := ofDay.FindStringSubmatch(value)
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	sec, _ := strconv.Atoi(m[3])
	if m[5] != "" {
		if h < 1 || h > 12 {
			return 0, false
		}
		h = h%12 + halfDay(m[5])
	}
	if h > 23 || min > 59 || sec > 59 {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(min)*time.Minute + time.Duration(sec)*time.Second + decimals(m[4]), true
}

func halfDay(word string) int {
	if strings.EqualFold(word, "pm") {
		return 12
	}
	return 0
}

// decimals are the digits after the point as nanoseconds, exactly.
func decimals(digits string) time.Duration {
	n, _ := strconv.ParseInt((digits + "000000000")[:9], 10, 64) // digits by the patterns
	return time.Duration(n)
}

// onClock are the instants at which the clocks of a zone show a time of a day:
// two where they are set back, none where they skip it.
func onClock(d day, tod time.Duration, zone *time.Location) (out []race.Instant) {
	want := time.Date(d.y, time.Month(d.m), d.d, 0, 0, 0, 0, time.UTC).Add(tod)
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := want.Add(near).In(zone).Zone()
		at := want.Add(-time.Duration(offset) * time.Second)
		if _, then := at.In(zone).Zone(); then == offset && !slices.Contains(out, race.At(at)) {
			out = append(out, race.At(at))
		}
	}
	return out
}

// steady reports whether no clock of a zone was set on a day, nor on the days
// around it.
func steady(d day, zone *time.Location) bool {
	first := 0
	for h := -24; h <= 48; h++ {
		_, offset := time.Date(d.y, time.Month(d.m), d.d, h, 0, 0, 0, time.UTC).In(zone).Zone()
		if h > -24 && offset != first {
			return false
		}
		first = offset
	}
	return true
}

// on is the instant of a time of day, or a fault where there is none or two.
func (f *foreign) on(d day, tod time.Duration, bad func(code string, args fault.Args) *fault.Error) (race.Instant, *fault.Error) {
	if d == f.last.steady {
		return known(f.last.at.Add(tod)), nil
	}
	at := onClock(d, tod, f.zone)
	if len(at) == 1 && steady(d, f.zone) {
		f.last.steady, f.last.at = d, at[0].Add(-tod)
	}
	switch len(at) {
	case 0:
		return 0, bad("foreign.clock_skipped", fault.Args{"zone": f.zone.String(), "day": d.String()})
	case 2:
		f.asked.add("foreign.clock_twice", func() *fault.Error {
			return bad("foreign.clock_twice", fault.Args{"zone": f.zone.String(), "day": d.String(),
				"first": at[0].In(f.zone).Format("-07:00"), "second": at[1].In(f.zone).Format("-07:00")})
		})
	}
	return known(at[0]), nil
}

// known keeps a clock that shows the first instant of 1970 apart from "unknown".
func known(at race.Instant) race.Instant {
	if at == 0 {
		return 1
	}
	return at
}

var epochSeconds = regexp.MustCompile(`^([0-9]{1,10})(?:\.([0-9]{1,9}))?$`)

// epoch reads seconds since 1970 exactly.
func epoch(value string) (race.Instant, bool) {
	m := epochSeconds.FindStringSubmatch(value)
	if m == nil {
		return 0, false
	}
	s, _ := strconv.ParseInt(m[1], 10, 64)
	return known(race.Instant(s*int64(time.Second) + int64(decimals(m[2])))), true
}

// fullDay is the day of --date. Without it times without a date are asked about.
func (f *foreign) fullDay(bad func(code string, args fault.Args) *fault.Error) (day, bool) {
	t, err := time.Parse(time.DateOnly, f.o.Date)
	if err == nil {
		return day{t.Year(), int(t.Month()), t.Day()}, true
	}
	f.asked.add("foreign.no_date", func() *fault.Error {
		return bad("foreign.no_date", fault.Args{"date": f.e.Date})
	})
	return day{}, false
}

// instant reads when a record was: one cell with everything, or a date and a
// time. asked says that a question stands in its place.
func (f *foreign) instant(rec record) (at race.Instant, asked bool, wrong *fault.Error) {
	when := rec.get(inInstant)
	if when != "" {
		badAt := func(code string, args fault.Args) *fault.Error { return rec.bad(inInstant, code, args) }
		if at, ok := f.clock.parse([]byte(when)); ok {
			return at, false, nil
		}
		if at, ok := epoch(when); ok && at >= race.Instant(86_400_000*time.Second) {
			return at, false, nil
		}
		date, clock, found := strings.Cut(strings.Replace(when, "T", " ", 1), " ")
		if !found {
			date, clock = "", when
		}
		return f.dateAndTime(strings.Trim(date, ", "), strings.TrimSpace(clock), badAt, badAt)
	}
	return f.dateAndTime(rec.get(inDate), rec.get(inTime),
		func(code string, args fault.Args) *fault.Error { return rec.bad(inDate, code, args) },
		func(code string, args fault.Args) *fault.Error { return rec.bad(inTime, code, args) })
}

func (f *foreign) dateAndTime(date, clock string, badDate, badTime func(string, fault.Args) *fault.Error) (race.Instant, bool, *fault.Error) {
	tod, ok := timeOfDay(clock)
	if !ok {
		return 0, false, badTime("foreign.bad_clock", nil)
	}
	questions := len(f.asked.count)
	var d day
	if date == "" || noDay.MatchString(date) {
		if d, ok = f.fullDay(badTime); !ok {
			return 0, true, nil
		}
		if n := len(date); n > 0 { // 0000-00-01: the day after the decoder was started
			d = day{d.y, d.m, d.d + int(date[n-1]-'0')}
			t := time.Date(d.y, time.Month(d.m), d.d, 0, 0, 0, 0, time.UTC)
			d = day{t.Year(), int(t.Month()), t.Day()}
		}
	} else {
		var wrong *fault.Error
		if d, wrong = f.date(date, badDate); wrong != nil {
			return 0, false, wrong
		}
		if d == (day{}) {
			return 0, true, nil
		}
	}
	at, wrong := f.on(d, tod, badTime)
	return at, len(f.asked.count) > questions, wrong
}
