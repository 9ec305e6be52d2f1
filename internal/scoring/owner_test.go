package scoring_test

import (
	"testing"

	"stadion/internal/scoring"
)

// A typed time that a ruling gave away is shown with the runner who has it and
// with the one whose bib was typed (rule P8).
func TestVerdictsOf_ShowTypedTimesThatWereGivenAway(t *testing.T) {
	e := scoring.NewEngine()
	e.Add(load(t, "testdata/53-wrong-bib-typed").facts())
	for bib, want := range map[string]int{"531": 6, "532": 5, "533": 0} {
		n, typed := 0, 0
		for v := range e.VerdictsOf(bib) {
			n++
			if v.Read.Manual {
				typed++
				if v.Bib != "532" || v.Use != scoring.UseSplit {
					t.Errorf("of %s: the typed time is %+v", bib, v)
				}
			}
		}
		if n != want || typed != min(n, 1) {
			t.Errorf("%s has %d verdicts, %d of typed times; want %d and one", bib, n, typed, want)
		}
	}
}
