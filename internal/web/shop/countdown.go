package shop

import "stadion/internal/web/site"

// countdown says when the sale opens.
func (m *Room) countdown(c *site.Call, s *stand) error {
	return c.Render(200, "countdown", s.Edition.Name, offerView{stand: s})
}
