package sale_test

import (
	"fmt"
	"testing"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

func TestSale_Case46_TheTierAtTheMinute(t *testing.T) {
	zone, _ := time.LoadLocation("Asia/Pyongyang")
	midnight := func(month time.Month, day int) race.Instant { // that ends a day
		return race.At(time.Date(2026, month, day, 24, 0, 0, 0, zone))
	}
	for _, c := range []struct {
		at      race.Instant
		percent int
	}{
		{midnight(1, 5), 90}, // 90 days before 5 April, the last instant of the day
		{midnight(1, 5) + 1, 50},
		{midnight(1, 5) - race.Instant(time.Minute), 90},
		{midnight(2, 4), 50},
		{midnight(2, 4) + 1, 20},
		{midnight(3, 6), 20},
		{midnight(3, 6) + 1, 0},
		{midnight(4, 9), 0},
	} {
		d := openDesk(t)
		o := d.one("marathon", "Ada")
		d.now = c.at
		o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
		if got := owed(o); got != eur(int64(100*c.percent)) {
			t.Errorf("%s: %s, want %d %%", c.at, got, c.percent)
		}
		if got := o.Due().Minor; got != int64(10000-100*c.percent) || o.Open().Neg() != owed(o) {
			t.Errorf("%s: %d is kept, open %s", c.at, got, o.Open())
		}
		d.whole()
	}
}

func TestSale_Case46_TheInstantOfTheRequestCounts(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Ada")
	asked := o.Terms.Deadlines()[0].End
	d.now = asked.Add(3 * time.Second) // the commit came later
	o = d.must(d.c.CancelAsked(ctx, o.ID, sale.ByBuyer, asked, nobody))
	if owed(o) != eur(9000) {
		t.Errorf("owed %s", owed(o))
	}
	for i, days := range []int{90, 60, 30} {
		if got := o.Terms.Deadlines()[i].Days; got != days {
			t.Errorf("deadline %d is of %d days", i, got)
		}
	}
}

func TestSale_Case46_OnlyTheBuyersWishGoesByTheScale(t *testing.T) {
	for _, why := range []string{sale.ByVisa, sale.ByEdition, sale.BySeller} {
		d := openDesk(t)
		o := d.one("marathon", "Ada")
		d.now = o.Terms.Deadlines()[2].End + 1
		if o = d.must(d.c.Cancel(ctx, o.ID, why, clerk)); owed(o) != eur(10000) || o.Due().Minor != 0 {
			t.Errorf("%s: owed %s", why, owed(o))
		}
	}
	d := openDesk(t)
	_, err := d.c.Cancel(ctx, d.one("half", "Ada").ID, "mood", clerk)
	d.refuses("sale.cancel_why", err)
	o := d.hold(wish("held", of("half", 1)))
	d.now = o.HardEnd
	_, err = d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody)
	d.refuses("sale.hold_ended", err)
	_, err = d.c.Cancel(ctx, "none", sale.ByBuyer, nobody)
	d.refuses("sale.order_unknown", err)
}

func TestSale_Case48_RefundsPerReceiptInItsCurrencyNeverMore(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("three", of("marathon", 1)))
	for i, part := range []int64{3333, 3333, 3334} {
		o = d.must(d.c.Receive(ctx, o.ID, card(fmt.Sprint("pi_", i), eur(part)), nobody))
	}
	d.must(d.c.Receive(ctx, o.ID, card("pi_usd", money.Of(500, "USD")), nobody))
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
	sums := map[string]money.Amount{}
	for _, r := range o.Refunds {
		sums[r.Receipt] = sums[r.Receipt].Add(r.Amount)
	}
	if sums["pi_2"] != eur(3334) || sums["pi_1"] != eur(3333) || sums["pi_0"] != eur(2333) || sums["pi_usd"] != money.Of(500, "USD") {
		t.Errorf("%v", sums)
	}
	_, err := d.c.Owe(ctx, o.ID, "more", eur(1001), "kind", clerk)
	d.refuses("sale.refund_too_much", err)
	_, err = d.c.Owe(ctx, o.ID, "foreign", money.Of(1, "USD"), "kind", clerk)
	d.refuses("sale.refund_too_much", err)
	_, err = d.c.Owe(ctx, o.ID, "less", eur(-5), "kind", clerk)
	d.refuses("sale.refund", err)
	o = d.must(d.c.Owe(ctx, o.ID, "rest", eur(1000), "kind", clerk))
	again := d.must(d.c.Owe(ctx, o.ID, "rest", eur(1000), "kind", clerk))
	if len(again.Refunds) != len(o.Refunds) || o.Paid() != eur(10000) || o.Refunds[len(o.Refunds)-1].Amount != eur(1000) {
		t.Errorf("%+v", o.Refunds)
	}
	d.whole()
}

