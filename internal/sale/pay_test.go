package sale_test

import (
	"testing"
	"time"

	"stadion/internal/money"
	"stadion/internal/sale"
)

func card(id string, a money.Amount) sale.Receipt {
	return sale.Receipt{ID: id, Method: "card", Amount: a}
}

// states are those of the refunds of an order.
func states(o *sale.Order) (out []string) {
	for _, r := range o.Refunds {
		out = append(out, r.State)
	}
	return out
}

func TestSale_Case07_PayingExtendsOnce(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	if o.SoftEnd != d.now.Add(15*time.Minute) || o.HardEnd != d.now.Add(17*time.Minute) {
		t.Fatalf("held to %s and %s", o.SoftEnd, o.HardEnd)
	}
	d.now = d.now.Add(10 * time.Minute)
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_1", Method: "card", Amount: o.Due()}))
	end := d.now.Add(32 * time.Minute) // the provider's session, and the grace
	if o.HardEnd != end || !o.Extended || o.Payments[0].State != "open" {
		t.Errorf("extended to %s, want %s: %+v", o.HardEnd, end, o.Payments)
	}
	d.now = d.now.Add(5 * time.Minute)
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_2", Method: "card", Amount: o.Due()}))
	if o.HardEnd != end || len(o.Payments) != 2 {
		t.Errorf("extended twice, to %s", o.HardEnd)
	}
	v := o.Version
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_2", Method: "card", Amount: o.Due()}))
	if len(o.Payments) != 2 || d.Order(o.ID).Version != v {
		t.Error("the same session is recorded twice")
	}
	d.now = end
	_, err := d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_3", Method: "card", Amount: o.Due()})
	d.refuses("sale.hold_ended", err)
	d.whole()
}

func TestSale_Case07_PaidWithinTheGrace(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	d.now = o.HardEnd - 1
	if o = d.pay(o); o.State != sale.Confirmed {
		t.Error(o.State)
	}
}

func TestSale_Case08_LateMoneyTakesThePlaceAgain(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	d.now = o.HardEnd.Add(time.Hour)
	o = d.pay(o)
	if o.State != sale.Confirmed || o.Open().Minor != 0 || d.Quota("race:marathon").Used != 1 {
		t.Errorf("%s, open %s, %d used", o.State, o.Open(), d.Quota("race:marathon").Used)
	}
	if len(d.mailed("order.confirmed", o.ID)) != 1 {
		t.Error("nobody was told")
	}
	var moves []sale.Move
	for _, l := range d.Lines {
		moves = append(moves, l.Move)
	}
	if len(moves) != 4 || moves[1] != sale.Expire || moves[2] != sale.Take || moves[3] != sale.Confirm {
		t.Errorf("the ledger of units says %v", moves)
	}
	d.whole()
}

func TestSale_Case08_LateMoneyWithoutAPlaceGoesBackWithPriority(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 6)))
	d.now = o.HardEnd
	d.buy(wish("two", of("marathon", 6)))
	o = d.pay(o)
	if o.State != sale.Expired || owed(o) != eur(60000) {
		t.Errorf("%s, owed %s", o.State, owed(o))
	}
	if m := d.mailed("order.expired_paid", o.ID); len(m) != 1 || m[0].Args["amount"] != "600.00 EUR" {
		t.Errorf("mails %v", m)
	}
	if len(d.Waits) != 1 {
		t.Fatalf("%d on the list", len(d.Waits))
	}
	for _, w := range d.Waits {
		if w.Priority < 1 || w.State != "waiting" || w.Private.Email != "one@example.org" {
			t.Errorf("%+v", w)
		}
	}
	d.whole()
	if got := d.Balance("buyer:"+o.ID, "EUR"); got != eur(-60000) {
		t.Errorf("the ledger owes %s", got)
	}
	for _, r := range o.Refunds {
		o = d.must(d.c.Refunded(ctx, o.ID, r.ID, sale.RefundDone, nobody))
	}
	if got := d.Balance("buyer:"+o.ID, "EUR"); got.Minor != 0 {
		t.Errorf("after the refund the ledger owes %s", got)
	}
}

