package store

import (
	"context"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// The bounds of what is staged.
const (
	UploadLife     = 2 * time.Hour // how long a preview may be looked at
	UploadMaxBytes = 256 << 20
)

// Upload is a file that was sent to be imported: it is looked at as a preview
// first and then taken, once.
type Upload struct {
	ID        string
	Edition   string // "" = it makes a new one
	Kind      string // what it is to become: "start_list", "reads"
	FileName  string
	Bytes     []byte
	By        string // account
	ByName    string
	At        race.Instant
	ExpiresAt race.Instant
}

// StageUpload keeps a file until it is taken, discarded or expires. Fault
// Invalid store.upload_large.
func (db *DB) StageUpload(ctx context.Context, by access.Actor, edition, kind, fileName string, content []byte) (Upload, error) {
	if len(content) > UploadMaxBytes {
		return Upload{}, fault.New(fault.Invalid, "store.upload_large",
			fault.Args{"file": fileName, "mb": UploadMaxBytes >> 20}).On("file")
	}
	id, err := db.code(20)
	if err != nil {
		return Upload{}, err
	}
	u := Upload{ID: id, Edition: edition, Kind: kind, FileName: fileName, Bytes: content, By: by.Account, ByName: by.Name}
	err = db.Write(ctx, func(tx *Tx) error {
		u.At, u.ExpiresAt = tx.at, tx.at.Add(UploadLife)
		if _, err := tx.Exec(`DELETE FROM upload WHERE expires_at <= $1`, tx.at); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO upload (id, edition, kind, file_name, bytes, by_account, by_name, at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			u.ID, u.Edition, u.Kind, u.FileName, u.Bytes, u.By, u.ByName, u.At, u.ExpiresAt); err != nil {
			return err
		}
		return tx.Audit(by, UploadStage, edition, id, u.detail())
	})
	if err != nil {
		return Upload{}, err
	}
	return u, nil
}

func (u Upload) detail() map[string]any {
	return map[string]any{"kind": u.Kind, "file": u.FileName, "bytes": len(u.Bytes), "sha256": hexDigest(string(u.Bytes))}
}

// Upload is a staged file, to be looked at. Fault NotFound
// store.upload_unknown: never staged at this edition, taken, discarded or
// expired.
func (db *DB) Upload(ctx context.Context, edition, id string) (Upload, error) {
	return db.view(ctx).upload(edition, id, db.instant())
}

func (v *View) upload(edition, id string, at race.Instant) (Upload, error) {
	u, found, err := first(v, func(scan func(...any) error) (u Upload, err error) {
		err = scan(&u.ID, &u.Edition, &u.Kind, &u.FileName, &u.Bytes, &u.By, &u.ByName, &u.At, &u.ExpiresAt)
		return u, err
	}, `SELECT id, edition, kind, file_name, bytes, by_account, by_name, at, expires_at
		FROM upload WHERE id = $1 AND edition = $2 AND expires_at > $3`, id, edition, at)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "store.upload_unknown", nil)
	}
	return u, err
}

// TakeUpload gives a staged file to be imported, and to nobody a second time.
// Fault NotFound store.upload_unknown as of Upload.
func (db *DB) TakeUpload(ctx context.Context, by access.Actor, edition, id string) (Upload, error) {
	return db.endUpload(ctx, by, UploadTake, edition, id)
}

// DiscardUpload forgets a staged file.
func (db *DB) DiscardUpload(ctx context.Context, by access.Actor, edition, id string) error {
	_, err := db.endUpload(ctx, by, UploadDiscard, edition, id)
	return err
}

func (db *DB) endUpload(ctx context.Context, by access.Actor, action Action, edition, id string) (Upload, error) {
	var u Upload
	err := db.Write(ctx, func(tx *Tx) error {
		var err error
		if u, err = tx.upload(edition, id, tx.at); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM upload WHERE id = $1`, id); err != nil {
			return err
		}
		return tx.Audit(by, action, edition, id, u.detail())
	})
	if err != nil {
		return Upload{}, err
	}
	return u, nil
}
