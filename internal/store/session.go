package store

import (
	"context"
	"net/netip"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// SessionLife is how long a sign-in holds: from the evening before a race to
// the last certificate.
const SessionLife = 24 * time.Hour

// Session is one sign-in. It is valid until it expires, its account is
// disabled, its password is changed, or it is signed out.
type Session struct {
	Token     string // 256 random bits for the cookie; kept nowhere
	Account   Account
	CreatedAt race.Instant
	ExpiresAt race.Instant
}

// Actor is the one who is signed in.
func (s Session) Actor() access.Actor { return s.Account.Actor() }

// Credentials are what somebody signs in with.
type Credentials struct {
	Login    string
	Password string
	Address  string // of the client, without port; it is kept only as a checksum, for a day
	OldToken string // of a session this one takes the place of, "" = none
}

// SignIn opens a session with a new token and ends the one of OldToken. A
// wrong login and a wrong password are the same fault and take the same time:
// Unauthenticated store.sign_in. After several failures from one address under
// one name, or many from one address, the fault is Limited
// store.too_many_attempts with the seconds to wait in n; waits double.
func (db *DB) SignIn(ctx context.Context, c Credentials) (Session, error) {
	login, err := foldLogin(c.Login)
	if err != nil {
		login = "" // no account has it
	}
	place := addressKey(c.Address)
	counts := []attempt{
		{digest("name\x00" + login + "\x00" + place), freePerName},
		{digest("address\x00" + place), freePerAddress},
	}
	// Counted before it is tried: a thousand guesses at once are a thousand.
	if err := db.countAttempts(ctx, counts...); err != nil {
		return Session{}, err
	}
	a, hash, weaker, err := db.authenticate(ctx, login, c.Password)
	if err != nil {
		return Session{}, err
	}
	if a.State != Active {
		return Session{}, db.refuseSignIn(ctx, a)
	}
	renewed := ""
	if weaker {
		if renewed, err = db.hasher.Hash(ctx, c.Password); err != nil {
			return Session{}, err
		}
	}
	return db.openSession(ctx, a, hash, renewed, c.OldToken, counts)
}

// authenticate finds the account of a login and password. An account that is
// not the caller's has no State.
func (db *DB) authenticate(ctx context.Context, login, password string) (a Account, hash string, weaker bool, err error) {
	a, hash, err = db.passwordOf(ctx, login)
	if err != nil {
		return a, "", false, err
	}
	if hash == "" {
		return Account{}, "", false, db.hasher.VerifyNobody(ctx, password)
	}
	ok, weaker, err := db.hasher.Verify(ctx, password, hash)
	if !ok {
		a.State = ""
	}
	return a, hash, weaker, err
}

// passwordOf is the account of a login and its hash, "" if there is none.
func (db *DB) passwordOf(ctx context.Context, login string) (a Account, hash string, err error) {
	err = db.Read(ctx, func(v *View) error {
		found, err := v.Find([]any{&hash}, `SELECT password FROM account WHERE login = $1`, login)
		if err != nil || !found {
			return err
		}
		a, err = v.account("login", login)
		return err
	})
	return a, hash, err
}

// refuseSignIn leaves a line, for a name that is nobody's too, so that both
// take the same time. What was typed into the name field may be a password: it
// is kept nowhere.
func (db *DB) refuseSignIn(ctx context.Context, a Account) error {
	if err := db.Record(ctx, access.Actor{}, SignInFailed, "", a.ID, nil); err != nil {
		return err
	}
	return fault.New(fault.Unauthenticated, "store.sign_in", nil)
}

// openSession writes the session, if the account is still what was verified.
func (db *DB) openSession(ctx context.Context, a Account, hash, renewed, oldToken string, counts []attempt) (Session, error) {
	token, err := db.token()
	if err != nil {
		return Session{}, err
	}
	s := Session{Token: token, Account: a}
	err = db.Write(ctx, func(tx *Tx) error {
		same, err := tx.Find([]any{new(int)}, `SELECT 1 FROM account WHERE id = $1 AND password = $2 AND state = 'active'`, a.ID, hash)
		if err != nil {
			return err
		}
		if !same {
			return fault.New(fault.Unauthenticated, "store.sign_in", nil)
		}
		s.CreatedAt, s.ExpiresAt = tx.at, tx.at.Add(SessionLife)
		if renewed != "" {
			if _, err := tx.Exec(`UPDATE account SET password = $2 WHERE id = $1`, a.ID, renewed); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`DELETE FROM session WHERE hash = $1 OR expires_at <= $2`, digest(oldToken), tx.at); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO session (hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			digest(token), a.ID, s.CreatedAt, s.ExpiresAt); err != nil {
			return err
		}
		if err := tx.forgive(counts...); err != nil {
			return err
		}
		return tx.Audit(a.Actor(), SignedIn, "", a.ID, nil)
	})
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// Session is the session of a token, with the account as it is now. Fault
// Unauthenticated store.session if there is none that holds.
func (db *DB) Session(ctx context.Context, token string) (s Session, err error) {
	s.Token = token
	err = db.Read(ctx, func(v *View) error {
		var id string
		found, err := v.Find([]any{&id, &s.CreatedAt, &s.ExpiresAt},
			`SELECT account, created_at, expires_at FROM session WHERE hash = $1 AND expires_at > $2`, digest(token), db.instant())
		if err != nil {
			return err
		}
		if found {
			s.Account, err = v.account("id", id)
		}
		if err == nil && s.Account.State != Active {
			err = fault.New(fault.Unauthenticated, "store.session", nil)
		}
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// SignOut ends a session. Ending one that has ended is no error.
func (db *DB) SignOut(ctx context.Context, token string) error {
	return db.Write(ctx, func(tx *Tx) error {
		var id, name string
		found, err := tx.Find([]any{&id, &name}, `SELECT account.id, account.name FROM session JOIN account ON account.id = session.account
			WHERE session.hash = $1`, digest(token))
		if err != nil || !found {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM session WHERE hash = $1`, digest(token)); err != nil {
			return err
		}
		return tx.Audit(access.Actor{Account: id, Name: name}, SignedOut, "", id, nil)
	})
}

// SignOutEverywhere ends every session of an account and returns how many.
func (db *DB) SignOutEverywhere(ctx context.Context, by access.Actor, account string) (ended int64, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if ended, err = tx.Exec(`DELETE FROM session WHERE account = $1`, account); err != nil {
			return err
		}
		return tx.Audit(by, SignedOutAll, "", account, map[string]int64{"sessions": ended})
	})
	return ended, err
}

// addressKey is what attempts from an address are counted under: a household
// or an attacker has a whole IPv6 network of 64 bits.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}
