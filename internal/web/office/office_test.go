package office_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/logbook"
	"stadion/internal/web/webtest"
)

const base = "/office/e/test-2025"

func TestSignIn_AWrongLoginAndAWrongPasswordAreTheSame(t *testing.T) {
	b := newBench(t)
	b.organiser()
	c := &caller{bench: b, lang: "en"}
	var pages []string
	for _, v := range []url.Values{{"login": {"boss"}, "password": {"wrong"}}, {"login": {"nobody"}, "password": {"wrong"}}} {
		w := c.post("/office/sign-in", v)
		if w.Code != 422 || len(w.Result().Cookies()) > 0 {
			t.Errorf("%d, cookies %v", w.Code, w.Result().Cookies())
		}
		pages = append(pages, strings.ReplaceAll(w.Body.String(), v.Get("login"), "LOGIN"))
	}
	if pages[0] != pages[1] {
		t.Error("the two pages differ")
	}
}

func TestSignIn_TooManyAttemptsWait(t *testing.T) {
	b := newBench(t)
	b.organiser()
	c := &caller{bench: b, lang: "en"}
	for range 6 {
		c.post("/office/sign-in", url.Values{"login": {"boss"}, "password": {"wrong"}})
	}
	w := c.post("/office/sign-in", url.Values{"login": {"boss"}, "password": {password}})
	if w.Code != 422 {
		t.Fatalf("%d", w.Code)
	}
	b.clock.Add(int64(time.Hour))
	if w := c.post("/office/sign-in", url.Values{"login": {"boss"}, "password": {password}}); w.Code != 303 {
		t.Errorf("after the wait: %d", w.Code)
	}
}

func TestSignIn_LeadsBackOnlyHere(t *testing.T) {
	b := newBench(t)
	b.organiser()
	c := &caller{bench: b, lang: "en"}
	for back, want := range map[string]string{"": "/office", base + "/guns": base + "/guns", "//evil.example": "/", "https://evil.example/x": "/"} {
		got := c.sent("/office/sign-in", url.Values{"login": {"boss"}, "password": {password}, "back": {back}})
		if got != want {
			t.Errorf("back %q leads to %q, want %q", back, got, want)
		}
	}
}

func TestSignIn_TheCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	c := newBench(t).organiser()
	if !c.cookie.HttpOnly || c.cookie.SameSite != 2 || c.cookie.Path != "/" || c.cookie.MaxAge <= 0 {
		t.Errorf("%+v", c.cookie)
	}
}

func TestSignOut_EndsTheSession(t *testing.T) {
	c := newBench(t).organiser()
	c.page("/office")
	c.sent("/office/sign-out", nil)
	if w := c.get("/office"); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/office/sign-in?back=") {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestSignIn_SaysHowTheFirstAccountIsMade(t *testing.T) {
	c := &caller{bench: newBench(t), lang: "en"}
	wants(t, c.page("/office/sign-in"), "There is no account yet.", "stadion account add")
}

func TestPassword_OwnOneNeedsTheOldOne(t *testing.T) {
	c := newBench(t).organiser()
	v := url.Values{"old_password": {"wrong"}, "password": {"five more calm words here"}, "again": {"five more calm words here"}}
	if w := c.post("/office/password", v); w.Code != 422 {
		t.Errorf("wrong old password: %d", w.Code)
	}
	v.Set("old_password", password)
	v.Set("again", "another")
	wants(t, c.post("/office/password", v).Body.String(), "The two new passwords differ.")
	v.Set("again", v.Get("password"))
	c.sent("/office/password", v)
	c.page("/office")
}

func TestGuns_NowIsTheServersClock(t *testing.T) {
	b := newBench(t)
	d := b.edition()
	c := b.organiser()
	c.sent(base+"/guns/now", url.Values{"race": {"5k"}, "wave": {"fast"}})
	g := d.Guns()
	if len(g) != 1 || g[0].At != d.Now() || len(g[0].Waves) != 1 || g[0].Waves[0] != "fast" {
		t.Fatalf("%+v", g)
	}
	wants(t, c.page(base+"/guns"), "09:50:00.000", "counts", "Crew")
}

