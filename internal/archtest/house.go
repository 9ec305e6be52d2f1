// Package archtest holds the house to its own rules: which room may import
// which (the table in internal/README.md), what a core room must not touch, how
// long a file may be, which sentences must exist. It has tests only; this file
// reads the source they look at.
package archtest

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const module = "stadion"

// room is one row of the map: the packages under internal/NAME.
type room struct {
	name  string
	may   []string // rooms it may import; "*" is every room
	place int      // row number, from 0: the order in which data flows
}

// house is the map, by room name.
type house map[string]room

// readMap reads the first table of internal/README.md.
func readMap(markdown []byte) (house, error) {
	h := house{}
	lines := bufio.NewScanner(bytes.NewReader(markdown))
	inTable := false
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if !strings.HasPrefix(line, "|") {
			if inTable {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 {
			return nil, fmt.Errorf("the map's row has %d columns, want 3: %s", len(cells), line)
		}
		name := strings.Trim(strings.TrimSpace(cells[0]), "`")
		if name == "room" || strings.HasPrefix(name, "---") {
			inTable = true
			continue
		}
		if _, twice := h[name]; twice {
			return nil, fmt.Errorf("the map has room %q twice", name)
		}
		h[name] = room{name, strings.Fields(cells[2]), len(h)}
	}
	if len(h) == 0 {
		return nil, fmt.Errorf("there is no map: no table | room | what is in it | may import |")
	}
	return h, nil
}

// allows reports whether a package of one room may import one of another.
func (h house) allows(from, to string) bool {
	may := h[from].may
	return from == to || slices.Contains(may, to) || slices.Contains(may, "*")
}

// file is one parsed Go file of the project.
type file struct {
	path string // from the project's root, with slashes
	pkg  string // import path
	test bool   // of a test, or of a package that only tests use
	ast  *ast.File
	set  *token.FileSet
}

// room is the room the file stands in, "" outside internal/.
func (f file) room() string { return roomOf(f.pkg) }

func roomOf(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, module+"/internal/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// imports are the import paths of the file.
func (f file) imports() []string {
	out := make([]string, len(f.ast.Imports))
	for i, spec := range f.ast.Imports {
		out[i], _ = strconv.Unquote(spec.Path.Value) // the parser checked it
	}
	return out
}

// at is "path:line" of a place in the file.
func (f file) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.path, f.set.Position(pos).Line)
}

// helper reports whether a package is only there for tests, by its name.
func helper(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

// readGo parses every Go file under cmd and internal that some platform we
// ship compiles.
func readGo(root string) ([]file, error) {
	var files []file
	set := token.NewFileSet()
	for _, dir := range []string{"cmd", "internal"} {
		err := walk(filepath.Join(root, dir), func(name string) error {
			if filepath.Ext(name) != ".go" {
				return nil
			}
			syntax, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil || !shipped(syntax) {
				return err
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			pkg := module + "/" + path.Dir(rel)
			test := strings.HasSuffix(rel, "_test.go") || helper(pkg)
			files = append(files, file{rel, pkg, test, syntax, set})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// shipped reports whether a file's build constraint holds on any platform.
func shipped(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() > f.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			expr, err := constraint.Parse(c.Text)
			if err != nil {
				return true
			}
			return slices.ContainsFunc(platforms, func(p []string) bool {
				return expr.Eval(func(tag string) bool {
					return slices.Contains(p, tag) || strings.HasPrefix(tag, "go1")
				})
			})
		}
	}
	return true
}

var platforms = [][]string{
	{"linux", "unix", "amd64"}, {"darwin", "unix", "amd64"}, {"windows", "amd64"},
	{"linux", "unix", "arm64"}, {"darwin", "unix", "arm64"}, {"windows", "arm64"},
}

// walk calls f for every file of ours: nothing fetched, built or kept by git.
func walk(root string, f func(name string) error) error {
	fetched := []string{".git", "node_modules", "vendor", "bin", "tmp"}
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(fetched, d.Name()):
			return filepath.SkipDir
		case d.Type().IsRegular():
			return f(name)
		}
		return nil
	})
}

// root is the project's folder, seen from this package's tests.
const root = "../.."

func load() (house, []file, error) {
	b, err := os.ReadFile(filepath.Join(root, "internal", "README.md"))
	if err != nil {
		return nil, nil, err
	}
	h, err := readMap(b)
	if err != nil {
		return nil, nil, err
	}
	files, err := readGo(root)
	return h, files, err
}
