package store_test

import (
	"fmt"
	"testing"
	"time"

	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func post(t *testing.T, c *sale.Counter, ids ...string) {
	t.Helper()
	must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
		for _, id := range ids {
			w.Mail(sale.Mail{ID: id, To: id + "@example.org", Lang: "ko", Template: "order.held", Order: "o1", Args: map[string]string{"a": "b"}})
		}
		return nil
	}}))
}

func due(t *testing.T, s *store.SaleStore, at time.Time, limit int) (ids string) {
	t.Helper()
	for _, m := range get[[]sale.DueMail](t)(s.DueMails(t.Context(), race.At(at), limit)) {
		if m.To != m.ID+"@example.org" || m.Edition != shopEdition || m.Args["a"] != "b" || m.Made == 0 {
			t.Errorf("mail %+v", m)
		}
		ids += fmt.Sprint(m.ID, " ", m.Tries, " ")
	}
	return ids
}

func TestOutbox_AMessageIsGivenToOneSenderUntilItIsSent(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		one := shop(t, storetest.Open(t, url, clock), 10)
		two := storetest.Open(t, url, clock).Sale(box(t)).Busy()
		c := sale.NewCounter(shopEdition, one, 0)
		post(t, c, "m1", "m2")
		post(t, c, "m2", "m3") // made once
		if got := due(t, one, clock.Now(), 2) + due(t, two, clock.Now(), 5); got != "m1 0 m2 0 m3 0 " {
			t.Errorf("given %s", got)
		}
		if got := due(t, two, clock.Now(), 5); got != "" {
			t.Errorf("given twice: %s", got)
		}
		must(t, one.MailSent(t.Context(), "m1", race.At(clock.Now())))
		must(t, one.MailSent(t.Context(), "m1", race.At(clock.Now().Add(time.Hour)))) // changes nothing
		must(t, one.MailFailed(t.Context(), "m2", "421", race.At(clock.Now().Add(time.Minute))))
		clock.Pass(time.Minute)
		if got := due(t, two, clock.Now(), 5); got != "m2 1 " {
			t.Errorf("tried again: %s", got)
		}
		must(t, two.MailFailed(t.Context(), "m2", "550", 0))
		clock.Pass(time.Minute) // who had the third has died
		if got := due(t, two, clock.Now(), 5); got != "m3 0 " {
			t.Errorf("given on: %s", got)
		}
		clock.Pass(1000 * time.Hour)
		must(t, two.MailSent(t.Context(), "m3", race.At(clock.Now())))
		if got := due(t, one, clock.Now(), 5); got != "" {
			t.Errorf("what was given up is due: %s", got)
		}
		for _, m := range get[[]sale.SentMail](t)(one.Mails(t.Context(), shopEdition, "o1")) {
			want := map[string]string{"m1": "2025-04-06T00:00:00Z 1 ", "m2": " 2 550", "m3": race.At(clock.Now()).String() + " 1 "}[m.ID]
			if got := fmt.Sprint(m.Sent, " ", m.Tries, " ", m.Error); got != want {
				t.Errorf("%s: %s, want %s", m.ID, got, want)
			}
		}
	})
}

func TestOutbox_AMessageNobodyCanOpenHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		s := shop(t, db, 10)
		post(t, sale.NewCounter(shopEdition, s, 0), "m1", "m2")
		must(t, raw(t, db, `UPDATE outbox SET private = $1 WHERE id = 'm1'`, []byte("damaged")))
		if got := due(t, s, clock.Now(), 5); got != "m2 0 " {
			t.Errorf("given %s", got)
		}
		clock.Pass(1000 * time.Hour)
		if got := due(t, s, clock.Now(), 5); got != "m2 0 " {
			t.Errorf("later %s", got)
		}
	})
}
