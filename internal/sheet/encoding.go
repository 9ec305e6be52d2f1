package sheet

import (
	"bufio"
	"bytes"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	uni "golang.org/x/text/encoding/unicode"

	"stadion/internal/fault"
)

const sniffed = 4096

// open looks at the first bytes and chooses how the file is read. Only what is
// certain is decoded: UTF-8, and UTF-16 that says so by its byte-order mark.
func (t *Table) open(r io.Reader) error {
	count := &counter{r: r}
	b := bufio.NewReaderSize(count, sniffed)
	head, err := b.Peek(sniffed)
	if err != nil && err != io.EOF {
		return t.readFailed(err)
	}
	switch {
	case len(head) == 0:
		return fault.New(fault.Invalid, "sheet.empty", fault.Args{"file": t.name})
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		t.source, err = t.openXlsx(b, count)
		return err
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return t.at("sheet.old_excel", 0, "", nil)
	case bytes.HasPrefix(head, []byte("%PDF")), bytes.HasPrefix(head, []byte{0x1f, 0x8b}), bytes.HasPrefix(head, []byte("Rar!")),
		bytes.HasPrefix(head, []byte("7z\xbc\xaf")), bytes.HasPrefix(head, []byte("\x89PNG")), bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return t.at("sheet.no_table", 0, "", nil)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return t.at("sheet.encoding_wide", 1, "", fault.Args{"encoding": "UTF-32"})
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		dec := uni.UTF16(uni.LittleEndian, uni.UseBOM).NewDecoder()
		t.source = newCSV(t, dec.Reader(b), count)
		return nil
	case likelyUTF16(head):
		return t.at("sheet.encoding_wide", 1, "", fault.Args{"encoding": "UTF-16"})
	}
	if bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}) {
		if _, err := b.Discard(3); err != nil {
			return t.readFailed(err)
		}
	}
	t.source = newCSV(t, b, count)
	return nil
}

func (t *Table) readFailed(err error) error {
	f := t.at("sheet.read_failed", 0, "", nil)
	f.Kind, f.Err = fault.Unavailable, err
	return f
}

// likelyUTF16 sees the zero bytes of Latin letters in UTF-16 without a mark.
func likelyUTF16(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	even, odd := 0, 0
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	half := len(head) / 2
	return even > half*6/10 && odd < half/10 || odd > half*6/10 && even < half/10
}

// counter counts what was read of the file.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// candidates are the encodings in which spreadsheets save CSV, told apart by
// the letters that come out. The order is that of certainty.
var candidates = []struct {
	name string
	enc  encoding.Encoding
	fits func(rune) bool
}{
	{"Shift_JIS", japanese.ShiftJIS, func(c rune) bool {
		return unicode.In(c, unicode.Hiragana, unicode.Katakana) && c < 0xff00 || unicode.Is(unicode.Han, c)
	}},
	{"EUC-KR", korean.EUCKR, func(c rune) bool { return unicode.Is(unicode.Hangul, c) }},
	{"GBK", simplifiedchinese.GBK, func(c rune) bool { return unicode.Is(unicode.Han, c) }},
}

// guess names the encoding a piece of text that is not UTF-8 probably has, and
// the text read that way, so that the person recognises it. It only words the
// error: nothing is imported on a guess.
func guess(raw []byte) (name, text string) {
	best := ""
	for _, c := range candidates {
		s, err := c.enc.NewDecoder().Bytes(raw)
		if err != nil || !utf8.Valid(s) {
			continue
		}
		high, good, kana := 0, 0, false
		for _, r := range string(s) {
			if r >= 0x80 {
				high++
				if c.fits(r) {
					good++
				}
				kana = kana || unicode.In(r, unicode.Hiragana, unicode.Katakana)
			}
		}
		if high > 0 && good == high && (c.name != "Shift_JIS" || kana) && pairs(raw) {
			best, text = c.name, string(s)
			break
		}
	}
	if best != "" {
		return best, text
	}
	if s, err := charmap.Windows1252.NewDecoder().Bytes(raw); err == nil {
		return "Windows-1252", string(s)
	}
	return "Windows-1252", string(bytes.ToValidUTF8(raw, replacement))
}

// pairs reports whether high bytes come in twos, as in the East Asian encodings;
// a lone accented letter between ASCII ones is Western.
func pairs(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		if i+1 >= len(raw) || raw[i+1] < 0x40 {
			return false
		}
		if raw[i+1] < 0x80 && (i+2 >= len(raw) || raw[i+2] < 0x80) && (i == 0 || raw[i-1] < 0x80) {
			return false // "Müller": one high byte among ASCII letters
		}
		i++
	}
	return true
}
