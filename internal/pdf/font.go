package pdf

import (
	"bytes"
	"embed"
	"io/fs"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"

	"stadion/internal/fault"
)

// files holds fonts/README.md always, and fonts/vendor once `make assets` ran:
// a clone without fonts still builds and says what is missing when it draws.
//
//go:embed fonts
var files embed.FS

// faceID names a face of the set (DESIGN.md says why these).
type faceID uint8

const (
	archivoRegular faceID = iota
	archivoMedium
	archivoSemiBold
	sansRegular
	sansSemiBold
	sansKR
	sansSC
	sansTC
	sansJP
	sansArabic
	sansHebrew
	sansThai
	sansLao
	sansKhmer
	sansMyanmar
	sansDevanagari
	sansBengali
	sansTamil
	sansSinhala
	sansEthiopic
	sansGeorgian
	sansArmenian
	faceCount
)

// A face is one font file, read once, on first use. It is safe for concurrent
// use after load.
type face struct {
	name string // also the file's, without ".ttf"
	once sync.Once
	err  error
	font *font.Font // for shaping
	ttf  *truetype  // for embedding
}

// A fontSet is every face a paper may need.
type fontSet struct {
	dir   fs.FS
	faces [faceCount]*face
}

var faceNames = [faceCount]string{
	"Archivo-Regular", "Archivo-Medium", "Archivo-SemiBold", "NotoSans-Regular", "NotoSans-SemiBold",
	"NotoSansKR-Medium", "NotoSansSC-Medium", "NotoSansTC-Medium", "NotoSansJP-Medium",
	"NotoSansArabic-Medium", "NotoSansHebrew-Medium", "NotoSansThai-Medium", "NotoSansLao-Medium",
	"NotoSansKhmer-Medium", "NotoSansMyanmar-Medium", "NotoSansDevanagari-Medium", "NotoSansBengali-Medium",
	"NotoSansTamil-Medium", "NotoSansSinhala-Medium", "NotoSansEthiopic-Medium", "NotoSansGeorgian-Medium",
	"NotoSansArmenian-Medium",
}

// newFontSet is a set over a folder of font files; nothing is read yet.
func newFontSet(dir fs.FS) *fontSet {
	s := &fontSet{dir: dir}
	for i, name := range faceNames {
		s.faces[i] = &face{name: name}
	}
	return s
}

// embedded is the set every paper is drawn with.
var embedded = sync.OnceValue(func() *fontSet {
	dir, err := fs.Sub(files, "fonts/vendor")
	if err != nil {
		panic("pdf: " + err.Error()) // a constant path
	}
	return newFontSet(dir)
})

// face gives a face, read and parsed. Faults: pdf.fonts_missing,
// pdf.font_damaged.
func (s *fontSet) face(id faceID) (*face, error) {
	f := s.faces[id]
	f.once.Do(func() { f.err = f.load(s.dir) })
	return f, f.err
}

func (f *face) load(dir fs.FS) error {
	file := f.name + ".ttf"
	data, err := fs.ReadFile(dir, file)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "pdf.fonts_missing", err, fault.Args{"file": file})
	}
	damaged := func(err error) error {
		return fault.Wrap(fault.Unavailable, "pdf.font_damaged", err, fault.Args{"file": file})
	}
	if f.ttf, err = parseTrueType(data); err != nil {
		return damaged(err)
	}
	loader, err := opentype.NewLoader(bytes.NewReader(f.ttf.shaping(data)))
	if err != nil {
		return damaged(err)
	}
	if f.font, err = font.NewFont(loader); err != nil {
		return damaged(err)
	}
	return nil
}

// has says whether the face can draw a rune.
func (f *face) has(r rune) bool {
	_, ok := f.font.NominalGlyph(r)
	return ok
}
