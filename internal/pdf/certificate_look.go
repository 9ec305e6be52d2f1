package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"

	"stadion/internal/award"
	"stadion/internal/fault"
)

// Look is how a certificate is drawn beside what stands on it. A nil Look, and
// one without a template, is the design of the house. Immutable; certificates of
// one run that share a Look share its artwork in the file.
type Look struct {
	Template *award.Template
	Picture  *Picture // nil = none
}

// Page is one page of a print run.
type Page struct {
	Certificate award.Certificate
	Look        *Look
}

// paper is the size of the look's pages: its template's own, else what was
// ordered.
func (k *Look) paper(ordered Paper) (size, error) {
	if k != nil && k.Template != nil && k.Template.Paper != "" {
		return Paper(k.Template.Paper).size()
	}
	return ordered.size()
}

// layOut decides where everything of a page stands.
func (s *shaper) layOutPage(p *Page, paper size) (*sheet, error) {
	if p.Look == nil || p.Look.Template == nil {
		return s.layOut(p.Certificate, paper)
	}
	return s.layOutTemplate(p.Certificate, p.Look, paper)
}

// PrintRun writes pages into one file in their order: what CertificateRun does,
// each in its own look. An artwork is in the file once, however many pages have
// it. Faults as CertificateRun, and award.template_full where the texts of a
// template do not fit its page.
func PrintRun(ctx context.Context, w io.Writer, pages []Page, paper Paper, progress func(done, total int)) error {
	if len(pages) == 0 {
		return fault.New(fault.Invalid, "pdf.empty", nil)
	}
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	var doc *document
	var page canvas
	for i := range pages {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		box, err := pages[i].Look.paper(paper)
		if err != nil {
			return err
		}
		sheet, err := s.layOutPage(&pages[i], box)
		if err != nil {
			return err
		}
		if doc == nil {
			doc = newDocument(w)
			defer doc.close()
		}
		if err := doc.shareAll(sheet); err != nil {
			return err
		}
		page = canvas{doc: doc, b: page.b[:0]}
		if err := page.sheet(sheet); err != nil {
			return err
		}
		if err := doc.page(box, page.b); err != nil {
			return err
		}
		if progress != nil {
			progress(i+1, len(pages))
		}
	}
	return doc.finish(about(pages))
}

// CheckPages is the faults of every page that cannot be drawn, without drawing
// any.
func CheckPages(ctx context.Context, pages []Page, paper Paper) error {
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	var all fault.List
	for i := range pages {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		box, err := pages[i].Look.paper(paper)
		if err != nil {
			return err
		}
		var list fault.List
		var one *fault.Error
		switch _, err := s.layOutPage(&pages[i], box); {
		case err == nil:
		case errors.As(err, &list):
			all = append(all, list...)
		case errors.As(err, &one) && one.Code == "award.template_full":
			all = append(all, one)
		default:
			return err
		}
	}
	return all.OrNil()
}

// shareAll writes what the sheet shares with other pages and the file has not
// yet.
func (d *document) shareAll(s *sheet) error {
next:
	for _, u := range s.under {
		for _, f := range d.forms {
			if f.name == u.name {
				continue next
			}
		}
		if err := u.share(d, u.name); err != nil {
			return err
		}
	}
	return nil
}

// laneDrawing is the motif as something pages share.
func laneDrawing(paper size, run ink) under {
	return under{
		name:  fmt.Sprintf("Lanes%.0fx%.0f%02x%02x%02x", paper.w, paper.h, run[0], run[1], run[2]),
		share: func(d *document, name string) error { d.share(name, paper, lanes(paper, run)); return nil },
		svg:   func(s *svg) { s.content(drawLanes(paper, run)) },
	}
}
