package bus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"stadion/internal/fault"
	"stadion/internal/logbook"
)

// Log is a logbook.Log in a JetStream stream: one stream an edition, one
// subject a box. It is safe for concurrent use; lines are appended one after
// the other, as a chain must be.
type Log struct {
	c       *Conn
	edition string // as a token
	stream  string
	own     string // the subject of the log's own box

	mu      sync.Mutex
	chain   logbook.Chain
	pending *logbook.Line // sent, and nobody knows whether it arrived
	index   index
}

// index is what is known of the stream up to a place: which lines are in it
// and where each box's last one stands.
type index struct {
	next  uint64 // the first place not looked at
	hash  map[logbook.ID]logbook.Hash
	last  map[string]uint64 // place of the last message of a subject
	epoch map[string]uint32 // highest epoch of a box
}

// OpenLog opens the logbook of an edition for a box, and makes it when there
// is none. The box's epoch is one more than the last it has a line in. Two
// processes must not use one box name at once; if they do, no line is lost or
// forked, but each takes a new epoch whenever the other has written. Faults:
// logbook.name, logbook.unavailable, logbook.store.
func (c *Conn) OpenLog(ctx context.Context, edition, box string) (logbook.Log, error) {
	ed, err := token(edition)
	if err != nil {
		return nil, err
	}
	bx, err := token(box)
	if err != nil {
		return nil, err
	}
	l := &Log{
		c: c, edition: ed, stream: streamName(ed), own: subject(ed, bx),
		chain: logbook.Chain{Box: box},
		index: index{next: 1, hash: map[logbook.ID]logbook.Hash{}, last: map[string]uint64{}, epoch: map[string]uint32{}},
	}
	err = c.patiently(ctx, func(ctx context.Context) error {
		if err := c.openStream(ctx, l.stream, ed); err != nil {
			return err
		}
		return l.catchUp(ctx)
	})
	if err != nil {
		return nil, err
	}
	epoch, err := c.witness.epoch(l.stream, box)
	if err != nil {
		c.damage(storeFault(err))
	}
	l.index.epoch[box] = max(l.index.epoch[box], epoch)
	l.renew()
	return l, nil
}

// openStream makes the stream of an edition if there is none. Nothing in it
// can be deleted or expires.
func (c *Conn) openStream(ctx context.Context, name, edition string) error {
	_, err := c.js.Stream(ctx, name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	_, err = c.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: name, Subjects: []string{subject(edition, "*")},
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		Replicas: c.o.Replicas, Duplicates: 2 * time.Minute,
		DenyDelete: true, DenyPurge: true, AllowDirect: true,
	})
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil // somebody else was quicker
	}
	return err
}

// errCaughtUp ends a replay of what is there.
var errCaughtUp = errors.New("caught up")

// catchUp brings the index up to the stream's present end.
func (l *Log) catchUp(ctx context.Context) error {
	var end uint64
	r := &replay{
		c: l.c, stream: l.stream, from: l.index.next, headers: true,
		start: func(last uint64) error {
			if end = last; l.index.next > end {
				return errCaughtUp
			}
			return nil
		},
		f: func(m jetstream.Msg, seq, pending uint64) error {
			l.index.add(m.Subject(), m.Headers(), seq)
			if seq >= end || pending == 0 {
				return errCaughtUp
			}
			return nil
		},
	}
	if err := r.run(ctx); !errors.Is(err, errCaughtUp) {
		return err
	}
	l.index.next = max(l.index.next, end+1)
	return nil
}

func (x *index) add(subject string, h nats.Header, seq uint64) {
	x.last[subject] = max(x.last[subject], seq)
	x.next = max(x.next, seq+1)
	id, ok := logbook.ParseID(h.Get(nats.MsgIdHdr))
	hash, good := parseHash(h.Get(headerHash))
	if ok && good {
		x.line(id, hash)
	}
}

func (x *index) line(id logbook.ID, hash logbook.Hash) {
	x.hash[id] = hash
	x.epoch[id.Box] = max(x.epoch[id.Box], id.Epoch)
}

// renew gives the log's own box a new epoch if the present one is not, or no
// longer, the box's last.
func (l *Log) renew() {
	next := logbook.ID{Box: l.chain.Box, Epoch: l.chain.Epoch, Seq: l.chain.Seq + 1}
	_, taken := l.index.hash[next]
	last := l.index.epoch[l.chain.Box]
	if taken || last > l.chain.Epoch || l.chain.Seq == 0 && last >= l.chain.Epoch {
		l.chain = logbook.Chain{Box: l.chain.Box, Epoch: last + 1}
	}
}

