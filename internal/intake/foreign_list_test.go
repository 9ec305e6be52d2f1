package intake_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// manual shows reads of a list: bib, point and the clock.
func manual(t *testing.T, reads []logbook.Read) string {
	t.Helper()
	var out []string
	for _, r := range reads {
		if !r.Manual || r.Chip != "" {
			t.Errorf("%+v is no manual read", r)
		}
		out = append(out, fmt.Sprintf("%s %s %s", r.Bib, r.Point, r.At.In(reference(t).Location()).Format("02 15:04:05.999")))
	}
	return strings.Join(out, "; ")
}

func marathon(o intake.ForeignOptions) intake.ForeignOptions {
	o.Race = "marathon"
	return o
}

func TestFinishList_TimesBecomeManualReadsAtTheFinish(t *testing.T) {
	for _, c := range []struct {
		text, times string
		o           intake.ForeignOptions
		want        string
	}{
		{"bib,time\n101,2:13:52\n102,4:20:01.5\n", "elapsed", intake.ForeignOptions{}, "101 stadium 06 11:13:52; 102 stadium 06 13:20:01.5"},
		{"101 11:13:52\n102 13:20:01\n", "day", intake.ForeignOptions{}, "101 stadium 06 11:13:52; 102 stadium 06 13:20:01"},
		{"101;11:13:52\n102;1:20:01\n", "day", intake.ForeignOptions{}, "101 stadium 06 11:13:52; 102 stadium 06 13:20:01"}, // a 12-hour clock
		{"1. 101 2:13:52\n2. 0042 2:14:00\n", "elapsed", intake.ForeignOptions{}, "101 stadium 06 11:13:52; 0042 stadium 06 11:14:00"},
		{"2:13:52,101\n2:14:00,?\n", "elapsed", intake.ForeignOptions{}, "101 stadium 06 11:13:52; ? stadium 06 11:14:00"},
		{"Startnummer;Zielzeit\n101;2h13'52\"\n102;134min 1s\n", "", intake.ForeignOptions{}, "101 stadium 06 11:13:52; 102 stadium 06 11:14:01"},
		{"번호\t기록\n101\t+2:13:52\n", "", intake.ForeignOptions{}, "101 stadium 06 11:13:52"},
		{"号码,时间\n101,1:20:01 pm\n102,2025-04-06 13:21:00\n103,2025-04-06T13:22:00+09:00\n", "", intake.ForeignOptions{}, "101 stadium 06 13:20:01; 102 stadium 06 13:21:00; 103 stadium 06 13:22:00"},
		{"bib,date,time\n101,06.04.2025,13:20:01\n", "", intake.ForeignOptions{}, "101 stadium 06 13:20:01"},
		{"bib,time\n,2:13:52\n", "elapsed", intake.ForeignOptions{}, "? stadium 06 11:13:52"},
		{"bib,time\n101,2:13.52\n", "elapsed", intake.ForeignOptions{Times: "elapsed", Last: "seconds"}, "101 stadium 06 11:13:52"},
		{"bib,time\n101,2:13.52\n", "elapsed", intake.ForeignOptions{Times: "elapsed", Last: "minutes"}, "101 stadium 06 11:13:31.2"},
		{"bib,time\n101,2.13.52\n", "elapsed", intake.ForeignOptions{Times: "elapsed"}, "101 stadium 06 11:13:52"},
		{"bib,time\n101,13:52\n", "day", intake.ForeignOptions{Times: "day"}, "101 stadium 06 13:52:00"},
		{"bib,time\n101,3:13:52\n", "day", intake.ForeignOptions{Times: "day"}, "101 stadium 06 15:13:52"},
		{"bib,time\n101,2:13:52\n", "elapsed", intake.ForeignOptions{PointOf: anywhere}, "101 km5 06 11:13:52"},
	} {
		got, rep, err := foreign(t, c.text, marathon(c.o))
		if err != nil || rep.As != intake.AsFinishList || rep.Times != c.times || manual(t, got) != c.want {
			t.Errorf("%q: %v, as %s, times %q\n got %s\nwant %s", c.text, err, rep.As, rep.Times, manual(t, got), c.want)
		}
	}
}

