package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// block occupies the writer until release is called, and returns when it does.
func block(t *testing.T, db *store.DB) (release func()) {
	t.Helper()
	started, hold, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Write(context.Background(), func(tx *store.Tx) error {
			close(started)
			<-hold
			return tx.Audit(boss, "test.block", "", "", nil)
		})
	}()
	<-started
	return func() {
		close(hold)
		must(t, <-ended)
	}
}

// queue starts n writers and returns when all wait; their errors come in order
// from the function returned.
func queue(db *store.DB, n int, write func(i int) error) (answers func() []error) {
	errs := make([]error, n)
	var all sync.WaitGroup
	before := db.Queued()
	for i := range n {
		all.Go(func() { errs[i] = write(i) })
	}
	for db.Queued() < before+n {
		runtime.Gosched()
	}
	return func() []error { all.Wait(); return errs }
}

func TestWrite_QueuedWritesShareOneCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		before := db.Stats()
		release := block(t, db)
		answers := queue(db, 50, func(i int) error { return note(t.Context(), db, fmt.Sprint(i)) })
		release()
		for i, err := range answers() {
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
		s := db.Stats()
		if writes, commits := s.Writes-before.Writes, s.Commits-before.Commits; writes != 51 || commits != 2 {
			t.Errorf("%d writes took %d commits, want 51 in 2", writes, commits)
		}
		if got := len(notes(t, db)); got != 50 {
			t.Errorf("%d lines, want 50", got)
		}
	})
}

func TestWrite_AFailingOneHarmsNoOther(t *testing.T) {
	own := errors.New("own")
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		release := block(t, db)
		answers := queue(db, 30, func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				must(t, tx.Audit(boss, "test.note", "", fmt.Sprint(i), nil))
				switch i % 3 {
				case 1:
					return own
				case 2:
					_, err := tx.Exec(`INSERT INTO no_such_table (a) VALUES ($1)`, i)
					return err
				}
				return nil
			})
		})
		release()
		for i, err := range answers() {
			switch i % 3 {
			case 0:
				must(t, err)
			case 1:
				if !errors.Is(err, own) {
					t.Errorf("write %d: %v, want its own error", i, err)
				}
			case 2:
				if err == nil {
					t.Errorf("write %d into a table that is not there succeeded", i)
				}
			}
		}
		got := notes(t, db)
		slices.Sort(got)
		if want := []string{"0", "12", "15", "18", "21", "24", "27", "3", "6", "9"}; !slices.Equal(got, want) {
			t.Errorf("lines of %v, want %v", got, want)
		}
	})
}

// SQLite gives a whole transaction up at some errors; ROLLBACK inside a
// function does the same to both engines.
func TestWrite_ABrokenTransactionHarmsOnlyItsCause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		release := block(t, db)
		answers := queue(db, 9, func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				if i == 4 {
					if _, err := tx.Exec(`ROLLBACK`); err != nil {
						return err
					}
					return errors.New("broke it")
				}
				return tx.Audit(boss, "test.note", "", fmt.Sprint(i), nil)
			})
		})
		release()
		for i, err := range answers() {
			if (err != nil) != (i == 4) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		got := notes(t, db)
		slices.Sort(got)
		if want := []string{"0", "1", "2", "3", "5", "6", "7", "8"}; !slices.Equal(got, want) {
			t.Errorf("lines of %v, want %v, each once", got, want)
		}
	})
}

func TestWrite_SeesWhatEarlierWritesOfTheBatchLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		release := block(t, db)
		var seen []int
		answers := queue(db, 20, func(i int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				var n int
				if _, err := tx.Find([]any{&n}, `SELECT COUNT(*) FROM audit WHERE action = $1`, "test.note"); err != nil {
					return err
				}
				seen = append(seen, n)
				return tx.Audit(boss, "test.note", "", fmt.Sprint(i), nil)
			})
		})
		release()
		for _, err := range answers() {
			must(t, err)
		}
		for i, n := range seen {
			if i != n {
				t.Fatalf("the writes saw %v lines, want each one more", seen)
			}
		}
	})
}

