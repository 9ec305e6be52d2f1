package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/results"
)

// winner is a medal certificate of one place, made as the office makes it.
func winner(t testing.TB, place int, name, country string, tag lang.Tag, state results.State) award.Certificate {
	t.Helper()
	rev := revision(name, country, state)
	first := rev.Rows[0]
	rev.Rows = nil
	for i := 1; i <= 4; i++ {
		row := first
		row.Bib, row.PrintedName = fmt.Sprint(10+i), fmt.Sprint("Runner ", i)
		if i == place {
			row.Bib, row.PrintedName = "11", name
		}
		row.Place, row.PlaceSex, row.PlaceCategory = results.Place(i), results.Place(i), results.Place(i)
		row.GunMs, row.NetMs = results.Ms(13000000+1000*i), results.Ms(12900000+1000*i)
		row.GunTime, row.NetTime = fmt.Sprintf("2:2%d:07", i), fmt.Sprintf("2:2%d:02", i)
		rev.Rows = append(rev.Rows, row)
	}
	issuer, err := award.NewIssuer(edition(), rev, award.Options{
		Lang: tag, Key: []byte("a key that only tests have"), Base: "https://run.example/verify/",
	})
	if err != nil {
		t.Fatal(err)
	}
	medals, refused := issuer.Medals()
	if len(medals) != 3 || len(refused) > 0 {
		t.Fatalf("%d medals, %v", len(medals), refused)
	}
	for _, c := range medals {
		if c.Medal.Place == place {
			return c
		}
	}
	t.Fatal("no medal")
	return award.Certificate{}
}

