package store_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/access"
	"stadion/internal/entry"
	"stadion/internal/fault"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
	"stadion/internal/seal"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

const shopEdition = "test-2026"

// smallCatalogue has three scarce things, a partner and a voucher.
func smallCatalogue(size int) *sale.Catalogue {
	return &sale.Catalogue{
		Edition: shopEdition, Version: 1, Opens: "2025-01-01T12:00", Zone: "Asia/Seoul", Currencies: []money.Currency{"EUR"},
		Resources: []sale.Resource{{ID: "bed", Size: size}, {ID: "race:marathon", Size: size}, {ID: "seat", Size: size}},
		Partners:  []sale.Partner{{ID: "koryo", Allocation: []sale.Use{{Resource: "bed", N: 2}}}},
		Vouchers:  []sale.Voucher{{Code: "CLUB", Percent: 10, Uses: 1}},
		Terms:     sale.Terms{Version: "2026-1", Text: sale.Text{"en": "As sold.", "ko": "판매 조건"}, Scale: []sale.Tier{{Days: 30, Percent: 50}}},
	}
}

func box(t testing.TB) *seal.Box {
	t.Helper()
	return get[*seal.Box](t)(seal.New([]byte("0123456789abcdef0123456789abcdef"), rand.Reader))
}

// shop is the store of a sale with a small catalogue.
func shop(t testing.TB, db *store.DB, size int) *store.SaleStore {
	t.Helper()
	_, err := db.CreateEdition(context.Background(), boss, store.Edition{ID: shopEdition, Date: "2026-04-05", Name: "Test"})
	must(t, err)
	s := db.Sale(box(t)).Busy()
	must(t, s.CreateSale(context.Background(), boss, smallCatalogue(size)))
	return s
}

// ask is a hold as a test wants it.
type ask struct {
	id, key, body, email, partner, voucher string
	units                                  []string // "seat", one of each
	hold                                   time.Duration
}

// blindOf is a blind index; it tells nothing of what it is made of.
func blindOf(value string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(value))) }

// holdJob takes units the way a verb does.
func holdJob(a ask, out **sale.Order) *sale.Job {
	j := &sale.Job{Orders: []string{a.id}}
	if a.key != "" {
		j.Keys = []string{a.key}
	}
	if a.email != "" {
		j.Blinds = []string{blindOf(a.email)}
	}
	j.Do = func(w *sale.Work) error {
		if k, err := w.Key(a.key); err != nil {
			return err
		} else if k != nil {
			if k.Body != a.body {
				return fault.New(fault.Conflict, "sale.key_reused", nil)
			}
			*out, err = w.Order(k.Order)
			return err
		}
		o := heldOrder(w, a)
		units := make([]sale.Use, len(a.units))
		for i, u := range a.units {
			units[i] = sale.Use{Resource: u, N: 1}
		}
		if err := w.Take(o, units, false); err != nil {
			return err
		}
		w.Put(o)
		if a.key != "" {
			w.UseKey(sale.Key{Key: a.key, Body: a.body, Order: a.id})
		}
		if a.email != "" {
			w.SetBlinds(a.id, []string{blindOf(a.email)})
		}
		w.Post(sale.Posting{Entry: a.id, Order: a.id, Account: "buyer:" + a.id, Amount: money.Of(100, "EUR"), Text: "charge"},
			sale.Posting{Entry: a.id, Order: a.id, Account: "sales:package", Amount: money.Of(-100, "EUR"), Text: "charge"})
		w.Mail(sale.Mail{ID: "held " + a.id, To: a.email, Lang: "ko", Template: "order.held", Order: a.id, Args: map[string]string{"name": "Ri Un Suk"}})
		w.Audit(access.Actor{}, "order.hold", a.id, map[string]any{"units": len(units)})
		*out = o
		return nil
	}
	return j
}

