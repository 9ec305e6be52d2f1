package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// The columns of a rulings file, in the order of rulingColumns.
const (
	rulingBib = iota
	rulingRace
	rulingKind
	rulingValue
	rulingRule
	rulingNote
	rulingBy
	rulingID
	rulingAt
)

var rulingColumns = []sheet.Column{
	{Name: "bib", Kind: sheet.Code},
	{Name: "race"},
	{Name: "kind", Required: true},
	{Name: "value", Kind: sheet.Time},
	{Name: "rule"},
	{Name: "note"},
	{Name: "by"},
	{Name: "id"},
	{Name: "at", Kind: sheet.Time},
}

// Rulings takes in the referee's decisions. kind is required, and bib for every
// kind but undo. The columns id and at are optional: without an id a ruling gets
// one made of its content, so that the same file twice gives the same rulings;
// without an instant it was made at Options.Now (or at the start of the
// edition's day), in the order of the file. Values are checked for their form
// only; whether they fit the race is for scoring to say.
func Rulings(name string, r io.Reader, e *race.Edition, o Options) ([]logbook.Ruling, *Report, error) {
	t, err := sheet.Open(name, r, sheet.Limits{}, rulingColumns...)
	if err != nil {
		return nil, &Report{File: name}, err
	}
	in := &rulingIntake{e: e, now: o.Now, seen: map[string]int{}}
	if in.now == 0 {
		if start, err := time.ParseInLocation(time.DateOnly, e.Date, e.Location()); err == nil {
			in.now = race.At(start)
		}
	}
	rep, err := run(t, o, in.take)
	if err != nil {
		return nil, rep, err
	}
	in.strayUndos()
	rep.Warnings = append(rep.Warnings, in.doubts.warnings()...)
	if rep.Rows == 0 {
		rep.Warnings = append(rep.Warnings, sheet.At("intake.no_rows", name, 1, "", nil))
	}
	return in.rulings, rep, nil
}

type rulingIntake struct {
	e       *race.Edition
	now     race.Instant
	clock   instants
	seen    map[string]int // id -> index in rulings
	undos   []func()       // warn of an undo of an id that is not in the file
	rulings []logbook.Ruling
	lines   []int
	doubts  tally
}

var kinds = []logbook.RulingKind{logbook.DNS, logbook.DNF, logbook.DQ, logbook.TimeAdjust, logbook.FinishTime,
	logbook.Order, logbook.AssignChip, logbook.VoidRead, logbook.NoTime, logbook.SetWave, logbook.SetRace,
	logbook.GiveRead, logbook.Neutralise, logbook.Undo}

// bibless are the kinds that need no bib.
var bibless = []logbook.RulingKind{"", logbook.Undo, logbook.Neutralise}

func (in *rulingIntake) take(row *sheet.Row) (bad fault.List) {
	g := logbook.Ruling{
		Bib: row.Text(rulingBib), Value: row.Text(rulingValue), Rule: row.Text(rulingRule),
		Note: row.Text(rulingNote), By: row.Text(rulingBy), ID: row.Text(rulingID)}
	g.Kind = in.kind(row, &bad)
	in.race(row, &g, &bad)
	if g.Bib == "" && !slices.Contains(bibless, g.Kind) {
		bad = append(bad, row.Bad(rulingBib, "rulings.no_bib", fault.Args{"kind": string(g.Kind)}))
	}
	if f := in.value(row, &g); f != nil {
		bad = append(bad, f)
	}
	in.at(row, &g, &bad)
	if len(bad) > 0 {
		return bad
	}
	if f := in.id(row, &g); f != nil {
		return fault.List{f}
	}
	return nil
}

func (in *rulingIntake) kind(row *sheet.Row, bad *fault.List) logbook.RulingKind {
	v := strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(row.Text(rulingKind)))
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if string(k) == v {
			return k
		}
		names[i] = string(k)
	}
	*bad = append(*bad, row.Bad(rulingKind, "rulings.unknown_kind", fault.Args{"known": strings.Join(names, ", ")}))
	return ""
}

