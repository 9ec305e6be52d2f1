package pdf

import (
	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/language"

	"stadion/internal/lang"
)

// weight is how heavy text is set, where a script has a choice.
type weight uint8

const (
	regular weight = iota
	medium
	semiBold
)

// style is what decides the faces of a text beside its characters.
type style struct {
	weight  weight
	tabular bool
	lang    lang.Tag // of the text; "" for a name
	country string   // IOC code of the person whose name it is
}

func (s style) language() language.Language {
	if s.lang == "" {
		return language.NewLanguage("und")
	}
	return language.NewLanguage(string(s.lang))
}

// An item is a stretch of text of one script in one face; face nil where no
// face has its characters.
type item struct {
	start, end int
	script     language.Script
	id         faceID
	face       *face
}

// itemise cuts a stretch of one direction into items, in logical order. A
// stretch of one script keeps one face wherever one has all of it, so that no
// word changes its face in the middle.
func (s *shaper) itemise(runes []rune, part bidi.Run, st style) ([]item, error) {
	var out []item
	han := st.han(runes)
	for start := part.Start; start < part.End; {
		script, end := stretch(runes, start, part.End)
		chain := st.chain(script, han)
		id, f, err := s.first(runes[start:end], chain)
		if err != nil {
			return nil, err
		}
		if f != nil {
			out = append(out, item{start, end, script, id, f})
		} else if out, err = s.split(out, runes, start, end, script, chain); err != nil {
			return nil, err
		}
		start = end
	}
	return out, nil
}

// stretch is the script of the text at start and where it ends; characters of no
// script of their own belong to what is before them, or else after them.
func stretch(runes []rune, start, limit int) (language.Script, int) {
	script, end := language.Common, start
	for ; end < limit; end++ {
		switch own := scriptOf(runes[end]); {
		case own == language.Common || own == script:
		case script == language.Common:
			script = own
		default:
			return script, end
		}
	}
	return script, end
}

// first is the first face of the chain that has every character.
func (s *shaper) first(runes []rune, chain []faceID) (faceID, *face, error) {
next:
	for _, id := range chain {
		f, err := s.set.face(id)
		if err != nil {
			return 0, nil, err
		}
		for _, r := range runes {
			if !invisible(r) && !f.has(r) {
				continue next
			}
		}
		return id, f, nil
	}
	return 0, nil, nil
}

// split gives each character, with the marks on it, the first face that has it:
// of the chain, or of the whole set.
func (s *shaper) split(out []item, runes []rune, start, end int, script language.Script, chain []faceID) ([]item, error) {
	for start < end {
		next := start + 1
		for next < end && (marks(runes[next]) || invisible(runes[next])) {
			next++
		}
		id, f, err := s.first(runes[start:next], chain)
		if err != nil {
			return nil, err
		}
		for other := faceID(0); f == nil && other < faceCount; other++ {
			if id, f, err = s.first(runes[start:next], []faceID{other}); err != nil {
				return nil, err
			}
		}
		if n := len(out) - 1; n >= 0 && out[n].face == f && out[n].end == start && out[n].script == script {
			out[n].end = next
		} else {
			out = append(out, item{start, next, script, id, f})
		}
		start = next
	}
	return out, nil
}

// chain is the faces to try for a script, best first.
func (s style) chain(script language.Script, han faceID) []faceID {
	archivo, sans := archivoRegular, sansRegular
	switch s.weight {
	case medium:
		archivo = archivoMedium
	case semiBold:
		archivo, sans = archivoSemiBold, sansSemiBold
	}
	switch script {
	case language.Hangul:
		return []faceID{sansKR}
	case language.Hiragana, language.Katakana:
		return []faceID{sansJP}
	case language.Bopomofo:
		return []faceID{sansTC}
	case language.Han:
		return hanChain[han]
	case language.Cyrillic, language.Greek:
		return []faceID{sans}
	}
	if id, ok := ownFace[script]; ok {
		return []faceID{id, sans}
	}
	return []faceID{archivo, sans}
}

// ownFace is the face of each script that has one of its own.
var ownFace = map[language.Script]faceID{
	language.Arabic: sansArabic, language.Hebrew: sansHebrew, language.Thai: sansThai, language.Lao: sansLao,
	language.Khmer: sansKhmer, language.Myanmar: sansMyanmar, language.Devanagari: sansDevanagari,
	language.Bengali: sansBengali, language.Tamil: sansTamil, language.Sinhala: sansSinhala,
	language.Ethiopic: sansEthiopic, language.Georgian: sansGeorgian, language.Armenian: sansArmenian,
}

// hanChain is the order in which faces are tried for Han: the reader's own
// shapes first, then whoever has the character at all.
var hanChain = map[faceID][]faceID{
	sansSC: {sansSC, sansTC, sansJP, sansKR},
	sansTC: {sansTC, sansSC, sansJP, sansKR},
	sansJP: {sansJP, sansTC, sansSC, sansKR},
	sansKR: {sansKR, sansJP, sansTC, sansSC},
}

// han decides whose shapes Han characters have: the script beside them says it
// (Hangul, kana, bopomofo), else the runner's country, else the language of the
// text, else they are the simplified Chinese ones.
func (s style) han(runes []rune) faceID {
	for _, r := range runes {
		switch scriptOf(r) {
		case language.Hangul:
			return sansKR
		case language.Hiragana, language.Katakana:
			return sansJP
		case language.Bopomofo:
			return sansTC
		}
	}
	switch s.country {
	case "KOR", "PRK":
		return sansKR
	case "JPN":
		return sansJP
	case "TPE", "HKG", "MAC":
		return sansTC
	}
	if s.lang == lang.Korean {
		return sansKR
	}
	return sansSC
}
