package sale_test

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/sale/saletest"
)

// example is a catalogue that uses everything a file can say, with comments.
func example(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/sale.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCatalogueFile_TheExampleIsSound(t *testing.T) {
	c, warnings, err := sale.ParseCatalogue("sale.toml", []byte(example(t)))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v %v", warnings, err)
	}
	p := c.Product("tour-friday")
	if p.Prices[1].Amount != money.Of(792000, "KRW") || p.Prices[0].Amount != eur(49500) || c.Hold.BankPart != 20 || c.Bank == nil {
		t.Errorf("%+v", p.Prices)
	}
	if c.OpensAt().String() != "2026-01-15T11:00:00Z" {
		t.Errorf("opens %s", c.OpensAt())
	}
	items, _, err := sale.Quote(c, c.OpensAt(), wish("x", of("tour-friday", 2), of("entry-marathon", 2)))
	if err != nil || items[0].Each != eur(49500) {
		t.Errorf("%v %v", items, err)
	}
}

func TestCatalogueFile_TheOfficesExampleIsSound(t *testing.T) {
	b, err := os.ReadFile("../web/office/example/catalogue.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, warnings, err := sale.ParseCatalogue("catalogue.toml", b); err != nil || len(warnings) > 0 {
		t.Errorf("%v %v", warnings, err)
	}
}

func TestCatalogueFile_WrittenAndReadAgainIsTheSame(t *testing.T) {
	for name, c := range map[string]*sale.Catalogue{"shared": saletest.Catalogue(), "example": func() *sale.Catalogue {
		c, _, err := sale.ParseCatalogue("sale.toml", []byte(example(t)))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}()} {
		text, err := sale.WriteCatalogue(c)
		if err != nil {
			t.Fatal(err)
		}
		got, warnings, err := sale.ParseCatalogue("again.toml", text)
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%s: %v %v\n%s", name, warnings, err, text)
		}
		got.Edition, got.Version = c.Edition, c.Version
		again, _ := sale.WriteCatalogue(got)
		if string(again) != string(text) || !reflect.DeepEqual(got.Terms, c.Terms) || !reflect.DeepEqual(got.Bank, c.Bank) {
			t.Errorf("%s: differs\n%s\n%s", name, text, again)
		}
		if !reflect.DeepEqual(sale.QuotasOf(got), sale.QuotasOf(c)) {
			t.Errorf("%s: other quotas", name)
		}
	}
}

func TestCatalogueFile_EveryMistakeAtOnceWithItsLine(t *testing.T) {
	text := example(t)
	for _, r := range [][2]string{
		{`"2026-01-15T12:00"    #`, `"2026-03-29T02:30"    #`}, // an hour the clocks skip
		{`mode       = "first_come"`, `mode       = "lottery"`},
		{`currencies = ["EUR", "KRW"]`, `currencies = ["EUR", "KRW", "euro"]`},
		{`size = 50`, `size = -1`},
		{`{ resource = "bed:friday", n = 1 } ]
deposit`, `{ resource = "bed:sunday", n = 0 } ]
deposit`},
		{`deposit   = 30`, `deposit   = 130`},
		{`amount   = "792000" `, `amount   = "7920.50"`},
		{`needs = ["tour-friday"]`, `needs = ["tour-sunday"]`},
		{`n = 40 }`, `n = 400 }`},
		{`percent = 10  `, `percent = 0  `},
		{`{ days = 30, percent = 50 }`, `{ days = 60, percent = 500 }`},
		{`iban     = "DE89`, `iban     = "DE88`},
		{`name    = "Harbour Running Club"`, `name    = ""`},
		{`id   = "entry-marathon"`, `id   = "tour-friday"`},
	} {
		if !strings.Contains(text, r[0]) {
			t.Fatalf("the example has no %q", r[0])
		}
		text = strings.Replace(text, r[0], r[1], 1)
	}
	_, _, err := sale.ParseCatalogue("sale.toml", []byte(text))
	var list fault.List
	if !errors.As(err, &list) {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	want := map[string]string{ // code and what its line must hold
		"sale.file_skipped": "02:30", "sale.file_choice": "lottery", "sale.file_currency": "euro", "sale.file_number": "size = -1",
		"sale.file_unknown": "bed:sunday", "sale.file_amount": "7920.50", "sale.file_allocation": "400",
		"sale.file_missing": "percent = 0", "sale.file_twice": "tour-friday", "sale.file_iban": "DE88",
	}
	for _, f := range list {
		line := lines[f.Args["line"].(int)-1]
		if w, ok := want[f.Code]; ok && strings.Contains(line, w) {
			delete(want, f.Code)
		}
		for _, tag := range lang.Tags {
			if s := lang.For(tag).Fault(f); strings.Contains(s, "{") && !strings.Contains(s, "{ ") || !strings.Contains(s, "sale.toml") || s == f.Code {
				t.Errorf("%s in %s: %s", f.Code, tag, s)
			}
		}
	}
	for code, w := range want {
		t.Errorf("%s at %q was not found in\n%v", code, w, err)
	}
	if len(list) < 18 {
		t.Errorf("%d found:\n%v", len(list), err)
	}
}

func TestCatalogueFile_NotACatalogue(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"binary":   {"\xff\xfe\x00", "sale.file_encoding"},
		"unclosed": {"opens = \"2026", "sale.file_not_toml"},
		"type":     {"opens = 5", "sale.file_not_toml"},
		"duration": {"[hold]\nsoft = \"soon\"", "sale.file_not_toml"},
		"empty":    {"", "sale.file_missing"},
		"huge":     {strings.Repeat("#", 1<<20+1), "sale.file_too_large"},
		"csv":      {"id,name\n1,2\n", "sale.file_not_toml"},
	} {
		_, _, err := sale.ParseCatalogue("x.toml", []byte(c.text))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	_, warnings, err := sale.ParseCatalogue("x.toml", []byte("\uFEFF"+strings.Replace(example(t), "[limit]", "[limit]\npresons = 3", 1)))
	if err != nil || len(warnings) != 1 || warnings[0].Args["key"] != "limit.presons" {
		t.Errorf("%v %v", warnings, err)
	}
}

func FuzzParseCatalogue(f *testing.F) {
	b, err := os.ReadFile("testdata/sale.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("[[product]]\n[[product.price]]\namount='1'\n[product.price.x]\n"))
	f.Add([]byte("product = [ { uses = [ { n = 1 }, ], price = [ ] } ]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _, err := sale.ParseCatalogue("x.toml", text)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v %v", c, err)
		}
		if err == nil {
			if _, err := sale.WriteCatalogue(c); err != nil {
				t.Fatal(err)
			}
		}
	})
}
