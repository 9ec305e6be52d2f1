package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/seal"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
	"stadion/internal/web/api"
)

// clients is how many keep-alive connections ask at the same time.
const clients = 2000

// BenchmarkHTTPHolds measures the address that sells, as it is mounted, over TCP
// on the same machine: 2,000 connections that never wait, each asking for three
// scarce things at once, on a SQLite file in full sync. Beside it, in the same
// run and under the same load, stands a handler that only decodes the same body
// and answers the same JSON. The client is part of the load of both.
//
// In a rush holds go into the sale's day book; what is there is filed before the
// next turn begins, and the time that takes counts for what is called filed.
//
//	x-bare          holds a second by answers a second of the bare handler
//	filed/s         holds a second until their rows stand in all tables
//	p99-ms          how long the slowest of a hundred holds took
//	soldout-x-bare  the same for people who come when all is sold
func BenchmarkHTTPHolds(b *testing.B) {
	n := max(b.N, clients)
	bare := listen(b, http.HandlerFunc(onlyDecode))
	shop, kept := sqliteShop(b, 10_000_000)
	empty, _ := sqliteShop(b, 0)
	for _, url := range []string{bare, shop, empty} { // connections, pools and prepared statements
		load(b, url, clients, 0)
	}
	file := func() time.Duration {
		began := time.Now()
		if err := kept.File(context.Background(), edition); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	file()
	b.ResetTimer()
	var bares, holds, outs came
	var filing time.Duration
	for range 3 { // in turns, so that what else the machine does is everybody's
		bares.add(load(b, bare, n/3, 201))
		holds.add(load(b, shop, n/3, 201))
		filing += file()
		outs.add(load(b, empty, n/3, 409))
	}
	b.StopTimer()
	b.ReportMetric(bares.rate(), "bare/s")
	b.ReportMetric(holds.rate(), "holds/s")
	b.ReportMetric(float64(holds.n)/(holds.took+filing).Seconds(), "filed/s")
	b.ReportMetric(outs.rate(), "soldout/s")
	b.ReportMetric(holds.rate()/bares.rate(), "x-bare")
	b.ReportMetric(outs.rate()/bares.rate(), "soldout-x-bare")
	b.ReportMetric(holds.p99().Seconds()*1000, "p99-ms")
	b.ReportMetric(outs.p99().Seconds()*1000, "soldout-p99-ms")
	b.ReportMetric(bares.p99().Seconds()*1000, "bare-p99-ms")
	b.ReportMetric(0, "ns/op")
}

// onlyDecode is the handler the sale is measured against.
func onlyDecode(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Items []struct {
			Product  string `json:"product"`
			Quantity int    `json:"quantity"`
		} `json:"items"`
		Email string `json:"email"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Items) == 0 {
		http.Error(w, "wrong", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id":"abcdefghijklmnopqrstuvwxyz","number":"TES26-0001","expires_at":"2026-01-01T12:15:00.123456789Z","amount":219500,"currency":"EUR","decimals":2}`+"\n")
}

func listen(b *testing.B, h http.Handler) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() { _ = srv.Serve(ln) }()
	b.Cleanup(func() { _ = srv.Close() })
	return ln.Addr().String()
}

// sqliteShop is the API over a new SQLite file with so many of everything.
func sqliteShop(b *testing.B, size int) (addr string, kept *store.SaleStore) {
	b.Helper()
	ctx, boss := context.Background(), access.System("bench")
	db, err := store.OpenWith(ctx, store.Option{URL: storetest.URL(b, store.SQLite), Now: time.Now, Cost: storetest.Cost})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if _, err := db.CreateEdition(ctx, boss, store.Edition{ID: edition, Date: "2026-04-05", Name: "Test"}); err != nil {
		b.Fatal(err)
	}
	box, err := seal.New([]byte("0123456789abcdef0123456789abcdef"), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	s := db.Sale(box)
	if err := s.CreateSale(ctx, boss, catalogue(size)); err != nil {
		b.Fatal(err)
	}
	c := sale.NewCounter(edition, s, 0)
	b.Cleanup(c.Close)
	room, err := api.New(api.Config{Source: api.Source{Views: s, Counter: func(string) *sale.Counter { return c }, Blind: box.Blind,
		ID: func() string { return fmt.Sprintf("order%021d", ids.Add(1)) }, Now: func() race.Instant { return race.At(time.Now()) }}})
	if err != nil {
		b.Fatal(err)
	}
	return listen(b, mount(b, room)), s
}

// came is what loads came to.
type came struct {
	n     int
	took  time.Duration
	waits []time.Duration
}

func (l *came) add(o came) {
	l.n, l.took, l.waits = l.n+o.n, l.took+o.took, append(l.waits, o.waits...)
}

func (l *came) rate() float64 { return float64(l.n) / l.took.Seconds() }

func (l *came) p99() time.Duration {
	slices.Sort(l.waits)
	return l.waits[len(l.waits)*99/100]
}

var asked atomic.Int64

// load lets all clients ask n times in all, and holds every answer against the
// status it must have (0 = any).
func load(b *testing.B, addr string, n, want int) (out came) {
	b.Helper()
	conns := make([]net.Conn, clients)
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		conns[i] = c
		defer c.Close()
	}
	waits := make([][]time.Duration, clients)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	began := time.Now()
	for i, c := range conns {
		all.Go(func() {
			var buf [1024]byte
			req := make([]byte, 0, 512)
			for left.Add(-1) >= 0 {
				req = request(req[:0], asked.Add(1))
				at := time.Now()
				status, err := exchange(c, req, buf[:])
				if err != nil || want != 0 && status != want {
					b.Errorf("%d, %v: %s", status, err, buf[:400])
					return
				}
				waits[i] = append(waits[i], time.Since(at))
			}
		})
	}
	all.Wait()
	out.n, out.took = n, time.Since(began)
	for _, w := range waits {
		out.waits = append(out.waits, w...)
	}
	return out
}

// request is what a buyer's program sends.
func request(b []byte, n int64) []byte {
	var few [128]byte
	body := append(few[:0], `{"items":[{"product":"package","quantity":1}],"email":"buyer`...)
	body = append(strconv.AppendInt(body, n, 10), `@reader.example"}`...)
	b = append(b, "POST /api/v1/editions/test-2026/holds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: key-"...)
	b = append(strconv.AppendInt(b, n, 10), "\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n\r\n"...)
	return append(b, body...)
}

// exchange sends a request and reads its answer, which is known to be short.
func exchange(c net.Conn, req, buf []byte) (status int, err error) {
	if _, err = c.Write(req); err != nil {
		return 0, err
	}
	n := 0
	for {
		k, err := c.Read(buf[n:])
		if err != nil {
			return 0, err
		}
		n += k
		end := bytes.Index(buf[:n], []byte("\r\n\r\n"))
		if end < 0 {
			continue
		}
		at := bytes.Index(buf[:end+2], []byte("\r\nContent-Length: "))
		if at < 0 {
			return 0, fmt.Errorf("no length: %s", buf[:n])
		}
		length := 0
		for _, d := range buf[at+18:] {
			if d < '0' || d > '9' {
				break
			}
			length = length*10 + int(d-'0')
		}
		if n >= end+4+length {
			status, err = strconv.Atoi(string(buf[9:12]))
			return status, err
		}
	}
}
