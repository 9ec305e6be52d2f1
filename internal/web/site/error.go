package site

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Problem is an error document (RFC 9457) of the API.
type Problem struct {
	Type     string    `json:"type"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Code     string    `json:"code"`
	Field    string    `json:"field,omitempty"`
	Incident string    `json:"incident,omitempty"` // of an internal error; the log has it
	Errors   []Problem `json:"errors,omitempty"`   // each of several faults
}

func problemOf(p *lang.Printer, err error, incident string) Problem {
	kind := fault.KindOf(err)
	out := Problem{Type: "about:blank", Title: p.Fault(err), Status: kind.Status(), Code: fault.CodeOf(err)}
	if kind == fault.Internal {
		out.Code, out.Incident = "internal", incident
		out.Title = p.T("fault.internal")
		return out
	}
	var list fault.List
	var one *fault.Error
	if errors.As(err, &list) && len(list) > 1 {
		for _, e := range list {
			out.Errors = append(out.Errors, problemOf(p, e, ""))
		}
	}
	if errors.As(err, &one) {
		out.Field = one.Field
	}
	return out
}

// fail answers an error: a page in the reader's language, or a problem document.
// What is no fault shows an incident number only; its words go to the log.
func (s *Site) fail(c *Call, err error) {
	p := problemOf(c.Printer, err, c.ID())
	if p.Status >= 500 {
		s.log.Error("a call failed", "request", c.ID(), "route", note(c.R).route, "err", err)
	}
	c.W.Header().Set("Cache-Control", "no-store")
	if c.WantsJSON() {
		b, _ := json.Marshal(p)
		_ = c.Bytes(p.Status, "application/problem+json; charset=utf-8", append(b, '\n'))
		return
	}
	if p.Status == http.StatusUnauthorized && s.signIn != "" && c.R.Method == http.MethodGet {
		_ = c.Redirect(s.signIn + "?back=" + url.QueryEscape(c.R.URL.RequestURI()))
		return
	}
	if rerr := c.Render(p.Status, "error", "", p); rerr != nil {
		s.log.Error("the error page failed", "request", c.ID(), "err", rerr)
		http.Error(c.W, p.Title+" "+p.Incident, p.Status)
	}
}
