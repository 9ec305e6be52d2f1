package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

func TestDependencies_EveryDirectModuleHasItsReason(t *testing.T) {
	gomod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", gomod, nil)
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, r := range mod.Require {
		direct[r.Mod.Path] = !r.Indirect
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9.-]+\\.[a-z]+/[^`]*)` \\|").FindAllStringSubmatch(doc(t, "DEPENDENCIES.md"), -1) {
		listed[m[1]] = true
		if !direct[m[1]] {
			t.Errorf("docs/DEPENDENCIES.md lists %s, which go.mod does not require", m[1])
		}
	}
	for path, isDirect := range direct {
		if isDirect && !listed[path] {
			t.Errorf("go.mod requires %s, which docs/DEPENDENCIES.md does not explain", path)
		}
	}
}

var (
	ruleHead  = regexp.MustCompile(`(?m)^\*\*([A-Z]\d+)\. `)
	ruleCited = regexp.MustCompile(`\brules? ([A-Z]\d+)\b`)
	caseRow   = regexp.MustCompile(`(?m)^\| (\d+) \| [^|]+ \| ([^|]+) \|$`)
)

// rules are the numbers of all rules, with the file each stands in.
func rules(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "docs", "rules", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		for _, m := range ruleHead.FindAllStringSubmatch(doc(t, "rules/"+filepath.Base(name)), -1) {
			if out[m[1]] != "" {
				t.Errorf("rule %s stands in %s and in %s", m[1], out[m[1]], filepath.Base(name))
			}
			out[m[1]] = filepath.Base(name)
		}
	}
	return out
}

func TestRules_ThoseThatCodeCitesExist(t *testing.T) {
	known := rules(t)
	chapters := ""
	for number := range known {
		chapters += number[:1]
	}
	eachText(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "internal/archtest/") {
			return
		}
		for _, m := range ruleCited.FindAllSubmatch(text, -1) {
			ours := strings.IndexByte(chapters, m[1][0]) >= 0 // other standards number rules too
			if ours && known[string(m[1])] == "" {
				t.Errorf("%s cites rule %s, which is not in docs/rules", name, m[1])
			}
		}
	})
}

func TestRules_EveryCaseHasItsRowAndEveryGoldenRaceItsCase(t *testing.T) {
	known := rules(t)
	ruled := map[int]bool{}
	for i, m := range caseRow.FindAllStringSubmatch(doc(t, "rules/README.md"), -1) {
		if want := strconv.Itoa(i + 1); m[1] != want {
			t.Fatalf("docs/rules/README.md has case %s where case %s belongs", m[1], want)
		}
		for _, r := range strings.Fields(m[2]) {
			ruled[i+1] = r != "–"
			if r != "–" && known[r] == "" {
				t.Errorf("case %s names rule %s, which does not exist", m[1], r)
			}
		}
	}
	if len(ruled) != 60 {
		t.Errorf("docs/rules/README.md has %d cases, want 60", len(ruled))
	}
	raced := map[int]bool{}
	for _, room := range []string{"scoring", "results"} {
		races, err := filepath.Glob(filepath.Join(root, "internal", room, "testdata", "[0-9]*-*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range races {
			number, _, _ := strings.Cut(filepath.Base(dir), "-")
			n, err := strconv.Atoi(number)
			if err != nil || !ruled[n] {
				t.Errorf("golden race %s belongs to no case with a rule in docs/rules/README.md", filepath.Base(dir))
			}
			raced[n] = true
		}
	}
	for n := 1; n <= 60; n++ {
		if !raced[n] {
			t.Errorf("case %d has no golden race", n)
		}
	}
}

// The commands a document tells people to type are targets of the Makefile.
func TestDocs_MakeTargetsExist(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+):`).FindAllStringSubmatch(string(b), -1) {
		targets = append(targets, m[1])
	}
	cited := regexp.MustCompile("`make ([a-z]+)")
	eachText(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".md") {
			return
		}
		for _, m := range cited.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s names make %s, which the Makefile does not have", name, m[1])
			}
		}
	})
}

func doc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "docs", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(fmt.Errorf("the documents belong to the house: %w", err))
	}
	return string(b)
}