func TestSale_Case08_TooLittleTooLateGoesBack(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_1", eur(4000)), nobody))
	if o.State != sale.Held || len(d.mailed("order.partly_paid", o.ID)) != 1 {
		t.Errorf("%s", o.State)
	}
	d.now = o.HardEnd
	if n, err := d.c.Sweep(ctx); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	o = d.Order(o.ID)
	if o.State != sale.Expired || owed(o) != eur(4000) {
		t.Errorf("%s, owed %s", o.State, owed(o))
	}
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_2", eur(6000)), nobody)) // the rest, when the first part is on its way back
	if o.State != sale.Expired || owed(o) != eur(10000) {
		t.Errorf("%s, owed %s", o.State, owed(o))
	}
	d.whole()
}

func TestSale_Case09_TwiceTooMuchTooLittle(t *testing.T) {
	d := openDesk(t)
	twice := d.buy(wish("twice", of("marathon", 1)))
	twice = d.must(d.c.Receive(ctx, twice.ID, card("pi_again", eur(10000)), nobody))
	if len(twice.Receipts) != 2 || twice.Open() != eur(-10000) || !task(twice, "surplus") || len(twice.Refunds) != 0 {
		t.Errorf("open %s, tasks %v", twice.Open(), twice.Tasks)
	}
	if got := d.Balance("buyer:"+twice.ID, "EUR"); got != eur(-10000) {
		t.Errorf("the surplus stands at %s to the buyer's credit", got)
	}
	twice = d.must(d.c.Owe(ctx, twice.ID, "surplus", eur(10000), "paid twice", clerk))
	if twice.Due() != eur(10000) || owed(twice) != eur(10000) {
		t.Errorf("sending a surplus back changed the price to %s", twice.Due())
	}

	little := d.hold(wish("little", of("marathon", 1)))
	end := little.HardEnd
	little = d.must(d.c.Receive(ctx, little.ID, card("pi_l", eur(9899)), nobody))
	if little.State != sale.Held || little.HardEnd != end || little.DueNow() != eur(101) {
		t.Errorf("%s until %s, %s due", little.State, little.HardEnd, little.DueNow())
	}
	little = d.must(d.c.Receive(ctx, little.ID, card("pi_l2", eur(1)), nobody)) // one euro short: within the tolerance
	if little.State != sale.Confirmed {
		t.Errorf("%s with %s open", little.State, little.Open())
	}

	foreign := d.hold(wish("foreign", of("marathon", 1)))
	foreign = d.must(d.c.Receive(ctx, foreign.ID, card("pi_usd", money.Of(12000, "USD")), nobody))
	if foreign.State != sale.Held || !task(foreign, "currency") || foreign.Paid().Minor != 0 {
		t.Errorf("%s, paid %s", foreign.State, foreign.Paid())
	}
	foreign = d.must(d.c.Cancel(ctx, foreign.ID, sale.ByBuyer, nobody))
	if len(foreign.Refunds) != 1 || foreign.Refunds[0].Amount != money.Of(12000, "USD") {
		t.Errorf("%+v", foreign.Refunds)
	}
	d.whole()
}

func TestSale_Case09_AShortfallWithinTheToleranceIsForgiven(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi", eur(9950)), nobody))
	if o.State != sale.Confirmed || o.Open().Minor != 0 || d.Balance("write_off", "EUR") != eur(50) || d.Balance("buyer:"+o.ID, "EUR").Minor != 0 {
		t.Errorf("%s, open %s, written off %s", o.State, o.Open(), d.Balance("write_off", "EUR"))
	}
	o = d.must(d.c.Receive(ctx, o.ID, card("pi2", eur(1)), nobody)) // what was forgiven is not asked for again
	if !task(o, "surplus") {
		t.Error("a cent too much was kept in silence")
	}
	d.whole()
}

