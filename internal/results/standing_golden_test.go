package results_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// A golden race of lists is a folder testdata/NN-name, NN being the case of
// docs/rules, as in package scoring; the lists that must come out stand in
// lists.csv, in columns of that file, written by hand from the rules.

const golden46 = "testdata/46-winner-out-of-the-age-group"

// day scores a folder's files with the race closed.
func day(t *testing.T, dir string) (*race.Edition, *scoring.Outcome) {
	t.Helper()
	f := logbook.Facts{Closes: []logbook.CloseFact{{}}}
	read := func(name string, take func(string, io.Reader) error) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = take(name, bytes.NewReader(b))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read("edition.toml", func(name string, r io.Reader) (err error) {
		f.Edition, _, err = intake.Edition(name, r)
		return err
	})
	read("startlist.csv", func(name string, r io.Reader) (err error) {
		f.StartList, _, err = intake.StartList(name, r, f.Edition, intake.Options{})
		return err
	})
	read("reads.csv", func(name string, r io.Reader) (err error) {
		f.Reads, _, err = intake.Reads(name, r, f.Edition, intake.Options{})
		return err
	})
	return f.Edition, scoring.Score(f)
}

// only keeps some columns of a table.
func only(t *testing.T, table [][]string, columns []string) string {
	t.Helper()
	var out strings.Builder
	for _, row := range table {
		for i, c := range columns {
			k := slices.Index(table[0], c)
			if k < 0 {
				t.Fatalf("no column %s", c)
			}
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(row[k])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func table(t *testing.T, b []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(t *testing.T, name string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join(golden46, name))
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, table(t, got), table(t, want)[0]); got != string(want) {
		t.Errorf("%s: want\n%s\ngot\n%s", name, want, got)
	}
}

// Case 46, rule L5: the overall winner is taken out of the age group, those
// behind move up there, and the official results are what they were.
func TestGolden_46_TheWinnerIsTakenOutOfTheAgeGroup(t *testing.T) {
	e, o := day(t, golden46)
	rows := results.Rows(o.Boards[0])
	var official bytes.Buffer
	if err := results.WriteCSV(&official, e, rows); err != nil {
		t.Fatal(err)
	}
	same(t, "want.csv", official.Bytes())
	before := results.Hash(rows)
	for seed := range uint64(20) { // the order in which rows come says nothing
		shuffled := slices.Clone(rows)
		if seed > 0 {
			rand.New(rand.NewPCG(seed, 46)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		}
		var lists bytes.Buffer
		made := results.Standings(e, results.Contest{Race: &e.Races[0], State: results.Official, Rows: shuffled}, 0)
		if err := results.WriteStandingsCSV(&lists, made); err != nil {
			t.Fatal(err)
		}
		same(t, "lists.csv", lists.Bytes())
		for i := range made {
			if !made[i].Award.Settled {
				t.Errorf("%s is not settled", made[i].ID)
			}
			if w := made[i].Words(e); made[i].Rule.ID == "age" && !slices.ContainsFunc(w, func(s results.Sentence) bool { return s.Key == "list.rule.exclude" }) {
				t.Errorf("%s does not say that winners are left out", made[i].ID)
			}
		}
	}
	if results.Hash(rows) != before {
		t.Error("making lists changed the official results")
	}
}