// hills is an artwork drawn here: layered hills under a pale sky, darkest at the
// foot, with a sun; alpha says whether its sky shines through.
func hills(w, h int, alpha bool) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	mix := func(a, b [3]float64, k float64) color.NRGBA {
		return color.NRGBA{uint8(a[0] + (b[0]-a[0])*k), uint8(a[1] + (b[1]-a[1])*k), uint8(a[2] + (b[2]-a[2])*k), 255}
	}
	sky, dawn := [3]float64{247, 249, 250}, [3]float64{253, 238, 222}
	tops := [][3]float64{{221, 226, 224}, {190, 203, 203}, {146, 170, 176}, {96, 128, 140}, {48, 84, 100}}
	for x := range w {
		u := float64(x) / float64(w)
		for y := range h {
			v := float64(y) / float64(h)
			c := mix(sky, dawn, min(1, v*1.3))
			if alpha {
				c.A = 120
			}
			if d := math.Hypot((u-0.76)*float64(w)/float64(h), v-0.60); d < 0.085 {
				c = color.NRGBA{238, 170, 132, 255}
			}
			for i, top := range tops {
				f := float64(i)
				edge := 0.64 + 0.062*f + 0.030*math.Sin(u*(5+2*f)+f*1.7) + 0.012*math.Sin(u*(17-f)+f)
				if v > edge {
					c = mix(top, [3]float64{240, 243, 242}, 0.5*math.Exp(-(v-edge)*9))
				}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func artwork(t testing.TB, img image.Image, format award.Format) *award.Artwork {
	t.Helper()
	var b bytes.Buffer
	var err error
	if format == award.PNG {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := award.ReadArtwork("hills."+string(format), b.Bytes())
	if err != nil {
		t.Fatal(lang.For(lang.English).Fault(err))
	}
	return a
}

// looked keeps a drawing if the gallery is asked for.
func looked(t testing.TB, name string, file []byte) {
	if *out != "" {
		if err := os.WriteFile(filepath.Join(*out, name), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func drawPage(t testing.TB, c award.Certificate, look *Look, paper Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PrintRun(context.Background(), &b, []Page{{c, look}}, paper, nil); err != nil {
		t.Fatalf("%s: %s", c.Name, lang.For(lang.English).Fault(err))
	}
	return b.Bytes()
}

// TestMedal_IsToldByWordAndFigure draws the three medals in every script: place
// and metal stand there as words, and the name as its owner writes it.
func TestMedal_IsToldByWordAndFigure(t *testing.T) {
	words := []string{"", "GOLD First place Women", "SILVER Second place Women", "BRONZE Third place Women"}
	for i, g := range gallery {
		place := i%3 + 1
		for _, paper := range []Paper{A4, Letter} {
			c := winner(t, place, g.name, g.country, g.lang, results.Official)
			file := drawPage(t, c, nil, paper)
			if paper == A4 {
				looked(t, fmt.Sprintf("medal-%d-%s.pdf", place, g.file), file)
			}
			text := plain(copied(t, file))
			for _, word := range strings.Fields(composed(g.name)) {
				if !strings.Contains(text, plain(word)) {
					t.Errorf("%q of %q is not in the copied text:\n%s", word, g.name, text)
				}
			}
			if g.lang != lang.English {
				continue
			}
			for _, word := range strings.Fields(words[place]) {
				if !strings.Contains(text, word) {
					t.Errorf("%s: %q is not in the copied text:\n%s", g.file, word, text)
				}
			}
		}
	}
	looked(t, "medal-provisional.pdf", drawPage(t, winner(t, 1, "Amélie Dubois", "FRA", lang.German, results.Provisional), nil, Letter))
}

// TestMedal_TextsStayApart holds that long names, shared places and every
// language leave each text its room.
func TestMedal_TextsStayApart(t *testing.T) {
	for _, paper := range []Paper{A4, Letter} {
		box, _ := paper.size()
		for _, tag := range lang.Tags {
			for _, g := range gallery {
				c := winner(t, 2, g.name, g.country, tag, results.Provisional)
				c.Medal.Words = lang.For(tag).T("award.medal.shared.2")
				c.Medal.Of = "Klasse der Läuferinnen von 35 bis 39 Jahren aus der Gastgeberstadt"
				sheet, err := newShaper().layOut(c, box)
				if err != nil {
					t.Fatal(err)
				}
				apart(t, paper, sheet)
				for _, p := range sheet.texts {
					if end := p.x + p.line.width*p.size/1000; p.x < left-6 || end > box.w-rightMargin+6 {
						t.Errorf("%s, %s: %q leaves the column", paper, tag, p.line.text)
					}
				}
			}
		}
	}
}

func TestMedal_ColoursOfTextsAreReadable(t *testing.T) {
	for i, m := range metals {
		if c := award.Contrast(award.Colour(m.deep), award.Colour{255, 255, 255}); c < award.MinContrast {
			t.Errorf("metal %d: contrast %.2f", i+1, c)
		}
	}
}

// templates are designs of different organisers.
func templates(tag lang.Tag) map[string]award.Template {
	base := award.NewTemplate(award.ForFinisher, tag)
	centre, right, low, top := base, base, base, base
	centre.Align, centre.Height, centre.Accent, centre.Ink = award.AlignCentre, award.HeightTop, "#8a4a1f", "#12303b"
	right.Align, right.Title = award.AlignRight, "{event}"
	right.Lines = []string{"In recognition of {distance} on foot", "run in {time}, place {place} overall", "for {club}"}
	right.Show = []award.Show{award.ShowWhen, award.ShowFacts}
	low.Height, low.Veil = award.HeightLow, 85
	top.Height, top.Lanes = award.HeightTop, true
	return map[string]award.Template{"centre": centre, "right": right, "low": low, "lanes": top, "plain": base}
}

// TestTemplate_EveryNameInEveryPosition draws all names of the gallery with an
// artwork: every word of a name is found, nothing touches, nothing leaves the
// paper.
func TestTemplate_EveryNameInEveryPosition(t *testing.T) {
	picture := NewPicture(artwork(t, hills(620, 877, false), award.JPEG))
	for name, tpl := range templates(lang.English) {
		for _, paper := range []Paper{A4, Letter} {
			box, _ := paper.size()
			for i, g := range gallery {
				c := sample(t, g.name, g.country, g.lang, results.Provisional)
				look := &Look{Template: &tpl, Picture: picture}
				sheet, err := newShaper().layOutPage(&Page{c, look}, box)
				if err != nil {
					t.Fatalf("%s, %s: %s", name, g.file, lang.For(lang.English).Fault(err))
				}
				apart(t, paper, sheet)
				for _, p := range sheet.texts {
					if end := p.x + p.line.width*p.size/1000; p.x < 30 || end > box.w-30 || p.y < 20 || p.y > box.h-30 {
						t.Errorf("%s, %s, %s: %q leaves the paper", name, paper, g.file, p.line.text)
					}
				}
				if i%4 != 0 || paper != A4 {
					continue
				}
				text := plain(copied(t, drawPage(t, c, look, paper)))
				for _, word := range strings.Fields(composed(g.name)) {
					if !strings.Contains(text, plain(word)) {
						t.Errorf("%q of %q is not in the copied text:\n%s", word, g.name, text)
					}
				}
			}
		}
	}
}

// TestTemplate_Gallery draws what is looked at by eye.
func TestTemplate_Gallery(t *testing.T) {
	art := NewPicture(artwork(t, hills(1240, 1754, false), award.PNG))
	through := NewPicture(artwork(t, hills(620, 877, true), award.PNG))
	for name, tpl := range templates(lang.English) {
		c := sample(t, "Eleanor Whitfield", "GBR", lang.English, results.Official)
		c.Club = "Harbour Runners"
		look := &Look{Template: &tpl, Picture: art}
		if name == "lanes" || name == "plain" {
			look.Picture = nil
		}
		if name == "centre" {
			look.Picture = through
		}
		looked(t, "template-"+name+".pdf", drawPage(t, c, look, A4))
		if name != "plain" {
			continue
		}
	}
	medal := award.NewTemplate(award.ForMedal, lang.Korean)
	medal.Align, medal.Height = award.AlignCentre, award.HeightMid
	medal.Show = []award.Show{award.ShowEvent, award.ShowWhen, award.ShowTime}
	looked(t, "template-medal.pdf", drawPage(t, winner(t, 1, "김은향", "PRK", lang.Korean, results.Official), &Look{&medal, art}, A4))
	centre := templates(lang.English)["centre"]
	look := &Look{&centre, art}
	looked(t, "template-arabic.pdf", drawPage(t, sample(t, "محمد عبد الرحمن الشريف", "EGY", lang.English, results.Official), look, A4))
	looked(t, "template-provisional.pdf", drawPage(t, sample(t, "श्रीकृष्ण त्रिपाठी", "NEP", lang.English, results.Provisional), look, Letter))
	var b bytes.Buffer
	if err := Preview(&b, sample(t, "ณัฐวุฒิ ศรีสุวรรณ์", "THA", lang.English, results.Official), look, A4); err != nil {
		t.Fatal(err)
	}
	looked(t, "preview.svg", b.Bytes())
}

// TestPrintRun_ArtworkIsInTheFileOnce holds it for pages of one look and of two
// looks with one picture.
func TestPrintRun_ArtworkIsInTheFileOnce(t *testing.T) {
	for _, format := range []award.Format{award.PNG, award.JPEG} {
		for _, alpha := range []bool{false, true} {
			if alpha && format == award.JPEG {
				continue
			}
			picture := NewPicture(artwork(t, hills(620, 877, alpha), format))
			one, two := award.NewTemplate(award.ForFinisher, lang.English), award.NewTemplate(award.ForFinisher, lang.English)
			two.Veil, two.Paper = 40, "Letter"
			looks := []*Look{{&one, picture}, {&two, picture}, nil}
			var pages []Page
			for i, c := range field(t, 12) {
				pages = append(pages, Page{c, looks[i%3]})
			}
			var b bytes.Buffer
			if err := PrintRun(context.Background(), &b, pages, A4, nil); err != nil {
				t.Fatal(err)
			}
			images := 1
			if alpha {
				images = 2 // and its mask
			}
			if n := bytes.Count(b.Bytes(), []byte("/Subtype /Image")); n != images {
				t.Errorf("%s: %d images in the file", format, n)
			}
			if n := bytes.Count(b.Bytes(), []byte("/MediaBox [0 0 612 792]")); n != 4 {
				t.Errorf("%d pages on the template's own paper, want 4", n)
			}
			if format == award.JPEG && !bytes.Contains(b.Bytes(), picture.data) {
				t.Error("the JPEG is not in the file as it came")
			}
			copied(t, b.Bytes()) // a reader takes it without complaint
		}
	}
}

func TestTemplate_TooMuchForAPageIsSaid(t *testing.T) {
	tpl := award.NewTemplate(award.ForFinisher, lang.English)
	for range 5 * award.MaxLines {
		tpl.Lines = append(tpl.Lines, strings.Repeat("a long sentence about a long day ", 6))
	}
	c := sample(t, strings.Repeat("Anna Maria ", 12), "", lang.English, results.Official)
	err := CheckPages(context.Background(), []Page{{c, &Look{Template: &tpl}}}, Letter)
	if fault.CodeOf(err) != "award.template_full" {
		t.Errorf("%v", err)
	}
}

// TestTemplate_TextsMustBeReadableOnTheArtwork holds that dark ground below dark
// text is refused with a veil that is enough.
func TestTemplate_TextsMustBeReadableOnTheArtwork(t *testing.T) {
	picture := NewPicture(artwork(t, hills(620, 877, false), award.PNG))
	tpl := award.NewTemplate(award.ForFinisher, lang.English)
	tpl.Height, tpl.Ink = award.HeightLow, "#5a6066"
	page := Page{sample(t, "Ann", "", lang.English, results.Official), &Look{&tpl, picture}}
	err := Legible(page, A4)
	var f *fault.Error
	if fault.CodeOf(err) != "award.template_artwork" || !errors.As(err, &f) {
		t.Fatalf("%v", err)
	}
	tpl.Veil = f.Args["veil"].(int)
	if err := Legible(page, A4); err != nil {
		t.Errorf("with the veil that is told: %v", err)
	}
	tpl.Veil, tpl.Height, tpl.Show = 0, award.HeightTop, []award.Show{award.ShowEvent}
	if err := Legible(page, A4); err != nil {
		t.Errorf("on the sky: %v", err)
	}
}

// TestPreview_IsWholeAndHarmless holds that a preview carries nothing that a
// strict policy forbids and nothing it would have to fetch, and is well formed.
func TestPreview_IsWholeAndHarmless(t *testing.T) {
	picture := NewPicture(artwork(t, hills(620, 877, true), award.PNG))
	tpl := award.NewTemplate(award.ForFinisher, lang.English)
	for _, look := range []*Look{nil, {&tpl, picture}} {
		for i, g := range gallery {
			if testing.Short() && i%4 > 0 {
				continue
			}
			var b bytes.Buffer
			if err := Preview(&b, sample(t, g.name, g.country, g.lang, results.Provisional), look, A4); err != nil {
				t.Fatal(err)
			}
			s := b.String()
			if bad := regexp.MustCompile(`style=|<style|<script|href="[^d]|url\(|NaN|Inf`).FindString(s); bad != "" {
				t.Errorf("%s: the preview has %q", g.file, bad)
			}
			if strings.Count(s, "<g ") != strings.Count(s, "</g>") || !strings.Contains(s, "<path fill=\"#14171c\" d=\"M") {
				t.Errorf("%s: not whole", g.file)
			}
		}
	}
}

// TestOutline_IsTheGlyph holds for all faces that outlines stay within the box
// that the font says.
func TestOutline_IsTheGlyph(t *testing.T) {
	for _, g := range gallery {
		l := shapeText(t, g.name, style{weight: semiBold, country: g.country})
		for _, r := range l.runs {
			for _, glyph := range r.glyphs {
				o := r.face.ttf.outline(glyph.id)
				if o == nil {
					continue
				}
				n := 0
				r.face.ttf.contours(glyph.id, affine{1, 0, 0, 1, 0, 0}, 0, func(op byte, v ...float64) {
					n++
					for i := 0; i+1 < len(v); i += 2 {
						if last := i+2 == len(v); last && (v[i] < float64(signed(o[2:]))-2 || v[i] > float64(signed(o[6:]))+2 ||
							v[i+1] < float64(signed(o[4:]))-2 || v[i+1] > float64(signed(o[8:]))+2) {
							t.Errorf("%s: a point of glyph %d is outside its box", g.file, glyph.id)
						}
					}
				})
				if n == 0 {
					t.Errorf("%s: glyph %d has no outline", g.file, glyph.id)
				}
			}
		}
	}
}

func benchLook(b *testing.B) *Look {
	tpl := award.NewTemplate(award.ForFinisher, lang.English)
	tpl.Veil = 30
	return &Look{&tpl, NewPicture(artwork(b, hills(1240, 1754, false), award.JPEG))}
}

// BenchmarkCertificateTemplate draws single files with artwork on all cores;
// want 300 a second on two.
func BenchmarkCertificateTemplate(b *testing.B) {
	cs, look := field(b, 660), benchLook(b)
	for _, c := range cs[:len(gallery)] {
		drawPage(b, c, look, A4)
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := PrintRun(context.Background(), io.Discard, []Page{{cs[i%len(cs)], look}}, A4, nil); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "certificates/s")
}

// BenchmarkCertificateMedal draws medal certificates; want 300 a second on two
// cores.
func BenchmarkCertificateMedal(b *testing.B) {
	c := winner(b, 1, "김은향", "PRK", lang.Korean, results.Official)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := Certificate(io.Discard, c, A4); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "certificates/s")
}

// BenchmarkRunTemplate draws a race of 2,000 with artwork into one file; want
// 3 s.
func BenchmarkRunTemplate(b *testing.B) {
	look := benchLook(b)
	var pages []Page
	for _, c := range field(b, 2000) {
		pages = append(pages, Page{c, look})
	}
	for _, p := range pages[:len(gallery)] {
		drawPage(b, p.Certificate, look, A4)
	}
	for b.Loop() {
		if err := PrintRun(context.Background(), io.Discard, pages, A4, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*2000/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkPreview draws what the office shows while a template is edited.
func BenchmarkPreview(b *testing.B) {
	look, c := benchLook(b), sample(b, "Eleanor Whitfield", "GBR", lang.English, results.Official)
	for b.Loop() {
		if err := Preview(io.Discard, c, look, A4); err != nil {
			b.Fatal(err)
		}
	}
}
