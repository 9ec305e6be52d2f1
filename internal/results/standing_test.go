package results

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/scoring"
)

const gunAt = race.Instant(1743897600_000_000_000)

// listRace is a race with rules of lists, ranked by gun.
func listRace(rules ...race.List) *race.Edition {
	e := &race.Edition{ID: "e", Name: "E", Date: "2025-04-06", Zone: "Asia/Pyongyang",
		Races: []race.Race{{ID: "m", DistanceM: 42195, RankBy: race.Gun, TimeLimit: race.Duration(4 * time.Hour)}},
		Categories: []race.Category{{ID: "M40", Sex: race.Male, MinAge: 40, MaxAge: 44}, {ID: "M20", Sex: race.Male, MinAge: 20},
			{ID: "F20", Name: "Women from 20", Sex: race.Female, MinAge: 20}},
		Lists: rules}
	return e
}

// clockMs reads "2:10:11.5".
func clockMs(t testing.TB, s string) Ms {
	t.Helper()
	var h, m int
	var sec float64
	if _, err := fmt.Sscanf(strings.ReplaceAll(s, ":", " "), "%d %d %g", &h, &m, &sec); err != nil {
		t.Fatal(err)
	}
	return Ms(h*3600_000+m*60_000) + Ms(sec*1000+0.5)
}

// entered makes rows from lines "bib sex category gun net [word=value…]" and gives
// them the official places by gun. A gun of "-" is a runner on the course.
func entered(t testing.TB, lines ...string) []Row {
	t.Helper()
	var out []Row
	for _, l := range lines {
		f := strings.Fields(l)
		r := Row{Race: "m", Bib: f[0], PrintedName: "Runner " + f[0], Sex: race.Sex(f[1]), Category: f[2], Class: race.Open,
			Status: scoring.Finished, GunMs: -1, NetMs: -1}
		switch f[3] {
		case "-":
			r.Status, r.GunAt = scoring.Running, gunAt
		case "notime", "dnf", "dns", "dq":
			r.Status = scoring.Status(strings.Replace(f[3], "notime", "finished_no_time", 1))
		default:
			r.GunMs, r.NetMs = clockMs(t, f[3]), clockMs(t, f[4])
			r.GunTime, r.NetTime = race.Clock(r.GunMs.Duration()), race.Clock(r.NetMs.Duration())
		}
		for _, word := range f[5:] {
			k, v, _ := strings.Cut(word, "=")
			v = strings.ReplaceAll(v, "_", " ")
			switch k {
			case "team":
				r.Team = v
			case "club":
				r.Club = v
			case "country":
				r.Country = v
			case "resident":
				r.Resident = race.Residency(v)
			case "partner":
				r.Partner = v
			case "class":
				r.Class = race.Class(v)
			case "flag":
				r.Flags = append(r.Flags, strings.ReplaceAll(v, " ", "_"))
			default:
				t.Fatalf("no word %q", k)
			}
		}
		out = append(out, r)
	}
	placeRows(out, func(r *Row) Ms { return r.GunMs })
	return out
}

// placeRows gives official places by exact time, as scoring does.
func placeRows(rows []Row, by func(*Row) Ms) {
	give := func(in func(*Row) bool, set func(*Row, Place)) {
		var placed []*Row
		for i := range rows {
			if r := &rows[i]; r.Status == scoring.Finished && in(r) {
				placed = append(placed, r)
			}
		}
		slices.SortFunc(placed, func(a, b *Row) int { return int(by(a) - by(b)) })
		for i, r := range placed {
			n := Place(i + 1)
			for k := i; k > 0 && by(placed[k-1]) == by(r); k-- {
				n = Place(k)
			}
			set(r, n)
		}
	}
	give(func(*Row) bool { return true }, func(r *Row, p Place) { r.Place = p })
	for _, s := range []race.Sex{race.Male, race.Female, race.Mixed} {
		give(func(r *Row) bool { return r.Sex == s }, func(r *Row, p Place) { r.PlaceSex = p })
	}
	for _, c := range []string{"M40", "M20", "F20"} {
		give(func(r *Row) bool { return r.Category == c }, func(r *Row, p Place) { r.PlaceCategory = p })
	}
}

func contest(e *race.Edition, rows []Row) Contest {
	return Contest{Race: &e.Races[0], State: Provisional, Revision: 1, Rows: rows}
}

