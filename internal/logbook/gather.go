package logbook

import (
	"cmp"
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
)

// Gatherer collects the facts of a logbook line by line, in whatever order the
// lines come. The lines must have been checked before (Line.Check): it looks
// at what they state, not at whether it is theirs. The zero value is ready; one
// goroutine may use it at a time.
type Gatherer struct {
	seen     map[ID][]Hash
	dec      ReadsDecoder
	scratch  []Read
	reads    readSet
	edition  latest[*race.Edition]
	list     latest[*StartList]
	guns     []GunFact
	clocks   set[Clock]
	rulings  set[Ruling]
	closes   []CloseFact
	courses  []CourseFact
	protests []ProtestFact
	pubs     set[Publication]
	clashed  map[ID]struct{} // numbers of reads that were told differently
	problems []noted
	lines    int
}

type noted struct {
	id  ID
	err *fault.Error
}

// News is what a line added to the facts. The values are the caller's to keep
// and not to change.
type News struct {
	New         bool          // the line was not known; false: everything else is empty
	Reads       []Read        // those not known before, in the order of the line
	Edition     *race.Edition // set when it is now the edition that counts
	StartList   *StartList    // set when it is now the start list that counts
	Gun         *GunFact
	Clock       *Clock
	Ruling      *Ruling
	Close       *CloseFact
	Course      *CourseFact
	Protest     *ProtestFact
	Publication *Publication
	Note        *Note
	// Stale says that a read told before now has other contents: what was
	// computed from earlier news must be made anew from Facts.
	Stale bool
}

// Add takes a line and says what it adds. A line that is known adds nothing.
// An error never means that the line was not taken: it is what Problems will
// list about it (logbook.body, logbook.unknown_kind, logbook.fork,
// logbook.read_twice).
func (g *Gatherer) Add(l Line) (News, error) {
	if g.seen == nil {
		g.seen = map[ID][]Hash{}
	}
	known := g.seen[l.ID]
	if slices.Contains(known, l.Hash) {
		return News{}, nil
	}
	g.seen[l.ID] = append(known, l.Hash)
	g.lines++
	n := News{New: true}
	err := g.take(l, &n)
	if len(known) > 0 {
		err = ForkFault(l.ID)
		g.note(l.ID, err)
	}
	if err == nil {
		return n, nil
	}
	return n, err
}

// Lines is the number of different lines taken.
func (g *Gatherer) Lines() int { return g.lines }

// LastEpoch is the highest epoch of any box that wrote a line, 0 for none.
func (g *Gatherer) LastEpoch() uint32 {
	last := uint32(0)
	for id := range g.seen {
		last = max(last, id.Epoch)
	}
	return last
}

func (g *Gatherer) note(id ID, err *fault.Error) *fault.Error {
	if w, _ := err.Args["where"].(string); w == "" {
		err.Args["where"] = id.String()
	}
	g.problems = append(g.problems, noted{id, err})
	return err
}

func (g *Gatherer) take(l Line, n *News) *fault.Error {
	if l.Kind == KindReads {
		return g.takeReads(l, n)
	}
	if !l.Kind.Known() {
		return g.note(l.ID, unknownKind(l))
	}
	body, err := DecodeBody(l.Kind, l.Body)
	if err != nil {
		return g.note(l.ID, err.(*fault.Error))
	}
	switch b := body.(type) {
	case race.Edition:
		if g.edition.offer(&b, l) {
			n.Edition = &b
		}
	case StartList:
		if g.list.offer(&b, l) {
			n.StartList = &b
		}
	case Gun:
		b.ID = cmp.Or(b.ID, l.ID.String())
		f := GunFact{Gun: b, Recorded: l.At, Line: l.ID.String()}
		g.guns = append(g.guns, f)
		n.Gun = &f
	case Clock:
		if g.clocks.add(b) {
			n.Clock = &b
		}
	case Ruling:
		b.ID = cmp.Or(b.ID, l.ID.String())
		if g.rulings.add(b) {
			n.Ruling = &b
		}
	case Close:
		f := CloseFact{Close: b, Recorded: l.At, Line: l.ID.String()}
		g.closes = append(g.closes, f)
		n.Close = &f
	case Course:
		f := CourseFact{Course: b, Recorded: l.At, Line: l.ID.String()}
		g.courses = append(g.courses, f)
		n.Course = &f
	case Protest:
		b.ID = cmp.Or(b.ID, l.ID.String())
		f := ProtestFact{Protest: b, Recorded: l.At, Line: l.ID.String()}
		g.protests = append(g.protests, f)
		n.Protest = &f
	case Publication:
		if g.pubs.add(b) {
			n.Publication = &b
		}
	case Note:
		n.Note = &b
	}
	return nil
}

func (g *Gatherer) takeReads(l Line, n *News) *fault.Error {
	reads, err := g.dec.Append(g.scratch[:0], l.Body)
	if err != nil {
		return g.note(l.ID, err.(*fault.Error))
	}
	g.scratch = reads
	var first *fault.Error
	n.Reads = g.reads.add(reads, func(kept, other Read) {
		n.Stale = n.Stale || kept == other
		id := ID{kept.Box, kept.Epoch, kept.Seq}
		if _, told := g.clashed[id]; told {
			return
		}
		if g.clashed == nil {
			g.clashed = map[ID]struct{}{}
		}
		g.clashed[id] = struct{}{}
		first = cmp.Or(first, g.note(id, twiceFault(id)))
	})
	return first
}

