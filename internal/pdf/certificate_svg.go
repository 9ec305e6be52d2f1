package pdf

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"stadion/internal/award"
)

// Preview draws one page as an SVG picture that needs nothing beside itself:
// letters are outlines, the artwork is small and inside. It is the same layout
// as the print. Attributes only, no style and no script, so that it is shown
// under the strictest policy. Faults as PrintRun.
func Preview(w io.Writer, c award.Certificate, look *Look, paper Paper) error {
	box, err := look.paper(paper)
	if err != nil {
		return err
	}
	shaper := shapers.Get().(*shaper)
	defer shapers.Put(shaper)
	sheet, err := shaper.layOutPage(&Page{c, look}, box)
	if err != nil {
		return err
	}
	s := &svg{}
	fmt.Fprintf(&s.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s"><rect width="100%%" height="100%%" fill="#fff"/>`,
		num(box.w), num(box.h), num(box.w), num(box.h))
	fmt.Fprintf(&s.b, `<g transform="matrix(1 0 0 -1 0 %s)">`, num(box.h))
	for _, u := range sheet.under {
		fmt.Fprintf(&s.b, `<g transform="translate(%s %s)">`, num(u.x), num(u.y))
		u.svg(s)
		s.b.WriteString("</g>")
	}
	c2 := &canvas{}
	for _, a := range sheet.areas {
		c2.rule(a.x, a.y, a.w, a.h, a.ink)
	}
	for _, a := range sheet.frame {
		c2.setPen(a.ink, 0.9)
		c2.nums(a.x, a.y, a.w, a.h).op("re")
		c2.op("S")
	}
	for _, t := range sheet.texts {
		c2.outlines(&t)
	}
	if err := drawQR(c2, sheet.url, sheet.qrX, sheet.qrY, qrSide); err != nil {
		return err
	}
	s.content(c2.b)
	s.b.WriteString("</g></svg>\n")
	_, err = w.Write(s.b.Bytes())
	return err
}

// outlines draws a text as areas.
func (c *canvas) outlines(t *placed) {
	c.setFill(t.ink)
	x := t.x
	for _, r := range t.line.runs {
		for i, g := range r.glyphs {
			if g.first && i > 0 {
				x += t.tracking * t.size / 1000
			}
			c.glyphPath(r.face.ttf, g.id, x+g.dx*t.size/1000, t.y+g.dy*t.size/1000, t.size)
			x += g.advance * t.size / 1000
		}
		x += t.tracking * t.size / 1000
	}
	c.op("f")
}

// svg turns drawings of this package into SVG: it knows the operators that they
// use, and no others.
type svg struct {
	b bytes.Buffer

	path      bytes.Buffer
	fill, pen string
	width     float64
	open      int // groups opened since the last q
	stack     []int
}

// content draws a content stream of this package.
func (s *svg) content(b []byte) {
	var n [8]float64
	count := 0
	for len(b) > 0 {
		end := bytes.IndexAny(b, " \n")
		if end < 0 {
			end = len(b)
		}
		word := b[:end]
		b = b[min(end+1, len(b)):]
		if len(word) == 0 {
			continue
		}
		if v, err := strconv.ParseFloat(string(word), 64); err == nil {
			if count < len(n) {
				n[count] = v
				count++
			}
			continue
		}
		s.operator(string(word), n[:count])
		count = 0
	}
}

func (s *svg) operator(op string, n []float64) {
	switch {
	case op == "m" && len(n) == 2:
		s.to('M', n)
	case op == "l" && len(n) == 2:
		s.to('L', n)
	case op == "c" && len(n) == 6:
		s.to('C', n)
	case op == "h":
		s.path.WriteByte('Z')
	case op == "re" && len(n) == 4:
		s.to('M', n[:2])
		fmt.Fprintf(&s.path, "h%sv%sh%sZ", num(n[2]), num(n[3]), num(-n[2]))
	case op == "rg" && len(n) == 3:
		s.fill = hexOf(n)
	case op == "RG" && len(n) == 3:
		s.pen = hexOf(n)
	case op == "w" && len(n) == 1:
		s.width = n[0]
	case op == "f":
		s.end(fmt.Sprintf(`fill="%s"`, s.fill))
	case op == "s":
		s.path.WriteByte('Z')
		s.stroke()
	case op == "S":
		s.stroke()
	case op == "q":
		s.stack = append(s.stack, s.open)
	case op == "cm" && len(n) == 6:
		fmt.Fprintf(&s.b, `<g transform="matrix(%g %g %g %g %g %g)">`, n[0], n[1], n[2], n[3], n[4], n[5])
		s.open++
	case op == "Q" && len(s.stack) > 0:
		last := len(s.stack) - 1
		for ; s.open > s.stack[last]; s.open-- {
			s.b.WriteString("</g>")
		}
		s.stack = s.stack[:last]
	}
}

func (s *svg) to(letter byte, n []float64) {
	s.path.WriteByte(letter)
	for i, v := range n {
		if i > 0 {
			s.path.WriteByte(' ')
		}
		s.path.WriteString(num(v))
	}
}

func (s *svg) stroke() {
	s.end(fmt.Sprintf(`fill="none" stroke="%s" stroke-width="%s"`, s.pen, num(s.width)))
}

func (s *svg) end(paint string) {
	if s.path.Len() > 0 {
		fmt.Fprintf(&s.b, `<path %s d="%s"/>`, paint, s.path.Bytes())
	}
	s.path.Reset()
}

// picture draws an image upright in coordinates that count from below.
func (s *svg) picture(address string, x, y, w, h float64) {
	fmt.Fprintf(&s.b, `<image transform="matrix(1 0 0 -1 %s %s)" width="%s" height="%s" preserveAspectRatio="none" href="%s"/>`,
		num(x), num(y+h), num(w), num(h), address)
}

// veil draws white over a paper.
func (s *svg) veil(percent int, paper size) {
	if percent > 0 {
		fmt.Fprintf(&s.b, `<rect width="%s" height="%s" fill="#fff" fill-opacity="%s"/>`, num(paper.w), num(paper.h), num(float64(percent)/100))
	}
}

func hexOf(n []float64) string {
	return fmt.Sprintf("#%02x%02x%02x", int(n[0]*255+0.5), int(n[1]*255+0.5), int(n[2]*255+0.5))
}
