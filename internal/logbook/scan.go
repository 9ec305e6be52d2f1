package logbook

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// scan reads the strict JSON this package writes: no white space, fixed order.
// Every method moves past what it read and reports whether it was there; after
// a false the position is that of the first byte that did not fit.
type scan struct {
	b []byte
	i int
}

func (s *scan) lit(x string) bool {
	if len(s.b)-s.i < len(x) || string(s.b[s.i:s.i+len(x)]) != x {
		for j := 0; j < len(x) && s.i < len(s.b) && s.b[s.i] == x[j]; j++ {
			s.i++
		}
		return false
	}
	s.i += len(x)
	return true
}

func (s *scan) peek(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

func (s *scan) byte(c byte) bool {
	if !s.peek(c) {
		return false
	}
	s.i++
	return true
}

func (s *scan) end() bool { return s.i == len(s.b) }

// uint reads digits without a leading zero.
func (s *scan) uint(max uint64) (uint64, bool) {
	start, v := s.i, uint64(0)
	for s.i < len(s.b) {
		c := s.b[s.i] - '0'
		if c > 9 {
			break
		}
		if uint64(c) > max || v > (max-uint64(c))/10 {
			s.i = start
			return 0, false
		}
		v = v*10 + uint64(c)
		s.i++
	}
	n := s.i - start
	if n == 0 || n > 1 && s.b[start] == '0' {
		s.i = start
		return 0, false
	}
	return v, true
}

// int reads a whole number; "-0" is none.
func (s *scan) int() (int64, bool) {
	start := s.i
	if !s.byte('-') {
		v, ok := s.uint(1<<63 - 1)
		return int64(v), ok
	}
	v, ok := s.uint(1 << 63)
	if !ok || v == 0 {
		s.i = start
		return 0, false
	}
	return -int64(v), true
}

func (s *scan) int8() (int8, bool) {
	start := s.i
	v, ok := s.int()
	if !ok || v < -128 || v > 127 {
		s.i = start
		return 0, false
	}
	return int8(v), true
}

// str reads a JSON string. The result is part of the input where nothing in it
// is escaped, which is nearly always.
func (s *scan) str() ([]byte, bool) {
	if !s.peek('"') {
		return nil, false
	}
	start := s.i
	plain := true
	for i := start + 1; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"' && plain:
			s.i = i + 1
			return s.b[start+1 : i], true
		case c == '"':
			s.i = i + 1
			return unquote(s.b[start:s.i])
		case c == '\\':
			plain = false
			i++
		case c < 0x20:
			s.i = i
			return nil, false
		case c >= 0x80:
			plain = false
		}
	}
	s.i = len(s.b)
	return nil, false
}

func unquote(q []byte) ([]byte, bool) {
	if !utf8.Valid(q) {
		return nil, false
	}
	var v string
	if json.Unmarshal(q, &v) != nil {
		return nil, false
	}
	return []byte(v), true
}

const hexDigits = "0123456789abcdef"

// appendString writes a string as JSON in its one canonical form: only the
// quote, the backslash and control characters are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func appendInt(b []byte, v int64) []byte   { return strconv.AppendInt(b, v, 10) }
func appendUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }

// hash reads 64 lower-case hex digits.
func (s *scan) hash(h *Hash) bool {
	for k := range h {
		if s.i+2 > len(s.b) {
			s.i = len(s.b)
			return false
		}
		hi, lo := unhex(s.b[s.i]), unhex(s.b[s.i+1])
		if hi > 15 || lo > 15 {
			return false
		}
		h[k] = hi<<4 | lo
		s.i += 2
	}
	return true
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func appendHash(b []byte, h Hash) []byte {
	for _, c := range h {
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}
