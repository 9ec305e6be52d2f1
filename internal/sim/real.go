package sim

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"stadion/internal/fault"
	"stadion/internal/logbook"
	"stadion/internal/race"
)

// Sample is a real race turned into evidence: what a race office would have
// been given, and what must come out of it.
type Sample struct {
	Edition   *race.Edition
	StartList race.StartList
	Reads     []logbook.Read // bursts, some twice, in no order
	Passings  int
	Want      map[string]Want // by bib
}

// Facts are the evidence as scoring takes it.
func (s *Sample) Facts() logbook.Facts {
	return logbook.Facts{Edition: s.Edition, StartList: s.StartList, Reads: s.Reads}
}

// Want is what must come out for a bib.
type Want struct {
	// Net is the net time at each course point in whole seconds, rounded up; the
	// start is 0, -1 is a missing split, which must stay blank.
	Net []int
	// PlaceSex is the published place within the sex, 0 = none.
	PlaceSex int
}

// Option changes how a Sample is made.
type Option func(*sampler)

// Burst sets how many reads a passing has: least to most. The default is 3 to
// 8; 1, 1 is one read a passing.
func Burst(least, most int) Option {
	return func(s *sampler) { s.least, s.most = max(least, 1), max(least, most, 1) }
}

type sampler struct {
	*Sample
	r           *rand.Rand
	least, most int
	points      []race.CoursePoint
	seq         []uint64 // per point
}

func newSampler(seed uint64, e *race.Edition, options []Option) *sampler {
	s := &sampler{Sample: &Sample{Edition: e, Want: map[string]Want{}}, r: rand.New(rand.NewPCG(seed, 0x4ea1)),
		least: 3, most: 8, points: e.Races[0].Course}
	for _, o := range options {
		o(s)
	}
	s.seq = make([]uint64, len(s.points))
	return s
}

// cityCourse is start, splits and finish, each at a point of its own.
func cityCourse(labels ...string) (points []race.Point, course []race.CoursePoint) {
	at := map[string]float64{"start": 0, "5k": 5000, "10k": 10000, "15k": 15000, "20k": 20000, "half": 21097.5,
		"25k": 25000, "30k": 30000, "35k": 35000, "40k": 40000, "finish": marathonM}
	for _, l := range labels {
		points = append(points, race.Point{ID: l})
		c := race.CoursePoint{Point: l, AtM: at[l], Label: l}
		if l == "start" || l == "finish" {
			c.Label = ""
		}
		course = append(course, c)
	}
	return points, course
}

// passing makes the reads of one passing so that the policy of the point gives
// the instant exactly: the last read at the start, the first elsewhere.
func (s *sampler) passing(k int, chip string, at race.Instant) {
	s.Passings++
	n := s.least + s.r.IntN(s.most-s.least+1)
	way := time.Duration(1)
	if k == 0 {
		way = -1
	}
	point := s.points[k].Point
	after := time.Duration(0)
	for i := range n {
		s.seq[k]++
		rise := int8(20 * i / n)
		s.Reads = append(s.Reads, logbook.Read{Point: point, Chip: chip, At: at.Add(way * after), Box: point,
			Epoch: 1, Seq: s.seq[k], Antenna: uint8(1 + s.r.IntN(4)), RSSI: -70 + rise})
		after += time.Duration(20+s.r.IntN(120)) * time.Millisecond
	}
}

// mix sends one read in a hundred twice and shuffles all.
func (s *sampler) mix() *Sample {
	for i := range len(s.Reads) / 100 {
		s.Reads = append(s.Reads, s.Reads[i*97%len(s.Reads)])
	}
	s.r.Shuffle(len(s.Reads), func(i, j int) { s.Reads[i], s.Reads[j] = s.Reads[j], s.Reads[i] })
	return s.Sample
}

// plainChip is a code for a bib of a file that has no chips.
func plainChip(n int) string { return fmt.Sprintf("E28011700000020A%08X", n) }

// rows calls f for every row of a CSV, plain or gzipped, with its columns by name.
func rows(r io.Reader, columns []string, f func(line int, get func(string) string) error) error {
	br := bufio.NewReaderSize(r, 1<<16)
	if magic, err := br.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return err
		}
		defer z.Close()
		br = bufio.NewReaderSize(z, 1<<16)
	}
	c := csv.NewReader(br)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	index := map[string]int{}
	for i, h := range head {
		index[h] = i
	}
	for _, want := range columns {
		if _, ok := index[want]; !ok {
			return fmt.Errorf("column %q is missing", want)
		}
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := c.FieldPos(0)
		if err := f(line, func(name string) string { return row[index[name]] }); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// unusable says that a file of a real race is not what it should be.
func unusable(file string, err error) error {
	return fault.Wrap(fault.Invalid, "sim.file", err, fault.Args{"file": file, "why": err.Error()})
}

func byBib(list race.StartList) {
	slices.SortFunc(list, func(a, b race.Starter) int {
		return cmp.Or(cmp.Compare(len(a.Bib), len(b.Bib)), cmp.Compare(a.Bib, b.Bib))
	})
}

// midnight is the beginning of an edition's day in its zone.
func midnight(e *race.Edition) (race.Instant, error) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return 0, err
	}
	day, err := time.ParseInLocation(time.DateOnly, e.Date, zone)
	return race.At(day), err
}