func TestPay_DepositAndBalanceByTwoPayers(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("two", of("tour-a", 2), of("half", 2)))
	if o.Due() != eur(210000) || o.Deposit != eur(70000) || o.DueNow() != eur(70000) || o.BalanceBy == 0 {
		t.Fatalf("due %s, deposit %s by %s", o.Due(), o.Deposit, o.BalanceBy)
	}
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_a", Method: "card", Amount: eur(35000)}))
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_b", Method: "card", Amount: eur(35000)}))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_a", eur(35000)), nobody))
	if o.State != sale.Held {
		t.Errorf("half the deposit made it %s", o.State)
	}
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_b", eur(35000)), nobody))
	if o.State != sale.Confirmed || o.Open() != eur(140000) || o.DueNow() != eur(140000) {
		t.Errorf("%s, open %s", o.State, o.Open())
	}
	if len(o.Papers) != 1 || o.Papers[0].Amount != eur(210000) || o.Papers[0].Kind != sale.Invoice {
		t.Errorf("%+v", o.Papers)
	}
	o = d.must(d.c.Receive(ctx, o.ID, sale.Receipt{ID: "bank-1", Method: "bank", Amount: eur(140000)}, clerk))
	if o.Open().Minor != 0 || d.Balance("cash:card", "EUR") != eur(70000) || d.Balance("cash:bank", "EUR") != eur(140000) ||
		d.Balance("sales:tour-a", "EUR") != eur(-200000) || d.Balance("sales:half", "EUR") != eur(-10000) {
		t.Errorf("open %s", o.Open())
	}
	d.whole()

	late := openDesk(t)
	late.now = o.BalanceBy
	if o := late.hold(wish("late", of("tour-a", 1))); o.Deposit.Minor != 0 || o.DueNow() != eur(100000) {
		t.Errorf("when the balance is due already, %s is a deposit", o.Deposit)
	}
}

func TestSale_Case17_ChargeBackAndRefundOnTheProvidersPages(t *testing.T) {
	d := openDesk(t)
	o := d.buy(wish("one", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("re_1", eur(-10000)), nobody))
	if o.State != sale.Confirmed || !task(o, "taken_back") || o.Open() != eur(10000) || d.Quota("race:marathon").Used != 1 {
		t.Errorf("%s, open %s", o.State, o.Open())
	}
	d.whole()
	// what we owed already and the provider's side took back does not go twice
	o = d.buy(wish("two", of("marathon", 1)))
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByEdition, clerk))
	if owed(o) != eur(10000) {
		t.Fatal(owed(o))
	}
	o = d.must(d.c.Receive(ctx, o.ID, card("dp_1", eur(-10000)), nobody))
	if owed(o).Minor != 0 {
		t.Errorf("still %s owed", owed(o))
	}
	if got := d.Balance("buyer:"+o.ID, "EUR"); got.Minor != 0 {
		t.Errorf("the ledger owes %s", got)
	}
	d.whole()
}

func TestSale_Case18_AReplayedReceiptIsRecordedOnce(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	r := card("pi_1", eur(10000))
	o = d.must(d.c.Receive(ctx, o.ID, r, nobody))
	lines, posts, mails, v := len(d.Lines), len(d.Postings), len(d.Mails), o.Version
	for range 3 {
		o = d.must(d.c.Receive(ctx, o.ID, r, nobody))
	}
	if len(o.Receipts) != 1 || len(d.Lines) != lines || len(d.Postings) != posts || len(d.Mails) != mails || d.Order(o.ID).Version != v {
		t.Errorf("the replay changed something: %d receipts, %d lines", len(o.Receipts), len(d.Lines))
	}
	other := d.hold(wish("two", of("marathon", 1)))
	_, err := d.c.Receive(ctx, other.ID, r, nobody)
	d.refuses("sale.receipt_elsewhere", err)
	for _, bad := range []sale.Receipt{{}, card("", eur(1)), card("x", eur(0)), card("x", money.Of(1, "euro")), {ID: "x", Amount: eur(1)}} {
		_, err := d.c.Receive(ctx, other.ID, bad, nobody)
		d.refuses("sale.receipt", err)
	}
	d.whole()
}

