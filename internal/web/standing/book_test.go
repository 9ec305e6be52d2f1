package standing

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// small is a race of n finishers a second apart, and of k who run on.
func small(n, k int) *live.Snapshot {
	e := &race.Edition{ID: "e", Zone: "UTC", Races: []race.Race{{ID: "m", RankBy: race.Gun}},
		Lists: []race.List{{ID: "all"}, {ID: "sex", Of: race.OfSex, Prizes: 1}, {ID: "office", Office: true, Prizes: 1},
			{ID: "late", Prizes: 1, Exclude: []string{"office"}}, {ID: "team", Of: race.OfTeam, Best: 2}, {ID: "country", Of: race.OfCountry}}}
	b := live.Board{Race: &e.Races[0], State: results.Live, Gun: 1}
	for i := range n + k {
		r := results.Row{Race: "m", Bib: race.Clock(time.Duration(i) * time.Second), Sex: race.Male, Team: "T", Status: scoring.Running, GunMs: -1, NetMs: -1, GunAt: 1}
		if i < n {
			r.Status, r.Place, r.PlaceSex, r.GunMs, r.NetMs = scoring.Finished, results.Place(i+1), results.Place(i+1), results.Ms(i*1000), results.Ms(i*1000)
		}
		b.Rows = append(b.Rows, r)
	}
	return &live.Snapshot{Edition: e, Now: race.Instant(time.Hour), Boards: []live.Board{b}}
}

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestBook_AListOfALargeRaceMayBeOldButNeverMissesAPublication(t *testing.T) {
	c := &clock{at: time.Unix(1000, 0)}
	book := New(c.now)
	first := small(3, 1)
	leaf := book.Open(first, &first.Boards[0])
	if book.Open(first, &first.Boards[0]) != leaf {
		t.Error("the same snapshot has two leaves")
	}
	leaf.spent.Store(int64(time.Second)) // it took long
	next := *first
	next.Boards = append([]live.Board(nil), first.Boards...)
	if book.Open(&next, &next.Boards[0]) != leaf {
		t.Error("a list that took a second is made anew at once")
	}
	if book.Latest(&next, &next.Boards[0]) == leaf {
		t.Error("who asks for the latest gets an old one")
	}
	again := book.Open(first, &first.Boards[0])
	again.spent.Store(int64(time.Second))
	c.at = c.at.Add(10*time.Second + 1)
	if book.Open(&next, &next.Boards[0]) == again {
		t.Error("a list is shown after its time")
	}
	old := book.Open(&next, &next.Boards[0])
	old.spent.Store(int64(time.Hour))
	official := next
	official.Boards = append([]live.Board(nil), next.Boards...)
	official.Boards[0].State, official.Boards[0].Revision = results.Official, 1
	if l := book.Open(&official, &official.Boards[0]); l.Board.State != results.Official {
		t.Error("what was published is missed")
	}
}

func TestLeaf_FindsARuleByValueAndAListByItsID(t *testing.T) {
	s := small(3, 0)
	leaf := New((&clock{}).now).Open(s, &s.Boards[0])
	for _, c := range []struct {
		id, value string
		private   bool
		want      string
	}{{"all", "", false, "all"}, {"sex", "m", false, "sex-m"}, {"sex", "", false, "sex-m"}, {"sex-m", "", false, "sex-m"}, {"SEX", "M", false, "sex-m"},
		{"sex", "F", false, ""}, {"sex-m", "M", false, ""}, {"office", "", false, ""}, {"office", "", true, "office"}, {"", "", false, ""}, {"no", "", true, ""}} {
		_, head, ok := leaf.Find(c.id, c.value, c.private)
		if ok != (c.want != "") || head != nil && head.ID != c.want {
			t.Errorf("%q of %q: %v %v", c.id, c.value, head, ok)
		}
	}
	if rule, head, ok := leaf.Find("country", "", false); !ok || rule == nil || head != nil {
		t.Error("a rule nobody belongs to is no page of its own")
	}
}

// Rule L11.
func TestLeaf_L11_ThePublicLearnsNothingOfTheOfficesLists(t *testing.T) {
	s := small(3, 0)
	leaf := New((&clock{}).now).Open(s, &s.Boards[0])
	_, head, _ := leaf.Find("late", "", false)
	open, full := leaf.List(head, false), leaf.List(head, true)
	if len(open.LeftOut) != 1 || open.LeftOut[0].In != "" || open.LeftOut[0].Prize != 0 || open.LeftOut[0].Title.Key != "list.of_the_office" || open.Excluded[0].Key != "list.of_the_office" {
		t.Errorf("%+v", open.LeftOut)
	}
	if full.LeftOut[0].In != "office" || full.LeftOut[0].Prize != 1 {
		t.Errorf("the office does not see its own: %+v", full.LeftOut)
	}
	if a, b := len(leaf.Awards(false)), len(leaf.Awards(true)); a != 2 || b != 3 {
		t.Errorf("%d and %d lists with prizes", a, b)
	}
	for _, p := range leaf.Places(&s.Boards[0].Rows[1], false) {
		if p.Rule == "office" {
			t.Error("a runner's page names a list of the office")
		}
	}
	if got := leaf.Places(&s.Boards[0].Rows[1], true); len(got) != 5 || got[4].Team != "T" || got[4].Place != 1 {
		t.Errorf("%+v", got)
	}
}

func TestWindowed_EveryLineStandsOnce(t *testing.T) {
	s := small(150, 70)
	leaf := New((&clock{}).now).Open(s, &s.Boards[0])
	_, head, _ := leaf.Find("sex", "M", false)
	list := leaf.List(head, false)
	seen, headings, last := map[string]int{}, 0, 0
	for page := 1; page <= 3; page++ {
		w := Windowed(list, &url.URL{RawQuery: url.Values{"page": {strconv.Itoa(page)}}.Encode()})
		if w.Table.Total != 220 || w.Table.Pages() != 3 {
			t.Fatalf("%+v", w.Table)
		}
		for _, e := range w.Entries {
			switch {
			case e.Heading != "":
				headings++
			case e.Line != nil:
				seen[e.Line.Row.Bib]++
				if e.Last {
					last++
				}
			default:
				seen[e.Row.Bib]++
			}
		}
	}
	if len(seen) != 220 || headings != 2 || last != 1 { // the second section begins on page 2 and goes on on page 3
		t.Errorf("%d lines, %d headings, %d last prizes", len(seen), headings, last)
	}
	for bib, n := range seen {
		if n != 1 {
			t.Errorf("%s stands %d times", bib, n)
		}
	}
	for _, q := range []string{"page=0", "page=-3", "page=99999999999999999999", "page=x", "rows=-1", "rows=999999", "rows=0", "page=9999"} {
		if w := Windowed(list, &url.URL{RawQuery: q}); len(w.Entries) == 0 || w.Table.Size > Longest {
			t.Errorf("%s: %d lines", q, len(w.Entries))
		}
	}
}
