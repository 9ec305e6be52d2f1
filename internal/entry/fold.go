package entry

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldEmail is an address as it is compared and blinded: without blanks around
// it, in the full forms of Unicode, small letters. Parts are not interpreted: a
// dot or a plus may be somebody else's.
func FoldEmail(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
}

// FoldDocument is a travel document as it is compared and blinded:
// "ISSUER|NUMBER" in capitals, without blanks, dashes and fillers, full-width
// forms made plain. It is "" when either part is missing: then nothing is known
// about the document.
func FoldDocument(issuer, number string) string {
	i, n := foldCode(issuer), foldCode(number)
	if i == "" || n == "" {
		return ""
	}
	return i + "|" + n
}

func foldCode(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// FoldName is a name as it is matched: marks, case and width do not count, nor
// does the order of its parts, nor what is written between them. Letters that
// Unicode does not take apart are written out ("ß" as "ss", "ø" as "o"). Two
// names that fold alike may be one person; that they are is never concluded from
// it alone (case 11).
func FoldName(s string) string {
	s = cases.Fold().String(norm.NFKD.String(s))
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Lm, r):
		case apart[r] != "":
			b.WriteString(apart[r])
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mc, r):
			b.WriteRune(r)
		case r == '\'' || r == '’' || r == '‘' || r == '`' || r == '´':
		default:
			b.WriteByte(' ')
		}
	}
	return inOrder(strings.Fields(b.String()))
}

// apart writes out small letters that have no decomposition. "ı" and "i", "ø"
// and "o" are the same person's on two papers.
var apart = map[rune]string{'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'ı': "i", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ħ': "h", 'ŋ': "n"}

func inOrder(parts []string) string {
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
