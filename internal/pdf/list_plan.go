package pdf

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Measures of a list's page, in points.
const (
	listSide  = 42.0 // margin left and right
	listTop   = 40.0
	listFoot  = 44.0 // of the last row above the paper's edge
	gapLeast  = 6.5  // between two columns
	gapGood   = 10.0
	gapMost   = 20.0
	smallSize = 0.9  // of the type, for columns of one kind
	headSize  = 0.84 // of the type, for table heads
)

// A plan is a list measured: how its pages lie, how large its type is, where
// its columns stand.
type plan struct {
	*List
	say  *lang.Printer
	box  size
	size float64 // of the type
	rows int
	sets []columnSet // one a section
}

// columnSet is the columns of a section; sections with the same columns share
// their measures.
type columnSet struct {
	columns []Column
	cell    []int // of each column, in a row
	fits    []columnFit
	rows    int
	note    int // the column that notes stand under
}

// columnFit is a column's place. Natural widths are in thousandths of an em of
// the column's own type; x and width in points once the plan is made.
type columnFit struct {
	fixed, most, usual float64
	head               []string
	x, width           float64
}

// flexible columns may be narrower than what stands in them.
func (c Column) flexible() bool { return c.Kind == Names || c.Kind == Prose }

func (c Column) scale() float64 {
	if c.Small {
		return smallSize
	}
	return 1
}

// plan measures a list. Faults: pdf.empty, and those of the faces.
func (p *press) plan(l *List) (*plan, error) {
	pl := &plan{List: l, say: lang.For(l.Lang), sets: make([]columnSet, len(l.Sections))}
	seen := make([]*widths, len(l.Sections))
	shared := map[*Column]*widths{}
	for i := range l.Sections {
		s, set := &l.Sections[i], &pl.sets[i]
		if set.columns = s.Columns; set.columns == nil {
			set.columns = l.Columns
		}
		if len(set.columns) == 0 {
			return nil, fault.New(fault.Invalid, "pdf.empty", nil)
		}
		if seen[i] = shared[&set.columns[0]]; seen[i] == nil {
			seen[i] = &widths{}
			shared[&set.columns[0]] = seen[i]
		}
		if err := seen[i].add(p, pl, s, set); err != nil {
			return nil, err
		}
		pl.rows += set.rows
	}
	for i := range pl.sets {
		set := &pl.sets[i]
		seen[i].drop(set)
		set.note = max(0, slices.IndexFunc(set.columns, Column.flexible))
		if err := seen[i].settle(p, pl, set); err != nil {
			return nil, err
		}
	}
	pl.choose(p.paper)
	return pl, nil
}

// widths is what was seen in columns.
type widths struct {
	most []float64
	seen []histogram // of flexible columns
}

// add walks a section's rows and keeps how wide its cells are.
func (w *widths) add(p *press, pl *plan, s *Section, set *columnSet) error {
	if w.most == nil {
		w.most, w.seen = make([]float64, len(set.columns)), make([]histogram, len(set.columns))
	}
	if s.Rows == nil {
		return nil
	}
	for row := range s.Rows {
		if set.rows++; set.rows%512 == 0 && p.ctx.Err() != nil {
			break
		}
		for i, c := range set.columns {
			if i >= len(row.Cells) || row.Cells[i] == "" {
				continue
			}
			width := rough(row.Cells[i])
			if c.flexible() {
				w.seen[i].add(width)
			} else if width > w.most[i]*0.75 { // only what may be the widest is shaped
				l, err := p.cell(pl, c, row.Cells[i], row.Country)
				if err != nil {
					return err
				}
				width = l.width
			}
			w.most[i] = max(w.most[i], width)
		}
	}
	return p.ctx.Err()
}

// drop leaves out the columns in which nothing stands.
func (w *widths) drop(set *columnSet) {
	all := set.columns
	set.columns, set.cell = nil, nil
	for i, c := range all {
		if w.most[i] > 0 {
			set.columns, set.cell = append(set.columns, c), append(set.cell, i)
		}
	}
}

// settle makes natural widths of what was seen and of the heads.
func (w *widths) settle(p *press, pl *plan, set *columnSet) error {
	set.fits = make([]columnFit, len(set.columns))
	for i, c := range set.columns {
		f := &set.fits[i]
		f.head = headLines(c.Head)
		for _, part := range f.head {
			l, err := p.words(pl, part, medium)
			if err != nil {
				return err
			}
			f.fixed = max(f.fixed, l.width*headSize/c.scale())
		}
		f.most = max(f.fixed, w.most[set.cell[i]])
		switch {
		case c.flexible():
			seen := &w.seen[set.cell[i]]
			f.usual = max(f.fixed, min(seen.quantile(0.985), 1.3*seen.quantile(0.9)+1000))
			f.fixed = max(f.fixed, min(f.usual, 10500))
			f.most = max(f.usual, min(f.most, 30000))
		default:
			f.fixed, f.usual = f.most, f.most
		}
	}
	return nil
}

