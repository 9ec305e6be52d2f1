package sale_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/entry"
	"stadion/internal/sale"
)

func TestSale_Case42_SwapNeverGivesThePlaceUpFirst(t *testing.T) {
	d := openDesk(t)
	kim := d.one("marathon", "Kim")
	d.fill("half")
	full := d.free("race:marathon")

	o, err := d.c.Swap(ctx, kim.ID, "p1", "half", nobody)
	d.refuses("sale.swap_waits", err)
	if got := raceOf(o, "p1"); !slices.Equal(got, []string{"race:marathon"}) || d.free("race:marathon") != full {
		t.Fatalf("waiting for the half, the full place is %v", got)
	}
	_, err = d.c.Swap(ctx, kim.ID, "p1", "half", nobody)
	d.refuses("sale.swap_waits", err)
	if len(d.Waits) != 1 {
		t.Fatalf("%d places on the list for one wish", len(d.Waits))
	}

	gone := d.ByID["order-Fillerhalf0"]
	d.must(d.c.Cancel(ctx, gone.ID, sale.ByBuyer, nobody)) // the same commit swaps
	o = d.Order(kim.ID)
	if got := raceOf(o, "p1"); !slices.Equal(got, []string{"race:half"}) || o.Private.Persons[0].Race != "half" {
		t.Fatalf("a half place came free, and Kim has %v", got)
	}
	if d.Quota("race:half").Used != 10 || d.free("race:marathon") != full+1 {
		t.Errorf("half %+v, marathon %d free", d.Quota("race:half"), d.free("race:marathon"))
	}
	for _, x := range d.Waits {
		if x.State != sale.Served {
			t.Errorf("the wish is %s", x.State)
		}
	}
	if len(d.mailed("order.changed", kim.ID)) != 1 {
		t.Error("nobody was told of the swap")
	}
	d.whole()
}

func TestSale_Case42_TheFreedPlaceGoesToThoseWhoWaitForIt(t *testing.T) {
	d := openDesk(t)
	kim := d.one("half", "Kim")
	lee := d.one("marathon", "Lee")
	d.fill("half")
	d.fill("marathon")
	_, err := d.c.Swap(ctx, kim.ID, "p1", "marathon", nobody)
	d.refuses("sale.swap_waits", err)
	_, err = d.c.Swap(ctx, lee.ID, "p1", "half", nobody)
	d.refuses("sale.swap_waits", err)
	d.ok(d.c.Resize(ctx, "race:marathon", "", d.Quota("race:marathon").Size+1, false, clerk))
	if k, l := raceOf(d.Order(kim.ID), "p1"), raceOf(d.Order(lee.ID), "p1"); k[0] != "race:marathon" || l[0] != "race:half" {
		t.Errorf("one place more lets both swap: %v, %v", k, l)
	}
	d.whole()
}

func TestSale_Case42_UnitsKeptForTheListServeAWishToSwapToo(t *testing.T) {
	d := openDesk(t)
	kim := d.one("marathon", "Kim")
	d.fill("half")
	group := waitFor("w1", "half")
	group.Party, group.Wants[0].N = 2, 2
	if _, err := d.c.Join(ctx, group); err != nil {
		t.Fatal(err)
	}
	d.must(d.c.Cancel(ctx, "order-Fillerhalf0", sale.ByBuyer, nobody)) // one is free, and kept: it does not suffice
	_, err := d.c.Swap(ctx, kim.ID, "p1", "half", nobody)
	d.refuses("sale.swap_waits", err) // nobody passes the list by
	if _, err := d.c.Promote(ctx); err != nil {
		t.Fatal(err)
	}
	if got := raceOf(d.Order(kim.ID), "p1"); got[0] != "race:half" || d.Waits["w1"].Passed != 1 {
		t.Errorf("Kim has %v, the group was passed %d times", got, d.Waits["w1"].Passed)
	}
	d.whole()
}

