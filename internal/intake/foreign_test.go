package intake_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// clock is an instant on the reference edition's day and clocks.
func clock(t testing.TB, hms string) race.Instant {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05.999999999-07:00", "2025-04-06T"+hms+"+09:00")
	if err != nil {
		t.Fatal(err)
	}
	return race.At(at)
}

func foreign(t testing.TB, text string, o intake.ForeignOptions) ([]logbook.Read, *intake.ForeignReport, error) {
	t.Helper()
	return intake.Foreign("f.txt", strings.NewReader(text), reference(t), o)
}

var anywhere = map[string]string{"*": "km5"}

func TestForeign_TellsEachFormAndTakesItsReads(t *testing.T) {
	read := func(chip, box string, hms string) logbook.Read {
		return logbook.Read{Point: "km5", Chip: chip, At: clock(t, hms), Box: box}
	}
	with := func(r logbook.Read, change func(*logbook.Read)) logbook.Read { change(&r); return r }
	for name, c := range map[string]struct {
		as   intake.Format
		o    intake.ForeignOptions
		text string
		want []logbook.Read
	}{
		"raceresult, protocol 1.6, passive and active": {intake.AsRaceResult, intake.ForeignOptions{PointOf: map[string]string{"D-5001": "km5"}},
			"1;4711;2025-04-06;09:15:02.318;88;41;-57;;0;;;;;;;;Finish left;12;3;D-5001\n" +
				"#P;2;ABCD123;2025-04-06;09:15:03.004;0;72;77;;1;3;2;;16731;2.9;17;0;Finish left;12;;D-5001\n", []logbook.Read{
				with(read("4711", "D-5001", "09:15:02.318"), func(r *logbook.Read) { r.Epoch, r.Seq, r.Antenna, r.RSSI = 12, 1, 3, -57 }),
				with(read("ABCD123", "D-5001", "09:15:03.004"), func(r *logbook.Read) { r.Epoch, r.Seq, r.RSSI = 12, 2, -74 })}},
		"raceresult, exporter V1 without the field loop only, no date": {intake.AsRaceResult, intake.ForeignOptions{Date: "2025-04-06", PointOf: map[string]string{"D-5002/1": "km5", "D-5002": "stadium"}},
			"7;ZC1;;09:15:02.477;0;72;127;;1;1;1;16731;2.9;17;0;Arch;4;;D-5002\r\n", []logbook.Read{
				with(read("ZC1", "D-5002", "09:15:02.477"), func(r *logbook.Read) { r.Epoch, r.Seq, r.RSSI = 4, 7, -62 })}},
		"raceresult, old protocol with tabs, clock without GPS": {intake.AsRaceResult, intake.ForeignOptions{Date: "2025-04-06", PointOf: anywhere},
			"1\t33\t0000-00-00\t09:15:02.773\t6692\t12\t-68\t09ca52\n", []logbook.Read{
				with(read("33", "", "09:15:02.773"), func(r *logbook.Read) { r.RSSI = -68 })}},
		"raceresult, tabs, and a box with a name only": {intake.AsRaceResult, intake.ForeignOptions{PointOf: map[string]string{"arch": "km5"}},
			"1\t4711\t2025-04-06\t09:15:02.318\t88\t41\t-57\t\t0\t\t\t\t\t\t\t\tArch\t12\t3\t\n", []logbook.Read{
				with(read("4711", "Arch", "09:15:02.318"), func(r *logbook.Read) { r.Epoch, r.Seq, r.Antenna, r.RSSI = 12, 1, 3, -57 })}},
		"raceresult, table in German": {intake.AsRaceResult, intake.ForeignOptions{},
			"Passing-Nr;Transponder;Datum;Uhrzeit;Treffer;RSSI;Messpunkt\n1;4711;06.04.2025;09:15:02,318;41;-57;km5\n", []logbook.Read{
				with(read("4711", "", "09:15:02.318"), func(r *logbook.Read) { r.RSSI = -57 })}},
		"raceresult, table in English with tabs": {intake.AsRaceResult, intake.ForeignOptions{},
			"PassingNo\tTransponder\tDate\tTime\tHits\tMaxRSSI\tDeviceID\tTiming Point\tFileNo\n5\t4711\t2025-04-06\t09:15:02.318\t41\t-57\tD-9\tKM5\t3\n", []logbook.Read{
				with(read("4711", "D-9", "09:15:02.318"), func(r *logbook.Read) { r.Epoch, r.Seq, r.RSSI = 3, 5, -57 })}},
		"chronotrack lines of a session": {intake.AsChronoTrack, intake.ForeignOptions{Date: "2025-04-06"},
			"SimpleClient~4.2~CTP01\r\nstream-mode=push\r\nack~getlocations~km5\r\nCT01_33~1~km5~newlocation~09:00:00.00~0~10EC17~0\r\nCT01_33~2~km5~1234~09:15:02.31~1~10EC17~4\r\nack~ping\r\n", []logbook.Read{
				with(read("1234", "10EC17", "09:15:02.31"), func(r *logbook.Read) { r.Antenna = 4 })}},
		"chronotrack, other ways of time": {intake.AsChronoTrack, intake.ForeignOptions{Date: "2025-04-06", PointOf: map[string]string{"Turn": "km5"}},
			"CT01_33~1~Turn~7~2025-04-06T09:15:02.31~1~A~1\nCT01_33~2~Turn~7~1743898502.31~1~A~1\nCT01_33~3~Turn~7~33302310~1~A~1\n", []logbook.Read{
				with(read("7", "A", "09:15:02.31"), func(r *logbook.Read) { r.Antenna = 1 }),
				with(read("7", "A", "09:15:02.31"), func(r *logbook.Read) { r.Antenna = 1 }),
				with(read("7", "A", "09:15:02.31"), func(r *logbook.Read) { r.Antenna = 1 })}},
		"chronotrack, file of SimpleClient": {intake.AsChronoTrack, intake.ForeignOptions{Date: "2025-04-06"},
			"CT01_13, 24, km5, 50101,09:15:02.90, 1, 117F37, 8\n", []logbook.Read{
				with(read("50101", "117F37", "09:15:02.9"), func(r *logbook.Read) { r.Antenna = 8 })}},
		"chronotrack, file of a controller": {intake.AsChronoTrackRaw, intake.ForeignOptions{PointOf: map[string]string{"10EC17": "km5"}},
			"TO,43,3,220,2,1743898502.80,10EC17,4,-57,80,P,56\nTO,44,17,0,0,1743898503.10,10EC17,0,0,81,K,1\n", []logbook.Read{
				with(read("3", "10EC17", "09:15:02.8"), func(r *logbook.Read) { r.Antenna, r.RSSI = 4, -57 }),
				with(read("", "10EC17", "09:15:03.1"), func(r *logbook.Read) { r.Bib, r.Manual = "17", true })}},
		"ipico, plain, first and last seen, a control frame": {intake.AsIpico, intake.ForeignOptions{PointOf: map[string]string{"00": "km5"}},
			ipico("000580001286080001250406091502"+"23") + "\r\nab00000121\r\n" + ipico("000580001286080001250406091503"+"63") + "FS\r\n", []logbook.Read{
				read("058000128608", "00", "09:15:02.35"), read("058000128608", "00", "09:15:03.99")}},
		"ipico, lines of a Trident": {intake.AsIpico, intake.ForeignOptions{PointOf: map[string]string{"A1": "km5"}},
			"aaA105800012860800012504060915021000BS4f\n", []logbook.Read{read("058000128608", "A1", "09:15:02.16")}},
		"table, date and time apart, in another order": {intake.AsTable, intake.ForeignOptions{},
			"time,chip,date,location\n09:15:02.5,A,2025-04-06,km5\n09:15:02 PM,B,2025/4/6,km5\n", []logbook.Read{
				read("A", "", "09:15:02.5"), read("B", "", "21:15:02")}},
		"table, time of day and a stated date and zone": {intake.AsTable, intake.ForeignOptions{Date: "2025-04-06", Zone: time.FixedZone("+00:00", 0), PointOf: anywhere},
			"chip;time\nA;00:15:02,5\n", []logbook.Read{read("A", "", "09:15:02.5")}},
		"table, one cell with everything": {intake.AsTable, intake.ForeignOptions{PointOf: anywhere, Dates: "mdy"},
			"Transponder,Timestamp\nA,2025-04-06 09:15:02.5\nA,04/06/2025 09:15:02.5\nA,1743898502.5\nA,2025-04-06T00:15:02.5Z\n", []logbook.Read{
				read("A", "", "09:15:02.5"), read("A", "", "09:15:02.5"), read("A", "", "09:15:02.5"), read("A", "", "09:15:02.5")}},
		"our own": {intake.AsReads, intake.ForeignOptions{}, "point,chip,at\nkm5,A,2025-04-06T09:15:02.5+09:00\n", []logbook.Read{read("A", "", "09:15:02.5")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, rep, err := foreign(t, c.text, c.o)
			if err != nil || rep.As != c.as || !rep.Detected || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("as %s: %v\ngot  %+v\nwant %+v", rep.As, err, got, c.want)
			}
			speaks(t, append(fault.List{rep.Verdict()}, rep.Warnings...))
			c.o.As = c.as
			if again, _, err := foreign(t, c.text, c.o); err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("named it reads %+v, %v", again, err)
			}
		})
	}
}

