// Package mail sends the outbox: messages that were written in the commit of
// what they tell of, in the reader's language, over SMTP.
//
// A Writer makes a Letter of a message: subject, plain text and the same
// sentences as HTML. A Sender takes what is due from the outbox and gives it to
// a server. A message is sent at least once: when the machine stops between the
// server's yes and the note of it, it goes out again under the same Message-ID.
package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/fault"
)

// Security is how the way to the server is guarded.
type Security string

// The securities.
const (
	StartTLS Security = "starttls" // begins in the clear and must turn to TLS before anything is said
	TLS      Security = "tls"      // TLS from the first byte
	Clear    Security = "none"     // for a server on the same machine
)

// Server is where mail is handed over, and who sends it.
type Server struct {
	Host           string
	Port           int
	Security       Security
	User, Password string
	From           mail.Address // what readers see; its domain makes the Message-IDs
}

// Parse reads a server from a setting: smtp://user:password@host:587 for
// STARTTLS, smtps://… for TLS from the first byte, and smtp://localhost:25?tls=none
// for a server on the same machine. from is "address" or "Name <address>".
// Faults: Invalid mail.url, mail.from.
func Parse(setting, from string) (Server, error) {
	u, err := url.Parse(setting)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" {
		return Server{}, fault.New(fault.Invalid, "mail.url", nil)
	}
	s := Server{Host: u.Hostname(), Port: 587, Security: StartTLS}
	if u.Scheme == "smtps" {
		s.Port, s.Security = 465, TLS
	}
	switch tls := u.Query().Get("tls"); {
	case tls == "" || tls == "starttls" && u.Scheme == "smtp":
	case tls == "none" && u.Scheme == "smtp":
		s.Security = Clear
	default:
		return Server{}, fault.New(fault.Invalid, "mail.url", nil)
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, fault.New(fault.Invalid, "mail.url", nil)
		}
	}
	s.User = u.User.Username()
	s.Password, _ = u.User.Password()
	a, err := mail.ParseAddress(from)
	if err != nil {
		return Server{}, fault.New(fault.Invalid, "mail.from", fault.Args{"value": from})
	}
	s.From = mail.Address{Name: oneLine(a.Name, 100), Address: a.Address}
	return s, nil
}

// messageID is the Message-ID of a message of the outbox: the same for every
// try, so that whoever gets it twice can tell.
func (s Server) messageID(id string) string {
	sum := sha256.Sum256([]byte(id))
	_, domain, _ := strings.Cut(s.From.Address, "@")
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// oneLine makes a text fit for a header: no line ends or other control
// characters, no more than n characters. Whoever writes a name cannot write a
// header.
func oneLine(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || r == ' ' || r == '\u2028' || r == '\u2029' || r == '\uFFFD'
	}), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
