package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"stadion/internal/fault"
)

// csv reads comma-, semicolon- or tab-separated values (RFC 4180) out of one
// buffer that never grows beyond the limit of a row.
type csv struct {
	t     *Table
	r     io.Reader
	count *counter

	buf        []byte
	start, end int // of what is in buf and not yet consumed
	eof        bool
	line       int // number of the line at start, from 1
	eol        byte
	delim      byte // 0 until the header has shown it
	cells      [][]byte
	sniffed    bool
	last       bool // the row just read ended with the file, without a line end
}

func newCSV(t *Table, r io.Reader, count *counter) *csv {
	return &csv{t: t, r: r, count: count, buf: make([]byte, 64<<10), line: 1, eol: '\n'}
}

func (c *csv) unended() bool { return c.last }

func (c *csv) read() int64 { return c.count.n - int64(c.end-c.start) }

// fill reads more. It reports false at the end of the file and where the buffer
// has reached the limit of a row.
func (c *csv) fill() (bool, error) {
	if c.eof {
		return false, nil
	}
	if c.start > 0 {
		copy(c.buf, c.buf[c.start:c.end])
		c.end -= c.start
		c.start = 0
	}
	if c.end == len(c.buf) {
		if len(c.buf) > c.t.limits.Row {
			return false, nil
		}
		bigger := make([]byte, min(2*len(c.buf), c.t.limits.Row+1))
		copy(bigger, c.buf[:c.end])
		c.buf = bigger
	}
	for range 100 {
		n, err := c.r.Read(c.buf[c.end:])
		c.end += n
		if err == io.EOF {
			c.eof = true
			return n > 0, nil
		}
		if err != nil {
			return false, c.t.readFailed(err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, c.t.readFailed(io.ErrNoProgress)
}

// endOfLine is the index of the first line end at or after from, -1 at the end
// of the file. It reads on as far as it must; a row beyond the limit is the
// fault sheet.row_too_long, found without reading the rest of it.
func (c *csv) endOfLine(from int) (int, error) {
	for {
		if i := bytes.IndexByte(c.buf[c.start+from:c.end], c.eol); i >= 0 {
			return from + i, nil
		}
		from = c.end - c.start
		if from > c.t.limits.Row {
			return 0, c.t.at("sheet.row_too_long", c.line, "", fault.Args{"limit": c.t.limits.Row})
		}
		more, err := c.fill()
		if err != nil {
			return 0, err
		}
		if !more && c.eof {
			return -1, nil
		}
	}
}

func (c *csv) next() (cells [][]byte, line int, row bool, err error) {
	if !c.sniffed {
		if err := c.sniff(); err != nil {
			return nil, c.line, false, err
		}
	}
	for {
		line = c.line
		nl, err := c.endOfLine(0)
		if err != nil {
			return nil, line, false, err
		}
		if nl < 0 && c.start == c.end {
			return nil, line, false, io.EOF
		}
		text := c.piece(nl)
		if c.delim == 0 && c.separatorLine(text) {
			c.consume(nl)
			continue
		}
		if c.delim == 0 && len(bytes.TrimSpace(text)) == 0 {
			c.consume(nl)
			continue
		}
		if err := c.legible(text, nl < 0); err != nil {
			f := err.(*fault.Error)
			rowOnly := f.Code == "sheet.ends_mid_row"
			if rowOnly {
				c.consume(nl)
			}
			return nil, line, rowOnly, f
		}
		if c.delim == 0 {
			c.delim = c.detect(text)
		}
		if bytes.IndexByte(text, '"') < 0 {
			c.split(text)
			c.consume(nl)
			return c.cells, line, nl < 0, c.endsMidRow(line, nl < 0)
		}
		return c.quoted(line, nl)
	}
}

// piece is the unconsumed text up to nl (-1: up to the end of the file), without
// the "\r" of a "\r\n".
func (c *csv) piece(nl int) []byte {
	end := c.end
	if nl >= 0 {
		end = c.start + nl
	}
	text := c.buf[c.start:end]
	if n := len(text); n > 0 && text[n-1] == '\r' && c.eol == '\n' {
		text = text[:n-1]
	}
	return text
}

func (c *csv) consume(nl int) {
	if c.last = nl < 0; c.last {
		c.start = c.end
		return
	}
	c.start += nl + 1
	c.line++
}

// sniff finds out whether lines end in "\r" alone, as old programs write them.
func (c *csv) sniff() error {
	c.sniffed = true
	if _, err := c.fill(); err != nil {
		return err
	}
	head := c.buf[c.start:c.end]
	if bytes.IndexByte(head, '\n') < 0 {
		if i := bytes.IndexByte(head, '\r'); i >= 0 && i < len(head)-1 {
			c.eol = '\r'
		}
	}
	return nil
}

// separatorLine obeys the line "sep=;" that some spreadsheets write first.
func (c *csv) separatorLine(text []byte) bool {
	if len(text) == 5 && bytes.EqualFold(text[:4], []byte("sep=")) && bytes.IndexByte([]byte(",;\t"), text[4]) >= 0 {
		c.delim = text[4]
		return true
	}
	return false
}

// detect chooses the separator under which the header has the most known
// columns, then the most columns.
func (c *csv) detect(text []byte) byte {
	best, score := byte(','), -1
	for _, d := range []byte{',', ';', '\t'} {
		c.delim = d
		if bytes.IndexByte(text, '"') < 0 {
			c.split(text)
		} else {
			c.scan(text)
		}
		known := 0
		for _, cell := range c.cells {
			if c.t.column(string(cell)) >= 0 {
				known++
			}
		}
		if s := known*1000 + min(len(c.cells), 999); s > score {
			best, score = d, s
		}
	}
	return best
}

// legible refuses what is no UTF-8 text. last says that text is the end of the
// file, where a letter may be cut in two.
func (c *csv) legible(text []byte, last bool) error {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return c.t.at("sheet.binary", c.line, "", fault.Args{"byte": i + 1})
	}
	if utf8.Valid(text) {
		return nil
	}
	if last && len(c.t.header) > 0 {
		if cut := incomplete(text); cut > 0 && utf8.Valid(text[:len(text)-cut]) {
			c.split(text[:len(text)-cut])
			return c.t.at("sheet.ends_mid_row", c.line, "", fault.Args{"found": len(c.cells), "want": len(c.t.header)})
		}
	}
	column, cell := c.illegibleCell(text)
	name, shown := guess(cell)
	f := c.t.at("sheet.encoding", c.line, column, fault.Args{"encoding": name, "value": Show(shown)})
	return f.On(column)
}

// incomplete is how many bytes at the end begin a letter without finishing it.
func incomplete(text []byte) int {
	for n := 1; n <= 3 && n <= len(text); n++ {
		b := text[len(text)-n]
		if utf8.RuneStart(b) {
			if b >= 0xc2 && !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

func (c *csv) illegibleCell(text []byte) (column string, cell []byte) {
	if c.delim == 0 {
		c.delim = c.detect(text)
	}
	c.split(text)
	for i, cell := range c.cells {
		if !utf8.Valid(cell) {
			if i < len(c.t.header) {
				return Show(c.t.header[i]), cell
			}
			return "", cell
		}
	}
	return "", text
}

// split cuts a line without quotes into cells.
func (c *csv) split(text []byte) {
	c.cells = c.cells[:0]
	for {
		i := bytes.IndexByte(text, c.delim)
		if i < 0 {
			c.cells = append(c.cells, trim(text))
			return
		}
		c.cells = append(c.cells, trim(text[:i]))
		text = text[i+1:]
	}
}

// trim drops surrounding spaces; the quick way for cells that have none.
func trim(b []byte) []byte {
	if n := len(b); n == 0 || b[0] > ' ' && b[0] < 0x80 && b[n-1] > ' ' && b[n-1] < 0x80 {
		return b
	}
	return bytes.TrimSpace(b)
}

// endsMidRow is the fault of a last line without a line end that has fewer cells
// than the header: the file was cut off.
func (c *csv) endsMidRow(line int, last bool) error {
	if !last || len(c.t.header) == 0 || len(c.cells) >= len(c.t.header) || blank(c.cells) {
		return nil
	}
	column := c.t.header[len(c.cells)-1]
	return c.t.at("sheet.ends_mid_row", line, Show(column), fault.Args{"found": len(c.cells), "want": len(c.t.header)}).On(column)
}

// quoted reads a row with quotes in it, which may go over several lines.
func (c *csv) quoted(line, nl int) (cells [][]byte, at int, row bool, err error) {
	lines := 1
	for {
		state, column := c.scan(c.piece(nl))
		if state == scanOpen && nl >= 0 {
			next, err := c.endOfLine(nl + 1)
			if err != nil {
				if f, ok := err.(*fault.Error); ok && f.Code == "sheet.row_too_long" {
					err = c.openQuote(line, column)
				}
				return nil, line, false, err
			}
			if !(next < 0 && c.start+nl+1 == c.end) {
				nl = next
				lines++
				continue
			}
			nl = -1
		}
		text := c.piece(nl)
		if err := c.legible(text, nl < 0); err != nil {
			return nil, line, false, err
		}
		state, column = c.scan(text)
		c.consume(nl)
		c.line += lines - 1
		switch state {
		case scanOpen:
			if lines > 1 {
				return nil, line, false, c.openQuote(line, column)
			}
			f := c.t.at("sheet.ends_mid_row", line, c.headerAt(column), fault.Args{"found": column + 1, "want": len(c.t.header)})
			return c.cells, line, len(c.t.header) > 0, f.On(c.headerAt(column))
		case scanStray:
			name := c.headerAt(column)
			f := c.t.at("sheet.bad_quote", line, name, fault.Args{"value": Show(string(c.cells[column]))})
			return c.cells, line, len(c.t.header) > 0, f.On(name)
		}
		return c.cells, line, nl < 0, c.endsMidRow(line, nl < 0)
	}
}

func (c *csv) openQuote(line, column int) error {
	name := c.headerAt(column)
	return c.t.at("sheet.open_quote", line, name, nil).On(name)
}

func (c *csv) headerAt(i int) string {
	if i < len(c.t.header) {
		return Show(c.t.header[i])
	}
	return ""
}

type scanState uint8

const (
	scanDone  scanState = iota
	scanOpen            // a quote is not closed
	scanStray           // letters after a closing quote
)

// scan cuts a row with quotes into cells. column is the cell where the state
// that is not scanDone arose.
func (c *csv) scan(text []byte) (state scanState, column int) {
	c.cells = c.cells[:0]
	for {
		lead := 0
		for lead < len(text) && text[lead] == ' ' {
			lead++
		}
		if lead == len(text) || text[lead] != '"' {
			i := bytes.IndexByte(text, c.delim)
			if i < 0 {
				c.cells = append(c.cells, trim(text))
				return state, column
			}
			c.cells = append(c.cells, trim(text[:i]))
			text = text[i+1:]
			continue
		}
		cell, rest, closed := unquote(text[lead+1:])
		c.cells = append(c.cells, trim(cell))
		if !closed {
			return scanOpen, len(c.cells) - 1
		}
		i := bytes.IndexByte(rest, c.delim)
		tail := rest
		if i >= 0 {
			tail = rest[:i]
		}
		if len(bytes.TrimSpace(tail)) > 0 && state == scanDone {
			state, column = scanStray, len(c.cells)-1
			c.cells[column] = append(append([]byte{}, cell...), tail...)
		}
		if i < 0 {
			return state, column
		}
		text = rest[i+1:]
	}
}

// unquote reads up to the closing quote; a doubled quote stands for one.
func unquote(text []byte) (cell, rest []byte, closed bool) {
	from := 0
	var joined []byte
	for {
		i := bytes.IndexByte(text[from:], '"')
		if i < 0 {
			return append(joined, text[from:]...), nil, false
		}
		i += from
		if i+1 < len(text) && text[i+1] == '"' {
			joined = append(joined, text[from:i+1]...)
			from = i + 2
			continue
		}
		if joined == nil {
			return text[:i], text[i+1:], true
		}
		return append(joined, text[from:i]...), text[i+1:], true
	}
}
