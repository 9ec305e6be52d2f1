package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"stadion/internal/fault"
)

// The most that is under way from the server to a replay at once.
const (
	batchMessages = 1000
	batchBytes    = 32 << 20
)

// pauses between tries to take up a broken replay again
const (
	shortestPause = 50 * time.Millisecond
	longestPause  = 2 * time.Second
)

// replay gives the messages of a stream from sequence number from on, in
// order, each once, and then those that come, until ctx is done or f fails.
// seq is the message's place in the stream; pending says how many the server
// knew to follow it. A broken link or a server that restarts only delays it.
type replay struct {
	c       *Conn
	stream  string
	from    uint64
	headers bool                    // without bodies
	start   func(last uint64) error // told the stream's last place before the first message
	f       func(m jetstream.Msg, seq, pending uint64) error
}

// errFunction carries the error of a replay's function past what is tried again.
type errFunction struct{ error }

func (e errFunction) Unwrap() error { return e.error }

func (r *replay) run(ctx context.Context) error {
	wait := shortestPause
	for {
		before := r.from
		err := r.connected(ctx)
		var own errFunction
		switch {
		case errors.As(err, &own):
			return own.error
		case ctx.Err() != nil:
			return ctx.Err()
		case r.c.nc.IsClosed():
			return unavailable(err, 0)
		case err != nil && !passing(err) && fault.CodeOf(err) == "" && errors.Is(err, jetstream.ErrStreamNotFound):
			return storeFault(err)
		}
		r.c.o.Log.Warn("logbook replay interrupted", "stream", r.stream, "at", r.from, "err", err)
		if r.from > before {
			wait = shortestPause
		}
		if pause(ctx, wait) != nil {
			return ctx.Err()
		}
		wait = min(2*wait, longestPause)
	}
}

// connected replays until something breaks.
func (r *replay) connected(ctx context.Context) error {
	setup, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	stream, err := r.c.js.Stream(setup, r.stream)
	if err != nil {
		return err
	}
	if err := r.start(stream.CachedInfo().State.LastSeq); err != nil {
		return errFunction{err}
	}
	cons, err := stream.OrderedConsumer(setup, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(r.from, 1),
		HeadersOnly: r.headers, InactiveThreshold: 30 * time.Second,
	})
	if err != nil {
		return err
	}
	it, err := cons.Messages(jetstream.PullMaxMessagesWithBytesLimit(batchMessages, batchBytes))
	if err != nil {
		return err
	}
	defer it.Stop()
	for {
		m, err := it.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		if meta.Sequence.Stream < r.from {
			continue
		}
		if err := r.f(m, meta.Sequence.Stream, meta.NumPending); err != nil {
			return errFunction{err}
		}
		r.from = meta.Sequence.Stream + 1
	}
}
