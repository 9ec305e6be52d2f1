package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/results"
)

func newShaper() *shaper { return &shaper{set: embedded()} }

func shapeText(t *testing.T, text string, st style) *line {
	t.Helper()
	l, err := newShaper().line(text, st)
	if err != nil {
		t.Fatal(lang.For(lang.English).Fault(err))
	}
	return l
}

// TestLine_EveryCharacterIsSaidOnce holds, for every name of the gallery, that
// the drawn glyphs stand for exactly the characters of the name, and none is a
// missing one.
func TestLine_EveryCharacterIsSaidOnce(t *testing.T) {
	for _, g := range gallery {
		l := shapeText(t, g.name, style{weight: semiBold, country: g.country})
		var said []rune
		for _, r := range l.runs {
			for _, glyph := range r.glyphs {
				said = append(said, []rune(glyph.text)...)
				if glyph.id == 0 {
					t.Errorf("%s: a box is drawn for %q", g.file, glyph.text)
				}
			}
		}
		want := []rune(l.text)
		slices.Sort(said)
		slices.Sort(want)
		if string(said) != string(want) || len(l.missing) > 0 {
			t.Errorf("%s: drawn %q, want %q, missing %q", g.file, string(said), string(want), l.missing)
		}
	}
}

// TestLine_ArabicIsReadFromTheRight holds that letters join and that the first
// letter stands on the right.
func TestLine_ArabicIsReadFromTheRight(t *testing.T) {
	l := shapeText(t, "محمد", style{})
	last := l.runs[len(l.runs)-1]
	if got := last.glyphs[len(last.glyphs)-1].text; got != "م" || !l.leftward() {
		t.Errorf("the rightmost letter is %q, want the first, م", got)
	}
	alone := shapeText(t, "ح", style{}).runs[0].glyphs[0].id
	for _, g := range last.glyphs {
		if g.id == alone {
			t.Error("a letter inside the word has the shape it has alone: the letters do not join")
		}
	}
}

func TestLine_NumbersInArabicKeepTheirOrder(t *testing.T) {
	l := shapeText(t, "محمد 42", style{})
	if got := l.runs[0].glyphs[0].text; got != "4" {
		t.Errorf("the line begins with %q, want the 4 of 42 at its left end", got)
	}
}

func TestLine_HanHasTheShapesOfTheRunnersCountry(t *testing.T) {
	for _, c := range []struct {
		name, country string
		lang          lang.Tag
		face          faceID
	}{
		{"直子", "JPN", "", sansJP}, {"直子", "CHN", "", sansSC}, {"直子", "", "", sansSC},
		{"直子", "TPE", "", sansTC}, {"直子", "HKG", "", sansTC}, {"金", "PRK", "", sansKR}, {"金", "KOR", "", sansKR},
		{"金 영희", "USA", "", sansKR}, {"直さん", "USA", "", sansJP}, {"正式", "", lang.Chinese, sansSC},
	} {
		l := shapeText(t, c.name, style{country: c.country, lang: c.lang})
		if got := l.runs[0].face.name; got != faceNames[c.face] {
			t.Errorf("%s of %q is set in %s, want %s", c.name, c.country, got, faceNames[c.face])
		}
	}
}

// TestLine_AWordKeepsItsFace holds that a Latin word with a letter Archivo lacks
// is set in one face, not in two.
func TestLine_AWordKeepsItsFace(t *testing.T) {
	for _, name := range []string{"Ɓukar", "Nguyễn", "Żółć", "Þór", "Q\u0303uex"} {
		l := shapeText(t, name, style{weight: semiBold})
		for _, r := range l.runs {
			if r.face != l.runs[0].face {
				t.Errorf("%s is set in %s and %s", name, l.runs[0].face.name, r.face.name)
			}
		}
	}
}

