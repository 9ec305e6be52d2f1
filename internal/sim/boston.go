package sim

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"stadion/internal/race"
)

var bostonLabels = []string{"start", "5k", "10k", "20k", "half", "25k", "30k", "35k", "40k", "finish"}

var bostonColumns = []string{"split_5k_s", "split_10k_s", "split_20k_s", "split_half_s", "split_25k_s", "split_30k_s",
	"split_35k_s", "split_40k_s", "official_s"}

// FromBoston makes raw reads of boston-2014.csv(.gz): one row per runner with
// splits in seconds, missing ones included, and published places. Everybody
// starts on a gun; wheelchairs are a race of their own. Runners whose official
// times are the same second are placed inside that second in the order of their
// published places, as no judge saw them equal.
func FromBoston(r io.Reader, seed uint64, options ...Option) (*Sample, error) {
	e := bostonEdition()
	s := newSampler(seed, e, options)
	day, err := midnight(e)
	if err != nil {
		return nil, unusable("boston", err)
	}
	e.Races[0].Waves[0].Gun = day.Add(10 * time.Hour)
	e.Races[1].Waves[0].Gun = day.Add(9*time.Hour + 17*time.Minute)
	var all []bostonRunner
	columns := append([]string{"bib", "sex", "age_years", "country_ioc", "place_sex"}, bostonColumns...)
	err = rows(r, columns, func(_ int, get func(string) string) error {
		x, err := bostonRow(get)
		all = append(all, x)
		return err
	})
	if err != nil {
		return nil, unusable("boston", err)
	}
	settleSeconds(all)
	for i := range all {
		x := &all[i]
		x.starter.Chips = []string{plainChip(i + 1)}
		s.StartList = append(s.StartList, x.starter)
		s.Want[x.starter.Bib] = Want{Net: x.net, PlaceSex: x.place}
		gun := e.Race(x.starter.Race).Waves[0].Gun
		for k, net := range x.net {
			if net < 0 {
				continue
			}
			at := gun.Add(time.Duration(net) * time.Second)
			if k == len(x.net)-1 {
				at = at.Add(-x.before)
			}
			s.passing(k, x.starter.Chips[0], at)
		}
	}
	byBib(s.StartList)
	return s.mix(), nil
}

func bostonEdition() *race.Edition {
	points, course := cityCourse(bostonLabels...)
	one := func(id, name string, speed float64) race.Race {
		return race.Race{ID: id, Name: name, DistanceM: marathonM, RankBy: race.Gun, Course: course, MaxSpeed: speed,
			Waves: []race.Wave{{ID: "all"}}}
	}
	return &race.Edition{ID: "boston-2014", Name: "Boston 2014", Date: "2014-04-21", Zone: "America/New_York",
		Note: "real times without names; the reads are invented", Points: points, Categories: ageGroups(),
		Races: []race.Race{one("marathon", "Marathon", 0), one("wheelchair", "Wheelchair marathon", 14)}}
}

type bostonRunner struct {
	starter race.Starter
	net     []int
	place   int
	before  time.Duration // how much before the full second the finish was
}

func bostonRow(get func(string) string) (bostonRunner, error) {
	bib := get("bib")
	x := bostonRunner{net: []int{0}, starter: race.Starter{Bib: bib, Race: "marathon", Wave: "all", Class: race.Open,
		Person: race.Person{Name: race.Name{Printed: "Runner " + bib}, Sex: race.Sex(get("sex")), Country: race.IOCCode(get("country_ioc"))}}}
	if strings.HasPrefix(bib, "W") {
		x.starter.Race = "wheelchair"
	}
	var err error
	if x.starter.Person.Age, err = strconv.Atoi(get("age_years")); err != nil {
		return x, fmt.Errorf("age_years %q is not a number", get("age_years"))
	}
	if x.place, err = strconv.Atoi(get("place_sex")); err != nil {
		return x, fmt.Errorf("place_sex %q is not a number", get("place_sex"))
	}
	for _, c := range bostonColumns {
		n := -1
		if v := get(c); v != "" {
			if n, err = strconv.Atoi(v); err != nil {
				return x, fmt.Errorf("%s %q is not a number", c, v)
			}
		}
		x.net = append(x.net, n)
	}
	return x, nil
}

// settleSeconds gives the runners of one race, sex and second different
// instants in the order of their places.
func settleSeconds(all []bostonRunner) {
	official := func(x *bostonRunner) int { return x.net[len(x.net)-1] }
	order := make([]*bostonRunner, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, func(a, b *bostonRunner) int {
		return cmp.Or(cmp.Compare(a.starter.Race, b.starter.Race), cmp.Compare(a.starter.Person.Sex, b.starter.Person.Sex),
			cmp.Compare(official(a), official(b)), cmp.Compare(a.place, b.place))
	})
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && official(order[to]) == official(order[from]) &&
			order[to].starter.Race == order[from].starter.Race && order[to].starter.Person.Sex == order[from].starter.Person.Sex {
			to++
		}
		for i, x := range order[from:to] {
			x.before = time.Duration(to-from-1-i) * time.Second / time.Duration(to-from)
		}
		from = to
	}
}
