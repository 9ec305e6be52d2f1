package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"stadion/internal/award"
	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/logbook"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/scoring"
	"stadion/internal/sim"
)

// onceReport is the JSON object demo --once ends with: a count per stage that
// was really run.
type onceReport struct {
	Edition string `json:"edition"`
	saleReport
	Starters     int `json:"starters"`
	Reads        int `json:"reads"`   // distinct, in the logbook
	Lines        int `json:"lines"`   // of the logbook file
	Orphans      int `json:"orphans"` // reads of chips nobody carries
	Finishers    int `json:"finishers"`
	Published    int `json:"published"` // official revisions
	Certificates int `json:"certificates"`
	Problems     int `json:"problems"` // left for a person to look at
}

// onceIn runs the edition in a data folder: its sale, and with those who bought
// their places its race.
func (c *demoCmd) onceIn(r *run, dir string, log *slog.Logger) error {
	edition := sim.Edition()
	list := sim.StartListOf(c.Seed, c.Size)
	clock := &setClock{at: opening(edition).Add(-time.Hour)}
	h, err := openHall(r, hallConfig{Dir: dir, Now: clock.now, Log: log})
	if err != nil {
		return err
	}
	return errors.Join(c.onceOver(r, h, clock, edition, list), h.Close())
}

func (c *demoCmd) onceOver(r *run, h *hall, clock *setClock, edition *race.Edition, list race.StartList) error {
	if err := h.demoEdition(r, edition); err != nil {
		return err
	}
	sold, s, err := c.sell(r, h, clock, edition, list)
	if err != nil {
		return err
	}
	starters, empty := sim.Enter(list, sold, "")
	if empty > 0 {
		s.say("%d places of visitors were not sold", empty)
	}
	p := r.progress("app.demo_inventing")
	truth := sim.Run(edition, starters, c.Seed)
	p.done()
	clock.to(truth.End().Add(time.Minute))
	d, err := h.desk(edition.ID)
	if err != nil {
		return err
	}
	f := newFeed(truth, d, d.Field.NextEpoch())
	f.lines = d.Field.Lines()
	return c.once(r, h, d, f, s)
}

// once runs the edition from its first line to its last certificate and holds
// every stage against the next.
func (c *demoCmd) once(r *run, h *hall, d *desk, f *feed, sold *selling) error {
	p := r.progress("app.demo_racing")
	err := f.until(r, f.truth.End(), p)
	p.done()
	if err != nil {
		return err
	}
	if err := f.settled(r); err != nil {
		return err
	}
	if err := publishAll(r, d, results.Provisional, results.Official); err != nil {
		return err
	}
	out, remove, err := c.outFolder()
	if err != nil {
		return err
	}
	defer remove()
	a := &audit{r: r, h: h, d: d, f: f, out: out, wrong: sold.wrong}
	if err := a.all(); err != nil {
		return err
	}
	a.bought(sold)
	if err := json.NewEncoder(r.Stdout).Encode(a.report); err != nil {
		return err
	}
	if len(a.wrong) > 0 {
		return fault.New(fault.Internal, "app.once_disagrees", fault.Args{"n": len(a.wrong), "what": strings.Join(a.wrong[:min(10, len(a.wrong))], "; ")})
	}
	return nil
}

