package race

import (
	"fmt"
	"math"
	"strings"
	"time"

	"stadion/internal/fault"
)

// Complete fills in what an edition may leave out: a race without a wave gets
// one with the id "all", a race without a basis is ranked by gun, a race
// without a name shows its id, and a course point between start and finish
// without a label is labelled by its point, numbered from its second visit.
// It is idempotent.
func Complete(e *Edition) {
	for i := range e.Races {
		r := &e.Races[i]
		if len(r.Waves) == 0 {
			r.Waves = []Wave{{ID: "all"}}
		}
		if r.RankBy == "" {
			r.RankBy = Gun
		}
		if r.Name == "" {
			r.Name = r.ID
		}
		label(r.Course)
		for k := range r.Variants {
			label(r.Variants[k].Course)
		}
	}
}

func label(course []CoursePoint) {
	visits := map[string]int{}
	for i := range course {
		visits[course[i].Point]++
		if i == 0 || i == len(course)-1 || course[i].Label != "" {
			continue
		}
		course[i].Label = course[i].Point
		if n := visits[course[i].Point]; n > 1 {
			course[i].Label = fmt.Sprintf("%s_%d", course[i].Point, n)
		}
	}
}

// Validate says what is wrong with an edition. Every fault is Invalid, has the
// path of the value as its field ("race[0].course[2].at_m", counted from 0, as
// the settings file nests it), and names it in its argument "where"; a reader of
// files replaces that by file and line. warnings are doubts: the edition can be
// used. err is nil or a fault.List in the order of the edition.
func Validate(e *Edition) (warnings fault.List, err error) {
	v := &validation{e: e}
	v.head()
	v.points()
	v.timing()
	if len(e.Races) == 0 {
		v.bad("edition.no_race", "race", nil)
	}
	seen := map[string]string{}
	for i := range e.Races {
		v.race(fmt.Sprintf("race[%d]", i), &e.Races[i], seen)
	}
	v.categories()
	v.chipRules()
	v.lists()
	v.records()
	return v.warnings, v.faults.OrNil()
}

type validation struct {
	e        *Edition
	faults   fault.List
	warnings fault.List
}

func (v *validation) bad(code, path string, args fault.Args) {
	v.faults = append(v.faults, problem(code, path, args))
}

func (v *validation) doubt(code, path string, args fault.Args) {
	v.warnings = append(v.warnings, problem(code, path, args))
}

func problem(code, path string, args fault.Args) *fault.Error {
	all := fault.Args{"where": path}
	for k, a := range args {
		all[k] = a
	}
	return fault.New(fault.Invalid, code, all).On(path)
}

// id checks that an id is there, made of letters, digits, "-", "_" and "."
// (ids stand in addresses and column names), and not used before in its list.
func (v *validation) id(path, id string, seen map[string]string) {
	path += ".id"
	switch key := strings.ToLower(id); {
	case id == "":
		v.bad("edition.no_id", path, nil)
	case !isID(id):
		v.bad("edition.bad_id", path, fault.Args{"value": id})
	case seen[key] != "":
		v.bad("edition.id_twice", path, fault.Args{"value": id, "other": seen[key]})
	default:
		seen[key] = path
	}
}

func isID(id string) bool {
	if len(id) > 64 || strings.Trim(id, ".") == "" {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.", rune(c)) {
			return false
		}
	}
	return true
}

func (v *validation) head() {
	e := v.e
	v.id("edition", e.ID, map[string]string{})
	if last := len(v.faults) - 1; last >= 0 {
		v.faults[last].Field, v.faults[last].Args["where"] = "id", "id"
	}
	if strings.TrimSpace(e.Name) == "" {
		v.bad("edition.no_name", "name", nil)
	}
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
		v.bad("edition.bad_date", "date", fault.Args{"value": e.Date})
	}
	if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "" || e.Zone == "Local" {
		v.bad("edition.bad_zone", "zone", fault.Args{"value": e.Zone})
	}
}