func TestSale_Case42_AWishThatCannotBeIsTakenOff(t *testing.T) {
	d := openDesk(t)
	kim := d.one("marathon", "Kim")
	d.fill("half")
	_, err := d.c.Swap(ctx, kim.ID, "p1", "half", nobody)
	d.refuses("sale.swap_waits", err)
	d.must(d.c.Cancel(ctx, kim.ID, sale.ByBuyer, nobody))
	d.must(d.c.Cancel(ctx, "order-Fillerhalf0", sale.ByBuyer, nobody))
	if d.free("race:half") != 1 {
		t.Errorf("the place is kept for a wish nobody has: %+v", d.Quota("race:half"))
	}
	for _, x := range d.Waits {
		if x.State != sale.Left {
			t.Errorf("the wish is %s", x.State)
		}
	}
	d.whole()
}

func TestSale_Case43_BothRacesArePricedByTheListAsSold(t *testing.T) {
	for _, c := range []struct {
		what          string
		voucher       string
		later         time.Duration
		from, to      string
		due, back     int64 // cents, after the swap
		dearer        bool  // the list was changed after the sale
		open, invoice int64
	}{
		{what: "up: the difference is due", from: "half", to: "marathon", due: 10000, open: 5000, invoice: 5000},
		{what: "down, early: 90 % of the difference", from: "marathon", to: "half", due: 5500, back: 4500, invoice: -4500},
		{what: "down, late: 20 %", later: 80 * 24 * time.Hour, from: "marathon", to: "half", due: 9000, back: 1000, invoice: -1000},
		{what: "down, too late: nothing", later: 110 * 24 * time.Hour, from: "marathon", to: "half", due: 10000},
		{what: "up with 10 % off, taken once", voucher: "TEN", from: "half", to: "marathon", due: 9000, open: 4500, invoice: 4500},
		{what: "down with 10 % off", voucher: "TEN", from: "marathon", to: "half", due: 4950, back: 4050, invoice: -4050},
		{what: "a fixed sum off is what it took before", voucher: "FIFTY", from: "marathon", to: "half", due: 500, back: 4500, invoice: -4500},
		{what: "prices rose since", dearer: true, from: "half", to: "marathon", due: 10000, open: 5000, invoice: 5000},
	} {
		t.Run(c.what, func(t *testing.T) {
			d := openDesk(t)
			a := ask("o1", c.from, runner("p1", "Kim"))
			a.Voucher = c.voucher
			o := d.buy(a)
			paid := o.Paid()
			if c.dearer {
				next := *d.Head.Catalogue
				next.Products = slices.Clone(next.Products)
				for i := range next.Products {
					next.Products[i].Prices = slices.Clone(next.Products[i].Prices)
					for j := range next.Products[i].Prices {
						p := &next.Products[i].Prices[j]
						p.Amount = p.Amount.Times(3)
						p.Sum = p.Amount.Decimal()
					}
				}
				d.ok(d.c.SetCatalogue(ctx, &next, false, clerk))
			}
			d.now = d.now.Add(c.later)
			o = d.must(d.c.Swap(ctx, o.ID, "p1", c.to, nobody))
			if o.Due() != eur(c.due) || owed(o) != eur(c.back) || o.Open() != eur(c.due).Sub(paid) && c.open != 0 {
				t.Errorf("due %s, back %s, open %s", o.Due(), owed(o), o.Open())
			}
			if last := o.Papers[len(o.Papers)-1]; c.invoice != 0 && last.Amount != eur(c.invoice) {
				t.Errorf("the paper is over %s", last.Amount)
			}
			if c.open > 0 {
				if o.BalanceBy != d.now.Add(120*time.Hour) {
					t.Errorf("the difference is due by %s", o.BalanceBy)
				}
				if o = d.pay(o); o.Open().Minor != 0 {
					t.Errorf("after paying %s is open", o.Open())
				}
			}
			d.whole()
		})
	}
}

func TestSale_Case43_OneOfSeveralSwapsAndTheOthersStay(t *testing.T) {
	d := openDesk(t)
	a := ask("o1", "marathon", runner("p1", "Kim"), runner("p2", "Lee"))
	a.Voucher = "TEN"
	o := d.buy(a)
	o = d.must(d.c.Swap(ctx, o.ID, "p2", "half", nobody))
	if raceOf(o, "p1")[0] != "race:marathon" || raceOf(o, "p2")[0] != "race:half" || o.Due() != eur(9000+4500+450) {
		t.Errorf("%v %v, due %s", raceOf(o, "p1"), raceOf(o, "p2"), o.Due())
	}
	o = d.must(d.c.Swap(ctx, o.ID, "p2", "marathon", nobody)) // and back: the fee of the first stays
	if o.Due() != eur(18000+450) {
		t.Errorf("there and back: due %s", o.Due())
	}
	d.whole()
}

