package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"stadion/internal/fault"
)

// writeLock is the advisory lock a batch of writes holds, so that the batches
// of several nodes follow one another and a function that is written sees the
// database as if it were alone. "stadion" in ASCII.
const writeLock int64 = 0x73746164696f6e

func (db *DB) connectPostgres(ctx context.Context, dsn string) error {
	db.engine = Postgres
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The cause repeats the address, password and all: it is dropped.
		return fault.New(fault.Invalid, "store.url", fault.Args{"scheme": "postgres"})
	}
	where := cfg.Host + "/" + cfg.Database
	setup := stdlib.OpenDB(*cfg)
	setup.SetMaxOpenConns(1)
	defer setup.Close()
	if err := migrate(ctx, goose.DialectPostgres, setup); err != nil {
		return cannotOpen(where, err)
	}

	write := cfg.Copy()
	set(write, map[string]string{
		"synchronous_commit": "on", "statement_timeout": "60s", "lock_timeout": "15s",
		"idle_in_transaction_session_timeout": "60s", "application_name": "stadion writer",
		"enable_seqscan": "off", // a plan made for an empty table is kept while a sale fills it
	})
	db.writer = stdlib.OpenDB(*write)
	db.writer.SetMaxOpenConns(1)

	read := cfg.Copy()
	set(read, map[string]string{
		"default_transaction_read_only": "on", "statement_timeout": "60s", "application_name": "stadion reader",
	})
	db.reader = stdlib.OpenDB(*read)
	db.reader.SetMaxOpenConns(16)
	db.reader.SetMaxIdleConns(4)
	for _, err := range []error{db.writer.PingContext(ctx), db.reader.PingContext(ctx)} {
		if err != nil {
			return cannotOpen(where, err)
		}
	}
	return nil
}

// set gives session parameters, except those the address names itself. A
// choice that durability or read-only reads rest on is not the address's.
func set(cfg *pgx.ConnConfig, params map[string]string) {
	for k, v := range params {
		_, named := cfg.RuntimeParams[k]
		if !named || k == "default_transaction_read_only" {
			cfg.RuntimeParams[k] = v
		}
	}
}

// troublePostgres recognises what is not the statement's but the server's or
// the line's doing.
func troublePostgres(err error) error {
	gone := fault.Wrap(fault.Unavailable, "store.unavailable", err, nil)
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch {
		case e.Code == "53100":
			return fault.Wrap(fault.Unavailable, "store.disk_full", err, nil)
		case strings.HasPrefix(e.Code, "XX"):
			return fault.Wrap(fault.Internal, "store.damaged", err, nil)
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57P"),
			e.Code == "57014", e.Code == "55P03", e.Code == "25P03", e.Code == "40P01":
			return gone
		}
		return nil
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return gone
	}
	return nil
}
