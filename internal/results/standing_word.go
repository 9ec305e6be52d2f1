package results

import (
	"stadion/internal/fault"
	"stadion/internal/race"
)

// Sentence is a sentence of package lang, not yet in a language. Arguments may
// be sentences, lists of sentences and countries.
type Sentence struct {
	Key  string
	Args fault.Args
}

// In tells the sentence in a language: say is the With of that language's
// printer, tag the printer's own.
func (s Sentence) In(tag string, say func(key string, args fault.Args) string) string {
	args := make(fault.Args, len(s.Args))
	for k, v := range s.Args {
		switch v := v.(type) {
		case Sentence:
			args[k] = v.In(tag, say)
		case []Sentence:
			list := ""
			for i, one := range v {
				if i > 0 {
					list += say("list.comma", nil)
				}
				list += one.In(tag, say)
			}
			args[k] = list
		case race.Country:
			args[k] = v.Name(tag)
		default:
			args[k] = v
		}
	}
	return say(s.Key, args)
}

func sentence(key string, pairs ...any) Sentence {
	s := Sentence{Key: key, Args: fault.Args{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Args[pairs[i].(string)] = pairs[i+1]
	}
	return s
}

// plain is a text that is the same in every language.
func plain(text string) Sentence { return sentence("list.plain", "text", text) }

// Title is the name of the list: the organiser's own where the rule has one.
func (s *Standing) Title() Sentence {
	t := s.valueTitle()
	if s.Rule.Name != "" {
		if t = plain(s.Rule.Name); s.Value != "" && s.Rule.Only == "" {
			return sentence("list.part", "list", t, "part", s.valueTitle())
		}
		return t
	}
	if s.Rule.Class != "" {
		t = sentence("list.part", "list", t, "part", classTitle(s.Rule.Class))
	}
	if s.Rule.Sex != "" {
		t = sentence("list.part", "list", t, "part", sexTitle(s.Rule.Sex))
	}
	return t
}

func (s *Standing) valueTitle() Sentence {
	switch s.Rule.Of {
	case race.OfSex:
		return sexTitle(race.Sex(s.Value))
	case race.OfClass:
		return classTitle(race.Class(s.Value))
	case race.OfCategory:
		if s.Label != "" {
			return plain(s.Label)
		}
		return sentence("list.name.category", "category", s.Value)
	case race.OfCountry:
		return sentence("list.name.country", "country", race.IOCCode(s.Value))
	case race.OfPartner:
		return sentence("list.name.partner", "partner", s.Value)
	case race.OfResident:
		if race.Residency(s.Value) == race.Visitor {
			return sentence("list.name.visitor")
		}
		return sentence("list.name.resident")
	case race.OfTeam:
		return sentence("list.rules.team")
	case race.OfClub:
		return sentence("list.rules.club")
	}
	return sentence("list.rules.all")
}

func sexTitle(s race.Sex) Sentence {
	switch s {
	case race.Male:
		return sentence("list.name.sex.m")
	case race.Female:
		return sentence("list.name.sex.f")
	case race.Mixed:
		return sentence("list.name.sex.x")
	}
	return plain(string(s))
}

func classTitle(c race.Class) Sentence {
	switch c {
	case race.Elite:
		return sentence("list.name.class.elite")
	case race.Open:
		return sentence("list.name.class.open")
	}
	return plain(string(c))
}

// RuleTitle names all lists of a rule together: "Age groups".
func RuleTitle(l race.List) Sentence {
	if l.Name != "" {
		return plain(l.Name)
	}
	if l.Only != "" {
		one := Standing{Rule: l, Value: l.Only}
		return one.Title()
	}
	of := string(l.Of)
	if of == "" {
		of = "all"
	}
	t := sentence("list.rules." + of)
	if l.Class != "" {
		t = sentence("list.part", "list", t, "part", classTitle(l.Class))
	}
	if l.Sex != "" {
		t = sentence("list.part", "list", t, "part", sexTitle(l.Sex))
	}
	return t
}

// Words are the rules of the list as they are printed on it: the basis first
// (rule L2), then what counts for a team, the prizes, who is left out and
// whether the prizes can still change.
func (s *Standing) Words(e *race.Edition) []Sentence {
	out := []Sentence{sentence("list.basis." + string(s.Basis))}
	if s.Rule.Teams() {
		best := s.Rule.Best
		if best == 0 {
			best = bestOf
		}
		out = append(out, sentence("list.rule.team", "n", best))
	}
	if s.Rule.Prizes > 0 {
		out = append(out, sentence("list.rule.prizes", "n", s.Rule.Prizes))
	}
	if len(s.Excluded) > 0 {
		out = append(out, sentence("list.rule.exclude", "lists", s.Excluded))
	}
	if s.Award != nil {
		out = append(out, s.Award.words(e)...)
	}
	if shown := len(s.Lines) + len(s.Teams); shown < s.Total {
		out = append(out, sentence("list.rule.top", "shown", shown, "total", s.Total))
	}
	for i := range s.Records {
		out = append(out, s.Records[i].Words()...)
	}
	return out
}

func (a *Award) words(e *race.Edition) (out []Sentence) {
	if a.Settled {
		return []Sentence{sentence("list.award.settled")}
	}
	if a.Waiting > 0 {
		out = append(out, sentence("list.award.waiting", "n", a.Waiting))
	}
	if len(a.After) > 0 {
		out = append(out, sentence("list.award.after"))
	}
	if a.Until != 0 {
		at := a.Until.Time().In(e.Location())
		out = append(out, sentence("list.award.until", "time", at.Format("15:04:05")))
	}
	return out
}

// Words tell the record, what was run now, and what stands in its way.
func (k *RecordMark) Words() []Sentence {
	r := k.Record
	old := sentence("list.record.of", "time", r.Time, "name", r.Name)
	if r.Year != 0 {
		old = sentence("list.record.of_year", "time", r.Time, "name", r.Name, "year_raw", r.Year)
	}
	whose := sentence("list.record.all")
	if r.Sex != "" {
		whose = sentence("list.record.sex", "sex", sexTitle(r.Sex))
	}
	var out []Sentence
	if k.State == RecordStands {
		out = append(out, sentence("list.record.stands", "record", whose, "old", old))
	} else {
		var who []Sentence
		for _, row := range k.By {
			who = append(who, plain(row.PrintedName))
		}
		out = append(out, sentence("list.record."+string(k.State), "record", whose, "old", old, "time", k.Time, "who", who))
		if k.Pending {
			out = append(out, sentence("list.record.pending"))
		}
		if len(k.Doubt) > 0 {
			out = append(out, sentence("list.record.doubt"))
		}
	}
	for _, v := range k.Void {
		out = append(out, sentence("list.record.void."+v.Flag, "name", v.Row.PrintedName, "time", v.Row.GunTime))
	}
	return out
}
