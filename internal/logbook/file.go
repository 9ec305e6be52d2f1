package logbook

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"stadion/internal/fault"
)

// Version is the version of the file format this package writes, and the
// latest it reads.
const Version = 1

// File is a logbook read from a file.
type File struct {
	Name    string
	Edition string
	Sealed  bool   // it says of itself how many lines it has
	Lines   []Line // the undamaged ones, in the order of the file
	Report  Report
}

// Report is what checking a file found.
type Report struct {
	Name     string
	Edition  string
	Version  int
	Sealed   bool
	Lines    int        // read, damaged ones too
	Twice    int        // lines that stand there more than once, which does no harm
	Heads    []ID       // the last line of each box and epoch
	Problems fault.List // in the order of the file
	Warnings fault.List // lines of kinds this version does not know
}

// header is the first line of a file.
type header struct {
	Edition string
	Sealed  bool
}

const headerStart = `{"stadion":"logbook","version":`

func appendHeader(b []byte, h header) []byte {
	start := len(b)
	b = append(b, headerStart...)
	b = appendUint(b, Version)
	b = append(b, `,"edition":`...)
	b = appendString(b, h.Edition)
	if h.Sealed {
		b = append(b, `,"sealed":true`...)
	}
	sum := sha256.Sum256(b[start:])
	b = append(b, `,"hash":"`...)
	b = appendHash(b, sum)
	return append(b, `"}`...)
}

// decodeHeader reads the header. Its own checksum may be absent. Faults:
// logbook.version for a file of the future, logbook.not_a_logbook,
// logbook.header when it is one but damaged (then h is what could be read).
func decodeHeader(b []byte) (h header, err *fault.Error) {
	if at, ok := parseHeader(b, &h); !ok {
		return h, headerFault(b, at)
	}
	return h, nil
}

func parseHeader(b []byte, h *header) (at int, ok bool) {
	s := scan{b: b}
	if !s.lit(headerStart + "1" + `,"edition":`) {
		return s.i, false
	}
	edition, ok := s.str()
	if !ok {
		return s.i, false
	}
	h.Edition = string(edition)
	if s.lit(`,"sealed":true`) {
		h.Sealed = true
	}
	s.i = endOf(b, *h)
	end := s.i
	if s.lit("}") && s.end() {
		return 0, true
	}
	s.i = end
	var sum Hash
	if !s.lit(`,"hash":"`) || !s.hash(&sum) || !s.lit(`"}`) || !s.end() {
		return s.i, false
	}
	again := appendHeader(nil, *h)
	return firstDifference(b, again), bytes.Equal(b, again)
}

// endOf is where the header's own fields end and its checksum begins.
func endOf(b []byte, h header) int {
	again := appendHeader(nil, h)
	return firstDifference(b, again[:len(again)-len(`,"hash":""}`)-2*len(Hash{})])
}

func headerFault(b []byte, at int) *fault.Error {
	var v struct {
		Stadion string
		Version int
	}
	if json.Unmarshal(b, &v) == nil && v.Stadion == "logbook" && v.Version > Version {
		return bad("version", fault.Args{"version": v.Version, "known": Version})
	}
	for _, word := range []string{`"stadion":`, `"logbook"`, `"version":`} {
		if bytes.Contains(b, []byte(word)) {
			return bad("header", fault.Args{"column": at + 1, "value": excerpt(b, at)})
		}
	}
	return bad("not_a_logbook", fault.Args{"value": excerpt(b, 0)})
}

// trailer is the last line of a sealed file.
type trailer struct {
	lines  int
	heads  []ID
	digest Hash
}

const trailerStart = `{"end":true,"lines":`

// appendTrailer writes the trailer. The digest covers every byte of the file
// before the trailer's own digest.
func appendTrailer(b []byte, t trailer) []byte {
	b = append(appendClosing(b, t), `,"digest":"`...)
	b = appendHash(b, t.digest)
	return append(b, `"}`...)
}

func appendClosing(b []byte, t trailer) []byte {
	b = append(b, trailerStart...)
	b = appendUint(b, uint64(t.lines))
	b = append(b, `,"heads":[`...)
	for i, id := range t.heads {
		b = appendString(comma(b, i), id.String())
	}
	return append(b, ']')
}

func decodeTrailer(b []byte) (t trailer, at int) {
	s := scan{b: b}
	if !s.lit(trailerStart) {
		return t, s.i
	}
	n, ok := s.uint(1 << 62)
	if t.lines = int(n); !ok || !s.lit(`,"heads":[`) {
		return t, s.i
	}
	for !s.peek(']') {
		if len(t.heads) > 0 && !s.byte(',') {
			return t, s.i
		}
		text, ok := s.str()
		id, good := ParseID(string(text))
		if !ok || !good {
			return t, s.i
		}
		t.heads = append(t.heads, id)
	}
	if !s.lit(`],"digest":"`) || !s.hash(&t.digest) || !s.lit(`"}`) {
		return t, s.i
	}
	if again := appendTrailer(nil, t); !bytes.Equal(again, b) {
		return t, firstDifference(again, b)
	}
	return t, -1
}

