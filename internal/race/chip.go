package race

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// ChipRule says what chip codes that begin alike mean. Of several rules the one
// with the longest beginning that fits a code decides; a start list that names
// the whole code goes before all of them (docs/rules/names.md, N6).
type ChipRule struct {
	Prefix string   `toml:"prefix" json:"prefix"`           // what the code begins with; "" = every code
	Bib    ChipCode `toml:"bib" json:"bib"`                 // how the rest of the code carries the bib
	Skip   int      `toml:"skip" json:"skip,omitempty"`     // characters after the prefix before the bib
	Length int      `toml:"length" json:"length,omitempty"` // characters of the bib; 0 = all the rest
}

// ChipCode says how a chip code carries a bib.
type ChipCode string

// The ways to carry a bib.
const (
	ChipOpaque  ChipCode = "none"    // not at all: the start list alone says whose the chip is
	ChipDecimal ChipCode = "decimal" // in its digits: 000042 is bib 42
	ChipBinary  ChipCode = "binary"  // as a number in hexadecimal digits: 00002A is bib 42
	ChipText    ChipCode = "text"    // as ASCII letters in hexadecimal digits: 413432 is bib A42
)

// BibOf is the bib that a chip code carries by the edition's rules; ok is false
// for codes that carry none.
func (e *Edition) BibOf(code string) (bib string, ok bool) {
	key := ChipKey(code)
	var best *ChipRule
	for i := range e.ChipRules {
		r := &e.ChipRules[i]
		if strings.HasPrefix(key, ChipKey(r.Prefix)) && (best == nil || len(ChipKey(r.Prefix)) > len(ChipKey(best.Prefix))) {
			best = r
		}
	}
	if best == nil {
		return "", false
	}
	rest := key[len(ChipKey(best.Prefix)):]
	if len(rest) < best.Skip+best.Length || len(rest) == best.Skip {
		return "", false
	}
	rest = rest[best.Skip:]
	if best.Length > 0 {
		rest = rest[:best.Length]
	}
	bib = best.Bib.decode(rest)
	return bib, bib != ""
}

// decode is the bib in a part of a code, "" if there is none.
func (c ChipCode) decode(s string) string {
	switch c {
	case ChipDecimal:
		if strings.Trim(s, "0123456789") == "" {
			return strings.TrimLeft(s, "0")
		}
	case ChipBinary:
		if n, err := strconv.ParseUint(s, 16, 64); err == nil && n > 0 {
			return strconv.FormatUint(n, 10)
		}
	case ChipText:
		if b, err := hex.DecodeString(s); err == nil {
			return plain(strings.Trim(string(b), "\x00 "))
		}
	}
	return ""
}

// plain is s if it holds printable ASCII only, "" otherwise.
func plain(s string) string {
	for _, c := range s {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return s
}
