package pay_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/pay/paytest"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// till is the small sale with a provider that misbehaves, and a clock that stands
// where it is put.
type till struct {
	*paytest.Stripe
	t     testing.TB
	store *saletest.Memory
	c     *sale.Counter
	v     saletest.Views
	k     *pay.Stripe
	now   race.Instant
	n     int
}

var ctx = context.Background()

func openTill(t testing.TB, change ...func(*sale.Catalogue)) *till {
	x := &till{t: t, now: saletest.Opens.Add(time.Hour)}
	cat := saletest.Catalogue()
	for _, f := range change {
		f(cat)
	}
	x.store = saletest.New(cat, func() race.Instant { return x.now })
	x.c, x.v = sale.NewCounter(saletest.Edition, x.store, 0), x.store.Views()
	clock := func() time.Time { return x.now.Time() }
	x.Stripe = paytest.New(t, clock)
	k, err := pay.NewStripe(pay.StripeConfig{Key: paytest.Key, Signing: []pay.Secret{paytest.Signing}, Base: x.URL, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	x.k = k
	return x
}

func (x *till) ok(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// hold takes one marathon place: 100.00 EUR.
func (x *till) hold() *sale.Order {
	x.t.Helper()
	x.n++
	p := saletest.Person("p1", fmt.Sprintf("Runner %d", x.n))
	p.Email = fmt.Sprintf("r%d@example.org", x.n)
	p.Document = entry.Document{Issuer: "DEU", Number: fmt.Sprintf("DOC%d", x.n), Expires: "2030-01-01"}
	a := sale.Ask{ID: fmt.Sprintf("o%d", x.n), Lang: "en", Wants: []sale.Want{{Product: "marathon", N: 1, Person: "p1"}},
		Private: sale.Private{Email: p.Email, Name: "Payer", Persons: []entry.Person{p}}, Blinds: []string{"email:" + p.Email}}
	o, err := x.c.Hold(ctx, a)
	x.ok(err)
	return o
}

// begin starts paying what is due and gives the session.
func (x *till) begin(o *sale.Order) string {
	x.t.Helper()
	_, o, err := pay.Begin(ctx, x.c, x.v, x.k, o.ID, o.DueNow(), back)
	x.ok(err)
	return o.Payments[len(o.Payments)-1].Session
}

// hear delivers a message.
func (x *till) hear(m paytest.Message) error {
	_, err := pay.Hear(ctx, func(e string) *sale.Counter {
		if e == saletest.Edition {
			return x.c
		}
		return nil
	}, x.v, x.k, m.Header, m.Body)
	return err
}

func (x *till) order(id string) *sale.Order {
	x.t.Helper()
	o := x.store.Order(id)
	if o == nil {
		x.t.Fatalf("no order %s", id)
	}
	return o
}

func (x *till) wait(d time.Duration) { x.now = x.now.Add(d) }

func (x *till) is(id string, s sale.State, paid int64) *sale.Order {
	x.t.Helper()
	o := x.order(id)
	if o.State != s || o.Paid().Minor != paid {
		x.t.Fatalf("order %s is %s with %s paid, want %s with %d", id, o.State, o.Paid(), s, paid)
	}
	return o
}

// books checks that the ledger of money says what the order says.
func (x *till) books(o *sale.Order) {
	x.t.Helper()
	sum := money.Of(0, o.Currency)
	for _, p := range x.store.Postings {
		if p.Order == o.ID && p.Account == "buyer:"+o.ID {
			sum = sum.Add(p.Amount)
		}
	}
	want := o.Open()
	if o.State == sale.Expired { // nothing was sold
		want = o.Paid().Neg()
	}
	if sum != want {
		x.t.Errorf("the ledger says the buyer owes %s, the order %s", sum, want)
	}
}

func tasks(o *sale.Order) (out []string) {
	for _, t := range o.Tasks {
		out = append(out, t.Code)
	}
	return out
}

func TestPay_APaymentConfirmsTheOrderByWhicheverWayItIsLearnt(t *testing.T) {
	for name, learn := range map[string]func(*till, *sale.Order){
		"return page": func(x *till, o *sale.Order) {
			_, err := pay.Settle(ctx, x.c, x.v, x.k, o.ID)
			x.ok(err)
		},
		"message": func(x *till, o *sale.Order) { x.ok(x.hear(x.Message("checkout.session.completed"))) },
		"reconciler": func(x *till, o *sale.Order) {
			_, err := pay.Reconcile(ctx, x.c, x.v, x.k, x.now)
			x.ok(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := openTill(t)
			o := x.hold()
			x.Pay(x.begin(o))
			learn(x, o)
			got := x.is(o.ID, sale.Confirmed, 10000)
			if got.Payments[0].State != pay.Paid {
				t.Errorf("the attempt is %s", got.Payments[0].State)
			}
			x.books(got)
		})
	}
}

func TestPay_TwoTabsLeadToOnePayment(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	one := x.begin(o)
	if two := x.begin(x.order(o.ID)); two != one {
		t.Fatalf("%s and %s", one, two)
	}
	x.Pay(one)
	address, got, err := pay.Begin(ctx, x.c, x.v, x.k, o.ID, o.DueNow(), back)
	if err != nil || address != "" || got.State != sale.Confirmed {
		t.Fatalf("who has paid is sent to pay again: %q %v", address, err)
	}
}

// Case 7: the session is ended by the provider's interface at the hard end; what
// was completed before that is paid.
func TestPay_Case07_SessionsEndAtTheHardEndAndWhatWasPaidIsPaid(t *testing.T) {
	x := openTill(t)
	late, intime := x.hold(), x.hold()
	a, b := x.begin(late), x.begin(intime)
	x.wait(29 * time.Minute)
	x.Pay(b)
	x.now = x.order(late.ID).HardEnd - 1
	got, err := pay.Reconcile(ctx, x.c, x.v, x.k, x.now)
	if err != nil || got != (pay.Tally{Looked: 2, Settled: 1}) {
		t.Fatalf("before the end: %+v %v", got, err)
	}
	x.is(intime.ID, sale.Confirmed, 10000)
	x.wait(2)
	if got, err = pay.Reconcile(ctx, x.c, x.v, x.k, x.now); err != nil || got != (pay.Tally{Looked: 1, Settled: 1, Expired: 1}) {
		t.Fatalf("after the end: %+v %v", got, err)
	}
	out, _ := x.k.Look(ctx, a)
	if o := x.order(late.ID); out.State != pay.Expired || o.Payments[0].State != pay.Expired || o.Paid().Minor != 0 {
		t.Errorf("%+v %+v", out, o.Payments)
	}
	if got, err = pay.Reconcile(ctx, x.c, x.v, x.k, x.now); err != nil || got.Looked != 0 {
		t.Errorf("nothing is open any more: %+v %v", got, err)
	}
}

// Case 7, the narrow one: paid between our look and our end.
func TestPay_Case07_PaidJustBeforeWeEndItIsPaid(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	s := x.begin(o)
	x.now = x.order(o.ID).HardEnd + 1
	k := &quick{Stripe: x.k, pay: func() { x.Pay(s) }}
	got, err := pay.Reconcile(ctx, x.c, x.v, k, x.now)
	if err != nil || got.Expired != 0 || got.Settled != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	x.is(o.ID, sale.Confirmed, 10000) // the place was still free (case 8)
}

// quick is a cashier whose payer pays in the moment before a session is ended.
type quick struct {
	*pay.Stripe
	pay func()
}

func (q *quick) Expire(ctx context.Context, session string) error {
	q.pay()
	return q.Stripe.Expire(ctx, session)
}

// Case 16: the cancellation stands, the debt stays open, it is tried again later
// and later, then the desk and the buyer are asked for bank details.
func TestPay_Case16_ARefundThatFailsIsTriedAgainAndThenAskedAbout(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	s := x.begin(o)
	x.Pay(s)
	x.ok(x.hear(x.Message("checkout.session.completed")))
	_, err := x.c.Cancel(ctx, o.ID, "seller", access.System("desk"))
	x.ok(err)
	x.RefuseRefunds(99)
	for try := range pay.Tries {
		got, err := pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil)
		if err != nil || got.Failed != 1 {
			t.Fatalf("try %d: %+v %v", try, got, err)
		}
		if got, err = pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil); err != nil || got.Looked != 0 {
			t.Fatalf("tried again at once: %+v %v", got, err)
		}
		x.wait(4 * time.Hour)
	}
	got := x.order(o.ID)
	r := got.Refunds[0]
	if got.State != sale.Cancelled || r.State != sale.RefundFailed || r.Tries != pay.Tries || got.Paid().Minor != 10000 {
		t.Fatalf("%s, %+v, paid %s", got.State, r, got.Paid())
	}
	if !slices.Contains(tasks(got), "refund_failed") || !slices.ContainsFunc(x.store.Mails, func(m sale.Mail) bool { return m.Template == "order.refund_failed" }) {
		t.Errorf("nobody is asked: tasks %v", tasks(got))
	}
	x.books(got)
	x.wait(100 * time.Hour)
	x.RefuseRefunds(0)
	if tally, _ := pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil); tally.Looked != 0 || x.Refunded(s) != 0 {
		t.Error("sent by itself after the desk was asked to send it by bank")
	}
}

