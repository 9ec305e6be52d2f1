package pay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/pay/paytest"
	"stadion/internal/race"
	"stadion/internal/sale"
)

var start = time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)

// back is where payers return to.
const back = "https://race.example/e/test-2026/order/o1"

func anOrder() *sale.Order {
	return &sale.Order{ID: "o1", Number: "TST-0001", Edition: "test-2026", Lang: "ko", Currency: "EUR",
		State: sale.Held, HardEnd: race.At(start.Add(17 * time.Minute))}
}

func cashier(t *testing.T, url string, now func() time.Time) *pay.Stripe {
	t.Helper()
	k, err := pay.NewStripe(pay.StripeConfig{Key: paytest.Key, Signing: []pay.Secret{paytest.Signing}, Base: url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Fatalf("fault %v, want %s", err, want)
	}
}

func TestStripe_AsksForTheSumInTheProvidersMinorUnits(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency money.Currency
		want     string // "" = refused
	}{
		{219500, "EUR", "219500"},
		{90000, "KRW", "90000"},
		{5120, "KWD", "5120"},
		{5124, "KWD", ""},
		{5, "ISK", "500"},
		{7, "UGX", "700"},
		{1200, "MGA", "12"},
		{1250, "MGA", ""},
		{1045, "HUF", "1045"},
		{0, "EUR", ""},
		{-5, "EUR", ""},
		{5, "euro", ""},
	} {
		t.Run(fmt.Sprint(c.minor, c.currency), func(t *testing.T) {
			f := paytest.New(t, func() time.Time { return start })
			k := cashier(t, f.URL, f.Now)
			amount := money.Of(c.minor, c.currency)
			_, a, err := k.Start(context.Background(), anOrder(), amount, back)
			if (err == nil) != (c.want != "") {
				t.Fatalf("error %v", err)
			}
			if err != nil {
				if f.Asked("POST /v1/checkout/sessions") > 0 {
					t.Error("the provider was asked")
				}
				return
			}
			if got := f.Form(a.Session).Get("line_items[0][price_data][unit_amount]"); got != c.want {
				t.Errorf("asked for %s, want %s", got, c.want)
			}
			out, err := k.Look(context.Background(), a.Session)
			if err != nil || out.Amount != amount || out.State != pay.Open || out.Address == "" {
				t.Errorf("look: %+v, %v", out, err)
			}
		})
	}
}