// Export writes lines as a logbook file, in canonical order and each once: two
// laptops that hold the same lines write the same bytes. A sealed file ends
// with a trailer by which a later loss at its end is found.
func Export(w io.Writer, edition string, lines []Line, sealed bool) error {
	lines, _ = Merge(lines, nil)
	out := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	both := io.MultiWriter(out, sum)
	if _, err := both.Write(append(appendHeader(nil, header{edition, sealed}), '\n')); err != nil {
		return err
	}
	var v Verifier
	var buf []byte
	for _, l := range lines {
		v.Add(l, 0)
		buf = append(AppendLine(buf[:0], l), '\n')
		if _, err := both.Write(buf); err != nil {
			return err
		}
	}
	if sealed {
		t := trailer{lines: len(lines), heads: v.Heads()}
		sum.Write(appendClosing(nil, t))
		sum.Sum(t.digest[:0])
		if _, err := out.Write(append(appendTrailer(nil, t), '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Import reads a logbook file. When anything in it is damaged the error is a
// fault.List of all of it (see VerifyFile); File then still holds the lines
// that are whole, for a caller that was told to keep going. name is what the
// file is called in sentences.
func Import(name string, r io.Reader) (File, error) {
	var lines []Line
	rep := check(name, r, func(l Line, _ []byte, _ int64) { lines = append(lines, l) })
	f := File{Name: name, Edition: rep.Edition, Sealed: rep.Sealed, Lines: lines, Report: rep}
	return f, rep.Problems.OrNil()
}

// MergeFiles is the union of files of one edition. Faults: logbook.edition_other
// (nothing is merged), logbook.fork (all lines are in the result).
func MergeFiles(files ...File) (File, error) {
	var out File
	for i, f := range files {
		if i == 0 {
			out.Name, out.Edition = f.Name, f.Edition
		}
		if f.Edition != out.Edition {
			return File{}, bad("edition_other", fault.Args{"where": f.Name, "edition": f.Edition, "other": out.Edition, "file": f.Name})
		}
		out.Lines = append(out.Lines, f.Lines...)
	}
	lines, forked := Merge(out.Lines, nil)
	out.Lines = lines
	return out, forked.OrNil()
}

// VerifyFile checks a logbook file without keeping it in memory and lists
// everything that is wrong, each with the file's line number: logbook.changed
// (a flipped bit), logbook.unreadable, logbook.missing, logbook.out_of_chain,
// logbook.fork, logbook.truncated, logbook.no_trailer, logbook.trailer_count,
// logbook.trailer_digest, logbook.after_trailer, logbook.too_long,
// logbook.header, logbook.empty; and alone, when the rest cannot be judged:
// logbook.not_a_logbook, logbook.version, logbook.disk.
func VerifyFile(name string, r io.Reader) Report { return check(name, r, nil) }

// checker reads a file line by line.
type checker struct {
	Report
	v      Verifier
	sum    hash.Hash
	keep   func(l Line, raw []byte, end int64) // end: offset after the line
	n      int                                 // line of the file
	offset int64
	end    *trailer
	endAt  int
}

func check(name string, r io.Reader, keep func(l Line, raw []byte, end int64)) Report {
	c := checker{Report: Report{Name: name}, v: Verifier{Name: name}, sum: sha256.New(), keep: keep}
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		raw, state, err := c.next(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.tell(fault.Wrap(fault.Unavailable, "logbook.disk", err, fault.Args{}), ID{})
			break
		}
		c.n++
		if !c.line(raw, state) {
			break
		}
	}
	return c.finish()
}

// state of a line of a file
type state uint8

const (
	complete state = iota
	torn           // the file ends before the line feed
	tooLong        // longer than MaxLine: skipped
)

// next reads up to the line feed, at most MaxLine bytes of it. The checksum of
// a too long line goes on, its bytes are let go.
func (c *checker) next(in *bufio.Reader) (raw []byte, st state, err error) {
	for {
		piece, err := in.ReadSlice('\n')
		c.offset += int64(len(piece))
		if len(raw)+len(piece) > MaxLine+1 && st != tooLong {
			st = tooLong
			c.sum.Write(raw)
			raw = raw[:0]
		}
		if st == tooLong {
			c.sum.Write(piece)
		} else {
			raw = append(raw, piece...)
		}
		switch {
		case err == nil:
			return bytes.TrimSuffix(raw, []byte("\n")), st, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(raw) > 0 || st == tooLong):
			if st == complete {
				st = torn
			}
			return raw, st, nil
		default:
			return nil, st, err
		}
	}
}

// line judges one line of the file and reports whether to go on.
func (c *checker) line(raw []byte, st state) bool {
	if st == tooLong {
		c.v.Damaged(bad("too_long", fault.Args{"mib": MaxLine >> 20}), ID{}, c.n)
		return true
	}
	if c.n == 1 && !bytes.HasPrefix(raw, []byte(`{"box":`)) {
		return c.header(raw, st)
	}
	if c.n == 1 {
		c.tell(bad("header", fault.Args{"column": 1, "value": excerpt(raw, 0)}), ID{})
	}
	if bytes.HasPrefix(raw, []byte(`{"end":`)) {
		if t, at := decodeTrailer(raw); at < 0 {
			c.seal(t, st)
			return true
		}
	}
	c.sum.Write(raw)
	if st == complete {
		c.sum.Write([]byte{'\n'})
	}
	if c.end != nil {
		c.tell(bad("after_trailer", fault.Args{"value": excerpt(raw, 0)}), ID{})
	}
	c.content(raw, st)
	return true
}

func (c *checker) content(raw []byte, st state) {
	l, at := decodeLine(raw)
	if at >= 0 {
		id, _ := idOf(raw)
		e := unreadable(raw, at)
		if st == torn {
			e = bad("truncated", fault.Args{"value": excerpt(raw, len(raw)-24)})
		}
		c.v.Damaged(e, id, c.n)
		return
	}
	if st == torn {
		c.tell(bad("truncated", fault.Args{"value": excerpt(raw, len(raw)-24)}), l.ID)
	}
	if !c.v.Add(l, c.n) {
		return
	}
	if !l.Kind.Known() {
		e := unknownKind(l)
		e.Args["where"], e.Args["file"], e.Args["line"] = c.v.where(c.n, l.ID), c.Name, c.n
		c.Warnings = append(c.Warnings, e)
	}
	if c.keep != nil {
		c.keep(l, raw, c.offset)
	}
}

func (c *checker) header(raw []byte, st state) bool {
	h, err := decodeHeader(bytes.TrimPrefix(raw, []byte("\ufeff")))
	c.Edition, c.Sealed, c.Version = h.Edition, h.Sealed, Version
	c.sum.Write(raw)
	if st == complete {
		c.sum.Write([]byte{'\n'})
	}
	switch {
	case st == torn && (err == nil || strings.HasPrefix(headerStart, string(raw)) || err.Code == "logbook.header"):
		c.tell(bad("truncated", fault.Args{"value": excerpt(raw, len(raw)-24)}), ID{})
	case err != nil:
		if n, ok := err.Args["version"].(int); ok {
			c.Version = n
		}
		c.tell(err, ID{})
		return err.Code == "logbook.header"
	}
	return true
}

func (c *checker) seal(t trailer, st state) {
	if c.end != nil {
		c.tell(bad("after_trailer", fault.Args{"value": trailerStart}), ID{})
		return
	}
	c.end, c.endAt, c.Sealed = &t, c.n, true
	c.sum.Write(appendClosing(nil, t))
	var digest Hash
	c.sum.Sum(digest[:0])
	if st == torn {
		c.tell(bad("truncated", fault.Args{"value": `"}`}), ID{})
	}
	if t.lines != c.v.lines {
		c.tell(bad("trailer_count", fault.Args{"expected": t.lines, "found": c.v.lines}), ID{})
	}
	if t.digest != digest {
		c.tell(bad("trailer_digest", fault.Args{}), ID{})
	}
}

// tell reports something at the current line of the file.
func (c *checker) tell(e *fault.Error, id ID) { c.v.report(c.n, e, id) }

func (c *checker) finish() Report {
	c.Lines, c.Twice, c.Heads = c.v.lines, c.v.twice, c.v.Heads()
	if c.n == 0 && len(c.v.problems) == 0 {
		c.v.report(0, bad("empty", fault.Args{}), ID{})
	}
	var heads []ID
	place := c.n
	if c.end != nil {
		heads, place = c.end.heads, c.endAt
	} else if c.Sealed {
		c.tell(bad("no_trailer", fault.Args{}), ID{})
	}
	c.Problems = c.v.Finish(heads, place)
	return c.Report
}

// String is a one-line summary for logs and tests.
func (r Report) String() string {
	return fmt.Sprintf("%s: edition %s, %d lines, %d problems", r.Name, r.Edition, r.Lines, len(r.Problems))
}
