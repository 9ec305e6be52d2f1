package pdf

import (
	"strings"

	"stadion/internal/award"
	"stadion/internal/fault"
)

// The organiser's own design. What it shows stands in one column, part under
// part; the column stands left, in the middle or right, high, in the middle or
// low. Event and state are at the head and the way to check the paper at the
// foot, as in the design of the house. Where all of it is higher than the page,
// it is set smaller; a text below leastSize is award.template_full. Names are
// never refused.

const (
	leastScale = 0.55
	leastSize  = 6.0 // points
)

// part is something in the column: lines of one size, or columns of places.
type part struct {
	lines    []*line
	size     float64
	leading  float64 // between baselines
	above    float64 // to what is above
	tracking float64
	ink      ink
	name     bool
	emblem   bool // the medal
	places   []award.Place
}

// composer lays out one certificate by a template.
type composer struct {
	*setter
	look  *Look
	t     *award.Template
	ink   ink
	red   ink
	x     float64 // left edge of the column
	parts []part
}

// layOutTemplate decides where everything of a certificate stands in the look.
func (s *shaper) layOutTemplate(c award.Certificate, look *Look, paper size) (*sheet, error) {
	t := &composer{setter: s.setter(c, paper), look: look, t: look.Template, x: left}
	t.ink, t.red = inkOf(t.t.Ink, inkBlack), inkOf(t.t.Accent, inkRed)
	lanesOn := t.t.Lanes && t.t.Align == award.AlignLeft
	if !lanesOn {
		const margin = 68.0
		t.x, t.width = margin, paper.w-2*margin
		if t.t.Align != award.AlignCentre {
			t.width = paper.w * 0.66
		}
		if t.t.Align == award.AlignRight {
			t.x = paper.w - margin + 16 - t.width
		}
	}
	if look.Picture != nil {
		t.under = append(t.under, pictureDrawing(look.Picture, t.t.Veil, paper))
	}
	if lanesOn {
		t.under = append(t.under, laneDrawing(paper, t.red))
	}
	if c.Medal != nil {
		t.parts = append(t.parts, part{emblem: true})
	}
	t.gather()
	top := t.headline(paper.h-64) - 30
	bottom := t.verify(lanesOn) + 26
	t.settle(top, bottom)
	t.plate()
	return t.done()
}

func inkOf(hex string, other ink) ink {
	if c, ok := award.ParseColour(hex); ok {
		return ink(c)
	}
	return other
}

// across is where a line of a width begins.
func (t *composer) across(w float64) float64 {
	switch t.t.Align {
	case award.AlignCentre:
		return t.x + (t.width-w)/2
	case award.AlignRight:
		return t.x + t.width - w
	}
	return t.x
}

// text adds a part of text, on as many lines as it needs.
func (t *composer) text(text string, st style, size, above float64, most int, k ink) {
	if text == "" || t.err != nil {
		return
	}
	b, err := t.fit(text, st, size, t.width, most)
	if err != nil {
		t.err = err
		return
	}
	for _, l := range b.lines {
		t.report(l)
	}
	p := part{lines: b.lines, size: b.size, leading: 1.2 * b.size, above: above, ink: k}
	for i, l := range b.lines[1:] {
		p.leading = max(p.leading, (l.high()-b.lines[i].low()+60)*b.size/1000)
	}
	t.parts = append(t.parts, p)
}

// wording is the style of an organiser's sentence: one with a person's words in
// it has the shapes of the person's country and is never kept.
func (t *composer) wording(sentence string, w weight) style {
	if strings.Contains(sentence, "{name}") || strings.Contains(sentence, "{club}") {
		return t.own(w)
	}
	return t.fixed(w)
}

// gather is what stands in the column, from the top.
func (t *composer) gather() {
	title := t.t.Title
	if title == "" {
		key := "award.title"
		if t.c.Medal != nil {
			key = "award.medal.title"
		}
		title = t.say.T(key)
	}
	filled, _ := t.c.Fill(title)
	t.text(upper(filled), t.wording(title, semiBold), 12, 24, 2, t.red)
	if n := len(t.parts); n > 0 {
		t.parts[n-1].tracking = 60
	}
	t.text(t.c.Name, t.own(semiBold), 50, 22, 3, t.ink)
	if n := len(t.parts); n > 0 {
		t.parts[n-1].name = true
	}
	if t.t.Shows(award.ShowFacts) {
		t.text(t.whoText(), t.own(medium), 10.5, 12, 2, t.ink)
	}
	for i, l := range t.t.Lines {
		above := 7.0
		if i == 0 {
			above = 20
		}
		if text, whole := t.c.Fill(l); whole {
			t.text(text, t.wording(l, regular), 16, above, 2, t.ink)
		}
	}
	if t.t.Shows(award.ShowTime) {
		t.text(t.say.T(t.timeKey()), t.fixed(medium), 10, 26, 1, t.ink)
		t.text(t.c.Time.Clock, t.figures(semiBold), 58, 9, 1, t.ink)
	}
	if t.t.Shows(award.ShowOther) && t.c.Other != nil {
		t.text(t.say.T(t.otherKey())+"   "+t.c.Other.Clock, t.figures(medium), 11.5, 10, 1, t.ink)
	}
	if t.t.Shows(award.ShowPlaces) && len(t.c.Places) > 0 {
		t.parts = append(t.parts, part{places: t.c.Places, above: 26, ink: t.ink})
	}
}

