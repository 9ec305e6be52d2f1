package pdf

import (
	"strings"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	ucd "golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// A line is shaped text, ready to be placed at any size. Units are thousandths
// of an em, x to the right. It is immutable: lines are shared between pages.
type line struct {
	text    string
	runs    []run // in visual order, left to right
	width   float64
	missing []rune // characters that no face has; a line with any is never drawn
}

// A run is a stretch of a line in one face and one direction.
type run struct {
	face   *face
	glyphs []glyph // in visual order
}

// A glyph is one drawn shape. The first of a cluster carries the text the whole
// cluster stands for; alone is whether it is the cluster's only glyph.
type glyph struct {
	id      uint16
	advance float64
	dx, dy  float64
	text    string
	first   bool
	alone   bool
}

// A shaper turns text into lines. It is not safe for concurrent use; take one
// from shapers and give it back.
type shaper struct {
	set   *fontSet
	hb    shaping.HarfbuzzShaper
	bidi  bidi.Paragraph
	faces [faceCount]*font.Face // the library's caches, one set per shaper
}

var shapers = sync.Pool{New: func() any { return &shaper{set: embedded()} }}

// tabular asks the face for figures of equal width.
var tabular = []shaping.FontFeature{
	{Tag: opentype.MustNewTag("tnum"), Value: 1},
	{Tag: opentype.MustNewTag("lnum"), Value: 1},
}

// line shapes one line of text in a style. Line breaks and tabs become spaces.
func (s *shaper) line(text string, st style) (*line, error) {
	text = composed(strings.Join(strings.Fields(text), " "))
	runes := []rune(text)
	out := &line{text: text}
	for _, part := range s.directions(runes) {
		items, err := s.itemise(runes, part, st)
		if err != nil {
			return nil, err
		}
		if !part.IsLeftToRight() {
			reverse(items)
		}
		for _, it := range items {
			if it.face == nil {
				out.missing = append(out.missing, runes[it.start:it.end]...)
				continue
			}
			out.add(s.shape(runes, it, part, st))
		}
	}
	return out, nil
}

func (l *line) add(r run, missing []rune) {
	for _, g := range r.glyphs {
		l.width += g.advance
	}
	l.runs = append(l.runs, r)
	l.missing = append(l.missing, missing...)
}

// low and high are how far the ink really reaches below and above the baseline.
func (l *line) low() float64 {
	low, _ := l.ink()
	return low
}

func (l *line) high() float64 {
	_, high := l.ink()
	return high
}

func (l *line) ink() (low, high float64) {
	for _, r := range l.runs {
		for _, g := range r.glyphs {
			if o := r.face.ttf.outline(g.id); o != nil {
				low = min(low, g.dy+r.face.ttf.em(signed(o[4:])))
				high = max(high, g.dy+r.face.ttf.em(signed(o[8:])))
			}
		}
	}
	return low, high
}

// leftward says whether the line is read from right to left, so that it is
// its right end that stands under the line above.
func (l *line) leftward() bool {
	for _, r := range l.text {
		switch p, _ := ucd.LookupRune(r); p.Class() {
		case ucd.L:
			return false
		case ucd.R, ucd.AL:
			return true
		}
	}
	return false
}

// directions is the text's stretches of one direction in visual order (rule L2
// of the Unicode bidirectional algorithm: from the highest level down, turn
// every sequence at that level or above).
func (s *shaper) directions(runes []rune) []bidi.Run {
	found := s.bidi.Segment(runes, bidi.Neutral)
	runs := make([]bidi.Run, found.NumRuns())
	var highest bidi.Level
	for i := range runs {
		runs[i] = found.Run(i)
		highest = max(highest, runs[i].Level)
	}
	for level := highest; level > 0; level-- {
		for i := 0; i < len(runs); i++ {
			j := i
			for j < len(runs) && runs[j].Level >= level {
				j++
			}
			reverse(runs[i:j])
			i = j
		}
	}
	return runs
}

// shape draws one item and reports the characters the face turned out to lack.
func (s *shaper) shape(runes []rune, it item, part bidi.Run, st style) (run, []rune) {
	if s.faces[it.id] == nil {
		s.faces[it.id] = font.NewFace(it.face.font)
	}
	in := shaping.Input{
		Text: runes, RunStart: it.start, RunEnd: it.end, Direction: di.DirectionLTR,
		Face: s.faces[it.id], Size: 1000 << 6, Script: it.script, Language: st.language(),
	}
	if st.tabular {
		in.FontFeatures = tabular
	}
	if !part.IsLeftToRight() {
		in.Direction = di.DirectionRTL
	}
	shaped := s.hb.ShapeNoExtents(in)
	out := run{face: it.face, glyphs: make([]glyph, 0, len(shaped.Glyphs))}
	var missing []rune
	last := -1
	for _, g := range shaped.Glyphs {
		first := g.TextIndex() != last
		last = g.TextIndex()
		covered := runes[g.TextIndex() : g.TextIndex()+g.RunesCount()]
		d := glyph{
			id: uint16(g.GlyphID), advance: float64(g.Advance) / 64,
			dx: float64(g.XOffset) / 64, dy: float64(g.YOffset) / 64,
			first: first, alone: g.GlyphsCount() == 1,
		}
		if first {
			d.text = string(covered)
		}
		if d.id == 0 {
			missing = append(missing, covered...)
		}
		out.glyphs = append(out.glyphs, d)
	}
	return out, missing
}

func reverse[T any](s []T) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}

// composed joins letters with the marks that follow them where Unicode has one
// character for both, so that a face needs no mark of its own. Single characters
// stay what the runner wrote: full normalisation would replace compatibility
// ideographs, which are other shapes of a name (U+FA19 for U+795E).
func composed(text string) string {
	if norm.NFC.IsNormalString(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		n := norm.NFC.NextBoundaryInString(text, true)
		part := text[:n]
		text = text[n:]
		if len([]rune(part)) > 1 {
			part = norm.NFC.String(part)
		}
		b.WriteString(part)
	}
	return b.String()
}

// invisible says whether a character is drawn by nobody: joiners, direction
// marks, variation selectors. No face needs to have it.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == '\u034F'
}

// marks says whether a character sits on the one before it.
func marks(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me) }

// scriptOf is a character's own script, Common for what belongs to its
// neighbours. European figures are Latin, so that numbers look the same beside
// every script.
func scriptOf(r rune) language.Script {
	if r >= '0' && r <= '9' {
		return language.Latin
	}
	switch s := language.LookupScript(r); s {
	case language.Inherited, language.Unknown:
		return language.Common
	default:
		return s
	}
}
