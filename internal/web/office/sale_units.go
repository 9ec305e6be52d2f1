package office

import (
	"context"
	"sync"

	"stadion/internal/race"
	"stadion/internal/sale"
)

// unitBooks are the ledgers of units as read so far, by edition: each line is
// read once.
type unitBooks struct {
	mu   sync.Mutex
	list map[string]*unitBook
}

// unitBook is the history of an edition's units, folded from its ledger.
type unitBook struct {
	mu        sync.Mutex
	last      int64
	began, at race.Instant // of the first line and the last
	confirmed map[string]bool
	series    map[string]*unitSeries // by quota
	minutes   map[int64]*minuteCount
	lines     []sale.Line
	ofOrder   map[string][]int // places in lines
}

// unitSeries is a quota over time.
type unitSeries struct {
	Held, Sold int
	Points     []unitPoint // one a second at most
}

type unitPoint struct {
	At         race.Instant
	Held, Sold int
}

// minuteCount is what happened in one minute, in orders.
type minuteCount struct{ Held, Sold, Freed int }

const linesAtOnce = 5000

// units reads what came to the ledger since it was read last. The book is
// locked: the caller unlocks it.
func (m *Room) units(ctx context.Context, sp *salePlace) (*unitBook, error) {
	edition := sp.Desk.Edition
	m.unitBooks.mu.Lock()
	if m.unitBooks.list == nil {
		m.unitBooks.list = map[string]*unitBook{}
	}
	b := m.unitBooks.list[edition]
	if b == nil {
		b = &unitBook{confirmed: map[string]bool{}, series: map[string]*unitSeries{}, minutes: map[int64]*minuteCount{}, ofOrder: map[string][]int{}}
		m.unitBooks.list[edition] = b
	}
	m.unitBooks.mu.Unlock()
	b.mu.Lock()
	for {
		lines, err := sp.Views.Lines(ctx, edition, b.last, linesAtOnce)
		if err != nil {
			b.mu.Unlock()
			return nil, err
		}
		for i := range lines {
			b.fold(&lines[i])
		}
		if len(lines) < linesAtOnce {
			return b, nil
		}
	}
}

// fold adds a line. Whether units of an order are held or sold is known by
// whether it was confirmed before.
func (b *unitBook) fold(l *sale.Line) {
	b.last, b.at = l.Seq, l.At
	if l.Order != "" {
		b.ofOrder[l.Order] = append(b.ofOrder[l.Order], len(b.lines))
	}
	b.lines = append(b.lines, *l)
	if b.began == 0 {
		b.began = l.At
	}
	sold := l.Order != "" && b.confirmed[l.Order]
	for _, u := range l.Units {
		s := b.series[u.Resource]
		if s == nil {
			s = &unitSeries{}
			b.series[u.Resource] = s
		}
		switch {
		case l.Move == sale.Take && sold:
			s.Sold += u.N
		case l.Move == sale.Take:
			s.Held += u.N
		case l.Move == sale.Confirm && !sold:
			s.Held, s.Sold = s.Held-u.N, s.Sold+u.N
		case (l.Move == sale.Release || l.Move == sale.Expire) && sold:
			s.Sold -= u.N
		case l.Move == sale.Release || l.Move == sale.Expire:
			s.Held -= u.N
		default:
			continue
		}
		s.add(l.At)
	}
	b.count(l)
	if l.Move == sale.Confirm {
		b.confirmed[l.Order] = true
	}
}

func (s *unitSeries) add(at race.Instant) {
	p := unitPoint{at, s.Held, s.Sold}
	if n := len(s.Points); n > 0 && int64(s.Points[n-1].At)/1e9 == int64(at)/1e9 {
		s.Points[n-1] = p
		return
	}
	s.Points = append(s.Points, p)
}

func (b *unitBook) count(l *sale.Line) {
	if l.Order == "" || len(l.Units) == 1 && hiddenQuota(l.Units[0].Resource) {
		return
	}
	k := minuteOf(l.At)
	n := b.minutes[k]
	if n == nil {
		n = &minuteCount{}
		b.minutes[k] = n
	}
	switch l.Move {
	case sale.Take:
		n.Held++
	case sale.Confirm:
		n.Sold++
	case sale.Release, sale.Expire:
		n.Freed++
	}
}

func minuteOf(at race.Instant) int64 { return int64(at) / 60e9 }

// rate is how many orders were held and sold a minute, over the last whole
// minutes up to five.
func (b *unitBook) rate(now race.Instant) (held, sold float64) {
	last := minuteOf(now) - 1
	if last < minuteOf(b.began) {
		last++ // the first minute is not over
	}
	n := min(5, max(1, last-minuteOf(b.began)+1))
	for k := last; k > last-n; k-- {
		if c := b.minutes[k]; c != nil {
			held, sold = held+float64(c.Held), sold+float64(c.Sold)
		}
	}
	return held / float64(n), sold / float64(n)
}

// sold is how many units of a quota are sold.
func (b *unitBook) sold(quota string) int {
	if s := b.series[quota]; s != nil {
		return max(0, s.Sold)
	}
	return 0
}

// linesOf are the lines of an order.
func (b *unitBook) linesOf(order string) []sale.Line {
	var out []sale.Line
	for _, i := range b.ofOrder[order] {
		out = append(out, b.lines[i])
	}
	return out
}
