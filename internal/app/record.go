package app

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"stadion/internal/fault"
	"stadion/internal/logbook"
)

type logbookExport struct {
	Data    string `required:"" placeholder:"DIR" help:"Data folder."`
	NATS    string `name:"nats" placeholder:"URL" help:"An external NATS; without it the embedded one of the data folder."`
	Edition string `placeholder:"ID" help:"Edition; may be left out where there is only one."`
	File    string `arg:"" name:"file" optional:"" help:"The file to write."`
	Out     string `placeholder:"FILE" help:"The same, as a flag."`
}

// Run writes the whole record of an edition, sealed.
func (c *logbookExport) Run(r *run) error {
	c.Out = cmp.Or(c.File, c.Out)
	if c.Out == "" {
		return called("app.out_missing", nil)
	}
	if c.Edition == "" {
		only, err := onlyEdition(r, c.Data)
		if err != nil {
			return err
		}
		c.Edition = only
	}
	return withLog(r, c.Data, c.NATS, c.Edition, func(log logbook.Log) error {
		lines, err := collect(r, log)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return fault.New(fault.NotFound, "app.no_edition", fault.Args{"value": c.Edition})
		}
		err = writeFile(c.Out, func(w io.Writer) error { return logbook.Export(w, c.Edition, lines, true) })
		if err == nil {
			fmt.Fprintln(r.Stdout, r.say.T("app.logbook_written", "file", c.Out, "edition", c.Edition, "n", len(lines)))
		}
		return err
	})
}

// onlyEdition is the one edition whose plain record lies in a data folder.
func onlyEdition(r *run, dir string) (string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "logbook", "*.jsonl"))
	if err != nil || len(names) != 1 {
		return "", errors.Join(err, called("app.which_edition", fault.Args{"n": len(names), "dir": dir}))
	}
	return strings.TrimSuffix(filepath.Base(names[0]), ".jsonl"), nil
}

type logbookImport struct {
	Data string   `required:"" placeholder:"DIR" help:"Data folder."`
	NATS string   `name:"nats" placeholder:"URL" help:"An external NATS; without it the embedded one of the data folder."`
	File []string `arg:"" name:"file" help:"Logbook files."`
}

// Run merges files into the record: lines that are known change nothing.
func (c *logbookImport) Run(r *run) error {
	for _, name := range c.File {
		f, err := importFile(r, name)
		if err != nil {
			return err
		}
		err = withLog(r, c.Data, c.NATS, f.Edition, func(log logbook.Log) error {
			added, err := log.Merge(r, f.Lines)
			if err == nil {
				fmt.Fprintln(r.Stdout, r.say.T("app.logbook_merged", "file", name, "edition", f.Edition, "n", len(f.Lines), "added", added))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// withLog opens the log of an edition of a data folder that no server uses.
func withLog(r *run, dir, nats, edition string, use func(logbook.Log) error) (err error) {
	b, err := openBus(r, dir, nats, nil)
	if err != nil {
		return err
	}
	defer func() {
		if closing := b.Close(); err == nil {
			err = closing
		}
	}()
	log, err := b.OpenLog(r, edition, hubName)
	if err != nil {
		return err
	}
	return use(log)
}

// readLine is the first line of what is typed or piped in.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
