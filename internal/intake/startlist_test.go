package intake_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/race"
)

const startHeader = "bib,chip,race,wave,family_name,given_name,printed_name,sex,birth_date,age,country,class,club\n"

func TestStartList_TakesEveryColumnOfTheContract(t *testing.T) {
	got, rep, err := intake.StartList("s.csv", strings.NewReader(startHeader+
		"101,058A01 058a02 058A01,marathon,,Kim,Yong Hui,김영희,f,1985-04-06,,prk,elite,4.25\n"+
		"0042,,10K,B,Müller,,,X,,33,GER,,LG Süd\n"), reference(t), intake.Options{})
	if err != nil || len(rep.Warnings) > 0 || rep.Good != 2 || rep.Rows != 2 {
		t.Fatalf("%v %+v", err, rep)
	}
	want := race.StartList{
		{Bib: "101", Chips: []string{"058A01", "058a02"}, Race: "marathon", Wave: "all", Class: race.Elite, Person: race.Person{
			Name: race.Name{Printed: "김영희", Family: "Kim", Given: "Yong Hui"}, Sex: race.Female, BirthDate: "1985-04-06", Age: 40,
			Country: race.IOCCode("PRK"), Club: "4.25"}},
		{Bib: "0042", Race: "10k", Wave: "b", Class: race.Open, Person: race.Person{
			Name: race.Name{Family: "Müller"}, Sex: race.Mixed, Age: 33, Country: race.IOCCode("GER"), Club: "LG Süd"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestStartList_BadRowsAreNamedAndNothingIsTaken(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{"1,B,marathon,,A,,,M,,,,,", "startlist.bib_twice@3 bib 1"},
		{"2,a,marathon,,A,,,M,,,,,", "startlist.chip_on_two_bibs@3 chip a"},
		{",B,marathon,,A,,,M,,,,,", "startlist.no_bib@3 bib "},
		{"2/3,B,marathon,,A,,,M,,,,,", "startlist.bad_bib@3 bib 2/3"},
		{"2,B,,,A,,,M,,,,,", "startlist.no_race@3 race "},
		{"2,B,half,,A,,,M,,,,,", "startlist.unknown_race@3 race half"},
		{"2,B,maraton,,A,,,M,,,,,", "startlist.unknown_race_near@3 race maraton"},
		{"2,B,10k,,A,,,M,,,,,", "startlist.no_wave@3 wave "},
		{"2,B,10k,c,A,,,M,,,,,", "startlist.unknown_wave@3 wave c"},
		{"2,B,marathon,,A,,,W,,,,,", "startlist.bad_sex@3 sex W"},
		{"2,B,marathon,,A,,,,,,,,", "startlist.bad_sex@3 sex "},
		{"2,B,marathon,,A,,,M,06.04.1985,,,,", "startlist.bad_birth_date@3 birth_date 06.04.1985"},
		{"2,B,marathon,,A,,,M,1985,,,,", "startlist.bad_birth_date@3 birth_date 1985"},
		{"2,B,marathon,,A,,,M,1985-02-30,,,,", "startlist.no_such_day@3 birth_date 1985-02-30"},
		{"2,B,marathon,,A,,,M,2025-04-07,,,,", "startlist.born_later@3 birth_date 2025-04-07"},
		{"2,B,marathon,,A,,,M,1895-04-06,,,,", "startlist.birth_age@3 birth_date 1895-04-06"},
		{"2,B,marathon,,A,,,M,2025-01-01,,,,", "startlist.birth_age@3 birth_date 2025-01-01"},
		{"2,B,marathon,,A,,,M,,130,,,", "startlist.bad_age@3 age 130"},
		{"2,B,marathon,,A,,,M,,old,,,", "startlist.bad_age@3 age old"},
		{"2,B,marathon,,A,,,M,,,QQQ,,", "startlist.unknown_country@3 country QQQ"},
		{"2,B,marathon,,A,,,M,,,,," + strings.Repeat("x", 201), "startlist.long_name@3 club " + strings.Repeat("x", 60) + "…"},
		{"2,B,marathon,,A", "sheet.ends_mid_row@3 family_name"},
		{"2,B,half,,A,,,W,,,QQQ,,", "startlist.unknown_race@3 race half; startlist.bad_sex@3 sex W; startlist.unknown_country@3 country QQQ"},
	} {
		text := startHeader + "1,A,marathon,,A,,,M,,,GER,,\n" + c.row
		if !strings.Contains(c.want, "_cut") && !strings.Contains(c.want, "mid_row") {
			text += "\n"
		}
		got, rep, err := intake.StartList("s.csv", strings.NewReader(text), reference(t), intake.Options{})
		speaks(t, list(err))
		if got != nil || rep.Bad != 1 || briefs(list(err)) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.row, briefs(list(err)), c.want)
		}
	}
}

func TestStartList_ConflictsNameBothLines(t *testing.T) {
	_, _, err := intake.StartList("s.csv", strings.NewReader("bib,chip,race,sex\n7,05801a,marathon,M\n8,05801A,marathon,F\n7,X,marathon,M\n"), reference(t), intake.Options{})
	faults := list(err)
	if briefs(faults) != "startlist.chip_on_two_bibs@3 chip 05801A; startlist.bib_twice@4 bib 7" ||
		faults[0].Args["other_line_raw"] != 2 || faults[0].Args["other_bib"] != "7" || faults[0].Args["bib"] != "8" || faults[1].Args["other_line_raw"] != 2 {
		t.Errorf("%v", faults)
	}
}

func TestStartList_DoubtsAreWarningsCountedOverTheFile(t *testing.T) {
	got, rep, err := intake.StartList("s.csv", strings.NewReader(startHeader+
		"1,,marathon,,A,,,M,1985-04-06,12,GIB,,\n"+
		"2,,marathon,,B,,,M,1985-04-06,39,SIN,,\n"+
		"3,,marathon,,C,,,M,,3,TRI,,\n"+
		"4,,marathon,,D,,,M,1920/1/2,,SIN,,\n"+
		"5,,marathon,,,,,M,1990년 3월 2일,,DEU,,\n"), reference(t), intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	speaks(t, rep.Warnings)
	want := "startlist.age_differs@2 age 12; startlist.former_country@3 country SIN; startlist.former_country@4 country TRI; " +
		"startlist.iso_country@6 country DEU; startlist.no_ioc_code@2 country GIB; startlist.no_name@6 bib 5; startlist.unusual_age@4 age 3"
	if briefs(rep.Warnings) != want || rep.Warnings[0].Args["n"] != 2 || rep.Warnings[1].Args["n"] != 2 {
		t.Errorf("got %s", briefs(rep.Warnings))
	}
	if got[0].Person.Country != (race.Country{Scheme: race.ISO, Code: "GIB"}) || got[1].Person.Country != race.IOCCode("SGP") ||
		got[4].Person.Country != race.IOCCode("GER") {
		t.Errorf("countries %v %v", got[0].Person.Country, got[1].Person.Country)
	}
	if got[0].Person.Age != 40 || got[3].Person.BirthDate != "1920-01-02" || got[4].Person.BirthDate != "1990-03-02" {
		t.Errorf("%+v", got)
	}
}

func TestStartList_NamesAreComposedAndHoldNoControls(t *testing.T) {
	got, _, err := intake.StartList("s.csv", strings.NewReader(
		"bib,race,sex,printed_name\n1,marathon,F,\u1100\u1175\u11b7 \"Jo\" u\u0308\n2,marathon,M,\"Two\n lines\"\n"), reference(t), intake.Options{})
	if err != nil || got[0].Person.Name.Printed != "김 \"Jo\" ü" || got[1].Person.Name.Printed != "Two lines" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestStartList_KeepGoingTakesTheGoodRowsAndHandsBackTheBad(t *testing.T) {
	got, rep, err := intake.StartList("s.csv", strings.NewReader(
		"bib,race,sex,note\n1,marathon,M,a\n1,marathon,M,b\n2,half,F,c\n3,marathon\n4,marathon,F,=1+1\n5,maraton,F,-d\n"), reference(t), intake.Options{KeepGoing: true})
	if err != nil || len(got) != 2 || rep.Good != 2 || rep.Bad != 4 || rep.Rows != 6 {
		t.Fatalf("%v %d %+v", err, len(got), rep)
	}
	var b bytes.Buffer
	if err := rep.WriteRejected(&b, fault.CodeOf); err != nil {
		t.Fatal(err)
	}
	want := "bib,race,sex,note,line,reason\n1,marathon,M,b,3,startlist.bib_twice\n2,half,F,c,4,startlist.unknown_race\n" +
		"3,marathon,,,5,sheet.too_few\n5,maraton,F,'-d,7,startlist.unknown_race_near\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	// whatever is wrong with the file as a whole, KeepGoing cannot pass over it
	for _, s := range []string{"bip,race,sex\n1,marathon,M\n", "bib,race,sex\n1,marathon,M\n\xfc,marathon,M\n", "bib,race,sex\n1,half,M\n"} {
		if got, _, err := intake.StartList("s.csv", strings.NewReader(s), reference(t), intake.Options{KeepGoing: true}); err == nil || got != nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestStartList_AtMostAHundredFaultsAreListedAndAllAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("bib,race,sex\n")
	for i := range 250 {
		fmt.Fprintf(&b, "%d,half,M\n", i+1)
	}
	_, rep, err := intake.StartList("s.csv", strings.NewReader(b.String()), reference(t), intake.Options{})
	faults := list(err)
	speaks(t, faults[99:])
	if len(faults) != 101 || faults[100].Code != "intake.more" || faults[100].Args["n"] != 150 || rep.Bad != 250 {
		t.Errorf("%d faults, last %v, bad %d", len(faults), faults[len(faults)-1], rep.Bad)
	}
}

func TestStartList_AnEmptyOneIsRefused(t *testing.T) {
	_, _, err := intake.StartList("s.csv", strings.NewReader("bib,race,sex\n"), reference(t), intake.Options{})
	speaks(t, list(err))
	if fault.CodeOf(err) != "startlist.empty" {
		t.Error(err)
	}
}

func TestStartList_BibsAreComparedAsTheEditionSays(t *testing.T) {
	e := reference(t)
	text := "bib,race,sex\n0042,marathon,M\n42,marathon,M\n"
	if _, _, err := intake.StartList("s.csv", strings.NewReader(text), e, intake.Options{}); err != nil {
		t.Error(err)
	}
	e.Bib.IgnoreLeadingZeros = true
	if _, _, err := intake.StartList("s.csv", strings.NewReader(text), e, intake.Options{}); briefs(list(err)) != "startlist.bib_twice@3 bib 42" {
		t.Error(err)
	}
}

func TestDiffStartList_SaysWhatWouldChange(t *testing.T) {
	s := func(bib, name, chip, raceID string) race.Starter {
		return race.Starter{Bib: bib, Chips: strings.Fields(chip), Race: raceID, Person: race.Person{Name: race.Name{Printed: name}}}
	}
	old := race.StartList{s("2", "B", "c2 c3", "10k"), s("10", "J", "", "10k"), s("A1", "X", "", "10k"), s("9", "I", "", "10k")}
	now := race.StartList{s("11", "K", "", "10k"), s("9", "I", "", "10k"), s("2", "Bo", "C3 c2", "marathon"), s("a1", "X", "", "10k")}
	var got []string
	for _, d := range intake.DiffStartList(race.BibRule{}, old, now) {
		got = append(got, fmt.Sprintf("%s %s %s %s %s>%s", d.Kind, d.Bib, d.Name, d.Field, d.Before, d.After))
	}
	want := []string{"changed 2 Bo race 10k>marathon", "changed 2 Bo printed_name B>Bo", "removed 10 J  >", "added 11 K  >", "changed a1 X bib A1>a1"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if d := intake.DiffStartList(race.BibRule{}, old, old); len(d) != 0 {
		t.Errorf("the same list differs: %v", d)
	}
}
