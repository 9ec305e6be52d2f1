package static

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/webtest"
)

// shelf is a folder in memory.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (s *shelf) Write(name string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.files[name]; twice {
		return fmt.Errorf("%s is written twice", name)
	}
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	s.files[name] = body
	return nil
}

func (s *shelf) Stream(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return s.Write(name, b.Bytes())
}

// oddBibs are bibs that no file name may be as they are.
var oddBibs = []string{"../../etc/passwd", "a/b", `a\b`, "con", "COM1", "<b>&\"", "100%", "?q=1#x", "배번7", ".", "..", " 7", "7", "index",
	"a_2fb", strings.Repeat("9", 300), strings.Repeat("9", 299) + "8", "-1"}

// sample is an edition of two races, the first with n runners, odd bibs among them.
func sample(n int) Site {
	e := &race.Edition{ID: "test-2025", Name: "Test & Trial <Marathon>", Date: "2025-04-06", Zone: "Asia/Pyongyang", Place: "Pyongyang",
		Races: []race.Race{
			{ID: "marathon", Name: "Marathon", DistanceM: 42195, RankBy: race.Gun, Course: []race.CoursePoint{{Point: "s"}, {Point: "h", AtM: 21097.5, Label: "Half"}, {Point: "s", AtM: 42195}}},
			{ID: "runner", Name: "5 km", DistanceM: 5000, RankBy: race.Net, Course: []race.CoursePoint{{Point: "s"}, {Point: "s", AtM: 5000}}},
		}}
	lists := []results.Revision{
		{Edition: e.ID, Race: "marathon", Number: 3, State: results.Official, At: 1743930000000000000, Basis: race.Gun, Rows: rows("marathon", n, 1000, oddBibs...)},
		{Edition: e.ID, Race: "runner", State: results.Provisional, Rows: rows("runner", 3, 5000)},
	}
	return Site{Edition: e, Lists: lists, Downloads: []Download{
		{Lang: lang.Korean, Label: "PDF", Name: "results-ko.pdf", Write: func(w io.Writer) error { _, err := w.Write([]byte("%PDF")); return err }},
		{Label: "CSV", Name: "results.csv", Write: func(w io.Writer) error { return results.WriteCSV(w, e, lists[0].Rows) }},
	}}
}

func rows(raceID string, n, from int, bibs ...string) []results.Row {
	out := make([]results.Row, n)
	for i := range out {
		r := results.Row{Race: raceID, Status: scoring.Finished, Place: results.Place(i + 1), PlaceSex: results.Place(i + 1), PlaceCategory: results.Place(i + 1),
			Bib: fmt.Sprint(from + i), PrintedName: fmt.Sprintf("Jürgen </script><b>%d 김", i), Sex: race.Female, Age: 33, Country: "GER", Category: "W30",
			Club: "TSV", Partner: "secret agency", GunMs: 7200000, NetMs: 7190000, GunTime: "2:00:00", NetTime: "1:59:50",
			Splits: []results.SplitCell{{Label: "Half", AtM: 21097.5, NetMs: 3600000, NetTime: "1:00:00", GunTime: "1:00:10", At: 1743930000000000000},
				{Label: "finish", AtM: 42195, NetMs: 7190000, NetTime: "1:59:50", GunTime: "2:00:00", At: 1743933600000000000}}}
		if i < len(bibs) {
			r.Bib = bibs[i]
		}
		if i%11 == 10 {
			r.Status, r.Place, r.GunTime, r.NetTime, r.GunMs, r.NetMs, r.Remark = scoring.DNF, 0, "", "", -1, -1, "left at km 30"
			r.Splits[1] = results.SplitCell{Label: "finish", AtM: 42195, NetMs: -1}
			r.Flags = []string{"missing_points"}
		}
		out[i] = r
	}
	return out
}

func written(t testing.TB, s Site) map[string][]byte {
	t.Helper()
	var out shelf
	if err := Write(context.Background(), &out, s, nil); err != nil {
		t.Fatal(lang.For(lang.English).Fault(err), err)
	}
	return out.files
}

