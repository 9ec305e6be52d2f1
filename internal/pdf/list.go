package pdf

import (
	"context"
	"io"
	"iter"
	"slices"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
)

// List is a printed table of any length: results, a start list, prizes. Its
// sections follow one another; on every page stand the event, the title, the
// state, the revision with its instant, the table head and "page x of y".
type List struct {
	Lang     lang.Tag
	Event    string // whose list this is
	When     string // date and place, as the language writes them
	Title    string // what the list is; large on its first page
	Subtitle string // on every page: distance, basis
	Summary  string // on the first page only: head counts, rules; a line each
	State    results.State
	Revision int            // 0 = none was published
	At       race.Instant   // for which the list is true; 0 = not said
	Zone     *time.Location // of At; nil = UTC
	Note     string         // at the foot of every page
	Columns  []Column
	Sections []Section
}

// Column is one column. Its width follows from what stands in it; one in which
// nothing stands is left out.
type Column struct {
	Head   string
	Kind   Kind
	Right  bool // flush right: numbers that are compared
	Strong bool // the column a reader looks for
	Small  bool // many columns of one kind: splits
}

// Kind says what stands in a column.
type Kind uint8

// The kinds of columns.
const (
	Figures Kind = iota // times, places, bibs, codes: on one line
	Words               // our own words, on one line
	Names               // as their owners write them, in any script; on several lines where they are long
	Prose               // remarks: on several lines where they are long
)

// Section is a part of a list under a heading. Its columns, the list's where it
// has none, are measured over all sections with the same slice of columns, so
// that these stand under each other. Rows is walked twice (to measure, to draw) and must say the same both times.
type Section struct {
	Heading string // "" = none
	Columns []Column
	Rows    iter.Seq[Row]
}

// Row is a line of a list: a cell a column. The cells may be used again by the
// caller once the next row is asked for.
type Row struct {
	Cells   []string
	Country string // IOC code of the person: whose shapes Han characters have
	Note    string // on lines of its own under the row, from the first name on
}

// Rows are given rows, for a section.
func Rows(rows ...Row) iter.Seq[Row] { return slices.Values(rows) }

// WriteLists prints lists into one file, each from a new page on, with a
// bookmark for every list and section. Portrait where the columns fit, else
// landscape. A page leaves memory when it is full, so lists may be of any
// length. Nothing is cut: a long name gets a second line. A character that no
// face has is printed as its code point and reported among the warnings
// (paper.glyph_missing). The same lists give the same bytes. progress, if not
// nil, is told the rows drawn of all rows. It stops between rows when ctx is
// done. Faults: pdf.empty without lists or without columns, pdf.paper,
// pdf.fonts_missing, pdf.font_damaged. Safe for concurrent use.
func WriteLists(ctx context.Context, w io.Writer, lists []List, paper Paper, progress func(done, total int)) (warnings fault.List, err error) {
	box, err := paper.size()
	if err != nil {
		return nil, err
	}
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	p := &press{shaper: s, ctx: ctx, paper: box, progress: progress, lost: map[string]bool{}}
	plans := make([]*plan, len(lists))
	for i := range lists {
		if plans[i], err = p.plan(&lists[i]); err != nil {
			return nil, err
		}
		p.total += plans[i].rows
	}
	if len(plans) == 0 {
		return nil, fault.New(fault.Invalid, "pdf.empty", nil)
	}
	p.doc = newDocument(w)
	defer p.doc.close()
	for _, pl := range plans {
		if err := p.print(pl); err != nil {
			return nil, err
		}
	}
	if err := p.feet(); err != nil {
		return nil, err
	}
	first := &lists[0]
	about := info{title: first.Event + " · " + first.Title, lang: string(lang.For(first.Lang).Tag), at: first.At}
	if len(lists) > 1 {
		about.title = first.Event
	}
	return p.warnings, p.doc.finish(about)
}