func TestPay_Case16_ARefundThatFailsOnceArrivesOnce(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	s := x.begin(o)
	x.Pay(s)
	x.ok(x.hear(x.Message("checkout.session.completed")))
	_, err := x.c.Cancel(ctx, o.ID, "seller", access.System("desk"))
	x.ok(err)
	// No answer: nothing is known, so nothing is written, and the next run asks.
	x.Down(true)
	_, err = pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil)
	code(t, err, "pay.provider")
	if r := x.order(o.ID).Refunds[0]; r.State != sale.RefundOwed || r.Tries != 0 {
		t.Fatalf("%+v", r)
	}
	x.Down(false)
	x.RefuseRefunds(1)
	_, err = pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil)
	x.ok(err)
	x.wait(time.Hour)
	x.SlowRefunds()
	_, err = pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil)
	x.ok(err)
	if r := x.order(o.ID).Refunds[0]; r.State != sale.RefundSent {
		t.Fatalf("%+v", r)
	}
	x.Finish("succeeded")
	x.ok(x.hear(x.Message("refund.updated")))
	got := x.order(o.ID)
	if got.Refunds[0].State != sale.RefundDone || x.Refunded(s) != 10000 || got.Paid().Minor != 0 {
		t.Fatalf("%+v, %d went back", got.Refunds, x.Refunded(s))
	}
	x.books(got)
	// Weeks later the payer's bank sends it back: the debt is open again.
	x.Finish("failed")
	x.ok(x.hear(x.Message("refund.updated")))
	if got = x.order(o.ID); got.Paid().Minor != 10000 || len(got.Refunds) != 2 || got.Refunds[1].State != sale.RefundOwed {
		t.Fatalf("paid %s, refunds %+v", got.Paid(), got.Refunds)
	}
	x.books(got)
}