func TestLine_MarksAreJoinedButIdeographsStay(t *testing.T) {
	if got := composed("Jose\u0301"); got != "José" {
		t.Errorf("composed = %q", got)
	}
	if got := composed("\ufa19谷"); got != "\ufa19谷" {
		t.Errorf("a name's ideograph became another: %U", []rune(got))
	}
	if got := composed("\u1100\u1161"); got != "가" {
		t.Errorf("composed jamo = %q", got)
	}
}

func TestLine_FiguresOfATimeAreEquallyWide(t *testing.T) {
	st := style{weight: semiBold, tabular: true, lang: lang.English}
	want := shapeText(t, "0:00:00", st).width
	for _, clock := range []string{"1:11:11", "7:47:17", "9:59:59"} {
		if got := shapeText(t, clock, st).width; got != want {
			t.Errorf("%s is %.1f wide, 0:00:00 is %.1f", clock, got, want)
		}
	}
}

// TestCertificate_MissingGlyphIsReported holds that a character no face has is
// named with its code point and bib, and that nothing is written.
func TestCertificate_MissingGlyphIsReported(t *testing.T) {
	for name, want := range map[string]string{"Runa \u16a0\u16a2": "U+16A0", "Zoë 🏃": "U+1F3C3"} {
		var b bytes.Buffer
		err := Certificate(&b, sample(t, name, "ISL", lang.English, results.Official), A4)
		if fault.CodeOf(err) != "award.glyph_missing" || b.Len() > 0 {
			t.Fatalf("%q: %v, %d bytes written", name, err, b.Len())
		}
		var first *fault.Error
		errors.As(err, &first)
		if first.Args["code_point"] != want || first.Args["bib"] != "1204" {
			t.Errorf("%q: %v, want %s of bib 1204", name, first, want)
		}
		for _, tag := range lang.Tags {
			if s := lang.For(tag).Fault(err); !strings.Contains(s, want) || strings.Contains(s, "{") {
				t.Errorf("%s sentence: %s", tag, s)
			}
		}
	}
	var list fault.List
	cs := []award.Certificate{sample(t, "Zoë 🏃", "", lang.English, results.Official), sample(t, "Ann", "", lang.English, results.Official), sample(t, "ᚠᚢ", "", lang.English, results.Official)}
	if err := Check(context.Background(), cs); !errors.As(err, &list) || len(list) != 3 {
		t.Errorf("Check = %v, want three faults", err)
	}
}

// TestCertificate_NamesAreNeverCut holds that every line of a name stays within
// the column, that lines do not touch, and that a name is as large as it can be.
func TestCertificate_NamesAreNeverCut(t *testing.T) {
	names := []string{"Ng", "Sukarno", strings.Repeat("Wolfeschlegel", 6), strings.Repeat("Anna Maria ", 12), "구" + strings.Repeat("름", 40)}
	for _, g := range gallery {
		names = append(names, g.name)
	}
	for _, paper := range []Paper{A4, Letter} {
		box, _ := paper.size()
		for _, name := range names {
			c := sample(t, name, "", lang.German, results.Provisional)
			sheet, err := newShaper().layOut(c, box)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range sheet.texts {
				if end := p.x + p.line.width*p.size/1000; p.x < left-6 || end > box.w-rightMargin+6 || p.size < 4 {
					t.Errorf("%s: %q from %.0f to %.0f at %.1f pt leaves the column %.0f–%.0f",
						paper, p.line.text, p.x, end, p.size, left, box.w-rightMargin)
				}
			}
			apart(t, paper, sheet)
		}
	}
}

// apart holds that no two texts overlap.
func apart(t *testing.T, paper Paper, s *sheet) {
	t.Helper()
	for i, a := range s.texts {
		for _, b := range s.texts[:i] {
			if a.x >= b.x+b.line.width*b.size/1000 || b.x >= a.x+a.line.width*a.size/1000 {
				continue
			}
			upper, lower := a, b
			if b.y > a.y {
				upper, lower = b, a
			}
			if upper.y+upper.line.low()*upper.size/1000 < lower.y+lower.line.high()*lower.size/1000-0.5 {
				t.Errorf("%s: %q touches %q", paper, upper.line.text, lower.line.text)
			}
		}
	}
}

