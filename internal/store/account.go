package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// AccountState says whether an account may sign in.
type AccountState string

// The states of an account. Accounts are never deleted: the audit log names
// them.
const (
	Active   AccountState = "active"
	Disabled AccountState = "disabled"
)

// Account is a person of the staff.
type Account struct {
	ID        string
	Login     string // lower case, without spaces
	Name      string // as shown to colleagues
	State     AccountState
	Grants    []access.Grant // by edition, those held everywhere first
	CreatedAt race.Instant
	ChangedAt race.Instant
}

// Actor is the account as the one who acts.
func (a Account) Actor() access.Actor {
	return access.Actor{Account: a.ID, Name: a.Name, Grants: a.Grants}
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Login    string
	Name     string // the login if empty
	Password string
	Grants   []access.Grant
}

// CreateAccount makes an account. Faults: Invalid store.login, store.role,
// store.edition_unknown, those of access.CheckPassword; Conflict
// store.login_taken.
func (db *DB) CreateAccount(ctx context.Context, by access.Actor, n NewAccount) (Account, error) {
	a, hash, err := db.draft(ctx, n)
	if err != nil {
		return Account{}, err
	}
	err = db.Write(ctx, func(tx *Tx) error { return tx.insertAccount(by, &a, hash) })
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// CreateFirstOrganiser makes an organiser of every edition if there is no
// account at all, and reports whether it did. Two who ask at once get one.
func (db *DB) CreateFirstOrganiser(ctx context.Context, n NewAccount) (a Account, created bool, err error) {
	n.Grants = []access.Grant{{Edition: access.Everywhere, Role: access.Organiser}}
	a, hash, err := db.draft(ctx, n)
	if err != nil {
		return Account{}, false, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		created = false
		any, err := tx.Find([]any{new(int)}, `SELECT 1 FROM account LIMIT 1`)
		if err != nil || any {
			return err
		}
		created = true
		return tx.insertAccount(access.System("setup"), &a, hash)
	})
	if err != nil || !created {
		return Account{}, false, err
	}
	return a, true, nil
}

// draft checks what an account is to be made of and hashes the password.
func (db *DB) draft(ctx context.Context, n NewAccount) (Account, string, error) {
	login, err := foldLogin(n.Login)
	if err != nil {
		return Account{}, "", err
	}
	grants, err := orderGrants(n.Grants)
	if err != nil {
		return Account{}, "", err
	}
	name := strings.TrimSpace(n.Name)
	if name == "" {
		name = strings.TrimSpace(n.Login)
	}
	if err := access.CheckPassword(n.Password, login, name); err != nil {
		return Account{}, "", err
	}
	hash, err := db.hasher.Hash(ctx, n.Password)
	if err != nil {
		return Account{}, "", err
	}
	id, err := db.code(12)
	if err != nil {
		return Account{}, "", err
	}
	return Account{ID: id, Login: login, Name: name, State: Active, Grants: grants}, hash, nil
}

func (tx *Tx) insertAccount(by access.Actor, a *Account, hash string) error {
	a.CreatedAt, a.ChangedAt = tx.at, tx.at
	n, err := tx.Exec(`INSERT INTO account (id, login, name, password, state, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (login) DO NOTHING`,
		a.ID, a.Login, a.Name, hash, a.State, a.CreatedAt, a.ChangedAt)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "store.login_taken", fault.Args{"value": a.Login}).On("login")
	}
	if err := tx.replaceGrants(a.ID, a.Grants); err != nil {
		return err
	}
	return tx.Audit(by, AccountCreate, "", a.ID, map[string]any{"login": a.Login, "name": a.Name, "roles": a.Grants})
}

// SetRoles gives an account exactly these roles. Its sessions have them from
// the next request on. Faults: NotFound store.account_unknown; Invalid
// store.role, store.edition_unknown; Conflict store.last_organiser.
func (db *DB) SetRoles(ctx context.Context, by access.Actor, id string, grants []access.Grant) error {
	grants, err := orderGrants(grants)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		a, err := tx.account("id", id)
		if err != nil {
			return err
		}
		if err := tx.replaceGrants(id, grants); err != nil {
			return err
		}
		if err := tx.keepsOrganiser(); err != nil {
			return err
		}
		return tx.Audit(by, AccountRoles, "", id, map[string]any{"before": a.Grants, "after": grants})
	})
}

