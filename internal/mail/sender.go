package mail

import (
	"context"
	"errors"
	"log/slog"
	"net/mail"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// Sender empties the outbox. Several may run: the outbox gives a message to one
// of them at a time.
type Sender struct {
	Box    sale.Outbox
	Writer *Writer
	Server Server
	Now    func() race.Instant
	Log    *slog.Logger // sees ids and codes, never addresses
	// Wait waits; nil is the wall clock's. It returns early with ctx's error.
	Wait func(ctx context.Context, d time.Duration) error
	// Every is how often the outbox is looked into; 0 = every 2 s.
	Every time.Duration
	// PerMinute is how many messages are handed over in a minute; 0 = as many as the server takes.
	PerMinute int
	// Refusals is after how many lasting refusals (5xx) of a message it is given up; 0 = 3.
	Refusals int
	// Tries is after how many tries a message is given up whatever the reason; 0 = 30, about a week.
	Tries int

	down int // times the server could not be reached one after the other
}

const (
	// batch is how many messages are taken out of the outbox at once.
	batch = 100
	// hold is how long what was taken out is worked on: the outbox lends a message
	// for two minutes, and gives what is left to the next round.
	hold = 90 * time.Second
)

// Run sends what is due until ctx is done, which is no error.
func (s *Sender) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := s.Round(ctx)
		pause := s.every()
		switch {
		case err != nil && ctx.Err() == nil:
			s.down++
			pause = backoff(s.down, 5*time.Second, 10*time.Minute)
			s.log().Warn("mail is not going out", "why", reason(err), "next", pause)
		case err == nil:
			s.down = 0
		}
		if n == batch && err == nil {
			continue // there is more
		}
		if s.wait(ctx, pause) != nil {
			break
		}
	}
	return nil
}

// Round sends what is due now over one connection, at most a hundred messages,
// and says how many were looked at. A message that cannot be sent is put off or
// given up and does not stop the others; an error means that the server or the
// outbox does not answer, which is no message's fault.
func (s *Sender) Round(ctx context.Context) (int, error) {
	due, err := s.Box.DueMails(ctx, s.Now(), batch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	line, began := &line{server: s.Server}, s.Now()
	defer line.close()
	for i, m := range due {
		if s.Now().Sub(began) > hold {
			return i, nil
		}
		if i > 0 && s.PerMinute > 0 {
			if err := s.wait(ctx, time.Minute/time.Duration(s.PerMinute)); err != nil {
				return i, err
			}
		}
		if err := s.one(ctx, line, m); err != nil {
			return i, err
		}
	}
	return len(due), nil
}

// one sends a message. An error is not the message's.
func (s *Sender) one(ctx context.Context, l *line, m sale.DueMail) error {
	letter, err := s.Writer.Write(ctx, m.Edition, m.Mail)
	if err != nil {
		if fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable {
			return err
		}
		return s.failed(ctx, m, &refusal{code: fault.CodeOf(err), lasting: true})
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return s.failed(ctx, m, &refusal{code: "address", lasting: true, hopeless: true})
	}
	err = l.send(ctx, parcel{id: s.Server.messageID(m.ID), to: to.Address, made: m.Made, letter: letter})
	var r *refusal
	switch {
	case err == nil:
		s.log().Info("mail sent", "mail", m.ID, "template", m.Template)
		return s.Box.MailSent(context.WithoutCancel(ctx), m.ID, s.Now())
	case errors.As(err, &r):
		return s.failed(ctx, m, r)
	}
	return err
}

// failed puts a message off or gives it up.
func (s *Sender) failed(ctx context.Context, m sale.DueMail, r *refusal) error {
	tries := m.Tries + 1
	next := s.Now().Add(backoff(tries, time.Minute, 6*time.Hour))
	if r.hopeless || r.lasting && tries >= or(s.Refusals, 3) || tries >= or(s.Tries, 30) {
		next = 0
		s.log().Error("mail given up", "mail", m.ID, "template", m.Template, "why", r.Error(), "tries", tries)
	}
	return s.Box.MailFailed(context.WithoutCancel(ctx), m.ID, r.Error(), next)
}

// backoff doubles from first to most.
func backoff(n int, first, most time.Duration) time.Duration {
	d := first
	for i := 1; i < n && d < most; i++ {
		d *= 2
	}
	return min(d, most)
}

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func (s *Sender) every() time.Duration {
	if s.Every > 0 {
		return s.Every
	}
	return 2 * time.Second
}

func (s *Sender) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (s *Sender) wait(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
