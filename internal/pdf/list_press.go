package pdf

import (
	"context"
	"fmt"
	"strings"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/results"
)

// Leading and white, in the size of a list's type.
const (
	leading    = 1.4
	fiveApart  = 0.45 // extra white after every fifth row: the zebra of a printed list
	noteSize   = 0.9
	noteLead   = 1.22
	headLead   = 1.14
	sectionGap = 2.2
)

// inkNote is the grey of what stands under a row; it prints on any machine.
var inkNote = ink{0x45, 0x4a, 0x4f}

// A press prints lists into one document.
type press struct {
	*shaper
	ctx      context.Context
	paper    size
	doc      *document
	page     canvas
	y        float64 // the top of what comes next
	pl       *plan
	leaf     int // pages of this list
	tails    []tail
	done     int
	total    int
	progress func(done, total int)
	warnings fault.List
	lost     map[string]bool // texts that were reported
	kept     map[label]*line
	digits   [3]map[rune]glyph // figures by weight
	scratch  line
	one      [1]run
}

// tail is a page's foot, written when the number of pages is known.
type tail struct {
	object int
	pl     *plan
}

// print draws a list.
func (p *press) print(pl *plan) error {
	p.pl, p.leaf = pl, 0
	if err := p.turn(); err != nil {
		return err
	}
	p.doc.bookmark(pl.Title, 0)
	for i := range pl.Sections {
		if err := p.section(i); err != nil {
			return err
		}
	}
	return p.leave()
}

// section draws one section. Its heading never stands alone at a foot.
func (p *press) section(i int) error {
	s, set := &p.pl.Sections[i], &p.pl.sets[i]
	if set.rows == 0 || len(set.columns) == 0 {
		return nil
	}
	least := p.headingHeight(s) + p.headHeight(set) + 4*leading*p.pl.size
	if i > 0 {
		if p.y -= sectionGap * p.pl.size; p.y-least < listFoot {
			if err := p.turnOver(); err != nil {
				return err
			}
		}
	}
	if s.Heading != "" {
		p.doc.bookmark(s.Heading, 1)
	}
	if err := p.heading(s, set, false); err != nil {
		return err
	}
	n := 0
	for row := range s.Rows {
		if p.done%256 == 0 && p.ctx.Err() != nil {
			return context.Cause(p.ctx)
		}
		if err := p.row(s, set, row, n); err != nil {
			return err
		}
		n++
		if p.done++; p.progress != nil && (p.done%256 == 0 || p.done == p.total) {
			p.progress(p.done, p.total)
		}
	}
	return nil
}

func (p *press) headingHeight(s *Section) float64 {
	if s.Heading == "" {
		return 0
	}
	return 2 * p.pl.size
}

func (p *press) headHeight(set *columnSet) float64 {
	lines := 0
	for _, f := range set.fits {
		lines = max(lines, len(f.head))
	}
	return (float64(lines)*headLead*headSize + 1.15) * p.pl.size
}

// heading draws a section's heading and its table head.
func (p *press) heading(s *Section, set *columnSet, again bool) error {
	size := p.pl.size
	if s.Heading != "" {
		l, err := p.words(p.pl, s.Heading, semiBold)
		if err != nil {
			return err
		}
		p.page.text(l, listSide, p.y-1.05*size, size*1.18, 0, inkBlack)
		about := p.pl.say.T("paper.rows", "n", set.rows)
		if again {
			about = p.pl.say.T("paper.continued")
		}
		count, err := p.words(p.pl, about, regular)
		if err != nil {
			return err
		}
		p.page.text(count, listSide+l.width*size*1.18/1000+0.8*size, p.y-1.05*size, size*0.95, 0, inkNote)
		p.y -= p.headingHeight(s)
	}
	return p.tableHead(set)
}

// tableHead draws the heads of columns between two rules, their last lines level.
func (p *press) tableHead(set *columnSet) error {
	size, height := p.pl.size, p.headHeight(set)
	p.page.rule(listSide, p.y, p.pl.room(), 0.9, inkBlack)
	for i, c := range set.columns {
		f := &set.fits[i]
		for k, part := range f.head {
			l, err := p.words(p.pl, part, medium)
			if err != nil {
				return err
			}
			points := min(size*headSize, sizeFor(l, size*headSize, f.width+gapLeast))
			up := float64(len(f.head)-1-k) * headLead * headSize * size
			p.page.text(l, c.at(f, l, points), p.y-height+0.62*size+up, points, 0, inkBlack)
		}
	}
	p.y -= height
	p.page.rule(listSide, p.y, p.pl.room(), 0.35, inkBlack)
	p.y -= 0.35 * size
	return nil
}

