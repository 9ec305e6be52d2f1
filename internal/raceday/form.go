package raceday

import (
	"bytes"
	"encoding/csv"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

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