// Case 17: money only; the runner stays, and a person looks at it.
func TestPay_Case17_MoneyTakenAtTheProviderCancelsNobody(t *testing.T) {
	for name, take := range map[string]func(*till, string){
		"charge.refunded":        func(x *till, s string) { x.DashboardRefund(s, 10000) },
		"charge.dispute.created": func(x *till, s string) { x.ChargeBack(s) },
	} {
		t.Run(name, func(t *testing.T) {
			x := openTill(t)
			o := x.hold()
			s := x.begin(o)
			x.Pay(s)
			x.ok(x.hear(x.Message("checkout.session.completed")))
			take(x, s)
			x.ok(x.hear(x.Message(name)))
			x.ok(x.hear(x.Message(name).Old(time.Minute)))
			got := x.is(o.ID, sale.Confirmed, 0)
			if !slices.Contains(tasks(got), "taken_back") || len(got.Receipts) != 2 {
				t.Errorf("tasks %v, receipts %+v", tasks(got), got.Receipts)
			}
			x.books(got)
			if name == "charge.refunded" {
				return
			}
			x.WinDispute(s)
			x.ok(x.hear(x.Message("charge.dispute.closed")))
			x.books(x.is(o.ID, sale.Confirmed, 10000))
		})
	}
}

// Case 18: the second delivery is heard and changes nothing.
func TestPay_Case18_AMessageHeardTwiceChangesNothing(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	x.Pay(x.begin(o))
	m := x.Message("checkout.session.completed")
	x.ok(x.hear(m))
	before, looked := x.order(o.ID), x.Asked("GET /v1/checkout/sessions/…")
	lines, posts, mails := len(x.store.Lines), len(x.store.Postings), len(x.store.Mails)
	for range 3 {
		x.ok(x.hear(m))
	}
	after := x.order(o.ID)
	if after.Version != before.Version || lines != len(x.store.Lines) || posts != len(x.store.Postings) || mails != len(x.store.Mails) {
		t.Error("something changed")
	}
	if x.Asked("GET /v1/checkout/sessions/…") != looked {
		t.Error("the provider was asked again")
	}
}

