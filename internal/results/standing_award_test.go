package results

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// started gives a runner on the course a first split: the start is where the
// net time says.
func started(r *Row, after time.Duration) {
	at := r.GunAt.Add(after + 20*time.Minute)
	r.Splits = []SplitCell{{Label: "5k", At: at, NetMs: MsOf(20 * time.Minute)}}
}

func awardAt(t *testing.T, e *race.Edition, rows []Row, id string, after time.Duration) *Award {
	t.Helper()
	s, ok := StandingOf(e, contest(e, rows), id, gunAt.Add(after))
	if !ok || s.Award == nil {
		t.Fatalf("no award list %s", id)
	}
	return s.Award
}

func TestAward_L7_ByGunSettledWhenTheClockHasPassedTheLastPrize(t *testing.T) {
	e := listRace(race.List{ID: "p", Prizes: 2})
	rows := entered(t, "1 M M20 2:10:00 2:10:00", "2 M M20 2:12:00.3 2:12:00", "3 M M20 - -", "4 F F20 - -")
	rows[3].GunAt = gunAt.Add(10 * time.Minute) // a later wave
	for after, want := range map[time.Duration]int{
		0: 2, 2*time.Hour + 12*time.Minute: 2, 2*time.Hour + 12*time.Minute + time.Second: 2, // shown 2:12:01 too: could share
		2*time.Hour + 12*time.Minute + 1001*time.Millisecond: 1, 2*time.Hour + 22*time.Minute + time.Second: 1,
		2*time.Hour + 22*time.Minute + 2*time.Second: 0,
	} {
		a := awardAt(t, e, rows, "p", after)
		if a.Waiting != want || a.Settled != (want == 0) {
			t.Errorf("after %s: %+v, want %d waiting", after, a, want)
		}
		if until := gunAt.Add(2*time.Hour + 22*time.Minute + time.Second); want > 0 && a.Until != until {
			t.Errorf("after %s: until %s, want %s", after, a.Until, until)
		}
	}
}

func TestAward_L7_WithFewerWinnersThanPrizesTheLimitSettles(t *testing.T) {
	e := listRace(race.List{ID: "p", Prizes: 3})
	rows := entered(t, "1 M M20 2:10:00 2:10:00", "3 M M20 - -")
	if a := awardAt(t, e, rows, "p", 3*time.Hour); a.Settled || a.Until != gunAt.Add(4*time.Hour) {
		t.Errorf("before the limit: %+v", a)
	}
	if a := awardAt(t, e, rows, "p", 4*time.Hour+1); !a.Settled || a.Until != 0 {
		t.Errorf("after the limit: %+v", a)
	}
	rows[1].GunAt = 0
	if a := awardAt(t, e, rows, "p", 9*time.Hour); a.Settled || a.Until != 0 {
		t.Errorf("a wave that has not started is never out: %+v", a)
	}
	e.Races[0].TimeLimit = 0
	rows[1].GunAt = gunAt
	if a := awardAt(t, e, rows, "p", 9*time.Hour); a.Settled || a.Until != 0 {
		t.Errorf("no limit: %+v", a)
	}
}

func TestAward_L7_ByNetTheStartCounts(t *testing.T) {
	e := listRace(race.List{ID: "p", Prizes: 1, Basis: race.Net})
	rows := entered(t, "1 M M20 2:10:00 2:09:00", "2 M M20 - -", "3 M M20 - -")
	started(&rows[1], 5*time.Minute)
	if a := awardAt(t, e, rows, "p", 2*time.Hour+14*time.Minute); a.Waiting != 2 {
		t.Errorf("%+v: 2 crossed the start five minutes late and can still share", a)
	}
	if a := awardAt(t, e, rows, "p", 2*time.Hour+14*time.Minute+1); a.Waiting != 1 || a.Until != gunAt.Add(4*time.Hour) {
		t.Errorf("%+v: nobody knows when 3 crossed the start", a)
	}
}

