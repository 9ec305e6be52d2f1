package app

import (
	"fmt"
	"io"

	"stadion/internal/fault"
	"stadion/internal/logbook"
)

type logbookCmd struct {
	Verify logbookVerify `cmd:"" help:"Check a logbook file: every flipped bit, missing line and cut is named."`
	Merge  logbookMerge  `cmd:"" help:"Join logbook files of one edition: set union, the same whatever the order."`
	Export logbookExport `cmd:"" help:"Write the record of an edition of a data folder as a file."`
	Import logbookImport `cmd:"" help:"Merge a logbook file into an edition of a data folder."`
}

type logbookVerify struct {
	File []string `arg:"" name:"file" help:"Logbook files."`
}

// Run exits 0 only if every file is whole.
func (c *logbookVerify) Run(r *run) error {
	var all fault.List
	for _, name := range c.File {
		file, err := open(name)
		if err != nil {
			return err
		}
		rep := logbook.VerifyFile(name, file)
		file.Close()
		r.warn(rep.Warnings)
		if len(rep.Problems) == 0 {
			key := "app.logbook_whole"
			if !rep.Sealed {
				key = "app.logbook_whole_open"
			}
			fmt.Fprintln(r.Stdout, r.say.T(key, "file", name, "edition", rep.Edition, "n", rep.Lines))
		}
		all = append(all, rep.Problems...)
	}
	return all.OrNil()
}

type logbookMerge struct {
	File []string `arg:"" name:"file" help:"Logbook files."`
	Out  string   `required:"" placeholder:"FILE" help:"The joined file."`
}

// Run writes the union; damaged files are refused.
func (c *logbookMerge) Run(r *run) error {
	files := make([]logbook.File, 0, len(c.File))
	for _, name := range c.File {
		f, err := importFile(r, name)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	joined, err := logbook.MergeFiles(files...)
	if err != nil {
		return err
	}
	if err := writeFile(c.Out, func(w io.Writer) error {
		return logbook.Export(w, joined.Edition, joined.Lines, true)
	}); err != nil {
		return err
	}
	fmt.Fprintln(r.Stdout, r.say.T("app.logbook_written", "file", c.Out, "edition", joined.Edition, "n", len(joined.Lines)))
	return nil
}

func importFile(r *run, name string) (logbook.File, error) {
	file, err := open(name)
	if err != nil {
		return logbook.File{}, err
	}
	defer file.Close()
	f, err := logbook.Import(name, file)
	r.warn(f.Report.Warnings)
	return f, err
}
