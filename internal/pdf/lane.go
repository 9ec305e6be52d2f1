package pdf

import (
	"math"
	"sync"

	"github.com/klauspost/compress/zlib"

	"bytes"
)

// The motif: the eight lanes of a running track, coming down the left edge and
// through a bend along the foot of the page, with the fine interlaced lines of a
// banknote between them. One lane is run in red, up to the finish line.

const (
	laneCount = 8
	laneWidth = 8.4
	laneEdge  = 28.0 // from the paper's edge to the outermost line: printers need 5 mm
	laneBend  = 168.0
	laneRun   = 4 // the lane that is run, counted from outside
	laneBand  = laneCount * laneWidth
	bleed     = 6.0 // beyond the paper's edge
)

// A track is the lanes on a paper.
type track struct{ paper size }

// straight, curve and length are measured along the middle of the band.
func (t track) straight() float64 { return t.paper.h + bleed - laneEdge - laneBend }
func (t track) curve() float64    { return math.Pi / 2 * (laneBend - laneBand/2) }
func (t track) length() float64 {
	return t.straight() + t.curve() + t.paper.w + bleed - laneEdge - laneBend
}

// at is the point at length s, the given distance inside the outermost line, and
// the direction of running there.
func (t track) at(s, inside float64) (x, y, dx, dy float64) {
	cx, cy := laneEdge+laneBend, laneEdge+laneBend
	if s < t.straight() {
		return laneEdge + inside, t.paper.h + bleed - s, 0, -1
	}
	if s -= t.straight(); s < t.curve() {
		a := math.Pi + s/t.curve()*math.Pi/2
		r := laneBend - inside
		return cx + r*math.Cos(a), cy + r*math.Sin(a), -math.Sin(a), math.Cos(a)
	}
	return cx + s - t.curve(), laneEdge + inside, 1, 0
}

// finish is the x of the finish line.
func (t track) finish() float64 { return t.paper.w - 84 }

// line draws one line along the lanes, up to endX: two straights and the bend.
func (t track) line(c *canvas, inside, endX float64) {
	const q = 0.55228
	cx, cy, r := laneEdge+laneBend, laneEdge+laneBend, laneBend-inside
	c.nums(laneEdge+inside, t.paper.h+bleed).op("m")
	c.nums(laneEdge+inside, cy).op("l")
	c.nums(cx-r, cy-q*r, cx-q*r, cy-r, cx, cy-r).op("c")
	c.nums(endX, laneEdge+inside).op("l")
	c.op("S")
}

// weave draws one of the interlaced lines: a wave along the lanes whose swing
// itself swells and falls, as cubic pieces that keep its tangents.
func (t track) weave(c *canvas, phase float64) {
	const step, wave, swell = 6.5, 52.0, 391.0
	offset := func(s float64) float64 {
		swing := 0.5 + 0.42*math.Cos(2*math.Pi*s/swell)
		return laneBand/2 + (laneBand/2-0.6)*swing*math.Sin(2*math.Pi*s/wave+phase)
	}
	point := func(s float64) (x, y float64) {
		x, y, _, _ = t.at(s, offset(s))
		return x, y
	}
	tangent := func(s float64) (x, y float64) {
		const h = 0.01
		x0, y0 := point(max(s-h, 0))
		x1, y1 := point(s + h)
		return (x1 - x0) / (2 * h), (y1 - y0) / (2 * h)
	}
	x, y := point(0)
	c.nums(x, y).op("m")
	n := int(math.Ceil(t.length() / step))
	for i := range n {
		a, b := float64(i)*t.length()/float64(n), float64(i+1)*t.length()/float64(n)
		third := (b - a) / 3
		x0, y0 := point(a)
		u0, v0 := tangent(a)
		x1, y1 := point(b)
		u1, v1 := tangent(b)
		c.nums(x0+u0*third, y0+v0*third, x1-u1*third, y1-v1*third, x1, y1).op("c")
	}
	c.op("S")
}

// drawLanes draws the whole motif, one lane run in the colour given.
func drawLanes(paper size, run ink) []byte {
	t := track{paper}
	c := &canvas{}
	c.setPen(ink{0xe2, 0xcf, 0xc0}, 0.22)
	const strands = 14
	for i := range strands {
		t.weave(c, 2*math.Pi*float64(i)/strands)
	}
	c.setPen(ink{0xb9, 0xb0, 0xa0}, 0.45)
	for i := range laneCount + 1 {
		t.line(c, float64(i)*laneWidth, paper.w+bleed)
	}
	middle := (laneRun + 0.5) * laneWidth
	c.setPen(run, 2.6)
	t.line(c, middle, t.finish())
	c.rect(t.finish()-0.7, laneEdge-5, 1.4, laneBand+10, inkBlack)
	c.disc(t.finish(), laneEdge+middle, 5.2, inkWhite)
	c.disc(t.finish(), laneEdge+middle, 3.9, run)
	return c.b
}

// motifs keeps the drawings that every page has, compressed once for all files.
var motifs struct {
	sync.Mutex
	packed map[motif][]byte
}

// A motif is one of those drawings: the lanes of a paper, or an emblem.
type motif struct {
	paper size
	run   ink
	place int // of an emblem
}

// lanes is the motif for a paper.
func lanes(paper size, run ink) []byte {
	return motif{paper: paper, run: run}.pack(func() []byte { return drawLanes(paper, run) })
}

func (m motif) pack(draw func() []byte) []byte {
	motifs.Lock()
	defer motifs.Unlock()
	if b, ok := motifs.packed[m]; ok {
		return b
	}
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression) // a level the package has
	z.Write(draw())
	z.Close()
	if motifs.packed == nil {
		motifs.packed = map[motif][]byte{}
	}
	motifs.packed[m] = b.Bytes()
	return b.Bytes()
}
