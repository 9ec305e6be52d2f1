package results

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"

	"stadion/internal/race"
	"stadion/internal/scoring"
)

// Has reports whether a starter of the race belongs to the list. Everybody
// belongs to a list of teams who is in a team.
func (h *StandingHead) Has(r *Row) bool {
	switch {
	case h.Rule.Sex != "" && r.Sex != h.Rule.Sex, h.Rule.Class != "" && r.Class != h.Rule.Class:
		return false
	case h.Rule.Teams():
		return fold(valueOf(r, h.Rule.Of)) != ""
	}
	return fold(valueOf(r, h.Rule.Of)) == fold(h.Value)
}

// Find is where a bib stands in the list: its line, or in a list of teams that
// of its team. Both are nil for who has no place in it.
func (s *Standing) Find(bib string) (*StandingLine, *TeamLine) {
	for i := range s.Lines {
		if s.Lines[i].Row.Bib == bib {
			return &s.Lines[i], nil
		}
	}
	for i := range s.Teams {
		for _, members := range [][]*Row{s.Teams[i].Members, s.Teams[i].Others} {
			for _, r := range members {
				if r.Bib == bib {
					return nil, &s.Teams[i]
				}
			}
		}
	}
	return nil, nil
}

// RuleWords are the words of the rule alone: nothing of what happened in the
// race. Every list of a rule has the same.
func (s Standing) RuleWords(e *race.Edition) []Sentence {
	s.Award, s.Records, s.Total = nil, nil, 0
	return s.Words(e)
}

// Winners is the list with nobody but who has a prize.
func (s Standing) Winners() Standing {
	s.Lines = s.Lines[:upTo(len(s.Lines), func(i int) bool { return s.Lines[i].Prize > 0 })]
	s.Teams = s.Teams[:upTo(len(s.Teams), func(i int) bool { return s.Teams[i].Prize > 0 })]
	s.Total = len(s.Lines) + len(s.Teams)
	s.Incomplete, s.NoTime, s.Rest = nil, nil, nil
	return s
}

// Open is the list as the public may see it: it names no list of the office.
// ok is false for a list that is the office's own (rule L11).
func (s Standing) Open(e *race.Edition) (open Standing, ok bool) {
	if s.Rule.Private() {
		return Standing{}, false
	}
	private := map[string]bool{}
	for _, l := range e.ListRules() {
		private[l.ID] = l.Private()
	}
	hidden := sentence("list.of_the_office")
	s.Excluded, s.LeftOut = nil, append([]LeftOut(nil), s.LeftOut...)
	for _, id := range s.Rule.Exclude {
		for _, l := range e.ListRules() {
			switch {
			case l.ID != id || !l.InRace(s.Race.ID):
			case l.Private():
				s.Excluded = append(s.Excluded, hidden)
			default:
				s.Excluded = append(s.Excluded, RuleTitle(l))
			}
		}
	}
	for i := range s.LeftOut {
		if l := &s.LeftOut[i]; private[l.rule] {
			l.In, l.Title, l.Prize = "", hidden, 0
		}
	}
	return s, true
}

// standingColumns are the columns of lists.csv: a contract. section says what a
// line is: place, team (a member whose time counts), spare (one whose time does
// not), incomplete, no_time, rest, left_out.
var standingColumns = []string{"race", "list", "basis", "state", "revision", "section", "place", "prize", "time", "time_ms", "behind",
	"team", "bib", "printed_name", "sex", "age", "country", "class", "category", "club", "status", "gun_time", "net_time",
	"official_place", "record", "left_out_for"}

