package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"stadion/internal/fault"
)

// sqliteWriter and sqliteReader are what a connection is set to. FULL makes a
// commit wait for the disk also in WAL mode: what was answered survives the
// power going. IMMEDIATE takes the write lock at the start of a transaction,
// where waiting for another process can still succeed. Deleted bytes are
// overwritten: they may be a destroyed key. 64 MiB of pages in memory and 16 MiB
// of log before it is folded in keep the indexes of a sale from being written
// over and over.
var (
	sqliteWriter = url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)",
			"secure_delete(1)", "cache_size(-65536)", "wal_autocheckpoint(4000)"},
	}
	sqliteReader = url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(10000)", "query_only(1)", "trusted_schema(0)"},
	}
)

func (db *DB) connectSQLite(ctx context.Context, path string) error {
	db.engine = SQLite
	if path == "" {
		dir, err := os.MkdirTemp("", "stadion-")
		if err != nil {
			return cannotOpen(os.TempDir(), err)
		}
		db.remove = dir
		path = filepath.Join(dir, "stadion.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return cannotOpen(path, err)
	}
	// Only the owner may read it; the WAL beside it inherits the mode.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return cannotOpen(path, err)
	}
	if err := f.Close(); err != nil {
		return cannotOpen(path, err)
	}
	if db.writer, err = openSQLite(path, sqliteWriter, 1); err != nil {
		return cannotOpen(path, err)
	}
	if err := migrate(ctx, goose.DialectSQLite3, db.writer); err != nil {
		return cannotOpen(path, err)
	}
	db.path, db.kept = path, map[string]*sql.Stmt{}
	if db.pen, err = db.writer.Conn(ctx); err != nil {
		return cannotOpen(path, err)
	}
	if db.reader, err = openSQLite(path, sqliteReader, max(4, runtime.NumCPU())); err != nil {
		return cannotOpen(path, err)
	}
	if err := db.reader.PingContext(ctx); err != nil {
		return cannotOpen(path, err)
	}
	return nil
}

func openSQLite(path string, values url.Values, connections int) (*sql.DB, error) {
	slashed := filepath.ToSlash(path)
	if slashed[0] != '/' {
		slashed = "/" + slashed // C:/… is file:///C:/…
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: values.Encode()}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func cannotOpen(where string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.Wrap(fault.Unavailable, "store.open", err, fault.Args{"where": where})
}

// troubleSQLite recognises what is not the statement's but the disk's doing.
func troubleSQLite(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(fault.Unavailable, "store.disk_full", err, nil)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Wrap(fault.Internal, "store.damaged", err, nil)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fault.Wrap(fault.Unavailable, "store.unavailable", err, nil)
	}
	return nil
}
