package sale_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// desk is the shared small sale, open, with a clock that stands where it is put.
type desk struct {
	*saletest.Memory
	t   testing.TB
	c   *sale.Counter
	now race.Instant
	n   int
}

var (
	ctx    = context.Background()
	clerk  = access.System("desk")
	nobody access.Actor
)

func openDesk(t testing.TB, change ...func(*sale.Catalogue)) *desk {
	d := &desk{t: t, now: saletest.Opens.Add(time.Hour)}
	cat := saletest.Catalogue()
	for _, f := range change {
		f(cat)
	}
	d.Memory = saletest.New(cat, func() race.Instant { return d.now })
	d.c = sale.NewCounter(saletest.Edition, d.Memory, 0)
	return d
}

func plainBlind(kind, value string) string { return kind + ":" + value }

// runner is an invented person with a document of its own.
func runner(id, printed string) entry.Person {
	p := saletest.Person(id, printed)
	p.Email = fmt.Sprintf("%s@example.org", entry.FoldName(printed))
	p.Document = entry.Document{Issuer: "DEU", Number: "DOC" + entry.FoldName(printed), Expires: "2030-01-01"}
	return p
}

// ask wants a race for each person, paid by the first.
func ask(id, race string, persons ...entry.Person) sale.Ask {
	a := sale.Ask{ID: id, Lang: "de", Private: sale.Private{Email: persons[0].Email, Name: persons[0].Name.Printed, Persons: persons}}
	for _, p := range persons {
		a.Wants = append(a.Wants, sale.Want{Product: race, N: 1, Person: p.ID})
	}
	a.Blinds = entry.Blinds(plainBlind, a.Private.Email, persons)
	return a
}

// hold takes units and fails the test if it cannot.
func (d *desk) hold(a sale.Ask) *sale.Order {
	d.t.Helper()
	o, err := d.c.Hold(ctx, a)
	if err != nil {
		d.t.Fatalf("hold %s: %v", a.ID, err)
	}
	return o
}

// buy holds and pays everything at once.
func (d *desk) buy(a sale.Ask) *sale.Order {
	d.t.Helper()
	return d.pay(d.hold(a))
}

func (d *desk) pay(o *sale.Order) *sale.Order {
	d.t.Helper()
	if o.State == sale.Confirmed && o.Open().Minor <= 0 {
		return o
	}
	d.n++
	return d.must(d.c.Receive(ctx, o.ID, sale.Receipt{ID: fmt.Sprintf("pi_%d", d.n), Method: "card", Amount: o.Open()}, nobody))
}

// one buys a race for one new person.
func (d *desk) one(race, printed string) *sale.Order {
	d.t.Helper()
	return d.buy(ask("order-"+printed, race, runner("p1", printed)))
}

// fill sells a race out to strangers.
func (d *desk) fill(race string) {
	d.t.Helper()
	for i := 0; d.free("race:"+race) > 0; i++ {
		d.one(race, fmt.Sprintf("Filler%s%d", race, i))
	}
}

func (d *desk) free(quota string) int { q := d.Quota(quota); return q.Free() }

func (d *desk) must(o *sale.Order, err error) *sale.Order {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// refuses demands a fault by its code.
func (d *desk) refuses(code string, err error) {
	d.t.Helper()
	if fault.CodeOf(err) != code {
		d.t.Errorf("want fault %q, got %v", code, err)
	}
}

// mailed are the messages to an order or address by a template.
func (d *desk) mailed(template, to string) (out []sale.Mail) {
	for _, m := range d.Mails {
		if m.Template == template && (m.Order == to || m.To == to) {
			out = append(out, m)
		}
	}
	return out
}

// whole demands what must hold after anything: the ledger of money comes to
// nothing, quotas are what live orders take, and nothing is oversold.
func (d *desk) whole() {
	d.t.Helper()
	sums := map[money.Currency]int64{}
	for _, p := range d.Postings {
		sums[p.Amount.Currency] += p.Amount.Minor
	}
	for c, n := range sums {
		if n != 0 {
			d.t.Errorf("the ledger of money is %d %s apart", n, c)
		}
	}
	used := map[string]int{}
	for _, o := range d.ByID {
		if o.State != sale.Confirmed && o.State != sale.Held {
			continue
		}
		for _, u := range o.Units() {
			used[sale.QuotaID(u.Resource, o.Partner)] += u.N
		}
		buyer := d.Balance("buyer:"+o.ID, o.Currency)
		if o.State == sale.Confirmed && buyer.Minor != o.Open().Minor {
			d.t.Errorf("%s: the ledger says %s open, the order %s", o.ID, buyer, o.Open())
		}
	}
	for _, q := range d.Head.Quotas {
		if !q.Rule() && q.Used != used[q.ID()] {
			d.t.Errorf("quota %s: %d used, live orders take %d", q.ID(), q.Used, used[q.ID()])
		}
	}
}

func eur(minor int64) money.Amount { return money.Of(minor, "EUR") }

// owed is what is to be sent back of an order.
func owed(o *sale.Order) money.Amount {
	sum := money.Of(0, o.Currency)
	for _, r := range o.Refunds {
		if r.State == sale.RefundOwed {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}

func task(o *sale.Order, code string) bool {
	for _, t := range o.Tasks {
		if t.Code == code {
			return true
		}
	}
	return false
}

// raceOf is the race a person has a place in, by the units of the order.
func raceOf(o *sale.Order, person string) (out []string) {
	for _, it := range o.Items {
		if !it.Gone && it.Person == person && len(it.Uses) == 1 {
			out = append(out, it.Uses[0].Resource)
		}
	}
	return out
}
