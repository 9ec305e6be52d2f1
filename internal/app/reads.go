package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// foreignFlags are what a file of another timing system does not say itself.
type foreignFlags struct {
	PointOf map[string]string `placeholder:"BOX=POINT;…" help:"Where boxes lay: D-5043=km5, D-5043/2=km10 for one loop of a box. May be given several times."`
	Point   string            `placeholder:"POINT" help:"Where every box lay that is not named; of a finish list its point."`
	Date    string            `placeholder:"2025-04-06" help:"The day of times without a date."`
	Zone    string            `placeholder:"ZONE" help:"Zone of the clocks, Asia/Pyongyang or +09:00; the edition's, if not given."`
	Dates   string            `placeholder:"ORDER" help:"What 04/06/2025 is: dmy or mdy."`
	Times   string            `placeholder:"KIND" help:"What 13:52 of a finish list is: elapsed, day, or day24 (never a 12-hour clock)."`
	Last    string            `placeholder:"UNIT" help:"What the last figure of 2:13.52 counts: seconds, hundredths or minutes."`
	Race    string            `placeholder:"RACE" help:"The race of a finish list, where no start list says it."`
	Gun     string            `placeholder:"INSTANT" help:"The gun from which elapsed times of a finish list count; the edition's, if not given."`
}

// options are the flags as intake wants them.
func (f *foreignFlags) options(e *race.Edition, as string, list race.StartList) (intake.ForeignOptions, error) {
	o := intake.ForeignOptions{As: intake.Format(as), PointOf: map[string]string{}, Date: f.Date, Dates: f.Dates,
		Times: f.Times, Last: f.Last, Race: f.Race, StartList: list}
	if as == "auto" {
		o.As = ""
	}
	for box, point := range f.PointOf {
		o.PointOf[box] = point
	}
	if f.Point != "" {
		o.PointOf["*"] = f.Point
	}
	var err error
	if o.Zone, err = zoneOf(f.Zone); err != nil {
		return o, badGun(e, f.Zone)
	}
	if f.Gun != "" {
		t, err := time.Parse(time.RFC3339Nano, f.Gun)
		if err != nil {
			return o, badGun(e, f.Gun)
		}
		o.Gun = race.At(t)
	}
	return o, nil
}

func badGun(e *race.Edition, value string) error {
	example := "2025-04-06T09:00:00+09:00"
	if t, err := time.ParseInLocation("2006-01-02 15:04", e.Date+" 09:00", e.Location()); err == nil {
		example = t.Format(time.RFC3339)
	}
	return called("foreign.bad_gun", fault.Args{"value": value, "example": example})
}

// zoneOf reads the name of a zone, or an offset; nil for none.
func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(name, offset), nil
	}
	return time.LoadLocation(name)
}

type readsCmd struct {
	Convert readsConvert `cmd:"" help:"Reads of another timing system, or a finish list kept by hand, as this program's reads file."`
}

type readsConvert struct {
	File       string `arg:"" name:"file" help:"The other system's file."`
	As         string `default:"auto" placeholder:"FORMAT" help:"auto, raceresult, chronotrack, chronotrack-raw, ipico, table, finish-list, reads."`
	Edition    string `required:"" placeholder:"E.toml" help:"Rules of the day."`
	Startlist  string `placeholder:"S.csv" help:"Start list: which race and wave the bibs of a finish list are in."`
	Out        string `required:"" placeholder:"R.csv" help:"The reads file."`
	RulingsOut string `placeholder:"J.csv" help:"A file for what a finish list says beside times: order, DNF, DNS, DQ."`
	KeepGoing  bool   `help:"Take the good rows; write the bad ones to FILE.rejected.csv."`
	foreignFlags
}

// Run writes what it read, and says as what.
func (c *readsConvert) Run(r *run) error {
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return err
	}
	var list race.StartList
	if c.Startlist != "" {
		if list, err = readTable(r, c.Startlist, c.KeepGoing, e, intake.StartList); err != nil {
			return err
		}
	}
	reads, rep, err := c.take(r, c.File, c.As, c.KeepGoing, e, list)
	if err != nil {
		return err
	}
	if n := len(rep.Rulings); n > 0 && c.RulingsOut == "" {
		return called("foreign.rulings_where", fault.Args{"file": c.File, "n": n,
			"where": fault.New(fault.Invalid, "sheet.in_file", fault.Args{"file": c.File})})
	}
	if c.RulingsOut != "" {
		if err := writeFile(c.RulingsOut, func(w io.Writer) error { return intake.WriteRulings(w, rep.Rulings, e.Location()) }); err != nil {
			return err
		}
		fmt.Fprintln(r.Stdout, r.say.T("foreign.rulings_written", "n", len(rep.Rulings), "file", c.RulingsOut))
	}
	if err := writeFile(c.Out, func(w io.Writer) error { return intake.WriteReads(w, reads, e.Location()) }); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("foreign.written", "n", len(reads), "file", c.Out))
	return nil
}

// take reads a file of another system and says as what it was read.
func (f *foreignFlags) take(r *run, path, as string, keepGoing bool, e *race.Edition, list race.StartList) ([]logbook.Read, *intake.ForeignReport, error) {
	o, err := f.options(e, as, list)
	if err != nil {
		return nil, nil, err
	}
	var rep *intake.ForeignReport
	reads, err := readTable(r, path, keepGoing, e,
		func(name string, file io.Reader, e *race.Edition, plain intake.Options) ([]logbook.Read, *intake.Report, error) {
			o.Options = plain
			reads, x, err := intake.Foreign(name, file, e, o)
			rep = x
			return reads, x.Report, err
		})
	if err == nil {
		tellForeign(r, rep)
	}
	return reads, rep, err
}

func tellForeign(r *run, rep *intake.ForeignReport) {
	lines := []string{r.say.Fault(rep.Verdict())}
	for _, b := range rep.Boxes {
		lines = append(lines, boxLine(r.say, b))
	}
	if rep.Skipped > 0 {
		lines = append(lines, r.say.T("foreign.skipped", "n", rep.Skipped))
	}
	fmt.Fprintln(r.Stderr, strings.Join(lines, "\n"))
}

func boxLine(say *lang.Printer, b intake.BoxPoint) string {
	box := b.Box
	if box == "" {
		box = "–"
	}
	return say.T("foreign.box", "box", box, "point", b.Point, "n", b.Reads)
}

// readsOf takes a file of reads of this program, or of another system where
// --reads-as says so; what a finish list says beside times goes to the rulings.
func (c *scoreCmd) readsOf(r *run, name string, facts *logbook.Facts) ([]logbook.Read, error) {
	if c.ReadsAs == "" {
		return readTable(r, name, c.KeepGoing, facts.Edition, intake.Reads)
	}
	reads, rep, err := c.take(r, name, c.ReadsAs, c.KeepGoing, facts.Edition, facts.StartList)
	if err == nil {
		facts.Rulings = append(facts.Rulings, rep.Rulings...)
	}
	return reads, err
}
