package store_test

import (
	"context"
	"os"
	"testing"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/store"
)

// TestMain runs the tests, or, as a child of one of them, the writer that is
// going to be killed.
func TestMain(m *testing.M) {
	if url := os.Getenv(killVariable); url != "" {
		os.Exit(writeUntilKilled(url))
	}
	if url := os.Getenv(floodVariable); url != "" {
		os.Exit(sellUntilKilled(url))
	}
	os.Exit(m.Run())
}

var boss = access.System("test")

// wantFault fails the test unless err is a fault of the code.
func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("got %v, want fault %s of kind %d", err, code, kind)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// get is for calls that must not fail.
func get[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func edition(t *testing.T, db *store.DB, id string) store.Edition {
	t.Helper()
	return get[store.Edition](t)(db.CreateEdition(t.Context(), boss, store.Edition{
		ID: id, Date: "2025-04-06", Name: "31st Marathon", TOML: "id = \"" + id + "\"\n",
	}))
}

// note writes a line of the audit log.
func note(ctx context.Context, db *store.DB, subject string) error {
	return db.Record(ctx, boss, "test.note", "", subject, nil)
}

// notes are the subjects of the lines, the earliest first.
func notes(t *testing.T, db *store.DB) []string {
	t.Helper()
	entries, more, err := db.Entries(context.Background(), store.EntryFilter{Action: "test.note", Limit: 1000})
	must(t, err)
	if more {
		t.Fatal("more lines than a page")
	}
	var out []string
	for _, e := range entries {
		out = append([]string{e.Subject}, out...)
	}
	return out
}
