package entry

import (
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
)

const raceDay = "2026-04-05"

func ruleOf() *Rule {
	return &Rule{Version: "3", Date: "2026-01-01", Others: true, MinAge: map[string]int{"marathon": 18, "": 14},
		Barred: []Bar{{Country: "USA", Reason: map[string]string{"en": "Not valid for this journey.", "de": "Gilt hier nicht."}}}}
}

func adult(id, country string) Person {
	return Person{ID: id, Race: "marathon", Name: Name{Printed: "김 철수"}, Birth: "1990-02-03", Country: country}
}

func codes(d Decision) []string {
	var out []string
	for _, f := range d.Findings {
		out = append(out, f.Code)
	}
	return out
}

func has(d Decision, code string) bool {
	for _, f := range d.Findings {
		if f.Code == code {
			return true
		}
	}
	return false
}

func TestEntry_Case32_CitizenshipDecidesByDocumentAndDeclaredOthers(t *testing.T) {
	withOther, issued, lower := adult("p", "DEU"), adult("p", "DEU"), adult("p", "usa")
	withOther.Other = []string{"FRA", "USA"}
	issued.Document = Document{Issuer: "USA", Number: "1"}
	german := adult("p", "DEU")
	german.Document = Document{Issuer: "D", Number: "C01X"}
	unknown, stateless := adult("p", ""), adult("p", "XXA")
	for _, c := range []struct {
		what   string
		p      Person
		others bool
		want   Outcome
	}{
		{"free", adult("p", "DEU"), true, OK},
		{"barred", adult("p", "USA"), false, Barred},
		{"barred in small letters", lower, false, Barred},
		{"barred by a declared other", withOther, true, Barred},
		{"the other does not count by this rule", withOther, false, OK},
		{"the document is another country's", issued, false, Barred},
		{"D is Germany", german, true, OK},
		{"country not said yet", unknown, true, Review},
		{"no country's own", stateless, true, Review},
	} {
		r := ruleOf()
		r.Others = c.others
		d := Decide(r, &c.p, raceDay, nil)
		if d.Outcome != c.want || d.Rule != "3" {
			t.Errorf("%s: %s %v under %q, want %s", c.what, d.Outcome, codes(d), d.Rule, c.want)
		}
		if (d.Fault("de") != nil) != (c.want == Barred) {
			t.Errorf("%s: fault %v", c.what, d.Fault("de"))
		}
	}
	barred := adult("p", "USA")
	err := Decide(ruleOf(), &barred, raceDay, nil).Fault("de")
	if e, _ := err.(*fault.Error); e == nil || e.Code != "entry.barred" || e.Args["reason"] != "Gilt hier nicht." || e.Field != "country" {
		t.Errorf("the reason in the reader's language is missing: %v", err)
	}
	if e, _ := Decide(ruleOf(), &barred, raceDay, nil).Fault("ko").(*fault.Error); e.Args["reason"] != "Not valid for this journey." {
		t.Errorf("a language without a reason reads English: %v", e)
	}
}

func TestEntry_Case36_MinorsOnRaceDayInTheEventsZone(t *testing.T) {
	for _, c := range []struct {
		birth, day, leap string
		want             int
		ok               bool
	}{
		{"2008-04-05", raceDay, "", 18, true},
		{"2008-04-06", raceDay, "", 17, true},
		{"2008-02-29", "2026-02-28", "", 17, true},
		{"2008-02-29", "2026-03-01", "", 18, true},
		{"2008-02-29", "2026-02-28", "02-28", 18, true},
		{"2008-02-29", "2026-02-27", "02-28", 17, true},
		{"2008-02-29", "2028-02-28", "02-28", 19, true}, // a year with the day
		{"2008-02-29", "2028-02-29", "", 20, true},
		{"2008-02-30", raceDay, "", 0, false},
		{"2027-01-01", raceDay, "", 0, false},
		{"", raceDay, "", 0, false},
		{raceDay, raceDay, "", 0, true},
	} {
		r := Rule{LeapDay: c.leap}
		if got, ok := r.Age(c.birth, c.day); got != c.want || ok != c.ok {
			t.Errorf("born %s on %s (%q): %d %v, want %d %v", c.birth, c.day, c.leap, got, ok, c.want, c.ok)
		}
	}
	pyongyang := time.FixedZone("KST", 9*3600)
	if at := race.At(time.Date(2026, 4, 4, 15, 30, 0, 0, time.UTC)); Day(at, pyongyang) != raceDay || Day(at, time.UTC) == raceDay {
		t.Error("race day is not that of the event's zone")
	}

	young := Person{ID: "p2", Race: "marathon", Birth: "2008-04-06", Country: "DEU", Guardian: "p1", Consent: true}
	party := []Person{adult("p1", "DEU"), young}
	if d := Decide(ruleOf(), &young, raceDay, party); d.Outcome != Barred || !has(d, "too_young") || fault.CodeOf(d.Fault("en")) != "entry.too_young" {
		t.Errorf("17 runs a race from 18: %v", codes(d))
	}
	young.Race = "half"
	if d := Decide(ruleOf(), &young, raceDay, party); d.Outcome != OK || d.Age != 17 {
		t.Errorf("with guardian and consent: %s %v", d.Outcome, codes(d))
	}
	alone := young
	alone.Guardian = ""
	if d := Decide(ruleOf(), &alone, raceDay, party); d.Outcome != Review || !has(d, "no_guardian") {
		t.Errorf("without guardian: %s %v", d.Outcome, codes(d))
	}
	if d := Decide(ruleOf(), &young, raceDay, []Person{young}); !has(d, "no_guardian") {
		t.Errorf("the guardian is not of the order: %v", codes(d))
	}
	young.Consent = false
	child := adult("p1", "DEU")
	child.Birth = "2010-01-01"
	if d := Decide(ruleOf(), &young, raceDay, []Person{child, young}); !has(d, "guardian_minor") || !has(d, "no_consent") {
		t.Errorf("a minor as guardian, no consent: %v", codes(d))
	}
}

