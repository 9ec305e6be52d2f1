package logbook

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// MaxLine is the length in bytes of the longest encoded line. It holds a start
// list of about 100,000 runners; what is longer is refused when it is written
// and skipped, unread, when it stands in a file.
const MaxLine = 32 << 20

// tailLen is the length of what follows a line's body: prev, hash and the brace.
const tailLen = len(`,"prev":"","hash":""}`) + 4*len(Hash{})

// AppendLine appends the line's one encoding (DESIGN.md, "A line as text") to
// b, without a line feed. The line must be valid (Line.Check).
func AppendLine(b []byte, l Line) []byte {
	b = appendHead(b, l)
	b = append(b, l.Body...)
	return appendTail(b, l)
}

func appendHead(b []byte, l Line) []byte {
	b = append(b, `{"box":`...)
	b = appendString(b, l.Box)
	b = append(b, `,"epoch":`...)
	b = appendUint(b, uint64(l.Epoch))
	b = append(b, `,"seq":`...)
	b = appendUint(b, l.Seq)
	b = append(b, `,"at":"`...)
	b = appendInstant(b, l.At)
	b = append(b, `","author":`...)
	b = appendString(b, l.Author)
	b = append(b, `,"kind":`...)
	b = appendString(b, string(l.Kind))
	return append(b, `,"body":`...)
}

func appendTail(b []byte, l Line) []byte {
	b = append(b, `,"prev":"`...)
	b = appendHash(b, l.Prev)
	b = append(b, `","hash":"`...)
	b = appendHash(b, l.Hash)
	return append(b, `"}`...)
}

func appendInstant(b []byte, i race.Instant) []byte {
	if i == 0 {
		return b
	}
	return i.Time().AppendFormat(b, time.RFC3339Nano)
}

// instant reads an instant as appendInstant writes it.
func (s *scan) instant() (race.Instant, bool) {
	start := s.i
	text, ok := s.str()
	if !ok {
		return 0, false
	}
	if len(text) == 0 {
		return 0, true
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		s.i = start
		return 0, false
	}
	return race.At(t), true
}

// DecodeLine reads one encoded line without its line feed. It accepts exactly
// what AppendLine writes, so that bytes and line correspond one to one and a
// flipped bit cannot hide in spelling. The line's Body is part of b: b must not
// be changed afterwards. The checksum is not compared (Line.Check does that).
// Fault: logbook.unreadable with column and value.
func DecodeLine(b []byte) (Line, error) {
	l, at := decodeLine(b)
	if at >= 0 {
		return l, unreadable(b, at)
	}
	return l, nil
}

// decodeLine gives the line and the offset of the first byte that does not
// fit, -1 if all do.
func decodeLine(b []byte) (l Line, at int) {
	s := scan{b: b}
	if !s.head(&l) {
		return l, s.i
	}
	tail := len(b) - tailLen
	if tail < s.i {
		return l, len(b)
	}
	l.Body = json.RawMessage(b[s.i:tail:tail])
	s.i = tail
	if !s.lit(`,"prev":"`) || !s.hash(&l.Prev) || !s.lit(`","hash":"`) || !s.hash(&l.Hash) || !s.lit(`"}`) {
		return l, s.i
	}
	if bytes.IndexByte(l.Body, '\n') >= 0 || !json.Valid(l.Body) {
		return l, len(b) - tailLen - len(l.Body)
	}
	var room [256]byte
	if again := appendHead(room[:0], l); !bytes.HasPrefix(b, again) {
		return l, firstDifference(b, again)
	}
	return l, -1
}

// head reads a line up to its body.
func (s *scan) head(l *Line) bool {
	if !s.id(&l.ID) || !s.lit(`,"at":`) {
		return false
	}
	at, ok := s.instant()
	if !ok || !s.lit(`,"author":`) {
		return false
	}
	author, ok := s.str()
	if !ok || !s.lit(`,"kind":`) {
		return false
	}
	kind, ok := s.str()
	if !ok || !s.lit(`,"body":`) {
		return false
	}
	l.At, l.Author, l.Kind = at, string(author), Kind(kind)
	return true
}

func (s *scan) id(id *ID) bool {
	if !s.lit(`{"box":`) {
		return false
	}
	box, ok := s.str()
	if !ok || !s.lit(`,"epoch":`) {
		return false
	}
	epoch, ok := s.uint(1<<32 - 1)
	if !ok || !s.lit(`,"seq":`) {
		return false
	}
	seq, ok := s.uint(1<<64 - 1)
	*id = ID{string(box), uint32(epoch), seq}
	return ok
}

// idOf reads the id of a line that may be damaged further on.
func idOf(b []byte) (ID, bool) {
	var id ID
	s := scan{b: b}
	ok := s.id(&id)
	return id, ok && s.peek(',') && id.Box != "" && id.Seq > 0
}

func firstDifference(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

func unreadable(b []byte, at int) *fault.Error {
	return bad("unreadable", fault.Args{"where": "", "column": at + 1, "value": excerpt(b, at)})
}

// excerpt is a short printable piece of b at an offset, to show in a sentence.
func excerpt(b []byte, at int) string {
	const most = 32
	at = max(0, min(at, len(b)))
	piece := b[at:min(len(b), at+most)]
	if len(piece) == 0 {
		return "…"
	}
	out := make([]rune, 0, most)
	for len(piece) > 0 {
		r, n := utf8.DecodeRune(piece)
		if r < 0x20 || r == 0x7f {
			r = utf8.RuneError
		}
		out, piece = append(out, r), piece[n:]
	}
	return string(out)
}

func bad(code string, args fault.Args) *fault.Error {
	return fault.New(fault.Invalid, "logbook."+code, args)
}
