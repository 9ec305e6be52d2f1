// Package pdf prints the papers of a race. Text of any script is shaped, drawn
// with embedded parts of the faces it needs, and stays searchable; the design
// and its reasons are in DESIGN.md.
package pdf

import (
	"context"
	"io"
	"sync"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Certificate writes one certificate as a file of its own. The same certificate
// gives the same bytes: the only date in it is the certificate's. Nothing is
// written if it cannot be drawn whole. Faults: award.glyph_missing (in a
// fault.List, one for each character no face has), pdf.fonts_missing,
// pdf.font_damaged, pdf.paper, pdf.qr. Safe for concurrent use.
func Certificate(w io.Writer, c award.Certificate, paper Paper) error {
	return CertificateRun(context.Background(), w, []award.Certificate{c}, paper, nil)
}

// CertificateRun writes certificates into one file, a page each, in their order.
// The faces are shared by all pages; a finished page leaves memory, so a run may
// be of any length. After each page progress, if not nil, is told how many of
// how many are done. It stops between two pages when ctx is done and returns its
// cause; what was written until then is no complete file. The first certificate
// that cannot be drawn stops the run with its faults: Check finds them all
// before. Faults as Certificate, and pdf.empty.
func CertificateRun(ctx context.Context, w io.Writer, cs []award.Certificate, paper Paper, progress func(done, total int)) error {
	if len(cs) == 0 {
		return fault.New(fault.Invalid, "pdf.empty", nil)
	}
	box, err := paper.size()
	if err != nil {
		return err
	}
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	var doc *document
	var page canvas
	for i := range cs {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		sheet, err := s.layOut(cs[i], box)
		if err != nil {
			return err
		}
		if doc == nil {
			doc = newDocument(w)
			defer doc.close()
			doc.share("Lanes", box, lanes(box))
		}
		page = canvas{doc: doc, b: page.b[:0]}
		if err := page.sheet(sheet); err != nil {
			return err
		}
		if err := doc.page(box, page.b); err != nil {
			return err
		}
		if progress != nil {
			progress(i+1, len(cs))
		}
	}
	return doc.finish(about(cs))
}

// Check is the faults of every certificate that cannot be drawn, without drawing
// any: what a print run asks first.
func Check(ctx context.Context, cs []award.Certificate) error {
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	box, _ := A4.size()
	var all fault.List
	for i := range cs {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		switch _, err := s.layOut(cs[i], box); err := err.(type) {
		case nil:
		case fault.List:
			all = append(all, err...)
		default:
			return err
		}
	}
	return all.OrNil()
}

// about is what the file says of itself.
func about(cs []award.Certificate) info {
	c := &cs[0]
	say := lang.For(c.Lang)
	title := say.T("award.file_title", "name", c.Name, "event", c.Event)
	if len(cs) > 1 {
		title = say.T("award.file_title_all", "race", c.Race, "event", c.Event)
	}
	return info{title: title, lang: string(say.Tag), at: c.At}
}

// sheet draws what was laid out.
func (c *canvas) sheet(s *sheet) error {
	c.op("/Lanes Do")
	for _, a := range s.areas {
		c.rule(a.x, a.y, a.w, a.h, a.ink)
	}
	for _, a := range s.frame {
		c.setPen(a.ink, 0.9)
		c.nums(a.x, a.y, a.w, a.h).op("re")
		c.op("S")
	}
	for _, t := range s.texts {
		c.text(t.line, t.x, t.y, t.size, t.tracking, t.ink)
	}
	return drawQR(c, s.url, left, s.qrY, qrSide)
}

// labels keeps the lines that come again on every page: our own words. It is
// emptied when it is full; names are never kept.
var labels struct {
	sync.RWMutex
	lines map[label]*line
}

type label struct {
	text string
	style
}

const mostLabels = 2048

// cached is line with the words of the certificate's own language remembered.
func (s *shaper) cached(text string, st style) (*line, error) {
	if st.lang == "" || s.set != embedded() {
		return s.line(text, st)
	}
	key := label{text, st}
	labels.RLock()
	l := labels.lines[key]
	labels.RUnlock()
	if l != nil {
		return l, nil
	}
	l, err := s.line(text, st)
	if err != nil {
		return nil, err
	}
	labels.Lock()
	defer labels.Unlock()
	if labels.lines == nil || len(labels.lines) >= mostLabels {
		labels.lines = make(map[label]*line, mostLabels)
	}
	labels.lines[key] = l
	return l, nil
}
