package pdf

import (
	"context"
	"fmt"
	"io"
	"testing"

	"stadion/internal/award"
	"stadion/internal/lang"
	"stadion/internal/results"
)

// field is n finishers with names of the gallery, each a little different, so
// that no page repeats another's text.
func field(t testing.TB, n int) []award.Certificate {
	rev := revision("", "", results.Official)
	issuer, err := award.NewIssuer(edition(), rev, award.Options{
		Lang: lang.English, Key: []byte("a key that only tests have"), Base: "https://run.example/verify/",
	})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]award.Certificate, n)
	for i := range out {
		g, row := gallery[i%len(gallery)], rev.Rows[0]
		row.PrintedName, row.Country, row.Bib = g.name+" "+string(rune('A'+i%26)), g.country, fmt.Sprint(i+1)
		row.Place, row.PlaceSex, row.PlaceCategory = results.Place(i+1), results.Place(i/2+1), results.Place(i/9+1)
		row.GunTime = fmt.Sprintf("%d:%02d:%02d", 2+i/3600%4, i/60%60, i%60)
		if out[i], err = issuer.Certificate(row); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// BenchmarkCertificate draws single files of all scripts on all cores; want 300
// a second on two.
func BenchmarkCertificate(b *testing.B) {
	cs := field(b, 660)
	for _, c := range cs[:len(gallery)] { // the faces are read once, before
		draw(b, c, A4)
	}
	var bytes int64
	for _, c := range cs[:66] {
		bytes += int64(len(draw(b, c, A4)))
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := Certificate(io.Discard, cs[i%len(cs)], A4); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "certificates/s")
	b.ReportMetric(float64(bytes)/66, "bytes/file")
}

// BenchmarkCertificateRun draws a race of 2,000 into one file; want 3 s.
func BenchmarkCertificateRun(b *testing.B) {
	cs := field(b, 2000)
	for _, c := range cs[:len(gallery)] {
		draw(b, c, A4)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := CertificateRun(context.Background(), io.Discard, cs, A4, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*2000/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkFace reads the largest face: the price of the first Chinese name.
func BenchmarkFace(b *testing.B) {
	for b.Loop() {
		if _, err := newFontSet(embedded().dir).face(sansSC); err != nil {
			b.Fatal(err)
		}
	}
}
