package scoring_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/scoring"
)

// Every word an outcome can hold is a sentence for the reader.
func TestOutcome_EveryCodeHasItsSentence(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "outcome.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	prefix := map[string]string{"Status": "status.", "FlagCode": "flag.", "Use": "use.", "Reason": "reason."}
	found := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		kind, ok := spec.Type.(*ast.Ident)
		if !ok || prefix[kind.Name] == "" {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found[kind.Name]++
		if key := prefix[kind.Name] + code; !lang.Has(key) {
			t.Errorf("%s has no sentence %s", spec.Names[0], key)
		}
		return true
	})
	for kind := range prefix {
		if found[kind] < 5 {
			t.Errorf("only %d codes of %s found in outcome.go: the test says nothing", found[kind], kind)
		}
	}
	for _, code := range []string{"gun_missing", "orphan_chip", "time_without_bib", "ruling_undo_unknown",
		"ruling_unknown_bib", "ruling_other_race", "ruling_value"} {
		if !lang.Has("problem." + code) {
			t.Errorf("no sentence problem.%s", code)
		}
	}
}

// Whatever the golden races flag or list reads as a whole sentence in every
// language: each value it names is there.
func TestOutcome_SentencesGetTheirValues(t *testing.T) {
	for _, dir := range folders(t) {
		o := scoring.Score(load(t, dir).facts())
		for _, b := range o.Boards {
			for _, r := range b.Results {
				for _, f := range r.Flags {
					whole(t, dir, "flag."+string(f.Code), f.Args)
				}
			}
		}
		for _, p := range o.Problems {
			key := "problem." + p.Code
			if !lang.Has(key) {
				key = "flag." + p.Code
			}
			whole(t, dir, key, p.Args)
		}
	}
}

func whole(t *testing.T, dir, key string, values map[string]string) {
	t.Helper()
	args := fault.Args{}
	for k, v := range values {
		args[k] = v
	}
	for _, tag := range lang.Tags {
		if s := lang.For(tag).With(key, args); s == key || strings.Contains(s, "{") {
			t.Errorf("%s: %s in %s reads %q", filepath.Base(dir), key, tag, s)
		}
	}
}
