package sim

import (
	"testing"
	"time"

	"stadion/internal/entry"
)

func TestCrowd_EverybodyWantsAPlaceOnceAndMayTravel(t *testing.T) {
	places := map[string]int{"marathon": 60, "half": 40, "10k": 30, "5k": 20}
	c := Catalogue(Edition(), time.Date(2024, 11, 30, 3, 0, 0, 0, time.UTC), places)
	crowd := Crowd(1, c, places, 1.5)
	wanted, names := map[string]int{}, map[string]bool{}
	for _, b := range crowd {
		a := b.Ask()
		if names[b.Name] || len(a.Private.Persons) == 0 || a.Private.Persons[0].Email != b.Email {
			t.Fatalf("%+v", b)
		}
		names[b.Name] = true
		for _, p := range a.Private.Persons {
			wanted[p.Race]++
			if p.Country == "" || p.Country == "USA" || p.Birth == "" || p.Name.Printed == "" {
				t.Errorf("%s: %+v", b.Name, p)
			}
		}
	}
	for race, n := range places {
		if wanted[race] != n*3/2 {
			t.Errorf("%s: %d want one of %d places", race, wanted[race], n)
		}
	}
	again := Crowd(1, c, places, 1.5)
	if len(again) != len(crowd) || again[3].Email != crowd[3].Email || again[3].After != crowd[3].After {
		t.Error("another crowd from the same seed")
	}
}

func TestEnter_SoldPlacesBecomeStartersAndTheRestStaysEmpty(t *testing.T) {
	list := StartListOf(1, 200)
	places := PlacesOf(list)
	c := Catalogue(Edition(), time.Date(2024, 11, 30, 3, 0, 0, 0, time.UTC), places)
	var sold []entry.Person
	for _, b := range Crowd(2, c, places, 1) {
		a := b.Ask()
		sold = append(sold, a.Private.Persons...)
	}
	full, empty := Enter(list, sold, "")
	if empty != 0 || len(full) != len(list) {
		t.Fatalf("%d of %d starters, %d places empty", len(full), len(list), empty)
	}
	entered := map[string]bool{}
	for _, s := range full {
		entered[s.Person.Name.Printed+s.Person.BirthDate] = true
	}
	for _, p := range sold {
		if !entered[p.Name.Printed+p.Birth] {
			t.Errorf("%s paid and does not start", p.Name.Printed)
		}
	}
	short, empty := Enter(list, sold[1:], "")
	if empty != 1 || len(short) != len(list)-1 {
		t.Errorf("one place less sold: %d starters, %d empty", len(short), empty)
	}
}
