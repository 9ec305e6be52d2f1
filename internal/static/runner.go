package static

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/public"
	"stadion/internal/web/site"
)

// Runners' pages are many, two hundred thousand of a large race in all
// languages, and nearly the same. So what is the same is rendered once, by the
// templates of the other pages, and the rest, as the lines of lists, is written
// by hand: 15 to 30 times as fast as templates are. Everything that is not our
// own word goes through esc.

// runnerFrame is a runner's page around what is the runner's own.
type runnerFrame struct {
	head  [2]string // around the title
	foot  []string  // around the address of the page in each language
	stamp string
	of    string            // how many finished
	word  map[string]string // our own words, escaped
}

// Tokens that stand for what is the runner's own.
const (
	titleToken = "qqtitleqq"
	pathToken  = "qqpathqq"
)

// runnerFrame renders what the pages of a list share.
func (p *pages) runnerFrame(l *list) (*runnerFrame, error) {
	v := p.page(string(p.tag)+"/"+runnerPath("00"), pathToken, titleToken)
	v.Here, v.Board = "runner", l
	f := &runnerFrame{of: p.say.Number(l.counts[scoring.Finished]), word: map[string]string{}}
	head, err := p.render("head", v)
	if err != nil {
		return nil, err
	}
	before, after, ok := bytes.Cut(head, []byte(titleToken))
	if !ok {
		return nil, fmt.Errorf("static: the head has no title")
	}
	f.head = [2]string{string(before), string(after)}
	foot, err := p.render("foot", v)
	if err != nil {
		return nil, err
	}
	for _, part := range bytes.Split(foot, []byte(pathToken)) {
		f.foot = append(f.foot, string(part))
	}
	stamp, err := p.render("stamp", l)
	f.stamp = string(stamp)
	for _, key := range []string{"web.col.gun", "web.col.net", "web.col.status", "web.runner.place", "web.runner.age_grade",
		"web.runner.pace", "web.runner.pace_label", "web.runner.pace_unit", "web.runner.splits", "web.finish", "web.col.point",
		"web.col.leg", "web.col.pace", "web.col.day_time"} {
		f.word[key] = esc(p.say.T(key))
	}
	return f, err
}

func esc(s string) string { return template.HTMLEscapeString(s) }

// runner is one runner's page.
func (p *pages) runner(name string, l *list, i int) ([]byte, error) {
	r, f := &l.Rows[i], p.frames[l]
	w := &runnerWriter{pages: p, runnerFrame: f, l: l, r: r, b: make([]byte, 0, 8192)}
	below := runnerPath(l.names[i])
	w.s(f.head[0], esc(r.PrintedName+" · "+p.Edition.Name), f.head[1], "<article class=\"sheet\">\n")
	w.top(up(name) + string(p.tag) + "/" + l.path(i/window+1) + "#r-" + l.names[i])
	w.numbers()
	w.flags()
	legs := public.Legs(r)
	if plot := public.PaceOf(legs, l.Race.DistanceM); plot != nil {
		w.plot(plot)
	}
	if len(legs) > 0 {
		w.splits(legs)
	}
	w.s("</article>\n", f.foot[0])
	for _, part := range f.foot[1:] {
		w.s(below, part)
	}
	return w.b, nil
}

// runnerWriter writes one page. Its parts follow the runner's page of the
// server, word by word and class by class.
type runnerWriter struct {
	*pages
	*runnerFrame
	l *list
	r *results.Row
	b []byte
}

// s writes texts that are escaped already.
func (w *runnerWriter) s(parts ...string) {
	for _, p := range parts {
		w.b = append(w.b, p...)
	}
}

func (w *runnerWriter) top(inList string) {
	r := w.r
	w.s(`<p class="kicker"><a href="`, inList, `">`, esc(w.l.Race.Name), "</a> · ", esc(w.say.T("web.bib", "bib", r.Bib)))
	if r.Country != "" {
		w.s(` · <abbr class="ioc">`, esc(r.Country), "</abbr>")
	}
	if r.Category != "" {
		w.s(" · ", esc(r.Category))
	}
	w.s("</p>\n<h1 class=\"headline runner-name\"><bdi>", esc(r.PrintedName), "</bdi></h1>\n")
	if r.Club != "" {
		w.s(`<p class="lead"><bdi>`, esc(r.Club), "</bdi></p>\n")
	}
	w.s(`<p class="stamp">`, w.stamp, "</p>\n")
}

