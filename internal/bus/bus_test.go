package bus

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/logbook/logbooktest"
	"stadion/internal/race"
)

// These make the test program a subprocess that writes until it is killed, or
// one that reads what is there.
const (
	writerFolder = "STADION_BUS_TEST_WRITER"
	readerFolder = "STADION_BUS_TEST_READER"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerFolder); dir != "" {
		fmt.Fprintln(os.Stderr, writeForever(dir))
		os.Exit(1)
	}
	if dir := os.Getenv(readerFolder); dir != "" {
		fmt.Fprintln(os.Stderr, readAll(dir))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// readAll prints every line and every word of damage.
func readAll(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	quiet := slog.New(slog.DiscardHandler)
	s, err := Start(ctx, Options{DataDir: dir, Log: quiet, Damage: func(err error) { fmt.Printf("damage %q\n", err) }})
	if err != nil {
		fmt.Printf("damage %q\n", err)
		return nil
	}
	log, err := s.OpenLog(ctx, "e", "office")
	if err != nil {
		fmt.Printf("damage %q\n", err)
		return nil
	}
	return log.Follow(ctx, func(l logbook.Line) error {
		fmt.Println(string(logbook.AppendLine(nil, l)))
		return nil
	}, cancel)
}

// writeForever appends notes and prints the id of each that is acknowledged.
func writeForever(dir string) error {
	ctx := context.Background()
	s, err := Start(ctx, Options{DataDir: dir})
	if err != nil {
		return err
	}
	log, err := s.OpenLog(ctx, "e", "km5")
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		l, err := log.Append(ctx, logbooktest.Note(fmt.Sprint("line ", i)))
		if err != nil {
			return err
		}
		fmt.Println(l.ID, l.Hash)
	}
}

// damages collects what Options.Damage is told.
type damages struct {
	mu   sync.Mutex
	told []error
}

func (d *damages) add(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, err)
}

func (d *damages) all() []error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