// settle finds out what became of a line that was sent without an answer.
func (l *Log) settle() {
	if l.pending != nil && l.index.hash[l.pending.ID] == l.pending.Hash && l.pending.Seq == l.chain.Seq+1 && l.pending.Epoch == l.chain.Epoch {
		l.chain.Advance(*l.pending)
		l.pending = nil
	}
	l.renew()
}

// Append implements logbook.Log. It returns when the line is flushed to the
// server's disk (on a cluster, to a majority's). While the server is away it
// tries again with the same line for Options.Patience; after
// logbook.unavailable the line may or may not have arrived, and if it has, the
// next one continues it.
func (l *Log) Append(ctx context.Context, d logbook.Draft) (logbook.Line, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending != nil {
		if err := l.c.patiently(ctx, l.catchUp); err != nil {
			return logbook.Line{}, err
		}
		l.settle()
	}
	line, err := l.chain.Next(d)
	if err != nil {
		return logbook.Line{}, err
	}
	err = l.c.patiently(ctx, func(ctx context.Context) error {
		switch err := l.put(ctx, l.own, line); {
		case err == nil:
			return nil
		case !errors.Is(err, errMoved):
			return l.doubt(line, err)
		}
		if err := l.catchUp(ctx); err != nil {
			return l.doubt(line, err)
		}
		if l.index.hash[line.ID] == line.Hash {
			return nil // an earlier try had arrived
		}
		l.settle()
		if line, err = l.chain.Next(d); err != nil {
			return err
		}
		return errAgain
	})
	if err != nil {
		return logbook.Line{}, err
	}
	l.pending = nil
	l.chain.Advance(line)
	return line, nil
}

// doubt remembers a line that may have arrived although there was no answer.
func (l *Log) doubt(line logbook.Line, err error) error {
	if fault.CodeOf(err) == "" {
		l.pending = &line
	}
	return err
}

// errMoved says that the subject has messages the index does not know.
var errMoved = errors.New("the subject has moved on")

// put sends a line on the condition that its subject ends where the index says.
func (l *Log) put(ctx context.Context, subject string, line logbook.Line) error {
	m, err := pack(subject, line, l.c.nc.MaxPayload())
	if err != nil {
		return err
	}
	ack, err := l.c.js.PublishMsg(ctx, m,
		jetstream.WithExpectLastSequencePerSubject(l.index.last[subject]), jetstream.WithRetryAttempts(0))
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant):
		return errMoved
	case err != nil:
		return err
	case ack.Duplicate:
		return errMoved
	}
	l.index.line(line.ID, line.Hash)
	l.index.last[subject] = ack.Sequence
	if err := l.c.witness.note(l.stream, line.Box, line.Epoch, ack.Sequence); err != nil {
		l.c.o.Log.Warn("witness not written", "stream", l.stream, "err", err)
	}
	if ack.Sequence == l.index.next {
		l.index.next++
	}
	return nil
}

// Merge implements logbook.Log.
func (l *Log) Merge(ctx context.Context, lines []logbook.Line) (added int, err error) {
	if len(lines) == 0 {
		return 0, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.c.patiently(ctx, l.catchUp); err != nil {
		return 0, err
	}
	defer l.settle()
	for _, line := range lines {
		isNew, err := l.merge(ctx, line)
		if err != nil {
			return added, err
		}
		if isNew {
			added++
		}
	}
	return added, nil
}

func (l *Log) merge(ctx context.Context, line logbook.Line) (isNew bool, err error) {
	if err := line.Check(); err != nil {
		return false, err
	}
	box, err := token(line.Box)
	if err != nil {
		return false, err
	}
	err = l.c.patiently(ctx, func(ctx context.Context) error {
		switch hash, known := l.index.hash[line.ID]; {
		case known && hash != line.Hash:
			return logbook.ForkFault(line.ID)
		case known:
			return nil
		}
		switch err := l.put(ctx, subject(l.edition, box), line); {
		case err == nil:
			isNew = true
			return nil
		case !errors.Is(err, errMoved):
			return err
		}
		if err := l.catchUp(ctx); err != nil {
			return err
		}
		return errAgain
	})
	return isNew, err
}

var _ logbook.Log = (*Log)(nil)
