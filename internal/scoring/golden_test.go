package scoring_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/intake"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// A golden race is a folder testdata/NN-name, NN being the case of docs/rules:
//
//	case.md                        what happened and why the answer is the answer
//	edition.toml                   testdata/edition.toml where there is none
//	startlist.csv, reads.csv       as formats promise; startlist-2.csv, reads-2.csv … are further files
//	rulings.csv, facts.toml        what else was recorded: guns, clock comparisons, closings
//	earlier-edition.toml           what was true before: must leave no trace
//	earlier-startlist.csv
//	want.csv                       the list, in columns of results.csv; "flag.arg" is the value of a flag
//	verdicts.csv                   what became of every read
//	problems.csv                   the problem list; none where there is none
//
// The answers are written by hand from the rules. Nothing writes them anew.

// golden is what a folder says happened.
type golden struct {
	dir      string
	edition  *race.Edition
	starters race.StartList
	batches  [][]logbook.Read
	rulings  []logbook.Ruling
	guns     []logbook.GunFact
	clocks   []logbook.Clock
	closes   []logbook.CloseFact
	// What the edition and the start list were before.
	wasEdition  *race.Edition
	wasStarters race.StartList
}

func TestGolden_EveryRaceComesOutAsWrittenByHand(t *testing.T) {
	for _, dir := range folders(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			g := load(t, dir)
			o := scoring.Score(g.facts())
			compareTable(t, filepath.Join(dir, "want.csv"), true, listOf(o))
			compareTable(t, filepath.Join(dir, "verdicts.csv"), false, verdictsOf(g.edition, o))
			compareTable(t, filepath.Join(dir, "problems.csv"), false, problemsOf(o))
		})
	}
}

// The result does not depend on the order of arrival, on duplicates or on
// batches, and what was true before leaves no trace.
func TestGolden_OrderDuplicationAndBatchingChangeNothing(t *testing.T) {
	for _, dir := range folders(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			g := load(t, dir)
			want := everything(t, scoring.Score(g.facts()))
			for seed := range uint64(20) {
				rnd := rand.New(rand.NewPCG(seed, 60))
				if got := everything(t, g.piecemeal(rnd).Outcome()); !bytes.Equal(want, got) {
					t.Fatalf("seed %d: piecemeal differs\n%s", seed, difference(string(want), string(got)))
				}
			}
		})
	}
}

func TestGolden_EveryCaseHasARace(t *testing.T) {
	have := map[int]bool{}
	for _, dir := range folders(t) {
		number, _, _ := strings.Cut(filepath.Base(dir), "-")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Errorf("%s does not begin with the number of its case", dir)
		}
		have[n] = true
	}
	for n := 1; n <= 60; n++ {
		if !have[n] {
			t.Errorf("case %d has no golden race", n)
		}
	}
}

func folders(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("testdata/[0-9]*")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no golden races in testdata", err)
	}
	return dirs
}

// load reads a folder through the importers that files of a race go through.
func load(t *testing.T, dir string) *golden {
	t.Helper()
	g := &golden{dir: dir}
	onlyKnownFiles(t, dir)
	shared := filepath.Join("testdata", "edition.toml")
	if own := filepath.Join(dir, "edition.toml"); exists(own) {
		shared = own
	}
	g.edition = readEdition(t, shared)
	if was := filepath.Join(dir, "earlier-edition.toml"); exists(was) {
		g.wasEdition = readEdition(t, was)
	}
	each(t, dir, "startlist*.csv", func(name string, f *os.File) error {
		list, _, err := intake.StartList(name, f, g.edition, intake.Options{})
		g.starters = append(g.starters, list...)
		return err
	})
	each(t, dir, "earlier-startlist.csv", func(name string, f *os.File) (err error) {
		g.wasStarters, _, err = intake.StartList(name, f, g.edition, intake.Options{})
		return err
	})
	each(t, dir, "reads*.csv", func(name string, f *os.File) error {
		reads, _, err := intake.Reads(name, f, g.edition, intake.Options{})
		g.batches = append(g.batches, reads)
		return err
	})
	each(t, dir, "rulings.csv", func(name string, f *os.File) (err error) {
		g.rulings, _, err = intake.Rulings(name, f, g.edition, intake.Options{})
		return err
	})
	g.readFacts(t)
	return g
}

func onlyKnownFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.ContainsFunc([]string{"case.md", "edition.toml", "earlier-edition.toml", "startlist.csv", "startlist-[2-9].csv",
			"earlier-startlist.csv", "reads.csv", "reads-[2-9].csv", "rulings.csv", "facts.toml", "want.csv", "verdicts.csv",
			"problems.csv", "prizes.csv"}, func(p string) bool { ok, _ := filepath.Match(p, e.Name()); return ok }) {
			t.Errorf("%s holds %s, which no golden race has", dir, e.Name())
		}
	}
	for _, must := range []string{"case.md", "startlist.csv", "reads.csv", "want.csv", "verdicts.csv"} {
		if !exists(filepath.Join(dir, must)) {
			t.Errorf("%s has no %s", dir, must)
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func readEdition(t *testing.T, name string) *race.Edition {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	e, warnings, err := intake.Edition(name, bytes.NewReader(b))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%s: %v %v", name, err, warnings)
	}
	return e
}

func each(t *testing.T, dir, pattern string, take func(name string, f *os.File) error) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := take(name, f); err != nil {
			t.Fatalf("%s: %+v", name, err)
		}
		_ = f.Close() // only read
	}
}

// readFacts reads what was recorded beside reads and rulings.
func (g *golden) readFacts(t *testing.T) {
	t.Helper()
	name := filepath.Join(g.dir, "facts.toml")
	if !exists(name) {
		return
	}
	var f struct {
		Gun []struct {
			ID, Race     string
			Waves        []string
			At, Recorded race.Instant
			Void         bool
		}
		Clock []struct {
			Box   string
			Epoch uint32
			BoxAt race.Instant `toml:"box_at"`
			True  race.Instant `toml:"true_at"`
		}
		Close []struct {
			Race     string
			Reopen   bool
			Recorded race.Instant
		}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&f); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for i, x := range f.Gun {
		line := fmt.Sprintf("office/1/%d", i+1)
		if x.ID == "" {
			x.ID = line
		}
		g.guns = append(g.guns, logbook.GunFact{Recorded: x.Recorded, Line: line,
			Gun: logbook.Gun{ID: x.ID, Race: x.Race, Waves: x.Waves, At: x.At, Void: x.Void}})
	}
	for _, x := range f.Clock {
		g.clocks = append(g.clocks, logbook.Clock{Box: x.Box, Epoch: x.Epoch, BoxAt: x.BoxAt, True: x.True})
	}
	for i, x := range f.Close {
		g.closes = append(g.closes, logbook.CloseFact{Recorded: x.Recorded, Line: fmt.Sprintf("office/2/%d", i+1),
			Close: logbook.Close{Race: x.Race, Reopen: x.Reopen}})
	}
}

func (g *golden) facts() logbook.Facts {
	f := logbook.Facts{Edition: g.edition, StartList: g.starters, Rulings: g.rulings, Guns: g.guns,
		Clocks: g.clocks, Closes: g.closes}
	for _, b := range g.batches {
		f.Reads = append(f.Reads, b...)
	}
	return f
}

