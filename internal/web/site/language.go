package site

import (
	"net/http"
	"time"

	"stadion/internal/lang"
)

// language is the reader's: what the address asks for, what they chose before,
// what their browser prefers, in that order. Asking keeps the choice.
func (s *Site) language(w http.ResponseWriter, r *http.Request) *lang.Printer {
	if asked, ok := known(r.URL.Query().Get("lang")); ok {
		s.remember(w, "lang", string(asked))
		return lang.For(asked)
	}
	if c, err := r.Cookie("lang"); err == nil {
		if chosen, ok := known(c.Value); ok {
			return lang.For(chosen)
		}
	}
	return lang.For(lang.Match(r.Header.Get("Accept-Language")))
}

func known(tag string) (lang.Tag, bool) {
	for _, t := range lang.Tags {
		if string(t) == tag {
			return t, true
		}
	}
	return "", false
}

// Theme is how a reader wants pages lit.
type Theme string

// The themes.
const (
	Auto  Theme = "auto" // as the reader's device
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Themes are the themes in the order they are offered.
var Themes = []Theme{Auto, Light, Dark}

func themeOf(r *http.Request) Theme {
	if c, err := r.Cookie("theme"); err == nil {
		for _, t := range Themes {
			if string(t) == c.Value {
				return t
			}
		}
	}
	return Auto
}

// SetTheme is the handler of POST /theme: it keeps the choice and leads back.
func (s *Site) SetTheme(c *Call) error {
	for _, t := range Themes {
		if string(t) == c.R.PostFormValue("theme") {
			s.remember(c.W, "theme", string(t))
		}
	}
	return c.Redirect(c.R.PostFormValue("back"))
}

// remember keeps a preference for a year. It says nothing about who reads.
func (s *Site) remember(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}