// ipico makes a line with its checksum.
func ipico(body string) string {
	sum := byte(0)
	for i := range len(body) {
		sum += body[i]
	}
	return fmt.Sprintf("aa%s%02x", body, sum)
}

func TestForeign_IpicoChecksumIsThatOfTheSerialProtocol(t *testing.T) {
	if got := ipico("00058000128608000126030620274723"); got != "aa0005800012860800012603062027472353" {
		t.Error(got)
	}
}

func TestForeign_WrongChecksumIsKeptOutByLineAndColumn(t *testing.T) {
	good, bad := ipico("0005800012860800012504060915"+"0223"), "aa0005800012860900012504060915022300"
	_, rep, err := foreign(t, good+"\n"+bad+"\n", intake.ForeignOptions{PointOf: anywhere})
	speaks(t, list(err))
	if briefs(list(err)) != "foreign.checksum@2 checksum 00" || rep.Bad != 1 {
		t.Error(err)
	}
	got, rep, err := foreign(t, good+"\n"+bad+"\n", intake.ForeignOptions{Options: intake.Options{KeepGoing: true}, PointOf: anywhere})
	if err != nil || len(got) != 1 || len(rep.Rejected) != 1 || rep.Rejected[0].Cells[0] != bad {
		t.Errorf("%v %d %+v", err, len(got), rep.Rejected)
	}
}

