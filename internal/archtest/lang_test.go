package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stadion/internal/lang"
)

// In templates a sentence is {{t "key"}}, {{.T "key" …}} or (t "key").
var inTemplate = regexp.MustCompile(`[({ .]([tT]|TN|tn) "([a-z0-9_]+(?:\.[a-zA-Z0-9_]+)+)"`)

func TestSentences_OfTemplatesExist(t *testing.T) {
	eachText(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".html") {
			return
		}
		for _, m := range inTemplate.FindAllSubmatch(text, -1) {
			if key := string(m[2]); !lang.Has(key) {
				t.Errorf("%s uses %q, which is in no file of internal/lang/messages", name, key)
			}
		}
	})
}

func TestSentences_OfGoCodeExist(t *testing.T) {
	_, files := read(t)
	for _, f := range files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if key, pos := sentence(n); key != "" && !lang.Has(key) {
				t.Errorf("%s uses %q, which is in no file of internal/lang/messages", f.at(pos), key)
			}
			return true
		})
	}
}

// sentence is the message key a node shows for certain: printer.T("key"),
// fault.New(kind, "code"), fault.Error{Code: "code"}, and the codes of flags
// and reasons.
func sentence(n ast.Node) (key string, pos token.Pos) {
	switch n := n.(type) {
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return "", 0
		}
		pkg, _ := sel.X.(*ast.Ident)
		switch {
		case slices.Contains([]string{"T", "With"}, sel.Sel.Name) && len(n.Args) > 0:
			if key := literal(n.Args[0]); strings.Contains(key, ".") {
				return key, n.Pos()
			}
		case pkg != nil && pkg.Name == "fault" && slices.Contains([]string{"New", "Wrap"}, sel.Sel.Name) && len(n.Args) > 1:
			return prefixed("fault.", literal(n.Args[1])), n.Pos()
		}
	case *ast.CompositeLit:
		sel, ok := n.Type.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Error" {
			return "", 0
		}
		for _, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if id, isID := kvKey(kv, ok); isID && id == "Code" {
				return prefixed("fault.", literal(kv.Value)), n.Pos()
			}
		}
	case *ast.ValueSpec:
		id, ok := n.Type.(*ast.Ident)
		if !ok || len(n.Values) != 1 {
			return "", 0
		}
		if prefix := map[string]string{"FlagCode": "flag.", "Reason": "reason."}[id.Name]; prefix != "" {
			return prefixed(prefix, literal(n.Values[0])), n.Pos()
		}
	}
	return "", 0
}

func kvKey(kv *ast.KeyValueExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	id, ok := kv.Key.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(lit.Value)
	return s
}
