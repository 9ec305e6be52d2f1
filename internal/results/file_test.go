package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/scoring"
)

func fileEdition() *race.Edition {
	return &race.Edition{ID: "e", Races: []race.Race{
		{ID: "marathon", Name: "Marathon: men/women", Course: []race.CoursePoint{{Point: "s"}, {Point: "km5", AtM: 5000, Label: "5k"},
			{Point: "km30", AtM: 30000, Label: "30k"}, {Point: "s", AtM: 42195}}},
		{ID: "10k", Name: "10 km", Course: []race.CoursePoint{{Point: "s"}, {Point: "km5", AtM: 5000, Label: "5k"}, {Point: "s", AtM: 10000}}},
		{ID: "5k", Name: "5 km", Course: []race.CoursePoint{{Point: "s"}, {Point: "km2", AtM: 2000, Label: "2k"}, {Point: "s", AtM: 5000}}},
	}}
}

func fileRows() []Row {
	none := func(label string, at float64) SplitCell { return SplitCell{Label: label, AtM: at, NetMs: -1} }
	return []Row{
		{Race: "10k", Status: scoring.Finished, Place: 1, Bib: "900", PrintedName: "=HYPERLINK(\"x\")", Sex: race.Male, Class: race.Open,
			GunTime: "0:33:00", NetTime: "0:32:59", GunMs: 1979500, NetMs: 1978001, Remark: "-", Flags: []string{"late_start", "manual_time"},
			Splits: []SplitCell{{Label: "5k", Point: "km5", AtM: 5000, NetTime: "0:16:00", GunTime: "0:16:01", NetMs: 959999, At: 1743898502318000000}, {Label: "finish", AtM: 10000, NetTime: "0:32:59", NetMs: 1978001}}},
		{Race: "marathon", Status: scoring.DNF, Bib: "7", PrintedName: "Müller, Jörg", GunMs: -1, NetMs: -1,
			Splits: []SplitCell{{Label: "5k", AtM: 5000, NetTime: "0:21:00", NetMs: 1260000}, none("30k", 30000), none("finish", 42195)}},
		{Race: "marathon", Status: scoring.Finished, Place: 2, PlaceSex: 1, PlaceCategory: 1, Bib: "0042", PrintedName: "김영희", Sex: race.Female,
			Age: 40, Country: "PRK", Class: race.Elite, Category: "F40", Club: "4.25", GunTime: "2:30:01", NetTime: "2:30:00", GunMs: 9000001, NetMs: 9000000, Behind: "+0:05:00",
			Splits: []SplitCell{none("5k", 5000), {Label: "30k", AtM: 30000, NetTime: "1:46:40", NetMs: 6400000}, {Label: "finish", AtM: 42195, NetTime: "2:30:00", NetMs: 9000000}}},
		{Race: "marathon", Status: scoring.Finished, Place: 1, Bib: "1", PrintedName: "Solo", GunTime: "2:25:01", NetTime: "2:25:01", GunMs: 8700001, NetMs: 8700001},
		{Race: "marathon", Status: scoring.DNS, Bib: "8", PrintedName: "Late", GunMs: -1, NetMs: -1},
	}
}