func TestSale_Case19_MessagesOutOfOrder(t *testing.T) {
	d := openDesk(t)
	// the end of a session after its money
	o := d.hold(wish("one", of("marathon", 1)))
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_1", Method: "card", Amount: o.Due()}))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_1", eur(10000)), nobody))
	o = d.must(d.c.PaymentEnded(ctx, o.ID, "cs_1", sale.AttemptPaid))
	o = d.must(d.c.PaymentEnded(ctx, o.ID, "cs_1", sale.AttemptExpired))
	if o.State != sale.Confirmed || o.Payments[0].State != sale.AttemptPaid {
		t.Errorf("%s %+v", o.State, o.Payments)
	}
	// the end before the money
	o = d.hold(wish("two", of("marathon", 1)))
	o = d.must(d.c.Paying(ctx, o.ID, sale.Attempt{Session: "cs_2", Method: "card", Amount: o.Due()}))
	o = d.must(d.c.PaymentEnded(ctx, o.ID, "cs_2", sale.AttemptExpired))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_2", eur(10000)), nobody))
	o = d.must(d.c.PaymentEnded(ctx, o.ID, "cs_2", sale.AttemptPaid))
	if o.State != sale.Confirmed || o.Payments[0].State != sale.AttemptPaid {
		t.Errorf("%s %+v", o.State, o.Payments)
	}
	// money that went back before it came
	o = d.hold(wish("three", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("re_3", eur(-10000)), nobody))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_3", eur(10000)), nobody))
	if o.State != sale.Held || o.Paid().Minor != 0 || len(o.Receipts) != 2 {
		t.Errorf("%s with %s", o.State, o.Paid())
	}
	o = d.must(d.c.PaymentEnded(ctx, o.ID, "cs_unknown", sale.AttemptExpired))
	if len(o.Payments) != 0 {
		t.Error("a session nobody started was recorded")
	}
	d.whole()
}

func TestSale_Case15_TheUnitIsFreeWhenTheCancellationCommits(t *testing.T) {
	d := openDesk(t)
	o := d.buy(wish("one", of("marathon", 1)))
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
	if d.Quota("race:marathon").Used != 0 || owed(o) != eur(9000) || o.Paid() != eur(10000) {
		t.Errorf("%d used, owed %s, paid %s: no money has moved yet", d.Quota("race:marathon").Used, owed(o), o.Paid())
	}
	v := o.Version
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByEdition, clerk)) // a second time changes nothing
	if o.CancelWhy != sale.ByBuyer || d.Order(o.ID).Version != v {
		t.Error("cancelled twice")
	}
	d.hold(wish("next", of("marathon", 6)))
	d.whole()
}

