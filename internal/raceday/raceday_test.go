package raceday_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/raceday"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

const rules = `
id = "ten-2025"
name = "Ten"
date = "2025-04-06"
zone = "Asia/Pyongyang"
[[point]]
id = "start"
[[point]]
id = "half"
[[point]]
id = "finish"
[[race]]
id = "ten"
name = "10 km"
distance_m = 10000
rank_by = "gun"
course = [ {point = "start", at_m = 0}, {point = "half", at_m = 5000, label = "5k"}, {point = "finish", at_m = 10000} ]
[[race.wave]]
id = "all"
gun = "2025-04-06T09:00:00+09:00"
[[race.variant]]
id = "flood"
name = "Around the flooded bridge"
distance_m = 8000
course = [ {point = "start", at_m = 0}, {point = "finish", at_m = 8000} ]
`

const starters = `bib,chip,race,printed_name,sex,age
1,C1,ten,Ágnes,F,30
2,C2,ten,김철수,M,40
3,C3,ten,Lee,M,50
4,C4,ten,Wang,F,20
`

const reads = `point,chip,at
start,C1,2025-04-06T09:00:01+09:00
start,C2,2025-04-06T09:00:02+09:00
start,C3,2025-04-06T09:00:03+09:00
half,C1,2025-04-06T09:20:00+09:00
half,C2,2025-04-06T09:19:00+09:00
half,C3,2025-04-06T09:25:00+09:00
finish,C1,2025-04-06T09:40:00+09:00
finish,C2,2025-04-06T09:38:30.250+09:00
finish,C3,2025-04-06T09:51:00+09:00
`

// shelf and book keep what the office keeps, for as long as the test.
type shelf struct{ revisions []results.Revision }

func (s *shelf) SaveRevision(_ context.Context, _ access.Actor, r results.Revision) (results.Revision, error) {
	r.Number = len(s.revisions) + 1
	s.revisions = append(s.revisions, r)
	return r, nil
}

func (s *shelf) LatestRevision(context.Context, string, string) (results.Revision, error) {
	if len(s.revisions) == 0 {
		return results.Revision{}, fault.New(fault.NotFound, "store.revision_unknown", nil)
	}
	return s.revisions[len(s.revisions)-1], nil
}

type book struct{ acts []string }

func (b *book) Record(_ context.Context, _ access.Actor, action, _, subject string, _ any) error {
	b.acts = append(b.acts, action+" "+subject)
	return nil
}

type office struct {
	*raceday.Desk
	book  *book
	shelf *shelf
	now   race.Instant
	t     *testing.T
}

var referee = access.Actor{Account: "a1", Name: "Referee"}

