// Package scoring turns the facts of a logbook into results. It is a pure
// function: no clock, no network, no database; the same set of facts gives the
// same bytes in whatever order, duplication or batches they came. Rules and
// their numbers: docs/rules/; the cases they settle: testdata/.
package scoring

import (
	"iter"

	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Score says what the facts mean. Facts without an edition give no boards.
func Score(f logbook.Facts) *Outcome {
	e := NewEngine()
	e.Add(f)
	return e.Outcome()
}

// Add gives the engine a set of facts.
func (e *Engine) Add(f logbook.Facts) {
	e.comps = append(e.comps, f.Clocks...)
	for _, g := range f.Guns {
		e.AddGun(g)
	}
	for _, c := range f.Courses {
		e.AddCourse(c)
	}
	for _, c := range f.Closes {
		e.AddClose(c)
	}
	if f.StartList != nil {
		e.starters = f.StartList
	}
	if f.Edition != nil {
		e.SetEdition(f.Edition)
	} else {
		e.SetEdition(e.edition)
	}
	e.AddReads(f.Reads)
	e.rulings = append(e.rulings, f.Rulings...)
	e.applyRulings()
}

// Outcome is the state of everything now. Its results are the engine's own:
// they are valid until the engine is changed.
func (e *Engine) Outcome() *Outcome {
	e.settle()
	o := &Outcome{engine: e, Boards: make([]Board, len(e.boards))}
	for i, b := range e.boards {
		o.Boards[i] = Board{Race: b.race, Results: b.results(e)}
	}
	o.Problems = e.problems(o.Boards)
	return o
}

func (b *board) results(e *Engine) []*Result {
	out := make([]*Result, 0, len(b.order))
	for i := range b.order {
		out = append(out, b.order[i].show(e))
	}
	return out
}

// Verdicts gives every distinct read with what became of it and why.
func (o *Outcome) Verdicts() iter.Seq[Verdict] { return o.engine.Verdicts() }

// Result finds a runner, nil if the bib is not on the start list or the race
// not part of the edition. It is valid until the engine is changed.
func (e *Engine) Result(bib string) *Result {
	e.settle()
	i, ok := e.bibs[e.edition.Bib.Key(bib)]
	if !ok || e.runners[i].board < 0 {
		return nil
	}
	b := e.boards[e.runners[i].board]
	for n := range b.order {
		if b.order[n].runner == i {
			return b.order[n].show(e)
		}
	}
	return nil
}

// RaceOf is the race a runner is scored in, on the course that counts: another
// one than the start list's where a ruling or a switched course says so. Nil if
// the bib has no result.
func (e *Engine) RaceOf(bib string) *race.Race {
	e.settle()
	i, ok := e.bibs[e.edition.Bib.Key(bib)]
	if !ok || e.runners[i].board < 0 {
		return nil
	}
	return e.boards[e.runners[i].board].race
}

// Leaders are the first n of a race's list; the leaderboard after a change.
func (e *Engine) Leaders(raceID string, n int) []*Result {
	e.settle()
	b, ok := e.boardOf[raceID]
	if !ok {
		return nil
	}
	order := e.boards[b].order
	out := make([]*Result, 0, min(n, len(order)))
	for i := range order[:min(n, len(order))] {
		out = append(out, order[i].show(e))
	}
	return out
}
