package shop

import (
	"net/url"
	"strings"
	"time"

	"stadion/internal/money"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// lateBy is how long after the end of the hold late money arrives.
const lateBy = 10 * time.Second

// testView is the page of the test cashier.
type testView struct {
	Number string
	Amount money.Amount
	State  string // open, paid, expired
	Form   *site.Form
	Path   string // of this page
	Back   string // of the order's page
	Late   race.Instant
	Zone   *time.Location
}

// tester is the test cashier, nil where cards are really taken.
func (m *Room) tester() *pay.Test {
	t, _ := m.Cashier.(*pay.Test)
	return t
}

// TestPayment answers GET /pay/test/{session}: the page of the test cashier, where
// no money moves.
func (m *Room) TestPayment(c *site.Call) error {
	v, _, err := m.testPayment(c)
	if err != nil {
		return err
	}
	return c.Render(200, "test_payment", c.T("pay.test.title"), v)
}

// TestPaid answers POST /pay/test/{session} with do = pay, late or decline.
func (m *Room) TestPaid(c *site.Call) error {
	v, o, err := m.testPayment(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	switch form.Get("do") {
	case "pay":
		err = m.tester().Pay(c.Path("session"), m.Now())
	case "late":
		err = m.tester().Pay(c.Path("session"), m.late(o))
	default:
		c.Flash(site.Bad, "pay.test.declined")
		return c.Redirect(v.Path)
	}
	if err != nil {
		v.Form = form
		if form.Add(err) != nil {
			return err
		}
		return c.Render(form.Status(), "test_payment", c.T("pay.test.title"), v)
	}
	return c.Redirect(addQuery(v.Back, "session", c.Path("session")))
}

func (m *Room) testPayment(c *site.Call) (v testView, o *sale.Order, err error) {
	private(c)
	t := m.tester()
	if t == nil {
		return v, nil, site.NoSuchPage()
	}
	session := c.Path("session")
	out, err := t.Look(c.R.Context(), session)
	if err != nil {
		return v, nil, err
	}
	if o, err = m.Views.Order(c.R.Context(), out.Edition, out.Order); err != nil {
		return v, nil, err
	}
	v = testView{Number: o.Number, Amount: out.Amount, State: out.State, Form: site.NewForm(nil), Zone: time.UTC,
		Path: pay.TestPath + session, Back: c.Query("back"), Late: m.late(o)}
	if u, err := url.Parse(v.Back); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(v.Back, "/") ||
		strings.HasPrefix(v.Back, "//") || strings.Contains(v.Back, `\`) {
		v.Back = "/e/" + url.PathEscape(out.Edition) + "/order/" + url.PathEscape(out.Order)
	} else {
		v.Path += "?" + url.Values{"back": {v.Back}}.Encode()
	}
	if e, err := m.edition(c.R.Context(), out.Edition); err == nil {
		v.Zone = e.Location()
	}
	return v, o, nil
}

// late is when money arrives too late for the hold.
func (m *Room) late(o *sale.Order) race.Instant {
	return max(m.Now(), o.HardEnd).Add(lateBy)
}

// addQuery adds a name and a value to a path of this site.
func addQuery(path, name, value string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}