func TestSale_Case16_ARefundFailsAndTheDebtStays(t *testing.T) {
	d := openDesk(t)
	o := d.buy(wish("one", of("marathon", 1)))
	o = d.must(d.c.Cancel(ctx, o.ID, sale.BySeller, clerk))
	id := o.Refunds[0].ID
	for i := range 3 {
		o = d.must(d.c.Refunded(ctx, o.ID, id, sale.RefundSent, nobody))
		if o.Paid().Minor != 0 || d.Balance("cash:card", "EUR").Minor != 0 {
			t.Errorf("sent: paid %s", o.Paid())
		}
		o = d.must(d.c.Refunded(ctx, o.ID, id, sale.RefundFailed, nobody))
		if o.State != sale.Cancelled || o.Paid() != eur(10000) || d.Balance("buyer:"+o.ID, "EUR") != eur(-10000) || o.Refunds[0].Tries != i+1 {
			t.Errorf("failed: %s, the ledger owes %s", o.State, d.Balance("buyer:"+o.ID, "EUR"))
		}
	}
	if !task(o, "refund_failed") || len(d.mailed("order.refund_failed", o.ID)) != 1 {
		t.Error("nobody was asked where else the money may go")
	}
	o = d.must(d.c.Refunded(ctx, o.ID, id, sale.RefundDone, clerk))
	o = d.must(d.c.Refunded(ctx, o.ID, id, sale.RefundFailed, nobody)) // an old message
	if states(o)[0] != sale.RefundDone || d.Balance("buyer:"+o.ID, "EUR").Minor != 0 {
		t.Errorf("%v, the ledger owes %s", states(o), d.Balance("buyer:"+o.ID, "EUR"))
	}
	_, err := d.c.Refunded(ctx, o.ID, "none", sale.RefundDone, clerk)
	d.refuses("sale.refund_unknown", err)
	_, err = d.c.Refunded(ctx, o.ID, id, "perhaps", clerk)
	d.refuses("sale.refund_state", err)
	d.whole()
}

func TestPay_MoneyForACancelledOrderGoesBack(t *testing.T) {
	d := openDesk(t)
	o := d.buy(wish("one", of("marathon", 1)))
	o = d.must(d.c.Cancel(ctx, o.ID, sale.ByBuyer, nobody))
	o = d.must(d.c.Receive(ctx, o.ID, card("pi_late", eur(10000)), nobody))
	if owed(o) != eur(19000) || o.State != sale.Cancelled { // what was kept by the scale is kept
		t.Errorf("%s, owed %s", o.State, owed(o))
	}
	d.whole()
}

func TestPay_TaskIsDoneOnce(t *testing.T) {
	d := openDesk(t)
	o := d.buy(wish("one", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("twice", eur(10000)), nobody))
	o = d.must(d.c.TaskDone(ctx, o.ID, 0, clerk))
	if !o.Tasks[0].Done {
		t.Error("not done")
	}
	for _, n := range []int{-1, 7} {
		_, err := d.c.TaskDone(ctx, o.ID, n, clerk)
		d.refuses("sale.task_unknown", err)
	}
}

func TestPay_TheBalanceIsAskedForOnceAndThenIsTheDesks(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("tour-a", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("dep", o.Least()), nobody))
	d.buy(wish("paid", of("tour-b", 1)))
	for _, c := range []struct {
		at    time.Duration
		n     int
		mails int
	}{{-15 * 24 * time.Hour, 0, 0}, {-14 * 24 * time.Hour, 1, 1}, {-13 * 24 * time.Hour, 0, 1}, {time.Hour, 1, 1}, {48 * time.Hour, 0, 1}} {
		d.now = o.BalanceBy.Add(c.at)
		n, err := d.c.Remind(ctx)
		if n != c.n || err != nil || len(d.mailed("order.balance", o.ID)) != c.mails {
			t.Errorf("%s: %d, %v, %d letters", c.at, n, err, len(d.mailed("order.balance", o.ID)))
		}
	}
	if o = d.Order(o.ID); !task(o, "balance_overdue") || o.State != sale.Confirmed {
		t.Errorf("%s, %v", o.State, o.Tasks)
	}
	if len(d.mailed("order.balance", "paid")) != 0 {
		t.Error("who has paid was asked again")
	}
}

func TestPay_WhatIsOnItsWayBackConfirmsNothing(t *testing.T) {
	d := openDesk(t)
	o := d.hold(wish("one", of("marathon", 1)))
	o = d.must(d.c.Receive(ctx, o.ID, card("a", eur(6000)), nobody))
	o = d.must(d.c.Owe(ctx, o.ID, "back", eur(6000), "asked for it", clerk))
	if o = d.must(d.c.Receive(ctx, o.ID, card("b", eur(4000)), nobody)); o.State != sale.Held || o.DueNow() != eur(6000) {
		t.Errorf("%s, due %s", o.State, o.DueNow())
	}
	d.whole()
}
