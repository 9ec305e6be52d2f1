package sim

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"stadion/internal/race"
)

func TestStartList_SameSeedSameList(t *testing.T) {
	a, b, c := StartList(7), StartList(7), StartList(8)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gives two lists")
	}
	if reflect.DeepEqual(a, c) {
		t.Error("another seed gives the same list")
	}
}

func TestStartList_TwoThousandOfFortyFiveCountries(t *testing.T) {
	for seed := range uint64(5) {
		list := StartList(seed)
		countries, races := map[race.Country]int{}, map[string]int{}
		for _, s := range list {
			countries[s.Person.Country]++
			races[s.Race+" "+string(s.Class)+" "+string(s.Person.Sex)]++
		}
		if len(list) != 2000 || len(countries) != 45 {
			t.Errorf("seed %d: %d runners of %d countries", seed, len(list), len(countries))
		}
		if n := countries[race.IOCCode("PRK")]; n < 900 || n > 1100 {
			t.Errorf("seed %d: %d residents, want about half", seed, n)
		}
		if len(races) != 16 {
			t.Errorf("seed %d: four races, two classes, two sexes: %v", seed, races)
		}
	}
}

func TestStartList_TeamsPartnersAndResidentsAreInvented(t *testing.T) {
	for seed := range uint64(3) {
		teams, partners, lives := map[string]int{}, map[string]int{}, map[race.Residency]int{}
		for _, s := range StartList(seed) {
			if s.Team != "" {
				teams[s.Race+" "+s.Team]++
			}
			partners[s.Partner]++
			lives[s.Person.Resident]++
			if s.Partner != "" && (s.Person.Resident != race.Visitor || !regexp.MustCompile(`^Partner [A-Z]$`).MatchString(s.Partner)) {
				t.Errorf("bib %s of %s came through %q", s.Bib, s.Person.Country.Code, s.Partner)
			}
		}
		whole := 0
		for _, n := range teams {
			if n >= 3 {
				whole++
			}
		}
		if whole < 16 || len(partners) != 5 || lives[race.Resident] < 900 || lives[race.Visitor] < 900 || lives[""] == 0 {
			t.Errorf("seed %d: %d teams of three, partners %v, residencies %v", seed, whole, partners, lives)
		}
	}
}

func TestEdition_ItsListsAreSoundAndItClaimsNoRecord(t *testing.T) {
	e := Edition()
	if _, err := race.Validate(e); err != nil {
		t.Error(err)
	}
	if len(e.Lists) == 0 || len(e.Records) != 0 {
		t.Errorf("%d lists, %d records: an invented winner must beat no real record", len(e.Lists), len(e.Records))
	}
}

func TestStartList_EveryScriptIsThere(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"Latin": unicode.Latin, "Hangul": unicode.Hangul, "Han": unicode.Han,
		"Hiragana": unicode.Hiragana, "Katakana": unicode.Katakana, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek,
		"Arabic": unicode.Arabic, "Thai": unicode.Thai, "Devanagari": unicode.Devanagari, "Ethiopic": unicode.Ethiopic,
		"Myanmar": unicode.Myanmar}
	for seed := range uint64(5) {
		var all strings.Builder
		for _, s := range StartList(seed) {
			all.WriteString(s.Person.Name.Printed)
		}
		for name, table := range scripts {
			if !strings.ContainsFunc(all.String(), func(c rune) bool { return unicode.Is(table, c) }) {
				t.Errorf("seed %d: nobody writes %s", seed, name)
			}
		}
	}
}

func TestStartList_LatinNamesKeepTheirMarks(t *testing.T) {
	var all strings.Builder
	for _, s := range StartListOf(1, 20_000) {
		all.WriteString(s.Person.Name.Printed)
	}
	for _, c := range "łśřýğışÞðæøßñçãőűễóŻ’" {
		if !strings.ContainsRune(all.String(), c) {
			t.Errorf("no name with %c", c)
		}
	}
}

