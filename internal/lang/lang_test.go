package lang

import (
	"regexp"
	"sort"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{([a-z_0-9]+)\}`)

// TestMessages_EveryLanguageHasEverySentence fails on a missing sentence and on
// one that names other values than the English one.
func TestMessages_EveryLanguageHasEverySentence(t *testing.T) {
	for key, langs := range load() {
		en := langs[English]
		for _, tag := range Tags {
			s, ok := langs[tag]
			if !ok || strings.TrimSpace(s.Other) == "" {
				t.Errorf("%s has no %s sentence", key, tag)
				continue
			}
			if got, want := names(s.Other), names(en.Other); got != want {
				t.Errorf("%s in %s names {%s}, English names {%s}", key, tag, got, want)
			}
		}
		for tag := range langs {
			if tag.Own() == "" {
				t.Errorf("%s has a sentence in unknown language %q", key, tag)
			}
		}
	}
}

func names(s string) string {
	set := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		set[m[1]] = true
	}
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return strings.Join(out, ",")
}

func TestT_ChoosesOneOrOtherAndGroupsNumbers(t *testing.T) {
	if got := For(German).Number(48000); got != "48.000" {
		t.Errorf("German 48000 = %q", got)
	}
	if got := For(English).T("no.such.key"); got != "no.such.key" {
		t.Errorf("unknown key = %q, want itself", got)
	}
}

func TestMatch_PicksTheBestLanguage(t *testing.T) {
	for header, want := range map[string]Tag{
		"ko-KR,ko;q=0.9,en;q=0.8": Korean,
		"zh-CN":                   Chinese,
		"fr-FR,de;q=0.5":          German,
		"fi":                      English,
		"":                        English,
		"%%%":                     English,
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}
