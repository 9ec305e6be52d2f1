// Package assets holds what browsers load: our own style and script, and the
// third-party files that `make assets` fetches into vendor. Everything is in the
// program itself; nothing is ever loaded from elsewhere.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sort"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// The whole folder, so that a fresh clone compiles before vendor is there; Load
// then says what is missing.
//
//go:embed *
var files embed.FS

// Prefix is where assets are served.
const Prefix = "/assets/"

// ErrMissing is what Load returns while vendor is empty.
var ErrMissing = errors.New("the browser assets are missing: run `make assets` once, then build again")

var needed = []string{"vendor/htmx.min.js", "vendor/htmx-sse.min.js", "vendor/archivo.woff2",
	"vendor/archivo-ext.woff2", "vendor/archivo-vietnamese.woff2"}

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// Set is every asset, ready to be sent. It is immutable.
type Set struct {
	urls   map[string]string // name to URL with the content's hash
	byPath map[string]asset  // path below Prefix to asset
}

type asset struct {
	kind  string
	plain []byte
	gzip  []byte // nil where it would not be smaller
}

// Load reads, hashes and compresses the embedded files. It fails with
// ErrMissing until `make assets` was run before the build.
func Load() (*Set, error) { return load(files) }

func load(fsys fs.FS) (*Set, error) {
	for _, name := range needed {
		if _, err := fs.Stat(fsys, name); err != nil {
			return nil, ErrMissing
		}
	}
	names, err := list(fsys)
	if err != nil {
		return nil, err
	}
	s := &Set{urls: map[string]string{}, byPath: map[string]asset{}}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if path.Ext(name) == ".css" {
			if b, err = s.link(name, b); err != nil {
				return nil, err
			}
		}
		s.add(name, b)
	}
	return s, nil
}

// list names the files to serve, style last: it links to the others.
func list(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && types[path.Ext(name)] != "" {
			names = append(names, name)
		}
		return err
	})
	sort.SliceStable(names, func(i, j int) bool {
		return path.Ext(names[i]) != ".css" && path.Ext(names[j]) == ".css"
	})
	return names, err
}

// link replaces url("asset:NAME") in a style sheet by the address of NAME.
func (s *Set) link(sheet string, b []byte) ([]byte, error) {
	var out bytes.Buffer
	rest := string(b)
	for {
		before, after, found := strings.Cut(rest, `"asset:`)
		out.WriteString(before)
		if !found {
			return out.Bytes(), nil
		}
		name, tail, _ := strings.Cut(after, `"`)
		url, ok := s.urls[name]
		if !ok {
			return nil, fmt.Errorf("%s links to %q, which is not there", sheet, name)
		}
		fmt.Fprintf(&out, "%q", url)
		rest = tail
	}
}

func (s *Set) add(name string, b []byte) {
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a := asset{kind: types[ext], plain: b}
	if ext != ".woff2" { // is compressed already
		if z := squeeze(b); len(z) < len(b) {
			a.gzip = z
		}
	}
	s.urls[name] = Prefix + hashed
	s.byPath[hashed] = a
}

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// URL is the address of an asset by its name ("css/main.css"), content hash
// included. An unknown name is a programmer's mistake and panics; every page is
// rendered by a test.
func (s *Set) URL(name string) string {
	u, ok := s.urls[name]
	if !ok {
		panic("assets: no such file: " + name)
	}
	return u
}

// ServeHTTP sends an asset to keep for a year: its address changes when it does.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s.byPath[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if a.gzip != nil && AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzip
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// AcceptsGzip reports whether the reader's browser takes gzip.
func AcceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && (coding == "gzip" || coding == "*") && params["q"] != "0" {
			return true
		}
	}
	return false
}
