package shop

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// A draft is what somebody has chosen and typed before anything is held. It is
// kept by its owner alone: sealed in cookies that only the shop's own pages are
// sent, for a day. Nothing is stored here before the hold, a reload and the way
// back lose nothing, and nobody else, not even with the browser's disk, can read
// it without the office's key.

// draft is an order that is being made.
type draft struct {
	Currency money.Currency `json:"c,omitempty"`
	Travel   []traveller    `json:"t"`
	Gifts    map[string]int `json:"g,omitempty"` // donations by product
	Email    string         `json:"e,omitempty"`
	Payer    string         `json:"p,omitempty"`
	Address  string         `json:"a,omitempty"`
	Voucher  string         `json:"v,omitempty"`
	Bank     bool           `json:"b,omitempty"`
	All      bool           `json:"all,omitempty"` // a group that travels together or not at all
}

// traveller is one person of a draft: what is chosen, and who it is.
type traveller struct {
	Tour   string   `json:"t,omitempty"` // product; "" = no journey
	Race   string   `json:"r,omitempty"` // product; "" = does not run
	Room   string   `json:"o,omitempty"` // a supplement of the menu; "" = what the journey has
	Extras []string `json:"x,omitempty"`
	Person person   `json:"p"`
}

// person is what is asked of a person, as it was typed.
type person struct {
	Printed  string `json:"n,omitempty"`
	Family   string `json:"f,omitempty"`
	Given    string `json:"g,omitempty"`
	Birth    string `json:"b,omitempty"`
	Sex      string `json:"s,omitempty"`
	Country  string `json:"c,omitempty"`
	Other    string `json:"o,omitempty"`
	Other2   string `json:"o2,omitempty"`
	Email    string `json:"e,omitempty"`
	Number   string `json:"d,omitempty"`
	Expires  string `json:"x,omitempty"`
	Resident bool   `json:"r,omitempty"`
	Guardian string `json:"k,omitempty"` // "p1"
}

// id is the id of the i-th person of an order, from 0.
func personID(i int) string { return "p" + strconv.Itoa(i+1) }

// entry is the person as the order will keep it.
func (t *traveller) entry(id string, m *menu) entry.Person {
	p := &t.Person
	e := entry.Person{ID: id, Race: m.raceOf(t), Name: entry.Name{Printed: p.Printed, Family: p.Family, Given: p.Given}, Email: p.Email,
		Sex: raceSex(p.Sex), Birth: p.Birth, Country: p.Country, Resident: p.Resident, Guardian: p.Guardian}
	for _, o := range []string{p.Other, p.Other2} {
		if o != "" {
			e.Other = append(e.Other, o)
		}
	}
	if p.Number != "" {
		e.Document = entry.Document{Issuer: p.Country, Number: p.Number, Expires: p.Expires}
	}
	return e
}

// wants are the products of a draft.
func (d *draft) wants(m *menu) []sale.Want {
	var out []sale.Want
	for i := range d.Travel {
		t, id := &d.Travel[i], personID(i)
		for _, p := range append([]string{t.Tour, t.Race, m.roomOf(t)}, t.Extras...) {
			if p != "" {
				out = append(out, sale.Want{Product: p, N: 1, Person: id})
			}
		}
	}
	for _, g := range m.Gifts {
		if n := d.Gifts[g.ID]; n > 0 {
			out = append(out, sale.Want{Product: g.ID, N: n})
		}
	}
	return out
}

// persons are the people of a draft.
func (d *draft) persons(m *menu) []entry.Person {
	out := make([]entry.Person, len(d.Travel))
	for i := range d.Travel {
		out[i] = d.Travel[i].entry(personID(i), m)
	}
	return out
}

const (
	draftCookie = "draft"
	draftPiece  = 3600 // of a cookie, below what every browser keeps
	draftPieces = 4
	draftAge    = 24 * 60 * 60
	draftMost   = 64 << 10 // unpacked
)

// sealer makes the key for drafts and pay links from the office's: all nodes of
// a shop open each other's.
func (m *Room) sealer() (cipher.AEAD, error) {
	key := sha256.Sum256([]byte(m.Blind("shop", "draft/1") + m.Blind("shop", "draft/2")))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// shut seals v for a place ("draft/EDITION"), to be carried by a browser.
func (m *Room) shut(v any, place string) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(plain); err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", err
	}
	box, err := m.sealer()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, small.Bytes(), []byte(place))), nil
}

var errSealed = errors.New("shop: not sealed here")

// unseal opens what shut gave for the same place.
func (m *Room) unseal(s, place string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	box, err := m.sealer()
	if err != nil {
		return err
	}
	if len(raw) < box.NonceSize() {
		return errSealed
	}
	small, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], []byte(place))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(small)), draftMost))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

// draft is what the reader has chosen so far, empty if nothing or if what they
// carry was not sealed here.
func (m *Room) draft(c *site.Call, s *stand) *draft {
	d, whole := &draft{}, ""
	for i := range draftPieces {
		k, err := c.R.Cookie(draftCookie + strconv.Itoa(i))
		if err != nil || k.Value == "" {
			break
		}
		whole += k.Value
	}
	if whole == "" || m.unseal(whole, "draft/"+s.Edition.ID, d) != nil {
		return &draft{}
	}
	return d
}

// keep has the reader carry the draft.
func (m *Room) keep(c *site.Call, s *stand, d *draft) error {
	whole, err := m.shut(d, "draft/"+s.Edition.ID)
	if err != nil {
		return err
	}
	if len(whole) > draftPiece*draftPieces {
		return tooMuch()
	}
	for i := range draftPieces {
		from, to := min(i*draftPiece, len(whole)), min((i+1)*draftPiece, len(whole))
		m.draftCookie(c, s, i, whole[from:to])
	}
	return nil
}

// drop forgets the draft: it has become an order.
func (m *Room) drop(c *site.Call, s *stand) {
	for i := range draftPieces {
		m.draftCookie(c, s, i, "")
	}
}

func (m *Room) draftCookie(c *site.Call, s *stand, i int, value string) {
	k := &http.Cookie{Name: draftCookie + strconv.Itoa(i), Value: value, Path: "/e/" + url.PathEscape(s.Edition.ID) + "/entry",
		MaxAge: draftAge, HttpOnly: true, Secure: m.secure(c.R), SameSite: http.SameSiteLaxMode}
	if value == "" {
		if _, err := c.R.Cookie(k.Name); err != nil {
			return
		}
		k.MaxAge = -1
	}
	http.SetCookie(c.W, k)
}

// secure reports whether the reader came over TLS.
func (m *Room) secure(r *http.Request) bool {
	u, err := url.Parse(m.base(r))
	return err == nil && u.Scheme == "https"
}