func TestFit_BreaksAtWordsAndKeepsParticles(t *testing.T) {
	for name, want := range map[string]string{
		"Ng":                                 "Ng",
		"Jan Willem van der Heijden-Brouwer": "Jan Willem|van der Heijden-Brouwer",
		"محمد عبد الرحمن الشريف المنصوري":      "محمد عبد الرحمن|الشريف المنصوري",
		"Ελευθερία Παπαδοπούλου":               "Ελευθερία|Παπαδοπούλου",
		"Maria de los Ángeles Fernández Lopez": "Maria de los Ángeles|Fernández Lopez",
	} {
		b, err := newShaper().fit(name, style{weight: semiBold}, 58, 400, 3)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, l := range b.lines {
			lines = append(lines, l.text)
		}
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("%q is broken as %q, want %q", name, got, want)
		}
	}
}

func TestCertificate_SameBytesEveryTime(t *testing.T) {
	c := sample(t, "श्रीकृष्ण त्रिपाठी", "NEP", lang.English, results.Official)
	want := draw(t, c, A4)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := Certificate(&b, c, A4); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("another file (%v)", err)
			}
		})
	}
	wg.Wait()
	if !bytes.Contains(want, []byte("/CreationDate (D:20250406090000Z)")) {
		t.Error("the date in the file is not the certificate's")
	}
}

// TestDocument_IsSound follows the cross-reference table: every object is where
// the table says, and every stream as long as it says.
func TestDocument_IsSound(t *testing.T) {
	var b bytes.Buffer
	if err := CertificateRun(context.Background(), &b, field(t, 40), Letter, nil); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(file)
	if start == nil {
		t.Fatal("no end of file")
	}
	at, _ := strconv.Atoi(string(start[1]))
	rows := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(file[at:], -1)
	for i, row := range rows {
		at, _ := strconv.Atoi(string(row[1]))
		if head := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(file[at:], []byte(head)) {
			t.Errorf("object %d is not at %d", i+1, at)
		}
	}
	for _, m := range regexp.MustCompile(`/Length (\d+) >>\nstream\n`).FindAllSubmatchIndex(file, -1) {
		n, _ := strconv.Atoi(string(file[m[2]:m[3]]))
		if !bytes.HasPrefix(file[m[1]+n:], []byte("\nendstream")) {
			t.Errorf("the stream at %d is not %d long", m[1], n)
		}
	}
	if n := bytes.Count(file, []byte("/Type /Page ")); n != 40 || len(rows) < 80 {
		t.Errorf("%d pages, %d objects", n, len(rows))
	}
}

// TestSubset_IsAFontAgain reads what a subset writes with the parsers the faces
// are read with, and finds the same outlines under the new numbers.
func TestSubset_IsAFontAgain(t *testing.T) {
	for _, id := range []faceID{archivoSemiBold, sansSemiBold, sansSC, sansDevanagari} {
		f, err := embedded().face(id)
		if err != nil {
			t.Fatal(err)
		}
		s := newSubset(f, "F1")
		for _, r := range "ÅéñẫЖ文क्षabc" {
			if gid, ok := f.font.NominalGlyph(r); ok {
				s.use(uint16(gid), string(r))
			}
		}
		again, err := parseTrueType(s.file())
		if err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if again.glyphs != len(s.from) || checksum(s.file()) != 0xB1B0AFBA {
			t.Errorf("%s: %d glyphs, want %d", f.name, again.glyphs, len(s.from))
		}
		for n, gid := range s.from {
			got, want := again.outline(uint16(n)), f.ttf.outline(gid)
			if len(want) >= 10 && !bytes.Equal(got[:10], want[:10]) {
				t.Errorf("%s: glyph %d has another box", f.name, gid)
			}
			a, _ := again.metric(uint16(n))
			if b, _ := f.ttf.metric(gid); a != b {
				t.Errorf("%s: glyph %d is %d wide, was %d", f.name, gid, a, b)
			}
		}
	}
}