func TestAward_L7_WaitsForTheListsItLeavesOut(t *testing.T) {
	e := listRace(race.List{ID: "podium", Prizes: 2}, race.List{ID: "f", Of: race.OfSex, Only: "F", Prizes: 1, Exclude: []string{"podium"}})
	rows := entered(t, "1 M M20 2:10:00 2:10:00", "2 F F20 2:30:00 2:30:00", "3 F F20 2:20:00 2:20:00", "4 M M20 - -")
	a := awardAt(t, e, rows, "f", 2*time.Hour+15*time.Minute)
	if a.Settled || a.Waiting != 0 || !slices.Equal(a.After, []string{"podium"}) || a.Until != gunAt.Add(2*time.Hour+20*time.Minute) {
		t.Errorf("a man can still push 3 off the podium into this list: %+v", a)
	}
	if a := awardAt(t, e, rows, "f", 2*time.Hour+21*time.Minute); !a.Settled || len(a.After) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestAward_L7_TeamsCountWhoIsOnTheCourseAsIfFinishingNow(t *testing.T) {
	e := listRace(race.List{ID: "t", Of: race.OfTeam, Best: 2, Prizes: 1})
	rows := entered(t, "1 M M20 2:10:00 2:10:00 team=A", "2 M M20 2:50:00 2:50:00 team=A", "3 M M20 2:20:00 2:20:00 team=B", "4 M M20 - - team=B",
		"5 M M20 - - team=C", "6 M M20 - -")
	if a := awardAt(t, e, rows, "t", 2*time.Hour+40*time.Minute); a.Waiting != 1 {
		t.Errorf("%+v: 2:20 and 2:40 would share", a)
	}
	if a := awardAt(t, e, rows, "t", 2*time.Hour+40*time.Minute+1); !a.Settled {
		t.Errorf("%+v", a)
	}
}

var drawnRules = []race.List{
	{ID: "podium", Of: race.OfSex, Prizes: 3},
	{ID: "class", Of: race.OfClass, Prizes: 1, Basis: race.Net},
	{ID: "category", Of: race.OfCategory, Prizes: 2, Exclude: []string{"podium", "class"}},
	{ID: "country", Of: race.OfCountry, Prizes: 1, Exclude: []string{"podium", "category"}, Top: 2},
	{ID: "team", Of: race.OfTeam, Best: 2, Prizes: 2},
	{ID: "all"}, {ID: "net", Basis: race.Net}, {ID: "resident", Of: race.OfResident},
}

// drawn is a race of some minute: few different times, so that many are equal.
func drawn(t *rapid.T, now race.Instant) []Row {
	n := rapid.IntRange(0, 40).Draw(t, "n")
	rows := make([]Row, n)
	pick := func(s ...string) string { return rapid.SampledFrom(s).Draw(t, "pick") }
	for i := range rows {
		r := &rows[i]
		*r = Row{Race: "m", Bib: fmt.Sprint(i + 1), Status: scoring.Status(pick("finished", "finished", "running", "running", "dnf", "finished_no_time")),
			Sex: race.Sex(pick("M", "F")), Class: race.Class(pick("elite", "open")), Country: pick("", "KOR", "PRK"), Team: pick("", "a", "A ", "b", "c"),
			Resident: race.Residency(pick("", "yes", "no")), GunMs: -1, NetMs: -1}
		r.Category = map[race.Sex]string{race.Male: pick("M40", "M20", ""), race.Female: "F20"}[r.Sex]
		gun := gunAt.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "wave")) * time.Minute)
		offset := time.Duration(rapid.IntRange(0, 60).Draw(t, "offset")) * time.Second
		switch r.Status {
		case scoring.Finished:
			most := int(min(now.Sub(gun), 4*time.Hour) / (500 * time.Millisecond))
			d := max(time.Duration(max(most-rapid.IntRange(0, 30).Draw(t, "gun"), 1))*500*time.Millisecond, offset+time.Second)
			r.GunMs, r.NetMs = MsOf(d), MsOf(d-offset)
		case scoring.Running:
			r.GunAt = gun
			if rapid.IntRange(0, 5).Draw(t, "seen") > 0 {
				r.Splits = []SplitCell{{At: gun.Add(offset + time.Minute), NetMs: 60_000}}
			}
		}
	}
	placeRows(rows, func(r *Row) Ms { return r.GunMs })
	return rows
}

