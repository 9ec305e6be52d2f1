package office

import (
	"net/http"
	"net/url"

	"stadion/internal/fault"
	"stadion/internal/web/site"
)

type signInView struct {
	place
	Form  *site.Form
	First bool // there is no account at all
}

// SignInForm answers GET /office/sign-in.
func (m *Room) SignInForm(c *site.Call) error {
	return m.showSignIn(c, http.StatusOK, site.NewForm(url.Values{"back": {c.Query("back")}}))
}

func (m *Room) showSignIn(c *site.Call, status int, f *site.Form) error {
	all, err := m.Accounts.List(c.R.Context())
	if err != nil {
		return err
	}
	f.Del("password")
	return c.Render(status, "sign_in", c.T("office.sign_in.title"), signInView{m.lobby(c, ""), f, len(all) == 0})
}

// SignIn answers POST /office/sign-in. It leads back only to pages of this site.
func (m *Room) SignIn(c *site.Call) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	s, err := m.Sessions.SignIn(c.R.Context(), Credentials{Login: f.Get("login"), Password: f.Get("password"),
		Address: address(c.R), OldToken: token(c.R)})
	if err != nil {
		if kind := fault.KindOf(err); kind != fault.Unauthenticated && kind != fault.Limited {
			return err
		}
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showSignIn(c, http.StatusUnprocessableEntity, f)
	}
	m.setSession(c, s.Token, s.Until.Time())
	if back := f.Get("back"); back != "" {
		return c.Redirect(back)
	}
	return c.Redirect("/office")
}

// SignOut answers POST /office/sign-out.
func (m *Room) SignOut(c *site.Call) error {
	if t := token(c.R); t != "" {
		if err := m.Sessions.SignOut(c.R.Context(), t); err != nil {
			return err
		}
	}
	m.setSession(c, "", m.now())
	c.Flash(site.Good, "office.signed_out")
	return c.Redirect(SignInPath)
}
