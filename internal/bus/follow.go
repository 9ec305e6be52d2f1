package bus

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"stadion/internal/fault"
	"stadion/internal/logbook"
)

// Follow implements logbook.Log. Every line's checksum is compared before f
// sees it; one that is damaged is told to Options.Damage by name and not to f.
// When it has caught up, holes and broken links of the chains are told too.
func (l *Log) Follow(ctx context.Context, f func(logbook.Line) error, caughtUp func()) error {
	fl := &follower{log: l, f: f, caughtUp: caughtUp, next: 1}
	fl.check.Name = l.stream
	var err error
	if fl.known, err = l.c.witness.last(l.stream); err != nil {
		l.c.damage(storeFault(err))
	}
	err = l.c.follow(ctx, fl)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (c *Conn) follow(ctx context.Context, fl *follower) error {
	r := &replay{c: c, stream: fl.log.stream, from: 1, start: fl.start, f: fl.message}
	return r.run(ctx)
}

// follower is one run of Follow.
type follower struct {
	log      *Log
	f        func(logbook.Line) error
	caughtUp func() // nil once called
	check    logbook.Verifier
	next     uint64 // the place in the stream expected next
	end      uint64 // the last place that was kept when it began
	known    uint64 // the last place the witness knew before that
}

func (fl *follower) start(last uint64) error {
	if fl.caughtUp == nil {
		return nil
	}
	if fl.known > last {
		fl.log.c.damage(gapFault(fl.log.stream, last+1, fl.known))
		fl.known = 0
	}
	if fl.end = last; fl.next > last {
		return fl.catchUp()
	}
	return nil
}

func (fl *follower) message(m jetstream.Msg, seq, pending uint64) error {
	if seq > fl.next {
		fl.log.c.damage(gapFault(fl.log.stream, fl.next, seq-1))
	}
	fl.next = seq + 1
	line, err := unpack(m.Headers(), m.Data())
	if err != nil {
		fl.damaged(err, m.Headers().Get(nats.MsgIdHdr))
	} else {
		if fl.caughtUp != nil {
			fl.check.Hold(line, 0)
		}
		if err := fl.f(line); err != nil {
			return err
		}
	}
	if pending == 0 || seq >= fl.end {
		return fl.catchUp()
	}
	return nil
}

// damaged tells of a line at once; the verifier then knows that its place is
// not a hole.
func (fl *follower) damaged(err error, name string) {
	fl.log.c.damage(err)
	id, ok := logbook.ParseID(name)
	if ok && fl.caughtUp != nil {
		fl.check.HoldDamaged(id, 0)
	}
}

func (fl *follower) catchUp() error {
	if fl.caughtUp == nil {
		return nil
	}
	for _, p := range fl.check.Finish(nil, 0) {
		fl.log.c.damage(p)
	}
	fl.check = logbook.Verifier{}
	fl.caughtUp()
	fl.caughtUp = nil
	return nil
}

func gapFault(stream string, from, to uint64) error {
	return fault.New(fault.Internal, "logbook.store_gap", fault.Args{"where": stream, "from": from, "to": to})
}