func (tx *Tx) replaceGrants(id string, grants []access.Grant) error {
	for _, table := range []string{"account_role", "account_sale_role"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE account = $1`, id); err != nil {
			return err
		}
	}
	for _, g := range grants {
		if g.Edition != access.Everywhere {
			known, err := tx.Find([]any{new(int)}, `SELECT 1 FROM edition WHERE id = $1`, g.Edition)
			if err != nil {
				return err
			}
			if !known {
				return fault.New(fault.Invalid, "store.edition_unknown", fault.Args{"value": g.Edition}).On("edition")
			}
		}
		if err := tx.insertGrant(id, g); err != nil {
			return err
		}
	}
	return nil
}

// insertGrant writes a role where roles of its kind stand: those of the sale
// came later and have a table of their own.
func (tx *Tx) insertGrant(id string, g access.Grant) error {
	var err error
	switch g.Role {
	case access.Desk, access.Treasurer, access.Partner:
		_, err = tx.Exec(`INSERT INTO account_sale_role (account, edition, role, partner) VALUES ($1, $2, $3, $4)`, id, g.Edition, g.Role, g.Partner)
	default:
		_, err = tx.Exec(`INSERT INTO account_role (account, edition, role) VALUES ($1, $2, $3)`, id, g.Edition, g.Role)
	}
	return err
}

// keepsOrganiser refuses a change after which nobody could manage accounts.
func (tx *Tx) keepsOrganiser() error {
	left, err := tx.Find([]any{new(int)}, `SELECT 1 FROM account JOIN account_role ON account_role.account = account.id
		WHERE account.state = 'active' AND account_role.edition = '' AND account_role.role = 'organiser' LIMIT 1`)
	if err == nil && !left {
		err = fault.New(fault.Conflict, "store.last_organiser", nil)
	}
	return err
}

// SetPassword gives an account a new password and ends all its sessions.
// Faults: NotFound store.account_unknown, those of access.CheckPassword.
func (db *DB) SetPassword(ctx context.Context, by access.Actor, id, password string) error {
	a, err := db.Account(ctx, id)
	if err != nil {
		return err
	}
	return db.replacePassword(ctx, by, a, password, nil)
}

// ChangeOwnPassword gives an account a new password where the old one is
// known, and ends all its sessions but that of token. Faults: Invalid
// store.password_wrong (field "old_password"), Limited store.too_many_attempts,
// those of access.CheckPassword.
func (db *DB) ChangeOwnPassword(ctx context.Context, token, old, password string) error {
	s, err := db.Session(ctx, token)
	if err != nil {
		return err
	}
	count := attempt{key: digest("password\x00" + s.Account.ID), free: freePerName}
	if err := db.countAttempts(ctx, count); err != nil {
		return err
	}
	_, hash, err := db.passwordOf(ctx, s.Account.Login)
	if err != nil {
		return err
	}
	ok, _, err := db.hasher.Verify(ctx, old, hash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "store.password_wrong", nil).On("old_password")
	}
	return db.replacePassword(ctx, s.Account.Actor(), s.Account, password, digest(token), count)
}

func (db *DB) replacePassword(ctx context.Context, by access.Actor, a Account, password string, keep []byte, forgive ...attempt) error {
	if err := access.CheckPassword(password, a.Login, a.Name); err != nil {
		return err
	}
	hash, err := db.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`UPDATE account SET password = $2, changed_at = $3 WHERE id = $1`, a.ID, hash, tx.at); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM session WHERE account = $1 AND hash <> $2`, a.ID, keep); err != nil {
			return err
		}
		if err := tx.forgive(forgive...); err != nil {
			return err
		}
		return tx.Audit(by, AccountPassword, "", a.ID, nil)
	})
}

