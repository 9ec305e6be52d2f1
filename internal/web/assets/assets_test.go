package assets

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func small() fstest.MapFS {
	return fstest.MapFS{
		"vendor/htmx.min.js":              {Data: []byte(strings.Repeat("let a=1;", 99))},
		"vendor/htmx-sse.min.js":          {Data: []byte("let b")},
		"vendor/archivo.woff2":            {Data: []byte("font")},
		"vendor/archivo-ext.woff2":        {},
		"vendor/archivo-vietnamese.woff2": {},
		"css/main.css":                    {Data: []byte(`@font-face{src:url("asset:vendor/archivo.woff2")}`)},
		"assets.go":                       {Data: []byte("package assets")},
	}
}

func get(s *Set, url, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestLoad_EmptyVendorNamesTheCommand(t *testing.T) {
	_, err := load(fstest.MapFS{"css/main.css": {}})
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("err = %v, want one that names make assets", err)
	}
}

func TestSet_AddressChangesWithContentAndIsKeptForEver(t *testing.T) {
	a, err := load(small())
	if err != nil {
		t.Fatal(err)
	}
	changed := small()
	changed["vendor/archivo.woff2"].Data = []byte("another font")
	b, _ := load(changed)
	if a.URL("vendor/archivo.woff2") == b.URL("vendor/archivo.woff2") {
		t.Error("another content has the same address")
	}
	if a.URL("css/main.css") == b.URL("css/main.css") {
		t.Error("a style sheet that links to another file has the same address")
	}
	w := get(a, a.URL("css/main.css"), "")
	if !strings.Contains(w.Body.String(), a.URL("vendor/archivo.woff2")) {
		t.Errorf("style sheet does not link to the hashed font: %s", w.Body)
	}
	if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control = %q", got)
	}
}

func TestSet_SendsGzipOnlyToThoseWhoTakeIt(t *testing.T) {
	s, err := load(small())
	if err != nil {
		t.Fatal(err)
	}
	js := s.URL("vendor/htmx.min.js")
	for encoding, want := range map[string]string{"gzip, br": "gzip", "gzip;q=0": "", "": ""} {
		if got := get(s, js, encoding).Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q answered with %q, want %q", encoding, got, want)
		}
	}
	if w := get(s, Prefix+"assets.go", ""); w.Code != 404 {
		t.Errorf("source code is served: %d", w.Code)
	}
}

func TestLoad_EmbeddedFilesAreComplete(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.byPath); n < 6 {
		t.Errorf("only %d assets", n)
	}
}
