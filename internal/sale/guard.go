package sale

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"stadion/internal/fault"
)

// attempt runs a verb and what ends every verb. A mistake of the program in one
// of them costs that one alone: the hundreds that share its commit, and the
// process, go on.
func (w *Work) attempt(do func(*Work) error) (err error) {
	defer catch(&err)
	if err := do(w); err != nil {
		return err
	}
	return w.settle()
}

// catch makes a panic the fault Internal internal, with its place for the log.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = fault.Wrap(fault.Internal, "internal", fmt.Errorf("panic: %v\n%s", p, debug.Stack()), nil)
	}
}

// check refuses text that no database keeps before it stands in the question
// that is asked for all jobs of a commit at once. Fault Invalid store.text.
func (j *Job) check() error {
	for _, of := range [][]string{j.Orders, j.Keys, j.Blinds, j.Seen} {
		if slices.ContainsFunc(of, func(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }) {
			return fault.New(fault.Invalid, "store.text", fault.Args{"value": ""})
		}
	}
	return nil
}

// nothingWritten reports whether a commit that failed certainly left nothing:
// then each of its jobs may be tried alone, and only the cause fails.
func nothingWritten(err error) bool { return fault.KindOf(err) != fault.Unavailable }
