package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/store"
	"stadion/internal/store/storetest"
)

const (
	goodPassword  = "four words by the river"
	otherPassword = "five words up on the hill"
)

func organiser(t *testing.T, db *store.DB) store.Account {
	t.Helper()
	a, created, err := db.CreateFirstOrganiser(t.Context(), store.NewAccount{Login: "Boss", Name: "The Organiser", Password: goodPassword})
	must(t, err)
	if !created {
		t.Fatal("not created")
	}
	return a
}

func account(t *testing.T, db *store.DB, login string, grants ...access.Grant) store.Account {
	t.Helper()
	return get[store.Account](t)(db.CreateAccount(t.Context(), boss, store.NewAccount{Login: login, Password: goodPassword, Grants: grants}))
}

func TestCreateFirstOrganiser_OneOnlyHoweverManyAsk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		var mu sync.Mutex
		var all sync.WaitGroup
		n := 0
		for _, login := range []string{"one", "two", "three", "four"} {
			all.Go(func() {
				_, created, err := db.CreateFirstOrganiser(t.Context(), store.NewAccount{Login: login, Password: goodPassword})
				if err != nil {
					t.Error(err)
				}
				if created {
					mu.Lock()
					n++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		accounts := get[[]store.Account](t)(db.Accounts(t.Context()))
		if n != 1 || len(accounts) != 1 {
			t.Fatalf("%d were told they are the first; accounts %v", n, accounts)
		}
		if err := access.Can(accounts[0].Actor(), access.AccountManage, access.Everywhere); err != nil {
			t.Error(err)
		}
	})
}

func TestCreateAccount_KeepsWhatItIsGivenAndSaysWhatIsWrong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		edition(t, db, "e-1")
		grants := []access.Grant{{Edition: "e-1", Role: access.Referee}, {Edition: "e-1", Role: access.Referee}, {Role: access.Viewer}}
		made := account(t, db, " Kim.Minsu ", grants...)
		read := get[store.Account](t)(db.AccountByLogin(t.Context(), "KIM.minsu"))
		want := []access.Grant{{Role: access.Viewer}, {Edition: "e-1", Role: access.Referee}}
		if read.ID != made.ID || read.Login != "kim.minsu" || read.Name != "Kim.Minsu" || read.State != store.Active ||
			!slices.Equal(read.Grants, want) || read.CreatedAt.Time() != clock.Now() {
			t.Errorf("read %+v", read)
		}
		for code, n := range map[string]store.NewAccount{
			"store.login_taken":      {Login: "KIM.MINSU", Password: goodPassword},
			"store.login":            {Login: "kim minsu", Password: goodPassword},
			"store.role":             {Login: "lee", Password: goodPassword, Grants: []access.Grant{{Role: "king"}}},
			"store.partner_missing":  {Login: "lee", Password: goodPassword, Grants: []access.Grant{{Role: access.Partner, Partner: " "}}},
			"store.edition_unknown":  {Login: "lee", Password: goodPassword, Grants: []access.Grant{{Edition: "e-2", Role: access.Viewer}}},
			"access.password_short":  {Login: "lee", Password: "short"},
			"access.password_common": {Login: "lee", Password: "1234567890"},
		} {
			if _, err := db.CreateAccount(t.Context(), boss, n); fault.CodeOf(err) != code {
				t.Errorf("%+v: %v, want %s", n, err, code)
			}
		}
		if all := get[[]store.Account](t)(db.Accounts(t.Context())); len(all) != 1 {
			t.Errorf("a refused account was kept: %v", all)
		}
		_, err := db.Account(t.Context(), "nobody")
		wantFault(t, err, fault.NotFound, "store.account_unknown")
	})
}

func TestSetRoles_ReplacesAndTheNextRequestHasThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e-1")
		a := account(t, db, "kim", access.Grant{Edition: "e-1", Role: access.Referee})
		organiser := account(t, db, "boss", access.Grant{Role: access.Organiser})
		s := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		must(t, db.SetRoles(t.Context(), organiser.Actor(), a.ID, []access.Grant{{Edition: "e-1", Role: access.Timekeeper}}))
		s = get[store.Session](t)(db.Session(t.Context(), s.Token))
		if err := access.Can(s.Actor(), access.ReadsImport, "e-1"); err != nil {
			t.Error(err)
		}
		if err := access.Can(s.Actor(), access.RulingMake, "e-1"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the old role holds on: %v", err)
		}
		err := db.SetRoles(t.Context(), boss, "nobody", nil)
		wantFault(t, err, fault.NotFound, "store.account_unknown")
	})
}

// The roles of the sale stand in a table of their own; whoever reads an account
// does not see that.
func TestSetRoles_OfTheSaleWithTheirPartners(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e-1")
		organiser(t, db)
		a := account(t, db, "kim", access.Grant{Edition: "e-1", Role: access.Viewer, Partner: "dropped"}, access.Grant{Edition: "e-1", Role: access.Desk},
			access.Grant{Edition: "e-1", Role: access.Partner, Partner: "koryo"}, access.Grant{Role: access.Partner, Partner: "ablaze"})
		want := "[{ partner ablaze} {e-1 desk } {e-1 partner koryo} {e-1 viewer }]"
		for _, got := range []store.Account{a, get[store.Account](t)(db.Account(t.Context(), a.ID)), get[store.Account](t)(db.AccountByLogin(t.Context(), "kim"))} {
			if fmt.Sprint(got.Grants) != want {
				t.Errorf("%v, want %s", got.Grants, want)
			}
		}
		must(t, db.SetRoles(t.Context(), boss, a.ID, []access.Grant{{Edition: "e-1", Role: access.Treasurer}}))
		if got := get[store.Account](t)(db.Account(t.Context(), a.ID)); fmt.Sprint(got.Grants) != "[{e-1 treasurer }]" {
			t.Errorf("%v", got.Grants)
		}
	})
}

