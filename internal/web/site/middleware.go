package site

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"

	"stadion/internal/fault"
)

// record is what is noted about a call while it is answered. It holds nothing
// personal: the route's pattern, never the address.
type record struct {
	id     string
	route  string
	status int
	bytes  int
}

type recordKey struct{}

func note(r *http.Request) *record {
	if rec, ok := r.Context().Value(recordKey{}).(*record); ok {
		return rec
	}
	return &record{}
}

func noted(r *http.Request, rec *record) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
}

// around wraps the table, outermost first: the log and the id, the headers,
// panics, requests from other sites, compression.
func (s *Site) around(mux http.Handler) http.Handler {
	return s.logged(s.headers(s.recovered(s.sameOrigin(compressed(mux)))))
}

func (s *Site) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &record{id: s.newID(), route: "none", status: http.StatusOK}
		r = noted(r, rec)
		w.Header().Set("X-Request-Id", rec.id)
		began := s.now()
		next.ServeHTTP(&counter{ResponseWriter: w, rec: rec}, r)
		s.log.Info("call", "request", rec.id, "method", r.Method, "route", rec.route,
			"status", rec.status, "bytes", rec.bytes, "ms", s.now().Sub(began).Milliseconds())
	})
}

// counter notes the status and the size of an answer.
type counter struct {
	http.ResponseWriter
	rec   *record
	wrote bool
}

func (c *counter) WriteHeader(status int) {
	if !c.wrote {
		c.rec.status, c.wrote = status, true
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	c.wrote = true
	n, err := c.ResponseWriter.Write(b)
	c.rec.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// policy lets a page load what this program serves and nothing else. There is
// no inline script and no inline style anywhere.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (s *Site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into a 500 with an incident number.
func (s *Site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.log.Error("a call panicked", "request", note(r).id, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			w.Header().Del("Content-Encoding")
			s.fail(s.call(w, r), fmt.Errorf("panic: %v", v))
		}()
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site makes a reader's browser send.
func (s *Site) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(s.call(w, r), fault.New(fault.Forbidden, "web.cross_origin", nil))
	}))
	return guard.Handler(next)
}