func TestStripe_ASessionNamesItsOrderAndNothingPersonal(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	o := anOrder()
	o.Private.Email, o.Private.Name = "kim@runner.example", "Kim"
	address, a, err := cashier(t, f.URL, f.Now).Start(context.Background(), o, money.Of(100, "EUR"), back+"?x=1")
	if err != nil || address == "" || a.State != pay.Open || a.Method != pay.Card || a.At != race.At(start) {
		t.Fatalf("%s %+v %v", address, a, err)
	}
	form := f.Form(a.Session)
	for key, want := range map[string]string{
		"client_reference_id": "o1", "metadata[order]": "o1", "metadata[edition]": "test-2026", "mode": "payment",
		"payment_intent_data[metadata][order]": "o1", "locale": "ko", "payment_method_types[0]": "card",
		"success_url": back + "?x=1&session={CHECKOUT_SESSION_ID}", "cancel_url": back + "?x=1",
		"adaptive_pricing[enabled]": "false", "line_items[0][price_data][product_data][name]": "TST-0001",
	} {
		if got := form.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if s := form.Encode(); strings.Contains(s, "kim") || strings.Contains(s, "Kim") {
		t.Errorf("personal data went out: %s", s)
	}
}

// The provider takes ends between 30 minutes and 24 hours from now.
func TestStripe_ASessionLivesAtLeastHalfAnHourAndAtMostADay(t *testing.T) {
	for _, hold := range []time.Duration{-time.Hour, time.Minute, 29 * time.Minute, 3 * time.Hour, 24 * time.Hour, 120 * time.Hour} {
		for past := time.Duration(0); past < 10*time.Minute; past += 97 * time.Second {
			now := start.Add(past)
			f := paytest.New(t, func() time.Time { return now })
			o := anOrder()
			o.HardEnd = race.At(now.Add(hold))
			if _, _, err := cashier(t, f.URL, f.Now).Start(context.Background(), o, money.Of(100, "EUR"), back); err != nil {
				t.Fatalf("a hold of %v at %v: %v", hold, now, err)
			}
		}
	}
}

func TestStripe_TheSameStartTwiceIsOneSession(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, o := cashier(t, f.URL, f.Now), anOrder()
	ctx, sum := context.Background(), money.Of(100, "EUR")
	_, one, err := k.Start(ctx, o, sum, back)
	_, two, err2 := k.Start(ctx, o, sum, back)
	if err != nil || err2 != nil || one.Session != two.Session {
		t.Fatalf("%v %v, %v %v", one, two, err, err2)
	}
	// Another end or another way back is another question under the same key.
	o.HardEnd = race.At(start.Add(2 * time.Hour))
	if _, three, err := k.Start(ctx, o, sum, back); err != nil || three.Session == one.Session {
		t.Fatalf("%v, %v", three, err)
	}
}

func TestStripe_ALostAnswerToAStartMakesNoSecondSession(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, o := cashier(t, f.URL, f.Now), anOrder()
	f.LoseAnswers(2)
	_, _, err := k.Start(context.Background(), o, money.Of(100, "EUR"), back)
	code(t, err, "pay.provider")
	if _, _, err = k.Start(context.Background(), o, money.Of(100, "EUR"), back); err != nil || len(f.Sessions()) != 1 {
		t.Fatalf("%v, sessions %v", err, f.Sessions())
	}
}

func TestStripe_ExpiringWhatWasPaidIsNoFaultAndItStaysPaid(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, ctx := cashier(t, f.URL, f.Now), context.Background()
	_, a, err := k.Start(ctx, anOrder(), money.Of(100, "EUR"), back)
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(a.Session)
	if err := k.Expire(ctx, a.Session); err != nil {
		t.Fatal(err)
	}
	out, err := k.Look(ctx, a.Session)
	if err != nil || out.State != pay.Paid || out.Receipt == "" || out.At != race.At(start) || out.Order != "o1" || out.Edition != "test-2026" {
		t.Fatalf("%+v %v", out, err)
	}
}

func TestStripe_UnknownSessionsAndNoProviderAreFaults(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, ctx := cashier(t, f.URL, f.Now), context.Background()
	for _, id := range []string{"", "cs_test_9", "../refunds", "pi_1"} {
		_, err := k.Look(ctx, id)
		code(t, err, "pay.session_unknown")
	}
	wrong, _ := pay.NewStripe(pay.StripeConfig{Key: "sk_test_other", Signing: []pay.Secret{"x"}, Base: f.URL, Now: f.Now})
	_, err := wrong.Look(ctx, "cs_test_9")
	code(t, err, "pay.provider")
	f.Down(true)
	_, err = k.Look(ctx, "cs_test_9")
	code(t, err, "pay.provider")
	_, err = pay.NewStripe(pay.StripeConfig{Key: "sk_live_x", Now: f.Now})
	code(t, err, "pay.config")
}

func TestStripe_KeysShowNowhere(t *testing.T) {
	cfg := pay.StripeConfig{Key: "sk_live_51secret", Signing: []pay.Secret{"whsec_hidden"}, Now: time.Now}
	js, err := json.Marshal(struct{ Key, Other pay.Secret }{cfg.Key, cfg.Signing[0]})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", cfg.Key, "all", cfg)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", cfg.Key, "keys", cfg.Signing)
	for _, s := range []string{fmt.Sprint(cfg), fmt.Sprintf("%v %+v %#v %s %q", cfg, cfg, cfg, cfg.Key, cfg.Key), string(js), log.String()} {
		if strings.Contains(s, "51secret") || strings.Contains(s, "hidden") {
			t.Errorf("a key shows: %s", s)
		}
	}
	k, err := pay.NewStripe(cfg)
	if err != nil || !k.Real() {
		t.Fatal("a live key moves money")
	}
}