// TestWrite_EveryLinkLeadsToAFile follows every address of every page and style
// sheet, and every name in the search.
func TestWrite_EveryLinkLeadsToAFile(t *testing.T) {
	files := written(t, sample(1200))
	ids := map[string]bool{} // file#id
	type link struct{ from, to string }
	var links []link
	for name, body := range files {
		switch path.Ext(name) {
		case ".html":
			root, err := html.Parse(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for n := range root.Descendants() {
				for _, a := range n.Attr {
					switch a.Key {
					case "id":
						ids[name+"#"+a.Val] = true
					case "href", "src":
						links = append(links, link{name, a.Val})
					case "data-files":
						for _, f := range strings.Fields(a.Val) {
							links = append(links, link{name, f})
						}
					}
				}
			}
		case ".css":
			for _, m := range regexp.MustCompile(`url\("([^"]*)"\)`).FindAllSubmatch(body, -1) {
				links = append(links, link{name, string(m[1])})
			}
		case ".js":
			for _, m := range regexp.MustCompile(`"(runner/[^"]*)"`).FindAllSubmatch(body, -1) {
				links = append(links, link{"en/index.html", string(m[1])})
			}
		}
	}
	if len(links) < 20000 {
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		u, err := url.Parse(l.to)
		if err != nil || u.Scheme != "" || u.Host != "" || u.RawQuery != "" || strings.HasPrefix(u.Path, "/") {
			t.Fatalf("%s: %q is not a relative address (%v)", l.from, l.to, err)
		}
		to := l.from
		if u.Path != "" {
			to = path.Join(path.Dir(l.from), u.Path)
		}
		if files[to] == nil {
			t.Fatalf("%s: %q leads nowhere", l.from, l.to)
		}
		if u.Fragment != "" && !ids[to+"#"+u.Fragment] {
			t.Errorf("%s: %q is not on that page", l.from, l.to)
		}
	}
}

func TestWrite_EveryPageIsSound(t *testing.T) {
	for name, body := range written(t, sample(600)) {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, fault := range webtest.Check(bytes.NewReader(body)) {
			t.Errorf("%s: %s", name, fault)
		}
		if bytes.Contains(body, []byte("web.")) || bytes.Contains(body, []byte("paper.")) {
			t.Errorf("%s has a sentence without words", name)
		}
	}
}

// TestWrite_NamesAreSafeOnEveryFileSystem: sticks, Windows, servers.
func TestWrite_NamesAreSafeOnEveryFileSystem(t *testing.T) {
	safe := regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]*$`)
	seen := map[string]string{}
	for _, bib := range append([]string{"CON", "com9", "nul", "Aux", "é"}, oddBibs...) {
		name := fileName(race.BibRule{}.Key(bib))
		if !safe.MatchString(name) || len(name) > 60 || reserved[name] || name == "com1" {
			t.Errorf("%q becomes %q", bib, name)
		}
		if other, twice := seen[name]; twice && (race.BibRule{}).Key(other) != (race.BibRule{}).Key(bib) {
			t.Errorf("%q and %q are both %q", bib, other, name)
		}
		seen[name] = bib
	}
	folded := map[string]string{}
	for name := range written(t, sample(300)) {
		for _, part := range strings.Split(name, "/") {
			if part == "" || part == "." || part == ".." || strings.ContainsAny(part, `\:*?"<>|% `) || len(part) > 80 {
				t.Errorf("%q is no safe name", name)
			}
		}
		if other, twice := folded[strings.ToLower(name)]; twice {
			t.Errorf("%s and %s are one file where case does not count", name, other)
		}
		folded[strings.ToLower(name)] = name
	}
}

func TestWrite_SaysNothingThatIsNotOnThePublicList(t *testing.T) {
	s := sample(40)
	s.Downloads = nil
	for name, body := range written(t, s) {
		if strings.Contains(name, "LICENSE") {
			continue
		}
		for _, never := range []string{"secret agency", "partner", "birth"} {
			if bytes.Contains(bytes.ToLower(body), []byte(never)) {
				t.Errorf("%s says %q", name, never)
			}
		}
	}
}

func TestWrite_SameBytesEveryTime(t *testing.T) {
	a, b := written(t, sample(150)), written(t, sample(150))
	if !maps.EqualFunc(a, b, bytes.Equal) {
		t.Error("the same lists gave other files")
	}
	var names []string
	for n := range a {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, want := range []string{"index.html", Marker, "ko/index.html", "ko/results/marathon/index.html", "en/runner/20/1020.html", "data/marathon.js", "download/results.csv"} {
		if _, ok := slices.BinarySearch(names, want); !ok {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestWrite_SearchIsAScriptThatHoldsAnyName: nothing in a name ends the script or
// is run.
func TestWrite_SearchIsAScriptThatHoldsAnyName(t *testing.T) {
	body := string(written(t, sample(20))["data/marathon.js"])
	if strings.Contains(body, "</") || !strings.Contains(body, `"Jürgen \u003c/script\u003e\u003cb\u003e0 김"`) {
		t.Errorf("search: %s", body[:300])
	}
}

func TestWrite_StopsAndTellsWhatIsWrong(t *testing.T) {
	if err := Write(context.Background(), &shelf{}, Site{Edition: &race.Edition{ID: "x"}}, nil); fault.CodeOf(err) != "static.empty" {
		t.Errorf("no lists: %v", err)
	}
	reason := errors.New("stopped by hand")
	ctx, stop := context.WithCancelCause(context.Background())
	last := 0
	err := Write(ctx, &shelf{}, sample(800), func(done, total int) {
		if last = done; done == 50 {
			stop(reason)
		}
	})
	if !errors.Is(err, reason) || last > 500 {
		t.Errorf("stopped after %d files with %v", last, err)
	}
}

// BenchmarkWrite makes the folder of 4,000 runners in four languages.
func BenchmarkWrite(b *testing.B) {
	s := sample(4000)
	for b.Loop() {
		if err := Write(context.Background(), nowhere{}, s, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*16000/b.Elapsed().Seconds(), "pages/s")
}

type nowhere struct{}

func (nowhere) Write(string, []byte) error                     { return nil }
func (nowhere) Stream(_ string, w func(io.Writer) error) error { return w(io.Discard) }
