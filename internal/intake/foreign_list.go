package intake

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// listed is one row of a finish list.
type listed struct {
	line  int
	bib   string
	place string
	date  string
	value string // of the time
	word  logbook.RulingKind
	time  written
	race  *race.Race
	gun   race.Instant
	bad   func(code string, args fault.Args) *fault.Error // about the time
	cells []string
	reads []meaning
	out   bool // kept out
}

var (
	bibLike   = regexp.MustCompile(`^(?:[A-Za-z]{0,3}-?[0-9]{1,7}[A-Za-z]?|\?)$`)
	beforePM  = regexp.MustCompile(`\s+([AaPp])\.?([Mm])\.?\b\.?`)
	listWords = map[string]logbook.RulingKind{"dnf": logbook.DNF, "dns": logbook.DNS, "dq": logbook.DQ, "dsq": logbook.DQ}
)

// headless finds the columns of a list without a header, nil if its first line
// is none: bib; bib and time in either order; place, bib and time; or place and
// bib, where the first figures count up from one.
func headless(data []byte) []role {
	var first [][]string
	_ = eachLine("", data[:min(len(data), 4<<10)], func(l *textLine, _ int, _ bool) error { // what is wrong with it, reading will say
		if len(first) < 3 {
			for _, sep := range []string{"\t", ";", ",", " "} {
				if cells := listCells(l.text, sep); listRoles(cells) != nil || countsUp(cells, len(first)) {
					first = append(first, cells)
					return nil
				}
			}
			first = append(first, nil)
		}
		return nil
	})
	if len(first) == 0 || first[0] == nil {
		return nil
	}
	if r := listRoles(first[0]); r != nil {
		return r
	}
	for n, cells := range first {
		if !countsUp(cells, n) {
			return nil
		}
	}
	return []role{inPlace, inBib}
}

func countsUp(cells []string, n int) bool {
	return len(cells) == 2 && strings.TrimSuffix(cells[0], ".") == strconv.Itoa(n+1) && bibLike.MatchString(cells[1])
}

func listCells(text, sep string) []string {
	text = beforePM.ReplaceAllString(text, "$1$2")
	if sep == " " {
		return strings.Fields(text)
	}
	return unquoted(strings.Split(text, sep))
}

func listRoles(cells []string) []role {
	isTime := func(s string) bool {
		_, word := listWords[strings.ToLower(s)]
		_, ok := parseWritten(s)
		return word || ok && strings.ContainsAny(s, ":.hm'")
	}
	isBib := func(s string) bool { return bibLike.MatchString(s) }
	switch len(cells) {
	case 1:
		if isBib(cells[0]) {
			return []role{inBib}
		}
	case 2:
		if isBib(cells[0]) && isTime(cells[1]) {
			return []role{inBib, inTime}
		}
		if isTime(cells[0]) && isBib(cells[1]) {
			return []role{inTime, inBib}
		}
	case 3:
		if _, err := strconv.Atoi(strings.TrimSuffix(cells[0], ".")); err == nil && isBib(cells[1]) && isTime(cells[2]) {
			return []role{inPlace, inBib, inTime}
		}
	}
	return nil
}

// finishList takes in a list kept by hand: times become manual reads at the
// finish, which count where no chip was seen (rule P5); an order without times
// becomes rulings of the kind order (rule R6); DNF, DNS and DQ their rulings.
func (f *foreign) finishList() error {
	var list []*listed
	var err error
	if layout := f.layout(); layout != nil {
		err = f.lines(func(l *textLine) fault.List { return f.listLine(l, layout, &list) })
	} else {
		err = f.listTable(&list)
	}
	if err != nil || len(f.faults) > 0 {
		return err
	}
	return f.resolve(list)
}

func (f *foreign) layout() []role {
	if f.packed() {
		return nil
	}
	return headless(f.data)
}

func (f *foreign) listLine(l *textLine, layout []role, list *[]*listed) fault.List {
	for _, sep := range []string{"\t", ";", ",", " "} {
		if l.fields = listCells(l.text, sep); len(l.fields) == len(layout) {
			break
		}
	}
	if len(l.fields) != len(layout) {
		return fault.List{l.whole("foreign.few_fields", fault.Args{"what": formatName(AsFinishList), "found": len(l.fields), "want": len(layout)})}
	}
	l.at = map[role]int{}
	for i, r := range layout {
		l.at[r] = i
	}
	line := *l
	return f.listRow(&line, l.n, []string{l.text}, line.bad, list)
}

func (f *foreign) listTable(list *[]*listed) error {
	t, of, err := f.open()
	if err != nil {
		return err
	}
	if of[inBib] < 0 {
		return fault.List{sheet.At("foreign.no_bib_column", f.name, 1, "", fault.Args{"found": sheet.Show(strings.Join(t.Header(), ", "))})}
	}
	if err := f.learnDates(); err != nil {
		return err
	}
	when := inTime
	if of[inTime] < 0 {
		when = inInstant
	}
	return f.rows(t, of, func(rec record, row *sheet.Row) fault.List {
		probe := rec.bad(when, "", nil) // the row is gone when the list is resolved: keep where it was
		line, column, value := row.Line, probe.Args["column"], probe.Args["value"]
		bad := func(_ role, code string, args fault.Args) *fault.Error {
			all := fault.Args{"value": value}
			for k, v := range args {
				all[k] = v
			}
			name, _ := column.(string)
			return sheet.At(code, f.name, line, name, all).On("time")
		}
		return f.listRow(rec, line, row.Original(), bad, list)
	})
}