func TestEntry_Case11_AlikeIsAQuestionAndNeverARefusal(t *testing.T) {
	a := Person{Name: Name{Printed: "García José"}, Birth: "1990-02-03", Email: "j@example.org"}
	with := func(f func(*Person)) *Person { p := a; f(&p); return &p }
	doc := Document{Issuer: "ESP", Number: "AAA 123"}
	for _, c := range []struct {
		what string
		x, y *Person
		want Likeness
	}{
		{"the same document, everything else typed otherwise", with(func(p *Person) { p.Document = doc }),
			&Person{Name: Name{Printed: "Pepe"}, Document: Document{Issuer: "esp", Number: "aaa123"}}, Same},
		{"the same number of another country", with(func(p *Person) { p.Document = doc }),
			&Person{Name: Name{Printed: "Pepe"}, Document: Document{Issuer: "FRA", Number: "AAA123"}}, Other},
		{"another spelling and order, other e-mail", &a, with(func(p *Person) { p.Name.Printed = "JOSE GARCIA"; p.Email = "x@example.org" }), Maybe},
		{"twins with one e-mail", &a, with(func(p *Person) { p.Name.Printed = "García Luis" }), Maybe},
		{"father and son", &a, with(func(p *Person) { p.Birth = "1960-01-01" }), Maybe},
		{"a family's e-mail", &a, with(func(p *Person) { p.Name.Printed = "García Ana"; p.Birth = "1991-01-01" }), Other},
		{"only the same name", &a, with(func(p *Person) { p.Birth = "1960-01-01"; p.Email = "x@example.org" }), Other},
		{"the name of the document", with(func(p *Person) { p.Name = Name{Printed: "喬", Family: "GARCIA", Given: "JOSE"} }), with(func(p *Person) { p.Email = "" }), Maybe},
		{"nothing is known", &Person{Name: Name{Printed: "A"}}, &Person{Name: Name{Printed: "A"}}, Other},
	} {
		if got := Like(c.x, c.y); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if Like(c.x, c.y) != Like(c.y, c.x) {
			t.Errorf("%s: the order matters", c.what)
		}
	}
	plain := func(kind, value string) string { return kind + ":" + value }
	b := Blinds(plain, " J@example.org", []Person{{Name: a.Name, Birth: a.Birth, Document: doc}})
	want := []string{"document:ESP|AAA123", "email:j@example.org", "person:name|birth|garcia jose|1990-02-03"}
	if len(b) != 3 || b[0] != want[0] || b[1] != want[1] || b[2] != want[2] {
		t.Errorf("blinds %q, want %q", b, want)
	}
}

func TestEntry_Case35_AnOldDocumentStaysForTheAmendment(t *testing.T) {
	was := adult("p1", "DEU")
	was.Document = Document{Issuer: "D", Number: "C01", Expires: "2027-01-01"}
	now := was
	now.Document = Document{Issuer: "D", Number: "C02", Expires: "2036-01-01"}
	if !Affects(&was, &now) {
		t.Error("a new document affects nothing")
	}
	told := Renew(was, now, true)
	old, cur, ok := Amended(&told)
	if !ok || old.Number != "C01" || cur.Number != "C02" {
		t.Errorf("amendment %v %v %v", old, cur, ok)
	}
	if p := Renew(was, now, false); len(p.Earlier) != 0 {
		t.Error("a document nobody was told of is kept")
	}
	again := Renew(told, told, true)
	if len(again.Earlier) != 1 {
		t.Errorf("typed again without a change: %v", again.Earlier)
	}
	renamed := was
	renamed.Name.Printed = "Kim"
	if Affects(&was, &renamed) {
		t.Error("the printed name is not the document's")
	}
}