// headLines is a head broken at its spaces, so that a column is no wider than
// the longest word over it.
func headLines(head string) []string {
	if words := strings.Fields(head); len(words) > 0 {
		return words
	}
	return []string{""}
}

// choose decides how the pages lie and how large the type is: the first way in
// which every section fits. At last the flexible columns take what is left.
func (pl *plan) choose(paper size) {
	wide := size{max(paper.w, paper.h), min(paper.w, paper.h)}
	ways := []struct {
		box   size
		type_ float64
		ease  float64 // how much of the usual names must fit on one line
	}{
		{paper, 8.8, 1}, {paper, 8.4, 0.9}, {wide, 8.6, 1}, {paper, 8, 0.75}, {wide, 8.2, 0.9}, {wide, 7.8, 0.8},
		{wide, 7.4, 0.7}, {wide, 7, 0.6}, {wide, 6.5, 0.5}, {wide, 6, 0}, {wide, 5.4, 0}, {wide, 4.8, 0},
	}
	for _, w := range ways {
		pl.box, pl.size = w.box, w.type_
		if pl.fits(w.ease) {
			break
		}
	}
	for i := range pl.sets {
		pl.place(&pl.sets[i])
	}
}

func (pl *plan) room() float64 { return pl.box.w - 2*listSide }

func (pl *plan) points(c Column, ems float64) float64 { return ems / 1000 * pl.size * c.scale() }

func (pl *plan) fits(ease float64) bool {
	for i := range pl.sets {
		s := &pl.sets[i]
		need := gapLeast * float64(len(s.columns)-1)
		for k, c := range s.columns {
			need += pl.points(c, max(s.fits[k].fixed, ease*s.fits[k].usual))
		}
		if need > pl.room() {
			return false
		}
	}
	return true
}

// place gives columns their x and width: what is over goes to the flexible
// columns up to their usual width, between the columns, to the widest names,
// between the columns again. If too little is there, all columns shrink: cells
// are set smaller, never cut.
func (pl *plan) place(s *columnSet) {
	gap := gapLeast
	over := pl.room() - gap*float64(len(s.columns)-1)
	for i, c := range s.columns {
		s.fits[i].width = pl.points(c, s.fits[i].fixed)
		over -= s.fits[i].width
	}
	if over < 0 {
		squeeze := 1 + over/(pl.room()-gap*float64(len(s.columns)-1)-over)
		for i := range s.fits {
			s.fits[i].width *= squeeze
		}
		over = 0
	}
	grow := func(to func(f *columnFit) float64) {
		wish := 0.0
		for i, c := range s.columns {
			wish += max(0, pl.points(c, to(&s.fits[i]))-s.fits[i].width)
		}
		part := min(1, over/max(wish, 1e-9))
		for i, c := range s.columns {
			s.fits[i].width += part * max(0, pl.points(c, to(&s.fits[i]))-s.fits[i].width)
		}
		over -= part * wish
	}
	spread := func(most float64) {
		if n := float64(len(s.columns) - 1); n > 0 {
			wider := min(most, gap+over/n)
			over -= n * (wider - gap)
			gap = wider
		}
	}
	grow(func(f *columnFit) float64 { return f.usual })
	spread(gapGood)
	grow(func(f *columnFit) float64 { return f.most })
	spread(gapMost)
	x := listSide
	for i := range s.fits {
		s.fits[i].x = x
		x += s.fits[i].width + gap
	}
}

// rough is how wide a text is to about a tenth, in thousandths of an em.
func rough(text string) float64 {
	var w float64
	for _, r := range text {
		switch {
		case r < 0x80:
			w += float64(asciiWidth[r])
		case r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= 0xff00 && r < 0xff61):
			w += 1000
		case marks(r) || invisible(r):
		case r >= 0x1F000 && r < 0x20000: // pictures: no face has them, their code point is printed
			w += 5200
		default:
			w += 620
		}
	}
	return w
}

var asciiWidth = func() (w [0x80]uint16) {
	for r := range w {
		switch {
		case strings.ContainsRune("iljI.,:;'!|", rune(r)):
			w[r] = 270
		case strings.ContainsRune("frt()-/ ", rune(r)):
			w[r] = 350
		case r >= 'A' && r <= 'Z':
			w[r] = 650
		case r == 'm' || r == 'w':
			w[r] = 820
		default:
			w[r] = 570
		}
	}
	return w
}()

// histogram counts widths by half an em.
type histogram struct {
	n     int
	count [128]int
}

func (h *histogram) add(width float64) {
	h.n++
	h.count[min(len(h.count)-1, int(width/500))]++
}

// quantile is a width that this part of all is not wider than.
func (h *histogram) quantile(part float64) float64 {
	left := int(math.Ceil(part * float64(h.n)))
	for i, n := range h.count {
		if left -= n; left <= 0 && h.n > 0 {
			return float64(i+1) * 500
		}
	}
	return 0
}
