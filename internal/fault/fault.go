// Package fault holds the one error type that crosses a room's door: a kind
// that decides the HTTP status and the exit code, a stable dotted code that
// has a sentence in every language, the field it concerns, and arguments for
// the sentence.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what class of answer a fault is. It decides the HTTP status.
type Kind uint8

// The kinds, with the HTTP status each becomes.
const (
	Internal        Kind = iota // 500: shown as an incident number only
	Invalid                     // 422: the input or the call is wrong
	Unauthenticated             // 401: nobody is signed in
	Forbidden                   // 403: signed in, but not allowed
	NotFound                    // 404: absent, or belongs to another edition
	Conflict                    // 409: contradicts what is already there
	Limited                     // 429: too many, too soon
	Unavailable                 // 503: a service behind it does not answer
)

// Status is the HTTP status of the kind.
func (k Kind) Status() int {
	switch k {
	case Invalid:
		return 422
	case Unauthenticated:
		return 401
	case Forbidden:
		return 403
	case NotFound:
		return 404
	case Conflict:
		return 409
	case Limited:
		return 429
	case Unavailable:
		return 503
	}
	return 500
}

// Args are the named values of a fault's sentence.
type Args map[string]any

// Error is a fault with everything a page, a terminal or an API needs to
// explain it. Code is stable ("startlist.bib_twice") and is the key of the
// sentence in package lang; Field names the input it concerns ("bib").
type Error struct {
	Kind  Kind
	Code  string
	Field string
	Args  Args
	Err   error // the cause, for the log; never shown on a page
}

// New makes a fault without a field.
func New(kind Kind, code string, args Args) *Error {
	return &Error{Kind: kind, Code: code, Args: args}
}

// Wrap makes a fault that keeps its cause for the log.
func Wrap(kind Kind, code string, err error, args Args) *Error {
	return &Error{Kind: kind, Code: code, Err: err, Args: args}
}

// On returns a copy of e that names the field it concerns.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Error is for logs and tests: the code, the field and the arguments in
// alphabetical order. Readers see lang.Printer.Fault instead.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Field != "" {
		fmt.Fprintf(&b, " field=%s", e.Field)
	}
	keys := make([]string, 0, len(e.Args))
	for k := range e.Args {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%v", k, e.Args[k])
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of err, Internal if it is no fault.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf is the code of err, "" if it is no fault.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// List is several faults found in one input, in the order of the input. A
// list is never empty when it is returned as an error.
type List []*Error

// Error joins the faults, one a line.
func (l List) Error() string {
	s := make([]string, len(l))
	for i, e := range l {
		s[i] = e.Error()
	}
	return strings.Join(s, "\n")
}

// Unwrap gives the faults, so that errors.As finds the first.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// OrNil is l as an error, nil if it is empty.
func (l List) OrNil() error {
	if len(l) == 0 {
		return nil
	}
	return l
}