// Case 18: the return page, the message and the reconciler at the same moment.
func TestPay_Case18_ManyAtOnceRecordOnce(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	x.Pay(x.begin(o))
	m := x.Message("checkout.session.completed")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := x.hear(m); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := pay.Settle(ctx, x.c, x.v, x.k, o.ID); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := pay.Reconcile(ctx, x.c, x.v, x.k, x.now); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := x.is(o.ID, sale.Confirmed, 10000)
	if len(got.Receipts) != 1 || len(got.Tasks) > 0 {
		t.Errorf("%+v %v", got.Receipts, tasks(got))
	}
	x.books(got)
}

// Case 18: while the provider does not answer a message is not heard, and comes again.
func TestPay_Case18_AMessageThatCouldNotBeDealtWithComesAgain(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	x.Pay(x.begin(o))
	m := x.Message("checkout.session.completed")
	x.Down(true)
	code(t, x.hear(m), "pay.provider")
	x.Down(false)
	x.ok(x.hear(m))
	x.is(o.ID, sale.Confirmed, 10000)
}

// Case 19: whatever the order in which messages come, and however often, the end
// is the same.
func TestPay_Case19_MessagesInAnyOrderEndTheSame(t *testing.T) {
	for seed := range uint64(40) {
		x := openTill(t)
		r := rand.New(rand.NewPCG(seed, 19))
		o := x.hold()
		s := x.begin(o)
		x.Pay(s)
		x.DashboardRefund(s, 2500)
		x.ChargeBack(s)
		x.WinDispute(s)
		late := x.hold()
		x.LetExpire(x.begin(late))
		all := x.Messages()
		all = append(all, all...)
		r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		for _, m := range all {
			x.ok(x.hear(m))
		}
		got := x.is(o.ID, sale.Confirmed, 7500)
		if got.Payments[0].State != pay.Paid || len(got.Receipts) != 2 {
			t.Fatalf("seed %d: %+v %+v", seed, got.Payments, got.Receipts)
		}
		x.books(got)
		if l := x.is(late.ID, sale.Held, 0); l.Payments[0].State != pay.Expired {
			t.Fatalf("seed %d: %+v", seed, l.Payments)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// Case 20: nothing that is not signed, or signed long ago, has any effect.
func TestPay_Case20_ForgedAndOldMessagesHaveNoEffect(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	x.Pay(x.begin(o))
	m := x.Message("checkout.session.completed")
	asked := x.Asked("GET /v1/checkout/sessions/…")
	for _, bad := range []paytest.Message{m.Forged(), m.Foreign(), m.Old(6 * time.Minute), {Header: http.Header{}, Body: m.Body}} {
		err := x.hear(bad)
		code(t, err, "pay.signature")
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("kind %v: the provider would send it again and again", fault.KindOf(err))
		}
	}
	if got := x.order(o.ID); got.State != sale.Held || len(got.Receipts) > 0 || x.Asked("GET /v1/checkout/sessions/…") != asked {
		t.Errorf("%+v", got)
	}
}

// A genuine message about somebody else's payment, or an order we do not have, is
// heard and leaves nothing.
func TestPay_MessagesThatAreNotOursAreHeardAndLeaveNothing(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	s := x.begin(o)
	stranger := *o
	stranger.ID, stranger.Edition = "nobody", saletest.Edition
	_, a, err := x.k.Start(ctx, &stranger, o.DueNow(), back)
	x.ok(err)
	x.Pay(a.Session)
	x.ok(x.hear(x.Message("checkout.session.completed")))
	stranger.Edition = "another-house"
	_, a, err = x.k.Start(ctx, &stranger, o.DueNow(), back+"?2")
	x.ok(err)
	x.Pay(a.Session)
	x.ok(x.hear(x.Message("checkout.session.completed")))
	if got := x.order(o.ID); got.State != sale.Held || got.Payments[0].Session != s || len(got.Receipts) > 0 {
		t.Errorf("%+v", got)
	}
	// Nor can a session be laid at another order's door.
	_, err = pay.SettleOne(ctx, x.c, x.k, o, a.Session)
	code(t, err, "pay.session_unknown")
}

// Case 21: no message arrives for hours; the reconciler finds everything, and goes
// on where one payment cannot be asked about.
func TestPay_Case21_WithoutMessagesTheReconcilerFindsEverything(t *testing.T) {
	x := openTill(t)
	var paid, open []*sale.Order
	for i := range 7 {
		o := x.hold()
		s := x.begin(o)
		if i%2 == 0 {
			x.Pay(s)
			paid = append(paid, o)
		} else {
			open = append(open, o)
		}
	}
	x.Down(true)
	tally, err := pay.Reconcile(ctx, x.c, x.v, x.k, x.now)
	code(t, err, "pay.provider")
	if tally.Looked != 1 {
		t.Errorf("a provider that is down was asked %d times", tally.Looked)
	}
	x.Down(false)
	x.wait(3 * time.Hour)
	if tally, err = pay.Reconcile(ctx, x.c, x.v, x.k, x.now); err != nil || tally.Settled != 7 || tally.Expired != 3 {
		t.Fatalf("%+v %v", tally, err)
	}
	for _, o := range paid {
		x.books(x.is(o.ID, sale.Confirmed, 10000))
	}
	for _, o := range open {
		if got := x.order(o.ID); got.Paid().Minor != 0 || got.Payments[0].State != pay.Expired {
			t.Errorf("%+v", got.Payments)
		}
	}
	if q := x.store.Quota("race:marathon"); q.Used < len(paid) || q.Used > q.Size {
		t.Errorf("%d used", q.Used)
	}
}

// Case 8 by the provider's side: paid after the hard end and no place left.
func TestPay_Case08_LateMoneyWithoutAPlaceGoesBackByItself(t *testing.T) {
	x := openTill(t, func(c *sale.Catalogue) { c.Resources[0].Size = 3 }) // two of them a partner's
	o := x.hold()
	s := x.begin(o)
	x.Pay(s) // and nobody tells us
	x.now = x.order(o.ID).HardEnd + 1
	x.hold() // takes the place
	_, err := pay.Reconcile(ctx, x.c, x.v, x.k, x.now)
	x.ok(err)
	if got := x.order(o.ID); got.State != sale.Expired || len(got.Refunds) != 1 || got.Refunds[0].State != sale.RefundOwed {
		t.Fatalf("%s %+v", got.State, got.Refunds)
	}
	got, err := pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil)
	if err != nil || got.Settled != 1 || x.Refunded(s) != 10000 {
		t.Fatalf("%+v %v, %d went back", got, err, x.Refunded(s))
	}
	x.books(x.is(o.ID, sale.Expired, 0))
}

// Case 9: money that arrives twice is recorded twice and never kept in silence.
func TestPay_Case09_TwoPaymentsAreBothRecordedAndTheSurplusIsSeen(t *testing.T) {
	x := openTill(t)
	o := x.hold()
	one := x.begin(o)
	held := x.order(o.ID)
	held.Payments = nil
	_, a, err := x.k.Start(ctx, held, o.DueNow(), back+"?tab=2")
	x.ok(err)
	_, err = x.c.Paying(ctx, o.ID, a)
	x.ok(err)
	x.Pay(one)
	x.Pay(a.Session)
	_, err = pay.Settle(ctx, x.c, x.v, x.k, o.ID)
	x.ok(err)
	got := x.is(o.ID, sale.Confirmed, 20000)
	if !slices.Contains(tasks(got), "surplus") || len(got.Receipts) != 2 {
		t.Errorf("tasks %v", tasks(got))
	}
	x.books(got)
}

func TestPay_RefundsAreThrottledBoundedAndResumable(t *testing.T) {
	x := openTill(t)
	for range 5 {
		o := x.hold()
		x.Pay(x.begin(o))
		_, err := pay.Settle(ctx, x.c, x.v, x.k, o.ID)
		x.ok(err)
		_, err = x.c.Cancel(ctx, o.ID, "seller", access.System("desk"))
		x.ok(err)
	}
	got, err := pay.Refunds(ctx, x.c, x.v, x.k, x.now, 2, nil)
	if err != nil || got.Settled != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	stop, cancel := context.WithCancel(ctx)
	turns := 0
	got, err = pay.Refunds(stop, x.c, x.v, x.k, x.now, 0, func(c context.Context) error {
		if turns++; turns == 2 {
			cancel()
		}
		return c.Err()
	})
	if err == nil || got.Settled != 1 {
		t.Fatalf("stopped: %+v %v", got, err)
	}
	if got, err = pay.Refunds(ctx, x.c, x.v, x.k, x.now, 0, nil); err != nil || got.Settled != 2 {
		t.Fatalf("gone on: %+v %v", got, err)
	}
	if n := x.Asked("POST /v1/refunds"); n != 5 {
		t.Errorf("%d refunds were sent, want 5", n)
	}
}
