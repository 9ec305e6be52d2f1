package sim

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"stadion/internal/race"
)

// style says how the people of a tongue write their names.
type style uint8

const (
	givenFirst  style = iota // Anna Nowak
	familyFirst              // Nagy Anna, Nguyễn Văn Hùng
	joined                   // 박철남, 王小明: family first, no space
	single                   // one name
	iberian                  // one or two given names, two to five family names
)

// tongue is a table of invented people: lists of name parts from which a name
// is put together. A list is separated by spaces, "_" stands for a space inside
// a name, and "박=Pak" is a name in its own script with its Latin form as in a
// travel document. A Latin name needs no second form: latin folds its marks.
type tongue struct {
	style     style
	men       string
	women     string
	family    string
	womenFam  string // family names of women where they differ, in the same order
	menTail   string // second syllable of a given name (Korean, Chinese)
	womenTail string
	tailSep   string // between the syllables in Latin
	wide      bool   // ä ö ü å ø are written AE OE UE AA OE in documents
}

// word is a name part in its own script and in Latin letters.
type word struct{ own, latin string }

type lists struct {
	tongue
	given, tail, fam [2][]word // men, women
}

func (t tongue) read() *lists {
	l := &lists{tongue: t}
	l.given = [2][]word{t.words(t.men), t.words(t.women)}
	l.tail = [2][]word{t.words(t.menTail), t.words(t.womenTail)}
	l.fam = [2][]word{t.words(t.family), t.words(t.womenFam)}
	if t.womenFam == "" {
		l.fam[1] = l.fam[0]
	}
	return l
}

func (t tongue) words(list string) []word {
	var out []word
	for _, f := range strings.Fields(list) {
		own, doc, ok := strings.Cut(strings.ReplaceAll(f, "_", " "), "=")
		if !ok {
			doc = latin(own, t.wide)
		}
		out = append(out, word{own, doc})
	}
	return out
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// name puts a name together.
func (l *lists) name(r *rand.Rand, sex race.Sex) race.Name {
	s := 0
	if sex == race.Female {
		s = 1
	}
	given := l.givenName(r, s)
	var family word
	if l.style != single {
		family = pick(r, l.fam[s])
	}
	n := race.Name{Family: family.latin, Given: given.latin}
	switch l.style {
	case joined:
		n.Printed = family.own + given.own
	case familyFirst:
		n.Printed = family.own + " " + given.own
	case single:
		n.Printed, n.Family, n.Given = given.own, given.latin, ""
	case iberian:
		l.lengthen(r, s, &given, &family)
		n = race.Name{Printed: given.own + " " + family.own, Family: family.latin, Given: given.latin}
	default:
		n.Printed = given.own + " " + family.own
	}
	n.MRZ = machineReadable(n.Family, n.Given)
	return n
}

func (l *lists) givenName(r *rand.Rand, s int) word {
	g := pick(r, l.given[s])
	if len(l.tail[s]) == 0 {
		return g
	}
	t := pick(r, l.tail[s])
	for t.own == g.own {
		t = pick(r, l.tail[s])
	}
	if l.tailSep == "" {
		return word{g.own + t.own, g.latin + strings.ToLower(t.latin)}
	}
	return word{g.own + t.own, g.latin + l.tailSep + t.latin}
}

// lengthen adds what Iberian and Brazilian names have: a second given name for
// half, a second family name for all, and for one in eight a name that no
// column was made for.
func (l *lists) lengthen(r *rand.Rand, s int, given, family *word) {
	add := func(w *word, more word, link string) {
		if more.own != w.own {
			w.own, w.latin = w.own+link+more.own, w.latin+link+more.latin
		}
	}
	if r.IntN(2) == 0 {
		add(given, pick(r, l.given[s]), " ")
	}
	add(family, pick(r, l.fam[s]), " ")
	if r.IntN(8) == 0 {
		add(family, pick(r, l.fam[s]), " de ")
		add(family, pick(r, l.fam[s]), " e ")
		add(family, pick(r, l.fam[s]), " ")
	}
}

// machineReadable is the name line of a travel document: capitals, "<" for
// spaces and hyphens, "<<" between family and given name (ICAO 9303).
func machineReadable(family, given string) string {
	clean := func(s string) string {
		return strings.Map(func(c rune) rune {
			switch {
			case c == ' ' || c == '-':
				return '<'
			case c >= 'A' && c <= 'Z':
				return c
			}
			return -1
		}, strings.ToUpper(s))
	}
	if given == "" {
		return clean(family)
	}
	return clean(family) + "<<" + clean(given)
}

var wideLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "Å", "Aa")

var barred = strings.NewReplacer("ß", "ss", "æ", "ae", "Æ", "Ae", "ø", "oe", "Ø", "Oe", "þ", "th", "Þ", "Th",
	"ð", "d", "Ð", "D", "đ", "d", "Đ", "D", "ł", "l", "Ł", "L", "ı", "i", "œ", "oe", "Œ", "Oe", "’", "'")

// latin is a Latin name without its marks, as travel documents print it.
func latin(s string, wide bool) string {
	if wide {
		s = wideLetters.Replace(s)
	}
	s = norm.NFD.String(barred.Replace(s))
	return strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return c
	}, s)
}
