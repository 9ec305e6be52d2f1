package office_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/results"
)

// rows are the places of a race by bib, as pages show them.
func placeOf(d *raceday.Desk, bib string) results.Place {
	_, row := d.Field.Snapshot().Find(bib)
	return row.Place
}

func TestSwap_IsLookedAtMadeAndUndoneInOneAct(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	v := url.Values{"bib_a": {"1"}, "bib_b": {"2"}, "note": {"wore each other's"}}
	page := c.page(base + "/swap?effect=1&" + v.Encode())
	wants(t, page, "Anna Example", "김예시", "runners change", "Swap the bibs", "Worked out at 09:50:00, of change")
	if len(d.Rulings()) != 0 {
		t.Fatal("looking made rulings")
	}
	c.sent(base+"/swap", v)
	if placeOf(d, "1") != 1 || placeOf(d, "2") != 2 {
		t.Errorf("places %d %d", placeOf(d, "1"), placeOf(d, "2"))
	}
	undo := base + "/rulings/" + d.Rulings()[0].ID + "/undo"
	page = c.page(undo)
	wants(t, page, "Made in the same act", d.Rulings()[1].ID)
	c.sent(undo, url.Values{"also": {d.Rulings()[1].ID}, "note": {"they did not"}})
	if placeOf(d, "2") != 1 || len(d.Rulings()) != 4 {
		t.Errorf("place %d after %d rulings", placeOf(d, "2"), len(d.Rulings()))
	}
	w := c.get(base + "/swap?effect=1&bib_a=1&bib_b=77")
	if w.Code != 422 || !strings.Contains(w.Body.String(), `id="bib_b-fault"`) {
		t.Errorf("an unknown bib: %d", w.Code)
	}
}

// tie lets bib 1 come in exactly with bib 2.
func tie(b *bench, d *raceday.Desk) {
	must(b.t, d.TakeReads(context.Background(), boss, "tie.csv", []logbook.Read{{Point: "stadium", Bib: "4", At: gun.Add(36*time.Minute + 30*time.Second + 500*time.Millisecond), Manual: true}}, nil))
}

func TestOrder_ATieIsAProblemUntilTheJudgesDecide(t *testing.T) {
	b := newBench(t)
	d := b.day()
	tie(b, d)
	c := b.organiser()
	if placeOf(d, "2") != 1 || placeOf(d, "4") != 1 {
		t.Fatalf("places %d %d", placeOf(d, "2"), placeOf(d, "4"))
	}
	wants(t, c.page(base+"/problems"), "2 runners share place 1: bibs 2, 4")
	wants(t, c.page(base+"/runner/4"), base+"/order?bib=4")
	v := url.Values{"bib": {"4"}, "place.4": {"1"}, "place.2": {"2"}, "rule": {"TR 19.24"}}
	wants(t, c.page(base+"/order?effect=1&"+v.Encode()), "Jan Test", "One runner changes", "Make the ruling")
	if w := c.get(base + "/order?effect=1&bib=4&place.4=1&place.2=1"); w.Code != 422 {
		t.Errorf("nothing decided: %d", w.Code)
	}
	if w := c.get(base + "/order?effect=1&bib=4&place.4=first"); w.Code != 422 {
		t.Errorf("no number: %d", w.Code)
	}
	c.sent(base+"/order", v)
	if placeOf(d, "4") != 1 || placeOf(d, "2") != 2 || len(d.Rulings()) != 2 {
		t.Errorf("places %d %d, %d rulings", placeOf(d, "4"), placeOf(d, "2"), len(d.Rulings()))
	}
	if strings.Contains(c.page(base+"/problems"), "share place") {
		t.Error("the tie is still a problem")
	}
}

