package store

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/race"
)

// Certificate is a code that stands on a paper and says what the paper may
// say. A later revision that is certified replaces it; it is never deleted, so
// that an old paper is recognised and led to the new one.
type Certificate struct {
	Code       string
	Edition    string
	Race       string
	Bib        string
	Revision   int
	Version    int // of the runner's certificate, from 1
	CreatedAt  race.Instant
	ReplacedBy string // code of the next version, "" = it is the current one
}

// CertificateOrder asks for one certificate.
type CertificateOrder struct {
	Race     string
	Bib      string
	Revision int
	Code     string // proposed; "" = twelve random letters and digits
}

// IssueCertificates gives each order its certificate, all or none, in the
// order asked. One that was issued before for the same race, bib and revision
// is returned as it is. Faults: NotFound store.revision_unknown; Conflict
// store.certificate_older (a later revision is certified already),
// store.certificate_code_taken.
func (db *DB) IssueCertificates(ctx context.Context, by access.Actor, edition string, orders []CertificateOrder) ([]Certificate, error) {
	codes := make([]string, len(orders))
	for i, o := range orders {
		codes[i] = o.Code
		if o.Code == "" {
			var err error
			if codes[i], err = db.code(12); err != nil {
				return nil, err
			}
		}
	}
	var out []Certificate
	err := db.Write(ctx, func(tx *Tx) error {
		out = make([]Certificate, len(orders))
		issued := map[string]int{}
		known := map[CertificateOrder]bool{}
		for i, o := range orders {
			list := CertificateOrder{Race: o.Race, Revision: o.Revision}
			if !known[list] {
				if err := tx.hasRevision(edition, o.Race, o.Revision); err != nil {
					return err
				}
				known[list] = true
			}
			c, isNew, err := tx.issue(edition, o, codes[i])
			if err != nil {
				return err
			}
			if out[i] = c; isNew {
				issued[o.Race]++
			}
		}
		if len(issued) == 0 {
			return nil
		}
		return tx.Audit(by, CertificateIssue, edition, "", issued)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (v *View) hasRevision(edition, race string, number int) error {
	found, err := v.Find([]any{new(int)}, `SELECT 1 FROM revision WHERE edition = $1 AND race = $2 AND number = $3`, edition, race, number)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "store.revision_unknown", fault.Args{"race": race})
	}
	return err
}

// issue finds or makes one certificate.
func (tx *Tx) issue(edition string, o CertificateOrder, code string) (c Certificate, isNew bool, err error) {
	c, found, err := first(&tx.View, scanCertificate, selectCertificate+` WHERE edition = $1 AND race = $2 AND bib = $3 AND revision = $4`,
		edition, o.Race, o.Bib, o.Revision)
	if err != nil || found {
		return c, false, err
	}
	current, found, err := first(&tx.View, scanCertificate, selectCertificate+` WHERE edition = $1 AND race = $2 AND bib = $3 AND replaced_by = ''`,
		edition, o.Race, o.Bib)
	if err != nil {
		return c, false, err
	}
	if found && current.Revision > o.Revision {
		return c, false, fault.New(fault.Conflict, "store.certificate_older",
			fault.Args{"bib": o.Bib, "number": o.Revision, "current": current.Revision})
	}
	c = Certificate{
		Code: code, Edition: edition, Race: o.Race, Bib: o.Bib, Revision: o.Revision, Version: current.Version + 1, CreatedAt: tx.at,
	}
	n, err := tx.Exec(`INSERT INTO certificate (code, edition, race, bib, revision, version, created_at, replaced_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '') ON CONFLICT (code) DO NOTHING`,
		c.Code, c.Edition, c.Race, c.Bib, c.Revision, c.Version, c.CreatedAt)
	if err != nil {
		return c, false, err
	}
	if n == 0 {
		return c, false, fault.New(fault.Conflict, "store.certificate_code_taken", fault.Args{"code": code})
	}
	if found {
		_, err = tx.Exec(`UPDATE certificate SET replaced_by = $2 WHERE code = $1`, current.Code, code)
	}
	return c, true, err
}

// Certificate finds a certificate by its code, replaced or not. Fault NotFound
// store.certificate_unknown.
func (db *DB) Certificate(ctx context.Context, code string) (Certificate, error) {
	return certificateOr404(first(db.view(ctx), scanCertificate, selectCertificate+` WHERE code = $1`, code))
}

// CertificateOf is the current certificate of a runner. Fault NotFound
// store.certificate_unknown.
func (db *DB) CertificateOf(ctx context.Context, edition, race, bib string) (Certificate, error) {
	return certificateOr404(first(db.view(ctx), scanCertificate,
		selectCertificate+` WHERE edition = $1 AND race = $2 AND bib = $3 AND replaced_by = ''`, edition, race, bib))
}

// Certificates are the current certificates of a race, by bib as text.
func (db *DB) Certificates(ctx context.Context, edition, race string) ([]Certificate, error) {
	return list(db.view(ctx), scanCertificate,
		selectCertificate+` WHERE edition = $1 AND race = $2 AND replaced_by = '' ORDER BY bib`, edition, race)
}

func certificateOr404(c Certificate, found bool, err error) (Certificate, error) {
	if err == nil && !found {
		err = fault.New(fault.NotFound, "store.certificate_unknown", nil)
	}
	return c, err
}

const selectCertificate = `SELECT code, edition, race, bib, revision, version, created_at, replaced_by FROM certificate`

func scanCertificate(scan func(...any) error) (c Certificate, err error) {
	err = scan(&c.Code, &c.Edition, &c.Race, &c.Bib, &c.Revision, &c.Version, &c.CreatedAt, &c.ReplacedBy)
	return c, err
}
