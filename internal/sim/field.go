package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"stadion/internal/race"
)

// raceDay is the day on which ages count.
var raceDay = time.Date(2025, time.April, 6, 0, 0, 0, 0, time.UTC)

// squad is one race's part of the field.
type squad struct {
	race       string
	perMille   int
	men, women int // of the elite class in a field of 2,000
	eliteWave  string
	wave       string
	youngest   int
}

var squads = []squad{
	{"marathon", 310, 26, 14, "elite", "open", 18},
	{"half", 240, 10, 8, "all", "all", 18},
	{"10k", 270, 8, 6, "all", "all", 16},
	{"5k", 180, 5, 5, "all", "all", 14},
}

// StartList is the reference field: 2,000 invented runners of 45 countries in
// four races. The same seed gives the same list.
func StartList(seed uint64) race.StartList { return StartListOf(seed, 2000) }

// StartListOf is a field of n invented runners, in the order of bibs.
func StartListOf(seed uint64, n int) race.StartList {
	f := &fielder{r: rand.New(rand.NewPCG(seed, 0x5eed)), entry: rand.New(rand.NewPCG(seed, 0x7ea3)), seed: seed, n: n}
	f.queue()
	for i, s := range squads {
		size := n * s.perMille / 1000
		if i == len(squads)-1 {
			size = n - len(f.list)
		}
		f.enter(s, size)
	}
	return f.list
}

type fielder struct {
	r          *rand.Rand
	entry      *rand.Rand // of how people entered, so that who they are does not depend on it
	seed       uint64
	n          int
	waiting    []int // indices of nations, shuffled
	list       race.StartList
	men, women int // elite bibs given
	block      int // last bib of the block before
}

func (f *fielder) queue() {
	for i, c := range shares(f.n) {
		for range c {
			f.waiting = append(f.waiting, i)
		}
	}
	f.r.Shuffle(len(f.waiting), func(i, j int) { f.waiting[i], f.waiting[j] = f.waiting[j], f.waiting[i] })
}

// next takes a nation from the queue; an elite runner's is one that sends some.
func (f *fielder) next(elite bool) *nation {
	for i, n := range f.waiting {
		if !elite || nations[n].elite {
			f.waiting[i] = f.waiting[0]
			f.waiting = f.waiting[1:]
			return &nations[n]
		}
	}
	return &nations[0]
}

func (f *fielder) enter(s squad, size int) {
	scaled := func(n int) int { return min(n, n*f.n/2000) }
	for range scaled(s.men) {
		f.men++
		f.add(s, race.Elite, race.Male, fmt.Sprint(f.men))
	}
	for range scaled(s.women) {
		f.women++
		f.add(s, race.Elite, race.Female, fmt.Sprintf("F%d", f.women))
	}
	open := size - scaled(s.men) - scaled(s.women)
	f.block = (f.block/1000 + 1) * 1000
	lateFrom := open
	if s.race == "10k" {
		lateFrom = open - open/100 // the last hundredth entered after the numbers were printed
	}
	for i := range open {
		sex := race.Male
		if f.r.Float64() < 0.39 {
			sex = race.Female
		}
		bib := fmt.Sprintf("L%d", i-lateFrom+1)
		if i < lateFrom {
			f.block++
			bib = fmt.Sprint(f.block)
		}
		f.add(s, race.Open, sex, bib)
	}
}

func (f *fielder) add(s squad, class race.Class, sex race.Sex, bib string) {
	n := f.next(class == race.Elite)
	age := f.age(s, class)
	p := race.Person{Name: f.name(n, sex), Sex: sex, Age: age, BirthDate: f.birth(age),
		Country: race.IOCCode(n.code), Club: f.club(n, class)}
	p.Resident = f.residency(n)
	st := race.Starter{Bib: bib, Race: s.race, Wave: s.wave, Class: class, Person: p}
	st.Team, st.Partner = f.team(n, class), f.partner(p, class)
	if class == race.Elite {
		st.Wave = s.eliteWave
	}
	i := len(f.list)
	st.Chips = []string{epc(f.seed, uint64(2*i))}
	if class == race.Elite && i%9 == 4 || f.r.IntN(400) == 0 {
		st.Chips = append(st.Chips, epc(f.seed, uint64(2*i+1)))
	}
	f.list = append(f.list, st)
}

func (f *fielder) name(n *nation, sex race.Sex) race.Name {
	for {
		if name := pick(f.r, n.speaks).name(f.r, sex); !isKnown(name) {
			return name
		}
	}
}

func (f *fielder) age(s squad, class race.Class) int {
	if class == race.Elite {
		return 19 + f.r.IntN(18)
	}
	a := int(math.Round(37 + 12*f.r.NormFloat64()))
	if a < s.youngest || a > 79 {
		a = s.youngest + f.r.IntN(40)
	}
	return a
}

// birth is a day of birth that gives the age on race day.
func (f *fielder) birth(age int) string {
	return raceDay.AddDate(-age, 0, -f.r.IntN(365)).Format(time.DateOnly)
}

func (f *fielder) club(n *nation, class race.Class) string {
	if class == race.Open && f.r.Float64() > 0.35 {
		return ""
	}
	if n.club == nil {
		return pick(f.r, clubsOther)
	}
	return pick(f.r, n.club)
}

// residency says where somebody lives: nearly everybody where their country is,
// a few guests among the residents, and some did not say.
func (f *fielder) residency(n *nation) race.Residency {
	switch x := f.entry.Float64(); {
	case x < 0.01:
		return ""
	case n.code == nations[0].code || x < 0.03:
		return race.Resident
	}
	return race.Visitor
}

// team is the team that somebody of the open class runs for, "" for most.
func (f *fielder) team(n *nation, class race.Class) string {
	if class == race.Elite || f.entry.Float64() > 0.1 {
		return ""
	}
	if n.code == nations[0].code {
		return pick(f.entry, teamsKorean)
	}
	return pick(f.entry, teamsOther)
}

// partner is who sold the entry: visitors come through one of a few, who have no
// names.
func (f *fielder) partner(p race.Person, class race.Class) string {
	x := f.entry.Float64()
	if p.Resident != race.Visitor || class == race.Elite {
		return ""
	}
	for i, share := range []float64{0.42, 0.68, 0.84, 0.93} {
		if x < share {
			return "Partner " + string(rune('A'+i))
		}
	}
	return ""
}

// epc is the code of a chip: 24 hexadecimal digits that say nothing about the
// bib (case 59). Different i give different codes.
func epc(seed, i uint64) string {
	const odd, mask = 0x9e3779b97f, 1<<40 - 1
	return fmt.Sprintf("E2801160600002%010X", (i*odd+seed*0x2545f4914f)&mask)
}
