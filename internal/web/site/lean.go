package site

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"stadion/internal/access"
	"stadion/internal/fault"
)

// Lean answers a call that thousands make in the same second: without a session,
// a page's headers, compression or a line in the log. It must not have written
// when it returns an error, which becomes a problem document; what is no fault
// goes to the log with its incident number, as everywhere.
type Lean func(w http.ResponseWriter, r *http.Request) error

// lean wraps what even such a call cannot do without: requests from other sites
// are refused, a panic is a 500.
func (s *Site) lean(rt Route) http.HandlerFunc {
	if rt.Permission != access.Public {
		panic(fmt.Sprintf("site: route %q looks up nobody, so it must be for everybody", rt.Pattern))
	}
	guard := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				s.log.Error("a call panicked", "route", rt.Pattern, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				s.failLean(w, r, rt, fmt.Errorf("panic: %v", v))
			}
		}()
		err := guard.Check(r)
		if err != nil {
			err = fault.New(fault.Forbidden, "web.cross_origin", nil)
		} else {
			err = rt.Lean(w, r)
		}
		if err != nil {
			s.failLean(w, r, rt, err)
		}
	}
}

func (s *Site) failLean(w http.ResponseWriter, r *http.Request, rt Route, err error) {
	rec := &record{route: rt.Pattern}
	if fault.KindOf(err).Status() >= 500 {
		rec.id = s.newID()
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.fail(s.call(w, noted(r, rec)), err)
}
