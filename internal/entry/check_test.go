package entry

import (
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

const today = "2025-12-01"

func TestCheck_EveryWrongFieldIsNamedAndNothingTypedIsInTheFault(t *testing.T) {
	for _, c := range []struct {
		field, code string
		wrong       func(*Person)
	}{
		{"name", "entry.name_missing", func(p *Person) { p.Name.Printed = " \t" }},
		{"name", "entry.too_long", func(p *Person) { p.Name.Printed = strings.Repeat("x", 1<<20) }},
		{"name", "entry.too_long", func(p *Person) { p.Name.Printed = strings.Repeat("김", 201) }},
		{"name", "entry.characters", func(p *Person) { p.Name.Printed = "Kim\u202egro" }},
		{"family", "entry.characters", func(p *Person) { p.Name.Family = "a\nb" }},
		{"given", "entry.characters", func(p *Person) { p.Name.Given = "\xff\xfe" }},
		{"email", "entry.email", func(p *Person) { p.Email = "kim@" }},
		{"email", "entry.email", func(p *Person) { p.Email = "kim@example.org\r\nBcc: x@y.z" }},
		{"email", "entry.email", func(p *Person) { p.Email = strings.Repeat("a", 1<<20) + "@example.org" }},
		{"sex", "entry.sex", func(p *Person) { p.Sex = "Q" }},
		{"birth", "entry.birth_future", func(p *Person) { p.Birth = "2025-12-02" }},
		{"birth", "entry.date", func(p *Person) { p.Birth = "1990-02-30" }},
		{"birth", "entry.date", func(p *Person) { p.Birth = "03/02/1990" }},
		{"birth", "entry.birth_old", func(p *Person) { p.Birth = "1890-01-01" }},
		{"country", "entry.country", func(p *Person) { p.Country = "Germany" }},
		{"country", "entry.country", func(p *Person) { p.Country = "GER" }}, // the IOC's, not ISO's
		{"other", "entry.country", func(p *Person) { p.Other = []string{"FRA", "ZZZ"} }},
		{"other", "entry.too_many", func(p *Person) { p.Other = make([]string, 1000) }},
		{"issuer", "entry.country", func(p *Person) { p.Document.Issuer = "??" }},
		{"number", "entry.too_long", func(p *Person) { p.Document.Number = strings.Repeat("1", 33) }},
		{"expires", "entry.document_expired", func(p *Person) { p.Document.Expires = "2025-11-30" }},
		{"expires", "entry.date", func(p *Person) { p.Document.Expires = "2025-13-01" }},
	} {
		p := adult("p", "DEU")
		c.wrong(&p)
		l := Check(&p, today)
		if len(l) != 1 || l[0].Field != c.field || l[0].Code != c.code || l[0].Kind != fault.Invalid {
			t.Errorf("want %s on %s, got %v", c.code, c.field, l)
			continue
		}
		if !lang.Has("fault." + c.code) {
			t.Errorf("fault.%s has no sentence", c.code)
		}
		for _, v := range l[0].Args {
			if s, ok := v.(string); ok {
				t.Errorf("%s carries %q", c.code, s)
			}
		}
	}
}

func TestCheck_PeopleAreTakenAsTheyAre(t *testing.T) {
	for _, f := range []func(*Person){
		func(p *Person) {},
		func(p *Person) { p.Name = Name{Printed: "Suharto", Family: "SUHARTO"} }, // a single name
		func(p *Person) { p.Name.Printed = "O" },
		func(p *Person) { p.Name.Printed = "می\u200cخواهم" }, // a joiner that its script needs
		func(p *Person) { p.Name.Printed = "อนันต์" },
		func(p *Person) { p.Birth, p.Email, p.Country = "", "", "" },
		func(p *Person) { p.Document = Document{Issuer: "D", Number: "C01X00T47", Expires: "2035-12-01"} },
		func(p *Person) { p.Country, p.Document.Issuer = "XXA", "UNO" },
		func(p *Person) { p.Email = "кім@приклад.укр" },
		func(p *Person) { p.Birth = today },
	} {
		p := adult("p", "DEU")
		f(&p)
		if l := Check(&p, today); len(l) != 0 {
			t.Errorf("%+v: %v", p, l)
		}
	}
}

func TestCheckParty_FieldsSayWhoseTheyAre(t *testing.T) {
	a, b := adult("p1", "DEU"), adult("p1", "DEU")
	a.Guardian, b.Birth = "p9", "2990-01-01"
	l := CheckParty([]Person{a, b}, today)
	var got []string
	for _, e := range l {
		got = append(got, e.Field+" "+e.Code)
	}
	if want := "persons.1.birth entry.birth_future, persons.1.id entry.person_id, persons.0.guardian entry.guardian"; strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
}