// DisableAccount keeps an account from signing in and ends its sessions.
// Faults: NotFound store.account_unknown, Conflict store.last_organiser.
func (db *DB) DisableAccount(ctx context.Context, by access.Actor, id string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.setState(id, Disabled); err != nil {
			return err
		}
		if err := tx.keepsOrganiser(); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM session WHERE account = $1`, id); err != nil {
			return err
		}
		return tx.Audit(by, AccountDisable, "", id, nil)
	})
}

// EnableAccount lets a disabled account sign in again.
func (db *DB) EnableAccount(ctx context.Context, by access.Actor, id string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.setState(id, Active); err != nil {
			return err
		}
		return tx.Audit(by, AccountEnable, "", id, nil)
	})
}

func (tx *Tx) setState(id string, s AccountState) error {
	n, err := tx.Exec(`UPDATE account SET state = $2, changed_at = $3 WHERE id = $1`, id, s, tx.at)
	if err == nil && n == 0 {
		err = accountUnknown(id)
	}
	return err
}

// Account finds an account by id. Fault NotFound store.account_unknown.
func (db *DB) Account(ctx context.Context, id string) (Account, error) {
	return db.view(ctx).account("id", id)
}

// AccountByLogin finds an account by its login name, in any case of letters.
func (db *DB) AccountByLogin(ctx context.Context, login string) (Account, error) {
	folded, err := foldLogin(login)
	if err != nil {
		return Account{}, accountUnknown(login)
	}
	return db.view(ctx).account("login", folded)
}

// Accounts are all accounts by login name.
func (db *DB) Accounts(ctx context.Context) ([]Account, error) {
	return gatherAccounts(db.view(ctx), "", nil)
}

func accountUnknown(value string) error {
	return fault.New(fault.NotFound, "store.account_unknown", fault.Args{"value": value})
}

// account finds one by a column: "id" or "login".
func (v *View) account(column, value string) (Account, error) {
	as, err := gatherAccounts(v, ` WHERE account.`+column+` = $1`, []any{value})
	if err != nil {
		return Account{}, err
	}
	if len(as) == 0 {
		return Account{}, accountUnknown(value)
	}
	return as[0], nil
}

// gatherAccounts reads accounts with their roles, one row per role.
func gatherAccounts(v *View, where string, args []any) ([]Account, error) {
	var out []Account
	err := v.Each(func(scan func(...any) error) error {
		var a Account
		var g access.Grant
		if err := scan(&a.ID, &a.Login, &a.Name, &a.State, &a.CreatedAt, &a.ChangedAt, &g.Edition, &g.Role, &g.Partner); err != nil {
			return err
		}
		if len(out) == 0 || out[len(out)-1].ID != a.ID {
			out = append(out, a)
		}
		if g.Role != "" {
			last := &out[len(out)-1]
			last.Grants = append(last.Grants, g)
		}
		return nil
	}, `SELECT account.id, login, name, state, created_at, changed_at, COALESCE(edition, ''), COALESCE(role, ''), COALESCE(partner, '')
		FROM account LEFT JOIN (SELECT account, edition, role, '' AS partner FROM account_role
			UNION ALL SELECT account, edition, role, partner FROM account_sale_role) AS held ON held.account = account.id`+where+`
		ORDER BY login, edition, role, partner`, args...)
	return out, err
}

// foldLogin is a login name as it is compared: NFKC, lower case, no spaces or
// control characters. Fault Invalid store.login.
func foldLogin(login string) (string, error) {
	s := strings.ToLower(norm.NFKC.String(strings.TrimSpace(login)))
	odd := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError }
	if n := utf8.RuneCountInString(s); n < 2 || n > 64 || strings.ContainsFunc(s, odd) {
		return "", fault.New(fault.Invalid, "store.login", fault.Args{"value": strings.ToValidUTF8(login, "\uFFFD")}).On("login")
	}
	return s, nil
}

// orderGrants checks the roles and puts each once, in order. Faults: Invalid
// store.role, store.partner_missing.
func orderGrants(grants []access.Grant) ([]access.Grant, error) {
	out := slices.Clone(grants)
	for i, g := range out {
		if !g.Role.Known() {
			return nil, fault.New(fault.Invalid, "store.role", fault.Args{"value": string(g.Role)}).On("role")
		}
		if p := strings.TrimSpace(g.Partner); g.Role != access.Partner {
			out[i].Partner = ""
		} else if out[i].Partner = p; p == "" || len(p) > 64 {
			return nil, fault.New(fault.Invalid, "store.partner_missing", nil).On("role")
		}
	}
	slices.SortFunc(out, func(a, b access.Grant) int {
		return cmp.Or(strings.Compare(a.Edition, b.Edition), strings.Compare(string(a.Role), string(b.Role)), strings.Compare(a.Partner, b.Partner))
	})
	return slices.Compact(out), nil
}
