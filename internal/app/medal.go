package app

import (
	"context"
	"io"
	"slices"
	"strings"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/store"
	"stadion/internal/web/office"
)

// Medals implements office.Designs.
func (p officePapers) Medals(ctx context.Context, o office.Order) ([]award.Certificate, fault.List, error) {
	e, rev, err := p.ordered(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return p.medals(ctx, e, rev, o)
}

// ordered is the edition and the revision of an order.
func (p officePapers) ordered(ctx context.Context, o office.Order) (*race.Edition, results.Revision, error) {
	e, err := p.edition(ctx, o.Edition)
	if err != nil {
		return nil, results.Revision{}, err
	}
	rev, err := p.db.Revision(ctx, o.Edition, o.Race, o.Revision)
	return e, rev, err
}

// medals makes the medal certificates of an order, with the codes and versions
// that the runners' certificates of the revision have.
func (p officePapers) medals(ctx context.Context, e *race.Edition, rev results.Revision, o office.Order) ([]award.Certificate, fault.List, error) {
	issued, err := p.issued(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	issuers := issuers{e, rev, award.Options{Lang: o.Lang, Key: p.key, Base: o.Base}, map[int]*award.Issuer{}}
	first, err := issuers.of(1)
	if err != nil {
		return nil, nil, err
	}
	all, left := first.Medals()
	var out []award.Certificate
	for _, c := range all {
		if len(o.Bibs) > 0 && !slices.ContainsFunc(o.Bibs, func(b string) bool { return e.Bib.Key(b) == e.Bib.Key(c.Bib) }) {
			continue
		}
		before := issued[c.Bib]
		version := before.Version
		if before.Revision != rev.Number {
			version++
		}
		issuer, err := issuers.of(version)
		if err != nil {
			return nil, nil, err
		}
		c.Version, c.Code = version, issuer.Code(c.Bib)
		c.URL = o.Base + c.Code.Show()
		asIssued(&c, before, rev.Number)
		out = append(out, c)
	}
	return out, left, nil
}

// issued are the current certificates of an order's race, by bib.
func (p officePapers) issued(ctx context.Context, o office.Order) (map[string]store.Certificate, error) {
	current, err := p.db.Certificates(ctx, o.Edition, o.Race)
	if err != nil {
		return nil, err
	}
	out := make(map[string]store.Certificate, len(current))
	for _, c := range current {
		out[c.Bib] = c
	}
	return out, nil
}

// asIssued gives a certificate the code it was issued with, whatever key made
// it.
func asIssued(c *award.Certificate, before store.Certificate, revision int) {
	if before.Revision == revision && before.Code != "" {
		c.URL = strings.TrimSuffix(c.URL, c.Code.Show()) + award.Code(before.Code).Show()
		c.Code = award.Code(before.Code)
	}
}

// issuers are those of one revision, by the version of certificates.
type issuers struct {
	e    *race.Edition
	rev  results.Revision
	opt  award.Options
	made map[int]*award.Issuer
}

func (s issuers) of(version int) (*award.Issuer, error) {
	if s.made[version] != nil {
		return s.made[version], nil
	}
	opt := s.opt
	opt.Version = version
	issuer, err := award.NewIssuer(s.e, s.rev, opt)
	if err == nil {
		s.made[version] = issuer
	}
	return issuer, err
}

// MedalRun implements office.Designs.
func (p officePapers) MedalRun(ctx context.Context, by access.Actor, o office.Order, w io.Writer, progress func(done, total int)) (fault.List, error) {
	e, rev, err := p.ordered(ctx, o)
	if err != nil {
		return nil, err
	}
	certs, left, err := p.medals(ctx, e, rev, o)
	if err != nil {
		return left, err
	}
	if len(certs) == 0 && len(left) == 0 {
		return nil, fault.New(fault.Conflict, "office.no_medals", fault.Args{"race": o.Race})
	}
	return p.print(ctx, by, o, award.ForMedal, certs, left, w, progress)
}

// print prints certificates and keeps what they certify. Everything is laid out
// before a code is kept, so that no code stands for a paper that cannot be
// printed.
func (p officePapers) print(ctx context.Context, by access.Actor, o office.Order, kind award.Kind, certs []award.Certificate, left fault.List, w io.Writer, progress func(done, total int)) (fault.List, error) {
	paper, err := pdf.ParsePaper(o.Paper)
	if err != nil {
		return left, err
	}
	pages, versions, err := p.pages(ctx, certs, o, kind)
	if err != nil {
		return left, err
	}
	if pages, left, err = printable(ctx, pages, paper, left); err != nil {
		return left, err
	}
	if len(pages) == 0 {
		return left, left.OrNil()
	}
	if err := p.keep(ctx, by, o, pages); err != nil {
		return left, err
	}
	kept := make(map[string]int, len(pages))
	for i := range pages {
		code := string(pages[i].Certificate.Code)
		kept[code] = versions[code]
	}
	if err := p.db.KeepPrints(ctx, storeKey(keyOf(o, kind)), kept); err != nil {
		return left, err
	}
	return left, pdf.PrintRun(ctx, w, pages, paper, progress)
}