func TestForeign_AsksWhatTheFileLeavesOpenAndTakesNothing(t *testing.T) {
	ct := "CT01_33~2~Arch~1234~09:15:02.31~1~10EC17~4\n"
	for _, c := range []struct {
		text string
		o    intake.ForeignOptions
		want string
	}{
		{ct + ct, intake.ForeignOptions{}, "foreign.no_date@1 time 09:15:02.31; foreign.unknown_box@1 point Arch"},
		{"1;33;2025-04-06;09:15:02.773;6692;12;-68;09ca52\n", intake.ForeignOptions{}, "foreign.no_box@1 box "},
		{"chip,date,time,point\nA,04/06/2025,09:00:00,km5\nB,05/06/2025,09:00:00,km5\n", intake.ForeignOptions{}, "foreign.date_meanings@2 date 04/06/2025"},
		{"chip,date,time,point\nA,04/06/25,09:00:00,km5\n", intake.ForeignOptions{}, "foreign.date_meanings@2 date 04/06/25"},
		{"chip,date,time,point\nA,2025-04-06,02:30:00,km5\n", intake.ForeignOptions{Zone: zone(t, "Europe/Berlin")}, ""},
		{"chip,date,time,point\nA,2025-10-26,02:30:00,km5\n", intake.ForeignOptions{Zone: zone(t, "Europe/Berlin")}, "foreign.clock_twice@2 time 02:30:00"},
		{"chip,date,time,point\nA,2025-03-30,02:30:00,km5\n", intake.ForeignOptions{Zone: zone(t, "Europe/Berlin")}, "foreign.clock_skipped@2 time 02:30:00"},
	} {
		for _, going := range []bool{false, true} {
			c.o.KeepGoing = going && !strings.Contains(c.want, "skipped")
			got, rep, err := foreign(t, c.text, c.o)
			speaks(t, append(list(err), rep.Verdict()))
			if briefs(list(err)) != c.want || err != nil && got != nil {
				t.Errorf("%q\n got %s\nwant %s", c.text, briefs(list(err)), c.want)
			}
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestForeign_OneDateThatCanBeOneThingDecidesForItsFile(t *testing.T) {
	got, _, err := foreign(t, "chip,date,time,point\nA,04/06/2025,09:15:02,km5\nB,04/13/2025,09:15:02,km5\n", intake.ForeignOptions{})
	if err != nil || got[0].At != clock(t, "09:15:02") {
		t.Errorf("%v %+v", err, got)
	}
	_, _, err = foreign(t, "chip,date,time,point\nA,04/13/2025,09:15:02,km5\n", intake.ForeignOptions{Dates: "dmy"})
	if briefs(list(err)) != "foreign.bad_date@2 date 04/13/2025" {
		t.Error(err)
	}
}

func TestForeign_ClockSetWrongIsKeptWithAWarning(t *testing.T) {
	got, rep, err := foreign(t, "1;4711;2019-01-01;09:15:02.318;88;41;-57;;0;;;;;;;;Arch;12;3;D-5001\n", intake.ForeignOptions{PointOf: anywhere})
	speaks(t, rep.Warnings)
	if err != nil || len(got) != 1 || briefs(rep.Warnings) != "reads.far_date_box@1 date 2019-01-01" {
		t.Errorf("%v %s", err, briefs(rep.Warnings))
	}
}

func TestForeign_BadInputIsNamedByLineColumnAndValue(t *testing.T) {
	rr := "1;4711;2025-04-06;09:15:02.318;88;41;-57;;0\n"
	for _, c := range []struct{ as, text, want string }{
		{"raceresult", rr + "2;4711;2025-02-30;09:15:02.318;88;41;-57\n", "foreign.bad_date@2 date 2025-02-30"},
		{"raceresult", rr + "2;4711;2025-04-06;29:15:02.318;88;41;-57\n", "foreign.bad_clock@2 time 29:15:02.318"},
		{"raceresult", rr + "2;;2025-04-06;09:15:02.318;88;41;-57\n", "reads.no_chip@2 chip "},
		{"raceresult", rr + "2;4711;2025-04-06;09:15:02.318\n", "foreign.few_fields@2 2;4711;2025-04-06;09:15:02.318"},
		{"raceresult", rr + "x;4711;2025-04-06;09:15:02.318;88;41;-57\n", "foreign.bad_line@2 x;4711;2025-04-06;09:15:02.318;88;41;-57"},
		{"raceresult", rr + "2;4711;2025-04-06;09:1", "foreign.few_fields@2 2;4711;2025-04-06;09:1; sheet.perhaps_cut@2 2;4711;2025-04-06;09:1"},
		{"chronotrack", "CT01_33~2~km5~1~09:75:02~1~A~4\n", "foreign.bad_clock@1 time 09:75:02"},
		{"chronotrack", "CT01_33~2~km5~~2025-04-06T09:15:02~1~A~4\n", "reads.no_chip@1 tag "},
		{"chronotrack", "CT01_33~2~km5~1~soon~1~A~4\n", "foreign.bad_clock@1 time soon"},
		{"chronotrack", "CT01_33~2~km5\n", "foreign.few_fields@1 CT01_33~2~km5"},
		{"chronotrack", "something else entirely\n", "foreign.bad_line@1 something else entirely"},
		{"chronotrack-raw", "TO,43,3,220,2,yesterday,10EC17,4,-57,80,P,56\n", "foreign.bad_epoch@1 time yesterday"},
		{"chronotrack-raw", "TO,43\n", "foreign.few_fields@1 TO,43"},
		{"chronotrack-raw", "TX,43\n", "foreign.bad_line@1 TX,43"},
		{"ipico", "aa00058\n", "foreign.bad_ipico@1 aa00058"},
		{"ipico", ipico("00058000128608000125130609150223") + "\n", "foreign.bad_clock@1 time 251306091502"},
		{"ipico", ipico("000580001286080001250406091502ff") + "\n", "foreign.bad_clock@1 time 250406091502"},
		{"table", "bip,time\n1,2\n", "foreign.no_chip_column@1"},
		{"table", "bib,tame\n1,2\n", "foreign.no_time_column@1"},
		{"table", "chip,time,seq,file,box\nA,09:15:02,x,1,km5\n", "foreign.no_date@2 time 09:15:02; reads.bad_number@2 seq x"},
		{"finish-list", "bip,time\n1,2:13:52\n", "foreign.no_bib_column@1"},
		{"ipico", "PK\x03\x04", "foreign.not_lines@<nil>"},
		{"", "hello world, this is a letter\n", "foreign.unknown_form@1 hello world this is a letter"},
		{"", " \n", "sheet.empty@<nil>"},
		{"", "aa00\x0005\n", "sheet.binary@1"},
		{"excel", "x", "foreign.bad_option@<nil> excel"},
	} {
		_, _, err := foreign(t, c.text, intake.ForeignOptions{As: intake.Format(c.as), PointOf: anywhere})
		speaks(t, list(err))
		if briefs(list(err)) != c.want {
			t.Errorf("%s %q\n got %s\nwant %s", c.as, c.text, briefs(list(err)), c.want)
		}
	}
	_, _, err := foreign(t, rr, intake.ForeignOptions{PointOf: map[string]string{"a": "km6"}, Date: "06.04.", Dates: "ydm", Times: "x", Last: "y", Race: "half"})
	speaks(t, list(err))
	if n := len(list(err)); n != 6 {
		t.Errorf("%d options refused: %v", n, err)
	}
}

func TestForeign_NamesOfBoxesInOldEncodingsAreKept(t *testing.T) {
	got, rep, err := foreign(t, "1;4711;2025-04-06;09:15:02.318;88;41;-57;;0;;;;;;;;S\xfcd;12;3;\n", intake.ForeignOptions{PointOf: anywhere})
	speaks(t, rep.Warnings)
	if err != nil || got[0].Box != "Süd" || briefs(rep.Warnings) == "" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestForeign_GunOfAnotherSystemIsToldNotTaken(t *testing.T) {
	got, rep, err := foreign(t, "CT01_33~4~stadium~guntime~09:00:01.01~0~DF239A~0\n", intake.ForeignOptions{Date: "2025-04-06"})
	speaks(t, rep.Warnings)
	if err != nil || len(got) != 0 || rep.Skipped != 1 || rep.Warnings[0].Code != "foreign.gun" || rep.Warnings[0].Args["at"] != "2025-04-06T09:00:01.01+09:00" {
		t.Errorf("%v %v %v", err, got, rep.Warnings)
	}
}

func TestForeign_WhatIsWrittenIsReadAgainTheSame(t *testing.T) {
	text := "1;4711;2025-04-06;09:15:02.318;88;41;-57;;0;;;;;;;;Arch;12;3;D-5001\n2;\"A,\"\"B\";2025-04-06;09:15:02.3;88;41;7;;0;;;;;;;;Arch;12;3;\n"
	reads, _, err := foreign(t, text, intake.ForeignOptions{PointOf: anywhere})
	if err != nil {
		t.Fatal(err)
	}
	reads = append(reads, logbook.Read{Point: "stadium", Bib: "?", Manual: true, At: clock(t, "11:13:52.000000001")})
	var b bytes.Buffer
	if err := intake.WriteReads(&b, reads, reference(t).Location()); err != nil {
		t.Fatal(err)
	}
	again, rep, err := intake.Reads("r.csv", &b, reference(t), intake.Options{})
	if err != nil || len(rep.Warnings) > 0 || !reflect.DeepEqual(again, reads) {
		t.Errorf("%v %v\ngot  %+v\nwant %+v", err, rep.Warnings, again, reads)
	}
}

func TestForeign_EveryVerdictAndQuestionHasItsSentence(t *testing.T) {
	for _, f := range intake.Formats {
		for _, detected := range []bool{true, false} {
			for _, times := range []string{"", "elapsed", "day"} {
				rep := &intake.ForeignReport{Report: &intake.Report{File: "f.txt", Good: 2}, As: f, Detected: detected, Times: times}
				speaks(t, fault.List{rep.Verdict()})
				for _, tag := range lang.Tags {
					if s := lang.For(tag).Fault(rep.Verdict()); strings.Contains(s, "foreign.") {
						t.Errorf("%s: %s", tag, s)
					}
				}
			}
		}
	}
}

func FuzzForeign(f *testing.F) {
	for _, s := range []string{
		"1;4711;2025-04-06;09:15:02.318;88;41;-57;;0;;;;;;;;Arch;12;3;D-5001\n", "CT01_33~2~km5~1234~09:15:02.31~1~10EC17~4\n",
		"TO,43,3,220,2,1743898502.80,10EC17,4,-57,80,P,56\n", "aa0005800012860800012603062027472353FS\n",
		"time,chip,date,location\n09:15:02.5,A,04/06/2025,km5\n", "1. 101 2:13:52\n2. 102 2:13.52\n", "bib,time\n1,13:52\n2,dnf\n3,1:02 pm\n",
		"bib\n1\n2\n", "Startnummer;Zeit\n1;2h13'52\"\n", "1,1\n2,7\n", "PK\x03\x04", "\xff\xfea\x00",
	} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(255))
	}
	e := reference(f)
	f.Fuzz(func(t *testing.T, text []byte, bits uint8) {
		var o intake.ForeignOptions
		if bits&1 != 0 {
			o.PointOf = anywhere
		}
		if bits&2 != 0 {
			o.Date = "2025-04-06"
		}
		if bits&4 != 0 {
			o.Times = "day"
		}
		if bits&8 != 0 {
			o.Times = "elapsed"
		}
		if bits&16 != 0 {
			o.Race = "marathon"
		}
		if bits&32 != 0 {
			o.Last, o.Dates = "seconds", "dmy"
		}
		o.KeepGoing = bits&64 != 0
		got, rep, err := intake.Foreign("f.txt", bytes.NewReader(text), e, o)
		if err != nil {
			for _, f := range list(err) {
				if f.Args["file"] == nil || f.Kind != fault.Invalid {
					t.Errorf("%v names no file", f)
				}
				speaks(t, fault.List{f})
			}
			if got != nil || len(list(err)) == 0 {
				t.Errorf("half a file was taken: %v", err)
			}
			return
		}
		for _, r := range got {
			if r.At == 0 || r.Chip == "" && r.Bib == "" || e.Point(r.Point) == nil {
				t.Errorf("%+v was taken", r)
			}
		}
		if rep.Good+rep.Bad != rep.Rows || rep.As != intake.AsReads && len(got)+len(rep.Rulings) != rep.Good {
			t.Errorf("%d reads, %d rulings, %+v", len(got), len(rep.Rulings), rep.Report)
		}
	})
}

func BenchmarkForeign_DecoderFile(b *testing.B) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d;%d;2025-04-06;09:%02d:%02d.318;88;41;-57;;0;;;;;;;;Arch;12;3;D-5001\n", i+1, i%20_000, i/60%60, i%60)
	}
	e := reference(b)
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if got, _, err := intake.Foreign("f.txt", strings.NewReader(text.String()), e, intake.ForeignOptions{PointOf: anywhere}); err != nil || len(got) != 100_000 {
			b.Fatal(err)
		}
	}
}
