// Package static writes the results of an edition as a folder of plain pages
// that any web server, or a stick, can hold. Links are relative and name files,
// so that the folder works wherever it lies and when it is opened from a disk.
// Pages work without script; the search needs one, but no network. What is in
// the folder is what the public list says, and nothing else. The same lists give
// the same bytes.
package static

import (
	"context"
	"io"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/race"
	"stadion/internal/results"
)

// Site is what a folder is made of.
type Site struct {
	Edition *race.Edition
	// Lists are one revision a race, in the order they are shown. Number 0 says
	// that none was published.
	Lists     []results.Revision
	Langs     []lang.Tag // in the order they are offered, the first one opens; nil = all
	Downloads []Download
}

// Download is a file offered beside the pages.
type Download struct {
	Lang  lang.Tag // offered on pages of this language; "" = on all
	Label string   // "CSV"
	Name  string   // in the folder "download": letters, digits, ".", "-", "_"
	Write func(io.Writer) error
}

// Folder takes the files. Names are relative, with "/". Write is called from
// several goroutines at once, each time with another name.
type Folder interface {
	Write(name string, body []byte) error
	// Stream takes a file that is too large to hold.
	Stream(name string, write func(io.Writer) error) error
}

// Marker is the file by which a folder is known as one of ours.
const Marker = "site.json"

// Write makes the folder. progress, if not nil, is told the files done of all,
// never from two goroutines at once. It stops between files when ctx is done. Faults: static.empty for
// an edition without lists.
func Write(ctx context.Context, to Folder, s Site, progress func(done, total int)) error {
	if len(s.Lists) == 0 {
		return fault.New(fault.Invalid, "static.empty", fault.Args{"edition": s.Edition.ID})
	}
	if len(s.Langs) == 0 {
		s.Langs = lang.Tags
	}
	b, err := newBook(&s)
	if err != nil {
		return err
	}
	jobs := b.jobs(to)
	ticks := make(chan struct{}, 64)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for done := 1; ; done++ {
			if _, more := <-ticks; !more {
				return
			}
			if progress != nil {
				progress(done, len(jobs))
			}
		}
	}()
	err = run(ctx, jobs, ticks)
	close(ticks)
	<-told
	return err
}

// job writes one file.
type job func() error

// run does the jobs in their order on all processors.
func run(ctx context.Context, jobs []job, ticks chan<- struct{}) error {
	g, inner := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return nil
				}
				if inner.Err() != nil {
					return context.Cause(inner)
				}
				if err := jobs[i](); err != nil {
					return err
				}
				ticks <- struct{}{}
			}
		})
	}
	return g.Wait()
}
