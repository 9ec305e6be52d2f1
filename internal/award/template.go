package award

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
)

// Template is an organiser's own design of a certificate: texts with named
// values, what else is shown, colours, where it stands. The artwork behind it is
// kept apart. The zero Template, completed, is a plain page. It is a value; its
// JSON is what is stored.
type Template struct {
	Title  string   `json:"title,omitempty" toml:"title"` // "" = the house's own words
	Lines  []string `json:"lines,omitempty" toml:"lines"` // below the name; a line with an empty value is left out
	Show   []Show   `json:"show,omitempty" toml:"show"`   // what else is shown
	Align  Align    `json:"align,omitempty" toml:"align"`
	Height Height   `json:"height,omitempty" toml:"height"`
	Paper  string   `json:"paper,omitempty" toml:"paper"`   // A4, Letter; "" = as ordered
	Ink    string   `json:"ink,omitempty" toml:"ink"`       // of the text, "#14181c"
	Accent string   `json:"accent,omitempty" toml:"accent"` // of the title
	Veil   int      `json:"veil,omitempty" toml:"veil"`     // white over the artwork, percent
	Lanes  bool     `json:"lanes,omitempty" toml:"lanes"`   // the track of the house; with align left
}

// Show is a part of a certificate that a template may show. The name, the word
// for what is not official and the way to check the paper are always there.
type Show string

// The parts.
const (
	ShowEvent  Show = "event"
	ShowWhen   Show = "when"   // place and date
	ShowFacts  Show = "facts"  // country, club, bib, age group
	ShowTime   Show = "time"   // the one that counts, large
	ShowOther  Show = "other"  // the other of gun and net
	ShowPlaces Show = "places" // overall, sex, age group
	ShowNote   Show = "note"   // of the edition
)

// Shows are all parts in the order of the page.
var Shows = []Show{ShowEvent, ShowWhen, ShowFacts, ShowTime, ShowOther, ShowPlaces, ShowNote}

// Align is where the text stands across the page.
type Align string

// Height is where the text stands along the page.
type Height string

// The positions.
const (
	AlignLeft   Align  = "left"
	AlignCentre Align  = "centre"
	AlignRight  Align  = "right"
	HeightTop   Height = "top"
	HeightMid   Height = "middle"
	HeightLow   Height = "bottom"
)

// Aligns and Heights are the choices in their order.
var (
	Aligns  = []Align{AlignLeft, AlignCentre, AlignRight}
	Heights = []Height{HeightTop, HeightMid, HeightLow}
)

// Bounds of a template.
const (
	MaxLines    = 8
	MaxLine     = 200 // characters of a line, placeholders as they are written
	MaxTitle    = 80
	MaxVeil     = 95
	MinContrast = 4.5 // of text on its ground (WCAG 2, AA)
)

// The colours of the house.
const (
	houseInk    = "#14181c"
	houseAccent = "#b4412b"
)

// Values are the names that a template's sentences may use, in the order they
// are explained. The sentence "award.value." + name says what each is.
var Values = []string{"name", "bib", "country", "club", "race", "distance", "time", "gun", "net",
	"place", "place_sex", "place_category", "sex", "category", "event", "date", "where"}

// MedalValues are further names on medal certificates.
var MedalValues = []string{"medal", "medal_place", "list"}

// ValuesOf are the names that a certificate of the kind has.
func ValuesOf(k Kind) []string {
	if k == ForMedal {
		return slices.Concat(Values, MedalValues)
	}
	return Values
}

// NewTemplate is where an organiser begins: the house's own texts of a kind, in
// a language, on white.
func NewTemplate(k Kind, tag lang.Tag) Template {
	say := lang.For(tag)
	lines := []string{say.With("award.finished", nil)}
	if k == ForMedal {
		lines = []string{say.With("award.template.line.medal", nil), say.With("award.template.line.race", nil)}
	}
	t := Template{Lines: lines, Show: slices.Clone(Shows)}
	if k == ForMedal {
		t.Show = []Show{ShowEvent, ShowWhen, ShowFacts, ShowTime, ShowOther, ShowNote}
	}
	return t.Complete()
}

