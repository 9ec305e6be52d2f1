package intake_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	_ "time/tzdata"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/race"
)

func reference(t testing.TB) *race.Edition {
	t.Helper()
	f, err := os.Open("testdata/edition.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, warnings, err := intake.Edition("edition.toml", f)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("the reference edition: %v %v", warnings, err)
	}
	return e
}

// list is err as a list of faults.
func list(err error) fault.List {
	var l fault.List
	if errors.As(err, &l) {
		return l
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.List{f}
	}
	return nil
}

// brief is what a fault is about: code, line, column and value.
func brief(f *fault.Error) string {
	s := fmt.Sprintf("%s@%v", f.Code, f.Args["line"])
	if c, ok := f.Args["column"].(string); ok {
		s += " " + c
	}
	if v, ok := f.Args["value"]; ok {
		s += fmt.Sprintf(" %v", v)
	}
	return s
}

func briefs(l fault.List) string {
	var out []string
	for _, f := range l {
		out = append(out, brief(f))
	}
	return strings.Join(out, "; ")
}

// speaks fails where a fault has no proper sentence in some language: an unknown
// code, a placeholder left over, a value or a place that is not named.
func speaks(t *testing.T, faults fault.List) {
	t.Helper()
	for _, f := range faults {
		if f.Kind != fault.Invalid {
			t.Errorf("%s is of kind %d, not Invalid", f.Code, f.Kind)
		}
		for _, tag := range lang.Tags {
			s := lang.For(tag).Fault(f)
			if s == f.Code || strings.ContainsAny(s, "{}") && !strings.ContainsAny(fmt.Sprint(f.Args["value"], f.Args["want"]), "{}") {
				t.Errorf("%s in %s reads %q", f.Code, tag, s)
			}
			if file, ok := f.Args["file"].(string); !ok || !strings.Contains(s, file) {
				t.Errorf("%s in %s does not name the file: %q", f.Code, tag, s)
			}
			if line, ok := f.Args["line"]; ok && !strings.Contains(s, fmt.Sprint(line)) {
				t.Errorf("%s in %s does not name the line: %q", f.Code, tag, s)
			}
		}
		if os.Getenv("SHOW_SENTENCES") != "" {
			for _, tag := range lang.Tags {
				t.Logf("%s %s", tag, lang.For(tag).Fault(f))
			}
		}
	}
}

func column(l fault.List) any {
	if len(l) == 0 {
		return nil
	}
	return l[0].Args["column"]
}
