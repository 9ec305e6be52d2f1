package shop

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// findView asks for an e-mail address, and says afterwards that a letter is on
// its way if there is an order. It says so whether there is one or not.
type findView struct {
	*stand
	Form *site.Form
	Sent bool
	Mine []*sale.Order // made in this browser
}

// FindForm answers GET /e/{edition}/entry/find.
func (m *Room) FindForm(c *site.Call) error {
	private(c)
	s, err := m.stand(c, "find")
	if err != nil {
		return err
	}
	v := findView{stand: s, Form: site.NewForm(nil), Sent: c.Query("sent") != ""}
	for _, id := range slices.Backward(m.mine(c, s)) {
		if o, err := m.Views.Order(c.R.Context(), s.Edition.ID, id); err == nil {
			v.Mine = append(v.Mine, o)
		}
	}
	return c.Render(200, "shop_find", c.T("shop.find.title"), v)
}

// Find answers POST /e/{edition}/entry/find.
func (m *Room) Find(c *site.Call) error {
	private(c)
	s, err := m.stand(c, "find")
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	if err := entry.CheckEmail("email", form.Get("email")); err != nil {
		if form.Add(err) != nil {
			return err
		}
		return c.Render(form.Status(), "shop_find", c.T("shop.find.title"), findView{stand: s, Form: form})
	}
	if err := m.letter(c, s, form.Get("email")); err != nil {
		return err
	}
	return c.Redirect(s.Base() + "/entry/find?sent=1")
}

// letter sends the addresses of somebody's orders to their e-mail, so often and
// no more. Whether there were any is not told.
func (m *Room) letter(c *site.Call, s *stand, email string) error {
	blind := m.Blind("email", entry.FoldEmail(email))
	if !m.letters.may("to:"+blind, 3, s.Now) || !m.letters.may("from:"+remote(c.R), 30, s.Now) {
		return nil
	}
	id := m.ID()
	return s.Counter.Do(c.R.Context(), &sale.Job{Blinds: []string{blind}, Do: func(w *sale.Work) error {
		live, err := w.LiveOf(blind)
		if err != nil {
			return err
		}
		for _, o := range live {
			w.Mail(sale.Mail{ID: id + "." + o.ID, To: o.Private.Email, Lang: o.Lang, Template: "order.link", Order: o.ID,
				Args: map[string]string{"number": o.Number}})
		}
		return nil
	}})
}

// remote is the caller's address without its port.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// orderLive is the answer to who has an order already. In the browser that made
// it the order is shown; to anybody else nothing is told, and its address is sent
// to who it belongs to (case 2).
func (m *Room) orderLive(c *site.Call, v *step, err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		if id, _ := e.Args["order"].(string); id != "" && slices.Contains(m.mine(c, v.stand), id) {
			c.Flash(site.Warn, "shop.live_here")
			return c.Redirect(v.orderPath(id))
		}
	}
	if err := m.letter(c, v.stand, v.Draft.Email); err != nil {
		return err
	}
	v.wrong(fault.New(fault.Conflict, "shop.live_elsewhere", nil))
	return m.review(c, v, nil)
}

const mineCookie = "orders"

// mine are the orders made in this browser, the last five.
func (m *Room) mine(c *site.Call, s *stand) []string {
	k, err := c.R.Cookie(mineCookie)
	var ids []string
	if err != nil || m.unseal(k.Value, "orders/"+s.Edition.ID, &ids) != nil {
		return nil
	}
	return ids
}

// remember lets this browser find an order again, for as long as an order runs.
func (m *Room) remember(c *site.Call, s *stand, order string) error {
	ids := append(m.mine(c, s), order)
	value, err := m.shut(ids[max(0, len(ids)-5):], "orders/"+s.Edition.ID)
	if err != nil {
		return err
	}
	http.SetCookie(c.W, &http.Cookie{Name: mineCookie, Value: value, Path: s.Base() + "/entry", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, Secure: m.secure(c.R), SameSite: http.SameSiteLaxMode})
	return nil
}

// limiter counts what was done in the last hour, by a name. It forgets by itself
// and holds no more than limiterMost names.
type limiter struct {
	mu   sync.Mutex
	seen map[string][]race.Instant
}

const limiterMost = 100000

// may reports whether something may be done once more within the hour, and counts
// it.
func (l *limiter) may(name string, most int, now race.Instant) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil || len(l.seen) >= limiterMost {
		l.seen = map[string][]race.Instant{}
	}
	recent := slices.DeleteFunc(l.seen[name], func(at race.Instant) bool { return now.Sub(at) >= time.Hour })
	if len(recent) >= most {
		l.seen[name] = recent
		return false
	}
	l.seen[name] = append(recent, now)
	return true
}
