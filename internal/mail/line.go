package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"stadion/internal/race"
)

// roots lets tests trust a server of their own.
var roots = func(s Server) *tls.Config {
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
}

// patience is how long one exchange with the server may take.
const patience = 30 * time.Second

// refusal is a server's no to one message.
type refusal struct {
	code     string // "550 5.1.1", or a word of ours
	lasting  bool   // 5xx: it would be refused again
	hopeless bool   // no server would take it
}

// Error holds codes and nothing of what the server said: that may name the reader.
func (r *refusal) Error() string {
	if r.lasting {
		return "refused: " + r.code
	}
	return "put off: " + r.code
}

// parcel is a letter with its addresses.
type parcel struct {
	id     string // Message-ID without brackets
	to     string
	made   race.Instant
	letter Letter
}

// line is a connection to the server, made when it is needed and used for many
// messages.
type line struct {
	server Server
	client *gomail.Client
}

func (l *line) open(ctx context.Context) error {
	s := l.server
	opts := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(patience), gomail.WithTLSConfig(roots(s)), gomail.WithoutNoop()}
	switch s.Security {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User != "" {
		kind := gomail.SMTPAuthAutoDiscover
		if s.Security == Clear { // the setting says so, for a server on the same machine
			kind = gomail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(s.Host, opts...)
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	l.client = c
	return nil
}

func (l *line) close() {
	if l.client != nil {
		_ = l.client.Close() // a server that hangs up first is no fault of ours
		l.client = nil
	}
}

// send hands a message over. It is a *refusal when the server refused this one;
// any other error means that there is no server to talk to.
func (l *line) send(ctx context.Context, p parcel) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fresh := l.client == nil
	if fresh {
		if err := l.open(ctx); err != nil {
			return err
		}
	}
	m, err := l.message(p)
	if err != nil {
		return &refusal{code: "address", lasting: true, hopeless: true}
	}
	err = l.client.Send(m)
	if err == nil {
		return nil
	}
	if m.IsDelivered() { // the server said yes and broke off after it
		l.close()
		return nil
	}
	var se *gomail.SendError
	if errors.As(err, &se) && se.ErrorCode() != 0 && se.ErrorCode() != 421 {
		return &refusal{code: status(se), lasting: se.ErrorCode() >= 500}
	}
	l.drop()
	if !fresh && !begun(se) { // an old connection that had gone: a new one, once
		return l.send(ctx, p)
	}
	if begun(se) {
		return &refusal{code: "broken off"} // it may have arrived: the same Message-ID says so
	}
	return fmt.Errorf("%s", reason(err))
}

// drop forgets a connection that is broken, without a farewell.
func (l *line) drop() { l.client = nil }

// begun reports whether the server may have the message although it did not say so.
func begun(se *gomail.SendError) bool {
	return se != nil && (se.Reason == gomail.ErrWriteContent || se.Reason == gomail.ErrSMTPDataClose || se.Reason == gomail.ErrSMTPData)
}

func status(se *gomail.SendError) string {
	s := strconv.Itoa(se.ErrorCode())
	if e := se.EnhancedStatusCode(); e != "" {
		s += " " + e
	}
	return s
}

// message is the letter as go-mail has it.
func (l *line) message(p parcel) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	from := l.server.From
	if p.letter.From != "" {
		from.Name = p.letter.From
	}
	m.FromMailAddress(&from)
	if err := m.EnvelopeFrom(from.Address); err != nil {
		return nil, err
	}
	m.ToMailAddress(&mail.Address{Name: p.letter.Name, Address: p.to})
	if a, err := mail.ParseAddress(p.letter.ReplyTo); err == nil {
		m.ReplyToMailAddress(&mail.Address{Address: a.Address})
	}
	m.SetMessageIDWithValue(p.id)
	m.SetDateWithValue(p.made.Time())
	m.Subject(p.letter.Subject)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("Content-Language", string(p.letter.Lang))
	m.SetBodyString(gomail.TypeTextPlain, p.letter.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, p.letter.HTML)
	return m, nil
}

// reason is an error for the log: what kind of trouble, without what a server said.
func reason(err error) string {
	var se *gomail.SendError
	var op *net.OpError
	switch {
	case errors.As(err, &se) && se.ErrorCode() != 0:
		return status(se)
	case errors.As(err, &se):
		return se.Reason.String()
	case errors.As(err, &op):
		return op.Op + " " + op.Net
	}
	return err.Error()
}
