// Package app wires the rooms together: commands, the office's data folder, the
// life of the server. It is the only place where the wall clock, random numbers
// and the file system are taken from the machine.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones must be right on a laptop without them

	"github.com/alecthomas/kong"

	"stadion/internal/fault"
	"stadion/internal/lang"
)

// Version is set by the build.
var Version = "development"

// Exit codes of every command.
const (
	ExitOK     = 0
	ExitFailed = 1 // it failed
	ExitInput  = 2 // the input or the call is wrong
)

// Env is what a command takes from the machine.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
	Terminal       bool // Stderr is a person's terminal: progress is drawn there
}

// Std is the machine's own environment.
func Std() Env {
	info, err := os.Stderr.Stat()
	return Env{os.Stdin, os.Stdout, os.Stderr, os.Getenv, time.Now,
		err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// printer speaks the language of the terminal (LC_ALL, LC_MESSAGES, LANG), or
// the one STADION_LANG names.
func (e Env) printer() *lang.Printer {
	for _, name := range []string{"STADION_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := e.Getenv(name); v != "" {
			v, _, _ = strings.Cut(v, ".")
			return lang.For(lang.Match(strings.ReplaceAll(v, "_", "-")))
		}
	}
	return lang.For(lang.English)
}

// run is what a command is given.
type run struct {
	context.Context
	Env
	say *lang.Printer
}

// warn tells a person something that does not stop the work.
func (r *run) warn(list fault.List) {
	for _, w := range list {
		fmt.Fprintln(r.Stderr, r.say.T("app.warning", "what", r.say.Fault(w)))
	}
}

// Main runs one command and gives its exit code. An interrupt (Ctrl-C) or a
// termination stops it: long work ends at the next step, nothing half done.
func Main(args []string, env Env) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return mainContext(ctx, args, env)
}

func mainContext(ctx context.Context, args []string, env Env) (code int) {
	say := env.printer()
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("stadion"), kong.Description(say.T("app.about")),
		kong.Writers(env.Stdout, env.Stderr), kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(env.Stderr, err)
		return ExitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintln(env.Stderr, say.T("app.usage", "what", err.Error()))
		return ExitInput
	}
	err = command.Run(&run{ctx, env, say})
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(env.Stderr, say.T("app.stopped"))
		return ExitFailed
	}
	return tell(env, say, err)
}

// tell shows an error in the reader's language and gives the exit code: what is
// wrong with the input is 2, everything else 1.
func tell(env Env, say *lang.Printer, err error) int {
	var f *fault.Error
	if !errors.As(err, &f) {
		fmt.Fprintln(env.Stderr, say.T("app.failed", "what", err.Error()))
		return ExitFailed
	}
	fmt.Fprintln(env.Stderr, say.Fault(err))
	switch f.Kind {
	case fault.Invalid, fault.NotFound, fault.Conflict:
		return ExitInput
	}
	if f.Err != nil {
		fmt.Fprintln(env.Stderr, f.Err)
	}
	return ExitFailed
}
