package bus

import (
	"context"
	"fmt"
	"testing"
	"time"

	"stadion/internal/logbook"
	"stadion/internal/logbook/logbooktest"
)

// poll is n reads as a box sends them.
func poll(box string, first uint64, n int) []logbook.Read {
	out := make([]logbook.Read, n)
	for i := range out {
		seq := first + uint64(i)
		out[i] = logbook.Read{
			Point: box, Chip: fmt.Sprintf("058%05X", seq*7919%48000), Box: box, Epoch: 1, Seq: seq,
			At:      logbooktest.Noon.Add(time.Duration(seq) * 30 * time.Millisecond),
			Antenna: uint8(1 + seq%8), RSSI: int8(-40 - int(seq%30)),
		}
	}
	return out
}

// BenchmarkReplay500k is the way from the stream to the facts: 500,000 reads in
// lines of 200.
func BenchmarkReplay500k(b *testing.B) {
	s := start(b, Options{Damage: func(err error) { b.Error(err) }})
	log := open(b, s.Conn, "e", "km5")
	began := time.Now()
	for i := range 2500 {
		d := logbook.Draft{Author: "box:km5", At: logbooktest.Noon, Kind: logbook.KindReads, Body: poll("km5", uint64(i*200+1), 200)}
		if _, err := log.Append(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
	written := time.Since(began)
	b.ReportAllocs()
	for b.Loop() {
		var g logbook.Gatherer
		ctx, cancel := context.WithCancel(b.Context())
		err := log.Follow(ctx, func(l logbook.Line) error { _, err := g.Add(l); return err }, cancel)
		if err != nil {
			b.Fatal(err)
		}
		if f := g.Facts(); len(f.Reads) != 500_000 {
			b.Fatal(len(f.Reads))
		}
	}
	b.ReportMetric(float64(written.Microseconds())/2500, "µs/append")
}

// BenchmarkOpenLog is the start of a hub that holds 2,500 lines.
func BenchmarkOpenLog(b *testing.B) {
	s := start(b, Options{})
	log := open(b, s.Conn, "e", "km5")
	if _, err := log.Merge(b.Context(), logbooktest.Lines(b, "km10", 1, 2500)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		open(b, s.Conn, "e", "office")
	}
}
