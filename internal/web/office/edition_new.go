package office

import (
	"net/url"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/web/site"
)

type editionNewView struct {
	place
	Form    *site.Form
	Example string
}

// EditionNew answers GET /office/edition/new.
func (m *Room) EditionNew(c *site.Call) error { return m.showEditionNew(c, site.NewForm(nil)) }

func (m *Room) showEditionNew(c *site.Call, f *site.Form) error {
	text, err := examples.ReadFile("example/edition.toml")
	if err != nil {
		return err
	}
	return c.Render(f.Status(), "edition_new", c.T("office.edition_new.title"),
		editionNewView{m.lobby(c, "editions"), f, strings.TrimSpace(string(text))})
}

const editionNewPath = "/office/edition/new"

// EditionUpload answers POST /office/edition/new: the file is kept, and looked
// at next.
func (m *Room) EditionUpload(c *site.Call) error {
	u, err := m.stage(c, "", kindEdition)
	if err != nil {
		f := site.NewForm(nil)
		if err := f.Add(err); err != nil {
			return err
		}
		return m.showEditionNew(c, f)
	}
	m.preview(c, m.lobby(c, "editions"), kindEdition, u, false).wait(400 * time.Millisecond)
	return c.Redirect(editionNewPath + "/" + u.ID)
}

// EditionPreview answers GET /office/edition/new/{upload}.
func (m *Room) EditionPreview(c *site.Call) error {
	u, err := m.upload(c, "", kindEdition)
	if err != nil {
		return err
	}
	return m.showPreview(c, m.lobby(c, "editions"), kindEdition, u, editionNewPath+"/"+u.ID)
}

// EditionCreate answers POST /office/edition/new/{upload}/take.
func (m *Room) EditionCreate(c *site.Call) error {
	u, err := m.upload(c, "", kindEdition)
	if err != nil {
		return err
	}
	j := m.preview(c, m.lobby(c, "editions"), kindEdition, u, false)
	<-j.ended
	if v, ok := j.result.(*preview); !ok || !v.May() {
		return fault.New(fault.Conflict, "office.file_has_faults", fault.Args{"file": u.Name})
	}
	e, err := m.Editions.Create(c.R.Context(), c.Actor, u.Name, u.Bytes)
	if err != nil {
		return err
	}
	m.jobs.drop(u.ID)
	if _, err := m.Uploads.Take(c.R.Context(), c.Actor, "", u.ID); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	c.Flash(site.Good, "office.edition_new.done", "name", e.Name)
	return c.Redirect("/office/e/" + url.PathEscape(e.ID))
}

// EditionDiscard answers POST /office/edition/new/{upload}/discard.
func (m *Room) EditionDiscard(c *site.Call) error {
	if _, err := m.upload(c, "", kindEdition); err != nil {
		return err
	}
	m.jobs.drop(c.Path("upload"))
	if err := m.Uploads.Discard(c.R.Context(), c.Actor, "", c.Path("upload")); err != nil {
		return err
	}
	c.Flash(site.Good, "office.import.discarded")
	return c.Redirect(editionNewPath)
}