// What can be meant in several ways is refused with a question that states the
// meanings for that race and how to answer, in every language.
func TestFinishList_AmbiguousTimesAreAsked(t *testing.T) {
	gun := clock(t, "13:30:00")
	for _, c := range []struct {
		value string
		o     intake.ForeignOptions
		code  string
		says  []string
	}{
		{"2:13.52", marathon(intake.ForeignOptions{}), "foreign.time_meanings", []string{
			"2:13:52 from the gun, which is 11:13:52 on the clock (--times elapsed --last seconds)", "2:13:31.2 from the gun", "--last minutes",
			"0:02:13.52 from the gun, hardly possible in this race (--times elapsed --last hundredths)"}},
		{"2.13.52", marathon(intake.ForeignOptions{}), "foreign.time_meanings", []string{"2:13:52 from the gun", "0:02:13.52 from the gun, hardly possible"}},
		{"13:52", marathon(intake.ForeignOptions{}), "foreign.time_meanings", []string{
			"the time of day 13:52:00, which is 4:52:00 from the gun (--times day)", "0:13:52 from the gun, hardly possible in this race (--times elapsed --last seconds)"}},
		{"13.52", marathon(intake.ForeignOptions{}), "foreign.time_meanings", []string{"13:52:00"}},
		{"2:13.52", marathon(intake.ForeignOptions{Times: "elapsed"}), "foreign.time_meanings", []string{"--last seconds", "--last minutes"}},
		{"1:05:20", intake.ForeignOptions{Race: "10k", Gun: clock(t, "00:10:00")}, "foreign.time_meanings", []string{"1:05:20 from the gun, which is 01:15:20", "the time of day 01:05:20, which is 0:55:20"}},
		{"1:05:20", intake.ForeignOptions{Race: "10k"}, "foreign.time_meanings", []string{"1:05:20 from the gun (--times elapsed)", "the time of day 01:05:20 (--times day)"}},
		{"1:05:20", intake.ForeignOptions{Race: "10k", Times: "day"}, "foreign.half_day", []string{"2025-04-06 01:05:20", "2025-04-06 13:05:20", "--times day24"}},
		{"1:05:20", intake.ForeignOptions{Race: "10k", Times: "elapsed"}, "foreign.no_gun", []string{"--gun 2025-04-06T09:00:00+09:00"}},
		{"1:05:20", intake.ForeignOptions{}, "foreign.which_race", []string{"marathon, 10k"}},
		{"04/06/2025 13:05:20", intake.ForeignOptions{Race: "10k", Gun: gun}, "foreign.date_meanings", []string{"2025-06-04 (--dates dmy)", "2025-04-06 (--dates mdy)"}},
	} {
		for _, going := range []bool{false, true} {
			c.o.KeepGoing = going
			got, _, err := foreign(t, "bib,time\n101,"+c.value+"\n", c.o)
			faults := list(err)
			speaks(t, faults)
			if got != nil || len(faults) != 1 || faults[0].Code != c.code || faults[0].Args["line"] != 2 || column(faults) != "time" || faults[0].Args["value"] != c.value {
				t.Errorf("%s: %v", c.value, err)
				continue
			}
			say := lang.For(lang.English).Fault(err)
			if os.Getenv("SHOW_SENTENCES") != "" {
				t.Log(say)
			}
			for _, want := range c.says {
				if !strings.Contains(say, want) {
					t.Errorf("%s: %q does not say %q", c.value, say, want)
				}
			}
		}
	}
}

func TestFinishList_ABibsRaceAndWaveComeFromTheStartList(t *testing.T) {
	starters := race.StartList{{Bib: "101", Race: "marathon", Wave: "all"}, {Bib: "7", Race: "10k", Wave: "b"}}
	got, _, err := foreign(t, "bib,time\n7,0:33:20\n101,2:13:52\n", intake.ForeignOptions{StartList: starters})
	if err != nil || manual(t, got) != "7 stadium 06 10:03:20; 101 stadium 06 11:13:52" {
		t.Errorf("%v %s", err, manual(t, got))
	}
}