const placesHeight = 44.0

// height is that of a part without what is above it.
func (p *part) height() float64 {
	switch {
	case p.places != nil:
		return placesHeight
	case p.emblem:
		return 2 * emblemRadius
	}
	h := p.leading * float64(len(p.lines)-1)
	top := max(p.lines[0].high(), 700)
	low := min(p.lines[len(p.lines)-1].low(), -170) // what has no descenders keeps its distance too
	return h + (top-low)*p.size/1000
}

// settle places the parts between two heights.
func (t *composer) settle(top, bottom float64) {
	var need float64
	for i := range t.parts {
		if i > 0 {
			need += t.parts[i].above
		}
		need += t.parts[i].height()
	}
	room, scale := top-bottom, 1.0
	if t.c.Medal != nil { // the medal keeps its size
		need, room = need-2*emblemRadius, room-2*emblemRadius
	}
	if need > room {
		scale = room / need
	}
	tiny := false
	for i := range t.parts {
		p := &t.parts[i]
		tiny = tiny || !p.name && p.lines != nil && p.size*scale < leastSize
	}
	if scale < leastScale || tiny {
		if t.err == nil {
			t.err = fault.New(fault.Invalid, "award.template_full", fault.Args{"bib": t.c.Bib}).On("lines")
		}
		return
	}
	y := top
	switch spare := room - need*scale; t.t.Height {
	case award.HeightMid:
		y -= spare * 0.42
	case award.HeightLow:
		y -= spare
	}
	for i := range t.parts {
		if i > 0 {
			y -= t.parts[i].above * scale
		}
		y = t.set(&t.parts[i], y, scale)
	}
}

// set places a part below y and gives where it ends.
func (t *composer) set(p *part, y, scale float64) float64 {
	switch {
	case p.places != nil:
		t.columns(p.places, y, scale)
		return y - placesHeight*scale
	case p.emblem:
		t.under = append(t.under, emblemDrawing(t.c.Medal.Place, t.across(2*emblemRadius)+emblemRadius, y-emblemRadius))
		return y - 2*emblemRadius
	}
	size := p.size * scale
	base := y - max(p.lines[0].high(), 700)*size/1000
	widest := (block{lines: p.lines}).width() * size / 1000
	for i, l := range p.lines {
		w := l.width * size / 1000
		x := t.across(w + p.tracking*float64(len([]rune(l.text)))*size/1000)
		if l.leftward() && t.t.Align == award.AlignLeft {
			x += widest - w
		}
		t.put(l, x, base-p.leading*scale*float64(i), size, p.ink)
		t.texts[len(t.texts)-1].tracking = p.tracking
	}
	return y - p.height()*scale
}

// columns are the places side by side, without rules: nobody knows the ground.
func (t *composer) columns(places []award.Place, y, scale float64) {
	const gap = 26.0
	type cell struct {
		label, figure, of *line
		w                 float64
	}
	cells := make([]cell, len(places))
	total := gap * float64(len(places)-1)
	for i, p := range places {
		c := cell{label: t.shaped(p.Label, t.fixed(medium)), figure: t.shaped(t.say.Number(p.Place), t.figures(semiBold)), of: &line{}}
		if p.Of > 0 {
			c.of = t.shaped(t.say.T("award.place.of", "n", p.Of), t.figures(regular))
		}
		c.w = max(c.label.width*10/1000, c.figure.width*24/1000+6+c.of.width*10/1000)
		total += c.w
		cells[i] = c
	}
	k := min(scale, t.width/total)
	x := t.across(total * k)
	for _, c := range cells {
		t.put(c.label, x, y-8*k, 10*k, t.ink)
		used := t.put(c.figure, x-0.5, y-36*k, 24*k, t.ink)
		if c.of.width > 0 {
			t.put(c.of, x+used+6*k, y-36*k, 10*k, t.ink)
		}
		x += (c.w + gap) * k
	}
}

// headline is the event, where and when, and how far the result can be relied
// on. It gives where it ends.
func (t *composer) headline(y float64) float64 {
	state := t.say.T("award.state.official")
	if t.c.Provisional {
		state = t.say.T("award.state.provisional")
	}
	l := t.shaped(state, t.fixed(semiBold))
	w := l.width * 9 / 1000
	x := t.paper.w - 52 - w
	if t.c.Provisional { // on a ground of its own, whatever is below
		t.areas = append(t.areas, area{x - 16, y - 6, w + 16, 19, inkWhite})
		t.frame = append(t.frame, area{x - 16, y - 6, w + 16, 19, inkRed})
		t.put(l, x-8, y, 9, inkRed)
		w += 24
	} else {
		t.put(l, x, y, 9, t.ink)
	}
	if t.t.Shows(award.ShowEvent) {
		room := t.width
		if t.t.Align != award.AlignLeft {
			y -= 34
		} else {
			room = t.paper.w - 52 - w - 30 - t.x
		}
		y = t.free(t.c.Event, t.fixed(semiBold), y, 15, room, 2)
	}
	if t.t.Shows(award.ShowWhen) {
		where := t.c.Date
		if t.c.Place != "" {
			where = t.c.Place + "  ·  " + where
		}
		y = t.free(where, t.fixed(regular), y-18, 10.5, t.width, 1)
	}
	return y
}

