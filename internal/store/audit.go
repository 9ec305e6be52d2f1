package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"stadion/internal/access"
	"stadion/internal/race"
)

// Entry is one line of the audit log: who did what, when, to what. Lines are
// written in the transaction of what they tell and never change.
type Entry struct {
	ID        int64 // grows; gaps are normal
	At        race.Instant
	Actor     string // id of the account, "system:NAME", "" = nobody signed in
	ActorName string // as it was then
	Action    Action
	Edition   string // "" = none
	Subject   string // id of what was changed: an account, an edition, a race
	Detail    json.RawMessage
}

// Action is the word for what was done. Its sentence is "audit." + action.
type Action string

// The actions of this package. Other rooms record theirs with Record.
const (
	AccountCreate    Action = "account.create"
	AccountRoles     Action = "account.roles"
	AccountPassword  Action = "account.password"
	AccountDisable   Action = "account.disable"
	AccountEnable    Action = "account.enable"
	SignedIn         Action = "session.sign_in"
	SignInFailed     Action = "session.sign_in_failed"
	SignedOut        Action = "session.sign_out"
	SignedOutAll     Action = "session.sign_out_everywhere"
	EditionCreate    Action = "edition.create"
	EditionChange    Action = "edition.change"
	EditionArchive   Action = "edition.archive"
	EditionReopen    Action = "edition.reopen"
	RevisionSave     Action = "revision.save"
	CertificateIssue Action = "certificate.issue"
	SettingChange    Action = "setting.change"
	SettingRemove    Action = "setting.remove"
	UploadStage      Action = "upload.stage"
	UploadTake       Action = "upload.take"
	UploadDiscard    Action = "upload.discard"
)

// Audit writes a line to the audit log, in the transaction of the change it
// tells of. detail becomes JSON; nil is {}. It must hold nothing secret.
func (tx *Tx) Audit(by access.Actor, action Action, edition, subject string, detail any) error {
	b := []byte("{}")
	if detail != nil {
		var err error
		if b, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("detail of %s: %w", action, err)
		}
	}
	_, err := tx.Exec(`INSERT INTO audit (at, actor, actor_name, action, edition, subject, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, tx.at, by.Account, by.Name, action, edition, subject, string(b))
	if err == nil {
		tx.audited = true
	}
	return err
}

// Record writes a line about what was done outside the database: a gun
// recorded in the logbook, a file exported.
func (db *DB) Record(ctx context.Context, by access.Actor, action Action, edition, subject string, detail any) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.Audit(by, action, edition, subject, detail) })
}

// EntryFilter chooses lines of the audit log; empty fields choose all.
type EntryFilter struct {
	Edition string
	Actor   string
	Action  Action // "session.sign_in", or "session." for all that begin so
	Subject string
	From    race.Instant // lines at or after it
	Until   race.Instant // lines before it
	Before  int64        // the ID of the last line of the page before; 0 = the first page
	Limit   int          // lines of a page; 100 if 0, at most 1000
}

// Entries are the lines chosen, the latest first. more says whether a further
// page follows; it begins Before the last one's ID.
func (db *DB) Entries(ctx context.Context, f EntryFilter) (page []Entry, more bool, err error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 1000)
	if s := db.sale.Load(); s != nil {
		if err := s.filed(ctx, ""); err != nil {
			return nil, false, err
		}
	}
	where, args := f.where()
	args = append(args, f.Limit+1)
	page, err = list(db.view(ctx), scanEntry, `SELECT id, at, actor, actor_name, action, edition, subject, detail
		FROM audit`+where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if len(page) > f.Limit {
		return page[:f.Limit], true, err
	}
	return page, false, err
}

func (f EntryFilter) where() (clause string, args []any) {
	var and []string
	add := func(condition string, arg any) {
		args = append(args, arg)
		and = append(and, condition+" $"+strconv.Itoa(len(args)))
	}
	if f.Edition != "" {
		add("edition =", f.Edition)
	}
	if f.Actor != "" {
		add("actor =", f.Actor)
	}
	if prefix, ok := strings.CutSuffix(string(f.Action), "."); ok {
		add("action >", prefix+".")
		add("action <", prefix+"/") // the character after the dot
	} else if f.Action != "" {
		add("action =", f.Action)
	}
	if f.Subject != "" {
		add("subject =", f.Subject)
	}
	if f.From != 0 {
		add("at >=", f.From)
	}
	if f.Until != 0 {
		add("at <", f.Until)
	}
	if f.Before != 0 {
		add("id <", f.Before)
	}
	if len(and) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(and, " AND "), args
}

func scanEntry(scan func(...any) error) (e Entry, err error) {
	var detail string
	err = scan(&e.ID, &e.At, &e.Actor, &e.ActorName, &e.Action, &e.Edition, &e.Subject, &detail)
	e.Detail = json.RawMessage(detail)
	return e, err
}
