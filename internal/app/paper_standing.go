package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Standing prints one list for the pages.
func (pages) Standing(ctx context.Context, w io.Writer, snap *live.Snapshot, s *results.Standing, tag lang.Tag, paper string) error {
	return printLists(ctx, w, paper, pdf.StandingList(snap.Edition, s, trueAt(snap, s), tag))
}

// Awards prints the winners of many lists for the pages.
func (pages) Awards(ctx context.Context, w io.Writer, snap *live.Snapshot, lists []results.Standing, tag lang.Tag, paper string) error {
	return printLists(ctx, w, paper, awardSheet(snap.Edition, lists, trueAt(snap, &lists[0]), tag))
}

func printLists(ctx context.Context, w io.Writer, paper string, lists ...pdf.List) error {
	p, err := pdf.ParsePaper(paper)
	if err != nil {
		return err
	}
	_, err = pdf.WriteLists(ctx, w, lists, p, nil)
	return err
}

// trueAt is the instant for which a list is true.
func trueAt(snap *live.Snapshot, s *results.Standing) race.Instant {
	if b := snap.Board(s.Race.ID); b != nil && b.Published != 0 {
		return b.Published
	}
	return snap.Now
}

// awardSheet is the winners of a race's award lists one after another, for who
// reads them out: the rules once, and of each list whether it can still change.
func awardSheet(e *race.Edition, lists []results.Standing, at race.Instant, tag lang.Tag) pdf.List {
	say := lang.For(tag)
	tell := func(s results.Sentence) string { return s.In(string(say.Tag), say.With) }
	var sheet pdf.List
	var rules []string
	seen := map[string]bool{}
	for i := range lists {
		s := lists[i].Winners()
		if !seen[s.Rule.ID] {
			seen[s.Rule.ID] = true
			rules = append(rules, ruleWords(e, s, tell)...)
		}
		one := pdf.StandingList(e, &s, at, tag)
		if i == 0 {
			sheet = one
			sheet.Title, sheet.Sections, sheet.Columns = s.Race.Name+" – "+say.T("web.list.prizes"), nil, nil
		}
		section := one.Sections[0]
		section.Heading, section.Columns = tell(s.Title())+"  ·  "+awardState(say, s.Award), one.Columns
		if !s.Rule.Teams() { // so that the lists stand under each other
			if sheet.Columns == nil {
				sheet.Columns = one.Columns
			}
			section.Columns = sheet.Columns
		}
		sheet.Sections = append(sheet.Sections, section)
	}
	sheet.Summary = strings.Join(rules, "\n")
	return sheet
}

// ruleWords are a rule's words without those of its state, its name before them.
func ruleWords(e *race.Edition, s results.Standing, tell func(results.Sentence) string) []string {
	var out []string
	for _, w := range s.RuleWords(e)[1:] { // the basis stands above
		out = append(out, tell(results.RuleTitle(s.Rule))+": "+tell(w))
	}
	return out
}

func awardState(say *lang.Printer, a *results.Award) string {
	switch {
	case a == nil:
		return ""
	case a.Settled:
		return say.T("web.list.settled")
	case a.Waiting > 0:
		return say.T("web.list.open", "n", a.Waiting)
	}
	return say.T("web.list.open_after")
}

type listsCmd struct {
	Edition string   `required:"" placeholder:"E.toml" help:"Rules of the day, with its [[list]]s."`
	Results string   `required:"" placeholder:"results.json" help:"A results file of this program."`
	Out     string   `required:"" placeholder:"DIR" help:"Folder for lists.pdf, awards.pdf, lists.csv, lists.json; made if it is not there."`
	Race    string   `placeholder:"ID" help:"Only this race."`
	List    []string `placeholder:"ID" help:"Only the lists of these rules."`
	Format  []string `default:"pdf,csv,json" help:"pdf, csv, json."`
	State   string   `default:"provisional" enum:"provisional,official" help:"What the results are: provisional or official. While somebody runs they are live."`
	Office  bool     `help:"The lists of the office as well: not for the public."`
	printing
}