func heldOrder(w *sale.Work, a ask) *sale.Order {
	hold := a.hold
	if hold == 0 {
		hold = 15 * time.Minute
	}
	o := &sale.Order{ID: a.id, Number: fmt.Sprintf("T26-%04d", w.Number("order")), Edition: shopEdition, Catalogue: w.Catalogue().Version,
		Terms: w.Catalogue().TermsAsSold(), State: sale.Held, Partner: a.partner, Voucher: a.voucher, Lang: "ko", Made: w.At, SoftEnd: w.At.Add(hold), HardEnd: w.At.Add(hold),
		Currency: "EUR", Charges: []sale.Charge{{At: w.At, Kind: "item", Amount: money.Of(100, "EUR")}},
		Private: sale.Private{Email: a.email, Name: "Ri Un Suk", Persons: []entry.Person{{ID: "p1", Birth: "1990-02-28",
			Name: entry.Name{Printed: "리은숙"}, Document: entry.Document{Issuer: "DEU", Number: "C01X00T47"}}}},
	}
	for _, u := range a.units {
		o.Items = append(o.Items, sale.Item{Product: "package", N: 1, Person: "p1", Each: money.Of(100, "EUR"), Uses: []sale.Use{{Resource: u, N: 1}}})
	}
	return o
}

// take holds and fails the test if it cannot.
func take(t testing.TB, c *sale.Counter, a ask) *sale.Order {
	t.Helper()
	var o *sale.Order
	must(t, c.Do(context.Background(), holdJob(a, &o)))
	return o
}

// on changes an order in a commit of its own.
func on(t testing.TB, c *sale.Counter, id string, change func(w *sale.Work, o *sale.Order) error) error {
	t.Helper()
	return c.Do(context.Background(), &sale.Job{Orders: []string{id}, Do: func(w *sale.Work) error {
		o, err := w.Order(id)
		if err != nil {
			return err
		}
		return change(w, o)
	}})
}

// kept is a store of sales together with how it is looked at.
type kept struct {
	sale.Store
	sale.Views
	pass func(time.Duration)
}

// eachStore runs a test on the store in memory and on both engines.
func eachStore(t *testing.T, size int, test func(t *testing.T, k kept, c *sale.Counter)) {
	t.Run("memory", func(t *testing.T) {
		clock := storetest.NewClock()
		m := saletest.New(smallCatalogue(size), func() race.Instant { return race.At(clock.Now()) })
		test(t, kept{Store: m, Views: m.Views(), pass: clock.Pass}, sale.NewCounter(shopEdition, m, 0))
	})
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s := shop(t, db, size)
		test(t, kept{Store: s, Views: s, pass: clock.Pass}, sale.NewCounter(shopEdition, s, 0))
	})
}

func quota(t testing.TB, v sale.Views, id string) sale.Quota {
	t.Helper()
	h := get[sale.Head](t)(v.Head(context.Background(), shopEdition))
	for _, q := range h.Quotas {
		if q.ID() == id {
			return q
		}
	}
	t.Fatalf("no quota %s in %+v", id, h.Quotas)
	return sale.Quota{}
}

func TestSale_AnOrderComesBackAsItWasKept(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		made := take(t, c, ask{id: "o1", key: "k1", email: "ri@example.org", units: []string{"bed", "seat"}})
		got := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1"))
		want := made.Clone()
		want.Version = got.Version
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		must(t, on(t, c, "o1", func(_ *sale.Work, o *sale.Order) error {
			o.State, o.Private.Name = sale.Confirmed, "Ri Un-suk"
			return nil
		}))
		again := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1"))
		if again.State != sale.Confirmed || again.Private.Name != "Ri Un-suk" || again.Private.Email != "ri@example.org" || again.Version != got.Version+1 {
			t.Errorf("after the change %+v", again)
		}
		if q := quota(t, k, "bed"); q.Used != 1 || q.Size != 8 {
			t.Errorf("bed %+v", q)
		}
		_, err := k.Order(t.Context(), shopEdition, "o2")
		wantFault(t, err, fault.NotFound, "sale.order_unknown")
	})
}

