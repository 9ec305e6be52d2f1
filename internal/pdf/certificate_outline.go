package pdf

// glyphPath adds a glyph's outline to the path of a drawing: for previews, which
// carry no fonts, and for the figure on a medal.
func (c *canvas) glyphPath(t *truetype, gid uint16, x, y, points float64) {
	k := points / float64(t.unitsPerEm)
	t.contours(gid, affine{k, 0, 0, k, x, y}, 0, func(op byte, v ...float64) {
		c.nums(v...).op(string(op))
	})
}

// extent is how far a glyph's ink reaches, in thousandths of an em.
func (t *truetype) extent(gid uint16) (x0, x1 float64) {
	o := t.outline(gid)
	if o == nil {
		return 0, 0
	}
	return t.em(signed(o[2:])), t.em(signed(o[6:]))
}

// affine maps x, y to a*x+c*y+e, b*x+d*y+f.
type affine [6]float64

func (m affine) at(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// after is m of what n gives.
func (m affine) after(n affine) affine {
	e, f := m.at(n[4], n[5])
	return affine{m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1], m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3], e, f}
}

// deepest is how far composites of composites are followed.
const deepest = 6

// contours tells a glyph's outline as "m", "l", "c" and "h" (close). What a
// damaged font does not say whole is left out.
func (t *truetype) contours(gid uint16, m affine, depth int, path func(op byte, v ...float64)) {
	o := t.outline(gid)
	if len(o) < 12 || depth > deepest {
		return
	}
	if signed(o) < 0 {
		t.composite(o, m, depth, path)
		return
	}
	points, ends := simplePoints(o)
	start := 0
	for _, end := range ends {
		if end >= len(points) || end < start {
			return
		}
		contour(points[start:end+1], m, path)
		start = end + 1
	}
}

// composite follows the parts of a glyph that is made of others.
func (t *truetype) composite(o []byte, m affine, depth int, path func(byte, ...float64)) {
	components(o, func(at int) {
		flags := be.Uint16(o[at-2:])
		part := affine{1, 0, 0, 1, 0, 0}
		i := at + 2
		if flags&argsAreWords != 0 && i+4 <= len(o) {
			part[4], part[5] = float64(signed(o[i:])), float64(signed(o[i+2:]))
			i += 4
		} else if i+2 <= len(o) {
			part[4], part[5] = float64(int8(o[i])), float64(int8(o[i+1]))
			i += 2
		}
		f2dot14 := func(i int) float64 { return float64(signed(o[i:])) / 16384 }
		switch {
		case flags&haveScale != 0 && i+2 <= len(o):
			part[0], part[3] = f2dot14(i), f2dot14(i)
		case flags&haveXYScale != 0 && i+4 <= len(o):
			part[0], part[3] = f2dot14(i), f2dot14(i+2)
		case flags&haveTwoByTwo != 0 && i+8 <= len(o):
			part[0], part[1], part[2], part[3] = f2dot14(i), f2dot14(i+2), f2dot14(i+4), f2dot14(i+6)
		}
		t.contours(be.Uint16(o[at:]), m.after(part), depth+1, path)
	})
}

// onCurve is a point of a TrueType contour.
type onCurve struct {
	x, y float64
	on   bool
}

// Flags of a point (OpenType, glyf table).
const (
	pointOn     = 0x01
	pointXByte  = 0x02
	pointYByte  = 0x04
	pointRepeat = 0x08
	pointXSame  = 0x10
	pointYSame  = 0x20
)

// simplePoints reads the points of a simple glyph and where its contours end.
func simplePoints(o []byte) (points []onCurve, ends []int) {
	n := signed(o)
	at := 10 + 2*n
	if n == 0 || at+2 > len(o) {
		return nil, nil
	}
	for i := range n {
		ends = append(ends, int(be.Uint16(o[10+2*i:])))
	}
	at += 2 + int(be.Uint16(o[at:]))
	count := ends[n-1] + 1
	flags := make([]byte, 0, count)
	for len(flags) < count && at < len(o) {
		f := o[at]
		at++
		flags = append(flags, f)
		if f&pointRepeat != 0 && at < len(o) {
			for r := o[at]; r > 0 && len(flags) < count; r-- {
				flags = append(flags, f)
			}
			at++
		}
	}
	points = make([]onCurve, len(flags))
	read := func(short, same byte, set func(i, v int)) {
		v := 0
		for i, f := range flags {
			switch {
			case f&short != 0 && at < len(o):
				d := int(o[at])
				if f&same == 0 {
					d = -d
				}
				v += d
				at++
			case f&short == 0 && f&same == 0 && at+2 <= len(o):
				v += signed(o[at:])
				at += 2
			}
			set(i, v)
		}
	}
	read(pointXByte, pointXSame, func(i, v int) { points[i].x, points[i].on = float64(v), flags[i]&pointOn != 0 })
	read(pointYByte, pointYSame, func(i, v int) { points[i].y = float64(v) })
	return points, ends
}

// contour tells one closed curve; quadratic pieces become cubic ones.
func contour(p []onCurve, m affine, path func(byte, ...float64)) {
	n := len(p)
	if n < 2 {
		return
	}
	mid := func(a, b onCurve) onCurve { return onCurve{(a.x + b.x) / 2, (a.y + b.y) / 2, true} }
	first, from := p[0], 1
	if !first.on {
		if first, from = p[n-1], 0; !first.on {
			first = mid(p[0], p[n-1])
		}
	}
	x, y := m.at(first.x, first.y)
	path('m', x, y)
	last := first
	quad := func(c, end onCurve) {
		x1, y1 := m.at(last.x+(c.x-last.x)*2/3, last.y+(c.y-last.y)*2/3)
		x2, y2 := m.at(end.x+(c.x-end.x)*2/3, end.y+(c.y-end.y)*2/3)
		x3, y3 := m.at(end.x, end.y)
		path('c', x1, y1, x2, y2, x3, y3)
		last = end
	}
	var control *onCurve
	for i := from; i < n; i++ {
		q := p[i]
		switch {
		case q.on && control == nil:
			x, y := m.at(q.x, q.y)
			path('l', x, y)
			last = q
		case q.on:
			quad(*control, q)
			control = nil
		case control != nil:
			quad(*control, mid(*control, q))
			control = &p[i]
		default:
			control = &p[i]
		}
	}
	if control != nil {
		quad(*control, first)
	}
	path('h')
}
