package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/seal"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// buyers is how many ask at the same time.
const buyers = 2000

// BenchmarkSaleHolds measures durable holds of three quotas each by 2,000 buyers
// at once, as over HTTP, and compares them in the same run with the plain way of doing it:
// on SQLite one commit for each order, on PostgreSQL five round trips for each
// order by concurrent clients.
func BenchmarkSaleHolds(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		s := saleAt(b, storetest.URL(b, store.SQLite))
		grouped := holdAll(b, b.N, 0, s)
		b.ReportMetric(filedRate(b, b.N, grouped, s), "filed/s")
		single := holdAll(b, min(b.N, 1000), 1, saleAt(b, storetest.URL(b, store.SQLite)))
		b.ReportMetric(grouped, "holds/s")
		b.ReportMetric(grouped/single, "x-one-commit")
	})
	b.Run("postgres two nodes", func(b *testing.B) {
		url := storetest.URL(b, store.Postgres)
		waitForDisk(b, url)
		one := saleAt(b, url)
		grouped := holdAll(b, b.N, 0, one, another(b, url))
		b.ReportMetric(filedRate(b, b.N, grouped, one), "filed/s")
		if used := quota(b, one, "seat:a").Used; used != b.N {
			b.Fatalf("%d seats used by %d orders", used, b.N)
		}
		trips := fiveTrips(b, min(b.N, 1000), url)
		b.ReportMetric(grouped, "holds/s")
		b.ReportMetric(grouped/trips, "x-five-trips")
	})
}

// waitForDisk has the test server, which otherwise never does, wait for the disk
// at every commit.
func waitForDisk(b *testing.B, url string) {
	conn := get[*pgx.Conn](b)(pgx.Connect(context.Background(), url))
	b.Cleanup(func() { must(b, conn.Close(context.Background())) })
	set := func(to string) {
		for _, text := range []string{"ALTER SYSTEM SET fsync = " + to, "ALTER SYSTEM SET full_page_writes = " + to, "SELECT pg_reload_conf()"} {
			_, err := conn.Exec(context.Background(), text)
			must(b, err)
		}
	}
	set("on")
	b.Cleanup(func() { set("off") })
	var on string
	for on != "on" { // the server reads its file a moment later
		must(b, conn.QueryRow(context.Background(), "SHOW fsync").Scan(&on))
	}
}

// another is a second node at the same database.
func another(b *testing.B, url string) *store.SaleStore {
	db, err := store.OpenWith(context.Background(), store.Option{URL: url, Now: open, Cost: storetest.Cost})
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	return db.Sale(box(b))
}

// clients are the connections of the plain way: more of them only wait.
const clients = 64

