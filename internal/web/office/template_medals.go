package office

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stadion/internal/access"
	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/results"
	"stadion/internal/web/site"
)

type medalsView struct {
	place
	Line     raceLine
	Form     *site.Form
	Revision RevisionHead // Number 0 = nothing published
	Lists    []medalList
	Left     fault.List
	Langs    []site.Option
	Papers   []site.Option
}

// medalList is the medals of one list.
type medalList struct {
	Name   string
	Medals []award.Certificate
}

// Official reports whether the medals can no longer change.
func (v medalsView) Official() bool { return v.Revision.State == results.Official }

// Design is the page of their design.
func (v medalsView) Design() string {
	return v.Base() + "/certificates/design?" + url.Values{"kind": {string(award.ForMedal)}}.Encode()
}

// MedalsForm answers GET …/race/{race}/medals: who gets which medal by the
// latest published list, and the form that prints their certificates.
func (m *Room) MedalsForm(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	keep, err := m.designs()
	if err != nil {
		return err
	}
	v := medalsView{place: p, Line: p.raceLine(b), Papers: paperOptions, Langs: langOptions(),
		Form: site.NewForm(url.Values{"lang": {string(c.Tag)}, "paper": {"A4"}})}
	o, err := m.medalOrder(c, p.Desk.Edition, b.Race.ID, &v.Revision)
	if err != nil {
		return err
	}
	if v.Revision.Number > 0 {
		o.Lang = c.Tag
		certs, left, err := keep.Medals(c.R.Context(), o)
		if err != nil {
			return err
		}
		v.Left = left
		for _, one := range certs {
			if n := len(v.Lists); n == 0 || v.Lists[n-1].Medals[0].Medal.List != one.Medal.List {
				v.Lists = append(v.Lists, medalList{Name: one.Medal.Of})
			}
			l := &v.Lists[len(v.Lists)-1]
			l.Medals = append(l.Medals, one)
		}
	}
	return c.Render(200, "template_medals", p.Title(c.T("office.medals.title")), v)
}

// medalOrder is an order of a race's latest revision, whose head it finds.
func (m *Room) medalOrder(c *site.Call, edition, raceID string, head *RevisionHead) (Order, error) {
	o := Order{Edition: edition, Race: raceID, Base: m.base(c) + "/c/"}
	heads, err := m.Revisions.Revisions(c.R.Context(), edition, raceID)
	if err == nil && len(heads) > 0 {
		*head = heads[0]
		o.Revision = head.Number
	}
	return o, err
}

// MedalsMake answers POST …/race/{race}/medals: the medal certificates of all, or
// of the bibs named, as one file.
func (m *Room) MedalsMake(c *site.Call) error {
	p, b, err := m.raceAt(c)
	if err != nil {
		return err
	}
	f, err := c.Form()
	if err != nil {
		return err
	}
	keep, err := m.designs()
	if err != nil {
		return err
	}
	var head RevisionHead
	o, err := m.medalOrder(c, p.Desk.Edition, b.Race.ID, &head)
	if err != nil {
		return err
	}
	if o.Revision == 0 {
		return fault.New(fault.Conflict, "office.nothing_published", fault.Args{"race": b.Race.Name})
	}
	o.Lang, o.Paper = lang.Tag(f.Get("lang")), f.Get("paper")
	o.Bibs = strings.Fields(strings.ReplaceAll(f.Get("bib"), ",", " "))
	j := &job{Edition: o.Edition, Needs: access.CertificateMake, What: "office.job.medals", Name: b.Race.Name,
		Back: p.raceLink(b.Race.ID), Began: p.Now}
	by := c.Actor
	m.jobs.start(j, func(ctx context.Context, j *job) error {
		var b bytes.Buffer
		left, err := keep.MedalRun(ctx, by, o, &b, j.progress)
		if err != nil {
			return err
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.file, j.fileName, j.left = b.Bytes(), "medals-"+o.Edition+"-"+o.Race+"-"+strconv.Itoa(o.Revision)+".pdf", left
		j.say, j.args = "office.job.printed", fault.Args{"n": j.done}
		return nil
	})
	j.wait(400 * time.Millisecond)
	return c.Redirect(p.Base() + "/job/" + j.ID)
}
