package app

import (
	"context"
	"slices"
	"sync"

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

// Snapshot is the state of an edition as the public may see it now: an official
// list is the published revision, whatever moves behind it until the next one; a
// provisional list that has moved on since is shown without a revision's number.
func (p pages) Snapshot(ctx context.Context, edition string) (*live.Snapshot, error) {
	d, err := p.h.desk(edition)
	if err != nil {
		return nil, err
	}
	now := d.Field.Snapshot()
	d.shown.Lock()
	defer d.shown.Unlock()
	if d.shown.of == now {
		return d.shown.as, nil
	}
	as, err := p.h.asPublished(ctx, d, now)
	if err != nil {
		return nil, err
	}
	d.shown.of, d.shown.as = now, as
	return as, nil
}

// frozen is what the public sees of a snapshot, kept while the snapshot holds.
type frozen struct {
	sync.Mutex
	of, as    *live.Snapshot
	revisions map[string]results.Revision // the latest of each race
}

func (h *hall) asPublished(ctx context.Context, d *desk, now *live.Snapshot) (*live.Snapshot, error) {
	if !slices.ContainsFunc(now.Boards, func(b live.Board) bool { return b.Revision > 0 }) {
		return now, nil
	}
	as := *now
	as.Boards = slices.Clone(now.Boards)
	for i := range as.Boards {
		b := &as.Boards[i]
		if b.Revision == 0 {
			continue
		}
		rev, err := h.revisionShown(ctx, d, b.Race.ID, b.Revision)
		switch {
		case err != nil:
			return nil, err
		case b.State == results.Official:
			*b = b.Showing(rev.Rows)
		case !results.Same(rev.Rows, b.Rows):
			b.Revision, b.Published = 0, 0
		}
	}
	return &as, nil
}

// revisionShown reads a revision once. d.shown is locked.
func (h *hall) revisionShown(ctx context.Context, d *desk, raceID string, number int) (results.Revision, error) {
	if rev := d.shown.revisions[raceID]; rev.Number == number {
		return rev, nil
	}
	rev, err := h.db.Revision(ctx, d.Edition, raceID, number)
	if err != nil {
		return rev, err
	}
	if d.shown.revisions == nil {
		d.shown.revisions = map[string]results.Revision{}
	}
	d.shown.revisions[raceID] = rev
	return rev, nil
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

// Explain is everything that made a runner's result.
func (p pages) Explain(_ context.Context, edition, bib string) (live.Explanation, error) {
	d, err := p.h.desk(edition)
	if err != nil {
		return live.Explanation{}, err
	}
	x, ok := d.Field.Explain(bib)
	if !ok {
		return x, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib})
	}
	return x, nil
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
	if c.ReplacedBy == "" {
		c.Since, c.Latest, err = since(ctx, p.h.db, e, rev, row)
	}
	return c, err
}