func TestGuns_TypedShowsItsEffectAndIsOnTheEditionsClocks(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	page := c.page(base + "/guns/typed?start=10k&at=09:00:10.5")
	wants(t, page, "09:00:10.500", "runners change", "Anna Example", "Record the gun")
	if len(d.Guns()) != 1 {
		t.Fatal("looking recorded a gun")
	}
	c.sent(base+"/guns", url.Values{"race": {"10k"}, "at": {"2025-04-06T09:00:10.5+09:00"}})
	if g := d.Guns(); len(g) != 2 || g[1].At != gun.Add(10500*time.Millisecond) {
		t.Errorf("%+v", g)
	}
	w := c.get(base + "/guns/typed?start=10k&at=nine")
	if w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
	wants(t, w.Body.String(), "“nine” is no time", "Asia/Pyongyang")
}

func TestGuns_VoidingNamesWhatItDoes(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	id := d.Guns()[0].ID
	wants(t, c.page(base+"/guns/"+id+"/void"), "The results of", "Anna Example")
	c.sent(base+"/guns/"+id+"/void", nil)
	wants(t, c.page(base+"/guns"), "void", "not yet")
	if w := c.post(base+"/guns/"+id+"/void", nil); w.Code != 404 {
		t.Errorf("voiding twice: %d", w.Code)
	}
}

func TestRuling_TwoStepsAndUndo(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	v := url.Values{"bib": {"2"}, "kind": {"dq"}, "rule": {"TR 16.8"}, "note": {"Short cut at 4 km"}}
	look := url.Values{"effect": {"1"}}
	for k := range v {
		look.Set(k, v.Get(k))
	}
	wants(t, c.page(base+"/rulings/new?"+look.Encode()), "runners change", "Disqualified", "Make the ruling", "김예시")
	if len(d.Rulings()) != 0 {
		t.Fatal("looking made a ruling")
	}
	if to := c.sent(base+"/rulings", v); to != base+"/runner/2" {
		t.Errorf("led to %s", to)
	}
	wants(t, c.page(base+"/runner/2"), "Disqualified", "TR 16.8", "Short cut at 4 km", "stands")
	r := d.Rulings()[0]
	wants(t, c.page(base+"/rulings/"+r.ID+"/undo"), "Undo a ruling", "Finished")
	c.sent(base+"/rulings/"+r.ID+"/undo", url.Values{"note": {"video"}})
	wants(t, c.page(base+"/rulings"), "undone", "Undo of a ruling: Disqualified")
	if _, row := d.Field.Snapshot().Find("2"); row.Status != "finished" {
		t.Errorf("status %s", row.Status)
	}
}

func TestRuling_FaultsStandBesideTheirFieldAndNothingIsLost(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	w := c.get(base + "/rulings/new?effect=1&bib=77&kind=time_adjust&value=30&note=seen")
	if w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
	page := w.Body.String()
	wants(t, page, `id="bib-fault"`, `value="77"`, `value="seen"`)
	w = c.get(base + "/rulings/new?effect=1&bib=2&kind=time_adjust&value=30")
	wants(t, w.Body.String(), `id="value-fault"`)
}

func TestRuling_EveryKindThatIsOfferedCanBeMade(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	for kind, v := range map[string][2]string{"dq": {"1"}, "dnf": {"1"}, "dns": {"1"}, "no_time": {"1"}, "time_adjust": {"2", "+30s"},
		"finish_time": {"4", "1:02:03.4"}, "order": {"2", "1"}, "void_read": {"3", "stadium@2025-04-06T09:45:00+09:00"},
		"chip": {"3", "C999"}, "give_read": {"3", "km5@2025-04-06T09:20:00+09:00"}, "wave": {"101", "fun"}, "race": {"101", "10k"}} {
		form := url.Values{"bib": {v[0]}, "kind": {kind}, "value": {v[1]}, "rule": {"TR 16.8"}}
		wants(t, c.page(base+"/rulings/new?effect=1&"+form.Encode()), "Make the ruling")
		c.sent(base+"/rulings", form)
	}
	if n := len(d.Rulings()); n != 12 {
		t.Errorf("%d rulings", n)
	}
	if n := strings.Count(c.page(base+"/rulings/new"), "/rulings/new?kind="); n != 13 {
		t.Errorf("the form offers %d kinds", n) // those, and time that does not count
	}
}

