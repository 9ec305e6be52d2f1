package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"

	"stadion/internal/race"
)

func TestSender_ManyMessagesGoOverOneConnection(t *testing.T) {
	for _, sec := range []Security{Clear, StartTLS, TLS} {
		t.Run(string(sec), func(t *testing.T) {
			p := &post{user: "stadion"}
			srv := serve(t, p, sec)
			srv.User, srv.Password = "stadion", "secret"
			b := newBox(held("m1"), held("m2"), held("m3"))
			if n, err := sender(b, srv).Round(t.Context()); n != 3 || err != nil {
				t.Fatalf("%d sent, %v", n, err)
			}
			conns := 1
			if sec == StartTLS {
				conns = 2 // the server begins anew when TLS is on
			}
			if len(p.taken()) != 3 || p.conns != conns {
				t.Errorf("%d messages over %d connections", len(p.taken()), p.conns)
			}
			if len(b.sent) != 3 {
				t.Errorf("marked as sent: %v", b.sent)
			}
			if p.authSeen != "stadion:secret" {
				t.Errorf("signed in as %q", p.authSeen)
			}
		})
	}
}

func TestSender_NothingIsSaidInTheClearWhereTLSIsAsked(t *testing.T) {
	p := &post{}
	srv := serve(t, p, Clear) // offers no STARTTLS
	srv.Security = StartTLS
	b := newBox(held("m1"))
	if _, err := sender(b, srv).Round(t.Context()); err == nil {
		t.Error("sent without TLS")
	}
	if len(p.taken()) != 0 || len(b.why) != 0 {
		t.Errorf("taken %d, blamed on the message: %v", len(p.taken()), b.why)
	}
}

func TestSender_AWrongPasswordIsNoMessagesFault(t *testing.T) {
	p := &post{user: "stadion"}
	srv := serve(t, p, Clear)
	srv.User, srv.Password = "stadion", "wrong"
	b := newBox(held("m1"))
	if _, err := sender(b, srv).Round(t.Context()); err == nil {
		t.Error("no error")
	}
	if b.mails[0].Tries != 0 {
		t.Error("a try was counted against the message")
	}
}

func TestSender_HeadersAreSafeAndReadInEveryScript(t *testing.T) {
	p := &post{}
	s := sender(newBox(), serve(t, p, Clear))
	f := invented()
	f.orders["abc"].Private.Name = "김\r\nBcc: thief@evil.example\r\n영희"
	s.Writer = &Writer{Facts: f, Event: func(string) string { return "평양\r\nX-Evil: yes 마라톤" }, Base: "https://entries.example"}
	m := held("m1")
	m.Lang = "ko"
	s.Box = newBox(m)
	if _, err := s.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := p.taken()[0]
	msg := read(t, got.raw)
	if msg.Header.Get("Bcc") != "" || msg.Header.Get("X-Evil") != "" || got.to != "someone@reader.example" {
		t.Errorf("a header got in:\n%s", got.raw)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "평양 X-Evil: yes 마라톤: 자리를 확보해 두었습니다" {
		t.Errorf("subject %q, %v", subject, err)
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || from[0].Name != "Läufer & Söhne 달리기" || from[0].Address != "entries@race.example" {
		t.Errorf("from %v, %v", from, err)
	}
	to, err := msg.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "김 Bcc: thief@evil.example 영희" {
		t.Errorf("to %v, %v", to, err)
	}
	if h := msg.Header; h.Get("Reply-To") != "<help@race.example>" || h.Get("Auto-Submitted") != "auto-generated" || h.Get("Content-Language") != "ko" {
		t.Errorf("headers %v", h)
	}
	plain, page := parts(t, msg)
	for _, want := range []string{"김 Bcc: thief@evil.example 영희 님", "TST-0001", "2026년 3월 1일 12:15 (Asia/Pyongyang, UTC+9)", "https://entries.example/e/test-2026/order/abc"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the text lacks %q:\n%s", want, plain)
		}
	}
	if !strings.Contains(page, "https://entries.example/e/test-2026/order/abc") || !strings.Contains(page, "TST-0001") {
		t.Errorf("the page lacks something:\n%s", page)
	}
}

// parts are the plain text and the page of a message.
func parts(t *testing.T, msg *mail.Message) (plain, page string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	r := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return plain, page
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			plain = strings.ReplaceAll(string(b), "\r\n", "\n")
		} else {
			page = string(b)
		}
	}
}

