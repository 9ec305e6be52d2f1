package app

import (
	"fmt"
	"time"
)

// progress shows how far long work has come: on a terminal, once it has taken
// longer than half a second, a line that moves; elsewhere nothing.
type progress struct {
	r     *run
	what  string
	began time.Time
	last  time.Time
	shown bool
}

func (r *run) progress(key string, pairs ...any) *progress {
	return &progress{r: r, what: r.say.T(key, pairs...), began: r.Now()}
}

// at tells that done of total is done; total 0 means that it is not known.
func (p *progress) at(done, total int64) {
	now := p.r.Now()
	if !p.r.Terminal || now.Sub(p.began) < 500*time.Millisecond || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	if total > 0 {
		const width = 24
		n := int(min(done, total) * width / total)
		bar := [width]byte{}
		for i := range bar {
			bar[i] = "-#"[b2i(i < n)]
		}
		fmt.Fprintf(p.r.Stderr, "\r%s [%s] %3d %%", p.what, bar[:], min(done, total)*100/total)
		return
	}
	fmt.Fprintf(p.r.Stderr, "\r%s %d", p.what, done)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// done clears the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprintf(p.r.Stderr, "\r\x1b[K")
	}
}
