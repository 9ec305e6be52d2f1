package pdf

import (
	"fmt"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Where things stand, in points.
const (
	left        = laneEdge + laneBand + 42 // of everything that is read
	rightMargin = 52.0
	qrSide      = 72.0
)

// placed is a line of text at its place on the page.
type placed struct {
	line           *line
	x, y           float64
	size, tracking float64
	ink            ink
}

// area is a filled rectangle.
type area struct {
	x, y, w, h float64
	ink        ink
}

// sheet is a certificate laid out: everything known, nothing drawn yet.
type sheet struct {
	paper size
	texts []placed
	areas []area
	frame []area // outlines
	under []under
	url   string
	qrX   float64
	qrY   float64
}

// under is a drawing that pages share, below the texts.
type under struct {
	name  string
	x, y  float64
	share func(d *document, name string) error // writes it, on its first page
	svg   func(s *svg)                         // draws it for a preview
}

// setter lays out one certificate.
type setter struct {
	*shaper
	sheet
	c     award.Certificate
	say   *lang.Printer
	width float64
	err   error
	lost  fault.List
}

// layOut decides where everything of a certificate in the design of the house
// stands. Faults: award.glyph_missing for each character that no face has,
// pdf.fonts_missing, pdf.font_damaged.
func (s *shaper) layOut(c award.Certificate, paper size) (*sheet, error) {
	t := s.setter(c, paper)
	if c.Medal != nil {
		t.medal()
		return t.done()
	}
	t.under = append(t.under, laneDrawing(paper, inkRed))
	spare := paper.h - 841.89 // Letter is 50 points shorter than A4
	t.head(paper.h - 74)
	y := t.name(paper.h - 322 - 0.9*spare)
	t.facts(y)
	t.time(paper.h - 492 - 0.9*spare)
	t.places(paper.h - 566 - 0.95*spare)
	t.proof()
	return t.done()
}

func (s *shaper) setter(c award.Certificate, paper size) *setter {
	t := &setter{shaper: s, c: c, say: lang.For(c.Lang)}
	t.paper, t.url = paper, c.URL
	t.width = paper.w - left - rightMargin
	return t
}

// done is the sheet, or everything that keeps it from being drawn.
func (t *setter) done() (*sheet, error) {
	if t.err != nil {
		return nil, t.err
	}
	if err := t.lost.OrNil(); err != nil {
		return nil, err
	}
	return &t.sheet, nil
}

// fixed is the style of our own words, in the language of the certificate.
func (t *setter) fixed(w weight) style { return style{weight: w, lang: t.c.Lang} }

// own is the style of a person's words: names keep the shapes of their country.
func (t *setter) own(w weight) style { return style{weight: w, country: t.c.Country} }

// figures are numbers that stand in columns.
func (t *setter) figures(w weight) style { return style{weight: w, lang: t.c.Lang, tabular: true} }

// shaped is a line, with what no face has reported.
func (t *setter) shaped(text string, st style) *line {
	l, err := t.cached(text, st)
	if err != nil {
		t.err = err
		return &line{}
	}
	t.report(l)
	return l
}

func (t *setter) report(l *line) {
	for _, r := range l.missing {
		t.lost = append(t.lost, fault.New(fault.Unavailable, "award.glyph_missing", fault.Args{
			"character": string(r), "code_point": fmt.Sprintf("U+%04X", r), "text": l.text, "bib": t.c.Bib,
		}).On("printed_name"))
	}
}

// put places a line and returns its width.
func (t *setter) put(l *line, x, y, size float64, k ink) float64 {
	t.texts = append(t.texts, placed{l, x, y, size, 0, k})
	return l.width * size / 1000
}

// within places text on one line, smaller if it would be wider than the room.
func (t *setter) within(text string, st style, x, y, size, room float64, k ink) float64 {
	l := t.shaped(text, st)
	return t.put(l, x, y, min(size, sizeFor(l, size, room)), k)
}

// stack places text on as many lines as it needs, the first on y, and returns
// the baseline of the last.
func (t *setter) stack(text string, st style, y, size, width float64, most int, k ink) float64 {
	b, err := t.fit(text, st, size, width, most)
	if err != nil {
		t.err = err
		return y
	}
	for i, l := range b.lines {
		t.report(l)
		if i > 0 {
			y -= b.size * 1.16
		}
		t.put(l, left, y, b.size, k)
	}
	return y
}

// head is the event, where and when; and how far the result can be relied on.
func (t *setter) head(y float64) {
	state, k := t.say.T("award.state.official"), inkGrey
	if t.c.Provisional {
		state, k = t.say.T("award.state.provisional"), inkRed
	}
	l := t.shaped(state, t.fixed(semiBold))
	w := l.width * 9 / 1000
	x := t.paper.w - rightMargin - w
	if t.c.Provisional {
		x -= 8 // the frame around it ends at the margin
	}
	last := t.stack(t.c.Event, t.fixed(semiBold), y, 15, t.width-w-36, 2, inkBlack)
	t.put(l, x, y, 9, k)
	if t.c.Provisional {
		t.frame = append(t.frame, area{x - 8, y - 6, w + 16, 19, inkRed})
	} else {
		t.areas = append(t.areas, area{x - 10, y + 0.6, 5.4, 5.4, inkRed})
	}
	where := t.c.Date
	if t.c.Place != "" {
		where = t.c.Place + "  ·  " + where
	}
	t.within(where, t.fixed(regular), left, last-18, 10.5, t.width, inkGrey)
}

// name is the hero: its last line stands on y, the title above its first.
// Returns where it ends. What is above and below keeps clear of the marks that
// the name really has.
func (t *setter) name(y float64) float64 {
	b, err := t.fit(t.c.Name, t.own(semiBold), 58, t.width, 3)
	if err != nil {
		t.err = err
		return y
	}
	deep := max(0, -b.lines[len(b.lines)-1].low()-220) * b.size / 1000
	y += deep // what hangs low lifts the name, not pushes what is below
	leading := 1.08 * b.size
	for i, l := range b.lines[1:] {
		leading = max(leading, (l.high()-b.lines[i].low()+90)*b.size/1000)
	}
	top := y + leading*float64(len(b.lines)-1)
	words, k := "award.title", inkRed
	if m := t.c.Medal; m != nil {
		words, k = "award.medal.title", metals[m.Place-1].deep
	}
	title := t.shaped(upper(t.say.T(words)), t.fixed(semiBold))
	t.put(title, left, top+max(b.lines[0].high(), 700)*b.size/1000+24, 9.5, k)
	t.texts[len(t.texts)-1].tracking = 80
	for i, l := range b.lines {
		t.report(l)
		x := left - b.size*0.02 // the side bearing of large letters
		if l.leftward() {
			x += (b.width() - l.width) * b.size / 1000
		}
		t.put(l, x, top-leading*float64(i), b.size, inkBlack)
	}
	return y - deep - 0.2*b.size
}

// facts are who it is and what was run.
func (t *setter) facts(y float64) {
	t.who(y - 16)
	key := "award.finished"
	if t.c.Distance == "" {
		key = "award.finished_short"
	}
	what := t.say.T(key, "race", t.c.Race, "distance", t.c.Distance)
	t.within(what, t.fixed(regular), left, y-42, 15, t.width, inkBlack)
}

// who is the line of small facts about the runner.
func (t *setter) who(y float64) {
	t.within(t.whoText(), t.own(medium), left, y, 10.5, t.width, inkGrey)
}

func (t *setter) whoText() string {
	who := ""
	for _, part := range []string{t.c.Country, t.c.Club, t.say.T("award.bib", "bib", t.c.Bib), t.c.Category} {
		switch {
		case part == "":
		case who == "":
			who = part
		default:
			who += "  ·  " + part
		}
	}
	return who
}

// time is the clock: the one that counts, large, on y; the other beside its
// words below.
func (t *setter) time(y float64) {
	clock := t.shaped(t.c.Time.Clock, t.figures(semiBold))
	size := min(92, sizeFor(clock, 92, t.width))
	t.within(t.say.T(t.timeKey()), t.fixed(medium), left, y+size*0.7+15, 10, t.width, inkGrey)
	t.put(clock, left-size*0.045, y, size, inkBlack)
	if t.c.Other == nil {
		return
	}
	w := t.within(t.say.T(t.otherKey()), t.fixed(medium), left, y-26, 10, t.width/2, inkGrey)
	t.put(t.shaped(t.c.Other.Clock, t.figures(semiBold)), left+w+10, y-26, 15, inkBlack)
}

// places are columns under a thin rule each, labels on y.
func (t *setter) places(y float64) {
	const columns, gap = 3, 16.0
	w := (t.width - gap*(columns-1)) / columns
	for i, p := range t.c.Places {
		x := left + float64(i)*(w+gap)
		t.areas = append(t.areas, area{x, y + 15, w, 0.7, inkBlack})
		t.within(p.Label, t.fixed(medium), x, y, 10, w, inkGrey)
		used := t.put(t.shaped(t.say.Number(p.Place), t.figures(semiBold)), x-0.6, y-30, 27, inkBlack)
		if p.Of > 0 {
			t.within(t.say.T("award.place.of", "n", p.Of), t.figures(regular), x+used+7, y-30, 10, w-used-7, inkGrey)
		}
	}
}

// proof is how to check the certificate: the QR code, its address, its code.
func (t *setter) proof() {
	t.qrX, t.qrY = left, laneEdge+laneBand+36
	x := left + qrSide + 18
	room := t.paper.w - rightMargin - x
	y := t.qrY + qrSide - 7
	t.within(t.say.T("award.verify"), t.fixed(medium), x, y, 10, room, inkGrey)
	t.within(t.c.Code.Show(), t.figures(semiBold), x, y-20, 15, room, inkBlack)
	t.within(t.c.URL, t.fixed(regular), x, y-35, 8.5, room, inkGrey)
	small := ""
	add := func(s string) {
		if small != "" {
			small += "  ·  "
		}
		small += s
	}
	if t.c.Revision > 0 {
		add(t.say.T("award.revision", "revision_raw", t.c.Revision))
	}
	if t.c.Version > 1 {
		add(t.say.T("award.version", "version_raw", t.c.Version))
	}
	if t.c.Note != "" {
		add(t.c.Note)
	}
	if small != "" {
		t.within(small, t.fixed(regular), x, y-49, 8.5, room, inkGrey)
	}
	if t.c.Provisional {
		t.within(t.say.T("award.state.provisional_note"), t.fixed(medium), x, t.qrY+1, 8.5, room, inkRed)
	}
}
