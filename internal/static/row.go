package static

import (
	"html/template"

	"stadion/internal/results"
	"stadion/internal/scoring"
)

// rows are lines of a list, as the results page of the server has them. home
// leads to the language's folder.
func (p *pages) rows(home string, l *list, from, to int) template.HTML {
	w := &runnerWriter{pages: p, l: l, b: make([]byte, 0, 600*(to-from))}
	short := map[scoring.Status]string{}
	for i := from; i < to; i++ {
		r := &l.Rows[i]
		if _, known := short[r.Status]; !known {
			short[r.Status] = esc(p.say.T("web.status_short." + string(r.Status)))
		}
		w.s(`<tr role="row" id="r-`, l.names[i], `"><td role="cell" class="c-place num">`, r.Place.String(),
			`</td><th role="rowheader" scope="row" class="c-name"><a href="`, home, runnerPath(l.names[i]), `"><bdi>`, esc(r.PrintedName),
			`</bdi></a></th><td role="cell" class="c-country">`)
		if r.Country != "" {
			w.s(`<abbr class="ioc">`, esc(r.Country), "</abbr>")
		}
		w.s(`</td><td role="cell" class="c-bib num">`, esc(r.Bib), `</td><td role="cell" class="c-sex">`, esc(string(r.Sex)), when(r.PlaceSex > 0, " "+r.PlaceSex.String()),
			`</td><td role="cell" class="c-category">`, esc(r.Category))
		if r.PlaceCategory > 0 {
			w.s(` <span class="soft">`, r.PlaceCategory.String(), "</span>")
		}
		ranked, other := l.times(r)
		switch {
		case ranked != "":
			w.s(`</td><td role="cell" class="c-ranked num">`, esc(ranked), `</td><td role="cell" class="c-other num">`, esc(other))
		case r.Status != scoring.Finished:
			w.s(`</td><td role="cell" class="c-ranked num"><span class="word">`, short[r.Status], `</span></td><td role="cell" class="c-other num">`,
				when(r.Status == scoring.DNF, esc(lastSeen(r))))
		default:
			w.s(`</td><td role="cell" class="c-ranked num"></td><td role="cell" class="c-other num">`)
		}
		w.s(`</td><td role="cell" class="c-behind num">`, esc(r.Behind), "</td></tr>\n")
	}
	return template.HTML(w.b) // made of escaped texts above
}

// lastSeen is the label of the last point a runner passed.
func lastSeen(r *results.Row) string {
	for i := len(r.Splits) - 1; i >= 0; i-- {
		if r.Splits[i].NetTime != "" {
			return r.Splits[i].Label
		}
	}
	return ""
}
