package app

import (
	"context"
	"testing"

	"stadion/internal/bus"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/sim"
)

// BenchmarkReplayToLeaderboard is an office that starts on the record of a race
// day: 500,000 reads come from the disk, every checksum is checked, every runner
// is scored, the first leaderboard stands.
func BenchmarkReplayToLeaderboard(b *testing.B) {
	ctx := b.Context()
	dir := b.TempDir()
	edition := sim.Edition()
	truth := sim.Run(edition, sim.StartListOf(1, 4200), 1)
	reads := keepTruth(b, ctx, dir, truth)
	for b.Loop() {
		srv, err := bus.Start(ctx, bus.Options{DataDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		log, err := srv.OpenLog(ctx, edition.ID, hubName)
		if err != nil {
			b.Fatal(err)
		}
		field := live.NewField(func() race.Instant { return truth.End() })
		run, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- field.Run(run, log, snapshotEvery) }()
		<-field.Ready()
		if s := field.Snapshot(); s.Reads != truth.Reads || s.Boards[0].Rows[0].Place != 1 {
			b.Fatalf("%d reads of %d, first place %d", s.Reads, truth.Reads, s.Boards[0].Rows[0].Place)
		}
		stop()
		<-done
		if err := srv.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(reads), "reads")
}

// keepTruth writes a race day into a log on disk.
func keepTruth(b *testing.B, ctx context.Context, dir string, truth *sim.Truth) int {
	b.Helper()
	srv, err := bus.Start(ctx, bus.Options{DataDir: dir})
	if err != nil {
		b.Fatal(err)
	}
	log, err := srv.OpenLog(ctx, truth.Edition.ID, hubName)
	if err != nil {
		b.Fatal(err)
	}
	f := newFeed(truth, &desk{}, 1)
	f.desk.Log = log
	if err := f.until(ctx, truth.End(), nil); err != nil {
		b.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		b.Fatal(err)
	}
	return truth.Reads
}
