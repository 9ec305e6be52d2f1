package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// Take answers POST /api/v1/editions/{edition}/holds: units are taken, all or
// nothing, durably before the answer. The same key with the same body gives the
// same bytes again, whatever became of the order since; with another body it is
// Conflict sale.key_reused.
func (m *Room) Take(w http.ResponseWriter, r *http.Request) error {
	edition := r.PathValue("edition")
	c, err := m.counter(edition)
	if err != nil {
		return err
	}
	if m.rate != nil && !m.rate.take(r.RemoteAddr, m.Now()) {
		w.Header().Set("Retry-After", "60")
		return fault.New(fault.Limited, "api.too_often", nil)
	}
	k, err := key(r)
	if err != nil {
		return err
	}
	var b body
	if err := read(r, &b); err != nil {
		return err
	}
	right, err := m.admitted(r, edition)
	if err != nil {
		return err
	}
	a := m.ask(r, k, &b)
	if err := soldOutTo(c, m.Now(), &a, right); err != nil {
		return m.refuse(w, r, edition, &a, err)
	}
	a.ID, a.Body = m.ID(), b.digest()
	o, err := c.Hold(r.Context(), right.Of(a))
	if err != nil {
		if fault.CodeOf(err) == "sale.sold_out" {
			go func() { _ = c.Remember(context.WithoutCancel(r.Context())) }() // the next are told from memory; without it they queue
		}
		return m.refuse(w, r, edition, &a, err)
	}
	answer(w, edition, o)
	return nil
}

// admitted is the caller's right to a hold where an edition has a waiting room:
// nobody gets past it by another door. The room's page gave it to the caller in
// two cookies, which come with the call. Faults: Forbidden sale.not_admitted,
// sale.admission_over.
func (m *Room) admitted(r *http.Request, edition string) (none sale.Admission, err error) {
	if m.Rooms == nil {
		return none, nil
	}
	room := m.Rooms(edition)
	if room == nil || m.Now() < room.Opens() {
		return none, nil
	}
	return room.Admitted(cookie(r, "ticket"), cookie(r, "admission"))
}

func cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// soldOutTo asks the counter's memory. Whoever was admitted asks the store: their
// admission may have its hold already.
func soldOutTo(c *sale.Counter, now race.Instant, a *sale.Ask, right sale.Admission) error {
	if right.Ticket != "" {
		return nil
	}
	return c.SoldOut(now, a)
}

// keys of this door are told apart from those of others.
const keys = "api:"

func (m *Room) ask(r *http.Request, k string, b *body) sale.Ask {
	speaks := b.Lang
	if speaks == "" {
		speaks = string(english(r))
	}
	a := sale.Ask{Key: keys + k, Lang: speaks, Currency: b.Currency, Wants: b.wants(), Voucher: b.Voucher, Bank: b.Bank,
		Private: sale.Private{Email: b.Email, Name: b.Name}}
	if e := entry.FoldEmail(b.Email); e != "" {
		a.Blinds = []string{m.Blind("email", e)}
	}
	return a
}

// english is the caller's language, found quickly for those who name none.
func english(r *http.Request) lang.Tag {
	if h := r.Header["Accept-Language"]; len(h) > 0 {
		return lang.Match(h[0])
	}
	return lang.English
}

// answer writes what is promised under a key. It is made of what never changes
// in an order, so that it is the same at any time.
func answer(w http.ResponseWriter, edition string, o *sale.Order) {
	due := money.Of(0, o.Currency)
	for _, ch := range o.Charges {
		if ch.At == o.Made {
			due = due.Add(ch.Amount)
		}
	}
	var few [320]byte
	s := append(few[:0], `{"id":"`...)
	s = append(append(s, o.ID...), `","number":"`...)
	s = append(append(s, o.Number...), `","expires_at":"`...)
	s = told(o).Time().AppendFormat(s, time.RFC3339Nano)
	s = strconv.AppendInt(append(s, `","amount":`...), due.Minor, 10)
	s = append(append(s, `,"currency":"`...), o.Currency...)
	s = strconv.AppendInt(append(s, `","decimals":`...), int64(o.Currency.Exponent()), 10)
	s = append(s, '}', '\n')
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = isJSON, noStore, nosniff
	h["Location"] = []string{"/api/v1/editions/" + edition + "/holds/" + o.ID}
	h["Content-Length"] = []string{strconv.Itoa(len(s))}
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(s) // a caller that went away is no fault of ours
}

// Values of headers that never change are shared by all answers.
var (
	isJSON    = []string{"application/json; charset=utf-8"}
	isProblem = []string{"application/problem+json; charset=utf-8"}
	noStore   = []string{"no-store"}
	nosniff   = []string{"nosniff"}
)

// told is until when the buyer was told that the units are kept.
func told(o *sale.Order) race.Instant {
	if o.Told != 0 {
		return o.Told
	}
	return o.SoftEnd
}

