package logbook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/fault"
)

// chained makes n lines of a box: reads, notes and rulings in turn.
func chained(t interface{ Fatal(...any) }, box string, epoch uint32, n int) []Line {
	c := Chain{Box: box, Epoch: epoch}
	out := make([]Line, n)
	for i := range out {
		d := Draft{Author: "box:" + box, At: gunAt.Add(time.Duration(i) * time.Second)}
		switch i % 3 {
		case 0:
			d.Kind, d.Body = KindReads, poll(box, uint64(i*3+1), 3)
		case 1:
			d.Kind, d.Body = KindNote, Note{Text: "비 <&> \"x\"\n"}
		case 2:
			d.Kind, d.Body = KindRuling, Ruling{ID: fmt.Sprint(box, i), Bib: "12", Kind: DQ, Rule: "TR 6.3"}
		}
		l, err := c.Next(d)
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(l)
		out[i] = l
	}
	return out
}

func exported(t interface{ Fatal(...any) }, sealed bool, lines ...[]Line) []byte {
	var b bytes.Buffer
	if err := Export(&b, "pyongyang-2025", slices.Concat(lines...), sealed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(b []byte) Report { return VerifyFile("race.jsonl", bytes.NewReader(b)) }

func codes(l fault.List) string {
	var s []string
	for _, e := range l {
		s = append(s, strings.TrimPrefix(e.Code, "logbook.")+"@"+strings.TrimPrefix(fmt.Sprint(e.Args["where"]), "race.jsonl"))
	}
	return strings.Join(s, " ")
}

func sameLines(a, b []Line) bool {
	return slices.EqualFunc(a, b, func(x, y Line) bool { return bytes.Equal(AppendLine(nil, x), AppendLine(nil, y)) })
}

func TestLine_TextIsReadableAndRoundTrips(t *testing.T) {
	l := chained(t, "km5", 3, 2)[1]
	b := AppendLine(nil, l)
	want := `{"box":"km5","epoch":3,"seq":2,"at":"2025-04-06T00:00:01Z","author":"box:km5","kind":"note",` +
		`"body":{"text":"비 <&> \"x\"\n"},"prev":"`
	if !strings.HasPrefix(string(b), want) || !json.Valid(b) {
		t.Errorf("line is\n%s, want it to begin\n%s", b, want)
	}
	back, err := DecodeLine(b)
	if err != nil || back.Check() != nil || !sameLines([]Line{back}, []Line{l}) {
		t.Errorf("%v, %v", back, err)
	}
}

// TestLine_ChecksumIsTheOneDocumented holds DESIGN.md: whoever writes the bytes
// down by hand gets this.
func TestLine_ChecksumIsTheOneDocumented(t *testing.T) {
	l := Line{ID: ID{"a", 1, 2}, At: 3, Author: "b", Kind: "note", Body: json.RawMessage(`{}`)}
	const want = "fcabb474369892099da671528c91ba5098e89e97d2a905a92bc9e7d86f524213"
	if got := l.Sum().String(); got != want {
		t.Errorf("checksum is %s, want %s", got, want)
	}
}

func TestExport_IsTheSameBytesForTheSameSet(t *testing.T) {
	a, b := chained(t, "a", 1, 5), chained(t, "b", 2, 5)
	one := exported(t, true, a, b)
	mixed := slices.Concat(b, a, a[:3])
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	if two := exported(t, true, mixed); !bytes.Equal(one, two) {
		t.Errorf("%s\n%s", one, two)
	}
	f, err := Import("x", bytes.NewReader(one))
	if want, _ := Merge(a, b); err != nil || f.Edition != "pyongyang-2025" || !f.Sealed || !sameLines(f.Lines, want) {
		t.Errorf("Import: %v, %v", f.Report, err)
	}
}

func TestVerifyFile_AnEmptyLogbookIsWhole(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		if r := verify(exported(t, sealed)); len(r.Problems) > 0 || r.Lines != 0 || r.Sealed != sealed {
			t.Errorf("sealed %v: %v %v", sealed, r, r.Problems)
		}
	}
}

// TestVerifyFile_FindsEveryFlippedBit flips each bit of a file, one at a time.
func TestVerifyFile_FindsEveryFlippedBit(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		whole := exported(t, sealed, chained(t, "a", 1, 2), chained(t, "b", 1, 1))
		if r := verify(whole); len(r.Problems) > 0 {
			t.Fatal(r.Problems)
		}
		for i := range whole {
			line := 1 + bytes.Count(whole[:i], []byte("\n"))
			for bit := range 8 {
				b := bytes.Clone(whole)
				b[i] ^= 1 << bit
				r := verify(b)
				if !slices.ContainsFunc(r.Problems, func(e *fault.Error) bool {
					n, _ := e.Args["line"].(int)
					return n == line || n == line+1 && whole[i] == '\n'
				}) {
					t.Fatalf("sealed %v, byte %d bit %d of line %d: %s\n%s", sealed, i, bit, line, codes(r.Problems), b)
				}
			}
		}
	}
}

