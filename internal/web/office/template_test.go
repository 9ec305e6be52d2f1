package office_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"stadion/internal/access"
	"stadion/internal/store"
	"stadion/internal/web/webtest"
)

const designPath = base + "/certificates/design"

// sky is an artwork: pale above, dark below.
func sky(t testing.TB) []byte {
	img := image.NewGray(image.Rect(0, 0, 420, 594))
	for i := range img.Pix {
		img.Pix[i] = 250
		if i > len(img.Pix)/2 {
			img.Pix[i] = 70
		}
	}
	img.SetGray(3, 3, color.Gray{9})
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

// send posts the design's form with a file.
func (c *caller) send(form url.Values, name string, content []byte) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, list := range form {
		for _, v := range list {
			must(c.t, m.WriteField(k, v))
		}
	}
	part, err := m.CreateFormFile("artwork", name)
	must(c.t, err)
	_, err = part.Write(content)
	must(c.t, err)
	must(c.t, m.Close())
	r := httptest.NewRequest("POST", designPath, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.do(r)
}

func published(t *testing.T) (*bench, *caller) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	c.sent(base+"/race/10k/publish/provisional", nil)
	return b, c
}

var source = regexp.MustCompile(`<img src="([^"]+preview\.svg[^"]*)"`)

// preview is the picture that a design's page shows.
func (c *caller) preview(page string) string {
	c.t.Helper()
	m := source.FindStringSubmatch(page)
	if m == nil {
		c.t.Fatalf("no preview on\n%s", words(page))
	}
	w := c.get(strings.ReplaceAll(m[1], "&amp;", "&"))
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(w.Body.String(), "<svg ") {
		c.t.Fatalf("preview: %d %s", w.Code, words(w.Body.String()))
	}
	return w.Body.String()
}

