package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/logbook"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

type scoreCmd struct {
	Edition   string   `required:"" placeholder:"E.toml" help:"Rules of the day."`
	Startlist string   `required:"" placeholder:"S.csv" help:"Start list."`
	Reads     []string `required:"" placeholder:"R.csv" help:"Chip reads; may be given several times."`
	Rulings   []string `placeholder:"J.csv" help:"Rulings of the referee."`
	Out       string   `required:"" placeholder:"DIR" help:"Folder for the result files; made if it is not there."`
	Format    []string `default:"csv,json" help:"csv, json, xlsx, pdf."`
	Open      bool     `help:"The race is still on: who has not finished is running, not DNF or DNS."`
	KeepGoing bool     `help:"Take the good rows; write the bad ones to FILE.rejected.csv."`
	ReadsAs   string   `placeholder:"FORMAT" help:"The reads are another system's: auto, raceresult, chronotrack, chronotrack-raw, ipico, table, finish-list."`
	foreignFlags
	printing
}

// formats are the files a list can be written as, beside PDF, which knows
// states, papers and languages.
var formats = map[string]func(io.Writer, *race.Edition, []results.Row) error{
	"csv": results.WriteCSV, "json": results.WriteJSON, "xlsx": results.WriteXLSX,
}

// write writes the rows as one of the formats. PDF is printed as the flags say.
func (c *scoreCmd) write(r *run, w io.Writer, format string, e *race.Edition, rows []results.Row) error {
	if format == "pdf" {
		return c.lists(r, w, pdf.ResultLists(e, rows, stateOf(rows), latest(rows), lang.Tag(c.Lang)))
	}
	return formats[format](w, e, rows)
}

// Run scores and writes one file per format; one summary line per race.
func (c *scoreCmd) Run(r *run) error {
	for _, f := range c.Format {
		if formats[f] == nil && f != "pdf" {
			return called("app.format_unknown", fault.Args{"value": f, "known": "csv, json, xlsx, pdf"})
		}
	}
	facts, err := c.facts(r)
	if err != nil {
		return err
	}
	p := r.progress("app.scoring")
	o := scoring.Score(*facts)
	p.done()
	rows := outcomeRows(o)
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for _, f := range c.Format {
		if err := r.Err(); err != nil {
			return err
		}
		path := filepath.Join(c.Out, "results."+f)
		if err := writeFile(path, func(w io.Writer) error { return c.write(r, w, f, facts.Edition, rows) }); err != nil {
			return err
		}
	}
	for _, b := range o.Boards {
		fmt.Fprintln(r.Stdout, summary(r.say, b))
	}
	orphans := 0
	for v := range o.Verdicts() {
		if v.Use == scoring.UseOrphan {
			orphans++
		}
	}
	if orphans > 0 {
		fmt.Fprintln(r.Stderr, r.say.T("app.orphans", "n", orphans))
	}
	return nil
}

func outcomeRows(o *scoring.Outcome) []results.Row {
	var rows []results.Row
	for _, b := range o.Boards {
		rows = append(rows, results.Rows(b)...)
	}
	return rows
}

// summary is one race's line: who started, who finished, who leads and how fast.
func summary(say *lang.Printer, b scoring.Board) string {
	n := map[scoring.Status]int{}
	for _, res := range b.Results {
		n[res.Status]++
	}
	line := say.T("app.summary", "race", b.Race.ID, "starters", len(b.Results), "finished", n[scoring.Finished],
		"no_time", n[scoring.FinishedNoTime], "running", n[scoring.Running], "dnf", n[scoring.DNF],
		"dns", n[scoring.DNS], "dq", n[scoring.DQ])
	if len(b.Results) > 0 && b.Results[0].Status == scoring.Finished {
		first := b.Results[0]
		line += " " + say.T("app.summary_first", "bib", first.Starter.Bib,
			"time", race.Clock(results.Basis(b.Race, first)))
	}
	return line
}

func (c *scoreCmd) facts(r *run) (*logbook.Facts, error) {
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return nil, err
	}
	f := &logbook.Facts{Edition: e}
	if !c.Open {
		f.Closes = []logbook.CloseFact{{}}
	}
	var faults fault.List
	collect := func(err error) error {
		var l fault.List
		if errors.As(err, &l) {
			faults = append(faults, l...)
			return nil
		}
		return err
	}
	list, err := readTable(r, c.Startlist, c.KeepGoing, e, intake.StartList)
	if err := collect(err); err != nil {
		return nil, err
	}
	f.StartList = list
	for _, name := range c.Reads {
		reads, err := c.readsOf(r, name, f)
		if err := collect(err); err != nil {
			return nil, err
		}
		f.Reads = append(f.Reads, reads...)
	}
	for _, name := range c.Rulings {
		rulings, err := readTable(r, name, c.KeepGoing, e, intake.Rulings)
		if err := collect(err); err != nil {
			return nil, err
		}
		f.Rulings = append(f.Rulings, rulings...)
	}
	return f, faults.OrNil()
}

func readEdition(r *run, path string) (*race.Edition, error) {
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	e, warnings, err := intake.Edition(path, file)
	r.warn(warnings)
	return e, err
}

// readTable takes a table in, with progress; with keepGoing the bad rows go to
// FILE.rejected.csv.
func readTable[T any](r *run, path string, keepGoing bool, e *race.Edition,
	take func(string, io.Reader, *race.Edition, intake.Options) (T, *intake.Report, error)) (T, error) {
	file, err := open(path)
	if err != nil {
		var none T
		return none, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		var none T
		return none, err
	}
	p := r.progress("app.reading", "file", filepath.Base(path))
	v, rep, err := take(path, file, e, intake.Options{KeepGoing: keepGoing, Now: race.At(r.Now()),
		Progress: func(x intake.Progress) error {
			p.at(x.Bytes, info.Size())
			return r.Err()
		}})
	p.done()
	if rep == nil {
		return v, err
	}
	r.warn(rep.Warnings)
	if len(rep.Rejected) > 0 {
		rejected := path + ".rejected.csv"
		if err := writeFile(rejected, func(w io.Writer) error { return rep.WriteRejected(w, r.say.Fault) }); err != nil {
			return v, err
		}
		fmt.Fprintln(r.Stderr, r.say.T("app.rejected", "n", len(rep.Rejected), "file", rejected))
	}
	return v, err
}

func open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": path, "why": reasonOf(err)})
	}
	return f, nil
}

// reasonOf is the system's own word for why a file could not be had.
func reasonOf(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// writeFile writes a file whole or not at all: under another name first, then
// renamed.
func writeFile(path string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	w := bufio.NewWriter(tmp)
	err = errors.Join(write(w), w.Flush(), tmp.Sync(), tmp.Chmod(0o644), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// findRow finds a row by its bib under the edition's rule.
func findRow(e *race.Edition, rows []results.Row, bib string) (results.Row, bool) {
	key := e.Bib.Key(strings.TrimSpace(bib))
	i := slices.IndexFunc(rows, func(r results.Row) bool { return e.Bib.Key(r.Bib) == key })
	if i < 0 {
		return results.Row{}, false
	}
	return rows[i], true
}