// piecemeal gives an engine the same evidence as a race day might: in any
// order, in batches, some of it twice, with looks at the results in between.
func (g *golden) piecemeal(rnd *rand.Rand) *scoring.Engine {
	e := scoring.NewEngine()
	var steps []func()
	step := func(f func()) { steps = append(steps, f) }
	var reads []logbook.Read
	for _, b := range g.batches {
		reads = append(reads, b...)
	}
	reads = append(reads, reads[:len(reads)/3]...)
	rnd.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
	for len(reads) > 0 {
		batch := reads[:min(len(reads), 1+rnd.IntN(7))]
		reads = reads[len(batch):]
		step(func() { e.AddReads(batch) })
	}
	for _, r := range g.rulings {
		step(func() { e.AddRuling(r) })
		step(func() { e.AddRuling(r) })
	}
	for _, x := range g.guns {
		step(func() { e.AddGun(x) })
	}
	for _, c := range g.clocks {
		step(func() { e.AddClock(c) })
	}
	for _, c := range g.closes {
		step(func() { e.AddClose(c) })
	}
	for range rnd.IntN(4) {
		step(func() { e.Outcome() })
	}
	rnd.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	inOrder(rnd, &steps, func() { e.SetEdition(g.wasEdition) }, g.wasEdition != nil, func() { e.SetEdition(g.edition) })
	inOrder(rnd, &steps, func() { e.SetStartList(g.wasStarters) }, g.wasStarters != nil, func() { e.SetStartList(g.starters) })
	for _, s := range steps {
		s()
	}
	return e
}

// inOrder puts what is true now at any place of the steps, and what was true
// before somewhere before it.
func inOrder(rnd *rand.Rand, steps *[]func(), was func(), had bool, is func()) {
	at := rnd.IntN(len(*steps) + 1)
	*steps = slices.Insert(*steps, at, is)
	if had {
		*steps = slices.Insert(*steps, rnd.IntN(at+1), was)
	}
}

// everything is every byte an outcome says.
func everything(t *testing.T, o *scoring.Outcome) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, board := range o.Boards {
		for _, r := range board.Results {
			row, err := json.Marshal(results.RowOf(board.Race, r, results.Leader(board)))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n%v %v %v %v %+v\n", row, r.StartAt, r.FinishAt, r.Gun, r.Net, r.Flags)
		}
	}
	for v := range o.Verdicts() {
		fmt.Fprintf(&b, "%+v\n", v)
	}
	for _, p := range o.Problems {
		fmt.Fprintf(&b, "%+v\n", p)
	}
	return b.Bytes()
}

// rows is a table that came out: of every row, what stands in a column.
type rows []func(column string) string

func listOf(o *scoring.Outcome) rows {
	var out rows
	for _, b := range o.Boards {
		for _, r := range b.Results {
			row := results.RowOf(b.Race, r, results.Leader(b))
			out = append(out, func(column string) string { return cell(&row, r, column) })
		}
	}
	return out
}

func cell(row *results.Row, r *scoring.Result, column string) string {
	ms := func(m results.Ms) string {
		if m < 0 {
			return ""
		}
		return strconv.FormatInt(int64(m), 10)
	}
	if flag, arg, ok := strings.Cut(column, "."); ok {
		for _, f := range r.Flags {
			if string(f.Code) == flag {
				return f.Args[arg]
			}
		}
		return ""
	}
	if label, ok := strings.CutPrefix(column, "split_"); ok {
		for _, s := range row.Splits {
			if s.Label == label {
				return s.NetTime
			}
		}
		return ""
	}
	switch column {
	case "race":
		return row.Race
	case "place":
		return row.Place.String()
	case "place_sex":
		return row.PlaceSex.String()
	case "place_category":
		return row.PlaceCategory.String()
	case "category":
		return row.Category
	case "age":
		return row.Age.String()
	case "bib":
		return row.Bib
	case "status":
		return string(row.Status)
	case "gun_time":
		return row.GunTime
	case "net_time":
		return row.NetTime
	case "gun_ms":
		return ms(row.GunMs)
	case "net_ms":
		return ms(row.NetMs)
	case "flags":
		return strings.Join(slices.Sorted(slices.Values(row.Flags)), " ")
	case "remark":
		return row.Remark
	}
	return "no such column"
}

func verdictsOf(e *race.Edition, o *scoring.Outcome) rows {
	var out rows
	for v := range o.Verdicts() {
		out = append(out, func(column string) string { return verdictCell(e, o, &v, column) })
	}
	return out
}

