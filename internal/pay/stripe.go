package pay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v84"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Secret is a key of a provider. It shows nothing of itself wherever it is
// printed, logged or written.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// StripeConfig is what Stripe needs. Keys are settings and never logged.
type StripeConfig struct {
	Key     Secret   // secret or restricted key: sk_… or rk_…
	Signing []Secret // of the webhook; two while one is being replaced
	Base    string   // of the API; "" = Stripe's own
	Methods []string // kinds of payment on the page; nil = card
	Now     func() time.Time
	HTTP    *http.Client // nil = one that gives up after 30 s
}

// Stripe is a Cashier over Stripe's hosted page (Checkout Sessions in payment
// mode).
type Stripe struct {
	cfg StripeConfig
	api *stripe.Client
}

// NewStripe makes the cashier. Fault Invalid pay.config without a key, a signing
// secret or a clock.
func NewStripe(cfg StripeConfig) (*Stripe, error) {
	if cfg.Key == "" || len(cfg.Signing) == 0 || cfg.Signing[0] == "" || cfg.Now == nil {
		return nil, fault.New(fault.Invalid, "pay.config", nil)
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if cfg.Methods == nil {
		cfg.Methods = []string{"card"}
	}
	b := &stripe.BackendConfig{HTTPClient: cfg.HTTP, LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		MaxNetworkRetries: stripe.Int64(1), EnableTelemetry: stripe.Bool(false)}
	if cfg.Base != "" {
		b.URL = stripe.String(strings.TrimSuffix(cfg.Base, "/"))
	}
	return &Stripe{cfg, stripe.NewClient(string(cfg.Key), stripe.WithBackends(stripe.NewBackendsWithConfig(b)))}, nil
}

// Real is Cashier's: keys of Stripe's test mode move nothing.
func (s *Stripe) Real() bool {
	return !strings.HasPrefix(string(s.cfg.Key), "sk_test_") && !strings.HasPrefix(string(s.cfg.Key), "rk_test_")
}

// The life of a session: Stripe takes 30 minutes to 24 hours. Ends are rounded up
// so that two who start at the same time ask for the same.
const (
	shortest = 31 * time.Minute
	longest  = 23 * time.Hour
	step     = 10 * time.Minute
)

// Start is Cashier's. Who asks twice for the same payment gets the same session.
func (s *Stripe) Start(ctx context.Context, o *sale.Order, amount money.Amount, back string) (string, sale.Attempt, error) {
	minor, err := toStripe(amount)
	if err == nil && minor <= 0 {
		err = fault.New(fault.Invalid, "pay.nothing_due", nil)
	}
	if err != nil {
		return "", sale.Attempt{}, err
	}
	now := s.cfg.Now()
	ends := min(max(o.HardEnd.Sub(race.At(now)), shortest), longest)
	until := now.Add(ends).Truncate(step).Add(step)
	p := s.params(o, minor, amount.Currency, back, until)
	key := fmt.Sprintf("start:%s:%d:%s", o.ID, len(o.Payments), amount)
	p.IdempotencyKey = stripe.String(key)
	got, err := s.api.V1CheckoutSessions.Create(ctx, p)
	if sort := new(stripe.Error); errors.As(err, &sort) && sort.Type == stripe.ErrorTypeIdempotency {
		// The same payment was asked for with another end or another way back.
		p = s.params(o, minor, amount.Currency, back, until)
		p.IdempotencyKey = stripe.String(key + ":" + strconv.FormatInt(until.Unix(), 36) + ":" + back)
		got, err = s.api.V1CheckoutSessions.Create(ctx, p)
	}
	if err != nil {
		return "", sale.Attempt{}, understand(err)
	}
	return got.URL, sale.Attempt{Session: got.ID, Method: Card, At: race.At(now), Amount: amount, State: Open}, nil
}

func (s *Stripe) params(o *sale.Order, minor int64, c money.Currency, back string, until time.Time) *stripe.CheckoutSessionCreateParams {
	marks := map[string]string{"order": o.ID, "edition": o.Edition, "number": o.Number}
	return &stripe.CheckoutSessionCreateParams{
		Mode:               stripe.String("payment"),
		PaymentMethodTypes: stripe.StringSlice(s.cfg.Methods),
		ClientReferenceID:  stripe.String(o.ID),
		Metadata:           marks,
		PaymentIntentData: &stripe.CheckoutSessionCreatePaymentIntentDataParams{
			Metadata: marks, Description: stripe.String(o.Number)},
		// A refund goes back in the currency in which the money came: the buyer pays in
		// the order's, and nobody converts in between.
		AdaptivePricing: &stripe.CheckoutSessionCreateAdaptivePricingParams{Enabled: stripe.Bool(false)},
		ExpiresAt:       stripe.Int64(until.Unix()),
		Locale:          stripe.String(locale(o.Lang)),
		SuccessURL:      stripe.String(with(back, "session={CHECKOUT_SESSION_ID}")),
		CancelURL:       stripe.String(back),
		LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionCreateLineItemPriceDataParams{
				Currency:    stripe.String(strings.ToLower(string(c))),
				UnitAmount:  stripe.Int64(minor),
				ProductData: &stripe.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: stripe.String(o.Number)},
			},
		}},
	}
}