func TestSender_ARefusedMessageDoesNotStopTheOthers(t *testing.T) {
	p := &post{rcpt: func(to string) error {
		switch to {
		case "gone@reader.example":
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no gone@reader.example here"}
		case "full@reader.example":
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
		}
		return nil
	}}
	gone, full, wrong := held("gone"), held("full"), held("wrong")
	gone.To, full.To, wrong.To = "gone@reader.example", "full@reader.example", "no address\r\nRCPT TO:<x@y.example>"
	b := newBox(gone, full, wrong, held("good"))
	now := start
	s := sender(b, serve(t, p, Clear))
	s.Now = func() race.Instant { return now }
	for range 40 {
		if _, err := s.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(6 * time.Hour)
	}
	if b.sent["good"] != start || len(b.sent) != 1 {
		t.Errorf("sent: %v", b.sent)
	}
	if b.next["gone"] != 0 || b.mails[0].Tries != 3 || b.why["gone"] != "refused: 550 5.1.1" {
		t.Errorf("550: next %v after %d tries, %q", b.next["gone"], b.mails[0].Tries, b.why["gone"])
	}
	if b.next["full"] != 0 || b.mails[1].Tries != 30 || b.why["full"] != "put off: 452 4.2.2" {
		t.Errorf("452: next %v after %d tries, %q", b.next["full"], b.mails[1].Tries, b.why["full"])
	}
	if b.next["wrong"] != 0 || b.mails[2].Tries != 1 {
		t.Errorf("no address: next %v after %d tries", b.next["wrong"], b.mails[2].Tries)
	}
}

func TestSender_ATryIsPutOffLongerEachTime(t *testing.T) {
	p := &post{data: func(int) error { return &smtp.SMTPError{Code: 451, Message: "later"} }}
	b := newBox(held("m1"))
	now := start
	s := sender(b, serve(t, p, Clear))
	s.Now = func() race.Instant { return now }
	var waits []time.Duration
	for range 12 {
		if _, err := s.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		waits = append(waits, b.next["m1"].Sub(now))
		now = b.next["m1"]
	}
	if fmt.Sprint(waits) != "[1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h4m0s 2h8m0s 4h16m0s 6h0m0s 6h0m0s 6h0m0s]" {
		t.Errorf("waits %v", waits)
	}
}

func TestSender_AConnectionThatBreaksInTheMiddle(t *testing.T) {
	p := &post{hangUp: func(n int) bool { return n == 1 }}
	b := newBox(held("m1"), held("m2"), held("m3"))
	now := start
	s := sender(b, serve(t, p, Clear))
	s.Now = func() race.Instant { return now }
	if _, err := s.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.sent["m1"] == 0 || b.sent["m2"] != 0 || b.sent["m3"] == 0 || b.why["m2"] != "put off: broken off" {
		t.Fatalf("sent %v, why %v", b.sent, b.why)
	}
	now = now.Add(time.Minute)
	if _, err := s.Round(t.Context()); err != nil || b.sent["m2"] == 0 {
		t.Fatalf("%v, sent %v", err, b.sent)
	}
	got := p.taken()
	first, again := read(t, got[1].raw).Header.Get("Message-ID"), read(t, got[3].raw).Header.Get("Message-ID")
	if first != again || first == read(t, got[0].raw).Header.Get("Message-ID") {
		t.Errorf("Message-IDs %q and %q", first, again)
	}
}

func TestSender_ACrashBetweenTheServersYesAndTheNoteOfIt(t *testing.T) {
	p := &post{}
	srv := serve(t, p, Clear)
	b := newBox(held("m1"))
	b.crash = true
	if _, err := sender(b, srv).Round(t.Context()); err == nil {
		t.Error("no error")
	}
	b.crash = false
	if _, err := sender(b, srv).Round(t.Context()); err != nil || b.sent["m1"] == 0 {
		t.Fatalf("%v, sent %v", err, b.sent)
	}
	got := p.taken()
	if len(got) != 2 || string(got[0].raw[:1]) == "" {
		t.Fatalf("%d messages", len(got))
	}
	one, two := read(t, got[0].raw).Header, read(t, got[1].raw).Header
	if id := one.Get("Message-ID"); id == "" || id != two.Get("Message-ID") || one.Get("Date") != two.Get("Date") {
		t.Errorf("the repeat cannot be told: %v and %v", one, two)
	}
}

func TestSender_NoServerIsNoMessagesFaultAndIsTriedLessAndLess(t *testing.T) {
	b := newBox(held("m1"))
	s := sender(b, Server{Host: "127.0.0.1", Port: 1, Security: Clear, From: mail.Address{Address: "a@b.example"}})
	ctx, stop := context.WithCancel(t.Context())
	var waits []time.Duration
	s.Wait = func(_ context.Context, d time.Duration) error {
		if waits = append(waits, d); len(waits) == 4 {
			stop()
		}
		return ctx.Err()
	}
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(waits) != "[5s 10s 20s 40s]" || b.mails[0].Tries != 0 {
		t.Errorf("waits %v, %d tries", waits, b.mails[0].Tries)
	}
}

func TestSender_TheRateIsKept(t *testing.T) {
	p := &post{}
	s := sender(newBox(held("m1"), held("m2"), held("m3")), serve(t, p, Clear))
	s.PerMinute = 30
	var waited time.Duration
	s.Wait = func(_ context.Context, d time.Duration) error { waited += d; return nil }
	if _, err := s.Round(t.Context()); err != nil || waited != 4*time.Second {
		t.Errorf("%v, waited %v for three", err, waited)
	}
}

func TestSender_RunLooksAgainAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sender(newBox(), Server{})
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		began := time.Now()
		if err := s.Run(ctx); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
