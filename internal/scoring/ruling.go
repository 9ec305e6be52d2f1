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

// finishInstant is the finish a finish_time ruling means. Its value is an
// instant (RFC 3339), a time of day or an elapsed time since the gun; a bare
// h:mm:ss is what is possible for this race, and neither if both are.
func (e *Engine) finishInstant(c *course, gun race.Instant, value string) (race.Instant, bool) {
	value = strings.TrimSpace(value)
	if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return race.At(t), true
	}
	d, err := ParseElapsed(value)
	if err != nil || d < 0 || gun == 0 {
		return 0, false
	}
	longest := 4 * or(c.race.TimeLimit, 24*time.Hour)
	possible := func(at race.Instant) bool {
		el := at.Sub(gun)
		return el >= c.fastest(c.mm[c.finish()]) && el <= longest
	}
	elapsed := gun.Add(d)
	if strings.HasPrefix(value, "+") {
		return elapsed, possible(elapsed)
	}
	g := gun.In(e.zone)
	midnight := time.Date(g.Year(), g.Month(), g.Day(), 0, 0, 0, 0, e.zone)
	day := race.At(midnight).Add(d)
	if day < gun {
		day = race.At(midnight.AddDate(0, 0, 1)).Add(d)
	}
	switch a, b := possible(elapsed), possible(day); {
	case a && !b:
		return elapsed, true
	case b && !a:
		return day, true
	}
	return 0, false
}

// parsePointAt reads "point@instant", the value of void_read.
func parsePointAt(value string) (point string, at race.Instant, ok bool) {
	point, s, found := strings.Cut(value, "@")
	if !found {
		return "", 0, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
	return strings.TrimSpace(point), race.At(t), err == nil
}

// parseChipFrom reads "CHIP" or "CHIP@instant", the value of chip: carried for
// the whole race, or from that instant on (case 14).
func parseChipFrom(value string) (chip string, from race.Instant, ok bool) {
	chip, s, found := strings.Cut(value, "@")
	chip = race.ChipKey(chip)
	if !found {
		return chip, 0, chip != ""
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
	return chip, race.At(t), err == nil && chip != ""
}