func TestAccounts_TheLastOrganiserStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		edition(t, db, "e-1")
		first := organiser(t, db)
		wantFault(t, db.DisableAccount(t.Context(), first.Actor(), first.ID), fault.Conflict, "store.last_organiser")
		wantFault(t, db.SetRoles(t.Context(), first.Actor(), first.ID, []access.Grant{{Edition: "e-1", Role: access.Organiser}}),
			fault.Conflict, "store.last_organiser")
		if a := get[store.Account](t)(db.Account(t.Context(), first.ID)); a.State != store.Active || len(a.Grants) != 1 || a.Grants[0].Edition != "" {
			t.Errorf("a refused change stands: %+v", a)
		}
		second := account(t, db, "second", access.Grant{Role: access.Organiser})
		must(t, db.DisableAccount(t.Context(), second.Actor(), first.ID))
		wantFault(t, db.DisableAccount(t.Context(), second.Actor(), second.ID), fault.Conflict, "store.last_organiser")
		must(t, db.EnableAccount(t.Context(), second.Actor(), first.ID))
		must(t, db.DisableAccount(t.Context(), first.Actor(), second.ID))
	})
}

func TestDisableAccount_EndsItsSessionsAndSignIns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		organiser(t, db)
		a := account(t, db, "kim")
		s := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		must(t, db.DisableAccount(t.Context(), boss, a.ID))
		_, err := db.Session(t.Context(), s.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		_, err = db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword})
		wantFault(t, err, fault.Unauthenticated, "store.sign_in")
		must(t, db.EnableAccount(t.Context(), boss, a.ID))
		_, err = db.Session(t.Context(), s.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
	})
}

func TestPassword_AChangeEndsOtherSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		a := account(t, db, "kim")
		sign := func(password string) (store.Session, error) {
			return db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: password})
		}
		here, there := get[store.Session](t)(sign(goodPassword)), get[store.Session](t)(sign(goodPassword))

		wantFault(t, db.ChangeOwnPassword(t.Context(), here.Token, "wrong", otherPassword), fault.Invalid, "store.password_wrong")
		wantFault(t, db.ChangeOwnPassword(t.Context(), here.Token, goodPassword, "short"), fault.Invalid, "access.password_short")
		must(t, db.ChangeOwnPassword(t.Context(), here.Token, goodPassword, otherPassword))
		get[store.Session](t)(db.Session(t.Context(), here.Token))
		_, err := db.Session(t.Context(), there.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		_, err = sign(goodPassword)
		wantFault(t, err, fault.Unauthenticated, "store.sign_in")
		get[store.Session](t)(sign(otherPassword))

		must(t, db.SetPassword(t.Context(), boss, a.ID, goodPassword))
		_, err = db.Session(t.Context(), here.Token)
		wantFault(t, err, fault.Unauthenticated, "store.session")
		wantFault(t, db.SetPassword(t.Context(), boss, "nobody", goodPassword), fault.NotFound, "store.account_unknown")
	})
}

func TestChangeOwnPassword_GuessesAreSlowedDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		account(t, db, "kim")
		s := get[store.Session](t)(db.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		for range 5 {
			wantFault(t, db.ChangeOwnPassword(t.Context(), s.Token, "wrong", otherPassword), fault.Invalid, "store.password_wrong")
		}
		wantFault(t, db.ChangeOwnPassword(t.Context(), s.Token, goodPassword, otherPassword), fault.Limited, "store.too_many_attempts")
		clock.Pass(3e9)
		must(t, db.ChangeOwnPassword(t.Context(), s.Token, goodPassword, otherPassword))
	})
}

func TestPassword_AWeakerHashIsRenewedAtSignIn(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		clock := storetest.NewClock()
		account(t, storetest.Open(t, url, clock), "kim")
		strong, err := store.OpenWith(t.Context(), store.Option{URL: url, Now: clock.Now, Cost: access.Cost{MemoryKiB: 128, Passes: 1, Lanes: 1}})
		must(t, err)
		defer strong.Close()
		hash := func() (h string) {
			must(t, strong.Read(t.Context(), func(v *store.View) error {
				_, err := v.Find([]any{&h}, `SELECT password FROM account`)
				return err
			}))
			return h
		}
		before := hash()
		get[store.Session](t)(strong.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		renewed := hash()
		if before == renewed || renewed[:21] != "$argon2id$v=19$m=128," {
			t.Errorf("%s became %s", before, renewed)
		}
		get[store.Session](t)(strong.SignIn(t.Context(), store.Credentials{Login: "kim", Password: goodPassword}))
		if hash() != renewed {
			t.Error("a hash that is strong enough was made anew")
		}
	})
}
