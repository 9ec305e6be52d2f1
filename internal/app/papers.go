package app

import (
	"context"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/lang"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/store"
)

// noCertificate is a finisher who cannot be given one, and why.
type noCertificate struct {
	Bib string
	Err error
}

// certificates issues the certificates of a published revision: each gets its
// code, which the verification page knows from then on. Issuing again gives the
// same codes. base is the address of the verification page, ending in "/".
func (h *hall) certificates(ctx context.Context, by access.Actor, rev results.Revision, tag lang.Tag, base string) ([]award.Certificate, []noCertificate, error) {
	d, err := h.desk(rev.Edition)
	if err != nil {
		return nil, nil, err
	}
	issuer, err := award.NewIssuer(d.Field.Snapshot().Edition, rev, award.Options{Lang: tag, Key: h.key, Base: base})
	if err != nil {
		return nil, nil, err
	}
	var certs []award.Certificate
	var without []noCertificate
	var orders []store.CertificateOrder
	for _, row := range rev.Rows {
		if row.Status != scoring.Finished {
			continue
		}
		c, err := issuer.Certificate(row)
		if err != nil {
			without = append(without, noCertificate{row.Bib, err})
			continue
		}
		certs = append(certs, c)
		orders = append(orders, store.CertificateOrder{Race: rev.Race, Bib: row.Bib, Revision: rev.Number, Code: string(c.Code)})
	}
	kept, err := h.db.IssueCertificates(ctx, by, rev.Edition, orders)
	if err != nil {
		return nil, nil, err
	}
	for i := range kept {
		certs[i].Version = kept[i].Version
	}
	return certs, without, nil
}