// at is where a line begins in its column.
func (c Column) at(f *columnFit, l *line, points float64) float64 {
	if c.Right {
		return f.x + f.width - l.width*points/1000
	}
	return f.x
}

// row draws a row, on a new page if it does not fit on this one.
func (p *press) row(s *Section, set *columnSet, row Row, n int) error {
	size := p.pl.size
	tall, err := p.tall(set, row)
	if err != nil {
		return err
	}
	note, err := p.note(set, row)
	if err != nil {
		return err
	}
	height := (leading + float64(tall.lines-1)*noteLead + float64(len(note))*noteLead*noteSize) * size
	if len(note) > 0 {
		height += 0.3 * size // so that a note stands with its own row
	}
	if n > 0 && n%5 == 0 {
		p.y -= fiveApart * size
	}
	if p.y-height < listFoot && height < p.pl.box.h/2 {
		if err := p.turnOver(); err != nil {
			return err
		}
		if err := p.heading(s, set, n > 0); err != nil {
			return err
		}
	}
	base := p.y - 1.02*size
	for i, c := range set.columns {
		if text := set.text(row, i); text != "" && !c.flexible() {
			l, err := p.cell(p.pl, c, text, row.Country)
			if err != nil {
				return err
			}
			f := &set.fits[i]
			points := min(size*c.scale(), sizeFor(l, size*c.scale(), f.width+0.5))
			p.page.text(l, c.at(f, l, points), base, points, 0, inkBlack)
		} else if c.flexible() {
			p.lines(tall.column(i), set.fits[i].x, set.fits[i].width, base, size*c.scale(), noteLead*size, inkBlack)
		}
	}
	below := base - float64(tall.lines-1)*noteLead*size - noteLead*noteSize*size
	x := set.fits[set.note].x
	p.lines(note, x, p.noteWidth(set), below, size*noteSize, noteLead*noteSize*size, inkNote)
	p.y -= height
	return nil
}

func (p *press) noteWidth(set *columnSet) float64 {
	return listSide + p.pl.room() - set.fits[set.note].x
}

// lines draws the lines of one cell; what is read from the right keeps its right
// ends under each other.
func (p *press) lines(ls []*line, x, width, base, points, step float64, k ink) {
	widest := 0.0
	for _, l := range ls {
		widest = max(widest, l.width)
	}
	for i, l := range ls {
		size := min(points, sizeFor(l, points, width+0.5))
		at := x
		if len(ls) > 1 && l.leftward() {
			at += (widest - l.width) * size / 1000
		}
		p.page.text(l, at, base-float64(i)*step, size, 0, k)
	}
}

// tallRow is a row's flexible cells, on lines.
type tallRow struct {
	lines int // of the tallest
	cells []tallCell
}

type tallCell struct {
	column int
	lines  []*line
}

func (b *tallRow) column(i int) []*line {
	for _, c := range b.cells {
		if c.column == i {
			return c.lines
		}
	}
	return nil
}

// text is what stands in a column of a row.
func (s *columnSet) text(row Row, column int) string {
	if i := s.cell[column]; i < len(row.Cells) {
		return row.Cells[i]
	}
	return ""
}

func (p *press) tall(set *columnSet, row Row) (tallRow, error) {
	b := tallRow{lines: 1}
	for i, c := range set.columns {
		text := set.text(row, i)
		if !c.flexible() || text == "" {
			continue
		}
		ls, err := p.wrap(p.pl, c, text, row.Country, set.fits[i].width*1000/(p.pl.size*c.scale()))
		if err != nil {
			return b, err
		}
		b.lines = max(b.lines, len(ls))
		b.cells = append(b.cells, tallCell{i, ls})
	}
	return b, nil
}

func (p *press) note(set *columnSet, row Row) ([]*line, error) {
	if row.Note == "" {
		return nil, nil
	}
	return p.wrap(p.pl, Column{Kind: Prose}, row.Note, row.Country, p.noteWidth(set)*1000/(p.pl.size*noteSize))
}

// turnOver finishes the page and begins the next.
func (p *press) turnOver() error {
	if err := p.leave(); err != nil {
		return err
	}
	return p.turn()
}

// leave writes the page, if one is open.
func (p *press) leave() error {
	object, err := p.doc.pageWithTail(p.pl.box, p.page.b)
	p.tails = append(p.tails, tail{object, p.pl})
	return err
}

// turn begins a page with its head.
func (p *press) turn() error {
	p.page = canvas{doc: p.doc, b: p.page.b[:0]}
	p.leaf++
	return p.pageHead()
}

