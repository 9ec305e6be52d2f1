package app

import (
	"fmt"
	"io"
	"slices"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
)

// printing is how lists are put on paper.
type printing struct {
	Paper string `default:"a4" help:"Paper of PDF lists: a4 or letter."`
	Lang  string `default:"en" enum:"en,ko,zh,de" help:"Language of PDF lists: en, ko, zh, de."`
}

// lists prints lists into w, with progress; what cannot be printed as it is
// written is told.
func (c *printing) lists(r *run, w io.Writer, lists []pdf.List) error {
	paper, err := pdf.ParsePaper(c.Paper)
	if err != nil {
		return err
	}
	p := r.progress("paper.printing")
	warnings, err := pdf.WriteLists(r, w, lists, paper, func(done, total int) { p.at(int64(done), int64(total)) })
	p.done()
	r.warn(warnings)
	return err
}

// stateOf is what rows that nobody published are: provisional, or moving while
// somebody runs.
func stateOf(rows []results.Row) results.State {
	if slices.ContainsFunc(rows, func(r results.Row) bool { return r.Status == scoring.Running }) {
		return results.Live
	}
	return results.Provisional
}

// latest is the last instant that rows know of: what they are true for.
func latest(rows []results.Row) race.Instant {
	var at race.Instant
	for i := range rows {
		for _, s := range rows[i].Splits {
			at = max(at, s.At)
		}
	}
	return at
}

type startlistCmd struct {
	Edition   string `required:"" placeholder:"E.toml" help:"Rules of the day."`
	Startlist string `required:"" placeholder:"S.csv" help:"Start list."`
	By        string `default:"bib" enum:"bib,name" help:"Order: bib (wave by wave under its gun) or name."`
	Race      string `placeholder:"ID" help:"Only this race."`
	Out       string `required:"" placeholder:"FILE.pdf" help:"The file."`
	printing
}

// Run prints the start lists of an edition's races into one file.
func (c *startlistCmd) Run(r *run) error {
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return err
	}
	if c.Race != "" && e.Race(c.Race) == nil {
		return called("paper.race_unknown", fault.Args{"value": c.Race, "edition": e.ID})
	}
	list, err := readTable(r, c.Startlist, false, e, intake.StartList)
	if err != nil {
		return err
	}
	var lists []pdf.List
	for i := range e.Races {
		rc := &e.Races[i]
		runs := slices.ContainsFunc(list, func(s race.Starter) bool { return s.Race == rc.ID })
		if runs && (c.Race == "" || c.Race == rc.ID) {
			lists = append(lists, pdf.StartList(e, rc, list, pdf.StartOrder(c.By), lang.Tag(c.Lang)))
		}
	}
	if err := writeFile(c.Out, func(w io.Writer) error { return c.lists(r, w, lists) }); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("paper.start_lists", "n", len(list), "file", c.Out))
	return nil
}
