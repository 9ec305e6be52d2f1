// Package live holds the read models that pages watch: an immutable Snapshot of
// an edition after each change, made incrementally from the scoring engine.
package live

import (
	"slices"
	"sync"
	"time"

	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// Snapshot is the state of an edition after change number Seq. It is immutable
// and safe to share: readers keep it as long as they like.
type Snapshot struct {
	Seq      uint64
	Edition  *race.Edition
	Now      race.Instant // of the race clock when it was made
	Reads    int          // distinct reads in the logbook
	Orphans  int          // reads nobody's chip explains
	Boards   []Board      // in the edition's order
	Problems []scoring.Problem
	Recent   []Arrival // latest finish-line arrivals, newest first, at most 50
	Latest   []Arrival // latest passings of any point, newest first, at most 50
}

// Board is one race of a snapshot.
type Board struct {
	Race      *race.Race
	State     results.State // of the last publication, or live
	Revision  int           // 0 = none published
	Published race.Instant  // of that revision, 0 = none
	Gun       race.Instant  // of the first wave that has one, 0 = not started
	Rows      []results.Row // in list order, see scoring.Board
	Counts    Counts
	Points    []PointCount
	bibs      *bibIndex
}

// Counts are the head counts of a race.
type Counts struct {
	Starters, Started, Running, Finished, NoTime, DNF, DNS, DQ int
}

// PointCount is how many have passed a course point so far.
type PointCount struct {
	Label  string
	AtM    float64
	Passed int
}

// Arrival is one passing worth showing.
type Arrival struct {
	Race, Bib, Name, Country string
	Sex                      race.Sex
	Point, Label             string // label "" = finish
	AtM                      float64
	At                       race.Instant
	Gun, Net                 time.Duration
	Place                    int // at the finish; 0 elsewhere
}

// bibIndex finds a bib's row; it is made when somebody first asks.
type bibIndex struct {
	once sync.Once
	at   map[string]int
}

// Index is the position of a bib in Rows.
func (b *Board) Index(bib string) (int, bool) {
	if b.bibs == nil { // a board made by hand
		i := slices.IndexFunc(b.Rows, func(r results.Row) bool { return r.Bib == bib })
		return i, i >= 0
	}
	b.bibs.once.Do(func() {
		b.bibs.at = make(map[string]int, len(b.Rows))
		for i := range b.Rows {
			b.bibs.at[b.Rows[i].Bib] = i
		}
	})
	i, ok := b.bibs.at[bib]
	return i, ok
}

// Showing is the board with other rows: those of a published revision in place
// of the moving ones. Head counts follow the rows.
func (b Board) Showing(rows []results.Row) Board {
	started := b.Counts.Started
	b.Rows, b.bibs, b.Counts = rows, &bibIndex{}, Counts{Started: started}
	for i := range rows {
		b.Counts.Starters++
		b.Counts.count(rows[i].Status)
	}
	return b
}

// Row finds a bib on a board, nil if it is not there.
func (b *Board) Row(bib string) *results.Row {
	if i, ok := b.Index(bib); ok {
		return &b.Rows[i]
	}
	return nil
}

// Board finds a race, nil if it is not there.
func (s *Snapshot) Board(raceID string) *Board {
	for i := range s.Boards {
		if s.Boards[i].Race.ID == raceID {
			return &s.Boards[i]
		}
	}
	return nil
}

// Find is the board and row of a bib in any race.
func (s *Snapshot) Find(bib string) (*Board, *results.Row) {
	for i := range s.Boards {
		if r := s.Boards[i].Row(bib); r != nil {
			return &s.Boards[i], r
		}
	}
	return nil, nil
}
