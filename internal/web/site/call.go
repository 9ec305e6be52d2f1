package site

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Call is one request and everything needed to answer it.
type Call struct {
	W http.ResponseWriter
	R *http.Request
	*lang.Printer
	Actor access.Actor // zero when nobody is signed in
	Theme Theme
	site  *Site
}

func (s *Site) call(w http.ResponseWriter, r *http.Request) *Call {
	return &Call{W: w, R: r, Printer: s.language(w, r), Theme: themeOf(r), site: s}
}

// Path is the value of a path's {name}.
func (c *Call) Path(name string) string { return c.R.PathValue(name) }

// Query is the value of a query's name, trimmed.
func (c *Call) Query(name string) string { return strings.TrimSpace(c.R.URL.Query().Get(name)) }

// ID is the request's id, which the log has too.
func (c *Call) ID() string { return note(c.R).id }

// Redirect sends the reader on with GET, as every POST ends. to is a path of
// this site; anything else becomes "/".
func (c *Call) Redirect(to string) error {
	http.Redirect(c.W, c.R, localPath(to), http.StatusSeeOther)
	return nil
}

// Now is the site's clock.
func (c *Call) Now() time.Time { return c.site.now() }

// JSON answers v with its status.
func (c *Call) JSON(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Bytes(status, "application/json; charset=utf-8", append(b, '\n'))
}

// Bytes answers a body of the given type.
func (c *Call) Bytes(status int, kind string, body []byte) error {
	c.W.Header().Set("Content-Type", kind)
	c.W.WriteHeader(status)
	_, _ = c.W.Write(body) // a reader that went away is no fault of ours
	return nil
}

// WantsJSON reports whether the caller asked for data and not for a page.
func (c *Call) WantsJSON() bool {
	if strings.HasPrefix(c.R.URL.Path, "/api/") {
		return true
	}
	accept := c.R.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// localPath is to if it is a path of this site, "/" otherwise, so that no
// redirect leads elsewhere.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

// NoSuchPage is the fault of an address that leads nowhere.
func NoSuchPage() error { return fault.New(fault.NotFound, "web.no_such_page", nil) }
