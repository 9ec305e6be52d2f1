package money

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stadion/internal/fault"
)

func TestParse_ByTheCurrencysDecimals(t *testing.T) {
	for _, c := range []struct {
		s        string
		currency Currency
		minor    int64
		ok       bool
	}{
		{"2195", "EUR", 219500, true},
		{"2195.00", "EUR", 219500, true},
		{"2195.5", "EUR", 219550, true},
		{" 0.05 ", "EUR", 5, true},
		{"-12.30", "EUR", -1230, true},
		{"3512000", "KRW", 3512000, true},
		{"1.234", "KWD", 1234, true},
		{"3512000.0", "KRW", 0, false},
		{"1.234", "EUR", 0, false},
		{"1.", "EUR", 0, false},
		{".5", "EUR", 0, false},
		{"", "EUR", 0, false},
		{"-", "EUR", 0, false},
		{"+5", "EUR", 0, false},
		{"--5", "EUR", 0, false},
		{"1,000.00", "EUR", 0, false},
		{"1e3", "EUR", 0, false},
		{"0x10", "EUR", 0, false},
		{"１２", "EUR", 0, false},
		{"9999999999999.99", "EUR", 999999999999999, true},
		{"99999999999999.99", "EUR", 0, false},
		{"5", "euro", 0, false},
		{"5", "", 0, false},
		{strings.Repeat("9", 1<<20), "EUR", 0, false},
	} {
		a, err := Parse(c.s, c.currency)
		if (err == nil) != c.ok || c.ok && a != Of(c.minor, c.currency) {
			t.Errorf("%.40q in %s: %v %v", c.s, c.currency, a, err)
		}
		if !c.ok {
			if fault.CodeOf(err) != "money.amount" || fault.KindOf(err) != fault.Invalid || len(err.Error()) > 300 {
				t.Errorf("%.40q: %v", c.s, err)
			}
		}
	}
}

func TestMoney_DecimalsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Of(rapid.Int64Range(-999_999_999_999, 999_999_999_999).Draw(t, "minor"), rapid.SampledFrom([]Currency{"EUR", "KRW", "KWD", "JPY"}).Draw(t, "currency"))
		if b, err := Parse(a.Decimal(), a.Currency); err != nil || b != a {
			t.Fatalf("%s came back as %s, %v", a, b, err)
		}
	})
	if s := Of(math.MinInt64, "EUR").Decimal(); s != "-92233720368547758.08" {
		t.Error(s)
	}
}

func TestSplit_LosesNothingAndIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Of(rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(t, "minor"), "EUR")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 12).Draw(t, "weights")
		weights[0]++ // not all zero
		var total, sum int64
		for _, w := range weights {
			total += w
		}
		for i, p := range a.Split(weights...) {
			sum += p.Minor
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(weights[i])), big.NewInt(total))
			if d := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(p.Minor)); d.Abs(d).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("%s by %v: the part %d is %s", a, weights, i, p)
			}
		}
		if sum != a.Minor {
			t.Fatalf("%s by %v makes %d", a, weights, sum)
		}
	})
	got := Of(100, "EUR").Split(1, 1, 1)
	if got[0].Minor != 34 || got[1].Minor != 33 || got[2].Minor != 33 {
		t.Errorf("the first of equals first: %v", got)
	}
}

func TestPart_RoundsHalfAwayFromZeroAtAnySize(t *testing.T) {
	for _, c := range []struct{ minor, num, den, want int64 }{
		{5, 1, 2, 3}, {-5, 1, 2, -3}, {4, 1, 3, 1}, {10, 50, 100, 5}, {1, 1, 3, 0}, {math.MaxInt64 - 1, 1, 2, math.MaxInt64 / 2},
		{math.MaxInt64, 99, 99, math.MaxInt64}, {-7, 3, 2, -11}, {0, 5, 7, 0},
	} {
		if got := Of(c.minor, "EUR").Part(c.num, c.den).Minor; got != c.want {
			t.Errorf("%d/%d of %d is %d, want %d", c.num, c.den, c.minor, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		minor, num, den := rapid.Int64().Draw(t, "minor"), rapid.Int64Range(0, 1000).Draw(t, "num"), rapid.Int64Range(1000, 100000).Draw(t, "den")
		got := Of(minor, "EUR").Part(num, den).Minor
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(minor), big.NewInt(num)), big.NewInt(den))
		if d := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got)); d.Abs(d).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d/%d of %d is %d", num, den, minor, got)
		}
	})
}

func TestAdd_CurrenciesNeverMeet(t *testing.T) {
	if got := (Amount{}).Add(Of(5, "EUR")).Add(Amount{}); got != Of(5, "EUR") {
		t.Error(got)
	}
	defer func() {
		if recover() == nil {
			t.Error("euro and won were added")
		}
	}()
	_ = Of(5, "EUR").Add(Of(5, "KRW"))
}

func TestCurrency_Decimals(t *testing.T) {
	for c, want := range map[Currency]int{"EUR": 2, "KRW": 0, "JPY": 0, "KWD": 3, "KPW": 2, "CNY": 2} {
		if c.Exponent() != want || !c.Valid() {
			t.Errorf("%s has %d", c, c.Exponent())
		}
	}
	for _, c := range []Currency{"", "eur", "EURO", "E1R", "ÄBC"} {
		if c.Valid() {
			t.Errorf("%q is a currency", c)
		}
	}
	var f *fault.Error
	if _, err := Parse("1.5", "KRW"); !errors.As(err, &f) || f.Args["decimals"] != 0 {
		t.Errorf("%v", err)
	}
}
