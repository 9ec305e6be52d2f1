package sale_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"stadion/internal/money"
	"stadion/internal/sale"
)

func TestSale_StateIsToldToEverybodyInTheirLanguageInTheSameCommit(t *testing.T) {
	d := openDesk(t)
	a := ask("o1", "half", runner("p1", "Kim"))
	a.Lang = "ko"
	d.buy(a)
	b := ask("o2", "half", runner("p1", "Lee"))
	b.Lang = "zh"
	d.hold(b)
	gone := d.one("half", "Park")
	d.must(d.c.Cancel(ctx, gone.ID, sale.ByBuyer, nobody))
	d.fill("marathon")
	if _, err := d.c.Join(ctx, waitFor("w1", "marathon")); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ state, template string }{
		{sale.StatePostponed, "edition.postponed"}, {sale.StateClosed, "edition.closed"},
		{sale.StateOpen, "edition.reopened"}, {sale.StateCancelled, "edition.cancelled"}, {"", "edition.reopened"},
	} {
		before, mails := len(d.Audits), len(d.Mails)
		d.ok(d.c.SetState(ctx, step.state, clerk))
		if d.Head.State != step.state || len(d.Audits) != before+1 {
			t.Errorf("state %q", d.Head.State)
		}
		langs := map[string]string{}
		for _, m := range d.Mails[mails:] {
			if m.Template == step.template {
				langs[m.To] = m.Lang
			}
		}
		if len(langs) != 2+8+1 || langs["kim@example.org"] != "ko" || langs["lee@example.org"] != "zh" || langs["w1@example.org"] != "ko" || langs["park@example.org"] != "" {
			t.Errorf("%s was told to %v", step.template, langs)
		}
		mails = len(d.Mails)
		d.ok(d.c.SetState(ctx, step.state, clerk)) // again: nobody is told twice
		if len(d.Mails) != mails {
			t.Errorf("%s was told twice", step.template)
		}
	}
	for template, want := range map[string]map[string]string{ // nobody is told a new date when there is none
		"edition.postponed": {}, "edition.cancelled": {"amount": "50.00 EUR", "date": "2026-04-05"}, "edition.reopened": {"date": "2026-04-05"},
	} {
		args := maps.Clone(d.mailed(template, "o1")[0].Args)
		delete(args, "number")
		if !maps.Equal(args, want) {
			t.Errorf("%s says %v, want %v", template, args, want)
		}
	}
	ids := map[string]bool{}
	for _, m := range d.Mails {
		if ids[m.ID] {
			t.Errorf("two messages are %s", m.ID)
		}
		ids[m.ID] = true
	}
	d.refuses("sale.state", d.c.SetState(ctx, "maybe", clerk))
	d.Fail = errors.New("the disk is full")
	mails := len(d.Mails)
	if err := d.c.SetState(ctx, sale.StateClosed, clerk); err == nil || d.Head.State != "" || len(d.Mails) != mails {
		t.Error("a commit that failed left a state or a message")
	}
}

func TestSale_Case47_AnEditionIsReversedOrderByOrder(t *testing.T) {
	d := openDesk(t)
	d.one("marathon", "Kim")
	d.buy(ask("group", "half", runner("p1", "Lee"), runner("p2", "Park")))
	won := ask("won", "half", runner("p1", "Choi"))
	won.Currency = "KRW"
	d.buy(won)
	d.hold(ask("held", "half", runner("p1", "Jung")))
	early := d.one("half", "Ri")
	d.must(d.c.Cancel(ctx, early.ID, sale.ByBuyer, nobody)) // 90 % of 50 EUR, long ago
	ids := []string{"order-Kim", "group", "won", "held", "order-Ri"}
	all := func() (out []*sale.Order) {
		for _, id := range ids {
			out = append(out, d.Order(id))
		}
		return out
	}

	b := sale.BulkPreview(all())
	if len(b.Orders) != 4 || b.People != 5 || b.Done != 0 || !slices.Equal(b.Owed, []money.Amount{eur(20000), money.Of(80000, "KRW")}) ||
		!slices.Equal(b.Owed, b.Paid) {
		t.Fatalf("preview: %d orders, %d people, paid %v, owed %v", len(b.Orders), b.People, b.Paid, b.Owed)
	}
	if len(d.Audits) == 0 || d.Order("order-Kim").State != sale.Confirmed {
		t.Error("a preview did something")
	}
	_, err := d.c.Reverse(ctx, "order-Kim", clerk)
	d.refuses("sale.edition_stands", err)

	d.ok(d.c.SetState(ctx, sale.StateCancelled, clerk))
	for i, x := range b.Orders { // killed after two, and run again from the start
		if i == 2 {
			break
		}
		d.must(d.c.Reverse(ctx, x.ID, clerk))
	}
	half := sale.BulkPreview(all())
	if half.Done != 2 || !slices.Equal(half.Owed, b.Owed) {
		t.Errorf("half way: %d done, owed %v", half.Done, half.Owed)
	}
	for range 2 {
		for _, id := range ids {
			d.must(d.c.Reverse(ctx, id, clerk))
		}
	}
	for _, id := range ids[:4] {
		o := d.Order(id)
		if o.State != sale.Cancelled || o.CancelWhy != sale.ByEdition || owed(o) != o.Paid() || o.Due().Minor != 0 {
			t.Errorf("%s: %s %s, paid %s, owed %s", id, o.State, o.CancelWhy, o.Paid(), owed(o))
		}
		if len(d.mailed("order.cancelled", id)) != 1 {
			t.Errorf("%s was told %d times", id, len(d.mailed("order.cancelled", id)))
		}
	}
	if o := d.Order("order-Ri"); owed(o) != eur(4500) || o.CancelWhy != sale.ByBuyer {
		t.Errorf("who had cancelled before: %s, %s", o.CancelWhy, owed(o))
	}
	if len(d.Waits) != 3 {
		t.Errorf("%d stand by, want the 3 who had a place", len(d.Waits))
	}
	for _, q := range d.Head.Quotas {
		if q.Used != 0 {
			t.Errorf("%s still has %d used", q.ID(), q.Used)
		}
	}
	d.whole()
}

