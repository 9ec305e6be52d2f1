package logbook

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"stadion/internal/fault"
)

// domain begins the bytes under every line's checksum, so that it can be
// confused with no other use of SHA-256.
const domain = "stadion line 1\n"

// Sum is the line's checksum as it should be: SHA-256 over the canonical bytes
// of every field but Hash (DESIGN.md, "The checksum").
func (l Line) Sum() Hash {
	var room [256]byte
	b := append(room[:0], domain...)
	b = appendCounted(b, l.Box)
	b = binary.BigEndian.AppendUint32(b, l.Epoch)
	b = binary.BigEndian.AppendUint64(b, l.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(l.At))
	b = appendCounted(b, l.Author)
	b = appendCounted(b, string(l.Kind))
	b = binary.BigEndian.AppendUint64(b, uint64(len(l.Body)))
	h := sha256.New()
	h.Write(b)
	h.Write(l.Body)
	h.Write(l.Prev[:])
	var sum Hash
	h.Sum(sum[:0])
	return sum
}

func appendCounted(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

// Check reports whether the line is what its author wrote. Faults:
// logbook.changed if the checksum is another, logbook.no_id without a box or
// sequence number.
func (l Line) Check() error {
	if l.Box == "" || l.Seq == 0 {
		return bad("no_id", fault.Args{"where": l.ID.String(), "id": l.ID.String()})
	}
	if l.Sum() != l.Hash {
		return bad("changed", fault.Args{"where": l.ID.String(), "id": l.ID.String()})
	}
	return nil
}

// Compare is the canonical order of lines: by instant, id, checksum.
func Compare(a, b Line) int {
	return cmp.Or(cmp.Compare(a.At, b.At), CompareID(a.ID, b.ID), compareHash(a.Hash, b.Hash))
}

// CompareID orders ids by box, epoch and sequence.
func CompareID(a, b ID) int {
	return cmp.Or(strings.Compare(a.Box, b.Box), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
}

func compareHash(a, b Hash) int { return strings.Compare(string(a[:]), string(b[:])) }

// ParseID reads what ID.String wrote. A box may hold slashes.
func ParseID(s string) (ID, bool) {
	j := strings.LastIndexByte(s, '/')
	if j < 0 {
		return ID{}, false
	}
	i := strings.LastIndexByte(s[:j], '/')
	if i <= 0 {
		return ID{}, false
	}
	epoch, err := strconv.ParseUint(s[i+1:j], 10, 32)
	if err != nil {
		return ID{}, false
	}
	seq, err := strconv.ParseUint(s[j+1:], 10, 64)
	id := ID{s[:i], uint32(epoch), seq}
	return id, err == nil && seq > 0 && id.String() == s
}

// Chain is the end of one box's chain in one epoch: what the next line hangs on.
type Chain struct {
	Box   string
	Epoch uint32
	Seq   uint64 // of the last line, 0 before the first
	Head  Hash   // of the last line
}

// Next makes the line that continues the chain. The chain itself moves only
// with Advance, so that a line which could not be kept leaves no hole.
// Faults: logbook.kind, logbook.text, logbook.body_type, logbook.too_long_line.
func (c Chain) Next(d Draft) (Line, error) {
	switch {
	case d.Kind == "":
		return Line{}, bad("kind", nil).On("kind")
	case !utf8.ValidString(string(d.Kind)):
		return Line{}, textFault("kind")
	case !utf8.ValidString(d.Author):
		return Line{}, textFault("author")
	}
	body, err := EncodeBody(d.Kind, d.Body)
	if err != nil {
		return Line{}, err
	}
	l := Line{
		ID: ID{c.Box, c.Epoch, c.Seq + 1}, At: d.At, Author: d.Author,
		Kind: d.Kind, Body: body, Prev: c.Head,
	}
	if len(body)+len(appendHead(nil, l))+tailLen > MaxLine {
		return Line{}, bad("too_long_line", fault.Args{"kind": string(d.Kind), "mib": MaxLine >> 20})
	}
	l.Hash = l.Sum()
	return l, nil
}

// Advance makes l the chain's end.
func (c *Chain) Advance(l Line) { c.Seq, c.Head = l.Seq, l.Hash }

func textFault(field string) *fault.Error {
	return bad("text", fault.Args{"field": field}).On(field)
}

// clone gives the line a body of its own.
func (l Line) clone() Line {
	l.Body = append(json.RawMessage(nil), l.Body...)
	return l
}
