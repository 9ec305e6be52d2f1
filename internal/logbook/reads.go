package logbook

import (
	"cmp"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// ReadKey is the identity of a read: two reads with equal keys are one sighting
// told twice. It is comparable, for maps and ==.
type ReadKey Read

// Key is (Box, Epoch, Seq) where the source numbers its reads, otherwise the
// whole content (scoring.md case 17).
func (r Read) Key() ReadKey {
	if r.Numbered() {
		return ReadKey{Box: r.Box, Epoch: r.Epoch, Seq: r.Seq}
	}
	return ReadKey(r)
}

// Numbered reports whether the source gave the read a number of its own.
func (r Read) Numbered() bool { return r.Seq > 0 && r.Box != "" }

// CompareReads is the canonical order of reads: by instant as the box said it,
// then point, chip, bib, box, epoch, sequence and the rest. Only equal reads
// compare equal.
func CompareReads(a, b Read) int {
	if c := cmp.Compare(a.At, b.At); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Point, b.Point), strings.Compare(a.Chip, b.Chip), strings.Compare(a.Bib, b.Bib),
		strings.Compare(a.Box, b.Box), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq),
		cmp.Compare(a.Antenna, b.Antenna), cmp.Compare(a.RSSI, b.RSSI), cmp.Compare(flag(a.Manual), flag(b.Manual)),
	)
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// source is what reads of one poll have in common.
type source struct {
	box   string
	epoch uint32
	point string
}

// The units of the offsets in a body of reads, coarsest first.
var units = []struct {
	name string
	ns   int64
}{{"ms", 1e6}, {"us", 1e3}, {"ns", 1}}

