package pdf

import (
	"fmt"
	"math"

	"stadion/internal/lang"
	"stadion/internal/race"
)

// The medal certificate: the track of the finisher's, run in metal, and the
// medal itself. Which one it is stands there three times without its colour: as
// the figure in the medal, as its name, as a place in words.

// metal is how a medal is drawn.
type metal struct {
	deep  ink // of texts and of the disc; 4.5:1 on white
	mild  ink // of the fine lines
	light ink // of rings on the disc
}

// metals are gold, silver and bronze.
var metals = [3]metal{
	{ink{0x86, 0x64, 0x0f}, ink{0xd4, 0xb4, 0x5c}, ink{0xf3, 0xe3, 0xab}},
	{ink{0x55, 0x60, 0x6a}, ink{0xa9, 0xb3, 0xbc}, ink{0xe4, 0xe9, 0xed}},
	{ink{0x8a, 0x46, 0x1e}, ink{0xcf, 0x9a, 0x72}, ink{0xf2, 0xd8, 0xc4}},
}

const emblemRadius = 66.0

// medal lays out a medal certificate.
func (t *setter) medal() {
	m := metals[t.c.Medal.Place-1]
	spare := t.paper.h - 841.89
	t.under = append(t.under, laneDrawing(t.paper, m.deep))
	t.head(t.paper.h - 74)
	centre := t.paper.h - 194 - 0.3*spare
	t.under = append(t.under, emblemDrawing(t.c.Medal.Place, left+emblemRadius, centre))
	t.rank(centre, m)
	y := t.name(t.paper.h - 408 - 0.75*spare)
	t.medalFacts(y)
	t.medalTime(t.paper.h - 566 - 0.9*spare)
	t.proof()
}

// rank is the place in words, beside the medal.
func (t *setter) rank(centre float64, m metal) {
	x := left + 2*emblemRadius + 26
	room := t.paper.w - rightMargin - x
	l := t.shaped(upper(t.c.Medal.Metal), t.fixed(semiBold))
	t.put(l, x, centre+31, 10.5, m.deep)
	t.texts[len(t.texts)-1].tracking = 90
	b, err := t.fit(t.c.Medal.Words, t.fixed(semiBold), 34, room, 2)
	if err != nil {
		t.err = err
		return
	}
	y := centre - 4
	for i, l := range b.lines {
		t.report(l)
		if i > 0 {
			y -= b.size * 1.08
		}
		t.put(l, x-b.size*0.03, y, b.size, inkBlack)
	}
	t.within(t.c.Medal.Of, t.own(medium), x, y-25, 15, room, inkBlack)
	t.areas = append(t.areas, area{x, y - 38, 28, 1.4, m.deep})
}

// medalFacts are who it is and what was run.
func (t *setter) medalFacts(y float64) {
	t.who(y - 16)
	what := t.c.Race
	if t.c.Distance != "" {
		what += "  ·  " + t.c.Distance
	}
	t.within(what, t.fixed(regular), left, y-42, 15, t.width, inkBlack)
}

// medalTime is smaller than a finisher's: here the place is the news.
func (t *setter) medalTime(y float64) {
	clock := t.shaped(t.c.Time.Clock, t.figures(semiBold))
	size := min(56, sizeFor(clock, 56, t.width))
	t.within(t.say.T(t.timeKey()), t.fixed(medium), left, y+size*0.72+13, 10, t.width, inkGrey)
	used := t.put(clock, left-size*0.045, y, size, inkBlack)
	if t.c.Other == nil {
		return
	}
	x := left + used + 30
	t.within(t.say.T(t.otherKey()), t.fixed(medium), x, y+20, 10, t.paper.w-rightMargin-x, inkGrey)
	t.put(t.shaped(t.c.Other.Clock, t.figures(semiBold)), x, y, 15, inkBlack)
}

// timeKey names the time that counts; on a medal that of its list.
func (t *setter) timeKey() string {
	if t.c.Time.Basis == race.Net {
		return "award.time.net_official"
	}
	return "award.time.gun"
}

func (t *setter) otherKey() string {
	if t.c.Other.Basis == race.Gun {
		return "award.time.gun_other"
	}
	return "award.time.net"
}

// emblemDrawing is the medal around a point, shared by all pages of its place.
func emblemDrawing(place int, x, y float64) under {
	const side = 2 * emblemRadius
	box := size{side, side}
	draw := func() []byte { return drawEmblem(place) }
	return under{
		name: fmt.Sprintf("Medal%d", place), x: x - emblemRadius, y: y - emblemRadius,
		share: func(d *document, name string) error {
			d.share(name, box, motif{paper: box, place: place}.pack(draw))
			return nil
		},
		svg: func(s *svg) { s.content(draw()) },
	}
}

// drawEmblem draws a medal: a rosette of fine lines as on a banknote, the disc,
// rings on it like lanes, and the figure as an outline of the face.
func drawEmblem(place int) []byte {
	m, c := metals[place-1], &canvas{}
	const r = emblemRadius
	c.setPen(m.mild, 0.35)
	for i := range 12 {
		rosette(c, r, 0.80*r, 0.985*r, 24, 2*math.Pi*float64(i)/12)
	}
	c.setPen(m.deep, 0.8)
	circle(c, r, r, 0.79*r)
	c.op("S")
	c.disc(r, r, 0.745*r, m.deep)
	c.setPen(m.light, 0.55)
	for i := range 3 {
		circle(c, r, r, (0.70-0.035*float64(i))*r)
		c.op("S")
	}
	if l, err := (&shaper{set: embedded()}).line(fmt.Sprint(place), style{weight: semiBold, lang: lang.English}); err == nil {
		const points = 74.0
		c.setFill(inkWhite)
		for _, run := range l.runs {
			for _, g := range run.glyphs {
				x0, x1 := run.face.ttf.extent(g.id)
				x := r - (x0+x1)*points/2000 // centred by its ink, not by its advance
				c.glyphPath(run.face.ttf, g.id, x, r-0.355*points, points)
			}
		}
		c.op("f")
	}
	return c.b
}

// rosette draws a closed wave around the centre of the emblem.
func rosette(c *canvas, centre, inner, outer float64, waves int, phase float64) {
	point := func(a float64) (x, y float64) {
		r := (inner+outer)/2 + (outer-inner)/2*math.Sin(float64(waves)*a+phase)*math.Cos(3*a+phase)
		return centre + r*math.Cos(a), centre + r*math.Sin(a)
	}
	n := waves * 6
	step := 2 * math.Pi / float64(n)
	x, y := point(0)
	c.nums(x, y).op("m")
	for i := range n {
		a, b := float64(i)*step, float64(i+1)*step
		x0, y0 := point(a)
		x1, y1 := point(b)
		const h = 0.001
		ax, ay := point(a + h)
		bx, by := point(b - h)
		k := step / 3 / h
		c.nums(x0+(ax-x0)*k, y0+(ay-y0)*k, x1+(bx-x1)*k, y1+(by-y1)*k, x1, y1).op("c")
	}
	c.op("s")
}

func circle(c *canvas, x, y, r float64) {
	const q = 0.5523
	c.nums(x+r, y).op("m")
	c.nums(x+r, y+q*r, x+q*r, y+r, x, y+r).op("c")
	c.nums(x-q*r, y+r, x-r, y+q*r, x-r, y).op("c")
	c.nums(x-r, y-q*r, x-q*r, y-r, x, y-r).op("c")
	c.nums(x+q*r, y-r, x+r, y-q*r, x+r, y).op("c")
}
