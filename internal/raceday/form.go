package raceday

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// starterAsRow takes a starter typed into a form in as a start list of one row.
func starterAsRow(s race.Starter, e *race.Edition) (race.Starter, error) {
	age := ""
	if s.Person.Age > 0 {
		age = strconv.Itoa(s.Person.Age)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"bib", "chip", "race", "wave", "family_name", "given_name", "printed_name", "sex",
		"birth_date", "age", "country", "class", "club"})
	_ = w.Write([]string{s.Bib, strings.Join(s.Chips, " "), s.Race, s.Wave, s.Person.Name.Family, s.Person.Name.Given,
		s.Person.Name.Printed, string(s.Person.Sex), s.Person.BirthDate, age, s.Person.Country.Code, string(s.Class), s.Person.Club})
	w.Flush() // a buffer takes everything
	list, _, err := intake.StartList("", &b, e, intake.Options{})
	if err != nil {
		return s, err
	}
	out := list[0]
	out.Person.Name.MRZ = s.Person.Name.MRZ
	out.Person.Resident, out.Partner, out.Team = s.Person.Resident, s.Partner, s.Team
	return out, nil
}

// asRow takes a ruling typed into a form in as a file of one row: what a form
// may say is exactly what a file may say, checked and written the same way.
func asRow(r logbook.Ruling, e *race.Edition) (logbook.Ruling, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"bib", "race", "kind", "value", "rule", "note"})
	_ = w.Write([]string{r.Bib, r.Race, string(r.Kind), r.Value, r.Rule, r.Note})
	w.Flush() // a buffer takes everything
	list, _, err := intake.Rulings("", &b, e, intake.Options{})
	if err != nil {
		return r, err
	}
	if len(list) != 1 {
		return r, fault.New(fault.Invalid, "raceday.ruling_empty", nil).On("kind")
	}
	return list[0], nil
}
