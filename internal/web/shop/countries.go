package shop

import (
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/web/site"
)

// nations are the countries of travel documents in each language, in its order:
// ISO 3166 alpha-3 codes and names.
var nations = sync.OnceValue(func() map[lang.Tag][]site.Option {
	out := map[lang.Tag][]site.Option{}
	for _, tag := range lang.Tags {
		names := display.Regions(language.Make(string(tag)))
		for _, n := range race.Nations() {
			if n.ISO3 == "" {
				continue
			}
			name := n.English
			if r, err := language.ParseRegion(n.ISO3); err == nil && names != nil {
				if own := names.Name(r); own != "" && tag != lang.English {
					name = own
				}
			}
			out[tag] = append(out[tag], site.Option{Value: n.ISO3, Text: name})
		}
		order := collate.New(language.Make(string(tag)))
		slices.SortStableFunc(out[tag], func(a, b site.Option) int { return order.CompareString(a.Text, b.Text) })
	}
	return out
})

// countries are the choices of a citizenship, the empty one first.
func countries(c *site.Call) []site.Option {
	return append([]site.Option{{Text: "—"}}, nations()[c.Tag]...)
}

// countryName is a country in the reader's language, the code if it is unknown.
func countryName(tag lang.Tag, code string) string {
	for _, o := range nations()[tag] {
		if o.Value == code {
			return o.Text
		}
	}
	return code
}
