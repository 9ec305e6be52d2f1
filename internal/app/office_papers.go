package app

import (
	"context"
	"errors"
	"io"

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

// CertificateRun implements office.Papers. It prints in the organiser's own
// design where there is one.
func (p officePapers) CertificateRun(ctx context.Context, by access.Actor, o office.Order, w io.Writer, progress func(done, total int)) (fault.List, error) {
	if _, err := pdf.ParsePaper(o.Paper); err != nil {
		return nil, err
	}
	e, rev, err := p.ordered(ctx, o)
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
	return p.print(ctx, by, o, award.ForFinisher, certs, left, w, progress)
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
	issued, err := p.issued(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	issuers := issuers{e, rev, award.Options{Lang: o.Lang, Key: p.key, Base: o.Base}, map[int]*award.Issuer{}}
	var out []award.Certificate
	var left fault.List
	for _, row := range rows {
		before := issued[row.Bib]
		version := before.Version
		if before.Revision != rev.Number {
			version++
		}
		issuer, err := issuers.of(version)
		if err != nil {
			return nil, nil, err
		}
		c, err := issuer.Certificate(row)
		var why *fault.Error
		switch {
		case errors.As(err, &why):
			left = append(left, why)
		case err != nil:
			return nil, nil, err
		default:
			asIssued(&c, before, rev.Number)
			out = append(out, c)
		}
	}
	return out, left, nil
}

// printable leaves out what cannot be drawn, with the reason.
func printable(ctx context.Context, pages []pdf.Page, paper pdf.Paper, left fault.List) ([]pdf.Page, fault.List, error) {
	var list fault.List
	err := pdf.CheckPages(ctx, pages, paper)
	if err == nil || !errors.As(err, &list) {
		return pages, left, err
	}
	out := pages[:0:0]
	for i := range pages {
		switch err := pdf.CheckPages(ctx, pages[i:i+1], paper); {
		case err == nil:
			out = append(out, pages[i])
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
func (p officePapers) keep(ctx context.Context, by access.Actor, o office.Order, pages []pdf.Page) error {
	const part = 500
	for from := 0; from < len(pages); from += part {
		var orders []store.CertificateOrder
		for i := range pages[from:min(from+part, len(pages))] {
			c := &pages[from+i].Certificate
			orders = append(orders, store.CertificateOrder{Race: o.Race, Bib: c.Bib, Revision: o.Revision, Code: string(c.Code)})
		}
		if _, err := p.db.IssueCertificates(ctx, by, o.Edition, orders); err != nil {
			return err
		}
	}
	return nil
}
