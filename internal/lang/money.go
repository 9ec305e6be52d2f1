package lang

import (
	"strings"

	"stadion/internal/money"
)

// signs are the marks of currencies that no other currency shares; all others
// are told by their code.
var signs = map[money.Currency]string{"EUR": "€", "KRW": "₩", "GBP": "£"}

// Money writes an amount as the language does: with the currency's own number of
// decimals, a true minus sign, and blanks that do not break.
func (p *Printer) Money(a money.Amount) string {
	decimal, negative := strings.CutPrefix(a.Decimal(), "-")
	_, part, _ := strings.Cut(decimal, ".")
	whole := a.Minor
	for range part {
		whole /= 10
	}
	if whole < 0 {
		whole = -whole
	}
	number := p.num.Sprintf("%d", whole)
	if part != "" {
		number += map[bool]string{true: ",", false: "."}[p.Tag == German] + part
	}
	minus := ""
	if negative {
		minus = "\u2212"
	}
	sign, has := signs[a.Currency]
	switch {
	case a.Currency == "":
		return minus + number
	case p.Tag == German && has:
		return minus + number + "\u00a0" + sign
	case p.Tag == German:
		return minus + number + "\u00a0" + string(a.Currency)
	case has:
		return minus + sign + number
	}
	return minus + string(a.Currency) + "\u00a0" + number
}
