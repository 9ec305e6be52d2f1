package webtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/fault"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/scoring"
	"stadion/internal/web"
	"stadion/internal/web/public"
)

// Source is editions in memory. It is safe for concurrent use.
type Source struct {
	mu       sync.Mutex
	list     []public.Summary
	now      map[string]*live.Snapshot
	watchers map[string]map[chan struct{}]bool
}

// NewSource holds the given snapshots.
func NewSource(snapshots ...*live.Snapshot) *Source {
	s := &Source{now: map[string]*live.Snapshot{}, watchers: map[string]map[chan struct{}]bool{}}
	for _, snap := range snapshots {
		e := snap.Edition
		s.list = append(s.list, public.Summary{ID: e.ID, Name: e.Name, Date: e.Date, Zone: e.Zone, Place: e.Place})
		s.now[e.ID] = snap
	}
	return s
}

// Set replaces an edition's snapshot and wakes those who watch it.
func (s *Source) Set(snap *live.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now[snap.Edition.ID] = snap
	for ch := range s.watchers[snap.Edition.ID] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// List implements public.Editions.
func (s *Source) List(context.Context) ([]public.Summary, error) { return s.list, nil }

// Snapshot implements public.Editions.
func (s *Source) Snapshot(_ context.Context, id string) (*live.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if snap := s.now[id]; snap != nil {
		return snap, nil
	}
	return nil, fault.New(fault.NotFound, "web.no_such_edition", nil)
}

// Watch implements public.Editions.
func (s *Source) Watch(id string) (<-chan struct{}, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan struct{}, 1)
	if s.watchers[id] == nil {
		s.watchers[id] = map[chan struct{}]bool{}
	}
	s.watchers[id][ch] = true
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers[id], ch)
	}
}

// What an explanation holds and no page may show.
const (
	SecretChip  = "0580AFFE"
	SecretBox   = "box-of-the-crew"
	SecretJudge = "Judge Geheim"
	SecretNote  = "seen by steward Verborgen"
)

// Explain implements public.Explanations: every split was read, one read was set
// aside, and rulings were made.
func (s *Source) Explain(ctx context.Context, edition, bib string) (live.Explanation, error) {
	snap, err := s.Snapshot(ctx, edition)
	if err != nil {
		return live.Explanation{}, err
	}
	b, row := snap.Find(bib)
	if row == nil {
		return live.Explanation{}, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib})
	}
	x := live.Explanation{Race: b.Race, Row: *row, GunAt: b.Gun}
	x.Result = scoring.Result{Status: row.Status, Gun: row.GunMs.Duration(), Net: row.NetMs.Duration(), GunAt: b.Gun, Last: -1,
		Flags: []scoring.Flag{{Code: scoring.FlagTimeAdjusted, Args: map[string]string{"by": "+0:00:30"}}}}
	read := func(point string, at race.Instant, split int, use scoring.Use, why scoring.Reason) {
		x.Verdicts = append(x.Verdicts, scoring.Verdict{Read: logbook.Read{Point: point, Chip: SecretChip, Box: SecretBox, At: at},
			Bib: bib, At: at, Split: split, Use: use, Reason: why})
	}
	for i, c := range row.Splits {
		x.Result.Splits = append(x.Result.Splits, c.At)
		if c.At == 0 {
			continue
		}
		x.Result.Last = i
		read(c.Point, c.At, i, scoring.UseSplit, scoring.ReasonFirst)
		read(c.Point, c.At.Add(time.Second), i, scoring.UseCluster, scoring.ReasonSamePassing)
		if i == len(row.Splits)-1 {
			x.Result.FinishAt = c.At
			read(c.Point, c.At.Add(time.Hour), -1, scoring.UseNone, scoring.ReasonAfterFinish)
		}
	}
	for _, r := range []logbook.Ruling{{Kind: logbook.AssignChip, Value: SecretChip}, {Kind: logbook.TimeAdjust, Value: "+30s", Rule: "TR 6"}} {
		r.Bib, r.By, r.Note, r.At = bib, SecretJudge, SecretNote, snap.Now
		x.Rulings = append(x.Rulings, r)
	}
	return x, nil
}

// Watchers is how many watch an edition.
func (s *Source) Watchers(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watchers[id])
}

// Certificates knows two certificates: one that holds, and one that it replaced.
type Certificates struct{}

// The codes of the certificates.
const (
	GoodCode     = "ABCD-EFGH-JKMN"
	ReplacedCode = "PQRS-TVWX-YZ23"
)

// Verify implements public.Certificates.
func (Certificates) Verify(_ context.Context, code string) (*public.Certificate, error) {
	c := public.Certificate{Code: code, Edition: EditionID, Event: "Stadium Rehearsal Marathon 2025", Place: "Pyongyang",
		Date: "2025-04-06", Race: "Marathon", DistanceM: 42195, Bib: "17", Name: "Käthe Mustermann", Country: "GER",
		Status: "finished", Gun: 3*time.Hour + 7*time.Second, Net: 2*time.Hour + 59*time.Minute + 58*time.Second,
		Rank: 212, RankSex: 31, Sex: race.Female, Revision: 2, Official: true, At: Gun.Add(6 * time.Hour)}
	switch code {
	case GoodCode:
	case ReplacedCode:
		c.ReplacedBy = GoodCode
	default:
		return nil, fault.New(fault.NotFound, "web.no_such_certificate", nil).On("code")
	}
	return &c, nil
}

// Config is a site over a source, its log thrown away.
func Config(s *Source) web.Config {
	var n atomic.Uint64
	return web.Config{Editions: s, Certificates: Certificates{}, Explanations: s, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now:   func() time.Time { return Gun.Add(2 * time.Hour).Time() },
		NewID: func() string { return fmt.Sprintf("incident-%d", n.Add(1)) }}
}
