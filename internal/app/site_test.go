package app

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/static"
)

// plainSite is a folder of 700 runners, made as the command makes it.
func plainSite(t *testing.T) string {
	t.Helper()
	e := &race.Edition{ID: "test-2025", Name: "Test Marathon", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Races: []race.Race{{ID: "marathon", Name: "Marathon", DistanceM: 42195, RankBy: race.Gun}}}
	rev := results.Revision{Race: "marathon", Number: 2, State: results.Official, At: 1743930000000000000, Basis: race.Gun}
	names := []string{"Jürgen Groß", "김은향", "Łukasz Żółć", "محمد الشريف", "Ann Lee"}
	for i := range 700 {
		row := results.Row{Race: "marathon", Status: scoring.Finished, Place: results.Place(i + 1), Bib: fmt.Sprint(i + 1),
			PrintedName: fmt.Sprint(names[i%5], " ", i), Country: "KOR", Sex: race.Female, Category: "F35", GunTime: "3:00:00", NetTime: "2:59:00"}
		rev.Rows = append(rev.Rows, row)
	}
	out := filepath.Join(t.TempDir(), "site")
	folder, err := newSiteFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.drop()
	if err := static.Write(t.Context(), folder, static.Site{Edition: e, Lists: []results.Revision{rev}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := folder.place(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSite_IsSearchedFromADisk opens the folder without a server and finds a
// runner by a name typed without its marks.
func TestSite_IsSearchedFromADisk(t *testing.T) {
	dir := plainSite(t)
	p := browse(t, 1200, 900)
	p.follow(chromedp.Navigate("file://" + dir + "/ko/results/marathon/index.html"))
	p.do(chromedp.SendKeys("#q", "lukasz zolc 2"))
	p.await(`document.querySelectorAll("#hits tbody tr").length > 0`)
	if got := ask[string](p, `document.querySelector("#hits tbody a").textContent`); got != "Łukasz Żółć 2" {
		t.Errorf("the first hit is %q", got)
	}
	if !ask[bool](p, `document.getElementById("list").hidden && document.querySelector("#hits .found").textContent.includes("명")`) {
		t.Error("the list was not replaced by the hits in Korean")
	}
	ask[string](p, `document.getElementById("q").value = ""`)
	p.do(chromedp.SendKeys("#q", "682"))
	p.await(`document.querySelectorAll("#hits tbody tr").length === 2`) // a bib, and a name
	p.follow(chromedp.Click("#hits tbody a"))
	if got := ask[string](p, `document.querySelector("h1").textContent`); got != "김은향 681" {
		t.Errorf("the hit leads to %q", got)
	}
	p.follow(chromedp.Click(".kicker a"))
	if got := ask[string](p, `document.querySelector("tr:target bdi").textContent`); got != "김은향 681" {
		t.Errorf("the way back leads to %q", got)
	}
	p.follow(chromedp.Click(`[hreflang="de"]`))
	if got := ask[string](p, `document.documentElement.lang + " " + document.querySelector("tbody bdi").textContent`); got != "de Jürgen Groß 500" {
		t.Errorf("the second page in German is %q", got)
	}
}

// TestSite_ReplacesOnlyItsOwnFolder: what somebody else keeps is never touched.
func TestSite_ReplacesOnlyItsOwnFolder(t *testing.T) {
	dir := plainSite(t)
	stale := filepath.Join(dir, "en", "stale.html")
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := newSiteFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer) error { _, err := w.Write([]byte("{}")); return err }
	if err := f.Stream(static.Marker, write); err != nil {
		t.Fatal(err)
	}
	if err := f.place(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a file of the folder before is still there")
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := newSiteFolder(other); fault.CodeOf(err) != "paper.site.not_ours" {
		t.Errorf("somebody's folder: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".site.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
