package store

import (
	"context"
	"regexp"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// Edition is one holding of an event, with the text of its file.
type Edition struct {
	ID         string // key, never changed
	Date       string // YYYY-MM-DD
	Name       string
	TOML       string // the edition file as it was given
	Version    int    // from 1, one more at each change
	CreatedAt  race.Instant
	ChangedAt  race.Instant
	ArchivedAt race.Instant // 0 = not archived
}

// Archived reports whether the edition is closed: it is shown, and changes no
// more.
func (e Edition) Archived() bool { return e.ArchivedAt != 0 }

var editionID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// check is the shape the database relies on; what the file says is checked by
// who read it.
func (e Edition) check() error {
	if !editionID.MatchString(e.ID) {
		return fault.New(fault.Invalid, "store.edition_id", fault.Args{"value": e.ID}).On("id")
	}
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
		return fault.New(fault.Invalid, "store.edition_date", fault.Args{"value": e.Date}).On("date")
	}
	if strings.TrimSpace(e.Name) == "" {
		return fault.New(fault.Invalid, "store.edition_name", nil).On("name")
	}
	return nil
}

// CreateEdition keeps a new edition (ID, Date, Name, TOML). Faults: Invalid
// store.edition_id, store.edition_date, store.edition_name; Conflict
// store.edition_exists.
func (db *DB) CreateEdition(ctx context.Context, by access.Actor, e Edition) (Edition, error) {
	if err := e.check(); err != nil {
		return Edition{}, err
	}
	err := db.Write(ctx, func(tx *Tx) error {
		e.Version, e.CreatedAt, e.ChangedAt, e.ArchivedAt = 1, tx.at, tx.at, 0
		n, err := tx.Exec(`INSERT INTO edition (id, date, name, toml, version, created_at, changed_at, archived_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			e.ID, e.Date, e.Name, e.TOML, e.Version, e.CreatedAt, e.ChangedAt, e.ArchivedAt)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "store.edition_exists", fault.Args{"value": e.ID}).On("id")
		}
		return tx.Audit(by, EditionCreate, e.ID, e.ID, map[string]any{"date": e.Date, "name": e.Name, "toml_sha256": hexDigest(e.TOML)})
	})
	if err != nil {
		return Edition{}, err
	}
	return e, nil
}

// ChangeEdition replaces an edition's Date, Name and TOML. e.Version is the
// version that was changed: if another change came in between, the fault is
// Conflict store.edition_changed and nothing is lost. Faults besides: those of
// CreateEdition's fields, NotFound store.edition_unknown, Conflict
// store.edition_archived.
func (db *DB) ChangeEdition(ctx context.Context, by access.Actor, e Edition) (Edition, error) {
	if err := e.check(); err != nil {
		return Edition{}, err
	}
	var out Edition
	err := db.Write(ctx, func(tx *Tx) error {
		before, err := tx.openEdition(e.ID)
		if err != nil {
			return err
		}
		if before.Version != e.Version {
			return fault.New(fault.Conflict, "store.edition_changed", fault.Args{"value": before.Name})
		}
		out = before
		out.Date, out.Name, out.TOML, out.Version, out.ChangedAt = e.Date, e.Name, e.TOML, before.Version+1, tx.at
		if _, err := tx.Exec(`UPDATE edition SET date = $2, name = $3, toml = $4, version = $5, changed_at = $6 WHERE id = $1`,
			out.ID, out.Date, out.Name, out.TOML, out.Version, out.ChangedAt); err != nil {
			return err
		}
		return tx.Audit(by, EditionChange, e.ID, e.ID, map[string]any{
			"version": out.Version, "date": out.Date, "name": out.Name,
			"toml_sha256_before": hexDigest(before.TOML), "toml_sha256": hexDigest(out.TOML),
		})
	})
	if err != nil {
		return Edition{}, err
	}
	return out, nil
}

// ArchiveEdition closes an edition. Closing a closed one is no error.
func (db *DB) ArchiveEdition(ctx context.Context, by access.Actor, id string) error {
	return db.setArchived(ctx, by, id, true)
}

// ReopenEdition opens an archived edition again.
func (db *DB) ReopenEdition(ctx context.Context, by access.Actor, id string) error {
	return db.setArchived(ctx, by, id, false)
}

func (db *DB) setArchived(ctx context.Context, by access.Actor, id string, archived bool) error {
	return db.Write(ctx, func(tx *Tx) error {
		e, err := tx.edition(id)
		if err != nil || e.Archived() == archived {
			return err
		}
		at, action := race.Instant(0), EditionReopen
		if archived {
			at, action = tx.at, EditionArchive
		}
		if _, err := tx.Exec(`UPDATE edition SET archived_at = $2 WHERE id = $1`, id, at); err != nil {
			return err
		}
		return tx.Audit(by, action, id, id, nil)
	})
}

// Edition finds an edition. Fault NotFound store.edition_unknown.
func (db *DB) Edition(ctx context.Context, id string) (Edition, error) {
	return db.view(ctx).edition(id)
}

// Editions are all editions, the latest date first, archived ones included.
func (db *DB) Editions(ctx context.Context) ([]Edition, error) {
	return list(db.view(ctx), scanEdition, selectEdition+` ORDER BY date DESC, id`)
}

const selectEdition = `SELECT id, date, name, toml, version, created_at, changed_at, archived_at FROM edition`

func scanEdition(scan func(...any) error) (e Edition, err error) {
	err = scan(&e.ID, &e.Date, &e.Name, &e.TOML, &e.Version, &e.CreatedAt, &e.ChangedAt, &e.ArchivedAt)
	return e, err
}

func (v *View) edition(id string) (Edition, error) {
	e, found, err := first(v, scanEdition, selectEdition+` WHERE id = $1`, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "store.edition_unknown", fault.Args{"value": id})
	}
	return e, err
}

// openEdition is an edition that may still change.
func (tx *Tx) openEdition(id string) (Edition, error) {
	e, err := tx.edition(id)
	if err == nil && e.Archived() {
		err = fault.New(fault.Conflict, "store.edition_archived", fault.Args{"value": e.Name})
	}
	return e, err
}