func TestSale_Case48_DiscountsAndDepositsAddUpToTheLastCent(t *testing.T) {
	d := openDesk(t)
	a := wish("odd", of("tour-a", 1), of("half", 1), of("shirt", 1))
	a.Voucher = "TEN"
	o := d.hold(a)
	if o.Due() != eur(96750) || len(o.Charges) != 6 {
		t.Errorf("due %s: %v", o.Due(), o.Charges)
	}
	sum := money.Of(0, "EUR")
	for _, c := range o.Charges {
		if c.Kind == "discount" {
			sum = sum.Add(c.Amount)
		}
	}
	if sum != eur(-10750) {
		t.Errorf("the discount is %s", sum)
	}
	if o.Deposit != eur(27000+4500+2250) {
		t.Errorf("deposit %s", o.Deposit)
	}
	a = wish("gift", of("half", 1), of("meals", 3))
	a.Voucher = "FIFTY"
	if o = d.hold(a); o.Due() != eur(3000) {
		t.Errorf("a voucher made a donation smaller: %s", o.Due())
	}
}

func TestCancel_OnePersonOfAGroup(t *testing.T) {
	d := openDesk(t)
	a := ask("pair", "marathon", runner("p1", "Ada"), runner("p2", "Bea"))
	for _, p := range []string{"p1", "p2"} {
		a.Wants = append(a.Wants, sale.Want{Product: "tour-a", N: 1, Person: p})
	}
	a.Wants = append(a.Wants, sale.Want{Product: "shirt", N: 1})
	o := d.hold(a)
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_dep", o.Least()), nobody)) // 600 + 200 + 25: the deposit
	if o.State != sale.Confirmed || o.Paid() != eur(82500) {
		t.Fatalf("%s, paid %s", o.State, o.Paid())
	}
	o = d.must(d.c.CancelPerson(ctx, o.ID, "p2", sale.ByBuyer, nobody))
	// of 825.00 paid, 1100/2225 are Bea's share: 407.87; 90 % of it goes back
	if owed(o) != eur(36708) || d.Quota("race:marathon").Used != 1 || d.Quota("bed:a").Used != 1 || !o.Status("p2").Out {
		t.Errorf("owed %s, %d beds", owed(o), d.Quota("bed:a").Used)
	}
	if o.Due() != eur(112500+4079) || len(o.Papers) != 2 || o.Papers[1].Kind != sale.CreditNote {
		t.Errorf("due %s, %d papers", o.Due(), len(o.Papers))
	}
	d.whole()
	o = d.must(d.c.CancelPerson(ctx, o.ID, "p2", sale.ByBuyer, nobody)) // again: nothing
	if owed(o) != eur(36708) {
		t.Error("refunded twice")
	}
	_, err := d.c.CancelPerson(ctx, o.ID, "p3", sale.ByBuyer, nobody)
	d.refuses("sale.person_unknown", err)
	o = d.must(d.c.CancelPerson(ctx, o.ID, "p1", sale.ByVisa, clerk)) // the last one ends the order
	if o.State != sale.Cancelled || d.Quota("bed:a").Used != 0 {
		t.Errorf("%s", o.State)
	}
	if owed(o) != eur(82500) && owed(o).Minor+o.Due().Minor != 82500 {
		t.Errorf("owed %s and %s kept of 825.00", owed(o), o.Due())
	}
	d.whole()
}

func TestCancel_OnePersonOfAHold(t *testing.T) {
	d := openDesk(t)
	a := ask("pair", "marathon", runner("p1", "Ada"), runner("p2", "Bea"))
	a.Bank = true
	d.Head.Catalogue.Hold.BankPart = 20
	d.ok(d.c.Resize(ctx, "race:marathon", "", 10, false, clerk))
	o := d.hold(a)
	o = d.must(d.c.CancelPerson(ctx, o.ID, "p1", sale.ByBuyer, nobody))
	if o.State != sale.Held || o.Due() != eur(10000) || d.Quota("race:marathon").Used != 1 || d.Quota("bank:race:marathon").Used != 1 {
		t.Errorf("%s, due %s, %d used", o.State, o.Due(), d.Quota("bank:race:marathon").Used)
	}
	if o = d.pay(o); o.State != sale.Confirmed || d.Quota("bank:race:marathon").Used != 0 {
		t.Errorf("%s, %d of the banks' part", o.State, d.Quota("bank:race:marathon").Used)
	}
	d.whole()
}

