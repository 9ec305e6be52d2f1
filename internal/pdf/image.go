package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strconv"

	"github.com/klauspost/compress/zlib"

	"stadion/internal/award"
)

// A Picture is an artwork as a file carries it: a JPEG as it came, a PNG decoded
// and packed, its transparency as a mask of its own. It is made once and then
// only copied into files. Immutable, safe for concurrent use.
type Picture struct {
	id     string // of the content
	w, h   int
	dict   string // of the image
	data   []byte
	mask   []byte // packed 8-bit transparency, nil if opaque
	shades *image.RGBA
	small  []byte // a JPEG for previews
}

// NewPicture prepares an artwork.
func NewPicture(a *award.Artwork) *Picture {
	sum := sha256.Sum256(a.Bytes)
	p := &Picture{id: fmt.Sprintf("%x", sum[:8]), w: a.Width, h: a.Height, shades: a.Small(shadeColumns)}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, a.Small(previewWidth), &jpeg.Options{Quality: 82}); err == nil { // into memory, of a size JPEG has
		p.small = b.Bytes()
	}
	if a.Format == award.JPEG {
		p.dict, p.data = jpegDict(a), a.Bytes
		return p
	}
	p.packPNG(a)
	return p
}

// jpegDict is what a reader must know of a JPEG beside what is in it. The
// colours of four-part files are inverted where Adobe's programs wrote them, as
// nearly all were.
func jpegDict(a *award.Artwork) string {
	space := "/DeviceRGB"
	switch a.Pixels().(type) {
	case *image.Gray:
		space = "/DeviceGray"
	case *image.CMYK:
		space = "/DeviceCMYK"
		if bytes.Contains(a.Bytes[:min(len(a.Bytes), 64<<10)], []byte("Adobe\x00")) {
			space += " /Decode [1 0 1 0 1 0 1 0]"
		}
	}
	return fmt.Sprintf("/ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode ", space)
}

// packPNG packs rows of colours, each as its difference to the row above, which
// flat areas and gradients of drawings pack well in.
func (p *Picture) packPNG(a *award.Artwork) {
	_, grey := a.Pixels().(*image.Gray)
	parts, space := 3, "/DeviceRGB"
	if grey {
		parts, space = 1, "/DeviceGray"
	}
	p.dict = fmt.Sprintf("/ColorSpace %s /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors %d /BitsPerComponent 8 /Columns %d >> ",
		space, parts, p.w)
	var colours, alpha packing
	colours.begin(parts * p.w)
	opaque := a.Opaque()
	if !opaque {
		alpha.begin(p.w)
	}
	line, through := make([]byte, parts*p.w), make([]byte, p.w)
	at := a.Pixels().Bounds().Min
	for y := range p.h {
		for x := range p.w {
			c := color.NRGBAModel.Convert(a.Pixels().At(at.X+x, at.Y+y)).(color.NRGBA)
			if grey {
				line[x] = c.R
			} else {
				line[3*x], line[3*x+1], line[3*x+2] = c.R, c.G, c.B
			}
			through[x] = c.A
		}
		colours.row(line)
		if !opaque {
			alpha.row(through)
		}
	}
	p.data = colours.end()
	if !opaque {
		p.mask = alpha.end()
	}
}

// packing compresses rows with PNG's filter "up".
type packing struct {
	buf  bytes.Buffer
	zip  *zlib.Writer
	last []byte
	out  []byte
}

func (p *packing) begin(width int) {
	p.zip, _ = zlib.NewWriterLevel(&p.buf, 6) // a level the package has
	p.last, p.out = make([]byte, width), make([]byte, width+1)
	p.out[0] = 2 // up
}

func (p *packing) row(row []byte) {
	for i, v := range row {
		p.out[i+1] = v - p.last[i]
	}
	copy(p.last, row)
	p.zip.Write(p.out) // into memory: cannot fail
}

func (p *packing) end() []byte {
	p.zip.Close()
	return p.buf.Bytes()
}