func TestCorrect_ShowsItsEffectAndReRanks(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	path := base + "/runner/2/correct"
	wants(t, c.page(path), `value="1988-01-02"`, "김예시")
	v := url.Values{"bib": {"2"}, "chip": {"C002"}, "race": {"10k"}, "printed_name": {"김예시"}, "sex": {"F"}, "birth_date": {"1988-01-02"}, "country": {"KOR"}, "class": {"open"}}
	w := c.post(path, v)
	if w.Code != 200 {
		t.Fatalf("%d", w.Code)
	}
	wants(t, w.Body.String(), "runners change", "Anna Example", "Put it right")
	if _, row := d.Field.Snapshot().Find("2"); row.Sex != race.Male {
		t.Fatal("looking changed the start list")
	}
	v.Set("make", "1")
	if to := c.sent(path, v); to != base+"/runner/2" {
		t.Errorf("led to %s", to)
	}
	if _, row := d.Field.Snapshot().Find("2"); row.Sex != race.Female || row.PlaceSex != 1 {
		t.Errorf("%+v", row)
	}
	v.Set("birth_date", "1850-01-02")
	if w := c.post(path, v); w.Code != 422 || !strings.Contains(w.Body.String(), `value="1850-01-02"`) {
		t.Errorf("a wrong day of birth: %d", w.Code)
	}
}

func TestCourse_IsSwitchedAndBack(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	path := base + "/race/10k/course"
	wants(t, c.page(path), "Without the riverside", "counts now")
	wants(t, c.page(path+"?variant=short"), "runners change", "Switch the course")
	c.sent(path, url.Values{"variant": {"short"}, "note": {"flood"}})
	if got := d.Field.Snapshot().Board("10k").Race.DistanceM; got != 9000 {
		t.Errorf("%g m", got)
	}
	wants(t, c.page(base+"/race/10k"), "Run on another course: Without the riverside")
	c.page(base + "/runner/1") // fewer points than the rules have
	c.sent(path, url.Values{"variant": {""}})
	if d.Variant("10k") != "" {
		t.Error("not switched back")
	}
	if w := c.get(path + "?variant=moon"); w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
}

func TestGuns_AnEarlierStartIsMadeTheOneThatCounts(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	first := d.Guns()[0]
	c.sent(base+"/guns", url.Values{"race": {"10k"}, "at": {"09:00:10"}})
	wants(t, c.page(base+"/guns/"+first.ID+"/use"), "09:00:00.000", "runners change", "Let this start count")
	c.sent(base+"/guns/"+first.ID+"/use", nil)
	g := d.Guns()
	if len(g) != 3 || g[2].At != first.At {
		t.Errorf("%+v", g)
	}
	if _, row := d.Field.Snapshot().Find("1"); row.GunTime != "0:41:03" {
		t.Errorf("gun time %s", row.GunTime)
	}
}

func TestNeutralise_HoldsForEverybodyOfTheRace(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	v := url.Values{"kind": {"neutralise"}, "race": {"10k"}, "from": {"09:10:00"}, "to": {"09:11:00"}, "rule": {"TR 57"}}
	wants(t, c.page(base+"/rulings/new?effect=1&"+v.Encode()), "runners change", "Make the ruling")
	c.sent(base+"/rulings", v)
	if _, row := d.Field.Snapshot().Find("1"); row.GunTime != "0:40:03" {
		t.Errorf("gun time %s", row.GunTime)
	}
	wants(t, c.page(base+"/runner/1"), "Time that does not count")
	w := c.get(base + "/rulings/new?effect=1&kind=neutralise&race=10k&from=09:11:00&to=09:10:00")
	if w.Code != 422 || !strings.Contains(w.Body.String(), `id="to-fault"`) {
		t.Errorf("backwards: %d", w.Code)
	}
}

func TestTyped_ATimeWithoutABibIsGivenToOne(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	reads, err := d.PreviewReads("hand.csv", strings.NewReader("point,bib,at\nstadium,777,2025-04-06T09:58:00+09:00\n"), intake.Options{})
	must(t, err)
	must(t, d.TakeReads(context.Background(), boss, "hand.csv", reads.Reads, nil))
	page := c.page(base + "/chips")
	wants(t, page, "777", "09:58:00.000", "kind=give_read")
	c.sent(base+"/rulings", url.Values{"kind": {"give_read"}, "bib": {"4"}, "point": {"stadium"}, "at": {"09:58:00"}})
	if _, row := d.Field.Snapshot().Find("4"); row.GunTime != "0:58:00" {
		t.Errorf("%s %s", row.Status, row.GunTime)
	}
}

