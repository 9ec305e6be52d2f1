package sale

import (
	"strconv"
	"strings"
)

// OrderNumber is a number as it is said on the telephone: the edition's first
// three letters, its year's last two digits, and the running number: "PYO26-0042".
func OrderNumber(edition string, n int64) string {
	var b [24]byte
	s := b[:0]
	s = append(s, editionCode(edition)...)
	s = append(s, '-')
	for lim := int64(1000); n < lim && lim > 1; lim /= 10 {
		s = append(s, '0')
	}
	return string(strconv.AppendInt(s, n, 10))
}

func editionCode(edition string) string {
	var letters, digits []byte
	for i := range len(edition) {
		switch c := edition[i]; {
		case c >= 'a' && c <= 'z' && len(letters) < 3:
			letters = append(letters, c-'a'+'A')
		case c >= 'A' && c <= 'Z' && len(letters) < 3:
			letters = append(letters, c)
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		}
	}
	return string(append(letters, digits[max(0, len(digits)-2):]...))
}

// Reference is the creditor reference (ISO 11649) of an order's number, for
// transfers: "RF" + two check digits + the letters and digits of the number.
func Reference(number string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, number)
	check := 98 - mod97(plain+"RF00")
	return "RF" + string([]byte{byte('0' + check/10), byte('0' + check%10)}) + plain
}

// ValidReference reports whether s is a creditor reference with right check
// digits, however it is spaced.
func ValidReference(s string) bool {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if len(s) < 5 || len(s) > 25 || !strings.HasPrefix(s, "RF") ||
		strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	return mod97(s[4:]+s[:4]) == 1
}

// mod97 reads letters as numbers from 10 (ISO 7064, MOD 97-10).
func mod97(s string) int {
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = (n*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			n = (n*100 + int(c-'A') + 10) % 97
		}
	}
	return n
}