func TestWriteCSV_HasTheColumnsOfTheContractAndOneForEachPoint(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, fileEdition(), fileRows()); err != nil {
		t.Fatal(err)
	}
	want := `race,status,place,place_sex,place_category,bib,printed_name,sex,age,country,class,category,gun_time,net_time,gun_ms,net_ms,split_5k,split_30k,split_finish,age_grade,behind,flags,remark
marathon,finished,1,,,1,Solo,,,,,,2:25:01,2:25:01,8700001,8700001,,,,,,,
marathon,finished,2,1,1,0042,김영희,F,40,PRK,elite,F40,2:30:01,2:30:00,9000001,9000000,,1:46:40,2:30:00,,+0:05:00,,
marathon,dnf,,,,7,"Müller, Jörg",,,,,,,,,,0:21:00,,,,,,
marathon,dns,,,,8,Late,,,,,,,,,,,,,,,,
10k,finished,1,,,900,"'=HYPERLINK(""x"")",M,,,open,,0:33:00,0:32:59,1979500,1978001,0:16:00,,0:32:59,,,late_start manual_time,'-
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(records) != 6 {
		t.Errorf("%v: %d records", err, len(records))
	}
}

func TestWriteJSON_ReadsBackAsItWas(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, fileEdition(), fileRows()); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, `"place":null`) || !strings.Contains(got, `"gun_ms":null`) || strings.Count(got, "\n") != 7 {
		t.Errorf("%s", got)
	}
	back, err := ReadJSON("results.json", bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want := Order(fileEdition(), fileRows())
	for i := range want {
		if want[i].Splits == nil {
			want[i].Splits = []SplitCell{}
		}
		if want[i].Flags == nil {
			want[i].Flags = []string{}
		}
	}
	if !reflect.DeepEqual(back, want) {
		t.Errorf("got  %+v\nwant %+v", back, want)
	}
	var again bytes.Buffer
	if err := WriteJSON(&again, fileEdition(), back); err != nil || again.String() != b.String() {
		t.Errorf("written again it differs: %v", err)
	}
	if rows, err := ReadJSON("x", strings.NewReader("[\n]\n")); err != nil || len(rows) != 0 {
		t.Errorf("an empty list: %v", err)
	}
}

func TestReadJSON_NamesFileAndRow(t *testing.T) {
	for s, row := range map[string]int{
		"": 1, "{}": 1, "[1]": 1, `[{"race":"m","bib":"1","status":"dnf"},{"race":3}]`: 2, `[{"race":"m","bib":"1","status":"dnf"}`: 2,
		`[{"race":"m"}]`: 1, `[]x`: 1, `[{"race":"m","bib":"1","status":"dnf"}] []`: 2,
	} {
		_, err := ReadJSON("results.json", strings.NewReader(s))
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != "results.not_json" || f.Args["file"] != "results.json" || f.Args["row_raw"] != row {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestWriteXLSX_OneSheetPerRaceAndTheSameBytes(t *testing.T) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, fileEdition(), fileRows()); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var again bytes.Buffer
		if err := WriteXLSX(&again, fileEdition(), fileRows()); err != nil || !bytes.Equal(again.Bytes(), b.Bytes()) {
			t.Fatalf("the same rows gave other bytes: %v", err)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.GetSheetList(); !reflect.DeepEqual(got, []string{"Marathon  men women", "10 km"}) {
		t.Errorf("sheets %q", got)
	}
	rows, err := f.GetRows("10 km")
	want := [][]string{append(append([]string{}, columnsBefore...), "split_5k", "split_finish", "age_grade", "behind", "flags", "remark"),
		{"10k", "finished", "1", "", "", "900", `=HYPERLINK("x")`, "M", "", "", "open", "", "0:33:00", "0:32:59", "1979500", "1978001", "0:16:00", "0:32:59", "", "", "late_start manual_time", "-"}}
	if err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%v\n%q", err, rows)
	}
	if formula, _ := f.GetCellFormula("10 km", "G2"); formula != "" {
		t.Errorf("a name became the formula %q", formula)
	}
	panes, err := f.GetPanes("10 km")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("%v %+v", err, panes)
	}
	tables, err := f.GetTables("10 km")
	if err != nil || len(tables) != 1 || tables[0].Range != "A1:V2" {
		t.Errorf("%v %+v", err, tables)
	}
	var empty bytes.Buffer
	if err := WriteXLSX(&empty, fileEdition(), nil); err != nil {
		t.Error(err)
	}
}

func TestSheetName_FitsAndIsNeverTwice(t *testing.T) {
	taken := map[string]bool{}
	seen := map[string]bool{}
	for _, name := range []string{"", "'", "A/B", "a b", strings.Repeat("x", 40), strings.Repeat("x", 41), strings.Repeat("김", 40), strings.Repeat("🏃", 40)} {
		got := sheetName(name, taken)
		if got == "" || seen[strings.ToLower(got)] || strings.ContainsAny(got, `[]:*?/\`) {
			t.Errorf("%q became %q", name, got)
		}
		seen[strings.ToLower(got)] = true
		if f := excelize.NewFile(); f.SetSheetName("Sheet1", got) != nil {
			t.Errorf("%q is no name for a sheet", got)
		}
	}
}

func TestWriteCSV_FiftyThousandRows(t *testing.T) {
	rows := make([]Row, 50_000)
	for i := range rows {
		rows[i] = Row{Race: "10k", Status: scoring.Finished, Place: Place(len(rows) - i), Bib: fmt.Sprint(i)}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, fileEdition(), rows); err != nil || bytes.Count(b.Bytes(), []byte("\n")) != 50_001 {
		t.Error(err)
	}
	if !strings.HasPrefix(strings.SplitN(b.String(), "\n", 3)[1], "10k,finished,1,,,49999,") {
		t.Error("not in the order of places")
	}
}