// numbers are the times and the places.
func (w *runnerWriter) numbers() {
	r := w.r
	figure := func(class, label, value string) {
		w.s("<div", class, "><dt>", label, `</dt><dd class="figure">`, value, "</dd></div>\n")
	}
	w.s("<dl class=\"numbers\">\n")
	if ranked, other := w.l.times(r); ranked != "" {
		mine, second := "web.col.gun", "web.col.net"
		if w.l.Basis == race.Net {
			mine, second = second, mine
		}
		figure(` class="first"`, w.word[mine], esc(ranked))
		if other != "" {
			figure("", w.word[second], esc(other))
		}
	} else {
		figure(` class="first"`, w.word["web.col.status"], esc(w.say.T("web.status_word."+string(r.Status))))
	}
	if r.Place > 0 {
		figure("", w.word["web.runner.place"], r.Place.String()+" <small>/ "+w.of+"</small>")
	}
	if r.PlaceSex > 0 {
		figure("", esc(w.say.T("web.sex."+string(r.Sex))), r.PlaceSex.String())
	}
	if r.PlaceCategory > 0 && r.Category != "" {
		figure("", esc(r.Category), r.PlaceCategory.String())
	}
	if r.AgeGrade != "" {
		figure("", w.word["web.runner.age_grade"], esc(r.AgeGrade))
	}
	w.s("</dl>\n")
}

func (w *runnerWriter) flags() {
	if len(w.r.Flags) == 0 && w.r.Remark == "" {
		return
	}
	w.s(`<ul class="flags">`)
	for _, flag := range w.r.Flags {
		if key := "web.flag." + flag; lang.Has(key) {
			w.s("<li>", esc(w.say.T(key)), "</li>")
		}
	}
	if w.r.Remark != "" {
		w.s("<li>", esc(w.r.Remark), "</li>")
	}
	w.s("</ul>\n")
}

func (w *runnerWriter) plot(p *public.Pace) {
	w.s(`<h2 class="plot-title">`, w.word["web.runner.pace"], "</h2>\n<svg class=\"plot pace\" width=\"100%\" height=\"", rem(152),
		`" role="img" aria-label="`, w.word["web.runner.pace_label"], "\">\n<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"", rem(128), `" y2="`, rem(128), "\"/>\n")
	for _, t := range p.Ticks {
		w.s(`<line class="axis" x1="`, t.X, `" x2="`, t.X, `" y1="`, rem(124), `" y2="`, rem(132), `"/>`)
		if !t.Near {
			class := "inner"
			if t.Edge != "" {
				class = t.Edge
			}
			w.s(`<text class="tick `, class, `" x="`, t.X, `" y="`, rem(147), `">`, w.point(t.Label), "</text>")
		}
	}
	w.s("\n")
	for _, st := range p.Steps {
		if st.Joined {
			w.s(`<line class="riser" x1="`, st.X1, `" x2="`, st.X1, `" y1="`, rem(st.PrevY), `" y2="`, rem(st.Y), `"/>`)
		}
		w.s(`<line class="step`, when(st.Bridges, " bridges"), `" x1="`, st.X1, `" x2="`, st.X2, `" y1="`, rem(st.Y), `" y2="`, rem(st.Y),
			`"/><text class="value`, when(st.Small, " small"), `" x="`, st.Mid, `" y="`, rem(st.Y-8), `">`, st.Pace, "</text>")
	}
	w.s("\n</svg>\n")
}

func (w *runnerWriter) splits(legs []public.Leg) {
	w.s("<div class=\"wide\"><table class=\"splits\">\n<caption>", w.word["web.runner.splits"], "</caption>\n<thead><tr>")
	for _, c := range [...][2]string{{"", "web.col.point"}, {"num", "web.col.net"}, {"num roomy", "web.col.gun"}, {"num", "web.col.leg"},
		{"num", "web.col.pace"}, {"num roomy", "web.col.day_time"}} {
		w.s(`<th scope="col"`)
		if c[0] != "" {
			w.s(` class="`, c[0], `"`)
		}
		w.s(">", w.word[c[1]], "</th>")
	}
	w.s("</tr></thead>\n<tbody>")
	for i := range legs {
		g := &legs[i]
		if !g.Seen {
			w.s(`<tr class="missing"><th scope="row">`, w.point(g.Label), `</th><td class="num">—</td><td class="num roomy">—</td><td class="num">—</td>`,
				"<td class=\"num\">—</td><td class=\"num roomy\">—</td></tr>\n")
			continue
		}
		w.s(`<tr><th scope="row">`, w.point(g.Label), `</th><td class="num">`, esc(g.NetTime), `</td><td class="num roomy">`, esc(g.GunTime),
			`</td><td class="num">`, race.Clock(g.Leg), `</td><td class="num">`, site.Pace(g.Leg, g.LegM), `</td><td class="num roomy">`,
			timeOfDay(g.At, w.l.Zone), "</td></tr>\n")
	}
	w.s("</tbody></table></div>\n<p class=\"soft\">", w.word["web.runner.pace_unit"], "</p>\n")
}

// point is the name of a course point.
func (w *runnerWriter) point(label string) string {
	if label == "" || label == "finish" {
		return w.word["web.finish"]
	}
	return esc(label)
}

// timeOfDay is an instant on the clocks of the zone, "" for none.
func timeOfDay(i race.Instant, zone *time.Location) string {
	if i == 0 {
		return ""
	}
	return i.In(zone).Format(time.TimeOnly)
}

func when(is bool, s string) string {
	if is {
		return s
	}
	return ""
}

// rem writes pixels at the plain text size as a length that grows with the words.
func rem(px int) string { return strconv.FormatFloat(float64(px)/16, 'f', -1, 64) + "rem" }
