// Package lang holds every sentence a reader sees, in every language of the
// product, and the formats of numbers and dates. A sentence stands once, in
// messages/*.toml, its languages side by side; the test fails where one is
// missing or names other values than the English one.
package lang

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"stadion/internal/fault"
	"stadion/internal/money"
)

//go:embed messages/*.toml
var files embed.FS

// Tag names a language of the product.
type Tag string

// The languages, English first: it is the one that can never be missing.
const (
	English Tag = "en"
	Korean  Tag = "ko"
	Chinese Tag = "zh"
	German  Tag = "de"
)

// Tags are the languages in the order they are offered.
var Tags = []Tag{English, Korean, Chinese, German}

// Own is the language's name in itself.
func (t Tag) Own() string {
	return map[Tag]string{English: "English", Korean: "한국어", Chinese: "中文", German: "Deutsch"}[t]
}

// sentence is a message in one language: Other, and One where the language has
// a form for exactly one.
type sentence struct{ One, Other string }

type catalogue map[string]map[Tag]sentence

var load = sync.OnceValue(func() catalogue {
	c, err := read(files)
	if err != nil {
		panic("lang: " + err.Error()) // embedded at build time and held by a test
	}
	return c
})

func read(fsys fs.FS) (catalogue, error) {
	names, err := fs.Glob(fsys, "messages/*.toml")
	if err != nil {
		return nil, err
	}
	c := catalogue{}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		raw := map[string]map[string]any{}
		if err := toml.Unmarshal(b, &raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, langs := range raw {
			if _, twice := c[key]; twice {
				return nil, fmt.Errorf("%s: %s stands twice", name, key)
			}
			c[key] = map[Tag]sentence{}
			for tag, v := range langs {
				switch v := v.(type) {
				case string:
					c[key][Tag(tag)] = sentence{Other: v}
				case map[string]any:
					one, _ := v["one"].(string)
					other, _ := v["other"].(string)
					c[key][Tag(tag)] = sentence{one, other}
				}
			}
		}
	}
	return c, nil
}

// Printer speaks one language. It is safe for concurrent use.
type Printer struct {
	Tag Tag
	num *message.Printer
}

// For is the printer of a language, of English if the tag is unknown.
func For(t Tag) *Printer {
	for _, k := range Tags {
		if k == t {
			return &Printer{t, message.NewPrinter(language.Make(string(t)))}
		}
	}
	return For(English)
}

// Match picks the language for an Accept-Language header.
func Match(header string) Tag {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return English
	}
	offered := make([]language.Tag, len(Tags))
	for i, t := range Tags {
		offered[i] = language.Make(string(t))
	}
	_, i, conf := language.NewMatcher(offered).Match(tags...)
	if conf == language.No {
		return English
	}
	return Tags[i]
}

// T is the sentence of key with its values put in: T("results.shown", "n", 12).
// Values come in pairs of name and value; {name} in the sentence is replaced.
// "n" also chooses between the forms for one and for several. Integers are
// written with the language's grouping, except in names ending in "_raw".
// An unknown key is shown as itself, so that nothing is silently blank.
func (p *Printer) T(key string, pairs ...any) string {
	args := fault.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return p.With(key, args)
}

// With is T with the values in a map.
func (p *Printer) With(key string, args fault.Args) string {
	m, ok := load()[key]
	if !ok {
		return key
	}
	s, ok := m[p.Tag]
	if !ok {
		s = m[English]
	}
	text := s.Other
	if n, ok := args["n"]; ok && s.One != "" && fmt.Sprint(n) == "1" {
		text = s.One
	}
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		b.WriteString(p.value(args, text[i+1:i+j]))
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

func (p *Printer) value(args fault.Args, name string) string {
	v, ok := args[name]
	if !ok {
		return "{" + name + "}"
	}
	switch v := v.(type) {
	case int, int64, int32, uint64, uint32, uint:
		if strings.HasSuffix(name, "_raw") {
			return fmt.Sprint(v)
		}
		return p.num.Sprintf("%d", v)
	case *fault.Error:
		return p.Fault(v)
	case money.Amount:
		return p.Money(v)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// Has reports whether the catalogue knows key.
func Has(key string) bool { _, ok := load()[key]; return ok }

// Number writes an integer with the language's grouping.
func (p *Printer) Number(n int) string { return p.num.Sprintf("%d", n) }

// Fault is the sentence of an error: of its code ("fault." + code). What is no
// fault is told as an internal error, never with its own words.
func (p *Printer) Fault(err error) string {
	var list fault.List
	if errors.As(err, &list) {
		s := make([]string, len(list))
		for i, e := range list {
			s[i] = p.Fault(e)
		}
		return strings.Join(s, "\n")
	}
	var e *fault.Error
	if errors.As(err, &e) {
		if key := "fault." + e.Code; Has(key) {
			return p.With(key, e.Args)
		}
		return e.Code
	}
	return p.T("fault.internal")
}
