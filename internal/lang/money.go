package lang

import (
	"strings"

	"stadion/internal/money"
)

// space keeps an amount and its currency on one line.
const space = "\u00a0"

// Money writes an amount as the language does, with the decimals its currency
// has: "EUR 2,195.00" in English, "2.195,00 EUR" in German, "EUR 2,195.00" in
// Korean and Chinese. Currencies stand as their codes everywhere: signs are
// shared by currencies ("¥"), codes are not. Less than nothing has a minus sign.
func (p *Printer) Money(a money.Amount) string {
	n := p.decimal(a)
	switch {
	case a.Currency == "":
		return n
	case p.Tag == German:
		return n + space + string(a.Currency)
	}
	return string(a.Currency) + space + n
}

// decimal groups the whole part by thousands.
func (p *Printer) decimal(a money.Amount) string {
	group, point := ",", "."
	if p.Tag == German {
		group, point = ".", ","
	}
	s, negative := strings.CutPrefix(a.Decimal(), "-")
	whole, part, has := strings.Cut(s, ".")
	var b strings.Builder
	if negative {
		b.WriteString("\u2212")
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	if has {
		b.WriteString(point)
		b.WriteString(part)
	}
	return b.String()
}
