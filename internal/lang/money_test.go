package lang

import (
	"testing"

	"stadion/internal/money"
)

func TestMoney_AsTheLanguageWritesIt(t *testing.T) {
	for _, c := range []struct {
		tag  Tag
		a    money.Amount
		want string
	}{
		{English, money.Of(219500, "EUR"), "EUR\u00a02,195.00"},
		{German, money.Of(219500, "EUR"), "2.195,00\u00a0EUR"},
		{Korean, money.Of(3512000, "KRW"), "KRW\u00a03,512,000"},
		{Chinese, money.Of(5, "CNY"), "CNY\u00a00.05"},
		{German, money.Of(-1234567, "KWD"), "\u22121.234,567\u00a0KWD"},
		{English, money.Of(999, "JPY"), "JPY\u00a0999"},
		{English, money.Amount{}, "0.00"},
		{English, money.Of(100000000000, "EUR"), "EUR\u00a01,000,000,000.00"},
	} {
		if got := For(c.tag).Money(c.a); got != c.want {
			t.Errorf("%s in %s is %q, want %q", c.a, c.tag, got, c.want)
		}
	}
}
