package sim

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"stadion/internal/race"
)

var chicagoLabels = []string{"start", "5k", "10k", "15k", "20k", "half", "25k", "30k", "35k", "40k", "finish"}

// The corrals of Chicago 2023 went in three waves; the next begins with the
// first runner after these times of day.
var chicagoGuns = []string{"07:30:00", "07:59:00", "08:34:00"}

// FromChicago makes raw reads of chicago-2023-even.csv(.gz): one row per runner
// and point with time of day and net time. A runner's start is the time of day
// at the finish less the net time there; every passing is placed at start plus
// its net time, because times of day and net times in the file differ by up to
// a second. A split marked estimated, or without a time, becomes no read.
func FromChicago(r io.Reader, seed uint64, options ...Option) (*Sample, error) {
	e := chicagoEdition()
	s := newSampler(seed, e, options)
	day, err := midnight(e)
	if err != nil {
		return nil, unusable("chicago", err)
	}
	for i, g := range chicagoGuns {
		at, _ := parseClock(g)
		e.Races[0].Waves[i].Gun = day.Add(at)
	}
	index := map[string]int{}
	for k, l := range chicagoLabels {
		index[l] = k
	}
	c := &chicago{sampler: s, day: day, runner: map[string]*chicagoRunner{}}
	err = rows(r, []string{"bib", "sex", "age_group", "country_ioc", "point", "estimated", "clock_time_of_day", "net_time"},
		func(_ int, get func(string) string) error { return c.row(get, index) })
	if err != nil {
		return nil, unusable("chicago", err)
	}
	for _, bib := range c.order {
		if err := c.enter(bib, c.runner[bib]); err != nil {
			return nil, unusable("chicago", fmt.Errorf("bib %s: %w", bib, err))
		}
	}
	byBib(s.StartList)
	return s.mix(), nil
}

func chicagoEdition() *race.Edition {
	points, course := cityCourse(chicagoLabels...)
	return &race.Edition{ID: "chicago-2023", Name: "Chicago 2023, even bibs", Date: "2023-10-08", Zone: "America/Chicago",
		Note: "real times without names; the reads are invented", Points: points, Categories: ageGroups(),
		Timing: race.Timing{StartCloses: race.Duration(45 * time.Minute)},
		Races: []race.Race{{ID: "marathon", Name: "Marathon", DistanceM: marathonM, RankBy: race.Gun, Course: course,
			Waves: []race.Wave{{ID: "1"}, {ID: "2"}, {ID: "3"}}}}}
}

type chicago struct {
	*sampler
	day    race.Instant
	order  []string
	runner map[string]*chicagoRunner
}

type chicagoRunner struct {
	sex, age, country string
	net               []int
	start             time.Duration // since midnight, -1 = not known
}

func (c *chicago) row(get func(string) string, index map[string]int) error {
	bib := get("bib")
	x := c.runner[bib]
	if x == nil {
		x = &chicagoRunner{sex: get("sex"), age: get("age_group"), country: get("country_ioc"), start: -1, net: make([]int, len(chicagoLabels))}
		for k := range x.net[1:] {
			x.net[k+1] = -1
		}
		c.order = append(c.order, bib)
		c.runner[bib] = x
	}
	k, ok := index[get("point")]
	if !ok {
		return fmt.Errorf("point %q is not on the course", get("point"))
	}
	net, err := parseClock(get("net_time"))
	if err != nil || get("estimated") == "1" {
		return nil // no passing there: a dash, or the organiser's guess
	}
	x.net[k] = int(net / time.Second)
	if k == len(chicagoLabels)-1 {
		at, err := parseClock(get("clock_time_of_day"))
		if err != nil {
			return err
		}
		x.start = at - net
	}
	return nil
}

func (c *chicago) enter(bib string, x *chicagoRunner) error {
	if x.start < 0 {
		return fmt.Errorf("no finish, so no start can be known")
	}
	start := c.day.Add(x.start)
	waves := c.Edition.Races[0].Waves
	wave := waves[0].ID
	for _, w := range waves {
		if w.Gun <= start {
			wave = w.ID
		}
	}
	chip := plainChip(len(c.StartList) + 1)
	c.StartList = append(c.StartList, race.Starter{Bib: bib, Chips: []string{chip}, Race: "marathon", Wave: wave,
		Class: race.Open, Person: race.Person{Name: race.Name{Printed: "Runner " + bib}, Sex: chicagoSex(x.sex),
			Age: chicagoAge(x.age), Country: race.IOCCode(x.country)}})
	for k, net := range x.net {
		if net >= 0 {
			c.passing(k, chip, start.Add(time.Duration(net)*time.Second))
		}
	}
	c.Want[bib] = Want{Net: x.net}
	return nil
}

func chicagoSex(s string) race.Sex {
	switch s {
	case "Male":
		return race.Male
	case "Female":
		return race.Female
	}
	return race.Mixed
}

// chicagoAge is an age inside the published group; 0 = not known.
func chicagoAge(group string) int {
	switch group {
	case "19 and under":
		return 19
	case "80+":
		return 80
	}
	n, _ := strconv.Atoi(group[:min(2, len(group))])
	return n
}

// parseClock reads "07:44:28AM", "01:12:04" or "12:01:00PM".
func parseClock(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a time", s)
	if len(s) != 8 && len(s) != 10 {
		return 0, bad
	}
	var part [3]int
	for i := range part {
		n, err := strconv.Atoi(s[3*i : 3*i+2])
		if err != nil || n > 59 {
			return 0, bad
		}
		part[i] = n
	}
	switch s[8:] {
	case "AM":
		part[0] %= 12
	case "PM":
		part[0] = part[0]%12 + 12
	case "":
	default:
		return 0, bad
	}
	return time.Duration(part[0])*time.Hour + time.Duration(part[1])*time.Minute + time.Duration(part[2])*time.Second, nil
}