// told is a standing in one line: places, prizes and bibs.
func told(s *Standing) string {
	var b strings.Builder
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%d", l.Place)
		if l.Prize > 0 {
			b.WriteString("*")
		}
		fmt.Fprintf(&b, ":%s ", l.Row.Bib)
	}
	for _, l := range s.Teams {
		fmt.Fprintf(&b, "%d", l.Place)
		if l.Prize > 0 {
			b.WriteString("*")
		}
		fmt.Fprintf(&b, ":%s=%s ", l.Name, l.Time)
	}
	for _, l := range s.Incomplete {
		fmt.Fprintf(&b, "-:%s(%d) ", l.Name, l.Missing)
	}
	return strings.TrimSpace(b.String())
}

func tell(t *testing.T, e *race.Edition, c Contest, id string) *Standing {
	t.Helper()
	s, ok := StandingOf(e, c, id, gunAt.Add(5*time.Hour))
	if !ok {
		t.Fatalf("no list %q", id)
	}
	return &s
}

var ten = []string{
	"1 M M20 2:10:00 2:09:59", "2 M M40 2:11:00 2:10:00", "3 F F20 2:30:00 2:29:00", "4 M M40 2:30:00 2:28:00",
	"5 M M40 2:40:00 2:20:00", "6 F F20 3:00:00 3:00:00", "7 M M20 notime -", "8 F F20 dnf -", "9 M M20 dns -", "10 M M20 dq -",
}

