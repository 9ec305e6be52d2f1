// Package intake takes files in: the edition, the start list, the reads and the
// rulings. A function gives back everything a file holds or nothing at all; what
// is wrong it names by file, line, column, value and what was expected. Only on
// request (Options.KeepGoing) are the good rows taken and the bad ones handed
// back. It keeps nothing: what is done with the values is the caller's matter.
package intake

import (
	"io"
	"sort"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// Options of an import. The zero value refuses a file with a bad row.
type Options struct {
	// KeepGoing takes the good rows; the bad ones are in Report.Rejected.
	KeepGoing bool
	// Progress, if set, is called every few thousand rows. An error it returns
	// stops the import, which then returns that error.
	Progress func(Progress) error
	// Now is the moment of the import: rulings without an instant of their own
	// were made then, in the order of the file. 0 means the start of the
	// edition's day.
	Now race.Instant
}

// Progress is how far an import has come.
type Progress struct {
	Bytes int64 // of the file
	Rows  int
}

// Report is what there is to say about an import beside its value.
type Report struct {
	File     string
	Rows     int            // that were not empty
	Good     int            // of them taken
	Bad      int            // of them not taken
	Warnings fault.List     // odd, but taken
	Header   []string       // of the file
	Rejected []sheet.Reject // with KeepGoing: the rows that were not taken
}

// WriteRejected writes FILE.rejected.csv: the rows that were not taken and why,
// in the words of reason (a lang.Printer's Fault).
func (r *Report) WriteRejected(w io.Writer, reason func(error) string) error {
	return sheet.WriteRejects(w, r.Header, r.Rejected, reason)
}

// shown is how many faults of one file are listed; the rest is counted.
const shown = 100

// often is how many rows lie between two reports of progress.
const often = 4096

// run reads a table to its end and offers every sound row to take, which
// returns what is wrong with it. The error is a fault.List of at most 100
// faults and one that counts the rest.
func run(t *sheet.Table, o Options, take func(*sheet.Row) fault.List) (*Report, error) {
	rep := &Report{File: t.Name(), Header: t.Header()}
	var faults fault.List
	more := 0
	for t.Next() {
		row := t.Row()
		rep.Rows++
		if o.Progress != nil && rep.Rows%often == 0 {
			if err := o.Progress(Progress{t.Read(), rep.Rows}); err != nil {
				return rep, err
			}
		}
		var bad fault.List
		if row.Fault != nil {
			bad = fault.List{row.Fault}
		} else {
			bad = take(row)
			if len(bad) > 0 && row.Last {
				bad = append(bad, row.PerhapsCut())
			}
		}
		switch {
		case len(bad) == 0:
			rep.Good++
		case o.KeepGoing:
			rep.Bad++
			rep.Rejected = append(rep.Rejected, sheet.Reject{Line: row.Line, Cells: row.Original(), Faults: bad})
		default:
			rep.Bad++
			for _, f := range bad {
				if len(faults) < shown {
					faults = append(faults, f)
				} else {
					more++
				}
			}
		}
	}
	if err := t.Err(); err != nil {
		f, ok := err.(*fault.Error)
		if !ok {
			return rep, err
		}
		faults = append(faults, f)
	}
	if more > 0 {
		faults = append(faults, sheet.At("intake.more", t.Name(), 0, "", fault.Args{"n": more}))
	}
	rep.Warnings = append(rep.Warnings, t.Warnings()...)
	if o.Progress != nil && len(faults) == 0 {
		if err := o.Progress(Progress{t.Read(), rep.Rows}); err != nil {
			return rep, err
		}
	}
	return rep, faults.OrNil()
}

// tally gathers doubts of one kind over a whole file: the first is shown, the
// others are counted.
type tally struct {
	first map[string]*fault.Error
	count map[string]int
}

// add counts a doubt; f is called for the first of its kind only.
func (t *tally) add(kind string, f func() *fault.Error) {
	if t.first == nil {
		t.first, t.count = map[string]*fault.Error{}, map[string]int{}
	}
	if t.count[kind]++; t.count[kind] == 1 {
		t.first[kind] = f()
	}
}

// warnings are the doubts in the order of their kinds, each with its count as n.
func (t *tally) warnings() fault.List {
	kinds := make([]string, 0, len(t.first))
	for k := range t.first {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	var out fault.List
	for _, k := range kinds {
		f := t.first[k]
		f.Args["n"] = t.count[k]
		out = append(out, f)
	}
	return out
}

// interner gives equal texts one string.
type interner map[string]string

func (m interner) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := m[string(b)]; ok { // no copy is made for the look-up
		return s
	}
	s := string(b)
	m[s] = s
	return s
}