// soldOut is the problem document of sale.sold_out: it names the product.
type soldOut struct {
	site.Problem
	Product   string   `json:"product"` // the first that is out
	Resource  string   `json:"resource"`
	Resources []string `json:"resources,omitempty"` // all that are out, when there are more
	Remaining int      `json:"remaining"`           // of that product
}

// refuse answers that something is sold out, and gives every other fault back.
func (m *Room) refuse(w http.ResponseWriter, r *http.Request, edition string, a *sale.Ask, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "sale.sold_out" {
		return err
	}
	h, herr := m.shown(r, edition)
	if herr != nil {
		return herr
	}
	b, merr := m.refusal(h.Catalogue, a, f)
	if merr != nil {
		return merr
	}
	hd := w.Header()
	hd["Content-Type"], hd["Cache-Control"], hd["X-Content-Type-Options"] = isProblem, noStore, nosniff
	hd["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(http.StatusConflict)
	_, _ = w.Write(b)
	return nil
}

// sentence is what a refusal depends on when one thing was wanted.
type sentence struct {
	catalogue         *sale.Catalogue
	lang, product, of string
	left, want        int
}

// mostSentences is how many refusals are remembered: those of a day fit.
const mostSentences = 1000

// refusal is the document that says what is out. When a race is sold out,
// thousands are told the same: it is made once.
func (m *Room) refusal(c *sale.Catalogue, a *sale.Ask, f *fault.Error) ([]byte, error) {
	if len(a.Wants) != 1 || len(a.Lang) > 2 {
		return m.outOf(c, lang.Tag(a.Lang), a.Wants, f)
	}
	k := sentence{catalogue: c, lang: a.Lang, product: a.Wants[0].Product}
	k.of, _ = f.Args["resources"].(string)
	k.left, _ = f.Args["left"].(int)
	k.want, _ = f.Args["want"].(int)
	m.mu.Lock()
	b, ok := m.told[k]
	m.mu.Unlock()
	if ok {
		return b, nil
	}
	b, err := m.outOf(c, lang.Tag(a.Lang), a.Wants, f)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	if len(m.told) >= mostSentences {
		clear(m.told)
	}
	m.told[k] = b
	m.mu.Unlock()
	return b, nil
}

// outOf says in the caller's language which product is out.
func (m *Room) outOf(c *sale.Catalogue, tag lang.Tag, wants []sale.Want, f *fault.Error) ([]byte, error) {
	resource, _ := f.Args["resource"].(string)
	left, _ := f.Args["left"].(int)
	want, _ := f.Args["want"].(int)
	out := soldOut{Resource: resource}
	name := resource
	for i, x := range wants {
		p := c.Product(x.Product)
		if p == nil {
			continue
		}
		for _, u := range p.Uses {
			if u.Resource == resource && u.N > 0 {
				out.Product, out.Remaining, name = p.ID, left/u.N, p.Name.In(string(tag))
				out.Field = "items[" + strconv.Itoa(i) + "].product"
				break
			}
		}
		if out.Product != "" {
			break
		}
	}
	p := lang.For(tag)
	out.Type, out.Status, out.Code = "about:blank", http.StatusConflict, f.Code
	out.Title = p.T("fault.sale.sold_out", "resource", name, "left", left, "want", want)
	if all, _ := f.Args["resources"].(string); all != resource {
		out.Resources = split(all)
	}
	b, err := json.Marshal(out)
	return append(b, '\n'), err
}

func split(s string) (out []string) {
	for from, i := 0, 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ',' {
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return out
}

// State is what GET /api/v1/editions/{edition}/holds/{id} answers: the order as
// it is now.
type State struct {
	ID       string         `json:"id"`
	Number   string         `json:"number"`
	State    sale.State     `json:"state"`
	Expires  race.Instant   `json:"expires_at,omitzero"` // while it is held
	Amount   int64          `json:"amount"`
	Paid     int64          `json:"paid"`
	Open     int64          `json:"open"`
	Currency money.Currency `json:"currency"`
	Decimals int            `json:"decimals"`
	Items    []item         `json:"items"`
}

// Hold answers GET /api/v1/editions/{edition}/holds/{hold}. Who knows the id may
// see it; nothing of persons is in it.
func (m *Room) Hold(c *site.Call) error {
	o, err := m.Views.Order(c.R.Context(), c.Path("edition"), c.Path("hold"))
	if err != nil {
		return err
	}
	s := State{ID: o.ID, Number: o.Number, State: o.State, Amount: o.Due().Minor, Paid: o.Paid().Minor, Open: o.Open().Minor,
		Currency: o.Currency, Decimals: o.Currency.Exponent(), Items: []item{}}
	if o.State == sale.Held {
		s.Expires = o.SoftEnd
		if !o.Live(m.Now()) {
			s.State = sale.Expired // it has ended, whether anybody wrote it down yet or not
		}
	}
	for _, it := range o.Items {
		if !it.Gone {
			s.Items = append(s.Items, item{it.Product, it.N})
		}
	}
	c.W.Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, s)
}