func (v *validation) points() {
	if len(v.e.Points) == 0 {
		v.bad("edition.no_point", "point", nil)
	}
	seen := map[string]string{}
	for i := range v.e.Points {
		p, path := &v.e.Points[i], fmt.Sprintf("point[%d]", i)
		v.id(path, p.ID, seen)
		switch p.Policy {
		case "", First, Last, Strongest:
		default:
			v.bad("edition.bad_policy", path+".policy", fault.Args{"value": string(p.Policy)})
		}
		boxes := map[string]string{}
		for k, b := range p.Boxes {
			bp := fmt.Sprintf("%s.box[%d]", path, k)
			v.id(bp, b.ID, boxes)
			v.length(bp+".resolution", b.Resolution)
		}
	}
}

func (v *validation) timing() {
	t := v.e.Timing
	for _, d := range []struct {
		name string
		d    Duration
	}{{"cluster", t.Cluster}, {"start_opens", t.StartOpens}, {"start_closes", t.StartCloses}, {"early_tolerance", t.EarlyTolerance}} {
		v.length("timing."+d.name, d.d)
	}
}

// length refuses a length of time below zero.
func (v *validation) length(path string, d Duration) {
	if d < 0 {
		v.bad("edition.negative", path, fault.Args{"value": d.D().String()})
	}
}

func (v *validation) race(path string, r *Race, seen map[string]string) {
	v.id(path, r.ID, seen)
	if !(r.DistanceM > 0) || math.IsInf(r.DistanceM, 0) {
		v.bad("edition.bad_distance", path+".distance_m", fault.Args{"value": metres(r.DistanceM)})
	}
	v.length(path+".time_limit", r.TimeLimit)
	if r.RankBy != "" && r.RankBy != Gun && r.RankBy != Net {
		v.bad("edition.bad_basis", path+".rank_by", fault.Args{"value": string(r.RankBy)})
	}
	if r.AgeGrade != "" && r.AgeGrade != Gun && r.AgeGrade != Net && r.AgeGrade != NoBasis {
		v.bad("edition.bad_age_grade", path+".age_grade", fault.Args{"value": string(r.AgeGrade)})
	}
	if !(r.MaxSpeed >= 0) || math.IsInf(r.MaxSpeed, 0) {
		v.bad("edition.negative", path+".max_speed", fault.Args{"value": metres(r.MaxSpeed)})
	}
	v.course(path, r)
	variants := map[string]string{}
	for i, alt := range r.Variants {
		vp := fmt.Sprintf("%s.variant[%d]", path, i)
		v.id(vp, alt.ID, variants)
		if !(alt.DistanceM > 0) || math.IsInf(alt.DistanceM, 0) {
			v.bad("edition.bad_distance", vp+".distance_m", fault.Args{"value": metres(alt.DistanceM)})
		}
		v.course(vp, r.On(alt.ID))
	}
	waves := map[string]string{}
	for i, w := range r.Waves {
		wp := fmt.Sprintf("%s.wave[%d]", path, i)
		v.id(wp, w.ID, waves)
		v.gun(wp+".gun", w.Gun)
	}
}

func (v *validation) course(path string, r *Race) {
	if len(r.Course) < 2 {
		v.bad("edition.short_course", path+".course", fault.Args{"race": r.ID})
		return
	}
	labels := map[string]bool{}
	for i, c := range r.Course {
		at := fmt.Sprintf("%s.course[%d]", path, i)
		if v.e.Point(c.Point) == nil {
			v.bad("edition.unknown_point", at+".point", fault.Args{"value": c.Point, "known": v.known()})
		}
		v.length(at+".cutoff", c.Cutoff)
		if c.Label != "" && i < len(r.Course)-1 {
			key := strings.ToLower(c.Label)
			if labels[key] || key == "finish" {
				v.bad("edition.label_twice", at+".label", fault.Args{"value": c.Label})
			}
			labels[key] = true
		}
		switch {
		case i == 0 && c.AtM != 0:
			v.bad("edition.course_start", at+".at_m", fault.Args{"value": metres(c.AtM)})
		case i > 0 && !(c.AtM > r.Course[i-1].AtM):
			v.bad("edition.course_order", at+".at_m", fault.Args{"value": metres(c.AtM), "before": metres(r.Course[i-1].AtM)})
		}
	}
	last := len(r.Course) - 1
	if end := r.Course[last].AtM; !(math.Abs(end-r.DistanceM) <= 0.5) {
		v.bad("edition.course_end", fmt.Sprintf("%s.course[%d].at_m", path, last),
			fault.Args{"value": metres(end), "distance": metres(r.DistanceM)})
	}
}

