package public

import (
	"bytes"
	"io"
	"net/url"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/web/site"
	"stadion/internal/web/standing"
)

// standingView is one list of a race.
type standingView struct {
	Event  *event
	Board  *live.Board
	List   *results.Standing // nil of a rule that has no list yet
	Rule   *standing.Rule
	Title  string
	Words  []string // the rules of the list, as its readers are told them
	Values []tab    // the other lists of the rule
	Races  []tab
	Topic  string // of the live stream
	Print  bool   // it can be had on paper
	standing.Window
	say *lang.Printer
	at  string // the value asked for
}

// Standing answers GET /e/{edition}/lists/{list}?race=…&of=…: one list.
func (m *Room) Standing(c *site.Call) error {
	v, err := m.standingOf(c)
	if err != nil {
		return err
	}
	if c.Query("part") == "rows" {
		return c.Part("standing", "rows", v)
	}
	return c.Render(200, "standing", v.Title+" · "+v.Board.Race.Name+" · "+v.Event.Edition.Name, v)
}

// standingOf is the list that a call names.
func (m *Room) standingOf(c *site.Call) (*standingView, error) {
	e, err := m.event(c, "lists")
	if err != nil {
		return nil, err
	}
	id := c.Path("list")
	b, err := m.raceOfList(e, id, c.Query("race"))
	if err != nil {
		return nil, err
	}
	v, err := viewOf(m.book.Open(e.Snap, b), id, c.Query("of"), lang.For(c.Tag))
	if err != nil {
		return nil, err
	}
	v.Print, v.Event.Sells = m.papers != nil, e.Sells
	v.see(clean(c.R.URL), e)
	return v, nil
}

// raceOfList is the race asked for, or else the first that has the list.
func (m *Room) raceOfList(e *event, id, raceID string) (*live.Board, error) {
	if raceID != "" {
		if b := e.Snap.Board(raceID); b != nil {
			return b, nil
		}
		return nil, fault.New(fault.NotFound, "web.no_such_race", nil)
	}
	for i := range e.Snap.Boards {
		if _, _, ok := m.book.Open(e.Snap, &e.Snap.Boards[i]).Find(id, "", false); ok {
			return &e.Snap.Boards[i], nil
		}
	}
	return nil, noSuchList()
}

func noSuchList() error { return fault.New(fault.NotFound, "web.no_such_list", nil) }

// viewOf makes the view of a list in a language, without its window.
func viewOf(leaf *standing.Leaf, id, value string, say *lang.Printer) (*standingView, error) {
	rule, head, ok := leaf.Find(id, value, false)
	if !ok {
		return nil, noSuchList()
	}
	snap := leaf.Snap
	v := &standingView{Board: leaf.Board, Rule: rule, say: say,
		Event: &event{Snap: snap, Edition: snap.Edition, Zone: snap.Edition.Location(), Here: "lists"}}
	v.Title = v.Say(rule.Title)
	if head == nil {
		return v, nil
	}
	v.List, v.at, v.Title = leaf.List(head, false), head.Value, v.Say(head.Title)
	for _, w := range v.List.Words(snap.Edition) {
		v.Words = append(v.Words, v.Say(w))
	}
	v.Topic = strings.Join([]string{"list", leaf.Board.Race.ID, url.PathEscape(rule.ID), url.PathEscape(head.Value)}, "/")
	return v, nil
}

// see adds what depends on the address: the window and the ways to other lists.
func (v *standingView) see(u *url.URL, e *event) {
	if v.List == nil {
		v.Table = site.Table{URL: u, Page: 1, Size: standing.Size}
	} else {
		v.Window = standing.Windowed(v.List, u)
	}
	if len(v.Rule.Heads) > 1 {
		for _, h := range v.Rule.Heads {
			v.Values = append(v.Values, tab{Name: v.Say(h.Title), Href: h.Value, Current: h.Value == v.at, Hits: h.Runners})
		}
	}
	inOrderOfNames(v.say.Tag, v.Rule.Of, v.Values)
	for i := range e.Snap.Boards {
		rc := e.Snap.Boards[i].Race
		if v.Rule.InRace(rc.ID) {
			v.Races = append(v.Races, tab{Name: rc.Name, Href: v.href("", rc.ID, v.Rule.ID, v.at), Current: rc.ID == v.Board.Race.ID})
		}
	}
}

// Say is a sentence in the reader's language.
func (v *standingView) Say(s results.Sentence) string { return s.In(string(v.say.Tag), v.say.With) }

// Stamp is the state of the list, on its own basis.
func (v *standingView) Stamp() stamp {
	s := v.Event.Stamp(v.Board)
	s.Basis = v.Rule.Basis
	return s
}

// Other is the basis that the list is not ordered by.
func (v *standingView) Other() race.Basis {
	if v.Rule.Basis == race.Net {
		return race.Gun
	}
	return race.Net
}

// OtherTime is a row's time on that basis.
func (v *standingView) OtherTime(r *results.Row) string {
	_, other := official(v.Rule.Basis, r)
	return other
}

// TimeOf is a row's time on the list's basis.
func (v *standingView) TimeOf(r *results.Row) string {
	ranked, _ := official(v.Rule.Basis, r)
	return ranked
}

// Last is the last point at which somebody on the course was seen, nil of others.
func (v *standingView) Last(r *results.Row) *results.SplitCell {
	if r.Status != scoring.Running {
		return nil
	}
	return lastSplit(r)
}

