package office

import (
	"strings"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

// rulingKind is a kind of ruling as the form offers it.
type rulingKind struct {
	Kind    logbook.RulingKind
	Shape   string // of its value: "" none, text, read, chip, wave, race, span
	Example string // of a text
	Rule    bool   // a rule should be cited
	Key     string // that chooses it
}

// rulingKinds are the kinds in the order they are offered. Undo has a page of
// its own, and so has the judges' order of several.
var rulingKinds = []rulingKind{
	{logbook.DQ, "", "", true, "q"},
	{logbook.DNF, "", "", false, "f"},
	{logbook.DNS, "", "", false, "n"},
	{logbook.NoTime, "", "", false, "z"},
	{logbook.TimeAdjust, "text", "+30s", true, "t"},
	{logbook.FinishTime, "text", "2:13:52.4", false, "h"},
	{logbook.Order, "text", "3", true, "l"},
	{logbook.VoidRead, "read", "", false, "v"},
	{logbook.GiveRead, "read", "", false, "b"},
	{logbook.AssignChip, "chip", "", false, "y"},
	{logbook.SetWave, "wave", "", false, "w"},
	{logbook.SetRace, "race", "", false, "a"},
	{logbook.Neutralise, "span", "", true, "x"},
}

func kindOf(word string) *rulingKind {
	for i := range rulingKinds {
		if string(rulingKinds[i].Kind) == word {
			return &rulingKinds[i]
		}
	}
	return nil
}

// compose makes the value of a ruling of what was typed into its parts. A form
// that comes with the value itself (a link from a read) keeps it. Faults on the
// part.
func (k *rulingKind) compose(p place, f *site.Form) (string, error) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	value := get("value")
	switch k.Shape {
	case "":
		return "", nil
	case "read":
		if get("at") == "" {
			return value, nil
		}
		at, err := p.instantOn(get("at"), "at")
		return get("point") + "@" + at.String(), err
	case "chip":
		chip := get("chip")
		if chip == "" {
			return value, nil
		}
		if get("from") == "" {
			return race.ChipKey(chip), nil
		}
		from, err := p.instantOn(get("from"), "from")
		return race.ChipKey(chip) + "@" + from.String(), err
	case "span":
		if get("from") == "" && get("to") == "" {
			return value, nil
		}
		from, err := p.instantOn(get("from"), "from")
		if err != nil {
			return "", err
		}
		to, err := p.instantOn(get("to"), "to")
		if err == nil && to <= from {
			err = fault.New(fault.Invalid, "office.span_backwards", nil).On("to")
		}
		return from.String() + "/" + to.String(), err
	}
	return value, nil
}

// decompose fills the parts of a form that came with the value only.
func (k *rulingKind) decompose(p place, f *site.Form) {
	value := strings.TrimSpace(f.Get("value"))
	set := func(name, v string) {
		if f.Get(name) == "" {
			f.Set(name, v)
		}
	}
	clock := func(name, v string) {
		var at race.Instant
		if at.UnmarshalText([]byte(v)) == nil && at != 0 {
			v = at.In(p.Zone).Format("15:04:05.000")
		}
		set(name, v)
	}
	first, rest, _ := strings.Cut(value, "@")
	switch {
	case value == "":
	case k.Shape == "read":
		set("point", first)
		clock("at", rest)
	case k.Shape == "chip":
		set("chip", first)
		clock("from", rest)
	case k.Shape == "span":
		from, to, _ := strings.Cut(value, "/")
		clock("from", from)
		clock("to", to)
	}
}

// waveChoices are the waves of a runner's race, of every race where none is known.
func (p place) waveChoices(raceID string) []site.Option {
	var out []site.Option
	for _, r := range p.Edition.Races {
		for _, w := range r.Waves {
			if raceID == "" || r.ID == raceID {
				out = append(out, site.Option{Value: w.ID, Text: waveName(&w)})
			}
		}
	}
	return out
}

// pointOptions are the points as choices of a form.
func (p place) pointOptions() []site.Option {
	var out []site.Option
	for _, pt := range p.Edition.Points {
		out = append(out, site.Option{Value: pt.ID, Text: p.PointName(pt.ID)})
	}
	return out
}
