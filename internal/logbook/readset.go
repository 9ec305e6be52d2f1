package logbook

import (
	"cmp"
	"slices"

	"stadion/internal/race"
)

// chunkLen is how many reads stand together in memory.
const chunkLen = 8192

// pageLen is how many consecutive sequence numbers share a page of the index.
const pageLen = 64

// readSet is a set of reads by Read.Key in the order they came, with the
// canonical order made on demand. Where two reads share a key and differ, the
// smaller by CompareReads stays, so that the set does not depend on order.
// A slice it gave away is never written to again.
type readSet struct {
	chunks  [][]Read
	pages   map[page]*[pageLen]ref
	plain   map[ReadKey]struct{} // those without a number of their own
	last    page                 // of the read before: reads of a poll share it
	lastAt  *[pageLen]ref
	inOrder []Read // the canonical order at the last call of sorted
	since   []ref  // added after that
	stale   bool   // a read in inOrder has been replaced
}

// page is a run of numbers of one box in one epoch.
type page struct {
	box   string
	epoch uint32
	high  uint64
}

// ref is chunk<<32 | offset+1; 0 is none.
type ref uint64

func (s *readSet) at(r ref) *Read { return &s.chunks[r>>32][uint32(r)-1] }

// add takes reads and returns those whose key is new. clash is called for each
// read that differs from the known one of the same key: kept is the one that
// stays, told the new one.
func (s *readSet) add(reads []Read, clash func(kept, told Read)) []Read {
	if len(s.chunks) == 0 || cap(s.tail())-len(s.tail()) < len(reads) {
		s.chunks = append(s.chunks, make([]Read, 0, max(chunkLen, len(reads))))
	}
	k := len(s.chunks) - 1
	c := s.chunks[k]
	start := len(c)
	for i := range reads {
		r := &reads[i]
		place := s.place(r)
		if place == nil {
			if _, known := s.plain[ReadKey(*r)]; known {
				continue
			}
			if s.plain == nil {
				s.plain = map[ReadKey]struct{}{}
			}
			s.plain[ReadKey(*r)] = struct{}{}
		} else if *place != 0 {
			s.chunks[k] = c
			s.known(place, *r, start, &c, clash)
			continue
		}
		c = append(c, *r)
		v := ref(k)<<32 | ref(len(c))
		if place != nil {
			*place = v
		}
		s.since = append(s.since, v)
	}
	s.chunks[k] = c
	return c[start:len(c):len(c)]
}

func (s *readSet) tail() []Read { return s.chunks[len(s.chunks)-1] }

// place is where the index keeps a numbered read, nil for one without number.
func (s *readSet) place(r *Read) *ref {
	if !r.Numbered() {
		return nil
	}
	p := page{r.Box, r.Epoch, r.Seq / pageLen}
	if s.lastAt == nil || p != s.last {
		if s.pages == nil {
			s.pages = map[page]*[pageLen]ref{}
		}
		at := s.pages[p]
		if at == nil {
			at = new([pageLen]ref)
			s.pages[p] = at
		}
		s.last, s.lastAt = p, at
	}
	return &s.lastAt[r.Seq%pageLen]
}

// known compares a read with the one kept under its key.
func (s *readSet) known(place *ref, r Read, start int, c *[]Read, clash func(kept, told Read)) {
	old := *s.at(*place)
	if old == r {
		return
	}
	if CompareReads(r, old) > 0 {
		clash(old, r)
		return
	}
	k, off := int(*place>>32), int(uint32(*place)-1)
	if k == len(s.chunks)-1 && off >= start { // of this very call: nobody has seen it
		(*c)[off] = r
	} else {
		fresh := append(make([]Read, 0, cap(s.chunks[k])), s.chunks[k]...)
		fresh[off] = r
		s.chunks[k] = fresh
		if k == len(s.chunks)-1 {
			*c = fresh
		}
	}
	s.stale = true
	clash(r, r)
}

// all lists every read kept, for when the order made so far is void.
func (s *readSet) all() []ref {
	var out []ref
	for k, c := range s.chunks {
		for i := range c {
			out = append(out, ref(k)<<32|ref(i+1))
		}
	}
	return out
}

// sorted is the whole set in canonical order. The slice is shared between
// calls and never written to.
func (s *readSet) sorted() []Read {
	if s.stale {
		s.inOrder, s.since, s.stale = nil, s.all(), false
	}
	if len(s.since) == 0 {
		return s.inOrder[:len(s.inOrder):len(s.inOrder)]
	}
	fresh := s.sortedSince()
	old := s.inOrder
	if len(old) == 0 {
		s.inOrder, s.since = fresh, s.since[:0]
		return fresh[:len(fresh):len(fresh)]
	}
	out := make([]Read, 0, len(old)+len(fresh))
	for len(old) > 0 && len(fresh) > 0 {
		if CompareReads(old[0], fresh[0]) <= 0 {
			out, old = append(out, old[0]), old[1:]
		} else {
			out, fresh = append(out, fresh[0]), fresh[1:]
		}
	}
	out = append(append(out, old...), fresh...)
	s.inOrder, s.since = out, s.since[:0]
	return out[:len(out):len(out)]
}

// sortedSince sorts instants with references, which are a sixth of the reads'
// size, and looks at the reads only where instants are equal.
func (s *readSet) sortedSince() []Read {
	type key struct {
		at race.Instant
		r  ref
	}
	keys := make([]key, len(s.since))
	for i, r := range s.since {
		keys[i] = key{s.at(r).At, r}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := cmp.Compare(a.at, b.at); c != 0 {
			return c
		}
		return CompareReads(*s.at(a.r), *s.at(b.r))
	})
	out := make([]Read, len(keys))
	for i, k := range keys {
		out[i] = *s.at(k.r)
	}
	return out
}
