package race

import "strings"

// Key is the form in which bibs are compared: letters in upper case, spaces
// trimmed, and leading zeros dropped only where the edition says so. A bib is a
// string; "A12", "0042" and "42" are three bibs by default (case 58).
func (r BibRule) Key(bib string) string {
	k := bib
	if !isKey(bib) {
		k = strings.ToUpper(strings.TrimSpace(bib))
	}
	if r.IgnoreLeadingZeros {
		if t := strings.TrimLeft(k, "0"); t != "" {
			return t
		}
	}
	return k
}

// ChipKey is the form in which chip codes are compared: upper case, without
// spaces, so that "05 80 1a" from a spreadsheet and "05801A" from a reader are
// one chip. Leading zeros stay: they are part of the code.
func ChipKey(code string) string {
	if isKey(code) {
		return code
	}
	return strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(code), " ", ""))
}

// isKey reports whether a code is its own key, as nearly every code of a reader
// and every bib is: digits and capital letters only. It is asked for every read.
func isKey(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
