package public

import (
	"io"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/web/site"
	"stadion/internal/web/standing"
)

// standingsView is every list of a race.
type standingsView struct {
	Event   *event
	Board   *live.Board // nil while the edition has no races
	Races   []tab
	Records []recordLine
	Awards  []awardGroup
	Rules   []ruleView
	Print   bool
	say     *lang.Printer
}

// awardGroup is the prizes that one rule gives.
type awardGroup struct {
	ruleView
	Words []string // of the rule
	Lists []awardView
}

// awardView is the winners of one list.
type awardView struct {
	*results.Standing
	Title, Href string
	Winners     []results.StandingLine
	Teams       []results.TeamLine
}

// Won reports whether anybody has a prize yet.
func (a awardView) Won() bool { return len(a.Winners)+len(a.Teams) > 0 }

// Waiting are the lists on which nobody has a prize yet.
func (g awardGroup) Waiting() []awardView {
	var out []awardView
	for _, a := range g.Lists {
		if !a.Won() {
			out = append(out, a)
		}
	}
	return out
}

// ruleView is a rule with the ways to its lists.
type ruleView struct {
	*standing.Rule
	Title string
	Lists []tab
	Solo  bool // one list, which has the rule's own name
}

// recordLine is a course record in words.
type recordLine struct {
	State results.RecordState
	Words []string
}

// Standings answers GET /e/{edition}/lists?race=…: every list of a race.
func (m *Room) Standings(c *site.Call) error {
	e, err := m.event(c, "lists")
	if err != nil {
		return err
	}
	v := standingsView{Event: e, say: lang.For(c.Tag), Print: m.papers != nil}
	b, err := m.indexes.of(e.Snap).choose(c.Query("race"))
	if err != nil {
		return err
	}
	if b == nil {
		return c.Render(200, "standings", e.Edition.Name, v)
	}
	leaf := m.book.Open(e.Snap, b.board)
	for i := range e.Snap.Boards {
		rc := e.Snap.Boards[i].Race
		v.Races = append(v.Races, tab{Name: rc.Name, Href: e.Base() + "/lists?race=" + rc.ID, Current: rc.ID == b.board.Race.ID})
	}
	v.fill(leaf)
	v.Event.Sells = e.Sells
	return c.Render(200, "standings", c.T("web.lists")+" · "+v.Board.Race.Name+" · "+e.Edition.Name, v)
}

func (v *standingsView) fill(leaf *standing.Leaf) {
	v.Event = &event{Snap: leaf.Snap, Edition: leaf.Snap.Edition, Zone: leaf.Snap.Edition.Location(), Here: "lists"}
	v.Board = leaf.Board
	for _, k := range leaf.Records() {
		line := recordLine{State: k.State}
		for _, w := range k.Words() {
			line.Words = append(line.Words, v.Say(w))
		}
		v.Records = append(v.Records, line)
	}
	awards := leaf.Awards(false)
	rules := leaf.Visible(false)
	for i := range rules {
		r := v.rule(&rules[i])
		if r.Prizes == 0 {
			v.Rules = append(v.Rules, r)
			continue
		}
		g := awardGroup{ruleView: r}
		for k := range awards {
			if s := &awards[k]; s.Rule.ID == r.ID {
				if g.Lists = append(g.Lists, v.award(s)); len(g.Lists) == 1 {
					for _, w := range s.RuleWords(leaf.Snap.Edition) {
						g.Words = append(g.Words, v.Say(w))
					}
				}
			}
		}
		v.Awards = append(v.Awards, g)
	}
}

func (v *standingsView) rule(r *standing.Rule) ruleView {
	out := ruleView{Rule: r, Title: v.Say(r.Title)}
	for _, h := range r.Heads {
		t := tab{Name: v.Say(h.Title), Href: listHref(v.Event, "", v.Board.Race.ID, r.ID, h.Value), Hits: h.Runners}
		if r.Teams() {
			t.Hits = -1 // runners say nothing about teams
		}
		out.Lists = append(out.Lists, t)
	}
	inOrderOfNames(v.say.Tag, r.Of, out.Lists)
	out.Solo = len(out.Lists) == 1 && out.Lists[0].Name == out.Title
	return out
}

func (v *standingsView) award(s *results.Standing) awardView {
	a := awardView{Standing: s, Title: v.Say(s.Title()), Href: listHref(v.Event, "", v.Board.Race.ID, s.Rule.ID, s.Value)}
	for _, l := range s.Lines {
		if l.Prize > 0 {
			a.Winners = append(a.Winners, l)
		}
	}
	for _, t := range s.Teams {
		if t.Prize > 0 {
			a.Teams = append(a.Teams, t)
		}
	}
	return a
}

// Say is a sentence in the reader's language.
func (v *standingsView) Say(s results.Sentence) string { return s.In(string(v.say.Tag), v.say.With) }

// Stamp is the state of the race's lists.
func (v standingsView) Stamp() stamp { return v.Event.Stamp(v.Board) }

// Awarding reports whether anybody can have a prize.
func (v standingsView) Awarding() bool { return len(v.Awards) > 0 }

// AwardsPDF answers GET /e/{edition}/lists/awards.pdf?race=…: every list with
// prizes, for whoever reads out the winners.
func (m *Room) AwardsPDF(c *site.Call) error {
	e, err := m.event(c, "lists")
	if err != nil {
		return err
	}
	b, err := m.indexes.of(e.Snap).choose(c.Query("race"))
	if err != nil {
		return err
	}
	if b == nil || m.papers == nil {
		return noSuchList()
	}
	leaf := m.book.Open(e.Snap, b.board)
	lists := leaf.Awards(false)
	if len(lists) == 0 {
		return noSuchList()
	}
	return m.print(c, e.Edition.ID+"-"+b.board.Race.ID+"-awards.pdf", func(w io.Writer) error {
		return m.papers.Awards(c.R.Context(), w, leaf.Snap, lists, c.Tag, c.Query("paper"))
	})
}

// inOrderOfNames sorts lists by country as the language sorts names: what they
// are called is not what they are sorted by elsewhere. Others keep their order.
func inOrderOfNames(tag lang.Tag, of race.ListOf, lists []tab) {
	if of != race.OfCountry {
		return
	}
	c := collate.New(language.Make(string(tag)))
	slices.SortStableFunc(lists, func(a, b tab) int { return c.CompareString(a.Name, b.Name) })
}

// placeView is where a runner stands on one list.
type placeView struct {
	standing.Spot
	Title, Href string
}

// placesOf are the places of a runner on the lists of the race.
func (m *Room) placesOf(e *event, b *live.Board, r *results.Row, tag lang.Tag) []placeView {
	if r.Place == 0 {
		return nil
	}
	say := lang.For(tag)
	leaf := m.book.Open(e.Snap, b)
	row := leaf.Board.Row(r.Bib)
	if row == nil {
		return nil
	}
	var out []placeView
	for _, p := range leaf.Places(row, false) {
		out = append(out, placeView{p, p.Title.In(string(say.Tag), say.With), listHref(e, "", b.Race.ID, p.Rule, p.Value)})
	}
	return out
}

// GradeBasis is the time the race's age grades are of.
func (v *runnerView) GradeBasis() race.Basis { return results.GradeBasis(v.Board.Race) }
