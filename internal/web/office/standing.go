package office

import (
	"bytes"
	"net/url"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/results"
	"stadion/internal/web/site"
	"stadion/internal/web/standing"
)

// listsView is every list of a race, those of the office among them.
type listsView struct {
	place
	Board *live.Board // nil while the edition has no races
	Rules []listRule
}

// listRule is a rule with the ways to its lists.
type listRule struct {
	*standing.Rule
	Title   string
	Lists   []listWay
	Settled int // of lists with prizes
	Awards  int
}

type listWay struct {
	Title, Href string
	Runners     int
}

// listView is one list.
type listView struct {
	place
	Board *live.Board
	Rule  *standing.Rule
	List  *results.Standing // nil of a rule that has no list yet
	Title string
	Words []string
	Left  []leftOut
	standing.Window
	value string
}

// leftOut is who is left out of a list, with the reason.
type leftOut struct {
	*results.Row
	Why string
}

// Lists answers GET /office/e/{edition}/lists?race=…: every list of a race.
func (m *Room) Lists(c *site.Call) error {
	p, err := m.at(c, "lists")
	if err != nil {
		return err
	}
	v := listsView{place: p}
	if v.Board, err = p.boardAsked(c); err != nil || v.Board == nil {
		if err != nil {
			return err
		}
		return c.Render(200, "lists", p.Title(c.T("web.lists")), v)
	}
	leaf := m.book.Open(p.Snap, v.Board)
	say := lang.For(c.Tag)
	awards := leaf.Awards(true)
	rules := leaf.Visible(true)
	for i := range rules {
		r := listRule{Rule: &rules[i], Title: tell(say, rules[i].Title)}
		for _, h := range r.Heads {
			r.Lists = append(r.Lists, listWay{tell(say, h.Title), p.listHref("", v.Board.Race.ID, r.ID, h.Value), h.Runners})
		}
		for k := range awards {
			if awards[k].Rule.ID == r.ID {
				r.Awards++
				if awards[k].Award.Settled {
					r.Settled++
				}
			}
		}
		v.Rules = append(v.Rules, r)
	}
	return c.Render(200, "lists", p.Title(c.T("web.lists")), v)
}

// boardAsked is the race of the query, the first if it names none; nil without
// races.
func (p place) boardAsked(c *site.Call) (*live.Board, error) {
	id := c.Query("race")
	if id == "" && len(p.Snap.Boards) > 0 {
		return &p.Snap.Boards[0], nil
	}
	if b := p.Snap.Board(id); b != nil || id == "" {
		return b, nil
	}
	return nil, fault.New(fault.NotFound, "web.no_such_race", nil)
}

// List answers GET /office/e/{edition}/lists/{list}?race=…&of=…: one list.
func (m *Room) List(c *site.Call) error {
	v, err := m.listAsked(c)
	if err != nil {
		return err
	}
	return c.Render(200, "list", v.place.Title(v.Title), v)
}

// ListCSV answers GET /office/e/{edition}/lists/{list}/list.csv.
func (m *Room) ListCSV(c *site.Call) error {
	v, err := m.listAsked(c)
	if err != nil {
		return err
	}
	var lists []results.Standing
	if v.List != nil {
		lists = append(lists, *v.List)
	}
	var b bytes.Buffer
	if err := results.WriteStandingsCSV(&b, lists); err != nil {
		return err
	}
	name := strings.Join([]string{v.Desk.Edition, v.Board.Race.ID, v.Rule.ID, v.value}, "-")
	return attach(c, strings.TrimSuffix(name, "-")+".csv", "text/csv; charset=utf-8", b.Bytes())
}

func (m *Room) listAsked(c *site.Call) (*listView, error) {
	p, err := m.at(c, "lists")
	if err != nil {
		return nil, err
	}
	b, err := p.boardAsked(c)
	if err != nil {
		return nil, err
	}
	none := fault.New(fault.NotFound, "web.no_such_list", nil)
	if b == nil {
		return nil, none
	}
	leaf := m.book.Open(p.Snap, b)
	rule, head, ok := leaf.Find(c.Path("list"), c.Query("of"), true)
	if !ok {
		return nil, none
	}
	say := lang.For(c.Tag)
	v := &listView{place: p, Board: leaf.Board, Rule: rule, Title: tell(say, rule.Title)}
	if head == nil {
		return v, nil
	}
	v.List, v.Title, v.value = leaf.List(head, true), tell(say, head.Title), head.Value
	for _, w := range v.List.Words(p.Edition) {
		v.Words = append(v.Words, tell(say, w))
	}
	for _, l := range v.List.LeftOut {
		v.Left = append(v.Left, leftOut{l.Row, c.T("web.list.prize_in", "n", l.Prize, "list", tell(say, l.Title))})
	}
	v.Window = standing.Windowed(v.List, c.R.URL)
	return v, nil
}

func tell(say *lang.Printer, s results.Sentence) string { return s.In(string(say.Tag), say.With) }

func (p place) listHref(file, raceID, rule, value string) string {
	q := url.Values{"race": {raceID}}
	if value != "" {
		q.Set("of", value)
	}
	return p.Base() + "/lists/" + url.PathEscape(rule) + file + "?" + q.Encode()
}

// File is the address of the list as a table.
func (v *listView) File() string {
	return v.listHref("/list.csv", v.Board.Race.ID, v.Rule.ID, v.value)
}

// Public is the list's page for everybody, "" if it is the office's.
func (v *listView) Public() string {
	if v.Rule.Private() {
		return ""
	}
	return strings.Replace(v.listHref("", v.Board.Race.ID, v.Rule.ID, v.value), v.Base(), v.PublicPath(), 1)
}
