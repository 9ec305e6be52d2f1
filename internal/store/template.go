package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// The actions on certificates' designs.
const (
	TemplateSave  Action = "template.save"
	TemplateRenew Action = "template.renew"
	ArtworkKeep   Action = "artwork.keep"
)

// TemplateKey names a design: of an edition's certificates of a kind
// ("finisher", "medal") in a language.
type TemplateKey struct{ Edition, Lang, Kind string }

// Template is one version of an organiser's design. It never changes; the
// latest is the one in use.
type Template struct {
	TemplateKey
	Version  int    // from 1; 0 = none was ever saved
	Body     string // what award.Template is as JSON; "" = the design of the house
	Artwork  string // hash of an Artwork; "" = none
	Restored int    // the version that this one repeats; 0 = none
	At       race.Instant
	By       string // name
}

// Artwork is a picture behind the texts.
type Artwork struct {
	Edition string
	Hash    string // SHA-256 of the bytes
	Name    string // of the file
	Bytes   []byte
	At      race.Instant
}

// The bounds of what is kept of an edition.
const (
	ArtworkMost  = 24            // pictures that no version names
	ArtworkSpare = 2 * time.Hour // how long such a picture may wait for one
)

// SaveTemplate keeps a design as the next version; t.Version says which one the
// editor began from, so that nobody's work is overwritten unseen. Body "" goes
// back to the design of the house. Faults: NotFound store.edition_unknown,
// store.artwork_unknown; Conflict store.edition_archived, store.template_newer.
func (db *DB) SaveTemplate(ctx context.Context, by access.Actor, t Template) (Template, error) {
	var out Template
	err := db.Write(ctx, func(tx *Tx) error {
		out = t
		if _, err := tx.openEdition(t.Edition); err != nil {
			return err
		}
		last, _, err := tx.template(t.TemplateKey, 0)
		if err != nil {
			return err
		}
		if last.Version != t.Version {
			return fault.New(fault.Conflict, "store.template_newer", fault.Args{"by": last.By, "number": last.Version})
		}
		return tx.addTemplate(by, &out)
	})
	if err != nil {
		return Template{}, err
	}
	return out, nil
}

// RestoreTemplate makes an earlier version the next: what is printed from now on
// is what it said. Fault NotFound store.template_unknown, and as SaveTemplate.
func (db *DB) RestoreTemplate(ctx context.Context, by access.Actor, k TemplateKey, version int) (Template, error) {
	var t Template
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.openEdition(k.Edition); err != nil {
			return err
		}
		old, found, err := tx.template(k, version)
		if err == nil && (!found || version <= 0) {
			err = fault.New(fault.NotFound, "store.template_unknown", fault.Args{"number": version})
		}
		if err != nil {
			return err
		}
		last, _, err := tx.template(k, 0)
		if err != nil {
			return err
		}
		t = Template{TemplateKey: k, Version: last.Version, Body: old.Body, Artwork: old.Artwork, Restored: old.Version}
		return tx.addTemplate(by, &t)
	})
	if err != nil {
		return Template{}, err
	}
	return t, nil
}

