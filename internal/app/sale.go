package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/mail"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/seal"
	"stadion/internal/web/shop"
)

// sealFile is the office's key for personal data. It lies beside the database,
// never in it: a copy of one without the other tells nothing.
const sealFile = "seal.key"

// openSeal reads the office's key for personal data, or makes it.
func openSeal(dir, file string) (*seal.Box, error) {
	if file == "" {
		file = filepath.Join(dir, sealFile)
	}
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, seal.KeyBytes)
		_, _ = rand.Read(key) // never fails (crypto/rand)
		err = writeSecret(file, key)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "app.seal_key", err, fault.Args{"file": file, "why": reasonOf(err)})
	}
	return seal.New(key, rand.Reader)
}

// writeSecret writes a new file that only its owner reads.
func writeSecret(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// newSecret is the id of an order: 26 characters that nobody can guess, 96 bits of
// chance after the second they were made in. So orders that are made together lie
// together on the disk, and a hold writes one page less.
func (h *hall) newSecret() string {
	var b [16]byte
	binary.BigEndian.PutUint32(b[:], uint32(h.wall().Time().Unix()))
	_, _ = rand.Read(b[4:]) // never fails (crypto/rand)
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// saleSettings are what an office that sells is told from outside.
type saleSettings struct {
	Base    string `placeholder:"URL" env:"STADION_BASE" help:"Address under which buyers reach the pages, for links in mail."`
	SealKey string `placeholder:"FILE" env:"STADION_SEAL_KEY" help:"Key for personal data; without it seal.key in the data folder, made when it is not there."`
	Mail    string `placeholder:"URL" env:"STADION_MAIL" help:"Mail server: smtp://user:password@host:587; without it mail waits in the outbox."`
	From    string `name:"mail-from" placeholder:"ADDRESS" env:"STADION_MAIL_FROM" help:"Sender of mail: Name <address>."`
	Stripe  string `name:"stripe-key" placeholder:"KEY" env:"STADION_STRIPE_KEY" help:"Secret key of Stripe; without it no cards are taken."`
	Asks    int    `name:"holds-per-minute" placeholder:"N" env:"STADION_HOLDS_PER_MINUTE" help:"Holds that one address may ask for in a minute through the API; without it any number."`
	Signing string `name:"stripe-signing" placeholder:"SECRETS" env:"STADION_STRIPE_SIGNING" help:"Signing secret of Stripe's messages; two with a comma while one is replaced."`
}

// open brings the settings to the hall. What is half set is refused.
func (s *saleSettings) open(h *hall, now func() time.Time) (err error) {
	h.base, h.asks = strings.TrimRight(s.Base, "/"), s.Asks
	if s.Stripe != "" {
		var signing []pay.Secret
		for _, one := range strings.Split(s.Signing, ",") {
			signing = append(signing, pay.Secret(strings.TrimSpace(one)))
		}
		if h.cashier, err = pay.NewStripe(pay.StripeConfig{Key: pay.Secret(s.Stripe), Signing: signing, Now: now}); err != nil {
			return err
		}
	}
	if s.Mail == "" {
		return nil
	}
	if h.base == "" {
		return called("app.mail_base", nil)
	}
	server, err := mail.Parse(s.Mail, s.From)
	if err != nil {
		return err
	}
	h.mail = &mail.Sender{Box: h.sales, Writer: h.letters(), Server: server, Log: h.log,
		Now: func() race.Instant { return race.At(now()) }}
	return nil
}

// letters writes the mail of this office.
func (h *hall) letters() *mail.Writer {
	return &mail.Writer{Facts: h.sales, Base: h.base, Event: func(edition string) string {
		d, err := h.desk(edition)
		if err != nil {
			return ""
		}
		return d.Field.Snapshot().Edition.Name
	}}
}

// counter is where everything of an edition's sale goes through, nil for an
// edition that is not there.
func (h *hall) counter(edition string) *sale.Counter {
	d, err := h.desk(edition)
	if err != nil {
		return nil
	}
	return d.counter
}

// shop is what buyers are sold from.
func (h *hall) shop() shop.Source {
	s := shop.Source{Counter: h.counter, Views: h.sales, Blind: h.box.Blind, ID: h.newSecret, Now: h.wall, Cashier: h.cashier,
		Rooms: h.doors.Room, Drawings: h.doors.Drawing}
	if h.base != "" {
		s.Base = func(*http.Request) string { return h.base }
	}
	return s
}

// officeSale is what the office has of the sale.
type officeSale struct{ h *hall }

func (o officeSale) Counter(edition string) *sale.Counter { return o.h.counter(edition) }
func (o officeSale) Views() sale.Views                    { return o.h.sales }
func (o officeSale) Blind(kind, value string) string      { return o.h.box.Blind(kind, value) }
func (o officeSale) ID() string                           { return o.h.newSecret() }
func (o officeSale) Now() race.Instant                    { return o.h.wall() }
func (o officeSale) Cashier() pay.Cashier                 { return o.h.cashier }

func (o officeSale) Drawing(edition string) *sale.Drawing { return o.h.doors.Drawing(edition) }
func (o officeSale) Create(ctx context.Context, by access.Actor, c *sale.Catalogue) error {
	return o.h.sales.CreateSale(ctx, by, c)
}

// How often what nobody presses a button for is looked at.
const (
	serveListEvery = 15 * time.Second // ends of offers on the waiting list
	releaseEvery   = time.Minute      // allocations of partners whose day has come
	sweepEvery     = time.Minute      // holds that have ended: boards show it sooner
	remindEvery    = time.Hour        // balances due: each is written about once
	reconcileEvery = 2 * time.Minute  // payments whose end is not known
	refundEvery    = 20 * time.Second // refunds owed
)

// tend does what nobody presses a button for, until ctx is done. Nothing is wrong
// when it does not run: holds end by themselves, and everything waits.
func (h *hall) tend(ctx context.Context) {
	h.wg.Go(func() { // what a rush left behind that the program did not outlive
		if err := h.sales.FileAll(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("the sale's day book is not filed", "err", err)
		}
	})
	if h.mail != nil {
		h.wg.Go(func() { _ = h.mail.Run(ctx) })
	}
	h.every(ctx, serveListEvery, "waiting list", func(c *sale.Counter) error {
		n, err := h.sales.Counts(ctx, c.Edition())
		if err == nil && n.Waits > 0 {
			_, err = c.Promote(ctx)
		}
		return err
	})
	h.every(ctx, sweepEvery, "holds", func(c *sale.Counter) error {
		_, err := c.Sweep(ctx)
		return err
	})
	h.every(ctx, remindEvery, "balances", func(c *sale.Counter) error {
		_, err := c.Remind(ctx)
		return err
	})
	h.every(ctx, releaseEvery, "allocations", func(c *sale.Counter) error {
		head, err := h.sales.Head(ctx, c.Edition())
		if err != nil {
			return err
		}
		for _, p := range head.Catalogue.Releases(h.wall(), head.Quotas) {
			if err := c.ReleaseAllocation(ctx, p, access.System("release")); err != nil {
				return err
			}
		}
		return nil
	})
	if h.cashier == nil {
		return
	}
	h.every(ctx, reconcileEvery, "payments", func(c *sale.Counter) error {
		_, err := pay.Reconcile(ctx, c, h.sales, h.cashier, h.wall())
		return err
	})
	h.every(ctx, refundEvery, "refunds", func(c *sale.Counter) error {
		_, err := pay.Refunds(ctx, c, h.sales, h.cashier, h.wall(), 50, nil)
		return err
	})
}

// every does something for each edition's sale, again and again.
func (h *hall) every(ctx context.Context, pause time.Duration, what string, do func(*sale.Counter) error) {
	h.wg.Go(func() {
		t := time.NewTicker(pause)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			for _, d := range h.list() {
				if _, err := h.sales.Head(ctx, d.Edition); err != nil {
					continue // it has no sale
				}
				if err := do(d.counter); err != nil && ctx.Err() == nil {
					h.log.Warn("the sale is not tended", "what", what, "edition", d.Edition, "err", err)
				}
			}
		}
	})
}

// sell begins an edition's sale with a catalogue, unless the data folder has it
// from an earlier time.
func (h *hall) sell(ctx context.Context, by access.Actor, c *sale.Catalogue) error {
	err := h.sales.CreateSale(ctx, by, c)
	if fault.CodeOf(err) == "store.sale_exists" {
		return nil
	}
	return err
}
