package intake

import (
	"regexp"
	"strings"
	"time"

	"stadion/internal/race"
)

// instants reads RFC 3339 instants. It remembers the last day and offset, which
// are the same in nearly every row of a file.
type instants struct {
	day  [10]byte
	base int64 // seconds from 1970 to the start of day in UTC
	ok   bool
}

// parse reads "2025-04-06T09:15:02.318+09:00": a date, "T" (or "t", or a space),
// a time with seconds and up to any number of decimals (those beyond nanoseconds
// are dropped), and "Z" or an offset. Without an offset it is no instant.
//
// A clock that shows exactly 1970-01-01T00:00:00Z is kept as one nanosecond
// later, because the instant 0 means "unknown".
func (p *instants) parse(b []byte) (race.Instant, bool) {
	if len(b) < 20 || b[4] != '-' || b[7] != '-' || b[13] != ':' || b[16] != ':' {
		return 0, false
	}
	if c := b[10]; c != 'T' && c != 't' && c != ' ' {
		return 0, false
	}
	if !p.ok || string(p.day[:]) != string(b[:10]) {
		if !p.setDay(b[:10]) {
			return 0, false
		}
	}
	h, ok1 := two(b[11:])
	m, ok2 := two(b[14:])
	s, ok3 := two(b[17:])
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	nanos, rest, ok := fraction(b[19:])
	if !ok {
		return 0, false
	}
	offset, ok := offsetSeconds(rest)
	if !ok {
		return 0, false
	}
	at := race.Instant((p.base+int64(h*3600+m*60+s)-int64(offset))*1e9 + nanos)
	if at == 0 {
		at = 1
	}
	return at, true
}

func (p *instants) setDay(b []byte) bool {
	y1, ok1 := two(b)
	y2, ok2 := two(b[2:])
	m, ok3 := two(b[5:])
	d, ok4 := two(b[8:])
	y := y1*100 + y2
	if !ok1 || !ok2 || !ok3 || !ok4 || y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 {
		return false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d {
		return false
	}
	copy(p.day[:], b)
	p.base, p.ok = t.Unix(), true
	return true
}

func two(b []byte) (int, bool) {
	x, y := b[0]-'0', b[1]-'0'
	return int(x)*10 + int(y), x <= 9 && y <= 9
}

// fraction reads the decimals, if there are any.
func fraction(b []byte) (nanos int64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, b, true
	}
	i, scale := 1, int64(1e9)
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		if scale > 1 {
			scale /= 10
			nanos += int64(b[i]-'0') * scale
		}
	}
	return nanos, b[i:], i > 1
}

func offsetSeconds(b []byte) (int, bool) {
	if len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return 0, true
	}
	if len(b) != 6 || b[0] != '+' && b[0] != '-' || b[3] != ':' {
		return 0, false
	}
	h, ok1 := two(b[1:])
	m, ok2 := two(b[4:])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, false
	}
	s := h*3600 + m*60
	if b[0] == '-' {
		s = -s
	}
	return s, true
}

var (
	bareTime = regexp.MustCompile(`^[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:[AaPp][Mm])?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?$`)
	noOffset = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?$`)
	dateOnly = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// lacking says what an instant that could not be read lacks: the last part of a
// fault's code, "empty_time", "bare_time", "no_offset", "no_time" or "bad_time".
func lacking(value string) string {
	switch {
	case value == "":
		return "empty_time"
	case bareTime.MatchString(value):
		return "bare_time"
	case noOffset.MatchString(value):
		return "no_offset"
	case dateOnly.MatchString(value):
		return "no_time"
	}
	return "bad_time"
}

// example is how value should have been written on the edition's day, as far as
// it can be told; a plain example otherwise.
func example(e *race.Edition, value string) string {
	date, zone := e.Date, e.Location()
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		date = "2025-04-06"
	}
	clock := strings.ReplaceAll(value, ",", ".")
	if lacking(value) == "no_offset" {
		date, clock = clock[:10], clock[11:]
	}
	for _, layout := range []string{"15:04:05.999999999", "3:04:05.999999999PM", "3:04:05.999999999 PM", "3:04PM", "15:04"} {
		c, err := time.Parse(layout, strings.ToUpper(clock))
		if err != nil {
			continue
		}
		t, err := time.ParseInLocation("2006-01-02 15:04:05.999999999", date+" "+c.Format("15:04:05.999999999"), zone)
		if err == nil {
			return t.Format(time.RFC3339Nano)
		}
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05.000", date+" 09:15:02.318", zone)
	if err != nil {
		return "2025-04-06T09:15:02.318+09:00"
	}
	return t.Format(time.RFC3339Nano)
}

// window is the span of instants within two days of the edition's day.
type window struct{ from, to race.Instant }

func windowOf(e *race.Edition) (window, bool) {
	start, err := time.ParseInLocation(time.DateOnly, e.Date, e.Location())
	if err != nil {
		return window{}, false
	}
	return window{race.At(start.AddDate(0, 0, -2)), race.At(start.AddDate(0, 0, 3))}, true
}

func (w window) has(at race.Instant) bool { return at >= w.from && at < w.to }
