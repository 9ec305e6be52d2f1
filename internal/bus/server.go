package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"stadion/internal/fault"
)

// maxPayload is the largest message, in bytes: the most the server advises. Long
// lines are compressed before they go out; 50,000 starters take about 2 MB.
const maxPayload = 8 << 20

// Server is an embedded server and the connection to it.
type Server struct {
	*Conn
	ns   *server.Server
	lock *os.File
}

// Start starts the embedded server on its folder. Every line is flushed to the
// disk before it is acknowledged. ctx bounds the start, not the server: Close
// ends that. A store that was damaged may keep it from coming up: then the
// folder's "jetstream" has to be moved aside, and the lines are merged into a
// new one from the plain file beside it (DESIGN.md). Faults: logbook.in_use when another process has the folder,
// logbook.store_stuck when it does not come up, logbook.store.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.withDefaults()
	if err := os.MkdirAll(o.DataDir, 0o755); err != nil {
		return nil, storeFault(err)
	}
	lock, err := lockFile(filepath.Join(o.DataDir, "lock"))
	if err != nil {
		return nil, fault.Wrap(fault.Conflict, "logbook.in_use", err, fault.Args{"where": o.DataDir})
	}
	s := &Server{lock: lock}
	if err := s.start(ctx, o); err != nil {
		return nil, fmtClose(err, s.Close())
	}
	return s, nil
}

func fmtClose(err, closing error) error {
	if closing != nil {
		return fault.Wrap(fault.Internal, "logbook.store", fmt.Errorf("%w; closing: %w", err, closing), fault.Args{})
	}
	return err
}

func (s *Server) start(ctx context.Context, o Options) error {
	opts := &server.Options{
		ServerName: "stadion", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: o.DataDir, SyncAlways: true, DisableJetStreamBanner: true,
		MaxPayload: maxPayload, Authorization: o.Token,
	}
	if o.Listen != "" {
		host, port, err := listenAddress(o.Listen)
		if err != nil {
			return fault.Wrap(fault.Invalid, "logbook.name", err, fault.Args{"value": o.Listen}).On("listen")
		}
		opts.DontListen, opts.Host, opts.Port = false, host, port
	}
	ns, err := server.NewServer(opts)
	if err != nil {
		return storeFault(err)
	}
	s.ns = ns
	ns.SetLoggerV2(serverLog{o.Log}, false, false, false)
	go ns.Start()
	if !ns.ReadyForConnections(within(ctx, time.Minute)) {
		return fault.New(fault.Internal, "logbook.store_stuck", fault.Args{"where": o.DataDir})
	}
	dir := filepath.Join(o.DataDir, "witness")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return storeFault(err)
	}
	if s.Conn, err = connect("", o, nats.InProcessServer(ns)); err != nil {
		return err
	}
	s.witness.dir = dir
	return nil
}

// listenAddress splits host:port; port 0 lets the system choose.
func listenAddress(addr string) (host string, port int, err error) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	if port, err = strconv.Atoi(p); err != nil {
		return "", 0, err
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

func within(ctx context.Context, d time.Duration) time.Duration {
	if t, ok := ctx.Deadline(); ok {
		return min(d, time.Until(t))
	}
	return d
}

// URL is where others connect to, "" when the server does not listen.
func (s *Server) URL() string {
	if a := s.ns.Addr(); a != nil {
		return "nats://" + a.String()
	}
	return ""
}

// Close ends connection and server and waits for its files to be closed.
func (s *Server) Close() error {
	var err error
	if s.Conn != nil {
		err = s.Conn.Close()
	}
	if s.ns != nil {
		s.ns.Shutdown()
		s.ns.WaitForShutdown()
	}
	return errors.Join(err, s.lock.Close())
}

// serverLog passes what the server has to say to the log of the program.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(f string, v ...any) { l.log.Debug("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Warnf(f string, v ...any)   { l.log.Warn("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Errorf(f string, v ...any)  { l.log.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Fatalf(f string, v ...any)  { l.log.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Debugf(string, ...any)      {}
func (l serverLog) Tracef(string, ...any)      {}
