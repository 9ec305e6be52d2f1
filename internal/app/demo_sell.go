package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sim"
)

// setClock is a clock that stands where it is set: the months of a sale pass in
// seconds.
type setClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *setClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// to sets the clock forward; it never goes back.
func (c *setClock) to(at race.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := at.Time(); t.After(c.at) {
		c.at = t
	}
}

// opening is when the reference edition's sale opens: noon on its clocks, four
// months before the race.
func opening(e *race.Edition) time.Time {
	date, _ := time.ParseInLocation(time.DateOnly, e.Date, e.Location())
	return date.AddDate(0, -4, 0).Add(12 * time.Hour)
}

// sell sells the places that a start list has for visitors to an invented crowd,
// half as many again as there are places, and gives those who have one and were
// approved.
func (c *demoCmd) sell(r *run, h *hall, clock *setClock, e *race.Edition, list race.StartList) ([]entry.Person, *selling, error) {
	p := r.progress("app.demo_selling")
	defer p.done()
	places := sim.PlacesOf(list)
	cat := sim.Catalogue(e, opening(e), places)
	cat.Partners = nil
	if err := h.sell(r, demonstrator, cat); err != nil {
		return nil, nil, err
	}
	s := &selling{ctx: r, c: h.counter(e.ID), v: h.sales, clock: clock, blind: h.box.Blind, cat: cat, p: p}
	sold, err := s.all(sim.Crowd(c.Seed, cat, places, 1.5), func(round int, free map[string]int) []sim.Buyer {
		return sim.Latecomers(c.Seed, round, cat, free)
	})
	return sold, s, err
}

// selling plays the sale of an edition with an invented crowd, from the opening
// to the last approval.
type selling struct {
	ctx    context.Context
	c      *sale.Counter
	v      sale.Views
	clock  *setClock
	blind  func(kind, value string) string
	cat    *sale.Catalogue
	nth    int // ids given
	todo   []todo
	report saleReport
	wrong  []string
	p      *progress
	asked  int
}

// saleReport is what the sale came to.
type saleReport struct {
	Attempts  int `json:"attempts"`  // presses of the button
	Orders    int `json:"orders"`    // orders that ever held units
	Listed    int `json:"listed"`    // parties that joined the waiting list
	Cancelled int `json:"cancelled"` // orders cancelled after they were paid
	Refunds   int `json:"refunds"`   // refunds that were sent
	Sold      int `json:"sold"`      // race places that were paid for
	Approved  int `json:"approved"`  // runners whom the host approved
}

// todo is something that a buyer does at an instant.
type todo struct {
	at   race.Instant
	what func() error
}

func (s *selling) later(at race.Instant, what func() error) {
	i, _ := slices.BinarySearchFunc(s.todo, at+1, func(x todo, at race.Instant) int { return cmp.Compare(x.at, at) })
	s.todo = slices.Insert(s.todo, i, todo{at, what})
}

func (s *selling) now() race.Instant { return race.At(s.clock.now()) }

