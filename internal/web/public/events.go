package public

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"stadion/internal/fault"
	"stadion/internal/lang"
	"stadion/internal/live"
	"stadion/internal/web/assets"
	"stadion/internal/web/site"
)

// The stream's times.
const (
	heartbeat = 20 * time.Second // so that proxies and phones keep the line open
	patience  = 10 * time.Second // a write that takes longer ends the stream
)

var beat = &frame{plain: []byte(": beat\n\n"), small: shrink([]byte(": beat\n\n"))}

// Events answers GET /e/{edition}/events?topic=live|race/ID|runner/BIB|list/RACE/RULE/VALUE with a
// stream of server-sent events: pieces of the page in the reader's language.
func (m *Room) Events(c *site.Call) error {
	key := topicKey{name: c.Query("topic"), tag: c.Tag}
	v, first, leave, err := m.hub.join(c.R.Context(), c.Path("edition"), key)
	if err != nil {
		return err
	}
	defer leave()
	s := openStream(c)
	retry := fmt.Sprintf("retry: %d\n\n", 2000+m.jitter(3000))
	if err := s.send(&frame{plain: []byte(retry), small: shrink([]byte(retry))}); err != nil {
		return nil // the viewer is gone; nothing can be told to them
	}
	if c.R.Header.Get("Last-Event-ID") != first.id {
		if err := s.send(first); err != nil {
			return nil
		}
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		next := beat
		select {
		case <-c.R.Context().Done():
			return nil
		case f, ok := <-v.frames:
			if !ok {
				return nil
			}
			next = f
		case <-tick.C:
		}
		if err := s.send(next); err != nil {
			return nil
		}
	}
}

// stream is the line to one viewer.
type stream struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	small bool
	now   func() time.Time
}

func openStream(c *site.Call) *stream {
	s := &stream{w: c.W, rc: http.NewResponseController(c.W), small: assets.AcceptsGzip(c.R), now: c.Now}
	h := c.W.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	h.Set("Vary", "Accept-Encoding, Cookie, Accept-Language")
	if s.small {
		h.Set("Content-Encoding", "gzip")
	}
	c.W.WriteHeader(http.StatusOK)
	if s.small {
		_, _ = c.W.Write(gzipHead)
	}
	return s
}

func (s *stream) send(f *frame) error {
	_ = s.rc.SetWriteDeadline(s.now().Add(patience)) // not every connection can
	b := f.plain
	if s.small {
		b = f.small
	}
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return err
	}
	return s.rc.Flush()
}

// parts builds a topic for the hub.
func (m *Room) parts(snap *live.Snapshot, key topicKey) ([]part, error) {
	e := &event{Snap: snap, Edition: snap.Edition, Zone: snap.Edition.Location()}
	kind, id, _ := strings.Cut(key.name, "/")
	switch {
	case key.name == "live":
		return m.liveParts(e, key.tag)
	case kind == "race":
		b := snap.Board(id)
		if b == nil {
			return nil, fault.New(fault.NotFound, "web.no_such_race", nil)
		}
		return m.piece(key.tag, "stamp", "results", "stamp", e.Stamp(b))
	case kind == "list":
		return m.standingParts(e, id, key.tag)
	case kind == "runner":
		v, err := runnerOf(e, id)
		if err != nil {
			return nil, err
		}
		return m.piece(key.tag, "runner", "runner", "runner", v)
	}
	return nil, fault.New(fault.NotFound, "web.no_such_topic", nil)
}

func (m *Room) liveParts(e *event, tag lang.Tag) ([]part, error) {
	v := liveOf(e)
	var out []part
	for _, r := range v.Races {
		p, err := m.piece(tag, "race-"+r.Board.Race.ID, "live", "race", r)
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	for _, name := range []string{"arrivals", "said"} {
		p, err := m.piece(tag, name, "live", name, v.News)
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, nil
}

func (m *Room) piece(tag lang.Tag, event, page, name string, data any) ([]part, error) {
	b, err := m.site.Piece(tag, page, name, data)
	if err != nil {
		return nil, err
	}
	return []part{{event, b}}, nil
}