func TestSale_NothingRemainsOfAVerbThatFailed(t *testing.T) {
	eachStore(t, 1, func(t *testing.T, k kept, c *sale.Counter) {
		must(t, c.Do(t.Context(), &sale.Job{Do: func(*sale.Work) error { return nil }}))
		take(t, c, ask{id: "o1", units: []string{"seat"}})
		var o *sale.Order
		err := c.Do(t.Context(), holdJob(ask{id: "o2", key: "k2", email: "b@example.org", units: []string{"race:marathon", "seat"}}, &o))
		wantFault(t, err, fault.Conflict, "sale.sold_out")
		if q := quota(t, k, "race:marathon"); q.Used != 0 {
			t.Errorf("marathon %+v", q)
		}
		_, err = k.Order(t.Context(), shopEdition, "o2")
		wantFault(t, err, fault.NotFound, "sale.order_unknown")
		if h := get[sale.Head](t)(k.Head(t.Context(), shopEdition)); h.Numbers["order"] != 1 {
			t.Errorf("numbers %v", h.Numbers)
		}
		take(t, c, ask{id: "o3", key: "k2", email: "b@example.org", units: []string{"race:marathon"}}) // the key is free
	})
}

func TestSale_Case01_TheSameKeyGivesTheSameOrder(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		first := take(t, c, ask{id: "o1", key: "k1", body: "one seat", units: []string{"seat"}})
		again := take(t, c, ask{id: "o2", key: "k1", body: "one seat", units: []string{"seat"}})
		if again.ID != first.ID || quota(t, k, "seat").Used != 1 {
			t.Errorf("again %+v, used %d", again, quota(t, k, "seat").Used)
		}
		var o *sale.Order
		err := c.Do(t.Context(), holdJob(ask{id: "o3", key: "k1", body: "two seats", units: []string{"seat"}}, &o))
		wantFault(t, err, fault.Conflict, "sale.key_reused")
	})
}

func TestSale_HoldsThatEndedCountAsFreeBeforeAnybodySweepsThem(t *testing.T) {
	eachStore(t, 1, func(t *testing.T, k kept, c *sale.Counter) {
		take(t, c, ask{id: "o1", units: []string{"seat"}})
		k.pass(15*time.Minute - 1)
		if q := quota(t, k, "seat"); q.Free() != 0 {
			t.Errorf("before the end %+v", q)
		}
		k.pass(1)
		if q := quota(t, k, "seat"); q.Free() != 1 {
			t.Errorf("after the end %+v", q)
		}
		take(t, c, ask{id: "o2", units: []string{"seat"}})
		if o := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1")); o.State != sale.Expired {
			t.Errorf("swept into %s", o.State)
		}
		moves := ""
		for _, l := range get[[]sale.Line](t)(k.Lines(t.Context(), shopEdition, 0, 100)) {
			if l.Move != sale.Resize {
				moves += string(l.Move) + " " + l.Order + ", "
			}
		}
		if moves != "hold o1, expire o1, hold o2, " {
			t.Errorf("moves %s", moves)
		}
	})
}

