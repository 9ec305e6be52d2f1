package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/web/assets"
)

//go:embed template/*.html
var base embed.FS

// Page is what the layout and a page's template see.
type Page struct {
	Lang  lang.Tag
	Theme Theme
	Title string       // of the document; the layout adds the product's name
	Path  string       // with the query, as the reader sees it
	Actor access.Actor // zero when nobody is signed in
	Flash *Flash
	Data  any
}

// pages are the templates by name, in one language.
type pages map[string]*template.Template

// parse reads every template for each language, its functions bound to it: in
// English now, so that a mistake is found when the program starts, in the others
// when somebody reads them. A room's templates are files NAME.html: those
// beginning with "_" are shared by the room's pages, each other file is a page
// NAME that defines "main" and may define the layout's other slots: "head",
// "mode" (public, office, wall), "nav".
func parse(set *assets.Set, rooms []fs.FS) (map[lang.Tag]func() (pages, error), error) {
	out := map[lang.Tag]func() (pages, error){}
	for _, tag := range lang.Tags {
		out[tag] = sync.OnceValues(func() (pages, error) { return parseIn(tag, set, rooms) })
	}
	_, err := out[lang.English]()
	return out, err
}

func parseIn(tag lang.Tag, set *assets.Set, rooms []fs.FS) (pages, error) {
	root, err := template.New("layout").Funcs(funcs(lang.For(tag), set)).ParseFS(base, "template/_*.html")
	if err != nil {
		return nil, err
	}
	into := pages{}
	for _, room := range append([]fs.FS{base}, rooms...) {
		if err := parseRoom(into, root, room); err != nil {
			return nil, err
		}
	}
	return into, nil
}

func parseRoom(into pages, root *template.Template, room fs.FS) error {
	files, err := fs.Glob(room, "template/*.html")
	if err != nil {
		return err
	}
	shared, err := root.Clone()
	if err != nil {
		return err
	}
	for _, f := range files {
		if strings.HasPrefix(path.Base(f), "_") {
			if shared, err = shared.ParseFS(room, f); err != nil {
				return err
			}
		}
	}
	for _, f := range files {
		name := strings.TrimSuffix(path.Base(f), ".html")
		if strings.HasPrefix(name, "_") {
			continue
		}
		if into[name] != nil {
			return fmt.Errorf("site: two pages are called %s", name)
		}
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(room, f)
		}
		if err != nil {
			return err
		}
		into[name] = t
	}
	return nil
}

// Render answers with a page: its template, a title for the document and its
// data, which the template finds under .Data. Nothing is sent if it fails.
func (c *Call) Render(status int, page, title string, data any) error {
	p := Page{Lang: c.Tag, Theme: c.Theme, Title: title, Path: shown(c.R.URL), Actor: c.Actor, Flash: c.takeFlash(), Data: data}
	body, err := c.site.execute(c.Tag, page, "layout", p)
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Add("Vary", "Cookie, Accept-Language")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	return c.Bytes(status, "text/html; charset=utf-8", body)
}

// Part answers with one named template of a page, for a page that asks for a
// piece of itself.
func (c *Call) Part(page, name string, data any) error {
	body, err := c.site.Piece(c.Tag, page, name, data)
	if err != nil {
		return err
	}
	c.W.Header().Set("Cache-Control", "private, no-cache")
	return c.Bytes(http.StatusOK, "text/html; charset=utf-8", body)
}

// Piece is one named template of a page in a language, for those who send it to
// many.
func (s *Site) Piece(tag lang.Tag, page, name string, data any) ([]byte, error) {
	return s.execute(tag, page, name, data)
}

func (s *Site) execute(tag lang.Tag, page, name string, data any) ([]byte, error) {
	in := s.pages[tag]
	if in == nil {
		return nil, fmt.Errorf("site: no pages in %q", tag)
	}
	known, err := in()
	if err != nil {
		return nil, err
	}
	t := known[page]
	if t == nil {
		return nil, fmt.Errorf("site: no page %q", page)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// shown is the address without the language it asked for.
func shown(u *url.URL) string { return address(u.Path, u.Query()) }