func design(pairs ...string) url.Values {
	q := url.Values{"shown": {"yes"}, "kind": {"finisher"}, "lang": {"en"}, "version": {"0"}, "title": {"Well run"},
		"lines": {"finished the {race} in {time}"}, "show": {"event", "when"}, "align": {"centre"}, "height": {"top"},
		"ink": {"#14181c"}, "accent": {"#b4412b"}, "veil": {"0"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q[pairs[i]] = strings.Split(pairs[i+1], ",")
	}
	return q
}

func TestDesign_IsLookedAtSavedUndoneAndPrinted(t *testing.T) {
	b, c := published(t)
	page := c.page(designPath)
	wants(t, page, "In use: the built-in design", "Certificates: design", "{place_sex}", "Show preview")
	house := c.preview(page)
	page = c.page(designPath + "?" + design("bib", "2").Encode())
	wants(t, page, "not saved yet")
	if own := c.preview(page); own == house {
		t.Error("the preview does not show what is edited")
	}
	if faults := webtest.Check(strings.NewReader(page)); len(faults) > 0 {
		t.Error(faults)
	}
	pdf := c.get(designPath + "/preview.pdf?" + design("bib", "2").Encode())
	if pdf.Code != 200 || !strings.HasPrefix(pdf.Body.String(), "%PDF") {
		t.Errorf("pdf: %d", pdf.Code)
	}

	first := c.printed(c.sent(base+"/race/10k/certificates", url.Values{"bib": {"1"}}))
	c.sent(designPath, design())
	wants(t, c.page(designPath), "In use: version 1, saved by")
	if again := c.printed(c.sent(base+"/race/10k/certificates", url.Values{"bib": {"1"}})); again != first {
		t.Error("a certificate that was printed looks different when it is printed again")
	}
	second := c.printed(c.sent(base+"/race/10k/certificates", url.Values{"bib": {"2"}}))
	c.sent(designPath, design("version", "1", "title", "Better run"))
	c.sent(designPath+"/restore", url.Values{"restore": {"1"}, "kind": {"finisher"}, "lang": {"en"}})
	c.sent(designPath+"/house", url.Values{"version": {"3"}, "kind": {"finisher"}, "lang": {"en"}})
	page = c.page(designPath)
	wants(t, page, "In use: the built-in design", "repeats version 1", "Use again")
	if again := c.printed(c.sent(base+"/race/10k/certificates", url.Values{"bib": {"2"}})); again != second {
		t.Error("a certificate that was printed in the first version is not printed so again")
	}
	c.sent(designPath+"/renew", url.Values{"kind": {"finisher"}, "lang": {"en"}})
	if again := c.printed(c.sent(base+"/race/10k/certificates", url.Values{"bib": {"2"}})); again == second {
		t.Error("renewed, a certificate is still printed in the old design")
	}
	lines, _, err := b.db.Entries(t.Context(), store.EntryFilter{Edition: "test-2025", Action: "template."})
	must(t, err)
	if len(lines) != 5 {
		t.Errorf("%d audit lines", len(lines))
	}
}

// printed is what a job made.
func (c *caller) printed(job string) string {
	c.t.Helper()
	c.await(job)
	page := c.page(job)
	m := regexp.MustCompile(`href="([^"]+/file)"`).FindStringSubmatch(page)
	if m == nil {
		c.t.Fatalf("no file on\n%s", words(page))
	}
	return c.page(m[1])
}

func TestDesign_WhatIsWrongIsSaidBesideItsFieldAndNothingIsLost(t *testing.T) {
	_, c := published(t)
	for field, want := range map[string]string{
		"lines|run in {tiem}": "there is no value {tiem}", "lines|in {time": "brace", "ink|#ffee88": "contrast",
		"ink|red": "not a colour", "veil|much": "percent", "align|diagonal": "diagonal", "bib|99": "99", "bib|4": "has not finished",
		"title|a\uFFFDb": "cannot be printed",
	} {
		name, value, _ := strings.Cut(field, "|")
		w := c.post(designPath, design(name, value))
		if w.Code != 422 {
			t.Errorf("%s: %d", field, w.Code)
		}
		wants(t, w.Body.String(), want, "finish")
		if name != "align" && !strings.Contains(w.Body.String(), value) {
			t.Errorf("%s: what was written is lost", field)
		}
		if w := c.get(designPath + "?" + design(name, value).Encode()); w.Code != 422 {
			t.Errorf("looked at, %s: %d", field, w.Code)
		}
	}
	c.sent(designPath, design())
	if w := c.post(designPath, design()); w.Code != 409 && w.Code != 422 || !strings.Contains(words(w.Body.String()), "saved version 1") {
		t.Errorf("somebody else's work is overwritten: %d", w.Code)
	}
}

func TestDesign_ArtworkIsSentLookedAtAndMustLeaveTextsReadable(t *testing.T) {
	_, c := published(t)
	for name, content := range map[string]string{"a.pdf": "%PDF-1.7", "cut.png": string(sky(t)[:300]), "empty.png": ""} {
		if w := c.send(design("send", "yes"), name, []byte(content)); w.Code != 422 || !strings.Contains(w.Body.String(), name) {
			t.Errorf("%s: %d %s", name, w.Code, words(w.Body.String()))
		}
	}
	w := c.send(design("send", "yes"), "하늘.png", sky(t))
	if w.Code != 303 {
		t.Fatalf("%d %s", w.Code, words(w.Body.String()))
	}
	to := w.Header().Get("Location")
	page := c.page(to)
	wants(t, page, "하늘.png", "420 × 594", "not saved yet")
	if svg := c.preview(page); !strings.Contains(svg, "data:image/jpeg;base64,") {
		t.Error("the preview has no artwork")
	}
	u, err := url.Parse(to)
	must(t, err)
	q := u.Query()
	q.Set("height", "bottom")
	w = c.post(designPath, q)
	if w.Code != 422 || !strings.Contains(words(w.Body.String()), "hard to read on the artwork") {
		t.Fatalf("dark on dark: %d %s", w.Code, words(w.Body.String()))
	}
	c.preview(w.Body.String()) // and it is seen
	q.Set("veil", "90")
	c.sent(designPath, q)
	printed := c.printed(c.sent(base+"/race/10k/certificates", nil))
	if n := strings.Count(printed, "/Subtype /Image"); n != 1 {
		t.Errorf("%d pictures in a run of three", n)
	}
	q.Set("bare", "yes")
	if svg := c.preview(c.page(designPath + "?" + q.Encode())); strings.Contains(svg, "data:image") {
		t.Error("the artwork is still there")
	}
}

func TestMedals_AreShownAndPrinted(t *testing.T) {
	_, c := published(t)
	page := c.page(base + "/race/10k/medals")
	wants(t, page, "Men", "Women", "First place", "Gold", "김예시", "Anna Example", "Second place", "Ola Nordmann", "provisional")
	if faults := webtest.Check(strings.NewReader(page)); len(faults) > 0 {
		t.Error(faults)
	}
	printed := c.printed(c.sent(base+"/race/10k/medals", url.Values{"lang": {"ko"}, "paper": {"A4"}}))
	if n := strings.Count(printed, "/Type /Page "); n != 3 {
		t.Errorf("%d pages", n)
	}
	one := c.printed(c.sent(base+"/race/10k/medals", url.Values{"lang": {"ko"}, "bib": {"3"}}))
	if n := strings.Count(one, "/Type /Page "); n != 1 {
		t.Errorf("%d pages of one bib", n)
	}
	if w := c.post(base+"/race/5k/medals", url.Values{}); w.Code != 409 {
		t.Errorf("nothing published: %d", w.Code)
	}
}

func TestDesign_TheTimekeeperLooksTheOrganiserSaves(t *testing.T) {
	b, _ := published(t)
	c := b.as("clock", access.Grant{Edition: "test-2025", Role: access.Timekeeper})
	page := c.page(designPath)
	if strings.Contains(page, "Save as new version") || !strings.Contains(page, "Show preview") {
		t.Error("the page offers what its reader may not do")
	}
	if w := c.post(designPath, design()); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}