func drawnNow(t *rapid.T) race.Instant {
	return gunAt.Add(4*time.Minute + time.Duration(rapid.IntRange(0, 60).Draw(t, "now"))*500*time.Millisecond)
}

// everything is a list's whole content, to compare.
func everything(s *Standing) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %v|%s|", s.ID, s.Value, s.Award, told(s))
	for _, rows := range [][]*Row{s.NoTime, s.Rest} {
		for _, r := range rows {
			b.WriteString(r.Bib + " ")
		}
		b.WriteString("|")
	}
	for _, l := range s.LeftOut {
		b.WriteString(l.Row.Bib + " in " + l.In + " ")
	}
	for _, l := range s.Teams {
		for _, r := range l.Members {
			b.WriteString(r.Bib + " ")
		}
	}
	return b.String()
}

func TestStandings_TheOrderOfRowsMeansNothing(t *testing.T) {
	e := listRace(drawnRules...)
	rapid.Check(t, func(t *rapid.T) {
		now := drawnNow(t)
		rows := drawn(t, now)
		before := Standings(e, contest(e, rows), now)
		mixed := slices.Clone(rows)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rng.Shuffle(len(mixed), func(i, k int) { mixed[i], mixed[k] = mixed[k], mixed[i] })
		after := Standings(e, contest(e, mixed), now)
		if len(before) != len(after) {
			t.Fatalf("%d lists, then %d", len(before), len(after))
		}
		for i := range before {
			a, b := everything(&before[i]), everything(&after[i])
			if a != b {
				t.Fatalf("mixed rows:\n%s\n%s", a, b)
			}
			one, ok := StandingOf(e, contest(e, rows), before[i].ID, now)
			if !ok || everything(&one) != a {
				t.Fatalf("by itself:\n%s\n%s", a, everything(&one))
			}
		}
	})
}

func TestStandings_MembersPlacesAndPrizes(t *testing.T) {
	e := listRace(drawnRules...)
	rapid.Check(t, func(t *rapid.T) {
		now := drawnNow(t)
		rows := drawn(t, now)
		once := map[string]map[string]int{} // rule, bib: how often
		prizes := map[string][]string{}     // bib: rules
		for _, s := range Standings(e, contest(e, rows), now) {
			seen := once[s.Rule.ID]
			if seen == nil {
				seen = map[string]int{}
				once[s.Rule.ID] = seen
			}
			for i, l := range s.Lines {
				seen[l.Row.Bib]++
				if l.Row.Status != scoring.Finished || s.Value != "" && squash(valueOf(l.Row, s.Rule.Of)) != s.Value {
					t.Fatalf("%s has bib %s", s.ID, l.Row.Bib)
				}
				if (l.Prize > 0) != (l.Place <= s.Rule.Prizes) {
					t.Fatalf("%s: place %d, prize %d", s.ID, l.Place, l.Prize)
				}
				if l.Prize > 0 {
					prizes[l.Row.Bib] = append(prizes[l.Row.Bib], s.Rule.ID)
				}
				if i > 0 {
					before := s.Lines[i-1]
					if same := before.Ms == l.Ms; same != (before.Place == l.Place) || !same && (l.Place != i+1 || before.Ms > l.Ms) {
						t.Fatalf("%s: %d with %d ms after %d with %d ms", s.ID, l.Place, l.Ms, before.Place, before.Ms)
					}
				}
			}
			for _, l := range s.LeftOut {
				seen[l.Row.Bib]++
			}
		}
		for i := range rows {
			r := &rows[i]
			for _, rule := range drawnRules {
				want := 0
				if r.Status == scoring.Finished && (rule.Of == race.OfAll || valueOf(r, rule.Of) != "") {
					want = 1
				}
				if got := once[rule.ID][r.Bib]; !rule.Teams() && rule.Top == 0 && got != want {
					t.Fatalf("bib %s stands %d times in lists of %s, want %d", r.Bib, got, rule.ID, want)
				}
			}
			won := prizes[r.Bib]
			for _, rule := range drawnRules {
				for _, x := range rule.Exclude {
					if slices.Contains(won, rule.ID) && slices.Contains(won, x) {
						t.Fatalf("bib %s has prizes in %v", r.Bib, won)
					}
				}
			}
		}
	})
}

