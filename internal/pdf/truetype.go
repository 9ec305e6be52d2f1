package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// truetype is as much of a font file as embedding a part of it needs. It keeps
// slices of the file; nothing is copied until a subset is written.
type truetype struct {
	unitsPerEm int
	glyphs     int
	metrics    int // entries of hmtx that have an advance
	longLoca   bool
	ascent     int
	descent    int
	capHeight  int
	box        [4]int
	head       []byte
	hhea       []byte
	maxp       []byte
	hmtx       []byte
	loca       []byte
	glyf       []byte
	table      map[string][]byte
}

var be = binary.BigEndian

func parseTrueType(data []byte) (*truetype, error) {
	if len(data) < 12 || be.Uint32(data) != 0x00010000 {
		return nil, errors.New("no TrueType outlines")
	}
	table := map[string][]byte{}
	for i := range int(be.Uint16(data[4:])) {
		at := 12 + 16*i
		if at+16 > len(data) {
			return nil, errors.New("table directory is cut off")
		}
		start, size := int(be.Uint32(data[at+8:])), int(be.Uint32(data[at+12:]))
		if start+size > len(data) {
			return nil, fmt.Errorf("table %q is cut off", data[at:at+4])
		}
		table[string(data[at:at+4])] = data[start : start+size]
	}
	for name, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 1} {
		if len(table[name]) < least {
			return nil, fmt.Errorf("table %q is missing", name)
		}
	}
	head, hhea := table["head"], table["hhea"]
	t := &truetype{
		unitsPerEm: int(be.Uint16(head[18:])), glyphs: int(be.Uint16(table["maxp"][4:])),
		metrics: int(be.Uint16(hhea[34:])), longLoca: be.Uint16(head[50:]) == 1,
		ascent: signed(hhea[4:]), descent: signed(hhea[6:]),
		head: head, hhea: hhea, maxp: table["maxp"], hmtx: table["hmtx"], loca: table["loca"], glyf: table["glyf"],
		table: table,
	}
	for i := range t.box {
		t.box[i] = signed(head[36+2*i:])
	}
	t.capHeight = t.ascent
	if os2 := table["OS/2"]; len(os2) >= 90 {
		t.capHeight = signed(os2[88:])
	}
	if t.unitsPerEm == 0 || t.metrics == 0 || len(t.hmtx) < 4*t.metrics {
		return nil, errors.New("metrics are cut off")
	}
	return t, nil
}

// hugeGlyf is more outlines than the shaper should read ahead.
const hugeGlyf = 4 << 20

// shaping is the file for the shaper: without its outlines where they are huge.
// The shaper reads outlines only to place marks in faces that do not say where
// they go, which the Han faces have no use for, and it reads all of them at once:
// 85 ms and 50 MB for the largest.
func (t *truetype) shaping(data []byte) []byte {
	if len(t.glyf) < hugeGlyf {
		return data
	}
	kept := map[string][]byte{}
	for _, name := range []string{"GDEF", "GPOS", "GSUB", "OS/2", "cmap", "head", "hhea", "hmtx", "maxp", "name", "post"} {
		if table, ok := t.table[name]; ok {
			kept[name] = table
		}
	}
	return assemble(kept)
}

func signed(b []byte) int { return int(int16(be.Uint16(b))) }

// em converts font units to thousandths of an em.
func (t *truetype) em(units int) float64 { return float64(units) * 1000 / float64(t.unitsPerEm) }

// metric is a glyph's advance and left side bearing in font units.
func (t *truetype) metric(gid uint16) (advance, bearing uint16) {
	if int(gid) < t.metrics {
		return be.Uint16(t.hmtx[4*int(gid):]), be.Uint16(t.hmtx[4*int(gid)+2:])
	}
	advance = be.Uint16(t.hmtx[4*(t.metrics-1):])
	if at := 4*t.metrics + 2*(int(gid)-t.metrics); at+2 <= len(t.hmtx) {
		bearing = be.Uint16(t.hmtx[at:])
	}
	return advance, bearing
}

// outline is a glyph's entry in glyf, empty for a blank one.
func (t *truetype) outline(gid uint16) []byte {
	at := func(i int) int {
		switch {
		case t.longLoca && 4*i+4 <= len(t.loca):
			return int(be.Uint32(t.loca[4*i:]))
		case !t.longLoca && 2*i+2 <= len(t.loca):
			return 2 * int(be.Uint16(t.loca[2*i:]))
		}
		return 0
	}
	start, end := at(int(gid)), at(int(gid)+1)
	if start >= end || end > len(t.glyf) || end-start < 10 {
		return nil
	}
	return t.glyf[start:end]
}

// Flags of a component of a composite glyph (OpenType, glyf table).
const (
	argsAreWords   = 0x0001
	haveScale      = 0x0008
	moreComponents = 0x0020
	haveXYScale    = 0x0040
	haveTwoByTwo   = 0x0080
	haveCode       = 0x0100
)

// components calls visit with the offset of each component's glyph number and
// returns where the last component ends. Simple glyphs have none.
func components(outline []byte, visit func(at int)) int {
	if len(outline) < 10 || signed(outline) >= 0 {
		return len(outline)
	}
	at := 10
	for at+4 <= len(outline) {
		flags := be.Uint16(outline[at:])
		visit(at + 2)
		at += 4 + 2
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&haveScale != 0:
			at += 2
		case flags&haveXYScale != 0:
			at += 4
		case flags&haveTwoByTwo != 0:
			at += 8
		}
		if flags&moreComponents == 0 {
			break
		}
	}
	return min(at, len(outline))
}

// bare is a copy of a glyph without its hinting programs: a print has no use
// for them, and they would need tables that a subset does not carry.
func bare(outline []byte) []byte {
	if len(outline) < 10 {
		return nil
	}
	if n := signed(outline); n >= 0 {
		at := 10 + 2*n // of the length of the program
		if at+2 > len(outline) {
			return nil
		}
		code := int(be.Uint16(outline[at:]))
		if at+2+code > len(outline) {
			return nil
		}
		out := append([]byte{}, outline[:at]...)
		out = append(out, 0, 0)
		return append(out, outline[at+2+code:]...)
	}
	end := components(outline, func(int) {})
	out := append([]byte{}, outline[:end]...)
	components(out, func(at int) {
		be.PutUint16(out[at-2:], be.Uint16(out[at-2:])&^haveCode)
	})
	return out
}
