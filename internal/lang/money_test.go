package lang

import (
	"testing"

	"stadion/internal/money"
)

func TestMoney_IsWrittenAsTheLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		tag   Tag
		minor int64
		of    money.Currency
		want  string
	}{
		{English, 219500, "EUR", "€2,195.00"}, {German, 219500, "EUR", "2.195,00\u00a0€"}, {Korean, 3512000, "KRW", "₩3,512,000"},
		{Chinese, 5, "EUR", "€0.05"}, {English, -7, "EUR", "\u2212€0.07"}, {German, -123456, "CHF", "\u22121.234,56\u00a0CHF"},
		{English, 1234567, "KWD", "KWD\u00a01,234.567"}, {English, 0, "JPY", "JPY\u00a00"}, {English, -9223372036854775807, "JPY", "\u2212JPY\u00a09,223,372,036,854,775,807"},
	} {
		if got := For(c.tag).Money(money.Of(c.minor, c.of)); got != c.want {
			t.Errorf("%s %d %s: %q, want %q", c.tag, c.minor, c.of, got, c.want)
		}
	}
}
