package public

import (
	"net/url"
	"testing"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

func smallBoard() *boardIndex {
	row := func(place int, bib, name, country string, sex race.Sex, ms results.Ms) results.Row {
		r := results.Row{Race: "m", Place: results.Place(place), Bib: bib, PrintedName: name, Country: country, Sex: sex,
			GunMs: ms, NetMs: ms, Status: scoring.Finished}
		if place == 0 {
			r.Status = scoring.DNF
		}
		return r
	}
	b := &live.Board{Race: &race.Race{ID: "m"}, Rows: []results.Row{
		row(1, "170", "Zoë Größe", "GER", race.Female, 100), row(2, "17", "김철수", "KOR", race.Male, 200),
		row(3, "9", "Łucja Probe", "POL", race.Female, 300), row(4, "A17", "Ann Probe", "USA", race.Female, 400),
		row(0, "1700", "Tom Sample", "USA", race.Male, -1)}}
	return newBoardIndex(b, &folds{byName: map[string]string{}})
}

func bibs(b *boardIndex, query string) string {
	q, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	out := ""
	for _, i := range b.pick(readFilter(q)) {
		out += b.board.Rows[i].Bib + " "
	}
	return out
}

func TestPick_FindsWhatWasMeant(t *testing.T) {
	b := smallBoard()
	for query, want := range map[string]string{
		"":                          "170 17 9 A17 1700 ",
		"q=grosse":                  "170 ",
		"q=ZOE":                     "170 ",
		"q=lucja+probe":             "9 ",
		"q=probe+ann":               "A17 ", // words in any order
		"q=철수":                      "17 ",
		"q=17":                      "17 170 1700 ", // the bib typed comes first
		"q=a17":                     "A17 ",
		"sex=F&country=USA":         "A17 ",
		"status=dnf":                "1700 ",
		"sort=name":                 "A17 9 1700 170 17 ",
		"sort=bib":                  "9 17 170 1700 A17 ",
		"sort=gun&dir=desc":         "A17 9 17 170 1700 ", // who has no time stays last
		"sort=nonsense":             "170 17 9 A17 1700 ",
		"q=" + url.QueryEscape("%"): "",
	} {
		if got := bibs(b, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestPick_SearchDoesNotDisturbTheListItself(t *testing.T) {
	b := smallBoard()
	bibs(b, "q=17")
	if got := bibs(b, ""); got != "170 17 9 A17 1700 " {
		t.Errorf("the list is now %q", got)
	}
}

func TestIndexes_SameSnapshotSameIndex(t *testing.T) {
	var x indexes
	e := &race.Edition{ID: "e"}
	one, two := &live.Snapshot{Edition: e}, &live.Snapshot{Edition: e}
	if first, again := x.of(one), x.of(one); first != again {
		t.Error("a snapshot is indexed twice")
	}
	if x.of(one) == x.of(two) {
		t.Error("a new snapshot has the old index")
	}
}

func TestSplits_MissingPointStaysBlankAndTheLegBridgesIt(t *testing.T) {
	r := &results.Row{Splits: []results.SplitCell{
		{Label: "5k", AtM: 5000, NetMs: 1_500_000, At: 1}, {Label: "10k", AtM: 10000, NetMs: -1},
		{Label: "finish", AtM: 15000, NetMs: 4_500_000, At: 3}}}
	s := splitsOf(r)
	if s[1].Seen || s[1].Leg >= 0 {
		t.Error("a missing point has a time")
	}
	if s[2].LegM != 10000 || !s[2].Bridges || s[2].Leg.Seconds() != 3000 {
		t.Errorf("leg %v over %v m", s[2].Leg, s[2].LegM)
	}
}
