package app

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/race"
	"stadion/internal/sim"
)

// realFile opens one of the real races that lie beside the project. They are
// not part of it: without them the tests that need them say so, and fail in CI.
func realFile(t *testing.T, name string) io.Reader {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	f, err := os.Open(path)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI is set, and the real race is not there: %v", err)
		}
		t.Skipf("the real race is not there (%v): the test of it is left out", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// stadion runs a command of the program as a person would and gives what it
// wrote and its exit code.
func stadion(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(args, Env{Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e, Now: time.Now,
		Getenv: func(string) string { return "" }})
	return o.String(), e.String(), code
}

// scoreSample writes a real race as the files of a race office, scores them with
// the command, and gives the rows of results.csv by bib.
func scoreSample(t *testing.T, s *sim.Sample) map[string]map[string]string {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	text, err := toml.Marshal(s.Edition)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path("edition.toml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	writeTable(t, path("startlist.csv"), []string{"bib", "chip", "race", "wave", "sex", "age", "country", "class"}, func(row func(...string)) {
		for _, st := range s.StartList {
			row(st.Bib, strings.Join(st.Chips, " "), st.Race, st.Wave, string(st.Person.Sex),
				age(st.Person.Age), st.Person.Country.Code, string(st.Class))
		}
	})
	writeTable(t, path("reads.csv"), []string{"point", "chip", "at", "box", "seq", "rssi"}, func(row func(...string)) {
		zone := s.Edition.Location()
		for _, r := range s.Reads {
			row(r.Point, r.Chip, r.At.In(zone).Format(time.RFC3339Nano), r.Box, strconv.FormatUint(r.Seq, 10), strconv.Itoa(int(r.RSSI)))
		}
	})
	out, errs, code := stadion(t, "score", "--edition", path("edition.toml"), "--startlist", path("startlist.csv"),
		"--reads", path("reads.csv"), "--out", path("out"), "--format", "csv,json")
	if code != ExitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	t.Log(strings.TrimSpace(out))
	return readResults(t, path("out/results.csv"))
}

func age(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func writeTable(t *testing.T, path string, header []string, rows func(func(...string))) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	w := csv.NewWriter(b)
	_ = w.Write(header)
	rows(func(cells ...string) { _ = w.Write(cells) })
	w.Flush()
	if w.Error() != nil || b.Flush() != nil {
		t.Fatal("the table could not be written")
	}
}

func readResults(t *testing.T, path string) map[string]map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all[0][0] = strings.TrimPrefix(all[0][0], "\uFEFF")
	out := make(map[string]map[string]string, len(all))
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out[row["bib"]] = row
	}
	return out
}

// hold compares every net split of every runner with the source, blank where
// the source has none.
func hold(t *testing.T, s *sim.Sample, rows map[string]map[string]string) {
	t.Helper()
	if len(rows) != len(s.StartList) {
		t.Fatalf("%d runners went in, %d came out", len(s.StartList), len(rows))
	}
	wrong, splits := 0, 0
	for _, st := range s.StartList {
		row, want := rows[st.Bib], s.Want[st.Bib]
		course := s.Edition.Race(st.Race).Course
		for k := 1; k < len(course); k++ {
			label := course[k].Label
			if label == "" {
				label = "finish"
			}
			expect := ""
			if want.Net[k] >= 0 {
				expect = race.Clock(time.Duration(want.Net[k]) * time.Second)
				splits++
			}
			if got := row["split_"+label]; got != expect {
				if wrong++; wrong <= 10 {
					t.Errorf("bib %s, %s: %q, the source has %q (flags %s)", st.Bib, label, got, expect, row["flags"])
				}
			}
		}
		if last := want.Net[len(course)-1]; last >= 0 {
			if expect := race.Clock(time.Duration(last) * time.Second); row["net_time"] != expect {
				t.Errorf("bib %s: net time %q, the source has %q", st.Bib, row["net_time"], expect)
			}
		}
	}
	t.Logf("%d runners, %d splits compared, %d wrong", len(rows), splits, wrong)
}

func TestScore_Chicago_EveryNetTimeAndSplitEqualsTheSource(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million reads take some seconds; left out with -short")
	}
	s, err := sim.FromChicago(realFile(t, "chicago-2023-even.csv.gz"), 1, sim.Burst(1, 4))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.StartList) != 24049 {
		t.Fatalf("%d runners", len(s.StartList))
	}
	hold(t, s, scoreSample(t, s))
}

func TestScore_Boston_OrderWithinEachSexEqualsThePublishedPlaces(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million reads take some seconds; left out with -short")
	}
	s, err := sim.FromBoston(realFile(t, "boston-2014.csv.gz"), 1, sim.Burst(1, 3))
	if err != nil {
		t.Fatal(err)
	}
	rows := scoreSample(t, s)
	hold(t, s, rows)
	type runner struct{ ours, published int }
	lists := map[string]map[int]runner{} // by our list: race and sex, then published place
	for _, st := range s.StartList {
		place, err := strconv.Atoi(rows[st.Bib]["place_sex"])
		if err != nil {
			t.Fatalf("bib %s has no place within the sex: %v", st.Bib, rows[st.Bib])
		}
		list := fmt.Sprint(st.Race, " ", st.Person.Sex)
		if lists[list] == nil {
			lists[list] = map[int]runner{}
		}
		lists[list][s.Want[st.Bib].PlaceSex] = runner{place, s.Want[st.Bib].PlaceSex}
	}
	for name, list := range lists {
		before := runner{}
		for published := 1; published <= len(list)+2000; published++ {
			r, ok := list[published]
			if !ok {
				continue
			}
			if r.ours < before.ours { // equal only where the source's time is equal
				t.Errorf("%s: published %d and %d, ours %d and %d", name, before.published, r.published, before.ours, r.ours)
			}
			before = r
		}
		t.Logf("%s: %d runners in the published order", name, len(list))
	}
}
