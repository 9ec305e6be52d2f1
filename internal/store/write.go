package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"sync/atomic"

	"stadion/internal/fault"
)

// The life of a job: it waits in the queue, and is then either run or, if its
// context ended first, abandoned.
const (
	waiting int32 = iota
	running
	abandoned
)

// job is a write function on its way to a commit.
type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	life atomic.Int32
	done chan struct{} // closed when err stands

	err      error
	panicked any  // what fn panicked with
	exited   bool // fn ended its goroutine (runtime.Goexit)
	over     []func(kept bool)
}

func (j *job) failed() bool { return j.err != nil || j.panicked != nil || j.exited }

// isOver tells whoever wants to know whether what fn did is kept.
func (j *job) isOver(kept bool) {
	for _, f := range j.over {
		f(kept)
	}
	j.over = nil
}

// Write runs fn alone: it sees the database as left by all writes before it,
// on every node, and none is between its statements. When Write returns nil,
// fn's changes are on the disk; when it returns an error, none of them are
// (after fault Unavailable store.unavailable at PostgreSQL they may be: the
// line broke before the answer). fn's own error is returned as it is.
//
// Writes that are queued at the same time share one commit, and so one wait
// for the disk; a function that fails is undone by itself and harms no other.
//
// fn must leave a line with tx.Audit (or say tx.Unaudited why not): a write
// without one is refused with fault Internal store.unaudited. fn must use only
// tx, never db, and do nothing slow: all other writes wait for it. It may be
// run a second time if the transaction under it breaks, so apart from setting
// its results it must have no effect outside tx.
//
// When ctx ends while fn still waits, Write returns at once and fn is never
// run. When it ends later, the next statement fails; a commit that has begun is
// awaited, so that the answer is true. A panic in fn is undone and comes out of
// Write. After Close the fault is Unavailable store.closed.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := db.enqueue(j); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.life.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		<-j.done
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	if j.exited {
		runtime.Goexit()
	}
	return j.err
}

