package mail

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/sale"
)

// full are values of every name a letter can have.
var full = map[string]string{"amount": "100.00 EUR", "refund": "100.00 EUR", "open": "5.00 EUR", "paid": "100.00 EUR", "until": "2026-03-02T03:00:00Z",
	"date": "2026-04-06", "position": "7", "person": "1", "why": "buyer", "from": "package", "to": "package", "wait": "w1",
	"reference": "RF18539007547034", "holder": "Races Ltd"}

func TestLetter_EveryTemplateIsWholeInEveryLanguage(t *testing.T) {
	w := writer()
	for _, name := range Templates() {
		for _, tag := range lang.Tags {
			for _, args := range []map[string]string{nil, full} {
				l, err := w.Write(t.Context(), "test-2026", sale.Mail{ID: "m", To: "a@b.example", Lang: string(tag), Template: name, Order: "abc", Args: args})
				if err != nil {
					t.Fatal(err)
				}
				if l.Subject == "" || strings.ContainsAny(l.Subject, "{}\r\n") || strings.HasPrefix(l.Subject, "mail.") || len(l.Body) == 0 {
					t.Errorf("%s in %s: subject %q, %d paragraphs", name, tag, l.Subject, len(l.Body))
				}
				for what, s := range map[string]string{"text": l.Text, "page": l.HTML} {
					if m := regexp.MustCompile(`mail\.[a-z_.]+|\{[a-z_]+\}|%!|<no value>`).FindString(s); m != "" {
						t.Errorf("%s in %s: the %s shows %q:\n%s", name, tag, what, m, s)
					}
				}
				if l.Link != "" && !strings.Contains(l.Text, l.Link) {
					t.Errorf("%s in %s: no link in the text", name, tag)
				}
			}
		}
	}
}

// Every paragraph is reached by a letter that has every value: none is dead.
func TestLetter_NoParagraphIsForgotten(t *testing.T) {
	w := writer()
	f := invented()
	f.orders["abc"].Bank = true
	w.Facts = f
	for _, name := range Templates() {
		want := 0
		for i := 1; i <= 9; i++ {
			if lang.Has("mail." + name + "." + strconv.Itoa(i)) {
				want++
			}
		}
		l, err := w.Write(t.Context(), "test-2026", sale.Mail{Lang: "en", Template: name, Order: "abc", Args: full})
		if err != nil || len(l.Body) != want || want == 0 {
			t.Errorf("%s: %d of %d paragraphs, %v", name, len(l.Body), want, err)
		}
	}
}

