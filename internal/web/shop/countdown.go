package shop

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/assets"
	"stadion/internal/web/site"
)

// Before the opening everybody looks at one page. It is made at most once a
// second for a language and a theme, kept as bytes, compressed once, and says
// nothing about who reads it: serving it costs a look into a map.
const countdownLife = time.Second

// countdowns are the pages made so far.
type countdowns struct {
	mu   sync.Mutex
	made map[countdownKey]*countdownPage
}

type countdownKey struct {
	edition, lang string
	theme         site.Theme
}

// countdownPage is one page: the lock is held by who makes it anew, never by who
// gives it out.
type countdownPage struct {
	making sync.Mutex
	now    atomic.Pointer[made]
}

// made is a page as it was made; it never changes.
type made struct {
	plain, zip []byte
	tag        string
	at, opens  race.Instant
	maxAge     int
}

func (k *countdowns) page(c *site.Call) *countdownPage {
	key := countdownKey{c.Path("edition"), string(c.Tag), c.Theme}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.made == nil || len(k.made) > 1000 { // editions that are not there are not remembered for ever
		k.made = map[countdownKey]*countdownPage{}
	}
	p := k.made[key]
	if p == nil {
		p = &countdownPage{}
		k.made[key] = p
	}
	return p
}

// fresh is the page if it can be given out as it is, else nil.
func (p *countdownPage) fresh(now race.Instant) *made {
	d := p.now.Load()
	if d == nil || now >= d.opens || now < d.at || now.Sub(d.at) >= countdownLife {
		return nil
	}
	return d
}

// own reports whether the caller needs a page of their own: something was left to
// be told, or another language was asked for.
func own(c *site.Call) bool { return c.R.URL.RawQuery != "" || cookieOf(c, "flash") != "" }

// counting answers with the countdown if one was just made.
func (m *Room) counting(c *site.Call) bool {
	if own(c) {
		return false
	}
	d := m.countdowns.page(c).fresh(m.Now())
	return d != nil && d.send(c) == nil
}

// countdownView is the page before the opening.
type countdownView struct {
	*stand
	Opens      race.Instant
	RoomFrom   race.Instant // when the waiting room opens; 0 = there is none
	RoomWhen   string
	Place      string // by whose clocks the opening is told
	Commitment string
	Rule       procedure
	Prices     []priced
	Currencies []money.Currency
	Refresh    int
	Bars       ruleView
	Scale      []tier
}

// Left is how long it is until the opening.
func (v countdownView) Left() time.Duration { return v.Opens.Sub(v.Now) }

// RoomOpen reports whether the waiting room can be entered.
func (v countdownView) RoomOpen() bool { return v.RoomFrom != 0 && v.Now >= v.RoomFrom }

// priced is a product and its price in each currency.
type priced struct {
	Name, Kind string
	Sums       []money.Amount
}

// countdown answers with the page before the opening.
func (m *Room) countdown(c *site.Call, s *stand) error {
	if own(c) {
		return c.Render(200, "countdown", c.T("fair.countdown.title"), m.countdownView(c, s))
	}
	p := m.countdowns.page(c)
	p.making.Lock()
	d := p.fresh(s.Now)
	if d == nil {
		var err error
		if d, err = m.makeCountdown(c, m.countdownView(c, s)); err != nil {
			p.making.Unlock()
			return err
		}
		p.now.Store(d)
	}
	p.making.Unlock()
	return d.send(c)
}

func (m *Room) makeCountdown(c *site.Call, v countdownView) (*made, error) {
	body, err := m.site.Piece(c.Tag, "countdown", "layout", site.Page{Lang: c.Tag, Theme: c.Theme, Title: c.T("fair.countdown.title"), Path: c.R.URL.Path, Data: v})
	if err != nil {
		return nil, err
	}
	var zip bytes.Buffer
	z, err := gzip.NewWriterLevel(&zip, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	sum := sha256.Sum256(body)
	return &made{plain: body, zip: zip.Bytes(), tag: `"` + hex.EncodeToString(sum[:8]) + `"`, at: v.Now, opens: v.Opens,
		maxAge: min(60, max(1, int(v.Left()/(10*time.Second))))}, err
}

func (d *made) send(c *site.Call) error {
	h := c.W.Header()
	h.Add("Vary", "Cookie, Accept-Language, Accept-Encoding")
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(d.maxAge))
	h.Set("ETag", d.tag)
	if c.R.Header.Get("If-None-Match") == d.tag {
		c.W.WriteHeader(http.StatusNotModified)
		return nil
	}
	body := d.plain
	if assets.AcceptsGzip(c.R) {
		h.Set("Content-Encoding", "gzip")
		body = d.zip
	}
	return c.Bytes(200, "text/html; charset=utf-8", body)
}

func (m *Room) countdownView(c *site.Call, s *stand) countdownView {
	v := countdownView{stand: s, Opens: s.Catalogue.OpensAt(), Rule: s.procedure(c, m), Currencies: s.Catalogue.Currencies,
		Bars: s.rule(c), Scale: s.scale(s.Catalogue.Terms)}
	if r := m.room(s.Edition.ID); r != nil {
		v.RoomFrom, v.RoomWhen, v.Commitment = r.From(), s.when(c, r.From()), r.Commitment()
	}
	if d := m.drawing(s.Edition.ID); d != nil {
		v.Commitment = d.Commitment()
	}
	_, city, _ := strings.Cut(s.Catalogue.Zone, "/")
	v.Place = strings.ReplaceAll(cmp.Or(s.Edition.Place, city, s.Catalogue.Zone), "_", " ")
	v.Refresh = min(60, max(1, int(v.Left()/time.Second)+1))
	for i := range s.Catalogue.Products {
		p := &s.Catalogue.Products[i]
		if p.Hidden || p.Kind == sale.AddOn || p.Kind == sale.Donation {
			continue
		}
		x := priced{Name: p.Name.In(string(c.Tag)), Kind: string(p.Kind)}
		for _, currency := range v.Currencies {
			sum, _ := s.price(p, currency, "")
			x.Sums = append(x.Sums, sum)
		}
		v.Prices = append(v.Prices, x)
	}
	return v
}