// What is settled stays, whatever those on the course still run; and what is
// not is settled once its instant has passed.
func TestAward_L7_WhatIsSettledStays(t *testing.T) {
	e := listRace(drawnRules...)
	e.Races[0].TimeLimit = race.Duration(270 * time.Second)
	rapid.Check(t, func(t *rapid.T) {
		now := drawnNow(t)
		rows := drawn(t, now)
		late := slices.Clone(rows)
		limit := e.Races[0].TimeLimit.D()
		for i := range late {
			r := &late[i]
			if r.Status != scoring.Running || rapid.IntRange(0, 4).Draw(t, "gives up") == 0 {
				continue
			}
			d := now.Sub(r.GunAt) + time.Duration(rapid.IntRange(0, 60_000).Draw(t, "still to run"))*time.Millisecond
			if d > limit {
				r.Status = scoring.FinishedNoTime
				continue
			}
			net := d
			if from := startOf(r); from != 0 {
				net = r.GunAt.Add(d).Sub(from)
			} else if rapid.Bool().Draw(t, "start found") {
				net -= time.Duration(rapid.IntRange(0, 60).Draw(t, "offset")) * time.Second
			}
			r.Status, r.GunMs, r.NetMs = scoring.Finished, MsOf(d), MsOf(net)
		}
		placeRows(late, func(r *Row) Ms { return r.GunMs })
		before, after := Standings(e, contest(e, rows), now), Standings(e, contest(e, late), now)
		for i := range before {
			s := &before[i]
			if s.Award == nil {
				continue
			}
			if !s.Award.Settled {
				if s.Award.Until != 0 {
					if then, _ := StandingOf(e, contest(e, rows), s.ID, s.Award.Until+1); !then.Award.Settled {
						t.Fatalf("%s is not settled after %s: %+v", s.ID, s.Award.Until, then.Award)
					}
				}
				continue
			}
			k := slices.IndexFunc(after, func(a Standing) bool { return a.ID == s.ID })
			if a, b := winners(s), winners(&after[k]); a != b {
				t.Fatalf("%s was settled with %s, became %s", s.ID, a, b)
			}
		}
	})
}

func winners(s *Standing) string {
	var out []string
	for _, l := range s.Lines {
		if l.Prize > 0 {
			out = append(out, fmt.Sprint(l.Prize, ":", l.Row.Bib))
		}
	}
	for _, l := range s.Teams {
		if l.Prize > 0 {
			out = append(out, fmt.Sprint(l.Prize, ":", fold(l.Name), l.Ms))
		}
	}
	return strings.Join(out, " ")
}

func BenchmarkStandings_48000(b *testing.B) {
	e := listRace()
	rows := make([]Row, 48_000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range rows {
		rows[i] = Row{Race: "m", Bib: fmt.Sprint(i), Sex: []race.Sex{race.Male, race.Female}[i%2], Status: scoring.Finished,
			Category: []string{"M40", "F20"}[i%2], GunMs: Ms(7_500_000 + rng.IntN(9_000_000)), NetMs: 1}
	}
	slices.SortFunc(rows, func(a, b Row) int { return int(a.GunMs - b.GunMs) })
	for i := range rows {
		rows[i].Place, rows[i].PlaceSex, rows[i].PlaceCategory = Place(i+1), Place(i/2+1), Place(i/2+1)
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			Standings(e, contest(e, rows), gunAt)
		}
	})
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			StandingOf(e, contest(e, rows), "category-m40", gunAt)
		}
	})
}
