package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/results"
)

// RevisionHead is a revision without its rows.
type RevisionHead struct {
	Edition string
	Race    string
	Number  int
	State   results.State
	At      race.Instant
	By      string
	Note    string
	Basis   race.Basis
	Rows    int // how many
	Hash    string
}

// SaveRevision keeps a published revision for ever. r.Number is the next
// number of the race's list, or 0 to be given it; r.Hash is filled in if it is
// empty, r.At likewise. The saved revision is returned. Faults: NotFound
// store.edition_unknown; Conflict store.edition_archived,
// store.revision_exists (somebody published meanwhile), store.revision_gap;
// Invalid store.revision_state.
func (db *DB) SaveRevision(ctx context.Context, by access.Actor, r results.Revision) (results.Revision, error) {
	if r.State != results.Provisional && r.State != results.Official {
		return results.Revision{}, fault.New(fault.Invalid, "store.revision_state", fault.Args{"value": string(r.State)}).On("state")
	}
	b, err := json.Marshal(r.Rows)
	if err != nil {
		return results.Revision{}, fmt.Errorf("rows of %s/%s: %w", r.Edition, r.Race, err)
	}
	sum := sha256.Sum256(b)
	if r.Hash == "" {
		r.Hash = hex.EncodeToString(sum[:])
	}
	packed := pack(b)
	asked := r.Number
	err = db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.openEdition(r.Edition); err != nil {
			return err
		}
		if r.Number, err = tx.nextRevision(r.Edition, r.Race, asked); err != nil {
			return err
		}
		if r.At == 0 {
			r.At = tx.at
		}
		return tx.insertRevision(by, r, packed, sum[:])
	})
	if err != nil {
		return results.Revision{}, err
	}
	return r, nil
}

// nextRevision is the number the list's next revision has, asked for or not.
func (v *View) nextRevision(edition, race string, asked int) (int, error) {
	var last int
	_, err := v.Find([]any{&last}, `SELECT COALESCE(MAX(number), 0) FROM revision WHERE edition = $1 AND race = $2`, edition, race)
	switch {
	case err != nil:
		return 0, err
	case asked != 0 && asked <= last:
		return 0, fault.New(fault.Conflict, "store.revision_exists", fault.Args{"number": asked})
	case asked != 0 && asked != last+1:
		return 0, fault.New(fault.Conflict, "store.revision_gap", fault.Args{"number": asked, "next": last + 1})
	}
	return last + 1, nil
}

func (tx *Tx) insertRevision(by access.Actor, r results.Revision, packed, sum []byte) error {
	if _, err := tx.Exec(`INSERT INTO revision (edition, race, number, state, at, by_name, note, basis, row_count, hash, body, body_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.Edition, r.Race, r.Number, r.State, r.At, r.By, r.Note, r.Basis, len(r.Rows), r.Hash, packed, sum); err != nil {
		return err
	}
	return tx.Audit(by, RevisionSave, r.Edition, r.Race, map[string]any{
		"number": r.Number, "state": r.State, "rows": len(r.Rows), "hash": r.Hash, "note": r.Note,
	})
}

const selectHead = `SELECT edition, race, number, state, at, by_name, note, basis, row_count, hash`

// Revisions are a race's revisions without their rows, the latest first; with
// race "" those of every race of the edition, by race.
func (db *DB) Revisions(ctx context.Context, edition, race string) ([]RevisionHead, error) {
	return list(db.view(ctx), func(scan func(...any) error) (h RevisionHead, err error) {
		return h, scan(h.fields()...)
	}, selectHead+` FROM revision WHERE edition = $1 AND (race = $2 OR $2 = '') ORDER BY race, number DESC`, edition, race)
}

func (h *RevisionHead) fields() []any {
	return []any{&h.Edition, &h.Race, &h.Number, &h.State, &h.At, &h.By, &h.Note, &h.Basis, &h.Rows, &h.Hash}
}

// Revision is a race's revision of a number. Faults: NotFound
// store.revision_unknown; Internal store.revision_damaged if what is read is
// not what was saved.
func (db *DB) Revision(ctx context.Context, edition, race string, number int) (results.Revision, error) {
	return db.revision(ctx, ` AND number = $3`, edition, race, number)
}

// LatestRevision is a race's latest revision, of any state. Faults as of
// Revision.
func (db *DB) LatestRevision(ctx context.Context, edition, race string) (results.Revision, error) {
	return db.revision(ctx, ` ORDER BY number DESC LIMIT 1`, edition, race)
}

func (db *DB) revision(ctx context.Context, which string, args ...any) (results.Revision, error) {
	var h RevisionHead
	var packed, sum []byte
	found, err := db.view(ctx).Find(append(h.fields(), &packed, &sum),
		selectHead+`, body, body_hash FROM revision WHERE edition = $1 AND race = $2`+which, args...)
	if err != nil {
		return results.Revision{}, err
	}
	if !found {
		return results.Revision{}, fault.New(fault.NotFound, "store.revision_unknown", fault.Args{"race": args[1]})
	}
	r := results.Revision{
		Edition: h.Edition, Race: h.Race, Number: h.Number, State: h.State, At: h.At, By: h.By, Note: h.Note, Basis: h.Basis, Hash: h.Hash,
	}
	if err := unpack(packed, sum, &r.Rows); err != nil {
		return results.Revision{}, fault.Wrap(fault.Internal, "store.revision_damaged", err, fault.Args{"race": h.Race, "number": h.Number})
	}
	return r, nil
}

// The zstd coders are safe for concurrent use in their All forms.
var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) // fails on wrong options only
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
)

func pack(b []byte) []byte { return packer.EncodeAll(b, nil) }

func unpack(packed, sum []byte, into any) error {
	b, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(b); !bytes.Equal(got[:], sum) {
		return fmt.Errorf("the rows' checksum is %x, it was %x", got, sum)
	}
	return json.Unmarshal(b, into)
}

func hexDigest(s string) string { return hex.EncodeToString(digest(s)) }
