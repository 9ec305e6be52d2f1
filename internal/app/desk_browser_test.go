package app

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stadion/internal/access"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/sim"
	"stadion/internal/store"
	"stadion/internal/web/office"
)

// referee is the day of a referee: the race is nearly over, the doubts are not.
type referee struct {
	*running
	page
	base string // of the office's pages
}

// protestFor is how long lists can be protested on that day.
const protestFor = 30 * time.Minute

// refereeAt is a referee signed in, four hours and a half into the race: the
// sweepers are still out, and nobody has been disqualified.
func refereeAt(t *testing.T) *referee {
	t.Helper()
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	e := sim.Edition()
	e.Protest = race.Duration(protestFor)
	f := &referee{running: startDay(t, sim.Run(e, sim.StartListOf(1, 600), 1), 270*time.Minute)}
	const password = "a referee's long password"
	_, err := f.h.db.CreateAccount(t.Context(), self, store.NewAccount{Login: "referee", Name: "Referee", Password: password,
		Grants: []access.Grant{{Edition: e.ID, Role: access.Referee}}})
	if err != nil {
		t.Fatal(err)
	}
	f.page, f.base = browse(t, 1360, 900), f.URL+"/office/e/"+e.ID
	f.open("/problems")
	f.do(chromedp.SendKeys("#login", "referee"), chromedp.SendKeys("#password", password))
	f.follow(chromedp.Click("form button.action"))
	return f
}

// open opens a page of the office.
func (f *referee) open(path string) {
	f.page.t.Helper()
	f.follow(chromedp.Navigate(f.base + path))
}

// public opens a page for everybody.
func (f *referee) public(path string) {
	f.page.t.Helper()
	f.follow(chromedp.Navigate(f.URL + "/e/pyongyang-2025" + path))
}

// press follows a shortcut.
func (f *referee) press(key string) {
	f.page.t.Helper()
	f.follow(chromedp.KeyEvent(key))
}

// click follows what is clicked.
func (f *referee) click(selector string) {
	f.page.t.Helper()
	f.follow(chromedp.Click(selector))
}

// says checks that the page says things, scrolled to or not.
func (f *referee) says(what ...string) {
	f.page.t.Helper()
	text := ask[string](f.page, `document.body.textContent.replace(/\s+/g, " ")`)
	for _, w := range what {
		if !strings.Contains(text, w) {
			f.page.t.Errorf("the page %s does not say %q:\n%s", ask[string](f.page, "location.pathname"), w, text)
		}
	}
}

// shot keeps a picture of the page where one is wished for.
func (f *referee) shot(name string) {
	f.page.t.Helper()
	dir := os.Getenv("STADION_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(f.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		f.page.t.Fatal(err)
	}
}

func (f *referee) board() *live.Board { return f.d.Field.Snapshot().Board("marathon") }

// row is a runner as the lists have it.
func (f *referee) row(bib string) results.Row {
	f.page.t.Helper()
	row := f.board().Row(bib)
	if row == nil {
		f.page.t.Fatalf("no bib %s", bib)
	}
	return *row
}

// did are the bibs of whom something befell.
func (f *referee) did(d sim.Deed) (bibs []string) {
	for i := range f.feed.truth.Runners {
		if r := &f.feed.truth.Runners[i]; r.Did(d) {
			bibs = append(bibs, r.Starter.Bib)
		}
	}
	return bibs
}

// close closes the marathon and publishes it as provisional for the first time.
func (f *referee) close() {
	f.page.t.Helper()
	f.open("/race/marathon/close")
	f.says("Closing says that nobody is on the course any more")
	f.click(`form[action$="/close"] button`)
	f.open("/race/marathon/publish")
	f.says("must have been out as provisional first")
	f.click(`form[action$="/publish/provisional"] button`)
	f.says("Revision 1", "Provisional")
}