// Case 20: only what the provider signed, and not long ago, is heard.
func TestStripe_Case20_ForgedAndOldMessagesAreRefused(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, ctx := cashier(t, f.URL, f.Now), context.Background()
	_, a, err := k.Start(ctx, anOrder(), money.Of(100, "EUR"), back)
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(a.Session)
	m := f.Message("checkout.session.completed")
	e, err := k.Event(ctx, m.Header, m.Body)
	if err != nil || e.Session != a.Session || e.Order != "o1" || e.Edition != "test-2026" || e.ID == "" {
		t.Fatalf("%+v %v", e, err)
	}
	young := m.Old(4 * time.Minute)
	if _, err := k.Event(ctx, young.Header, young.Body); err != nil {
		t.Fatalf("four minutes old: %v", err)
	}
	unsigned := m
	unsigned.Header = nil
	empty := m
	empty.Body = nil
	for name, bad := range map[string]paytest.Message{"forged": m.Forged(), "foreign": m.Foreign(), "old": m.Old(6 * time.Minute),
		"unsigned": unsigned, "empty": empty} {
		if _, err := k.Event(ctx, bad.Header, bad.Body); fault.CodeOf(err) != "pay.signature" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStripe_ASecretIsReplacedWithoutAGap(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	_, a, err := cashier(t, f.URL, f.Now).Start(context.Background(), anOrder(), money.Of(100, "EUR"), back)
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(a.Session)
	k, _ := pay.NewStripe(pay.StripeConfig{Key: paytest.Key, Signing: []pay.Secret{"whsec_new", paytest.Signing}, Base: f.URL, Now: f.Now})
	m := f.Message("checkout.session.completed")
	if _, err := k.Event(context.Background(), m.Header, m.Body); err != nil {
		t.Fatal(err)
	}
}

func TestStripe_AMessageAboutARefundFindsItsSession(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, ctx := cashier(t, f.URL, f.Now), context.Background()
	_, a, err := k.Start(ctx, anOrder(), money.Of(100, "EUR"), back)
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(a.Session)
	f.DashboardRefund(a.Session, 40)
	f.ChargeBack(a.Session)
	for _, kind := range []string{"payment_intent.succeeded", "charge.refunded", "charge.dispute.created"} {
		m := f.Message(kind)
		e, err := k.Event(ctx, m.Header, m.Body)
		if err != nil || e.Session != a.Session || e.Order != "o1" {
			t.Errorf("%s: %+v %v", kind, e, err)
		}
	}
	out, err := k.Look(ctx, a.Session)
	if err != nil || len(out.Backs) != 2 || out.Backs[0].Amount != money.Of(40, "EUR") || out.Backs[1].Kind != "chargeback" ||
		out.Backs[0].State != "done" || out.Backs[1].State != "done" {
		t.Fatalf("%+v %v", out, err)
	}
	f.Down(true)
	m := f.Message("charge.refunded")
	_, err = k.Event(ctx, m.Header, m.Body)
	code(t, err, "pay.provider")
}

func TestStripe_ARefundIsSentOnceWhateverGetsLost(t *testing.T) {
	f := paytest.New(t, func() time.Time { return start })
	k, ctx, o := cashier(t, f.URL, f.Now), context.Background(), anOrder()
	_, a, err := k.Start(ctx, o, money.Of(100, "EUR"), back)
	if err != nil {
		t.Fatal(err)
	}
	f.Pay(a.Session)
	out, _ := k.Look(ctx, a.Session)
	r := sale.Refund{ID: "r1", Receipt: out.Receipt, Method: pay.Card, Amount: money.Of(60, "EUR")}
	for range 2 { // the refund is made, its answer is lost, then it is asked for again
		if state, err := k.Refund(ctx, o, r); err != nil || state != "done" {
			t.Fatalf("%s %v", state, err)
		}
		r.Tries++ // another try is another idempotency key
	}
	if got := f.Refunded(a.Session); got != 60 {
		t.Errorf("%d went back, want 60", got)
	}
	r.ID, r.Amount = "r2", money.Of(60, "EUR")
	_, err = k.Refund(ctx, o, r)
	code(t, err, "pay.refused")
}