func TestSale_AfterAReversalThoseWhoWereCancelledAreFirst(t *testing.T) {
	d := openDesk(t)
	d.fill("half")
	if _, err := d.c.Join(ctx, waitFor("w1", "half")); err != nil {
		t.Fatal(err)
	}
	var ids []string
	var orders []*sale.Order
	for id := range d.ByID {
		orders = append(orders, d.Order(id))
	}
	d.ok(d.c.SetState(ctx, sale.StateCancelled, clerk))
	for _, x := range sale.BulkPreview(orders).Orders {
		d.must(d.c.Reverse(ctx, x.ID, clerk))
		ids = append(ids, x.ID)
	}
	_, err := d.c.Hold(ctx, ask("late", "half", runner("p1", "Late")))
	d.refuses("sale.closed", err)

	d.ok(d.c.SetState(ctx, sale.StateOpen, clerk))
	_, err = d.c.Hold(ctx, ask("late", "half", runner("p1", "Late")))
	d.refuses("sale.sold_out", err) // all places are offered to those who had them
	if d.Waits["w1"].State != sale.Waiting {
		t.Errorf("the ordinary list was served first: %s", d.Waits["w1"].State)
	}
	offers := 0
	for _, x := range d.Waits {
		if x.State == sale.Offered {
			offers++
		}
	}
	if offers != 10 || d.Quota("race:half").Used != 10 {
		t.Fatalf("%d offers, %+v", offers, d.Quota("race:half"))
	}

	old := d.Order(ids[0]) // stands by, and pays with the money that is still here
	var offer *sale.Order
	for _, o := range d.ByID {
		if o.State == sale.Held && o.Private.Email == old.Private.Email {
			offer = o
		}
	}
	o := d.must(d.c.Carry(ctx, old.ID, offer.ID, nobody))
	if o.State != sale.Confirmed || o.Open().Minor != 0 || owed(d.Order(old.ID)).Minor != 0 || d.Balance("credit", "EUR").Minor != 0 {
		t.Errorf("%s, open %s, still owed %s, credit %s", o.State, o.Open(), owed(d.Order(old.ID)), d.Balance("credit", "EUR"))
	}
	_, err = d.c.Carry(ctx, old.ID, offer.ID, nobody)
	d.refuses("sale.nothing_owed", err)
	_, err = d.c.Carry(ctx, ids[1], offer.ID, nobody)
	d.refuses("sale.not_yours", err)
	d.whole()
}

func TestSale_Case54_WhatRemainsAfterAnErasureAndWhy(t *testing.T) {
	d := openDesk(t, func(c *sale.Catalogue) { c.Seller.KeepYears = 8 })
	what := func(o *sale.Order) (out []string) {
		for _, r := range sale.Remains(o, d.Head.Catalogue, d.now) {
			out = append(out, r.What)
		}
		return out
	}
	o := d.one("marathon", "Kim")
	if sale.Erasable(o, d.now) || what(o)[0] != sale.RemainsOrder {
		t.Errorf("a sold place needs its names: %v", what(o))
	}
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
	if sale.Erasable(o, d.now) || !slices.Contains(what(o), sale.RemainsMoney) {
		t.Errorf("money is still owed: %v", what(o))
	}
	o = d.must(d.c.Refunded(ctx, o.ID, o.Refunds[0].ID, sale.RefundDone, clerk))
	if !sale.Erasable(o, d.now) || !slices.Equal(what(o), []string{sale.RemainsInvoice, sale.RemainsLedger, sale.RemainsAudit}) {
		t.Errorf("after that: %v", what(o))
	}
	until := sale.KeptUntil(o, d.Head.Catalogue) // papers of 2025, kept eight years after
	if want := time.Date(2034, 1, 1, 0, 0, 0, 0, d.Head.Catalogue.Location()); !until.Time().Equal(want) {
		t.Errorf("invoices until %s, want %s", until, want)
	}
	d.now = until
	if got := what(o); !slices.Equal(got, []string{sale.RemainsLedger, sale.RemainsAudit}) {
		t.Errorf("when their time has come: %v", got)
	}
	for _, r := range sale.Remains(o, d.Head.Catalogue, d.now) {
		if r.Personal {
			t.Errorf("%s still tells of a person", r.What)
		}
	}
	free := &sale.Order{State: sale.Expired} // never paid, no papers
	if sale.KeptUntil(free, d.Head.Catalogue) != 0 || !sale.Erasable(free, d.now) {
		t.Error("something is kept of somebody who bought nothing")
	}
}
