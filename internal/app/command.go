package app

import (
	"fmt"
	"runtime"

	"stadion/internal/fault"
)

// cli is every command with its flags; help and manual are made from it.
type cli struct {
	Demo        demoCmd        `cmd:"" help:"The reference edition with invented runners, some hours into its race and running on."`
	Serve       serveCmd       `cmd:"" help:"The office: pages for runners, spectators and the crew, on one data folder."`
	Score       scoreCmd       `cmd:"" help:"Files in, result files out: no data folder, no server."`
	Startlist   startlistCmd   `cmd:"" help:"Start lists as PDF, by bib or by name."`
	Lists       listsCmd       `cmd:"" help:"Lists and prizes as PDF, CSV and JSON from a results file: overall, by sex, age group, country, teams."`
	Site        siteCmd        `cmd:"" help:"The results as a folder of plain pages, for any web server or a stick."`
	Explain     explainCmd     `cmd:"" help:"Why a result is what it is: which reads made it, which were set aside, which rulings apply."`
	Reads       readsCmd       `cmd:"" help:"Reads of other timing systems and of paper lists."`
	Certificate certificateCmd `cmd:"" help:"Certificates as PDF from a results file."`
	Logbook     logbookCmd     `cmd:"" help:"The race's record as a file: export, import, merge, verify."`
	Proof       proofCmd       `cmd:"" help:"Recomputes the proof of a draw or of a waiting room."`
	Account     accountCmd     `cmd:"" help:"Accounts of the crew."`
	Version     versionCmd     `cmd:"" help:"Which version this is."`
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(r *run) error {
	_, err := fmt.Fprintf(r.Stdout, "stadion %s (%s, %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// called is a fault about how a command was called.
func called(code string, args fault.Args) error { return fault.New(fault.Invalid, code, args) }
