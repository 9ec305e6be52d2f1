package pdf

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf16"
)

// A subset is the part of a face that one file uses: its glyphs, numbered anew
// in the order of their first use, and the text each stands for. The number of a
// glyph never changes once given, so pages can be written before the subset is.
type subset struct {
	face  *face
	label string // resource name: "F1"
	from  []uint16
	to    map[uint16]uint16
	text  []string
}

func newSubset(f *face, label string) *subset {
	s := &subset{face: f, label: label, to: map[uint16]uint16{}}
	s.number(0) // .notdef must be glyph 0; it is never drawn
	return s
}

// number is the glyph's number in the subset.
func (s *subset) number(gid uint16) uint16 {
	if n, ok := s.to[gid]; ok {
		return n
	}
	n := uint16(len(s.from))
	s.to[gid] = n
	s.from = append(s.from, gid)
	s.text = append(s.text, "")
	return n
}

// use is the number of a glyph that stands for text; said is whether the
// subset's own table already says so to a reader that copies or searches. A
// glyph that stands for two texts keeps the first: the page names the other.
func (s *subset) use(gid uint16, text string) (n uint16, said bool) {
	n = s.number(gid)
	if s.text[n] == "" {
		s.text[n] = text
	}
	return n, s.text[n] == text
}

// width is the advance of a numbered glyph in thousandths of an em.
func (s *subset) width(n uint16) float64 {
	advance, _ := s.face.ttf.metric(s.from[n])
	return s.face.ttf.em(int(advance))
}

// file is the TrueType file of the subset, components of composite glyphs
// included. The bytes depend on the glyphs and their order alone.
func (s *subset) file() []byte {
	t := s.face.ttf
	var glyf, loca, hmtx []byte
	for n := 0; n < len(s.from); n++ { // grows while components are found
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		advance, bearing := t.metric(s.from[n])
		hmtx = be.AppendUint16(be.AppendUint16(hmtx, advance), bearing)
		outline := bare(t.outline(s.from[n]))
		components(outline, func(at int) {
			be.PutUint16(outline[at:], s.number(be.Uint16(outline[at:])))
		})
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	count := uint16(len(s.from))
	head, hhea, maxp := bytes.Clone(t.head), bytes.Clone(t.hhea), bytes.Clone(t.maxp)
	be.PutUint16(head[50:], 1) // long offsets
	be.PutUint16(hhea[34:], count)
	be.PutUint16(maxp[4:], count)
	return assemble(map[string][]byte{
		"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp,
	})
}

// assemble writes a TrueType file of tables, with its checksums.
func assemble(table map[string][]byte) []byte {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	sort.Strings(names)
	power, log := 1, 0
	for power*2 <= len(names) {
		power, log = power*2, log+1
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(names), power * 16, log, len(names)*16 - power*16} {
		out = be.AppendUint16(out, uint16(v))
	}
	var body []byte
	start, adjust := 12+16*len(names), 0
	for _, name := range names {
		data := table[name]
		if name == "head" {
			adjust = start + len(body) + 8
		}
		out = append(out, name...)
		out = be.AppendUint32(out, checksum(data))
		out = be.AppendUint32(out, uint32(start+len(body)))
		out = be.AppendUint32(out, uint32(len(data)))
		body = append(body, data...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	out = append(out, body...)
	be.PutUint32(out[adjust:], 0)
	be.PutUint32(out[adjust:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(data []byte) uint32 {
	var sum uint32
	for len(data) >= 4 {
		sum += be.Uint32(data)
		data = data[4:]
	}
	var last [4]byte
	copy(last[:], data)
	return sum + be.Uint32(last[:])
}

// toUnicode is the CMap that tells a reader which text each glyph stands for.
func (s *subset) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	var said []int
	for n, text := range s.text {
		if text != "" {
			said = append(said, n)
		}
	}
	for len(said) > 0 {
		block := said[:min(100, len(said))] // the format's limit
		said = said[len(block):]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, n := range block {
			fmt.Fprintf(&b, "<%04X> <%s>\n", n, utf16hex(s.text[n]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// utf16hex is text in UTF-16BE as hexadecimal digits.
func utf16hex(text string) string {
	const digits = "0123456789ABCDEF"
	units := utf16.Encode([]rune(text))
	b := make([]byte, 0, 4*len(units))
	for _, u := range units {
		b = append(b, digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	return string(b)
}
