package sale

import "slices"

// Before reports whether a place comes before another one on the list.
func (x *Wait) Before(y *Wait) bool { return compareWaits(x, y) < 0 }

// WaitList is the waiting list of an edition in its order: those who applied to a
// draw, those waiting and those with an offer. Whoever made it may go on with it
// from commit to commit: the places that a commit changes are put into it, so it
// is that of after the commit. It is for one goroutine.
type WaitList struct {
	ws     []*Wait // in order; no place is ever changed
	of     map[string]*Wait
	blinds map[string][]string // ids by blind index
}

// NewWaitList makes a list of places in any order.
func NewWaitList(ws []*Wait) *WaitList {
	l := &WaitList{ws: slices.Clone(ws), of: make(map[string]*Wait, len(ws)), blinds: make(map[string][]string, len(ws))}
	slices.SortStableFunc(l.ws, compareWaits)
	for _, x := range l.ws {
		l.know(x)
	}
	return l
}

// All are the places in order. The slice is the list's own.
func (l *WaitList) All() []*Wait { return l.ws }

func (l *WaitList) know(x *Wait) {
	l.of[x.ID] = x
	for _, b := range x.Blinds {
		l.blinds[b] = append(l.blinds[b], x.ID)
	}
}

func (l *WaitList) forget(x *Wait) {
	delete(l.of, x.ID)
	for _, b := range x.Blinds {
		if l.blinds[b] = slices.DeleteFunc(l.blinds[b], func(id string) bool { return id == x.ID }); len(l.blinds[b]) == 0 {
			delete(l.blinds, b)
		}
	}
}

// manyPlaces is how many places are put into a list one by one. More are sorted in.
const manyPlaces = 64

// putAll puts places that are each named once.
func (l *WaitList) putAll(ws []*Wait) {
	if len(ws) > manyPlaces {
		*l = *NewWaitList(slices.DeleteFunc(l.and(ws), func(x *Wait) bool { return !x.live() }))
		return
	}
	for _, x := range ws {
		l.put(x)
	}
}

// and is the list in order, with places in place of what they were. The list
// stays as it is.
func (l *WaitList) and(ws []*Wait) []*Wait {
	if len(ws) > manyPlaces {
		anew := make(map[string]bool, len(ws))
		for _, x := range ws {
			anew[x.ID] = true
		}
		out := make([]*Wait, 0, len(l.ws)+len(ws))
		for _, x := range l.ws {
			if !anew[x.ID] {
				out = append(out, x)
			}
		}
		out = append(out, ws...)
		slices.SortStableFunc(out, compareWaits)
		return out
	}
	out := slices.Clone(l.ws)
	for _, x := range ws {
		if was := l.of[x.ID]; was != nil {
			out = without(out, was)
		}
		out = with(out, x)
	}
	return out
}

// put adds a place, changes it, or takes it off when it is done with.
func (l *WaitList) put(x *Wait) {
	if was := l.of[x.ID]; was != nil {
		l.ws = without(l.ws, was)
		l.forget(was)
	}
	if x.live() {
		l.ws = with(l.ws, x)
		l.know(x)
	}
}

// with is a list with a further place, behind those of its rank.
func with(ws []*Wait, x *Wait) []*Wait {
	at, _ := slices.BinarySearchFunc(ws, x, func(a, x *Wait) int {
		if compareWaits(a, x) <= 0 {
			return -1
		}
		return 1
	})
	return slices.Insert(ws, at, x)
}

// without is a list without a place that is in it.
func without(ws []*Wait, x *Wait) []*Wait {
	at, _ := slices.BinarySearchFunc(ws, x, compareWaits)
	for ; at < len(ws); at++ {
		if ws[at] == x {
			return slices.Delete(ws, at, at+1)
		}
	}
	return ws
}
