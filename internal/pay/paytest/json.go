package paytest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v84/webhook"
)

// Message is a message of the provider, signed.
type Message struct {
	Kind   string
	Header http.Header
	Body   []byte
}

// Messages are those sent so far, in order: the test delivers them when it likes.
func (f *Stripe) Messages() (out []Message) {
	f.set(func() { out = slices.Clone(f.events) })
	return out
}

// Message is the latest of a kind.
func (f *Stripe) Message(kind string) Message {
	f.t.Helper()
	for _, m := range slices.Backward(f.Messages()) {
		if m.Kind == kind {
			return m
		}
	}
	f.t.Fatalf("no message %q", kind)
	return Message{}
}

// Forged is the message changed after it was signed.
func (m Message) Forged() Message {
	m.Body = []byte(strings.Replace(string(m.Body), `"livemode":false`, `"livemode":true`, 1))
	return m
}

// Foreign is the message signed by somebody who does not know the secret.
func (m Message) Foreign() Message { return sign(m.Kind, m.Body, "whsec_somebody", time.Now()) }

// Old is the message as it was signed long ago.
func (m Message) Old(ago time.Duration) Message {
	return sign(m.Kind, m.Body, Signing, time.Now().Add(-ago))
}

func sign(kind string, body []byte, secret string, at time.Time) Message {
	p := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at})
	return Message{kind, http.Header{"Stripe-Signature": {p.Header}}, body}
}

func (f *Stripe) tell(kind string, object any) {
	body, err := json.Marshal(map[string]any{"id": f.id("evt"), "object": "event", "type": kind, "api_version": "2020-08-27",
		"created": f.Now().Unix(), "livemode": false, "data": map[string]any{"object": object}})
	if err != nil {
		panic(err)
	}
	f.events = append(f.events, sign(kind, body, Signing, time.Now()))
}

func (f *Stripe) sessionJSON(s *session, expand []string) map[string]any {
	paid := "unpaid"
	if s.paid > 0 {
		paid = "paid"
	}
	m := map[string]any{"id": s.id, "object": "checkout.session", "status": s.status, "payment_status": paid, "mode": "payment",
		"amount_total": s.minor, "currency": s.currency, "created": s.made, "expires_at": s.ends,
		"client_reference_id": s.form.Get("client_reference_id"),
		"metadata":            map[string]string{"edition": s.form.Get("metadata[edition]"), "order": s.form.Get("metadata[order]")}}
	if s.status == "open" {
		m["url"] = f.URL + "/pay/" + s.id
	}
	if s.paid > 0 {
		m["payment_intent"] = s.intent
		if len(expand) > 0 {
			m["payment_intent"] = f.intentJSON(s, expand)
		}
	}
	return m
}

func (f *Stripe) intentJSON(s *session, expand []string) map[string]any {
	m := map[string]any{"id": s.intent, "object": "payment_intent", "status": "succeeded", "amount": s.minor,
		"currency": s.currency, "created": s.made, "latest_charge": s.charge}
	if slices.ContainsFunc(expand, func(e string) bool { return strings.Contains(e, "latest_charge") }) {
		m["latest_charge"] = f.chargeJSON(s, expand)
	}
	return m
}

func (f *Stripe) chargeJSON(s *session, expand []string) map[string]any {
	m := map[string]any{"id": s.charge, "object": "charge", "payment_intent": s.intent, "amount": s.minor, "currency": s.currency,
		"created": s.paid, "amount_refunded": s.refunded, "disputed": s.disputed, "paid": true}
	if slices.ContainsFunc(expand, func(e string) bool { return strings.HasSuffix(e, "refunds") }) {
		m["refunds"] = list(f.refundsOf(s.intent))
	}
	return m
}

func refundJSON(r *refund) map[string]any {
	return map[string]any{"id": r.id, "object": "refund", "payment_intent": r.intent, "status": r.status, "amount": r.minor,
		"currency": r.currency, "metadata": r.marks, "created": r.made}
}

func disputeJSON(d *dispute) map[string]any {
	return map[string]any{"id": d.id, "object": "dispute", "payment_intent": d.intent, "status": d.status, "amount": d.minor,
		"currency": d.currency, "created": d.made}
}

func (f *Stripe) of(intent string) (out []any) {
	for _, s := range f.sessions {
		if s.intent == intent {
			out = append(out, f.sessionJSON(s, nil))
		}
	}
	return out
}

func (f *Stripe) refundsOf(intent string) (out []any) {
	for _, r := range f.refunds {
		if r.intent == intent {
			out = append(out, refundJSON(r))
		}
	}
	return out
}

func (f *Stripe) disputesOf(intent string) (out []any) {
	for _, d := range f.disputes {
		if d.intent == intent {
			out = append(out, disputeJSON(d))
		}
	}
	return out
}

func list(data []any) any {
	if data == nil {
		data = []any{}
	}
	return map[string]any{"object": "list", "data": data, "has_more": false, "url": "/v1/list"}
}

func wrong(kind, code string) any {
	e := map[string]any{"type": kind, "message": "invented"}
	if code != "" {
		e["code"] = code
	}
	return map[string]any{"error": e}
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
