package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/entry"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sim"
)

// sale shows the reference edition on the day its sale opens, some months before
// its race: a newcomer can buy, pay in test mode and cancel.
func (c *demoCmd) sale(r *run, dir string, log *slog.Logger) error {
	h, err := openHall(r, hallConfig{Dir: dir, Now: r.Now, Log: log})
	if err != nil {
		return err
	}
	return errors.Join(c.saleOver(r, h, log), h.Close())
}

func (c *demoCmd) saleOver(r *run, h *hall, log *slog.Logger) error {
	opens := r.Now().Add(c.Opens)
	if c.Opens <= 0 {
		opens = opens.Truncate(time.Minute)
	}
	e := sim.EditionOn(raceAfter(opens))
	if err := h.saleEdition(r, e); err != nil {
		return err
	}
	cat := sim.Catalogue(e, opens, sim.Places)
	cat.Mode = sale.Mode(c.Mode)
	if err := h.sell(r, demonstrator, cat); err != nil {
		return err
	}
	if err := h.testCashier(r, r.Now); err != nil {
		return err
	}
	login, password, err := h.demoAccount(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r)
	defer cancel()
	if c.Crowd > 0 {
		h.wg.Go(func() { h.crowd(ctx, c, e.ID, race.At(opens)) })
	}
	return serve(r, h, serving{listen: c.Listen, log: log}, func(url string) {
		fmt.Fprintln(r.Stdout, r.say.T("app.demo_sale", "url", url, "edition", e.ID, "office", url+"/office",
			"opens", opens.In(e.Location()).Format("15:04 MST"), "login", login, "password", password))
	})
}

// saleEdition makes the edition with its rules, unless the data folder has it.
func (h *hall) saleEdition(ctx context.Context, e *race.Edition) error {
	if _, err := h.desk(e.ID); err == nil {
		return nil
	}
	text, err := toml.Marshal(e)
	if err != nil {
		return err
	}
	return h.addEdition(ctx, demonstrator, e, string(text))
}

// testCashier takes payments in test mode: no money moves.
func (h *hall) testCashier(ctx context.Context, now func() time.Time) error {
	key, err := h.db.SecretOnce(ctx, self, "pay.test", 32)
	if err != nil {
		return err
	}
	h.cashier = pay.NewTest(key, now)
	return nil
}

// raceAfter is the Sunday some nineteen weeks after a sale.
func raceAfter(opens time.Time) time.Time {
	d := opens.AddDate(0, 0, 19*7)
	return d.AddDate(0, 0, (7-int(d.Weekday()))%7)
}

// crowd lets invented buyers in beside the newcomer, so that there is something
// to watch. They come within ten minutes of the opening and pay soon after.
func (h *hall) crowd(ctx context.Context, c *demoCmd, edition string, opens race.Instant) {
	head, err := h.sales.Head(ctx, edition)
	if err != nil {
		return
	}
	buyers := sim.Crowd(c.Seed, head.Catalogue, sim.Places, 1)
	for i := range buyers[:min(c.Crowd, len(buyers))] {
		b := &buyers[i]
		h.wg.Go(func() {
			if h.sleep(ctx, opens.Add(b.After*4).Sub(h.wall())) == nil {
				_ = h.buy(ctx, edition, b) // sold out for one is nothing to tell
			}
		})
	}
}

// buy is one invented buyer: a hold, and the money a little later.
func (h *hall) buy(ctx context.Context, edition string, b *sim.Buyer) error {
	counter := h.counter(edition)
	a := b.Ask()
	a.ID, a.Blinds = h.newSecret(), []string{h.box.Blind("email", entry.FoldEmail(b.Email))}
	o, err := counter.Hold(ctx, a)
	if err != nil || b.Habit == sim.NeverPays {
		return err
	}
	if err := h.sleep(ctx, 20*time.Second); err != nil {
		return err
	}
	_, err = counter.Receive(ctx, o.ID, sale.Receipt{ID: "sim-" + o.ID, Method: "cash", At: h.wall(), Amount: o.Due()}, demonstrator)
	return err
}

func (h *hall) sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