// addTemplate inserts t as the version after t.Version.
func (tx *Tx) addTemplate(by access.Actor, t *Template) error {
	if t.Artwork != "" {
		found, err := tx.Find([]any{new(int)}, `SELECT 1 FROM certificate_artwork WHERE edition = $1 AND hash = $2`, t.Edition, t.Artwork)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "store.artwork_unknown", nil)
		}
		if err != nil {
			return err
		}
	}
	t.Version, t.At, t.By = t.Version+1, tx.at, by.Name
	if _, err := tx.Exec(`INSERT INTO certificate_template (edition, lang, kind, version, body, artwork, restored, at, by_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.Edition, t.Lang, t.Kind, t.Version, t.Body, t.Artwork, t.Restored, t.At, t.By); err != nil {
		return err
	}
	return tx.Audit(by, TemplateSave, t.Edition, t.Kind+" "+t.Lang, map[string]any{"version": t.Version,
		"house": t.Body == "", "artwork": t.Artwork, "restored": t.Restored})
}

// Template is a version of a design, the latest if version is 0. found is false
// if there is none: the design of the house is in use.
func (db *DB) Template(ctx context.Context, k TemplateKey, version int) (t Template, found bool, err error) {
	return db.view(ctx).template(k, version)
}

func (v *View) template(k TemplateKey, version int) (Template, bool, error) {
	return first(v, scanTemplate, selectTemplate+` AND (version = $4 OR $4 = 0) ORDER BY version DESC LIMIT 1`, k.Edition, k.Lang, k.Kind, version)
}

// Templates are all versions of a design, the latest first.
func (db *DB) Templates(ctx context.Context, k TemplateKey) ([]Template, error) {
	return list(db.view(ctx), scanTemplate, selectTemplate+` ORDER BY version DESC`, k.Edition, k.Lang, k.Kind)
}

const selectTemplate = `SELECT edition, lang, kind, version, body, artwork, restored, at, by_name FROM certificate_template
	WHERE edition = $1 AND lang = $2 AND kind = $3`

func scanTemplate(scan func(...any) error) (t Template, err error) {
	err = scan(&t.Edition, &t.Lang, &t.Kind, &t.Version, &t.Body, &t.Artwork, &t.Restored, &t.At, &t.By)
	return t, err
}

// KeepArtwork keeps a picture of an edition; the same bytes are kept once.
// Pictures that no version came to name are forgotten after a while. Faults:
// store.edition_unknown, store.edition_archived; Conflict store.artwork_many.
func (db *DB) KeepArtwork(ctx context.Context, by access.Actor, edition, name string, content []byte) (Artwork, error) {
	sum := sha256.Sum256(content)
	a := Artwork{Edition: edition, Hash: hex.EncodeToString(sum[:]), Name: name, Bytes: content}
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.openEdition(edition); err != nil {
			return err
		}
		const unused = ` AND hash NOT IN (SELECT artwork FROM certificate_template WHERE edition = $1)`
		if _, err := tx.Exec(`DELETE FROM certificate_artwork WHERE edition = $1 AND hash <> $2 AND at < $3`+unused,
			edition, a.Hash, tx.at.Add(-ArtworkSpare)); err != nil {
			return err
		}
		var waiting int
		if _, err := tx.Find([]any{&waiting}, `SELECT COUNT(*) FROM certificate_artwork WHERE edition = $1 AND hash <> $2`+unused,
			edition, a.Hash); err != nil {
			return err
		}
		if waiting >= ArtworkMost {
			return fault.New(fault.Conflict, "store.artwork_many", fault.Args{"n": ArtworkMost}).On("artwork")
		}
		a.At = tx.at
		n, err := tx.Exec(`INSERT INTO certificate_artwork (edition, hash, name, bytes, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (edition, hash) DO NOTHING`, a.Edition, a.Hash, a.Name, a.Bytes, a.At)
		if err != nil {
			return err
		}
		if n == 0 { // it is there, and is fresh again
			if _, err := tx.Exec(`UPDATE certificate_artwork SET at = $3 WHERE edition = $1 AND hash = $2`, a.Edition, a.Hash, a.At); err != nil {
				return err
			}
		}
		return tx.Audit(by, ArtworkKeep, edition, a.Hash, map[string]any{"file": name, "bytes": len(content)})
	})
	if err != nil {
		return Artwork{}, err
	}
	return a, nil
}

// Artwork is a picture of an edition. Fault NotFound store.artwork_unknown.
func (db *DB) Artwork(ctx context.Context, edition, hash string) (Artwork, error) {
	a, found, err := first(db.view(ctx), func(scan func(...any) error) (a Artwork, err error) {
		err = scan(&a.Edition, &a.Hash, &a.Name, &a.Bytes, &a.At)
		return a, err
	}, `SELECT edition, hash, name, bytes, at FROM certificate_artwork WHERE edition = $1 AND hash = $2`, edition, hash)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "store.artwork_unknown", nil)
	}
	return a, err
}

// PrintVersions says, for certificates' codes, which version of the design each
// was printed with first.
func (db *DB) PrintVersions(ctx context.Context, k TemplateKey, race string) (map[string]int, error) {
	out := map[string]int{}
	err := db.view(ctx).Each(func(scan func(...any) error) error {
		var code string
		var version int
		if err := scan(&code, &version); err != nil {
			return err
		}
		out[code] = version
		return nil
	}, `SELECT p.code, p.version FROM certificate_print p JOIN certificate c ON c.code = p.code
		WHERE c.edition = $1 AND c.race = $2 AND p.lang = $3 AND p.kind = $4`, k.Edition, race, k.Lang, k.Kind)
	return out, err
}

// KeepPrints notes with which version certificates are printed, for those that
// were not printed in this language and kind before: a print is repeated as it
// was. It is part of an issue, whose audit line tells of it.
func (db *DB) KeepPrints(ctx context.Context, k TemplateKey, versions map[string]int) error {
	if len(versions) == 0 {
		return nil
	}
	return db.Write(ctx, func(tx *Tx) error {
		for code, version := range versions {
			if _, err := tx.Exec(`INSERT INTO certificate_print (code, lang, kind, version, at) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (code, lang, kind) DO NOTHING`, code, k.Lang, k.Kind, version, tx.at); err != nil {
				return err
			}
		}
		tx.Unaudited() // certificate.issue, or the print run's own line, says who
		return nil
	})
}

// RenewPrints lets certificates that were printed already have the design now in
// use when they are printed again; it says how many. Fault as SaveTemplate.
func (db *DB) RenewPrints(ctx context.Context, by access.Actor, k TemplateKey) (n int, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.openEdition(k.Edition); err != nil {
			return err
		}
		count, err := tx.Exec(`DELETE FROM certificate_print WHERE lang = $2 AND kind = $3
			AND code IN (SELECT code FROM certificate WHERE edition = $1)`, k.Edition, k.Lang, k.Kind)
		if err != nil {
			return err
		}
		n = int(count)
		return tx.Audit(by, TemplateRenew, k.Edition, k.Kind+" "+k.Lang, map[string]int{"certificates": n})
	})
	return n, err
}