func TestStartList_NobodyBearsAKnownName(t *testing.T) {
	for seed := range uint64(3) {
		for _, s := range StartListOf(seed, 50_000) {
			if isKnown(s.Person.Name) {
				t.Errorf("seed %d: %+v", seed, s.Person.Name)
			}
		}
	}
	for _, n := range []race.Name{{Family: "Kipchoge", Given: "Eliud"}, {Family: "Kim", Given: "Mi Gyong"},
		{Family: "HWANG", Given: "Young-cho"}, {Family: "Zátopek", Given: "Emil"}} {
		if !isKnown(n) {
			t.Errorf("%v passes", n)
		}
	}
}

func TestStartList_DocumentNamesAreLatinAndMachineReadable(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z' -]*$`)
	mrz := regexp.MustCompile(`^[A-Z]+(<[A-Z]+)*(<<[A-Z]+(<[A-Z]+)*)?$`)
	longest, single := 0, 0
	for _, s := range StartListOf(1, 20_000) {
		n := s.Person.Name
		if !plain.MatchString(n.Family) || !plain.MatchString(n.Given) || n.Family == "" {
			t.Errorf("%s %s: document %q %q", s.Person.Country.Code, n.Printed, n.Family, n.Given)
		}
		if !mrz.MatchString(n.MRZ) {
			t.Errorf("%s: MRZ %q", n.Printed, n.MRZ)
		}
		if n.Given == "" {
			single++
		}
		longest = max(longest, len([]rune(n.Printed)))
	}
	if longest < 60 || single == 0 {
		t.Errorf("longest name %d letters, %d single names", longest, single)
	}
}

func TestStartList_BibsAndChipsAreUnique(t *testing.T) {
	for _, n := range []int{2000, 50_000} {
		bibs, chips, two, letters := map[string]bool{}, map[string]bool{}, 0, 0
		epcForm := regexp.MustCompile(`^[0-9A-F]{24}$`)
		for _, s := range StartListOf(3, n) {
			if bibs[s.Bib] {
				t.Errorf("bib %s twice", s.Bib)
			}
			bibs[s.Bib] = true
			if strings.ContainsAny(s.Bib, "FL") {
				letters++
			}
			if len(s.Chips) > 1 {
				two++
			}
			for _, c := range s.Chips {
				if chips[c] || !epcForm.MatchString(c) {
					t.Errorf("chip %s of bib %s", c, s.Bib)
				}
				chips[c] = true
			}
		}
		if two == 0 || letters == 0 {
			t.Errorf("%d runners: %d with two chips, %d bibs with letters", n, two, letters)
		}
	}
}

func TestStartList_AgeFollowsFromTheDayOfBirth(t *testing.T) {
	for _, s := range StartList(2) {
		born, err := time.Parse(time.DateOnly, s.Person.BirthDate)
		if err != nil {
			t.Fatal(err)
		}
		age := raceDay.Year() - born.Year()
		if born.AddDate(age, 0, 0).After(raceDay) {
			age--
		}
		if age != s.Person.Age || age < 14 || age > 79 {
			t.Errorf("bib %s born %s: age %d, is said to be %d", s.Bib, s.Person.BirthDate, age, s.Person.Age)
		}
	}
}

func TestEdition_RacesReferToItsPoints(t *testing.T) {
	e := Edition()
	if !strings.Contains(e.Note, "invented") || !strings.Contains(e.Note, "illustrative course") {
		t.Errorf("the note does not say that all is invented: %q", e.Note)
	}
	twice := false
	for _, rc := range e.Races {
		met := map[string]int{}
		for i, c := range rc.Course {
			if e.Point(c.Point) == nil || i > 0 && c.AtM <= rc.Course[i-1].AtM {
				t.Errorf("%s: point %s at %v", rc.ID, c.Point, c.AtM)
			}
			met[c.Point]++
			twice = twice || met[c.Point] > 1 && c.Point != stadium
		}
		if rc.Course[len(rc.Course)-1].AtM != rc.DistanceM || met[stadium] != 2 {
			t.Errorf("%s does not end where it began", rc.ID)
		}
		for _, w := range rc.Waves {
			if w.Gun == 0 {
				t.Errorf("%s %s has no gun", rc.ID, w.ID)
			}
		}
	}
	if !twice {
		t.Error("no point on the road is met twice")
	}
	if got := e.Races[0].Waves[0].Gun.In(e.Location()).Format("15:04"); got != "09:00" {
		t.Errorf("the elite start at %s", got)
	}
}
