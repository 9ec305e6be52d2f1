package pdf

import (
	"math"
	"strconv"
	"strings"
)

// size is a width and a height in points.
type size struct{ w, h float64 }

// ink is a colour, red green blue.
type ink [3]uint8

// The colours of the house (docs: the look). One accent.
var (
	inkBlack = ink{0x14, 0x18, 0x1c}
	inkGrey  = ink{0x5f, 0x64, 0x69}
	inkRed   = ink{0xb4, 0x41, 0x2b}
	inkWhite = ink{0xff, 0xff, 0xff}
)

// A canvas is the drawing of one page or one shared form. Coordinates are
// points, y from the bottom, as in the file.
type canvas struct {
	doc  *document // nil for a drawing without text
	b    []byte
	fill ink
	set  bool
}

func (c *canvas) nums(v ...float64) *canvas {
	for _, x := range v {
		c.b = append(appendNum(c.b, x), ' ')
	}
	return c
}

func (c *canvas) op(op string) { c.b = append(append(c.b, op...), '\n') }

// setFill chooses the colour of areas and text.
func (c *canvas) setFill(k ink) {
	if c.set && c.fill == k {
		return
	}
	c.fill, c.set = k, true
	c.nums(float64(k[0])/255, float64(k[1])/255, float64(k[2])/255).op("rg")
}

// setPen chooses the colour and width of lines.
func (c *canvas) setPen(k ink, width float64) {
	c.nums(float64(k[0])/255, float64(k[1])/255, float64(k[2])/255).op("RG")
	c.nums(width).op("w")
}

func (c *canvas) rect(x, y, w, h float64, k ink) {
	c.setFill(k)
	c.nums(x, y, w, h).op("re")
	c.op("f")
}

// rule is a thin horizontal or vertical line, drawn as an area so that it has
// the same weight everywhere.
func (c *canvas) rule(x, y, w, h float64, k ink) { c.rect(x, y, w, h, k) }

// disc is a filled circle of four Bézier quarters.
func (c *canvas) disc(x, y, r float64, k ink) {
	const q = 0.5523 // of the radius: a quarter circle to 0.03 %
	c.setFill(k)
	c.nums(x+r, y).op("m")
	c.nums(x+r, y+q*r, x+q*r, y+r, x, y+r).op("c")
	c.nums(x-q*r, y+r, x-r, y+q*r, x-r, y).op("c")
	c.nums(x-r, y-q*r, x-q*r, y-r, x, y-r).op("c")
	c.nums(x+q*r, y-r, x+r, y-q*r, x+r, y).op("c")
	c.op("f")
}

// text draws a shaped line with its left end on the baseline at x, y. Tracking
// is extra space after every cluster, in thousandths of an em.
func (c *canvas) text(l *line, x, y, points, tracking float64, k ink) {
	c.setFill(k)
	c.op("BT")
	for _, r := range l.runs {
		sub := c.doc.subset(r.face)
		c.b = append(append(append(c.b, '/'), sub.label...), ' ')
		c.nums(points).op("Tf")
		c.nums(1, 0, 0, 1, x, y).op("Tm")
		x += c.run(sub, r, points, tracking) * points / 1000
	}
	c.op("ET")
}

// run draws a run from the current point and returns its width. Where a
// reader's table of glyphs cannot say what a cluster stands for (marks apart
// from their letter, a glyph that means two things), the cluster says it itself
// as ActualText, so that every name is found and copied as its owner writes it.
func (c *canvas) run(sub *subset, r run, points, tracking float64) float64 {
	t := typesetter{c: c, sub: sub, points: points}
	for i := 0; i < len(r.glyphs); {
		j := i + 1
		for j < len(r.glyphs) && !r.glyphs[j].first {
			j++
		}
		t.cluster(r.glyphs[i:j])
		t.pen += tracking
		i = j
	}
	t.close()
	return t.pen
}

// typesetter writes glyphs as TJ arrays and keeps account of where the reader's
// own advance widths have taken it.
type typesetter struct {
	c      *canvas
	sub    *subset
	points float64
	pen    float64 // where the text wants to be
	at     float64 // where the reader is
	rise   float64
	open   bool // inside [ ... ]
	hex    bool // inside < ... >
}

// cluster writes the glyphs of one cluster.
func (t *typesetter) cluster(glyphs []glyph) {
	n, said := t.sub.use(glyphs[0].id, glyphs[0].text)
	if said && glyphs[0].alone {
		t.glyph(n, t.pen+glyphs[0].dx, glyphs[0].dy)
		t.pen += glyphs[0].advance
		return
	}
	t.close()
	t.c.op("/Span << /ActualText <FEFF" + utf16hex(glyphs[0].text) + "> >> BDC")
	t.marked(glyphs)
	t.close()
	t.c.op("EMC")
}

// marked writes a cluster whose text is named around it. A reader takes the
// place of that text from the first and the last glyph, and sees a gap, a space
// in the middle of a name, where these do not reach from end to end: so letters
// come before their marks, and a blank glyph ends where the cluster ends.
func (t *typesetter) marked(glyphs []glyph) {
	start := t.pen
	for _, g := range glyphs {
		if g.advance != 0 {
			t.glyph(t.sub.number(g.id), t.pen+g.dx, g.dy)
		}
		t.pen += g.advance
	}
	x := start
	for _, g := range glyphs {
		if g.advance == 0 {
			t.glyph(t.sub.number(g.id), x+g.dx, g.dy)
		}
		x += g.advance
	}
	if blank, ok := t.sub.face.font.NominalGlyph(' '); ok && len(glyphs) > 1 {
		n := t.sub.number(uint16(blank))
		t.glyph(n, t.pen-t.sub.width(n), 0)
	}
}

// glyph writes one glyph with its origin at x and raised by dy.
func (t *typesetter) glyph(n uint16, x, dy float64) {
	if dy != t.rise {
		t.close()
		t.rise = dy
		t.c.nums(dy * t.points / 1000).op("Ts")
	}
	if !t.open {
		t.c.b = append(t.c.b, '[')
		t.open = true
	}
	if move := x - t.at; math.Abs(move) >= 0.5 {
		if t.hex {
			t.c.b = append(t.c.b, '>')
			t.hex = false
		}
		whole := math.Round(move)
		t.c.b = strconv.AppendInt(t.c.b, -int64(whole), 10)
		t.at += whole
	}
	if !t.hex {
		t.c.b = append(t.c.b, '<')
		t.hex = true
	}
	const digits = "0123456789ABCDEF"
	t.c.b = append(t.c.b, digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15])
	t.at += t.sub.width(n)
}

// close ends the array that is open, and a rise with it.
func (t *typesetter) close() {
	if t.hex {
		t.c.b = append(t.c.b, '>')
		t.hex = false
	}
	if t.open {
		t.c.op("]TJ")
		t.open = false
	}
	if t.rise != 0 {
		t.c.op("0 Ts")
		t.rise = 0
	}
}

// upper is a label in capitals where its script has them.
func upper(s string) string { return strings.ToUpper(s) }
