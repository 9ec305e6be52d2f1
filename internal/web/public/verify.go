package public

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/web/site"
)

// verifyView is the form, and the certificate once a code was found.
type verifyView struct {
	Form        *site.Form
	Certificate *Certificate
	Zone        *time.Location
}

// Verify answers GET /verify: a form without script; with ?code= it leads to
// the certificate's own address.
func (m *Room) Verify(c *site.Call) error {
	code := c.Query("code")
	if code == "" {
		return m.verify(c, site.NewForm(nil), nil)
	}
	return c.Redirect("/c/" + url.PathEscape(code))
}

// Certificate answers GET /c/{code}: what the code on a certificate stands for.
func (m *Room) Certificate(c *site.Call) error {
	code := strings.TrimSpace(c.Path("code"))
	form := site.NewForm(url.Values{"code": {code}})
	found, err := m.certificates.Verify(c.R.Context(), code)
	if err != nil {
		if kind := fault.KindOf(err); kind != fault.NotFound && kind != fault.Invalid {
			return err
		}
		return m.verify(c, form, asField(err))
	}
	zone := time.UTC
	if e, err := m.editions.Snapshot(c.R.Context(), found.Edition); err == nil {
		zone = e.Edition.Location()
	}
	return c.Render(200, "verify", c.T("web.verify.title"), verifyView{Form: form, Certificate: found, Zone: zone})
}

// asField puts the fault beside the code it is about.
func asField(err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.On("code")
	}
	return err
}

func (m *Room) verify(c *site.Call, form *site.Form, wrong error) error {
	status := 200
	if wrong != nil {
		status = fault.KindOf(wrong).Status()
		if err := form.Add(wrong); err != nil {
			return err
		}
	}
	return c.Render(status, "verify", c.T("web.verify.title"), verifyView{Form: form})
}
