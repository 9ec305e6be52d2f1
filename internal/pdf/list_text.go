package pdf

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"

	"stadion/internal/lang"
)

// mostKept is how many short texts a press keeps shaped: classes, countries and
// categories come again on every row. It is emptied when it is full.
const mostKept = 4096

// words shapes our own words.
func (p *press) words(pl *plan, text string, w weight) (*line, error) {
	return p.keep(pl, text, style{weight: w, lang: pl.say.Tag})
}

func (p *press) keep(pl *plan, text string, st style) (*line, error) {
	key := label{text, st}
	if l := p.kept[key]; l != nil {
		return l, nil
	}
	l, err := p.sound(pl, text, st)
	if err != nil {
		return nil, err
	}
	if p.kept == nil || len(p.kept) >= mostKept {
		p.kept = make(map[label]*line, mostKept)
	}
	p.kept[key] = l
	return l, nil
}

// cell shapes what stands on one line of a column. A line of figures is valid
// until the next one.
func (p *press) cell(pl *plan, c Column, text, country string) (*line, error) {
	w := regular
	if c.Strong {
		w = semiBold
	}
	switch c.Kind {
	case Names:
		return p.sound(pl, text, style{weight: medium, country: country})
	case Figures:
		if l, err := p.figures(pl, text, w); l != nil || err != nil {
			return l, err
		}
		return p.keep(pl, text, style{weight: w, lang: pl.say.Tag, tabular: true})
	case Prose:
		return p.sound(pl, text, style{weight: w, lang: pl.say.Tag, country: country})
	}
	return p.keep(pl, text, style{weight: w, lang: pl.say.Tag})
}

// figures sets a time or a number of single glyphs that were shaped once: most
// of a list is figures. nil where the text has other characters.
func (p *press) figures(pl *plan, text string, w weight) (*line, error) {
	if strings.Trim(text, "0123456789:+-.") != "" {
		return nil, nil
	}
	if p.digits[w] == nil {
		p.digits[w] = map[rune]glyph{}
	}
	p.one[0].glyphs = p.one[0].glyphs[:0]
	p.scratch = line{text: text, runs: p.one[:1]}
	for _, r := range text {
		g, ok := p.digits[w][r]
		if !ok {
			l, err := p.sound(pl, string(r), style{weight: w, lang: pl.say.Tag, tabular: true})
			if err != nil {
				return nil, err
			}
			if len(l.runs) != 1 || len(l.runs[0].glyphs) != 1 {
				return nil, nil
			}
			g = l.runs[0].glyphs[0]
			p.digits[w][r] = g
		}
		p.one[0].glyphs = append(p.one[0].glyphs, g)
		p.scratch.width += g.advance
	}
	f, err := p.set.face(archivoOf(w))
	p.one[0].face = f
	return &p.scratch, err
}

// archivoOf is the face all figures are set in.
func archivoOf(w weight) faceID {
	return map[weight]faceID{regular: archivoRegular, medium: archivoMedium, semiBold: archivoSemiBold}[w]
}

// sound shapes text that can be drawn whole: a character that no face has is
// reported and stands as its code point.
func (p *press) sound(pl *plan, text string, st style) (*line, error) {
	l, err := p.line(text, st)
	if err != nil || len(l.missing) == 0 {
		return l, err
	}
	p.report(pl, l)
	lacks := map[rune]bool{}
	for _, r := range l.missing {
		lacks[r] = true
	}
	var b strings.Builder
	for _, r := range l.text {
		if lacks[r] {
			b.WriteString("[" + codePoint(r) + "]")
		} else {
			b.WriteRune(r)
		}
	}
	if again, err := p.line(b.String(), st); err != nil || len(again.missing) == 0 {
		return again, err
	}
	return p.line("["+strings.Repeat("?", len(l.missing))+"]", style{lang: lang.English}) // faces without Latin
}

// wrap sets a cell on as many lines as it needs for a width in thousandths of
// an em. A little too wide is set a little smaller; more is broken between
// words, then where its script allows it, then anywhere.
func (p *press) wrap(pl *plan, c Column, text, country string, width float64) ([]*line, error) {
	whole, err := p.cell(pl, c, text, country)
	if err != nil {
		return nil, err
	}
	if whole.width <= width*1.05 {
		return []*line{whole}, nil
	}
	var out []*line
	for rest := whole.text; rest != ""; {
		l, n, err := p.head(pl, c, rest, country, width)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
		rest = strings.TrimSpace(rest[n:])
	}
	return out, nil
}

// head is the longest beginning of a text that fits, and its bytes.
func (p *press) head(pl *plan, c Column, text, country string, width float64) (*line, int, error) {
	if l, err := p.cell(pl, c, text, country); err != nil || l.width <= width*1.02 {
		return l, len(text), err
	}
	for _, cuts := range [][]int{breaks(text, true), breaks(text, false), graphemes(text)} {
		var best *line
		n := 0
		for _, cut := range cuts {
			l, err := p.cell(pl, c, text[:cut], country)
			if err != nil {
				return nil, 0, err
			}
			if l.width > width*1.02 {
				break
			}
			best, n = l, cut
		}
		if best != nil {
			return best, n, nil
		}
	}
	l, err := p.cell(pl, c, text, country) // one character wider than the column
	return l, len(text), err
}

// graphemes are the ends of what a reader takes for characters.
func graphemes(text string) []int {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var out []int
	at := 0
	for it := seg.GraphemeIterator(); it.Next(); {
		at += len(string(it.Grapheme().Text))
		if at < len(text) {
			out = append(out, at)
		}
	}
	return out
}
