package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"io/fs"

	"stadion/internal/access"
	"stadion/internal/fault"
)

type bench struct {
	*Site
	log *bytes.Buffer
}

func newSite(t *testing.T, pages map[string]string, change func(*Config)) bench {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range pages {
		files["template/"+name+".html"] = &fstest.MapFile{Data: []byte(text)}
	}
	var log bytes.Buffer
	n := 0
	cfg := Config{Log: slog.New(slog.NewTextHandler(&log, nil)), Templates: []fs.FS{files},
		Now:   func() time.Time { return time.Unix(1e9, 0) },
		NewID: func() string { n++; return fmt.Sprintf("id-%d", n) }}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return bench{s, &log}
}

func (b bench) ask(routes []Route, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.Mount(routes).ServeHTTP(w, r)
	return w
}

func open(pattern string, do Handler) []Route {
	return []Route{{Pattern: pattern, Permission: access.Public, Do: do}}
}

func TestMount_RouteWithoutKnownPermissionDoesNotRegister(t *testing.T) {
	s := newSite(t, nil, nil)
	for _, p := range []access.Permission{"", "no.such.permission"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("permission %q registered", p)
				}
			}()
			s.Mount([]Route{{Pattern: "GET /x", Permission: p, Do: func(*Call) error { return nil }}})
		}()
	}
}

func TestMount_GuardedRouteIsClosedToNobody(t *testing.T) {
	s := newSite(t, nil, nil)
	called := false
	routes := []Route{{Pattern: "GET /office", Permission: access.OfficeEnter, Do: func(*Call) error { called = true; return nil }}}
	if w := s.ask(routes, httptest.NewRequest("GET", "/office", nil)); w.Code != 401 || called {
		t.Errorf("status %d, called %v", w.Code, called)
	}
	s = newSite(t, nil, func(c *Config) { c.SignIn = "/sign-in" })
	w := s.ask(routes, httptest.NewRequest("GET", "/office?x=1", nil))
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/sign-in?back=%2Foffice%3Fx%3D1" {
		t.Errorf("sent to %q with %d", got, w.Code)
	}
}

func TestFail_WhatIsNoFaultShowsAnIncidentNumberOnly(t *testing.T) {
	for name, do := range map[string]Handler{
		"error": func(*Call) error { return errors.New("secret detail") },
		"panic": func(*Call) error { panic("secret detail") },
	} {
		s := newSite(t, nil, nil)
		w := s.ask(open("GET /x", do), httptest.NewRequest("GET", "/x", nil))
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "id-1") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if !strings.Contains(s.log.String(), "secret detail") {
			t.Errorf("%s: the log does not say why", name)
		}
	}
}

func TestFail_ApiGetsAProblemDocument(t *testing.T) {
	s := newSite(t, nil, nil)
	no := fault.New(fault.Invalid, "web.body_malformed", nil).On("race")
	w := s.ask(open("GET /api/v1/x", func(*Call) error { return no }), httptest.NewRequest("GET", "/api/v1/x", nil))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 422 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") ||
		p.Code != "web.body_malformed" || p.Field != "race" || p.Status != 422 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestSameOrigin_OtherSitesCannotPost(t *testing.T) {
	s := newSite(t, nil, nil)
	r := httptest.NewRequest("POST", "/theme", strings.NewReader("theme=dark"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := s.ask(open("POST /theme", s.SetTheme), r); w.Code != 403 {
		t.Errorf("status %d, want 403", w.Code)
	}
}

func TestTheme_WorksWithoutScriptAndLeadsBackOnlyHere(t *testing.T) {
	s := newSite(t, nil, nil)
	for back, want := range map[string]string{"/e/x?race=5k": "/e/x?race=5k", "//evil.example/": "/", "https://evil.example": "/", `/\evil`: "/"} {
		body := url.Values{"theme": {"dark"}, "back": {back}}.Encode()
		r := httptest.NewRequest("POST", "/theme", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := s.ask(open("POST /theme", s.SetTheme), r)
		if got := w.Header().Get("Location"); got != want || w.Code != 303 {
			t.Errorf("back %q leads to %q with %d", back, got, w.Code)
		}
		if !strings.Contains(w.Header().Get("Set-Cookie"), "theme=dark") {
			t.Error("the choice is not kept")
		}
	}
}

func TestLanguage_AddressThenChoiceThenBrowser(t *testing.T) {
	s := newSite(t, map[string]string{"p": `{{define "main"}}<h1>{{t "web.skip"}}</h1>{{end}}`}, nil)
	show := open("GET /p", func(c *Call) error { return c.Render(200, "p", "", nil) })
	for _, tc := range []struct{ url, cookie, header, want string }{
		{"/p", "", "ko", `<html lang="ko"`}, {"/p", "zh", "ko", `<html lang="zh"`}, {"/p?lang=de", "zh", "ko", `<html lang="de"`},
		{"/p?lang=xx", "", "", `<html lang="en"`},
	} {
		r := httptest.NewRequest("GET", tc.url, nil)
		r.Header.Set("Accept-Language", tc.header)
		if tc.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "lang", Value: tc.cookie})
		}
		if w := s.ask(show, r); !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%+v: want %s", tc, tc.want)
		}
	}
}