func TestFonts_MissingOnesAreSaidInOneSentence(t *testing.T) {
	set := newFontSet(fstest.MapFS{})
	_, err := (&shaper{set: set}).line("Ng", style{})
	if fault.CodeOf(err) != "pdf.fonts_missing" || !strings.Contains(lang.For(lang.English).Fault(err), "make assets") {
		t.Errorf("without fonts: %v", err)
	}
	set = newFontSet(fstest.MapFS{"Archivo-Regular.ttf": {Data: []byte("not a font")}})
	if _, err := (&shaper{set: set}).line("Ng", style{}); fault.CodeOf(err) != "pdf.font_damaged" {
		t.Errorf("with a damaged font: %v", err)
	}
	for id := range faceCount {
		if _, err := embedded().face(id); err != nil {
			t.Error(lang.For(lang.English).Fault(err))
		}
	}
}

// FuzzTrueType reads damaged font files: an error or a face, never a crash.
func FuzzTrueType(f *testing.F) {
	thai, err := embedded().face(sansThai)
	if err != nil {
		f.Fatal(lang.For(lang.English).Fault(err))
	}
	s := newSubset(thai, "F1")
	for gid := range uint16(40) {
		s.number(gid)
	}
	f.Add(s.file())
	f.Fuzz(func(t *testing.T, data []byte) {
		ttf, err := parseTrueType(data)
		if err != nil {
			return
		}
		s := newSubset(&face{ttf: ttf}, "F1")
		for gid := range uint16(60) {
			s.number(gid)
		}
		s.file()
	})
}

func TestRun_StopsBetweenPages(t *testing.T) {
	reason := errors.New("stopped by hand")
	ctx, stop := context.WithCancelCause(context.Background())
	pages := 0
	err := CertificateRun(ctx, io.Discard, field(t, 50), A4, func(done, total int) {
		if pages = done; done == 7 {
			stop(reason)
		}
		if total != 50 {
			t.Errorf("total = %d", total)
		}
	})
	if !errors.Is(err, reason) || pages != 7 {
		t.Errorf("stopped after %d pages with %v", pages, err)
	}
}

// TestRun_PagesLeaveMemory holds that what a run keeps does not grow with its
// pages: the writer has nearly all of a page when its progress is told.
func TestRun_PagesLeaveMemory(t *testing.T) {
	var w counter
	var at []int
	if err := CertificateRun(context.Background(), &w, field(t, 120), A4, func(int, int) { at = append(at, w.n) }); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(at); i++ {
		if at[i] <= at[i-1]+500 {
			t.Errorf("page %d wrote %d bytes", i+1, at[i]-at[i-1])
		}
	}
}

type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestRun_TellsWhatIsWrong(t *testing.T) {
	c := sample(t, "Ann", "", lang.English, results.Official)
	if err := Certificate(broken{}, c, A4); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a full disk: %v", err)
	}
	if err := Certificate(io.Discard, c, "A5"); fault.CodeOf(err) != "pdf.paper" {
		t.Errorf("A5: %v", err)
	}
	if err := CertificateRun(context.Background(), io.Discard, nil, A4, nil); fault.CodeOf(err) != "pdf.empty" {
		t.Errorf("nobody: %v", err)
	}
	c.URL = strings.Repeat("x", 4000)
	if err := Certificate(io.Discard, c, A4); fault.CodeOf(err) != "pdf.qr" {
		t.Errorf("a long address: %v", err)
	}
	for name, want := range map[string]Paper{"a4": A4, " LETTER ": Letter, "": A4} {
		if got, err := ParsePaper(name); got != want || err != nil {
			t.Errorf("ParsePaper(%q) = %q, %v", name, got, err)
		}
	}
}
