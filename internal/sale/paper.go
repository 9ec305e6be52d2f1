package sale

import (
	"strconv"

	"stadion/internal/money"
)

// The kinds of papers.
const (
	Invoice    = "invoice"
	CreditNote = "credit_note"
)

// paper writes the invoice, or the credit note, over the charges that no paper
// has yet: charges are only ever appended, so every charge stands on exactly one
// paper and the papers of an order add up to what it costs. Papers are numbered
// by kind, without gaps. Charges that come to nothing wait for the next paper.
func (w *Work) paper(o *Order) {
	done := 0
	for _, p := range o.Papers {
		done += len(p.Lines)
	}
	lines := o.Charges[done:]
	sum := money.Of(0, o.Currency)
	for _, c := range lines {
		sum = sum.Add(c.Amount)
	}
	if sum.Zero() {
		return
	}
	kind, letter := Invoice, "-I-"
	if sum.Minor < 0 {
		kind, letter = CreditNote, "-C-"
	}
	n := strconv.FormatInt(w.Number(kind), 10)
	for len(n) < 4 {
		n = "0" + n
	}
	o.Papers = append(o.Papers, Paper{Number: editionCode(w.Edition) + letter + n, Kind: kind, At: w.At, Amount: sum,
		Lines: append([]Charge(nil), lines...)})
}
