package shop

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stadion/internal/entry"
	"stadion/internal/money"
	"stadion/internal/race"
	"stadion/internal/sale"
	"stadion/internal/web/site"
)

// wish is what somebody waits or applies for, as the form has it.
type wish struct {
	Form   *site.Form
	Groups []wishGroup
	Party  []site.Option
	Key    string
}

// wishGroup is a choice of one product among those of a kind.
type wishGroup struct {
	Name  string // of the field: tour, race
	Items []wishItem
}

type wishItem struct {
	ID, Name string
	Price    money.Amount
	Left     int // -1 = not counted
	Chosen   bool
}

// wish is the form as it is first shown: with what the page before asked for.
func (s *stand) wish(c *site.Call) *wish {
	w := &wish{Form: site.NewForm(url.Values{"party": {c.Query("party")}})}
	if w.Form.Get("party") == "" {
		w.Form.Set("party", "1")
	}
	menu := s.menu(c.Tag, money.Currency(c.Query("currency")))
	for n := 1; n <= menu.Persons; n++ {
		w.Party = append(w.Party, site.Option{Value: strconv.Itoa(n), Text: c.T("fair.persons", "n", n)})
	}
	asked := append(c.R.URL.Query()["want"], c.R.PostForm["tour"]...)
	asked = append(asked, c.R.PostForm["race"]...)
	for _, g := range []struct {
		name string
		list []choice
	}{{"race", menu.Races}, {"tour", menu.Tours}} {
		group := wishGroup{Name: g.name}
		for _, x := range g.list {
			group.Items = append(group.Items, wishItem{x.ID, x.Name, x.Price, x.Left, slices.Contains(asked, x.ID)})
		}
		if len(group.Items) > 0 {
			w.Groups = append(w.Groups, group)
		}
	}
	return w
}

// None reports whether nothing of the group is chosen.
func (g wishGroup) None() bool {
	return !slices.ContainsFunc(g.Items, func(x wishItem) bool { return x.Chosen })
}

// waitAsk is what the form asks for.
func (m *Room) waitAsk(c *site.Call, w *wish) sale.WaitAsk {
	party, _ := strconv.Atoi(w.Form.Get("party"))
	a := sale.WaitAsk{ID: m.ID(), Key: key(w.Form.Get("key")), Lang: string(c.Tag), Party: party,
		Private: sale.Private{Email: strings.TrimSpace(w.Form.Get("email"))}}
	for i := range w.Groups {
		for j := range w.Groups[i].Items {
			x := &w.Groups[i].Items[j]
			if x.Chosen = w.Form.Get(w.Groups[i].Name) == x.ID; x.Chosen {
				a.Wants = append(a.Wants, sale.Want{Product: x.ID, N: party})
			}
		}
	}
	a.Blinds = []string{m.Blind("email", entry.FoldEmail(a.Private.Email))}
	return a
}

// listView is the page on which one joins the waiting list.
type listView struct {
	*stand
	*wish
	Rules   []string
	Waiting int // places on the list
}

func (m *Room) listView(c *site.Call) (listView, error) {
	private(c)
	s, err := m.stand(c, "list")
	if err != nil {
		return listView{}, err
	}
	v := listView{stand: s, wish: s.wish(c), Rules: s.listRules(c)}
	v.wish.Key = m.ID()
	q, err := m.lists.of(c, m, s)
	v.Waiting = len(q.order)
	return v, err
}

// List answers GET /e/{edition}/list.
func (m *Room) List(c *site.Call) error {
	v, err := m.listView(c)
	if err != nil {
		return err
	}
	return c.Render(200, "wait_list", c.T("fair.list.title"), v)
}

// ListJoin answers POST /e/{edition}/list.
func (m *Room) ListJoin(c *site.Call) error {
	v, err := m.listView(c)
	if err != nil {
		return err
	}
	if v.Form, err = c.Form(); err != nil {
		return err
	}
	x, err := v.Counter.Join(c.R.Context(), m.waitAsk(c, v.wish))
	if err != nil {
		if v.Form.Add(err) != nil {
			return err
		}
		return c.Render(v.Form.Status(), "wait_list", c.T("fair.list.title"), v)
	}
	c.Flash(site.Good, "fair.list.joined")
	return c.Redirect(v.Base() + "/list/" + x.ID)
}

// waitView is somebody's place on the list.
type waitView struct {
	*stand
	X      *sale.Wait
	Items  []string
	Ahead  int // places before, at the most
	Number int // of the place, from 1
	Offer  *sale.Order

	OfferWhen, ClosesWhen string

	Ticket string // of an application to a draw
	Closes race.Instant
	Rules  []string
	Most   int // how often a group may be passed over
}

