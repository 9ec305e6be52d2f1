package shop

import (
	"stadion/internal/money"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// Entry answers GET /e/{edition}/entry: the countdown before the sale, what is
// offered while it is open, and how it stands after.
func (m *Room) Entry(c *site.Call) error {
	if m.counting(c) {
		return nil
	}
	s, err := m.stand(c, "entry")
	if err != nil {
		return err
	}
	if s.Phase() == "soon" {
		return m.countdown(c, s)
	}
	if s.Catalogue.Mode == sale.Draw && m.drawing(s.Edition.ID) != nil {
		return c.Redirect(s.Base() + "/entry/draw")
	}
	return m.offer(c, s)
}

// offerView is what is offered.
type offerView struct {
	*stand
	Menu   *menu
	Places int // race places left, -1 = not counted
	From   money.Amount
	Scale  []tier
	Terms  sale.Terms
	Text   string
	Rule   ruleView
	Meals  *choice // the donation that pledges meals
	Draft  bool    // something was chosen already
}

func (m *Room) offer(c *site.Call, s *stand) error {
	d := m.draft(c, s)
	menu := s.menu(c.Tag, currencyOf(c, d))
	v := offerView{stand: s, Menu: menu, Places: menu.Places(), From: menu.From(), Scale: s.scale(s.Catalogue.Terms),
		Terms: s.Catalogue.Terms, Text: s.Catalogue.Terms.Text.In(string(c.Tag)), Rule: s.rule(c), Draft: len(d.Travel) > 0}
	for i := range menu.Gifts {
		if menu.Gifts[i].Meals > 0 {
			v.Meals = &menu.Gifts[i]
		}
	}
	return c.Render(200, "entry", s.Edition.Name, v)
}

// Full reports whether nobody can run any more.
func (v offerView) Full() bool {
	return v.Places == 0 || len(v.Menu.Tours) > 0 && some(v.Menu.Tours) == ""
}
