package scoring

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// byTime orders rulings by when they were made, then by id: the order in which
// they take effect, whatever order they arrived in.
func byTime(a, b logbook.Ruling) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
}

// effective are the rulings that stand, in order. A ruling is undone by a later
// ruling, which itself may be undone (case 41); nothing is deleted. An undo
// that names no earlier ruling is returned in strays.
func effective(all []logbook.Ruling) (stand, strays []logbook.Ruling) {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, byTime)
	sorted = slices.CompactFunc(sorted, func(a, b logbook.Ruling) bool { return a.ID == b.ID && a.ID != "" })
	index := make(map[string]int, len(sorted))
	for i, r := range sorted {
		if r.ID != "" {
			index[r.ID] = i
		}
	}
	void := make([]bool, len(sorted))
	for i := len(sorted) - 1; i >= 0; i-- { // from the latest: an undone undo undoes nothing
		r := sorted[i]
		if r.Kind != logbook.Undo || void[i] {
			continue
		}
		if t, ok := index[strings.TrimSpace(r.Value)]; ok && t < i {
			void[t] = true
		} else {
			strays = append(strays, r)
		}
	}
	for i, r := range sorted {
		if !void[i] && r.Kind != logbook.Undo {
			stand = append(stand, r)
		}
	}
	slices.Reverse(strays)
	return stand, strays
}

// ParseElapsed reads "2:13:52.4", "13:52" or "+30s", "-1m30s" exactly.
func ParseElapsed(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "smh") {
		return time.ParseDuration(strings.TrimPrefix(s, "+"))
	}
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimLeft(s, "+-")
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, fmt.Errorf("not a time: %q", s)
	}
	var d time.Duration
	for i, p := range parts {
		whole, frac, _ := strings.Cut(p, ".")
		if len(whole) == 0 || len(whole) > 3 || frac != "" && i != len(parts)-1 {
			return 0, fmt.Errorf("not a time: %q", s)
		}
		n, err := strconv.ParseUint(whole, 10, 16)
		if err != nil || i > 0 && n > 59 {
			return 0, fmt.Errorf("not a time: %q", s)
		}
		d = d*60 + time.Duration(n)
		if i == len(parts)-1 {
			d *= time.Second
			if frac != "" {
				f, err := strconv.ParseUint((frac + "000000000")[:9], 10, 64)
				if err != nil {
					return 0, fmt.Errorf("not a time: %q", s)
				}
				d += time.Duration(f)
			}
		}
	}
	if neg {
		d = -d
	}
	return d, nil
}

// finishInstant is the finish a finish_time ruling means: an instant, an elapsed
// time since the gun, or a time of day on the clocks of the edition. What it
// could mean in two ways, or in none, it does not mean (rule J6). Nobody
// finishes sooner than the course can be run.
func (e *Engine) finishInstant(c *course, gun race.Instant, value string) (race.Instant, bool) {
	if gun == 0 {
		return 0, false
	}
	first := gun.Add(max(c.fastest(c.mm[c.finish()]), 1))
	if at, ok := parseInstant(value); ok {
		return at, at >= first
	}
	d, err := ParseElapsed(value)
	if err != nil || d < 0 {
		return 0, false
	}
	if strings.HasPrefix(strings.TrimSpace(value), "+") {
		return gun.Add(d), gun.Add(d) >= first
	}
	last := gun.Add(24 * time.Hour)
	if limit := c.race.TimeLimit.D(); limit > 0 {
		last = gun.Add(2 * limit)
	}
	var means race.Instant
	for _, at := range append(e.onClocks(gun, d), gun.Add(d)) {
		if at < first || at > last || at == means {
			continue
		}
		if means != 0 {
			return 0, false
		}
		means = at
	}
	return means, means != 0
}

// onClocks are the instants at which the clocks of the edition's zone show a
// time of day, on the gun's day and the next: where clocks are set back twice
// on one day, where they are set forward perhaps never (case 26).
func (e *Engine) onClocks(gun race.Instant, ofDay time.Duration) []race.Instant {
	var out []race.Instant
	if ofDay >= 24*time.Hour {
		return nil
	}
	y, m, d := gun.In(e.zone).Date()
	for day := range 2 {
		want := time.Date(y, m, d+day, 0, 0, 0, int(ofDay), time.UTC)
		for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} { // the offsets before and after
			_, offset := want.Add(near).In(e.zone).Zone()
			at := want.Add(-time.Duration(offset) * time.Second)
			_, then := at.In(e.zone).Zone()
			if i := race.At(at); then == offset && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}

// parseInstant reads an instant as files and people write it.
func parseInstant(s string) (race.Instant, bool) {
	s = strings.Replace(strings.ToUpper(strings.TrimSpace(s)), " ", "T", 1)
	t, err := time.Parse(time.RFC3339Nano, s)
	return race.At(t), err == nil
}

// parsePointAt reads "point@instant", the value of void_read.
func parsePointAt(value string) (point string, at race.Instant, ok bool) {
	point, s, found := strings.Cut(value, "@")
	if !found {
		return "", 0, false
	}
	at, ok = parseInstant(s)
	return strings.TrimSpace(point), at, ok
}

// parseChipFrom reads "CHIP" or "CHIP@instant", the value of chip: carried for
// the whole race, or from that instant on (case 14).
func parseChipFrom(value string) (chip string, from race.Instant, ok bool) {
	chip, s, found := strings.Cut(value, "@")
	chip = race.ChipKey(chip)
	if !found {
		return chip, 0, chip != ""
	}
	from, ok = parseInstant(s)
	return chip, from, ok && chip != ""
}

// parseSpan reads "instant/instant", the value of neutralise.
func parseSpan(value string) (Span, bool) {
	from, to, found := strings.Cut(value, "/")
	a, ok := parseInstant(from)
	b, ok2 := parseInstant(to)
	return Span{a, b}, found && ok && ok2 && a < b
}
