package intake

import (
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/race"
)

const listEdition = `id = "e"
name = "E"
date = "2025-04-06"
zone = "Asia/Pyongyang"
[[point]]
id = "stadium"
[[race]]
id = "m"
distance_m = 42195
age_grade = "net"
course = [ { point = "stadium", at_m = 0 }, { point = "stadium", at_m = 42195 } ]
[[list]]
id = "podium"
of = "sex"
prizes = 3
[[list]]
id = "teams"
of = "team"
best = 4
exclude = [ "nobody" ]
[[record]]
race = "m"
sex = "M"
time = "2:10:50"
name = "Old Holder"
year = 2019
`

func TestEdition_TakesRulesOfListsAndRecords(t *testing.T) {
	_, _, err := Edition("e.toml", strings.NewReader(listEdition))
	list, ok := err.(fault.List)
	if !ok || len(list) != 1 || list[0].Code != "edition.list_exclude" || list[0].Args["line"] == 0 || list[0].Args["column"] != 13 {
		t.Fatalf("a list that leaves out winners of an unknown one: %v", err)
	}
	e, doubts, err := Edition("e.toml", strings.NewReader(strings.Replace(listEdition, "exclude = [ \"nobody\" ]\n", "", 1)))
	if err != nil || len(doubts) != 0 {
		t.Fatalf("%v %v", doubts, err)
	}
	if e.Races[0].AgeGrade != race.Net || len(e.Lists) != 2 || e.Lists[0].Prizes != 3 || e.Lists[1].Best != 4 || e.Lists[1].Of != race.OfTeam ||
		len(e.Records) != 1 || e.Records[0].Year != 2019 {
		t.Errorf("%+v %+v", e.Lists, e.Records)
	}
}

func TestStartList_TeamResidentAndPartnerMayStandInIt(t *testing.T) {
	e := &race.Edition{ID: "e", Date: "2025-04-06", Races: []race.Race{{ID: "m", Waves: []race.Wave{{ID: "all"}}}}}
	list, rep, err := StartList("s.csv", strings.NewReader("bib,family_name,race,sex,team,resident,partner\n1,A,m,M,Alpha,YES,Tour Ltd\n2,B,m,F,,no,\n3,C,m,F,,,\n"), e, Options{})
	if err != nil || len(rep.Warnings) != 0 {
		t.Fatalf("%v %v", rep.Warnings, err)
	}
	if a := list[0]; a.Team != "Alpha" || a.Partner != "Tour Ltd" || a.Person.Resident != race.Resident {
		t.Errorf("%+v", a)
	}
	if list[1].Person.Resident != race.Visitor || list[2].Person.Resident != "" || list[2].Team != "" {
		t.Errorf("%+v", list[1:])
	}
	_, _, err = StartList("s.csv", strings.NewReader("bib,race,sex,resident\n1,m,M,maybe\n"), e, Options{})
	if bad, ok := err.(fault.List); !ok || bad[0].Code != "startlist.bad_resident" {
		t.Errorf("%v", err)
	}
	diff := DiffStartList(e.Bib, list[:1], race.StartList{{Bib: "1", Race: "m", Wave: "all", Class: race.Open, Person: race.Person{Name: race.Name{Family: "A"}, Sex: race.Male}}})
	var fields []string
	for _, d := range diff {
		fields = append(fields, d.Field)
	}
	if got := strings.Join(fields, " "); got != "team resident partner" {
		t.Errorf("differences: %s", got)
	}
}