// Two stores on one database are two nodes: their batches follow one another.
func TestWrite_TwoNodesCountWithoutLoss(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		nodes := []*store.DB{storetest.Open(t, url, clock), storetest.Open(t, url, clock)}
		const each = 40
		var all sync.WaitGroup
		for i := range 2 * each {
			all.Go(func() {
				err := nodes[i%2].Write(t.Context(), func(tx *store.Tx) error {
					var n int
					if _, err := tx.Find([]any{&n}, `SELECT COUNT(*) FROM audit`); err != nil {
						return err
					}
					return tx.Audit(boss, "test.note", "", fmt.Sprint(n), nil)
				})
				if err != nil {
					t.Errorf("write: %v", err)
				}
			})
		}
		all.Wait()
		got := notes(t, nodes[0])
		for i, s := range got {
			if s != fmt.Sprint(i) {
				t.Fatalf("line %d counted %s before it", i, s)
			}
		}
		if len(got) != 2*each {
			t.Errorf("%d lines, want %d", len(got), 2*each)
		}
	})
}

func TestWrite_WhatWasAnsweredIsThereAfterReopening(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		for i := range 5 {
			must(t, note(t.Context(), db, fmt.Sprint(i)))
		}
		must(t, db.Close())
		again := storetest.Open(t, url, clock)
		if got := notes(t, again); !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
			t.Errorf("after reopening: %v", got)
		}
	})
}