// gun refuses a gun more than two days away from the edition's day: it is of
// another year or of another month.
func (v *validation) gun(path string, gun Instant) {
	if gun == 0 {
		return
	}
	if off, ok := v.e.DaysOff(gun); ok && off > 2 {
		v.bad("edition.gun_date", path, fault.Args{"value": gun.In(v.e.Location()).Format(time.RFC3339), "date": v.e.Date})
	}
}

// DaysOff is how many days an instant lies outside the edition's day on the
// clocks of its zone: 0 within the day, 1 up to 24 hours outside it, and so on.
// ok is false if the edition has no valid date.
func (e *Edition) DaysOff(at Instant) (days int, ok bool) {
	start, err := time.ParseInLocation(time.DateOnly, e.Date, e.Location())
	if err != nil {
		return 0, false
	}
	gap := start.Sub(at.Time())
	if end := start.AddDate(0, 0, 1); !at.Time().Before(end) {
		gap = at.Time().Sub(end)
	}
	if gap < 0 {
		return 0, true
	}
	return int((gap + 24*time.Hour - 1) / (24 * time.Hour)), true
}

func (v *validation) categories() {
	seen := map[string]string{}
	for i := range v.e.Categories {
		c, path := &v.e.Categories[i], fmt.Sprintf("category[%d]", i)
		v.id(path, c.ID, seen)
		switch c.Sex {
		case "", Male, Female, Mixed:
		default:
			v.bad("edition.bad_sex", path+".sex", fault.Args{"value": string(c.Sex)})
		}
		if c.MinAge < 0 {
			v.bad("edition.negative", path+".min_age", fault.Args{"value": c.MinAge})
		}
		if c.MaxAge < 0 {
			v.bad("edition.negative", path+".max_age", fault.Args{"value": c.MaxAge})
		}
		if c.MaxAge > 0 && c.MinAge > c.MaxAge {
			v.bad("edition.age_range", path+".min_age", fault.Args{"min": c.MinAge, "max": c.MaxAge})
		}
		for k, id := range c.Races {
			if v.e.Race(id) == nil {
				v.bad("edition.unknown_race", fmt.Sprintf("%s.races[%d]", path, k), fault.Args{"value": id, "known": v.knownRaces()})
			}
		}
		v.overlaps(i)
	}
}

// overlaps warns where a runner could be in two categories: the earlier one
// takes him.
func (v *validation) overlaps(i int) {
	b := &v.e.Categories[i]
	for k := range i {
		a := &v.e.Categories[k]
		if a.Sex != "" && b.Sex != "" && a.Sex != b.Sex || a.Class != "" && b.Class != "" && a.Class != b.Class {
			continue
		}
		if a.MaxAge > 0 && b.MinAge > a.MaxAge || b.MaxAge > 0 && a.MinAge > b.MaxAge || !v.shareRace(a, b) {
			continue
		}
		v.doubt("edition.category_overlap", fmt.Sprintf("category[%d].id", i), fault.Args{"value": b.ID, "other": a.ID})
		return
	}
}

func (v *validation) shareRace(a, b *Category) bool {
	for i := range v.e.Races {
		if a.InRace(v.e.Races[i].ID) && b.InRace(v.e.Races[i].ID) {
			return true
		}
	}
	return false
}

func (v *validation) chipRules() {
	for i, r := range v.e.ChipRules {
		path := fmt.Sprintf("chip_rule[%d]", i)
		switch r.Bib {
		case ChipOpaque, ChipDecimal, ChipBinary, ChipText:
		default:
			v.bad("edition.bad_chip_code", path+".bib", fault.Args{"value": string(r.Bib)})
		}
		if r.Skip < 0 {
			v.bad("edition.negative", path+".skip", fault.Args{"value": r.Skip})
		}
		if r.Length < 0 {
			v.bad("edition.negative", path+".length", fault.Args{"value": r.Length})
		}
	}
}

func (v *validation) known() string {
	ids := make([]string, len(v.e.Points))
	for i, p := range v.e.Points {
		ids[i] = p.ID
	}
	return strings.Join(ids, ", ")
}

func (v *validation) knownRaces() string {
	ids := make([]string, len(v.e.Races))
	for i, r := range v.e.Races {
		ids[i] = r.ID
	}
	return strings.Join(ids, ", ")
}

func metres(m float64) string { return fmt.Sprintf("%g", m) }
