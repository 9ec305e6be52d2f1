package pay_test

import (
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
)

var clerk = access.System("treasurer")

// bankOrders are three orders that wait for a transfer: TES26-0001 to 0003.
func bankOrders(t *testing.T) *till {
	x := openTill(t, func(c *sale.Catalogue) { c.Hold.BankPart = 100 })
	for range 3 {
		x.hold()
	}
	return x
}

func (x *till) match(s *pay.Statement) []pay.Line {
	x.t.Helper()
	kept, err := x.v.Remittances(ctx, x.c.Edition(), "")
	x.ok(err)
	lines, err := pay.Match(ctx, x.c, x.v, s.Remittances, kept)
	x.ok(err)
	return lines
}

func stands(lines []pay.Line) (out []string) {
	for _, l := range lines {
		s := l.State
		if l.Why != "" {
			s += " " + l.Why
		}
		if l.Order != nil {
			s += " " + l.Order.ID
		}
		out = append(out, s)
	}
	return out
}

// Cases 9 and 10 by the bank's side: what names its order goes there, of the rest
// a person says whose it is, and the same file again changes nothing.
func TestBank_AStatementIsMatchedTakenAndTakenTwice(t *testing.T) {
	x := bankOrders(t)
	s := read(t, "a.xml", string(file(t, "camt-02.xml")), house)
	lines := x.match(s)
	same(t, stands(lines), []string{"matched o1", "matched o2", "decide number o3", "decide back o1"})
	if len(x.store.Queue) > 0 || x.order("o1").Paid().Minor != 0 {
		t.Fatal("looking at it changed something")
	}
	got, err := pay.Take(ctx, x.c, x.v, lines, clerk)
	if err != nil || got != (pay.Taken{Received: 2, Kept: 2}) {
		t.Fatalf("%+v %v", got, err)
	}
	x.books(x.is("o1", sale.Confirmed, 10000))
	x.books(x.is("o2", sale.Confirmed, 10000))
	x.is("o3", sale.Held, 0)
	for range 2 {
		posts := len(x.store.Postings)
		lines = x.match(s)
		same(t, stands(lines), []string{"known", "known", "known", "known"})
		if got, err = pay.Take(ctx, x.c, x.v, lines, clerk); err != nil || got != (pay.Taken{Known: 4}) || posts != len(x.store.Postings) {
			t.Fatalf("again: %+v %v", got, err)
		}
	}
	// The desk says whose the third is: 250.00 for an order of 100.00.
	open, _ := x.v.Remittances(ctx, x.c.Edition(), sale.RemittanceOpen)
	for _, tr := range open {
		if tr.Amount.Minor < 0 {
			continue
		}
		for range 2 {
			_, err = pay.Assign(ctx, x.c, x.v, tr, "o3", clerk)
			x.ok(err)
		}
		_, err = pay.Assign(ctx, x.c, x.v, tr, "o1", clerk)
		code(t, err, "sale.receipt_elsewhere")
	}
	o := x.is("o3", sale.Confirmed, 25000)
	x.books(o)
	if got := tasks(o); len(got) == 0 || got[0] != "surplus" {
		t.Errorf("a surplus is kept in silence: %v", got)
	}
}

func TestBank_WhatMustBeDecidedByAPerson(t *testing.T) {
	x := bankOrders(t)
	x.ok(second(x.c.Receive(ctx, "o2", sale.Receipt{ID: "bank:other", Method: pay.Bank, At: read(t, "a", "Date,Amount\n2025-12-02,1\n", house).Remittances[0].At,
		Amount: money.Of(5000, "EUR")}, clerk)))
	for text, want := range map[string]string{
		"RF98TES260001":                  "matched o1",
		"rf98-tes2-6000.1 thank you":     "matched o1",
		"XRF98TES260001":                 "matched o1",
		"RF98TES260001 RF71TES260002":    "decide several o1",
		"RF71TES260002":                  "decide twice o2",
		"RF44TES260003 RF18539007547034": "matched o3",
		"RF18539007547034":               "decide nothing",
		"RF99TES260001":                  "decide nothing",
		"TES26-0001":                     "decide number o1",
		"no idea":                        "decide nothing",
		"":                               "decide nothing",
		strings.Repeat("RF", 400):        "decide nothing",
	} {
		s := read(t, "a.csv", "Date;Amount;Text\n2025-12-02;50,00;"+text+"\n", house)
		if got := stands(x.match(s))[0]; got != want {
			t.Errorf("%.40q: %s, want %s", text, got, want)
		}
	}
	won := read(t, "a.csv", "Date;Amount;Text;Currency\n2025-12-02;50;RF98TES260001;KRW\n", house)
	same(t, stands(x.match(won)), []string{"decide currency o1"})
}

func second(_ *sale.Order, err error) error { return err }

// Case 9: a transfer short of what is due leaves the order partly paid.
func TestBank_Case09_TooLittleIsRecordedAndTheOrderWaits(t *testing.T) {
	x := bankOrders(t)
	s := read(t, "a.csv", "Date;Amount;Text\n2025-12-02;40,00;RF98TES260001\n", house)
	_, err := pay.Take(ctx, x.c, x.v, x.match(s), clerk)
	x.ok(err)
	x.is("o1", sale.Held, 4000)
	s = read(t, "b.csv", "Date;Amount;Text\n2025-12-03;59,50;RF98TES260001\n", house)
	_, err = pay.Take(ctx, x.c, x.v, x.match(s), clerk)
	x.ok(err)
	x.books(x.is("o1", sale.Confirmed, 9950)) // within the tolerance of 1.00
}