// TestVerifyFile_FindsEveryTruncation cuts a sealed file at each byte, and an
// unsealed one at each byte that is not the end of a line.
func TestVerifyFile_FindsEveryTruncation(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		whole := exported(t, sealed, chained(t, "a", 1, 3), chained(t, "b", 1, 2))
		for i := range whole {
			r := verify(whole[:i])
			if len(r.Problems) == 0 && (sealed || whole[i-1] != '\n') {
				t.Fatalf("sealed %v: cut at byte %d is not found", sealed, i)
			}
		}
	}
}

// TestVerifyFile_NamesEveryRemovedLine takes out each run of lines.
func TestVerifyFile_NamesEveryRemovedLine(t *testing.T) {
	lines, _ := Merge(chained(t, "a", 1, 6), chained(t, "b", 2, 4))
	rows := bytes.SplitAfter(exported(t, true, lines), []byte("\n"))
	for from := range lines {
		for to := from + 1; to <= len(lines); to++ {
			b := bytes.Join(slices.Concat(rows[:1+from], rows[1+to:]), nil)
			missing := map[string]bool{}
			for _, e := range verify(b).Problems {
				if e.Code != "logbook.missing" {
					continue
				}
				a, _ := ParseID(e.Args["from"].(string))
				z, _ := ParseID(e.Args["to"].(string))
				for ; a.Seq <= z.Seq; a.Seq++ {
					missing[a.String()] = true
				}
			}
			want := map[string]bool{}
			for _, l := range lines[from:to] {
				want[l.ID.String()] = true
			}
			if fmt.Sprint(missing) != fmt.Sprint(want) {
				t.Fatalf("without lines %d to %d: missing %v, want %v", from, to, missing, want)
			}
		}
	}
}

func TestVerifyFile_NamesEachKindOfDamageOnce(t *testing.T) {
	a, b := chained(t, "a", 1, 5), chained(t, "b", 1, 2)
	rows := bytes.SplitAfter(exported(t, true, a, b), []byte("\n")) // header a1 b1 a2 b2 a3 a4 a5 trailer
	row := func(i int) []byte { return rows[i] }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	flip := func(i int, old, new string) []byte { return bytes.Replace(row(i), []byte(old), []byte(new), 1) }
	forged := a[2]
	forged.Author = "someone"
	forged.Hash = forged.Sum()
	replaced := append(AppendLine(nil, forged), '\n')
	long := append(bytes.Repeat([]byte("x"), MaxLine+1), '\n')
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"changed text":      {join(row(0), row(1), row(2), flip(3, "비", "눈"), join(rows[4:]...)), "changed@:4 trailer_digest@:9"},
		"changed checksum":  {join(row(0), row(1), row(2), flip(3, a[1].Hash.String(), a[0].Hash.String()), join(rows[4:]...)), "changed@:4 trailer_digest@:9"},
		"changed id":        {join(row(0), row(1), row(2), flip(3, `"seq":2`, `"seq":3`), join(rows[4:]...)), "changed@:4 missing@:6 trailer_digest@:9"},
		"broken syntax":     {join(row(0), row(1), row(2), flip(3, `"author"`, `"auther"`), join(rows[4:]...)), "unreadable@:4 trailer_digest@:9"},
		"spelled otherwise": {join(row(0), row(1), row(2), flip(3, `box:a`, `\u0062ox:a`), join(rows[4:]...)), "unreadable@:4 trailer_digest@:9"},
		"replaced":          {join(row(0), row(1), row(2), row(3), row(4), replaced, join(rows[6:]...)), "out_of_chain@:7 trailer_digest@:9"},
		"fork":              {join(row(0), row(1), row(2), row(3), row(4), row(5), replaced, join(rows[6:]...)), "fork@:7 trailer_count@:10 trailer_digest@:10"},
		"twice":             {join(row(0), row(1), row(1), join(rows[2:]...)), "trailer_count@:10 trailer_digest@:10"},
		"removed":           {join(row(0), row(1), row(2), join(rows[4:]...)), "missing@:5 trailer_count@:8 trailer_digest@:8"},
		"last removed":      {join(join(rows[:7]...), row(8)), "trailer_count@:8 trailer_digest@:8 missing@:8"},
		"a box removed":     {join(row(0), row(1), row(3), row(5), row(6), row(7), row(8)), "trailer_count@:7 trailer_digest@:7 missing@:7"},
		"cut in a line":     {join(rows[:5]...)[:len(join(rows[:5]...))-20], "truncated@:5 no_trailer@:5"},
		"cut at a line":     {join(rows[:5]...), "no_trailer@:5"},
		"cut in the head":   {row(0)[:40], "truncated@:1"},
		"after the end":     {join(join(rows...), row(1)), "after_trailer@:10"},
		"two ends":          {join(join(rows...), row(8)), "after_trailer@:10"},
		"no head":           {join(rows[1:]...), "header@:1 trailer_digest@:8"},
		"empty":             {nil, "empty@"},
		"a table":           {[]byte("bib,chip\n1,A\n"), "not_a_logbook@:1"},
		"the future":        {[]byte(`{"stadion":"logbook","version":7,"when":"later"}` + "\n"), "version@:1"},
		"too long":          {join(row(0), row(1), long, join(rows[2:]...)), "too_long@:3 trailer_count@:10 trailer_digest@:10"},
	} {
		r := verify(c.file)
		if got := codes(r.Problems); got != c.want {
			t.Errorf("%s: %s, want %s\n%v", name, got, c.want, r.Problems)
		}
	}
}

