package app

import (
	"context"
	"errors"
	"io"
	"strings"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/store"
	"stadion/internal/web/office"
)

// officePapers prints certificates and keeps what they certify.
type officePapers struct {
	db      *store.DB
	key     []byte
	edition func(ctx context.Context, id string) (*race.Edition, error)
}

// OfficePapers prints the certificates of a store's revisions.
func OfficePapers(db *store.DB, key []byte, edition func(ctx context.Context, id string) (*race.Edition, error)) office.Papers {
	return officePapers{db, key, edition}
}

// CertificateRun implements office.Papers. Everything is laid out before a code
// is kept, so that no code stands for a paper that cannot be printed.
func (p officePapers) CertificateRun(ctx context.Context, by access.Actor, o office.Order, w io.Writer, progress func(done, total int)) (fault.List, error) {
	paper, err := pdf.ParsePaper(o.Paper)
	if err != nil {
		return nil, err
	}
	e, err := p.edition(ctx, o.Edition)
	if err != nil {
		return nil, err
	}
	rev, err := p.db.Revision(ctx, o.Edition, o.Race, o.Revision)
	if err != nil {
		return nil, err
	}
	rows, err := chosen(e, rev.Rows, o.Bibs)
	if err != nil {
		return nil, err
	}
	certs, left, err := p.certificates(ctx, e, rev, rows, o)
	if err != nil {
		return left, err
	}
	if certs, left, err = printable(ctx, certs, left); err != nil {
		return left, err
	}
	if len(certs) == 0 {
		return left, left.OrNil()
	}
	if err := p.keep(ctx, by, o, certs); err != nil {
		return left, err
	}
	return left, pdf.CertificateRun(ctx, w, certs, paper, progress)
}

// chosen are the rows of the bibs named, of every finisher where none is.
func chosen(e *race.Edition, rows []results.Row, bibs []string) ([]results.Row, error) {
	var out []results.Row
	if len(bibs) == 0 {
		for _, r := range rows {
			if r.Status == scoring.Finished {
				out = append(out, r)
			}
		}
		return out, nil
	}
	for _, bib := range bibs {
		row, ok := findRow(e, rows, bib)
		if !ok {
			return nil, fault.New(fault.NotFound, "web.no_such_runner", fault.Args{"bib": bib}).On("bib")
		}
		out = append(out, row)
	}
	return out, nil
}

// certificates makes what is to be printed. A certificate of the revision that
// was issued before keeps its version; a new one has the next.
func (p officePapers) certificates(ctx context.Context, e *race.Edition, rev results.Revision, rows []results.Row, o office.Order) ([]award.Certificate, fault.List, error) {
	current, err := p.db.Certificates(ctx, o.Edition, o.Race)
	if err != nil {
		return nil, nil, err
	}
	issued := make(map[string]store.Certificate, len(current))
	for _, c := range current {
		issued[c.Bib] = c
	}
	issuers := map[int]*award.Issuer{}
	var out []award.Certificate
	var left fault.List
	for _, row := range rows {
		before := issued[row.Bib]
		version := before.Version
		if before.Revision != rev.Number {
			version++
		}
		if issuers[version] == nil {
			if issuers[version], err = award.NewIssuer(e, rev, award.Options{Lang: o.Lang, Key: p.key, Base: o.Base, Version: version}); err != nil {
				return nil, nil, err
			}
		}
		c, err := issuers[version].Certificate(row)
		var why *fault.Error
		switch {
		case errors.As(err, &why):
			left = append(left, why)
		case err != nil:
			return nil, nil, err
		default:
			if before.Revision == rev.Number && before.Code != "" { // whatever key made it
				c.URL = strings.TrimSuffix(c.URL, c.Code.Show()) + award.Code(before.Code).Show()
				c.Code = award.Code(before.Code)
			}
			out = append(out, c)
		}
	}
	return out, left, nil
}

// printable leaves out what cannot be drawn, with the reason.
func printable(ctx context.Context, certs []award.Certificate, left fault.List) ([]award.Certificate, fault.List, error) {
	var list fault.List
	err := pdf.Check(ctx, certs)
	if err == nil || !errors.As(err, &list) {
		return certs, left, err
	}
	out := certs[:0:0]
	for i := range certs {
		switch err := pdf.Check(ctx, certs[i:i+1]); {
		case err == nil:
			out = append(out, certs[i])
		case errors.As(err, &list):
			left = append(left, list...)
		default:
			return nil, left, err
		}
	}
	return out, left, nil
}

// keep writes down what the papers certify, in parts that leave room for the
// writes of a race between them.
func (p officePapers) keep(ctx context.Context, by access.Actor, o office.Order, certs []award.Certificate) error {
	const part = 500
	for from := 0; from < len(certs); from += part {
		var orders []store.CertificateOrder
		for _, c := range certs[from:min(from+part, len(certs))] {
			orders = append(orders, store.CertificateOrder{Race: o.Race, Bib: c.Bib, Revision: o.Revision, Code: string(c.Code)})
		}
		if _, err := p.db.IssueCertificates(ctx, by, o.Edition, orders); err != nil {
			return err
		}
	}
	return nil
}