// beside steps through the problems with the keyboard until one with these words
// is beside the list, and opens it.
func (f *referee) beside(words, bib string) {
	f.page.t.Helper()
	f.open("/problems")
	steps := ask[int](f.page, fmt.Sprintf(`1 + [...document.querySelectorAll(".desk .problems tbody tr")].findIndex(tr => tr.innerText.includes(%q) && tr.innerText.includes(%q))`, words, bib))
	if steps == 0 {
		f.page.t.Fatalf("no problem %q of bib %s is listed", words, bib)
	}
	for range steps {
		f.do(chromedp.KeyEvent("j"))
	}
	f.await(fmt.Sprintf(`document.querySelector("#beside .whose .bib")?.innerText === %q`, bib))
}

// correctedList publishes the list again, which shows what changed, and as
// official once the protest period is over.
func (f *referee) correctedList(changed ...string) {
	f.page.t.Helper()
	f.open("/race/marathon/publish")
	f.says("Official is not possible yet", "The protest period runs until")
	f.do(chromedp.SendKeys("#note", "settled by the referee"))
	f.click(`form[action$="/publish/provisional"] button`)
	f.says("Revision 2", "Against revision 1")
	f.says(changed...)
	f.public("/results?race=marathon")
	f.says("Provisional", "can be protested until "+f.now.Add(protestFor).In(f.feed.truth.Edition.Location()).Format("15:04"))
	f.now = f.now.Add(protestFor + time.Minute)
	f.open("/race/marathon/publish")
	f.click(`button[formaction$="/publish/official"]`)
	f.says("Revision 3", "Official")
	f.public("/results?race=marathon")
	f.says("Official")
}

func TestDesk_ASwappedBibIsSettledFromProtestToOfficial(t *testing.T) {
	f := refereeAt(t)
	f.close()
	bibs := f.did(sim.DeedSwapped)
	a, b := f.row(bibs[0]), f.row(bibs[1])
	f.open("/protests")
	f.press("p")
	f.do(chromedp.SetValue("#race", "marathon"), chromedp.SendKeys("#bib", a.Bib), chromedp.SendKeys("#by", a.PrintedName),
		chromedp.SendKeys("#text", "I wore the chip of bib "+b.Bib+"."))
	f.click(`form[action$="/protests"] button`)
	f.says("open", "I wore the chip of bib", "left")
	f.shot("swap-1-protest")
	f.open("/race/marathon/publish")
	f.says("One protest is not decided.")
	f.shot("swap-2-refused")
	f.open("/runner/" + a.Bib)
	f.says("Just before", "Just after", a.GunTime)
	f.press("s")
	f.do(chromedp.SendKeys("#bib_b", b.Bib), chromedp.SendKeys("#note", "both signed for it"))
	f.click(`button[name="effect"]`)
	f.says("Effect on the results", "Worked out at", a.PrintedName, b.PrintedName, b.GunTime)
	f.shot("swap-3-effect")
	f.press("m")
	f.says("are swapped")
	if now := f.row(a.Bib); now.GunMs != b.GunMs || f.row(b.Bib).GunMs != a.GunMs {
		t.Errorf("bib %s has %s, the other had %s", a.Bib, now.GunTime, b.GunTime)
	}
	f.shot("swap-4-evidence")
	f.open("/protests")
	f.click(`main tbody th a[href*="/protests/"]`)
	f.says("Chip carried")
	f.do(chromedp.Click(`input[value="upheld"]`), chromedp.SendKeys("#reason", "The chips were mixed up at the bag."))
	f.click(`form[action$="/decide"] button`)
	f.says("upheld", "mixed up at the bag")
	f.shot("swap-5-decided")
	f.correctedList(a.PrintedName, b.PrintedName)
	f.public("/results?race=marathon&q=" + a.Bib)
	f.says(b.GunTime)
	f.public("/runner/" + a.Bib + "/why")
	f.says("Chip carried", b.GunTime)
	f.shot("swap-6-why")
}

