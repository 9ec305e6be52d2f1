package pay_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
)

// mock starts stripe-mock, which checks every request against Stripe's published
// interface. scripts/setup-test.sh builds it; STADION_TEST_STRIPE_MOCK names
// another.
func mock(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("not in short runs: it starts a server of its own")
	}
	bin := os.Getenv("STADION_TEST_STRIPE_MOCK")
	if bin == "" {
		bin = filepath.Join("..", "..", "bin", "stripe-mock")
	}
	if _, err := os.Stat(bin); err != nil {
		t.Fatalf("stripe-mock is not there: run scripts/setup-test.sh, or name one in STADION_TEST_STRIPE_MOCK: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	cmd := exec.Command(bin, "-http-addr", at)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for try := time.NewTicker(20 * time.Millisecond); ; <-try.C {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at, nil)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			return "http://" + at
		}
		if ctx.Err() != nil {
			t.Fatal("stripe-mock does not answer")
		}
	}
}

// TestStripe_EveryRequestIsOneOfTheProvidersInterface fails when a parameter has a
// wrong name, type or place.
func TestStripe_EveryRequestIsOneOfTheProvidersInterface(t *testing.T) {
	url := mock(t)
	now := time.Now()
	k, err := pay.NewStripe(pay.StripeConfig{Key: "sk_test_123", Signing: []pay.Secret{"whsec_x"}, Base: url, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, o := context.Background(), anOrder()
	_, a, err := k.Start(ctx, o, money.Of(219500, "EUR"), back)
	if err != nil || a.Session == "" {
		t.Fatalf("start: %+v %v", a, err)
	}
	if _, err := k.Look(ctx, "cs_test_123"); err != nil {
		t.Fatalf("look: %v", err)
	}
	if err := k.Expire(ctx, "cs_test_123"); err != nil {
		t.Fatalf("expire: %v", err)
	}
	if _, err := k.Refund(ctx, o, sale.Refund{ID: "r1", Receipt: "pi_123", Amount: money.Of(100, "EUR")}); err != nil {
		t.Fatalf("refund: %v", err)
	}
}
