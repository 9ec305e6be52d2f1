// Package standing keeps the lists of an edition for its pages: made when they
// are first asked for, kept as long as the snapshot they were made from is the
// latest. Whoever shows them to the public asks for open ones.
package standing

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stadion/internal/live"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Book is the lists of every race. It is safe for concurrent use.
type Book struct {
	now    func() time.Time
	mu     sync.Mutex
	leaves map[leafKey]*Leaf
}

type leafKey struct{ edition, race string }

// New makes a book. now is the wall clock, by which it sees how long lists take.
func New(now func() time.Time) *Book { return &Book{now: now, leaves: map[leafKey]*Leaf{}} }

// Leaf is the lists of one race at one snapshot. What it gives is shared: nobody
// changes it.
type Leaf struct {
	Snap  *live.Snapshot
	Board *live.Board
	Rules []Rule // of the race, in the edition's order

	now   func() time.Time
	at    time.Time    // when it was begun
	spent atomic.Int64 // nanoseconds it took so far
	mu    sync.Mutex
	made  map[string]*results.Standing // by id
	prize map[bool][]results.Standing
}

// Rule is a rule with the lists it makes in the race.
type Rule struct {
	race.List
	Title results.Sentence
	Heads []results.StandingHead
}

// patience is how much longer than making its lists took a leaf is shown while a
// race moves: nine tenths of the time are left for everything else.
const patience = 10

// Open is the leaf of a race for a page. In a large race that moves it can be
// some seconds old; its own snapshot says how old. What was published since is
// never missed.
func (b *Book) Open(snap *live.Snapshot, board *live.Board) *Leaf {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := b.leaves[leafKey{snap.Edition.ID, board.Race.ID}]
	if old != nil && old.Snap != snap && old.says(snap, board) && b.now().Sub(old.at) < patience*time.Duration(old.spent.Load()) {
		return old
	}
	return b.leaf(old, snap, board)
}

// Latest is the leaf of this very snapshot.
func (b *Book) Latest(snap *live.Snapshot, board *live.Board) *Leaf {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.leaf(b.leaves[leafKey{snap.Edition.ID, board.Race.ID}], snap, board)
}

func (b *Book) leaf(old *Leaf, snap *live.Snapshot, board *live.Board) *Leaf {
	if old != nil && old.Snap == snap {
		return old
	}
	l := &Leaf{Snap: snap, Board: board, now: b.now, at: b.now(), made: map[string]*results.Standing{}, prize: map[bool][]results.Standing{}}
	defer l.spend(l.at)
	heads := results.StandingHeads(snap.Edition, l.contest())
	for _, r := range snap.Edition.ListRules() {
		if !r.InRace(board.Race.ID) {
			continue
		}
		rule := Rule{List: r, Title: results.RuleTitle(r)}
		for _, h := range heads {
			if h.Rule.ID == r.ID {
				rule.Basis, rule.Of = h.Rule.Basis, h.Rule.Of
				rule.Heads = append(rule.Heads, h)
			}
		}
		if rule.Basis == "" {
			rule.Basis = r.BasisIn(board.Race)
		}
		l.Rules = append(l.Rules, rule)
	}
	b.leaves[leafKey{snap.Edition.ID, board.Race.ID}] = l
	return l
}

// says reports whether the leaf is of the same rules and the same publication.
func (l *Leaf) says(snap *live.Snapshot, board *live.Board) bool {
	return l.Snap.Edition == snap.Edition && l.Board.State == board.State && l.Board.Revision == board.Revision &&
		(l.Board.Gun == 0) == (board.Gun == 0)
}

func (l *Leaf) spend(from time.Time) { l.spent.Add(int64(l.now().Sub(from))) }

func (l *Leaf) contest() results.Contest {
	b := l.Board
	return results.Contest{Race: b.Race, Basis: b.Race.RankBy, State: b.State, Revision: b.Revision, Rows: b.Rows}
}

// Visible are the rules whose lists may be seen, private ones by the office only.
func (l *Leaf) Visible(private bool) []Rule {
	var out []Rule
	for _, r := range l.Rules {
		if private || !r.Private() {
			out = append(out, r)
		}
	}
	return out
}

// Find is a list by its rule and its value, however they were typed, or by its
// own id. Without a value it is the first of the rule's. ok is false where there
// is none that may be seen.
func (l *Leaf) Find(id, value string, private bool) (rule *Rule, head *results.StandingHead, ok bool) {
	rules := l.Visible(private)
	for i := range rules {
		r := &rules[i]
		if !strings.EqualFold(r.ID, id) {
			continue
		}
		for k := range r.Heads {
			if value == "" || strings.EqualFold(r.Heads[k].Value, value) {
				return r, &r.Heads[k], true
			}
		}
		return r, nil, value == "" // a rule without runners has no list yet
	}
	for i := range rules {
		for k := range rules[i].Heads {
			if rules[i].Heads[k].ID == id && value == "" {
				return &rules[i], &rules[i].Heads[k], true
			}
		}
	}
	return nil, nil, false
}

// List makes a list, or gives the one that was made.
func (l *Leaf) List(head *results.StandingHead, private bool) *results.Standing {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.made[head.ID]
	if s == nil {
		defer l.spend(l.now())
		made, _ := results.StandingOf(l.Snap.Edition, l.contest(), head.ID, l.Snap.Now)
		s = &made
		l.made[head.ID] = s
	}
	return shown(l.Snap.Edition, s, private)
}

// shown is a list as it may be seen.
func shown(e *race.Edition, s *results.Standing, private bool) *results.Standing {
	if private {
		return s
	}
	open, _ := s.Open(e)
	return &open
}

// Awards are the lists with prizes, in order.
func (l *Leaf) Awards(private bool) []results.Standing {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done, ok := l.prize[private]; ok {
		return done
	}
	defer l.spend(l.now())
	e := *l.Snap.Edition // only lists with prizes decide about others
	e.Lists = nil
	for _, r := range l.Snap.Edition.ListRules() {
		if r.Prizes > 0 {
			e.Lists = append(e.Lists, r)
		}
	}
	out := []results.Standing{}
	if len(e.Lists) > 0 {
		for _, s := range results.Standings(&e, l.contest(), l.Snap.Now) {
			if private {
				out = append(out, s)
			} else if open, ok := s.Open(&e); ok {
				out = append(out, open)
			}
		}
	}
	l.prize[private] = out
	return out
}

// Spot is where a runner stands on one list.
type Spot struct {
	Title results.Sentence
	Rule  string
	Value string
	Basis race.Basis
	Place int
	Of    int // who have a place, however many are shown
	Prize int
	Team  string // in lists of teams
}

// Places are the places a runner has on the lists that may be seen.
func (l *Leaf) Places(r *results.Row, private bool) []Spot {
	var out []Spot
	for _, rule := range l.Visible(private) {
		for i := range rule.Heads {
			h := &rule.Heads[i]
			if !h.Has(r) {
				continue
			}
			s := l.List(h, private)
			p := Spot{Title: h.Title, Rule: rule.ID, Value: h.Value, Basis: s.Basis, Of: s.Total}
			switch line, team := s.Find(r.Bib); {
			case line != nil:
				p.Place, p.Prize = line.Place, line.Prize
			case team != nil:
				p.Place, p.Prize, p.Team = team.Place, team.Prize, team.Name
			default:
				continue
			}
			out = append(out, p)
		}
	}
	return out
}

// Records are the race's course records beside what was run.
func (l *Leaf) Records() []results.RecordMark { return results.Records(l.Snap.Edition, l.contest()) }
