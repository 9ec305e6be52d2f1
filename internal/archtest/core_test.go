package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lastCore is the last core room of the map: from the top down to it, a room
// is given its clock, its files and its chance.
const lastCore = "award"

// closed are the packages through which the outer world comes in.
var closed = []string{"net", "os", "syscall", "database/sql", "crypto/rand", "log", "flag"}

// harmless are packages below closed ones that compute and touch nothing.
var harmless = []string{"net/url", "net/netip"}

// borrowed are the third-party packages a core room may use, by module prefix.
var borrowed = map[string][]string{
	"access":  {"golang.org/x/crypto/argon2", "golang.org/x/text/unicode/norm"},
	"lang":    {"github.com/pelletier/go-toml/v2", "golang.org/x/text"},
	"entry":   {"golang.org/x/text"},
	"sale":    {"github.com/pelletier/go-toml/v2", "golang.org/x/text"},
	"sheet":   {"golang.org/x/text", "github.com/xuri/excelize/v2"},
	"intake":  {"github.com/pelletier/go-toml/v2", "golang.org/x/text"},
	"results": {"github.com/xuri/excelize/v2"},
	"race":    {"golang.org/x/text/language"}, // names of countries
}

// excused are single files that use a closed package, each with its reason.
var excused = map[string]string{
	"internal/logbook/mirror.go": "os", // the plain copy of the record beside the log's own store
}

func TestCore_TouchesNoClockNoNetworkNoDatabaseNoFiles(t *testing.T) {
	h, files := read(t)
	last, ok := h[lastCore]
	if !ok {
		t.Fatalf("the map has no room %s", lastCore)
	}
	for _, f := range files {
		r, known := h[f.room()]
		if f.test || !known || r.place > last.place {
			continue
		}
		for _, imp := range f.imports() {
			if !coreMay(r.name, imp) && excused[f.path] != imp {
				t.Errorf("%s imports %s: a core room does not", f.path, imp)
			}
		}
		for _, at := range clockCalls(f) {
			t.Errorf("%s reads the clock: a core room is given the instant", at)
		}
	}
}

func coreMay(name, imp string) bool {
	under := func(p string) bool { return imp == p || strings.HasPrefix(imp, p+"/") }
	host, _, _ := strings.Cut(imp, "/")
	switch {
	case slices.Contains(harmless, imp):
		return true
	case slices.ContainsFunc(closed, under):
		return false
	case strings.Contains(host, "."):
		return slices.ContainsFunc(borrowed[name], under)
	}
	return true
}

// clockCalls are the places where a file asks what time it is.
func clockCalls(f file) []string {
	local := ""
	for _, spec := range f.ast.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p == "time" {
			local = path.Base(p)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	var out []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if ok && local != "" && pkg.Name == local && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			out = append(out, f.at(sel.Pos()))
		}
		return true
	})
	return out
}
