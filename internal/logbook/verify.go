package logbook

import (
	"slices"
	"sort"
	"strconv"

	"stadion/internal/fault"
)

// Verifier checks that lines are whole and that none is missing between them.
// Lines may come in any order. It keeps some hundred bytes a line, never a
// body. The zero value is ready; one goroutine may use it at a time.
type Verifier struct {
	// Name is what the lines come from, a file's name, as it is shown.
	Name string

	chains   map[Chain]map[uint64][]slot // by {Box, Epoch}
	problems []problem
	lines    int
	twice    int
}

// slot is one line's place in its chain. A damaged line holds its place, so
// that one flipped bit is told once and not again as a hole.
type slot struct {
	hash, prev Hash
	place      int
	damaged    bool
}

type problem struct {
	place int
	err   *fault.Error
}

// Add takes a line that was read at a place: the line number in a file, the
// sequence number in a store, 0 for none. It reports whether the line is as its
// author wrote it; what is wrong with it is kept for Finish.
func (v *Verifier) Add(l Line, place int) bool {
	if err := l.Check(); err != nil {
		v.lines++
		v.report(place, err.(*fault.Error), l.ID)
		v.HoldDamaged(l.ID, place)
		return false
	}
	v.Hold(l, place)
	return true
}

// Hold is Add for a line that was checked already.
func (v *Verifier) Hold(l Line, place int) {
	v.lines++
	for _, s := range v.at(l.ID) {
		switch {
		case s.damaged:
		case s.hash == l.Hash:
			v.twice++
			return
		default:
			e := ForkFault(l.ID)
			e.Args["other"] = v.where(s.place, l.ID)
			v.report(place, e, l.ID)
		}
	}
	v.hold(l.ID, slot{hash: l.Hash, prev: l.Prev, place: place})
}

// HoldDamaged notes that a damaged line, told already, stands in the place of
// id: it is not missing.
func (v *Verifier) HoldDamaged(id ID, place int) { v.hold(id, slot{place: place, damaged: true}) }

// Damaged takes a line that cannot be read at all; id is its name where that
// much could still be made out, otherwise zero.
func (v *Verifier) Damaged(err *fault.Error, id ID, place int) {
	v.lines++
	v.report(place, err, id)
	if id.Box != "" {
		v.HoldDamaged(id, place)
	}
}

// Finish gives everything that is wrong: first what belongs to no place, then
// in the order of places. heads are the last lines of the chains where they
// are known from elsewhere (a trailer); they are looked for at place end.
func (v *Verifier) Finish(heads []ID, end int) fault.List {
	last := map[Chain]uint64{}
	for _, h := range heads {
		last[Chain{Box: h.Box, Epoch: h.Epoch}] = h.Seq
	}
	for _, c := range v.keys(last) {
		v.chain(c, last[c], end)
	}
	sort.SliceStable(v.problems, func(i, j int) bool { return v.problems[i].place < v.problems[j].place })
	out := make(fault.List, len(v.problems))
	for i, p := range v.problems {
		out[i] = p.err
	}
	return out
}

// Heads are the last whole lines of the chains seen so far, by id.
func (v *Verifier) Heads() []ID {
	var out []ID
	for _, c := range v.keys(nil) {
		if seqs := v.whole(c); len(seqs) > 0 {
			out = append(out, ID{c.Box, c.Epoch, seqs[len(seqs)-1]})
		}
	}
	return out
}

func (v *Verifier) keys(more map[Chain]uint64) []Chain {
	var out []Chain
	for c := range v.chains {
		out = append(out, c)
	}
	for c := range more {
		if _, ok := v.chains[c]; !ok {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Chain) int { return CompareID(ID{Box: a.Box, Epoch: a.Epoch}, ID{Box: b.Box, Epoch: b.Epoch}) })
	return out
}

// whole are the sequence numbers of a chain's undamaged lines, ascending.
func (v *Verifier) whole(c Chain) []uint64 {
	var out []uint64
	for seq, slots := range v.chains[c] {
		if slices.ContainsFunc(slots, func(s slot) bool { return !s.damaged }) {
			out = append(out, seq)
		}
	}
	slices.Sort(out)
	return out
}

