package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"stadion/internal/fault"
)

// The bounds of a password. Length is what protects; no mixture of characters
// is asked for.
const (
	PasswordMinLetters = 10
	PasswordMaxBytes   = 512
)

// CheckPassword says whether a password may be chosen for an account. names
// are what others know about it: login name, full name. The fault names field
// "password" and is one of access.password_short, _long, _common, _name.
func CheckPassword(password string, names ...string) error {
	p := norm.NFC.String(password)
	switch {
	case len(p) > PasswordMaxBytes || !utf8.ValidString(p):
		return refuse("access.password_long", fault.Args{"n": PasswordMaxBytes})
	case utf8.RuneCountInString(p) < PasswordMinLetters:
		return refuse("access.password_short", fault.Args{"n": PasswordMinLetters})
	case guessable(p):
		return refuse("access.password_common", nil)
	}
	squeezed := squeeze(p)
	for _, name := range names {
		n := squeeze(name)
		if utf8.RuneCountInString(n) >= 3 && strings.Contains(squeezed, n) && len(squeezed) < len(n)+8 {
			return refuse("access.password_name", nil)
		}
	}
	return nil
}

func refuse(code string, args fault.Args) error {
	return fault.New(fault.Invalid, code, args).On("password")
}

// squeeze keeps letters and digits, lower case: "Kim, Min-su" is "kimminsu".
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// stems are what the passwords of published leaks are made of, with or without
// digits around them.
var stems = []string{
	"password", "passwort", "passw0rd", "p4ssword", "qwerty", "qwertyuiop", "qwertz", "asdfghjkl", "azerty",
	"letmein", "welcome", "willkommen", "iloveyou", "administrator", "admin", "changeme", "secret", "geheim",
	"1q2w3e4r", "1qaz2wsx", "zaq12wsx", "q1w2e3r4t5", "1q2w3e4r5t", "abcdefghij", "sunshine", "football", "princess",
	"superman", "marathon", "stadion", "stadium", "비밀번호", "사랑해", "密码", "woaini",
}

// guessable reports the passwords tried first by anybody: few different
// letters, a run along the keyboard or the alphabet, or a stem and digits.
func guessable(p string) bool {
	s := squeeze(p)
	if few(s) || run(s) {
		return true
	}
	core := strings.TrimFunc(s, unicode.IsDigit)
	for _, stem := range stems {
		if s == stem || s == stem+stem || core != "" && (core == stem || core == stem+stem) {
			return true
		}
	}
	return false
}

// few reports fewer than five different characters.
func few(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) < 5
}

// run reports that nearly every character follows its neighbour up or down:
// 1234567890, 0987654321, abcdefghijk.
func run(s string) bool {
	r := []rune(s)
	up, down := 0, 0
	for i := 1; i < len(r); i++ {
		switch r[i] - r[i-1] {
		case 1, -9:
			up++
		case -1, 9:
			down++
		}
	}
	return up >= len(r)-2 || down >= len(r)-2
}
