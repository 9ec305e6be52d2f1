package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestAudit_SaysWhoDidWhatWhen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		by := access.Actor{Account: "A1", Name: "Kim Min-su"}
		must(t, db.Record(t.Context(), by, "gun.record", "e-1", "marathon", map[string]any{"at": "09:00:00"}))
		page, more, err := db.Entries(t.Context(), store.EntryFilter{})
		must(t, err)
		if len(page) != 1 || more {
			t.Fatalf("%d lines, more %v", len(page), more)
		}
		e := page[0]
		if e.At != race.At(clock.Now()) || e.Actor != "A1" || e.ActorName != "Kim Min-su" || e.Action != "gun.record" ||
			e.Edition != "e-1" || e.Subject != "marathon" || string(e.Detail) != `{"at":"09:00:00"}` {
			t.Errorf("line %+v", e)
		}
	})
}

func TestAudit_IsUndoneWithItsChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Audit(boss, "test.note", "", "x", nil), errors.New("later trouble"))
		})
		if err == nil || len(notes(t, db)) != 0 {
			t.Errorf("%v, lines %v", err, notes(t, db))
		}
	})
}

func TestAudit_OnlyGrows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		must(t, note(t.Context(), db, "x"))
		for _, statement := range []string{`UPDATE audit SET subject = 'y'`, `DELETE FROM audit`} {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				tx.Unaudited()
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "audit only grows") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if got := notes(t, db); !slices.Equal(got, []string{"x"}) {
			t.Errorf("lines %v", got)
		}
	})
}

func TestEntries_FiltersAndPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		start := race.At(clock.Now())
		actions := []store.Action{"gun.record", "gun.void", "gunpowder", "ruling.make"}
		for i := range 40 {
			by := access.Actor{Account: fmt.Sprintf("A%d", i%2), Name: "n"}
			must(t, db.Record(t.Context(), by, actions[i%4], fmt.Sprintf("e%d", i%5), fmt.Sprintf("s%d", i), nil))
			clock.Pass(time.Second)
		}
		count := func(f store.EntryFilter) int {
			page, _, err := db.Entries(t.Context(), f)
			must(t, err)
			return len(page)
		}
		for want, f := range map[int]store.EntryFilter{
			40: {},
			8:  {Edition: "e3"},
			20: {Action: "gun."},
			10: {Action: "gunpowder"},
			4:  {Edition: "e3", Actor: "A1"},
			1:  {Subject: "s7"},
			7:  {From: start.Add(3 * time.Second), Until: start.Add(10 * time.Second)},
			0:  {Action: "gun"},
		} {
			if got := count(f); got != want {
				t.Errorf("%+v: %d lines, want %d", f, got, want)
			}
		}
		var seen []string
		f := store.EntryFilter{Limit: 15}
		for pages := 1; ; pages++ {
			page, more, err := db.Entries(t.Context(), f)
			must(t, err)
			for _, e := range page {
				seen = append(seen, e.Subject)
			}
			if !more {
				if pages != 3 {
					t.Errorf("%d pages", pages)
				}
				break
			}
			f.Before = page[len(page)-1].ID
			must(t, db.Record(t.Context(), boss, "ruling.make", "", "meanwhile", nil)) // does not shift the pages
		}
		for i, s := range seen {
			if want := fmt.Sprintf("s%d", 39-i); s != want {
				t.Fatalf("line %d of the pages is %s, want %s", i, s, want)
			}
		}
		if len(seen) != 40 {
			t.Errorf("%d lines on the pages", len(seen))
		}
	})
}
