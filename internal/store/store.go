// Package store keeps what the office keeps, in SQL: accounts and sessions,
// the audit log, editions, published revisions, certificate codes, settings
// and staged uploads. It runs on SQLite (a file, the default) and PostgreSQL
// (by URL) with one SQL text, and every test of it runs on both. DESIGN.md
// says how writes are made durable, and why so.
//
// There is one file per capability. A capability's methods on DB are complete
// use-cases: each is one Write and leaves its line in the audit log in the
// same transaction. Nothing here asks who may do what: access.Can was asked at
// the route.
//
// # Migrations
//
// They stand in migrations/sqlite and migrations/postgres under the same file
// names, are embedded, and run when the database is opened. The rules that let
// a new program be put in place, and taken back, while a race is being held:
//
//   - A migration that was released is never edited; a change is a new file.
//   - A migration only adds: tables, columns with a default, indexes. The
//     release before it keeps working on the migrated database, so that two
//     versions may run side by side and the older may come back.
//   - What is to go is first no longer read (one release), then no longer
//     written (the next), then dropped (the one after).
//   - There are no down migrations: the way back is the older program, or the
//     backup.
//   - Both engines' files make the same tables and columns; a test compares.
//   - Numbers are INTEGER in SQLite and BIGINT in PostgreSQL, instants are
//     nanoseconds (race.Instant), states are words held by a CHECK, text keys
//     sort by bytes on both (COLLATE "C"), absent text is empty, never NULL.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// Engine is the database behind a store.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Option is how a store is opened.
type Option struct {
	// URL is "" for a private SQLite file that goes away with Close, a file
	// path or "sqlite:PATH" for SQLite, "postgres://…" for PostgreSQL.
	URL string
	// Now is the clock.
	Now func() time.Time
	// Random gives tokens, codes and salts; crypto/rand if nil.
	Random io.Reader
	// Cost of passwords; access.DefaultCost if zero.
	Cost access.Cost
	// MaxBatch is how many queued writes share a commit; 256 if 0, 1 = none.
	MaxBatch int
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	engine Engine
	now    func() time.Time
	random io.Reader
	hasher *access.Hasher

	writer *sql.DB              // one connection
	pen    *sql.Conn            // SQLite: that connection
	kept   map[string]*sql.Stmt // SQLite: what is prepared on it; the writer's own
	reader *sql.DB              // read-only connections
	path   string               // of the file of SQLite
	remove string               // folder of a private database, removed by Close

	queue    chan *job
	maxBatch int
	hand     chan func()   // runs write functions; the writer's own
	drained  chan struct{} // closed when the writer has ended
	gate     sync.RWMutex  // held for reading while a job is put in the queue
	closed   bool

	sale atomic.Pointer[SaleStore] // whose day book hold lines of the audit log

	writes, commits atomic.Int64
}

// Open opens the database at url and brings its tables up to date. See Option
// for the forms of url. The faults are Invalid store.url and Unavailable
// store.open (with the file's path, or the database's host).
func Open(ctx context.Context, url string, now func() time.Time) (*DB, error) {
	return OpenWith(ctx, Option{URL: url, Now: now})
}

// OpenWith is Open with every choice.
func OpenWith(ctx context.Context, o Option) (*DB, error) {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Cost == (access.Cost{}) {
		o.Cost = access.DefaultCost
	}
	if o.MaxBatch == 0 {
		o.MaxBatch = 256
	}
	db := &DB{
		now: o.Now, random: o.Random, hasher: access.NewHasher(o.Cost, o.Random), maxBatch: o.MaxBatch,
		queue: make(chan *job, 1024), drained: make(chan struct{}),
	}
	if err := db.connect(ctx, o.URL); err != nil {
		db.disconnect()
		return nil, err
	}
	go db.writeAll()
	return db, nil
}

// scheme finds the scheme of a URL; a Windows drive letter is none.
var scheme = regexp.MustCompile(`^([a-z][a-z0-9+.-]+):`)

func (db *DB) connect(ctx context.Context, url string) error {
	m := scheme.FindStringSubmatch(url)
	switch {
	case m == nil:
		return db.connectSQLite(ctx, url)
	case m[1] == "sqlite":
		return db.connectSQLite(ctx, strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//"))
	case m[1] == "postgres" || m[1] == "postgresql":
		return db.connectPostgres(ctx, url)
	}
	return fault.New(fault.Invalid, "store.url", fault.Args{"scheme": m[1]})
}

// Engine says which database is behind the store.
func (db *DB) Engine() Engine { return db.engine }

// Close takes no more writes, waits until those that were accepted are
// committed and answered, and closes the database. Further calls do nothing.
func (db *DB) Close() error {
	db.gate.Lock()
	if db.closed {
		db.gate.Unlock()
		<-db.drained
		return nil
	}
	db.closed = true
	close(db.queue)
	db.gate.Unlock()
	<-db.drained
	return db.disconnect()
}

func (db *DB) isClosed() bool {
	db.gate.RLock()
	defer db.gate.RUnlock()
	return db.closed
}

func (db *DB) disconnect() error {
	var first error
	if db.pen != nil {
		first = db.pen.Close()
	}
	for _, pool := range []*sql.DB{db.reader, db.writer} { // the writer last: it folds the WAL into the file
		if pool == nil {
			continue
		}
		if err := pool.Close(); err != nil && first == nil {
			first = err
		}
	}
	if db.remove != "" {
		if err := os.RemoveAll(db.remove); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Stats are counts since the store was opened, for metrics and tests.
type Stats struct {
	Writes  int64 // functions whose changes were committed
	Commits int64 // commits they took: each is one wait for the disk
}

// Stats gives the counts.
func (db *DB) Stats() Stats { return Stats{db.writes.Load(), db.commits.Load()} }

// instant is the clock as an instant.
func (db *DB) instant() race.Instant { return race.At(db.now()) }
