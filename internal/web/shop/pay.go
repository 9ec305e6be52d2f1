package shop

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// formAction is a content policy that lets forms end at a page of the payment
// provider: browsers hold the whole chain of redirects against it.
func formAction(policy string) string {
	return strings.Replace(policy, "form-action 'self'", "form-action 'self' https:", 1)
}

// leave sends the reader to an address of the payment provider, or of this site.
func leave(c *site.Call, to string) error {
	if u, err := url.Parse(to); err != nil || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" {
		return fault.New(fault.Unavailable, "pay.provider", nil)
	}
	http.Redirect(c.W, c.R, to, http.StatusSeeOther)
	return nil
}

// payView asks how much is paid now, and by whom.
type payView struct {
	orderView
	Shares []share // links for several payers
	N      int     // among how many
}

// share is a part of an order that somebody else can pay without seeing the
// order.
type share struct {
	Address string // absolute
	Amount  money.Amount
	N       int
}

// token is what the address of a share holds, sealed.
type token struct {
	Order  string       `json:"o"`
	Amount money.Amount `json:"a"`
	N      int          `json:"n"`
	Of     int          `json:"m"`
}

// PayForm answers GET /e/{edition}/order/{order}/pay. With ?split=3 it shows the
// addresses of three shares.
func (m *Room) PayForm(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	if c.Query("session") != "" && m.Cashier != nil {
		return m.back(c, d, d.Path())
	}
	return m.payForm(c, d)
}

func (m *Room) payForm(c *site.Call, d *desk) error {
	if !d.Live() || d.O.Open().Minor <= 0 {
		return c.Redirect(d.Path())
	}
	v := payView{orderView: m.orderView(c, d)}
	if n, _ := strconv.Atoi(c.Query("split")); n > 1 {
		v.N = min(n, 12)
		for i, part := range v.NowDue.Split(ones(v.N)...) {
			t, err := m.shut(token{d.O.ID, part, i + 1, v.N}, "share/"+d.Edition.ID)
			if err != nil {
				return err
			}
			v.Shares = append(v.Shares, share{m.base(c.R) + d.Base() + "/share/" + t, part, i + 1})
		}
	}
	mayLeave(c)
	return c.Render(d.Form.Status(), "shop_pay", c.T("shop.pay.title"), v)
}

func ones(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// Pay answers POST /e/{edition}/order/{order}/pay: it starts a card payment of
// what is due next, of all, or of another sum, and sends the payer there.
func (m *Room) Pay(c *site.Call) error {
	d, err := m.desk(c)
	if err != nil {
		return err
	}
	if d.Form, err = c.Form(); err != nil {
		return err
	}
	if m.Cashier == nil || !d.Live() {
		return c.Redirect(d.Path())
	}
	amount, err := d.amount()
	if err != nil {
		if d.Form.Add(err) != nil {
			return err
		}
		return m.payForm(c, d)
	}
	to, _, err := pay.Begin(c.R.Context(), d.Counter, m.Views, m.Cashier, d.O.ID, amount, m.base(c.R)+d.Path())
	if err != nil {
		return m.notStarted(c, d, err)
	}
	if to == "" { // paid meanwhile
		return c.Redirect(d.Path())
	}
	mayLeave(c)
	return leave(c, to)
}

// notStarted says on the order's page why there is no payment: the provider does
// not answer, or the hold has ended.
func (m *Room) notStarted(c *site.Call, d *desk, err error) error {
	if k := fault.KindOf(err); k == fault.Internal || k == fault.NotFound {
		return err
	}
	if d.Form.Add(err) != nil {
		return err
	}
	return c.Render(fault.KindOf(err).Status(), "shop_order", c.T("shop.order.title", "number", d.O.Number), m.orderView(c, d))
}

// amount is how much is to be paid: never more than is open, never nothing.
func (d *desk) amount() (money.Amount, error) {
	open := d.O.Open()
	switch d.Form.Get("part") {
	case "all":
		return open, nil
	case "other":
	default:
		return nowDue(d.O), nil
	}
	a, err := money.Parse(strings.ReplaceAll(d.Form.Get("amount"), ",", "."), d.O.Currency)
	if err != nil {
		return a, fault.New(fault.Invalid, "shop.amount", nil).On("amount")
	}
	if a.Minor <= 0 || open.Less(a) {
		return a, fault.New(fault.Invalid, "shop.amount_open", fault.Args{"open": open.String()}).On("amount")
	}
	return a, nil
}

// shareView is the page of one who pays a share: what for, how much, and nothing
// of who travels.
type shareView struct {
	*desk
	Path       string
	Share      token
	Amount     money.Amount // what the share still is
	Card, Test bool
}

// share opens a share's address.
func (m *Room) share(c *site.Call) (*shareView, error) {
	private(c)
	s, err := m.stand(c, "share")
	if err != nil {
		return nil, err
	}
	v := &shareView{Path: s.Base() + "/share/" + url.PathEscape(c.Path("share"))}
	if m.unseal(c.Path("share"), "share/"+s.Edition.ID, &v.Share) != nil {
		return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
	}
	o, err := m.Views.Order(c.R.Context(), s.Edition.ID, v.Share.Order)
	if err != nil {
		return nil, err
	}
	v.desk = &desk{stand: s, O: o, Form: site.NewForm(nil)}
	v.Amount = v.Share.Amount
	if open := o.Open(); open.Less(v.Amount) {
		v.Amount = open
	}
	if !v.Live() || v.Amount.Minor < 0 {
		v.Amount = money.Of(0, o.Currency)
	}
	v.Card, v.Test = m.Cashier != nil, m.test()
	return v, nil
}

// Share answers GET /e/{edition}/share/{share}.
func (m *Room) Share(c *site.Call) error {
	v, err := m.share(c)
	if err != nil {
		return err
	}
	if c.Query("session") != "" && m.Cashier != nil {
		return m.back(c, v.desk, v.Path)
	}
	mayLeave(c)
	return c.Render(200, "shop_share", c.T("shop.share.title"), v)
}

// PayShare answers POST /e/{edition}/share/{share}. Each share is a payment of
// its own: several people may be paying at the same time.
func (m *Room) PayShare(c *site.Call) error {
	v, err := m.share(c)
	if err != nil {
		return err
	}
	if m.Cashier == nil || v.Amount.Zero() {
		return c.Redirect(v.Path)
	}
	to, err := m.start(c, v.desk, v.Amount, m.base(c.R)+v.Path)
	if err != nil {
		if k := fault.KindOf(err); k == fault.Internal || k == fault.NotFound || v.Form.Add(err) != nil {
			return err
		}
		return c.Render(fault.KindOf(err).Status(), "shop_share", c.T("shop.share.title"), v)
	}
	mayLeave(c)
	return leave(c, to)
}

func (m *Room) start(c *site.Call, d *desk, amount money.Amount, back string) (string, error) {
	to, a, err := m.Cashier.Start(c.R.Context(), d.O, amount, back)
	if err != nil {
		return "", err
	}
	_, err = d.Counter.Paying(c.R.Context(), d.O.ID, a)
	return to, err
}

// isOpen reports whether a payment was started and has not ended.
func isOpen(o *sale.Order) bool {
	for _, a := range o.Payments {
		if a.State == pay.Open {
			return true
		}
	}
	return false
}
