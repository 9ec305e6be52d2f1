// Package public holds the pages for runners and spectators, and the JSON that
// says the same. It reads snapshots and writes nothing.
package public

import (
	"context"
	"io"
	"time"

	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// Summary is an edition in a list of editions.
type Summary struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Date  string `json:"date"` // YYYY-MM-DD in Zone
	Zone  string `json:"zone"`
	Place string `json:"place"`
}

// Editions is where pages get their races from.
type Editions interface {
	// List is every edition the public may know of, the latest date first.
	List(ctx context.Context) ([]Summary, error)
	// Snapshot is the state of an edition now. It is immutable and must be quick:
	// every page asks for it. NotFound if there is no such edition.
	Snapshot(ctx context.Context, edition string) (*live.Snapshot, error)
	// Watch says when there is a newer snapshot: wake gets a value after each
	// change, several changes may be one value. stop ends it and frees what it
	// holds; it may be called more than once.
	Watch(edition string) (wake <-chan struct{}, stop func())
}

// Certificate is what a certificate's code stands for.
type Certificate struct {
	Code       string
	Edition    string // id
	Event      string // the edition's name
	Place      string // where it was held
	Date       string // YYYY-MM-DD
	Race       string // the race's name
	DistanceM  float64
	Bib        string
	Name       string // as printed
	Country    string
	Status     scoring.Status
	Gun, Net   time.Duration // scoring.None if not known
	Rank       int           // in the race, 0 = none
	RankSex    int
	Sex        race.Sex
	Revision   int
	Official   bool
	At         race.Instant // of the revision
	ReplacedBy string       // code of the newer certificate, "" = this one holds
	Since      string       // what a later list says of it: "" the same, corrected, revoked
	Latest     int          // number of that list
}

// Certificates is where certificates are looked up.
type Certificates interface {
	// Verify finds a certificate by its code, however it was typed. NotFound if
	// the code was never given out.
	Verify(ctx context.Context, code string) (*Certificate, error)
}

// Papers prints.
type Papers interface {
	// Standing writes a list as a PDF. paper is A4, Letter, or "" for A4; another
	// one is a fault. It stops when ctx is done.
	Standing(ctx context.Context, w io.Writer, snap *live.Snapshot, s *results.Standing, tag lang.Tag, paper string) error
	// Awards writes the winners of a race's lists with prizes, of which there is
	// at least one, as one PDF.
	Awards(ctx context.Context, w io.Writer, snap *live.Snapshot, lists []results.Standing, tag lang.Tag, paper string) error
}
