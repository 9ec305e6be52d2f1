package public

import "testing"

func TestFold_MarksFallOnlyFromLatinAndGreek(t *testing.T) {
	for in, want := range map[string]string{
		"Müller":     "muller",
		"Świętosław": "swietoslaw",
		"Nguyễn Văn": "nguyen van",
		"Größe":      "grosse",
		"O’Mock":     "o'mock",
		"Δοκιμή":     "δοκιμη",
		"Андрей":     "андрей", // й is no и
		"がくせい":       "がくせい",   // が is no か
		"김철수":        "김철수",
		"ＡＢＣ":        "abc", // full width
		"Ørsted":     "orsted",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}