// Own reports whether the list's places are the official ones of everybody.
func (v *standingView) Own() bool {
	l := &v.Rule.List
	return l.Of == race.OfAll && l.Sex == "" && l.Class == "" && len(l.Exclude) == 0 && v.Stamp().Basis == v.Board.Race.RankBy
}

// fewSpare is how many runners of a team whose times do not count are shown.
const fewSpare = 12

// Spare are the runners of a team whose times do not count, the first of many.
func (v *standingView) Spare(t *results.TeamLine) []*results.Row {
	return t.Others[:min(len(t.Others), fewSpare)]
}

// More is how many of them are not shown.
func (v *standingView) More(t *results.TeamLine) int { return max(0, len(t.Others)-fewSpare) }

// Next is the address of the lines after this window, "" at the end.
func (v *standingView) Next() string {
	if next := v.Table.Next(); next != "" {
		return next + "&part=rows"
	}
	return ""
}

// First reports whether this is the list's first page: only that one changes
// under its reader.
func (v *standingView) First() bool { return v.Table.Page == 1 }

// Here is the address of the list without its window.
func (v *standingView) Here() string { return v.href("", v.Board.Race.ID, v.Rule.ID, v.at) }

// File is the address of the list as a file.
func (v *standingView) File(kind string) string {
	return v.href("/list."+kind, v.Board.Race.ID, v.Rule.ID, v.at)
}

// Whole is the address of the longest window, for printing.
func (v *standingView) Whole() string { return v.Here() + "&rows=2000" }

// Value of the list of a tab.
func (v *standingView) To(value string) string {
	return v.href("", v.Board.Race.ID, v.Rule.ID, value)
}

func (v *standingView) href(file, raceID, rule, value string) string {
	return listHref(v.Event, file, raceID, rule, value)
}

// listHref is the address of a list.
func listHref(e *event, file, raceID, rule, value string) string {
	q := url.Values{"race": {raceID}}
	if value != "" {
		q.Set("of", value)
	}
	return e.Base() + "/lists/" + url.PathEscape(rule) + file + "?" + q.Encode()
}

// StandingCSV answers GET /e/{edition}/lists/{list}/list.csv.
func (m *Room) StandingCSV(c *site.Call) error {
	v, err := m.standingOf(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := results.WriteStandingsCSV(&b, v.whole()); err != nil {
		return err
	}
	attach(c, v.file("csv"))
	return c.Bytes(200, "text/csv; charset=utf-8", b.Bytes())
}

// StandingJSON answers GET /e/{edition}/lists/{list}/list.json.
func (m *Room) StandingJSON(c *site.Call) error {
	v, err := m.standingOf(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := results.WriteStandingsJSON(&b, v.whole()); err != nil {
		return err
	}
	attach(c, v.file("json"))
	return c.Bytes(200, "application/json; charset=utf-8", b.Bytes())
}

// StandingPDF answers GET /e/{edition}/lists/{list}/list.pdf?paper=…: the list on
// paper, A4 unless Letter is asked for.
func (m *Room) StandingPDF(c *site.Call) error {
	v, err := m.standingOf(c)
	if err != nil {
		return err
	}
	if v.List == nil || m.papers == nil {
		return noSuchList()
	}
	return m.print(c, v.file("pdf"), func(w io.Writer) error {
		return m.papers.Standing(c.R.Context(), w, v.Event.Snap, v.List, c.Tag, c.Query("paper"))
	})
}

// print answers with a paper. One print runs at a time: pages come first.
func (m *Room) print(c *site.Call, name string, draw func(io.Writer) error) error {
	select {
	case m.press <- struct{}{}:
		defer func() { <-m.press }()
	case <-c.R.Context().Done():
		return c.R.Context().Err()
	}
	var b bytes.Buffer
	if err := draw(&b); err != nil {
		return err
	}
	attach(c, name)
	return c.Bytes(200, "application/pdf", b.Bytes())
}

func (v *standingView) whole() []results.Standing {
	if v.List == nil {
		return nil
	}
	return []results.Standing{*v.List}
}

func (v *standingView) file(kind string) string {
	name := v.Event.Edition.ID + "-" + v.Board.Race.ID + "-" + v.Rule.ID
	if v.at != "" {
		name += "-" + v.at
	}
	return name + "." + kind
}

// standingParts is a list for the live stream: what a reader of its first page
// sees. topic is what follows "list/": race, rule and value.
func (m *Room) standingParts(e *event, topic string, tag lang.Tag) ([]part, error) {
	words := strings.SplitN(topic, "/", 3)
	if len(words) != 3 {
		return nil, noSuchList()
	}
	b := e.Snap.Board(words[0])
	rule, err1 := url.PathUnescape(words[1])
	value, err2 := url.PathUnescape(words[2])
	if b == nil || err1 != nil || err2 != nil {
		return nil, noSuchList()
	}
	v, err := viewOf(m.book.Latest(e.Snap, b), rule, value, lang.For(tag))
	if err != nil {
		return nil, err
	}
	v.Print = m.papers != nil
	v.see(&url.URL{Path: e.Base() + "/lists/" + url.PathEscape(v.Rule.ID), RawQuery: url.Values{"race": {b.Race.ID}, "of": {v.at}}.Encode()}, e)
	stamp, err := m.piece(tag, "stamp", "standing", "stamp", v.Stamp())
	if err != nil {
		return nil, err
	}
	list, err := m.piece(tag, "list", "standing", "standing", v)
	return append(stamp, list...), err
}