// free places text at once, its first line on y; it gives the last baseline.
func (t *composer) free(text string, st style, y, size, room float64, most int) float64 {
	b, err := t.fit(text, st, size, room, most)
	if err != nil {
		t.err = err
		return y
	}
	for i, l := range b.lines {
		t.report(l)
		if i > 0 {
			y -= 1.16 * b.size
		}
		t.put(l, t.across(l.width*b.size/1000), y, b.size, t.ink)
	}
	return y
}

// verify is the way to check the paper: code, address, what it is read from. It
// is on white, so that a camera finds the squares. It gives how high it reaches.
func (t *composer) verify(lanesOn bool) float64 {
	first := len(t.texts)
	note := t.c.Note
	if !t.t.Shows(award.ShowNote) {
		t.c.Note = ""
	}
	t.proof()
	t.c.Note = note
	if lanesOn {
		return t.qrY + qrSide
	}
	const low = 46.0
	dx, dy := t.x-t.qrX, low-t.qrY
	wide := qrSide + 0.0
	for i := first; i < len(t.texts); i++ {
		wide = max(wide, t.texts[i].x+t.texts[i].line.width*t.texts[i].size/1000-t.qrX)
	}
	switch t.t.Align {
	case award.AlignCentre:
		dx += (t.width - wide) / 2
	case award.AlignRight:
		dx += t.width - wide
	}
	for i := first; i < len(t.texts); i++ {
		t.texts[i].x += dx
		t.texts[i].y += dy
	}
	t.qrX, t.qrY = t.qrX+dx, t.qrY+dy
	return t.qrY + qrSide
}

// plate lays white under the code and its texts where there is a picture.
func (t *composer) plate() {
	if t.look.Picture == nil {
		return
	}
	const edge = 12.0
	plate := area{t.qrX - edge, t.qrY - edge, qrSide + 2*edge, qrSide + 2*edge, inkWhite}
	for _, p := range t.texts {
		if p.y < t.qrY+qrSide && p.x > t.qrX && p.y > t.qrY-1 {
			plate.w = max(plate.w, p.x+p.line.width*p.size/1000+edge-plate.x)
		}
	}
	t.areas = append([]area{plate}, t.areas...)
}

// Legible says whether every text of a page can be read on its artwork: a
// fault.List of award.template_artwork, each with the text, its contrast, and a
// veil that would do. Nothing is said of looks without artwork.
func Legible(p Page, paper Paper) error {
	if p.Look == nil || p.Look.Template == nil || p.Look.Picture == nil {
		return nil
	}
	box, err := p.Look.paper(paper)
	if err != nil {
		return err
	}
	s := shapers.Get().(*shaper)
	defer shapers.Put(s)
	sheet, err := s.layOutPage(&p, box)
	if err != nil {
		return err
	}
	var all fault.List
	for _, t := range sheet.texts {
		a := area{t.x, t.y - 0.1*t.size, t.line.width * t.size / 1000, 0.8 * t.size, t.ink}
		if sheet.white(a) {
			continue
		}
		veil := p.Look.Template.Veil
		got := p.Look.Picture.ground(t.ink, veil, box, a)
		if got >= award.MinContrast {
			continue
		}
		for veil < award.MaxVeil && p.Look.Picture.ground(t.ink, veil, box, a) < award.MinContrast {
			veil = min(veil+5, award.MaxVeil)
		}
		all = append(all, fault.New(fault.Invalid, "award.template_artwork", fault.Args{"text": t.line.text,
			"contrast": oneDecimal(got), "want": oneDecimal(award.MinContrast), "veil": veil}).On("veil"))
	}
	return worst(all).OrNil()
}

// white reports whether an area is on a white ground of the sheet's own.
func (s *sheet) white(a area) bool {
	for _, g := range s.areas {
		if g.ink == inkWhite && a.x >= g.x && a.x+a.w <= g.x+g.w && a.y >= g.y && a.y+a.h <= g.y+g.h+4 {
			return true
		}
	}
	return false
}

// worst keeps the fault with the least contrast: one sentence says it, and its
// veil is enough for the others.
func worst(all fault.List) fault.List {
	if len(all) < 2 {
		return all
	}
	veil, least := 0, all[0]
	for _, f := range all {
		veil = max(veil, f.Args["veil"].(int))
		if f.Args["contrast"].(string) < least.Args["contrast"].(string) {
			least = f
		}
	}
	least.Args["veil"] = veil
	return fault.List{least}
}
