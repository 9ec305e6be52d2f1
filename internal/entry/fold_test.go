package entry

import "testing"

func TestFold_Email(t *testing.T) {
	for in, want := range map[string]string{
		" Kim@Example.ORG ": "kim@example.org",
		"kim@example.org":   "kim@example.org",
		"a.b+c@x.de":        "a.b+c@x.de",
		"":                  "",
	} {
		if got := FoldEmail(in); got != want {
			t.Errorf("FoldEmail(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFold_Document(t *testing.T) {
	for _, c := range []struct{ issuer, number, want string }{
		{"deu", " c01x-00t47 ", "DEU|C01X00T47"},
		{"DEU", "C01X00T47<<", "DEU|C01X00T47"},
		{"D", "C01X00T47", "D|C01X00T47"},
		{"JPN", "ＴＫ１２３４", "JPN|TK1234"},
		{"", "C01", ""},
		{"DEU", "  ", ""},
	} {
		if got := FoldDocument(c.issuer, c.number); got != c.want {
			t.Errorf("FoldDocument(%q, %q) = %q, want %q", c.issuer, c.number, got, c.want)
		}
	}
}

func TestFold_Name(t *testing.T) {
	for _, c := range [][2]string{
		{"José María GARCÍA", "garcia jose maria"},
		{"Ｋｉｍ　Ｕｎ", "kim UN"},
		{"Jürgen Groß", "JURGEN GROSS"},
		{"Søren Ærø", "soren aero"},
		{"O’Neill, Seán", "sean oneill"},
		{"김 철수", "김\u00a0철수"},
		{"Ngũgĩ wa Thiong'o", "NGUGI WA THIONGO"},
		{"İbrahim Yıldız", "ibrahim yildiz"},
	} {
		if a, b := FoldName(c[0]), FoldName(c[1]); a != b || a == "" {
			t.Errorf("FoldName(%q) = %q, FoldName(%q) = %q", c[0], a, c[1], b)
		}
	}
	if FoldName("Kim Il") == FoldName("Kim Yi") || FoldName("नील") == FoldName("नल") {
		t.Error("two names fold alike")
	}
}
