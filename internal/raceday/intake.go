package raceday

import (
	"context"
	"io"
	"slices"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// StartListPreview is what importing a start list would do.
type StartListPreview struct {
	Starters    race.StartList
	Report      *intake.Report
	Differences []intake.Difference
	Races       []RaceCount // starters per race, in the edition's order
	Changes     []results.Change
}

// RaceCount is a number of one race.
type RaceCount struct {
	Race   *race.Race
	Before int
	After  int
}

// PreviewStartList reads a start list and says what taking it would change,
// results included. Nothing is kept.
func (d *Desk) PreviewStartList(name string, r io.Reader, o intake.Options) (*StartListPreview, error) {
	s, err := d.state()
	if err != nil {
		return nil, err
	}
	list, report, err := intake.StartList(name, r, s.Edition, o)
	if err != nil {
		return nil, err
	}
	facts := d.Field.Facts()
	p := &StartListPreview{Starters: list, Report: report,
		Differences: intake.DiffStartList(s.Edition.Bib, facts.StartList, list)}
	for i := range s.Edition.Races {
		rc := &s.Edition.Races[i]
		in := func(st race.Starter) bool { return st.Race == rc.ID }
		p.Races = append(p.Races, RaceCount{rc, count(facts.StartList, in), count(list, in)})
	}
	facts.StartList = list
	p.Changes = d.effect(facts)
	return p, nil
}

func count[T any](list []T, in func(T) bool) (n int) {
	for _, v := range list {
		if in(v) {
			n++
		}
	}
	return n
}

// TakeStartList makes the list the one that counts.
func (d *Desk) TakeStartList(ctx context.Context, by access.Actor, file string, list race.StartList) error {
	facts := d.Field.Facts()
	detail := map[string]any{"file": file, "starters": len(list), "before": len(facts.StartList)}
	return d.tell(ctx, by, ActStartList, d.Edition, detail, logbook.KindStartList, logbook.StartList{Starters: list})
}

// TakeEdition makes the rules the ones of the day. The id must be the desk's.
func (d *Desk) TakeEdition(ctx context.Context, by access.Actor, e *race.Edition) error {
	if e.ID != d.Edition {
		return fault.New(fault.Conflict, "raceday.other_edition", fault.Args{"value": e.ID, "edition": d.Edition}).On("id")
	}
	return d.tell(ctx, by, ActEdition, e.ID, map[string]any{"races": len(e.Races)}, logbook.KindEdition, e)
}

// ReadsPreview is what importing reads would do.
type ReadsPreview struct {
	Reads       []logbook.Read
	Report      *intake.Report
	New, Known  int
	First, Last race.Instant
	Points      []PointReads
	Orphans     int // reads of chips and bibs nobody has
	Changes     []results.Change
}

// PointReads is how many reads a file holds of one point.
type PointReads struct {
	Point string
	Reads int
}

// PreviewReads reads a file of reads and says what taking it would change.
// Nothing is kept.
func (d *Desk) PreviewReads(name string, r io.Reader, o intake.Options) (*ReadsPreview, error) {
	s, err := d.state()
	if err != nil {
		return nil, err
	}
	reads, report, err := intake.Reads(name, r, s.Edition, o)
	if err != nil {
		return nil, err
	}
	p := &ReadsPreview{Reads: reads, Report: report}
	perPoint := map[string]int{}
	for i := range reads {
		at := reads[i].At
		if p.First == 0 || at < p.First {
			p.First = at
		}
		p.Last = max(p.Last, at)
		perPoint[reads[i].Point]++
	}
	for i := range s.Edition.Points {
		if n := perPoint[s.Edition.Points[i].ID]; n > 0 {
			p.Points = append(p.Points, PointReads{s.Edition.Points[i].ID, n})
		}
	}
	facts := d.Field.Facts()
	before := scoring.NewEngine()
	before.Add(facts)
	known, orphans := before.Reads(), orphanReads(before)
	facts.Reads = slices.Concat(facts.Reads, reads)
	after := scoring.NewEngine()
	after.Add(facts)
	p.New = after.Reads() - known
	p.Known = len(reads) - p.New
	p.Orphans = orphanReads(after) - orphans
	p.Changes = compare(before.Outcome(), after.Outcome())
	return p, nil
}

func orphanReads(e *scoring.Engine) (n int) {
	for _, o := range e.Orphans() {
		n += o.Reads
	}
	return n
}

// poll is how many reads go into one line of the log.
const poll = 200

// TakeReads writes reads to the log, a few hundred a line. It tells progress
// before each line and stops when ctx is done: what was written stays, and
// taking the file again adds the rest only, because known reads change nothing.
func (d *Desk) TakeReads(ctx context.Context, by access.Actor, file string, reads []logbook.Read, progress func(done, total int)) error {
	if err := d.Book.Record(ctx, by, ActReads, d.Edition, d.Edition, map[string]any{"file": file, "reads": len(reads)}); err != nil {
		return err
	}
	defer d.Field.Refresh()
	for done := 0; done < len(reads); done += poll {
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress != nil {
			progress(done, len(reads))
		}
		_, err := d.log().Append(ctx, logbook.Draft{Author: by.Name, At: d.Now(), Kind: logbook.KindReads,
			Body: reads[done:min(done+poll, len(reads))]})
		if err != nil {
			return err
		}
	}
	if progress != nil {
		progress(len(reads), len(reads))
	}
	return nil
}

// effect is what the lists would change if these were the facts.
func (d *Desk) effect(facts logbook.Facts) []results.Change {
	return compare(scoring.Score(d.Field.Facts()), scoring.Score(facts))
}

func compare(before, after *scoring.Outcome) []results.Change {
	var x, y []results.Row
	for _, b := range before.Boards {
		x = append(x, results.Rows(b)...)
	}
	for _, b := range after.Boards {
		y = append(y, results.Rows(b)...)
	}
	return results.Diff(x, y)
}
