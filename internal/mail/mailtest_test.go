package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
)

// post is a real mail server in the test's process. Its fields say how it
// behaves; what it took is in got.
type post struct {
	mu       sync.Mutex
	got      []got
	conns    int
	user     string // "" = nobody need sign in
	rcpt     func(to string) error
	data     func(n int) error // after the message was read; n counts them
	hangUp   func(n int) bool  // take the message, and break off instead of answering
	authSeen string
	addr     *net.TCPAddr
}

type got struct {
	from, to string
	raw      []byte
}

type session struct {
	p        *post
	conn     *smtp.Conn
	from, to string
	ok       bool
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns++
	return &session{p: p, conn: c, ok: p.user == ""}, nil
}

func (s *session) AuthMechanisms() []string {
	if s.p.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.p.authSeen = user + ":" + password
		if user != s.p.user || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.ok = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.ok {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if s.p.rcpt != nil {
		return s.p.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	n := len(s.p.got)
	if s.p.data != nil {
		if err := s.p.data(n); err != nil {
			return err
		}
	}
	s.p.got = append(s.p.got, got{s.from, s.to, raw})
	if s.p.hangUp != nil && s.p.hangUp(n) {
		_ = s.conn.Conn().Close()
		return errors.New("broken off")
	}
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (p *post) taken() []got {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]got(nil), p.got...)
}

// serve starts the server and gives the setting for it.
func serve(t *testing.T, p *post, sec Security) Server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(p)
	srv.Domain, srv.ErrorLog, srv.MaxMessageBytes, srv.MaxRecipients = "localhost", log.New(io.Discard, "", 0), 1<<20, 10
	srv.ReadTimeout, srv.WriteTimeout = 10*time.Second, 10*time.Second
	switch sec {
	case Clear:
		srv.AllowInsecureAuth = true
	default:
		cert, pool := certificate(t)
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		was := roots
		roots = func(s Server) *tls.Config {
			return &tls.Config{ServerName: s.Host, RootCAs: pool, MinVersion: tls.VersionTLS12}
		}
		t.Cleanup(func() { roots = was })
		if sec == TLS {
			ln = tls.NewListener(ln, srv.TLSConfig)
		}
	}
	p.addr = addrOf(ln)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	return Server{Host: "127.0.0.1", Port: p.addr.Port, Security: sec, From: mail.Address{Name: "Entries", Address: "entries@race.example"}}
}

func addrOf(ln net.Listener) *net.TCPAddr {
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	n, _ := strconv.Atoi(port)
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n}
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// box is an outbox in memory.
type box struct {
	mu    sync.Mutex
	mails []sale.DueMail
	next  map[string]race.Instant
	sent  map[string]race.Instant
	why   map[string]string
	crash bool // MailSent fails, as if the machine had stopped before it
}

func newBox(m ...sale.Mail) *box {
	b := &box{next: map[string]race.Instant{}, sent: map[string]race.Instant{}, why: map[string]string{}}
	for _, x := range m {
		b.mails = append(b.mails, sale.DueMail{Mail: x, Edition: "test-2026", Made: start})
		b.next[x.ID] = start
	}
	return b
}

func (b *box) DueMails(_ context.Context, at race.Instant, limit int) (out []sale.DueMail, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mails {
		if next := b.next[m.ID]; b.sent[m.ID] == 0 && next != 0 && next <= at && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (b *box) MailSent(_ context.Context, id string, at race.Instant) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crash {
		return errors.New("stopped")
	}
	b.sent[id] = at
	return nil
}

func (b *box) MailFailed(_ context.Context, id, why string, next race.Instant) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next[id], b.why[id] = next, why
	for i := range b.mails {
		if b.mails[i].ID == id {
			b.mails[i].Tries++
		}
	}
	return nil
}

var start = race.At(time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC))

// facts are a small invented edition with one order.
type facts struct {
	catalogue *sale.Catalogue
	orders    map[string]*sale.Order
}

func (f facts) Head(context.Context, string) (sale.Head, error) {
	return sale.Head{Catalogue: f.catalogue}, nil
}

func (f facts) Order(_ context.Context, _, id string) (*sale.Order, error) {
	if o := f.orders[id]; o != nil {
		return o, nil
	}
	return nil, fault.New(fault.NotFound, "sale.order_unknown", nil)
}

func (f facts) Wait(_ context.Context, _, id string) (*sale.Wait, error) {
	if id != "w1" {
		return nil, fault.New(fault.NotFound, "sale.wait_unknown", nil)
	}
	return &sale.Wait{ID: "w1", Items: []sale.Item{{Product: "package", N: 3}}, Private: sale.Private{Name: "Anna Müller"}}, nil
}

func invented() facts {
	c := &sale.Catalogue{Edition: "test-2026", Zone: "Asia/Pyongyang", Currencies: []money.Currency{"EUR"},
		Products: []sale.Product{{ID: "package", Name: sale.Text{"en": "Package A", "ko": "패키지 가", "zh": "套餐甲", "de": "Paket A"}}},
		Seller:   sale.Seller{Name: "Läufer & Söhne 달리기", Address: "1 Road", Email: "help@race.example"},
		Bank:     &sale.BankAccount{Holder: "Races Ltd", IBAN: "DE02120300000000202051", BIC: "BYLADEM1001", Currency: "EUR"}}
	o := &sale.Order{ID: "abc", Number: "TST-0001", State: sale.Held, Lang: "en", Made: start, SoftEnd: start.Add(15 * time.Minute), HardEnd: start.Add(17 * time.Minute),
		Currency: "EUR", Items: []sale.Item{{Product: "package", N: 2, Each: money.Of(109750, "EUR")}},
		Charges: []sale.Charge{{Kind: "item", Amount: money.Of(219500, "EUR")}},
		Private: sale.Private{Email: "someone@reader.example", Name: "김영희"}}
	return facts{c, map[string]*sale.Order{"abc": o}}
}

func writer() *Writer {
	return &Writer{Facts: invented(), Event: func(string) string { return "Test Marathon 2026" }, Base: "https://entries.example"}
}

func sender(b *box, s Server) *Sender {
	now := start
	return &Sender{Box: b, Writer: writer(), Server: s, Now: func() race.Instant { return now }}
}

func held(id string) sale.Mail {
	return sale.Mail{ID: id, To: "someone@reader.example", Lang: "en", Template: "order.held", Order: "abc"}
}

// read opens a message as a reader's program does.
func read(t *testing.T, raw []byte) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return m
}
