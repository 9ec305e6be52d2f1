package award

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"

	"stadion/internal/fault"
)

// Bounds of an artwork.
const (
	MaxArtworkBytes  = 16 << 20
	MaxArtworkPixels = 24_000_000 // an A4 at 400 dpi has 15 million
	MinArtworkSide   = 400
)

// Format is the form of an artwork's file.
type Format string

// The formats.
const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
)

// Artwork is an organiser's picture behind the texts of a certificate: a PNG or
// JPEG file that was read whole, so that it will be drawn. Immutable.
type Artwork struct {
	Name          string // of the file
	Format        Format
	Width, Height int
	Bytes         []byte
	pixels        image.Image
}

// ReadArtwork looks at a picture. Faults, on "artwork": award.artwork_empty,
// award.artwork_large, award.artwork_format (neither PNG nor JPEG, told by
// content and not by name), award.artwork_damaged (cut off or broken),
// award.artwork_pixels, award.artwork_small.
func ReadArtwork(name string, b []byte) (*Artwork, error) {
	wrong := func(code string, err error, args fault.Args) error {
		if args == nil {
			args = fault.Args{}
		}
		args["file"] = name
		return fault.Wrap(fault.Invalid, "award.artwork_"+code, err, args).On("artwork")
	}
	a := &Artwork{Name: name, Bytes: b}
	var head func() (image.Config, error)
	var read func() (image.Image, error)
	switch {
	case len(b) == 0:
		return nil, wrong("empty", nil, nil)
	case len(b) > MaxArtworkBytes:
		return nil, wrong("large", nil, fault.Args{"mb": (len(b) + 1<<20 - 1) >> 20, "most": MaxArtworkBytes >> 20})
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		a.Format = PNG
		head = func() (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) }
		read = func() (image.Image, error) { return png.Decode(bytes.NewReader(b)) }
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		a.Format = JPEG
		head = func() (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) }
		read = func() (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }
	default:
		return nil, wrong("format", nil, fault.Args{"is": guess(b)})
	}
	c, err := head()
	if err != nil {
		return nil, wrong("damaged", err, nil)
	}
	a.Width, a.Height = c.Width, c.Height
	switch {
	case c.Width*c.Height > MaxArtworkPixels:
		return nil, wrong("pixels", nil, fault.Args{"width_raw": c.Width, "height_raw": c.Height, "most": MaxArtworkPixels / 1_000_000})
	case min(c.Width, c.Height) < MinArtworkSide:
		return nil, wrong("small", nil, fault.Args{"width_raw": c.Width, "height_raw": c.Height, "least": MinArtworkSide})
	}
	if a.pixels, err = read(); err != nil {
		return nil, wrong("damaged", err, nil)
	}
	return a, nil
}

// guess names what a file is instead.
func guess(b []byte) string {
	head := strings.ToLower(string(b[:min(len(b), 200)]))
	switch {
	case strings.HasPrefix(head, "%pdf"):
		return "PDF"
	case strings.Contains(head, "<svg"):
		return "SVG"
	case strings.HasPrefix(head, "gif8"):
		return "GIF"
	case strings.HasPrefix(head, "riff") && strings.Contains(head, "webp"):
		return "WebP"
	case strings.HasPrefix(head, "ii*") || strings.HasPrefix(head, "mm\x00*"):
		return "TIFF"
	case strings.Contains(head, "ftypheic"):
		return "HEIC"
	}
	return "?"
}

// Pixels is the picture itself. It must not be changed.
func (a *Artwork) Pixels() image.Image { return a.pixels }

// Opaque reports whether nothing shines through the picture.
func (a *Artwork) Opaque() bool {
	o, ok := a.pixels.(interface{ Opaque() bool })
	return !ok || o.Opaque()
}

// samples is how many pixels of a side are looked at, at most, for one of Small.
const samples = 3

// Small is the picture at a width, each pixel the mean of those it stands for,
// on white. The height follows.
func (a *Artwork) Small(width int) *image.RGBA {
	width = min(width, a.Width)
	height := max(1, a.Height*width/a.Width)
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			out.SetRGBA(x, y, a.mean(x*a.Width/width, (x+1)*a.Width/width, y*a.Height/height, (y+1)*a.Height/height))
		}
	}
	return out
}

// mean is the mean colour of a part, on white.
func (a *Artwork) mean(x0, x1, y0, y1 int) color.RGBA {
	at := a.pixels.Bounds().Min
	dx, dy := max(1, (x1-x0)/samples), max(1, (y1-y0)/samples)
	var sum [3]uint64
	var n uint64
	for y := y0; y < max(y1, y0+1); y += dy {
		for x := x0; x < max(x1, x0+1); x += dx {
			r, g, b, alpha := a.pixels.At(at.X+x, at.Y+y).RGBA()
			ground := uint64(0xffff - alpha)
			sum[0], sum[1], sum[2], n = sum[0]+uint64(r)+ground, sum[1]+uint64(g)+ground, sum[2]+uint64(b)+ground, n+257
		}
	}
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}
}