func TestEvidence_EveryReadHasItsVerdictInWords(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	wants(t, c.page(base+"/runner/1"), "Anna Example", "0:41:03", "09:41:02.318", "Finish", "Around in the list", "김예시")
	if w := c.get(base + "/runner/4711"); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

func TestProblems_ListSentencesAndLeadToTheRunner(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	page := c.page(base + "/problems")
	wants(t, page, "C999", "No gun is recorded for a wave", base+"/guns", base+"/chips")
	if strings.Contains(words(page), "{") {
		t.Error("a value is missing in a sentence")
	}
	if w := c.get(base + "/problems?race=nowhere"); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

func TestChips_AnOrphanIsAssignedToABib(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.as("timer", access.Grant{Edition: "test-2025", Role: access.Timekeeper})
	wants(t, c.page(base+"/chips"), "C999", "5 km mat")
	wants(t, c.page(base+"/chips/assign?chip=C999&bib=3"), "Ola Nordmann", "read once", "5k")
	c.sent(base+"/chips/assign", url.Values{"chip": {"c999"}, "bib": {"3"}})
	if o := d.Field.Orphans(); len(o) != 0 {
		t.Errorf("%+v", o)
	}
}

func TestPublish_OfficialWaitsForTheLastRunner(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	race := base + "/race/10k"
	page := c.page(race + "/publish")
	wants(t, page, "One runner is still running.", "Publish as provisional")
	if strings.Contains(page, "Publish as official") {
		t.Error("official is offered")
	}
	if w := c.post(race+"/publish/official", nil); w.Code != 409 {
		t.Errorf("official while running: %d", w.Code)
	}
	if to := c.sent(race+"/publish/provisional", url.Values{"note": {"first list"}}); to != race+"/revision/1" {
		t.Errorf("led to %s", to)
	}
	wants(t, c.page(race+"/close"), "One runner is still running", "Jan Test", "Did not finish")
	c.sent(race+"/close", nil)
	wants(t, c.page(race+"/publish"), "Publish as official", "Jan Test")
	c.sent(race+"/publish/official", url.Values{"note": {"after the protests"}})
	wants(t, c.page(race+"/revision/2"), "Official", "Against revision 1: one runner changed", "Jan Test", "after the protests")
	if s := d.Field.Snapshot().Board("10k"); s.Revision != 2 || s.State != "official" {
		t.Errorf("%d %s", s.Revision, s.State)
	}
	wants(t, c.page(race+"/revision/1"), "replaced: the latest is revision 2")
	c.sent(race+"/reopen", nil)
	wants(t, c.page(race), "first list", "after the protests")
}

func TestCertificates_AreMadeOfARevisionAndKept(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	race := base + "/race/10k"
	if w := c.post(race+"/certificates", nil); w.Code != 409 {
		t.Errorf("before publishing: %d", w.Code)
	}
	c.sent(race+"/publish/provisional", nil)
	for _, v := range []url.Values{{"lang": {"ko"}, "paper": {"A4"}}, {"bib": {"2"}, "lang": {"en"}, "paper": {"letter"}}} {
		job := c.sent(race+"/certificates", v)
		c.await(job)
		wants(t, c.page(job), "Fetch the PDF")
		w := c.get(job + "/file")
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "%PDF-") || w.Header().Get("Content-Type") != "application/pdf" {
			t.Fatalf("%d %s", w.Code, w.Header())
		}
	}
	kept, err := b.db.Certificates(context.Background(), "test-2025", "10k")
	must(t, err)
	if len(kept) != 3 || kept[0].Version != 1 {
		t.Errorf("%+v", kept)
	}
}

// await asks for a job's page until it has ended.
func (c *caller) await(job string) {
	c.t.Helper()
	end := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for strings.Contains(c.page(job), `hx-trigger="every 1s"`) {
		select {
		case <-tick.C:
		case <-end:
			c.t.Fatal("the job does not end")
		}
	}
}

func TestAccounts_RolesPasswordsAndTheLastOrganiser(t *testing.T) {
	b := newBench(t)
	b.edition()
	c := b.organiser()
	v := url.Values{"login": {"min"}, "name": {"Min"}, "password": {"short"}, "grant": {"test-2025/referee"}}
	w := c.post("/office/accounts/new", v)
	if w.Code != 422 {
		t.Fatalf("%d", w.Code)
	}
	wants(t, w.Body.String(), `value="min"`, `value="test-2025/referee" aria-label="Test Run 2025: Referee" checked`)
	v.Set("password", "long enough to be kept")
	c.sent("/office/accounts/new", v)
	wants(t, c.page("/office/accounts"), "Min", "Referee", "Test Run 2025")
	min, err := b.db.AccountByLogin(context.Background(), "min")
	must(t, err)
	path := "/office/accounts/" + min.ID
	c.sent(path+"/roles", url.Values{"grant": {"/viewer"}})
	c.sent(path+"/password", url.Values{"password": {"another long one to keep"}})
	c.sent(path+"/disable", nil)
	wants(t, c.page("/office/accounts"), "disabled", "every edition")
	c.sent(path+"/enable", nil)
	boss, err := b.db.AccountByLogin(context.Background(), "boss")
	must(t, err)
	if w := c.post("/office/accounts/"+boss.ID+"/disable", nil); w.Code != 422 {
		t.Errorf("the last organiser: %d", w.Code)
	}
}

func TestAudit_SaysInWordsWhoDidWhat(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	c.sent(base+"/guns/now", url.Values{"race": {"5k"}, "wave": {"fun"}})
	wants(t, c.page(base+"/audit"), "recorded a gun", "imported reads", "took in the rules of the day", "Crew")
	wants(t, c.page("/office/audit"), "signed in")
	page := c.page(base + "/audit?action=gun.record")
	if strings.Count(page, "<tr>") != 3 { // the head and two guns
		t.Errorf("%s", words(page))
	}
	wants(t, c.page(base+"/audit?actor=nobody"), "Nothing was done that fits.")
}

func TestPages_EveryOneIsSoundInEveryLanguage(t *testing.T) {
	b := newBench(t)
	d := b.day()
	b.other()
	c := b.organiser()
	c.sent(base+"/rulings", url.Values{"bib": {"3"}, "kind": {"time_adjust"}, "value": {"+30s"}})
	c.sent(base+"/race/10k/publish/provisional", nil)
	c.sent(base+"/protests", url.Values{"race": {"10k"}, "bib": {"3"}, "by": {"Ola"}, "text": {"Was first."}})
	protest := base + "/protests/" + d.Protests()[0].ID
	c.sent(protest+"/decide", url.Values{"outcome": {"dismissed"}, "reason": {"The film shows otherwise."}})
	c.sent(base+"/protests", url.Values{"race": {"10k"}, "by": {"A club"}, "text": {"The list."}})
	must(t, d.RecordClock(context.Background(), boss, logbook.Clock{Box: "b1", BoxAt: gun, True: gun.Add(time.Second)}))
	must(t, d.RecordClock(context.Background(), boss, logbook.Clock{Box: "b1", BoxAt: gun.Add(time.Hour), True: gun.Add(time.Hour + time.Second)}))
	good := c.staged(base+"/import/start-list", "start.csv", startText+"5,C005,10k,,New Runner,M,1990-01-01,GER\n")
	bad := c.staged(base+"/import/reads", "reads.csv", "point,chip,at\nkm6,C001,nine\n")
	reads := c.staged(base+"/import/reads", "more.csv", readsText+"km5,C777,2025-04-06T09:31:00+09:00\n")
	rules := c.staged(base+"/import/edition", "e.toml", strings.Replace(rulesText, "Test Run 2025", "Test Run", 1))
	rulings := c.staged(base+"/import/rulings", "r.csv", "bib,kind\n4,dnf\n")
	fresh := c.staged("/office/edition/new", "n.toml", strings.Replace(rulesText, "test-2025", "third-2025", 1))
	job := c.sent(base+"/race/10k/certificates", url.Values{"bib": {"1"}})
	c.await(job)
	me, err := b.db.AccountByLogin(context.Background(), "boss")
	must(t, err)
	paths := []string{"/office", "/office/password", "/office/edition/new", "/office/accounts", "/office/accounts/new",
		"/office/accounts/" + me.ID, "/office/audit", "/office/e/other-2025", "/office/e/other-2025/starters", "/office/e/other-2025/rulings",
		"/office/e/other-2025/chips", "/office/e/other-2025/race/10k", "/office/e/other-2025/race/10k/certificates",
		"/office/e/other-2025/race/10k/publish", "/office/e/other-2025/problems",
		base, base + "/starters", base + "/starters?q=김", base + "/starters?q=zzz", base + "/runner/1", base + "/runner/4", base + "/problems", base + "/audit",
		base + "/guns", base + "/guns/typed", base + "/guns/typed?start=10k&at=09:00:01", base + "/guns/" + d.Guns()[0].ID + "/void",
		base + "/rulings", base + "/rulings/new", base + "/rulings/new?effect=1&bib=2&kind=dq", base + "/rulings/" + d.Rulings()[0].ID + "/undo",
		base + "/problems?open=4", base + "/problems?race=5k", base + "/rulings/new?bib=2", base + "/rulings/new?kind=dq&effect=1&bib=2",
		base + "/rulings/new?kind=neutralise&effect=1&race=10k&from=09:10:00&to=09:11:00", base + "/rulings/new?kind=chip&effect=1&bib=3&chip=C999&from=09:30:00",
		base + "/rulings/new?kind=give_read", base + "/rulings/new?kind=wave&bib=101", base + "/rulings/new?kind=race&bib=101", base + "/rulings/new?kind=void_read",
		base + "/swap", base + "/swap?effect=1&bib_a=1&bib_b=2", base + "/order", base + "/order?bib=2", base + "/order?effect=1&bib=2&place.2=2",
		base + "/runner/2/correct", base + "/race/10k/course", base + "/race/10k/course?variant=short", base + "/race/5k/course",
		base + "/guns/" + d.Guns()[0].ID + "/use", base + "/protests", base + "/protests/new?bib=3", protest, base + "/protests/" + d.Protests()[1].ID,
		base + "/clocks", base + "/clocks/new", base + "/clocks/new?effect=1&box=b1&box_at=08:00:01&true_at=08:00:00", base + "/archive",
		"/office/e/other-2025/protests", "/office/e/other-2025/clocks",
		base + "/chips", base + "/chips/assign?chip=C999", base + "/chips/assign?chip=C999&bib=3", base + "/race/10k", base + "/race/5k",
		base + "/race/10k/close", base + "/race/10k/publish", base + "/race/10k/revision/1", base + "/race/10k/certificates", job,
		base + "/import/start-list", base + "/import/reads", base + "/import/rulings", base + "/import/edition",
		good, bad, bad + "?keep=1", reads, rules, rulings, fresh}
	nobody := &caller{bench: b}
	for _, lang := range []string{"en", "ko", "zh", "de"} {
		c.lang, nobody.lang = lang, lang
		check(t, lang+" sign-in", nobody.page("/office/sign-in"))
		for _, path := range paths {
			check(t, lang+" "+path, c.page(path))
		}
	}
}

func check(t *testing.T, name, page string) {
	t.Helper()
	for _, f := range webtest.Check(strings.NewReader(page)) {
		t.Errorf("%s: %s", name, f)
	}
	text := words(page)
	for _, key := range []string{"office.", "audit.", "ruling.", "problem.", "flag.", "reason.", "use."} {
		for _, w := range strings.Fields(text) {
			if strings.HasPrefix(w, key) && len(w) > len(key)+2 && !strings.Contains(w, ":") {
				t.Errorf("%s shows the key %s", name, w)
			}
		}
	}
}