func TestDesk_AJudgedTieIsSettledFromProblemToOfficial(t *testing.T) {
	f := refereeAt(t)
	f.close()
	bibs := f.did(sim.DeedTied)
	one, two := f.row(bibs[0]), f.row(bibs[1])
	if one.Place != two.Place || one.GunMs != two.GunMs {
		t.Fatalf("no tie: %v %v", one, two)
	}
	f.beside("share place", one.Bib)
	f.says(one.PrintedName, two.PrintedName)
	f.shot("tie-1-problems")
	f.press("\r")
	f.says(one.GunTime)
	f.press("o")
	f.do(chromedp.SetValue(fmt.Sprintf(`input[name="place.%s"]`, one.Bib), fmt.Sprint(int(one.Place)+1)),
		chromedp.SetValue("#rule", "TR 19.24"), chromedp.SetValue("#note", "photo finish"))
	f.click(`button[name="effect"]`)
	f.says("Effect on the results", one.PrintedName)
	f.shot("tie-2-effect")
	f.press("m")
	f.says("are decided")
	if a, b := f.row(one.Bib), f.row(two.Bib); a.Place != two.Place+1 || b.Place != two.Place || a.GunMs != b.GunMs {
		t.Errorf("places %d and %d", a.Place, b.Place)
	}
	f.shot("tie-3-evidence")
	f.correctedList(one.PrintedName)
	f.public("/runner/" + one.Bib + "/why")
	f.says("Place decided at the line", "TR 19.24")
}

func TestDesk_ACutCourseIsSettledFromProblemToOfficial(t *testing.T) {
	f := refereeAt(t)
	f.close()
	row := f.row(f.did(sim.DeedCut)[0])
	if row.Status != scoring.Finished {
		t.Fatalf("the cutter is %s already", row.Status)
	}
	f.beside("points were not passed", row.Bib)
	f.says("nobody can have run through here")
	f.shot("cut-1-problems")
	f.press("\r")
	f.says(row.PrintedName, "missed")
	f.shot("cut-2-evidence")
	f.press("e")
	f.shot("cut-3-kinds")
	f.press("q")
	f.do(chromedp.SendKeys("#rule", "TR 6.2"), chromedp.SendKeys("#note", "turned before the turning point"))
	f.click(`button[name="effect"]`)
	f.says("Disqualified", row.PrintedName)
	f.shot("cut-4-effect")
	f.press("m")
	f.says("Disqualified", "TR 6.2")
	f.correctedList(row.PrintedName, "Disqualified")
	f.public("/results?race=marathon&status=dq")
	f.says(row.PrintedName)
	f.public("/runner/" + row.Bib + "/why")
	f.says("Disqualified", "TR 6.2")
	if text := ask[string](f.page, "document.body.textContent"); strings.Contains(text, "Referee") {
		t.Error("the public page names the referee")
	}
	f.shot("cut-5-why")
}

// TestDesk_EveryPageFitsAPhone also shows every page of the desk, wide and
// narrow, to who looks at the pictures.
func TestDesk_EveryPageFitsAPhone(t *testing.T) {
	f := refereeAt(t)
	f.close()
	tied, cut, swapped := f.did(sim.DeedTied), f.did(sim.DeedCut)[0], f.did(sim.DeedSwapped)
	pages := map[string]string{
		"problems": "/problems", "evidence": "/runner/" + cut, "ruling": "/rulings/new?bib=" + cut,
		"ruling-effect": "/rulings/new?effect=1&kind=dq&bib=" + cut, "neutralise": "/rulings/new?effect=1&kind=neutralise&race=marathon&from=10:00:00&to=10:01:00",
		"give": "/rulings/new?kind=give_read", "swap": "/swap?effect=1&bib_a=" + swapped[0] + "&bib_b=" + swapped[1],
		"order": "/order?effect=1&bib=" + tied[0] + "&place." + tied[0] + "=9", "course": "/race/marathon/course?variant=short",
		"protests": "/protests", "publish": "/race/marathon/publish", "chips": "/chips", "clocks": "/clocks", "archive": "/archive",
		"race": "/race/marathon", "guns": "/guns", "rulings": "/rulings"}
	for _, width := range []int64{1360, 390} {
		f.do(chromedp.EmulateViewport(width, 844))
		for name, path := range pages {
			f.open(path)
			if over := ask[int](f.page, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
				t.Errorf("%s is %d px wider than %d", path, over, width)
			}
			f.shot(fmt.Sprintf("page-%s-%d", name, width))
		}
		f.public("/runner/" + cut + "/why")
		if over := ask[int](f.page, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
			t.Errorf("the public page is %d px wider than %d", over, width)
		}
		f.shot(fmt.Sprintf("page-why-%d", width))
	}
}

