package intake

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// Format names a form in which other systems, and people, hand over times. What
// each one is and what it was checked against: docs/race-day/other-systems.md.
type Format string

// The formats.
const (
	AsReads          Format = "reads"           // the project's own reads file
	AsRaceResult     Format = "raceresult"      // RACE RESULT passings: decoder files, and tables with a header
	AsChronoTrack    Format = "chronotrack"     // tag lines of the socket protocol and of SimpleClient: CT01_33~…
	AsChronoTrackRaw Format = "chronotrack-raw" // files of a ChronoTrack controller: TO,…
	AsIpico          Format = "ipico"           // log lines aa…, with or without FS and LS
	AsTable          Format = "table"           // any table with a header: who, where, date and time
	AsFinishList     Format = "finish-list"     // kept by hand: bib and time, or bibs in the order of the finish
)

// Formats are the formats in the order in which they are offered.
var Formats = []Format{AsReads, AsRaceResult, AsChronoTrack, AsChronoTrackRaw, AsIpico, AsTable, AsFinishList}

// ForeignOptions are what a file of another system does not say about itself.
// What the file leaves open and no option answers is a fault that asks; nothing
// is taken until it is answered.
type ForeignOptions struct {
	Options
	As Format // "" = told from the content
	// PointOf says where boxes lay: by the name of a box, "box/loop" for one
	// loop of it, "*" for every box not named. The edition's [[point.box]] come
	// after it, then boxes that are called like a point.
	PointOf map[string]string
	Date    string         // YYYY-MM-DD of times without a date
	Zone    *time.Location // of clocks without an offset; nil = the edition's
	Dates   string         // order of 04/06/2025: "dmy" or "mdy" (with two-digit years also "ymd"); "" = asked
	Times   string         // of a finish list: "elapsed", "day", or "day24" (never a 12-hour clock); "" = asked
	Last    string         // what the last figure of 2:13.52 counts: "seconds", "hundredths" or "minutes"; "" = asked
	Race    string         // of a finish list, where the start list does not say
	Gun     race.Instant   // from which elapsed times count; 0 = the guns of the edition
	// StartList says which race and wave the bibs of a finish list are in. May be nil.
	StartList race.StartList
}

// BoxPoint is where the reads of a box were put.
type BoxPoint struct {
	Box   string // "" = the file names none
	Point string
	Reads int
}

// ForeignReport is what there is to say about a file of another system.
type ForeignReport struct {
	*Report
	As       Format
	Detected bool // from the content, nobody said so
	Boxes    []BoxPoint
	Skipped  int              // lines that are no reads: greetings, pings, banners
	Times    string           // how the times of a finish list were taken: "elapsed", "day", "" = it has none
	Rulings  []logbook.Ruling // what a finish list says beside times: order, DNF
}

// Verdict is the sentence "read as: …".
func (r *ForeignReport) Verdict() *fault.Error {
	code := "foreign.read_as"
	if r.Detected {
		code = "foreign.read_as_detected"
	}
	args := fault.Args{"what": formatName(r.As), "as": string(r.As), "n": r.Good}
	if r.Times != "" {
		args["what"] = fault.New(fault.Invalid, "foreign.as_times", fault.Args{
			"what": formatName(r.As), "times": fault.New(fault.Invalid, "foreign.times_"+r.Times, nil)})
	}
	return sheet.At(code, r.File, 0, "", args)
}

func formatName(f Format) *fault.Error {
	return fault.New(fault.Invalid, "foreign.as_"+strings.ReplaceAll(string(f), "-", "_"), nil)
}

// largestForeign bounds a file of another system, in bytes. It is looked at
// twice, so it is held in memory.
const largestForeign = 256 << 20