func start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.DataDir == "" {
		o.DataDir = t.TempDir()
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func open(t testing.TB, c *Conn, edition, box string) logbook.Log {
	t.Helper()
	log, err := c.OpenLog(t.Context(), edition, box)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func appendNotes(t testing.TB, log logbook.Log, n int) []logbook.Line {
	t.Helper()
	out := make([]logbook.Line, n)
	for i := range out {
		l, err := log.Append(t.Context(), logbooktest.Note(fmt.Sprint("note ", i)))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = l
	}
	return out
}

func TestLog_KeepsTheContract(t *testing.T) {
	s := start(t, Options{Damage: func(err error) { t.Error("damage: ", err) }})
	n := 0
	logbooktest.TestLog(t, func() logbook.Log { n++; return open(t, s.Conn, fmt.Sprint("edition ", n), "office") })
}

func TestLog_KeepsTheContractOverTheNetwork(t *testing.T) {
	s := start(t, Options{Listen: "127.0.0.1:0", Token: "secret"})
	c, err := Connect(s.URL(), Options{Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	n := 0
	logbooktest.TestLog(t, func() logbook.Log { n++; return open(t, c, fmt.Sprint("edition ", n), "office") })
	if _, err := Connect(s.URL(), Options{}); fault.CodeOf(err) != "logbook.unavailable" {
		t.Errorf("without the token: %v", err)
	}
}

func TestStart_OneProcessAFolder(t *testing.T) {
	s := start(t, Options{})
	_, err := Start(t.Context(), Options{DataDir: filepath.Dir(s.lock.Name())})
	if fault.CodeOf(err) != "logbook.in_use" {
		t.Errorf("a second server on the folder: %v, want logbook.in_use", err)
	}
}

func TestOpenLog_ARestartBeginsAnEpoch(t *testing.T) {
	dir := t.TempDir()
	var all []logbook.Line
	for epoch := uint32(1); epoch <= 3; epoch++ {
		s := start(t, Options{DataDir: dir})
		lines := appendNotes(t, open(t, s.Conn, "e", "km5"), 3)
		if lines[0].Epoch != epoch || lines[0].Seq != 1 {
			t.Errorf("first line after start %d is %v", epoch, lines[0].ID)
		}
		all = append(all, lines...)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, Options{DataDir: dir, Damage: func(err error) { t.Error(err) }})
	got := logbooktest.Collect(t, open(t, s.Conn, "e", "km5"))
	if !sameLines(got, all) || len(logbook.Verify(got)) > 0 {
		t.Errorf("%d lines, want %d; %v", len(got), len(all), logbook.Verify(got))
	}
}

func sameLines(a, b []logbook.Line) bool {
	return slices.EqualFunc(a, b, func(x, y logbook.Line) bool {
		return bytes.Equal(logbook.AppendLine(nil, x), logbook.AppendLine(nil, y))
	})
}

func TestOpenLog_EditionsAreApart(t *testing.T) {
	s := start(t, Options{})
	for _, edition := range []string{"a", "A", "a.b", "a b", "평양-2025"} {
		appendNotes(t, open(t, s.Conn, edition, "box.1"), 1)
	}
	if got := logbooktest.Collect(t, open(t, s.Conn, "a", "x")); len(got) != 1 || got[0].Box != "box.1" {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"", strings.Repeat("x", 300)} {
		if _, err := s.OpenLog(t.Context(), name, "b"); fault.CodeOf(err) != "logbook.name" {
			t.Errorf("edition %.9q: %v", name, err)
		}
		if _, err := s.OpenLog(t.Context(), "e", name); fault.CodeOf(err) != "logbook.name" {
			t.Errorf("box %.9q: %v", name, err)
		}
	}
}

func TestLog_TwoBoxesWriteAtOnce(t *testing.T) {
	s := start(t, Options{Damage: func(err error) { t.Error(err) }})
	var wg sync.WaitGroup
	for _, box := range []string{"km5", "km10"} {
		log := open(t, s.Conn, "e", box)
		wg.Go(func() { appendNotes(t, log, 50) })
	}
	wg.Wait()
	got := logbooktest.Collect(t, open(t, s.Conn, "e", "office"))
	if p := logbook.Verify(got); len(got) != 100 || len(p) > 0 {
		t.Errorf("%d lines, %v", len(got), p)
	}
}

// TestLog_TwoProcessesUnderOneNameForkNothing opens the same box twice.
func TestLog_TwoProcessesUnderOneNameForkNothing(t *testing.T) {
	s := start(t, Options{Damage: func(err error) { t.Error(err) }})
	logs := []logbook.Log{open(t, s.Conn, "e", "km5"), open(t, s.Conn, "e", "km5")}
	var wg sync.WaitGroup
	for i, log := range logs {
		wg.Go(func() {
			for k := range 20 {
				if _, err := log.Append(t.Context(), logbooktest.Note(fmt.Sprint("process ", i, " note ", k))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := logbooktest.Collect(t, logs[0])
	if p := logbook.Verify(got); len(got) != 40 || len(p) > 0 {
		t.Errorf("%d lines, %v", len(got), p)
	}
}

// TestLog_AKilledProcessLosesNoAcknowledgedLine kills a writer in the middle of
// its work, several times on one folder.
func TestLog_AKilledProcessLosesNoAcknowledgedLine(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]string{}
	for round := range 3 {
		for id, hash := range killedWriter(t, dir, 25) {
			acked[id] = hash
		}
		s := start(t, Options{DataDir: dir, Damage: func(err error) { t.Error(err) }})
		log := open(t, s.Conn, "e", "km5")
		lines := logbooktest.Collect(t, log)
		if p := logbook.Verify(lines); len(p) > 0 {
			t.Errorf("round %d: %v", round, p)
		}
		kept := map[string]string{}
		for _, l := range lines {
			kept[l.ID.String()] = l.Hash.String()
		}
		for id, hash := range acked {
			if kept[id] != hash {
				t.Errorf("round %d: acknowledged line %s is gone", round, id)
			}
		}
		if l := appendNotes(t, log, 1)[0]; l.Epoch != uint32(2*round+2) || l.Seq != 1 {
			t.Errorf("round %d: the line after the kill is %v, want epoch %d", round, l.ID, 2*round+2)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func killedWriter(t *testing.T, dir string, after int) map[string]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerFolder+"="+dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acked := map[string]string{}
	in := bufio.NewScanner(out)
	for in.Scan() {
		if id, hash, ok := strings.Cut(in.Text(), " "); ok && len(hash) == 64 {
			acked[id] = hash
		}
		if len(acked) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	if len(acked) < after {
		t.Fatalf("the writer ended by itself: %s", errs.String())
	}
	return acked
}

// TestLog_AppendOutlivesAServerThatIsAway stops the server under a connected
// log and starts it again on the same address and folder.
func TestLog_AppendOutlivesAServerThatIsAway(t *testing.T) {
	dir := t.TempDir()
	s := start(t, Options{DataDir: dir, Listen: "127.0.0.1:0"})
	c, err := Connect(s.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	log := open(t, c, "e", "km5")
	appendNotes(t, log, 2)

	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan logbook.Line, 100)
	followed := make(chan error)
	go func() {
		followed <- log.Follow(ctx, func(l logbook.Line) error { told <- l; return nil }, func() {})
	}()
	<-told
	<-told
	address := strings.TrimPrefix(s.URL(), "nats://")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := log.Append(t.Context(), logbooktest.Note("while away"))
		done <- err
	}()
	again := start(t, Options{DataDir: dir, Listen: address})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	appendNotes(t, log, 2)
	for range 3 {
		<-told
	}
	cancel()
	if err := <-followed; err != nil {
		t.Error(err)
	}
	lines := logbooktest.Collect(t, open(t, again.Conn, "e", "office"))
	if p := logbook.Verify(lines); len(lines) != 5 || len(p) > 0 || lines[4].Epoch != 1 {
		t.Errorf("%d lines, %v", len(lines), p)
	}
}

func TestLog_AppendGivesUpAfterItsPatience(t *testing.T) {
	s := start(t, Options{Listen: "127.0.0.1:0"})
	c, err := Connect(s.URL(), Options{Patience: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	patient, err := Connect(s.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := open(t, patient, "e", "km5").(*Log)
	log.c = c
	_ = s.Close()
	if _, err := log.Append(t.Context(), logbooktest.Note("x")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Append without a server: %v", err)
	}
	_ = patient.Close()
	log.c = patient
	if _, err := log.Append(t.Context(), logbooktest.Note("x")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Append over a closed connection: %v", err)
	}
	if err := log.Follow(t.Context(), nil, nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Follow over a closed connection: %v", err)
	}
}

// TestLog_ALineWhoseAnswerWasLostIsContinued plays the case that a line has
// arrived but Append could not tell.
func TestLog_ALineWhoseAnswerWasLostIsContinued(t *testing.T) {
	s := start(t, Options{})
	log := open(t, s.Conn, "e", "km5").(*Log)
	appendNotes(t, log, 1)
	lost, err := log.chain.Next(logbooktest.Note("lost answer"))
	if err != nil {
		t.Fatal(err)
	}
	before := log.index.last[log.own]
	if err := log.put(t.Context(), log.own, lost); err != nil {
		t.Fatal(err)
	}
	log.index.last[log.own] = before
	log.index.next--
	delete(log.index.hash, lost.ID)
	_ = log.doubt(lost, errors.New("no answer"))

	next := appendNotes(t, log, 1)[0]
	if next.Prev != lost.Hash || next.Seq != lost.Seq+1 {
		t.Errorf("the next line is %v, want it to continue %v", next.ID, lost.ID)
	}
	if got := logbooktest.Collect(t, log); len(got) != 3 || len(logbook.Verify(got)) > 0 {
		t.Errorf("%d lines, %v", len(got), logbook.Verify(got))
	}
}

// TestMerge_KnowsLinesBeyondTheServersWindow opens the log anew, so that
// nothing but the stream itself can tell what it holds.
func TestMerge_KnowsLinesBeyondTheServersWindow(t *testing.T) {
	dir := t.TempDir()
	lines := logbooktest.Lines(t, "km5", 1, 4)
	for range 2 {
		s := start(t, Options{DataDir: dir})
		if _, err := open(t, s.Conn, "e", "office").Merge(t.Context(), lines); err != nil {
			t.Fatal(err)
		}
		got := logbooktest.Collect(t, open(t, s.Conn, "e", "office"))
		if !sameLines(got, lines) {
			t.Errorf("%d lines, want 4", len(got))
		}
		_ = s.Close()
	}
}

func TestMerge_TwoNodesMergeTheSameAtOnce(t *testing.T) {
	s := start(t, Options{})
	lines := logbooktest.Lines(t, "km5", 1, 30)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for _, box := range []string{"hub-a", "hub-b"} {
		log := open(t, s.Conn, "e", box)
		wg.Go(func() {
			n, err := log.Merge(t.Context(), lines)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
		})
	}
	wg.Wait()
	if got := logbooktest.Collect(t, open(t, s.Conn, "e", "x")); !sameLines(got, lines) || total != 30 {
		t.Errorf("%d lines, %d told as new; want 30 of each", len(got), total)
	}
}

func TestLog_AStartListOfFiftyThousandFits(t *testing.T) {
	s := start(t, Options{})
	log := open(t, s.Conn, "e", "office")
	list := logbook.StartList{Revision: 1}
	for i := range 50_000 {
		list.Starters = append(list.Starters, race.Starter{
			Bib: fmt.Sprint(i), Chips: []string{fmt.Sprintf("058%05X", i)}, Race: "marathon", Wave: "a", Class: race.Open,
			Person: race.Person{Name: race.Name{Printed: fmt.Sprint("러너 ", i), Family: "RUNNER", Given: fmt.Sprint("N", i*7919)}, Sex: race.Female, BirthDate: "1990-01-02", Club: "Club"},
		})
	}
	if _, err := log.Append(t.Context(), logbook.Draft{Author: "office", At: logbooktest.Noon, Kind: logbook.KindStartList, Body: list}); err != nil {
		t.Fatal(err)
	}
	facts, problems := logbook.Gather(logbooktest.Collect(t, log))
	if len(facts.StartList) != 50_000 || len(problems) > 0 {
		t.Errorf("%d starters, %v", len(facts.StartList), problems)
	}
	_, err := log.Append(t.Context(), logbook.Draft{Kind: "blob", Body: json.RawMessage(`"` + strings.Repeat("x", logbook.MaxLine) + `"`)})
	if fault.CodeOf(err) != "logbook.too_long_line" {
		t.Errorf("a line of 32 MiB: %v", err)
	}
}

// TestFollow_TellsEveryLineDamagedOnTheDisk flips a bit at many places of the
// store's files: each line is then delivered as it was written, or there is a
// word of damage; nothing wrong is delivered. The reader is a process of its
// own because the server is known to turn in circles on some damage.
func TestFollow_TellsEveryLineDamagedOnTheDisk(t *testing.T) {
	whole := t.TempDir()
	s := start(t, Options{DataDir: whole})
	lines := appendNotes(t, open(t, s.Conn, "e", "km5"), 6)
	_ = s.Close()
	block := filepath.Join("jetstream", "$G", "streams", "logbook_e", "msgs", "1.blk")
	data, err := os.ReadFile(filepath.Join(whole, block))
	if err != nil {
		t.Fatal(err)
	}
	for at := 7; at < len(data); at += len(data)/7 + 1 {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		bent := bytes.Clone(data)
		bent[at] ^= 4
		if err := os.WriteFile(filepath.Join(dir, block), bent, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), readerFolder+"="+dir)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		told, delivered := 0, 0
		for row := range strings.Lines(string(out)) {
			row = strings.TrimSuffix(row, "\n")
			switch {
			case strings.HasPrefix(row, "damage"):
				told++
			case slices.ContainsFunc(lines, func(l logbook.Line) bool { return string(logbook.AppendLine(nil, l)) == row }):
				delivered++
			default:
				t.Errorf("byte %d: delivered %s", at, row)
			}
		}
		if delivered != len(lines) && told == 0 {
			t.Errorf("byte %d of %d: %d of %d lines and no word about the rest", at, len(data), delivered, len(lines))
		}
	}
}

// TestOpenLog_ALostStoreIsToldAndItsEpochsAreNotUsedAgain takes the whole store
// away and gives the lines back from a copy.
func TestOpenLog_ALostStoreIsToldAndItsEpochsAreNotUsedAgain(t *testing.T) {
	dir := t.TempDir()
	s := start(t, Options{DataDir: dir})
	lines := appendNotes(t, open(t, s.Conn, "e", "km5"), 3)
	_ = s.Close()
	if err := os.Rename(filepath.Join(dir, "jetstream"), filepath.Join(dir, "jetstream.damaged")); err != nil {
		t.Fatal(err)
	}
	var d damages
	s = start(t, Options{DataDir: dir, Damage: d.add})
	log := open(t, s.Conn, "e", "km5")
	logbooktest.Collect(t, log)
	if told := d.all(); len(told) != 1 || fault.CodeOf(told[0]) != "logbook.store_gap" {
		t.Errorf("told %v, want logbook.store_gap", told)
	}
	l := appendNotes(t, log, 1)[0]
	if l.Epoch != 2 {
		t.Errorf("the line after the loss is %v, want epoch 2", l.ID)
	}
	if n, err := log.Merge(t.Context(), lines); n != 3 || err != nil {
		t.Errorf("Merge of the copy: %d, %v", n, err)
	}
	if got := logbooktest.Collect(t, log); len(got) != 4 || len(logbook.Verify(got)) > 0 {
		t.Errorf("%d lines, %v", len(got), logbook.Verify(got))
	}
}

// TestMessage_DamageNamesTheLine holds what a replay says of a line that
// reaches us changed.
func TestMessage_DamageNamesTheLine(t *testing.T) {
	l := logbooktest.Lines(t, "km5", 1, 2)[1]
	m, err := pack("x", l, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Data {
		bent := bytes.Clone(m.Data)
		bent[i] ^= 1
		_, err := unpack(m.Header, bent)
		var e *fault.Error
		if !errors.As(err, &e) || e.Args["where"] != "km5/1/2" {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	m.Header.Set(headerEncoding, "rot13")
	if _, err := unpack(m.Header, m.Data); fault.CodeOf(err) != "logbook.unreadable" {
		t.Error(err)
	}
}

func TestToken_DifferentIDsStayDifferent(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{"a", "A", "=41", "a.b", "a b", "a/b", "a*", ">", "-_9", "평"} {
		tok, err := token(id)
		if other, twice := seen[tok]; err != nil || twice || strings.ContainsAny(tok, ".*> /ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Errorf("%q -> %q, as %q, %v", id, tok, other, err)
		}
		seen[tok] = id
	}
}
