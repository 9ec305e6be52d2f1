package race

import "testing"

func TestBibOf_TheLongestBeginningDecides(t *testing.T) {
	e := &Edition{ChipRules: []ChipRule{
		{Prefix: "E2", Bib: ChipDecimal},
		{Prefix: "e280 11", Bib: ChipOpaque},
		{Prefix: "4D", Bib: ChipBinary, Skip: 4, Length: 6},
		{Prefix: "7E", Bib: ChipText},
		{Prefix: "FF", Bib: "unknown"},
	}}
	for code, want := range map[string]string{
		"E20000000042":               "42",
		"e2 00 00 00 00 42":          "42",
		"E2000000":                   "", // no bib 0
		"E2":                         "", // nothing after the beginning
		"E20000004A":                 "", // not decimal
		"E280110000000042":           "", // opaque, although E2 fits too
		"4DAAAA00002AFFFF":           "42",
		"4DAAAA0000":                 "", // too short
		"4DAAAA00002G0000":           "", // not a number
		"7E0041343200":               "A42",
		"7E00C3":                     "", // no plain letters
		"FF42":                       "",
		"30":                         "", // no rule
		"":                           "",
		"4DAAAA000000":               "",
		"E2123456789012345678901234": "123456789012345678901234",
	} {
		if got, ok := e.BibOf(code); got != want || ok != (want != "") {
			t.Errorf("BibOf(%q) = %q, %v, want %q", code, got, ok, want)
		}
	}
	everything := &Edition{ChipRules: []ChipRule{{Bib: ChipDecimal}}}
	if got, _ := everything.BibOf("0007"); got != "7" {
		t.Errorf("a rule without a beginning reads every code: 0007 is %q", got)
	}
	if _, ok := (&Edition{}).BibOf("E20000000042"); ok {
		t.Error("without rules a code carries no bib")
	}
}
