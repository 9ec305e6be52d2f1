package web_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

// listed gives an invented edition lists, teams, residents, partners and course
// records.
func listed(s *live.Snapshot) *live.Snapshot {
	e := *s.Edition
	e.Lists = []race.List{{ID: "overall"}, {ID: "podium", Of: race.OfSex, Prizes: 3},
		{ID: "sponsor", Of: race.OfPartner, Prizes: 1}, {ID: "crew", Name: "The crew's own list", Office: true, Prizes: 1},
		{ID: "age-group", Of: race.OfCategory, Prizes: 3, Exclude: []string{"podium", "sponsor"}}, {ID: "team", Of: race.OfTeam, Prizes: 2},
		{ID: "country", Of: race.OfCountry}, {ID: "residence", Of: race.OfResident}, {ID: "net", Name: "By <b>net</b> time", Basis: race.Net, Top: 10}}
	e.Records = []race.Record{{Race: "marathon", Sex: race.Male, Time: "9:00:00", Name: "Invented Holder", Country: "GBR", Year: 2019},
		{Race: "marathon", Sex: race.Female, Time: "1:00:00", Name: "Invented Holderin"}}
	s.Edition = &e
	for i := range s.Boards {
		for k := range s.Boards[i].Rows {
			r := &s.Boards[i].Rows[k]
			r.Team = []string{"", "Team A/B", "Team Ω", "", ""}[k%5]
			r.Partner = []string{"", "Partner Secret"}[k%2]
			r.Resident = []race.Residency{"", race.Resident, race.Visitor}[k%3]
		}
	}
	return s
}

func listedMoments() []*live.Snapshot {
	out := everyMoment()
	for _, s := range out[:5] {
		listed(s)
	}
	return append(out, named("plain", midRace())) // an edition without rules of its own
}

func listPages() map[string]int {
	out := map[string]int{"/e/unknown/lists": 404, "/e/rehearsal-2025/lists?race=nosuch": 404, "/e/rehearsal-2025/lists?race=5k": 200,
		"/e/rehearsal-2025/lists/podium?of=f": 200, "/e/rehearsal-2025/lists/podium-f": 200, "/e/rehearsal-2025/lists/age-group?of=M40&race=half": 200,
		"/e/rehearsal-2025/lists/overall?page=3": 200, "/e/rehearsal-2025/lists/overall?page=9999": 200, "/e/rehearsal-2025/lists/overall?rows=2000": 200,
		"/e/rehearsal-2025/lists/country?of=GBR": 200, "/e/rehearsal-2025/lists/net": 200, "/e/plain/lists/category": 200, "/e/plain/lists/category?of=F35": 200,
		"/e/rehearsal-2025/lists/overall?race=nosuch": 404, "/e/raceless/lists/overall": 404}
	for _, id := range []string{"rehearsal-2025", "soon", "provisional", "official", "nobody", "plain", "raceless"} {
		out["/e/"+id+"/lists"] = 200
		out["/e/"+id+"/runner/3"] = map[bool]int{true: 404, false: 200}[id == "nobody" || id == "raceless"]
		if id == "plain" || id == "raceless" {
			continue
		}
		for _, list := range []string{"overall", "podium", "age-group", "team", "country", "residence", "net"} {
			out["/e/"+id+"/lists/"+list] = 200
		}
	}
	return out
}

func TestLists_PagesAreSoundInEveryLanguage(t *testing.T) {
	h := site(t, listedMoments()...)
	for path, status := range listPages() {
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
			for _, raw := range []string{">web.", ">list.", "list.record", "map[", "%!", "<b>net</b>"} {
				if i := strings.Index(body, raw); i >= 0 {
					t.Errorf("%s in %s: %.60s", path, tag, body[i:])
				}
			}
		}
	}
}