func TestWrite_WithoutAnAuditLineIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		insert := func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO setting (name, kind, value, changed_at) VALUES ($1, 'plain', $2, 0)`, "a", []byte("b"))
			return err
		}
		wantFault(t, db.Write(t.Context(), insert), fault.Internal, "store.unaudited")
		if _, found, err := db.Setting(t.Context(), "a"); found || err != nil {
			t.Errorf("it was written all the same: %v, %v", found, err)
		}
		must(t, db.Write(t.Context(), func(tx *store.Tx) error { tx.Unaudited(); return insert(tx) }))
	})
}

func TestWrite_LeavingWhileWaitingMeansNeverRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		release := block(t, db)
		ctx, leave := context.WithCancel(t.Context())
		answers := queue(db, 3, func(i int) error {
			if i == 1 {
				return note(ctx, db, "left")
			}
			return note(t.Context(), db, "stayed")
		})
		leave()
		release()
		if errs := answers(); errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
			t.Errorf("answers %v", errs)
		}
		if got := notes(t, db); !slices.Equal(got, []string{"stayed", "stayed"}) {
			t.Errorf("lines %v", got)
		}
		if err := note(ctx, db, "late"); !errors.Is(err, context.Canceled) {
			t.Errorf("a write that comes with an ended context: %v", err)
		}
	})
}

func TestWrite_LeavingWhileRunningUndoesOnlyThat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		release := block(t, db)
		ctx, leave := context.WithCancel(t.Context())
		answers := queue(db, 3, func(i int) error {
			if i != 1 {
				return note(t.Context(), db, "stayed")
			}
			return db.Write(ctx, func(tx *store.Tx) error {
				err := tx.Audit(boss, "test.note", "", "left", nil)
				leave()
				return errors.Join(err, tx.Audit(boss, "test.note", "", "left", nil))
			})
		})
		release()
		if errs := answers(); errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
			t.Errorf("answers %v", errs)
		}
		if got := notes(t, db); !slices.Equal(got, []string{"stayed", "stayed"}) {
			t.Errorf("lines %v", got)
		}
	})
}

func TestWrite_APanicComesOutAndIsUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		func() {
			defer func() {
				if p := recover(); p != "oh" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = db.Write(t.Context(), func(tx *store.Tx) error {
				must(t, tx.Audit(boss, "test.note", "", "panicked", nil))
				panic("oh")
			})
			t.Error("no panic")
		}()
		ended := make(chan bool)
		go func() {
			defer close(ended)
			_ = db.Write(context.Background(), func(*store.Tx) error { runtime.Goexit(); return nil })
			t.Error("the goroutine goes on after Goexit")
		}()
		<-ended
		must(t, note(t.Context(), db, "after"))
		if got := notes(t, db); !slices.Equal(got, []string{"after"}) {
			t.Errorf("lines %v", got)
		}
	})
}

func TestClose_DrainsWhatWasAccepted(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		db := storetest.Open(t, url, clock)
		release := block(t, db)
		answers := queue(db, 20, func(i int) error { return note(context.Background(), db, fmt.Sprint(i)) })
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		for !db.Closed() {
			runtime.Gosched()
		}
		wantFault(t, note(t.Context(), db, "late"), fault.Unavailable, "store.closed")
		release()
		for _, err := range answers() {
			must(t, err)
		}
		must(t, <-closed)
		_, err := db.Editions(t.Context())
		wantFault(t, err, fault.Unavailable, "store.closed")
		must(t, db.Close())
		if got := notes(t, storetest.Open(t, url, clock)); len(got) != 20 {
			t.Errorf("%d lines, want 20", len(got))
		}
	})
}

func TestRead_SeesOneStateWhileWritesGoOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		must(t, note(t.Context(), db, "1"))
		count := func(v *store.View) (n int) {
			_, err := v.Find([]any{&n}, `SELECT COUNT(*) FROM audit`)
			must(t, err)
			return n
		}
		must(t, db.Read(t.Context(), func(v *store.View) error {
			before := count(v)
			must(t, note(t.Context(), db, "2"))
			if after := count(v); after != before {
				t.Errorf("%d lines, then %d, in one read", before, after)
			}
			return nil
		}))
		must(t, db.Read(t.Context(), func(v *store.View) error {
			if n := count(v); n != 2 {
				t.Errorf("%d lines in the next read", n)
			}
			return nil
		}))
	})
}

func TestRead_CannotChangeAnything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		err := db.Read(t.Context(), func(v *store.View) error {
			_, err := v.Find([]any{new(string)}, `INSERT INTO setting (name, kind, value, changed_at) VALUES ('a', 'plain', $1, 0) RETURNING name`, []byte("b"))
			return err
		})
		if err == nil {
			t.Error("a read wrote")
		}
		if _, found, err := db.Setting(t.Context(), "a"); found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

func TestRead_EndsWithItsContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Editions(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// One text on both engines: parameters in any order, used twice, words, numbers
// and bytes of every kind.
func TestSQL_OneTextOnBothEngines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Unaudited()
			_, err := tx.Exec(`INSERT INTO setting (changed_at, value, kind, name) VALUES ($4, $3, $2, $1)`,
				"세종 · Σ · 😀", store.Plain, []byte{0, 1, 0xff}, int64(1)<<62)
			return err
		}))
		must(t, db.Read(t.Context(), func(v *store.View) error {
			var name, again string
			var value []byte
			var at int64
			found, err := v.Find([]any{&name, &value, &at, &again},
				`SELECT name, value, changed_at, CAST($2 AS TEXT) FROM setting WHERE name = $2 AND kind = $1 AND (name = $2 OR $2 = '')`,
				store.Plain, "세종 · Σ · 😀")
			if !found || err != nil || name != "세종 · Σ · 😀" || again != name || string(value) != "\x00\x01\xff" || at != 1<<62 {
				t.Errorf("found %v: %q %q %x %d, %v", found, name, again, value, at, err)
			}
			return nil
		}))
		err := db.SetSetting(t.Context(), boss, "nul\x00", nil)
		wantFault(t, err, fault.Invalid, "store.text")
		err = db.SetSetting(t.Context(), boss, "latin1 \xe9", nil)
		wantFault(t, err, fault.Invalid, "store.text")
	})
}
