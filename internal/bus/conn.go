// Package bus keeps logbooks in NATS JetStream, embedded in this process or
// external. A line is one message; the package promises what logbook.Log
// promises, across restarts, kills and changes of leader (DESIGN.md).
package bus

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"stadion/internal/fault"
)

// Options say where the lines are kept. The zero value of every field but
// DataDir (of Start) is usable.
type Options struct {
	DataDir  string           // of the embedded server; one process at a time
	Listen   string           // host:port for boxes and other nodes; "" = this process only
	Token    string           // asked of everybody who comes over Listen; "" = nobody is asked
	Replicas int              // of each logbook, on a cluster; 0 = 1
	Patience time.Duration    // how long Append and Merge try while the server is away; 0 = 30 s
	Now      func() time.Time // measures Patience; nil = time.Now
	// Damage is told of every line that is not as it was written, and of every
	// hole, when a log is replayed; nil = they are only logged. It may be
	// called from several goroutines.
	Damage func(error)
	Log    *slog.Logger // nil = slog.Default
}

func (o Options) withDefaults() Options {
	if o.Replicas == 0 {
		o.Replicas = 1
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Conn is a connection to a server that keeps logbooks. It is safe for
// concurrent use.
type Conn struct {
	o  Options
	nc *nats.Conn
	js jetstream.JetStream

	witness witness
}

// Connect connects to an external server or cluster, "nats://host:4222" or
// several of them with commas between. Fault: logbook.unavailable.
func Connect(url string, o Options) (*Conn, error) { return connect(url, o) }

func connect(url string, o Options, more ...nats.Option) (*Conn, error) {
	o = o.withDefaults()
	opts := append([]nats.Option{
		nats.Name("stadion"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectBufSize(-1), // a line that cannot go out now is tried again by us, in order
	}, more...)
	if o.Token != "" {
		opts = append(opts, nats.Token(o.Token))
	}
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		return nil, unavailable(err, 0)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, unavailable(err, 0)
	}
	return &Conn{o: o, nc: nc, js: js}, nil
}

// Close ends the connection. Logs opened over it answer logbook.unavailable
// from then on.
func (c *Conn) Close() error {
	c.nc.Close()
	return c.witness.close()
}

// damage tells of something found wrong in what is kept.
func (c *Conn) damage(err error) {
	c.o.Log.Error("logbook damaged", "err", err)
	if c.o.Damage != nil {
		c.o.Damage(err)
	}
}

func unavailable(err error, waited time.Duration) error {
	return fault.Wrap(fault.Unavailable, "logbook.unavailable", err, fault.Args{"seconds": int(waited / time.Second)})
}

func storeFault(err error) error {
	return fault.Wrap(fault.Internal, "logbook.store", err, fault.Args{})
}

// errAgain asks patiently for another try at once.
var errAgain = errors.New("again")

// patiently calls try until it succeeds, fails for good, or Patience is over.
// Between tries it waits a little longer each time.
func (c *Conn) patiently(ctx context.Context, try func(context.Context) error) error {
	began := c.o.Now()
	wait := 20 * time.Millisecond
	for {
		err := c.once(ctx, try)
		waited := c.o.Now().Sub(began)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return unavailable(errors.Join(ctx.Err(), err), waited)
		case waited >= c.o.Patience:
			return unavailable(err, waited)
		case errors.Is(err, errAgain):
			continue
		case c.nc.IsClosed():
			return unavailable(err, waited)
		case !passing(err):
			return asFault(err)
		}
		if pause(ctx, wait) != nil {
			return unavailable(errors.Join(ctx.Err(), err), waited)
		}
		wait = min(2*wait, time.Second)
	}
}

// once gives one try its own limit, so that an answer lost on the way costs
// seconds and not all of Patience.
func (c *Conn) once(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, min(2*time.Second, c.o.Patience))
	defer cancel()
	return try(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func asFault(err error) error {
	if fault.CodeOf(err) != "" {
		return err
	}
	return storeFault(err)
}

// passing reports whether an error may go away by itself: the server restarts,
// a cluster chooses a leader, the link is cut.
func passing(err error) bool {
	for _, e := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrConnectionReconnecting,
		nats.ErrReconnectBufExceeded, nats.ErrDisconnected, nats.ErrNoServers, nats.ErrStaleConnection,
		jetstream.ErrNoStreamResponse, jetstream.ErrJetStreamNotEnabled, jetstream.ErrNoHeartbeat,
		jetstream.ErrConsumerDeleted, jetstream.ErrOrderedConsumerReset, jetstream.ErrConsumerNotFound,
		jetstream.ErrMsgIteratorClosed,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.Code == 503 || api.Code == 408)
}
