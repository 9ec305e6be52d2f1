package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web"
	"stadion/internal/web/webtest"
)

// site is the whole site over invented editions.
func site(t testing.TB, snapshots ...*live.Snapshot) http.Handler {
	t.Helper()
	h, err := web.New(webtest.Config(webtest.NewSource(snapshots...)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func midRace() *live.Snapshot {
	return webtest.Snapshot(webtest.Field{Runners: 2000, Elapsed: 151 * time.Minute})
}

// named is a snapshot as an edition of its own.
func named(id string, s *live.Snapshot) *live.Snapshot {
	e := *s.Edition
	e.ID = id
	s.Edition = &e
	return s
}

func everyMoment() []*live.Snapshot {
	return []*live.Snapshot{
		midRace(),
		named("soon", webtest.Snapshot(webtest.Field{Runners: 40, Elapsed: -50 * time.Hour})),
		named("provisional", webtest.Snapshot(webtest.Field{Runners: 200, Elapsed: 5 * time.Hour, State: results.Provisional})),
		named("official", webtest.Snapshot(webtest.Field{Runners: 200, Elapsed: 7 * time.Hour, State: results.Official})),
		named("nobody", webtest.Snapshot(webtest.Field{})),
		{Edition: &race.Edition{ID: "raceless", Name: "Nothing Entered Yet", Date: "2026-04-05", Zone: "UTC"}},
	}
}

// pages are every address a reader can come to, with the status it has.
func pages() map[string]int {
	out := map[string]int{
		"/": 200, "/verify": 200, "/c/" + webtest.GoodCode: 200, "/c/" + webtest.ReplacedCode: 200, "/c/nonsense": 404,
		"/nowhere": 404, "/e/unknown": 404, "/e/unknown/results": 404,
		"/e/rehearsal-2025/runner/1": 200, "/e/rehearsal-2025/runner/41": 200, "/e/rehearsal-2025/runner/99999": 404,
		"/e/rehearsal-2025/results?race=nosuch": 404, "/e/rehearsal-2025/results?q=zzzzzz": 200,
		"/e/rehearsal-2025/results?page=3&sort=name&dir=desc": 200, "/e/rehearsal-2025/results?page=9999": 200,
		"/e/rehearsal-2025/results?status=dns&sex=F": 200, "/e/soon/runner/1": 200, "/e/official/runner/3": 200,
		"/e/rehearsal-2025/runner/1/why": 200, "/e/soon/runner/1/why": 200, "/e/official/runner/3/why": 200, "/e/rehearsal-2025/runner/99999/why": 404,
	}
	for _, s := range everyMoment() {
		for _, p := range []string{"", "/results", "/live"} {
			out["/e/"+s.Edition.ID+p] = 200
		}
	}
	return out
}

func TestPages_AreSoundInEveryLanguage(t *testing.T) {
	h := site(t, everyMoment()...)
	for path, status := range pages() {
		for _, tag := range lang.Tags {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w := get(h, path+sep+"lang="+string(tag))
			if w.Code != status {
				t.Errorf("%s in %s: status %d, want %d", path, tag, w.Code, status)
				continue
			}
			body := w.Body.String()
			for _, fault := range webtest.Check(strings.NewReader(body)) {
				t.Errorf("%s in %s: %s", path, tag, fault)
			}
			if i := strings.Index(body, ">web."); i >= 0 {
				t.Errorf("%s in %s: a sentence is missing: %.60s", path, tag, body[i:])
			}
		}
	}
}

func TestHome_WithoutEditionsSaysWhatWillBeHere(t *testing.T) {
	w := get(site(t), "/")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Races appear here as soon as") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestResults_StateIsNeverMissing(t *testing.T) {
	h := site(t, everyMoment()...)
	for id, want := range map[string]string{"rehearsal-2025": "Live", "soon": "Not started", "provisional": "Provisional", "official": "Official"} {
		for _, page := range []string{"", "/results", "/live", "/runner/1"} {
			if id == "soon" && page == "" {
				want = "Not started"
			}
			body := get(h, "/e/"+id+page).Body.String()
			if !strings.Contains(body, `class="state `+strings.ToLower(map[bool]string{true: "coming", false: want}[id == "soon"])+`">`+want) {
				t.Errorf("/e/%s%s does not say %q", id, page, want)
			}
		}
	}
}

func TestWhy_TellsNoChipBoxOfficialOrNote(t *testing.T) {
	h := site(t, everyMoment()...)
	if runner := get(h, "/e/official/runner/3").Body.String(); !strings.Contains(runner, `href="/e/official/runner/3/why"`) {
		t.Error("the runner's page does not lead there")
	}
	for _, tag := range lang.Tags {
		body := get(h, "/e/official/runner/3/why?lang="+string(tag)).Body.String()
		for _, secret := range []string{webtest.SecretChip, webtest.SecretBox, webtest.SecretJudge, webtest.SecretNote} {
			if strings.Contains(body, secret) {
				t.Errorf("in %s it tells %q", tag, secret)
			}
		}
		if !strings.Contains(body, lang.For(tag).T("reason.after_finish")) || !strings.Contains(body, "TR 6") {
			t.Errorf("in %s it does not tell what was set aside, or the ruling", tag)
		}
	}
}

func TestResults_AProvisionalListSaysUntilWhenItCanBeProtested(t *testing.T) {
	s := webtest.Snapshot(webtest.Field{Runners: 200, Elapsed: 5 * time.Hour, State: results.Provisional})
	s.Edition.Protest = race.Duration(30 * time.Minute)
	at := s.Boards[0].Published.Add(30 * time.Minute).In(s.Edition.Location()).Format("15:04")
	h := site(t, s)
	for _, page := range []string{"/results", "/runner/1", "/runner/1/why"} {
		if body := get(h, "/e/rehearsal-2025"+page).Body.String(); !strings.Contains(body, "can be protested until "+at) {
			t.Errorf("%s does not say so", page)
		}
	}
}

func TestResults_WindowsHoldEveryRowOnce(t *testing.T) {
	h := site(t, midRace())
	seen := map[string]int{}
	path := "/e/rehearsal-2025/results"
	for n := 0; path != "" && n < 50; n++ {
		body := get(h, path).Body.String()
		for _, part := range strings.Split(body, `/runner/`)[1:] {
			bib, _, _ := strings.Cut(part, `"`)
			seen[bib]++
		}
		path = ""
		if _, after, ok := strings.Cut(body, `<a rel="next" href="`); ok {
			path, _, _ = strings.Cut(after, `"`)
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d runners in all windows, want 1000", len(seen))
	}
	for bib, n := range seen {
		if n != 1 {
			t.Errorf("bib %s stands %d times", bib, n)
		}
	}
}

func TestResults_PartHoldsOnlyRows(t *testing.T) {
	body := get(site(t, midRace()), "/e/rehearsal-2025/results?page=2&part=rows").Body.String()
	if strings.Contains(body, "<html") || strings.Count(body, "<tr") != 101 {
		t.Errorf("%d rows: %.200s", strings.Count(body, "<tr"), body)
	}
}

func TestAPI_ErrorsAreProblemDocuments(t *testing.T) {
	w := get(site(t, midRace()), "/api/v1/editions/unknown/results")
	if w.Code != 404 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") ||
		!strings.Contains(w.Body.String(), `"code":"web.no_such_edition"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPI_ListsEditionsAndRowsAsArrays(t *testing.T) {
	h := site(t, midRace())
	var editions, rows []map[string]any
	if err := json.Unmarshal(get(h, "/api/v1/editions").Body.Bytes(), &editions); err != nil || len(editions) != 1 || editions[0]["id"] != webtest.EditionID {
		t.Errorf("%v %v", editions, err)
	}
	body := get(h, "/api/v1/editions/rehearsal-2025/results?race=5k").Body.Bytes()
	if err := json.Unmarshal(body, &rows); err != nil || len(rows) != 200 || rows[0]["race"] != "5k" || rows[0]["printed_name"] == "" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if got := strings.TrimSpace(get(site(t), "/api/v1/editions").Body.String()); got != "[]" {
		t.Errorf("no editions are %q, want an empty array", got)
	}
}

func TestDownload_HoldsTheShownList(t *testing.T) {
	h := site(t, midRace())
	w := get(h, "/e/rehearsal-2025/results.csv?race=10k&sex=F")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if !strings.HasPrefix(lines[0], "race,status,place,place_sex,place_category,bib,printed_name,sex") ||
		!strings.Contains(lines[0], "split_5k,split_finish") {
		t.Errorf("head %q", lines[0])
	}
	page := get(h, "/e/rehearsal-2025/results?race=10k&sex=F").Body.String()
	if want := lang.For(lang.English).T("web.found", "n", len(lines)-1); !strings.Contains(page, want) {
		t.Errorf("the file has %d rows, the page does not say so", len(lines)-1)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="rehearsal-2025-10k.csv"` {
		t.Errorf("file name %s", got)
	}
}

// BenchmarkResultsPage is a page of a race of 50,000 runners: the first, a late
// one, a search with a filter.
func BenchmarkResultsPage(b *testing.B) {
	h := site(b, webtest.Snapshot(webtest.Field{Runners: 50000, Elapsed: 200 * time.Minute}))
	for name, path := range map[string]string{"first": "/e/rehearsal-2025/results", "late": "/e/rehearsal-2025/results?page=180",
		"live": "/e/rehearsal-2025/live", "search": "/e/rehearsal-2025/results?q=probe&country=GER"} {
		b.Run(name, func(b *testing.B) {
			get(h, path) // the index of a snapshot is made when it is first asked for
			for b.Loop() {
				if w := get(h, path); w.Code != 200 {
					b.Fatalf("%s: %d", path, w.Code)
				}
			}
		})
	}
}