// TestCertificate_ACorrectedOneIsReissuedAndTheOldOneSaysSo goes the whole way
// in the office and on the pages for everybody, without a browser's script.
func TestCertificate_ACorrectedOneIsReissuedAndTheOldOneSaysSo(t *testing.T) {
	if testing.Short() {
		t.Skip("an office with its bus takes a second; left out with -short")
	}
	r := startRace(t, 100, 300*time.Minute)
	ctx := t.Context()
	e := r.d.Field.Snapshot().Edition
	papers := r.h.office().Papers
	if err := r.d.Close(ctx, self, "5k"); err != nil {
		t.Fatal(err)
	}
	publish := func() results.Revision {
		t.Helper()
		pub, err := r.d.Publish(ctx, self, "5k", results.Official, "")
		if err != nil {
			t.Fatal(err)
		}
		return pub.Revision
	}
	first := publish()
	bib, other := first.Rows[3].Bib, first.Rows[0].Bib
	print := func(rev int, bibs ...string) {
		t.Helper()
		left, err := papers.CertificateRun(ctx, self, office.Order{Edition: e.ID, Race: "5k", Revision: rev, Bibs: bibs, Lang: lang.English,
			Paper: "A4", Base: r.URL + "/c/"}, io.Discard, func(int, int) {})
		if err != nil || len(left) > 0 {
			t.Fatal(err, left)
		}
	}
	code := func(bib string) store.Certificate {
		t.Helper()
		c, err := r.h.db.CertificateOf(ctx, e.ID, "5k", bib)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	print(first.Number, bib, other)
	was := code(bib)
	if _, err := r.d.Rule(ctx, self, logbook.Ruling{Bib: bib, Kind: logbook.TimeAdjust, Value: "+10m", Rule: "TR 6"}); err != nil {
		t.Fatal(err)
	}
	second := publish()
	if text := r.get("/c/" + was.Code); !strings.Contains(text, "The result was corrected after this certificate was made.") {
		t.Errorf("before it is made again: %s", text)
	}
	due, err := papers.Outdated(ctx, e.ID, "5k")
	if err != nil || len(due) != 1 || due[0] != bib {
		t.Errorf("due are %v, %v", due, err)
	}
	print(second.Number, due...)
	is := code(bib)
	if is.Version != was.Version+1 || is.Code == was.Code {
		t.Errorf("was %+v, is %+v", was, is)
	}
	old := r.get("/c/" + was.Code)
	if !strings.Contains(old, `href="/c/`+is.Code) || !strings.Contains(old, lang.For(lang.English).T("web.verify.replaced")) {
		t.Errorf("the old one does not lead to the new one: %s", old)
	}
	if now := r.get("/c/" + is.Code); !strings.Contains(now, lang.For(lang.English).T("web.verify.genuine")) {
		t.Errorf("the new one: %s", now)
	}
	if _, err := r.d.Rule(ctx, self, logbook.Ruling{Bib: other, Kind: logbook.DQ, Rule: "TR 6"}); err != nil {
		t.Fatal(err)
	}
	publish()
	if text := r.get("/c/" + code(other).Code); !strings.Contains(text, "This certificate does not hold any more.") {
		t.Errorf("of a disqualified runner: %s", text)
	}
}

// get is a page of the site.
func (r *running) get(path string) string {
	r.t.Helper()
	resp, err := http.Get(r.URL + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(body)
}
