package race

import (
	"math"
	"strconv"
	"strings"

	"stadion/internal/fault"
)

// Money is an amount in the smallest unit of its currency: EUR 2,195.00 is
// {219500, "EUR"}, JPY 300 is {300, "JPY"}. It has no fractions and no rounding.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217, three capital letters
}

// exponents are the currencies that do not have two decimals (ISO 4217).
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// Exponent is how many decimals a currency has: 2 unless ISO 4217 says
// otherwise. The won of the DPR Korea (KPW) has two on paper, the won of the
// Republic of Korea (KRW) none.
func Exponent(currency string) int {
	if e, ok := exponents[currency]; ok {
		return e
	}
	return 2
}

// ParseMoney reads a plain decimal with a point and no grouping, "2195",
// "2195.5" or "-0.05", as an amount of a currency. More decimals than the
// currency has are refused, never rounded: fault money.bad_amount.
func ParseMoney(amount, currency string) (Money, error) {
	bad := fault.New(fault.Invalid, "money.bad_amount", fault.Args{"value": amount, "currency": currency}).On("amount")
	if !isCurrency(currency) {
		return Money{}, fault.New(fault.Invalid, "money.bad_currency", fault.Args{"value": currency}).On("currency")
	}
	text, negative := strings.CutPrefix(strings.TrimSpace(amount), "-")
	whole, part, point := strings.Cut(text, ".")
	e := Exponent(currency)
	if whole == "" || point && part == "" || len(part) > e {
		return Money{}, bad
	}
	digits := whole + part + strings.Repeat("0", e-len(part))
	if strings.Trim(digits, "0123456789") != "" {
		return Money{}, bad
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Money{}, bad
	}
	if negative {
		n = -n
	}
	return Money{n, currency}, nil
}

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// Add is the sum. Faults: money.mixed for two currencies, money.too_large where
// the sum cannot be held. A zero Money without a currency adds to any.
func (m Money) Add(o Money) (Money, error) {
	switch {
	case m == Money{}:
		return o, nil
	case o == Money{}:
		return m, nil
	case m.Currency != o.Currency:
		return Money{}, fault.New(fault.Invalid, "money.mixed", fault.Args{"one": m.Currency, "other": o.Currency})
	}
	sum := m.Minor + o.Minor
	if (sum > m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		return Money{}, fault.New(fault.Invalid, "money.too_large", nil)
	}
	return Money{sum, m.Currency}, nil
}

// Times is the amount n times over; fault money.too_large where it cannot be held.
func (m Money) Times(n int64) (Money, error) {
	p := m.Minor * n
	if m.Minor != 0 && (p/m.Minor != n || m.Minor == -1 && n == math.MinInt64) {
		return Money{}, fault.New(fault.Invalid, "money.too_large", nil)
	}
	return Money{p, m.Currency}, nil
}

// Decimal is the amount with a point and the currency's decimals: "2195.00",
// "300", "-0.050". It is for files and machines; people see lang's format.
func (m Money) Decimal() string {
	e := Exponent(m.Currency)
	s := strconv.FormatInt(m.Minor, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if e == 0 {
		return sign + s
	}
	if len(s) <= e {
		s = strings.Repeat("0", e-len(s)+1) + s
	}
	return sign + s[:len(s)-e] + "." + s[len(s)-e:]
}

// String is "2195.00 EUR".
func (m Money) String() string { return strings.TrimSpace(m.Decimal() + " " + m.Currency) }
