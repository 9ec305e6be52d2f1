package scoring_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// TestGolden_PrizesAreThoseWrittenByHand holds the prize lists of the golden
// races that say who wins what (prizes.csv, case 46) to the edition's rules: the
// list, the value of its group, the prize, the bib, and the official place, which
// no prize list renumbers.
func TestGolden_PrizesAreThoseWrittenByHand(t *testing.T) {
	held := 0
	for _, dir := range folders(t) {
		want, err := os.ReadFile(filepath.Join(dir, "prizes.csv"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		held++
		g := load(t, dir)
		facts := logbook.Facts{Edition: g.edition, StartList: g.starters, Rulings: g.rulings}
		for _, reads := range g.batches {
			facts.Reads = append(facts.Reads, reads...)
		}
		if got := prizes(t, facts); got != string(want) {
			t.Errorf("%s: the rules say\n%s\nthe program says\n%s", dir, want, got)
		}
	}
	if held == 0 {
		t.Fatal("no golden race says who wins what")
	}
}

func prizes(t *testing.T, facts logbook.Facts) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"list", "value", "prize", "bib", "place"})
	for _, board := range scoring.Score(facts).Boards {
		c := results.Contest{Race: board.Race, Basis: race.Gun, State: results.Live, Rows: results.Rows(board)}
		for _, s := range results.Standings(facts.Edition, c, 0) {
			for _, l := range s.Lines {
				if l.Prize > 0 {
					_ = w.Write([]string{s.Rule.ID, s.Value, strconv.Itoa(l.Prize), l.Row.Bib, l.Row.Place.String()})
				}
			}
		}
	}
	w.Flush()
	return b.String()
}
