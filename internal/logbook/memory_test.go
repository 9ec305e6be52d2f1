package logbook_test

import (
	"testing"

	"stadion/internal/logbook"
	"stadion/internal/logbook/logbooktest"
)

func TestMemory_KeepsTheContract(t *testing.T) {
	logbooktest.TestLog(t, func() logbook.Log { return logbook.NewMemory("office") })
}

func TestMemory_EpochIsOneMoreThanTheLast(t *testing.T) {
	lines := logbooktest.Lines(t, "office", 4, 2)
	m := logbook.NewMemory("office", lines...)
	l, err := m.Append(t.Context(), logbooktest.Note("x"))
	if err != nil || l.Epoch != 5 || l.Seq != 1 || l.Prev != (logbook.Hash{}) {
		t.Errorf("first line after a restart is %v, prev %v, %v", l.ID, l.Prev, err)
	}
	if n := len(m.Lines()); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
}
