package public

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"stadion/internal/live"
	"stadion/internal/results"
)

// index makes one snapshot quick to search. Its parts are built when they are
// first needed and kept as long as the snapshot is the latest.
type index struct {
	snap   *live.Snapshot
	folds  *folds
	boards []*boardIndex
}

// boardIndex is one race of an index.
type boardIndex struct {
	board *live.Board
	folds *folds

	keys   func() []string // folded name of each row
	facets func() facets

	mu     sync.Mutex
	orders map[string]order   // by column
	picks  map[string][]int32 // by filter, see pick
}

// folds keeps the folded form of every name of an edition across snapshots.
type folds struct {
	mu     sync.Mutex
	byName map[string]string
}

func (f *folds) of(rows []results.Row) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]string, len(rows))
	for i := range rows {
		k, ok := f.byName[rows[i].PrintedName]
		if !ok {
			k = fold(rows[i].PrintedName)
			f.byName[rows[i].PrintedName] = k
		}
		out[i] = k
	}
	return out
}

// indexes keeps the index of the latest snapshot of each edition.
type indexes struct {
	mu        sync.Mutex
	byEdition map[string]*index
}

// of is the index of a snapshot, the one kept if it is of this very snapshot.
func (x *indexes) of(snap *live.Snapshot) *index {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.byEdition == nil {
		x.byEdition = map[string]*index{}
	}
	old := x.byEdition[snap.Edition.ID]
	if old != nil && old.snap == snap {
		return old
	}
	known := &folds{byName: map[string]string{}}
	if old != nil {
		known = old.folds
	}
	ix := &index{snap: snap, folds: known}
	for i := range snap.Boards {
		ix.boards = append(ix.boards, newBoardIndex(&snap.Boards[i], known))
	}
	x.byEdition[snap.Edition.ID] = ix
	return ix
}

func newBoardIndex(b *live.Board, known *folds) *boardIndex {
	bi := &boardIndex{board: b, folds: known, orders: map[string]order{}, picks: map[string][]int32{}}
	bi.keys = sync.OnceValue(func() []string { return known.of(b.Rows) })
	bi.facets = sync.OnceValue(func() facets { return facetsOf(b.Rows) })
	return bi
}

// board finds a race, the first for "", nil if it is not there.
func (ix *index) board(raceID string) *boardIndex {
	for _, b := range ix.boards {
		if raceID == "" || b.board.Race.ID == raceID {
			return b
		}
	}
	return nil
}

// facets are the values a list can be filtered by, those that occur only.
type facets struct {
	Sexes      []string
	Categories []string
	Countries  []string
	Statuses   []string
}

func facetsOf(rows []results.Row) facets {
	sexes, categories, countries, statuses := set{}, set{}, set{}, set{}
	for i := range rows {
		r := &rows[i]
		sexes.add(string(r.Sex))
		categories.add(r.Category)
		countries.add(r.Country)
		statuses.add(string(r.Status))
	}
	return facets{sexes.sorted(), categories.sorted(), countries.sorted(), statuses.sorted()}
}

type set map[string]bool

func (s set) add(v string) {
	if v != "" && !s[v] {
		s[v] = true
	}
}

func (s set) sorted() []string {
	out := make([]string, 0, len(s))
	for v := range s {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// order is a permutation of a board's rows, upwards, those without a value last.
type order struct {
	rows []int32
	have int // how many have a value
}

// columns are what a list can be sorted by, besides its own order.
var columns = map[string]struct {
	less    func(b *boardIndex, i, j int32) int
	without func(r *results.Row) bool
}{
	"bib": {func(b *boardIndex, i, j int32) int { return natural(b.board.Rows[i].Bib, b.board.Rows[j].Bib) },
		func(r *results.Row) bool { return r.Bib == "" }},
	"name": {func(b *boardIndex, i, j int32) int { return strings.Compare(b.keys()[i], b.keys()[j]) },
		func(r *results.Row) bool { return r.PrintedName == "" }},
	"country": {func(b *boardIndex, i, j int32) int {
		return strings.Compare(b.board.Rows[i].Country, b.board.Rows[j].Country)
	},
		func(r *results.Row) bool { return r.Country == "" }},
	"category": {func(b *boardIndex, i, j int32) int {
		return strings.Compare(b.board.Rows[i].Category, b.board.Rows[j].Category)
	},
		func(r *results.Row) bool { return r.Category == "" }},
	"gun": {func(b *boardIndex, i, j int32) int { return cmp.Compare(b.board.Rows[i].GunMs, b.board.Rows[j].GunMs) },
		func(r *results.Row) bool { return r.GunMs < 0 }},
	"net": {func(b *boardIndex, i, j int32) int { return cmp.Compare(b.board.Rows[i].NetMs, b.board.Rows[j].NetMs) },
		func(r *results.Row) bool { return r.NetMs < 0 }},
}

// natural compares bibs so that 9 comes before 10.
func natural(a, b string) int {
	ta, tb := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if digits(ta) && digits(tb) && len(ta) != len(tb) {
		return cmp.Compare(len(ta), len(tb))
	}
	return cmp.Or(strings.Compare(ta, tb), strings.Compare(a, b))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// sorted is the board's rows by a column; the list's own order for "".
func (b *boardIndex) sorted(column string) order {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o, ok := b.orders[column]; ok {
		return o
	}
	n := len(b.board.Rows)
	o := order{rows: make([]int32, 0, n), have: n}
	c, ok := columns[column]
	var last []int32
	for i := range n {
		if ok && c.without(&b.board.Rows[i]) {
			last = append(last, int32(i))
		} else {
			o.rows = append(o.rows, int32(i))
		}
	}
	if ok {
		o.have = len(o.rows)
		slices.SortStableFunc(o.rows, func(i, j int32) int { return c.less(b, i, j) })
	}
	o.rows = append(o.rows, last...)
	b.orders[column] = o
	return o
}

// turned is the order downwards; those without a value stay last.
func (o order) turned() []int32 {
	out := make([]int32, 0, len(o.rows))
	for i := o.have - 1; i >= 0; i-- {
		out = append(out, o.rows[i])
	}
	return append(out, o.rows[o.have:]...)
}
