package intake_test

import (
	"strings"
	"testing"

	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

const rulingHeader = "bib,race,kind,value,rule,note,by\n"

func TestRulings_TakesEveryKindOfTheContract(t *testing.T) {
	got, rep, err := intake.Rulings("j.csv", strings.NewReader("id,"+rulingHeader+
		",1,marathon,dns,,,,Ref\n,2,marathon,dnf,,,,\nq,3,marathon,dq,,TR 24.7,,\n,4,marathon,time_adjust,+0:30,,,\n"+
		",5,marathon,time_adjust,-1m30s,,,\n,6,,finish_time,2:32:05.4,,,\n,6,,finish_time,2025-04-06T11:32:05+09:00,,,\n"+
		",7,,order,2,,,\n,8,,chip,058A01,,,\n,8,,Chip,058A02@2025-04-06T10:00:00+09:00,,,\n"+
		",9,,void_read,km5@2025-04-06T09:15:02.318+09:00,,,\n,9,,no time,,,,\n,,,undo,q,,,\n"), reference(t), intake.Options{})
	if err != nil || len(rep.Warnings) > 0 || len(got) != 13 {
		t.Fatalf("%v %v %d", err, rep.Warnings, len(got))
	}
	if got[0].Kind != logbook.DNS || got[0].By != "Ref" || got[3].Value != "+30s" || got[4].Value != "-1m30s" ||
		got[11].Kind != logbook.NoTime || got[2].ID != "q" || got[12].Value != "q" {
		t.Errorf("%+v", got)
	}
	for i := 1; i < len(got); i++ {
		if got[i].At <= got[i-1].At {
			t.Errorf("row %d was not made after row %d", i, i-1)
		}
	}
	if got[0].At != instant(t, "2025-04-06T00:00:00+09:00") {
		t.Errorf("at %v", got[0].At)
	}
}

func TestRulings_BadRowsAreNamed(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{"1,marathon,ban,,,,", "rulings.unknown_kind@2 kind ban"},
		{"1,marathon,,,,,", "rulings.unknown_kind@2 kind "},
		{",marathon,dnf,,,,", "rulings.no_bib@2 bib "},
		{"1,half,dnf,,,,", "startlist.unknown_race@2 race half"},
		{"1,,time_adjust,30s,,,", "rulings.bad_adjustment@2 value 30s"},
		{"1,,time_adjust,+soon,,,", "rulings.bad_adjustment@2 value +soon"},
		{"1,,time_adjust,+0s,,,", "rulings.bad_adjustment@2 value +0s"},
		{"1,,time_adjust,,,,", "rulings.bad_adjustment@2 value "},
		{"1,,finish_time,13:52,,,", "rulings.bad_finish_time@2 value 13:52"},
		{"1,,finish_time,2:72:05,,,", "rulings.bad_finish_time@2 value 2:72:05"},
		{"1,,order,first,,,", "rulings.bad_order@2 value first"},
		{"1,,order,0,,,", "rulings.bad_order@2 value 0"},
		{"1,,chip,,,,", "rulings.bad_chip@2 value "},
		{"1,,chip,A@10:00,,,", "rulings.bad_chip@2 value A@10:00"},
		{"1,,void_read,km5,,,", "rulings.bad_void_read@2 value km5"},
		{"1,,void_read,km5@09:15:02,,,", "rulings.bad_void_read@2 value km5@09:15:02"},
		{"1,,void_read,km9@2025-04-06T09:15:02+09:00,,,", "rulings.unknown_point@2 value km9@2025-04-06T09:15:02+09:00"},
		{"1,,undo,,,,", "rulings.undo_what@2 value "},
		{"1,,wave,z,,,", "rulings.unknown_wave@2 value z"},
		{"1,,wave,,,,", "rulings.unknown_wave@2 value "},
		{"1,,race,half,,,", "startlist.unknown_race@2 value half"},
		{"1,,give_read,km5,,,", "rulings.bad_void_read@2 value km5"},
		{",,neutralise,10:02/10:06,,,", "rulings.bad_interval@2 value 10:02/10:06"},
		{",,neutralise,2025-04-06T10:06:00Z/2025-04-06T10:02:00Z,,,", "rulings.bad_interval@2 value 2025-04-06T10:06:00Z/2025-04-06T10:02:00Z"},
	} {
		got, _, err := intake.Rulings("j.csv", strings.NewReader(rulingHeader+c.row+"\n"), reference(t), intake.Options{})
		speaks(t, list(err))
		if got != nil || briefs(list(err)) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.row, briefs(list(err)), c.want)
		}
	}
	_, _, err := intake.Rulings("j.csv", strings.NewReader("id,bib,kind,value,at\nx,1,dnf,,9:00\nx,1,dnf,,\nx,2,dnf,,\ny,,undo,y,\n"), reference(t), intake.Options{})
	speaks(t, list(err))
	if briefs(list(err)) != "reads.bare_time@2 at 9:00; rulings.id_twice@4 id x; rulings.undo_itself@5 value y" {
		t.Errorf("%s", briefs(list(err)))
	}
}

func TestRulings_TakesTheKindsBeyondTheContract(t *testing.T) {
	got, _, err := intake.Rulings("j.csv", strings.NewReader(rulingHeader+
		"1,10k,wave,b,,,\n2,,race,10K,,,\n3,,give_read,km5@2025-04-06T09:15:02+09:00,,,\n"+
		",,neutralise,2025-04-06T10:02:00+09:00/2025-04-06T10:06:30+09:00,,,\n"), reference(t), intake.Options{})
	if err != nil || len(got) != 4 || got[1].Value != "10k" || got[3].Bib != "" || got[3].Kind != logbook.Neutralise {
		t.Errorf("%v %+v", err, got)
	}
}

func TestRulings_IdsFollowFromTheContent(t *testing.T) {
	text := rulingHeader + "1,,dnf,,,,\n2,,dnf,,,,\n1,,dnf,,,,\n3,,dq,now,,,\n,,undo,gone,,,\n"
	a, rep, err := intake.Rulings("j.csv", strings.NewReader(text), reference(t), intake.Options{})
	if err != nil || len(a) != 4 {
		t.Fatalf("%v %d", err, len(a))
	}
	speaks(t, rep.Warnings)
	if briefs(rep.Warnings) != "rulings.no_rule@5 bib 3; rulings.repeated@4 bib 1; rulings.undo_unknown@6 value gone; rulings.value_ignored@5 value now" {
		t.Errorf("%s", briefs(rep.Warnings))
	}
	b, _, err := intake.Rulings("other.csv", strings.NewReader(text), reference(t), intake.Options{Now: race.Instant(1)})
	if err != nil || b[0].ID != a[0].ID || b[1].ID != a[1].ID || a[0].ID == a[1].ID || b[0].At != 1 || b[1].At != 2 {
		t.Errorf("%+v\n%+v", a, b)
	}
}
