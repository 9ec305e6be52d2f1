package entry

import (
	"slices"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Outcome is what the rule says of a person.
type Outcome string

// The outcomes, from the best to the worst.
const (
	OK     Outcome = "ok"
	Review Outcome = "review" // a person at the desk has to look: something is missing or doubtful
	Barred Outcome = "barred" // cannot travel, or not run this race
)

// Finding is one thing the rule has to say. Its sentence is "entry." + Code.
type Finding struct {
	Code    string
	Field   string // of the person: "birth"
	Outcome Outcome
	Args    fault.Args
	Reason  map[string]string // the organiser's own words by language, of a bar
}

// Decision is the rule's answer on one person, and under which version it was
// given: a later rule does not change it, it is asked anew (case 32).
type Decision struct {
	Outcome  Outcome
	Findings []Finding
	Rule     string
	Age      int // on race day; -1 = not known
}

// Decide applies a rule to a person. day is the race day, "YYYY-MM-DD" in the
// event's zone; party are the persons of the same order, the person among them
// or not. It decides on citizenships and ages alone: nobody's occupation or
// opinion is known here (case 33).
func Decide(r *Rule, p *Person, day string, party []Person) Decision {
	d := Decision{Outcome: OK, Rule: r.Version, Age: -1}
	d.citizenship(r, p)
	d.age(r, p, day)
	if d.Age >= 0 && d.Age < r.adult() {
		d.guardian(r, p, day, party)
	}
	return d
}

func (d *Decision) add(o Outcome, code, field string, args fault.Args) {
	d.Findings = append(d.Findings, Finding{Code: code, Field: field, Outcome: o, Args: args})
	if o == Barred || d.Outcome == OK {
		d.Outcome = o
	}
}

// citizenship looks at the travel document and, if the rule says so, at declared
// further citizenships (cases 31, 32).
func (d *Decision) citizenship(r *Rule, p *Person) {
	own, issuer := State(p.Country), State(p.Document.Issuer)
	switch {
	case own == "" && issuer == "":
		d.add(Review, "no_country", "country", nil)
		return
	case special(own) || special(issuer):
		d.add(Review, "special_country", "country", nil)
	case own != "" && issuer != "" && own != issuer:
		d.add(Review, "other_issuer", "document.issuer", fault.Args{"country": own, "issuer": issuer})
	}
	if r.bar(d, own, "country") || issuer != own && r.bar(d, issuer, "document.issuer") || !r.Others {
		return
	}
	for _, o := range p.Other {
		if r.bar(d, State(o), "other") {
			return
		}
	}
}

// bar adds the finding if a country is barred.
func (r *Rule) bar(d *Decision, country, field string) bool {
	i := slices.IndexFunc(r.Barred, func(b Bar) bool { return State(b.Country) == country })
	if country == "" || i < 0 {
		return false
	}
	d.add(Barred, "barred", field, fault.Args{"country": country})
	d.Findings[len(d.Findings)-1].Reason = r.Barred[i].Reason
	return true
}

func (d *Decision) age(r *Rule, p *Person, day string) {
	if p.Birth == "" {
		d.add(Review, "no_birth", "birth", nil)
		return
	}
	age, ok := r.Age(p.Birth, day)
	if !ok {
		d.add(Review, "bad_birth", "birth", nil)
		return
	}
	d.Age = age
	if least := r.least(p.Race); p.Runs() && age < least {
		d.add(Barred, "too_young", "birth", fault.Args{"least": least, "age": age})
	}
}

// guardian asks for an adult of the same order, and for the written consent.
func (d *Decision) guardian(r *Rule, p *Person, day string, party []Person) {
	i := slices.IndexFunc(party, func(g Person) bool { return g.ID == p.Guardian && g.ID != p.ID })
	if p.Guardian == "" || i < 0 {
		d.add(Review, "no_guardian", "guardian", fault.Args{"adult": r.adult()})
		return
	}
	if age, ok := r.Age(party[i].Birth, day); !ok || age < r.adult() {
		d.add(Review, "guardian_minor", "guardian", fault.Args{"adult": r.adult()})
	}
	if !p.Consent {
		d.add(Review, "no_consent", "consent", nil)
	}
}

// Fault is the decision as an error in a reader's language, nil if the person is
// not barred. Faults Invalid entry.barred (args "country", "reason") and
// entry.too_young (args "least", "age"), on the field.
func (d Decision) Fault(lang string) error {
	for _, f := range d.Findings {
		switch {
		case f.Outcome != Barred:
		case f.Code == "barred":
			return fault.New(fault.Invalid, "entry.barred", fault.Args{"country": f.Args["country"], "reason": f.In(lang)}).On(f.Field)
		default:
			return fault.New(fault.Invalid, "entry.too_young", f.Args).On(f.Field)
		}
	}
	return nil
}

// In is the organiser's reason in a language, else in English, else in any.
func (f Finding) In(lang string) string {
	for _, l := range []string{lang, "en", "de", "ko", "zh"} {
		if s := f.Reason[l]; s != "" {
			return s
		}
	}
	return ""
}

// State is a citizenship or an issuer as ISO 3166 alpha-3: capitals, and "DEU"
// for the "D" that German documents carry.
func State(code string) string {
	c := foldCode(code)
	if c == "D" {
		return "DEU"
	}
	return c
}

// special codes are no country's own: stateless persons, organisations, classes
// of British nationals. The rule's list cannot speak of them; a person does.
func special(code string) bool {
	if code == "" {
		return false
	}
	n, ok := race.FromISO(code)
	return !ok || n.ISO3 != code
}
