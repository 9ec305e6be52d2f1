package intake_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

func instant(t testing.TB, s string) race.Instant {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return race.At(v)
}

func TestReads_TakesEveryColumnOfTheContract(t *testing.T) {
	got, rep, err := intake.Reads("r.csv", strings.NewReader("point,chip,at,box,seq,antenna,rssi,bib\n"+
		"km5,058A01,2025-04-06T09:15:02.318+09:00,b1,18446744073709551615,4,-61.5,\n"+
		"KM5,who,2025-04-06T00:15:02Z,,,,,\n"+
		"stadium,,2025-04-06 09:15:02+09:00,,,,,0042\n"+
		"km5,058A01,2025-04-06T09:15:02.318+09:00,b1,18446744073709551615,4,-61.5,\n"), reference(t), intake.Options{})
	if err != nil || len(rep.Warnings) > 0 {
		t.Fatalf("%v %v", err, rep)
	}
	first := logbook.Read{Point: "km5", Chip: "058A01", At: instant(t, "2025-04-06T00:15:02.318Z"), Box: "b1", Seq: 1<<64 - 1, Antenna: 4, RSSI: -62}
	want := []logbook.Read{first,
		{Point: "km5", Chip: "who", At: instant(t, "2025-04-06T00:15:02Z")},
		{Point: "stadium", Bib: "0042", At: instant(t, "2025-04-06T00:15:02Z"), Manual: true}, first}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReads_BadRowsAreNamedAndNothingIsTaken(t *testing.T) {
	const at = "2025-04-06T09:15:02+09:00"
	for _, c := range []struct{ row, want string }{
		{"kn5,C," + at + ",,,,", "reads.unknown_point_near@3 point kn5"},
		{"km6,C," + at + ",,,,", "reads.unknown_point@3 point km6"},
		{"finish,C," + at + ",,,,", "reads.unknown_point@3 point finish"},
		{"km5,," + at + ",,,,", "reads.no_chip@3 chip "},
		{"km5,C,09:15:02.318,,,,", "reads.bare_time@3 at 09:15:02.318"},
		{"km5,C,07:44:28AM,,,,", "reads.bare_time@3 at 07:44:28AM"},
		{"km5,C,9:15,,,,", "reads.bare_time@3 at 9:15"},
		{"km5,C,09:15:02+09:00,,,,", "reads.bare_time@3 at 09:15:02+09:00"},
		{"km5,C,2025-04-06T09:15:02,,,,", "reads.no_offset@3 at 2025-04-06T09:15:02"},
		{"km5,C,2025-04-06 09:15:02.5,,,,", "reads.no_offset@3 at 2025-04-06 09:15:02.5"},
		{"km5,C,2025-04-06,,,,", "reads.no_time@3 at 2025-04-06"},
		{"km5,C,2025-02-30T09:15:02+09:00,,,,", "reads.bad_time@3 at 2025-02-30T09:15:02+09:00"},
		{"km5,C,2025-04-06T24:15:02+09:00,,,,", "reads.bad_time@3 at 2025-04-06T24:15:02+09:00"},
		{"km5,C,2025-04-06T09:15:02.+09:00,,,,", "reads.bad_time@3 at 2025-04-06T09:15:02.+09:00"},
		{"km5,C,06.04.2025 09:15:02,,,,", "reads.bad_time@3 at 06.04.2025 09:15:02"},
		{"km5,C,1743898502,,,,", "reads.bad_time@3 at 1743898502"},
		{"km5,C,,,,,", "reads.empty_time@3 at "},
		{"km5,C," + at + ",,-1,,", "reads.bad_number@3 seq -1"},
		{"km5,C," + at + ",,99999999999999999999,,", "reads.bad_number@3 seq 99999999999999999999"},
		{"km5,C," + at + ",,,256,", "reads.bad_number@3 antenna 256"},
		{"km5,C," + at + ",,,,loud", "reads.bad_rssi@3 rssi loud"},
		{"km5,C," + at + ",,,,-200", "reads.bad_rssi@3 rssi -200"},
		{"km5,5.8E+11," + at + ",,,,", "sheet.number_shortened@3 chip 5.8E+11"},
		{"km5,C,2025-04-06T09:15:02+09:00,,,,-6x", "reads.bad_rssi@3 rssi -6x; sheet.perhaps_cut@3"},
		{"km5,C,2025-04-06T09:1", "sheet.ends_mid_row@3 at"},
		{"km9,,09:15:02,,x,y,z", "reads.unknown_point@3 point km9; reads.no_chip@3 chip ; reads.bare_time@3 at 09:15:02; " +
			"reads.bad_number@3 seq x; reads.bad_number@3 antenna y; reads.bad_rssi@3 rssi z"},
	} {
		text := "point,chip,at,box,seq,antenna,rssi\nkm5,C," + at + ",,,,\n" + c.row
		if !strings.Contains(c.want, "_cut") && !strings.Contains(c.want, "mid_row") {
			text += "\n"
		}
		got, rep, err := intake.Reads("r.csv", strings.NewReader(text), reference(t), intake.Options{})
		speaks(t, list(err))
		if got != nil || rep.Bad != 1 || briefs(list(err)) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.row, briefs(list(err)), c.want)
		}
	}
}