// Foreign takes in a file of another timing system, or one kept by hand. Its
// form is told from the content unless Options.As names it; the report says
// which it was (Verdict). Clocks that were set wrong are kept with a warning, as
// in Reads: timing finds them. What the file leaves open (whether 13:52 is a
// time of day, which day 04/06/2025 is, where a box lay) is a fault that lists
// the meanings and how to answer; KeepGoing does not pass over those.
//
// Faults are those of Reads and "foreign.…", each with file and, where there is
// one, line, column and value.
func Foreign(name string, r io.Reader, e *race.Edition, o ForeignOptions) ([]logbook.Read, *ForeignReport, error) {
	rep := &ForeignReport{Report: &Report{File: name}, As: o.As, Detected: o.As == ""}
	if bad := checkForeign(name, e, &o); len(bad) > 0 {
		return nil, rep, bad
	}
	data, err := io.ReadAll(io.LimitReader(r, largestForeign+1))
	if err != nil {
		f := sheet.At("sheet.read_failed", name, 0, "", nil)
		f.Kind, f.Err = fault.Unavailable, err
		return nil, rep, f
	}
	if len(data) > largestForeign {
		return nil, rep, fault.List{sheet.At("foreign.too_large", name, 0, "", fault.Args{"limit": largestForeign >> 20})}
	}
	if !isPacked(data) {
		data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, rep, fault.List{fault.New(fault.Invalid, "sheet.empty", fault.Args{"file": name})}
	}
	if rep.Detected {
		if rep.As, err = detect(name, data); err != nil {
			return nil, rep, err
		}
	}
	if rep.As == AsReads {
		reads, own, err := Reads(name, bytes.NewReader(data), e, o.Options)
		rep.Report = own
		return reads, rep, err
	}
	in := newForeign(name, data, e, o, rep)
	if err := in.read(); err != nil {
		return nil, rep, err
	}
	return in.reads, rep, nil
}

func checkForeign(name string, e *race.Edition, o *ForeignOptions) (bad fault.List) {
	oneOf := func(option, value string, known ...string) {
		if value != "" && !slices.Contains(known, value) {
			bad = append(bad, sheet.At("foreign.bad_option", name, 0, "", fault.Args{
				"option": option, "value": sheet.Show(value), "known": strings.Join(known, ", ")}))
		}
	}
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	oneOf("--as", string(o.As), names...)
	oneOf("--times", o.Times, "elapsed", "day", "day24")
	oneOf("--dates", o.Dates, "dmy", "mdy", "ymd")
	oneOf("--last", o.Last, "seconds", "hundredths", "minutes")
	if o.Date != "" {
		if _, err := time.Parse(time.DateOnly, o.Date); err != nil {
			bad = append(bad, sheet.At("foreign.bad_option", name, 0, "", fault.Args{
				"option": "--date", "value": sheet.Show(o.Date), "known": e.Date}))
		}
	}
	boxes := make([]string, 0, len(o.PointOf))
	for box := range o.PointOf {
		boxes = append(boxes, box)
	}
	slices.Sort(boxes)
	for _, box := range boxes {
		if e.Point(o.PointOf[box]) == nil {
			bad = append(bad, sheet.At("foreign.bad_option", name, 0, "", fault.Args{
				"option": "--point-of", "value": sheet.Show(box + "=" + o.PointOf[box]), "known": strings.Join(pointIDs(e), ", ")}))
		}
	}
	if o.Race != "" {
		r := findRace(e, o.Race)
		if r == nil {
			ids := make([]string, len(e.Races))
			for i := range e.Races {
				ids[i] = e.Races[i].ID
			}
			oneOf("--race", o.Race, ids...)
		} else {
			o.Race = r.ID
		}
	}
	return bad
}

// foreign is a file of another system on its way to reads.
type foreign struct {
	name   string
	data   []byte
	e      *race.Edition
	o      ForeignOptions
	rep    *ForeignReport
	zone   *time.Location
	clock  instants
	window window
	dated  bool
	dates  dateOrder
	last   lastDay
	places places
	texts  interner
	reads  []logbook.Read
	doubts tally
	asked  tally // questions: one per kind, with the number of rows
	faults fault.List
	more   int
}

