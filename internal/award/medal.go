package award

import (
	"cmp"
	"strconv"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Kind says what a certificate is for. A template belongs to one.
type Kind string

// The kinds.
const (
	ForFinisher Kind = "finisher"
	ForMedal    Kind = "medal"
)

// Kinds are both, in the order they are shown.
var Kinds = []Kind{ForFinisher, ForMedal}

// ParseKind reads a kind; "" is a finisher's. Fault: award.kind.
func ParseKind(word string) (Kind, error) {
	switch k := Kind(word); k {
	case "":
		return ForFinisher, nil
	case ForFinisher, ForMedal:
		return k, nil
	}
	return "", fault.New(fault.Invalid, "award.kind", fault.Args{"value": word}).On("kind")
}

// lastMedal is the last place with a medal.
const lastMedal = 3

// Medal is what a medal certificate says beside a finisher's: a place among the
// first three of one list. Metal and place are told in words, because print and
// eye may know no colour.
type Medal struct {
	List   string // id of the list: "sex-f"
	Of     string // its name in the reader's words: "Women"
	Place  int    // 1 to 3; runners with equal places share it
	Shared int    // how many have it, from 1
	Metal  string // "Gold"
	Words  string // "First place", "Shared first place"
	Basis  race.Basis
}

// Medals makes the medal certificates of the list: of every rule of the edition
// with prizes (not those of teams) the places 1 to 3, and of men, women and
// mixed if no rule with prizes is by sex alone. A prize counts as the place: who
// is left out of a list for a prize in an earlier one passes it on. In the order
// of the lists; who has two medals has two certificates. Whoever cannot be given
// one is named with the reason.
func (i *Issuer) Medals() ([]Certificate, fault.List) {
	e := *i.edition
	e.Lists = medalRules(&e, i.race, i.revision.Basis)
	rows := make([]results.Row, len(i.revision.Rows)) // standings point into their rows: these are its own
	copy(rows, i.revision.Rows)
	contest := results.Contest{Race: i.race, Basis: i.revision.Basis, State: i.revision.State, Revision: i.revision.Number, Rows: rows}
	var out []Certificate
	var refused fault.List
	for _, s := range results.Standings(&e, contest, i.revision.At) {
		if s.Rule.Prizes == 0 || s.Rule.Teams() {
			continue
		}
		for n := range s.Lines {
			if l := &s.Lines[n]; l.Prize >= 1 && l.Prize <= lastMedal {
				c, err := i.Certificate(*l.Row)
				if err != nil {
					refused = append(refused, err.(*fault.Error))
					continue
				}
				out = append(out, i.decorate(c, &s, l.Prize))
			}
		}
	}
	return out, refused
}

// medalRules are the edition's rules of lists, and one by sex for the first
// three if none of them gives prizes to everybody of a sex.
func medalRules(e *race.Edition, r *race.Race, basis race.Basis) []race.List {
	var out []race.List
	bySex := map[race.Sex]bool{}
	for _, l := range e.ListRules() {
		if l.InRace(r.ID) && l.Prizes > 0 && l.Class == "" && !l.Private() {
			switch {
			case l.Of == race.OfSex && l.Sex == "":
				bySex[race.Sex(l.Only)] = true
			case (l.Of == race.OfAll || l.Of == "all") && l.Sex != "":
				bySex[l.Sex] = true
			}
		}
		out = append(out, l)
	}
	if bySex[""] || bySex[race.Male] && bySex[race.Female] {
		return out
	}
	rule := race.List{ID: "medal-by-sex", Of: race.OfSex, Prizes: lastMedal, Basis: cmp.Or(basis, r.RankBy)}
	return append([]race.List{rule}, out...)
}

// decorate makes a finisher's certificate one of a medal.
func (i *Issuer) decorate(c Certificate, s *results.Standing, place int) Certificate {
	m := &Medal{List: s.ID, Of: s.Title().In(string(i.opt.Lang), i.say.With), Place: place, Basis: s.Basis}
	for n := range s.Lines {
		if s.Lines[n].Prize == place {
			m.Shared++
		}
	}
	n := strconv.Itoa(place)
	m.Metal = i.say.T("award.medal.metal." + n)
	m.Words = i.say.T("award.medal.place." + n)
	if m.Shared > 1 {
		m.Words = i.say.T("award.medal.shared." + n)
	}
	if c.Time.Basis != m.Basis && c.Other != nil && c.Other.Basis == m.Basis { // the list's own time first
		c.Time, c.Other = *c.Other, &Time{c.Time.Basis, c.Time.Clock}
	}
	c.Medal = m
	return c
}

// Specimen is the certificate of a row for looking at a design; of a medal, the
// first place of its sex, whatever the row's place is. It is never given out.
// Faults as Certificate.
func (i *Issuer) Specimen(row results.Row, k Kind) (Certificate, error) {
	c, err := i.Certificate(row)
	if err != nil || k != ForMedal {
		return c, err
	}
	rule := race.List{ID: "specimen", Of: race.OfSex, Prizes: lastMedal, Basis: c.Time.Basis}
	if row.Sex == "" {
		rule.Of = race.OfAll
	}
	s := results.Standing{ID: rule.ID, Rule: rule, Value: string(row.Sex), Race: i.race, Basis: c.Time.Basis,
		Lines: []results.StandingLine{{Place: 1, Prize: 1, Row: &row}}}
	return i.decorate(c, &s, 1), nil
}
