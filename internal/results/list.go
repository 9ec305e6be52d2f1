package results

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// Rows is a race's list as people see and keep it. leader is found on the
// list's own basis; times are rounded up once, here (rule T1).
func Rows(b scoring.Board) []Row {
	out := make([]Row, len(b.Results))
	leader := Leader(b)
	for i, r := range b.Results {
		out[i] = RowOf(b.Race, r, leader)
	}
	return out
}

// Leader is the exact time of the first on the list's basis, scoring.None if
// nobody has finished.
func Leader(b scoring.Board) time.Duration {
	for _, r := range b.Results {
		if r.Status == scoring.Finished && r.Place > 0 {
			return Basis(b.Race, r)
		}
	}
	return scoring.None
}

// Basis is the exact time a race ranks by.
func Basis(r *race.Race, res *scoring.Result) time.Duration {
	if r.RankBy == race.Net {
		return res.Net
	}
	return res.Gun
}

// RowOf is one result as a row. Only who has finished, within the limit and not
// disqualified, has a time in the list; splits stay for everybody.
func RowOf(rc *race.Race, r *scoring.Result, leader time.Duration) Row {
	p := &r.Starter.Person
	row := Row{
		Race: rc.ID, Status: r.Status, Place: Place(r.Place), PlaceSex: Place(r.PlaceSex),
		PlaceCategory: Place(r.PlaceCategory), Bib: r.Starter.Bib, PrintedName: p.Name.Show(), Sex: p.Sex,
		Age: Place(r.Age), Country: p.Country.Code, Class: r.Starter.Class, Category: r.Category, Club: p.Club,
		GunMs: -1, NetMs: -1, Splits: make([]SplitCell, len(r.Splits)), Flags: make([]string, len(r.Flags)),
		Remark: r.Remark, Team: r.Starter.Team, Partner: r.Starter.Partner, Resident: p.Resident,
	}
	if r.Status == scoring.Running {
		row.GunAt = r.GunAt
	}
	if row.Class == "" {
		row.Class = race.Open
	}
	if r.Status == scoring.Finished {
		row.GunTime, row.NetTime = race.Clock(r.Gun), race.Clock(r.Net)
		row.GunMs, row.NetMs = MsOf(r.Gun), MsOf(r.Net)
		row.AgeGrade = ageGrade(rc, r)
		if d := Basis(rc, r) - leader; leader >= 0 && d > 0 {
			row.Behind = "+" + race.Clock(d)
		}
	}
	for i := range r.Splits {
		cp := &rc.Course[i+1]
		cell := SplitCell{Label: cp.Label, Point: cp.Point, AtM: cp.AtM, NetMs: -1, At: r.Splits[i]}
		if cell.Label == "" && i == len(r.Splits)-1 {
			cell.Label = "finish"
		}
		if r.Splits[i] != 0 {
			cell.NetTime, cell.GunTime = race.Clock(r.SplitNet(i)), race.Clock(r.SplitGun(i))
			cell.NetMs = MsOf(r.SplitNet(i))
		}
		row.Splits[i] = cell
	}
	for i, f := range r.Flags {
		row.Flags[i] = string(f.Code)
	}
	if r.RuleCited != "" {
		row.Remark = joinRemark(r.RuleCited, row.Remark)
	}
	return row
}

func joinRemark(rule, note string) string {
	if note == "" {
		return rule
	}
	return rule + ": " + note
}

// Same reports whether two lists say the same, to the last field.
func Same(a, b []Row) bool {
	return slices.EqualFunc(a, b, func(x, y Row) bool {
		same := slices.Equal(x.Splits, y.Splits) && slices.Equal(x.Flags, y.Flags)
		x.Splits, x.Flags, y.Splits, y.Flags = nil, nil, nil, nil
		return same && reflect.DeepEqual(x, y)
	})
}

// Hash is the SHA-256 of the rows' JSON in lower-case hex: two revisions with
// the same hash say the same, to the byte.
func Hash(rows []Row) string {
	b, err := json.Marshal(rows)
	if err != nil {
		panic("results: a row cannot be written: " + err.Error()) // rows hold strings and numbers only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Diff is what changed from one list to the next, by bib in the order of the
// newer list, then who was removed. Fields are the words of results.csv.
func Diff(before, after []Row) []Change {
	old := make(map[string]*Row, len(before))
	for i := range before {
		old[before[i].Bib] = &before[i]
	}
	var out []Change
	seen := make(map[string]bool, len(after))
	for i := range after {
		a := &after[i]
		seen[a.Bib] = true
		b, ok := old[a.Bib]
		if !ok {
			out = append(out, Change{Bib: a.Bib, Name: a.PrintedName, Field: "row", After: string(a.Status)})
			continue
		}
		out = append(out, changes(b, a)...)
	}
	for i := range before {
		if b := &before[i]; !seen[b.Bib] {
			out = append(out, Change{Bib: b.Bib, Name: b.PrintedName, Field: "row", Before: string(b.Status)})
		}
	}
	return out
}

// changes compares two rows of a bib field by field. On another course there
// are other splits: one that is only in one of the rows was, or became, blank.
func changes(b, a *Row) []Change {
	x, y := b.fields(), a.fields()
	var out []Change
	say := func(name, before, after string) {
		if before != after {
			out = append(out, Change{a.Bib, a.PrintedName, name, before, after})
		}
	}
	find := func(in []field, k int, name string) (string, bool) {
		if k < len(in) && in[k].name == name { // nearly always at the same place
			return in[k].value, true
		}
		i := slices.IndexFunc(in, func(f field) bool { return f.name == name })
		if i < 0 {
			return "", false
		}
		return in[i].value, true
	}
	for k := range y {
		before, _ := find(x, k, y[k].name)
		say(y[k].name, before, y[k].value)
	}
	for k := range x {
		if _, kept := find(y, k, x[k].name); !kept {
			say(x[k].name, x[k].value, "")
		}
	}
	return out
}

type field struct{ name, value string }

func (r *Row) fields() []field {
	f := []field{{"status", string(r.Status)}, {"place", r.Place.String()}, {"place_sex", r.PlaceSex.String()},
		{"place_category", r.PlaceCategory.String()}, {"printed_name", r.PrintedName}, {"sex", string(r.Sex)},
		{"age", r.Age.String()}, {"country", r.Country}, {"class", string(r.Class)}, {"category", r.Category},
		{"gun_time", exact(r.GunTime, r.GunMs)}, {"net_time", exact(r.NetTime, r.NetMs)}, {"remark", r.Remark},
		{"club", r.Club}, {"team", r.Team}, {"resident", string(r.Resident)}}
	for _, s := range r.Splits {
		f = append(f, field{"split_" + s.Label, exact(s.NetTime, s.NetMs)})
	}
	return f
}

// exact shows a time as printed, with the exact milliseconds where the rounding
// hides them, so that a change of half a second is seen.
func exact(clock string, ms Ms) string {
	if clock == "" || ms%1000 == 0 {
		return clock
	}
	return clock + " (" + strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64) + " s)"
}

// String is the number, "" if there is none.
func (p Place) String() string {
	if p == 0 {
		return ""
	}
	return strconv.Itoa(int(p))
}
