// Package storetest gives tests the stores they need: each test gets an empty
// one of its own, on SQLite and on a throw-away PostgreSQL that is started once
// per test process and goes with it. Where PostgreSQL cannot be had the test
// fails and says what is missing; it never skips.
package storetest

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stadion/internal/access"
	"stadion/internal/store"
)

// Engines are the engines every store test runs on.
var Engines = []store.Engine{store.SQLite, store.Postgres}

// Cost makes passwords cheap: tests sign in often.
var Cost = access.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

// Clock is a clock a test moves.
type Clock struct{ at atomic.Int64 }

// NewClock starts at 09:00 on the race day of the reference event.
func NewClock() *Clock {
	c := &Clock{}
	c.at.Store(time.Date(2025, 4, 6, 0, 0, 0, 0, time.UTC).UnixNano())
	return c
}

// Now is the clock's instant.
func (c *Clock) Now() time.Time { return time.Unix(0, c.at.Load()).UTC() }

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) { c.at.Add(int64(d)) }

// Each runs a test on every engine, on an empty store with a clock of its own.
func Each(t *testing.T, test func(t *testing.T, db *store.DB, clock *Clock)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) {
		clock := NewClock()
		test(t, Open(t, url, clock), clock)
	})
}

// EachURL runs a test on every engine with the address of an empty database.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for _, e := range Engines {
		t.Run(string(e), func(t *testing.T) { test(t, URL(t, e)) })
	}
}

// Open opens a store for a test and closes it with the test. Tokens, codes and
// salts come out the same in every run.
func Open(t testing.TB, url string, clock *Clock) *store.DB {
	t.Helper()
	db, err := store.OpenWith(context.Background(), store.Option{URL: url, Now: clock.Now, Random: &Dice{}, Cost: Cost})
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// URL is the address of an empty database that goes with the test.
func URL(t testing.TB, e store.Engine) string {
	t.Helper()
	if e == store.SQLite {
		return filepath.Join(t.TempDir(), "stadion.db")
	}
	return postgresURL(t)
}

var databases atomic.Int64

func postgresURL(t testing.TB) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	defer conn.Close(ctx)
	name := fmt.Sprintf("test_%d_%d", processID, databases.Add(1))
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() { drop(t, base, name) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("address of the test server: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

func drop(t testing.TB, base, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Errorf("connect to drop %s: %v", name, err)
		return
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("drop %s: %v", name, err)
	}
}

// Dice is a source of bytes that look random, never repeat within a process
// run, and are the same in the next. For tests only.
type Dice struct{ state atomic.Uint64 }

// Read fills p.
func (d *Dice) Read(p []byte) (int, error) {
	var b bytes.Buffer
	for b.Len() < len(p) {
		x := d.state.Add(0x9e3779b97f4a7c15) // splitmix64
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
		for range 8 {
			b.WriteByte(byte(x))
			x >>= 8
		}
	}
	return copy(p, b.Bytes()), nil
}