// Complete fills in what was left empty and tidies the texts.
func (t Template) Complete() Template {
	t.Title = squash(t.Title)
	lines := make([]string, 0, len(t.Lines))
	for _, l := range t.Lines {
		if l = squash(l); l != "" {
			lines = append(lines, l)
		}
	}
	t.Lines = lines
	t.Align, t.Height = cmp.Or(t.Align, AlignLeft), cmp.Or(t.Height, HeightMid)
	t.Ink = cmp.Or(strings.ToLower(strings.TrimSpace(t.Ink)), houseInk)
	t.Accent = cmp.Or(strings.ToLower(strings.TrimSpace(t.Accent)), houseAccent)
	return t
}

func squash(s string) string { return strings.Join(strings.Fields(s), " ") }

// Shows reports whether a part is shown.
func (t *Template) Shows(part Show) bool { return slices.Contains(t.Show, part) }

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Validate says everything that is wrong with a completed template of a kind, as
// a fault.List: award.template_value (names the unknown {value}),
// award.template_brace, award.template_long, award.template_lines,
// award.template_character, award.template_colour, award.template_contrast,
// award.template_word, award.template_veil. Whether the texts can be read on an
// artwork is known when they are placed: package pdf says so.
func (t *Template) Validate(k Kind) error {
	var all fault.List
	add := func(f *fault.Error, field string) { all = append(all, f.On(field)) }
	text := func(s, field string, most, line int) {
		for _, f := range checkText(s, k, most) {
			f.Args["line"] = line
			add(f, field)
		}
	}
	text(t.Title, "title", MaxTitle, 1)
	for i, l := range t.Lines {
		text(l, "lines", MaxLine, i+1)
	}
	if len(t.Lines) > MaxLines {
		add(fault.New(fault.Invalid, "award.template_lines", fault.Args{"n": len(t.Lines), "most": MaxLines}), "lines")
	}
	white := Colour{255, 255, 255}
	for field, value := range map[string]string{"ink": t.Ink, "accent": t.Accent} {
		c, ok := ParseColour(value)
		switch {
		case !ok:
			add(fault.New(fault.Invalid, "award.template_colour", fault.Args{"value": value}), field)
		case Contrast(c, white) < MinContrast:
			add(fault.New(fault.Invalid, "award.template_contrast", fault.Args{"value": value,
				"contrast": ratio(Contrast(c, white)), "want": ratio(MinContrast)}), field)
		}
	}
	word := func(ok bool, value, field string) {
		if !ok {
			add(fault.New(fault.Invalid, "award.template_word", fault.Args{"value": value, "field": field}), field)
		}
	}
	word(slices.Contains(Aligns, t.Align), string(t.Align), "align")
	word(slices.Contains(Heights, t.Height), string(t.Height), "height")
	word(t.Paper == "" || t.Paper == "A4" || t.Paper == "Letter", t.Paper, "paper")
	for _, s := range t.Show {
		word(slices.Contains(Shows, s), string(s), "show")
	}
	if t.Veil < 0 || t.Veil > MaxVeil {
		add(fault.New(fault.Invalid, "award.template_veil", fault.Args{"value": t.Veil, "most": MaxVeil}), "veil")
	}
	slices.SortStableFunc(all, func(a, b *fault.Error) int { return cmp.Compare(fieldOrder(a.Field), fieldOrder(b.Field)) })
	return all.OrNil()
}

func fieldOrder(field string) int {
	return slices.Index([]string{"title", "lines", "show", "align", "height", "paper", "ink", "accent", "veil"}, field)
}

// checkText finds what is wrong with one text of a template.
func checkText(s string, k Kind, most int) fault.List {
	var out fault.List
	if n := len([]rune(s)); n > most {
		out = append(out, fault.New(fault.Invalid, "award.template_long", fault.Args{"n": n, "most": most}))
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			out = append(out, fault.New(fault.Invalid, "award.template_character", fault.Args{"code_point": codePoint(r)}))
			break
		}
	}
	known := ValuesOf(k)
	err := walk(s, func(name string) string {
		if !slices.Contains(known, name) {
			out = append(out, fault.New(fault.Invalid, "award.template_value", fault.Args{"value": "{" + name + "}",
				"known": "{" + strings.Join(known, "} {") + "}"}))
		}
		return ""
	}, func(string) {})
	if err != "" {
		out = append(out, fault.New(fault.Invalid, "award.template_brace", fault.Args{"value": err}))
	}
	return out
}