func TestSale_Case42_WhatCannotBeSwapped(t *testing.T) {
	d := openDesk(t)
	young := runner("p1", "Kim")
	young.Birth = "2009-01-01"
	guard := runner("p2", "Lee")
	young.Guardian, young.Consent = "p2", true
	o := d.buy(ask("o1", "half", young, guard))
	for code, try := range map[string]func() error{
		"entry.too_young":     func() error { _, err := d.c.Swap(ctx, o.ID, "p1", "marathon", nobody); return err },
		"sale.swap_same":      func() error { _, err := d.c.Swap(ctx, o.ID, "p1", "half", nobody); return err },
		"sale.swap_product":   func() error { _, err := d.c.Swap(ctx, o.ID, "p1", "shirt", nobody); return err },
		"sale.person_unknown": func() error { _, err := d.c.Swap(ctx, o.ID, "p9", "marathon", nobody); return err },
		"sale.order_unknown":  func() error { _, err := d.c.Swap(ctx, "o9", "p1", "marathon", nobody); return err },
		"sale.not_confirmed": func() error {
			h := d.hold(ask("o2", "half", runner("p1", "Park")))
			_, err := d.c.Swap(ctx, h.ID, "p1", "marathon", nobody)
			return err
		},
	} {
		d.refuses(code, try())
	}
	d.whole()
}

func TestSale_Case44_TransferChecksTheNewPersonAndForgetsTheOld(t *testing.T) {
	d := openDesk(t)
	o := d.buy(ask("o1", "marathon", runner("p1", "Kim"), runner("p2", "Lee")))
	d.must(d.c.Decide(ctx, o.ID, "p2", entry.NeedsReview, clerk))
	to := runner("", "Park")
	blinds := entry.Blinds(plainBlind, o.Private.Email, []entry.Person{o.Private.Persons[0], to})

	barred := to
	barred.Country = "USA"
	_, err := d.c.Transfer(ctx, o.ID, "p2", barred, blinds, nobody)
	d.refuses("entry.barred", err)
	future := to
	future.Birth = "2990-01-01"
	_, err = d.c.Transfer(ctx, o.ID, "p2", future, blinds, nobody)
	d.refuses("entry.birth_future", err)
	taken := d.one("half", "Choi").Private.Persons[0]
	_, err = d.c.Transfer(ctx, o.ID, "p2", taken, entry.Blinds(plainBlind, o.Private.Email, []entry.Person{taken}), nobody)
	d.refuses("sale.person_entered", err)
	if got := d.Order(o.ID).Private.Persons[1].Name.Printed; got != "Lee" {
		t.Fatalf("a transfer that was refused left %s", got)
	}

	before := o.Due()
	o = d.must(d.c.Transfer(ctx, o.ID, "p2", to, blinds, nobody))
	now := o.Private.Persons[1]
	if now.Name.Printed != "Park" || now.Race != "marathon" || now.ID == "p2" || raceOf(o, now.ID) == nil || raceOf(o, "p2") != nil {
		t.Errorf("the place is %+v's", now)
	}
	if o.Status(now.ID).Approval != entry.NotAsked || !o.Status("p2").Out || o.Status(now.ID).Rule == "" {
		t.Errorf("approval %+v", o.People)
	}
	if o.Due() != before.Add(eur(5000)) || o.Charges[len(o.Charges)-1].Kind != "fee" {
		t.Errorf("the price stays and the fee is apart: %s", o.Due())
	}
	for _, b := range d.Blinds[o.ID] {
		if strings.Contains(b, "lee") {
			t.Errorf("the order is still found by %s", b)
		}
	}
	for _, p := range d.Order(o.ID).Private.Persons {
		if strings.Contains(p.Document.Number, "lee") || len(p.Earlier) > 0 {
			t.Error("the old document is still in the order")
		}
	}

	d.must(d.c.Decide(ctx, o.ID, "p1", entry.Submitted, clerk))
	_, err = d.c.Transfer(ctx, o.ID, "p1", runner("", "Ri"), nil, nobody)
	d.refuses("sale.transfer_closed", err)
	d.whole()
}

