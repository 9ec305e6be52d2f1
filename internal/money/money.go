// Package money is integer money: an amount is a whole number of its
// currency's minor units (cents, fen; the yen and the won have none), never a
// floating point number. Amounts of two currencies never meet.
package money

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"stadion/internal/fault"
)

// Currency is an ISO 4217 code in capitals: "EUR".
type Currency string

// exponents are the decimals of the currencies that do not have two
// (ISO 4217, list one, of 1 January 2025).
var exponents = map[Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Exponent is how many decimals the currency has: 2 for most, 0 for JPY, 3 for KWD.
func (c Currency) Exponent() int {
	if e, ok := exponents[c]; ok {
		return e
	}
	return 2
}

// Valid reports whether c has the form of a currency code.
func (c Currency) Valid() bool {
	return len(c) == 3 && strings.Trim(string(c), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Amount is a sum of money. The zero Amount is nothing of no currency, and can
// be added to any other.
type Amount struct {
	Minor    int64    `json:"minor" toml:"minor"`
	Currency Currency `json:"currency" toml:"currency"`
}

// Of makes an amount.
func Of(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero reports whether the amount is nothing, of whatever currency.
func (a Amount) Zero() bool { return a.Minor == 0 }

// Add is a + b. It panics if the currencies differ: a mistake of the program,
// for input is checked with Same first.
func (a Amount) Add(b Amount) Amount {
	if !a.Same(b) {
		panic(fmt.Sprintf("money: %s added to %s", b, a))
	}
	if a.Currency == "" {
		a.Currency = b.Currency
	}
	a.Minor += b.Minor
	return a
}

// Sub is a - b, of the same currency.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg is -a.
func (a Amount) Neg() Amount { return Amount{-a.Minor, a.Currency} }

// Times is n of a.
func (a Amount) Times(n int) Amount { return Amount{a.Minor * int64(n), a.Currency} }

// Same reports whether the two can be added.
func (a Amount) Same(b Amount) bool {
	return a.Currency == b.Currency || a.Currency == "" && a.Minor == 0 || b.Currency == "" && b.Minor == 0
}

// Less reports whether a is the smaller, of the same currency.
func (a Amount) Less(b Amount) bool { return a.Sub(b).Minor < 0 }

// Min is the smaller of the two.
func Min(a, b Amount) Amount {
	if b.Less(a) {
		return b
	}
	return a
}

// Part is num/den of the amount, rounded half away from zero, exact at any size.
func (a Amount) Part(num, den int64) Amount {
	if den <= 0 {
		panic("money: a part needs a positive whole")
	}
	if small(a.Minor, num, den) {
		n := 2 * a.Minor * num
		if n < 0 {
			return Amount{(n - den) / (2 * den), a.Currency}
		}
		return Amount{(n + den) / (2 * den), a.Currency}
	}
	n := new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(num))
	half := big.NewInt(den)
	n.Mul(n, big.NewInt(2))
	if n.Sign() < 0 {
		n.Sub(n, half)
	} else {
		n.Add(n, half)
	}
	n.Quo(n, big.NewInt(2*den))
	return Amount{n.Int64(), a.Currency}
}

// small reports whether products of the three stay far within 64 bits.
func small(minor, num, den int64) bool {
	return minor > -1<<40 && minor < 1<<40 && num > -1<<20 && num < 1<<20 && den < 1<<40
}

// Percent is p percent of the amount, rounded half away from zero.
func (a Amount) Percent(p int) Amount { return a.Part(int64(p), 100) }

// Split divides the amount in the proportion of the weights without losing a
// minor unit: the largest remainders get what is left over, the first of equals
// first (case 48). Weights are not negative and not all zero.
func (a Amount) Split(weights ...int64) []Amount {
	var total int64
	for _, w := range weights {
		if w < 0 {
			panic("money: a negative weight")
		}
		total += w
	}
	out := make([]Amount, len(weights))
	if total == 0 {
		panic("money: nothing to split by")
	}
	rest := make([]*big.Int, len(weights))
	left := a.Minor
	for i, w := range weights {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(a.Minor), big.NewInt(w)), big.NewInt(total), new(big.Int))
		out[i] = Amount{q.Int64(), a.Currency}
		rest[i] = r.Abs(r)
		left -= q.Int64()
	}
	step := int64(1)
	if left < 0 {
		step = -1
	}
	for ; left != 0; left -= step {
		best := -1
		for i := range rest {
			if best < 0 || rest[i].Cmp(rest[best]) > 0 {
				best = i
			}
		}
		out[best].Minor += step
		rest[best] = big.NewInt(-1)
	}
	return out
}

// Decimal is the number alone with a point and the currency's decimals: "2195.00".
func (a Amount) Decimal() string {
	e := a.Currency.Exponent()
	sign, n := "", a.Minor
	u := uint64(n)
	if n < 0 {
		sign, u = "-", uint64(-n)
	}
	s := strconv.FormatUint(u, 10)
	if e == 0 {
		return sign + s
	}
	for len(s) <= e {
		s = "0" + s
	}
	return sign + s[:len(s)-e] + "." + s[len(s)-e:]
}

// String is for logs and files: "2195.00 EUR".
func (a Amount) String() string { return strings.TrimSpace(a.Decimal() + " " + string(a.Currency)) }

// Parse reads a plain decimal number, "2195" or "2195.00", as an amount of a
// currency. Fault Invalid money.amount: not a number, too many decimals for the
// currency, or beyond what 15 digits hold.
func Parse(s string, c Currency) (Amount, error) {
	wrong := fault.New(fault.Invalid, "money.amount", fault.Args{"value": cut(s), "currency": string(c), "decimals": c.Exponent()})
	t := strings.TrimSpace(s)
	t, negative := strings.CutPrefix(t, "-")
	whole, part, _ := strings.Cut(t, ".")
	e := c.Exponent()
	if whole == "" || len(part) > e || len(whole)+e > 15 || strings.Trim(whole+part, "0123456789") != "" || !c.Valid() ||
		strings.HasSuffix(t, ".") {
		return Amount{}, wrong
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", e-len(part)), 10, 64)
	if err != nil {
		return Amount{}, wrong
	}
	if negative {
		n = -n
	}
	return Amount{n, c}, nil
}

func cut(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