func TestVerifyFile_TellsAllProblemsNotOnlyTheFirst(t *testing.T) {
	rows := bytes.SplitAfter(exported(t, true, chained(t, "a", 1, 9)), []byte("\n"))
	rows[2] = bytes.Replace(rows[2], []byte("비"), []byte("눈"), 1)
	rows[5] = bytes.Replace(rows[5], []byte("note"), []byte("nope"), 1)
	rows = slices.Delete(rows, 7, 8)
	got := codes(verify(bytes.Join(rows, nil)).Problems)
	if want := "changed@:3 changed@:6 missing@:8 trailer_count@:10 trailer_digest@:10"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestVerifyFile_UnknownKindsAreKeptWithAWarning(t *testing.T) {
	c := Chain{Box: "a", Epoch: 1}
	l, err := c.Next(Draft{Author: "x", At: gunAt, Kind: "drone", Body: json.RawMessage(`{"height_m": 3, "x":[1 ,2]}`)})
	if err != nil {
		t.Fatal(err)
	}
	b := exported(t, true, []Line{l})
	f, err := Import("race.jsonl", bytes.NewReader(b))
	if err != nil || len(f.Lines) != 1 || string(f.Lines[0].Body) != `{"height_m":3,"x":[1,2]}` {
		t.Fatalf("%v %v", f, err)
	}
	if got := codes(f.Report.Warnings); got != "unknown_kind@:2" {
		t.Errorf("warnings %s", got)
	}
	if again := exported(t, true, f.Lines); !bytes.Equal(again, b) {
		t.Error("an unknown kind does not come out as it came in")
	}
}

// endless is a file with a line that goes on for n bytes.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	k := min(int64(len(p)), e.n)
	e.n -= k
	for i := range p[:k] {
		p[i] = 'x'
	}
	return int(k), nil
}

func TestVerifyFile_ALineOfTwoGigabytesIsSkippedNotRead(t *testing.T) {
	head := exported(t, false)
	rest := AppendLine(nil, chained(t, "a", 1, 1)[0])
	size := int64(2 << 30)
	if testing.Short() {
		size = MaxLine + 1
	}
	r := VerifyFile("race.jsonl", io.MultiReader(bytes.NewReader(head), &endless{n: size}, strings.NewReader("\n"+string(rest)+"\n")))
	if got := codes(r.Problems); got != "too_long@:2" || r.Lines != 2 {
		t.Errorf("%s, %d lines", got, r.Lines)
	}
}