func (s *selling) say(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// id is the id of the next order: the same in every run.
func (s *selling) id() string {
	s.nth++
	return fmt.Sprintf("sim%023d", s.nth)
}

// run plays what there is to do in its order, and what comes of it.
func (s *selling) run() error {
	for len(s.todo) > 0 {
		next := s.todo[0]
		s.todo = s.todo[1:]
		s.clock.to(next.at)
		if err := next.what(); err != nil {
			return err
		}
		if err := s.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// open lets the crowd in.
func (s *selling) open(crowd []sim.Buyer) error {
	for i := range crowd {
		b := &crowd[i]
		s.later(s.cat.OpensAt().Add(b.After), func() error {
			s.p.at(int64(i), int64(len(crowd)))
			return s.press(b)
		})
	}
	return s.run()
}

// press is a buyer at the button: all presses are one ask. Who finds the tour
// sold out takes another; who finds the race sold out goes on the waiting list.
func (s *selling) press(b *sim.Buyer) error {
	tours := []string{b.Tour}
	for _, d := range s.cat.Departures {
		if d.ID != b.Tour {
			tours = append(tours, d.ID)
		}
	}
	for _, tour := range tours {
		b.Tour = tour
		o, err := s.hold(b)
		if err == nil {
			return s.held(b, o)
		}
		var out *fault.Error
		if !errors.As(err, &out) || out.Code != "sale.sold_out" {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
		if strings.Contains(fmt.Sprint(out.Args["resources"]), "race:") {
			break
		}
	}
	return s.join(b)
}

func (s *selling) hold(b *sim.Buyer) (*sale.Order, error) {
	a := s.ask(b)
	a.Key += "/" + b.Tour
	var first *sale.Order
	for range b.Presses {
		a.ID = s.id()
		s.report.Attempts++
		o, err := s.c.Hold(s.ctx, a)
		switch {
		case err != nil:
			return nil, err
		case first == nil:
			first = o
		case o.ID != first.ID:
			s.say("%s pressed twice and got two orders", b.Name)
		}
	}
	return first, nil
}

func (s *selling) ask(b *sim.Buyer) sale.Ask {
	a := b.Ask()
	a.Blinds = s.blinds(a.Private)
	return a
}

func (s *selling) blinds(p sale.Private) []string {
	out := []string{s.blind("email", entry.FoldEmail(p.Email))}
	for _, x := range p.Persons {
		if d := entry.FoldDocument(x.Document.Issuer, x.Document.Number); d != "" {
			out = append(out, s.blind("document", d))
		}
	}
	return out
}

// held is a buyer who has a hold and some minutes.
func (s *selling) held(b *sim.Buyer, o *sale.Order) error {
	s.report.Orders++
	soon := s.now().Add(3 * time.Minute)
	pay := func() error { return s.pay(o.ID) }
	switch b.Habit {
	case sim.PaysLate:
		s.later(o.HardEnd.Add(time.Minute), pay)
	case sim.PaysTwice:
		s.later(soon, pay)
		s.later(soon.Add(time.Second), pay)
	case sim.ChangesMind:
		s.later(soon, pay)
		s.later(s.now().Add(20*24*time.Hour), func() error { return s.cancel(o.ID) })
	case sim.PaysNow:
		s.later(soon, pay)
	}
	return nil
}

// pay is the provider telling that an order was paid, in full.
func (s *selling) pay(id string) error {
	o, err := s.v.Order(s.ctx, s.c.Edition(), id)
	if err != nil {
		return err
	}
	_, err = s.c.Receive(s.ctx, id, sale.Receipt{ID: "sim-" + id, Method: "card", At: s.now(), Amount: o.Due()}, access.Actor{})
	return err
}

func (s *selling) cancel(id string) error {
	o, err := s.v.Order(s.ctx, s.c.Edition(), id)
	if err != nil || o.State != sale.Confirmed {
		return err
	}
	s.report.Cancelled++
	_, err = s.c.Cancel(s.ctx, id, "buyer", access.Actor{})
	return err
}

func (s *selling) join(b *sim.Buyer) error {
	a := s.ask(b)
	_, err := s.c.Join(s.ctx, sale.WaitAsk{ID: s.id(), Key: "wait/" + b.Name, Lang: b.Lang, Wants: a.Wants,
		Party: len(b.Runners), Private: a.Private, Blinds: a.Blinds})
	if err != nil {
		return fmt.Errorf("%s joins the list: %w", b.Name, err)
	}
	s.report.Listed++
	return nil
}

// serve offers what came free to the waiting list, day by day, until nothing is
// offered any more; who gets an offer pays.
func (s *selling) serve() error {
	for {
		s.clock.to(s.now().Add(time.Hour))
		if _, err := s.c.Promote(s.ctx); err != nil {
			return err
		}
		offers, err := s.offers()
		if err != nil || len(offers) == 0 {
			return err
		}
		for _, o := range offers {
			s.report.Orders++
			if err := s.pay(o); err != nil {
				return err
			}
		}
	}
}

func (s *selling) offers() ([]string, error) {
	waits, err := s.v.Waits(s.ctx, s.c.Edition(), false)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, w := range waits {
		if w.State == "offered" {
			out = append(out, w.Order)
		}
	}
	return out, nil
}

// orders are the orders chosen, all of them.
func (s *selling) orders(f sale.OrderFilter) ([]*sale.Order, error) {
	f.Limit = 500
	var out []*sale.Order
	for {
		page, more, err := s.v.Orders(s.ctx, s.c.Edition(), f)
		if err != nil {
			return nil, err
		}
		if out = append(out, page...); !more {
			return out, nil
		}
		last := page[len(page)-1]
		f.Before, f.BeforeID = last.Made, last.ID
	}
}

// deniedEvery is how many approvals go by for one that is denied.
const deniedEvery = 97

// approve asks the host about everybody who has not been asked about. It says
// how many were denied.
func (s *selling) approve() (denied int, err error) {
	confirmed, err := s.orders(sale.OrderFilter{State: sale.Confirmed})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(confirmed, func(a, b *sale.Order) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range confirmed {
		for _, p := range o.Private.Persons {
			st := o.Status(p.ID)
			if st.Out || st.Approval == entry.Approved {
				continue
			}
			word := entry.Approved
			if s.asked++; s.asked%deniedEvery == 0 {
				word = entry.Denied
				denied++
			}
			if _, err := s.c.Decide(s.ctx, o.ID, p.ID, word, s.by()); err != nil {
				return denied, fmt.Errorf("%s %s: %w", o.Number, p.ID, err)
			}
		}
	}
	return denied, nil
}

func (s *selling) by() access.Actor { return demonstrator }

// repay sends what is owed back.
func (s *selling) repay() error {
	owing, err := s.orders(sale.OrderFilter{Owing: true})
	if err != nil {
		return err
	}
	for _, o := range owing {
		for _, r := range o.Refunds {
			if r.State != "owed" {
				continue
			}
			if _, err := s.c.Refunded(s.ctx, o.ID, r.ID, "done", s.by()); err != nil {
				return err
			}
			s.report.Refunds++
		}
	}
	return nil
}

// all plays the whole sale and gives those who run. Where the waiting list has
// nobody left for a free place, single travellers hear of it.
func (s *selling) all(crowd []sim.Buyer, reserve func(round int, places map[string]int) []sim.Buyer) ([]entry.Person, error) {
	if err := s.open(crowd); err != nil {
		return nil, err
	}
	for round := 0; ; round++ {
		if err := s.serve(); err != nil {
			return nil, err
		}
		free, err := s.free()
		if err != nil {
			return nil, err
		}
		if len(free) > 0 && round < 20 {
			// What the list cannot use is kept for it no longer than its rule says.
			s.clock.to(s.now().Add(s.cat.List.Priority.D() + time.Hour))
			if err := s.serve(); err != nil {
				return nil, err
			}
			for _, b := range reserve(round, free) {
				if err := s.press(&b); err != nil {
					return nil, err
				}
			}
			if err := s.run(); err != nil {
				return nil, err
			}
			continue
		}
		denied, err := s.approve()
		if err != nil {
			return nil, err
		}
		if denied == 0 {
			break
		}
	}
	if err := s.repay(); err != nil {
		return nil, err
	}
	return s.audit()
}

// free is how many places of each race nobody has.
func (s *selling) free() (map[string]int, error) {
	h, err := s.v.Head(s.ctx, s.c.Edition())
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, r := range s.cat.Resources {
		for _, q := range h.Quotas {
			if r.Kind == "race_place" && q.Resource == r.ID && q.Size > q.Used {
				out[r.Race] += q.Size - q.Used
			}
		}
	}
	return out, nil
}

// audit holds the stages of the sale against each other: units against orders
// against persons, money against both.
func (s *selling) audit() ([]entry.Person, error) {
	confirmed, err := s.orders(sale.OrderFilter{State: sale.Confirmed})
	if err != nil {
		return nil, err
	}
	h, err := s.v.Head(s.ctx, s.c.Edition())
	if err != nil {
		return nil, err
	}
	used := map[string]int{}
	var runners []entry.Person
	slices.SortFunc(confirmed, func(a, b *sale.Order) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range confirmed {
		for _, u := range o.Units() {
			used[sale.QuotaID(u.Resource, o.Partner)] += u.N
		}
		if o.Open().Minor > 0 {
			s.say("order %s is confirmed and %s are open", o.Number, o.Open())
		}
		for _, p := range o.Private.Persons {
			if st := o.Status(p.ID); !st.Out && p.Runs() {
				runners = append(runners, p)
				if st.Approval == entry.Approved {
					s.report.Approved++
				}
			}
		}
	}
	places := 0
	for _, q := range h.Quotas {
		if q.Rule() {
			continue // uses of vouchers, and what transfers may hold
		}
		if n := used[q.ID()]; n != q.Used {
			s.say("quota %s: %d used, the orders have %d", q.ID(), q.Used, n)
		}
		if q.Used > q.Size {
			s.say("quota %s is oversold: %d of %d", q.ID(), q.Used, q.Size)
		}
		if strings.HasPrefix(q.Resource, "race:") {
			places += q.Used
		}
	}
	s.report.Sold = places
	if places != len(runners) {
		s.say("%d race places are sold, %d runners have one", places, len(runners))
	}
	if s.report.Approved != len(runners) {
		s.say("%d runners, %d approved", len(runners), s.report.Approved)
	}
	return runners, s.balance()
}

// balance checks the ledger of money: every entry adds up, and so does all.
func (s *selling) balance() error {
	postings, err := s.v.Postings(s.ctx, s.c.Edition(), "")
	if err != nil {
		return err
	}
	sum := map[money.Currency]int64{}
	for _, p := range postings {
		sum[p.Amount.Currency] += p.Amount.Minor
	}
	for c, n := range sum {
		if n != 0 {
			s.say("the ledger of money does not balance: %s", money.Of(n, c))
		}
	}
	if len(postings) == 0 {
		s.say("the ledger of money is empty")
	}
	return nil
}
