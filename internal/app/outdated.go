package app

import (
	"context"

	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/store"
)

// since says what the latest list of a race makes of a certificate of an earlier
// one: nothing, that it was corrected, or that it was revoked with the result.
func since(ctx context.Context, db *store.DB, e *race.Edition, of results.Revision, row results.Row) (word string, number int, err error) {
	latest, err := db.LatestRevision(ctx, of.Edition, of.Race)
	if err != nil || latest.Number <= of.Number {
		return "", 0, err
	}
	now, ok := findRow(e, latest.Rows, row.Bib)
	switch {
	case !ok || now.Status != scoring.Finished:
		return "revoked", latest.Number, nil
	case certifiesOther(row, now):
		return "corrected", latest.Number, nil
	}
	return "", 0, nil
}

// certifiesOther reports whether two rows of a runner make different
// certificates.
func certifiesOther(a, b results.Row) bool {
	return a.PrintedName != b.PrintedName || a.Country != b.Country || a.Club != b.Club || a.Sex != b.Sex ||
		a.Category != b.Category || a.Status != b.Status || a.GunMs != b.GunMs || a.NetMs != b.NetMs ||
		a.Place != b.Place || a.PlaceSex != b.PlaceSex || a.PlaceCategory != b.PlaceCategory
}

// Outdated implements office.Papers.
func (p officePapers) Outdated(ctx context.Context, edition, raceID string) ([]string, error) {
	e, err := p.edition(ctx, edition)
	if err != nil {
		return nil, err
	}
	issued, err := p.db.Certificates(ctx, edition, raceID)
	if err != nil || len(issued) == 0 {
		return nil, err
	}
	latest, err := p.db.LatestRevision(ctx, edition, raceID)
	if err != nil {
		return nil, err
	}
	now := make(map[string]results.Row, len(latest.Rows))
	for _, row := range latest.Rows {
		now[e.Bib.Key(row.Bib)] = row
	}
	was := map[int]map[string]results.Row{}
	var out []string
	for _, c := range issued {
		if c.Revision == latest.Number {
			continue
		}
		if was[c.Revision] == nil {
			rev, err := p.db.Revision(ctx, edition, raceID, c.Revision)
			if err != nil {
				return nil, err
			}
			was[c.Revision] = make(map[string]results.Row, len(rev.Rows))
			for _, row := range rev.Rows {
				was[c.Revision][e.Bib.Key(row.Bib)] = row
			}
		}
		key := e.Bib.Key(c.Bib)
		if row, ok := now[key]; ok && row.Status == scoring.Finished && certifiesOther(was[c.Revision][key], row) {
			out = append(out, c.Bib)
		}
	}
	return out, nil
}
