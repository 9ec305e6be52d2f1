package office_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/pay"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// sales is the sale of one edition in memory, once it is opened.
type sales struct {
	mu      sync.Mutex
	m       *saletest.Memory
	counter *sale.Counter
	drawing *sale.Drawing
	cashier pay.Cashier
	after   time.Duration // since the opening
	n       int
}

// sells opens the sale of the edition of tests, an hour after its opening.
func (b *bench) sells() *sales {
	b.t.Helper()
	if b.sale.m == nil {
		c := saletest.Catalogue()
		c.Edition = "test-2025"
		b.sale.empty()
		b.sale.m = saletest.New(c, b.sale.Now)
		b.sale.counter = sale.NewCounter("test-2025", b.sale.m, 0)
	}
	return b.sale
}

// empty is an edition that can have a sale and has no catalogue.
func (s *sales) empty() {
	s.after = time.Hour
	s.m = saletest.New(&sale.Catalogue{}, s.Now)
	s.m.Head = sale.Head{Numbers: map[string]int64{}}
	s.counter = sale.NewCounter("test-2025", s.m, 0)
}

func (s *sales) Counter(edition string) *sale.Counter {
	if edition != "test-2025" {
		return nil
	}
	return s.counter
}

func (s *sales) Views() sale.Views               { return s.m.Views() }
func (s *sales) Blind(kind, value string) string { return kind + ":" + value }
func (s *sales) Cashier() pay.Cashier            { return s.cashier }
func (s *sales) Drawing(string) *sale.Drawing    { return s.drawing }

func (s *sales) Create(_ context.Context, _ access.Actor, c *sale.Catalogue) error {
	*s.m = *saletest.New(c, s.Now)
	return nil
}

func (s *sales) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return fmt.Sprintf("id%024d", s.n)
}

func (s *sales) Now() race.Instant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return saletest.Opens.Add(s.after)
}

// later lets time pass.
func (s *sales) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after += d
}

// held makes an order of one marathon tour and gives its id.
func (s *sales) held(t testing.TB, partner, name string) string {
	t.Helper()
	p := saletest.Person("p1", name)
	mail := strings.ToLower(name) + "@example.org"
	o, err := s.counter.Hold(context.Background(), sale.Ask{ID: s.ID(), By: access.System("test"), Partner: partner, Lang: "ko", Currency: "EUR",
		Wants:   []sale.Want{{Product: "tour-a", N: 1, Person: "p1"}, {Product: "marathon", N: 1, Person: "p1"}},
		Private: sale.Private{Email: mail, Name: name + " Payer", Persons: []entry.Person{p}}, Blinds: []string{"email:" + mail}})
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// sold makes an order that is paid in full.
func (s *sales) sold(t testing.TB, partner, name string) string {
	t.Helper()
	id := s.held(t, partner, name)
	o := s.m.Order(id)
	if o.State == sale.Confirmed { // on the partner's invoice
		return id
	}
	if _, err := s.counter.Receive(context.Background(), id, sale.Receipt{ID: "pi_" + id, Method: "card", At: s.Now(), Amount: o.Open()}, access.Actor{}); err != nil {
		t.Fatal(err)
	}
	return id
}

// audited are the actions written to the log of the sale.
func (s *sales) audited() string {
	var out []string
	for _, a := range s.m.Audits {
		out = append(out, a.By.Name+" "+a.Action+" "+a.Subject)
	}
	return strings.Join(out, "\n")
}
