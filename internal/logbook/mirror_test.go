package logbook

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"stadion/internal/fault"
)

func mirror(t *testing.T) *Mirror {
	m := &Mirror{Path: filepath.Join(t.TempDir(), "mirror", "race.jsonl"), Edition: "pyongyang-2025"}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mirrored(t *testing.T, m *Mirror, lines ...Line) {
	t.Helper()
	for _, l := range lines {
		if err := m.Append(l); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Import(m.Path, bytes.NewReader(content(t, m.Path)))
	if err != nil || f.Edition != m.Edition {
		t.Fatalf("%v, %v", f.Report, err)
	}
}

func TestMirror_HoldsEachLineOnceAcrossRestarts(t *testing.T) {
	m, lines := mirror(t), chained(t, "a", 1, 6)
	mirrored(t, m, lines[:3]...)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	again := &Mirror{Path: m.Path, Edition: m.Edition}
	mirrored(t, again, lines...)
	if err := again.AppendAll(slices.Concat(lines, lines)); err != nil {
		t.Fatal(err)
	}
	f, err := Import(m.Path, bytes.NewReader(content(t, m.Path)))
	if err != nil || !sameLines(f.Lines, lines) || len(again.Problems()) > 0 {
		t.Errorf("%v, %v, %v", f.Report, err, again.Problems())
	}
	if _, err := os.Stat(m.Path + ".torn"); err == nil {
		t.Error("a whole file was torn")
	}
	_ = again.Close()
}

// TestMirror_MovesATornTailAside cuts the file at every byte, as a power cut
// may, and expects every byte either in the file or in the torn one.
func TestMirror_MovesATornTailAside(t *testing.T) {
	m, lines := mirror(t), chained(t, "a", 1, 3)
	mirrored(t, m, lines...)
	_ = m.Close()
	whole := content(t, m.Path)
	for cut := range whole {
		if cut > 200 && cut%7 != 0 && whole[cut] != '\n' && whole[cut-1] != '\n' {
			continue // every byte of the head, then enough of them
		}
		for _, garbage := range []string{"", "\x00\x00\x00", "\x00\n"} {
			_ = os.Remove(m.Path + ".torn")
			if err := os.WriteFile(m.Path, append(bytes.Clone(whole[:cut]), garbage...), 0o644); err != nil {
				t.Fatal(err)
			}
			again := &Mirror{Path: m.Path, Edition: m.Edition}
			if err := again.Open(); err != nil {
				if garbage != "" && fault.CodeOf(err) == "logbook.not_a_logbook" {
					continue // nothing but garbage: not ours to write to
				}
				t.Fatalf("cut at %d with %q: %v", cut, garbage, err)
			}
			kept := bytes.TrimSuffix(content(t, m.Path), []byte("\n"))
			torn, _ := os.ReadFile(m.Path + ".torn")
			if !bytes.HasPrefix(whole, kept) {
				t.Fatalf("cut at %d with %q: kept %s", cut, garbage, kept)
			}
			if lost := cut + len(garbage) - len(kept) - len(torn); lost > 1 {
				t.Fatalf("cut at %d with %q: %d bytes lost", cut, garbage, lost)
			}
			mirrored(t, again, lines...)
			_ = again.Close()
		}
	}
}

func TestMirror_LeavesDamageInTheMiddleAndTellsIt(t *testing.T) {
	m, lines := mirror(t), chained(t, "a", 1, 4)
	mirrored(t, m, lines...)
	_ = m.Close()
	b := bytes.Replace(content(t, m.Path), []byte("비"), []byte("눈"), 1)
	if err := os.WriteFile(m.Path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	again := &Mirror{Path: m.Path, Edition: m.Edition}
	for _, l := range lines {
		if err := again.Append(l); err != nil {
			t.Fatal(err)
		}
	}
	_ = again.Close()
	if p := again.Problems(); len(p) != 1 || p[0].Code != "logbook.changed" {
		t.Errorf("problems %v", p)
	}
	after := content(t, m.Path)
	if !bytes.HasPrefix(after, b) || !bytes.Contains(after, AppendLine(nil, lines[1])) {
		t.Error("the damaged line was touched, or the good one not written again")
	}
}

func TestMirror_WritesToNoFileThatIsNotItsOwn(t *testing.T) {
	var other bytes.Buffer
	if err := Export(&other, "seoul-2025", nil, false); err != nil {
		t.Fatal(err)
	}
	for code, b := range map[string][]byte{
		"logbook.edition_other": other.Bytes(),
		"logbook.sealed":        exported(t, true),
		"logbook.not_a_logbook": []byte("bib,chip\n1,2\n"),
		"logbook.version":       []byte(`{"stadion":"logbook","version":2}` + "\n"),
	} {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		m := &Mirror{Path: path, Edition: "pyongyang-2025"}
		if err := m.Append(chained(t, "a", 1, 1)[0]); fault.CodeOf(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
		if !bytes.Equal(content(t, path), b) {
			t.Errorf("%s: the file was changed", code)
		}
	}
}

func TestMirror_ADiskThatFailsIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	m := &Mirror{Path: filepath.Join(file, "race.jsonl"), Edition: "x"}
	if err := m.Append(chained(t, "a", 1, 1)[0]); fault.CodeOf(err) != "logbook.disk" {
		t.Error(err)
	}
}
