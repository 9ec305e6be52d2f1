package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"stadion/internal/web/assets"
)

//go:embed asset
var own embed.FS

// copied are the product's own files that the pages load; licences go with what
// they are of.
var copied = []string{"vendor/archivo.woff2", "vendor/archivo-ext.woff2", "vendor/archivo-vietnamese.woff2",
	"vendor/archivo.LICENSE.txt", "img/icon.svg", "css/main.css", "css/public.css"}

// assetSet is the files of the folder "assets", by their path in it.
type assetSet struct {
	url  map[string]string // name to path, from the root of the folder
	body map[string][]byte
}

func newAssetSet() (*assetSet, error) {
	set, err := assets.Load()
	if err != nil {
		return nil, err
	}
	s := &assetSet{url: map[string]string{}, body: map[string][]byte{}}
	for _, name := range copied {
		hashed, body, ok := set.File(name)
		if !ok {
			return nil, fmt.Errorf("static: no asset %s", name)
		}
		if path.Ext(name) == ".css" { // its links are from the root of a server
			body = bytes.ReplaceAll(body, []byte(`"`+assets.Prefix), []byte(`"../`))
			hashed = withHash(name, body)
		}
		s.add(name, hashed, body)
	}
	for _, name := range []string{"site.css", "site.js"} {
		body, err := own.ReadFile("asset/" + name)
		if err != nil {
			return nil, err
		}
		s.add(name, withHash(name, body), body)
	}
	return s, nil
}

func (s *assetSet) add(name, hashed string, body []byte) {
	s.url[name] = "assets/" + hashed
	s.body["assets/"+hashed] = body
}

func withHash(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
}
