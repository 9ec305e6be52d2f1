package site

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Tone says how a message is meant; it always has its word, never colour alone.
type Tone string

// The tones.
const (
	Good Tone = "good"
	Warn Tone = "warn"
	Bad  Tone = "bad"
)

// Flash is a message for the page after a redirect.
type Flash struct {
	Tone Tone       `json:"t"`
	Key  string     `json:"k"` // of the sentence
	Args fault.Args `json:"a,omitempty"`
}

const flashCookie = "flash"

// Flash leaves a message for the next page: the sentence's key and its values in
// pairs, as lang.Printer.T takes them.
func (c *Call) Flash(tone Tone, key string, pairs ...any) {
	f := Flash{Tone: tone, Key: key, Args: fault.Args{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		f.Args[name] = pairs[i+1]
	}
	b, err := json.Marshal(f)
	if err != nil {
		return
	}
	http.SetCookie(c.W, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/",
		MaxAge: 60, HttpOnly: true, Secure: c.site.secure, SameSite: http.SameSiteLaxMode})
}

// takeFlash reads the message left by the call before and removes it. Numbers
// come back as the integers they were.
func (c *Call) takeFlash() *Flash {
	cookie, err := c.R.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(c.W, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true,
		Secure: c.site.secure, SameSite: http.SameSiteLaxMode})
	b, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return nil
	}
	var f Flash
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	if dec.Decode(&f) != nil || !lang.Has(f.Key) {
		return nil
	}
	for name, v := range f.Args {
		if n, ok := v.(json.Number); ok {
			if i, err := n.Int64(); err == nil {
				f.Args[name] = i
			}
		}
	}
	return &f
}
