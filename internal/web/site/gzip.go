package site

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"stadion/internal/web/assets"
)

// smallest is the answer that is worth compressing, in bytes.
const smallest = 1 << 10

var squeezers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, 4)
	return w
}}

// compressed sends text smaller to those who take gzip. Streams and answers that
// are encoded already pass through untouched.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !assets.AcceptsGzip(r) || strings.HasPrefix(r.URL.Path, assets.Prefix) {
			next.ServeHTTP(w, r)
			return
		}
		z := &squeezer{ResponseWriter: w}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

// squeezer decides at the first write: pages here come in one piece.
type squeezer struct {
	http.ResponseWriter
	status int
	gz     *gzip.Writer
	plain  bool
}

func (z *squeezer) WriteHeader(status int) {
	if z.status == 0 {
		z.status = status
	}
}

func (z *squeezer) Write(b []byte) (int, error) {
	if z.gz == nil && !z.plain {
		z.begin(len(b))
	}
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

func (z *squeezer) begin(size int) {
	h := z.Header()
	kind := h.Get("Content-Type")
	text := strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "svg")
	if text && size >= smallest && h.Get("Content-Encoding") == "" && kind != "text/event-stream" {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		h.Del("Content-Length")
		z.gz, _ = squeezers.Get().(*gzip.Writer)
		z.gz.Reset(z.ResponseWriter)
	} else {
		z.plain = true
	}
	z.send()
}

func (z *squeezer) send() {
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
}

func (z *squeezer) close() {
	if z.gz != nil {
		_ = z.gz.Close()
		z.gz.Reset(nil)
		squeezers.Put(z.gz)
		return
	}
	if !z.plain {
		z.send()
	}
}

// FlushError sends on what was written, for streams.
func (z *squeezer) FlushError() error {
	if z.gz == nil && !z.plain {
		z.plain = true
		z.send()
	}
	if z.gz != nil {
		if err := z.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (z *squeezer) Unwrap() http.ResponseWriter { return z.ResponseWriter }