// fiveTrips is the plain way of holding three units of a row each: BEGIN,
// SELECT … FOR UPDATE, UPDATE, INSERT, COMMIT. It writes a fifth of what an order
// of the sale is: no ledgers, no mail, no key, no log.
func fiveTrips(b *testing.B, n int, url string) float64 {
	ctx := context.Background()
	setup := get[*pgx.Conn](b)(pgx.Connect(ctx, url))
	_, err := setup.Exec(ctx, `CREATE TABLE plain_quota (id TEXT PRIMARY KEY, size BIGINT NOT NULL, used BIGINT NOT NULL CHECK (used <= size));
		INSERT INTO plain_quota VALUES ('bed', 1000000, 0), ('race:marathon', 1000000, 0), ('seat', 1000000, 0);
		CREATE TABLE plain_order (id TEXT PRIMARY KEY, body TEXT NOT NULL)`)
	must(b, err)
	must(b, setup.Close(ctx))
	body := strings.Repeat("an order ", 100)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	conns := make([]*pgx.Conn, clients)
	for i := range conns {
		conns[i] = get[*pgx.Conn](b)(pgx.Connect(ctx, url))
	}
	start := time.Now()
	for _, conn := range conns {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := plainHold(ctx, conn, fmt.Sprintf("order-%020d", orderIDs.Add(1)), body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	rate := float64(n) / time.Since(start).Seconds()
	for _, conn := range conns {
		must(b, conn.Close(ctx))
	}
	return rate
}

func plainHold(ctx context.Context, conn *pgx.Conn, id, body string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit it does nothing
	rows, err := tx.Query(ctx, `SELECT size - used FROM plain_quota WHERE id IN ('bed', 'race:marathon', 'seat') ORDER BY id FOR UPDATE`)
	if err != nil {
		return err
	}
	free, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || slices.Min(free) < 1 {
		return fmt.Errorf("free %v: %w", free, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE plain_quota SET used = used + 1 WHERE id IN ('bed', 'race:marathon', 'seat')`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO plain_order VALUES ($1, $2)`, id, body); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// open is the clock of these sales: an hour after the opening.
func open() time.Time { return saletest.Opens.Add(time.Hour).Time() }

// saleAt opens a store with the small sale of all tests, made big.
func saleAt(b *testing.B, url string) *store.SaleStore {
	b.Helper()
	db, err := store.OpenWith(context.Background(), store.Option{URL: url, Now: open, Cost: storetest.Cost})
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	_, err = db.CreateEdition(context.Background(), boss, store.Edition{ID: saletest.Edition, Date: "2026-04-05", Name: "Test"})
	must(b, err)
	c := saletest.Catalogue()
	for i := range c.Resources {
		c.Resources[i].Size = 1_000_000
	}
	s := db.Sale(box(b))
	must(b, s.CreateSale(context.Background(), boss, c))
	return s
}

var orderIDs atomic.Int64

// place is what a program asks for through the API: a tour with its seat and
// bed, and a race, for somebody of whom the e-mail is known.
func place(at *seal.Box) sale.Ask {
	n := orderIDs.Add(1)
	email := fmt.Sprintf("runner%d@example.org", n)
	return sale.Ask{ID: fmt.Sprintf("order-%020d", n), Key: fmt.Sprintf("key-%020d", n), Body: "digest", Lang: "ko",
		Wants:   []sale.Want{{Product: "tour-a", N: 1}, {Product: "marathon", N: 1}},
		Private: sale.Private{Email: email}, Blinds: []string{at.Blind("email", email)}}
}

// holdAll lets buyers hold n orders over the stores, most to a commit, and gives
// the holds a second.
func holdAll(b *testing.B, n, most int, stores ...*store.SaleStore) float64 {
	b.Helper()
	counters := make([]*sale.Counter, len(stores))
	for i, s := range stores {
		counters[i] = sale.NewCounter(saletest.Edition, s, most)
	}
	blinds := box(b)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	start := time.Now()
	for g := range buyers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := counters[g%len(counters)].Hold(context.Background(), place(blinds)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(start).Seconds()
}

// filedRate is the holds a second until their rows stand in all tables.
func filedRate(b *testing.B, n int, rate float64, s *store.SaleStore) float64 {
	b.Helper()
	began := time.Now()
	must(b, s.File(context.Background(), saletest.Edition))
	return float64(n) / (float64(n)/rate + time.Since(began).Seconds())
}

// BenchmarkSaleJoins measures how many people a second join a waiting list that
// has so many already, of a race of which nothing is left.
func BenchmarkSaleJoins(b *testing.B) {
	for _, size := range []int{1_000, 20_000} {
		b.Run(fmt.Sprintf("waiting=%d", size), func(b *testing.B) {
			s := saleAt(b, storetest.URL(b, store.SQLite))
			c := sale.NewCounter(saletest.Edition, s, 0)
			must(b, c.Resize(context.Background(), "race:marathon", "", 0, true, boss))
			joinAll(b, c, size)
			b.ResetTimer()
			b.ReportMetric(joinAll(b, c, b.N), "joins/s")
		})
	}
}

// joinAll lets buyers join a list n times, and gives the joins a second.
func joinAll(b *testing.B, c *sale.Counter, n int) float64 {
	b.Helper()
	blinds := box(b)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	start := time.Now()
	for range buyers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				n := orderIDs.Add(1)
				email := fmt.Sprintf("runner%d@example.org", n)
				if _, err := c.Join(context.Background(), sale.WaitAsk{ID: fmt.Sprintf("wait-%021d", n), Lang: "ko", Party: 1,
					Wants:   []sale.Want{{Product: "tour-a", N: 1}, {Product: "marathon", N: 1}},
					Private: sale.Private{Email: email}, Blinds: []string{blinds.Blind("email", email)}}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(start).Seconds()
}
