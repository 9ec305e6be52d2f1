package office

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/web/site"
)

type accountsView struct {
	place
	Accounts []accountLine
}

// accountLine is an account with its roles in words.
type accountLine struct {
	Account
	Places []grantLine
	Self   bool
}

// grantLine are the roles at one edition, or everywhere.
type grantLine struct {
	Edition string // name, "" = everywhere
	Roles   []heldRole
}

// heldRole is a role, of a partner its id with it.
type heldRole struct {
	access.Role
	Partner string
}

// AccountList answers GET /office/accounts.
func (m *Room) AccountList(c *site.Call) error {
	all, err := m.Accounts.List(c.R.Context())
	if err != nil {
		return err
	}
	names, err := m.editionNames(c)
	if err != nil {
		return err
	}
	v := accountsView{place: m.lobby(c, "accounts")}
	for _, a := range all {
		l := accountLine{Account: a, Self: a.ID == c.Actor.Account}
		for _, g := range a.Grants {
			name := nameIn(names, g.Edition)
			if n := len(l.Places); n == 0 || l.Places[n-1].Edition != name {
				l.Places = append(l.Places, grantLine{Edition: name})
			}
			last := &l.Places[len(l.Places)-1]
			last.Roles = append(last.Roles, heldRole{g.Role, g.Partner})
		}
		v.Accounts = append(v.Accounts, l)
	}
	return c.Render(200, "accounts", c.T("office.accounts.title"), v)
}

// editionNames are the editions as choices: value id, text name.
func (m *Room) editionNames(c *site.Call) ([]site.Option, error) {
	desks, err := m.Editions.List(c.R.Context())
	if err != nil {
		return nil, err
	}
	var out []site.Option
	for _, d := range desks {
		name := d.Field.Snapshot().Edition.Name
		if name == "" {
			name = d.Edition
		}
		out = append(out, site.Option{Value: d.Edition, Text: name})
	}
	return out, nil
}

func nameIn(options []site.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Text
		}
	}
	return value
}

type accountView struct {
	place
	Account  Account
	New      bool
	Self     bool
	Form     *site.Form
	Editions []site.Option // "" first: everywhere
	Roles    []access.Role
	granted  map[string]bool
}

// Has reports whether a role is held at an edition.
func (v accountView) Has(edition string, role access.Role) bool {
	return v.granted[edition+"/"+string(role)]
}

func (m *Room) showAccount(c *site.Call, v accountView) error {
	names, err := m.editionNames(c)
	if err != nil {
		return err
	}
	v.place = m.lobby(c, "accounts")
	v.Roles = slices.DeleteFunc(slices.Clone(access.Roles), func(r access.Role) bool { return r == access.Partner })
	v.Editions = append([]site.Option{{Value: "", Text: c.T("office.account.everywhere")}}, names...)
	v.Self = v.Account.ID != "" && v.Account.ID == c.Actor.Account
	v.granted = map[string]bool{}
	for _, g := range v.Form.Values["grant"] {
		v.granted[g] = true
	}
	title := v.Account.Name
	if v.New {
		title = c.T("office.account.new")
	}
	return c.Render(v.Form.Status(), "account", title, v)
}

// Partners are the ids of the partners the account sells for at an edition.
func (v accountView) Partners(edition string) string { return v.Form.Get(partnerField + edition) }

// partnerField is the beginning of the name of the field of an edition that
// holds the ids of partners.
const partnerField = "partner."

// grantsOf are the roles ticked in a form, and those of partners written in it.
func grantsOf(f *site.Form) (out []access.Grant) {
	for _, g := range f.Values["grant"] {
		edition, role, _ := strings.Cut(g, "/")
		out = append(out, access.Grant{Edition: edition, Role: access.Role(role)})
	}
	for name := range f.Values {
		edition, is := strings.CutPrefix(name, partnerField)
		if !is {
			continue
		}
		for _, id := range strings.FieldsFunc(f.Get(name), func(r rune) bool { return r == ',' || r == ' ' }) {
			out = append(out, access.Grant{Edition: edition, Role: access.Partner, Partner: id})
		}
	}
	return out
}

// AccountNew answers GET /office/accounts/new.
func (m *Room) AccountNew(c *site.Call) error {
	return m.showAccount(c, accountView{New: true, Form: site.NewForm(nil)})
}

// AccountCreate answers POST /office/accounts/new.
func (m *Room) AccountCreate(c *site.Call) error {
	f, err := c.Form()
	if err != nil {
		return err
	}
	a, err := m.Accounts.Create(c.R.Context(), c.Actor,
		Account{Login: f.Get("login"), Name: f.Get("name"), Grants: grantsOf(f)}, f.Get("password"))
	if err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showAccount(c, accountView{New: true, Form: f})
	}
	c.Flash(site.Good, "office.account.created", "name", a.Name)
	return c.Redirect("/office/accounts")
}

// AccountEdit answers GET /office/accounts/{account}.
func (m *Room) AccountEdit(c *site.Call) error {
	a, err := m.Accounts.Account(c.R.Context(), c.Path("account"))
	if err != nil {
		return err
	}
	return m.showAccount(c, accountView{Account: a, Form: formOf(a)})
}

func formOf(a Account) *site.Form {
	f := site.NewForm(url.Values{})
	for _, g := range a.Grants {
		if g.Role == access.Partner {
			name := partnerField + g.Edition
			f.Values[name] = []string{strings.TrimPrefix(f.Get(name)+", "+g.Partner, ", ")}
			continue
		}
		f.Values["grant"] = append(f.Values["grant"], g.Edition+"/"+string(g.Role))
	}
	return f
}

// AccountRoles answers POST /office/accounts/{account}/roles.
func (m *Room) AccountRoles(c *site.Call) error {
	return m.changeAccount(c, "office.account.roles_set", func(f *site.Form, id string) error {
		return m.Accounts.SetRoles(c.R.Context(), c.Actor, id, grantsOf(f))
	})
}

// AccountPassword answers POST /office/accounts/{account}/password.
func (m *Room) AccountPassword(c *site.Call) error {
	return m.changeAccount(c, "office.account.password_set", func(f *site.Form, id string) error {
		return m.Accounts.SetPassword(c.R.Context(), c.Actor, id, f.Get("password"))
	})
}

// AccountDisable answers POST /office/accounts/{account}/disable.
func (m *Room) AccountDisable(c *site.Call) error {
	return m.changeAccount(c, "office.account.disabled", func(_ *site.Form, id string) error {
		return m.Accounts.SetDisabled(c.R.Context(), c.Actor, id, true)
	})
}

// AccountEnable answers POST /office/accounts/{account}/enable.
func (m *Room) AccountEnable(c *site.Call) error {
	return m.changeAccount(c, "office.account.enabled", func(_ *site.Form, id string) error {
		return m.Accounts.SetDisabled(c.R.Context(), c.Actor, id, false)
	})
}

// changeAccount does one thing to the account the path names and leads back.
func (m *Room) changeAccount(c *site.Call, say string, change func(f *site.Form, id string) error) error {
	a, err := m.Accounts.Account(c.R.Context(), c.Path("account"))
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	if err := change(f, a.ID); err != nil {
		if err := f.Add(err); err != nil {
			return err
		}
		if _, sent := f.Values[partnerField]; !sent { // the form was that of another part of the page
			maps.Copy(f.Values, formOf(a).Values)
		}
		return m.showAccount(c, accountView{Account: a, Form: f})
	}
	c.Flash(site.Good, say, "name", a.Name)
	return c.Redirect("/office/accounts/" + url.PathEscape(a.ID))
}
