// Package pdf prints the papers of a race. Text of any script is shaped, drawn
// with embedded parts of the faces it needs, and stays searchable; the design
// and its reasons are in DESIGN.md.
package pdf

import (
	"context"
	"io"
	"sync"

	"stadion/internal/award"
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
	return PrintRun(ctx, w, plainPages(cs), paper, progress)
}

func plainPages(cs []award.Certificate) []Page {
	pages := make([]Page, len(cs))
	for i := range cs {
		pages[i].Certificate = cs[i]
	}
	return pages
}

// Check is the faults of every certificate that cannot be drawn, without drawing
// any: what a print run asks first.
func Check(ctx context.Context, cs []award.Certificate) error {
	return CheckPages(ctx, plainPages(cs), A4)
}

// about is what the file says of itself.
func about(pages []Page) info {
	c := &pages[0].Certificate
	say := lang.For(c.Lang)
	title := say.T("award.file_title", "name", c.Name, "event", c.Event)
	if len(pages) > 1 {
		title = say.T("award.file_title_all", "race", c.Race, "event", c.Event)
	}
	return info{title: title, lang: string(say.Tag), at: c.At}
}

// sheet draws what was laid out.
func (c *canvas) sheet(s *sheet) error {
	for _, u := range s.under {
		c.op("q")
		c.b = append(c.b, formatMatrix(1, u.x, u.y)...)
		c.op("/" + u.name + " Do")
		c.op("Q")
		c.set = false
	}
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
	return drawQR(c, s.url, s.qrX, s.qrY, qrSide)
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
