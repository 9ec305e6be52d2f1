package live

import (
	"cmp"
	"slices"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// kept is how many arrivals a snapshot shows.
const kept = 50

// arrivals gathers the latest passings while a snapshot is made.
type arrivals struct{ finish, all latest }

func newArrivals() *arrivals { return &arrivals{} }

// latest keeps the newest arrivals: a floor lets nearly every runner be passed
// over without being looked at closely.
type latest struct {
	a     []Arrival
	floor race.Instant
}

func (l *latest) add(a Arrival) {
	l.a = append(l.a, a)
	if len(l.a) >= 4*kept {
		l.a = l.list()
		l.floor = l.a[len(l.a)-1].At
	}
}

// list is newest first; equal instants by race and bib.
func (l *latest) list() []Arrival {
	slices.SortFunc(l.a, func(x, y Arrival) int {
		return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(x.Race, y.Race), scoring.CompareBibs(x.Bib, y.Bib))
	})
	if len(l.a) > kept {
		l.a = l.a[:kept]
	}
	return slices.Clone(l.a)
}

func (l *arrivals) see(rc *race.Race, r *scoring.Result) {
	if r.Last < 0 {
		return
	}
	at, i := r.Splits[r.Last], r.Last
	if at <= l.all.floor && at <= l.finish.floor {
		return
	}
	p := &r.Starter.Person
	a := Arrival{Race: rc.ID, Bib: r.Starter.Bib, Name: p.Name.Show(), Country: p.Country.Code, Sex: p.Sex,
		Point: rc.Course[i+1].Point, Label: pointLabel(rc, i+1), AtM: rc.Course[i+1].AtM, At: at,
		Gun: r.SplitGun(i), Net: r.SplitNet(i), Place: r.Place}
	if at > l.all.floor {
		l.all.add(a)
	}
	if i == len(r.Splits)-1 && at > l.finish.floor {
		l.finish.add(a)
	}
}
