package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/sim"
	"stadion/internal/store"
)

type demoCmd struct {
	Listen string        `default:"localhost:8080" help:"Address of the pages."`
	At     time.Duration `default:"2h31m" help:"How far into the race it begins."`
	Speed  float64       `default:"20" help:"Race seconds per second."`
	Data   string        `placeholder:"DIR" help:"Data folder; without it one that is removed at the end."`
	Stage  string        `default:"race" enum:"sale,race,after" help:"sale: the sale opened this minute; race: some hours into it; after: official results are out."`
	Opens  time.Duration `default:"0s" help:"With --stage sale: how long until it opens."`
	Mode   string        `default:"first_come" enum:"first_come,waiting_room,draw" help:"With --stage sale: who gets the places."`
	Crowd  int           `default:"0" help:"With --stage sale: invented buyers who come in the first ten minutes."`
	Once   bool          `help:"From the first line to the last certificate at full speed, without a server; ends with one JSON object."`
	Out    string        `placeholder:"DIR" help:"With --once: folder for results, certificates and the race file."`
	Seed   uint64        `default:"1" help:"Of the invented field."`
	Size   int           `default:"2000" help:"Invented runners."`
}

// demonstrator is the actor who acts in the demo.
var demonstrator = access.System("demo")

// Run shows the reference edition. Every runner in it is invented.
func (c *demoCmd) Run(r *run) error {
	if c.Speed < 0 || c.Size < 50 {
		return called("app.demo_flags", nil)
	}
	dir, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	log := slog.New(slog.NewTextHandler(r.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	switch {
	case c.Once:
		return c.onceIn(r, dir, log)
	case c.Stage == "sale":
		return c.sale(r, dir, log)
	}
	p := r.progress("app.demo_inventing")
	edition := sim.Edition()
	truth := sim.Run(edition, sim.StartListOf(c.Seed, c.Size), c.Seed)
	p.done()
	clock := newRaceClock(r.Now, truth, c)
	h, err := openHall(r, hallConfig{Dir: dir, Now: r.Now, RaceNow: clock.now, Log: log})
	if err != nil {
		return err
	}
	err = c.show(r, h, truth, clock, log)
	return errors.Join(err, h.Close())
}

func (c *demoCmd) show(r *run, h *hall, truth *sim.Truth, clock *raceClock, log *slog.Logger) error {
	if err := h.demoEdition(r, truth.Edition); err != nil {
		return err
	}
	d, err := h.desk(truth.Edition.ID)
	if err != nil {
		return err
	}
	before := d.Field.Lines()
	f := newFeed(truth, d, d.Field.NextEpoch())
	f.lines = before
	if err := c.begin(r, d, f, clock); err != nil {
		return err
	}
	login, password, err := h.demoAccount(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	clock.start()
	wg.Go(func() {
		if err := f.follow(ctx, clock); err != nil && ctx.Err() == nil {
			log.Error("the race stands still", "err", err)
		}
	})
	defer cancel()
	return serve(r, h, serving{listen: c.Listen, log: log}, func(url string) {
		fmt.Fprintln(r.Stdout, r.say.T("app.demo_running", "url", url, "live", url+"/e/"+d.Edition+"/live",
			"office", url+"/office", "login", login, "password", password))
	})
}

// begin feeds what has happened until the demo's moment.
func (c *demoCmd) begin(r *run, d *desk, f *feed, clock *raceClock) error {
	until := clock.now()
	p := r.progress("app.demo_racing")
	defer p.done()
	if err := f.until(r, until, p); err != nil {
		return err
	}
	if err := f.settled(r); err != nil {
		return err
	}
	if c.Stage == "after" {
		return publishAll(r, d, results.Provisional, results.Official)
	}
	return nil
}

func (c *demoCmd) folder() (dir string, remove func(), err error) {
	if c.Data != "" {
		return c.Data, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "stadion-demo-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// demoEdition makes the reference edition in the office, unless the data folder
// has it from an earlier time.
func (h *hall) demoEdition(ctx context.Context, e *race.Edition) error {
	if _, err := h.desk(e.ID); err == nil {
		return nil
	}
	text, err := toml.Marshal(e)
	if err != nil {
		return err
	}
	kept, err := h.db.CreateEdition(ctx, demonstrator, store.Edition{ID: e.ID, Date: e.Date, Name: e.Name, TOML: string(text)})
	if err != nil {
		return err
	}
	return h.openDesk(ctx, kept)
}

// demoAccount is an organiser to look around the office with. Its password is
// made anew each time.
func (h *hall) demoAccount(ctx context.Context) (login, password string, err error) {
	login, password = "demo", newID()
	grants := []access.Grant{{Edition: access.Everywhere, Role: access.Organiser}}
	_, err = h.db.CreateAccount(ctx, demonstrator, store.NewAccount{Login: login, Name: "Demo", Password: password, Grants: grants})
	if fault.CodeOf(err) == "store.login_taken" {
		var a store.Account
		if a, err = h.db.AccountByLogin(ctx, login); err == nil {
			err = h.db.SetPassword(ctx, demonstrator, a.ID, password)
		}
	}
	return login, password, err
}

// raceClock is the demo's time of the day: it stands at the moment the demo
// begins at until it is started, and then runs speed times as fast as the wall
// clock.
type raceClock struct {
	wall  func() time.Time
	from  race.Instant
	speed float64

	mu    sync.Mutex
	began time.Time // zero: it stands
}

func newRaceClock(wall func() time.Time, t *sim.Truth, c *demoCmd) *raceClock {
	k := &raceClock{wall: wall, from: t.Start().Add(c.At), speed: c.Speed}
	if c.Stage == "after" {
		k.from = t.End().Add(time.Minute)
	}
	return k
}

func (k *raceClock) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.began = k.wall()
}

func (k *raceClock) now() race.Instant {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.began.IsZero() {
		return k.from
	}
	return k.from.Add(time.Duration(float64(k.wall().Sub(k.began)) * k.speed))
}

// feed brings the simulated lines to the log as boxes would: each box has its
// own chain, and the hub merges what arrives. What has piled up of a box goes
// into one line, as a forwarder does after a cut: a line costs a flush of the
// disk, whatever it holds.
type feed struct {
	truth  *sim.Truth
	desk   *desk
	epoch  uint32 // of every chain: one more than the record has
	chains map[string]*logbook.Chain
	events []sim.Event
	next   int
	piled  map[string]logbook.Draft // reads that wait, by box
	lines  int                      // fed so far
}

// pileMost is how many reads one line takes.
const pileMost = 400

func newFeed(t *sim.Truth, d *desk, epoch uint32) *feed {
	return &feed{truth: t, desk: d, epoch: epoch, chains: map[string]*logbook.Chain{},
		events: slices.Collect(t.Events()), piled: map[string]logbook.Draft{}}
}

func (f *feed) due(now race.Instant) bool {
	return f.next < len(f.events) && f.events[f.next].Arrive <= now
}

// until merges everything that arrived up to an instant.
func (f *feed) until(ctx context.Context, now race.Instant, p *progress) error {
	first, most := f.next, len(f.events)
	if p != nil {
		most, _ = slices.BinarySearchFunc(f.events, now, func(e sim.Event, now race.Instant) int {
			return cmp.Compare(e.Arrive, now+1)
		})
	}
	var lines []logbook.Line
	merge := func() error {
		if len(lines) == 0 {
			return nil
		}
		_, err := f.desk.Log.Merge(ctx, lines)
		lines = lines[:0]
		if p != nil {
			p.at(int64(f.next-first), int64(most-first))
		}
		return errors.Join(err, ctx.Err())
	}
	for f.due(now) {
		l, err := f.take(f.events[f.next].Draft)
		if err != nil {
			return err
		}
		f.next++
		lines = append(lines, l...)
		if len(lines) >= 64 {
			if err := merge(); err != nil {
				return err
			}
		}
	}
	l, err := f.flush()
	lines = append(lines, l...)
	return errors.Join(err, merge())
}

// take makes lines of a draft, or lets its reads wait for more of the same box.
func (f *feed) take(d logbook.Draft) ([]logbook.Line, error) {
	reads, ok := d.Body.([]logbook.Read)
	if !ok {
		return f.line(d)
	}
	pile, waits := f.piled[d.Author]
	if !waits {
		f.piled[d.Author] = d
		return nil, nil
	}
	all := slices.Concat(pile.Body.([]logbook.Read), reads)
	pile.At, pile.Body = max(pile.At, d.At), all
	f.piled[d.Author] = pile
	if len(all) < pileMost {
		return nil, nil
	}
	delete(f.piled, d.Author)
	return f.line(pile)
}

// flush makes lines of what still waits.
func (f *feed) flush() (lines []logbook.Line, err error) {
	for _, author := range slices.Sorted(maps.Keys(f.piled)) {
		l, err := f.line(f.piled[author])
		if err != nil {
			return lines, err
		}
		lines = append(lines, l...)
		delete(f.piled, author)
	}
	return lines, nil
}

// line is a draft as its author's box wrote it.
func (f *feed) line(d logbook.Draft) ([]logbook.Line, error) {
	box := strings.TrimPrefix(d.Author, "box:")
	c := f.chains[box]
	if c == nil {
		c = &logbook.Chain{Box: box, Epoch: f.epoch}
		f.chains[box] = c
	}
	l, err := c.Next(d)
	if err != nil {
		return nil, err
	}
	c.Advance(l)
	f.lines++
	return []logbook.Line{l}, nil
}

// follow feeds what arrives as the clock runs, until everything has arrived.
func (f *feed) follow(ctx context.Context, clock *raceClock) error {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for f.next < len(f.events) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			if err := f.until(ctx, clock.now(), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// settled waits until every line that was fed is scored.
func (f *feed) settled(ctx context.Context) error {
	wake, stop := f.desk.Field.Watch()
	defer stop()
	for f.desk.Field.Lines() < f.lines {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		}
	}
	f.desk.Field.Refresh()
	return nil
}

// publishAll publishes every race in each of the states.
func publishAll(ctx context.Context, d *desk, states ...results.State) error {
	e := d.Field.Snapshot().Edition
	for _, state := range states {
		for i := range e.Races {
			_, err := d.Publish(ctx, demonstrator, e.Races[i].ID, state, "")
			if err != nil && fault.CodeOf(err) != "results.unchanged" && fault.CodeOf(err) != "results.back_to_provisional" {
				return err
			}
		}
	}
	return nil
}