func newForeign(name string, data []byte, e *race.Edition, o ForeignOptions, rep *ForeignReport) *foreign {
	f := &foreign{name: name, data: data, e: e, o: o, rep: rep, zone: o.Zone, texts: interner{}}
	if f.zone == nil {
		f.zone = e.Location()
	}
	f.window, f.dated = windowOf(e)
	f.dates.order = o.Dates
	f.places = newPlaces(e, o.PointOf)
	return f
}

func (f *foreign) read() error {
	var err error
	switch f.rep.As {
	case AsIpico:
		err = f.lines(f.ipico)
	case AsChronoTrack:
		err = f.lines(f.chronoTrack)
	case AsChronoTrackRaw:
		err = f.lines(f.chronoTrackRaw)
	case AsFinishList:
		err = f.finishList()
	case AsRaceResult:
		if !f.packed() && raceResultLines(f.data) {
			err = f.lines(f.raceResult)
			break
		}
		err = f.table()
	default:
		err = f.table()
	}
	if err != nil {
		return err
	}
	return f.end()
}

// end joins what was found wrong. Questions come first: they concern the file.
func (f *foreign) end() error {
	questions := append(f.asked.warnings(), f.places.questions(f)...)
	faults := append(questions, f.faults...)
	if f.more > 0 {
		faults = append(faults, sheet.At("intake.more", f.name, 0, "", fault.Args{"n": f.more}))
	}
	f.rep.Boxes = f.places.boxes()
	if len(faults) > 0 {
		return faults
	}
	f.rep.Warnings = append(f.rep.Warnings, f.doubts.warnings()...)
	if f.rep.Good == 0 && f.rep.Bad == 0 {
		f.rep.Warnings = append(f.rep.Warnings, sheet.At("intake.no_rows", f.name, 1, "", nil))
	}
	if f.o.Progress != nil {
		return f.o.Progress(Progress{int64(len(f.data)), f.rep.Rows})
	}
	return nil
}

// count takes note of a row: taken, kept out, or wrong.
func (f *foreign) count(bad fault.List, line int, cells func() []string) {
	f.rep.Rows++
	switch {
	case len(bad) == 0:
		f.rep.Good++
	case f.o.KeepGoing:
		f.rep.Bad++
		f.rep.Rejected = append(f.rep.Rejected, sheet.Reject{Line: line, Cells: cells(), Faults: bad})
	default:
		f.rep.Bad++
		for _, b := range bad {
			if len(f.faults) < shown {
				f.faults = append(f.faults, b)
			} else {
				f.more++
			}
		}
	}
}

func (f *foreign) progress(at int) error {
	if f.o.Progress == nil || f.rep.Rows%often != 0 {
		return nil
	}
	return f.o.Progress(Progress{int64(at), f.rep.Rows})
}

// keep takes a read and warns where its clock was days off.
func (f *foreign) keep(rd logbook.Read, bad func(code string, args fault.Args) *fault.Error) {
	if f.dated && !f.window.has(rd.At) {
		code := "reads.far_date"
		if rd.Box != "" {
			code = "reads.far_date_box"
		}
		f.doubts.add(code+" "+rd.Box, func() *fault.Error {
			return bad(code, fault.Args{"box": sheet.Show(rd.Box), "date": f.e.Date})
		})
	}
	f.reads = append(f.reads, rd)
}

func (f *foreign) packed() bool { return isPacked(f.data) }

// isPacked reports whether only package sheet can read the file: a workbook, or
// text in 16-bit letters.
func isPacked(data []byte) bool {
	for _, p := range []string{"PK\x03\x04", "\xff\xfe", "\xfe\xff", "\xD0\xCF\x11\xE0"} {
		if bytes.HasPrefix(data, []byte(p)) {
			return true
		}
	}
	return false
}