// binary writes a stream as it is.
func (d *document) binary(number int, dict string, data []byte) {
	d.offsets[number] = d.at
	d.write(fmt.Appendf(nil, "%d 0 obj\n<< %s/Length %d >>\nstream\n", number, dict, len(data)))
	d.write(data)
	d.write([]byte("\nendstream\nendobj\n"))
}

// picture writes an image, and its mask, once for a file; it gives its number.
func (d *document) picture(p *Picture) int {
	name := "Picture" + p.id
	for _, f := range d.forms {
		if f.name == name {
			return f.object
		}
	}
	dict := fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d %s", p.w, p.h, p.dict)
	if p.mask != nil {
		mask := d.reserve()
		d.binary(mask, fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "+
			"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 8 /Columns %d >> ", p.w, p.h, p.w), p.mask)
		dict += fmt.Sprintf("/SMask %d 0 R ", mask)
	}
	n := d.reserve()
	d.binary(n, dict, p.data)
	d.forms = append(d.forms, form{name, n})
	return n
}

// cover is where a picture stands so that it covers a paper: as large as needed,
// in the middle, what is over cut by the edge.
func (p *Picture) cover(paper size) (x, y, w, h float64) {
	k := max(paper.w/float64(p.w), paper.h/float64(p.h))
	w, h = k*float64(p.w), k*float64(p.h)
	return (paper.w - w) / 2, (paper.h - h) / 2, w, h
}

// DPI is how many of the picture's pixels stand on an inch of a paper.
func (p *Picture) DPI(paper Paper) int {
	box, err := paper.size()
	if err != nil {
		return 0
	}
	_, _, w, _ := p.cover(box)
	return int(float64(p.w) / (w / 72))
}

// pictureDrawing is a picture under a white veil, over the whole paper.
func pictureDrawing(p *Picture, veil int, paper size) under {
	x, y, w, h := p.cover(paper)
	content := fmt.Appendf(nil, "q %s 0 0 %s %s %s cm /P Do Q\n", num(w), num(h), num(x), num(y))
	if veil > 0 {
		content = fmt.Appendf(content, "/V gs 1 1 1 rg 0 0 %s %s re f\n", num(paper.w), num(paper.h))
	}
	return under{
		name: fmt.Sprintf("Art%s-%d-%.0fx%.0f", p.id, veil, paper.w, paper.h),
		share: func(d *document, name string) error {
			image := d.picture(p)
			n := d.reserve()
			d.stream(n, fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 %s %s] /Resources << /XObject << /P %d 0 R >> "+
				"/ExtGState << /V << /ca %s >> >> >> ", num(paper.w), num(paper.h), image, num(float64(veil)/100)), content)
			d.forms = append(d.forms, form{name, n})
			return nil
		},
		svg: func(s *svg) {
			address := "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(p.small)
			s.picture(address, x, y, w, h)
			s.veil(veil, paper)
		},
	}
}

// previewWidth is how many pixels wide an artwork is in a preview.
const previewWidth = 720

// Size is the picture's, in pixels.
func (p *Picture) Size() (width, height int) { return p.w, p.h }

// shadeColumns is how finely the ground below texts is looked at: about four
// points on a page.
const shadeColumns = 150

// ground is the worst contrast of a colour with the picture below an area of a
// paper; what is beyond the picture is white.
func (p *Picture) ground(k ink, veil int, paper size, a area) float64 {
	x, y, w, h := p.cover(paper)
	b := p.shades.Bounds()
	column := func(v float64) int { return int((v - x) / w * float64(b.Dx())) }
	row := func(v float64) int { return int((h - (v - y)) / h * float64(b.Dy())) }
	worst := 21.0
	for r := max(0, row(a.y+a.h)); r <= min(b.Dy()-1, row(a.y)); r++ {
		for c := max(0, column(a.x)); c <= min(b.Dx()-1, column(a.x+a.w)); c++ {
			v := p.shades.RGBAAt(c, r)
			worst = min(worst, award.Contrast(award.Colour(k), award.Colour{v.R, v.G, v.B}.Veiled(veil)))
		}
	}
	return worst
}

// oneDecimal writes a contrast, rounded down.
func oneDecimal(v float64) string { return strconv.FormatFloat(float64(int(v*10))/10, 'f', 1, 64) }
