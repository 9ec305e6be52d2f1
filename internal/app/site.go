package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/intake"
	"stadion/internal/lang"
	"stadion/internal/pdf"
	"stadion/internal/race"
	"stadion/internal/results"
	"stadion/internal/static"
	"stadion/internal/store"
)

type siteCmd struct {
	Edition  string   `required:"" placeholder:"E.toml|ID" help:"Rules of the day; with --data the id of an edition."`
	Results  string   `xor:"from" placeholder:"results.json" help:"A results file of this program."`
	Data     string   `xor:"from" placeholder:"DIR" help:"Data folder: the latest published revisions."`
	Database string   `placeholder:"URL" help:"Database of the data folder, if it is not its own."`
	Out      string   `required:"" placeholder:"DIR" help:"The folder. One that this command made before is replaced."`
	State    string   `default:"provisional" enum:"provisional,official" help:"What the results of a file are: provisional or official."`
	Langs    []string `name:"lang" default:"en,ko,zh,de" placeholder:"TAGS" help:"Languages; the first one opens."`
	Paper    string   `default:"a4" help:"Paper of the PDF lists: a4 or letter."`
	NoPDF    bool     `name:"no-pdf" help:"Leave the PDF lists out."`
}

// Run writes the folder beside its place and then puts it there, so that a
// reader never finds half of it.
func (c *siteCmd) Run(r *run) error {
	tags, err := c.tags()
	if err != nil {
		return err
	}
	e, lists, err := c.lists(r)
	if err != nil {
		return err
	}
	paper, err := pdf.ParsePaper(c.Paper)
	if err != nil {
		return err
	}
	s := static.Site{Edition: e, Lists: lists, Langs: tags, Downloads: c.downloads(r, e, lists, tags, paper)}
	folder, err := newSiteFolder(c.Out)
	if err != nil {
		return err
	}
	defer folder.drop()
	p := r.progress("paper.site.writing")
	files := 0
	err = static.Write(r, folder, s, func(done, total int) {
		files = total
		p.at(int64(done), int64(total))
	})
	p.done()
	if err != nil {
		return err
	}
	if err := folder.place(); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("paper.site.written", "n", files, "dir", c.Out))
	return nil
}

func (c *siteCmd) tags() ([]lang.Tag, error) {
	var out []lang.Tag
	for _, name := range c.Langs {
		tag := lang.Tag(strings.TrimSpace(name))
		if tag.Own() == "" {
			return nil, called("paper.lang_unknown", fault.Args{"value": name, "known": "en, ko, zh, de"})
		}
		out = append(out, tag)
	}
	return out, nil
}

// lists are the edition and a revision for each of its races.
func (c *siteCmd) lists(r *run) (*race.Edition, []results.Revision, error) {
	switch {
	case c.Data != "":
		return c.published(r)
	case c.Results == "":
		return nil, nil, called("paper.site.from", nil)
	}
	e, err := readEdition(r, c.Edition)
	if err != nil {
		return nil, nil, err
	}
	file, err := open(c.Results)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	rows, err := results.ReadJSON(c.Results, file)
	if err != nil {
		return nil, nil, err
	}
	state := results.State(c.State)
	if stateOf(rows) == results.Live {
		state = results.Live
	}
	var lists []results.Revision
	at := latest(rows)
	for _, row := range results.Order(e, rows) {
		if n := len(lists); n == 0 || lists[n-1].Race != row.Race {
			lists = append(lists, results.Revision{Edition: e.ID, Race: row.Race, State: state, At: at})
		}
		l := &lists[len(lists)-1]
		l.Rows = append(l.Rows, row)
	}
	return e, lists, nil
}

// published are the latest revisions in a data folder. The office may be at work
// in it: only what was published is read. Races without a revision are left out
// and named.
func (c *siteCmd) published(r *run) (*race.Edition, []results.Revision, error) {
	if _, err := os.Stat(c.Data); err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": c.Data, "why": reasonOf(err)})
	}
	db, err := store.Open(r, databaseIn(c.Data, c.Database), r.Now)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	kept, err := db.Edition(r, c.Edition)
	if err != nil {
		return nil, nil, err
	}
	e, warnings, err := intake.Edition(kept.ID, strings.NewReader(kept.TOML))
	r.warn(warnings)
	if err != nil {
		return nil, nil, err
	}
	var lists []results.Revision
	for i := range e.Races {
		rev, err := db.LatestRevision(r, e.ID, e.Races[i].ID)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			fmt.Fprintln(r.Stderr, r.say.T("paper.site.unpublished", "race", e.Races[i].ID))
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		lists = append(lists, rev)
	}
	return e, lists, nil
}

// downloads are the lists as files.
func (c *siteCmd) downloads(r *run, e *race.Edition, lists []results.Revision, tags []lang.Tag, paper pdf.Paper) []static.Download {
	var rows []results.Row
	for _, l := range lists {
		rows = append(rows, l.Rows...)
	}
	var out []static.Download
	for _, tag := range tags {
		if c.NoPDF {
			break
		}
		out = append(out, static.Download{Lang: tag, Label: "PDF", Name: "results-" + string(tag) + ".pdf", Write: func(w io.Writer) error {
			printed := make([]pdf.List, len(lists))
			for i, rev := range lists {
				printed[i] = pdf.ResultList(e, rev, tag)
			}
			warnings, err := pdf.WriteLists(r, w, printed, paper, nil)
			if tag == tags[0] {
				r.warn(warnings)
			}
			return err
		}})
	}
	return append(out,
		static.Download{Label: "CSV", Name: "results.csv", Write: func(w io.Writer) error { return results.WriteCSV(w, e, rows) }},
		static.Download{Label: "JSON", Name: "results.json", Write: func(w io.Writer) error { return results.WriteJSON(w, e, rows) }})
}

// siteFolder is a folder that is made beside its place.
type siteFolder struct{ target, work string }

func newSiteFolder(out string) (*siteFolder, error) {
	out = filepath.Clean(out)
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fault.Wrap(fault.Invalid, "app.file_open", err, fault.Args{"file": out, "why": reasonOf(err)})
	}
	if _, err := os.Stat(filepath.Join(out, static.Marker)); err != nil && len(entries) > 0 {
		return nil, fault.New(fault.Conflict, "paper.site.not_ours", fault.Args{"dir": out})
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return nil, err
	}
	return &siteFolder{out, work}, os.Chmod(work, 0o755)
}

// Write keeps a file.
func (f *siteFolder) Write(name string, body []byte) error {
	path, err := f.path(name)
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}

// Stream keeps a file that comes in pieces.
func (f *siteFolder) Stream(name string, write func(io.Writer) error) error {
	path, err := f.path(name)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<16)
	return errors.Join(write(w), w.Flush(), file.Close())
}

func (f *siteFolder) path(name string) (string, error) {
	path := filepath.Join(f.work, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	return path, err
}

// place puts the folder where it belongs; the one before it goes.
func (f *siteFolder) place() error {
	old := f.work + ".old"
	err := os.Rename(f.target, old)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(f.work, f.target); err != nil {
		return errors.Join(err, os.Rename(old, f.target))
	}
	return os.RemoveAll(old)
}

// drop removes what was not put in place.
func (f *siteFolder) drop() { _ = os.RemoveAll(f.work) }
