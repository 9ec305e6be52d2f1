package store_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

func TestSession_HoldsUntilItExpires(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		a := account(t, db, "kim")
		s := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "KIM", Password: goodPassword, Address: "192.0.2.1"}))
		if s.Account.ID != a.ID || len(s.Token) != 43 || s.ExpiresAt.Sub(s.CreatedAt) != store.SessionLife {
			t.Errorf("session %+v", s)
		}
		clock.Pass(store.SessionLife - 1)
		if got := get[store.Session](t)(db.Session(t.Context(), s.Token)); got.Actor().Account != a.ID || got.ExpiresAt != s.ExpiresAt {
			t.Errorf("session %+v", got)
		}
		clock.Pass(1)
		_, err := db.Session(t.Context(), s.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		for _, token := range []string{"", "x", s.Token + "A"} {
			_, err := db.Session(t.Context(), token)
			wantFault(t, err, fault.Unauthenticated, "store.session")
		}
	})
}

func TestSession_TheTokenIsKeptNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		account(t, db, "kim")
		s := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		must(t, db.Read(t.Context(), func(v *store.View) error {
			var kept []byte
			found, err := v.Find([]any{&kept}, `SELECT hash FROM session`)
			if !found || len(kept) != 32 || bytes.Contains(kept, []byte(s.Token[:8])) {
				t.Errorf("kept %x", kept)
			}
			return err
		}))
	})
}

func TestSignIn_RotatesTheToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		account(t, db, "kim")
		one := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		two := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword, OldToken: one.Token}))
		if one.Token == two.Token {
			t.Error("the same token twice")
		}
		_, err := db.Session(t.Context(), one.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		get[store.Session](t)(db.Session(t.Context(), two.Token))
	})
}

func TestSignOut_OneOrAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		a := account(t, db, "kim")
		var s [3]store.Session
		for i := range s {
			s[i] = get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		}
		must(t, db.SignOut(t.Context(), s[0].Token))
		must(t, db.SignOut(t.Context(), s[0].Token))
		_, err := db.Session(t.Context(), s[0].Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		get[store.Session](t)(db.Session(t.Context(), s[1].Token))
		if n, err := db.SignOutEverywhere(t.Context(), a.Actor(), a.ID); n != 2 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
		_, err = db.Session(t.Context(), s[2].Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
	})
}

func TestSignIn_WrongNameAndWrongPasswordAreTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		account(t, db, "kim")
		for _, c := range []store.Credentials{
			{Login: "kim", Password: "wrong"}, {Login: "nobody", Password: goodPassword}, {Login: "", Password: ""}, {Login: "two words", Password: "x"},
		} {
			_, err := db.SignIn(t.Context(), c)
			wantFault(t, err, fault.Unauthenticated, "store.sign_in")
		}
		entries, _, err := db.Entries(t.Context(), store.EntryFilter{Action: store.SignInFailed})
		must(t, err)
		for _, e := range entries {
			if bytes.Contains(e.Detail, []byte("nobody")) || e.Subject == "nobody" {
				t.Errorf("what was typed is kept: %+v", e)
			}
		}
		if len(entries) != 4 {
			t.Errorf("%d lines", len(entries))
		}
	})
}

func TestSignIn_FailuresOfANameFromAnAddressAreSlowedDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		account(t, db, "kim")
		try := func(address, password string) error {
			_, err := db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: password, Address: address})
			return err
		}
		for range 5 {
			wantFault(t, try("192.0.2.1", "wrong"), fault.Unauthenticated, "store.sign_in")
		}
		for _, seconds := range []time.Duration{2, 4, 8, 16} {
			err := try("192.0.2.1", goodPassword)
			wantFault(t, err, fault.Limited, "store.too_many_attempts")
			if want := fmt.Sprintf("store.too_many_attempts n=%d", seconds); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			must(t, try("192.0.2.2", goodPassword)) // the person elsewhere is not locked out
			clock.Pass(seconds * time.Second)
			wantFault(t, try("192.0.2.1", "wrong"), fault.Unauthenticated, "store.sign_in")
		}
		clock.Pass(32 * time.Second)
		must(t, try("192.0.2.1", goodPassword))
		wantFault(t, try("192.0.2.1", "wrong"), fault.Unauthenticated, "store.sign_in") // forgiven: counts from one
		must(t, try("192.0.2.1", goodPassword))
	})
}

func TestSignIn_TheWaitHasAnEndAndADayForgets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		account(t, db, "kim")
		try := func(password string) error {
			_, err := db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: password})
			return err
		}
		for range 40 {
			clock.Pass(15 * time.Minute)
			wantFault(t, try("wrong"), fault.Unauthenticated, "store.sign_in")
		}
		wantFault(t, try("wrong"), fault.Limited, "store.too_many_attempts")
		clock.Pass(24 * time.Hour)
		for range 5 {
			wantFault(t, try("wrong"), fault.Unauthenticated, "store.sign_in")
		}
		wantFault(t, try("wrong"), fault.Limited, "store.too_many_attempts")
	})
}

func TestSignIn_ManyNamesFromOneNetworkAreSlowedDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		try := func(i int) error {
			_, err := db.SignIn(t.Context(), store.Credentials{
				Login: fmt.Sprintf("name%d", i), Password: "wrong", Address: fmt.Sprintf("2001:db8:1:2::%x", i+1),
			})
			return err
		}
		for i := range 100 {
			wantFault(t, try(i), fault.Unauthenticated, "store.sign_in")
		}
		wantFault(t, try(100), fault.Limited, "store.too_many_attempts")
	})
}

func TestSignIn_ManyGuessesAtOnceAreNoWayAround(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		account(t, db, "kim")
		var tried atomic.Int64
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				_, err := db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: "wrong"})
				if fault.KindOf(err) == fault.Unauthenticated {
					tried.Add(1)
				}
			})
		}
		all.Wait()
		if tried.Load() != 5 {
			t.Errorf("%d guesses were tried, want 5", tried.Load())
		}
	})
}
