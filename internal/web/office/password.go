package office

import (
	"stadion/internal/fault"
	"stadion/internal/web/site"
)

type passwordView struct {
	place
	Form *site.Form
}

// PasswordForm answers GET /office/password.
func (m *Room) PasswordForm(c *site.Call) error {
	return m.showPassword(c, site.NewForm(nil))
}

func (m *Room) showPassword(c *site.Call, f *site.Form) error {
	return c.Render(f.Status(), "password", c.T("office.password.title"), passwordView{m.lobby(c, "password"), f})
}

// Password answers POST /office/password.
func (m *Room) Password(c *site.Call) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	if f.Get("password") != f.Get("again") {
		err = fault.New(fault.Invalid, "office.password_differs", nil).On("again")
	} else {
		err = m.Sessions.ChangePassword(c.R.Context(), token(c.R), f.Get("old_password"), f.Get("password"))
	}
	if err == nil {
		c.Flash(site.Good, "office.password.changed")
		return c.Redirect("/office")
	}
	if err := f.Add(err); err != nil {
		return err
	}
	return m.showPassword(c, f)
}