// encodeReads writes the body of KindReads (DESIGN.md, "Reads").
func encodeReads(reads []Read) (json.RawMessage, error) {
	from, which := sources(reads)
	b := make([]byte, 0, 96+32*len(from)+48*len(reads))
	b = append(b, `{"from":[`...)
	for i, s := range from {
		if !utf8.ValidString(s.box) {
			return nil, textFault("box")
		}
		if !utf8.ValidString(s.point) {
			return nil, textFault("point")
		}
		b = comma(b, i)
		b = append(b, '[')
		b = appendString(b, s.box)
		b = append(b, ',')
		b = appendUint(b, uint64(s.epoch))
		b = append(b, ',')
		b = appendString(b, s.point)
		b = append(b, ']')
	}
	var base race.Instant
	if len(reads) > 0 {
		base = reads[0].At
	}
	u := unitOf(reads, base)
	b = append(b, `],"at":"`...)
	b = appendInstant(b, base)
	b = append(b, `","unit":"`...)
	b = append(b, units[u].name...)
	b = append(b, `","reads":[`...)
	for i := range reads {
		r := &reads[i]
		if !utf8.ValidString(r.Chip) {
			return nil, textFault("chip")
		}
		if !utf8.ValidString(r.Bib) {
			return nil, textFault("bib")
		}
		b = comma(b, i)
		b = appendRead(b, r, int64(r.At-base)/units[u].ns, which[i])
	}
	return append(b, "]}"...), nil
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// sources lists the distinct sources in order of appearance and, for each
// read, the index of its own.
func sources(reads []Read) ([]source, []int) {
	var from []source
	which := make([]int, len(reads))
	known := map[source]int{}
	for i := range reads {
		s := source{reads[i].Box, reads[i].Epoch, reads[i].Point}
		if i > 0 && s == from[which[i-1]] {
			which[i] = which[i-1]
			continue
		}
		k, ok := known[s]
		if !ok {
			k = len(from)
			known[s] = k
			from = append(from, s)
		}
		which[i] = k
	}
	return from, which
}

// unitOf is the coarsest unit that loses nothing.
func unitOf(reads []Read, base race.Instant) int {
	u := 0
	for i := range reads {
		for int64(reads[i].At-base)%units[u].ns != 0 {
			u++
		}
	}
	return u
}

// appendRead writes [chip, offset, seq, antenna, rssi, from, manual, bib]
// without the zeros at its end.
func appendRead(b []byte, r *Read, offset int64, from int) []byte {
	b = append(b, '[')
	b = appendString(b, r.Chip)
	b = append(b, ',')
	b = appendInt(b, offset)
	n := 0
	switch {
	case r.Bib != "":
		n = 6
	case r.Manual:
		n = 5
	case from != 0:
		n = 4
	case r.RSSI != 0:
		n = 3
	case r.Antenna != 0:
		n = 2
	case r.Seq != 0:
		n = 1
	}
	if n > 0 {
		b = appendUint(append(b, ','), r.Seq)
	}
	if n > 1 {
		b = appendUint(append(b, ','), uint64(r.Antenna))
	}
	if n > 2 {
		b = appendInt(append(b, ','), int64(r.RSSI))
	}
	if n > 3 {
		b = appendUint(append(b, ','), uint64(from))
	}
	if n > 4 {
		b = appendUint(append(b, ','), flag(r.Manual))
	}
	if n > 5 {
		b = appendString(append(b, ','), r.Bib)
	}
	return append(b, ']')
}

// ReadsDecoder decodes bodies of KindReads. It keeps every distinct name once,
// so that a read costs no allocation. The zero value is ready; one goroutine
// may use it at a time.
type ReadsDecoder struct {
	names map[string]string
	from  []source
}

// Append decodes a body and appends its reads to dst in the order they stand.
// After a fault (logbook.body) dst is returned as it was.
func (d *ReadsDecoder) Append(dst []Read, body json.RawMessage) ([]Read, error) {
	if d.names == nil {
		d.names = map[string]string{}
	}
	s := scan{b: body}
	out, ok := d.reads(&s, dst)
	if !ok {
		return dst, bodyFault(KindReads, body, s.i)
	}
	return out, nil
}

func (d *ReadsDecoder) name(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if v, ok := d.names[string(b)]; ok {
		return v
	}
	v := string(b)
	d.names[v] = v
	return v
}

func (d *ReadsDecoder) reads(s *scan, dst []Read) ([]Read, bool) {
	if !s.lit(`{"from":[`) || !d.sources(s) || !s.lit(`,"at":`) {
		return nil, false
	}
	base, ok := s.instant()
	if !ok || !s.lit(`,"unit":"`) {
		return nil, false
	}
	unit, ok := s.unit()
	if !ok || !s.lit(`","reads":[`) {
		return nil, false
	}
	if !s.peek(']') {
		for {
			dst = append(dst, Read{})
			if !d.read(s, &dst[len(dst)-1], base, unit) {
				return nil, false
			}
			if !s.byte(',') {
				break
			}
		}
	}
	return dst, s.lit("]}") && s.end()
}

func (s *scan) unit() (int64, bool) {
	for _, u := range units {
		if s.lit(u.name) {
			return u.ns, true
		}
	}
	return 0, false
}

func (d *ReadsDecoder) sources(s *scan) bool {
	d.from = d.from[:0]
	for !s.peek(']') {
		if len(d.from) > 0 && !s.byte(',') || !s.byte('[') {
			return false
		}
		box, ok := s.str()
		if !ok || !s.byte(',') {
			return false
		}
		epoch, ok := s.uint(1<<32 - 1)
		if !ok || !s.byte(',') {
			return false
		}
		point, ok := s.str()
		if !ok || !s.byte(']') {
			return false
		}
		d.from = append(d.from, source{d.name(box), uint32(epoch), d.name(point)})
	}
	return s.byte(']')
}

func (d *ReadsDecoder) read(s *scan, r *Read, base race.Instant, unit int64) bool {
	if !s.byte('[') {
		return false
	}
	chip, ok := s.str()
	if !ok || !s.byte(',') {
		return false
	}
	offset, ok := s.int()
	if !ok {
		return false
	}
	r.Chip, r.At = d.name(chip), base+race.Instant(offset*unit)
	from := uint64(0)
	if s.byte(',') {
		if from, ok = d.rest(s, r); !ok {
			return false
		}
	}
	if from >= uint64(len(d.from)) {
		return false
	}
	f := &d.from[from]
	r.Box, r.Epoch, r.Point = f.box, f.epoch, f.point
	return s.byte(']')
}

// rest reads the values of a read from seq on, each of which may end it.
func (d *ReadsDecoder) rest(s *scan, r *Read) (from uint64, ok bool) {
	if r.Seq, ok = s.uint(1<<64 - 1); !ok || !s.byte(',') {
		return 0, ok
	}
	antenna, ok := s.uint(255)
	if r.Antenna = uint8(antenna); !ok || !s.byte(',') {
		return 0, ok
	}
	if r.RSSI, ok = s.int8(); !ok || !s.byte(',') {
		return 0, ok
	}
	if from, ok = s.uint(1<<31 - 1); !ok || !s.byte(',') {
		return from, ok
	}
	manual, ok := s.uint(1)
	if r.Manual = manual == 1; !ok || !s.byte(',') {
		return from, ok
	}
	bib, ok := s.str()
	r.Bib = d.name(bib)
	return from, ok
}

// unknownKind is the warning about a line this version does not understand.
func unknownKind(l Line) *fault.Error {
	return bad("unknown_kind", fault.Args{"where": l.ID.String(), "id": l.ID.String(), "kind": string(l.Kind)})
}
