package office

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
)

type certificatesView struct {
	place
	Line      raceLine
	Form      *site.Form
	Revisions []site.Option
	Langs     []site.Option
	Papers    []site.Option
	Finishers int      // of the latest revision
	Outdated  []string // bibs whose certificate says something else by now
}

// OutdatedBibs are they, as the form takes them.
func (v certificatesView) OutdatedBibs() string { return strings.Join(v.Outdated, " ") }

// CertificatesForm answers GET …/race/{race}/certificates.
func (m *Room) CertificatesForm(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	v := certificatesView{place: p, Line: p.raceLine(b), Papers: paperOptions, Langs: langOptions(),
		Form: site.NewForm(url.Values{"bib": {c.Query("bib")}, "lang": {string(c.Tag)}, "paper": {"A4"}})}
	heads, err := m.Revisions.Revisions(c.R.Context(), p.Desk.Edition, b.Race.ID)
	if err != nil {
		return err
	}
	for _, h := range heads {
		v.Revisions = append(v.Revisions, site.Option{Value: strconv.Itoa(h.Number),
			Text: c.T("web.stamp.revision", "n", h.Number) + " · " + c.T("web.state."+string(h.State))})
	}
	if len(heads) > 0 {
		if v.Outdated, err = m.Papers.Outdated(c.R.Context(), p.Desk.Edition, b.Race.ID); err != nil {
			return err
		}
		latest, err := m.Revisions.Revision(c.R.Context(), p.Desk.Edition, b.Race.ID, heads[0].Number)
		if err != nil {
			return err
		}
		for i := range latest.Rows {
			if latest.Rows[i].Status == scoring.Finished {
				v.Finishers++
			}
		}
	}
	return c.Render(200, "certificates", p.Title(b.Race.Name), v)
}

var paperOptions = []site.Option{{Value: "A4", Text: "A4"}, {Value: "Letter", Text: "Letter"}}

func langOptions() (out []site.Option) {
	for _, t := range lang.Tags {
		out = append(out, site.Option{Value: string(t), Text: t.Own()})
	}
	return out
}

// CertificatesMake answers POST …/race/{race}/certificates: a print run of every
// finisher, or the certificates of the bibs named.
func (m *Room) CertificatesMake(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	o := Order{Edition: p.Desk.Edition, Race: b.Race.ID, Revision: number(f.Get("revision")), Lang: lang.Tag(f.Get("lang")),
		Paper: f.Get("paper"), Bibs: strings.Fields(strings.ReplaceAll(f.Get("bib"), ",", " ")), Base: m.base(c) + "/c/"}
	if o.Revision == 0 {
		heads, err := m.Revisions.Revisions(c.R.Context(), o.Edition, o.Race)
		if err != nil {
			return err
		}
		if len(heads) > 0 {
			o.Revision = heads[0].Number
		}
	}
	if o.Revision == 0 {
		return fault.New(fault.Conflict, "office.nothing_published", fault.Args{"race": b.Race.Name})
	}
	name := "certificates-" + o.Edition + "-" + o.Race + "-" + strconv.Itoa(o.Revision)
	if len(o.Bibs) == 1 {
		name = "certificate-" + o.Edition + "-" + o.Bibs[0]
	}
	j := &job{Edition: o.Edition, Needs: access.CertificateMake, What: "office.job.certificates", Name: b.Race.Name,
		Back: p.raceLink(b.Race.ID), Began: p.Now}
	by := c.Actor
	m.jobs.start(j, func(ctx context.Context, j *job) error { return m.print(ctx, j, by, o, name) })
	j.wait(400 * time.Millisecond)
	return c.Redirect(p.Base() + "/job/" + j.ID)
}

func (m *Room) print(ctx context.Context, j *job, by access.Actor, o Order, name string) error {
	var b bytes.Buffer
	left, err := m.Papers.CertificateRun(ctx, by, o, &b, j.progress)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file, j.fileName, j.left = b.Bytes(), name+".pdf", left
	j.say, j.args = "office.job.printed", fault.Args{"n": j.done}
	return nil
}

// base is the address of this site as its readers have it.
func (m *Room) base(c *site.Call) string {
	scheme := "http"
	if m.secure {
		scheme = "https"
	}
	return scheme + "://" + c.R.Host
}
