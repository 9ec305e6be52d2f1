package pdf

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stadion/internal/award"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// out keeps the gallery for looking at it:
// go test ./internal/pdf -run Gallery -out /tmp/gallery
var out = flag.String("out", "", "folder that keeps the certificates the tests draw")

// gallery is one runner of every script and every shape of name.
var gallery = []struct {
	file, name, country string
	lang                lang.Tag
}{
	{"english", "Eleanor Whitfield", "GBR", lang.English},
	{"korean", "김은향", "PRK", lang.Korean},
	{"korean-south", "박지훈", "KOR", lang.English},
	{"chinese", "欧阳晓明", "CHN", lang.Chinese},
	{"taiwanese", "陳淑芬", "TPE", lang.English},
	{"japanese", "髙橋さくら", "JPN", lang.English},
	{"kana", "アレックス・スミス", "JPN", lang.English},
	{"german", "Jürgen Groß-Hüttemann", "GER", lang.German},
	{"vietnamese", "Nguyễn Thị Ánh Tuyết", "VIE", lang.English},
	{"polish", "Zbigniew Świętosław Żółkiewski", "POL", lang.English},
	{"icelandic", "Guðrún Þórðardóttir", "ISL", lang.English},
	{"decomposed", "Jose\u0301 Nu\u0301n\u0303ez", "ESP", lang.English},
	{"marks", "Q\u0303ue\u0304x\u0323 M\u0302b\u0301a", "CMR", lang.English},
	{"cyrillic", "Александра Цветкова", "BUL", lang.English},
	{"mongolian", "Ганзориг Өлзийхүү", "MGL", lang.English},
	{"greek", "Ελευθερία Παπαδοπούλου", "GRE", lang.English},
	{"arabic", "محمد عبد الرحمن الشريف", "EGY", lang.English},
	{"hebrew", "נועה בן־דוד", "ISR", lang.English},
	{"thai", "ณัฐวุฒิ ศรีสุวรรณ์", "THA", lang.English},
	{"devanagari", "श्रीकृष्ण त्रिपाठी", "NEP", lang.English},
	{"ethiopic", "ኃይሌ ገብረ ሥላሴ", "ETH", lang.English},
	{"bengali", "তানভীর ইসলাম", "BAN", lang.English},
	{"tamil", "கார்த்திக் சுப்பிரமணியம்", "SRI", lang.English},
	{"sinhala", "ශ්\u200dරීමතී", "SRI", lang.English},
	{"khmer", "សុខា ចាន់", "CAM", lang.English},
	{"lao", "ສົມສັກ ພົມມະຈັນ", "LAO", lang.English},
	{"myanmar", "အောင်ကျော်", "MYA", lang.English},
	{"georgian", "ნინო ბერიძე", "GEO", lang.English},
	{"armenian", "Անահիտ Պետրոսյան", "ARM", lang.English},
	{"single", "Sukarno", "INA", lang.English},
	{"short", "Ng", "HKG", lang.English},
	{"long", "Wolfeschlegelsteinhausenbergerdorff-Montgomery Christopher Alexander Bartholomew", "USA", lang.English},
	{"mixed", "李 (Jonathan) Lee", "MAS", lang.English},
}

func edition() *race.Edition {
	return &race.Edition{
		ID: "pyongyang-2025", Name: "31st Pyongyang International Marathon", Date: "2025-04-06",
		Zone: "Asia/Pyongyang", Place: "Pyongyang",
		Races:      []race.Race{{ID: "marathon", Name: "Marathon", DistanceM: 42195, RankBy: race.Gun}},
		Categories: []race.Category{{ID: "W35", Name: "Women 35–39"}},
	}
}

// revision is a list with one finisher and the places of a large field.
func revision(name, country string, state results.State) results.Revision {
	rows := []results.Row{{
		Race: "marathon", Status: scoring.Finished, Place: 317, PlaceSex: 48, PlaceCategory: 9, Bib: "1204",
		PrintedName: name, Sex: race.Female, Country: country, Category: "W35", GunTime: "3:42:07", NetTime: "3:40:58",
	}}
	for range 1841 {
		rows = append(rows, results.Row{Race: "marathon", Status: scoring.Finished, Place: 1, PlaceSex: 1, PlaceCategory: 1,
			Sex: race.Female, Category: "W35"})
	}
	return results.Revision{Edition: "pyongyang-2025", Race: "marathon", Number: 3, State: state,
		At: race.Instant(1743930000000000000), Basis: race.Gun, Rows: rows}
}

func sample(t testing.TB, name, country string, tag lang.Tag, state results.State) award.Certificate {
	t.Helper()
	rev := revision(name, country, state)
	issuer, err := award.NewIssuer(edition(), rev, award.Options{
		Lang: tag, Key: []byte("a key that only tests have"), Base: "https://run.example/verify/",
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := issuer.Certificate(rev.Rows[0])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func draw(t testing.TB, c award.Certificate, paper Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Certificate(&b, c, paper); err != nil {
		t.Fatalf("%s: %s", c.Name, lang.For(lang.English).Fault(err))
	}
	return b.Bytes()
}

// copied is the text a reader of the file gets, by poppler's pdftotext.
func copied(t *testing.T, file []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is missing: `make test` installs it (Debian package poppler-utils)")
	}
	cmd := exec.Command(program, "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	text, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, complaint.String())
	}
	return string(text)
}

// TestCertificate_GalleryIsCopiedAsWritten draws every name of the gallery and
// finds it in what a reader copies out of the file.
func TestCertificate_GalleryIsCopiedAsWritten(t *testing.T) {
	for _, g := range gallery {
		t.Run(g.file, func(t *testing.T) {
			c := sample(t, g.name, g.country, g.lang, results.Official)
			file := draw(t, c, A4)
			if *out != "" {
				if err := os.WriteFile(filepath.Join(*out, g.file+".pdf"), file, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text := copied(t, file)
			for _, word := range strings.Fields(composed(g.name)) { // a name may be on two lines
				if !strings.Contains(plain(text), plain(word)) {
					t.Errorf("%q of %q is not in the copied text:\n%s", word, g.name, text)
				}
			}
			for _, want := range []string{"3:42:07", "3:40:58", "317", c.Code.Show(), c.URL, "1204"} {
				if !strings.Contains(plain(text), plain(want)) {
					t.Errorf("%q is not in the copied text:\n%s", want, text)
				}
			}
		})
	}
}

// TestCertificate_ProvisionalIsNeverMissed draws what is not official, on both
// papers.
func TestCertificate_ProvisionalIsNeverMissed(t *testing.T) {
	for _, paper := range []Paper{A4, Letter} {
		for _, state := range []results.State{results.Provisional, results.Live} {
			file := draw(t, sample(t, "Amélie Dubois", "FRA", lang.English, state), paper)
			if *out != "" {
				if err := os.WriteFile(filepath.Join(*out, "provisional-"+string(paper)+".pdf"), file, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text := copied(t, file)
			for _, want := range []string{"Provisional", "Places and times may still change"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: %q is missing in\n%s", paper, state, want, text)
				}
			}
		}
	}
}

// plain drops what a copy may differ in: hyphens, with the line break after them
// (poppler takes one at the end of a line for its own), and the marks of
// direction that it adds.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-\u200e\u200f\u202a\u202b\u202c\u202d\u202e", r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "-\n", ""))
}