// A template in Go code that has no sentences would be a letter never sent.
func TestLetter_EveryTemplateUsedInGoIsWritten(t *testing.T) {
	used := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			for _, name := range templates(n) {
				used++
				if _, ok := forms[name]; !ok {
					t.Errorf("%s sends %q, which is no template of forms", set.Position(n.Pos()), name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d templates named in Go", used)
}

// looksLike is how templates are named.
var looksLike = regexp.MustCompile(`^(order|list|entry|edition|draw|room)\.[a-z_]+$`)

// templates are the templates a node names: Mail{Template: "x.y"}, m.Template =
// "x.y", and w.mail(…, "x.y", …) whatever the helper is called with mail in its name.
func templates(n ast.Node) (out []string) {
	add := func(e ast.Node) {
		ast.Inspect(e, func(n ast.Node) bool { // a choice is a map of them
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && looksLike.MatchString(s) {
					out = append(out, s)
				}
			}
			return true
		})
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if id, ok := n.Key.(*ast.Ident); ok && id.Name == "Template" {
			add(n.Value)
		}
	case *ast.FuncDecl:
		if n.Name.Name == "noticeOf" { // it chooses what everybody is written
			add(n.Body)
		}
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			if id, ok := l.(*ast.Ident); ok && (id.Name == "template" || id.Name == "letter") && i < len(n.Rhs) {
				add(n.Rhs[i])
			}
		}
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if low := strings.ToLower(name); strings.Contains(low, "mail") || strings.Contains(low, "notify") || strings.Contains(low, "notice") || strings.Contains(low, "tell") || strings.Contains(low, "letter") {
			for _, a := range n.Args {
				add(a)
			}
		}
	}
	return out
}

func TestLetter_AnUnknownTemplateIsAFault(t *testing.T) {
	_, err := writer().Write(t.Context(), "test-2026", sale.Mail{Template: "order.unknown"})
	if fault.CodeOf(err) != "mail.template" {
		t.Errorf("%v", err)
	}
}

func TestLetter_WhatWasGivenWinsOverTheOrder(t *testing.T) {
	l, err := writer().Write(t.Context(), "test-2026", sale.Mail{Lang: "de", Template: "order.held", Order: "abc",
		Args: map[string]string{"until": "2026-03-01T04:00:00Z"}})
	if err != nil || !strings.Contains(l.Text, "1. März 2026, 13:00 Uhr (Asia/Pyongyang, UTC+9)") {
		t.Errorf("%v\n%s", err, l.Text)
	}
}

func TestLetter_APlaceOnTheListIsNamed(t *testing.T) {
	l, err := writer().Write(t.Context(), "test-2026", sale.Mail{Lang: "de", Template: "list.joined", Args: map[string]string{"wait": "w1"}})
	if err != nil || !strings.Contains(l.Text, "3 × Paket A") || !strings.Contains(l.Text, "Guten Tag Anna Müller,") || l.Link != "https://entries.example/e/test-2026/list/w1" {
		t.Errorf("%v\n%s", err, l.Text)
	}
}

func TestLetter_WhoHasNoOrderIsLedToTheList(t *testing.T) {
	l, err := writer().Write(t.Context(), "test-2026", sale.Mail{Lang: "en", Template: "edition.postponed", Args: map[string]string{"wait": "w1"}})
	if err != nil || l.Link != "https://entries.example/e/test-2026/list/w1" || !strings.Contains(l.Text, "Open your place on the list") {
		t.Errorf("%v\n%s", err, l.Text)
	}
}

func TestLetter_NothingToPayIsNotMentioned(t *testing.T) {
	l, err := writer().Write(t.Context(), "test-2026", sale.Mail{Lang: "en", Template: "order.confirmed", Order: "abc",
		Args: map[string]string{"paid": "2195.00 EUR", "open": "0.00 EUR"}})
	if err != nil || strings.Contains(l.Text, "0.00 EUR is still") || strings.Contains(l.Text, "To pay") {
		t.Errorf("%v\n%s", err, l.Text)
	}
}

func TestLetter_NamesCannotBecomeMarkup(t *testing.T) {
	f := invented()
	f.orders["abc"].Private.Name = `<img src=x onerror=alert(1)>{{.}}`
	l, err := (&Writer{Facts: f, Base: "https://entries.example"}).Write(t.Context(), "test-2026", held("m"))
	if err != nil || strings.Contains(l.HTML, "<img") {
		t.Errorf("%v\n%s", err, l.HTML)
	}
}

func TestParse_Settings(t *testing.T) {
	for in, want := range map[string]Server{
		"smtp://u:p%40ss@mail.example":        {Host: "mail.example", Port: 587, Security: StartTLS, User: "u", Password: "p@ss"},
		"smtps://u:p@mail.example":            {Host: "mail.example", Port: 465, Security: TLS, User: "u", Password: "p"},
		"smtp://localhost:2525?tls=none":      {Host: "localhost", Port: 2525, Security: Clear},
		"smtp://[::1]:25?tls=none":            {Host: "::1", Port: 25, Security: Clear},
		"smtp://mail.example:25?tls=starttls": {Host: "mail.example", Port: 25, Security: StartTLS},
	} {
		got, err := Parse(in, "Entries <entries@race.example>")
		want.From.Name, want.From.Address = "Entries", "entries@race.example"
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtps://mail.example?tls=none", "smtp://mail.example:0", "smtp://mail.example/path", "smtp://mail.example?tls=maybe"} {
		if _, err := Parse(in, "a@b.example"); fault.CodeOf(err) != "mail.url" {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := Parse("smtp://mail.example", "nobody"); fault.CodeOf(err) != "mail.from" {
		t.Errorf("%v", err)
	}
}