func TestFlash_IsShownOnceAndKeepsItsNumbers(t *testing.T) {
	s := newSite(t, map[string]string{"p": `{{define "main"}}<h1>p</h1>{{end}}`}, nil)
	leave := open("POST /p", func(c *Call) error {
		c.Flash(Good, "web.rows_shown", "from", 1, "to", 100, "total", 48000)
		return c.Redirect("/p")
	})
	w := s.ask(leave, httptest.NewRequest("POST", "/p", nil))
	r := httptest.NewRequest("GET", "/p", nil)
	r.AddCookie(w.Result().Cookies()[0])
	w = s.ask(open("GET /p", func(c *Call) error { return c.Render(200, "p", "", nil) }), r)
	if !strings.Contains(w.Body.String(), "1 to 100 of 48,000") {
		t.Errorf("message not shown: %s", w.Body)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
		t.Errorf("message stays: %s", got)
	}
}

func TestForm_FaultsStandBesideTheirFieldAndNothingIsLost(t *testing.T) {
	s := newSite(t, map[string]string{"f": `{{define "main"}}<h1>f</h1>{{template "form-faults" .Data}}{{template "field" (field .Data "bib" "web.skip" "example" "17")}}{{end}}`}, nil)
	w := s.ask(open("POST /f", func(c *Call) error {
		f, err := c.Form()
		if err != nil {
			return err
		}
		if err := f.Add(fault.List{fault.New(fault.Invalid, "web.no_such_page", nil).On("bib")}); err != nil {
			return err
		}
		return c.Render(f.Status(), "f", "", f)
	}), form("/f", "bib=%22x%22"))
	body := w.Body.String()
	for _, want := range []string{`value="&#34;x&#34;"`, `aria-invalid="true" aria-describedby="bib-fault"`, `id="bib-fault">No page`} {
		if !strings.Contains(body, want) {
			t.Errorf("page lacks %s", want)
		}
	}
	if w.Code != 422 {
		t.Errorf("status %d", w.Code)
	}
}

func form(path, body string) *http.Request {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestBody_LargerThanTheRouteTakesIsRefused(t *testing.T) {
	s := newSite(t, nil, nil)
	do := func(c *Call) error { _, err := c.Form(); return err }
	routes := []Route{{Pattern: "POST /x", Permission: access.Public, Do: do, Body: 1024}}
	w := s.ask(routes, form("/x", "a="+strings.Repeat("b", 4096)))
	if w.Code != 422 || !strings.Contains(w.Body.String(), "larger than 1 KB") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestLog_HoldsNothingPersonal(t *testing.T) {
	s := newSite(t, nil, nil)
	s.ask(open("GET /e/{edition}/runner/{bib}", func(*Call) error { return nil }),
		httptest.NewRequest("GET", "/e/x/runner/4711?q=Mustermann", nil))
	got := s.log.String()
	if !strings.Contains(got, `route="GET /e/{edition}/runner/{bib}"`) || strings.Contains(got, "4711") || strings.Contains(got, "Muster") {
		t.Errorf("log: %s", got)
	}
}

func TestHeaders_PolicyForbidsInlineAndFrames(t *testing.T) {
	s := newSite(t, nil, nil)
	w := s.ask(nil, httptest.NewRequest("GET", "/nowhere", nil))
	got := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(got, "default-src 'self'") || !strings.Contains(got, "frame-ancestors 'none'") || strings.Contains(got, "unsafe") {
		t.Errorf("policy %q", got)
	}
}

func TestTable_EveryStateHasAnAddress(t *testing.T) {
	u, _ := url.Parse("/r?q=kim&page=3&sort=name")
	tb := Table{URL: u, Sort: "name", Page: 3, Size: 100, Total: 450}
	for got, want := range map[string]string{
		tb.Next(): "/r?page=4&q=kim&sort=name", tb.Turn(1): "/r?q=kim&sort=name", tb.Turn(6): "",
		tb.By("name"): "/r?dir=desc&q=kim&sort=name", tb.By("bib"): "/r?q=kim&sort=bib",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if tb.From() != 201 || tb.To() != 300 || tb.Order("name") != "ascending" {
		t.Errorf("window %d-%d, %s", tb.From(), tb.To(), tb.Order("name"))
	}
}