func (in *rulingIntake) race(row *sheet.Row, g *logbook.Ruling, bad *fault.List) {
	id := row.Text(rulingRace)
	if id == "" {
		if len(in.e.Races) == 1 {
			g.Race = in.e.Races[0].ID
		}
		return
	}
	r := findRace(in.e, id)
	if r == nil {
		*bad = append(*bad, unknownRace(in.e, row, rulingRace, id))
		return
	}
	g.Race = r.ID
}

var (
	adjustment = regexp.MustCompile(`^[+-](?:(?:[0-9]+(?:\.[0-9]+)?[hms]){1,3}|(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2}(?:\.[0-9]+)?)$`)
	clockOrRun = regexp.MustCompile(`^\+?(?:[0-9]{1,3}:[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+(?:\.[0-9]+)?s)$`)
)

// value checks the form of a ruling's value and brings it to one writing.
func (in *rulingIntake) value(row *sheet.Row, g *logbook.Ruling) *fault.Error {
	bad := func(code string) *fault.Error {
		return row.Bad(rulingValue, code, fault.Args{"kind": string(g.Kind)})
	}
	switch g.Kind {
	case logbook.DNS, logbook.DNF, logbook.DQ, logbook.NoTime:
		if g.Value != "" {
			in.doubts.add("rulings.value_ignored", func() *fault.Error { return bad("rulings.value_ignored") })
			g.Value = ""
		}
		if g.Kind == logbook.DQ && g.Rule == "" {
			in.doubts.add("rulings.no_rule", func() *fault.Error {
				return row.Bad(rulingBib, "rulings.no_rule", nil)
			})
		}
	case logbook.TimeAdjust:
		v, ok := adjust(g.Value)
		if !ok {
			return bad("rulings.bad_adjustment")
		}
		g.Value = v
	case logbook.FinishTime:
		if _, ok := in.clock.parse([]byte(g.Value)); !ok && !clockOrRun.MatchString(g.Value) {
			return row.Bad(rulingValue, "rulings.bad_finish_time", fault.Args{"example": example(in.e, "11:32:05")})
		}
	case logbook.Order:
		if n, err := strconv.Atoi(g.Value); err != nil || n < 1 || n > 1_000_000 {
			return bad("rulings.bad_order")
		}
	case logbook.AssignChip:
		return in.chip(row, g)
	case logbook.VoidRead, logbook.GiveRead:
		return in.voidRead(row, g)
	case logbook.SetWave:
		if !slices.ContainsFunc(in.e.Races, func(r race.Race) bool { return g.Value != "" && r.Wave(g.Value) != nil }) {
			return bad("rulings.unknown_wave")
		}
	case logbook.SetRace:
		r := findRace(in.e, g.Value)
		if r == nil {
			return unknownRace(in.e, row, rulingValue, g.Value)
		}
		g.Value = r.ID
	case logbook.Neutralise:
		from, to, _ := strings.Cut(g.Value, "/")
		a, ok := in.clock.parse([]byte(strings.TrimSpace(from)))
		b, ok2 := in.clock.parse([]byte(strings.TrimSpace(to)))
		if !ok || !ok2 || a >= b {
			return row.Bad(rulingValue, "rulings.bad_interval", fault.Args{
				"example": example(in.e, "10:02:00"), "example_end": example(in.e, "10:06:30")})
		}
	case logbook.Undo:
		if g.Value == "" {
			return bad("rulings.undo_what")
		}
		if g.Value == g.ID {
			return bad("rulings.undo_itself")
		}
	}
	return nil
}

// adjust brings "+30s", "-1m30s" and "+0:30" to the form "+30s"; the sign is
// required, because a time without one could be meant as the new time.
func adjust(v string) (string, bool) {
	if !adjustment.MatchString(v) {
		return "", false
	}
	body := v[1:]
	if strings.Contains(body, ":") {
		parts := strings.Split(body, ":")
		units := []string{"h", "m", "s"}[3-len(parts):]
		body = ""
		for i, p := range parts {
			body += p + units[i]
		}
	}
	d, err := time.ParseDuration(body)
	if err != nil || d <= 0 || d > 24*time.Hour {
		return "", false
	}
	return v[:1] + d.String(), true
}