func TestVerifyFile_AReadErrorIsTold(t *testing.T) {
	r := VerifyFile("race.jsonl", io.MultiReader(bytes.NewReader(exported(t, false)), failing{}))
	if got := codes(r.Problems); got != "disk@:1" || r.Problems[0].Kind != fault.Unavailable {
		t.Errorf("%s", got)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("pulled out") }

func TestImport_DamagedFilesGiveTheWholeLinesAndTheFaults(t *testing.T) {
	b := bytes.Replace(exported(t, true, chained(t, "a", 1, 6)), []byte("비"), []byte("눈"), 1)
	f, err := Import("race.jsonl", bytes.NewReader(b))
	var list fault.List
	if !errors.As(err, &list) || len(list) != 2 || len(f.Lines) != 5 {
		t.Errorf("%d lines, %v", len(f.Lines), err)
	}
}

func TestMergeFiles_RefusesAnotherEdition(t *testing.T) {
	_, err := MergeFiles(File{Name: "a", Edition: "x"}, File{Name: "b", Edition: "y"})
	if fault.CodeOf(err) != "logbook.edition_other" {
		t.Error(err)
	}
}

func TestMergeFiles_IsTheUnionAndTellsForks(t *testing.T) {
	a := chained(t, "a", 1, 4)
	forged := a[3]
	forged.Author = "someone"
	forged.Hash = forged.Sum()
	f, err := MergeFiles(File{Edition: "x", Lines: a[:3]}, File{Edition: "x", Lines: a[1:]}, File{Edition: "x", Lines: []Line{forged}})
	if fault.CodeOf(errors.Unwrap(errors.Join(err))) == "" && fault.CodeOf(err) != "logbook.fork" || len(f.Lines) != 5 {
		t.Errorf("%d lines, %v", len(f.Lines), err)
	}
}

// drawLines draws a set of lines from two boxes, some of them forked.
func drawLines(t *rapid.T, pool []Line, label string) []Line {
	return rapid.SliceOfN(rapid.SampledFrom(pool), 0, 12).Draw(t, label)
}

func TestMerge_IsCommutativeAssociativeAndIdempotent(t *testing.T) {
	pool := slices.Concat(chained(t, "a", 1, 5), chained(t, "b", 1, 5))
	for _, i := range []int{2, 7} {
		l := pool[i]
		l.Author = "fork"
		l.Hash = l.Sum()
		pool = append(pool, l)
	}
	union := func(x, y []Line) []Line { m, _ := Merge(x, y); return m }
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawLines(t, pool, "a"), drawLines(t, pool, "b"), drawLines(t, pool, "c")
		ab, forked := Merge(a, b)
		ba, alsoForked := Merge(b, a)
		if !sameLines(ab, ba) || fmt.Sprint(forked) != fmt.Sprint(alsoForked) {
			t.Fatal("not commutative")
		}
		if !sameLines(union(ab, c), union(a, union(b, c))) {
			t.Fatal("not associative")
		}
		if !sameLines(union(ab, ab), ab) || !sameLines(union(ab, a), ab) {
			t.Fatal("not idempotent")
		}
	})
}

func TestVerify_FindsAnySingleDamage(t *testing.T) {
	lines, _ := Merge(chained(t, "a", 1, 12), chained(t, "평양/b", 2, 9))
	whole := exported(t, true, lines)
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		switch rapid.SampledFrom([]string{"flip", "remove", "cut", "swap"}).Draw(t, "damage") {
		case "flip":
			b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "remove":
			rows := bytes.SplitAfter(b, []byte("\n"))
			i := rapid.IntRange(0, len(rows)-2).Draw(t, "row")
			b = bytes.Join(slices.Delete(rows, i, i+1), nil)
		case "cut":
			b = b[:rapid.IntRange(0, len(b)-1).Draw(t, "at")]
		case "swap":
			rows := bytes.SplitAfter(b, []byte("\n"))
			i := rapid.IntRange(1, len(rows)-4).Draw(t, "row")
			rows[i], rows[i+1] = rows[i+1], rows[i]
			b = bytes.Join(rows, nil)
		}
		if r := verify(b); len(r.Problems) == 0 {
			t.Fatalf("nothing found in\n%s", b)
		}
	})
}

func TestParseID_ReadsWhatStringWrites(t *testing.T) {
	for _, id := range []ID{{"a", 1, 2}, {"a/b/c", 0, 1<<64 - 1}, {"평양", 1<<32 - 1, 1}} {
		if back, ok := ParseID(id.String()); !ok || back != id {
			t.Errorf("%v: %v %v", id, back, ok)
		}
	}
	for _, s := range []string{"", "a", "a/1", "/1/1", "a/1/0", "a/01/1", "a/x/1", "a/1/x", "a/4294967296/1"} {
		if id, ok := ParseID(s); ok {
			t.Errorf("%q is read as %v", s, id)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, l := range chained(f, "a", 1, 3) {
		f.Add(AppendLine(nil, l))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := DecodeLine(b)
		if err != nil {
			return
		}
		if again := AppendLine(nil, l); !bytes.Equal(again, b) {
			t.Fatalf("%q\n%q", b, again)
		}
		if !json.Valid(b) {
			t.Fatalf("accepted what is no JSON: %q", b)
		}
		if len(l.Body) > 0 && l.Kind == KindReads {
			_, _ = DecodeBody(l.Kind, l.Body)
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add(exported(f, true, chained(f, "a", 1, 2)))
	f.Add(exported(f, false))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Import("x", bytes.NewReader(b))
		if err == nil && len(file.Report.Problems) > 0 {
			t.Fatal("problems without error")
		}
		var out bytes.Buffer
		if err := Export(&out, file.Edition, file.Lines, true); err != nil {
			t.Fatal(err)
		}
	})
}
