package pdf

import (
	"fmt"
	"strings"
	"testing"

	"stadion/internal/lang"
	"stadion/internal/race"
)

func starters() (*race.Edition, race.StartList) {
	e := edition()
	gun := race.Instant(1743897600000000000) // 09:00 in Pyongyang
	e.Races[0].Waves = []race.Wave{{ID: "a", Name: "Red", Gun: gun}, {ID: "b", Gun: gun + 600e9}}
	var list race.StartList
	for i, g := range gallery {
		list = append(list, race.Starter{Bib: fmt.Sprint(i + 1), Race: "marathon", Wave: []string{"a", "b"}[i%2], Class: race.Open,
			Person: race.Person{Name: race.Name{Printed: g.name}, Sex: race.Female, BirthDate: "1987-01-31", Country: race.IOCCode(g.country), Club: "TSV Nord"}})
	}
	return e, append(list, race.Starter{Bib: "77", Race: "half", Person: race.Person{Name: race.Name{Printed: "Somebody Else"}}})
}

func TestStartList_StandsUnderTheGunOfTheWave(t *testing.T) {
	e, list := starters()
	file, _ := printed(t, "start-bib", A4, StartList(e, &e.Races[0], list, ByBib, lang.English))
	text := plain(copied(t, file))
	for _, want := range []string{"Start list: Marathon", "By bib number", "Red – Gun 09:00:00", "Wave b – Gun 09:10:00", "1987", "TSV Nord"} {
		if !strings.Contains(text, plain(want)) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, never := range []string{"Somebody Else", "0131", "PROVISIONAL"} {
		if strings.Contains(text, never) {
			t.Errorf("%q is in the list", never)
		}
	}
}

func TestStartList_NamesStandAsTheLanguageOrdersThem(t *testing.T) {
	e, _ := starters()
	var list race.StartList
	for i, n := range []string{"Zola", "Özil", "Ober", "ánna", "Bär", "Anna"} {
		list = append(list, race.Starter{Bib: fmt.Sprint(i), Race: "marathon", Person: race.Person{Name: race.Name{Family: n}}})
	}
	l := StartList(e, &e.Races[0], list, ByName, lang.German)
	var names []string
	for row := range l.Sections[0].Rows {
		names = append(names, row.Cells[1])
	}
	if got := strings.Join(names, " "); got != "Anna ánna Bär Ober Özil Zola" {
		t.Errorf("order: %s", got)
	}
}

func TestNaturalBib_NineComesBeforeTen(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"9", "10", -1}, {"A9", "A10", -1}, {"A9", "B1", -1}, {"10", "10", 0}, {"10", "10B", -1}, {"F2", "100", 1}} {
		if got := naturalBib(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %d", c.a, c.b, got)
		}
	}
}
