package intake

import (
	"cmp"
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/sheet"
)

// everyBox in PointOf stands for every box that is not named.
const everyBox = "*"

// places says at which point a box lay.
type places struct {
	said    map[string]string // PointOf, folded
	points  map[string]string // ids folded -> id
	edition map[string]string // [[point.box]], folded
	found   map[string]*BoxPoint
	unknown map[string]*unknownBox
}

type unknownBox struct {
	first *fault.Error
	reads int
}

func newPlaces(e *race.Edition, said map[string]string) places {
	p := places{said: map[string]string{}, points: map[string]string{}, edition: map[string]string{},
		found: map[string]*BoxPoint{}, unknown: map[string]*unknownBox{}}
	for box, point := range said {
		p.said[strings.ToLower(box)] = point
	}
	for i := range e.Points {
		p.points[strings.ToLower(e.Points[i].ID)] = e.Points[i].ID
		for _, b := range e.Points[i].Boxes {
			p.edition[strings.ToLower(b.ID)] = e.Points[i].ID
		}
	}
	return p
}

// of is the point of a box known by several names, the most exact first: what
// was said, the edition's boxes, a point called like it, what was said of all.
func (p *places) of(names ...string) (string, bool) {
	for _, from := range []map[string]string{p.said, p.edition, p.points} {
		for _, n := range names {
			if point, ok := from[strings.ToLower(n)]; ok && n != "" {
				return point, true
			}
		}
	}
	point, ok := p.said[everyBox]
	return point, ok
}

// place finds the point of a read's box, or asks for it.
func (f *foreign) place(bad func(code string, args fault.Args) *fault.Error, names ...string) (string, bool) {
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	box := ""
	if len(names) > 0 {
		box = names[0]
	}
	point, ok := f.places.of(names...)
	if ok {
		b := f.places.found[box]
		if b == nil {
			b = &BoxPoint{Box: box, Point: point}
			f.places.found[box] = b
		}
		b.Reads++
		return point, true
	}
	u := f.places.unknown[box]
	if u == nil {
		known := strings.Join(pointIDs(f.e), ", ")
		u = &unknownBox{}
		if box == "" {
			u.first = bad("foreign.no_box", fault.Args{"known": known})
		} else {
			u.first = bad("foreign.unknown_box", fault.Args{"box": sheet.Show(box), "known": known})
		}
		f.places.unknown[box] = u
	}
	u.reads++
	return "", false
}

func (p *places) questions(f *foreign) (out fault.List) {
	names := make([]string, 0, len(p.unknown))
	for n := range p.unknown {
		names = append(names, n)
	}
	slices.Sort(names)
	for i, n := range names {
		if i == shown {
			f.more += len(names) - i
			break
		}
		u := p.unknown[n]
		u.first.Args["n"] = u.reads
		out = append(out, u.first)
	}
	return out
}

func (p *places) boxes() (out []BoxPoint) {
	for _, b := range p.found {
		out = append(out, *b)
	}
	slices.SortFunc(out, func(a, b BoxPoint) int { return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.Box, b.Box)) })
	return out
}