func TestProtest_KeepsTheListFromBeingOfficial(t *testing.T) {
	b := newBench(t)
	d := b.day()
	_, err := b.desks.Change(context.Background(), boss, "test-2025", "e.toml", []byte(strings.Replace(rulesText, "place =", "protest = \"30m\"\nplace =", 1)))
	must(t, err)
	c := b.organiser()
	path := base + "/race/10k"
	c.sent(path+"/close", nil)
	wants(t, c.page(path+"/publish"), "must have been out as provisional first")
	c.sent(path+"/publish/provisional", nil)
	wants(t, c.page(path+"/publish"), "The protest period runs until 10:20:00: 0:30:00 left")
	wants(t, c.page(path), "Protest period", "until 10:20:00")
	w := c.post(base+"/protests", url.Values{"race": {"10k"}, "bib": {"3"}, "by": {""}, "text": {"I was second."}})
	if w.Code != 422 || !strings.Contains(w.Body.String(), "I was second.") {
		t.Errorf("without a name: %d", w.Code)
	}
	protest := c.sent(base+"/protests", url.Values{"race": {"10k"}, "bib": {"3"}, "by": {"Ola Nordmann"}, "text": {"I was second."}})
	wants(t, c.page(base+"/protests"), "I was second.", "open")
	b.clock.Add(int64(31 * time.Minute))
	wants(t, c.page(path+"/publish"), "One protest is not decided.")
	if w := c.post(path+"/publish/official", nil); w.Code != 409 {
		t.Errorf("official with an open protest: %d", w.Code)
	}
	if w := c.post(protest+"/decide", url.Values{"outcome": {"upheld"}}); w.Code != 422 {
		t.Errorf("without a reason: %d", w.Code)
	}
	c.sent(base+"/rulings", url.Values{"kind": {"time_adjust"}, "bib": {"3"}, "value": {"-6m"}, "note": {"credit"}})
	c.sent(protest+"/decide", url.Values{"outcome": {"upheld"}, "reason": {"Stopped by an ambulance."}})
	wants(t, c.page(protest), "upheld", "Stopped by an ambulance.", "-6m", "credit")
	c.sent(path+"/publish/official", nil)
	if s := d.Field.Snapshot().Board("10k"); s.State != results.Official {
		t.Errorf("%s", s.State)
	}
	if w := c.get(base + "/protests/none"); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

func TestClocks_AComparisonMovesTheReadsOfItsBox(t *testing.T) {
	b := newBench(t)
	d := b.day()
	must(t, d.TakeReads(context.Background(), boss, "b.csv", []logbook.Read{{Point: "km5", Chip: "C003", Box: "b5", Epoch: 2, Seq: 1, At: gun.Add(21 * time.Minute)}}, nil))
	c := b.as("timer", access.Grant{Edition: "test-2025", Role: access.Timekeeper})
	v := url.Values{"box": {"b5"}, "box_at": {"08:00:03"}, "true_at": {"08:00:00"}}
	wants(t, c.page(base+"/clocks/new?effect=1&"+v.Encode()), "-3.000 s", "One runner changes", "Ola Nordmann")
	c.sent(base+"/clocks", v)
	k := d.Field.Facts().Clocks
	if len(k) != 1 || k[0].Epoch != 2 || k[0].Correction() != -3*time.Second {
		t.Fatalf("%+v", k)
	}
	wants(t, c.page(base+"/clocks"), "b5", "-3.000 s", "08:00:03.000")
	wants(t, c.page(base+"/runner/3"), "09:20:57.000")
	if w := c.get(base + "/clocks/new?effect=1&box=b5&box_at=8"); w.Code != 422 {
		t.Errorf("%d", w.Code)
	}
}

func TestRecord_IsASealedFileThatVerifies(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.as("timer", access.Grant{Edition: "test-2025", Role: access.Timekeeper})
	w := c.get(base + "/record.logbook")
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "test-2025.logbook") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	rep := logbook.VerifyFile("x", w.Body)
	if len(rep.Problems) > 0 || !rep.Sealed || rep.Lines != d.Field.Lines() {
		t.Errorf("%+v", rep)
	}
}

