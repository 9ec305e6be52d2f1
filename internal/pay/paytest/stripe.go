// Package paytest is a payment provider for tests: it speaks the part of Stripe's
// API that package pay uses, keeps its state in memory, and misbehaves on demand
// as providers do: messages late, twice, out of order, never, forged or old;
// answers that are lost; refunds that fail; money taken back behind our back.
package paytest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Signing is the secret by which the fake signs its messages.
const Signing = "whsec_invented"

// Key is the key that the fake accepts.
const Key = "sk_test_invented"

// Stripe is the fake. Its clock is Now; messages are signed by the wall clock,
// since that is what their age is measured by.
type Stripe struct {
	URL string
	Now func() time.Time

	mu       sync.Mutex
	sessions map[string]*session
	refunds  []*refund
	disputes []*dispute
	answers  map[string]answer // by idempotency key
	events   []Message
	last     int
	asked    map[string]int // requests by method and path, ids left out
	down     bool           // does not answer at all
	lose     int            // so many answers are lost after their effect
	refuse   int            // so many refunds are refused
	slow     bool           // refunds are pending until Finish
	t        testing.TB
}

type session struct {
	id, intent, charge string
	form               url.Values
	minor              int64
	currency           string
	made, ends, paid   int64
	status             string // open, complete, expired
	refunded           int64
	disputed           bool
}

type refund struct {
	id, intent, status string
	minor              int64
	currency           string
	marks              map[string]string
	made               int64
}

type dispute struct {
	id, intent, status string
	minor              int64
	currency           string
	made               int64
}

type answer struct {
	form string
	code int
	body any
}

// New starts the fake; it ends with the test.
func New(t testing.TB, now func() time.Time) *Stripe {
	f := &Stripe{Now: now, sessions: map[string]*session{}, answers: map[string]answer{}, asked: map[string]int{}, t: t}
	srv := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(srv.Close)
	f.URL = srv.URL
	return f
}

// Asked is how many requests came, such as "POST /v1/refunds".
func (f *Stripe) Asked(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[what]
}

// Down makes the provider not answer, or answer again.
func (f *Stripe) Down(yes bool) { f.set(func() { f.down = yes }) }

// LoseAnswers lets the next n requests have their effect and their answers get lost.
func (f *Stripe) LoseAnswers(n int) { f.set(func() { f.lose = n }) }

// RefuseRefunds refuses the next n refunds.
func (f *Stripe) RefuseRefunds(n int) { f.set(func() { f.refuse = n }) }

// SlowRefunds lets refunds be pending until Finish.
func (f *Stripe) SlowRefunds() { f.set(func() { f.slow = true }) }

func (f *Stripe) set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// Pay is the payer at the provider's page, successful.
func (f *Stripe) Pay(id string) {
	f.set(func() {
		s := f.known(id)
		if s.status != "open" || s.ends <= f.Now().Unix() {
			f.t.Fatalf("session %s cannot be paid: it is %s", id, s.status)
		}
		s.status, s.paid = "complete", f.Now().Unix()
		f.tell("checkout.session.completed", f.sessionJSON(s, nil))
		f.tell("payment_intent.succeeded", f.intentJSON(s, nil))
	})
}

// LetExpire ends a session as time does.
func (f *Stripe) LetExpire(id string) {
	f.set(func() {
		s := f.known(id)
		s.status = "expired"
		f.tell("checkout.session.expired", f.sessionJSON(s, nil))
	})
}

// DashboardRefund gives money back on the provider's own pages, without us.
func (f *Stripe) DashboardRefund(id string, minor int64) {
	f.set(func() {
		s := f.known(id)
		r := &refund{f.id("re"), s.intent, "succeeded", minor, s.currency, nil, f.Now().Unix()}
		f.refunds, s.refunded = append(f.refunds, r), s.refunded+minor
		f.tell("charge.refunded", f.chargeJSON(s, nil))
	})
}

// ChargeBack lets the payer's bank take all the money back.
func (f *Stripe) ChargeBack(id string) {
	f.set(func() {
		s := f.known(id)
		s.disputed = true
		d := &dispute{f.id("du"), s.intent, "needs_response", s.minor, s.currency, f.Now().Unix()}
		f.disputes = append(f.disputes, d)
		f.tell("charge.dispute.created", disputeJSON(d))
	})
}

// WinDispute gives the money of a charge-back to us again.
func (f *Stripe) WinDispute(id string) {
	f.set(func() {
		s := f.known(id)
		for _, d := range f.disputes {
			if d.intent == s.intent {
				d.status = "won"
				f.tell("charge.dispute.closed", disputeJSON(d))
			}
		}
	})
}

// Finish ends all pending refunds, as "succeeded" or "failed". A refund that
// succeeded may fail later too.
func (f *Stripe) Finish(status string) {
	f.set(func() {
		for _, r := range f.refunds {
			if r.status == "pending" || status == "failed" && r.status == "succeeded" {
				r.status = status
				f.tell("refund.updated", refundJSON(r))
			}
		}
	})
}

// Refunded is how much of a session's money went back by refunds.
func (f *Stripe) Refunded(id string) (sum int64) {
	f.set(func() {
		s := f.known(id)
		for _, r := range f.refunds {
			if r.intent == s.intent && r.status != "failed" {
				sum += r.minor
			}
		}
	})
	return sum
}

