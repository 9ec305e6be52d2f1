package archtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const longestFile = 800

func TestFiles_AreShortEnoughToRead(t *testing.T) {
	eachText(t, func(name string, text []byte) {
		if !slices.Contains([]string{".go", ".sql", ".html", ".css", ".js", ".sh"}, filepath.Ext(name)) {
			return
		}
		if n := bytes.Count(text, []byte("\n")); n > longestFile {
			t.Errorf("%s has %d lines, more than %d: split it by noun or rule", name, n, longestFile)
		}
	})
}

// Written in parts, so that this file does not hold what it looks for.
var strangers = []struct {
	what string
	re   *regexp.Regexp
}{
	{"a path of one machine", regexp.MustCompile(`(^|[^\w.])/(wo` + `rk|fa` + `rm|ro` + `ot|ho` + `me/\w+)/`)},
	{"a download address in a lock file", regexp.MustCompile(`"resol` + `ved": *"http`)},
	{"the host of a package registry", regexp.MustCompile(`regis` + `try\.npmjs\.|pro` + `xy\.golang\.`)},
	{"work left unfinished", regexp.MustCompile(`\bTO` + `DO\b|\bFIX` + `ME\b|\bX` + `XX\b`)},
}

func TestFiles_HoldNothingThatDoesNotBelong(t *testing.T) {
	eachText(t, func(name string, text []byte) {
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, s := range strangers {
				if s.re.Match(line) {
					t.Errorf("%s:%d holds %s", name, i+1, s.what)
				}
			}
		}
	})
}

func TestFiles_StrangersAreFound(t *testing.T) {
	for _, line := range []string{
		"see /wo" + "rk/shared/data", `"/fa` + `rm/x"`, `"resol` + `ved": "https://host/a.tgz"`, "// TO" + "DO later",
	} {
		if !slices.ContainsFunc(strangers, func(s struct {
			what string
			re   *regexp.Regexp
		}) bool {
			return s.re.MatchString(line)
		}) {
			t.Errorf("%q passes", line)
		}
	}
	for _, line := range []string{"docs/wo" + "rk/x", "../shared/data", "/e/{edition}/live"} {
		for _, s := range strangers {
			if s.re.MatchString(line) {
				t.Errorf("%q is taken for %s", line, s.what)
			}
		}
	}
}

// A skipped test says why, and only where short tests are asked for or the two
// real races are absent outside CI.
func TestTests_SkipOnlyWithACondition(t *testing.T) {
	skip := regexp.MustCompile(`\b(t|b|tb)\.Sk` + `ip(Now|f)?\(`)
	eachText(t, func(name string, text []byte) {
		calls := skip.FindAllSubmatch(text, -1)
		if !strings.HasSuffix(name, ".go") || len(calls) == 0 {
			return
		}
		for _, call := range calls {
			if string(call[2]) == "Now" {
				t.Errorf("%s skips without saying why", name)
			}
		}
		if !bytes.Contains(text, []byte("testing.Short()")) && !bytes.Contains(text, []byte(`"CI"`)) {
			t.Errorf("%s skips although neither -short nor CI was asked about", name)
		}
	})
}

// eachText calls f for every text file of ours, with its path from the root.
func eachText(t *testing.T, f func(name string, text []byte)) {
	t.Helper()
	kinds := []string{
		"", ".go", ".md", ".toml", ".sql", ".html", ".css", ".js", ".json", ".sh", ".txtar", ".csv", ".svg", ".mod", ".yml",
	}
	err := walk(root, func(name string) error {
		if !slices.Contains(kinds, filepath.Ext(name)) {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0 {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err == nil {
			f(filepath.ToSlash(rel), text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