func TestSale_Case44_WhoTookThePlaceOverHasEveryRightOfIt(t *testing.T) {
	d := openDesk(t)
	a := ask("o1", "marathon", runner("p1", "Kim"), runner("p2", "Lee"))
	a.Voucher = "TEN"
	o := d.buy(a)
	o = d.pay(d.must(d.c.Transfer(ctx, o.ID, "p2", runner("", "Park"), nil, nobody)))
	id := o.Private.Persons[1].ID
	o = d.must(d.c.Swap(ctx, o.ID, id, "half", nobody))
	if raceOf(o, id)[0] != "race:half" || o.Due() != eur(9000+5000+4500+450) {
		t.Errorf("swapped to %v, due %s", raceOf(o, id), o.Due())
	}
	before := owed(o)
	o = d.must(d.c.Decide(ctx, o.ID, id, entry.Denied, clerk)) // everything paid for the place goes back
	if got := owed(o).Sub(before); got != eur(5000+4500+450) || o.Due() != eur(9000) || o.Open().Add(owed(o)).Minor != 0 {
		t.Errorf("denied: %s back, due %s, open %s", got, o.Due(), o.Open())
	}
	d.whole()
}

func TestSale_Case44_TheDayOfTheListOfNamesIsInTheTermsAsSold(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Terms.TransferUntil = "2026-03-01T00:00" })
	o := d.one("half", "Kim")
	d.must(d.c.Decide(ctx, o.ID, "p1", entry.Submitted, clerk))
	last := time.Date(2026, 3, 1, 0, 0, 0, 0, time.FixedZone("", 9*3600))
	d.now = d.now.Add(last.Sub(d.now.Time()) - 1)
	o = d.must(d.c.Transfer(ctx, o.ID, "p1", runner("", "Ri"), nil, nobody))
	d.now = d.now.Add(1)
	_, err := d.c.Transfer(ctx, o.ID, o.Private.Persons[0].ID, runner("", "Pak"), nil, nobody)
	d.refuses("sale.transfer_closed", err)
}

func TestSale_Case45_DeferralIsACreditAndFreesTheUnitsNow(t *testing.T) {
	d := openDesk(t)
	o := d.one("marathon", "Kim")
	free := d.free("race:marathon")
	o = d.must(d.c.Defer(ctx, o.ID, clerk))
	credit, terms, ok := o.Credit()
	if !ok || credit != eur(10000) || terms != "1" || o.State != sale.Cancelled || owed(o).Minor != 0 || d.free("race:marathon") != free+1 {
		t.Errorf("credit %s under terms %q, %s, owed %s", credit, terms, o.State, owed(o))
	}
	if d.Balance("credit", "EUR") != eur(-10000) || d.Balance("buyer:"+o.ID, "EUR").Minor != 0 || d.Balance("sales:marathon", "EUR").Minor != 0 {
		t.Errorf("ledger: credit %s, buyer %s", d.Balance("credit", "EUR"), d.Balance("buyer:"+o.ID, "EUR"))
	}
	if last := o.Papers[len(o.Papers)-1]; last.Kind != sale.CreditNote {
		t.Errorf("the invoice stands: %+v", last)
	}
	if m := d.mailed("order.deferred", o.ID); len(m) != 1 || m[0].Args["amount"] != "100.00 EUR" {
		t.Errorf("mails %+v", m)
	}
	again := d.must(d.c.Defer(ctx, o.ID, clerk))
	if c, _, _ := again.Credit(); c != credit {
		t.Errorf("deferred twice: %s", c)
	}
	held := d.hold(ask("o2", "half", runner("p1", "Lee")))
	_, err := d.c.Defer(ctx, held.ID, clerk)
	d.refuses("sale.not_confirmed", err)
	d.whole()
}