// with adds a piece to an address's query as it is: the provider fills in the
// braces, which must not be escaped.
func with(address, piece string) string {
	if u, err := url.Parse(address); err == nil && u.RawQuery != "" {
		return address + "&" + piece
	}
	return address + "?" + piece
}

func locale(lang string) string {
	if slices.Contains([]string{"en", "ko", "zh", "de"}, lang) {
		return lang
	}
	return "auto"
}

// Look is Cashier's.
func (s *Stripe) Look(ctx context.Context, session string) (Outcome, error) {
	if !strings.HasPrefix(session, "cs_") {
		return Outcome{}, fault.New(fault.NotFound, "pay.session_unknown", nil)
	}
	p := &stripe.CheckoutSessionRetrieveParams{}
	p.AddExpand("payment_intent.latest_charge.refunds")
	got, err := s.api.V1CheckoutSessions.Retrieve(ctx, session, p)
	if err != nil {
		return Outcome{}, understand(err)
	}
	out := Outcome{Session: got.ID, Order: got.ClientReferenceID, Edition: got.Metadata["edition"],
		State: stateOf(got), Address: got.URL, At: race.At(time.Unix(got.Created, 0))}
	if got.Currency != "" { // always, but for sessions that take no money
		if out.Amount, err = fromStripe(got.AmountTotal, got.Currency); err != nil {
			return Outcome{}, err
		}
	}
	if out.State != Paid || got.PaymentIntent == nil {
		return out, nil
	}
	out.Receipt = got.PaymentIntent.ID
	if ch := got.PaymentIntent.LatestCharge; ch != nil {
		out.At = race.At(time.Unix(cmp.Or(ch.Created, got.Created), 0))
		out.Backs, err = s.backs(ctx, got.PaymentIntent.ID, ch)
	}
	return out, err
}

// stateOf reads the session together with its payment: a session may be complete
// and not paid while a slow kind of payment is on its way, or after it failed.
func stateOf(got *stripe.CheckoutSession) string {
	switch {
	case got.PaymentStatus == stripe.CheckoutSessionPaymentStatusPaid:
		return Paid
	case got.Status == stripe.CheckoutSessionStatusExpired:
		return Expired
	case got.Status == stripe.CheckoutSessionStatusComplete && got.PaymentIntent != nil &&
		(got.PaymentIntent.Status == stripe.PaymentIntentStatusCanceled ||
			got.PaymentIntent.Status == stripe.PaymentIntentStatusRequiresPaymentMethod):
		return Expired
	}
	return Open
}

func (s *Stripe) backs(ctx context.Context, intent string, ch *stripe.Charge) (out []Back, err error) {
	refunds := []*stripe.Refund{}
	switch {
	case ch.Refunds != nil && !ch.Refunds.HasMore:
		refunds = ch.Refunds.Data
	case ch.Refunds != nil || ch.AmountRefunded > 0:
		if refunds, err = s.refunds(ctx, intent); err != nil {
			return nil, err
		}
	}
	for _, r := range refunds {
		a, err := fromStripe(r.Amount, r.Currency)
		if err != nil {
			return nil, err
		}
		out = append(out, Back{ID: r.ID, Refund: r.Metadata["refund"], Kind: "refund", State: refundState(r.Status),
			Amount: a, At: race.At(time.Unix(r.Created, 0))})
	}
	if !ch.Disputed {
		return out, nil
	}
	for d, err := range s.api.V1Disputes.List(ctx, &stripe.DisputeListParams{PaymentIntent: stripe.String(intent)}) {
		if err != nil {
			return nil, understand(err)
		}
		a, err := fromStripe(d.Amount, d.Currency)
		if err != nil {
			return nil, err
		}
		out = append(out, Back{ID: d.ID, Kind: "chargeback", State: disputeState(d.Status), Amount: a, At: race.At(time.Unix(d.Created, 0))})
	}
	return out, nil
}

