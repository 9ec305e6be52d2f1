package results

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Shelf keeps published revisions for good. Implementations never change one.
type Shelf interface {
	// SaveRevision gives the revision the next number of its race, keeps it
	// durably and returns it. It writes the audit line in the same commit.
	SaveRevision(ctx context.Context, by access.Actor, r Revision) (Revision, error)
	// LatestRevision is the newest of a race; fault NotFound if there is none.
	LatestRevision(ctx context.Context, edition, race string) (Revision, error)
}

// Publication is what came of publishing: the revision, and what it changed
// against the one before.
type Publication struct {
	Revision Revision
	Changes  []Change
}

// Publish freezes a race's rows as a numbered revision and states it in the
// log. Official results may follow provisional ones or come at once; after the
// official list a correction is again a new official revision, never an
// overwriting. Faults: results.nothing_to_publish for a list without starters,
// results.unchanged when the newest revision says the same in the same state,
// results.back_to_provisional after the official list.
func Publish(ctx context.Context, shelf Shelf, log logbook.Log, by access.Actor, r Revision) (Publication, error) {
	if len(r.Rows) == 0 {
		return Publication{}, fault.New(fault.Invalid, "results.nothing_to_publish", fault.Args{"race": r.Race})
	}
	r.Hash = Hash(r.Rows)
	before, err := shelf.LatestRevision(ctx, r.Edition, r.Race)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		before = Revision{}
	case err != nil:
		return Publication{}, err
	case before.Hash == r.Hash && before.State == r.State:
		return Publication{}, fault.New(fault.Conflict, "results.unchanged",
			fault.Args{"race": r.Race, "number_raw": before.Number})
	case before.State == Official && r.State == Provisional:
		return Publication{}, fault.New(fault.Conflict, "results.back_to_provisional",
			fault.Args{"race": r.Race, "number_raw": before.Number})
	}
	kept, err := shelf.SaveRevision(ctx, by, r)
	if err != nil {
		return Publication{}, err
	}
	_, err = log.Append(ctx, logbook.Draft{Author: by.Name, At: r.At, Kind: logbook.KindPublish,
		Body: logbook.Publication{Race: kept.Race, Revision: kept.Number, State: string(kept.State), Hash: kept.Hash, At: kept.At}})
	if err != nil {
		return Publication{}, err
	}
	var changes []Change
	if before.Number > 0 {
		changes = Diff(before.Rows, kept.Rows)
	}
	return Publication{kept, changes}, nil
}

// Due makes the revision that would be published now, not yet numbered.
func Due(edition *race.Edition, rc *race.Race, rows []Row, state State, by, note string, at race.Instant) Revision {
	return Revision{Edition: edition.ID, Race: rc.ID, State: state, At: at, By: by, Note: note,
		Basis: rc.RankBy, Rows: rows}
}
