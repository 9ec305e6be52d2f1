package pdf

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zlib"

	"stadion/internal/race"
)

// A document writes a PDF 1.7 file as a stream: a page leaves memory as soon as
// it is finished, the fonts follow after the last page with exactly the glyphs
// the pages used. What is kept between pages is the numbers of objects and the
// subsets. The bytes depend on the calls alone: nothing reads a clock.
type document struct {
	w       io.Writer
	at      int64
	offsets []int64 // of objects, by number; 0 = not yet written
	err     error
	fonts   []*subset
	byFace  map[*face]*subset
	forms   []form
	pages   []int
	marks   []bookmark
	packer  *packer
}

// A packer is a compressor with its memory of about a megabyte: more than a
// certificate needs for everything else, so files take turns with it.
type packer struct {
	zip *zlib.Writer
	buf bytes.Buffer
}

var packers = sync.Pool{New: func() any { return &packer{zip: zlib.NewWriter(nil)} }}

// close gives back what the document borrowed. It is not used afterwards.
func (d *document) close() { packers.Put(d.packer) }

// A form is a drawing that pages share.
type form struct {
	name   string
	object int
}

// Objects with fixed numbers.
const (
	objCatalog = 1 + iota
	objPages
	objInfo
	objResources
	objFree // the first number that is given out
)

// info is what a file says about itself.
type info struct {
	title, lang string
	at          race.Instant // 0 = no date in the file
}

func newDocument(w io.Writer) *document {
	d := &document{w: w, offsets: make([]int64, objFree), byFace: map[*face]*subset{}, packer: packers.Get().(*packer)}
	d.write([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"))
	return d
}

func (d *document) write(b []byte) {
	if d.err != nil {
		return
	}
	n, err := d.w.Write(b)
	d.at += int64(n)
	d.err = err
}

// reserve gives out the number of an object that is written later.
func (d *document) reserve() int {
	d.offsets = append(d.offsets, 0)
	return len(d.offsets) - 1
}

// object writes an object under its number.
func (d *document) object(number int, body string) {
	d.offsets[number] = d.at
	d.write([]byte(strconv.Itoa(number) + " 0 obj\n" + body + "\nendobj\n"))
}

// stream writes a compressed stream; dict is its dictionary's other entries.
func (d *document) stream(number int, dict string, data []byte) {
	d.raw(number, dict, d.compress(data))
}

// raw writes a stream that is compressed already.
func (d *document) raw(number int, dict string, packed []byte) {
	d.offsets[number] = d.at
	d.write(fmt.Appendf(nil, "%d 0 obj\n<< %s/Filter /FlateDecode /Length %d >>\nstream\n", number, dict, len(packed)))
	d.write(packed)
	d.write([]byte("\nendstream\nendobj\n"))
}

// compress is valid until the next call.
func (d *document) compress(data []byte) []byte {
	p := d.packer
	p.buf.Reset()
	p.zip.Reset(&p.buf)
	p.zip.Write(data) // into memory: cannot fail
	p.zip.Close()
	return p.buf.Bytes()
}

// subset is the document's part of a face.
func (d *document) subset(f *face) *subset {
	s, ok := d.byFace[f]
	if !ok {
		s = newSubset(f, "F"+strconv.Itoa(len(d.fonts)+1))
		d.byFace[f] = s
		d.fonts = append(d.fonts, s)
	}
	return s
}

// share writes a drawing, compressed already, that pages call by its name.
func (d *document) share(name string, box size, packed []byte) {
	n := d.reserve()
	d.raw(n, fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 %s %s] ", num(box.w), num(box.h)), packed)
	d.forms = append(d.forms, form{name, n})
}

// page writes a page with its drawing.
func (d *document) page(box size, content []byte) error {
	body, page := d.reserve(), d.reserve()
	d.stream(body, "", content)
	d.object(page, fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources %d 0 R /Contents %d 0 R >>",
		objPages, num(box.w), num(box.h), objResources, body))
	d.pages = append(d.pages, page)
	return d.err
}

// finish writes fonts, resources, catalogue and cross-reference table.
func (d *document) finish(about info) error {
	fonts := make([]string, len(d.fonts))
	for i, s := range d.fonts {
		fonts[i] = fmt.Sprintf("/%s %d 0 R", s.label, d.font(s))
	}
	forms := make([]string, len(d.forms))
	for i, f := range d.forms {
		forms[i] = fmt.Sprintf("/%s %d 0 R", f.name, f.object)
	}
	d.object(objResources, fmt.Sprintf("<< /Font << %s >> /XObject << %s >> >>", strings.Join(fonts, " "), strings.Join(forms, " ")))
	kids := make([]string, len(d.pages))
	for i, n := range d.pages {
		kids[i] = strconv.Itoa(n) + " 0 R"
	}
	d.object(objPages, fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " ")))
	d.object(objCatalog, fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R /Lang (%s) %s/ViewerPreferences << /DisplayDocTitle true >> >>",
		objPages, about.lang, d.outline()))
	date := ""
	if about.at != 0 {
		stamp := about.at.Time().Format("20060102150405") + "Z"
		date = fmt.Sprintf("/CreationDate (D:%s) /ModDate (D:%s) ", stamp, stamp)
	}
	d.object(objInfo, fmt.Sprintf("<< /Title <FEFF%s> /Creator (Stadion) /Producer (Stadion) %s>>", utf16hex(about.title), date))
	return d.trailer()
}

