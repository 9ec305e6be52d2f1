package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/store"
)

type serveCmd struct {
	Data     string `required:"" placeholder:"DIR" help:"Data folder; made if it is not there."`
	Listen   string `default:"localhost:8080" help:"Address of the pages."`
	Database string `placeholder:"URL" help:"postgres://… ; without it a SQLite file in the data folder."`
	NATS     string `name:"nats" placeholder:"URL" help:"An external NATS with JetStream; without it the embedded one."`
	Metrics  string `placeholder:"ADDR" help:"Private address for /metrics; without it there is none."`
	Secure   bool   `help:"The pages are behind TLS: cookies are sent over it only."`

	saleSettings
}

// Run serves until it is stopped.
func (c *serveCmd) Run(r *run) error {
	log := slog.New(slog.NewTextHandler(r.Stderr, nil))
	h, err := openHall(r, hallConfig{Dir: c.Data, Database: c.Database, NATS: c.NATS, Now: r.Now, Log: log, SealKey: c.SealKey})
	if err != nil {
		return err
	}
	if err := c.saleSettings.open(h, r.Now); err != nil {
		return errors.Join(err, h.Close())
	}
	if n, err := h.db.Accounts(r); err != nil {
		return errors.Join(err, h.Close())
	} else if len(n) == 0 {
		fmt.Fprintln(r.Stderr, r.say.T("app.no_account", "dir", c.Data))
	}
	return errors.Join(serve(r, h, serving{c.Listen, c.Metrics, c.Secure, log}, func(url string) {
		fmt.Fprintln(r.Stdout, r.say.T("app.serving", "url", url))
	}), h.Close())
}

// serving is how the pages are served.
type serving struct {
	listen, metrics string
	secure          bool
	log             *slog.Logger
}

// patience is how long open answers may take when the server is stopped.
const patience = 5 * time.Second

// serve answers until ctx is done. ready is told the address, once it listens.
func serve(r *run, h *hall, s serving, ready func(url string)) error {
	handler, err := h.handler(r.Now, s)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fault.Wrap(fault.Invalid, "app.listen", err, fault.Args{"address": s.listen})
	}
	ctx, cancel := context.WithCancel(r)
	defer cancel()
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn), BaseContext: func(net.Listener) context.Context { return ctx }}
	h.tend(ctx)
	failed := make(chan error, 2)
	go func() { failed <- srv.Serve(ln) }()
	if s.metrics != "" {
		go func() { failed <- h.serveMetrics(ctx, s.metrics) }()
	}
	ready("http://" + shown(ln.Addr().String(), s.listen))
	select {
	case err := <-failed:
		return errors.Join(err, srv.Close())
	case <-r.Done():
	}
	cancel() // ends streams, so that they do not hold the stop up
	stop, done := context.WithTimeout(context.WithoutCancel(r), patience)
	defer done()
	if err := srv.Shutdown(stop); err != nil {
		return srv.Close()
	}
	return nil
}

// shown is the address as a person would type it.
func shown(addr, asked string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if asked, _, err := net.SplitHostPort(asked); err == nil && asked != "" && asked != "0.0.0.0" && asked != "::" {
		return net.JoinHostPort(asked, port)
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		return "localhost:" + port
	}
	return addr
}

func (h *hall) serveMetrics(ctx context.Context, addr string) error {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "stadion_store_writes_total", Help: "Writes asked of the database."},
			func() float64 { return float64(h.db.Stats().Writes) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "stadion_store_commits_total", Help: "Commits they were made in."},
			func() float64 { return float64(h.db.Stats().Commits) }))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	srv := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type accountCmd struct {
	Add accountAdd `cmd:"" help:"Make an account. The password is read from standard input."`
}

type accountAdd struct {
	Login    string   `arg:"" help:"Name to sign in with."`
	Data     string   `required:"" placeholder:"DIR" help:"Data folder."`
	Database string   `placeholder:"URL" help:"postgres://… ; without it the SQLite file in the data folder."`
	Name     string   `placeholder:"NAME" help:"As shown to colleagues."`
	Role     []string `default:"organiser" help:"organiser, timekeeper, referee, announcer, viewer; ROLE@EDITION for one edition only."`
}

// Run makes the account.
func (c *accountAdd) Run(r *run) error {
	var grants []access.Grant
	for _, s := range c.Role {
		role, edition, _ := strings.Cut(s, "@")
		if !access.Role(role).Known() {
			return called("store.role", fault.Args{"value": role})
		}
		grants = append(grants, access.Grant{Edition: edition, Role: access.Role(role)})
	}
	if r.Terminal {
		fmt.Fprint(r.Stderr, r.say.T("app.password", "login", c.Login)+" ")
	}
	password, err := readLine(r.Stdin)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fault.Wrap(fault.Invalid, "app.data_dir", err, fault.Args{"dir": c.Data, "why": reasonOf(err)})
	}
	db, err := store.Open(r, databaseIn(c.Data, c.Database), r.Now)
	if err != nil {
		return err
	}
	a, err := db.CreateAccount(r, access.System("account add"), store.NewAccount{
		Login: c.Login, Name: c.Name, Password: password, Grants: grants})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.account_made", "login", a.Login))
	return nil
}
