package app

import (
	"context"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/public"
)

// pages gives the public pages what they show.
type pages struct{ h *hall }

// List is every edition, the latest date first.
func (p pages) List(context.Context) ([]public.Summary, error) {
	var out []public.Summary
	for _, d := range p.h.list() {
		e := d.Field.Snapshot().Edition
		if e.ID == "" { // its rules have not come yet
			continue
		}
		out = append(out, public.Summary{ID: e.ID, Name: e.Name, Date: e.Date, Zone: e.Zone, Place: e.Place})
	}
	return out, nil
}

// Snapshot is the state of an edition now.
func (p pages) Snapshot(_ context.Context, edition string) (*live.Snapshot, error) {
	d, err := p.h.desk(edition)
	if err != nil {
		return nil, err
	}
	return d.Field.Snapshot(), nil
}

// Watch says when there is a newer snapshot. Of an edition that is not there,
// there never is one.
func (p pages) Watch(edition string) (<-chan struct{}, func()) {
	d, err := p.h.desk(edition)
	if err != nil {
		return nil, func() {}
	}
	return d.Field.Watch()
}

// Verify finds what a certificate's code stands for, in the revision it was
// made of: what stands on the paper is what is shown.
func (p pages) Verify(ctx context.Context, typed string) (*public.Certificate, error) {
	code, err := award.ParseCode(typed)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "app.no_certificate_code", err, fault.Args{"value": typed})
	}
	kept, err := p.h.db.Certificate(ctx, string(code))
	if err != nil {
		return nil, err
	}
	rev, err := p.h.db.Revision(ctx, kept.Edition, kept.Race, kept.Revision)
	if err != nil {
		return nil, err
	}
	d, err := p.h.desk(kept.Edition)
	if err != nil {
		return nil, err
	}
	e := d.Field.Snapshot().Edition
	row, ok := findRow(e, rev.Rows, kept.Bib)
	if !ok {
		return nil, fault.New(fault.NotFound, "app.no_certificate_code", fault.Args{"value": typed})
	}
	c := &public.Certificate{Code: kept.Code, Edition: e.ID, Event: e.Name, Place: e.Place, Date: e.Date,
		Race: kept.Race, Bib: row.Bib, Name: row.PrintedName, Country: row.Country, Status: row.Status,
		Gun: row.GunMs.Duration(), Net: row.NetMs.Duration(), Rank: int(row.Place), RankSex: int(row.PlaceSex),
		Sex: row.Sex, Revision: rev.Number, Official: rev.State == results.Official, At: rev.At,
		ReplacedBy: kept.ReplacedBy}
	if rc := e.Race(kept.Race); rc != nil {
		c.Race, c.DistanceM = rc.Name, rc.DistanceM
	}
	if c.Status != scoring.Finished {
		c.Gun, c.Net = scoring.None, scoring.None
	}
	return c, nil
}