func TestFinishList_AnOrderWithoutTimesBecomesRulings(t *testing.T) {
	for _, text := range []string{"101\n7\n42\n", "bib\n101\n7\n42\n", "1,101\n2,7\n3,42\n", "place;bib\n1;101\n2;7\n3;42\n"} {
		reads, rep, err := foreign(t, text, marathon(intake.ForeignOptions{}))
		if err != nil || len(reads) != 0 || rep.As != intake.AsFinishList {
			t.Errorf("%q: %v %v as %s", text, err, reads, rep.As)
			continue
		}
		var got []string
		for _, g := range rep.Rulings {
			got = append(got, fmt.Sprint(g.Race, " ", g.Kind, " ", g.Bib, " ", g.Value))
			if g.ID == "" || g.At == 0 || g.Note != "f.txt" {
				t.Errorf("%+v", g)
			}
		}
		if s := strings.Join(got, "; "); s != "marathon order 101 1; marathon order 7 2; marathon order 42 3" {
			t.Errorf("%q gives %s", text, s)
		}
	}
	_, _, err := foreign(t, "bib\n101\n7\n101\n", marathon(intake.ForeignOptions{}))
	speaks(t, list(err))
	if len(list(err)) != 1 || list(err)[0].Code != "foreign.bib_twice" || list(err)[0].Args["other_line_raw"] != 2 {
		t.Error(err)
	}
}

func TestFinishList_StatusesBecomeRulingsAndTheyAreReadAgain(t *testing.T) {
	_, rep, err := foreign(t, "bib,time\n101,2:13:52\n7,DNF\n8,dns\n9,DSQ\n", marathon(intake.ForeignOptions{}))
	if err != nil || len(rep.Rulings) != 3 || rep.Rulings[2].Kind != logbook.DQ {
		t.Fatalf("%v %+v", err, rep.Rulings)
	}
	var b strings.Builder
	if err := intake.WriteRulings(&b, rep.Rulings, reference(t).Location()); err != nil {
		t.Fatal(err)
	}
	again, _, err := intake.Rulings("j.csv", strings.NewReader(b.String()), reference(t), intake.Options{})
	if err != nil || fmt.Sprint(again) != fmt.Sprint(rep.Rulings) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, again, rep.Rulings)
	}
}

func TestFinishList_BadRowsAreNamedAndKeptOut(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{"7,soon", "foreign.bad_time@3 time soon"},
		{"7,", "foreign.no_time@3 time "},
		{"7,2:73:52", "foreign.bad_time@3 time 2:73:52"},
		{"7,25:13 pm", "foreign.bad_time@3 time 25:13 pm"},
	} {
		text := "bib,time\n101,2:13:52\n" + c.row + "\n"
		got, _, err := foreign(t, text, marathon(intake.ForeignOptions{}))
		speaks(t, list(err))
		if got != nil || briefs(list(err)) != c.want {
			t.Errorf("%s: %s", c.row, briefs(list(err)))
		}
		got, rep, err := foreign(t, text, marathon(intake.ForeignOptions{Options: intake.Options{KeepGoing: true}}))
		if err != nil || len(got) != 1 || len(rep.Rejected) != 1 || rep.Rejected[0].Cells[0] != "7" {
			t.Errorf("%s: %v %+v", c.row, err, rep.Rejected)
		}
	}
}

func TestFinishList_AnImpossibleTimeIsKeptWhenAPersonSaidWhatItIs(t *testing.T) {
	got, rep, err := foreign(t, "bib,time\n101,0:13:52\n", marathon(intake.ForeignOptions{Times: "elapsed"}))
	speaks(t, rep.Warnings)
	if err != nil || manual(t, got) != "101 stadium 06 09:13:52" || briefs(rep.Warnings) != "foreign.time_outside@2 time 0:13:52" {
		t.Errorf("%v %s %s", err, manual(t, got), briefs(rep.Warnings))
	}
}
