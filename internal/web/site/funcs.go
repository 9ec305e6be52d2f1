package site

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/assets"
)

// funcs are what templates can say, in one language.
func funcs(p *lang.Printer, set *assets.Set) template.FuncMap {
	return template.FuncMap{
		"t":         p.T,
		"lang":      func() string { return string(p.Tag) },
		"until":     func(d time.Duration) string { return Until(p, d) },
		"sentence":  p.With,
		"has":       lang.Has,
		"fault":     p.Fault,
		"number":    p.Number,
		"money":     p.Money,
		"asset":     set.URL,
		"langs":     func() []lang.Tag { return lang.Tags },
		"themes":    func() []Theme { return Themes },
		"inlang":    func(path string, t lang.Tag) string { return withQuery(path, "lang", string(t)) },
		"field":     field,
		"date":      func(d string) string { return Date(p, d) },
		"day":       func(i race.Instant, zone *time.Location) string { return Date(p, i.In(zone).Format(time.DateOnly)) },
		"time":      func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, "15:04:05") },
		"hour":      func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, "15:04") },
		"rfc3339":   func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, time.RFC3339) },
		"millis":    func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, "15:04:05.000") },
		"nanos":     func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, time.RFC3339Nano) },
		"stamp":     func(i race.Instant, zone *time.Location) string { return clockAt(i, zone, "2006-01-02 15:04:05") },
		"age":       func(d time.Duration) string { return Age(p, d) },
		"shift":     Shift,
		"clock":     race.Clock,
		"clockms":   ClockMs,
		"pace":      Pace,
		"km":        Km,
		"distance":  func(m float64) string { return p.T("web.distance_km", "km", Km(m)) },
		"join":      strings.Join,
		"list":      func(v ...any) []any { return v },
		"dict":      dict,
		"add":       func(a, b int) int { return a + b },
		"rem":       func(px int) string { return strconv.FormatFloat(float64(px)/16, 'f', -1, 64) + "rem" },
		"splitname": splitName,
		"pathseg":   url.PathEscape,
	}
}

// Date writes YYYY-MM-DD as the language does; what is no date stays as it is.
func Date(p *lang.Printer, d string) string {
	t, err := time.Parse(time.DateOnly, d)
	if err != nil {
		return d
	}
	return p.T("web.date", "d", strconv.Itoa(t.Day()), "m", p.T("web.month."+strconv.Itoa(int(t.Month()))),
		"y", strconv.Itoa(t.Year()))
}

// Until says how long it is to something, in its two largest units.
func Until(p *lang.Printer, d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	if days > 0 {
		return p.T("web.until.days", "n", days, "hours", hours)
	}
	return p.T("web.until.hours", "hours", hours, "minutes", minutes)
}

// splitName is the label in the name of a split's column, "" for other columns.
func splitName(field string) string {
	label, is := strings.CutPrefix(field, "split_")
	if !is {
		return ""
	}
	return label
}

// Age says how long ago something was, in its largest unit.
func Age(p *lang.Printer, d time.Duration) string {
	switch {
	case d < 0:
		return p.T("web.age.ahead")
	case d < 2*time.Minute:
		return p.T("web.age.s", "n", int(d/time.Second))
	case d < 2*time.Hour:
		return p.T("web.age.min", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return p.T("web.age.h", "n", int(d/time.Hour))
	}
	return p.T("web.age.d", "n", int(d/(24*time.Hour)))
}

// Shift is a signed correction in seconds, "" for none.
func Shift(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%+.3f s", d.Seconds())
}

func clockAt(i race.Instant, zone *time.Location, layout string) string {
	if i == 0 {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	return i.In(zone).Format(layout)
}

// ClockMs shows exact milliseconds as h:mm:ss, rounded up once; "" for none.
func ClockMs(ms results.Ms) string {
	if ms < 0 {
		return ""
	}
	return race.Clock(time.Duration(ms) * time.Millisecond)
}

// Pace is minutes and seconds for a kilometre, "" if it cannot be said.
func Pace(d time.Duration, m float64) string {
	if d <= 0 || m <= 0 {
		return ""
	}
	s := int(float64(d/time.Millisecond)/m + 0.5) // ms per m is s per km
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Km writes metres as kilometres with as many decimals as they need.
func Km(m float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(m/1000, 'f', 3, 64), "0"), ".")
}

func withQuery(path, name, value string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func dict(pairs ...any) (fault.Args, error) {
	out := fault.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}