func TestArchive_RefusesEveryActUntilItIsOpenAgain(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	c.sent(base+"/archive", nil)
	wants(t, c.page(base), "archived")
	before := len(b.desks.logs["test-2025"].Lines())
	for path, v := range map[string]url.Values{"/guns/now": {"race": {"5k"}, "wave": {"fun"}}, "/rulings": {"bib": {"2"}, "kind": {"dq"}},
		"/race/10k/close": nil, "/race/10k/publish/provisional": nil, "/protests": {"race": {"10k"}, "by": {"x"}, "text": {"y"}},
		"/swap": {"bib_a": {"1"}, "bib_b": {"2"}}, "/guns/" + d.Guns()[0].ID + "/void": nil} {
		if w := c.post(base+path, v); w.Code != 409 && w.Code != 422 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if n := len(b.desks.logs["test-2025"].Lines()); n != before {
		t.Errorf("%d lines, there were %d", n, before)
	}
	c.sent(base+"/archive/open", nil)
	c.sent(base+"/rulings", url.Values{"bib": {"2"}, "kind": {"dq"}})
}

func TestMoved_SpeaksOnlyOnceTheRaceHasMovedOn(t *testing.T) {
	b := newBench(t)
	d := b.day()
	c := b.organiser()
	page := c.page(base + "/rulings/new?effect=1&bib=2&kind=dq")
	_, link, _ := strings.Cut(page, `hx-get="`+base+"/moved")
	link, _, _ = strings.Cut(link, `"`)
	if w := c.get(base + "/moved" + link); w.Code != 204 {
		t.Fatalf("%s: %d", link, w.Code)
	}
	must(t, d.Close(context.Background(), boss, "10k"))
	wants(t, c.page(base+"/moved"+link), "The race has moved on since", "Look again")
}

func TestEvidence_SaysWhenAMissingPointWasPassedAtBestAndWhoWasThere(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	// Bib 3 has no 5 km: started 09:00:05, finished 09:45:00; 5 km at 7.5 m/s take 11:06.
	wants(t, c.page(base+"/runner/3"), "must have been here between 09:11:11 and 09:33:53", "at the own pace 09:22:32",
		`title="Anna Example"`, "−2:33")
	wants(t, c.page(base+"/problems?open=3"), "must have been here between 09:11:11 and 09:33:53")
}

func TestCertificates_ThoseThatSaySomethingElseAreNamedAndReissued(t *testing.T) {
	b := newBench(t)
	b.day()
	c := b.organiser()
	path := base + "/race/10k"
	c.sent(path+"/close", nil)
	c.sent(path+"/publish/official", nil)
	c.await(c.sent(path+"/certificates", url.Values{"lang": {"en"}, "paper": {"A4"}}))
	if strings.Contains(c.page(path+"/certificates"), "something else") {
		t.Error("nothing changed yet")
	}
	c.sent(base+"/rulings", url.Values{"bib": {"3"}, "kind": {"time_adjust"}, "value": {"+30s"}})
	c.sent(path+"/publish/official", nil)
	wants(t, c.page(path+"/certificates"), "One certificate says something else than the latest list.", path+"/certificates?bib=3")
	c.await(c.sent(path+"/certificates", url.Values{"bib": {"3"}, "lang": {"en"}, "paper": {"A4"}}))
	kept, err := b.db.CertificateOf(context.Background(), "test-2025", "10k", "3")
	must(t, err)
	if kept.Version != 2 || kept.Revision != 2 {
		t.Errorf("%+v", kept)
	}
}
