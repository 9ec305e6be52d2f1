package race

import (
	"math"
	"testing"

	"stadion/internal/fault"
)

func TestMoney_WritesTheDecimalsOfItsCurrency(t *testing.T) {
	for _, c := range []struct {
		m    Money
		want string
	}{
		{Money{219500, "EUR"}, "2195.00 EUR"}, {Money{300, "JPY"}, "300 JPY"}, {Money{-50, "KWD"}, "-0.050 KWD"},
		{Money{5, "USD"}, "0.05 USD"}, {Money{90000, "KRW"}, "90000 KRW"}, {Money{150, "KPW"}, "1.50 KPW"},
		{Money{math.MinInt64, "EUR"}, "-92233720368547758.08 EUR"}, {Money{}, "0.00"},
	} {
		if got := c.m.String(); got != c.want {
			t.Errorf("%+v = %q, want %q", c.m, got, c.want)
		}
	}
}

func TestParseMoney_NeverRounds(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		want             int64
		code             string
	}{
		{"2195", "EUR", 219500, ""}, {"2195.5", "EUR", 219550, ""}, {"-0.05", "EUR", -5, ""}, {"300", "JPY", 300, ""},
		{"1.234", "KWD", 1234, ""}, {"1.234", "EUR", 0, "money.bad_amount"}, {"300.5", "JPY", 0, "money.bad_amount"},
		{"1,50", "EUR", 0, "money.bad_amount"}, {"", "EUR", 0, "money.bad_amount"}, {"1.", "EUR", 0, "money.bad_amount"},
		{"--1", "EUR", 0, "money.bad_amount"}, {"+1", "EUR", 0, "money.bad_amount"}, {"1", "eur", 0, "money.bad_currency"},
		{"99999999999999999999", "EUR", 0, "money.bad_amount"},
	} {
		m, err := ParseMoney(c.amount, c.currency)
		if fault.CodeOf(err) != c.code || m.Minor != c.want {
			t.Errorf("ParseMoney(%q, %s) = %v, %v", c.amount, c.currency, m, err)
		}
	}
}

func TestMoney_NeverMixesCurrenciesNorOverflows(t *testing.T) {
	if _, err := (Money{1, "EUR"}).Add(Money{1, "JPY"}); fault.CodeOf(err) != "money.mixed" {
		t.Errorf("EUR + JPY: %v", err)
	}
	if m, err := (Money{}).Add(Money{7, "JPY"}); err != nil || m != (Money{7, "JPY"}) {
		t.Errorf("nothing + JPY 7 = %v, %v", m, err)
	}
	for _, m := range []Money{{math.MaxInt64, "EUR"}, {math.MinInt64, "EUR"}} {
		if _, err := m.Add(Money{m.Minor / 2, "EUR"}); fault.CodeOf(err) != "money.too_large" {
			t.Errorf("overflow of %d + half: %v", m.Minor, err)
		}
		if _, err := m.Times(-3); fault.CodeOf(err) != "money.too_large" {
			t.Errorf("overflow of %d * -3: %v", m.Minor, err)
		}
	}
	if m, err := (Money{-5, "EUR"}).Add(Money{3, "EUR"}); err != nil || m.Minor != -2 {
		t.Errorf("-5 + 3 = %v, %v", m, err)
	}
	if m, err := (Money{15000, "EUR"}).Times(12); err != nil || m.Minor != 180000 {
		t.Errorf("150.00 * 12 = %v, %v", m, err)
	}
	if _, err := (Money{math.MinInt64, "EUR"}).Times(-1); fault.CodeOf(err) != "money.too_large" {
		t.Errorf("overflow of min * -1: %v", err)
	}
}
