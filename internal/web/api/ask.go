package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/sale"
)

// body is what POST …/holds takes. There is nothing else in it: prices, amounts
// and ends are the catalogue's, and who sends one is told so.
type body struct {
	Items    []item         `json:"items"`
	Email    string         `json:"email"`
	Name     string         `json:"name"`
	Currency money.Currency `json:"currency"`
	Voucher  string         `json:"voucher"`
	Lang     string         `json:"lang"`
	Bank     bool           `json:"bank"`
}

type item struct {
	Product  string `json:"product"`
	Quantity int    `json:"quantity"`
}

const (
	mostBody = 16 << 10
	mostKey  = 128
)

var buffers = sync.Pool{New: func() any { return new([mostBody + 1]byte) }}

// read takes the body of a call. Faults: Invalid web.body_too_large, api.json,
// api.field_unknown, api.field_kind, api.price on the field.
func read(r *http.Request, into *body) error {
	if r.ContentLength > mostBody {
		return tooLarge()
	}
	buf := buffers.Get().(*[mostBody + 1]byte)
	defer buffers.Put(buf)
	n := 0
	for {
		k, err := r.Body.Read(buf[n:])
		if n += k; n > mostBody {
			return tooLarge()
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, "web.body_malformed", err, nil)
		}
	}
	if quick(buf[:n], into) {
		return nil
	}
	*into = body{}
	return decode(buf[:n], into)
}

func tooLarge() error {
	return fault.New(fault.Invalid, "web.body_too_large", fault.Args{"limit": mostBody >> 10})
}

// decode reads JSON strictly: one object, known fields, nothing after it.
func decode(raw []byte, into *body) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return explain(raw, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "api.json", nil)
	}
	return nil
}

// prices are fields that a caller may think are theirs to say.
var prices = map[string]bool{"price": true, "amount": true, "each": true, "total": true, "discount": true, "fee": true, "deposit": true}

// explain finds what is wrong with a body that could not be read, and where.
func explain(raw []byte, err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fault.New(fault.Invalid, "api.field_kind", fault.Args{"field": named(kind.Field, "body")}).On(kind.Field)
	}
	var top map[string]json.RawMessage
	if json.Unmarshal(raw, &top) != nil || top == nil {
		return fault.New(fault.Invalid, "api.json", nil)
	}
	if field := stranger(top, "items", "email", "name", "currency", "voucher", "lang", "bank"); field != "" {
		return unknown(field, field)
	}
	var items []map[string]json.RawMessage
	if json.Unmarshal(top["items"], &items) == nil {
		for i, it := range items {
			if field := stranger(it, "product", "quantity"); field != "" {
				return unknown(field, "items["+strconv.Itoa(i)+"]."+short(field))
			}
		}
	}
	return fault.New(fault.Invalid, "api.json", nil)
}

func unknown(field, path string) error {
	if prices[field] {
		return fault.New(fault.Invalid, "api.price", nil).On(short(path))
	}
	return fault.New(fault.Invalid, "api.field_unknown", fault.Args{"field": short(path)}).On(short(path))
}

// stranger is the first field, by name, that is none of those known.
func stranger(in map[string]json.RawMessage, known ...string) string {
	first := ""
next:
	for name := range in {
		for _, k := range known {
			if name == k {
				continue next
			}
		}
		if first == "" || name < first {
			first = name
		}
	}
	return first
}

func named(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func short(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// digest is of what was asked, however it was written: blanks and the order of
// fields make no other body.
func (b *body) digest() string {
	var few [512]byte
	s := few[:0]
	text := func(v string) {
		s = strconv.AppendInt(s, int64(len(v)), 10)
		s = append(append(s, ':'), v...)
	}
	for i := range b.Items {
		text(b.Items[i].Product)
		s = append(strconv.AppendInt(s, int64(b.Items[i].Quantity), 10), ';')
	}
	s = append(s, '|')
	text(b.Email)
	text(b.Name)
	text(string(b.Currency))
	text(b.Voucher)
	text(b.Lang)
	s = strconv.AppendBool(s, b.Bank)
	sum := sha256.Sum256(s)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// key is the caller's idempotency key. Faults Invalid api.key_missing, api.key on
// Idempotency-Key.
func key(r *http.Request) (string, error) {
	k := r.Header["Idempotency-Key"]
	if len(k) != 1 || k[0] == "" {
		return "", fault.New(fault.Invalid, "api.key_missing", nil).On("Idempotency-Key")
	}
	if len(k[0]) > mostKey {
		return "", fault.New(fault.Invalid, "api.key", fault.Args{"most": mostKey}).On("Idempotency-Key")
	}
	for i := range len(k[0]) {
		if c := k[0][i]; c <= ' ' || c > '~' {
			return "", fault.New(fault.Invalid, "api.key", fault.Args{"most": mostKey}).On("Idempotency-Key")
		}
	}
	return k[0], nil
}

func (b *body) wants() []sale.Want {
	out := make([]sale.Want, len(b.Items))
	for i, it := range b.Items {
		out[i] = sale.Want{Product: it.Product, N: it.Quantity}
	}
	return out
}