// WriteStandingsCSV writes lists as one table, a line for each runner; of a list
// of teams a line for each member. Text that a spreadsheet would run as a
// formula gets a leading apostrophe. No column says whose customer somebody is.
func WriteStandingsCSV(w io.Writer, lists []Standing) error {
	c := csv.NewWriter(w)
	if err := c.Write(standingColumns); err != nil {
		return err
	}
	for i := range lists {
		s := standingWriter{c, &lists[i]}
		if err := s.all(); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

type standingWriter struct {
	*csv.Writer
	s *Standing
}

// standingCells is what a line says beside its runner.
type standingCells struct {
	section       string
	place, prize  int
	time          string
	ms            Ms
	behind, team  string
	record, other string
}

func (w standingWriter) all() error {
	for i := range w.s.Lines {
		l := &w.s.Lines[i]
		if err := w.line(l.Row, standingCells{"place", l.Place, l.Prize, l.Time, l.Ms, l.Behind, l.Row.Team, string(l.Record), ""}); err != nil {
			return err
		}
	}
	for _, t := range w.s.Teams {
		c := standingCells{"team", t.Place, t.Prize, t.Time, t.Ms, t.Behind, t.Name, "", ""}
		spare := c
		spare.section = "spare"
		if err := w.lines(t.Members, c); err != nil {
			return err
		}
		if err := w.lines(t.Others, spare); err != nil {
			return err
		}
	}
	for _, t := range w.s.Incomplete {
		if err := w.lines(t.Members, standingCells{section: "incomplete", ms: -1, team: t.Name}); err != nil {
			return err
		}
	}
	for _, l := range w.s.LeftOut {
		if err := w.line(l.Row, standingCells{section: "left_out", ms: -1, team: l.Row.Team, other: l.In}); err != nil {
			return err
		}
	}
	if err := w.lines(w.s.NoTime, standingCells{section: "no_time", ms: -1}); err != nil {
		return err
	}
	return w.lines(w.s.Rest, standingCells{section: "rest", ms: -1})
}

func (w standingWriter) lines(rows []*Row, c standingCells) error {
	for _, r := range rows {
		if err := w.line(r, c); err != nil {
			return err
		}
	}
	return nil
}

func (w standingWriter) line(r *Row, c standingCells) error {
	s, team := w.s, c.team
	if team == "" {
		team = r.Team
	}
	return w.Write([]string{text(s.Race.ID), text(s.ID), string(s.Basis), string(s.State), Place(s.Revision).String(), c.section,
		Place(c.place).String(), Place(c.prize).String(), c.time, ms(c.ms), c.behind, text(team), text(r.Bib), text(r.PrintedName),
		string(r.Sex), r.Age.String(), text(r.Country), string(r.Class), text(r.Category), text(r.Club), string(r.Status), r.GunTime,
		r.NetTime, r.Place.String(), c.record, text(c.other)})
}

// The objects of lists.json.
type (
	standingJSON struct {
		Race       string        `json:"race"`
		List       string        `json:"list"`
		Rule       string        `json:"rule"`
		Of         race.ListOf   `json:"of"`
		Value      string        `json:"value"`
		Basis      race.Basis    `json:"basis"`
		State      State         `json:"state"`
		Revision   Place         `json:"revision"`
		Total      int           `json:"total"`
		Award      *awardJSON    `json:"award"`
		Lines      []lineJSON    `json:"lines"`
		Teams      []teamJSON    `json:"teams"`
		Incomplete []teamJSON    `json:"incomplete"`
		NoTime     []runnerJSON  `json:"no_time"`
		Rest       []runnerJSON  `json:"rest"`
		LeftOut    []leftOutJSON `json:"left_out"`
		Records    []recordJSON  `json:"records"`
	}
	awardJSON struct {
		Prizes  int          `json:"prizes"`
		Settled bool         `json:"settled"`
		Waiting int          `json:"waiting"`
		Until   race.Instant `json:"until"`
	}
	runnerJSON struct {
		Bib           string         `json:"bib"`
		PrintedName   string         `json:"printed_name"`
		Sex           race.Sex       `json:"sex"`
		Age           Place          `json:"age"`
		Country       string         `json:"country"`
		Category      string         `json:"category"`
		Status        scoring.Status `json:"status"`
		OfficialPlace Place          `json:"official_place"`
		GunMs         Ms             `json:"gun_ms"`
		NetMs         Ms             `json:"net_ms"`
	}
	lineJSON struct {
		Place  int         `json:"place"`
		Prize  Place       `json:"prize"`
		Time   string      `json:"time"`
		Behind string      `json:"behind"`
		Record RecordState `json:"record"`
		runnerJSON
	}
	teamJSON struct {
		Place   Place        `json:"place"`
		Prize   Place        `json:"prize"`
		Name    string       `json:"name"`
		Time    string       `json:"time"`
		Ms      Ms           `json:"ms"`
		Behind  string       `json:"behind"`
		Missing int          `json:"missing"`
		Members []runnerJSON `json:"members"`
		Others  []runnerJSON `json:"others"`
	}
	leftOutJSON struct {
		runnerJSON
		In    string `json:"in"`
		Prize Place  `json:"prize_there"`
	}
	recordJSON struct {
		Before  race.Record `json:"before"`
		State   RecordState `json:"state"`
		Time    string      `json:"time"`
		By      []string    `json:"by"`
		Pending bool        `json:"pending"`
		Doubt   []string    `json:"doubt"`
	}
)

// WriteStandingsJSON writes lists as an array, one a line. What is absent is
// null (numbers, award), "" (texts) or [] (lists). It names nobody's partner,
// but a list of a partner's customers is one: open the lists first where the
// public reads them.
func WriteStandingsJSON(w io.Writer, lists []Standing) error {
	b := bufio.NewWriter(w)
	b.WriteString("[") // errors stay in b until Flush
	for i := range lists {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		line, err := json.Marshal(standingOut(&lists[i]))
		if err != nil {
			return err
		}
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Flush()
}

func standingOut(s *Standing) standingJSON {
	out := standingJSON{Race: s.Race.ID, List: s.ID, Rule: s.Rule.ID, Of: s.Rule.Of, Value: s.Value, Basis: s.Basis, State: s.State,
		Revision: Place(s.Revision), Total: s.Total, Lines: []lineJSON{}, Teams: teamsOut(s.Teams), Incomplete: teamsOut(s.Incomplete),
		NoTime: runnersOut(s.NoTime), Rest: runnersOut(s.Rest), LeftOut: []leftOutJSON{}, Records: []recordJSON{}}
	if a := s.Award; a != nil {
		out.Award = &awardJSON{a.Prizes, a.Settled, a.Waiting, a.Until}
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		out.Lines = append(out.Lines, lineJSON{l.Place, Place(l.Prize), l.Time, l.Behind, l.Record, runnerOut(l.Row)})
	}
	for _, l := range s.LeftOut {
		out.LeftOut = append(out.LeftOut, leftOutJSON{runnerOut(l.Row), l.In, Place(l.Prize)})
	}
	for i := range s.Records {
		k := &s.Records[i]
		r := recordJSON{Before: k.Record, State: k.State, Time: k.Time, By: []string{}, Pending: k.Pending, Doubt: append([]string{}, k.Doubt...)}
		for _, row := range k.By {
			r.By = append(r.By, row.Bib)
		}
		out.Records = append(out.Records, r)
	}
	return out
}

func runnerOut(r *Row) runnerJSON {
	return runnerJSON{r.Bib, r.PrintedName, r.Sex, r.Age, r.Country, r.Category, r.Status, r.Place, r.GunMs, r.NetMs}
}

func runnersOut(rows []*Row) []runnerJSON {
	out := make([]runnerJSON, len(rows))
	for i, r := range rows {
		out[i] = runnerOut(r)
	}
	return out
}

func teamsOut(teams []TeamLine) []teamJSON {
	out := make([]teamJSON, len(teams))
	for i, t := range teams {
		out[i] = teamJSON{Place(t.Place), Place(t.Prize), t.Name, t.Time, t.Ms, t.Behind, t.Missing, runnersOut(t.Members), runnersOut(t.Others)}
	}
	return out
}