func (d *document) trailer() error {
	start := d.at
	b := fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(d.offsets))
	for _, at := range d.offsets[1:] {
		b = fmt.Appendf(b, "%010d 00000 n \n", at)
	}
	b = fmt.Appendf(b, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n",
		len(d.offsets), objCatalog, objInfo, start)
	d.write(b)
	return d.err
}

// font writes a subset as a composite font whose codes are its glyph numbers.
func (d *document) font(s *subset) int {
	t := s.face.ttf
	drawn := len(s.from) // before file adds the components of composite glyphs
	file := s.file()
	name := tag(file) + "+" + s.face.name
	widths := make([]string, drawn)
	for i := range widths {
		widths[i] = num(s.width(uint16(i)))
	}
	whole, cid, descriptor, data, unicode := d.reserve(), d.reserve(), d.reserve(), d.reserve(), d.reserve()
	d.object(whole, fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>",
		name, cid, unicode))
	d.object(cid, fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDToGIDMap /Identity "+
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /W [0 [%s]] >>",
		name, descriptor, strings.Join(widths, " ")))
	d.object(descriptor, fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%s %s %s %s] "+
		"/ItalicAngle 0 /Ascent %s /Descent %s /CapHeight %s /StemV 90 /FontFile2 %d 0 R >>",
		name, num(t.em(t.box[0])), num(t.em(t.box[1])), num(t.em(t.box[2])), num(t.em(t.box[3])),
		num(t.em(t.ascent)), num(t.em(t.descent)), num(t.em(t.capHeight)), data))
	d.stream(data, fmt.Sprintf("/Length1 %d ", len(file)), file)
	d.stream(unicode, "", s.toUnicode())
	return whole
}

// tag is the six letters a subset's name begins with, made of its content.
func tag(file []byte) string {
	sum := crc32.ChecksumIEEE(file)
	b := make([]byte, 6)
	for i := range b {
		b[i] = 'A' + byte(sum%26)
		sum /= 26
	}
	return string(b)
}

// num writes a number as PDF wants it: at most two decimals, none needless.
func num(v float64) string { return string(appendNum(nil, v)) }

func appendNum(b []byte, v float64) []byte {
	hundredths := int64(v*100 + 0.5)
	if v < 0 {
		hundredths = -int64(-v*100 + 0.5)
	}
	if hundredths < 0 {
		b = append(b, '-')
		hundredths = -hundredths
	}
	b = strconv.AppendInt(b, hundredths/100, 10)
	switch rest := hundredths % 100; {
	case rest == 0:
	case rest%10 == 0:
		b = append(b, '.', '0'+byte(rest/10))
	default:
		b = append(b, '.', '0'+byte(rest/10), '0'+byte(rest%10))
	}
	return b
}
