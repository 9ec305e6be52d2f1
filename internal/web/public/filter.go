package public

import (
	"net/url"
	"strconv"
	"strings"

	"stadion/internal/results"
)

// filter is what a reader asked of a list. Its zero value is the whole list.
type filter struct {
	Race     string
	Q        string // as typed
	Sex      string
	Category string
	Country  string
	Status   string
	Sort     string
	Desc     bool
	Page     int
	Size     int
}

// The rows of a page: what a screen takes at once, and what a printer may.
const (
	pageSize = 100
	longest  = 2000
	longestQ = 80 // characters of a search, more are cut off
)

func readFilter(q url.Values) filter {
	f := filter{Race: q.Get("race"), Q: strings.TrimSpace(q.Get("q")), Sex: q.Get("sex"), Category: q.Get("category"),
		Country: q.Get("country"), Status: q.Get("status"), Sort: q.Get("sort"), Desc: q.Get("dir") == "desc",
		Page: 1, Size: pageSize}
	if r := []rune(f.Q); len(r) > longestQ {
		f.Q = string(r[:longestQ])
	}
	if _, ok := columns[f.Sort]; !ok {
		f.Sort, f.Desc = "", false
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 {
		f.Page = n
	}
	if n, err := strconv.Atoi(q.Get("rows")); err == nil && n > 0 {
		f.Size = min(n, longest)
	}
	return f
}

// Narrow reports whether the filter leaves anybody out.
func (f filter) Narrow() bool {
	return f.Q != "" || f.Sex != "" || f.Category != "" || f.Country != "" || f.Status != ""
}

// key names the selection: the filter without its window.
func (f filter) key() string {
	return strings.Join([]string{f.Q, f.Sex, f.Category, f.Country, f.Status, f.Sort, strconv.FormatBool(f.Desc)}, "\x00")
}

// kept is how many selections of a board are remembered.
const kept = 64

// pick is the numbers of the rows that pass the filter, in its order. The slice
// is shared: nobody changes it.
func (b *boardIndex) pick(f filter) []int32 {
	key := f.key()
	b.mu.Lock()
	done, ok := b.picks[key]
	b.mu.Unlock()
	if ok {
		return done
	}
	picked := b.choose(f)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.picks) >= kept {
		clear(b.picks)
	}
	b.picks[key] = picked
	return picked
}

func (b *boardIndex) choose(f filter) []int32 {
	rows := b.sorted(f.Sort).rows
	if f.Desc {
		rows = b.sorted(f.Sort).turned()
	}
	if !f.Narrow() {
		return rows
	}
	s := newSearch(f.Q)
	var keys []string
	if s.any() {
		keys = b.keys()
	}
	picked := []int32{}
	for _, i := range rows {
		r := &b.board.Rows[i]
		if f.passes(r) && (!s.any() || s.hits(r, keys[i])) {
			picked = append(picked, i)
		}
	}
	if f.Sort == "" {
		b.exactFirst(picked, f.Q)
	}
	return picked
}

func (f filter) passes(r *results.Row) bool {
	return (f.Sex == "" || string(r.Sex) == f.Sex) && (f.Category == "" || r.Category == f.Category) &&
		(f.Country == "" || r.Country == f.Country) && (f.Status == "" || string(r.Status) == f.Status)
}

// exactFirst moves the runner whose bib was typed to the top.
func (b *boardIndex) exactFirst(picked []int32, q string) {
	for k, i := range picked {
		if strings.EqualFold(b.board.Rows[i].Bib, q) {
			copy(picked[1:k+1], picked[:k])
			picked[0] = i
			return
		}
	}
}

// hits is how many of the board a search alone would find.
func (b *boardIndex) hits(q string) int {
	return len(b.pick(filter{Q: q}))
}

// search is a reader's words. All of them must be found: each somewhere in the
// name, or at the beginning of the bib.
type search struct {
	words []string
	bibs  []string
}

func newSearch(q string) search {
	var s search
	for _, w := range strings.Fields(q) {
		s.words = append(s.words, fold(w))
		s.bibs = append(s.bibs, strings.ToUpper(w))
	}
	return s
}

func (s search) any() bool { return len(s.words) > 0 }

func (s search) hits(r *results.Row, key string) bool {
	for i, w := range s.words {
		if !strings.Contains(key, w) && !strings.HasPrefix(r.Bib, s.bibs[i]) {
			return false
		}
	}
	return true
}