// Sessions are the ids of all sessions, in order.
func (f *Stripe) Sessions() (out []string) {
	f.set(func() {
		for id := range f.sessions {
			out = append(out, id)
		}
	})
	slices.Sort(out)
	return out
}

// Form is what a session was made with.
func (f *Stripe) Form(id string) (v url.Values) {
	f.set(func() { v = f.known(id).form })
	return v
}

func (f *Stripe) known(id string) *session {
	f.t.Helper()
	s := f.sessions[id]
	if s == nil {
		f.t.Fatalf("no session %q", id)
	}
	return s
}

func (f *Stripe) id(kind string) string {
	f.last++
	return fmt.Sprintf("%s_test_%04d", kind, f.last)
}

func (f *Stripe) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[r.Method+" "+pattern(r.URL.Path)]++
	if f.down {
		panic(http.ErrAbortHandler)
	}
	code, body := f.answer(r)
	if f.lose > 0 {
		f.lose--
		panic(http.ErrAbortHandler)
	}
	writeJSON(w, code, body)
}

// pattern is a path without ids.
func pattern(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.Contains(p, "_test_") {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// answer keeps Stripe's promise of idempotency keys: the same key and body have
// the same answer, refusals included; the same key with another body is refused.
func (f *Stripe) answer(r *http.Request) (int, any) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "+Key) {
		return http.StatusUnauthorized, wrong("invalid_request_error", "api_key_invalid")
	}
	key := r.Header.Get("Idempotency-Key")
	if r.Method == http.MethodGet || key == "" {
		return f.do(r)
	}
	form := r.URL.Path + "?" + r.PostForm.Encode()
	if a, ok := f.answers[key]; ok {
		if a.form != form {
			return http.StatusBadRequest, wrong("idempotency_error", "")
		}
		return a.code, a.body
	}
	code, body := f.do(r)
	f.answers[key] = answer{form, code, body}
	return code, body
}

func (f *Stripe) do(r *http.Request) (int, any) {
	id, end := "", false
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	if rest, ok := strings.CutPrefix(path, "checkout/sessions/"); ok {
		path = "checkout/sessions/…"
		id, end = strings.CutSuffix(rest, "/expire")
		if f.sessions[id] == nil {
			return http.StatusNotFound, wrong("invalid_request_error", "resource_missing")
		}
	}
	switch {
	case end:
		return f.expire(f.sessions[id])
	case id != "":
		return 200, f.sessionJSON(f.sessions[id], r.Form["expand[0]"])
	case r.Method+" "+path == "POST checkout/sessions":
		return f.start(r.PostForm)
	case path == "checkout/sessions":
		return 200, list(f.of(r.Form.Get("payment_intent")))
	case r.Method+" "+path == "POST refunds":
		return f.refund(r.PostForm)
	case path == "refunds":
		return 200, list(f.refundsOf(r.Form.Get("payment_intent")))
	case path == "disputes":
		return 200, list(f.disputesOf(r.Form.Get("payment_intent")))
	}
	return http.StatusNotFound, wrong("invalid_request_error", "")
}

func (f *Stripe) start(v url.Values) (int, any) {
	now := f.Now().Unix()
	ends, _ := strconv.ParseInt(v.Get("expires_at"), 10, 64)
	minor, err := strconv.ParseInt(v.Get("line_items[0][price_data][unit_amount]"), 10, 64)
	if err != nil || minor <= 0 || v.Get("mode") != "payment" || v.Get("success_url") == "" ||
		ends < now+30*60 || ends > now+24*60*60 {
		return http.StatusBadRequest, wrong("invalid_request_error", "parameter_invalid")
	}
	s := &session{id: f.id("cs"), intent: f.id("pi"), charge: f.id("ch"), form: v, minor: minor,
		currency: v.Get("line_items[0][price_data][currency]"), made: now, ends: ends, status: "open"}
	f.sessions[s.id] = s
	return 200, f.sessionJSON(s, nil)
}

func (f *Stripe) expire(s *session) (int, any) {
	if s.status != "open" {
		return http.StatusBadRequest, wrong("invalid_request_error", "")
	}
	s.status = "expired"
	f.tell("checkout.session.expired", f.sessionJSON(s, nil))
	return 200, f.sessionJSON(s, nil)
}

func (f *Stripe) refund(v url.Values) (int, any) {
	minor, _ := strconv.ParseInt(v.Get("amount"), 10, 64)
	at := -1
	for _, s := range f.sessions {
		if s.intent != v.Get("payment_intent") || s.status != "complete" {
			continue
		}
		if f.refuse > 0 {
			f.refuse--
			return http.StatusBadRequest, wrong("invalid_request_error", "insufficient_funds")
		}
		if minor <= 0 || s.refunded+minor > s.minor {
			return http.StatusBadRequest, wrong("invalid_request_error", "charge_already_refunded")
		}
		r := &refund{f.id("re"), s.intent, "succeeded", minor, s.currency,
			map[string]string{"refund": v.Get("metadata[refund]"), "order": v.Get("metadata[order]")}, f.Now().Unix()}
		if f.slow {
			r.status = "pending"
		}
		f.refunds, s.refunded, at = append(f.refunds, r), s.refunded+minor, len(f.refunds)
		f.tell("charge.refunded", f.chargeJSON(s, nil))
	}
	if at < 0 {
		return http.StatusNotFound, wrong("invalid_request_error", "resource_missing")
	}
	return 200, refundJSON(f.refunds[at])
}
