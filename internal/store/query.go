package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// querier is what reads: a pool, or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// detached asks in a batch's transaction, without the caller's context.
type detached struct{ tx *batchTx }

func (d detached) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.tx.query(query, args...)
}

// View reads. SQL text is the same for both engines: placeholders are $1, $2.
type View struct {
	ctx context.Context
	db  *DB
	q   querier
}

// Read runs fn over one consistent state of the database, which no write
// changes meanwhile. It never waits for writes.
func (db *DB) Read(ctx context.Context, fn func(v *View) error) error {
	option := &sql.TxOptions{ReadOnly: true}
	if db.engine == Postgres {
		option.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.reader.BeginTx(ctx, option)
	if err != nil {
		return db.troubleIn(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was changed
	return fn(&View{ctx, db, tx})
}

// view reads by single statements.
func (db *DB) view(ctx context.Context) *View { return &View{ctx, db, db.reader} }

// Each runs a query and calls row for every row of the answer. row must not
// query further.
func (v *View) Each(row func(scan func(dest ...any) error) error, query string, args ...any) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	args, err := plain(args)
	if err != nil {
		return err
	}
	rows, err := v.q.QueryContext(v.ctx, query, args...)
	if err != nil {
		return v.db.troubleIn(v.ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return v.db.troubleIn(v.ctx, rows.Err())
}

// Find scans the first row of the answer into dest and reports whether there
// was one.
func (v *View) Find(dest []any, query string, args ...any) (found bool, err error) {
	err = v.Each(func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(dest...)
	}, query, args...)
	return found, err
}

// list gathers the rows of a query.
func list[T any](v *View, row func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := v.Each(func(scan func(...any) error) error {
		t, err := row(scan)
		out = append(out, t)
		return err
	}, query, args...)
	return out, err
}

// first is the first row of a query.
func first[T any](v *View, row func(scan func(...any) error) (T, error), query string, args ...any) (t T, found bool, err error) {
	ts, err := list(v, row, query, args...)
	if err != nil || len(ts) == 0 {
		return t, false, err
	}
	return ts[0], true, nil
}

// Tx is one write function's share of a transaction: it reads what it and all
// writes before it wrote.
type Tx struct {
	View
	outer   *batchTx
	at      race.Instant
	wrote   bool
	audited bool
	over    []func(kept bool)
}

// At is the instant of the write.
func (tx *Tx) At() race.Instant { return tx.at }

// Exec runs a statement that changes something and returns the number of rows
// it changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if err := tx.ctx.Err(); err != nil {
		return 0, err
	}
	args, err := plain(args)
	if err != nil {
		return 0, err
	}
	tx.wrote = true
	result, err := tx.outer.exec(query, args...)
	if err != nil {
		return 0, tx.db.trouble(err)
	}
	n, err := result.RowsAffected()
	return n, tx.db.trouble(err)
}

// whenOver has f called when it stands whether what the function did is kept, by
// the writer, before anything else is written.
func (tx *Tx) whenOver(f func(kept bool)) { tx.over = append(tx.over, f) }

// Unaudited says that what is written needs no line in the audit log: nobody
// decided it (expired rows swept, sign-in attempts counted).
func (tx *Tx) Unaudited() { tx.audited = true }

// complete is asked when the function has returned.
func (tx *Tx) complete() error {
	if err := tx.ctx.Err(); err != nil {
		return err
	}
	if tx.wrote && !tx.audited {
		return fault.New(fault.Internal, "store.unaudited", nil)
	}
	return nil
}

// plain turns arguments into what both drivers take alike. Text that
// PostgreSQL could not keep is refused on both: fault Invalid store.text.
func plain(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		if s, ok := v.(string); ok && (!utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0) {
			return nil, fault.New(fault.Invalid, "store.text", fault.Args{"value": strings.ToValidUTF8(s, "\uFFFD")})
		}
		if b, ok := v.([]byte); ok && b == nil {
			v = []byte{}
		}
		out[i] = v
	}
	return out, nil
}

// trouble turns a driver's error into a fault where it is about the database
// rather than the statement.
func (db *DB) trouble(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, sql.ErrConnDone) || db.isClosed() {
		return fault.Wrap(fault.Unavailable, "store.closed", err, nil)
	}
	recognise := troubleSQLite
	if db.engine == Postgres {
		recognise = troublePostgres
	}
	if f := recognise(err); f != nil {
		return f
	}
	return err
}

// troubleIn is trouble for a read, which its context may have broken off.
func (db *DB) troubleIn(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return db.trouble(err)
}
