package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

// listed is the waiting list as the next commit of a store sees it.
func listed(t *testing.T, s *store.SaleStore) (out string) {
	t.Helper()
	must(t, sale.NewCounter(shopEdition, s, 0).Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
		ws, err := w.Waits()
		for _, x := range ws {
			out += x.ID + ":" + x.State + ":" + x.Private.Email + " "
		}
		return err
	}}))
	return out
}

func putWait(t *testing.T, c *sale.Counter, x *sale.Wait) {
	t.Helper()
	must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
		if _, err := w.Waits(); err != nil {
			return err
		}
		w.PutWait(x)
		return nil
	}}))
}

// The list is remembered from commit to commit, by each node for itself: what it
// shows is always what is kept.
func TestList_WhatIsRememberedIsWhatIsKept(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		s := shop(t, storetest.Open(t, url, clock), 10)
		two := storetest.Open(t, url, clock).Sale(box(t))
		a, b := sale.NewCounter(shopEdition, s, 0), sale.NewCounter(shopEdition, two, 0)
		put := func(c *sale.Counter, id, state string) {
			putWait(t, c, &sale.Wait{ID: id, State: state, Party: 1, Private: sale.Private{Email: id + "@example.org"}})
		}
		want := func(what, want string) {
			t.Helper()
			for name, s := range map[string]*store.SaleStore{"one": s, "two": two} {
				if got := listed(t, s); got != want {
					t.Errorf("%s, node %s: %q, want %q", what, name, got, want)
				}
			}
		}
		put(a, "w1", sale.Waiting)
		put(b, "w2", sale.Waiting)
		want("both nodes", "w1:waiting:w1@example.org w2:waiting:w2@example.org ")

		broken := errors.New("broken")
		err := s.Commit(t.Context(), shopEdition, func(_ race.Instant, h sale.Head, r sale.Reader) (*sale.Changes, error) {
			_, err := r.Waiting()
			return nil, errors.Join(err, broken)
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		want("after a fault", "w1:waiting:w1@example.org w2:waiting:w2@example.org ")

		ctx, leave := context.WithCancel(t.Context())
		err = s.Commit(ctx, shopEdition, func(at race.Instant, h sale.Head, r sale.Reader) (*sale.Changes, error) {
			defer leave() // whoever asked is gone before the commit
			return &sale.Changes{Head: h, Waits: []*sale.Wait{{ID: "w8", Seq: 8, State: sale.Waiting}}}, nil
		})
		if err == nil {
			t.Fatal("the commit stood")
		}
		want("after a commit that was undone", "w1:waiting:w1@example.org w2:waiting:w2@example.org ")

		changes, err := a.Rehearse(t.Context(), func(ctx context.Context, c *sale.Counter) error {
			return c.Do(ctx, &sale.Job{Do: func(w *sale.Work) error {
				_, err := w.Waits()
				w.PutWait(&sale.Wait{ID: "w9", State: sale.Waiting})
				return err
			}})
		})
		if err != nil || len(changes.Waits) != 1 {
			t.Fatalf("%+v, %v", changes, err)
		}
		want("after a rehearsal", "w1:waiting:w1@example.org w2:waiting:w2@example.org ")

		_, err = a.Leave(t.Context(), "w1", boss)
		must(t, err)
		want("after one left", "w2:waiting:w2@example.org ")

		must(t, two.EraseOrder(t.Context(), boss, shopEdition, "w2"))
		want("after an erasure", "w2:waiting: ")
		must(t, b.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			ws, err := w.Waits()
			x := *ws[0]
			x.Passed++
			w.PutWait(&x)
			return err
		}}))
		want("changed after it was erased", "w2:waiting: ")
	})
}

// A change of a place keeps what is personal in it as it was sealed.
func TestList_AChangedPlaceKeepsItsPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		s := shop(t, db, 10)
		c := sale.NewCounter(shopEdition, s, 0)
		for i := range 80 { // more than are put in one by one
			putWait(t, c, &sale.Wait{ID: fmt.Sprintf("w%02d", i), State: sale.Waiting, Private: sale.Private{Email: fmt.Sprint(i, "@example.org")}})
		}
		must(t, c.Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
			ws, err := w.Waits()
			for _, x := range ws {
				y := *x
				y.Seq = 0 // to the end, one after the other
				w.PutWait(&y)
			}
			return err
		}}))
		for _, of := range []*store.SaleStore{s, db.Sale(box(t))} {
			n := 0
			must(t, sale.NewCounter(shopEdition, of, 0).Do(t.Context(), &sale.Job{Do: func(w *sale.Work) error {
				ws, err := w.Waits()
				for i, x := range ws {
					if x.ID != fmt.Sprintf("w%02d", i) || x.Seq != int64(81+i) || x.Private.Email != fmt.Sprint(i, "@example.org") {
						t.Errorf("%d: %+v", i, x)
					}
				}
				n = len(ws)
				return err
			}}))
			if n != 80 {
				t.Errorf("%d places", n)
			}
		}
	})
}