// listRow reads one row as far as it can be read alone.
func (f *foreign) listRow(rec record, line int, cells []string, bad func(role, string, fault.Args) *fault.Error, list *[]*listed) fault.List {
	x := &listed{line: line, cells: cells, bib: rec.get(inBib), place: strings.TrimSuffix(rec.get(inPlace), "."), date: rec.get(inDate),
		value: rec.get(inTime), bad: func(code string, args fault.Args) *fault.Error { return bad(inTime, code, args) }}
	if x.value == "" {
		x.value = rec.get(inInstant)
	}
	if x.bib == "" {
		if x.value == "" {
			return fault.List{rec.bad(inBib, "foreign.no_bib", nil)}
		}
		x.bib = "?" // a time without a bib is kept (rule P8)
	}
	x.word = listWords[strings.ToLower(x.value)]
	if x.value != "" && x.word == "" {
		w, ok := parseWritten(x.value)
		if !ok {
			return fault.List{x.bad("foreign.bad_time", nil)}
		}
		x.time = w
	}
	if x.place != "" {
		if n, err := strconv.Atoi(x.place); err != nil || n < 1 || n > 1_000_000 {
			return fault.List{rec.bad(inPlace, "foreign.bad_place", nil)}
		}
	}
	if wrong := f.whichRace(x); wrong != nil {
		return fault.List{wrong}
	}
	*list = append(*list, x)
	return nil
}

// whichRace finds the race and the gun of a row.
func (f *foreign) whichRace(x *listed) *fault.Error {
	id, wave := f.o.Race, ""
	key := f.e.Bib.Key(x.bib)
	for i := range f.o.StartList {
		if s := &f.o.StartList[i]; f.e.Bib.Key(s.Bib) == key && (id == "" || s.Race == id) {
			id, wave = s.Race, s.Wave
			break
		}
	}
	if id == "" && len(f.e.Races) == 1 {
		id = f.e.Races[0].ID
	}
	r := findRace(f.e, id)
	if r == nil {
		ids := make([]string, len(f.e.Races))
		for i := range f.e.Races {
			ids[i] = f.e.Races[i].ID
		}
		known := strings.Join(ids, ", ")
		f.asked.add("foreign.which_race", func() *fault.Error {
			return x.bad("foreign.which_race", fault.Args{"bib": sheet.Show(x.bib), "known": known})
		})
		return nil
	}
	x.race, x.gun = r, f.o.Gun
	if x.gun != 0 {
		return nil
	}
	if w := r.Wave(wave); w != nil {
		x.gun = w.Gun
	} else {
		x.gun = r.Waves[0].Gun
		for _, w := range r.Waves {
			if w.Gun != x.gun {
				x.gun = 0
				break
			}
		}
	}
	return nil
}

// resolve turns rows into reads and rulings once every question is answered.
func (f *foreign) resolve(list []*listed) error {
	if len(f.asked.count) > 0 {
		return nil
	}
	timed := false
	for _, x := range list {
		timed = timed || x.value != ""
	}
	if timed {
		f.mean(list)
		if len(f.asked.count) > 0 {
			return nil
		}
	}
	at := f.o.Now
	if at == 0 {
		if start, err := time.ParseInLocation(time.DateOnly, f.e.Date, f.zone); err == nil {
			at = race.At(start)
		}
	}
	places, seen := map[string]int{}, map[string]int{}
	for _, x := range list {
		g := logbook.Ruling{Bib: x.bib, Race: x.race.ID, Kind: x.word, Note: f.name, At: at.Add(time.Duration(len(f.rep.Rulings)))}
		switch {
		case x.out:
			continue
		case x.word != "":
		case x.value == "" && timed && x.place == "":
			f.late(x, x.bad("foreign.no_time", fault.Args{"bib": sheet.Show(x.bib)}))
			continue
		case x.value == "":
			if first, twice := seen[x.bib]; twice {
				f.late(x, x.bad("foreign.bib_twice", fault.Args{"bib": sheet.Show(x.bib), "other_line_raw": first}))
				continue
			}
			seen[x.bib] = x.line
			places[x.race.ID]++
			g.Kind, g.Value = logbook.Order, x.place
			if g.Value == "" {
				g.Value = strconv.Itoa(places[x.race.ID])
			}
		default:
			f.manual(x)
			continue
		}
		g.ID = contentID(g)
		f.rep.Rulings = append(f.rep.Rulings, g)
	}
	return nil
}

// late keeps a row out that was sound by itself, but not in its list.
func (f *foreign) late(x *listed, bad *fault.Error) {
	x.out = true
	f.rep.Rows--
	f.rep.Good--
	f.count(fault.List{bad}, x.line, func() []string { return x.cells })
}

// manual keeps a row as a time typed by a person at the finish.
func (f *foreign) manual(x *listed) {
	m := x.reads[0]
	if !m.possible {
		f.doubts.add("foreign.time_outside", func() *fault.Error {
			return x.bad("foreign.time_outside", fault.Args{"race": x.race.ID, "at": m.at.In(f.zone).Format(time.RFC3339)})
		})
	}
	if x.place != "" {
		f.doubts.add("foreign.place_ignored", func() *fault.Error { return x.bad("foreign.place_ignored", nil) })
	}
	point := f.places.said[everyBox]
	if point == "" {
		point = x.race.Course[len(x.race.Course)-1].Point
	}
	f.keep(logbook.Read{Point: point, Bib: f.texts.of([]byte(x.bib)), At: m.at, Manual: true}, x.bad)
}
