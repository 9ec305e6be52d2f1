package shop

import (
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// drawing is the draw of an edition, nil if it has none.
func (m *Room) drawing(edition string) *sale.Drawing {
	if m.Drawings == nil {
		return nil
	}
	return m.Drawings(edition)
}

// drawView is the draw: applying, waiting for it, and its result.
type drawView struct {
	*stand
	*wish
	Closes     race.Instant
	ClosesWhen string
	Commitment string
	Rule       procedure
	Proof      *sale.DrawProof // nil before the draw
	Ticket     string          // asked for
	Number     int             // of that ticket in the order drawn; 0 = it is not in it
	Rules      []string        // of the list that the draw leaves
}

// Open reports whether applications are taken.
func (v drawView) Open() bool {
	return v.Phase() == "open" && v.Now < v.Closes && v.Proof == nil
}

func (m *Room) drawView(c *site.Call) (drawView, error) {
	s, err := m.stand(c, "entry")
	if err != nil {
		return drawView{}, err
	}
	d := m.drawing(s.Edition.ID)
	if d == nil || s.Catalogue.Mode != sale.Draw {
		return drawView{}, site.NoSuchPage()
	}
	v := drawView{stand: s, Closes: s.Catalogue.DrawClosesAt(), Commitment: d.Commitment(), Rule: s.procedure(c, m), Rules: s.listRules(c)}
	v.wish, v.ClosesWhen = s.wish(c), s.when(c, v.Closes)
	v.Key = m.ID()
	p, err := d.Proof(c.R.Context())
	if err == nil {
		v.Proof = &p
	} else if fault.KindOf(err) != fault.NotFound {
		return v, err
	}
	return v, nil
}

// Draw answers GET /e/{edition}/entry/draw.
func (m *Room) Draw(c *site.Call) error {
	v, err := m.drawView(c)
	if err != nil {
		return err
	}
	if v.Phase() == "soon" {
		return c.Redirect(v.Base() + "/entry")
	}
	if v.Ticket = strings.ToLower(c.Query("ticket")); v.Ticket != "" && v.Proof != nil {
		v.Number = slices.Index(v.Proof.Order, v.Ticket) + 1
	}
	return c.Render(200, "draw", c.T("fair.draw.title"), v)
}

// Apply answers POST /e/{edition}/entry/draw.
func (m *Room) Apply(c *site.Call) error {
	v, err := m.drawView(c)
	if err != nil {
		return err
	}
	if v.Form, err = c.Form(); err != nil {
		return err
	}
	x, err := v.Counter.Apply(c.R.Context(), m.waitAsk(c, v.wish))
	if err != nil {
		if v.Form.Add(err) != nil {
			return err
		}
		return c.Render(v.Form.Status(), "draw", c.T("fair.draw.title"), v)
	}
	c.Flash(site.Good, "fair.draw.applied")
	return c.Redirect(v.Base() + "/list/" + x.ID)
}

// DrawProof answers GET /e/{edition}/entry/draw/proof.json.
func (m *Room) DrawProof(c *site.Call) error {
	d := m.drawing(c.Path("edition"))
	if d == nil {
		return site.NoSuchPage()
	}
	p, err := d.Proof(c.R.Context())
	if err != nil {
		return err
	}
	c.W.Header().Set("Cache-Control", "public, max-age=3600")
	return c.JSON(200, p)
}