// Rule L11: whose customer somebody is stays in the office, and so do the lists
// that are the office's.
func TestLists_L11_NothingOfTheOfficeIsPublic(t *testing.T) {
	h := site(t, listedMoments()...)
	for _, id := range []string{"sponsor", "crew", "sponsor-partner-secret"} {
		for _, file := range []string{"", "/list.csv", "/list.json", "/list.pdf"} {
			for _, of := range []string{"", "?of=Partner+Secret", "?race=marathon"} {
				if w := get(h, "/e/official/lists/"+id+file+of); w.Code != 404 {
					t.Errorf("%s%s%s: %d", id, file, of, w.Code)
				}
			}
		}
	}
	paths := []string{"/lists", "/lists/overall/list.csv", "/lists/overall/list.json", "/runner/3", "/lists/team/list.json"}
	for _, category := range []string{"M20", "M35", "M40", "F35", "F40"} {
		paths = append(paths, "/lists/age-group?of="+category, "/lists/age-group/list.json?of="+category, "/lists/age-group/list.csv?of="+category)
	}
	hidden := false
	for _, p := range paths {
		body := get(h, "/e/official"+p).Body.String()
		if strings.Contains(body, "Secret") || strings.Contains(body, "sponsor") || strings.Contains(body, "crew") {
			t.Errorf("%s names a partner or a list of the office", p)
		}
		hidden = hidden || strings.Contains(body, "a list kept in the office")
	}
	if !hidden {
		t.Error("nobody was left out for a prize in a list of the office: the test shows nothing")
	}
}

func TestLists_HostileNamesAre404(t *testing.T) {
	h := site(t, listedMoments()...)
	for _, id := range []string{"nosuch", "..%2f..%2fetc%2fpasswd", "%00", "overall%00", "<script>", "podium%27%20OR%201=1--", strings.Repeat("a", 9000), "%e2%80%ae",
		"list.csv", "overall/list.exe", "overall%2flist.csv", "podium?of=%3Cscript%3E", "podium?of=" + url.QueryEscape(strings.Repeat("M", 5000)), "overall?of=M", "podium-m?of=F"} {
		if strings.ContainsAny(id, "<>") {
			id = url.PathEscape(id)
		}
		w := get(h, "/e/official/lists/"+id)
		if w.Code != 404 && w.Code != 301 && w.Code != 307 {
			t.Errorf("%.60s: %d", id, w.Code)
		}
		if strings.Contains(w.Body.String(), "<script>") && !strings.Contains(w.Body.String(), "defer") {
			t.Errorf("%.60s comes back as it was", id)
		}
	}
	for _, topic := range []string{"list", "list/", "list/marathon", "list/marathon/sponsor/", "list/nosuch/overall/", "list/marathon/%25zz/", "list/marathon/podium/Q"} {
		if w := get(h, "/e/official/events?topic="+url.QueryEscape(topic)); w.Code != 404 {
			t.Errorf("topic %s: %d", topic, w.Code)
		}
	}
}

func TestLists_APageSaysBasisStatePrizesAndRecords(t *testing.T) {
	h := site(t, listedMoments()...)
	first := winner(t, h)
	for path, want := range map[string][]string{
		"/e/official/lists/podium?of=M": {`class="state official">Official`, "Revision 2", "Ordered by gun time", "Prizes for the first 3 places", "Settled",
			`<span class="tag">Prize</span>`, "Course record (Men) beaten", "Before: 9:00:00, Invented Holder (2019)", `<span class="tag record">`},
		"/e/official/lists/podium?of=F":                    {"Course record (Women): 1:00:00, Invented Holderin."},
		"/e/rehearsal-2025/lists/podium?of=F":              {`class="state live">Live`, "Can still change", "on the course could win one"},
		"/e/official/lists/net":                            {"Ordered by net time", "10 of ", "By &lt;b&gt;net&lt;/b&gt; time"},
		"/e/official/lists/age-group?of=" + first.Category: {"is left out here", "Left out: prize in another list", "prize 1 in ", "official place 1"},
		"/e/official/lists/team":                           {"sum of its 3 best times", "<details", "Team A/B", `class="members"`},
		"/e/official/lists":                                {"Course records", "Prizes", "Residents", "Visitors"},
		"/e/official/runner/" + first.Bib:                  {"Places on the lists", "/lists/podium?of=", `<span class="tag">Prize</span>`},
		"/e/official/results":                              {`href="/e/official/lists?race=marathon"`},
		"/e/official":                                      {`href="/e/official/lists"`},
		"/e/soon/lists/podium":                             {"Not started", "0 with a place", "Can still change"},
		"/e/provisional/lists/residence?of=no":             {"Provisional", "Visitors"},
	} {
		body := get(h, path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"lang=en").Body.String()
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not say %q", path, w)
			}
		}
	}
}

