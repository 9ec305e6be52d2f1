package shop

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"

	"stadion/internal/money"
	"stadion/internal/sale"
)

// transfer is where a bank transfer goes, with everything its form asks for.
type transfer struct {
	sale.BankAccount
	Reference string
	Amount    money.Amount
	QR        template.HTML // an image; "" where the currency has no such code
}

// transfer is how an amount of the order is sent by bank; nil if this sale takes
// no transfers in the order's currency, or if the hold is too short for one.
func (d *desk) transfer(amount money.Amount) *transfer {
	b := d.Catalogue.Bank
	if b == nil || b.Currency != d.O.Currency || d.O.Reference == "" || d.O.State == sale.Held && !d.O.Bank {
		return nil
	}
	t := &transfer{BankAccount: *b, Reference: d.O.Reference, Amount: amount}
	if code := epc(b, d.O.Reference, amount); code != "" {
		t.QR = qrSVG(code)
	}
	return t
}

// Groups is a number in groups of four, as it is read aloud and typed.
func (t *transfer) Groups(s string) string {
	s = strings.ReplaceAll(s, " ", "")
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return strings.Join(append(out, s), " ")
}

// epc is the text of a credit transfer's QR code (EPC069-12, version 2), ""
// for what it cannot say: it knows the euro alone.
func epc(b *sale.BankAccount, reference string, a money.Amount) string {
	if a.Currency != "EUR" || a.Minor <= 0 || a.Minor > 99999999999 {
		return ""
	}
	holder := []rune(b.Holder)
	return strings.Join([]string{"BCD", "002", "1", "SCT", b.BIC, string(holder[:min(70, len(holder))]),
		strings.ReplaceAll(b.IBAN, " ", ""), "EUR" + a.Decimal(), "", reference, ""}, "\n")
}

// qrSVG draws a code, error correction M as the guideline asks, with its quiet
// zone. Rows are drawn as runs, so that the picture stays small.
func qrSVG(text string) template.HTML {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	const quiet = 4
	size := code.Size + 2*quiet
	var p strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&p, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, n, n)
				x += n
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" aria-hidden="true" shape-rendering="crispEdges"><rect class="qr-ground" width="%d" height="%d"/><path class="qr-ink" d="%s"/></svg>`,
		size, size, size, size, p.String()))
}