// Run makes the lists of an edition from a results file.
func (c *listsCmd) Run(r *run) error {
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return err
	}
	if err := c.check(e); err != nil {
		return err
	}
	file, err := open(c.Results)
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := results.ReadJSON(c.Results, file)
	if err != nil {
		return err
	}
	at := latest(rows)
	lists := c.standings(e, rows, at)
	if len(lists) == 0 {
		return called("app.no_lists", fault.Args{"file": c.Results})
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for _, f := range c.Format {
		if err := r.Err(); err != nil {
			return err
		}
		if err := c.write(r, f, e, lists, at); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.lists", "n", len(lists), "dir", c.Out))
	return nil
}

// check looks at what was typed, before anything is made.
func (c *listsCmd) check(e *race.Edition) error {
	for _, f := range c.Format {
		if !slices.Contains([]string{"pdf", "csv", "json"}, f) {
			return called("app.format_unknown", fault.Args{"value": f, "known": "pdf, csv, json"})
		}
	}
	if c.Race != "" && e.Race(c.Race) == nil {
		return called("paper.race_unknown", fault.Args{"value": c.Race, "edition": e.ID})
	}
	for _, id := range c.List {
		if !slices.ContainsFunc(e.ListRules(), func(l race.List) bool { return l.ID == id }) {
			return called("app.list_unknown", fault.Args{"value": id, "edition": e.ID})
		}
	}
	return nil
}

// standings are the lists asked for, race by race.
func (c *listsCmd) standings(e *race.Edition, rows []results.Row, at race.Instant) []results.Standing {
	state := results.State(c.State)
	if stateOf(rows) == results.Live {
		state = results.Live
	}
	var out []results.Standing
	for i := range e.Races {
		rc := &e.Races[i]
		own := slices.DeleteFunc(slices.Clone(rows), func(r results.Row) bool { return r.Race != rc.ID })
		if len(own) == 0 || c.Race != "" && c.Race != rc.ID {
			continue
		}
		for _, s := range results.Standings(e, results.Contest{Race: rc, Basis: rc.RankBy, State: state, Rows: own}, at) {
			if len(c.List) > 0 && !slices.Contains(c.List, s.Rule.ID) {
				continue
			}
			if c.Office {
				out = append(out, s)
			} else if open, ok := s.Open(e); ok {
				out = append(out, open)
			}
		}
	}
	return out
}

func (c *listsCmd) write(r *run, format string, e *race.Edition, lists []results.Standing, at race.Instant) error {
	file := func(name string, write func(io.Writer) error) error {
		return writeFile(filepath.Join(c.Out, name), write)
	}
	switch format {
	case "csv":
		return file("lists.csv", func(w io.Writer) error { return results.WriteStandingsCSV(w, lists) })
	case "json":
		return file("lists.json", func(w io.Writer) error { return results.WriteStandingsJSON(w, lists) })
	}
	var all, awards []pdf.List
	for i := range lists {
		s := &lists[i]
		if len(s.Lines)+len(s.Teams)+len(s.NoTime)+len(s.Incomplete) > 0 {
			all = append(all, pdf.StandingList(e, s, at, lang.Tag(c.Lang)))
		}
	}
	for from := 0; from < len(lists); {
		to := from + 1
		for to < len(lists) && lists[to].Race == lists[from].Race {
			to++
		}
		prizes := slices.DeleteFunc(slices.Clone(lists[from:to]), func(s results.Standing) bool { return s.Award == nil })
		if len(prizes) > 0 {
			awards = append(awards, awardSheet(e, prizes, at, lang.Tag(c.Lang)))
		}
		from = to
	}
	if len(awards) > 0 {
		if err := file("awards.pdf", func(w io.Writer) error { return c.lists(r, w, awards) }); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return file("lists.pdf", func(w io.Writer) error { return c.lists(r, w, all) })
}