func verdictCell(e *race.Edition, o *scoring.Outcome, v *scoring.Verdict, column string) string {
	switch column {
	case "point":
		return v.Read.Point
	case "chip":
		if v.Read.Chip == "" {
			return "bib:" + v.Read.Bib
		}
		return v.Read.Chip
	case "at":
		return exactly(v.Read.At)
	case "corrected":
		return exactly(v.At)
	case "box":
		return v.Read.Box
	case "epoch":
		return number(uint64(v.Read.Epoch))
	case "seq":
		return number(v.Read.Seq)
	case "bib":
		return v.Bib
	case "use":
		return string(v.Use)
	case "reason":
		return string(v.Reason)
	case "split":
		return splitOf(e, o, v)
	}
	return "no such column"
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// splitOf is the label of what a read gave: "start", a split's, or "finish".
func splitOf(e *race.Edition, o *scoring.Outcome, v *scoring.Verdict) string {
	if v.Use == scoring.UseStart {
		return "start"
	}
	if v.Split < 0 {
		return ""
	}
	for _, b := range o.Boards {
		for _, r := range b.Results {
			if r.Starter.Bib != v.Bib {
				continue
			}
			if v.Split == len(r.Splits)-1 {
				return "finish"
			}
			return b.Race.Course[v.Split+1].Label
		}
	}
	return "of nobody"
}

func problemsOf(o *scoring.Outcome) rows {
	var out rows
	for _, p := range o.Problems {
		out = append(out, func(column string) string {
			switch column {
			case "code":
				return p.Code
			case "race":
				return p.Race
			case "bib":
				return p.Bib
			}
			return p.Args[column]
		})
	}
	return out
}

// exactly writes an instant so that equal instants are equal texts.
func exactly(at race.Instant) string { return at.Time().Format(time.RFC3339Nano) }

// compareTable holds what came out to a table written by hand. Lists have an
// order; verdicts and problems are told in any. A missing file says that there
// is nothing.
func compareTable(t *testing.T, name string, ordered bool, got rows) {
	t.Helper()
	header, want := []string{"code", "race", "bib"}, [][]string(nil)
	if exists(name) {
		header, want = readTable(t, name)
	}
	have := make([][]string, len(got))
	for i, row := range got {
		for _, column := range header {
			have[i] = append(have[i], row(column))
		}
	}
	if !ordered {
		slices.SortFunc(have, slices.Compare)
		slices.SortFunc(want, slices.Compare)
	}
	if !slices.EqualFunc(want, have, slices.Equal) {
		t.Errorf("%s: the rules say -, the program says +\n%s", name,
			difference(text(header, want), text(header, have)))
	}
}

// readTable reads a hand-written table; instants become comparable and flags
// sorted, as the program's are.
func readTable(t *testing.T, name string) (header []string, body [][]string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	header, body = all[0], all[1:]
	for _, row := range body {
		for i, column := range header {
			switch column {
			case "at", "corrected":
				at, err := time.Parse(time.RFC3339Nano, row[i])
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				row[i] = exactly(race.At(at))
			case "flags":
				row[i] = strings.Join(slices.Sorted(slices.Values(strings.Fields(row[i]))), " ")
			}
		}
	}
	return header, body
}

func text(header []string, body [][]string) string {
	out := []string{strings.Join(header, ",")}
	for _, row := range body {
		out = append(out, strings.Join(row, ","))
	}
	return strings.Join(out, "\n")
}

// difference shows the lines that only one of two texts has, with the others
// around them left out.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	out := []string{"  " + w[0]}
	for _, line := range w {
		if !slices.Contains(g, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			out = append(out, "+ "+line)
		}
	}
	if len(out) == 1 {
		out = append(out, "the same lines in another order or number:\n- "+strings.Join(w, "\n- ")+"\n+ "+strings.Join(g, "\n+ "))
	}
	return strings.Join(out, "\n")
}