func TestPaper_NumbersWithoutGapsAndAddingUp(t *testing.T) {
	d := openDesk(t)
	numbers := map[string]int{}
	for i := range 6 {
		o := d.one("half", fmt.Sprint("Runner", i))
		if _, err := d.c.Hold(ctx, ask("twice", "half", runner("p1", fmt.Sprint("Runner", i)))); err == nil {
			t.Error("a second order of the same person")
		}
		if i%2 == 0 {
			o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
		}
		sum, lines := money.Of(0, "EUR"), 0
		for _, p := range o.Papers {
			numbers[p.Number]++
			sum, lines = sum.Add(p.Amount), lines+len(p.Lines)
		}
		if sum != o.Due() || lines != len(o.Charges) {
			t.Errorf("papers say %s, the order %s", sum, o.Due())
		}
	}
	for kind, n := range map[string]int{"I": 6, "C": 3} {
		for i := range n {
			if number := fmt.Sprintf("TES26-%s-%04d", kind, i+1); numbers[number] != 1 {
				t.Errorf("%s is there %d times", number, numbers[number])
			}
		}
	}
	if len(numbers) != 9 {
		t.Errorf("%v", numbers)
	}
}

func TestName_DoesNotChangeWhoRunsNorThePrice(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Ada")
	p := o.Private
	p.Name, p.Address = "Ada Payer", "2 Example Street"
	p.Persons[0].Name.Printed = "Ada B."
	p.Persons[0].Resident, p.Persons[0].Race = true, "half"
	o = d.must(d.c.Name(ctx, o.ID, p, []string{"email:x"}, nobody))
	got := o.Private.Persons[0]
	if got.Name.Printed != "Ada B." || got.Resident || got.Race != "marathon" || o.Private.Address == "" || o.Due() != eur(10000) {
		t.Errorf("%+v due %s", got, o.Due())
	}
	p.Persons[0].ID = "p9"
	_, err := d.c.Name(ctx, o.ID, p, nil, nobody)
	d.refuses("sale.person_unknown", err)
	bare := d.hold(wish("bare", of("half", 2)))
	_, err = d.c.Name(ctx, bare.ID, sale.Private{Persons: ask("x", "half", runner("p1", "A"), runner("p2", "B"), runner("p3", "C")).Private.Persons}, nil, nobody)
	d.refuses("sale.persons", err)
	bare = d.must(d.c.Name(ctx, bare.ID, sale.Private{Persons: ask("x", "half", runner("p1", "A"), runner("p2", "B")).Private.Persons}, nil, nobody))
	if len(bare.Private.Persons) != 2 || bare.Private.Email != "bare@example.org" {
		t.Errorf("%+v", bare.Private)
	}
	d.now = bare.HardEnd
	_, _ = d.c.Sweep(ctx)
	_, err = d.c.Name(ctx, bare.ID, bare.Private, nil, nobody)
	d.refuses("sale.order_ended", err)
}

func TestName_WhoeverComesLaterHasWhatWasBoughtForThem(t *testing.T) {
	for _, paidFirst := range []bool{false, true} {
		d := openDesk(t)
		id := fmt.Sprint("bare-", paidFirst)
		a := wish(id, of("half", 2))
		o := d.hold(a)
		due := o.Due()
		if paidFirst {
			o = d.must(d.c.Receive(ctx, o.ID, sale.Receipt{ID: "r-" + id, Method: "card", At: d.now, Amount: due}, nobody))
		}
		one, two := runner("p1", "A"), runner("p2", "B")
		one.Race, two.Race = "half", "half"
		o = d.must(d.c.Name(ctx, o.ID, sale.Private{Persons: []entry.Person{one, two}}, nil, nobody))
		of := map[string]int{}
		for _, it := range o.Items {
			of[it.Person] += it.N
		}
		if of["p1"] != 1 || of["p2"] != 1 || of[""] != 0 || o.Due() != due {
			t.Fatalf("paid first %v: %v, due %s, was %s", paidFirst, of, o.Due(), due)
		}
		if !paidFirst {
			o = d.must(d.c.Receive(ctx, o.ID, sale.Receipt{ID: "r-" + id, Method: "card", At: d.now, Amount: due}, nobody))
		}
		o = d.must(d.c.CancelPerson(ctx, o.ID, "p2", sale.ByVisa, nobody))
		owed := eur(0)
		for _, r := range o.Refunds {
			owed = owed.Add(r.Amount)
		}
		if half := due.Part(1, 2); owed != half || o.Due() != half {
			t.Errorf("paid first %v: %s go back of %s, %s remain due", paidFirst, owed, due, o.Due())
		}
		if q := d.Quota("race:half"); q.Used != 1 {
			t.Errorf("%d places are used", q.Used)
		}
	}
}