func (m *Room) waitView(c *site.Call) (waitView, error) {
	private(c)
	s, err := m.stand(c, "list")
	if err != nil {
		return waitView{}, err
	}
	x, err := m.Views.Wait(c.R.Context(), s.Edition.ID, c.Path("wait"))
	if err != nil {
		return waitView{}, err
	}
	v := waitView{stand: s, X: x, Rules: s.listRules(c), Closes: s.Catalogue.DrawClosesAt(), Most: s.Catalogue.List.Passes}
	for _, it := range x.Items {
		name := productName(s.Catalogue, string(c.Tag), it.Product)
		if it.N > 1 {
			name = strconv.Itoa(it.N) + " × " + name
		}
		v.Items = append(v.Items, name)
	}
	switch x.State {
	case sale.Applied:
		v.Ticket = sale.DrawTicket(x.ID)
	case sale.Waiting:
		q, err := m.lists.of(c, m, s)
		if err != nil {
			return v, err
		}
		v.Ahead = q.ahead(x)
		v.Number = v.Ahead + 1
	case sale.Offered:
		if v.Offer, err = m.Views.Order(c.R.Context(), s.Edition.ID, x.Order); err != nil {
			return v, err
		}
		v.OfferWhen = s.when(c, v.Offer.HardEnd)
	}
	v.ClosesWhen = s.when(c, v.Closes)
	if x.Drawn > 0 {
		v.Ticket = sale.DrawTicket(x.ID)
	}
	return v, nil
}

// Live reports whether the place still leads somewhere.
func (v waitView) Live() bool {
	return v.X.State == sale.Applied || v.X.State == sale.Waiting || v.X.State == sale.Offered
}

// Ended reports whether the offer has ended, though nobody has written it yet:
// who comes late is told so (case 25).
func (v waitView) Ended() bool { return v.Offer != nil && !v.Offer.Live(v.Now) }

// Wait answers GET /e/{edition}/list/{wait}.
func (m *Room) Wait(c *site.Call) error {
	v, err := m.waitView(c)
	if err != nil {
		return err
	}
	return c.Render(200, "wait_place", c.T("fair.list.title"), v)
}

// LeaveForm answers GET /e/{edition}/list/{wait}/leave: what leaving does.
func (m *Room) LeaveForm(c *site.Call) error {
	v, err := m.waitView(c)
	if err != nil {
		return err
	}
	if !v.Live() {
		return c.Redirect(v.Base() + "/list/" + v.X.ID)
	}
	return c.Render(200, "wait_leave", c.T("fair.list.title"), v)
}

// Leave answers POST /e/{edition}/list/{wait}/leave.
func (m *Room) Leave(c *site.Call) error {
	v, err := m.waitView(c)
	if err != nil {
		return err
	}
	if _, err := v.Counter.Leave(c.R.Context(), v.X.ID, c.Actor); err != nil {
		return err
	}
	c.Flash(site.Good, "fair.list.left")
	return c.Redirect(v.Base() + "/list/" + v.X.ID)
}

// listRules is the list's rule in the reader's words, said before anybody joins.
func (s *stand) listRules(c *site.Call) []string {
	r := s.Catalogue.List
	out := []string{c.T("fair.rule.list.order")}
	if r.Order == "strict" {
		out = append(out, c.T("fair.rule.list.strict", "span", span(c, r.Priority.D())))
	} else {
		out = append(out, c.T("fair.rule.list.fit", "n", r.Passes, "span", span(c, r.Priority.D())))
	}
	out = append(out, c.T("fair.rule.list.offer", "span", span(c, r.Offer.D())))
	if r.Lapsed == "place" {
		out = append(out, c.T("fair.rule.list.place"))
	} else {
		out = append(out, c.T("fair.rule.list.end"))
	}
	return append(out, c.T("fair.rule.list.price"), c.T("fair.rule.list.free"))
}

// lists are the orders of waiting lists as they were a moment ago: many look at
// their place, and few things move it.
type lists struct {
	mu   sync.Mutex
	made map[string]*listed
}

type listed struct {
	until race.Instant
	order []*sale.Wait // those waiting, the next first
}

// A list is read anew after listLife, or, when it is long, after so many times
// what reading it took, but for longestLife.
const (
	listLife    = 2 * time.Second
	listTimes   = 10
	longestLife = time.Minute
)

func (l *lists) of(c *site.Call, m *Room, s *stand) (*listed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.made[s.Edition.ID]; q != nil && s.Now < q.until && q.until.Sub(s.Now) <= longestLife { // a clock may be set
		return q, nil
	}
	began := m.Now()
	ws, err := m.Views.Queue(c.R.Context(), s.Edition.ID)
	if err != nil {
		return &listed{}, err
	}
	life := min(max(listLife, listTimes*m.Now().Sub(began)), longestLife)
	q := &listed{until: s.Now.Add(life), order: ws}
	if l.made == nil {
		l.made = map[string]*listed{}
	}
	l.made[s.Edition.ID] = q
	return q, nil
}

// ahead is how many stand before a place and want one of the same things. Who has
// just come stands behind all that the list shows.
func (q *listed) ahead(x *sale.Wait) int {
	n := 0
	for _, y := range q.order {
		if !y.Before(x) {
			break
		}
		if slices.ContainsFunc(y.Items, func(a sale.Item) bool {
			return slices.ContainsFunc(x.Items, func(b sale.Item) bool { return a.Product == b.Product })
		}) {
			n++
		}
	}
	return n
}