// twiceFault says that a box gave two different reads the same number.
func twiceFault(id ID) *fault.Error {
	return fault.New(fault.Conflict, "logbook.read_twice", fault.Args{"where": "", "id": id.String()})
}

// Problems lists what lines could not be understood or contradict each other,
// by line id.
func (g *Gatherer) Problems() fault.List {
	sorted := slices.Clone(g.problems)
	slices.SortStableFunc(sorted, func(a, b noted) int {
		return cmp.Or(CompareID(a.id, b.id), strings.Compare(a.err.Error(), b.err.Error()))
	})
	out := make(fault.List, len(sorted))
	for i, p := range sorted {
		out[i] = p.err
	}
	return out
}

// Facts are all facts so far: the same for the same set of lines, whatever
// order they came in. They are a snapshot: later lines do not change them, and
// the caller must not either.
func (g *Gatherer) Facts() Facts {
	f := Facts{
		Edition:  g.edition.value,
		Reads:    g.reads.sorted(),
		Guns:     slices.Clone(g.guns),
		Clocks:   g.clocks.sorted(compareClocks),
		Rulings:  g.rulings.sorted(compareRulings),
		Closes:   slices.Clone(g.closes),
		Courses:  slices.Clone(g.courses),
		Protests: slices.Clone(g.protests),

		Publications: g.pubs.sorted(comparePublications),
	}
	if g.list.value != nil {
		f.StartList = g.list.value.Starters
	}
	slices.SortFunc(f.Guns, compareGuns)
	slices.SortFunc(f.Closes, compareCloses)
	slices.SortFunc(f.Courses, func(a, b CourseFact) int {
		return cmp.Or(cmp.Compare(a.Recorded, b.Recorded), strings.Compare(a.Line, b.Line))
	})
	slices.SortFunc(f.Protests, func(a, b ProtestFact) int {
		return cmp.Or(cmp.Compare(a.Recorded, b.Recorded), strings.Compare(a.Line, b.Line))
	})
	return f
}

// Gather is the facts of lines and what could not be understood of them.
func Gather(lines []Line) (Facts, fault.List) {
	var g Gatherer
	for _, l := range lines {
		_, _ = g.Add(l) // what is wrong is in Problems
	}
	return g.Facts(), g.Problems()
}

// latest is the value of the latest line by (instant, id, checksum).
type latest[T any] struct {
	value T
	line  Line // without body
	set   bool
}

func (v *latest[T]) offer(value T, l Line) bool {
	if v.set && Compare(l, v.line) < 0 {
		return false
	}
	l.Body = nil
	v.value, v.line, v.set = value, l, true
	return true
}

// set is a set of facts that are the same fact when they are equal.
type set[T comparable] struct {
	has map[T]struct{}
}

func (s *set[T]) add(v T) bool {
	if _, ok := s.has[v]; ok {
		return false
	}
	if s.has == nil {
		s.has = map[T]struct{}{}
	}
	s.has[v] = struct{}{}
	return true
}

func (s *set[T]) sorted(compare func(a, b T) int) []T {
	out := make([]T, 0, len(s.has))
	for v := range s.has {
		out = append(out, v)
	}
	slices.SortFunc(out, compare)
	return out
}

func compareGuns(a, b GunFact) int {
	return cmp.Or(cmp.Compare(a.Recorded, b.Recorded), strings.Compare(a.Line, b.Line), strings.Compare(a.ID, b.ID),
		strings.Compare(a.Race, b.Race), cmp.Compare(a.At, b.At), cmp.Compare(flag(a.Void), flag(b.Void)),
		slices.Compare(a.Waves, b.Waves))
}

func compareCloses(a, b CloseFact) int {
	return cmp.Or(cmp.Compare(a.Recorded, b.Recorded), strings.Compare(a.Line, b.Line),
		strings.Compare(a.Race, b.Race), cmp.Compare(flag(a.Reopen), flag(b.Reopen)))
}

func compareClocks(a, b Clock) int {
	return cmp.Or(strings.Compare(a.Box, b.Box), cmp.Compare(a.Epoch, b.Epoch),
		cmp.Compare(a.BoxAt, b.BoxAt), cmp.Compare(a.True, b.True))
}

func compareRulings(a, b Ruling) int {
	return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.ID, b.ID), strings.Compare(a.Race, b.Race),
		strings.Compare(a.Bib, b.Bib), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value),
		strings.Compare(a.Rule, b.Rule), strings.Compare(a.Note, b.Note), strings.Compare(a.By, b.By))
}

func comparePublications(a, b Publication) int {
	return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Race, b.Race), cmp.Compare(a.Revision, b.Revision),
		strings.Compare(a.State, b.State), strings.Compare(a.Hash, b.Hash))
}
