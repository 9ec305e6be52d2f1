package office

import (
	"stadion/internal/lang"
	"stadion/internal/money"
)

// moneyText is a sum as a language writes it.
func moneyText(p *lang.Printer, a money.Amount) string { return p.Money(a) }
