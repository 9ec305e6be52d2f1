package pay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/webhook"

	"stadion/internal/fault"
)

// Event is Cashier's. body is the raw body; the signature covers it and its time,
// which may be five minutes old at most (case 20). Of the message only ids are
// read, so any version of Stripe's API may have written it.
func (s *Stripe) Event(ctx context.Context, header http.Header, body []byte) (Event, error) {
	var e stripe.Event
	err := error(webhook.ErrNotSigned)
	for _, key := range s.cfg.Signing {
		e, err = webhook.ConstructEventWithOptions(body, header.Get("Stripe-Signature"), string(key),
			webhook.ConstructEventOptions{Tolerance: webhook.DefaultTolerance, IgnoreAPIVersionMismatch: true})
		if err == nil || !errors.Is(err, webhook.ErrNoValidSignature) {
			break
		}
	}
	if err != nil || e.ID == "" || e.Data == nil {
		return Event{}, fault.New(fault.Invalid, "pay.signature", nil)
	}
	out := Event{ID: e.ID, Kind: string(e.Type)}
	var about struct {
		Object    string            `json:"object"`
		ID        string            `json:"id"`
		Intent    json.RawMessage   `json:"payment_intent"`
		Reference string            `json:"client_reference_id"`
		Metadata  map[string]string `json:"metadata"`
	}
	if json.Unmarshal(e.Data.Raw, &about) != nil {
		return out, nil
	}
	intent := ""
	switch about.Object {
	case "checkout.session":
		out.Session, out.Order, out.Edition = about.ID, about.Reference, about.Metadata["edition"]
		return out, nil
	case "payment_intent":
		intent = about.ID
	case "charge", "refund", "dispute":
		intent, _ = stripe.ParseID(about.Intent)
	}
	if intent == "" {
		return out, nil
	}
	return s.of(ctx, out, intent)
}

// of finds the session to which a payment belongs.
func (s *Stripe) of(ctx context.Context, e Event, intent string) (Event, error) {
	for got, err := range s.api.V1CheckoutSessions.List(ctx, &stripe.CheckoutSessionListParams{PaymentIntent: stripe.String(intent)}) {
		if err != nil {
			return Event{}, understand(err)
		}
		e.Session, e.Order, e.Edition = got.ID, got.ClientReferenceID, got.Metadata["edition"]
		break
	}
	return e, nil
}
