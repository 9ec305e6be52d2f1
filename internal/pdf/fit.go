package pdf

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// block is text broken into lines that fit a width at one size.
type block struct {
	lines []*line
	size  float64
}

// fit sets text as large as it goes into a width: on one line if that costs no
// more than a fifth of the wanted size, else on two, else on three, broken
// where the language of the text allows it and as evenly as possible. A text
// that nothing can break is made smaller; it is never cut.
func (s *shaper) fit(text string, st style, points, width float64, most int) (block, error) {
	whole, err := s.cached(text, st)
	if err != nil {
		return block{}, err
	}
	best := block{[]*line{whole}, sizeFor(whole, points, width)}
	if best.size >= 0.8*points || len(whole.missing) > 0 {
		return best, nil
	}
	// Between words if that leaves the text large, else at hyphens too. More
	// lines are set a little smaller, so that the block keeps its weight.
	for _, words := range []bool{true, false} {
		cuts := breaks(whole.text, words)
		for n := 2; n <= min(most, len(cuts)+1); n++ {
			if (n > 2 || !words) && best.size >= 0.6*points {
				return best, nil
			}
			b, err := s.broken(whole.text, cuts, st, points*(1-0.1*float64(n-1)), width, n)
			if err != nil {
				return block{}, err
			}
			if b.size > best.size*1.1 {
				best = b
			}
		}
	}
	return best, nil
}

func sizeFor(l *line, points, width float64) float64 {
	if l.width*points/1000 <= width {
		return points
	}
	return width * 1000 / l.width
}

// broken is the text on n lines at the cuts that let it be largest.
func (s *shaper) broken(text string, cuts []int, st style, points, width float64, n int) (block, error) {
	if n == 1 {
		l, err := s.line(text, st)
		if err != nil {
			return block{}, err
		}
		return block{[]*line{l}, sizeFor(l, points, width)}, nil
	}
	var best block
	for i, cut := range cuts {
		if len(cuts)-i < n-1 {
			break
		}
		head, err := s.line(text[:cut], st)
		if err != nil {
			return block{}, err
		}
		size := sizeFor(head, points, width)
		if size <= best.size {
			break // the head only grows from here
		}
		later := make([]int, 0, len(cuts))
		for _, c := range cuts[i+1:] {
			later = append(later, c-cut)
		}
		rest, err := s.broken(text[cut:], later, st, points, width, n-1)
		if err != nil {
			return block{}, err
		}
		if size = min(size, rest.size); size > best.size || best.lines == nil {
			best = block{append([]*line{head}, rest.lines...), size}
		} else if size == best.size && uneven(append([]*line{head}, rest.lines...)) < uneven(best.lines) {
			best = block{append([]*line{head}, rest.lines...), size}
		}
	}
	return best, nil
}

// width is that of the longest line, in thousandths of an em.
func (b block) width() float64 {
	var w float64
	for _, l := range b.lines {
		w = max(w, l.width)
	}
	return w
}

// uneven is how much the longest line is longer than the shortest.
func uneven(lines []*line) float64 {
	least, most := lines[0].width, lines[0].width
	for _, l := range lines {
		least, most = min(least, l.width), max(most, l.width)
	}
	return most - least
}

// breaks are the byte offsets at which a text may be broken. A particle stays
// with the word it belongs to: no line ends in "van" or "عبد". Words says to
// break at spaces only; text that has none is broken wherever its script allows.
func breaks(text string, words bool) []int {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var out []int
	at := 0
	for it := seg.LineIterator(); it.Next(); {
		word := string(it.Line().Text)
		at += len(word)
		if words && !strings.HasSuffix(word, " ") {
			continue
		}
		if at < len(text) && !particles[strings.ToLower(strings.TrimSpace(word))] {
			out = append(out, at)
		}
	}
	return out
}

// particles are words of names that lean on the next.
var particles = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("al el abd abdul abu ibn bin binti bint ben bat van von der den de del della " +
		"dela da das dos do di du la las le los ter ten te zu zum zur af av st. mac mc san santa y e i " +
		"عبد أبو ابو ابن بن بنت آل בן בת") {
		m[w] = true
	}
	return m
}()