// winner is the winner of the official edition's marathon.
func winner(t *testing.T, h http.Handler) results.Row {
	t.Helper()
	var rows []results.Row
	if err := json.Unmarshal(get(h, "/api/v1/editions/official/results?race=marathon").Body.Bytes(), &rows); err != nil || len(rows) == 0 {
		t.Fatal("nobody won", err)
	}
	return rows[0]
}

func TestLists_WindowsHoldEveryRunnerOnce(t *testing.T) {
	h := site(t, listedMoments()...)
	seen := map[string]int{}
	path := "/e/rehearsal-2025/lists/overall?race=marathon"
	for n := 0; path != "" && n < 50; n++ {
		body := get(h, path).Body.String()
		for _, part := range strings.Split(body, `/runner/`)[1:] {
			bib, _, _ := strings.Cut(part, `"`)
			seen[bib]++
		}
		path = ""
		if _, after, ok := strings.Cut(body, `<a rel="next" href="`); ok {
			path, _, _ = strings.Cut(after, `"`)
			path = strings.ReplaceAll(path, "&amp;", "&")
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

func TestLists_FilesHoldTheList(t *testing.T) {
	h := site(t, listedMoments()...)
	w := get(h, "/e/official/lists/podium/list.csv?of=F&race=marathon")
	table, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
	if err != nil || len(table) < 4 || table[0][0] != "race" {
		t.Fatalf("%d lines, %v", len(table), err)
	}
	column := func(name string) int { return slices.Index(table[0], name) }
	if table[1][column("prize")] != "1" || table[4][column("prize")] != "" || table[1][column("sex")] != "F" || table[1][column("list")] != "podium-f" {
		t.Errorf("%v", table[1:5])
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="official-marathon-podium-F.csv"` {
		t.Errorf("file name %s", got)
	}
	var lists []map[string]any
	w = get(h, "/e/official/lists/team/list.json?race=marathon")
	if err := json.Unmarshal(w.Body.Bytes(), &lists); err != nil || len(lists) != 1 || lists[0]["list"] != "team" || len(lists[0]["teams"].([]any)) != 2 {
		t.Errorf("%v %.300s", err, w.Body)
	}
	if w := get(h, "/e/official/lists/team/list.pdf"); w.Code != 404 {
		t.Errorf("a paper from nowhere: %d", w.Code)
	}
}

func TestLists_AListChangesUnderItsReader(t *testing.T) {
	source := webtest.NewSource(listed(midRace()))
	cfg := webtest.Config(source)
	cfg.Now = time.Now // the stream's deadlines are the network's
	h, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.CloseClientConnections()
	lines, _ := listen(t, server.URL, url.QueryEscape("list/marathon/podium/M"), "", false)
	until(t, lines, "event: list")
	source.Set(listed(webtest.Snapshot(webtest.Field{Runners: 2000, Elapsed: 200 * time.Minute, Seq: 2})))
	until(t, lines, "event: stamp")
	until(t, lines, "event: list")
}

// BenchmarkListPage is lists of a race of 50,000 runners, once they are made.
func BenchmarkListPage(b *testing.B) {
	h := site(b, listed(webtest.Snapshot(webtest.Field{Runners: 100000, Elapsed: 200 * time.Minute})))
	for name, path := range map[string]string{"index": "/lists", "overall": "/lists/overall", "late": "/lists/overall?page=180",
		"group": "/lists/age-group?of=M40", "team": "/lists/team", "runner": "/runner/7"} {
		b.Run(name, func(b *testing.B) {
			get(h, "/e/rehearsal-2025"+path)
			for b.Loop() {
				if w := get(h, "/e/rehearsal-2025"+path); w.Code != 200 {
					b.Fatal(fmt.Sprint(path, w.Code))
				}
			}
		})
	}
}
