package award

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

var key = []byte("a key that only tests have")

func edition() *race.Edition {
	return &race.Edition{
		ID: "pyongyang-2025", Name: "31st Pyongyang International Marathon", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Races: []race.Race{
			{ID: "marathon", Name: "Marathon", DistanceM: 42195, RankBy: race.Gun},
			{ID: "half", Name: "Half", DistanceM: 21097.5, RankBy: race.Net},
		},
		Categories: []race.Category{{ID: "W35", Name: "Women 35–39"}, {ID: "M40"}},
	}
}

func finisher() results.Row {
	return results.Row{Race: "marathon", Status: scoring.Finished, Place: 2, PlaceSex: 1, PlaceCategory: 1, Bib: "0042",
		PrintedName: " 김은향 ", Sex: race.Female, Country: "PRK", Category: "W35", GunTime: "2:31:08", NetTime: "2:31:06"}
}

func issue(t *testing.T, tag lang.Tag, rows ...results.Row) *Issuer {
	t.Helper()
	i, err := NewIssuer(edition(), results.Revision{Edition: "pyongyang-2025", Race: "marathon", Number: 3,
		State: results.Official, At: 1743930000000000000, Basis: race.Gun, Rows: rows},
		Options{Lang: tag, Key: key, Base: "https://run.example/verify/"})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestCertificate_SaysWhatTheListSays(t *testing.T) {
	man := results.Row{Race: "marathon", Status: scoring.Finished, Place: 1, PlaceSex: 1, Bib: "7", PrintedName: "Jan", Sex: race.Male, GunTime: "2:20:00", NetTime: "2:20:00"}
	dnf := results.Row{Race: "marathon", Status: scoring.DNF, Bib: "8", Sex: race.Female}
	c, err := issue(t, lang.English, man, finisher(), dnf).Certificate(finisher())
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "김은향" || c.Event != "31st Pyongyang International Marathon" || c.Date != "6 April 2025" || c.Distance != "42.195 km" {
		t.Errorf("words: %+v", c)
	}
	if c.Time != (Time{race.Gun, "2:31:08"}) || c.Other == nil || *c.Other != (Time{race.Net, "2:31:06"}) {
		t.Errorf("times: %+v %+v", c.Time, c.Other)
	}
	if got, want := fmt.Sprint(c.Places), "[{all Overall 2 2} {sex Women 1 1} {category Women 35–39 1 1}]"; got != want {
		t.Errorf("places %s, want %s", got, want)
	}
	if c.Provisional || c.Revision != 3 || c.Version != 1 || c.URL != "https://run.example/verify/"+c.Code.Show() {
		t.Errorf("proof: %+v", c)
	}
}

func TestCertificate_OnlyFinishersWithATimeAreGivenOne(t *testing.T) {
	for status, want := range map[scoring.Status]string{
		scoring.Running: "award.not_finished", scoring.DNF: "award.not_finished", scoring.DNS: "award.not_finished",
		scoring.DQ: "award.not_finished", scoring.FinishedNoTime: "award.no_time",
	} {
		row := finisher()
		row.Status = status
		for _, tag := range lang.Tags {
			_, err := issue(t, tag, row).Certificate(row)
			if fault.CodeOf(err) != want {
				t.Errorf("%s: %v, want %s", status, err, want)
			}
			if s := lang.For(tag).Fault(err); !strings.Contains(s, "0042") || strings.ContainsAny(s, "{}") || strings.Contains(s, "award.") {
				t.Errorf("%s in %s: %q", status, tag, s)
			}
		}
	}
	row := finisher()
	row.PrintedName = "  "
	if _, err := issue(t, lang.English, row).Certificate(row); fault.CodeOf(err) != "award.name_missing" {
		t.Errorf("no name: %v", err)
	}
	row = finisher()
	row.GunTime, row.NetTime = "", ""
	if _, err := issue(t, lang.English, row).Certificate(row); fault.CodeOf(err) != "award.no_time" {
		t.Errorf("no time: %v", err)
	}
	row = finisher()
	row.Race = "half"
	if _, err := issue(t, lang.English, row).Certificate(row); fault.CodeOf(err) != "award.race_other" {
		t.Errorf("another race: %v", err)
	}
}

func TestAll_LosesNobody(t *testing.T) {
	nameless, dns := finisher(), finisher()
	nameless.PrintedName, nameless.Bib = "", "43"
	dns.Status = scoring.DNS
	cs, refused := issue(t, lang.English, finisher(), nameless, dns).All()
	if len(cs) != 1 || len(refused) != 1 || refused[0].Args["bib"] != "43" {
		t.Errorf("%d certificates, refused %v", len(cs), refused)
	}
}

// TestCertificate_NetFromGunIsNoNetTime: where the start was not seen, the net
// time was counted from the gun (case 4) and is not shown as a net time.
func TestCertificate_NetFromGunIsNoNetTime(t *testing.T) {
	row := finisher()
	row.Flags = []string{string(scoring.FlagNetUnavailable)}
	c, err := issue(t, lang.English, row).Certificate(row)
	if err != nil || c.Other != nil || c.Time.Basis != race.Gun {
		t.Errorf("%+v %+v %v", c.Time, c.Other, err)
	}
}

func TestCertificate_TheListsBasisComesFirst(t *testing.T) {
	row := finisher()
	row.Race = ""
	i, err := NewIssuer(edition(), results.Revision{Race: "half", State: results.Live, Rows: []results.Row{row}},
		Options{Lang: lang.German, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	c, err := i.Certificate(row)
	if err != nil || c.Time.Basis != race.Net || c.Time.Clock != "2:31:06" || c.Other.Basis != race.Gun {
		t.Errorf("%+v %+v %v", c.Time, c.Other, err)
	}
	if !c.Provisional || c.Distance != "21,0975 km" || c.Date != "6. April 2025" {
		t.Errorf("provisional %v, %q, %q", c.Provisional, c.Distance, c.Date)
	}
}

func TestNewIssuer_RefusesWhatItCannotUse(t *testing.T) {
	bad := edition()
	bad.Date = "6.4.2025"
	for want, f := range map[string]func() error{
		"award.race_unknown": func() error {
			_, err := NewIssuer(edition(), results.Revision{Race: "ultra"}, Options{Key: key})
			return err
		},
		"award.key_missing": func() error {
			_, err := NewIssuer(edition(), results.Revision{Race: "half"}, Options{Key: []byte("short")})
			return err
		},
		"award.date": func() error {
			_, err := NewIssuer(bad, results.Revision{Race: "half"}, Options{Key: key})
			return err
		},
	} {
		if err := f(); fault.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestDate_InTheReadersWords(t *testing.T) {
	day := time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC)
	for tag, want := range map[lang.Tag]string{lang.English: "6 April 2025", lang.Korean: "2025년 4월 6일", lang.Chinese: "2025年4月6日", lang.German: "6. April 2025"} {
		if got := Date(lang.For(tag), day); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	for metres, want := range map[float64]string{42195: "42.195 km", 10000: "10 km", 800: "800 m", 0: ""} {
		if got := Distance(lang.For(lang.English), metres); got != want {
			t.Errorf("%v: %q, want %q", metres, got, want)
		}
	}
}

func TestCode_DependsOnEveryPartAndTheKey(t *testing.T) {
	codes := map[Code]string{}
	add := func(what string, c Code) {
		if other, twice := codes[c]; twice {
			t.Errorf("%s and %s have one code", what, other)
		}
		codes[c] = what
		if back, err := ParseCode(c.Show()); back != c || err != nil {
			t.Errorf("%s: ParseCode(%s) = %s, %v", what, c.Show(), back, err)
		}
	}
	base := CodeOf(key, "e", "r", "42", 1, 1)
	if base != CodeOf(key, "e", "r", "42", 1, 1) {
		t.Error("the same certificate has two codes")
	}
	add("base", base)
	add("key", CodeOf([]byte("another key of the tests"), "e", "r", "42", 1, 1))
	add("edition", CodeOf(key, "er", "", "42", 1, 1))
	add("race", CodeOf(key, "e", "r4", "2", 1, 1))
	add("bib", CodeOf(key, "e", "r", "0042", 1, 1))
	add("revision", CodeOf(key, "e", "r", "42", 2, 1))
	add("version", CodeOf(key, "e", "r", "42", 1, 2))
	for i := range 50_000 {
		add(fmt.Sprint("bib ", i), CodeOf(key, "e", "r", fmt.Sprint("n", i), 1, 1))
	}
}

// TestParseCode_FindsEveryTypingError tries every single wrong character and
// every exchange of two.
func TestParseCode_FindsEveryTypingError(t *testing.T) {
	code := []byte(CodeOf(key, "e", "r", "42", 1, 1))
	wrong := func(b []byte) {
		if c, err := ParseCode(string(b)); fault.CodeOf(err) != "award.code_mistyped" {
			t.Errorf("%s for %s is accepted as %q (%v)", b, code, c, err)
		}
	}
	for i := range code {
		for _, r := range []byte(alphabet) {
			b := append([]byte{}, code...)
			if b[i] = r; r != code[i] {
				wrong(b)
			}
		}
		for j := range i {
			b := append([]byte{}, code...)
			if b[i], b[j] = b[j], b[i]; b[i] != b[j] {
				wrong(b)
			}
		}
	}
}

func TestParseCode_ReadsWhatPeopleType(t *testing.T) {
	var code Code
	for i := 0; !strings.ContainsAny(string(code), "0") || !strings.ContainsAny(string(code), "1"); i++ {
		code = CodeOf(key, "e", "r", fmt.Sprint(i), 1, 1)
	}
	typed := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code.Show(), "0", "o"), "1", "l"))
	for _, s := range []string{typed, " " + typed + " ", strings.ReplaceAll(typed, "-", " "), string(code)} {
		if got, err := ParseCode(s); got != code || err != nil {
			t.Errorf("ParseCode(%q) = %s, %v", s, got, err)
		}
	}
	for s, want := range map[string]string{"": "award.code_length", "ABC": "award.code_length", "UUUU-UUUU-UUUU": "award.code_character", "김은향": "award.code_character"} {
		if _, err := ParseCode(s); fault.CodeOf(err) != want {
			t.Errorf("ParseCode(%q): %v, want %s", s, err, want)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("7K2M-Q9XT-4BWC")
	f.Add("o0il")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.Show()); again != c || err != nil {
			t.Errorf("%q reads as %s, which reads as %s (%v)", s, c, again, err)
		}
	})
}