func (in *rulingIntake) chip(row *sheet.Row, g *logbook.Ruling) *fault.Error {
	chip, from, timed := strings.Cut(g.Value, "@")
	if strings.TrimSpace(chip) == "" || len(strings.Fields(chip)) > 1 {
		return row.Bad(rulingValue, "rulings.bad_chip", fault.Args{"example": example(in.e, "")})
	}
	if timed {
		if _, ok := in.clock.parse([]byte(strings.TrimSpace(from))); !ok {
			return row.Bad(rulingValue, "rulings.bad_chip", fault.Args{"example": example(in.e, "")})
		}
	}
	return nil
}

func (in *rulingIntake) voidRead(row *sheet.Row, g *logbook.Ruling) *fault.Error {
	point, at, found := strings.Cut(g.Value, "@")
	if !found {
		return row.Bad(rulingValue, "rulings.bad_void_read", fault.Args{"example": example(in.e, "")})
	}
	point, at = strings.TrimSpace(point), strings.TrimSpace(at)
	if in.e.Point(point) == nil {
		return row.Bad(rulingValue, "rulings.unknown_point", fault.Args{
			"point": sheet.Show(point), "known": strings.Join(pointIDs(in.e), ", ")})
	}
	if _, ok := in.clock.parse([]byte(at)); !ok {
		return row.Bad(rulingValue, "rulings.bad_void_read", fault.Args{"example": example(in.e, at)})
	}
	return nil
}

func (in *rulingIntake) at(row *sheet.Row, g *logbook.Ruling, bad *fault.List) {
	v := row.Bytes(rulingAt)
	if len(v) == 0 {
		return
	}
	at, ok := in.clock.parse(v)
	if !ok {
		value := string(v)
		*bad = append(*bad, row.Bad(rulingAt, "reads."+lacking(value), fault.Args{"example": example(in.e, value)}))
	}
	g.At = at
}

// id gives a ruling without an id one made of its content, drops a row that
// says the same again, and refuses one id for two rulings.
func (in *rulingIntake) id(row *sheet.Row, g *logbook.Ruling) *fault.Error {
	if g.ID == "" {
		g.ID = contentID(*g)
	}
	if g.At == 0 {
		g.At = in.now.Add(time.Duration(len(in.rulings)))
	}
	if i, known := in.seen[g.ID]; known {
		first := in.rulings[i]
		first.At = g.At
		if first != *g {
			return row.Bad(rulingID, "rulings.id_twice", fault.Args{"value": sheet.Show(g.ID), "other_line_raw": in.lines[i]})
		}
		in.doubts.add("rulings.repeated", func() *fault.Error {
			return row.Bad(rulingBib, "rulings.repeated", fault.Args{"other_line_raw": in.lines[i]})
		})
		return nil
	}
	if g.Kind == logbook.Undo {
		f, target := row.Bad(rulingValue, "rulings.undo_unknown", nil), g.Value
		in.undos = append(in.undos, func() {
			if _, ok := in.seen[target]; !ok {
				in.doubts.add("rulings.undo_unknown "+target, func() *fault.Error { return f })
			}
		})
	}
	in.seen[g.ID] = len(in.rulings)
	in.rulings = append(in.rulings, *g)
	in.lines = append(in.lines, row.Line)
	return nil
}

func (in *rulingIntake) strayUndos() {
	for _, f := range in.undos {
		f()
	}
}

// contentID is "r-" and twelve hex digits of the SHA-256 of what a ruling says.
func contentID(g logbook.Ruling) string {
	h := sha256.New()
	for _, s := range []string{g.Bib, g.Race, string(g.Kind), g.Value, g.Rule, g.Note, g.By, g.At.String()} {
		_, _ = io.WriteString(h, strconv.Itoa(len(s))+":"+s) // a hash never fails
	}
	return "r-" + hex.EncodeToString(h.Sum(nil))[:12]
}