func TestSale_OrdersAreFoundByEverythingAndPaged(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		for i := 1; i <= 5; i++ {
			a := ask{id: fmt.Sprint("o", i), email: fmt.Sprint(i, "@example.org"), units: []string{"bed"}}
			if i == 5 {
				a.partner = "koryo"
			}
			take(t, c, a)
			k.pass(time.Second)
		}
		must(t, on(t, c, "o2", func(_ *sale.Work, o *sale.Order) error {
			o.State, o.Reference = sale.Confirmed, "RF18539007547034"
			o.Receipts = []sale.Receipt{{ID: "r1", Amount: money.Of(100, "EUR")}}
			return nil
		}))
		must(t, on(t, c, "o3", func(_ *sale.Work, o *sale.Order) error {
			o.State = sale.Cancelled
			o.Refunds = []sale.Refund{{ID: "f1", State: "owed", Amount: money.Of(100, "EUR")}}
			return nil
		}))
		must(t, on(t, c, "o4", func(_ *sale.Work, o *sale.Order) error {
			o.Tasks = []sale.Task{{Code: "twins"}, {Code: "done", Done: true}}
			o.Payments = []sale.Attempt{{Session: "cs_1", State: "open"}, {Session: "cs_0", State: "expired"}}
			return nil
		}))
		number := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o1")).Number
		for want, f := range map[string]sale.OrderFilter{
			"o5 o4 o3 o2 o1": {},
			"o5 o4 o1":       {State: sale.Held},
			"o2":             {State: sale.Confirmed},
			"o3":             {Owing: true},
			"o4":             {Tasks: true},
			"o4 ":            {Paying: true},
			"o5":             {Partner: "koryo"},
			"o4 o3 o2 o1":    {Partner: "-"},
			"o1":             {Search: number},
			"o2 ":            {Search: "RF18539007547034"},
			"o3 ":            {Search: "o3"},
			"o1 ":            {Search: "1@example.org", Blind: blindOf("1@example.org")},
			"":               {Search: "nobody", Blind: blindOf("nobody")},
			"o5 o4+":         {Limit: 2},
		} {
			if got := ids(t, k, f); got != strings.TrimSpace(want) {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
		last := get[*sale.Order](t)(k.Order(t.Context(), shopEdition, "o4"))
		if got := ids(t, k, sale.OrderFilter{Limit: 2, Before: last.Made, BeforeID: last.ID}); got != "o3 o2+" {
			t.Errorf("second page %q", got)
		}
		counts := get[sale.Counts](t)(k.Counts(t.Context(), shopEdition))
		if want := (sale.Counts{Orders: map[sale.State]int{sale.Held: 3, sale.Confirmed: 1, sale.Cancelled: 1}, Open: 3, Tasks: 1, Owed: 1}); !reflect.DeepEqual(counts, want) {
			t.Errorf("counts %+v, want %+v", counts, want)
		}
	})
}

// ids are the orders of a filter, "+" if a page follows.
func ids(t *testing.T, v sale.Views, f sale.OrderFilter) string {
	t.Helper()
	page, more, err := v.Orders(t.Context(), shopEdition, f)
	must(t, err)
	var out []string
	for _, o := range page {
		out = append(out, o.ID)
	}
	s := strings.Join(out, " ")
	if more {
		s += "+"
	}
	return s
}

func TestSale_LedgersMailAndTheListAreKept(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		take(t, c, ask{id: "o1", email: "ri@example.org", units: []string{"bed", "seat"}})
		must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			for i, state := range []string{"waiting", "left"} {
				w.PutWait(&sale.Wait{ID: fmt.Sprint("w", i), Made: w.At, State: state, Lang: "de", Party: 2, Private: sale.Private{Email: "w@example.org"}})
			}
			w.PutWait(&sale.Wait{ID: "w9", Priority: 1, Made: w.At, State: "applied", Party: 1})
			return nil
		}}))
		postings := get[[]sale.Posting](t)(k.Postings(t.Context(), shopEdition, "o1"))
		if len(postings) != 2 || postings[0].Account != "buyer:o1" || postings[0].Amount != money.Of(100, "EUR") || postings[1].Amount.Minor != -100 || postings[0].At == 0 {
			t.Errorf("postings %+v", postings)
		}
		mails := get[[]sale.SentMail](t)(k.Mails(t.Context(), shopEdition, "o1"))
		if len(mails) != 1 || mails[0].To != "ri@example.org" || mails[0].Args["name"] != "Ri Un Suk" || mails[0].Sent != 0 || mails[0].Template != "order.held" {
			t.Errorf("mails %+v", mails)
		}
		waiting := get[[]*sale.Wait](t)(k.Waits(t.Context(), shopEdition, false))
		if len(waiting) != 2 || waiting[0].ID != "w9" || waiting[1].Seq != 1 || waiting[1].Private.Email != "w@example.org" {
			t.Errorf("waiting %+v", waiting)
		}
		if queue := get[[]*sale.Wait](t)(k.Queue(t.Context(), shopEdition)); len(queue) != 1 || queue[0].ID != "w0" || queue[0].Private.Email != "" {
			t.Errorf("queue %+v", queue)
		}
		if all := get[[]*sale.Wait](t)(k.Waits(t.Context(), shopEdition, true)); len(all) != 3 {
			t.Errorf("%d in all", len(all))
		}
		if one := get[*sale.Wait](t)(k.Wait(t.Context(), shopEdition, "w1")); one.State != "left" || one.Seq != 2 {
			t.Errorf("one %+v", one)
		}
		_, err := k.Wait(t.Context(), shopEdition, "w2")
		wantFault(t, err, fault.NotFound, "sale.wait_unknown")
		must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			ws, err := w.Waits()
			for _, x := range ws {
				if x.ID == "w0" {
					c := *x
					c.State = "offered"
					w.PutWait(&c)
				}
			}
			return err
		}}))
		if one := get[*sale.Wait](t)(k.Wait(t.Context(), shopEdition, "w0")); one.State != "offered" || one.Private.Email != "w@example.org" {
			t.Errorf("offered %+v", one)
		}
	})
}

