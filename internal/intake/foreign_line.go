package intake

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"stadion/internal/fault"
	"stadion/internal/sheet"
)

// longestLine bounds a line of a log, in bytes.
const longestLine = 4 << 10

// record is one line of a file without a header, or one row of a table: cells
// by what they mean.
type record interface {
	get(r role) string
	// bad is a fault about a cell: file, line, column and value are in it.
	bad(r role, code string, args fault.Args) *fault.Error
}

// textLine is a line of a log with its fields, named by their places.
type textLine struct {
	file   string
	n      int
	text   string
	fields []string
	at     map[role]int
}

func (l *textLine) get(r role) string {
	if i, ok := l.at[r]; ok && i < len(l.fields) {
		return strings.TrimSpace(l.fields[i])
	}
	return ""
}

func (l *textLine) bad(r role, code string, args fault.Args) *fault.Error {
	all := fault.Args{"value": sheet.Show(l.get(r))}
	for k, v := range args {
		all[k] = v
	}
	return sheet.At(code, l.file, l.n, r.String(), all).On(r.String())
}

// whole is a fault about the line as a line.
func (l *textLine) whole(code string, args fault.Args) *fault.Error {
	all := fault.Args{"value": sheet.Show(l.text)}
	for k, v := range args {
		all[k] = v
	}
	return sheet.At(code, l.file, l.n, "", all)
}

// skip is what a taker of lines returns for one that is no read and need not be.
var skip = fault.List{nil}

func isSkip(bad fault.List) bool { return len(bad) == 1 && bad[0] == nil }

// lines offers every line that is not empty to take.
func (f *foreign) lines(take func(*textLine) fault.List) error {
	if f.packed() {
		return fault.List{sheet.At("foreign.not_lines", f.name, 0, "", fault.Args{"what": formatName(f.rep.As)})}
	}
	f.rep.Header = []string{"text"}
	return eachLine(f.name, f.data, func(l *textLine, at int, last bool) error {
		if !utf8.ValidString(l.text) {
			l.text = f.latin1(l)
		}
		bad := take(l)
		if isSkip(bad) {
			f.rep.Skipped++
			return nil
		}
		if len(bad) > 0 && last {
			bad = append(bad, l.whole("sheet.perhaps_cut", nil))
		}
		f.count(bad, l.n, func() []string { return []string{l.text} })
		return f.progress(at)
	})
}

// latin1 reads a line that is no UTF-8 in the encoding of older decoders. Codes
// and times are plain letters; only names of boxes can be concerned.
func (f *foreign) latin1(l *textLine) string {
	runes := make([]rune, len(l.text))
	for i := range len(l.text) {
		runes[i] = rune(l.text[i]) // in Latin-1 a byte is the number of its letter
	}
	text := string(runes)
	f.doubts.add("foreign.latin1", func() *fault.Error {
		return sheet.At("foreign.latin1", l.file, l.n, "", fault.Args{"value": sheet.Show(text)})
	})
	return text
}

// eachLine splits a text at "\n", "\r\n" or, in files of old programs, "\r".
// last is set for a line with which the file ends without a line end.
func eachLine(name string, data []byte, do func(l *textLine, at int, last bool) error) error {
	eol := byte('\n')
	if bytes.IndexByte(data, '\n') < 0 {
		eol = '\r'
	}
	for n, at := 1, 0; at < len(data); n++ {
		end := bytes.IndexByte(data[at:], eol)
		last := end < 0
		if last {
			end = len(data) - at
		}
		text := data[at : at+end]
		at += end + 1
		if len(text) > longestLine {
			return fault.List{sheet.At("sheet.row_too_long", name, n, "", fault.Args{"limit": longestLine})}
		}
		if i := bytes.IndexByte(text, 0); i >= 0 {
			return fault.List{sheet.At("sheet.binary", name, n, "", fault.Args{"byte": i + 1})}
		}
		if text = bytes.Trim(text, " \r"); len(bytes.TrimSpace(text)) == 0 { // tabs at the end are empty fields
			continue
		}
		if err := do(&textLine{file: name, n: n, text: string(text)}, at, last); err != nil {
			return err
		}
	}
	return nil
}

// unquoted takes the quotation marks of simple CSV fields away.
func unquoted(fields []string) []string {
	for i, s := range fields {
		s = strings.TrimSpace(s)
		if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
			s = strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
		}
		fields[i] = s
	}
	return fields
}