func (c *demoCmd) outFolder() (dir string, remove func(), err error) {
	if c.Out != "" {
		return c.Out, func() {}, os.MkdirAll(c.Out, 0o755)
	}
	dir, err = os.MkdirTemp("", "stadion-once-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// audit writes what a race leaves behind and looks for stages that disagree.
type audit struct {
	r      *run
	h      *hall
	d      *desk
	f      *feed
	out    string
	report onceReport
	wrong  []string
}

func (a *audit) say(format string, args ...any) {
	a.wrong = append(a.wrong, fmt.Sprintf(format, args...))
}

func (a *audit) all() error {
	s := a.d.Field.Snapshot()
	a.report = onceReport{Edition: s.Edition.ID, Reads: s.Reads, Orphans: s.Orphans, Problems: len(s.Problems)}
	for _, b := range s.Boards {
		a.report.Starters += b.Counts.Starters
		a.report.Finishers += b.Counts.Finished
	}
	if a.report.Starters != len(a.f.truth.StartList) {
		a.say("%d starters were entered, %d are in the lists", len(a.f.truth.StartList), a.report.Starters)
	}
	if a.report.Reads != a.f.truth.Reads {
		a.say("the boxes saw %d reads, the logbook has %d", a.f.truth.Reads, a.report.Reads)
	}
	revisions, err := a.published()
	if err != nil {
		return err
	}
	if err := a.files(revisions); err != nil {
		return err
	}
	if err := a.record(revisions); err != nil {
		return err
	}
	return a.certificates(revisions)
}

// bought holds the sale against the start list: whoever bought a place and was
// approved starts, and no other visitor does.
func (a *audit) bought(s *selling) {
	a.report.saleReport = s.report
	visitors := 0
	for i := range a.f.truth.StartList {
		if sim.Visiting(&a.f.truth.StartList[i]) {
			visitors++
		}
	}
	if visitors != s.report.Approved {
		a.say("%d bought a place and were approved, %d visitors start", s.report.Approved, visitors)
	}
}

// published collects the official revision of every race.
func (a *audit) published() ([]results.Revision, error) {
	var out []results.Revision
	finishers := 0
	e := a.d.Field.Snapshot().Edition
	for i := range e.Races {
		rev, err := a.h.db.LatestRevision(a.r, e.ID, e.Races[i].ID)
		if err != nil {
			return nil, err
		}
		if rev.State != results.Official {
			a.say("%s: revision %d is %s", rev.Race, rev.Number, rev.State)
		} else {
			a.report.Published++
		}
		for _, row := range rev.Rows {
			if row.Status == scoring.Finished {
				finishers++
			}
		}
		out = append(out, rev)
	}
	if finishers != a.report.Finishers {
		a.say("%d finished, the official lists have %d", a.report.Finishers, finishers)
	}
	return out, nil
}

func (a *audit) files(revisions []results.Revision) error {
	var rows []results.Row
	for _, rev := range revisions {
		rows = append(rows, rev.Rows...)
	}
	e := a.d.Field.Snapshot().Edition
	for name, write := range formats {
		if err := writeFile(filepath.Join(a.out, "results."+name), func(w io.Writer) error { return write(w, e, rows) }); err != nil {
			return err
		}
	}
	lists := make([]pdf.List, len(revisions))
	for i, rev := range revisions {
		lists[i] = pdf.ResultList(e, rev, lang.English)
	}
	p := printing{Paper: string(pdf.A4)}
	if err := writeFile(filepath.Join(a.out, "results.pdf"), func(w io.Writer) error { return p.lists(a.r, w, lists) }); err != nil {
		return err
	}
	text, err := toml.Marshal(e)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.out, "edition.toml"), text, 0o644)
}

// record writes the race file, reads it back as a stranger would, and scores it
// anew: the same lists must come out, to the byte.
func (a *audit) record(revisions []results.Revision) error {
	lines, err := collect(a.r, a.d.Log)
	if err != nil {
		return err
	}
	path := filepath.Join(a.out, a.report.Edition+".logbook.jsonl")
	if err := writeFile(path, func(w io.Writer) error { return logbook.Export(w, a.report.Edition, lines, true) }); err != nil {
		return err
	}
	file, err := importFile(a.r, path)
	if err != nil {
		return err
	}
	a.report.Lines = len(file.Lines)
	facts, doubts := logbook.Gather(file.Lines)
	for _, d := range doubts {
		a.say("the race file: %v", d)
	}
	o := scoring.Score(facts)
	for _, b := range o.Boards {
		for _, rev := range revisions {
			if rev.Race == b.Race.ID && results.Hash(results.Rows(b)) != rev.Hash {
				a.say("%s: scored anew from the race file, another list comes out", rev.Race)
			}
		}
	}
	a.wrong = append(a.wrong, sim.Check(a.f.truth, o)...)
	return nil
}

// collect is every line of a log.
func collect(ctx context.Context, log logbook.Log) ([]logbook.Line, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var lines []logbook.Line
	err := log.Follow(ctx, func(l logbook.Line) error {
		lines = append(lines, l)
		return nil
	}, cancel)
	return lines, err
}

func (a *audit) certificates(revisions []results.Revision) error {
	var all []award.Certificate
	for _, rev := range revisions {
		certs, without, err := a.h.certificates(a.r, demonstrator, rev, lang.English, "http://localhost:8080/c/")
		if err != nil {
			return err
		}
		for _, w := range without {
			a.say("bib %s gets no certificate: %v", w.Bib, w.Err)
		}
		all = append(all, certs...)
	}
	p := a.r.progress("app.drawing")
	defer p.done()
	dir := filepath.Join(a.out, "certificates")
	old, err := filepath.Glob(filepath.Join(dir, "certificate-*.pdf"))
	if err != nil {
		return err
	}
	for _, path := range old { // of an earlier run, whose finishers were others
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := certificateFiles(a.r, dir, all, pdf.A4, func(done, total int) { p.at(int64(done), int64(total)) }); err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if a.report.Certificates = len(files); a.report.Certificates != a.report.Finishers {
		a.say("%d finished, %d certificates were drawn", a.report.Finishers, a.report.Certificates)
	}
	for _, c := range all[:min(20, len(all))] {
		if _, err := (pages{a.h}).Verify(a.r, string(c.Code)); err != nil {
			a.say("the certificate of bib %s does not verify: %v", c.Bib, err)
		}
	}
	return nil
}