func (s *Stripe) refunds(ctx context.Context, intent string) (out []*stripe.Refund, err error) {
	for r, err := range s.api.V1Refunds.List(ctx, &stripe.RefundListParams{PaymentIntent: stripe.String(intent)}) {
		if err != nil {
			return nil, understand(err)
		}
		out = append(out, r)
	}
	return out, nil
}

func refundState(s stripe.RefundStatus) string {
	switch s {
	case stripe.RefundStatusSucceeded:
		return "done"
	case stripe.RefundStatusFailed, stripe.RefundStatusCanceled:
		return "failed"
	}
	return "sent"
}

// disputeState: what was taken back and lost or is being argued about is gone;
// an enquiry has taken nothing; what was won came back.
func disputeState(s stripe.DisputeStatus) string {
	switch s {
	case stripe.DisputeStatusWon, stripe.DisputeStatusWarningClosed, stripe.DisputeStatusPrevented:
		return "failed"
	case stripe.DisputeStatusWarningNeedsResponse, stripe.DisputeStatusWarningUnderReview:
		return "sent"
	}
	return "done"
}

// Expire is Cashier's. A session that is not open any more is no fault.
func (s *Stripe) Expire(ctx context.Context, session string) error {
	_, err := s.api.V1CheckoutSessions.Expire(ctx, session, nil)
	if err == nil {
		return nil
	}
	err = understand(err)
	if fault.KindOf(err) == fault.Invalid { // completed or expired meanwhile?
		if out, look := s.Look(ctx, session); look == nil && out.State != Open {
			return nil
		}
	}
	return err
}

// Refund is Cashier's. Before it sends, it asks whether this refund was sent
// before: an answer that was lost costs nobody anything.
func (s *Stripe) Refund(ctx context.Context, o *sale.Order, r sale.Refund) (string, error) {
	minor, err := toStripe(r.Amount)
	if err != nil {
		return "", err
	}
	sent, err := s.refunds(ctx, r.Receipt)
	if err != nil {
		return "", err
	}
	for _, b := range sent {
		if b.Metadata["refund"] == r.ID && refundState(b.Status) != "failed" {
			return refundState(b.Status), nil
		}
	}
	p := &stripe.RefundCreateParams{PaymentIntent: stripe.String(r.Receipt), Amount: stripe.Int64(minor),
		Metadata: map[string]string{"order": o.ID, "edition": o.Edition, "refund": r.ID}}
	p.IdempotencyKey = stripe.String(fmt.Sprintf("refund:%s:%s:%d", o.ID, r.ID, r.Tries))
	got, err := s.api.V1Refunds.Create(ctx, p)
	if err != nil {
		return "", understand(err)
	}
	return refundState(got.Status), nil
}

// understand makes a fault of what the client says. Of the provider's words only
// codes are kept: its sentences may quote what was sent.
func understand(err error) error {
	var e *stripe.Error
	if !errors.As(err, &e) {
		if ctx := context.Canceled; errors.Is(err, ctx) {
			return ctx
		}
		return fault.Wrap(fault.Unavailable, "pay.provider", errors.New("stripe: no answer"), nil)
	}
	brief := fmt.Errorf("stripe: status %d type %s code %s request %s", e.HTTPStatusCode, e.Type, e.Code, e.RequestID)
	switch {
	case e.HTTPStatusCode == http.StatusNotFound || e.Code == stripe.ErrorCodeResourceMissing:
		return fault.Wrap(fault.NotFound, "pay.session_unknown", brief, nil)
	case e.HTTPStatusCode >= 500 || e.HTTPStatusCode == http.StatusTooManyRequests || e.HTTPStatusCode == http.StatusConflict ||
		e.HTTPStatusCode == http.StatusUnauthorized || e.HTTPStatusCode == http.StatusForbidden || e.HTTPStatusCode == 0:
		return fault.Wrap(fault.Unavailable, "pay.provider", brief, nil)
	}
	return fault.Wrap(fault.Invalid, "pay.refused", brief, fault.Args{"code": string(cmp.Or(string(e.Code), string(e.Type)))})
}
