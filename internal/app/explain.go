package app

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/logbook"
	"stadion/internal/race"
	"stadion/internal/scoring"
)

type explainCmd struct {
	Bib       string   `required:"" placeholder:"N" help:"Whose result."`
	Edition   string   `placeholder:"E.toml" help:"Rules of the day."`
	Startlist string   `placeholder:"S.csv" help:"Start list."`
	Reads     []string `placeholder:"R.csv" help:"Chip reads; may be given several times."`
	Rulings   []string `placeholder:"J.csv" help:"Rulings of the referee."`
	Logbook   string   `placeholder:"FILE" help:"The race's record, in place of the other files."`
	Open      bool     `help:"The race is still on."`
}

// Run tells in plain words which reads made a result, which were set aside and
// why, and which rulings apply.
func (c *explainCmd) Run(r *run) error {
	facts, err := c.facts(r)
	if err != nil {
		return err
	}
	f := live.NewField(func() race.Instant { return race.At(r.Now()) })
	f.Take(*facts)
	x, ok := f.Explain(c.Bib)
	if !ok {
		return fault.New(fault.NotFound, "raceday.unknown_bib", fault.Args{"value": c.Bib}).On("bib")
	}
	w := bufio.NewWriter(r.Stdout)
	explain(w, r.say, facts.Edition, &x)
	return w.Flush()
}

func (c *explainCmd) facts(r *run) (*logbook.Facts, error) {
	if c.Logbook == "" {
		if c.Edition == "" || c.Startlist == "" || len(c.Reads) == 0 {
			return nil, called("app.explain_files", nil)
		}
		s := scoreCmd{Edition: c.Edition, Startlist: c.Startlist, Reads: c.Reads, Rulings: c.Rulings, Open: c.Open}
		return s.facts(r)
	}
	file, err := importFile(r, c.Logbook)
	if err != nil {
		return nil, err
	}
	facts, doubts := logbook.Gather(file.Lines)
	r.warn(doubts)
	if facts.Edition == nil {
		return nil, fault.New(fault.Invalid, "raceday.no_edition", nil)
	}
	return &facts, nil
}

// explain writes one runner's result as a referee would tell it.
func explain(w io.Writer, say *lang.Printer, e *race.Edition, x *live.Explanation) {
	zone := e.Location()
	clock := func(at race.Instant) string { return at.In(zone).Format("15:04:05.000") }
	fmt.Fprintln(w, say.T("app.explain_who", "bib", x.Row.Bib, "name", x.Row.PrintedName, "race", x.Race.Name))
	fmt.Fprintln(w, say.T("app.explain_status", "status", say.T("status."+string(x.Row.Status))))
	if x.Row.GunTime != "" {
		fmt.Fprintln(w, say.T("app.explain_time", "gun", x.Row.GunTime, "net", x.Row.NetTime,
			"exact", (time.Duration(x.Row.GunMs)*time.Millisecond).String(), "place", int(x.Row.Place)))
	}
	if x.GunAt != 0 {
		fmt.Fprintln(w, say.T("app.explain_gun", "at", clock(x.GunAt)))
	}
	for _, f := range x.Result.Flags {
		fmt.Fprintln(w, "· "+say.With("flag."+string(f.Code), words(f.Args)))
	}
	for _, rl := range x.Rulings {
		fmt.Fprintln(w, "· "+say.T("app.explain_ruling", "kind", string(rl.Kind), "value", rl.Value, "rule", rl.Rule,
			"note", rl.Note, "by", rl.By, "at", rl.At.In(zone).Format(time.DateTime)))
	}
	explainSplits(w, say, x, clock)
	explainReads(w, say, x, clock)
}

func explainSplits(w io.Writer, say *lang.Printer, x *live.Explanation, clock func(race.Instant) string) {
	fmt.Fprintf(w, "\n%s\n", say.T("app.explain_points"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if x.Result.StartAt != 0 {
		fmt.Fprintf(t, "  %s\t\t%s\n", say.T("app.explain_start"), clock(x.Result.StartAt))
	}
	for _, s := range x.Row.Splits {
		at := "—"
		if s.At != 0 {
			at = clock(s.At)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", s.Label, s.GunTime, at)
	}
	t.Flush()
}

func explainReads(w io.Writer, say *lang.Printer, x *live.Explanation, clock func(race.Instant) string) {
	fmt.Fprintf(w, "\n%s\n", say.T("app.explain_reads", "n", len(x.Verdicts)))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range x.Verdicts {
		who := v.Read.Chip
		if who == "" {
			who = v.Read.Bib
		}
		mark := " "
		if v.Use == scoring.UseStart || v.Use == scoring.UseSplit {
			mark = ">"
		}
		fmt.Fprintf(t, "%s %s\t%s\t%s\t%s\t%s\n", mark, clock(v.At), v.Read.Point, who, v.Read.Box, say.T("reason."+string(v.Reason)))
	}
	t.Flush()
}

// words are a flag's values as a sentence takes them; a count chooses its form.
func words(args map[string]string) fault.Args {
	out := make(fault.Args, len(args))
	for k, v := range args {
		out[k] = strings.TrimSpace(v)
	}
	return out
}