func codePoint(r rune) string {
	return "U+" + strings.ToUpper(strings.Repeat("0", max(0, 4-len(strconv.FormatInt(int64(r), 16))))+strconv.FormatInt(int64(r), 16))
}

// walk calls value for each {name} and plain for the text between. It returns
// the part from a brace that has no partner on, "" if there is none.
func walk(s string, value func(name string) string, plain func(string)) (stray string) {
	for s != "" {
		at := strings.IndexAny(s, "{}")
		if at < 0 {
			plain(s)
			return ""
		}
		plain(s[:at])
		end := strings.IndexAny(s[at+1:], "{}")
		if s[at] == '}' || end < 0 || s[at+1+end] == '{' {
			return s[at:]
		}
		plain(value(strings.TrimSpace(s[at+1 : at+1+end])))
		s = s[at+end+2:]
	}
	return ""
}

// Fill puts a certificate's values into a sentence. whole is false if one that
// it names is empty: such a sentence is left out.
func (c *Certificate) Fill(sentence string) (text string, whole bool) {
	var b strings.Builder
	whole = true
	walk(sentence, func(name string) string {
		v := c.Value(name)
		if v == "" {
			whole = false
		}
		return v
	}, func(s string) { b.WriteString(s) })
	return squash(b.String()), whole
}

// Value is what a name of Values or MedalValues stands for, "" if this
// certificate has none.
func (c *Certificate) Value(name string) string {
	switch name {
	case "name":
		return c.Name
	case "bib":
		return c.Bib
	case "country":
		return c.Country
	case "club":
		return c.Club
	case "race":
		return c.Race
	case "distance":
		return c.Distance
	case "time":
		return c.Time.Clock
	case "gun":
		return c.clock(race.Gun)
	case "net":
		return c.clock(race.Net)
	case "event":
		return c.Event
	case "date":
		return c.Date
	case "where":
		return c.Place
	case "place":
		return c.among("all", false)
	case "place_sex":
		return c.among("sex", false)
	case "place_category":
		return c.among("category", false)
	case "sex":
		return c.among("sex", true)
	case "category":
		return c.Category
	}
	if c.Medal == nil {
		return ""
	}
	switch name {
	case "medal":
		return c.Medal.Metal
	case "medal_place":
		return c.Medal.Words
	case "list":
		return c.Medal.Of
	}
	return ""
}

func (c *Certificate) clock(b race.Basis) string {
	switch {
	case c.Time.Basis == b:
		return c.Time.Clock
	case c.Other != nil && c.Other.Basis == b:
		return c.Other.Clock
	}
	return ""
}

func (c *Certificate) among(list string, label bool) string {
	for _, p := range c.Places {
		if p.Among == list {
			if label {
				return p.Label
			}
			return lang.For(c.Lang).Number(p.Place)
		}
	}
	return ""
}

// Colour is red, green, blue.
type Colour [3]uint8

// ParseColour reads "#14181c".
func ParseColour(s string) (c Colour, ok bool) {
	if !hexColour.MatchString(s) {
		return c, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

// Veiled is the colour under a white veil of so many percent.
func (c Colour) Veiled(percent int) Colour {
	for i, v := range c {
		c[i] = uint8(int(v) + (255-int(v))*percent/100)
	}
	return c
}

// Contrast is the ratio of luminances of two colours, from 1 to 21 (WCAG 2).
func Contrast(a, b Colour) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c Colour) float64 {
	var v [3]float64
	for i, x := range c {
		if s := float64(x) / 255; s <= 0.04045 {
			v[i] = s / 12.92
		} else {
			v[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
}

// ratio is a contrast as it is told, rounded down: what is shown is reached.
func ratio(v float64) string { return strconv.FormatFloat(math.Floor(v*10)/10, 'f', 1, 64) }