func TestLists_L1_WithoutRulesThereAreThree(t *testing.T) {
	e := listRace()
	var got []string
	for _, s := range Standings(e, contest(e, entered(t, ten...)), 0) {
		got = append(got, s.ID+" "+told(&s))
	}
	want := []string{"overall 1:1 2:2 3:3 3:4 5:5 6:6", "sex-m 1:1 2:2 3:4 4:5", "sex-f 1:3 2:6",
		"category-m40 1:2 2:4 3:5", "category-m20 1:1", "category-f20 1:3 2:6"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	heads := StandingHeads(e, contest(e, entered(t, ten...)))
	if len(heads) != 6 || heads[3].ID != "category-m40" || heads[3].Runners != 3 {
		t.Errorf("heads %+v", heads)
	}
}

func TestLists_L1_OneListForEachValue(t *testing.T) {
	rows := entered(t, "1 M M20 2:10:00 2:10:00 country=KOR resident=no partner=Koryo_Tours class=elite",
		"2 F F20 2:20:00 2:20:00 country=PRK resident=yes partner=koryo__tours", "3 F F20 2:21:00 2:21:00 resident=yes", "4 M M20 - -  partner=Zug_&_Tal country=PRK")
	for _, c := range []struct {
		rule race.List
		want string
	}{
		{race.List{ID: "c", Of: race.OfCountry}, "c-kor 1:1|c-prk 1:2"},
		{race.List{ID: "c", Of: race.OfCountry, Only: "prk"}, "c 1:2"},
		{race.List{ID: "c", Of: race.OfCountry, Only: "GER"}, "c "},
		{race.List{ID: "r", Of: race.OfResident}, "r-yes 1:2 2:3|r-no 1:1"},
		{race.List{ID: "k", Of: race.OfClass, Sex: race.Female}, "k-open 1:2 2:3"},
		{race.List{ID: "k", Of: race.OfClass}, "k-elite 1:1|k-open 1:2 2:3"},
		{race.List{ID: "p", Of: race.OfPartner}, "p-koryo-tours 1:1 2:2|p-zug-tal "},
		{race.List{ID: "a", Class: race.Elite, Of: "all"}, "a 1:1"},
		{race.List{ID: "x", Races: []string{"half"}}, ""},
	} {
		e := listRace(c.rule)
		var got []string
		for _, s := range Standings(e, contest(e, rows), 0) {
			got = append(got, s.ID+" "+told(&s))
			if s.Rule.Private() != (c.rule.Of == race.OfPartner) {
				t.Errorf("%s: private is %v (rule L11)", s.ID, s.Rule.Private())
			}
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("%+v: %q, want %q", c.rule, g, c.want)
		}
	}
}

func TestLists_L2_PrizesAreByGunUnlessTheRuleSaysNet(t *testing.T) {
	e := listRace(race.List{ID: "all"}, race.List{ID: "prize", Prizes: 1}, race.List{ID: "net", Prizes: 1, Basis: race.Net})
	e.Races[0].RankBy = race.Net
	rows := entered(t, ten...)
	placeRows(rows, func(r *Row) Ms { return r.NetMs })
	for id, want := range map[string]struct {
		basis race.Basis
		first string
	}{"all": {race.Net, "1"}, "prize": {race.Gun, "1"}, "net": {race.Net, "1"}} {
		s := tell(t, e, contest(e, rows), id)
		if s.Basis != want.basis || s.Lines[0].Row.Bib != want.first {
			t.Errorf("%s: by %s, %s", id, s.Basis, told(s))
		}
	}
	if got := told(tell(t, e, contest(e, rows), "prize")); got != "1*:1 2:2 3:3 3:4 5:5 6:6" {
		t.Errorf("by gun in a race by net: %s", got)
	}
	if got := told(tell(t, e, contest(e, rows), "all")); got != "1:1 2:2 3:5 4:4 5:3 6:6" {
		t.Errorf("by net: %s", got)
	}
	c := contest(e, rows)
	c.Basis = race.Gun // the revision was published by gun, the edition changed since
	if s := tell(t, e, c, "all"); s.Basis != race.Gun {
		t.Errorf("a revision's list is by %s", s.Basis)
	}
}

func TestLists_L3_TheJudgesOrderGoesBeforeTheTimes(t *testing.T) {
	e := listRace(race.List{ID: "all"}, race.List{ID: "sex", Of: race.OfSex}, race.List{ID: "net", Basis: race.Net})
	rows := entered(t, "1 M M20 2:10:00 2:10:00", "2 M M20 2:10:00 2:09:00", "3 M M20 2:10:01 2:10:01")
	rows[1].Place, rows[1].PlaceSex, rows[0].Place, rows[0].PlaceSex = 1, 1, 2, 2
	for id, want := range map[string]string{"all": "1:2 2:1 3:3", "sex-m": "1:2 2:1 3:3", "net": "1:2 2:1 3:3"} {
		if got := told(tell(t, e, contest(e, rows), id)); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// Case 46.
func TestLists_L5_WhoHasAPrizeIsLeftOutOfTheLaterList(t *testing.T) {
	e := listRace(race.List{ID: "podium", Prizes: 3}, race.List{ID: "category", Of: race.OfCategory, Prizes: 2, Exclude: []string{"podium"}})
	c := contest(e, entered(t, ten...))
	if got := told(tell(t, e, c, "podium")); got != "1*:1 2*:2 3*:3 3*:4 5:5 6:6" {
		t.Errorf("podium %s: bibs 3 and 4 share the third prize", got)
	}
	m40 := tell(t, e, c, "category-m40")
	if got := told(m40); got != "1*:5" {
		t.Errorf("M40 %s: 2 and 4 have a prize already", got)
	}
	if r := m40.Lines[0].Row; r.PlaceCategory != 3 || r.Place != 5 {
		t.Errorf("official places changed: %+v", r)
	}
	if len(m40.LeftOut) != 2 || m40.LeftOut[0].Row.Bib != "2" || m40.LeftOut[0].In != "podium" || m40.LeftOut[1].Prize != 3 {
		t.Errorf("left out %+v", m40.LeftOut)
	}
	if f := tell(t, e, c, "category-f20"); told(f) != "1*:6" || f.Total != 1 {
		t.Errorf("F20 %s", told(f))
	}
}

func TestLists_L6_TeamsAreTheSumOfTheirBest(t *testing.T) {
	e := listRace(race.List{ID: "team", Of: race.OfTeam, Best: 2, Prizes: 1}, race.List{ID: "net", Of: race.OfTeam, Best: 2, Basis: race.Net},
		race.List{ID: "club", Of: race.OfClub})
	rows := entered(t, "1 M M20 2:00:00.4 2:00:00 team=Alpha club=X", "2 M M20 3:00:00.4 2:30:00 team=beta club=X", "3 M M20 2:10:00.4 2:10:00 team=ALPHA club=X",
		"4 M M20 2:15:00 2:15:00 team=_alpha club=Y", "5 M M20 2:20:00 2:10:00 team=Beta", "6 F F20 2:05:00 2:05:00 team=Gamma",
		"7 F F20 2:01:00 2:01:00 team=Delta", "8 M M20 2:09:00.8 2:09:00 team=Delta", "9 F F20 - - team=Gamma", "10 F F20 dnf - team=Gamma")
	if got := told(tell(t, e, contest(e, rows), "team")); got != "1*:ALPHA=4:10:01 1*:Delta=4:10:01 3:Beta=5:20:01 -:Gamma(1)" {
		t.Errorf("by gun: %s", got)
	}
	s := tell(t, e, contest(e, rows), "team")
	if a := s.Teams[0]; len(a.Members) != 2 || a.Members[0].Bib != "1" || len(a.Others) != 1 || a.Others[0].Bib != "4" || a.Ms != 15000800 {
		t.Errorf("Alpha %+v", a)
	}
	if s.Teams[2].Behind != "+1:10:00" || s.Total != 3 {
		t.Errorf("behind %q, %d teams", s.Teams[2].Behind, s.Total)
	}
	if got := told(tell(t, e, contest(e, rows), "net")); got != "1:ALPHA=4:10:00 1:Delta=4:10:00 3:Beta=4:40:00 -:Gamma(1)" {
		t.Errorf("by net: %s", got)
	}
	if got := told(tell(t, e, contest(e, rows), "club")); got != "1:X=7:10:02 -:Y(2)" {
		t.Errorf("clubs, three each: %s", got)
	}
}

func TestLists_L8_ARecordIsBeatenInPrintedTime(t *testing.T) {
	for _, c := range []struct {
		old, want, by string
		void          int
		doubt         string
	}{
		{"2:10:00", "", "", 0, ""},
		{"2:10:12", "beaten 2:10:11", "1", 0, ""},
		{"2:10:11", "equalled 2:10:11", "1", 0, ""},
		{"2:30:00", "beaten 2:10:11", "1", 1, ""},
	} {
		e := listRace(race.List{ID: "all"}, race.List{ID: "sex", Of: race.OfSex}, race.List{ID: "net", Basis: race.Net})
		e.Records = []race.Record{{Race: "m", Sex: race.Male, Time: c.old, Name: "Old Holder", Year: 2019}, {Race: "half", Time: "1:00:00", Name: "N"}}
		ct := contest(e, entered(t, "1 M M20 2:10:10.2 2:00:00", "2 F F20 2:05:00 2:05:00", "3 M M20 2:11:00 2:11:00",
			"4 M M20 2:20:00 2:20:00 flag=neutralised", "5 M M20 2:40:00 2:40:00"))
		s := tell(t, e, ct, "all")
		k := s.Records[0]
		var by []string
		for _, r := range k.By {
			by = append(by, r.Bib)
		}
		if got := strings.TrimSpace(string(k.State) + " " + k.Time); got != c.want || strings.Join(by, " ") != c.by || len(k.Void) != c.void || !k.Pending {
			t.Errorf("against %s: %+v", c.old, k)
		}
		if k.Record.Name != "Old Holder" || len(s.Records) != 1 {
			t.Errorf("the record before is gone: %+v", s.Records)
		}
		if c.old == "2:30:00" {
			if s.Lines[1].Row.Bib != "1" || s.Lines[1].Record != RecordBeaten || s.Lines[2].Record != RecordInside || s.Lines[3].Record != RecordStands || s.Lines[0].Record != RecordStands {
				t.Errorf("marks %+v", s.Lines)
			}
		}
		if f := tell(t, e, ct, "sex-f"); len(f.Records) != 0 {
			t.Error("a record of men stands beside the women")
		}
		if n := tell(t, e, ct, "net"); len(n.Records) != 0 {
			t.Error("a record stands beside a list by net time")
		}
	}
}

func TestLists_L8_DoubtIsSaid(t *testing.T) {
	e := listRace()
	e.Records = []race.Record{{Race: "m", Time: "2:30:00", Name: "N"}}
	c := contest(e, entered(t, "1 M M20 2:10:00 2:10:00 flag=missing_points flag=too_fast", "2 F F20 2:10:00 2:10:00"))
	c.State = Official
	k := tell(t, e, c, "overall").Records[0]
	if len(k.By) != 2 || !slices.Equal(k.Doubt, []string{"missing_points", "too_fast"}) || k.Pending {
		t.Errorf("%+v", k)
	}
}

func TestLists_L9_FinishedWithoutTimeIsASectionOfItsOwn(t *testing.T) {
	e := listRace()
	s := tell(t, e, contest(e, entered(t, append(ten, "11 M M20 - -")...)), "overall")
	var rest []string
	for _, r := range s.Rest {
		rest = append(rest, r.Bib)
	}
	if len(s.NoTime) != 1 || s.NoTime[0].Bib != "7" || strings.Join(rest, " ") != "11 8 10 9" {
		t.Errorf("without time %v, rest %v", s.NoTime, rest)
	}
}

func TestLists_TopKeepsWhoSharesTheLastPlace(t *testing.T) {
	e := listRace(race.List{ID: "top", Top: 3}, race.List{ID: "prizes", Top: 1, Prizes: 2})
	c := contest(e, entered(t, ten...))
	if s := tell(t, e, c, "top"); told(s) != "1:1 2:2 3:3 3:4" || s.Total != 6 {
		t.Errorf("%s of %d", told(s), s.Total)
	}
	if s := tell(t, e, c, "prizes"); told(s) != "1*:1 2*:2" {
		t.Errorf("a prize was cut away: %s", told(s))
	}
}

func TestLists_EverySentenceIsInEveryLanguage(t *testing.T) {
	e := listRace(race.List{ID: "podium", Of: race.OfSex, Prizes: 1}, race.List{ID: "c", Of: race.OfCategory, Prizes: 1, Exclude: []string{"podium"}, Top: 1},
		race.List{ID: "own", Name: "Own name", Of: race.OfClass, Class: race.Open}, race.List{ID: "n", Of: race.OfCountry, Basis: race.Net}, race.List{ID: "r", Of: race.OfResident},
		race.List{ID: "p", Of: race.OfPartner, Sex: race.Male}, race.List{ID: "t", Of: race.OfTeam, Class: race.Elite, Prizes: 2}, race.List{ID: "cl", Of: race.OfClub, Best: 1},
		race.List{ID: "only", Of: race.OfSex, Only: "F", Prizes: 2, Exclude: []string{"podium"}}, race.List{ID: "all"}, race.List{ID: "ex", Exclude: []string{"only", "c"}})
	e.Records = []race.Record{{Race: "m", Time: "2:30:00", Name: "N", Year: 2001}, {Race: "m", Sex: race.Male, Time: "1:30:00", Name: "N"}, {Race: "m", Sex: race.Female, Time: "2:40:00", Name: "N"}}
	rows := entered(t, append(ten, "11 M M40 - - country=KOR partner=A resident=no team=T class=elite", "12 X M20 2:30:00 2:30:00 resident=yes flag=neutralised",
		"13 F F20 2:40:00 2:40:00 flag=manual_time", "14 F F20 2:41:00 2:41:00", "15 M M20 2:12:00 2:12:00 flag=early_start class=sub")...)
	for _, tag := range lang.Tags {
		p := lang.For(tag)
		for _, now := range []race.Instant{gunAt, gunAt.Add(5 * time.Hour)} {
			for _, s := range Standings(e, contest(e, rows), now) {
				for _, w := range append(s.Words(e), s.Title(), RuleTitle(s.Rule)) {
					got := w.In(string(tag), p.With)
					if got == "" || strings.ContainsAny(got, "{}") || strings.Contains(got, "list.") || strings.Contains(got, "%!") {
						t.Errorf("%s %s: %s says %q", tag, s.ID, w.Key, got)
					}
				}
			}
		}
	}
	for _, key := range []string{"list.section.no_time", "list.section.incomplete", "list.section.left_out", "list.section.rest",
		"list.record.mark.beaten", "list.record.mark.equalled", "list.record.mark.inside"} {
		if !lang.Has(key) {
			t.Errorf("%s is missing", key)
		}
	}
	for _, f := range recordVoid {
		if !lang.Has("list.record.void." + string(f)) {
			t.Errorf("no sentence for %s", f)
		}
	}
	s := tell(t, e, contest(e, rows), "c-f20")
	want := []string{"Ordered by gun time, the official time.", "A prize for the first. Equal times share the place.",
		"Who has a prize in an earlier list (By sex) is left out here. Official places stay as they are.",
		"The prizes are settled: nobody on the course can still win one.", "1 of 3 are shown.",
		"Course record beaten: 2:10:00, Runner 1. Before: 2:30:00, N (2001).", "The record counts once the results are official.",
		"Runner 15, 2:12:00: no record, because of a start before the own gun.", "Runner 12, 2:30:00: no record, because the race was neutralised for a time.",
		"Course record (Women) beaten: 2:30:00, Runner 3. Before: 2:40:00, N.", "The record counts once the results are official."}
	var got []string
	for _, w := range s.Words(e) {
		got = append(got, w.In("en", lang.For(lang.English).With))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWriteJSON_L11_NamesNoPartner(t *testing.T) {
	e := fileEdition()
	rows := []Row{{Race: "5k", Bib: "1", Status: scoring.DNS, Partner: "Secret Tours", Team: "T"}}
	var j, c strings.Builder
	if err := WriteJSON(&j, e, rows); err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(&c, e, rows); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(j.String()+c.String(), "Secret") || !strings.Contains(j.String(), `"team":"T"`) || rows[0].Partner == "" {
		t.Errorf("%s%s", j.String(), c.String())
	}
}
