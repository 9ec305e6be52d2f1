package race

import (
	"fmt"
	"slices"
	"strings"

	"stadion/internal/fault"
)

// lists checks the rules of lists: what they are of exists, and what they leave
// out was given before (docs/rules/lists.md).
func (v *validation) lists() {
	seen := map[string]string{}
	earlier := map[string]*List{}
	for i := range v.e.Lists {
		l, path := &v.e.Lists[i], fmt.Sprintf("list[%d]", i)
		v.id(path, l.ID, seen)
		v.listOf(path, l)
		if l.Basis != "" && l.Basis != Gun && l.Basis != Net {
			v.bad("edition.bad_basis", path+".basis", fault.Args{"value": string(l.Basis)})
		}
		v.sex(path+".sex", l.Sex)
		v.count(path+".top", l.Top)
		v.count(path+".best", l.Best)
		v.count(path+".prizes", l.Prizes)
		if l.Best > 0 && !l.Teams() {
			v.bad("edition.list_no_team", path+".best", fault.Args{"value": l.Best})
		}
		v.raceIDs(path, l.Races)
		v.exclude(path, l, earlier)
		earlier[l.ID] = l
	}
}

// listOf checks what a rule is of, and that Only is a value of it.
func (v *validation) listOf(path string, l *List) {
	known := []string{string(OfSex), string(OfClass), string(OfCategory), string(OfCountry), string(OfResident),
		string(OfPartner), string(OfClub), string(OfTeam)}
	if l.Of != OfAll && l.Of != "all" && !slices.Contains(known, string(l.Of)) {
		v.bad("edition.list_of", path+".of", fault.Args{"value": string(l.Of), "known": "all, " + strings.Join(known, ", ")})
		return
	}
	var values []string
	switch {
	case l.Only == "":
		return
	case l.Of == OfSex:
		values = []string{string(Male), string(Female), string(Mixed)}
	case l.Of == OfResident:
		values = []string{string(Resident), string(Visitor)}
	case l.Of == OfCategory:
		for _, c := range v.e.Categories {
			values = append(values, c.ID)
		}
	case l.Of == OfAll || l.Of == "all" || l.Teams():
	default:
		return // any class, country or partner may come with the start list
	}
	for _, one := range values {
		if strings.EqualFold(one, l.Only) {
			return
		}
	}
	v.bad("edition.list_only", path+".only", fault.Args{"value": l.Only, "known": strings.Join(values, ", ")})
}

// exclude lets a list leave out only winners of earlier lists of runners.
func (v *validation) exclude(path string, l *List, earlier map[string]*List) {
	for k, id := range l.Exclude {
		at := fmt.Sprintf("%s.exclude[%d]", path, k)
		switch other := earlier[id]; {
		case other == nil:
			v.bad("edition.list_exclude", at, fault.Args{"value": id})
		case other.Prizes == 0:
			v.bad("edition.list_exclude_prizes", at, fault.Args{"value": id})
		case other.Teams() || l.Teams():
			v.bad("edition.list_exclude_team", at, fault.Args{"value": id})
		}
	}
}

func (v *validation) records() {
	seen := map[string]int{}
	for i := range v.e.Records {
		r, path := &v.e.Records[i], fmt.Sprintf("record[%d]", i)
		if v.e.Race(r.Race) == nil {
			v.bad("edition.unknown_race", path+".race", fault.Args{"value": r.Race, "known": v.knownRaces()})
		}
		v.sex(path+".sex", r.Sex)
		if _, ok := r.Elapsed(); !ok {
			v.bad("edition.record_time", path+".time", fault.Args{"value": r.Time})
		}
		if strings.TrimSpace(r.Name) == "" {
			v.bad("edition.record_name", path+".name", nil)
		}
		key := r.Race + " " + string(r.Sex)
		if other, twice := seen[key]; twice {
			v.bad("edition.record_twice", path+".race", fault.Args{"value": r.Race, "other": fmt.Sprintf("record[%d]", other)})
		}
		seen[key] = i
	}
}

func (v *validation) count(path string, n int) {
	if n < 0 {
		v.bad("edition.negative", path, fault.Args{"value": n})
	}
}

func (v *validation) sex(path string, s Sex) {
	switch s {
	case "", Male, Female, Mixed:
	default:
		v.bad("edition.bad_sex", path, fault.Args{"value": string(s)})
	}
}

func (v *validation) raceIDs(path string, ids []string) {
	for k, id := range ids {
		if v.e.Race(id) == nil {
			v.bad("edition.unknown_race", fmt.Sprintf("%s.races[%d]", path, k), fault.Args{"value": id, "known": v.knownRaces()})
		}
	}
}