func TestSale_OrdersAreFoundByBlindIndexesWhileTheyHaveUnits(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, k kept, c *sale.Counter) {
		for i := range 3 {
			take(t, c, ask{id: fmt.Sprint("o", i), email: "ri@example.org", units: []string{"seat"}})
		}
		must(t, on(t, c, "o0", func(_ *sale.Work, o *sale.Order) error { o.State = sale.Cancelled; return nil }))
		must(t, on(t, c, "o1", func(w *sale.Work, o *sale.Order) error {
			w.SetBlinds("o1", []string{blindOf("new@example.org"), blindOf("document")})
			return nil
		}))
		found := func(blind string) (out []string) {
			must(t, c.Do(t.Context(), &sale.Job{Blinds: []string{blind}, Do: func(w *sale.Work) error {
				live, err := w.LiveOf(blind)
				for _, o := range live {
					out = append(out, o.ID)
				}
				return err
			}}))
			return out
		}
		if got := found(blindOf("ri@example.org")); !slices.Equal(got, []string{"o2"}) {
			t.Errorf("by the old address %v", got)
		}
		if got := found(blindOf("document")); !slices.Equal(got, []string{"o1"}) {
			t.Errorf("by the document %v", got)
		}
	})
}

func TestSale_Case18_AnEventIsRecordedOnce(t *testing.T) {
	eachStore(t, 10, func(t *testing.T, _ kept, c *sale.Counter) {
		for i, want := range []bool{true, false, false} {
			var first bool
			must(t, c.Do(t.Context(), &sale.Job{Seen: []string{"evt_1"}, Do: func(w *sale.Work) (err error) {
				first, err = w.Once("evt_1")
				return err
			}}))
			if first != want {
				t.Errorf("delivery %d: first is %v", i+1, first)
			}
		}
	})
}

func TestSale_Case22_AClockThatStepsBackStandsStill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		now := func() (at race.Instant) { // as another node has it
			must(t, sale.NewCounter(shopEdition, s, 0).Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error { at = w.At; return nil }}))
			return at
		}
		take(t, c, ask{id: "o1", units: []string{"seat"}})
		was := now()
		clock.Pass(-3 * time.Second)
		if got := now(); got != was {
			t.Errorf("it went back by %v", was.Sub(got))
		}
		clock.Pass(-24 * time.Hour) // somebody set it right
		if got := now(); was.Sub(got) < 24*time.Hour {
			t.Errorf("it went back by %v only", was.Sub(got))
		}
	})
}

func TestSale_AFewOfHundredsFailAndTheOthersStand(t *testing.T) {
	eachStore(t, 100, func(t *testing.T, k kept, c *sale.Counter) {
		var all sync.WaitGroup
		var held, refused atomic.Int64
		for i := range 300 {
			all.Go(func() {
				var o *sale.Order
				err := c.Do(context.Background(), holdJob(ask{id: fmt.Sprint("o", i), key: fmt.Sprint("k", i), email: fmt.Sprint(i), units: []string{"race:marathon", "seat"}}, &o))
				switch fault.CodeOf(err) {
				case "":
					held.Add(1)
				case "sale.sold_out":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if held.Load() != 100 || refused.Load() != 200 {
			t.Errorf("%d held, %d refused", held.Load(), refused.Load())
		}
		if q := quota(t, k, "seat"); q.Used != 100 {
			t.Errorf("seat %+v", q)
		}
	})
}