// chain looks for holes and broken links in one chain.
func (v *Verifier) chain(c Chain, head uint64, end int) {
	next := uint64(1) // the sequence number expected
	slots := v.chains[c]
	for _, seq := range v.whole(c) {
		first := slices.IndexFunc(slots[seq], func(s slot) bool { return !s.damaged })
		v.hole(c, next, seq, slots[seq][first].place)
		v.links(ID{c.Box, c.Epoch, seq}, slots)
		next = seq + 1
	}
	if head >= next {
		v.hole(c, next, head+1, end)
	}
}

// hole reports the lines from next up to, not including, seq, without those
// whose place a damaged line holds.
func (v *Verifier) hole(c Chain, next, seq uint64, place int) {
	if next >= seq {
		return
	}
	var held []uint64
	for s := range v.chains[c] {
		if s >= next && s < seq {
			held = append(held, s)
		}
	}
	slices.Sort(held)
	for _, h := range append(held, seq) {
		if next < h {
			v.missing(c, next, h-1, place)
		}
		next = h + 1
	}
}

func (v *Verifier) missing(c Chain, from, to uint64, place int) {
	first, last := ID{c.Box, c.Epoch, from}, ID{c.Box, c.Epoch, to}
	n := to - from + 1
	v.report(place, bad("missing", fault.Args{"n": n, "from": first.String(), "to": last.String()}), first)
}

// links checks that the lines of one id hang on a line before them.
func (v *Verifier) links(id ID, slots map[uint64][]slot) {
	before := slots[id.Seq-1]
	for _, s := range slots[id.Seq] {
		switch {
		case s.damaged:
		case id.Seq == 1 && s.prev == Hash{}:
		case id.Seq > 1 && len(before) == 0: // told as a hole
		case slices.ContainsFunc(before, func(b slot) bool { return b.damaged || b.hash == s.prev }):
		default:
			prior := ID{id.Box, id.Epoch, id.Seq - 1}
			v.report(s.place, bad("out_of_chain", fault.Args{"id": id.String(), "before": prior.String()}), id)
		}
	}
}

func (v *Verifier) at(id ID) []slot { return v.chains[Chain{Box: id.Box, Epoch: id.Epoch}][id.Seq] }

func (v *Verifier) hold(id ID, s slot) {
	c := Chain{Box: id.Box, Epoch: id.Epoch}
	if v.chains == nil {
		v.chains = map[Chain]map[uint64][]slot{}
	}
	if v.chains[c] == nil {
		v.chains[c] = map[uint64][]slot{}
	}
	v.chains[c][id.Seq] = append(v.chains[c][id.Seq], s)
}

func (v *Verifier) report(place int, e *fault.Error, id ID) {
	e.Args["where"] = v.where(place, id)
	if v.Name != "" {
		e.Args["file"] = v.Name
	}
	if place > 0 {
		e.Args["line"] = place
	}
	v.problems = append(v.problems, problem{place, e})
}

// where is "name:place" in every language.
func (v *Verifier) where(place int, id ID) string {
	switch {
	case place > 0:
		return v.Name + ":" + strconv.Itoa(place)
	case v.Name != "":
		return v.Name
	}
	return id.String()
}

// Verify checks lines that are held in memory and lists everything that is
// wrong: logbook.changed, logbook.missing, logbook.out_of_chain, logbook.fork.
func Verify(lines []Line) fault.List {
	var v Verifier
	for _, l := range lines {
		v.Add(l, 0)
	}
	return v.Finish(nil, 0)
}

// ForkFault says that a second line with the id and another checksum exists.
func ForkFault(id ID) *fault.Error {
	return fault.New(fault.Conflict, "logbook.fork", fault.Args{"where": id.String(), "id": id.String(), "other": id.String()})
}

// Merge is the union of two sets of lines by id and checksum, in canonical
// order. Where two lines have one id and different checksums both are kept and
// the list names the id (logbook.fork), once for each line too many.
func Merge(a, b []Line) ([]Line, fault.List) {
	all := slices.Concat(a, b)
	slices.SortFunc(all, Compare)
	all = slices.CompactFunc(all, func(x, y Line) bool { return x.ID == y.ID && x.Hash == y.Hash })
	return all, forks(all)
}

func forks(lines []Line) fault.List {
	ids := make([]ID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	slices.SortFunc(ids, CompareID)
	var out fault.List
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			out = append(out, ForkFault(ids[i]))
		}
	}
	return out
}

// LastEpoch is the highest epoch a box has a line in, 0 if it has none.
func LastEpoch(lines []Line, box string) uint32 {
	var last uint32
	for _, l := range lines {
		if l.Box == box {
			last = max(last, l.Epoch)
		}
	}
	return last
}
