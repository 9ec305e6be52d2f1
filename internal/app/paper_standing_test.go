package app

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// TestBrowser_AListChangesAndWhatWasOpenedStaysOpen: a team's members are opened,
// the race goes on, the sums change under the reader.
func TestBrowser_AListChangesAndWhatWasOpenedStaysOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	r := startRace(t, 600, 190*time.Minute)
	p := browse(t, 390, 844)
	p.do(chromedp.Navigate(r.URL+"/e/pyongyang-2025/lists/club?race=marathon&lang=en"), chromedp.WaitVisible("#list details"))
	ask[bool](p, `document.querySelector("#list details").open = true`)
	opened := ask[string](p, `document.querySelector("#list details").dataset.key`)
	before := ask[string](p, `document.querySelector("#list").textContent`)
	ask[int](p, `window.sameDocument = 1`)
	for range 6 { // somebody's club finishes within the hour
		r.advance(10 * time.Minute)
	}
	p.await(fmt.Sprintf(`document.querySelector("#list").textContent !== %q`, before))
	if got := ask[string](p, `[...document.querySelectorAll("#list details[open]")].map(d => d.dataset.key).join()`); got != opened {
		t.Errorf("opened %q, now open is %q", opened, got)
	}
	if ask[int](p, `window.sameDocument || 0`) != 1 {
		t.Error("the page was loaded again instead of updating itself")
	}
	for _, page := range []string{"/lists", "/lists/podium?of=M", "/lists/age-group?of=M40&lang=de", "/lists/team", "/lists/country?lang=ko", "/runner/1"} {
		p.follow(chromedp.Navigate(r.URL + "/e/pyongyang-2025" + page))
		if over := ask[int](p, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
			t.Errorf("%s is %d px wider than the phone", page, over)
		}
	}
}

func TestPages_ListsAreHadOnPaper(t *testing.T) {
	if testing.Short() {
		t.Skip("an office with its bus takes a second; left out with -short")
	}
	r := startRace(t, 100, 8*time.Hour)
	get := func(path string) (int, []byte) {
		resp, err := http.Get(r.URL + "/e/pyongyang-2025/lists/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, b
	}
	for path, want := range map[string]int{"overall/list.pdf": 200, "podium/list.pdf?of=F&paper=letter&lang=ko": 200, "team/list.pdf?race=10k": 200,
		"awards.pdf": 200, "awards.pdf?race=5k&lang=de": 200, "awards.pdf?race=nosuch": 404, "overall/list.pdf?paper=toilet": 422,
		"partner/list.pdf": 404, "nosuch/list.pdf": 404} {
		code, b := get(path)
		if code != want || want == 200 && !bytes.HasPrefix(b, []byte("%PDF-")) {
			t.Errorf("%s: %d, %d bytes", path, code, len(b))
		}
	}
}

// listFiles are an invented edition with prizes and a record, and its results.
func listFiles(t *testing.T) (edition, rows string) {
	t.Helper()
	dir := t.TempDir()
	e := &race.Edition{ID: "l", Name: "Invented Run", Date: "2025-04-06", Zone: "UTC", Races: []race.Race{{ID: "m", Name: "Marathon", RankBy: race.Gun}}}
	var list []results.Row
	for i := range 6 {
		list = append(list, results.Row{Race: "m", Status: scoring.Finished, Place: results.Place(i + 1), PlaceSex: results.Place(i + 1), Bib: fmt.Sprint(i + 1),
			PrintedName: fmt.Sprint("Sample Ω ", i), Sex: race.Male, Team: "Team X", GunMs: results.Ms(8000000 + i*1000), NetMs: results.Ms(8000000 + i*1000),
			GunTime: race.Clock(time.Duration(8000+i) * time.Second), NetTime: race.Clock(time.Duration(8000+i) * time.Second)})
	}
	edition, rows = filepath.Join(dir, "e.toml"), filepath.Join(dir, "results.json")
	text := `id = "l"
name = "Invented Run"
date = "2025-04-06"
zone = "UTC"
[[point]]
id = "s"
[[race]]
id = "m"
name = "Marathon"
distance_m = 42195
rank_by = "gun"
course = [{ point = "s", at_m = 0 }, { point = "s", at_m = 42195 }]
[[race.wave]]
id = "all"
[[list]]
id = "podium"
of = "sex"
prizes = 3
[[list]]
id = "teams"
of = "team"
[[list]]
id = "crew"
office = true
[[record]]
race = "m"
time = "2:13:21"
name = "Invented Holder"
year = 2019
`
	var b bytes.Buffer
	if err := results.WriteJSON(&b, e, list); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{edition: []byte(text), rows: b.Bytes()} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return edition, rows
}

func TestLists_WritesWhatWasAskedFor(t *testing.T) {
	edition, rows := listFiles(t)
	var out, told bytes.Buffer
	run := func(args ...string) int {
		out.Reset()
		told.Reset()
		return mainContext(t.Context(), append([]string{"lists", "--edition", edition, "--results", rows}, args...),
			Env{Stdout: &out, Stderr: &told, Getenv: func(string) string { return "" }, Now: time.Now})
	}
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if code := run("--out", dir, "--state", "official", "--lang", "ko", "--paper", "letter"); code != 0 || !strings.Contains(out.String(), "2 lists") {
		t.Fatalf("%d %s%s", code, out.String(), told.String())
	}
	for name, want := range map[string]string{"lists.csv": "m,podium-m,gun,official,,place,1,1,2:13:20", "lists.json": `"state":"beaten"`, "lists.pdf": "%PDF-", "awards.pdf": "%PDF-"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(b), want) || strings.Contains(string(b), "crew") {
			t.Errorf("%s: %v, wants %q", name, err, want)
		}
	}
	dir = t.TempDir()
	if code := run("--out", dir, "--office", "--format", "csv", "--list", "crew"); code != 0 {
		t.Fatalf("%d %s", code, told.String())
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files, only the CSV was asked for", len(files))
	}
	for _, bad := range [][]string{{"--list", "nosuch"}, {"--race", "nosuch"}, {"--format", "doc"}, {"--list", "crew"}, {"--lang", "xx"}, {"--results", "nowhere.json"}, {"--paper", "toilet"}} {
		if code := run(append([]string{"--out", t.TempDir()}, bad...)...); code != ExitInput || told.Len() == 0 {
			t.Errorf("%v: %d %s", bad, code, told.String())
		}
	}
}
