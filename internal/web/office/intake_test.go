package office_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"stadion/internal/access"
)

func TestImport_NothingIsTakenBeforeItIsConfirmed(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.as("timer", access.Grant{Edition: "test-2025", Role: access.Timekeeper})
	lines := len(b.desks.logs["test-2025"].Lines())
	list := strings.Replace(startText, "Ola Nordmann", "Ole Nordmann", 1) + "5,C005,10k,,New Runner,M,1990-01-01,GER\n"
	list = strings.Replace(list, "102,C102,5k,fun,李样例,M,1980-12-12,CHN\n", "", 1)
	path := c.staged(base+"/import/start-list", "start.csv", list)
	wants(t, c.page(path), "added 1", "removed 1", "changed 1", "Ole Nordmann", "李样例", "New Runner", "Effect on the results")
	if n := len(b.desks.logs["test-2025"].Lines()); n != lines {
		t.Fatal("looking wrote to the record")
	}
	if to := c.sent(path+"/take", nil); to != base {
		t.Errorf("led to %s", to)
	}
	if n := len(d.Field.Facts().StartList); n != 6 {
		t.Errorf("%d starters", n)
	}
	if w := c.post(path+"/take", nil); w.Code != 404 {
		t.Errorf("taken twice: %d", w.Code)
	}
}