// open is an office with the rules, four starters and the reads of three.
func open(t *testing.T, more string) *office {
	t.Helper()
	o := &office{book: &book{}, shelf: &shelf{}, t: t,
		now: race.At(time.Date(2025, 4, 6, 1, 0, 0, 0, time.UTC))}
	n := 0
	o.Desk = &raceday.Desk{Edition: "ten-2025", Log: logbook.NewMemory("hub"), Shelf: o.shelf, Book: o.book,
		Field: live.NewField(func() race.Instant { return o.now }), Now: func() race.Instant { o.now++; return o.now },
		NewID: func() string { n++; return fmt.Sprintf("id%02d", n) }}
	e, _, err := intake.Edition("e.toml", strings.NewReader(more+rules))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.TakeEdition(t.Context(), referee, e); err != nil {
		t.Fatal(err)
	}
	p, err := o.PreviewStartList("s.csv", strings.NewReader(starters), intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Differences) != 4 || p.Races[0].Before != 0 || p.Races[0].After != 4 {
		t.Errorf("preview of the start list: %+v", p)
	}
	if err := o.TakeStartList(t.Context(), referee, "s.csv", p.Starters); err != nil {
		t.Fatal(err)
	}
	r, err := o.PreviewReads("r.csv", strings.NewReader(reads), intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.New != 9 || r.Known != 0 || r.Orphans != 0 {
		t.Errorf("preview of the reads: %d new, %d known, %d orphans", r.New, r.Known, r.Orphans)
	}
	if err := o.TakeReads(t.Context(), referee, "r.csv", r.Reads, nil); err != nil {
		t.Fatal(err)
	}
	return o
}

// order is the list as "bib time" in its order.
func (o *office) order() string {
	var s []string
	for _, r := range o.Field.Snapshot().Boards[0].Rows {
		s = append(s, strings.TrimSpace(r.Bib+" "+r.GunTime))
	}
	return strings.Join(s, ", ")
}

func (o *office) holds(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code, field string) {
	t.Helper()
	var f *fault.Error
	if fault.CodeOf(err) != code {
		t.Errorf("got %v, wanted %s", err, code)
	} else if f = err.(*fault.Error); f.Field != field {
		t.Errorf("%s on %q, wanted on %q", code, f.Field, field)
	}
}

func TestTakeReads_TheSameFileTwiceChangesNothing(t *testing.T) {
	o := open(t, "")
	p, err := o.PreviewReads("r.csv", strings.NewReader(reads), intake.Options{})
	o.holds(err)
	if p.New != 0 || p.Known != 9 || len(p.Changes) != 0 {
		t.Errorf("%d new, %d known, changes %v", p.New, p.Known, p.Changes)
	}
	before := o.order()
	o.holds(o.TakeReads(t.Context(), referee, "r.csv", p.Reads, nil))
	if o.order() != before {
		t.Errorf("%s, then %s", before, o.order())
	}
}

func TestTakeReads_StopsWhenAskedAndMayBeTakenAgain(t *testing.T) {
	o := open(t, "")
	var many []logbook.Read
	for i := range 1000 {
		many = append(many, logbook.Read{Point: "half", Chip: "C4", At: o.now.Add(time.Duration(i) * time.Minute), Box: "b", Epoch: 1, Seq: uint64(i + 1)})
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := o.TakeReads(ctx, referee, "many", many, func(done, total int) {
		if done >= 400 {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("it was not stopped")
	}
	if n := o.Field.Snapshot().Reads; n <= 9 || n >= 1009 {
		t.Fatalf("%d reads after stopping", n)
	}
	o.holds(o.TakeReads(t.Context(), referee, "many", many, nil))
	if n := o.Field.Snapshot().Reads; n != 1009 {
		t.Errorf("%d reads after taking it again", n)
	}
}

func TestEffect_SaysBeforeWhatRuleDoesAfter(t *testing.T) {
	o := open(t, "")
	before := o.Field.Snapshot().Boards[0].Rows
	ruling := logbook.Ruling{Bib: "2", Kind: logbook.TimeAdjust, Value: "+2m", Rule: "TR 17", Note: "cut a corner"}
	said, err := o.Effect(referee, ruling)
	o.holds(err)
	if got := o.Field.Snapshot().Boards[0].Rows; results.Hash(got) != results.Hash(before) {
		t.Fatal("looking at an effect changed the list")
	}
	_, err = o.Rule(t.Context(), referee, ruling)
	o.holds(err)
	if did := results.Diff(before, o.Field.Snapshot().Boards[0].Rows); !slices.Equal(said, did) {
		t.Errorf("said %v\ndid %v", said, did)
	}
	if o.order() != "1 0:40:00, 2 0:40:31, 3 0:51:00, 4" {
		t.Error(o.order())
	}
	if last := o.book.acts[len(o.book.acts)-1]; last != "ruling.make 2" {
		t.Errorf("the audit log ends with %q", last)
	}
}

func TestUndo_IsALaterRulingAndCanItselfBeUndone(t *testing.T) {
	o := open(t, "")
	first := o.order()
	r, err := o.Rule(t.Context(), referee, logbook.Ruling{Bib: "2", Kind: logbook.DQ, Rule: "TR 6"})
	o.holds(err)
	without := o.order()
	u, err := o.Undo(t.Context(), referee, r.ID, "appeal upheld")
	o.holds(err)
	if o.order() != first {
		t.Errorf("undone: %s", o.order())
	}
	_, err = o.Undo(t.Context(), referee, u.ID, "")
	o.holds(err)
	if o.order() != without || first == without {
		t.Errorf("the undo undone: %s, wanted %s", o.order(), without)
	}
	if n := len(o.Rulings()); n != 3 {
		t.Errorf("%d rulings in the record, none may be lost", n)
	}
}

func TestRule_RefusesWhatCannotBeMeant(t *testing.T) {
	o := open(t, "")
	for _, c := range []struct {
		r           logbook.Ruling
		code, field string
	}{
		{logbook.Ruling{Bib: "99", Kind: logbook.DNF}, "raceday.unknown_bib", "bib"},
		{logbook.Ruling{Bib: "1", Race: "half", Kind: logbook.DNF}, "raceday.bib_other_race", "race"},
	} {
		_, err := o.Rule(t.Context(), referee, c.r)
		refused(t, err, c.code, c.field)
	}
	for _, r := range []logbook.Ruling{
		{Bib: "1", Kind: logbook.TimeAdjust, Value: "30"}, {Bib: "1", Kind: logbook.Order, Value: "-1"},
		{Bib: "1", Kind: "hang"}, {Bib: "1", Kind: logbook.VoidRead, Value: "nowhere@2025-04-06T09:00:00Z"},
		{Bib: "1", Kind: logbook.FinishTime, Value: "soon"}, {Bib: "1", Kind: logbook.AssignChip},
	} {
		if _, err := o.Rule(t.Context(), referee, r); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if len(o.Rulings()) != 0 {
		t.Error("a refused ruling is in the record")
	}
}

func TestSwapBibs_BothResultsFollowAndCanBeUndone(t *testing.T) {
	o := open(t, "")
	first := o.order()
	if first != "2 0:38:31, 1 0:40:00, 3 0:51:00, 4" {
		t.Fatal(first)
	}
	said, err := o.EffectOfSwap(referee, raceday.Swap{BibA: "1", BibB: "2"})
	o.holds(err)
	rulings, err := o.SwapBibs(t.Context(), referee, raceday.Swap{BibA: "1", BibB: "2", Note: "twins"})
	o.holds(err)
	if o.order() != "1 0:38:31, 2 0:40:00, 3 0:51:00, 4" || len(said) == 0 {
		t.Error(o.order(), said)
	}
	for _, r := range rulings {
		_, err := o.Undo(t.Context(), referee, r.ID, "")
		o.holds(err)
	}
	if o.order() != first {
		t.Errorf("undone: %s", o.order())
	}
	_, err = o.SwapBibs(t.Context(), referee, raceday.Swap{BibA: "1", BibB: "1"})
	refused(t, err, "raceday.swap_same", "bib_b")
	_, err = o.SwapBibs(t.Context(), referee, raceday.Swap{BibA: "1", BibB: "77"})
	refused(t, err, "raceday.unknown_bib", "bib_b")
}

func TestSwitchCourse_LapsAndSplitsFollow(t *testing.T) {
	o := open(t, "")
	said, err := o.EffectOfCourse("ten", "flood")
	o.holds(err)
	o.holds(o.SwitchCourse(t.Context(), referee, "ten", "flood", "bridge under water"))
	b := o.Field.Snapshot().Boards[0]
	if b.Race.DistanceM != 8000 || len(b.Rows[0].Splits) != 1 || o.Variant("ten") != "flood" || len(said) == 0 {
		t.Errorf("%+v, %v", b.Race, said)
	}
	o.holds(o.SwitchCourse(t.Context(), referee, "ten", "", ""))
	if b := o.Field.Snapshot().Boards[0]; b.Race.DistanceM != 10000 || len(b.Rows[0].Splits) != 2 {
		t.Errorf("not switched back: %+v", b.Race)
	}
	refused(t, o.SwitchCourse(t.Context(), referee, "ten", "moon", ""), "raceday.unknown_variant", "variant")
}

func TestCorrect_ReRanksAndKeepsTheOthers(t *testing.T) {
	o := open(t, "")
	list := o.Field.Facts().StartList
	to := list[0]
	to.Person.Sex = race.Male
	said, err := o.EffectOfCorrection("1", to)
	o.holds(err)
	o.holds(o.Correct(t.Context(), referee, "1", to))
	row := o.Field.Snapshot().Boards[0].Row("1")
	if row.Sex != race.Male || row.PlaceSex != 2 || len(said) == 0 {
		t.Errorf("%+v; said %v", row, said)
	}
	to.Bib = "2"
	refused(t, o.Correct(t.Context(), referee, "1", to), "raceday.bib_taken", "bib")
	if len(o.Field.Facts().StartList) != 4 {
		t.Error("somebody was lost")
	}
}

func TestPublish_OfficialWaitsForTheRaceThePeriodAndTheProtests(t *testing.T) {
	o := open(t, "protest = \"30m\"\n")
	publish := func(s results.State) error {
		_, err := o.Publish(t.Context(), referee, "ten", s, "")
		return err
	}
	refused(t, publish(results.Official), "raceday.still_running", "")
	o.holds(o.Close(t.Context(), referee, "ten"))
	refused(t, publish(results.Official), "raceday.provisional_first", "")
	o.holds(publish(results.Provisional))
	if s := o.Field.Snapshot().Boards[0]; s.State != results.Provisional || s.Revision != 1 {
		t.Errorf("%s %d", s.State, s.Revision)
	}
	refused(t, publish(results.Official), "raceday.protest_period", "")
	p, err := o.Lodge(t.Context(), referee, logbook.Protest{Race: "ten", Bib: "2", By: "Lee", Text: "cut the course"})
	o.holds(err)
	o.now = o.now.Add(31 * time.Minute)
	refused(t, publish(results.Official), "raceday.protest_open", "")
	refused(t, o.Decide(t.Context(), referee, p.ID, "maybe", "x"), "raceday.protest_outcome", "outcome")
	refused(t, o.Decide(t.Context(), referee, p.ID, logbook.Upheld, " "), "raceday.protest_reason", "reason")
	_, err = o.Rule(t.Context(), referee, logbook.Ruling{Bib: "2", Kind: logbook.DQ, Rule: "TR 17.2"})
	o.holds(err)
	o.holds(o.Decide(t.Context(), referee, p.ID, logbook.Upheld, "seen on the bridge"))
	pub, err := o.Publish(t.Context(), referee, "ten", results.Official, "after the protest")
	o.holds(err)
	if pub.Revision.Number != 2 || len(pub.Changes) == 0 {
		t.Errorf("%+v", pub)
	}
	if o.order() != "1 0:40:00, 3 0:51:00, 2, 4" {
		t.Error(o.order())
	}
	refused(t, publish(results.Official), "results.unchanged", "")
	refused(t, publish(results.Provisional), "results.back_to_provisional", "")
	if b := o.Field.Snapshot().Boards[0]; b.Rows[3].Status != scoring.DNS || b.Rows[2].Status != scoring.DQ {
		t.Errorf("%s %s", b.Rows[3].Status, b.Rows[2].Status)
	}
	if ps := o.Protests(); len(ps) != 1 || ps[0].Outcome != logbook.Upheld || ps[0].Lodged != p.Lodged {
		t.Errorf("%+v", ps)
	}
}

func TestGun_TheLatestThatIsNotVoidCounts(t *testing.T) {
	o := open(t, "")
	nine := race.At(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC))
	second, err := o.RecordGun(t.Context(), referee, "ten", nil, nine.Add(time.Minute))
	o.holds(err)
	if o.order() != "2 0:37:31, 1 0:39:00, 3 0:50:00, 4" {
		t.Error(o.order())
	}
	o.holds(o.VoidGun(t.Context(), referee, second.ID))
	if o.order() != "2 0:38:31, 1 0:40:00, 3 0:51:00, 4" {
		t.Error(o.order())
	}
	refused(t, o.VoidGun(t.Context(), referee, second.ID), "raceday.unknown_gun", "gun")
	_, err = o.RecordGun(t.Context(), referee, "ten", []string{"b"}, nine)
	refused(t, err, "raceday.unknown_wave", "wave")
	_, err = o.RecordGun(t.Context(), referee, "ten", nil, nine.Add(-100*time.Hour))
	refused(t, err, "raceday.gun_day", "at")
}
