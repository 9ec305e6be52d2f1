package pay

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// TestPath is where the page of the test cashier is; the session follows.
const TestPath = "/pay/test/"

// testLife is how long a test payment can be made.
const testLife = 24 * time.Hour

// Test is a Cashier for trying the sale out: its page, a page of this site, says
// that no money moves and lets the reader pay, pay late, or be declined. What a
// payment is for stands signed in its session, so that a restart forgets none;
// what was clicked is kept in memory and soon in the order.
type Test struct {
	key []byte
	now func() time.Time

	mu   sync.Mutex
	seen map[string]*play
}

// play is what happened to a session.
type play struct {
	paid  race.Instant // from when it counts as paid; 0 = it was not paid
	ended bool
	backs []Back
}

// ticket is what a session says of itself.
type ticket struct {
	Edition string `json:"e"`
	Order   string `json:"o"`
	Number  string `json:"n"`
	Minor   int64  `json:"m"`
	Curr    string `json:"c"`
	Made    int64  `json:"t"`
	Nth     int    `json:"i"` // payments of the order before it
}

// NewTest makes the cashier. key signs sessions; give it the same after a restart.
func NewTest(key []byte, now func() time.Time) *Test {
	return &Test{key: key, now: now, seen: map[string]*play{}}
}

// Real is Cashier's: no money moves.
func (t *Test) Real() bool { return false }

// Start is Cashier's.
func (t *Test) Start(_ context.Context, o *sale.Order, amount money.Amount, back string) (string, sale.Attempt, error) {
	if amount.Minor <= 0 {
		return "", sale.Attempt{}, fault.New(fault.Invalid, "pay.nothing_due", nil)
	}
	now := t.now()
	session := t.sign(ticket{o.Edition, o.ID, o.Number, amount.Minor, string(amount.Currency), now.Unix(), len(o.Payments)})
	return t.address(session, back), sale.Attempt{Session: session, Method: Card, At: race.At(now), Amount: amount, State: Open}, nil
}

// address is the page of a session. Of back only what is within this site is
// kept: the page leads nowhere else.
func (t *Test) address(session, back string) string {
	address := TestPath + session
	if u, err := url.Parse(back); err == nil && u.Path != "" {
		address += "?" + url.Values{"back": {u.RequestURI()}}.Encode()
	}
	return address
}

func (t *Test) sign(k ticket) string {
	b, err := json.Marshal(k)
	if err != nil {
		panic("pay: a ticket cannot be written: " + err.Error()) // it holds strings and numbers only
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	return "test_" + text + "." + t.mac(text)
}

func (t *Test) mac(text string) string {
	h := hmac.New(sha256.New, t.key)
	h.Write([]byte("stadion test payment\x00" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

func (t *Test) open(session string) (k ticket, err error) {
	unknown := fault.New(fault.NotFound, "pay.session_unknown", nil)
	rest, ours := strings.CutPrefix(session, "test_")
	text, mac, ok := strings.Cut(rest, ".")
	if !ours || !ok || !hmac.Equal([]byte(mac), []byte(t.mac(text))) {
		return k, unknown
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &k) != nil {
		return k, unknown
	}
	return k, nil
}

// Look is Cashier's.
func (t *Test) Look(_ context.Context, session string) (Outcome, error) {
	k, err := t.open(session)
	if err != nil {
		return Outcome{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	out := Outcome{Session: session, Edition: k.Edition, Order: k.Order, State: Open, Address: t.address(session, ""),
		Amount: money.Of(k.Minor, money.Currency(k.Curr)), At: race.At(time.Unix(k.Made, 0))}
	p := t.seen[session]
	switch {
	case p != nil && p.paid != 0 && p.paid <= race.At(now):
		out.State, out.At, out.Receipt, out.Address = Paid, p.paid, receiptOf(session), ""
		out.Backs = append(out.Backs, p.backs...)
	case p != nil && p.ended, (p == nil || p.paid == 0) && now.Sub(time.Unix(k.Made, 0)) > testLife:
		out.State, out.Address = Expired, ""
	}
	return out, nil
}

// receiptOf names the payment of a session as a provider would.
func receiptOf(session string) string {
	h := sha256.Sum256([]byte(session))
	return fmt.Sprintf("testpay_%x", h[:12])
}

// Pay says that the reader paid on the test page, so that the money arrives at an
// instant: now, or later. Fault Conflict pay.session_ended.
func (t *Test) Pay(session string, at race.Instant) error {
	out, err := t.Look(context.Background(), session)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.seen[session]
	if out.State != Open || p != nil && p.paid != 0 {
		return fault.New(fault.Conflict, "pay.session_ended", nil)
	}
	if p == nil {
		p = &play{}
		t.seen[session] = p
	}
	p.paid = at
	return nil
}

// Expire is Cashier's. Money that is on its way arrives all the same.
func (t *Test) Expire(_ context.Context, session string) error {
	if _, err := t.open(session); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.seen[session]; p == nil || p.paid == 0 {
		t.seen[session] = &play{ended: true}
	}
	return nil
}

// Refund is Cashier's: it is done at once.
func (t *Test) Refund(_ context.Context, o *sale.Order, r sale.Refund) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range o.Payments {
		p := t.seen[a.Session]
		if p == nil || receiptOf(a.Session) != r.Receipt {
			continue
		}
		for _, b := range p.backs {
			if b.Refund == r.ID {
				return b.State, nil
			}
		}
		p.backs = append(p.backs, Back{ID: "testback_" + r.ID, Refund: r.ID, Kind: "refund", State: sale.RefundDone,
			Amount: r.Amount, At: race.At(t.now())})
	}
	return sale.RefundDone, nil
}

// Event is Cashier's: this one sends no messages, so none is genuine.
func (t *Test) Event(context.Context, http.Header, []byte) (Event, error) {
	return Event{}, fault.New(fault.Invalid, "pay.signature", nil)
}
