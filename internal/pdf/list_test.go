package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// printed is the file of lists; -out keeps it under a name.
func printed(t testing.TB, name string, paper Paper, lists ...List) ([]byte, fault.List) {
	t.Helper()
	var b bytes.Buffer
	warnings, err := WriteLists(context.Background(), &b, lists, paper, nil)
	if err != nil {
		t.Fatal(lang.For(lang.English).Fault(err))
	}
	if *out != "" {
		if err := os.WriteFile(filepath.Join(*out, name+".pdf"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes(), warnings
}

// smallField is a race with every name of the gallery and every status.
func smallField() (*race.Edition, results.Revision) {
	e, rev := longField(140)
	rev.Rows[30].Remark = "Rule 55.8: helped at km 31, placed by the jury"
	for i, status := range map[int]scoring.Status{120: scoring.FinishedNoTime, 125: scoring.DNF, 130: scoring.DQ, 135: scoring.DNS} {
		for k := i; k < i+5; k++ {
			r := &rev.Rows[k]
			r.Status, r.Place, r.PlaceCategory, r.GunTime, r.NetTime, r.Behind = status, 0, 0, "", "", ""
			switch status {
			case scoring.DNF:
				r.Splits = r.Splits[:4]
			case scoring.DQ:
				r.Remark = "TR 6.3: accepted a ride between two points of the course"
			case scoring.DNS:
				r.Splits = nil
			}
		}
	}
	return e, rev
}

// TestResultList_SaysStateBasisRevisionAndPageEverywhere holds what no page of a
// list may lack.
func TestResultList_SaysStateBasisRevisionAndPageEverywhere(t *testing.T) {
	e, rev := smallField()
	for _, state := range []results.State{results.Live, results.Provisional, results.Official} {
		rev.State = state
		for _, tag := range lang.Tags {
			say := lang.For(tag)
			file, _ := printed(t, "results-"+string(state)+"-"+string(tag), A4, ResultList(e, rev, tag))
			pages := strings.Split(strings.TrimSuffix(copied(t, file), "\f"), "\f")
			for i, page := range pages {
				for _, want := range []string{e.Name, say.T("paper.basis.gun"), upper(say.T("paper.state." + string(state))),
					say.T("paper.revision", "revision_raw", 2), "18:00:00", "UTC+09:00", say.T("paper.page", "page", i+1, "of", len(pages)), say.T("paper.col.name")} {
					if !strings.Contains(strings.ReplaceAll(page, "\n", " "), want) {
						t.Errorf("%s, %s: page %d does not say %q:\n%s", tag, state, i+1, want, page[:min(600, len(page))])
					}
				}
			}
			if len(pages) < 4 {
				t.Errorf("%s: %d pages", tag, len(pages))
			}
		}
	}
}

// TestResultList_NobodyIsLost holds that every name, time and rule can be read
// and copied.
func TestResultList_NobodyIsLost(t *testing.T) {
	e, rev := smallField()
	file, warnings := printed(t, "results-everybody", Letter, ResultList(e, rev, lang.English))
	if len(warnings) > 0 {
		t.Errorf("warnings: %v", warnings)
	}
	text := plain(copied(t, file))
	for _, row := range rev.Rows {
		for _, word := range append(strings.Fields(composed(row.PrintedName)), row.GunTime, row.NetTime, row.Country) {
			if !strings.Contains(text, plain(word)) {
				t.Errorf("%q of bib %s is not in the copied text", word, row.Bib)
			}
		}
	}
	for _, want := range []string{"Rule 55.8: helped", "TR 6.3: accepted a ride", "Finishers", "Finished without time",
		"Did not finish (DNF)", "Disqualified (DQ)", "Did not start (DNS)", "continued"} {
		if !strings.Contains(text, plain(want)) {
			t.Errorf("%q is not in the copied text", want)
		}
	}
}

// TestList_NothingLeavesThePageOrTouches holds, for narrow and crowded lists,
// that columns stay apart and within the margins.
func TestList_NothingLeavesThePageOrTouches(t *testing.T) {
	e, rev := smallField()
	wide := ResultList(e, rev, lang.German)
	for i := range 30 {
		wide.Columns = append(wide.Columns, Column{Head: fmt.Sprintf("Zwischenzeit %d", i), Right: true, Small: true})
	}
	row := make([]string, len(wide.Columns))
	for i := range row {
		row[i] = "1:23:45"
	}
	wide.Sections = []Section{{Rows: Rows(Row{Cells: row}, Row{Cells: row})}}
	for _, l := range []List{ResultList(e, rev, lang.English), wide} {
		for _, paper := range []Paper{A4, Letter} {
			box, _ := paper.size()
			p := &press{shaper: newShaper(), ctx: context.Background(), paper: box, lost: map[string]bool{}}
			pl, err := p.plan(&l)
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range pl.sets {
				end := listSide - gapLeast
				for i, f := range set.fits {
					if f.x < end+gapLeast-0.01 || f.width <= 0 {
						t.Errorf("%s: column %q begins at %.1f, the one before ends at %.1f", paper, set.columns[i].Head, f.x, end)
					}
					end = f.x + f.width
				}
				if end > pl.box.w-listSide+0.01 {
					t.Errorf("%s: columns end at %.1f of %.1f", paper, end, pl.box.w)
				}
			}
		}
	}
}

func TestList_ALongNameGetsASecondLine(t *testing.T) {
	p := &press{shaper: newShaper(), ctx: context.Background(), lost: map[string]bool{}}
	pl := &plan{List: &List{}, say: lang.For(lang.English)}
	for _, name := range []string{"Wolfeschlegelsteinhausenbergerdorff-Montgomery Christopher", strings.Repeat("W", 60),
		strings.Repeat("구름", 20), "محمد عبد الرحمن الشريف المنصوري محمد عبد الرحمن"} {
		lines, err := p.wrap(pl, Column{Kind: Names}, name, "", 12000)
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, l := range lines {
			if all += l.text; l.width > 12000*1.05 {
				t.Errorf("%q is %.0f wide", l.text, l.width)
			}
		}
		if len(lines) < 2 || strings.ReplaceAll(all, " ", "") != strings.ReplaceAll(name, " ", "") {
			t.Errorf("%q is set as %d lines %q", name, len(lines), all)
		}
	}
}

// TestList_MissingGlyphIsPrintedAsItsCodePointAndReported: a list must come out
// on the day, so it is printed and says what is wrong with it.
func TestList_MissingGlyphIsPrintedAsItsCodePointAndReported(t *testing.T) {
	l := List{Lang: lang.English, Event: "E", Title: "T", Columns: []Column{{Head: "Name", Kind: Names}},
		Sections: []Section{{Rows: Rows(Row{Cells: []string{"Zoë 🏃"}}, Row{Cells: []string{"Zoë 🏃"}})}}}
	file, warnings := printed(t, "missing-glyph", A4, l)
	if text := copied(t, file); strings.Count(text, "Zoë [U+1F3C3]") != 2 {
		t.Errorf("printed: %s", text)
	}
	if len(warnings) != 1 || warnings[0].Code != "paper.glyph_missing" || warnings[0].Args["code_point"] != "U+1F3C3" {
		t.Fatalf("warnings: %v", warnings)
	}
	for _, tag := range lang.Tags {
		if s := lang.For(tag).Fault(warnings[0]); !strings.Contains(s, "U+1F3C3") || strings.Contains(s, "{") {
			t.Errorf("%s sentence: %s", tag, s)
		}
	}
}

func TestList_SameBytesEveryTime(t *testing.T) {
	e, rev := smallField()
	l := ResultList(e, rev, lang.Korean)
	a, _ := printed(t, "same", A4, l)
	b, _ := printed(t, "same", A4, l)
	if !bytes.Equal(a, b) {
		t.Error("the same list gave other bytes")
	}
}

// TestList_BookmarksLeadToPages follows the tree of bookmarks.
func TestList_BookmarksLeadToPages(t *testing.T) {
	e, rev := smallField()
	file, _ := printed(t, "bookmarks", A4, ResultList(e, rev, lang.English), ResultList(e, rev, lang.German))
	object := func(n string) string {
		_, rest, ok := bytes.Cut(file, []byte("\n"+n+" 0 obj\n"))
		if !ok {
			t.Fatalf("no object %s", n)
		}
		body, _, _ := bytes.Cut(rest, []byte("\nendobj"))
		return string(body)
	}
	ref := func(body, key string) string {
		m := regexp.MustCompile("/" + key + ` (\d+) 0 R`).FindStringSubmatch(body)
		if m == nil {
			return ""
		}
		return m[1]
	}
	dest := regexp.MustCompile(`/Dest \[(\d+) 0 R`)
	var walk func(first, parent string) int
	walk = func(first, parent string) int {
		n := 0
		for at := first; at != ""; at = ref(object(at), "Next") {
			n++
			body := object(at)
			if ref(body, "Parent") != parent || !strings.Contains(object(dest.FindStringSubmatch(body)[1]), "/Type /Page ") {
				t.Errorf("bookmark %s: %s", at, body)
			}
			if child := ref(body, "First"); child != "" {
				n += walk(child, at)
			}
		}
		return n
	}
	root := string(regexp.MustCompile(`/Outlines (\d+) 0 R`).FindSubmatch(file)[1])
	if n := walk(ref(object(root), "First"), root); n != 2*6-2+2 { // nobody is running: five sections and their list, twice
		t.Errorf("%d bookmarks", n)
	}
}

func TestList_StopsBetweenRows(t *testing.T) {
	e, rev := longField(2000)
	reason := errors.New("stopped by hand")
	ctx, stop := context.WithCancelCause(context.Background())
	_, err := WriteLists(ctx, &counter{}, []List{ResultList(e, rev, lang.English)}, A4, func(done, total int) {
		if total != 2000 {
			t.Errorf("total = %d", total)
		}
		stop(reason)
	})
	if !errors.Is(err, reason) {
		t.Errorf("stopped with %v", err)
	}
}

// TestList_MemoryDoesNotGrowWithRows prints rows that are made as they are asked
// for and looks at what is kept.
func TestList_MemoryDoesNotGrowWithRows(t *testing.T) {
	const n = 12000
	rows := func(yield func(Row) bool) {
		for i := range n {
			g := gallery[i%len(gallery)]
			if !yield(Row{Cells: []string{strconv.Itoa(i + 1), fmt.Sprint(g.name, " ", i), race.Clock(1e9 * 60 * 3)}, Country: g.country}) {
				return
			}
		}
	}
	l := List{Lang: lang.English, Event: "E", Title: "T", Columns: []Column{{Head: "No.", Right: true}, {Head: "Name", Kind: Names}, {Head: "Time", Right: true}},
		Sections: []Section{{Rows: rows}}}
	var heap []uint64
	_, err := WriteLists(context.Background(), &counter{}, []List{l}, A4, func(done, _ int) {
		if done%3072 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			heap = append(heap, m.HeapAlloc)
		}
	})
	if err != nil || len(heap) < 3 {
		t.Fatal(err, heap)
	}
	if grown := int64(slices.Max(heap[1:])) - int64(heap[0]); grown > 4<<20 {
		t.Errorf("%d kB more are kept after %d rows", grown>>10, n)
	}
}

func TestList_TellsWhatIsWrong(t *testing.T) {
	for _, lists := range [][]List{nil, {{Sections: []Section{{}}}}} {
		if _, err := WriteLists(context.Background(), &counter{}, lists, A4, nil); fault.CodeOf(err) != "pdf.empty" {
			t.Errorf("%v: %v", lists, err)
		}
	}
	e, rev := longField(3)
	if _, err := WriteLists(context.Background(), &counter{}, []List{ResultList(e, rev, lang.English)}, "A5", nil); fault.CodeOf(err) != "pdf.paper" {
		t.Errorf("A5: %v", err)
	}
	if _, err := WriteLists(context.Background(), broken{}, []List{ResultList(e, rev, lang.English)}, A4, nil); err == nil {
		t.Error("a full disk: no error")
	}
}
