package intake_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"stadion/internal/intake"
	"stadion/internal/race"
)

func TestEdition_TheExampleOfTheContractIsTaken(t *testing.T) {
	e := reference(t)
	m, k := e.Races[0], e.Races[1]
	if e.ID != "pyongyang-2025" || m.TimeLimit.D() != 4*time.Hour+30*time.Minute || len(m.Course) != 3 || m.Course[1].Label != "5k" {
		t.Errorf("%+v", m)
	}
	if m.Waves[0].Gun.String() != "2025-04-06T00:00:00Z" || k.RankBy != race.Gun || k.Name != "10k" {
		t.Errorf("%+v %+v", m.Waves, k)
	}
	if k.Waves[0].Gun != 0 || k.Waves[1].Gun.String() != "2025-04-06T00:30:00Z" {
		t.Errorf("an instant as TOML writes it: %+v", k.Waves)
	}
}

func TestEdition_WithoutAWaveThereIsOneForAll(t *testing.T) {
	text, err := os.ReadFile("testdata/edition.toml")
	if err != nil {
		t.Fatal(err)
	}
	s := string(text)
	i, j := strings.Index(s, "[[race.wave]]"), strings.Index(s, "[[race]]\nid = \"10k\"")
	e, _, err := intake.Edition("e.toml", strings.NewReader("\uFEFF"+s[:i]+s[j:]))
	if err != nil || len(e.Races[0].Waves) != 1 || e.Races[0].Waves[0].ID != "all" {
		t.Errorf("%v %+v", err, e)
	}
}

// TestEdition_FaultsNameLineColumnAndValue changes one thing of the reference
// edition at a time.
func TestEdition_FaultsNameLineColumnAndValue(t *testing.T) {
	text, err := os.ReadFile("testdata/edition.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to, want string
		column         int
	}{
		{`date = "2025-04-06"`, `date = "6.4.2025"`, "edition.bad_date@3 6.4.2025", 1},
		{`zone = "Asia/Pyongyang"`, `zone = "Pyongyang"`, "edition.bad_zone@4 Pyongyang", 1},
		{`zone = "Asia/Pyongyang"`, ``, "edition.bad_zone@1 ", 1},
		{`id = "km5"`, `id = "km 5"`, "edition.bad_id@9 km 5; edition.unknown_point@19 km5", 1},
		{`id = "km5"`, `id = "stadium"`, "edition.id_twice@9 stadium; edition.unknown_point@19 km5", 1},
		{`{ point = "km5",     at_m = 5000, label = "5k" }`, `{ point = "km6",     at_m = 5000, label = "5k" }`, "edition.unknown_point@19 km6", 5},
		{`at_m = 5000`, `at_m = 0`, "edition.course_order@19 0", 24},
		{`at_m = 5000`, `at_m = "5000"`, "edition.bad_type@19 \"5000\"", 24},
		{`at_m = 42195`, `at_m = 42000`, "edition.course_end@20 42000", 24},
		{`time_limit  = "4h30m"`, `time_limit  = "4:30"`, "edition.bad_duration@15 \"4:30\"", 1},
		{`time_limit  = "4h30m"`, `time_limit  = 270`, "edition.bad_type@15 270", 1},
		{`time_limit  = "4h30m"`, `time_limit  = "-4h"`, "edition.negative@15 -4h0m0s", 1},
		{`rank_by     = "gun"`, `rank_by     = "chip"`, "edition.bad_basis@16 chip", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = "09:00:00"`, "edition.bare_time@24 09:00:00", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = "2025-04-06T09:00:00"`, "edition.no_offset@24 2025-04-06T09:00:00", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = 2025-04-06T09:00:00`, "edition.no_offset@24 2025-04-06T09:00:00", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = 2025-04-06`, "edition.no_time@24 2025-04-06", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = 9`, "edition.bad_type@24 9", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = "nine"`, "edition.bad_time@24 nine", 1},
		{`gun = "2025-04-06T09:00:00+09:00"`, `gun = "2024-04-06T09:00:00+09:00"`, "edition.gun_date@24 2024-04-06T09:00:00+09:00", 1},
		{`sex = "M"`, `sex = "W"`, "edition.bad_sex@41 W", 1},
		{`min_age = 40`, `min_age = 45`, "edition.age_range@42", 1},
		{`min_age = 40`, `min_age = 40.5`, "edition.bad_type@42 40.5", 1},
		{`name = "31st`, `name = "31st" x "`, `edition.not_toml@2 name = "31st" x " Pyongyang International Marathon"`, 15},
		{`[[category]]`, `[category]`, "edition.bad_type@39 [category]", 2},
		{`[[point]]                          #`, "point = 5 #", `edition.not_toml@7 id = "stadium"`, 1},
		{`# key, with`, "# k\xe9y, with", "edition.encoding@1 id   = \"pyongyang-2025\"            # k\uFFFDy, with the date; the…", 39},
	} {
		s := strings.Replace(string(text), c.from, c.to, 1)
		if s == string(text) {
			t.Fatalf("%q is not in the file", c.from)
		}
		_, _, err := intake.Edition("edition.toml", strings.NewReader(s))
		faults := list(err)
		speaks(t, faults)
		if len(faults) == 0 || briefs(faults) != c.want || c.column > 0 && faults[0].Args["column"] != c.column {
			t.Errorf("%q\n got %s (column %v)\nwant %s (column %d)", c.to, briefs(faults), column(faults), c.want, c.column)
		}
	}
}

func TestEdition_UnknownKeysAndOverlapsAreWarnings(t *testing.T) {
	text, err := os.ReadFile("testdata/edition.toml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(text), "rank_by ", "rankby ", 1) + "colour = \"red\"\n[[category]]\nid = \"M42\"\nsex = \"M\"\nmin_age = 42\n[sponsor]\nname = \"x\"\n"
	e, warnings, err := intake.Edition("edition.toml", strings.NewReader(s))
	if err != nil || e == nil {
		t.Fatal(err)
	}
	speaks(t, warnings)
	want := "edition.unknown_key_near@16; edition.unknown_key@44; edition.unknown_key@49; edition.category_overlap@46 M42"
	var got []string
	for _, f := range warnings {
		f.Args["column"] = 0
		got = append(got, brief(f))
	}
	if strings.Join(got, "; ") != want {
		t.Errorf("got %v", got)
	}
}

func TestEdition_AnEmptyFileSaysWhatIsMissing(t *testing.T) {
	for _, s := range []string{"", "\n# nothing\n"} {
		_, _, err := intake.Edition("edition.toml", strings.NewReader(s))
		if got := briefs(list(err)); !strings.Contains(got, "edition.no_id@1") || !strings.Contains(got, "edition.no_race@1") {
			t.Errorf("%q: %s", s, got)
		}
	}
	if _, _, err := intake.Edition("edition.toml", strings.NewReader(strings.Repeat("# x\n", 300000))); list(err)[0].Code != "edition.too_large" {
		t.Errorf("too large: %v", err)
	}
}
