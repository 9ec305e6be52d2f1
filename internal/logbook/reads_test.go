package logbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/fault"
	"stadion/internal/race"
)

var gunAt = race.At(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC))

// poll is n reads of one box, as a box of the real world sends them.
func poll(box string, first uint64, n int) []Read {
	out := make([]Read, n)
	for i := range out {
		rng := rand.New(rand.NewPCG(1, first+uint64(i)))
		out[i] = Read{
			Point: box, Chip: fmt.Sprintf("058%05X", rng.IntN(48000)), Box: box, Epoch: 1, Seq: first + uint64(i),
			At:      gunAt.Add(time.Duration(first+uint64(i)) * 30 * time.Millisecond),
			Antenna: uint8(1 + rng.IntN(8)), RSSI: int8(-40 - rng.IntN(30)),
		}
	}
	return out
}

func drawRead(t *rapid.T) Read {
	text := rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"km5", "km10", `q"\`, "평양", "a\nb\x01"}), rapid.String())
	at := rapid.OneOf(
		rapid.Map(rapid.Int64Range(0, 1e7), func(ms int64) race.Instant { return gunAt + race.Instant(ms*1e6) }),
		rapid.Map(rapid.Int64(), func(v int64) race.Instant { return race.Instant(v) }),
		rapid.SampledFrom([]race.Instant{0, math.MinInt64, math.MaxInt64}),
	)
	return Read{
		Point: text.Draw(t, "point"), Chip: text.Draw(t, "chip"), Bib: text.Draw(t, "bib"), At: at.Draw(t, "at"),
		Box: text.Draw(t, "box"), Epoch: rapid.Uint32().Draw(t, "epoch"), Seq: rapid.Uint64().Draw(t, "seq"),
		Antenna: rapid.Uint8().Draw(t, "antenna"), RSSI: rapid.Int8().Draw(t, "rssi"), Manual: rapid.Bool().Draw(t, "manual"),
	}
}

func TestReads_EveryReadRoundTripsExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reads := rapid.SliceOfN(rapid.Custom(drawRead), 0, 12).Draw(t, "reads")
		body, err := EncodeBody(KindReads, reads)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(body) || bytes.ContainsRune(body, '\n') {
			t.Fatalf("not one line of JSON: %s", body)
		}
		back, err := DecodeBody(KindReads, body)
		if err != nil || !slices.Equal(back.([]Read), reads) {
			t.Fatalf("%s\ngives %v, %v\nwant  %v", body, back, err, reads)
		}
	})
}

func TestReads_OneChipCostsLittle(t *testing.T) {
	body, err := EncodeBody(KindReads, poll("km5", 1, 200))
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 200*32 {
		t.Errorf("200 reads take %d bytes, want at most 32 each: %s", len(body), body[:200])
	}
}

func TestReads_DecodingAllocatesNothingForKnownNames(t *testing.T) {
	body, _ := EncodeBody(KindReads, poll("km5", 1, 200))
	var d ReadsDecoder
	dst, err := d.Append(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() { dst, _ = d.Append(dst[:0], body) }); n > 2 {
		t.Errorf("%v allocations for 200 reads", n)
	}
}

func TestReads_TextThatIsNotUTF8IsRefusedByName(t *testing.T) {
	for field, r := range map[string]Read{
		"chip": {Chip: "\xff"}, "bib": {Bib: "\xff"}, "box": {Box: "\xff"}, "point": {Point: "\xff"},
	} {
		_, err := EncodeBody(KindReads, []Read{r})
		if e, ok := err.(*fault.Error); !ok || e.Code != "logbook.text" || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestReads_DamagedBodiesNameTheColumn(t *testing.T) {
	const good = `{"from":[["km5",3,"km5"]],"at":"2025-04-06T00:00:00Z","unit":"ms","reads":[["A",0,1,2,-55]]}`
	if _, err := DecodeBody(KindReads, json.RawMessage(good)); err != nil {
		t.Fatal(err)
	}
	const start = `{"from":[["b",1,"p"]],"at":"","unit":"ms","reads":[`
	for _, c := range []struct{ fits, rest string }{
		{``, ``},
		{``, `[]`},
		{good[:len(good)-1], ``},
		{good, ` `},
		{`{"from":[["km5",`, `4294967296,"km5"]],"at":"","unit":"ms","reads":[]}`},
		{`{"from":[["b",1,"p"]],"at":"","unit":"`, `s","reads":[]}`},
		{`{"from":[["b",1,"p"]],"at":`, `"yesterday","unit":"ms","reads":[]}`},
		{`{"from":[],"at":"","unit":"ms","reads":[["A",0`, `]]}`},
		{start + `["A",0,1,`, `256]]}`},
		{start + `["A",0,1,2,`, `-129]]}`},
		{start + `["A",`, `-0]]}`},
		{start + `["A",0,1,2,3,0,`, `5]]}`},
		{start + `["A",0,`, `01]]}`},
		{start + `["A",0,1,2,3,0,1,"B"`, `,1]]}`},
	} {
		_, err := DecodeBody(KindReads, json.RawMessage(c.fits+c.rest))
		e, ok := err.(*fault.Error)
		if !ok || e.Code != "logbook.body" || e.Args["column"] != len(c.fits)+1 {
			t.Errorf("%s%s: %v, want column %d", c.fits, c.rest, err, len(c.fits)+1)
		}
	}
}

func TestRead_KeyIsTheNumberOrElseTheContents(t *testing.T) {
	a := Read{Point: "km5", Chip: "A", At: gunAt, Box: "b", Epoch: 1, Seq: 7}
	for name, c := range map[string]struct {
		change func(*Read)
		from   Read
		same   bool
	}{
		"numbered, other contents": {func(r *Read) { r.Chip, r.At = "B", 0 }, a, true},
		"numbered, other epoch":    {func(r *Read) { r.Epoch = 2 }, a, false},
		"numbered, other box":      {func(r *Read) { r.Box = "c" }, a, false},
		"no number, same":          {func(*Read) {}, Read{Chip: "A", At: gunAt}, true},
		"no number, other instant": {func(r *Read) { r.At++ }, Read{Chip: "A", At: gunAt}, false},
		"a number without box":     {func(r *Read) { r.Chip = "B" }, Read{Chip: "A", Seq: 7}, false},
	} {
		b := c.from
		c.change(&b)
		if got := c.from.Key() == b.Key(); got != c.same {
			t.Errorf("%s: same = %v", name, got)
		}
	}
}

func FuzzReadsBody(f *testing.F) {
	body, _ := EncodeBody(KindReads, poll("km5", 1, 3))
	f.Add([]byte(body))
	f.Add([]byte(`{"from":[["b",1,"p"],["c",0,""]],"at":"","unit":"ns","reads":[["A",5,0,0,0,1,1,"12"],["\u00e4",-3]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d ReadsDecoder
		reads, err := d.Append(nil, body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted what is no JSON: %q", body)
		}
		again, err := EncodeBody(KindReads, reads)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.Append(nil, again)
		if err != nil || !slices.Equal(back, reads) {
			t.Fatalf("%q\n%q\ngives %v, %v\nwant %v", body, again, back, err, reads)
		}
		third, _ := EncodeBody(KindReads, back)
		if !bytes.Equal(third, again) {
			t.Fatalf("two encodings: %q and %q", again, third)
		}
	})
}

func BenchmarkReadsDecode200(b *testing.B) {
	body, _ := EncodeBody(KindReads, poll("km5", 1, 200))
	var d ReadsDecoder
	var dst []Read
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		dst, _ = d.Append(dst[:0], body)
	}
}

func BenchmarkReadsEncode200(b *testing.B) {
	reads := poll("km5", 1, 200)
	for b.Loop() {
		if _, err := encodeReads(reads); err != nil {
			b.Fatal(err)
		}
	}
}
