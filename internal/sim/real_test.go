package sim_test

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/fault"
	"stadion/internal/race"
	"stadion/internal/scoring"
	"stadion/internal/sim"
)

// realFile opens a file of the two real races, which stay outside the project.
func realFile(t testing.TB, name string) *os.File {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(folder); err != nil && os.Getenv("CI") == "" {
		t.Skipf("the real races are not here (%s)", folder)
	}
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sameAsSource holds every net time, split by split, against the source.
func sameAsSource(t *testing.T, s *sim.Sample, o *scoring.Outcome) {
	t.Helper()
	runners, wrong := 0, 0
	for _, b := range o.Boards {
		for _, res := range b.Results {
			runners++
			want := s.Want[res.Starter.Bib].Net
			got := []int{0}
			for k := range res.Splits {
				n := -1
				if d := res.SplitNet(k); d != scoring.None {
					n = int(race.CeilSecond(d) / time.Second)
				}
				got = append(got, n)
			}
			if !slices.Equal(got, want) || res.Status != scoring.Finished {
				if wrong++; wrong < 10 {
					t.Errorf("bib %s %s: net %v, source %v", res.Starter.Bib, res.Status, got, want)
				}
			}
		}
	}
	if runners != len(s.Want) || wrong > 0 {
		t.Errorf("%d of %d runners came out, %d of them wrong", runners, len(s.Want), wrong)
	}
}

func TestFromChicago_NetTimesAndSplitsEqualTheSource(t *testing.T) {
	s, err := sim.FromChicago(realFile(t, "chicago-2023-even.csv.gz"), 1, sim.Burst(1, 4))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.StartList) != 24049 {
		t.Errorf("%d runners, want 24,049", len(s.StartList))
	}
	for _, w := range s.Edition.Races[0].Waves {
		for _, st := range s.StartList {
			if st.Wave == w.ID && w.Gun == 0 {
				t.Fatalf("wave %s has no gun", w.ID)
			}
		}
	}
	sameAsSource(t, s, scoring.Score(s.Facts()))
}

func TestFromBoston_OrderWithinEachSexIsThePublishedOne(t *testing.T) {
	s, err := sim.FromBoston(realFile(t, "boston-2014.csv.gz"), 1, sim.Burst(1, 3))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.StartList) != 31984 {
		t.Errorf("%d runners, want 31,984", len(s.StartList))
	}
	o := scoring.Score(s.Facts())
	sameAsSource(t, s, o)
	for _, b := range o.Boards {
		for _, sex := range []race.Sex{race.Male, race.Female} {
			var bibs []string
			for _, res := range b.Results {
				if res.Starter.Person.Sex == sex {
					bibs = append(bibs, res.Starter.Bib)
				}
			}
			if !slices.IsSortedFunc(bibs, func(a, c string) int { return cmp.Compare(s.Want[a].PlaceSex, s.Want[c].PlaceSex) }) {
				t.Errorf("%s %s: not in the order of the published places", b.Race.ID, sex)
			}
		}
	}
}

const chicagoHead = "bib,sex,age_group,country_ioc,point,estimated,clock_time_of_day,net_time\n"

func TestFromChicago_EstimatedSplitIsNoRead(t *testing.T) {
	s, err := sim.FromChicago(strings.NewReader(chicagoHead+
		"2,Male,20-24,KEN,5k,0,07:44:28AM,00:14:26\n"+
		"2,Male,20-24,KEN,10k,1,07:58:44AM,00:28:42\n"+
		"2,Male,20-24,KEN,15k,0,–,–\n"+
		"2,Male,20-24,KEN,finish,0,09:30:37AM,02:00:35\n"), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Reads {
		if r.Point == "10k" || r.Point == "15k" {
			t.Errorf("a read at %s", r.Point)
		}
	}
	if want := []int{0, 866, -1, -1, -1, -1, -1, -1, -1, -1, 7235}; !slices.Equal(s.Want["2"].Net, want) {
		t.Errorf("want %v, is %v", want, s.Want["2"].Net)
	}
	sameAsSource(t, s, scoring.Score(s.Facts()))
}

func TestFromChicago_NamesWhatIsWrong(t *testing.T) {
	for _, file := range []string{"", "bib,sex\n2,Male\n", chicagoHead + "2,Male,20-24,KEN,6k,0,07:44:28AM,00:14:26\n",
		chicagoHead + "2,Male,20-24,KEN,5k,0,07:44:28AM,00:14:26\n"} {
		_, err := sim.FromChicago(strings.NewReader(file), 1)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != "sim.file" || f.Args["why"] == "" {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func BenchmarkFromChicago(b *testing.B) {
	for b.Loop() {
		if _, err := sim.FromChicago(realFile(b, "chicago-2023-even.csv.gz"), 1, sim.Burst(1, 1)); err != nil {
			b.Fatal(err)
		}
	}
}
