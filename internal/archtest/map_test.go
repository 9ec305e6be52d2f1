package archtest

import (
	"strings"
	"sync"
	"testing"
)

var source = sync.OnceValues(func() (struct {
	house
	files []file
}, error) {
	h, files, err := load()
	return struct {
		house
		files []file
	}{h, files}, err
})

func read(t *testing.T) (house, []file) {
	t.Helper()
	s, err := source()
	if err != nil {
		t.Fatal(err)
	}
	return s.house, s.files
}

func TestMap_EveryImportIsOnIt(t *testing.T) {
	h, files := read(t)
	for _, f := range files {
		if f.test {
			continue
		}
		for _, imp := range f.imports() {
			if fault := misplaced(h, f, imp); fault != "" {
				t.Errorf("%s imports %s: %s", f.path, imp, fault)
			}
		}
	}
}

// misplaced says what is wrong with an import of product code, "" if nothing.
func misplaced(h house, f file, imp string) string {
	if !strings.HasPrefix(imp, module+"/") {
		return ""
	}
	from, to := f.room(), roomOf(imp)
	switch {
	case helper(imp):
		return "that package is for tests only"
	case from == "" && to != "app":
		return "a command imports only app"
	case from != "" && !h.allows(from, to):
		return "room " + from + " may not import room " + to + " (internal/README.md)"
	}
	return ""
}

func TestMap_EveryRoomHasARowAndEveryRowARoom(t *testing.T) {
	h, files := read(t)
	seen := map[string]bool{}
	for _, f := range files {
		name := f.room()
		if name == "" || helper(f.pkg) || seen[name] {
			continue
		}
		seen[name] = true
		if _, ok := h[name]; !ok {
			t.Errorf("internal/%s has no row in internal/README.md", name)
		}
	}
	for name := range h {
		if !seen[name] {
			t.Errorf("internal/README.md has a row for %s, which is no package", name)
		}
	}
}

// A room imports only rooms that come before it, so that reading the table
// downwards is reading the flow of the data.
func TestMap_IsInTheOrderOfTheFlow(t *testing.T) {
	h, _ := read(t)
	for _, r := range h {
		for _, name := range r.may {
			if name == "*" {
				continue
			}
			other, ok := h[name]
			if !ok {
				t.Errorf("the row of %s names %s, which has no row", r.name, name)
			} else if other.place >= r.place {
				t.Errorf("%s may import %s, which comes after it", r.name, name)
			}
		}
	}
}

func TestMap_ImportsThatBreakItAreFound(t *testing.T) {
	h, err := readMap([]byte("# Map\n\n| room | what | may import |\n| --- | --- | --- |\n" +
		"| race | nouns | |\n| store | SQL | race |\n| app | wiring | * |\n\n| other | table |\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, imp string
		ok        bool
	}{
		{"stadion/internal/store", "stadion/internal/race", true},
		{"stadion/internal/store/query", "stadion/internal/store", true},
		{"stadion/internal/store", "database/sql", true},
		{"stadion/internal/app", "stadion/internal/store/query", true},
		{"stadion/cmd/stadion", "stadion/internal/app", true},
		{"stadion/internal/race", "stadion/internal/store", false},
		{"stadion/internal/race", "stadion/internal/store/query", false},
		{"stadion/internal/store", "stadion/internal/app", false},
		{"stadion/internal/app", "stadion/internal/store/storetest", false},
		{"stadion/cmd/stadion", "stadion/internal/race", false},
	} {
		if got := misplaced(h, file{pkg: c.from}, c.imp) == ""; got != c.ok {
			t.Errorf("%s importing %s is allowed = %v, want %v", c.from, c.imp, got, c.ok)
		}
	}
}