func TestImport_AFileWithAnErrorChangesNothing(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	path := c.staged(base+"/import/reads", "reads.csv",
		"point,chip,at\nstadium,C001,2025-04-06T09:50:00+09:00\nkm6,C001,2025-04-06T09:51:00+09:00\nstadium,C001,nine\n")
	page := c.page(path)
	wants(t, page, "2 things are wrong.", "Nothing of this file is imported.", "reads.csv", "line 3", "km6", "line 4", "nine", "Look at the good rows only")
	if strings.Contains(page, path+"/take") {
		t.Error("it can be imported")
	}
	reads := d.Field.Snapshot().Reads
	job := c.sent(path+"/take", nil)
	wants(t, c.page(job), "Failed", "reads.csv has faults")
	if n := d.Field.Snapshot().Reads; n != reads {
		t.Errorf("%d reads, want %d", n, reads)
	}
	w := c.get(path + "/rejected.csv")
	if got := w.Body.String(); !strings.Contains(got, "km6") || strings.Contains(got, "09:50:00") || !strings.HasPrefix(got, "point,chip,at,line,reason") {
		t.Errorf("rejected: %s", got)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="reads.csv.rejected.csv"` {
		t.Errorf("%s", got)
	}
	wants(t, c.page(path+"?keep=1"), "Import the one good row")
	c.sent(path+"/take", url.Values{"keep": {"1"}})
	if n := d.Field.Snapshot().Reads; n != reads+1 {
		t.Errorf("%d reads, want one more than %d", n, reads)
	}
}

func TestImport_ErrorsAreInTheReadersLanguage(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	path := c.staged(base+"/import/start-list", "명단.csv", "bib,race,sex\n1,42k,M\n")
	pages := map[string]bool{}
	for _, lang := range []string{"en", "ko", "zh", "de"} {
		c.lang = lang
		page := words(c.page(path))
		wants(t, page, "명단.csv", "42k")
		pages[page] = true
	}
	if len(pages) != 4 {
		t.Error("languages say the same")
	}
}

func TestImport_AtMostAHundredFaultsAreShown(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	var text strings.Builder
	text.WriteString("point,chip,at\n")
	for range 250 {
		text.WriteString("nowhere,C001,2025-04-06T09:50:00+09:00\n")
	}
	page := c.page(c.staged(base+"/import/reads", "reads.csv", text.String()))
	if n := strings.Count(page, "<li>"); n != 101 {
		t.Errorf("%d faults are shown", n)
	}
	wants(t, page, "150")
}

func TestImport_ReadsNameOrphansAndTheSameFileTwiceChangesNothing(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	path := c.staged(base+"/import/reads", "reads.csv", readsText+"km5,C777,2025-04-06T09:31:00+09:00\n")
	wants(t, c.page(path), "New 1", "Known already 11", "C777", "C999", "Nothing in the lists changes.")
	if to := c.sent(path+"/take", nil); to != base {
		t.Fatalf("led to %s", to)
	}
	wants(t, c.page(c.staged(base+"/import/reads", "reads.csv", readsText)), "New 0")
}

func TestImport_RulingsShowTheirEffect(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.as("judge", access.Grant{Edition: "test-2025", Role: access.Referee})
	path := c.staged(base+"/import/rulings", "rulings.csv", "bib,kind,rule\n2,dq,TR 16.8\n")
	wants(t, c.page(path), "Disqualified", "TR 16.8", "runners change")
	c.sent(path+"/take", nil)
	if len(d.Rulings()) != 1 {
		t.Errorf("%+v", d.Rulings())
	}
	wants(t, c.page(c.staged(base+"/import/rulings", "rulings.csv", "bib,kind,rule\n2,dq,TR 16.8\n")), "Effect on the results")
}

func TestImport_NewRulesShowWhatDiffers(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	text := strings.Replace(rulesText, "rank_by = \"gun\"", "rank_by = \"net\"", 1)
	path := c.staged(base+"/import/edition", "edition.toml", text)
	wants(t, c.page(path), "races.10k.rank_by", "gun", "net")
	c.sent(path+"/take", nil)
	if got := d.Field.Snapshot().Edition.Race("10k").RankBy; got != "net" {
		t.Errorf("ranked by %s", got)
	}
	path = c.staged(base+"/import/edition", "other.toml", strings.Replace(rulesText, "test-2025", "other-2025", 1))
	wants(t, c.page(path), "other-2025")
}

func TestImport_WhatIsNoFileIsRefused(t *testing.T) {
	b := newBench(t)
	b.edition()
	c := b.organiser()
	w := c.upload(base+"/import/reads", "empty.csv", "")
	if w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
	wants(t, w.Body.String(), "Choose a file.", `id="file-fault"`)
	if w := c.post(base+"/import/reads", nil); w.Code != 422 {
		t.Errorf("no form of files: %d", w.Code)
	}
}

func TestImport_DiscardedFilesAreGone(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	path := c.staged(base+"/import/start-list", "../../etc/start.csv", startText)
	page := c.page(path)
	if strings.Contains(page, "etc") {
		t.Error("the name keeps its folders")
	}
	c.sent(path+"/discard", nil)
	if w := c.get(path); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

func TestImport_AFileOfOneKindIsNoOther(t *testing.T) {
	b := newBench(t)
	b.day()
	b.other()
	c := b.organiser()
	path := c.staged(base+"/import/start-list", "start.csv", startText)
	id := path[strings.LastIndex(path, "/")+1:]
	for _, other := range []string{base + "/import/reads/", "/office/e/other-2025/import/start-list/", "/office/edition/new/"} {
		if w := c.get(other + id); w.Code != 404 {
			t.Errorf("%s: %d", other, w.Code)
		}
	}
}

func TestExamples_CanBeBroughtInAsTheyAre(t *testing.T) {
	b := newBench(t)
	b.edition()
	c := b.organiser()
	for kind, file := range map[string]string{"start-list": "start-list.csv", "reads": "reads.csv", "rulings": "rulings.csv"} {
		text := c.page(base + "/example/" + file)
		page := c.page(c.staged(base+"/import/"+kind, file, text))
		if strings.Contains(page, "flash bad") {
			t.Errorf("%s: %s", file, words(page))
		}
	}
	text := c.page("/office/example/edition.toml")
	path := c.staged("/office/edition/new", "edition.toml", text)
	page := c.page(path)
	if strings.Contains(page, "flash") {
		t.Errorf("edition.toml: %s", words(page))
	}
	if to := c.sent(path+"/take", nil); to != "/office/e/harbour-2026" {
		t.Errorf("led to %s", to)
	}
	wants(t, c.page("/office"), "Harbour Marathon 2026")
	if w := c.post(path+"/take", nil); w.Code != 404 {
		t.Errorf("made twice: %d", w.Code)
	}
}

func TestImport_LongWorkCanBeStopped(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	var text strings.Builder
	text.WriteString("point,chip,at,seq\n")
	for i := range 60000 {
		fmt.Fprintf(&text, "stadium,C001,2025-04-06T10:%02d:%02d.%03d+09:00,%d\n", i/1000%60, i/1000/60%60, i%1000, i)
	}
	path := c.staged(base+"/import/reads", "long.csv", text.String())
	c.sent(path+"/discard", nil)
	if w := c.get(path); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}
