package office

import (
	"bytes"
	"context"

	"stadion/internal/logbook"
	"stadion/internal/web/site"
)

type archiveView struct {
	place
	Lines    int // of the record
	Official int // races whose list is official
}

// ArchiveForm answers GET …/archive: the end of an edition. Its record is taken
// out, and it is archived, or opened again.
func (m *Room) ArchiveForm(c *site.Call) error {
	p, err := m.at(c, "archive")
	if err != nil {
		return err
	}
	v := archiveView{place: p, Lines: p.Desk.Field.Lines()}
	for i := range p.Snap.Boards {
		if p.Snap.Boards[i].State == "official" {
			v.Official++
		}
	}
	return c.Render(200, "archive", p.Title(c.T("office.archive.title")), v)
}

// Archive answers POST …/archive.
func (m *Room) Archive(c *site.Call) error { return m.setArchived(c, true, "office.archive.done") }

// Unarchive answers POST …/archive/open.
func (m *Room) Unarchive(c *site.Call) error {
	return m.setArchived(c, false, "office.archive.opened")
}

func (m *Room) setArchived(c *site.Call, archived bool, say string) error {
	p, err := m.at(c, "archive")
	if err != nil {
		return err
	}
	if err := m.Editions.SetArchived(c.R.Context(), c.Actor, p.Desk.Edition, archived); err != nil {
		return err
	}
	c.Flash(site.Good, say, "name", p.Name())
	return c.Redirect(p.Base() + "/archive")
}

// Record answers GET …/record.logbook: the whole record of the edition, sealed,
// as `stadion logbook verify` checks it.
func (m *Room) Record(c *site.Call) error {
	p, err := m.at(c, "archive")
	if err != nil {
		return err
	}
	lines, err := kept(c.R.Context(), p.Desk.Log)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := logbook.Export(&b, p.Desk.Edition, lines, true); err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Disposition", `attachment; filename="`+p.Desk.Edition+`.logbook"`)
	h.Set("Cache-Control", "no-store")
	return c.Bytes(200, "application/octet-stream", b.Bytes())
}

// kept are the lines a log holds now.
func kept(ctx context.Context, log logbook.Log) ([]logbook.Line, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var out []logbook.Line
	err := log.Follow(ctx, func(l logbook.Line) error {
		out = append(out, l)
		return nil
	}, cancel)
	return out, err
}