func TestReads_ABareClockTimeIsShownAsItShouldBe(t *testing.T) {
	for value, want := range map[string]string{
		"09:15:02.318":        "2025-04-06T09:15:02.318+09:00",
		"07:44:28PM":          "2025-04-06T19:44:28+09:00",
		"2025-04-05 08:00:01": "2025-04-05T08:00:01+09:00",
		"what":                "2025-04-06T09:15:02.318+09:00",
	} {
		_, _, err := intake.Reads("r.csv", strings.NewReader("point,chip,at\nkm5,C,"+value+"\n"), reference(t), intake.Options{})
		if got := list(err)[0].Args["example"]; got != want {
			t.Errorf("%s: %v, want %s", value, got, want)
		}
	}
}

// TestReads_AWrongDateIsKeptWithAWarning: rejecting nothing an antenna saw
// (case 25); the box is told apart by its clock.
func TestReads_AWrongDateIsKeptWithAWarning(t *testing.T) {
	got, rep, err := intake.Reads("r.csv", strings.NewReader("point,chip,at,box\n"+
		"km5,A,1970-01-01T00:00:00Z,old\nkm5,B,1970-01-01T00:03:00Z,old\nkm5,C,2024-04-06T09:00:00+09:00,\nkm5,D,2025-04-08T23:59:59+09:00,\n"), reference(t), intake.Options{})
	if err != nil || len(got) != 4 || got[0].At != 1 {
		t.Fatalf("%v %v", err, got)
	}
	speaks(t, rep.Warnings)
	want := "reads.far_date@4 at 2024-04-06T09:00:00+09:00; reads.far_date_box@2 at 1970-01-01T00:00:00Z"
	if briefs(rep.Warnings) != want || rep.Warnings[1].Args["n"] != 2 || rep.Warnings[1].Args["box"] != "old" {
		t.Errorf("%v", rep.Warnings)
	}
}

func TestReads_AChipWinsOverABib(t *testing.T) {
	got, rep, err := intake.Reads("r.csv", strings.NewReader("point,chip,bib,at\nkm5,A,7,2025-04-06T00:00:00Z\n"), reference(t), intake.Options{})
	if err != nil || got[0].Chip != "A" || got[0].Bib != "" || got[0].Manual || briefs(rep.Warnings) != "reads.bib_ignored@2 bib 7" {
		t.Errorf("%v %v %v", err, got, rep.Warnings)
	}
}

func TestReads_CanBeStoppedAndTellsHowFarItIs(t *testing.T) {
	var b strings.Builder
	b.WriteString("point,chip,at\n")
	for i := range 20000 {
		fmt.Fprintf(&b, "km5,%d,2025-04-06T09:00:00+09:00\n", i)
	}
	stop := errors.New("stopped")
	calls := 0
	got, _, err := intake.Reads("r.csv", strings.NewReader(b.String()), reference(t), intake.Options{Progress: func(p intake.Progress) error {
		if calls++; calls == 3 {
			return stop
		}
		if p.Bytes == 0 || p.Rows == 0 {
			t.Errorf("%+v", p)
		}
		return nil
	}})
	if !errors.Is(err, stop) || got != nil || calls != 3 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func readsFile(rows int) string {
	var b strings.Builder
	b.WriteString("point,chip,at,box,seq,antenna,rssi\n")
	points := []string{"km5", "stadium"}
	for i := range rows {
		fmt.Fprintf(&b, "%s,%012X,2025-04-06T%02d:%02d:%02d.%03d+09:00,box-%d,%d,%d,-%d\n", points[i%2], 0x058000000000+i%2000,
			9+i/200000, i/3600%60, i/60%60, i%1000, i%4, i+1, i%4+1, 50+i%20)
	}
	return b.String()
}

// BenchmarkReads: half a million rows are to be taken in in about a second.
func BenchmarkReads(b *testing.B) {
	text := readsFile(500_000)
	e := reference(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		got, _, err := intake.Reads("r.csv", strings.NewReader(text), e, intake.Options{})
		if err != nil || len(got) != 500_000 {
			b.Fatal(err)
		}
	}
}