func (db *DB) enqueue(j *job) error {
	db.gate.RLock()
	defer db.gate.RUnlock()
	if db.closed {
		return fault.New(fault.Unavailable, "store.closed", nil)
	}
	select {
	case db.queue <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// writeAll is the writer: the only goroutine that changes the database.
func (db *DB) writeAll() {
	defer func() {
		if db.hand != nil {
			close(db.hand)
		}
		close(db.drained)
	}()
	for first := range db.queue {
		batch := db.gather(first)
		db.commit(batch)
		for _, j := range batch {
			close(j.done)
		}
	}
}

// gather takes what is queued now. It waits for nobody: while a commit waits
// for the disk the next batch fills by itself.
func (db *DB) gather(first *job) []*job {
	var batch []*job
	take := func(j *job) {
		if j.life.CompareAndSwap(waiting, running) {
			batch = append(batch, j)
		}
	}
	take(first)
	for len(batch) < db.maxBatch {
		select {
		case j, open := <-db.queue:
			if !open {
				return batch
			}
			take(j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction. Where the transaction itself breaks
// under a function (SQLite gives one up when the disk is full, for instance),
// each of the batch is run again in one of its own: only those whose doing it
// was are harmed.
func (db *DB) commit(batch []*job) {
	if len(batch) == 0 {
		return
	}
	if whole := db.attempt(batch); whole || len(batch) == 1 {
		return
	}
	for _, j := range batch {
		db.attempt([]*job{j})
	}
}

// attempt runs the batch once and sets every job's error. It is false if the
// transaction broke before its commit; then nothing was changed.
func (db *DB) attempt(batch []*job) (whole bool) {
	tx, err := db.begin()
	if err != nil {
		answer(batch, db.trouble(err))
		return true
	}
	done := make([]*job, 0, len(batch))
	for _, j := range batch {
		j.err, j.panicked, j.exited = nil, nil, false
		if err := db.runIn(tx, j, len(batch) == 1); err != nil {
			answer(batch, db.trouble(err))
			_ = tx.Rollback() // the transaction is gone already, or goes now
			over(batch, false)
			return false
		}
		if !j.failed() {
			done = append(done, j)
		}
	}
	if len(done) == 0 {
		_ = tx.Rollback() // nothing is in it
		return true
	}
	if err := tx.Commit(); err != nil {
		answer(done, db.trouble(fmt.Errorf("commit: %w", err)))
		over(done, false)
		return true
	}
	db.commits.Add(1)
	db.writes.Add(int64(len(done)))
	over(done, true)
	return true
}

func over(batch []*job, kept bool) {
	for _, j := range batch {
		j.isOver(kept)
	}
}

func answer(batch []*job, err error) {
	for _, j := range batch {
		if !j.failed() {
			j.err = err
		}
	}
}

// batchTx is the transaction of a batch. On SQLite, where reading a statement's
// text is a third of a small write, statements stay prepared on the writer's
// connection; pgx keeps them by itself.
type batchTx struct {
	*sql.Tx
	db *DB
}

// mostKept bounds the statements that stay prepared.
const mostKept = 500

// begin starts a transaction that is alone among all writers. The writer's
// statements have no context of a caller: one caller's leaving must not break
// the transaction of the others.
func (db *DB) begin() (*batchTx, error) {
	ctx := context.Background()
	if db.engine == SQLite {
		if len(db.kept) > mostKept {
			for _, stmt := range db.kept {
				_ = stmt.Close() // nothing is lost with it
			}
			clear(db.kept)
		}
		tx, err := db.pen.BeginTx(ctx, nil)
		if err != nil {
			return nil, fmt.Errorf("begin: %w", err)
		}
		return &batchTx{tx, db}, nil
	}
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", writeLock); err != nil {
		_ = tx.Rollback() // the lock's error is the one to tell
		return nil, fmt.Errorf("write lock: %w", err)
	}
	return &batchTx{tx, db}, nil
}

// prepared is a statement of the writer's connection, nil at PostgreSQL.
func (tx *batchTx) prepared(query string) (*sql.Stmt, error) {
	if tx.db.engine != SQLite {
		return nil, nil
	}
	stmt := tx.db.kept[query]
	if stmt == nil {
		var err error
		if stmt, err = tx.db.pen.PrepareContext(context.Background(), query); err != nil {
			return nil, err
		}
		tx.db.kept[query] = stmt
	}
	return stmt, nil
}

// exec runs a statement without a caller's context.
func (tx *batchTx) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := tx.prepared(query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return tx.ExecContext(context.Background(), query, args...)
	}
	return stmt.ExecContext(context.Background(), args...)
}

// query asks without a caller's context: a statement that is broken off would
// take the whole batch with it in SQLite.
func (tx *batchTx) query(query string, args ...any) (*sql.Rows, error) {
	stmt, err := tx.prepared(query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return tx.QueryContext(context.Background(), query, args...)
	}
	return stmt.QueryContext(context.Background(), args...)
}

// runIn runs one function in a savepoint and undoes it if it fails. The error
// is the transaction's; the function's own is in the job. One that is alone in
// its batch needs no savepoint: undoing it is undoing the transaction.
func (db *DB) runIn(outer *batchTx, j *job, alone bool) error {
	if !alone {
		if _, err := outer.exec("SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	tx := &Tx{View: View{ctx: j.ctx, db: db, q: detached{outer}}, outer: outer, at: db.instant()}
	db.call(j, tx)
	if !j.failed() {
		j.err = tx.complete()
	}
	if j.over = tx.over; j.failed() {
		j.isOver(false)
	}
	if alone {
		return nil
	}
	if j.failed() {
		if _, err := outer.exec("ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("undo: %w", err)
		}
	}
	if _, err := outer.exec("RELEASE SAVEPOINT one"); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}

// call runs the function in a goroutine that is not the writer's, so that
// neither a panic nor a Goexit (a test's FailNow) takes the writer with it.
// The goroutine is kept for the next function, its stack already grown.
func (db *DB) call(j *job, tx *Tx) {
	if db.hand == nil {
		db.hand = make(chan func())
		go func(work <-chan func()) {
			for f := range work {
				f()
			}
		}(db.hand)
	}
	ended := make(chan struct{})
	db.hand <- func() {
		j.exited = true
		defer func() {
			if p := recover(); p != nil {
				j.panicked, j.exited = p, false
			}
			close(ended)
		}()
		j.err = j.fn(tx)
		j.exited = false
	}
	<-ended
	if j.exited {
		db.hand = nil // it is gone; the next function gets a new one
	}
}
