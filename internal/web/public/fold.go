package public

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters that carry no mark to drop but that people type without.
var plain = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe",
	"ı", "i", "ħ", "h", "’", "'", "ʼ", "'", "`", "'", "ς", "σ")

// fold is the form in which names are searched: lower case, compatibility forms
// made one (full-width letters), marks dropped from Latin and Greek letters only.
// Elsewhere a mark is part of the letter (Cyrillic й, kana が) and stays.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	bare := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			if !bare {
				b.WriteRune(r)
			}
			continue
		case unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Greek, r):
			bare = true
		default:
			bare = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return norm.NFC.String(plain.Replace(b.String()))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '`' {
			return false
		}
	}
	return true
}