// pageHead is the event, the title and the state.
func (p *press) pageHead() error {
	pl, y := p.pl, p.pl.box.h-listTop
	right, err := p.state(y)
	if err != nil {
		return err
	}
	room := pl.room() - right - 14
	where := pl.Event
	if pl.When != "" {
		where += "  ·  " + pl.When
	}
	if err := p.said(where, medium, y-7, 9, room, inkBlack); err != nil {
		return err
	}
	if p.leaf > 1 {
		if err := p.said(pl.Title+"  ·  "+pl.Subtitle, semiBold, y-20, 9, pl.room(), inkBlack); err != nil {
			return err
		}
		p.y = y - 32
		return nil
	}
	if err := p.said(pl.Title, semiBold, y-35, 23, room, inkBlack); err != nil {
		return err
	}
	below := y - 52
	for _, text := range append([]string{pl.Subtitle}, strings.Split(pl.Summary, "\n")...) {
		if text == "" {
			continue
		}
		if err := p.said(text, regular, below, 9.5, pl.room(), inkBlack); err != nil {
			return err
		}
		below -= 13.5
	}
	p.y = below - 7
	return nil
}

// said places our own words at the left margin, smaller where they are too long.
func (p *press) said(text string, w weight, y, points, room float64, k ink) error {
	l, err := p.words(p.pl, text, w)
	if err != nil {
		return err
	}
	p.page.text(l, listSide, y, sizeFor(l, points, room), 0, k)
	return nil
}

// state draws how far the list can be relied on, and returns the room it took.
// What is not official is white on black: nobody overlooks it, on any printer.
func (p *press) state(y float64) (float64, error) {
	if p.pl.State == "" {
		return 0, nil
	}
	l, err := p.words(p.pl, upper(p.pl.say.T("paper.state."+string(p.pl.State))), semiBold)
	if err != nil {
		return 0, err
	}
	const points, pad, tracking = 10.0, 9.0, 60.0
	w := l.width*points/1000 + tracking*points/1000*float64(len([]rune(l.text))-1) + 2*pad
	x := p.pl.box.w - listSide - w
	k := inkWhite
	if p.pl.State == results.Official {
		k = inkBlack
		p.page.setPen(inkBlack, 1)
		p.page.nums(x+0.5, y-13.5, w-1, 19).op("re")
		p.page.op("S")
	} else {
		p.page.rect(x, y-14, w, 20, inkBlack)
	}
	p.page.text(l, x+pad, y-7.6, points, tracking, k)
	return w, nil
}

// feet writes the foot of every page, now that their number is known.
func (p *press) feet() error {
	for i, t := range p.tails {
		p.pl = t.pl
		p.page = canvas{doc: p.doc, b: p.page.b[:0]}
		if err := p.foot(i+1, len(p.tails)); err != nil {
			return err
		}
		p.doc.stream(t.object, "", p.page.b)
	}
	return p.doc.err
}

func (p *press) foot(page, of int) error {
	const y, points = 25.0, 8.0
	p.page.rule(listSide, y+11, p.pl.room(), 0.35, inkBlack)
	l, err := p.words(p.pl, p.pl.say.T("paper.page", "page", page, "of", of), medium)
	if err != nil {
		return err
	}
	w := l.width * points / 1000
	p.page.text(l, p.pl.box.w-listSide-w, y, points, 0, inkBlack)
	text, err := p.words(p.pl, p.pl.stamp(), regular)
	if err != nil {
		return err
	}
	p.page.text(text, listSide, y, sizeFor(text, points, p.pl.room()-w-16), 0, inkBlack)
	if p.pl.Note == "" {
		return nil
	}
	return p.said(p.pl.Note, regular, y-10, 6.8, p.pl.room(), inkNote)
}

// stamp says the state, the revision and the instant.
func (pl *plan) stamp() string {
	var parts []string
	if pl.State != "" {
		parts = append(parts, pl.say.T("paper.state."+string(pl.State)))
	}
	if pl.Revision > 0 {
		parts = append(parts, pl.say.T("paper.revision", "revision_raw", pl.Revision))
	}
	if pl.At != 0 {
		at := pl.At.Time()
		if pl.Zone != nil {
			at = at.In(pl.Zone)
		}
		day := award.Date(pl.say, at)
		parts = append(parts, pl.say.T("paper.at", "day", day, "time", at.Format("15:04:05"), "offset", "UTC"+at.Format("-07:00")))
	}
	if len(parts) == 0 {
		return pl.Event
	}
	return strings.Join(parts, "  ·  ")
}

// report tells once that a text cannot be printed as it was written.
func (p *press) report(pl *plan, l *line) {
	for _, r := range l.missing {
		key := l.text + string(r)
		if p.lost[key] {
			continue
		}
		p.lost[key] = true
		p.warnings = append(p.warnings, fault.New(fault.Unavailable, "paper.glyph_missing", fault.Args{
			"character": string(r), "code_point": codePoint(r), "text": l.text, "list": pl.Title,
		}))
	}
}

func codePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }
