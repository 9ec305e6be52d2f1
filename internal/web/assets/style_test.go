package assets

import (
	"regexp"
	"strings"
	"testing"
)

var token = regexp.MustCompile(`--[a-z-]+: [^;]+;`)

// TestStyle_DarkIsTheSameChosenOrInherited holds the two blocks of the dark theme
// equal: the one a reader chooses, and the one their device asks for.
func TestStyle_DarkIsTheSameChosenOrInherited(t *testing.T) {
	b, err := files.ReadFile("css/main.css")
	if err != nil {
		t.Fatal(err)
	}
	block := func(selector string) string {
		_, after, ok := strings.Cut(string(b), selector+" {")
		if !ok {
			t.Fatalf("no block %s", selector)
		}
		inside, _, _ := strings.Cut(after, "}")
		return strings.Join(token.FindAllString(inside, -1), "\n")
	}
	chosen, inherited := block(`:root[data-theme="dark"]`), block(`:root[data-theme="auto"]`)
	if chosen != inherited || chosen == "" {
		t.Errorf("chosen:\n%s\ninherited:\n%s", chosen, inherited)
	}
}
