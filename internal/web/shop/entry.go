package shop

import "stadion/internal/web/site"

// Entry answers GET /e/{edition}/entry: the countdown before the sale, what is
// offered while it is open, and how it stands after.
func (m *Room) Entry(c *site.Call) error {
	s, err := m.stand(c, "entry")
	if err != nil {
		return err
	}
	if s.Phase() == "soon" {
		return m.countdown(c, s)
	}
	return m.offer(c, s)
}

// offerView is what is offered.
type offerView struct{ *stand }

func (m *Room) offer(c *site.Call, s *stand) error {
	return c.Render(200, "entry", s.Edition.Name, offerView{s})
}
